//! Messages as pages, rows and forms.

use maud::{Markup, html};

use super::model::{Message, MessageForm, Summary};
use crate::{
    mailings::model::Use,
    ui::{
        Column, Editor, Field, Icon, Pagination, SearchBox, Section,
        button::{self, Delete},
        cell, empty, form, page, page_header, pagination, search_box, table,
        table::actions_cell,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, list::Keyset},
};

const COLUMNS: usize = 3;

pub fn index_page(user: &CurrentUser, chrome: &Chrome, search: &str, list: &Keyset<Summary>) -> Markup {
    let content = html! {
        (page_header("Messages", Some("What you send: a subject and a body, used by any number of mailings."), Some(html! {
            a .btn .btn-primary href="/messages/new" hx-get="/messages/new" hx-select="#message-new" hx-target="#messages tbody"
                hx-swap="afterbegin" data-opens="#message-new" { "New message" }
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/messages", query: search, label: "Search subjects", target: "#messages" })) }
            div #messages {
                (table("Messages", &columns(), html! { @for message in &list.rows { (row(message, &chrome.csrf)) } }))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination { target: "#messages", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&user.shell(chrome, "Messages", Section::Messages), content)
}

fn columns() -> [Column<'static>; COLUMNS] {
    [Column::new("Subject"), Column::new("Beginning"), Column::hidden("Actions")]
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Mail,
            "No messages yet",
            "Write what your mailing should say.",
            Some(button::primary_link("/messages/new", Some(Icon::Plus), "New message")),
        )
    } else {
        empty(Icon::Search, "Nothing found", "No message has this in its subject.", None)
    }
}

/// One message in the list; what a change or a creation puts in place of its form.
pub fn row(message: &Summary, csrf: &str) -> Markup {
    let id = message.id;
    let (edit, editor) = (format!("/messages/{id}/edit"), format!("#message-{id}-editor"));
    html! {
        tr id={ "message-" (id) } {
            (cell("Subject", html! { a href={ "/messages/" (id) } { (message.subject) } }))
            (cell("Beginning", html! { span .text-secondary .excerpt { (message.beginning()) } }))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" { "Edit" }
                (delete_button(id, &message.subject, csrf, Some("closest tr")))
            }))
        }
    }
}

fn delete_button(id: i64, subject: &str, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-message-{id}"),
        label: "Delete",
        action: &format!("/messages/{id}"),
        csrf,
        question: &format!("Delete “{subject}”?"),
        consequence: "What was sent stays on record.",
        target,
    })
}

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &MessageForm, errors: &FieldErrors) -> Markup {
    editor_page(user, chrome, "New message", &editor(chrome, form, None, None, "Add message"), form, errors)
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &MessageForm,
    errors: &FieldErrors,
    stored: Option<&Message>,
) -> Markup {
    let conflict = stored.map(|stored| {
        html! {
            strong { "This message was changed in another tab meanwhile. " }
            "Stored now: “" (stored.subject) "”. " a href={ "/messages/" (stored.id) } target="_blank" rel="noopener" { "Look at it" }
            "; saving again replaces it with what stands below."
        }
    });
    editor_page(user, chrome, "Edit message", &editor(chrome, form, Some(id), conflict, "Save"), form, errors)
}

fn editor<'a>(
    chrome: &'a Chrome,
    form: &MessageForm,
    stored_id: Option<i64>,
    conflict: Option<Markup>,
    submit_label: &'a str,
) -> Editor<'a> {
    Editor {
        list: "/messages",
        noun: "message",
        columns: COLUMNS,
        stored_id,
        version: form.version,
        submission_id: form.submission_id,
        conflict,
        submit_label,
        csrf: &chrome.csrf,
        inline: chrome.htmx,
    }
}

fn editor_page(user: &CurrentUser, chrome: &Chrome, title: &str, editor: &Editor, form: &MessageForm, errors: &FieldErrors) -> Markup {
    let scope = Editor::scope(editor.noun, editor.stored_id);
    let content = html! {
        (page_header(title, None, None))
        (editor.render(fields(&scope, form, errors)))
    };
    page(&user.shell(chrome, title, Section::Messages), content)
}

fn fields(scope: &str, form: &MessageForm, errors: &FieldErrors) -> Markup {
    const BODY_HINT: &str =
        "Plain text, or HTML: headings, lists, links and pictures stay, scripts are taken out. Every mail gets a plain-text part as well.";
    let field = |label, name: &'static str| Field::new(label, name).scope(scope).error(errors.get(name)).required();
    html! {
        (form::text(&field("Subject", "subject").value(&form.subject).max_length(250).autocomplete("off").autofocus()))
        (form::textarea(&field("Body", "body").value(&form.body).hint(BODY_HINT), 12))
    }
}

pub fn show_page(user: &CurrentUser, chrome: &Chrome, message: &Message, mailings: &[Use]) -> Markup {
    let edit = format!("/messages/{}/edit", message.id);
    let content = html! {
        (page_header(&message.subject, None, Some(html! {
            (button::primary_link(&format!("/mailings/new?message_id={}", message.id), Some(Icon::Send), "Make a mailing"))
            (button::secondary_link(&edit, "Edit"))
            (delete_button(message.id, &message.subject, &chrome.csrf, None))
        })))
        div .card .mb-3 {
            div .card-header { h2 .card-title { "As it is sent" } }
            iframe .preview src={ "/messages/" (message.id) "/preview" } sandbox="" title="The message as it is sent" {}
        }
        div .card {
            div .card-header { h2 .card-title { "Mailings that send it" } }
            @if mailings.is_empty() {
                div .card-body .text-secondary { "None yet." }
            } @else {
                div .list-group .list-group-flush {
                    @for mailing in mailings {
                        a .list-group-item .list-group-item-action href={ "/mailings/" (mailing.id) } { (mailing.name) }
                    }
                }
            }
        }
    };
    page(&user.shell(chrome, &message.subject, Section::Messages), content)
}

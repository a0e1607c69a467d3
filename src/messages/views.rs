//! Messages as pages, rows and forms.

use maud::{Markup, html};

use super::model::{Message, MessageForm, Summary};
use crate::{
    mailings::model::Use,
    ui::{
        Column, Field, Icon, Pagination, SearchBox, Section, Tone, alert,
        button::{self, Delete},
        cell, csrf_field, empty, form, method_field, page, page_header, pagination, search_box, submission_field, table,
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
    let editor = Editor { id: "message-new".into(), stored_id: None, form, errors, stored: None };
    editor_page(user, chrome, "New message", &editor)
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &MessageForm,
    errors: &FieldErrors,
    stored: Option<&Message>,
) -> Markup {
    let editor = Editor { id: format!("message-{id}-editor"), stored_id: Some(id), form, errors, stored };
    editor_page(user, chrome, "Edit message", &editor)
}

/// The form stands in a table's row, because in the list it takes a row's place; alone on its page it looks the same.
fn editor_page(user: &CurrentUser, chrome: &Chrome, title: &str, editor: &Editor) -> Markup {
    let content = html! {
        (page_header(title, None, None))
        div .card .form-card { table .table .card-table .editor-table { tbody { (editor.row(chrome)) } } }
    };
    page(&user.shell(chrome, title, Section::Messages), content)
}

struct Editor<'a> {
    id: String,
    /// None: not stored yet.
    stored_id: Option<i64>,
    form: &'a MessageForm,
    errors: &'a FieldErrors,
    /// What another tab has saved meanwhile.
    stored: Option<&'a Message>,
}

impl Editor<'_> {
    fn row(&self, chrome: &Chrome) -> Markup {
        let (form, errors) = (self.form, self.errors);
        let action = self.stored_id.map_or_else(|| "/messages".to_owned(), |id| format!("/messages/{id}"));
        // On its own page the form is an ordinary one; in the list htmx puts the answer in its place.
        let inline = chrome.htmx.then_some(&action);
        let (post, put) = if self.stored_id.is_none() { (inline, None) } else { (None, inline) };
        let target = inline.map(|_| format!("#{}", self.id));
        html! {
            tr .editor id=(self.id) {
                td colspan=(COLUMNS) {
                    form method="post" action=(action) hx-post=[post] hx-put=[put] hx-target=[target] hx-select=[inline.map(|_| "tr")]
                        hx-swap=[inline.map(|_| "outerHTML")] hx-disable=[inline.map(|_| "find button[type=submit]")] novalidate {
                        (csrf_field(&chrome.csrf))
                        @if self.stored_id.is_some() { (method_field("put")) }
                        @if let Some(submission_id) = form.submission_id { (submission_field(submission_id)) }
                        input type="hidden" name="version" value=(form.version);
                        @if let Some(stored) = self.stored {
                            (alert(Tone::Warning, html! {
                                strong { "This message was changed in another tab meanwhile. " }
                                "Stored now: “" (stored.subject) "”. " a href={ "/messages/" (stored.id) } target="_blank" rel="noopener" { "Look at it" }
                                "; saving again replaces it with what stands below."
                            }))
                        }
                        (form::text(&Field::new("Subject", "subject").scope(&self.id).value(&form.subject).error(errors.get("subject")).required().max_length(250).autocomplete("off").autofocus()))
                        (form::textarea(&Field::new("Body", "body").scope(&self.id).value(&form.body).error(errors.get("body"))
                            .hint("Plain text, or HTML: headings, lists, links and pictures stay, scripts are taken out. Every mail gets a plain-text part as well.").required(), 12))
                        div .btn-list {
                            (button::primary(if self.stored_id.is_none() { "Add message" } else { "Save" }))
                            (self.cancel(chrome))
                        }
                    }
                }
            }
        }
    }

    fn cancel(&self, chrome: &Chrome) -> Markup {
        button::cancel("/messages", "message", self.stored_id, chrome.htmx)
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

//! Recipients as pages, rows and forms.

use maud::{Markup, html};

use super::model::{Recipient, RecipientForm};
use crate::{
    mailings::model::Use,
    ui::{
        Column, Editor, Field, Icon, Kind, Pagination, SearchBox, Section, Tone, alert, badge,
        button::{self, Act, Delete},
        cell, empty, form, page, page_header, pagination, search_box, table,
        table::actions_cell,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, list::Keyset},
};

const COLUMNS: usize = 4;

pub fn index_page(user: &CurrentUser, chrome: &Chrome, search: &str, list: &Keyset<Recipient>) -> Markup {
    let content = html! {
        (page_header("Recipients", Some("The people you send to. They need no account here."), Some(html! {
            a .btn .btn-primary href="/recipients/new" hx-get="/recipients/new" hx-select="#recipient-new" hx-target="#recipients tbody"
                hx-swap="afterbegin" data-opens="#recipient-new" { "New recipient" }
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/recipients", query: search, label: "Search recipients", target: "#recipients" })) }
            div #recipients {
                (table("Recipients", &columns(), html! { @for recipient in &list.rows { (row(recipient, &chrome.csrf)) } }))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination { target: "#recipients", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&user.shell(chrome, "Recipients", Section::Recipients), content)
}

fn columns() -> [Column<'static>; COLUMNS] {
    [Column::new("E-mail"), Column::new("Name"), Column::new("Comment"), Column::hidden("Actions")]
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Users,
            "No recipients yet",
            "Add the first person you want to write to.",
            Some(button::primary_link("/recipients/new", Some(Icon::Plus), "New recipient")),
        )
    } else {
        empty(Icon::Search, "Nobody found", "No recipient has this in their address, name or comment.", None)
    }
}

/// One recipient in the list; what a change or a creation puts in place of its form.
pub fn row(recipient: &Recipient, csrf: &str) -> Markup {
    let id = recipient.id;
    let (show, edit, editor) = (format!("/recipients/{id}"), format!("/recipients/{id}/edit"), format!("#recipient-{id}-editor"));
    html! {
        tr id={ "recipient-" (id) } {
            (cell("E-mail", html! {
                a href=(show) { (recipient.email) }
                @if let Some(reason) = &recipient.undeliverable_reason {
                    div .under { (badge(Kind::Danger, "undeliverable")) span .text-secondary { (reason) } }
                }
            }))
            (cell("Name", &recipient.full_name))
            (cell("Comment", html! { span .text-secondary .excerpt { (recipient.comment) } }))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" { "Edit" }
                (delete_button(recipient, csrf, Some("closest tr")))
            }))
        }
    }
}

fn delete_button(recipient: &Recipient, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-recipient-{}", recipient.id),
        label: "Delete",
        action: &format!("/recipients/{}", recipient.id),
        csrf,
        question: &format!("Delete {}?", recipient.email),
        consequence: "Past deliveries stay on record. Mails that are still waiting for this recipient are not sent.",
        target,
    })
}

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &RecipientForm, errors: &FieldErrors) -> Markup {
    editor_page(user, chrome, "New recipient", &editor(chrome, form, None, None, "Add recipient"), form, errors)
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &RecipientForm,
    errors: &FieldErrors,
    stored: Option<&Recipient>,
) -> Markup {
    let conflict = stored.map(|stored| {
        html! {
            strong { "This recipient was changed in another tab meanwhile. " }
            "Stored now: " (stored.email) ", " (stored.full_name) @if !stored.comment.is_empty() { ", " (stored.comment) } ". "
            "Saving again replaces that with what stands below."
        }
    });
    editor_page(user, chrome, "Edit recipient", &editor(chrome, form, Some(id), conflict, "Save"), form, errors)
}

fn editor<'a>(
    chrome: &'a Chrome,
    form: &RecipientForm,
    stored_id: Option<i64>,
    conflict: Option<Markup>,
    submit_label: &'a str,
) -> Editor<'a> {
    Editor {
        list: "/recipients",
        noun: "recipient",
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

fn editor_page(user: &CurrentUser, chrome: &Chrome, title: &str, editor: &Editor, form: &RecipientForm, errors: &FieldErrors) -> Markup {
    let scope = Editor::scope(editor.noun, editor.stored_id);
    let content = html! {
        (page_header(title, None, None))
        (editor.render(fields(&scope, form, errors)))
    };
    page(&user.shell(chrome, title, Section::Recipients), content)
}

fn fields(scope: &str, form: &RecipientForm, errors: &FieldErrors) -> Markup {
    let field = |label, name: &'static str| Field::new(label, name).scope(scope).error(errors.get(name));
    html! {
        div .row {
            div .col-md-6 {
                (form::email(&field("E-mail", "email").value(&form.email).required().max_length(254).autocomplete("off").autofocus()))
            }
            div .col-md-6 {
                (form::text(&field("Full name", "full_name").value(&form.full_name).required().max_length(200).autocomplete("off")))
            }
        }
        (form::textarea(&field("Comment", "comment").value(&form.comment).hint("For you alone.").max_length(2000), 2))
    }
}

pub fn show_page(user: &CurrentUser, chrome: &Chrome, recipient: &Recipient, mailings: &[Use]) -> Markup {
    let edit = format!("/recipients/{}/edit", recipient.id);
    let content = html! {
        (page_header(&recipient.full_name, None, Some(html! {
            (button::secondary_link(&edit, "Edit"))
            (delete_button(recipient, &chrome.csrf, None))
        })))
        @if let Some(reason) = &recipient.undeliverable_reason {
            (alert(Tone::Warning, html! {
                p { strong { "Mail servers say that this address does not exist. " } "Attempts skip it. The server's words: " (reason) }
                (button::act(&Act {
                    action: &format!("/recipients/{}/undeliverable", recipient.id),
                    method: "delete",
                    csrf: &chrome.csrf,
                    label: "Try it again",
                    class: "btn-sm",
                }))
            }))
        }
        div .card .mb-3 { div .card-body {
            dl .row .mb-0 {
                dt .col-sm-3 { "E-mail" }
                dd .col-sm-9 { (recipient.email) }
                dt .col-sm-3 { "Name" }
                dd .col-sm-9 { (recipient.full_name) }
                dt .col-sm-3 { "Comment" }
                dd .col-sm-9 .as-written { @if recipient.comment.is_empty() { span .text-secondary { "none" } } @else { (recipient.comment) } }
            }
        } }
        div .card {
            div .card-header { h2 .card-title { "Mailings that pick this recipient" } }
            @if mailings.is_empty() {
                div .card-body .text-secondary { "None. Mailings to all of your recipients reach them as well." }
            } @else {
                div .list-group .list-group-flush {
                    @for mailing in mailings {
                        a .list-group-item .list-group-item-action href={ "/mailings/" (mailing.id) } { (mailing.name) }
                    }
                }
            }
        }
    };
    page(&user.shell(chrome, &recipient.full_name, Section::Recipients), content)
}

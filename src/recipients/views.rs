//! Recipients as pages, rows and forms.

use maud::{Markup, html};

use super::model::{Recipient, RecipientForm};
use crate::{
    mailings::model::Use,
    ui::{
        Column, Field, Icon, Kind, Pagination, SearchBox, Section, Tone, alert, badge,
        button::{self, Act, Delete},
        cell, csrf_field, empty, form, method_field, page, page_header, pagination, search_box, submission_field, table,
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
    let editor = Editor { id: "recipient-new".into(), stored_id: None, form, errors, stored: None };
    editor_page(user, chrome, "New recipient", &editor)
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &RecipientForm,
    errors: &FieldErrors,
    stored: Option<&Recipient>,
) -> Markup {
    let editor = Editor { id: format!("recipient-{id}-editor"), stored_id: Some(id), form, errors, stored };
    editor_page(user, chrome, "Edit recipient", &editor)
}

/// The form stands in a table's row, because in the list it takes a row's place; alone on its page it looks the same.
fn editor_page(user: &CurrentUser, chrome: &Chrome, title: &str, editor: &Editor) -> Markup {
    let content = html! {
        (page_header(title, None, None))
        div .card .form-card { table .table .card-table .editor-table { tbody { (editor.row(chrome)) } } }
    };
    page(&user.shell(chrome, title, Section::Recipients), content)
}

struct Editor<'a> {
    id: String,
    /// None: not stored yet.
    stored_id: Option<i64>,
    form: &'a RecipientForm,
    errors: &'a FieldErrors,
    /// What another tab has saved meanwhile.
    stored: Option<&'a Recipient>,
}

impl Editor<'_> {
    fn row(&self, chrome: &Chrome) -> Markup {
        let (form, errors) = (self.form, self.errors);
        let action = self.stored_id.map_or_else(|| "/recipients".to_owned(), |id| format!("/recipients/{id}"));
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
                                strong { "This recipient was changed in another tab meanwhile. " }
                                "Stored now: " (stored.email) ", " (stored.full_name) @if !stored.comment.is_empty() { ", " (stored.comment) } ". "
                                "Saving again replaces that with what stands below."
                            }))
                        }
                        div .row {
                            div .col-md-6 {
                                (form::email(&Field::new("E-mail", "email").scope(&self.id).value(&form.email).error(errors.get("email")).required().max_length(254).autocomplete("off").autofocus()))
                            }
                            div .col-md-6 {
                                (form::text(&Field::new("Full name", "full_name").scope(&self.id).value(&form.full_name).error(errors.get("full_name")).required().max_length(200).autocomplete("off")))
                            }
                        }
                        (form::textarea(&Field::new("Comment", "comment").scope(&self.id).value(&form.comment).error(errors.get("comment")).hint("For you alone.").max_length(2000), 2))
                        div .btn-list {
                            (button::primary(if self.stored_id.is_none() { "Add recipient" } else { "Save" }))
                            (self.cancel(chrome))
                        }
                    }
                }
            }
        }
    }

    fn cancel(&self, chrome: &Chrome) -> Markup {
        button::cancel("/recipients", "recipient", self.stored_id, chrome.htmx)
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
                    target: None,
                    question: None,
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

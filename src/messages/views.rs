//! Messages as pages, rows and forms.

pub mod attachments;
mod editor;
pub mod preview;

use maud::{Markup, html};

use super::{
    attachments::model::Attachment,
    drafts::DraftState,
    model::{Message, MessageForm, SUBJECT_MAX, Summary},
};
use crate::{
    mailings::model::Use,
    t,
    ui::{
        Column, Editor, Field, Icon, Pagination, SearchBox, Section,
        button::{self, Act, Delete},
        cell, empty, form, icon, page, page_header, pagination, search_box, table,
        table::actions_cell,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, list::Keyset},
};

const COLUMNS: usize = 3;

pub fn index_page(user: &CurrentUser, chrome: &Chrome, search: &str, list: &Keyset<Summary>) -> Markup {
    let content = html! {
        (page_header(&t!("messages-title"), Some(&t!("messages-subtitle")), Some(html! {
            a .btn .btn-primary href="/messages/new" hx-get="/messages/new" hx-select="#message-new" hx-target="#messages tbody"
                hx-swap="afterbegin" data-opens="#message-new" { (icon(Icon::Plus)) (t!("messages-new")) }
        })))
        div .card {
            div .card-header {
                (search_box(&SearchBox { action: "/messages", query: search, label: &t!("messages-search"), target: "#messages" }))
            }
            div #messages {
                (table(&t!("messages-title"), &columns(&[&t!("messages-subject"), &t!("messages-beginning"), &t!("messages-actions")]),
                    html! { @for message in &list.rows { (row(message, &chrome.csrf)) } }))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination {
                    target: "#messages", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("messages-older"),
                }))
            }
        }
    };
    page(&user.shell(chrome, &t!("messages-title"), Section::Messages), content)
}

fn columns<'a>(labels: &[&'a String; COLUMNS]) -> [Column<'a>; COLUMNS] {
    [Column::new(labels[0]), Column::new(labels[1]), Column::hidden(labels[2])]
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Mail,
            &t!("messages-none"),
            &t!("messages-none-advice"),
            Some(button::primary_link("/messages/new", Some(Icon::Plus), &t!("messages-new"))),
        )
    } else {
        empty(Icon::Search, &t!("messages-not-found"), &t!("messages-not-found-advice"), None)
    }
}

/// One message in the list.
fn row(message: &Summary, csrf: &str) -> Markup {
    row_with(message, csrf, false)
}

/// What a change or a creation puts in place of its form: the focus goes on in it.
pub fn changed_row(message: &Summary, csrf: &str) -> Markup {
    row_with(message, csrf, true)
}

fn row_with(message: &Summary, csrf: &str, takes_focus: bool) -> Markup {
    let id = message.id;
    let (edit, editor) = (format!("/messages/{id}/edit"), format!("#message-{id}-editor"));
    html! {
        tr id={ "message-" (id) } {
            (cell(&t!("messages-subject"), html! { a href={ "/messages/" (id) } { (message.subject) } }))
            (cell(&t!("messages-beginning"), html! { span .text-secondary .excerpt { (message.beginning()) } }))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML"
                    data-edit autofocus[takes_focus] aria-label=(t!("messages-edit-one", subject = message.subject)) { (t!("messages-edit")) }
                (delete_button(id, &message.subject, csrf, Some("closest tr")))
            }))
        }
    }
}

fn delete_button(id: i64, subject: &str, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-message-{id}"),
        label: &t!("messages-delete"),
        action: &format!("/messages/{id}"),
        csrf,
        question: &t!("messages-delete-question", subject = subject),
        consequence: &t!("messages-delete-consequence"),
        target,
    })
}

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &MessageForm, errors: &FieldErrors, draft: DraftState) -> Markup {
    let editor = editor(chrome, form, None, None, t!("messages-add"));
    editor_page(user, chrome, &t!("messages-new"), &editor, form, errors, draft)
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &MessageForm,
    errors: &FieldErrors,
    stored: Option<&Message>,
    draft: DraftState,
) -> Markup {
    let conflict = stored.map(|stored| {
        html! {
            strong { (t!("messages-conflict")) " " }
            (t!("messages-conflict-stored", subject = stored.subject)) " "
            a href={ "/messages/" (stored.id) } target="_blank" rel="noopener" { (t!("messages-conflict-look")) } " "
            (t!("messages-conflict-again"))
        }
    });
    let editor = editor(chrome, form, Some(id), conflict, t!("messages-save"));
    editor_page(user, chrome, &t!("messages-edit-title"), &editor, form, errors, draft)
}

/// The parts of `ui::Editor` that are the message's; the words outlive it.
struct MessageEditor<'a> {
    chrome: &'a Chrome,
    version: i32,
    submission_id: Option<uuid::Uuid>,
    stored_id: Option<i64>,
    conflict: Option<Markup>,
    submit_label: String,
}

fn editor<'a>(
    chrome: &'a Chrome,
    form: &MessageForm,
    stored_id: Option<i64>,
    conflict: Option<Markup>,
    submit_label: String,
) -> MessageEditor<'a> {
    MessageEditor { chrome, version: form.version, submission_id: form.submission_id, stored_id, conflict, submit_label }
}

fn editor_page(
    user: &CurrentUser,
    chrome: &Chrome,
    title: &str,
    message: &MessageEditor,
    form: &MessageForm,
    errors: &FieldErrors,
    draft: DraftState,
) -> Markup {
    let editor = Editor {
        list: "/messages",
        noun: "message",
        columns: COLUMNS,
        stored_id: message.stored_id,
        version: message.version,
        submission_id: message.submission_id,
        conflict: message.conflict.clone(),
        submit_label: &message.submit_label,
        csrf: &message.chrome.csrf,
        inline: chrome.htmx,
    };
    let scope = Editor::scope(editor.noun, editor.stored_id);
    let offer = draft.offered.map(|saved_at| editor::offer(&user.zone(), message.stored_id, saved_at, chrome));
    let content = html! {
        (page_header(title, None, None))
        @if let Some(offer) = &offer { (offer) }
        div .mail-form { (editor.render(html! {
            @if chrome.htmx && let Some(offer) = &offer { (offer) }
            (fields(&scope, message.stored_id, form, errors, draft))
        })) }
    };
    page(&user.shell(chrome, title, Section::Messages), content)
}

fn fields(scope: &str, stored_id: Option<i64>, form: &MessageForm, errors: &FieldErrors, draft: DraftState) -> Markup {
    let (subject, body, hint) = (t!("messages-subject"), t!("messages-body"), t!("messages-body-hint"));
    let field = |label, name: &'static str| Field::new(label, name).scope(scope).error(errors.get(name)).required();
    html! {
        (form::text(&field(&subject, "subject").value(&form.subject).max_length(SUBJECT_MAX).autocomplete("off").autofocus()))
        (editor::body(&field(&body, "body").value(&form.body).hint(&hint), scope, stored_id, draft))
    }
}

pub fn show_page(
    user: &CurrentUser,
    chrome: &Chrome,
    message: &Message,
    files: &[Attachment],
    errors: &FieldErrors,
    mailings: &[Use],
) -> Markup {
    let path = format!("/messages/{}", message.id);
    let content = html! {
        (page_header(&message.subject, None, Some(html! {
            (button::primary_link(&format!("/mailings/new?message_id={}", message.id), Some(Icon::Send), &t!("messages-make-mailing")))
            (button::secondary_link(&format!("{path}/preview"), &t!("messages-preview-and-test")))
            (button::secondary_link(&format!("{path}/edit"), &t!("messages-edit")))
            (button::act(&Act { action: &format!("{path}/copies"), method: "post", csrf: &chrome.csrf, label: &t!("messages-copy"), class: "" }))
            (delete_button(message.id, &message.subject, &chrome.csrf, None))
        })))
        div .card .mb-3 {
            div .card-header { h2 .card-title { (t!("messages-as-sent")) } }
            iframe .preview src={ (path) "/preview/html" } sandbox="" title=(t!("messages-as-sent")) {}
        }
        (attachments::card(message.id, files, errors, chrome))
        div .card {
            div .card-header { h2 .card-title { (t!("messages-used-by")) } }
            @if mailings.is_empty() {
                div .card-body .text-secondary { (t!("messages-unused")) }
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

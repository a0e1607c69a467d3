//! The form of a recipient, in the list and on a page of its own.

use maud::{Markup, html};

use super::COLUMNS;
use crate::{
    recipients::model::{Recipient, RecipientForm},
    t,
    ui::{Editor, Field, Section, form, page, page_header},
    users::CurrentUser,
    web::{Chrome, FieldErrors},
};

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &RecipientForm, errors: &FieldErrors) -> Markup {
    let submit_label = t!("recipients-add");
    editor_page(user, chrome, &t!("recipients-new"), &editor(chrome, form, None, None, &submit_label), form, errors)
}

pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &RecipientForm,
    errors: &FieldErrors,
    stored: Option<&Recipient>,
) -> Markup {
    let submit_label = t!("recipients-save");
    let editor = editor(chrome, form, Some(id), stored.map(conflict), &submit_label);
    editor_page(user, chrome, &t!("recipients-edit-title"), &editor, form, errors)
}

/// What another tab has stored meanwhile.
fn conflict(stored: &Recipient) -> Markup {
    let words = [&stored.email, &stored.full_name, &stored.comment].map(String::as_str);
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    html! {
        strong { (t!("recipients-conflict")) }
        " "
        (t!("recipients-conflict-text", stored = words.join(", ")))
    }
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
    let (email, full_name, comment, hint) =
        (t!("recipients-email"), t!("recipients-full-name"), t!("recipients-comment"), t!("recipients-comment-hint"));
    html! {
        div .row {
            div .col-md-6 {
                (form::email(&Field::new(&email, "email").scope(scope).error(errors.get("email")).value(&form.email).required()
                    .max_length(254).autocomplete("off").autofocus()))
            }
            div .col-md-6 {
                (form::text(&Field::new(&full_name, "full_name").scope(scope).error(errors.get("full_name")).value(&form.full_name).required()
                    .max_length(200).autocomplete("off")))
            }
        }
        (form::textarea(&Field::new(&comment, "comment").scope(scope).error(errors.get("comment")).value(&form.comment).hint(&hint)
            .max_length(2000), 2))
    }
}

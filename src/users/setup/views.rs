//! The page of the first start.

use maud::{Markup, html};

use super::model::SetupForm;
use crate::{
    t,
    ui::{Field, Section, button, csrf_field, form, narrow_page},
    users::{Visitor, model::PASSWORD_MIN},
    web::{Chrome, FieldErrors},
};

pub fn setup_page(visitor: &Visitor, chrome: &Chrome, form: &SetupForm, errors: &FieldErrors, asks_code: bool) -> Markup {
    let name_label = t!("users-name");
    let name = Field::new(&name_label, "full_name")
        .value(&form.full_name)
        .error(errors.get("full_name"))
        .autocomplete("name")
        .required()
        .max_length(200);
    let content = html! {
        h1 .h2 { (t!("users-setup-title")) }
        p .text-secondary .mb-4 { (t!("users-setup")) }
        form method="post" action="/setup" novalidate {
            (csrf_field(&chrome.csrf))
            @if asks_code {
                (form::text(&Field::new(&t!("users-setup-code"), "code").value(&form.code).error(errors.get("code")).hint(&t!("users-setup-code-hint")).autocomplete("off").required().max_length(40).autofocus()))
            }
            (form::text(&if asks_code { name } else { name.autofocus() }))
            (form::email(&Field::new(&t!("users-email"), "email").value(&form.email).error(errors.get("email")).hint(&t!("users-setup-email-hint")).autocomplete("username").required().max_length(254)))
            (form::password(&Field::new(&t!("users-password"), "password").error(errors.get("password")).hint(&t!("users-password-hint", min = PASSWORD_MIN)).autocomplete("new-password").required()))
            (button::primary(&t!("users-setup-submit")))
        }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-setup-title"), Section::None), content, None)
}

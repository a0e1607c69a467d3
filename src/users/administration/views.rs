//! Accounts as administrators see them.

use maud::{Markup, html};

use super::{accounts::OWN_ADDRESS, model::AccountForm};
use crate::{
    account::queries::Belongings,
    ui::{
        Column, Field, Icon, Section, Tone, alert,
        button::{self, Act},
        cell,
        choice::{self, Choice},
        csrf_field, form, method_field, page, page_header,
        progress::grouped,
        table,
    },
    users::{
        CurrentUser,
        management::{
            model::{Account, UsersQuery},
            views::list_card,
        },
        rights::{self, Role},
    },
    web::{Chrome, FieldErrors, list::Keyset},
};

const HOME: Section = Section::Place("/admin/users");

/// Why the button is not there for oneself.
pub const OWN_TWO_FACTOR: &str = "Your own two-factor sign-in is switched off under “Your account”, with your password and a code.";

pub fn index_page(user: &CurrentUser, chrome: &Chrome, query: &UsersQuery, list: &Keyset<Account>) -> Markup {
    let content = html! {
        (page_header("Accounts", Some("Made, changed and deleted here; so are roles."), Some(html! {
            (button::primary_link("/admin/users/new", Some(Icon::Plus), "New account"))
        })))
        (list_card("/admin/users", query, list, &user.zone()))
    };
    page(&user.shell(chrome, "Accounts", HOME), content)
}

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &AccountForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        (page_header("New account", Some("Its owner gets a mail with a link to choose a password."), None))
        div .card .form-card .mb-3 { div .card-body {
            form method="post" action="/admin/users" novalidate {
                (csrf_field(&chrome.csrf))
                (fields(form, errors))
                div .btn-list { (button::primary("Make the account")) (button::secondary_link("/admin/users", "Cancel")) }
            }
        } }
        (rights_card())
    };
    page(&user.shell(chrome, "New account", HOME), content)
}

fn fields(form: &AccountForm, errors: &FieldErrors) -> Markup {
    let roles = Role::ALL.map(|role| (Choice::new(role.name(), role.label()), form.roles.iter().any(|name| name == role.name())));
    html! {
        div .row {
            div .col-md-6 { (form::email(&Field::new("E-mail", "email").value(&form.email).error(errors.get("email")).required().max_length(254).autocomplete("off"))) }
            div .col-md-6 { (form::text(&Field::new("Name", "full_name").value(&form.full_name).error(errors.get("full_name")).required().max_length(200).autocomplete("off"))) }
        }
        (choice::checkboxes(&Field::new("Roles", "roles").error(errors.get("roles")).hint("What each may do stands in the table below; everybody may work with what is their own."), roles))
    }
}

/// What the edit page shows.
pub struct EditPage<'a> {
    pub account: &'a Account,
    pub form: &'a AccountForm,
    /// Somebody has saved the account since the form was made.
    pub is_outdated: bool,
    pub errors: &'a FieldErrors,
    pub belongings: &'a Belongings,
    /// The address as it was typed, and what is wrong with it.
    pub deletion: &'a str,
    pub deletion_errors: &'a FieldErrors,
}

pub fn edit_page(user: &CurrentUser, chrome: &Chrome, edit: &EditPage) -> Markup {
    let (account, stored) = (edit.account, AccountForm::from(edit.account));
    let content = html! {
        (page_header(&account.full_name, Some(&account.email), Some(html! {
            (button::secondary_link(&format!("/admin/audit?user_id={}", account.id), "What was done"))
            (button::secondary_link(&format!("/users/{}", account.id), "Facts, mailings, block"))
        })))
        div .row .row-cards {
            div .col-lg-7 { div .card .h-100 { div .card-body {
                form method="post" action={ "/admin/users/" (account.id) } novalidate {
                    (csrf_field(&chrome.csrf))
                    (method_field("put"))
                    // Whoever has read what is stored now may replace it.
                    input type="hidden" name="edition" value=(if edit.is_outdated { &stored.edition } else { &edit.form.edition });
                    @if edit.is_outdated { (alert(Tone::Warning, conflict(account))) }
                    (fields(edit.form, edit.errors))
                    p .text-secondary { @if account.id == user.id() { (OWN_ADDRESS) } @else { "Another address is told to the old one and the new one." } }
                    div .btn-list { (button::primary("Save")) (button::secondary_link("/admin/users", "Cancel")) }
                }
            } } }
            div .col-lg-5 { (way_in_card(user, account, chrome)) }
            div .col-lg-7 { (rights_card()) }
            div .col-lg-5 { (deletion_card(user, chrome, edit)) }
        }
    };
    page(&user.shell(chrome, &account.full_name, HOME), content)
}

fn conflict(stored: &Account) -> Markup {
    let roles: Vec<&str> = stored.roles.iter().map(|role| role.label()).collect();
    html! {
        strong { "This account was changed meanwhile. " }
        "Stored now: " (stored.email) ", " (stored.full_name) ", " @if roles.is_empty() { "no roles" } @else { (roles.join(", ")) } ". "
        "Saving again replaces that with what stands below."
    }
}

fn way_in_card(user: &CurrentUser, account: &Account, chrome: &Chrome) -> Markup {
    let act = |what: &str, label: &str| {
        let action = format!("/admin/users/{}/{what}", account.id);
        button::act(&Act { action: &action, method: "delete", csrf: &chrome.csrf, label, class: "" })
    };
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { "Signing in" } }
            div .card-body {
                @if account.id == user.id() && account.has_two_factor {
                    p .text-secondary { (OWN_TWO_FACTOR) }
                } @else {
                    p .text-secondary { "Whoever has lost the second factor and the recovery codes gets in with the password alone once it is off." }
                    p { @if account.has_two_factor { (act("two-factor", "Switch off two-factor sign-in")) } @else { "Two-factor sign-in is off." } }
                }
                p .text-secondary { "Ends every session of this account, on every device." }
                (act("sessions", "Sign out everywhere"))
            }
        }
    }
}

/// Who may do what, where roles are given.
fn rights_card() -> Markup {
    let mut columns = vec![Column::new("Right")];
    columns.extend(Role::ALL.map(|role| Column::new(role.label())));
    html! {
        div .card .h-100 #rights {
            div .card-header { h2 .card-title { "What the roles may do" } }
            (table("What the roles may do", &columns, html! {
                @for row in &rights::TABLE {
                    tr {
                        (cell("Right", row.what))
                        @for role in Role::ALL { (cell(role.label(), if row.roles.contains(&role) { "yes" } else { "" })) }
                    }
                }
            }))
        }
    }
}

fn deletion_card(user: &CurrentUser, chrome: &Chrome, edit: &EditPage) -> Markup {
    let (account, goes) = (edit.account, edit.belongings);
    let count = |count: i64| grouped(count.unsigned_abs());
    html! {
        div .card .h-100 #deletion {
            div .card-header { h2 .card-title { "Delete this account" } }
            div .card-body {
                @if account.id == user.id() {
                    p .text-secondary .mb-0 { "Your own account is deleted under “Your account”, with your password." }
                } @else {
                    p {
                        "With it go " strong { (count(goes.recipients)) " recipients, " (count(goes.messages)) " messages, " (count(goes.mailings)) " mailings" }
                        " and " strong { (count(goes.attempts)) " attempts" } " with every delivery on record. What runs is stopped. There is no way back."
                    }
                    form method="post" action={ "/admin/users/" (account.id) } novalidate {
                        (csrf_field(&chrome.csrf))
                        (method_field("delete"))
                        (form::email(&Field::new("Type the address to confirm", "email").scope("deletion").value(edit.deletion).error(edit.deletion_errors.get("email")).hint(&account.email).required().max_length(254).autocomplete("off")))
                        button .btn .btn-danger type="submit" { "Delete the account" }
                    }
                }
            }
        }
    }
}

//! Accounts as administrators see them.

use maud::{Markup, html};

use super::{accounts, model::AccountForm};
use crate::{
    account::queries::Belongings,
    rich, t,
    ui::{
        Column, Field, Icon, Section, Tone, alert,
        button::{self, Act},
        cell,
        choice::{self, Choice},
        csrf_field, form, method_field, page, page_header, table,
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
pub fn own_two_factor() -> String {
    t!("administration-own-two-factor")
}

pub fn index_page(user: &CurrentUser, chrome: &Chrome, query: &UsersQuery, list: &Keyset<Account>) -> Markup {
    let content = html! {
        (page_header(&t!("administration-title"), Some(&t!("administration-subtitle")), Some(html! {
            (button::primary_link("/admin/users/new", Some(Icon::Plus), &t!("administration-new")))
        })))
        (list_card("/admin/users", query, list, &user.zone()))
    };
    page(&user.shell(chrome, &t!("administration-title"), HOME), content)
}

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &AccountForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        (page_header(&t!("administration-new"), Some(&t!("administration-new-subtitle")), None))
        div .card .form-card .mb-3 { div .card-body {
            form method="post" action="/admin/users" novalidate {
                (csrf_field(&chrome.csrf))
                (fields(form, errors))
                div .btn-list { (button::primary(&t!("administration-make"))) (button::secondary_link("/admin/users", &t!("common-cancel"))) }
            }
        } }
        (rights_card())
    };
    page(&user.shell(chrome, &t!("administration-new"), HOME), content)
}

fn fields(form: &AccountForm, errors: &FieldErrors) -> Markup {
    let labels = Role::ALL.map(Role::label);
    let is_ticked = |role: &Role| form.roles.iter().any(|name| name == role.name());
    let roles = Role::ALL.iter().zip(&labels).map(|(role, label)| (Choice::new(role.name(), label), is_ticked(role)));
    html! {
        div .row {
            div .col-md-6 { (form::email(&Field::new(&t!("administration-email"), "email").value(&form.email).error(errors.get("email")).required().max_length(254).autocomplete("off"))) }
            div .col-md-6 { (form::text(&Field::new(&t!("administration-name"), "full_name").value(&form.full_name).error(errors.get("full_name")).required().max_length(200).autocomplete("off"))) }
        }
        (choice::checkboxes(&Field::new(&t!("administration-roles"), "roles").error(errors.get("roles")).hint(&t!("administration-roles-hint")), roles))
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
            (button::secondary_link(&format!("/admin/audit?user_id={}", account.id), &t!("management-audit")))
            (button::secondary_link(&format!("/users/{}", account.id), &t!("administration-facts")))
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
                    p .text-secondary { @if account.id == user.id() { (accounts::own_address()) } @else { (t!("administration-other-address")) } }
                    div .btn-list { (button::primary(&t!("administration-save"))) (button::secondary_link("/admin/users", &t!("common-cancel"))) }
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
    let roles: Vec<_> = stored.roles.iter().map(|role| role.label()).collect();
    let roles = if roles.is_empty() { t!("administration-no-roles") } else { roles.join(", ") };
    html! {
        strong { (t!("administration-changed-meanwhile")) " " }
        (t!("administration-stored-now", email = stored.email, name = stored.full_name, roles = roles))
    }
}

fn way_in_card(user: &CurrentUser, account: &Account, chrome: &Chrome) -> Markup {
    let act = |what: &str, label: &str| {
        let action = format!("/admin/users/{}/{what}", account.id);
        button::act(&Act { action: &action, method: "delete", csrf: &chrome.csrf, label, class: "" })
    };
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (t!("administration-signing-in")) } }
            div .card-body {
                @if account.id == user.id() && account.has_two_factor {
                    p .text-secondary { (own_two_factor()) }
                } @else {
                    p .text-secondary { (t!("administration-two-factor-hint")) }
                    p { @if account.has_two_factor { (act("two-factor", &t!("administration-two-factor-switch-off"))) } @else { (t!("administration-two-factor-is-off")) } }
                }
                p .text-secondary { (t!("administration-sessions-hint")) }
                (act("sessions", &t!("administration-sessions-end")))
            }
        }
    }
}

/// Who may do what, where roles are given.
fn rights_card() -> Markup {
    let (right, labels) = (t!("administration-right"), Role::ALL.map(Role::label));
    let mut columns = vec![Column::new(&right)];
    columns.extend(labels.iter().map(|label| Column::new(label)));
    html! {
        div .card .h-100 #rights {
            div .card-header { h2 .card-title { (t!("administration-rights")) } }
            (table(&t!("administration-rights"), &columns, html! {
                @for row in &rights::TABLE {
                    tr {
                        (cell(&right, (row.what)()))
                        @for (role, label) in Role::ALL.iter().zip(&labels) {
                            (cell(label, if row.roles.contains(role) { t!("administration-yes") } else { String::new() }))
                        }
                    }
                }
            }))
        }
    }
}

fn deletion_card(user: &CurrentUser, chrome: &Chrome, edit: &EditPage) -> Markup {
    let (account, goes) = (edit.account, edit.belongings);
    html! {
        div .card .h-100 #deletion {
            div .card-header { h2 .card-title { (t!("administration-delete-title")) } }
            div .card-body {
                @if account.id == user.id() {
                    p .text-secondary .mb-0 { (t!("administration-delete-own")) }
                } @else {
                    p {
                        (rich!("administration-delete-consequence",
                            recipients = html! { strong { (t!("common-recipients", count = goes.recipients)) } },
                            messages = html! { strong { (t!("administration-messages", count = goes.messages)) } },
                            mailings = html! { strong { (t!("administration-mailings", count = goes.mailings)) } },
                            attempts = html! { strong { (t!("administration-attempts", count = goes.attempts)) } }))
                    }
                    form method="post" action={ "/admin/users/" (account.id) } novalidate {
                        (csrf_field(&chrome.csrf))
                        (method_field("delete"))
                        (form::email(&Field::new(&t!("administration-delete-confirm"), "email").scope("deletion").value(edit.deletion).error(edit.deletion_errors.get("email")).hint(&account.email).required().max_length(254).autocomplete("off")))
                        button .btn .btn-danger type="submit" { (t!("administration-delete")) }
                    }
                }
            }
        }
    }
}

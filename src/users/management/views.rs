//! Users as managers see them.

use maud::{Markup, html};

use super::model::{self, Account, Status, UsersQuery};
use crate::{
    audit::views::reason_form,
    i18n::format::number,
    mailings::{
        self,
        model::Mailing,
        schedule::{self, Zone},
    },
    t,
    ui::{
        Column, Icon, Kind, Pagination, Section, Tone, alert, badge,
        button::{self, Act},
        cell, empty, page, page_header, pagination, table,
        table::{filter, number_cell},
    },
    users::{
        CurrentUser,
        rights::{Right, Role},
    },
    web::{Chrome, FieldErrors, list::Keyset},
};

pub fn index_page(user: &CurrentUser, chrome: &Chrome, query: &UsersQuery, list: &Keyset<Account>) -> Markup {
    let content = html! {
        (page_header(&t!("management-title"), Some(&t!("management-subtitle")), None))
        (list_card("/users", query, list, &user.zone()))
    };
    page(&user.shell(chrome, &t!("management-title"), Section::Place("/users")), content)
}

/// The list with what narrows it. `path` is its address and what the rows lead to.
pub fn list_card(path: &str, query: &UsersQuery, list: &Keyset<Account>, zone: &Zone) -> Markup {
    let (person, status, roles) = (t!("management-user"), t!("management-status"), t!("management-roles"));
    let (mailings, last) = (t!("management-mailings"), t!("management-last-sign-in-zone", zone = zone.to_string()));
    let columns = [Column::new(&person), Column::new(&status), Column::new(&roles), Column::number(&mailings), Column::new(&last)];
    html! {
        div .card {
            div .card-header { (filter(path, "#users", controls(query))) }
            div #users {
                (table(&t!("management-title"), &columns, html! { @for account in &list.rows { (row(path, account, zone)) } }))
                (empty(Icon::Search, &t!("management-nobody"), &t!("management-nobody-advice"), None))
                (pagination(&Pagination { target: "#users", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("management-older") }))
            }
        }
    }
}

fn controls(query: &UsersQuery) -> Markup {
    html! {
        input .form-control type="search" name="q" value=(query.q) placeholder=(t!("management-search-placeholder")) aria-label=(t!("management-search")) maxlength="200" autocomplete="off";
        select .form-select name="status" aria-label=(t!("management-status")) {
            option value="" { (t!("management-every-status")) }
            @for status in Status::ALL { option value=(status.as_str()) selected[query.status == status.as_str()] { (status.label()) } }
        }
        button .btn type="submit" { (t!("management-filter")) }
    }
}

fn row(path: &str, account: &Account, zone: &Zone) -> Markup {
    html! {
        tr id={ "user-" (account.id) } {
            (cell(&t!("management-user"), html! {
                a href={ (path) "/" (account.id) } { (account.email) }
                div .text-secondary { (account.full_name) }
            }))
            (cell(&t!("management-status"), html! {
                (status_badge(account))
                @if let Some(reason) = &account.blocked_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell(&t!("management-roles"), roles(&account.roles)))
            (number_cell(&t!("management-mailings"), number(account.mailings)))
            (cell(&t!("management-last-sign-in"), html! {
                @match account.last_signed_in_at {
                    Some(moment) => span .moment { (schedule::display_in(moment, zone)) },
                    None => span .text-secondary { (t!("management-never")) },
                }
            }))
        }
    }
}

pub fn status_badge(account: &Account) -> Markup {
    let status = account.status();
    let kind = match status {
        Status::Active => Kind::Success,
        Status::Unconfirmed => Kind::Neutral,
        Status::Blocked => Kind::Danger,
    };
    badge(kind, &status.label())
}

pub fn roles(roles: &[Role]) -> Markup {
    html! {
        @if roles.is_empty() {
            span .text-secondary { (t!("management-no-role")) }
        } @else {
            @for (at, role) in roles.iter().enumerate() { @if at > 0 { ", " } (role.label()) }
        }
    }
}

/// The reason as it was typed, with what is wrong with it.
#[derive(Default)]
pub struct BlockForm {
    pub reason: String,
    pub errors: FieldErrors,
}

pub fn show_page(user: &CurrentUser, chrome: &Chrome, account: &Account, mailings: &Keyset<Mailing>, form: &BlockForm) -> Markup {
    let content = html! {
        (page_header(&account.full_name, Some(&account.email), Some(html! {
            @if user.may(Right::ReadAudit) { (button::secondary_link(&format!("/admin/audit?user_id={}", account.id), &t!("management-audit"))) }
            @if user.may(Right::ManageUsers) { (button::secondary_link(&format!("/admin/users/{}", account.id), &t!("management-edit"))) }
        })))
        @if account.blocked_at.is_some() {
            (alert(Tone::Danger, html! {
                strong { (t!("management-blocked-alert")) " " }
                @match &account.blocked_reason { Some(reason) => span .as-written { (reason) }, None => (t!("management-no-reason")) }
            }))
        }
        div .row .row-cards {
            div .col-lg-7 { (facts(account, &user.zone())) }
            div .col-lg-5 { (block_card(user, chrome, account, form)) }
            div .col-12 { (mailings_card(mailings)) }
        }
    };
    page(&user.shell(chrome, &account.full_name, Section::Place("/users")), content)
}

fn facts(account: &Account, zone: &Zone) -> Markup {
    html! {
        div .card .h-100 { div .card-body {
            dl .row .mb-0 {
                dt .col-sm-4 { (t!("management-status")) }
                dd .col-sm-8 { (status_badge(account)) }
                dt .col-sm-4 { (t!("management-roles")) }
                dd .col-sm-8 { (roles(&account.roles)) }
                dt .col-sm-4 { (t!("management-registered")) }
                dd .col-sm-8 { (schedule::display(account.created_at, zone)) }
                dt .col-sm-4 { (t!("management-last-sign-in")) }
                dd .col-sm-8 { @match account.last_signed_in_at { Some(moment) => (schedule::display(moment, zone)), None => (t!("management-never")) } }
                @if let Some(moment) = account.blocked_at {
                    dt .col-sm-4 { (t!("management-blocked-since")) }
                    dd .col-sm-8 { (schedule::display(moment, zone)) }
                }
                dt .col-sm-4 { (t!("management-two-factor")) }
                dd .col-sm-8 { @if account.has_two_factor { (t!("management-two-factor-on")) } @else { (t!("management-two-factor-off")) } }
                dt .col-sm-4 { (t!("management-mailings")) }
                dd .col-sm-8 .mb-0 { (number(account.mailings)) }
            }
        } }
    }
}

/// The form, or why there is none.
fn block_card(user: &CurrentUser, chrome: &Chrome, account: &Account, form: &BlockForm) -> Markup {
    let action = format!("/users/{}/block", account.id);
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { @if account.blocked_at.is_some() { (t!("management-blocked-title")) } @else { (t!("management-block-title")) } } }
            div .card-body {
                @match model::may_block(&user.0, account.id, &account.roles) {
                    Err(refusal) => {
                        @if let Some(error) = form.errors.get("reason") { (alert(Tone::Danger, error)) }
                        @else { p .text-secondary .mb-0 { (refusal.sentence()) } }
                    }
                    Ok(()) if account.blocked_at.is_some() => {
                        p .text-secondary { (t!("management-unblock-hint")) }
                        (button::act(&Act { action: &action, method: "delete", csrf: &chrome.csrf, label: &t!("management-unblock"), class: "btn-primary" }))
                    }
                    Ok(()) => (reason_form(&action, chrome, &form.reason, &form.errors, &t!("management-block"), &t!("management-block-hint")))
                }
            }
        }
    }
}

fn mailings_card(list: &Keyset<Mailing>) -> Markup {
    let labels = [t!("management-mailing"), t!("management-status"), t!("management-goes-out"), t!("management-next-run")];
    let columns = labels.each_ref().map(|label| Column::new(label));
    let [name, status, goes_out, next_run] = &labels;
    html! {
        div .card {
            div .card-header { h2 .card-title { (t!("management-mailings")) } }
            div #mailings {
                (table(&t!("management-mailings"), &columns, html! { @for mailing in &list.rows {
                    tr id={ "mailing-" (mailing.id) } {
                        (cell(name, html! { a href={ "/mailings/" (mailing.id) } { (mailing.name) } }))
                        (cell(status, mailings::views::status_badges(mailing)))
                        (cell(goes_out, mailings::views::period(mailing)))
                        (cell(next_run, mailings::views::next_run(mailing)))
                    }
                } }))
                (empty(Icon::Calendar, &t!("management-no-mailings"), &t!("management-no-mailings-advice"), None))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("management-older") }))
            }
        }
    }
}

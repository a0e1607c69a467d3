//! Users as managers see them.

use maud::{Markup, html};

use super::model::{self, Account, Status, UsersQuery};
use crate::{
    audit::views::reason_form,
    mailings::{
        self,
        model::Mailing,
        schedule::{self, Zone},
    },
    ui::{
        Column, Icon, Kind, Pagination, Section, Tone, alert, badge,
        button::{self, Act},
        cell, empty, page, page_header, pagination,
        progress::grouped,
        table,
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
        (page_header("Users", Some("Everybody with an account."), None))
        (list_card("/users", query, list, &user.zone()))
    };
    page(&user.shell(chrome, "Users", Section::Place("/users")), content)
}

/// The list with what narrows it. `path` is its address and what the rows lead to.
pub fn list_card(path: &str, query: &UsersQuery, list: &Keyset<Account>, zone: &Zone) -> Markup {
    let last = format!("Last sign-in ({zone})");
    let columns = [Column::new("User"), Column::new("Status"), Column::new("Roles"), Column::number("Mailings"), Column::new(&last)];
    html! {
        div .card {
            div .card-header { (filter(path, "#users", controls(query))) }
            div #users {
                (table("Users", &columns, html! { @for account in &list.rows { (row(path, account, zone)) } }))
                (empty(Icon::Search, "Nobody found", "No user has this in their address or name, and this status.", None))
                (pagination(&Pagination { target: "#users", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    }
}

fn controls(query: &UsersQuery) -> Markup {
    html! {
        input .form-control type="search" name="q" value=(query.q) placeholder="Address or name" aria-label="Search users" maxlength="200" autocomplete="off";
        select .form-select name="status" aria-label="Status" {
            option value="" { "Every status" }
            @for status in Status::ALL { option value=(status.as_str()) selected[query.status == status.as_str()] { (status.as_str()) } }
        }
        button .btn type="submit" { "Filter" }
    }
}

fn row(path: &str, account: &Account, zone: &Zone) -> Markup {
    html! {
        tr id={ "user-" (account.id) } {
            (cell("User", html! {
                a href={ (path) "/" (account.id) } { (account.email) }
                div .text-secondary { (account.full_name) }
            }))
            (cell("Status", html! {
                (status_badge(account))
                @if let Some(reason) = &account.blocked_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell("Roles", roles(&account.roles)))
            (number_cell("Mailings", grouped(account.mailings.unsigned_abs())))
            (cell("Last sign-in", html! {
                @match account.last_signed_in_at {
                    Some(moment) => span .moment { (short(moment, zone)) },
                    None => span .text-secondary { "never" },
                }
            }))
        }
    }
}

/// Day and time, for a column that names the zone.
fn short(moment: time::OffsetDateTime, zone: &Zone) -> String {
    let civil = schedule::civil(moment, zone);
    format!("{} {:02}:{:02}", civil.date(), civil.time().hour(), civil.time().minute())
}

pub fn status_badge(account: &Account) -> Markup {
    let status = account.status();
    let kind = match status {
        Status::Active => Kind::Success,
        Status::Unconfirmed => Kind::Neutral,
        Status::Blocked => Kind::Danger,
    };
    badge(kind, status.as_str())
}

pub fn roles(roles: &[Role]) -> Markup {
    html! {
        @if roles.is_empty() {
            span .text-secondary { "User" }
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
            @if user.may(Right::ReadAudit) { (button::secondary_link(&format!("/admin/audit?user_id={}", account.id), "What was done")) }
            @if user.may(Right::ManageUsers) { (button::secondary_link(&format!("/admin/users/{}", account.id), "Edit the account")) }
        })))
        @if account.blocked_at.is_some() {
            (alert(Tone::Danger, html! {
                strong { "Blocked: " }
                @match &account.blocked_reason { Some(reason) => span .as-written { (reason) }, None => "no reason is on record" }
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
                dt .col-sm-4 { "Status" }
                dd .col-sm-8 { (status_badge(account)) }
                dt .col-sm-4 { "Roles" }
                dd .col-sm-8 { (roles(&account.roles)) }
                dt .col-sm-4 { "Registered" }
                dd .col-sm-8 { (schedule::display(account.created_at, zone)) }
                dt .col-sm-4 { "Last sign-in" }
                dd .col-sm-8 { @match account.last_signed_in_at { Some(moment) => (schedule::display(moment, zone)), None => "never" } }
                @if let Some(moment) = account.blocked_at {
                    dt .col-sm-4 { "Blocked" }
                    dd .col-sm-8 { (schedule::display(moment, zone)) }
                }
                dt .col-sm-4 { "Two-factor sign-in" }
                dd .col-sm-8 { @if account.has_two_factor { "on" } @else { "off" } }
                dt .col-sm-4 { "Mailings" }
                dd .col-sm-8 .mb-0 { (grouped(account.mailings.unsigned_abs())) }
            }
        } }
    }
}

/// The form, or why there is none.
fn block_card(user: &CurrentUser, chrome: &Chrome, account: &Account, form: &BlockForm) -> Markup {
    let action = format!("/users/{}/block", account.id);
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { @if account.blocked_at.is_some() { "Blocked" } @else { "Block this user" } } }
            div .card-body {
                @match model::may_block(&user.0, account.id, &account.roles) {
                    Err(refusal) => {
                        @if let Some(error) = form.errors.get("reason") { (alert(Tone::Danger, error)) }
                        @else { p .text-secondary .mb-0 { (refusal.sentence()) } }
                    }
                    Ok(()) if account.blocked_at.is_some() => {
                        p .text-secondary { "Nothing of theirs goes out. Unblocked, their mailings go on with their next moments. What fell due meanwhile stays unsent, but for first runs whose end has not come: those go out at once." }
                        (button::act(&Act { action: &action, method: "delete", csrf: &chrome.csrf, label: "Unblock", class: "btn-primary" }))
                    }
                    Ok(()) => (reason_form(&action, chrome, &form.reason, &form.errors, "Block",
                        "They read it when they try to sign in. They are signed out everywhere at once, and their mailings rest."))
                }
            }
        }
    }
}

fn mailings_card(list: &Keyset<Mailing>) -> Markup {
    let columns = [Column::new("Name"), Column::new("Status"), Column::new("Goes out"), Column::new("Next run")];
    html! {
        div .card {
            div .card-header { h2 .card-title { "Mailings" } }
            div #mailings {
                (table("Mailings", &columns, html! { @for mailing in &list.rows {
                    tr id={ "mailing-" (mailing.id) } {
                        (cell("Name", html! { a href={ "/mailings/" (mailing.id) } { (mailing.name) } }))
                        (cell("Status", mailings::views::status_badges(mailing)))
                        (cell("Goes out", mailings::views::period(mailing)))
                        (cell("Next run", mailings::views::next_run(mailing)))
                    }
                } }))
                (empty(Icon::Calendar, "No mailings yet", "Those they make appear here.", None))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    }
}

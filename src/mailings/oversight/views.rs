//! Mailings as managers see them.

use maud::{Markup, html};

use super::model::{AllQuery, Overseen, State};
use crate::{
    audit::views::reason_form,
    mailings::{
        model::Mailing,
        views::{next_run, period, status_badges},
    },
    ui::{
        Column, Icon, Kind, Pagination, Section, badge,
        button::{self, Act},
        cell, empty, page, page_header, pagination, table,
        table::filter,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, list::Keyset},
};

pub fn index_page(user: &CurrentUser, chrome: &Chrome, query: &AllQuery, list: &Keyset<Overseen>) -> Markup {
    let columns = [Column::new("Name"), Column::new("Owner"), Column::new("Status"), Column::new("Goes out"), Column::new("Next run")];
    let content = html! {
        (page_header("Everybody’s mailings", Some("To look at, and to disable; their owners alone change and start them."), None))
        div .card {
            div .card-header { (filter("/mailings/all", "#mailings", controls(query))) }
            div #mailings {
                (table("Everybody’s mailings", &columns, html! { @for overseen in &list.rows { (row(overseen)) } }))
                (empty(Icon::Search, "Nothing found", "No mailing has this in its name or its owner’s address, and this state.", None))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&user.shell(chrome, "Everybody’s mailings", Section::Place("/mailings/all")), content)
}

fn controls(query: &AllQuery) -> Markup {
    html! {
        input .form-control type="search" name="q" value=(query.q) placeholder="Name or owner" aria-label="Search mailings" maxlength="200" autocomplete="off";
        select .form-select name="state" aria-label="State" {
            option value="" { "Every state" }
            @for state in State::ALL { option value=(state.as_str()) selected[query.state == state.as_str()] { (state.as_str()) } }
        }
        button .btn type="submit" { "Filter" }
    }
}

fn row(overseen: &Overseen) -> Markup {
    let mailing = &overseen.mailing;
    html! {
        tr id={ "mailing-" (mailing.id) } {
            (cell("Name", html! { a href={ "/mailings/" (mailing.id) } { (mailing.name) } }))
            (cell("Owner", html! {
                a href={ "/users/" (mailing.user_id) } { (overseen.owner_email) }
                div .under { span .text-secondary { (overseen.owner_name) } @if overseen.is_owner_blocked { (badge(Kind::Danger, "blocked")) } }
            }))
            (cell("Status", html! {
                (status_badges(mailing))
                @if let Some(reason) = &mailing.disabled_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell("Goes out", period(mailing)))
            (cell("Next run", html! {
                @if overseen.is_owner_blocked { span .text-secondary { "not while blocked" } } @else { (next_run(mailing)) }
            }))
        }
    }
}

/// The reason as it was typed, with what is wrong with it.
#[derive(Default)]
pub struct SuspensionForm {
    pub reason: String,
    pub errors: FieldErrors,
}

/// What a manager may do with a mailing.
pub fn suspension_card(mailing: &Mailing, chrome: &Chrome, form: &SuspensionForm) -> Markup {
    let action = format!("/mailings/{}/suspension", mailing.id);
    html! {
        div .card .mt-3 .form-card #suspension {
            div .card-header { h2 .card-title { @if mailing.disabled_at.is_some() { "Disabled" } @else { "Disable this mailing" } } }
            div .card-body {
                @if mailing.disabled_at.is_some() {
                    p .text-secondary { "Nothing of it goes out. Enabled, it goes on with its next moment. What fell due meanwhile stays unsent, but for a first run whose end has not come: that goes out at once." }
                    (button::act(&Act { action: &action, method: "delete", csrf: &chrome.csrf, label: "Enable", class: "btn-primary" }))
                } @else {
                    (reason_form(&action, chrome, &form.reason, &form.errors, "Disable",
                        "The owner reads it on the mailing and in a mail. Nothing of it goes out until it is enabled again."))
                }
            }
        }
    }
}

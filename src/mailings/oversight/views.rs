//! Mailings as managers see them.

use maud::{Markup, html};

use super::model::{AllQuery, Overseen, State};
use crate::{
    audit::views::reason_form,
    mailings::{
        model::Mailing,
        views::{next_run, period, status_badges},
    },
    t,
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
    let labels = [t!("oversight-name"), t!("oversight-owner"), t!("oversight-status"), t!("oversight-goes-out"), t!("oversight-next-run")];
    let columns = labels.each_ref().map(|label| Column::new(label));
    let content = html! {
        (page_header(&t!("oversight-title"), Some(&t!("oversight-subtitle")), None))
        div .card {
            div .card-header { (filter("/mailings/all", "#mailings", controls(query))) }
            div #mailings {
                (table(&t!("oversight-title"), &columns, html! { @for overseen in &list.rows { (row(overseen, &labels)) } }))
                (empty(Icon::Search, &t!("oversight-nothing"), &t!("oversight-nothing-advice"), None))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("oversight-older") }))
            }
        }
    };
    page(&user.shell(chrome, &t!("oversight-title"), Section::Place("/mailings/all")), content)
}

fn controls(query: &AllQuery) -> Markup {
    html! {
        input .form-control type="search" name="q" value=(query.q) placeholder=(t!("oversight-search-placeholder")) aria-label=(t!("oversight-search")) maxlength="200" autocomplete="off";
        select .form-select name="state" aria-label=(t!("oversight-state")) {
            option value="" { (t!("oversight-every-state")) }
            @for state in State::ALL { option value=(state.as_str()) selected[query.state == state.as_str()] { (state.label()) } }
        }
        button .btn type="submit" { (t!("oversight-filter")) }
    }
}

fn row(overseen: &Overseen, labels: &[String; 5]) -> Markup {
    let [name, owner, status, goes_out, next] = labels;
    let mailing = &overseen.mailing;
    html! {
        tr id={ "mailing-" (mailing.id) } {
            (cell(name, html! { a href={ "/mailings/" (mailing.id) } { (mailing.name) } }))
            (cell(owner, html! {
                a href={ "/users/" (mailing.user_id) } { (overseen.owner_email) }
                div .under { span .text-secondary { (overseen.owner_name) } @if overseen.is_owner_blocked { (badge(Kind::Danger, &t!("oversight-owner-blocked"))) } }
            }))
            (cell(status, html! {
                (status_badges(mailing))
                @if let Some(reason) = &mailing.disabled_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell(goes_out, period(mailing)))
            (cell(next, html! {
                @if overseen.is_owner_blocked { span .text-secondary { (t!("oversight-not-while-blocked")) } } @else { (next_run(mailing)) }
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
            div .card-header { h2 .card-title { @if mailing.disabled_at.is_some() { (t!("oversight-disabled-title")) } @else { (t!("oversight-disable-title")) } } }
            div .card-body {
                @if mailing.disabled_at.is_some() {
                    p .text-secondary { (t!("oversight-enable-hint")) }
                    (button::act(&Act { action: &action, method: "delete", csrf: &chrome.csrf, label: &t!("oversight-enable"), class: "btn-primary" }))
                } @else {
                    (reason_form(&action, chrome, &form.reason, &form.errors, &t!("oversight-disable"), &t!("oversight-disable-hint")))
                }
            }
        }
    }
}

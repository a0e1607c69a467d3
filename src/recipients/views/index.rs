//! The list of recipients: what narrows it, its rows, what is done with those that are ticked.

use maud::{Markup, html};

use super::{COLUMNS, TICKED, row};
use crate::{
    mailings::model::Use,
    recipients::list::{ListQuery, PATH, Page, Sort, State},
    t,
    ui::{
        Column, Icon, Pagination, Section, button, empty, icon, page, page_header, pagination, table,
        table::{self as tables, filter, ticked_bar},
    },
    users::CurrentUser,
    web::Chrome,
};

const CARD: &str = "#recipients-card";

/// `open` are the mailings that recipients can be added to.
pub fn index_page(user: &CurrentUser, chrome: &Chrome, list: &Page, open: &[Use]) -> Markup {
    let title = t!("recipients-title");
    let next_label = if list.query.sort() == Sort::Newest { t!("recipients-older") } else { t!("recipients-next") };
    let content = html! {
        (page_header(&title, Some(&t!("recipients-subtitle")), Some(html! {
            (button::secondary_link("/recipients/import", &t!("recipients-import-short")))
            (button::secondary_link("/recipients/export", &t!("recipients-export")))
            a .btn .btn-primary href="/recipients/new" hx-get="/recipients/new" hx-select="#recipient-new" hx-target="#recipients tbody"
                hx-swap="afterbegin" data-opens="#recipient-new" { (icon(Icon::Plus)) (t!("recipients-new")) }
        })))
        div .card #recipients-card {
            div .card-header { (filter(PATH, "#recipients", controls(list.query))) }
            div #recipients data-ticks {
                (recipients_table(list, chrome))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(list.query))
                (ticked_bar(TICKED, &chrome.csrf, acts(list.query, open)))
                (pagination(&Pagination {
                    target: "#recipients",
                    next: list.next.as_deref(),
                    first: list.first.as_deref(),
                    next_label: &next_label,
                }))
            }
        }
    };
    page(&user.shell(chrome, &title, Section::Recipients), content)
}

fn controls(query: &ListQuery) -> Markup {
    let label = t!("recipients-search");
    html! {
        div .input-icon .filter-search {
            input .form-control type="search" name="q" value=(query.q) placeholder=(label) aria-label=(label) autocomplete="off" maxlength="200";
            button .input-icon-addon .search-button type="submit" aria-label=(t!("ui-search")) { (icon(Icon::Search)) }
        }
        select .form-select name="state" aria-label=(t!("recipients-filter-state")) autocomplete="off" {
            option value="" selected[query.state().is_none()] { (t!("recipients-filter-all")) }
            @for state in State::ALL {
                option value=(state.as_str()) selected[query.state() == Some(state)] { (state_name(state)) }
            }
        }
        select .form-select name="sort" aria-label=(t!("recipients-sort")) autocomplete="off" {
            @for sort in Sort::ALL {
                option value=(sort.as_str()) selected[query.sort() == sort] { (sort_name(sort)) }
            }
        }
    }
}

fn state_name(state: State) -> String {
    match state {
        State::Deliverable => t!("recipients-filter-deliverable"),
        State::Undeliverable => t!("recipients-filter-undeliverable"),
        State::Unsubscribed => t!("recipients-filter-unsubscribed"),
    }
}

fn sort_name(sort: Sort) -> String {
    match sort {
        Sort::Newest => t!("recipients-sort-newest"),
        Sort::Email => t!("recipients-sort-email"),
        Sort::Name => t!("recipients-sort-name"),
    }
}

fn recipients_table(list: &Page, chrome: &Chrome) -> Markup {
    let (email, name, comment, actions) =
        (t!("recipients-email"), t!("recipients-name"), t!("recipients-comment"), t!("recipients-actions"));
    let current = list.query.sort();
    // A second click leads back to the first order.
    let href = |sort| list.query.sorted(if current == sort { Sort::Newest } else { sort });
    let (by_email, by_name) = (href(Sort::Email), href(Sort::Name));
    let sort = |sort, href| tables::Sort { href, is_current: current == sort, target: CARD };
    let columns: [Column; COLUMNS] = [
        Column::new(&email).ticks().sort(sort(Sort::Email, &by_email)),
        Column::new(&name).sort(sort(Sort::Name, &by_name)),
        Column::new(&comment),
        Column::hidden(&actions),
    ];
    table(&t!("recipients-title"), &columns, html! { @for recipient in &list.rows { (row(recipient, &chrome.csrf)) } })
}

fn nothing(query: &ListQuery) -> Markup {
    if !query.is_narrowed() {
        return empty(
            Icon::Users,
            &t!("recipients-none"),
            &t!("recipients-none-text"),
            Some(button::primary_link("/recipients/new", Some(Icon::Plus), &t!("recipients-new"))),
        );
    }
    if query.q.trim().is_empty() {
        return empty(Icon::Users, &t!("recipients-none-in-state"), &t!("recipients-none-in-state-text"), None);
    }
    empty(Icon::Search, &t!("recipients-not-found"), &t!("recipients-not-found-text"), None)
}

/// What can be done with those that are ticked. All buttons send the one form; the answer is the list as it is then.
fn acts(query: &ListQuery, open: &[Use]) -> Markup {
    let question = "delete-ticked-recipients";
    html! {
        input type="hidden" name="list" value=(query.to_query());
        @if !open.is_empty() {
            div .ticked-pick {
                select .form-select name="mailing_id" aria-label=(t!("recipients-pick-mailing")) autocomplete="off" {
                    option value="" { (t!("recipients-pick-choose")) }
                    @for mailing in open { option value=(mailing.id) { (mailing.name) } }
                }
                button .btn type="submit" formaction="/recipients/picks" hx-post="/recipients/picks" hx-target="#recipients"
                    hx-select="#recipients" hx-swap="outerHTML" hx-disable="this" { (t!("recipients-pick")) }
            }
        }
        button .btn .btn-outline-danger type="button" popovertarget=(question) { (t!("recipients-delete")) }
        div .ask #(question) popover role="dialog" aria-labelledby={ (question) "-title" } {
            h2 .ask-question id={ (question) "-title" } { (t!("recipients-ticked-delete-question")) }
            p .text-secondary { (t!("recipients-ticked-delete-consequence")) }
            div .btn-list .justify-content-end {
                button .btn type="button" popovertarget=(question) popovertargetaction="hide" { (t!("common-cancel")) }
                button .btn .btn-danger type="submit" name="_method" value="delete" formaction=(PATH) hx-post=(PATH)
                    hx-target="#recipients" hx-select="#recipients" hx-swap="outerHTML" hx-disable="this" { (t!("recipients-delete")) }
            }
        }
    }
}

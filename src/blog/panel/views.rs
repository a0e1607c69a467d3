//! Posts as a list; the form stands in `views/form.rs`, what it will look like in `views/preview.rs`.

mod form;
mod preview;

use maud::{Markup, html};

pub use form::{Edit, edit_page, new_page};
pub use preview::preview;

use super::{
    super::model::State,
    PATH,
    model::{Filter, PostsQuery, Summary},
};
use crate::{
    i18n::{Language, format::number},
    mailings::schedule::{self, Zone},
    t,
    ui::{
        Column, Icon, Kind, Pagination, Section, badge,
        button::{self, Act, Delete},
        cell, empty, page, page_header, pagination, table,
        table::{actions_cell, filter, number_cell},
    },
    users::CurrentUser,
    web::{Chrome, list::Keyset},
};

/// What the list shows.
pub struct List<'a> {
    pub query: &'a PostsQuery,
    /// Its address.
    pub here: &'a str,
    pub page: &'a Keyset<Summary>,
}

pub fn index_page(user: &CurrentUser, chrome: &Chrome, list: &List) -> Markup {
    let new = button::primary_link("/admin/posts/new", Some(Icon::Plus), &t!("posts-new"));
    let content = html! {
        (page_header(&t!("posts-title"), Some(&t!("posts-subtitle")), Some(new)))
        div .card {
            div .card-header { (filter(PATH, "#posts", controls(list.query))) }
            div #posts {
                (rows(list, chrome, &user.zone()))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(list.query))
                (pagination(&Pagination {
                    target: "#posts", next: list.page.next.as_deref(), first: list.page.first.as_deref(), next_label: &t!("posts-older"),
                }))
            }
        }
    };
    page(&user.shell(chrome, &t!("posts-title"), Section::Place(PATH)), content)
}

fn controls(query: &PostsQuery) -> Markup {
    html! {
        input .form-control type="search" name="q" value=(query.q) placeholder=(t!("posts-search")) aria-label=(t!("posts-search"))
            maxlength="200" autocomplete="off";
        select .form-select name="state" aria-label=(t!("posts-state")) autocomplete="off" {
            option value="" { (t!("posts-every-state")) }
            @for filter in Filter::ALL { option value=(filter.as_str()) selected[query.state == filter.as_str()] { (filter_label(filter)) } }
        }
        select .form-select name="language" aria-label=(t!("posts-language")) autocomplete="off" {
            option value="" { (t!("posts-every-language")) }
            @for language in Language::ALL {
                option value=(language.tag()) lang=(language.tag()) selected[query.language == language.tag()] { (language.own_name()) }
            }
        }
        // With JavaScript the list follows by itself.
        noscript { button .btn type="submit" { (t!("ui-search")) } }
    }
}

fn filter_label(filter: Filter) -> String {
    match filter {
        Filter::Draft => t!("posts-drafts"),
        Filter::Scheduled => t!("posts-scheduled-ones"),
        Filter::Published => t!("posts-published-ones"),
    }
}

fn nothing(query: &PostsQuery) -> Markup {
    if query.is_wide() {
        let act = button::primary_link("/admin/posts/new", Some(Icon::Plus), &t!("posts-new"));
        empty(Icon::Mail, &t!("posts-none"), &t!("posts-none-text"), Some(act))
    } else {
        empty(Icon::Search, &t!("posts-not-found"), &t!("posts-not-found-text"), None)
    }
}

fn rows(list: &List, chrome: &Chrome, zone: &Zone) -> Markup {
    let labels = Labels {
        title: t!("posts-name"),
        state: t!("posts-state"),
        language: t!("posts-language"),
        date: t!("posts-date-zone", zone = zone.to_string()),
        views: t!("posts-views"),
    };
    let actions = t!("posts-actions");
    let columns = [
        Column::new(&labels.title),
        Column::new(&labels.state),
        Column::new(&labels.language),
        Column::new(&labels.date),
        Column::number(&labels.views),
        Column::hidden(&actions),
    ];
    table(&t!("posts-title"), &columns, html! { @for post in &list.page.rows { (row(post, &labels, chrome, list.here, zone)) } })
}

struct Labels {
    title: String,
    state: String,
    language: String,
    date: String,
    views: String,
}

fn row(post: &Summary, labels: &Labels, chrome: &Chrome, here: &str, zone: &Zone) -> Markup {
    let path = format!("{PATH}/{}", post.id);
    html! {
        tr id={ "post-" (post.id) } {
            (cell(&labels.title, html! {
                a href=(path) lang=(post.language.tag()) { (post.title) }
                div .text-secondary { "/blog/" (post.slug) }
            }))
            (cell(&labels.state, state_badge(post.state)))
            (cell(&labels.language, html! { span lang=(post.language.tag()) { (post.language.own_name()) } }))
            (cell(&labels.date, moment(post.state, zone)))
            (number_cell(&labels.views, number(post.views)))
            (actions_cell(html! {
                @if post.state.is_published() { a .btn .btn-sm .btn-ghost-primary href={ "/blog/" (post.slug) } { (t!("posts-look")) } }
                (publication_act(post, &chrome.csrf, here))
                (delete_button(post.id, &post.title, &chrome.csrf, Some("closest tr")))
            }))
        }
    }
}

/// Publish, or take back what is published.
fn publication_act(post: &Summary, csrf: &str, here: &str) -> Markup {
    let (method, label) = if post.state.is_published() { ("delete", t!("posts-unpublish")) } else { ("put", t!("posts-publish")) };
    let action = format!("{PATH}/{}/publication", post.id);
    let back = html! { input type="hidden" name="back" value=(here); };
    button::act_in_place(&Act { action: &action, method, csrf, label: &label, class: "btn-sm btn-ghost-primary" }, "#posts", back)
}

fn delete_button(id: i64, title: &str, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-post-{id}"),
        label: &t!("posts-delete"),
        action: &format!("{PATH}/{id}"),
        csrf,
        question: &t!("posts-delete-question", title = title),
        consequence: &t!("posts-delete-consequence"),
        target,
    })
}

/// Where a post stands, in a word.
fn state_badge(state: State) -> Markup {
    match state {
        State::Draft => badge(Kind::Neutral, &t!("posts-draft")),
        State::Scheduled(_) => badge(Kind::Info, &t!("posts-scheduled")),
        State::Published(_) => badge(Kind::Success, &t!("posts-is-published")),
    }
}

fn moment(state: State, zone: &Zone) -> Markup {
    html! {
        @match state {
            State::Draft => span .text-secondary { (t!("posts-no-date")) },
            State::Scheduled(at) | State::Published(at) => span .moment { (schedule::display_in(at, zone)) },
        }
    }
}

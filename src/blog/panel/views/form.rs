//! The form that makes and changes a post.

use maud::{Markup, PreEscaped, html};

use super::{
    super::{
        super::{
            model::State,
            pictures::{
                model::Gallery,
                views::{self as pictures, Wrong},
            },
            slug,
        },
        PATH,
        model::{Post, PostForm, SUMMARY_MAX, SUMMARY_SHOWN, TITLE_MAX},
    },
    delete_button, state_badge,
};
use crate::{
    i18n::Language,
    mailings::schedule::{self, Zone},
    rich, t,
    ui::{
        Field, Section, Tone, alert, button,
        choice::{self, Choice},
        csrf_field, form, method_field, page, page_header, submission_field,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, form::WHOLE},
};

/// A stored post's page.
pub struct Edit<'a> {
    /// As it is stored now.
    pub post: &'a Post,
    /// The pictures it has.
    pub gallery: &'a Gallery,
    pub form: &'a PostForm,
    pub preview: &'a Markup,
    pub errors: &'a FieldErrors,
    /// Whether somebody else has saved it since the form was made.
    pub is_conflict: bool,
}

struct Fields<'a> {
    form: &'a PostForm,
    preview: &'a Markup,
    errors: &'a FieldErrors,
    /// As it is stored.
    state: State,
    action: &'a str,
    method: &'static str,
    zone: Zone,
    is_zone_chosen: bool,
}

pub fn new_page(
    user: &CurrentUser,
    chrome: &Chrome,
    form: &PostForm,
    preview: &Markup,
    errors: &FieldErrors,
    is_zone_chosen: bool,
) -> Markup {
    let zone = user.zone();
    let fields = Fields { form, preview, errors, state: State::Draft, action: PATH, method: "post", zone, is_zone_chosen };
    let content = html! {
        (page_header(&t!("posts-new"), Some(&t!("posts-new-subtitle")), None))
        (card(&fields, chrome, &t!("posts-save-new"), html! {}))
    };
    page(&user.shell(chrome, &t!("posts-new"), Section::Place(PATH)), content)
}

pub fn edit_page(user: &CurrentUser, chrome: &Chrome, edit: &Edit) -> Markup {
    let Edit { post, gallery, form, preview, errors, is_conflict } = edit;
    let action = format!("{PATH}/{}", post.id);
    let fields =
        Fields { form, preview, errors, state: post.state, action: &action, method: "put", zone: user.zone(), is_zone_chosen: true };
    let conflict = html! { @if *is_conflict { (conflict(post, form, &fields.zone)) } };
    let content = html! {
        (page_header(&t!("posts-edit"), None, Some(html! {
            (state_badge(post.state))
            @if post.state.is_published() { (button::secondary_link(&format!("/blog/{}", post.slug), &t!("posts-look"))) }
            (delete_button(post.id, &post.title, &chrome.csrf, None))
        })))
        (card(&fields, chrome, &t!("posts-save"), conflict))
        (pictures::panel(gallery, &Wrong::Nothing, &chrome.csrf))
    };
    page(&user.shell(chrome, &t!("posts-edit"), Section::Place(PATH)), content)
}

fn card(fields: &Fields, chrome: &Chrome, submit_label: &str, conflict: Markup) -> Markup {
    let form = fields.form;
    html! {
        div .card { div .card-body {
            form #post-form method="post" action=(fields.action) novalidate {
                (csrf_field(&chrome.csrf))
                @if fields.method != "post" { (method_field(fields.method)) }
                @if let Some(submission_id) = form.submission_id { (submission_field(submission_id)) }
                @if !form.updated_at.is_empty() { input type="hidden" name="updated_at" value=(form.updated_at); }
                (conflict)
                div .post-form {
                    div {
                        (words(fields))
                        (publication(fields))
                        div .btn-list { (button::primary(submit_label)) (button::secondary_link(PATH, &t!("common-cancel"))) }
                    }
                    (preview_part(fields))
                }
            }
        } }
    }
}

fn field<'a>(fields: &'a Fields, label: &'a str, name: &'static str, value: &'a str) -> Field<'a> {
    Field::new(label, name).error(fields.errors.get(name)).value(value)
}

fn words(fields: &Fields) -> Markup {
    let Fields { form, errors, .. } = fields;
    let languages = Language::ALL.map(|language| Choice::new(language.tag(), language.own_name()));
    let slug_hint = if fields.state.is_published() { t!("posts-slug-hint-published") } else { t!("posts-slug-hint") };
    let (title, slug, language) = (t!("posts-name"), t!("posts-slug"), t!("posts-language"));
    html! {
        (form::whole(errors.get(WHOLE)))
        (form::text(&field(fields, &title, "title", &form.title).required().max_length(TITLE_MAX).autocomplete("off")))
        div .row {
            div .col-md-8 {
                (form::text(&field(fields, &slug, "slug", &form.slug).hint(&slug_hint).max_length(slug::MAX).autocomplete("off")))
            }
            div .col-md-4 { (choice::select(&field(fields, &language, "language", &form.language).required(), languages)) }
        }
        (summary(fields))
        (content(fields))
    }
}

fn summary(fields: &Fields) -> Markup {
    let form = fields.form;
    let (label, hint) = (t!("posts-summary"), t!("posts-summary-hint"));
    html! {
        div .counted {
            (form::textarea(&field(fields, &label, "summary", &form.summary).hint(&hint).max_length(SUMMARY_MAX), 3))
            // counter.js keeps it; without it the count is the one the page came with.
            p .form-hint .count {
                (rich!("posts-summary-length",
                    length = html! { span data-counts="summary" { (form.summary.trim().chars().count()) } }, shown = html! { (SUMMARY_SHOWN) }))
            }
        }
    }
}

fn content(fields: &Fields) -> Markup {
    let (label, hint) = (t!("posts-content"), t!("posts-content-hint"));
    html! {
        div .source { (form::textarea(&field(fields, &label, "content", &fields.form.content).hint(&hint), 22)) }
        (markdown_help())
    }
}

/// What can be written, beside what becomes of it.
fn markdown_help() -> Markup {
    let examples = [
        ("## …", t!("posts-help-heading")),
        ("**…**  *…*  ~~…~~", t!("posts-help-emphasis")),
        ("[…](https://example.org)", t!("posts-help-link")),
        ("![…](/blog/pictures/…)", t!("posts-help-picture")),
        ("- …\n- …", t!("posts-help-list")),
        ("1. …\n2. …", t!("posts-help-numbers")),
        ("> …", t!("posts-help-quote")),
        ("`…`", t!("posts-help-code")),
        ("| A | B |\n|---|---|\n| 1 | 2 |", t!("posts-help-table")),
        ("…[^1]\n\n[^1]: …", t!("posts-help-footnote")),
        ("---", t!("posts-help-rule")),
    ];
    html! {
        details .markdown-help .mb-3 {
            summary { (t!("posts-help")) }
            table .table .table-sm {
                thead .visually-hidden { tr { th scope="col" { (t!("posts-help-typed")) } th scope="col" { (t!("posts-help-shown")) } } }
                tbody {
                    @for (typed, shown) in &examples { tr { td { code { (typed) } } td { (shown) } } }
                }
            }
            p .text-secondary .mb-0 { (t!("posts-help-html")) }
        }
    }
}

fn publication(fields: &Fields) -> Markup {
    let Fields { form, zone, .. } = fields;
    let (draft, draft_detail) = match fields.state {
        State::Draft => (t!("posts-choice-draft"), t!("posts-choice-draft-detail")),
        State::Scheduled(_) => (t!("posts-choice-draft"), t!("posts-choice-draft-unscheduled")),
        State::Published(_) => (t!("posts-choice-unpublish"), t!("posts-choice-draft-unpublished")),
    };
    let (now, now_detail) = match fields.state {
        State::Published(since) => {
            (t!("posts-choice-published"), t!("posts-choice-published-detail", since = schedule::display(since, zone)))
        }
        _ => (t!("posts-choice-now"), t!("posts-choice-now-detail")),
    };
    let at = t!("posts-choice-at");
    let at_detail = if fields.state.is_published() { t!("posts-choice-at-published") } else { t!("posts-choice-at-detail") };
    let choices = [
        Choice::new("draft", &draft).detail(&draft_detail),
        Choice::new("now", &now).detail(&now_detail),
        Choice::new("at", &at).detail(&at_detail),
    ];
    let (label, date, zone_label) = (t!("posts-publication"), t!("posts-moment"), t!("posts-zone"));
    html! {
        (choice::radio_group(&field(fields, &label, "publication", &form.publication).required(), choices))
        // blog.css shows it while a moment is chosen.
        div .row .at-a-moment {
            div .col-md-6 { (form::date_time(&field(fields, &date, "published_at", &form.published_at))) }
            div .col-md-6 {
                (choice::zone_select(&field(fields, &zone_label, "time_zone", &form.time_zone), zones(&form.time_zone), fields.is_zone_chosen))
            }
        }
    }
}

/// The list, and the reader's own text where it is none of the list: nothing typed is lost.
fn zones(chosen: &str) -> impl Iterator<Item = &str> {
    let unlisted = !chosen.is_empty() && !Zone::all_names().iter().any(|name| name == chosen);
    unlisted.then_some(chosen).into_iter().chain(Zone::all_names().iter().map(String::as_str))
}

/// What it will look like, and again at every change of the form.
fn preview_part(fields: &Fields) -> Markup {
    let address = format!("{}/preview", fields.action);
    let (post, put) = ((fields.method == "post").then_some(&address), (fields.method == "put").then_some(&address));
    html! {
        div .post-preview {
            h2 .h3 #post-preview-title { (t!("posts-preview")) }
            // It can be scrolled with the keyboard. Morphed, so that neither pictures nor the place in it are lost.
            div #post-preview tabindex="0" role="region" aria-labelledby="post-preview-title" hx-post=[post] hx-put=[put] hx-target="this"
                hx-swap="innerMorph" hx-sync="this:replace"
                hx-trigger=r#"input from:"closest form" delay:400ms, change from:"closest form" delay:400ms"# { (fields.preview) }
            // Without JavaScript: sends the whole form and gets it back with the preview. Behind "Save", which Enter presses.
            noscript { button .btn .mt-2 type="submit" name="preview" value="1" { (t!("posts-preview-again")) } }
        }
    }
}

/// What is stored now, where it is not what stands in the form, for whoever decides between the two.
fn conflict(stored: &Post, form: &PostForm, zone: &Zone) -> Markup {
    let state = match stored.state {
        State::Draft => t!("posts-draft"),
        State::Scheduled(at) => t!("posts-conflict-scheduled", moment = schedule::display(at, zone)),
        State::Published(at) => t!("posts-conflict-published", moment = schedule::display(at, zone)),
    };
    let differs = |stored: &str, typed: &str| stored != typed.replace("\r\n", "\n").trim();
    let lines = [
        (t!("posts-name"), stored.title.as_str(), differs(&stored.title, &form.title)),
        (t!("posts-slug"), stored.slug.as_str(), differs(&stored.slug, &form.slug)),
        (t!("posts-language"), stored.language.own_name(), stored.language.tag() != form.language),
        (t!("posts-summary"), stored.summary.as_str(), differs(&stored.summary, &form.summary)),
        (t!("posts-state"), state.as_str(), true),
    ];
    html! {
        (alert(Tone::Warning, html! { strong { (t!("posts-conflict")) } " " (t!("posts-conflict-then")) }))
        section .stored .mb-3 aria-labelledby="stored-title" {
            h2 .h3 #stored-title { (t!("posts-conflict-stored")) }
            dl .row .mb-0 {
                @for (label, value, _) in lines.iter().filter(|(_, _, differs)| *differs) {
                    dt .col-sm-3 { (label) }
                    dd .col-sm-9 { (value) }
                }
            }
            @if differs(&stored.content, &form.content) {
                div .source {
                    label .form-label for="stored-content" { (t!("posts-content")) }
                    // No name: it is not sent. HTML drops one newline right after the tag.
                    textarea .form-control #stored-content rows="12" readonly { (PreEscaped("\n")) (stored.content) }
                }
            }
        }
    }
}

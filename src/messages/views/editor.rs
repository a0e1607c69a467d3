//! The field of a message's body. Without JavaScript it is a textarea with HTML or text; editor.js shows what is hidden here.

use maud::{Markup, html};
use time::OffsetDateTime;

use crate::{
    mail::compose::Placeholder,
    mailings::schedule::{self, Zone},
    messages::drafts::DraftState,
    t,
    ui::{Field, Tone, alert, csrf_field, form, method_field},
    web::Chrome,
};

/// Where a message's draft is kept.
fn draft_address(stored_id: Option<i64>) -> String {
    stored_id.map_or_else(|| "/messages/draft".to_owned(), |id| format!("/messages/{id}/draft"))
}

/// What somebody left behind the last time, to go on from or to throw away.
pub fn offer(zone: &Zone, stored_id: Option<i64>, saved_at: OffsetDateTime, chrome: &Chrome) -> Markup {
    let page = stored_id.map_or_else(|| "/messages/new".to_owned(), |id| format!("/messages/{id}/edit"));
    alert(
        Tone::Info,
        html! {
            p .mb-2 { (t!("messages-draft-offered", moment = schedule::display(saved_at, zone))) }
            div .btn-list {
                a .btn .btn-primary .btn-sm href={ (page) "?draft=true" } { (t!("messages-draft-continue")) }
                @if chrome.htmx {
                    // Within the list it stands inside a form; the editor's own page can throw it away.
                    a .btn .btn-sm href=(page) { (t!("messages-draft-look")) }
                } @else {
                    form .d-inline method="post" action=(draft_address(stored_id)) {
                        (csrf_field(&chrome.csrf))
                        (method_field("delete"))
                        button .btn .btn-sm type="submit" { (t!("messages-draft-discard")) }
                    }
                }
            }
        },
    )
}

/// The textarea with what editor.js needs around it.
pub fn body(field: &Field, scope: &str, stored_id: Option<i64>, draft: DraftState) -> Markup {
    let preview = stored_id.map_or_else(|| "/messages/draft/preview".to_owned(), |id| format!("/messages/{id}/preview?draft=true"));
    let words = serde_json::json!({
        "waits": t!("messages-draft-waits"),
        "unsaved": t!("messages-draft-unsaved"),
        "away": t!("messages-draft-away"),
        "signed-out": t!("messages-draft-signed-out"),
    });
    html! {
        div .mail-editor data-mail-editor data-draft=(draft_address(stored_id))
            data-draft-waits[draft.offered.is_some()] data-words=(words) {
            input type="hidden" name="draft_version" value=(draft.hold.version);
            input type="hidden" name="draft_writer" value=(draft.hold.writer);
            div .mail-bar data-editor-part hidden {
                (views(scope))
                (tools(scope))
            }
            (form::textarea(field, 14))
            iframe .mail-canvas data-src="/messages/canvas" title=(t!("messages-canvas")) hidden {}
            pre .mail-text .mail-generated tabindex="0" aria-label=(t!("messages-view-text")) hidden {}
            div .mail-under data-editor-part hidden {
                a .btn .btn-sm href=(preview) target="_blank" data-preview { (t!("messages-preview-and-test")) }
                span .text-secondary data-draft-status role="status" {}
            }
            (question(scope))
        }
    }
}

fn views(scope: &str) -> Markup {
    let view = |name: &str, label: String| {
        html! { button .btn .btn-sm type="button" data-view=(name) aria-pressed="false" id={ (scope) "-view-" (name) } { (label) } }
    };
    html! {
        div .btn-group role="group" aria-label=(t!("messages-views")) {
            (view("visual", t!("messages-view-visual")))
            (view("html", t!("messages-view-html")))
            (view("text", t!("messages-view-text")))
        }
    }
}

fn tools(scope: &str) -> Markup {
    let tool = |command: &str, sign: Markup, label: String| {
        html! { button .btn .btn-sm .btn-icon type="button" data-command=(command) aria-label=(label) title=(label) { (sign) } }
    };
    html! {
        div .mail-tools role="toolbar" aria-label=(t!("messages-tools")) {
            (tool("bold", html! { b { "B" } }, t!("messages-bold")))
            (tool("italic", html! { i { "I" } }, t!("messages-italic")))
            (tool("heading", html! { "H" }, t!("messages-heading")))
            (tool("list", html! { "•" }, t!("messages-list")))
            (tool("numbers", drawn("M11 6h9M11 12h9M12 18h8M4 16a2 2 0 1 1 4 0c0 .6-.5 1-1 1.500L4 20h4M6 10V4L4 6"), t!("messages-numbers")))
            (tool("quote", html! { "“" }, t!("messages-quote")))
            (tool("link", drawn("M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500"), t!("messages-link")))
            (tool("image", drawn("M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 4M15 9v.1"), t!("messages-image")))
            (tool("undo", drawn("M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3"), t!("messages-undo")))
            (tool("redo", drawn("m15 14 5-5-5-5M20 9H10a6 6 0 0 0 0 12h3"), t!("messages-redo")))
            select .form-select .form-select-sm .mail-placeholders data-placeholders id={ (scope) "-placeholders" } aria-label=(t!("messages-placeholders")) autocomplete="off" {
                option value="" { (t!("messages-placeholders")) }
                @for placeholder in Placeholder::ALL {
                    option value={ "{{ " (placeholder.word()) " }}" } { (meaning(placeholder)) }
                }
            }
        }
    }
}

fn drawn(strokes: &str) -> Markup {
    html! {
        svg .icon .m-0 viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.75"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" { path d=(strokes) {} }
    }
}

fn meaning(placeholder: Placeholder) -> String {
    match placeholder {
        Placeholder::Name => t!("messages-placeholder-name"),
        Placeholder::Email => t!("messages-placeholder-email"),
        Placeholder::Mailing => t!("messages-placeholder-mailing"),
        Placeholder::Date => t!("messages-placeholder-date"),
        Placeholder::UnsubscribeLink => t!("messages-placeholder-unsubscribe-link"),
    }
}

/// Asks for the address of a link or an image.
fn question(scope: &str) -> Markup {
    let id = format!("{scope}-address");
    html! {
        dialog .ask .mail-question data-question aria-labelledby={ (id) "-label" } {
            label .form-label id={ (id) "-label" } for=(id) data-label data-link=(t!("messages-link-address")) data-image=(t!("messages-image-address")) {}
            input .form-control .mb-3 type="url" id=(id) placeholder="https://" autocomplete="off";
            div .btn-list .justify-content-end {
                button .btn type="button" data-answer="" { (t!("common-cancel")) }
                button .btn .btn-primary type="button" data-answer="yes" { (t!("messages-insert")) }
            }
        }
    }
}

//! Buttons, links that look like them, and asking before something is lost.

use maud::{Markup, html};

use super::form::{csrf_field, method_field};
use super::icon::{Icon, icon};
use crate::t;

/// Sends the form; the page's main act.
pub fn primary(label: &str) -> Markup {
    html! { button .btn .btn-primary type="submit" { (label) } }
}

/// A link as the page's main act, as "New recipient".
pub fn primary_link(href: &str, symbol: Option<Icon>, label: &str) -> Markup {
    html! {
        a .btn .btn-primary href=(href) {
            @if let Some(symbol) = symbol { (icon(symbol)) }
            (label)
        }
    }
}

/// A link as a lesser act, as "Cancel" or "Edit".
pub fn secondary_link(href: &str, label: &str) -> Markup {
    html! { a .btn href=(href) { (label) } }
}

/// The way out of an editor. In a list (`inline`) the row comes back as it is stored, or goes where none is stored yet;
/// on the editor's own page this leads back. `list` is the list's address, `noun` what its rows' ids begin with.
pub fn cancel(list: &str, noun: &str, stored_id: Option<i64>, inline: bool) -> Markup {
    html! {
        @match (stored_id, inline) {
            (None, false) => (secondary_link(list, &t!("common-cancel"))),
            (Some(id), false) => (secondary_link(&format!("{list}/{id}"), &t!("common-cancel"))),
            (None, true) => a .btn href=(list) data-removes-row { (t!("common-cancel")) },
            // Lists run downwards by id, so the page below the next id begins with this row.
            (Some(id), true) => a .btn href=(list) hx-get={ (list) "?before=" (id.saturating_add(1)) } hx-select={ "#" (noun) "-" (id) }
                hx-target="closest tr" hx-swap="outerHTML" { (t!("common-cancel")) },
        }
    }
}

/// One act that takes one click, as "Pause" or "Run now": a form of its own around a button.
pub struct Act<'a> {
    pub action: &'a str,
    /// `post`, `put` or `delete`.
    pub method: &'a str,
    pub csrf: &'a str,
    pub label: &'a str,
    /// Beyond `btn`: `btn-primary`, `btn-sm`, `btn-outline-danger`.
    pub class: &'a str,
}

/// The button with its form.
pub fn act(act: &Act) -> Markup {
    html! {
        form .d-inline method="post" action=(act.action) {
            (csrf_field(act.csrf))
            @if act.method != "post" { (method_field(act.method)) }
            button class={ "btn " (act.class) } type="submit" { (act.label) }
        }
    }
}

/// An act that asks in a dialog first, as "Start now" with the number of recipients.
pub struct Ask<'a> {
    /// Unique on the page, as `start-mailing-ID`.
    pub id: &'a str,
    pub act: Act<'a>,
    /// The question's headline: "Send to 1,234 recipients now?"
    pub question: &'a str,
    /// What follows from it.
    pub consequence: &'a str,
    /// On the button that confirms, beyond `btn`: `btn-primary`, `btn-danger`.
    pub confirm_class: &'a str,
    /// Further fields of the form.
    pub fields: Markup,
    /// What htmx puts the answer into and takes from it, as `#main`. None: the browser goes to the answer.
    pub target: Option<&'a str>,
}

/// The button with its question: a popover, which browsers open by themselves, so that it asks with JavaScript off too.
pub fn ask(ask: &Ask) -> Markup {
    let Ask { id, act, target, .. } = ask;
    html! {
        button class={ "btn " (act.class) } type="button" popovertarget=(id) { (act.label) }
        div .ask #(id) popover role="dialog" aria-labelledby={ (id) "-question" } {
            h2 .ask-question id={ (id) "-question" } { (ask.question) }
            p .text-secondary { (ask.consequence) }
            form .btn-list .justify-content-end method="post" action=(act.action) hx-post=[target.map(|_| act.action)]
                hx-target=[target] hx-select=[target] hx-swap=[target.map(|_| "outerMorph")]
                hx-disable=[target.map(|_| "find button[type=submit]")] {
                (csrf_field(act.csrf))
                @if act.method != "post" { (method_field(act.method)) }
                (ask.fields)
                button .btn type="button" popovertarget=(id) popovertargetaction="hide" { (t!("common-cancel")) }
                button class={ "btn " (ask.confirm_class) } type="submit" { (act.label) }
            }
        }
    }
}

/// As [`act`], without leaving the page where htmx is: it takes `target` from the answer, which keeps the reader's place.
pub fn act_in_place(act: &Act, target: &str, fields: Markup) -> Markup {
    html! {
        // By POST with the method in a field, as without htmx: a DELETE of htmx's leaves the form's fields out.
        form .d-inline method="post" action=(act.action) hx-post=(act.action) hx-target=(target)
            hx-select=(target) hx-swap="outerMorph" hx-disable="find button[type=submit]" {
            (csrf_field(act.csrf))
            @if act.method != "post" { (method_field(act.method)) }
            (fields)
            button class={ "btn " (act.class) } type="submit" { (act.label) }
        }
    }
}

/// Something to delete, and the words to ask with.
pub struct Delete<'a> {
    /// Unique on the page, as `delete-recipient-ID`.
    pub id: &'a str,
    /// On the button, and on the one that confirms: "Delete".
    pub label: &'a str,
    pub action: &'a str,
    pub csrf: &'a str,
    /// The question's headline: "Delete Ada Lovelace?"
    pub question: &'a str,
    /// What goes with it and what stays.
    pub consequence: &'a str,
    /// What htmx takes away, as `closest tr`. None: the answer is a whole new page, and the button stands at a page's head.
    pub target: Option<&'a str>,
}

/// A delete button that asks in a dialog first. The dialog is a popover, which browsers open by themselves:
/// it asks with JavaScript off too.
pub fn delete_button(delete: &Delete) -> Markup {
    html! {
        button .btn .btn-sm[delete.target.is_some()] .btn-ghost-danger[delete.target.is_some()]
            .btn-outline-danger[delete.target.is_none()] type="button" popovertarget=(delete.id) { (delete.label) }
        div .ask #(delete.id) popover role="dialog" aria-labelledby={ (delete.id) "-question" } {
            h2 .ask-question id={ (delete.id) "-question" } { (delete.question) }
            p .text-secondary { (delete.consequence) }
            form .btn-list .justify-content-end method="post" action=(delete.action) {
                (csrf_field(delete.csrf))
                (method_field("delete"))
                button .btn type="button" popovertarget=(delete.id) popovertargetaction="hide" { (t!("common-cancel")) }
                button .btn .btn-danger type="submit" hx-delete=[delete.target.map(|_| delete.action)]
                    hx-target=[delete.target] hx-swap=[delete.target.map(|_| "delete")]
                    hx-disable=[delete.target.map(|_| "this")] { (delete.label) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleting_asks_first_and_works_without_htmx() {
        let markup = delete_button(&Delete {
            id: "delete-recipient-5",
            label: "Delete",
            action: "/recipients/5",
            csrf: "token",
            question: "Delete Ada?",
            consequence: "Past deliveries stay on record.",
            target: Some("closest tr"),
        })
        .into_string();
        assert!(markup.contains(r#"<form class="btn-list justify-content-end" method="post" action="/recipients/5">"#), "{markup}");
        assert!(markup.contains(r#"name="_method" value="delete""#), "{markup}");
        assert!(markup.contains(r#"hx-delete="/recipients/5" hx-target="closest tr" hx-swap="delete""#), "{markup}");
        assert!(markup.contains(r#"popovertarget="delete-recipient-5""#), "{markup}");
    }

    #[test]
    fn an_act_that_asks_is_a_form_in_a_dialog_that_opens_without_scripts() {
        let act = Act { action: "/mailings/5/stop", method: "put", csrf: "token", label: "Stop", class: "" };
        let question = Ask {
            id: "stop-mailing-5",
            act,
            question: "Stop?",
            consequence: "For good.",
            confirm_class: "btn-danger",
            fields: html! {},
            target: Some("#main"),
        };
        let markup = ask(&question).into_string();
        assert!(markup.contains(r#"popovertarget="stop-mailing-5""#), "{markup}");
        assert!(markup.contains(r##"action="/mailings/5/stop" hx-post="/mailings/5/stop" hx-target="#main""##), "{markup}");
        assert!(markup.contains(r#"name="_method" value="put""#), "{markup}");
    }

    #[test]
    fn cancelling_brings_a_row_back_in_its_list_and_elsewhere_leads_to_a_page() {
        let inline = cancel("/recipients", "recipient", Some(5), true).into_string();
        assert!(inline.contains(r##"hx-get="/recipients?before=6" hx-select="#recipient-5""##), "{inline}");
        let page = cancel("/recipients", "recipient", Some(5), false).into_string();
        assert!(page.contains(r#"href="/recipients/5""#) && !page.contains("hx-"), "{page}");
    }

    #[test]
    fn an_act_is_a_form_of_its_own_with_its_method() {
        let markup = act(&Act { action: "/mailings/5/pause", method: "put", csrf: "token", label: "Pause", class: "" }).into_string();
        assert!(markup.contains(r#"name="_method" value="put""#), "{markup}");
    }
}

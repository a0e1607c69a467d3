//! What can be done with a mailing: buttons, and the questions before what cannot be taken back.

use maud::{Markup, html};
use uuid::Uuid;

use super::super::model::{Mailing, Status};
use crate::{
    t,
    ui::{
        button::{self, Act, Ask, Delete},
        submission_field,
    },
};

/// "Start now" asks with the number of those who will get it; a fresh submission id makes a double click one run. Not
/// where it would be refused.
pub fn start(mailing: &Mailing, csrf: &str, recipients: &str, class: &str) -> Markup {
    let id = mailing.id;
    let beside = if mailing.period == "once" { t!("mailings-start-once") } else { t!("mailings-start-beside") };
    button::ask(&Ask {
        id: &format!("start-mailing-{id}"),
        act: Act { action: &format!("/mailings/{id}/attempts"), method: "post", csrf, label: &t!("mailings-act-start"), class },
        question: &t!("mailings-start-question", name = mailing.name, recipients = recipients),
        consequence: &beside,
        confirm_class: "btn-primary",
        fields: submission_field(Uuid::new_v4()),
        // The answer is the attempt's page.
        target: None,
    })
}

/// Whether "Start now" would do something, as far as the row tells.
pub fn may_start(mailing: &Mailing) -> bool {
    !mailing.is_at_rest() && mailing.stopped_at.is_none()
}

/// Whether there is something to pause, or to let go on.
pub fn may_rest(mailing: &Mailing) -> bool {
    mailing.paused_at.is_some() || mailing.status != Status::Completed && mailing.stopped_at.is_none()
}

/// Pause or resume, in place: htmx takes `target` from the answer. `back` is the list it stands in.
pub fn rest(mailing: &Mailing, csrf: &str, class: &str, target: &str, back: Option<&str>) -> Markup {
    let (method, label) =
        if mailing.paused_at.is_some() { ("delete", t!("mailings-act-resume")) } else { ("put", t!("mailings-act-pause")) };
    let action = format!("/mailings/{}/pause", mailing.id);
    let back = html! { @if let Some(back) = back { input type="hidden" name="back" value=(back); } };
    button::act_in_place(&Act { action: &action, method, csrf, label: &label, class }, target, back)
}

/// Ends it for good.
pub fn stop(mailing: &Mailing, csrf: &str) -> Markup {
    let id = mailing.id;
    html! {
        @if mailing.status != Status::Completed && mailing.stopped_at.is_none() {
            (button::ask(&Ask {
                id: &format!("stop-mailing-{id}"),
                act: Act { action: &format!("/mailings/{id}/stop"), method: "put", csrf, label: &t!("mailings-act-stop"), class: "" },
                question: &t!("mailings-stop-question", name = mailing.name),
                consequence: &t!("mailings-stop-consequence"),
                confirm_class: "btn-danger",
                fields: html! {},
                target: Some("#main"),
            }))
        }
    }
}

/// The form of a new mailing like it.
pub fn copy(mailing: &Mailing, class: &str) -> Markup {
    html! { a class={ "btn " (class) } href={ "/mailings/new?clone=" (mailing.id) } { (t!("mailings-act-clone")) } }
}

pub fn delete(mailing: &Mailing, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-mailing-{}", mailing.id),
        label: &t!("mailings-act-delete"),
        action: &format!("/mailings/{}", mailing.id),
        csrf,
        question: &t!("mailings-delete-question", name = mailing.name),
        consequence: &t!("mailings-delete-consequence"),
        target,
    })
}

//! What was sent to one recipient.

use maud::{Markup, html};
use time::OffsetDateTime;

use crate::{
    attempts::views::state_badge,
    delivery::remark,
    mailings::schedule::{self, Zone},
    recipients::{model::Recipient, queries::Sent},
    t,
    ui::{Column, Pagination, cell, pagination, table},
    web::list::Keyset,
};

pub fn history_card(recipient: &Recipient, history: &Keyset<Sent>) -> Markup {
    let (mailing, when, state, reply) =
        (t!("recipients-history-mailing"), t!("recipients-history-when"), t!("recipients-history-state"), t!("recipients-history-reply"));
    let columns = [Column::new(&mailing), Column::new(&when), Column::new(&state), Column::new(&reply)];
    html! {
        div .card {
            div .card-header { h2 .card-title { (t!("recipients-history")) } }
            div #history {
                @if history.rows.is_empty() {
                    div .card-body .text-secondary { (t!("recipients-history-none")) }
                } @else {
                    (table(&t!("recipients-history"), &columns, html! {
                        @for sent in &history.rows {
                            tr id={ "delivery-" (sent.attempt_id) } {
                                (cell(&mailing, html! {
                                    a href={ "/attempts/" (sent.attempt_id) } { (sent.mailing_name) }
                                    div .text-secondary { (sent.subject) }
                                    // The address of then, where it is another by now.
                                    @if !sent.email.eq_ignore_ascii_case(&recipient.email) {
                                        div .text-secondary { (t!("recipients-history-to", email = sent.email)) }
                                    }
                                }))
                                (cell(&when, html! { span .moment { (moment(sent)) } }))
                                (cell(&state, state_badge(sent.state)))
                                (cell(&reply, html! { span .text-secondary .excerpt { (words(sent)) } }))
                            }
                        }
                    }))
                }
                (pagination(&Pagination {
                    target: "#history",
                    next: history.next.as_deref(),
                    first: history.first.as_deref(),
                    next_label: &t!("recipients-older"),
                }))
            }
        }
    }
}

/// When its outcome was known, else when it was to go out; in the mailing's zone.
fn moment(sent: &Sent) -> String {
    let zone = Zone::parse(&sent.time_zone).unwrap_or_else(|_| Zone::utc());
    let moment: OffsetDateTime = sent.settled_at.or(sent.again_at).unwrap_or(sent.scheduled_at);
    schedule::display(moment, &zone)
}

fn words(sent: &Sent) -> String {
    let text = sent.smtp_text.as_deref().map(remark::worded).unwrap_or_default();
    match sent.smtp_code {
        Some(code) => format!("{code} {text}"),
        None => text,
    }
}

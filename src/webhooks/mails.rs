//! The words of the mail about a webhook.

use maud::html;

use super::{
    model::{GIVEN_UP_AFTER, Why},
    queries::Told,
};
use crate::{mail::compose::Body, t, users::mails::AccountMail};

/// To its owner, in the language that is set: it was switched off. `link` is its page.
pub fn switched_off(told: &Told, link: &str) -> AccountMail {
    let name = &told.full_name;
    let greeting = if name.is_empty() { t!("webhooks-mail-hello") } else { t!("webhooks-mail-hello-name", name = name) };
    let reason = match told.why {
        Why::Gone => t!("webhooks-mail-gone", url = told.url),
        Why::Failing | Why::Owner => t!("webhooks-mail-failing", url = told.url, days = GIVEN_UP_AFTER.whole_days()),
    };
    let next = t!("webhooks-mail-next");
    let html = html! { p { (greeting) } p { (reason) } p { (next) } p { a href=(link) { (link) } } };
    let text = format!("{greeting}\n\n{reason}\n\n{next}\n\n{link}\n");
    AccountMail { subject: t!("webhooks-mail-subject"), body: Body::trusted(&html.into_string(), &text) }
}

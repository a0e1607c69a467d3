//! The pages of one's own tokens, under the account's tabs.

use maud::{Markup, html};

use super::{
    making::Made,
    model::{DAYS, Kept, NAME_MAX, NewToken, Scope, Scopes, State, TokenForm},
};
use crate::{
    account::views::{Tab, account_page, code_field, form_card, password_field},
    mailings::schedule::{self, Zone},
    rich, t,
    ui::{
        Column, Field, Icon, Kind, Tone, alert, badge,
        button::{self, Act, Ask},
        cell,
        choice::{self, Choice},
        copyable, csrf_field, empty, form, submission_field, table,
        table::actions_cell,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, form::WHOLE},
};

pub fn index_page(user: &CurrentUser, chrome: &Chrome, tokens: &[Kept]) -> Markup {
    let new = button::primary_link("/account/tokens/new", Some(Icon::Plus), &t!("tokens-new"));
    let content = html! {
        div .card {
            @if tokens.is_empty() {
                (empty(Icon::Key, &t!("tokens-none"), &t!("tokens-none-hint"), Some(html! { div .btn-list { (new) (button::secondary_link("/api/docs", &t!("tokens-docs"))) } })))
            } @else {
                div .card-header .list-head {
                    p .text-secondary .mb-0 { (t!("tokens-hint")) " " a href="/api/docs" { (t!("tokens-docs")) } }
                    (new)
                }
                (list(tokens, &user.zone(), &chrome.csrf))
            }
        }
    };
    account_page(user, chrome, Tab::Tokens, content)
}

fn list(tokens: &[Kept], zone: &Zone, csrf: &str) -> Markup {
    let (name, may, until, used, acts) = (t!("tokens-name"), t!("tokens-may"), t!("tokens-until"), t!("tokens-used"), t!("tokens-acts"));
    let columns = [Column::new(&name), Column::new(&may), Column::new(&until), Column::new(&used), Column::hidden(&acts)];
    table(&t!("account-tab-tokens"), &columns, html! { @for token in tokens { (row(token, zone, csrf)) } })
}

fn row(token: &Kept, zone: &Zone, csrf: &str) -> Markup {
    let moment = |moment| html! { span .moment { (schedule::display(moment, zone)) } };
    html! {
        tr id={ "token-" (token.id) } {
            (cell(&t!("tokens-name"), html! {
                div {
                    div { (token.name) }
                    div .text-secondary { (rich!("tokens-made", moment = moment(token.created_at))) }
                }
            }))
            (cell(&t!("tokens-may"), labels(&token.scopes)))
            (cell(&t!("tokens-until"), html! {
                div {
                    @match token.state {
                        State::Live => (moment(token.expires_at)),
                        State::Expired => { (badge(Kind::Neutral, &t!("tokens-expired"))) div .text-secondary { (moment(token.expires_at)) } }
                        State::Revoked(when) => { (badge(Kind::Neutral, &t!("tokens-revoked"))) div .text-secondary { (moment(when)) } }
                    }
                }
            }))
            (cell(&t!("tokens-used"), html! {
                @match token.last_used_at {
                    Some(when) => (moment(when)),
                    None => span .text-secondary { (t!("tokens-never-used")) },
                }
            }))
            (actions_cell(html! { @if token.state == State::Live { (revoke(token, csrf)) } }))
        }
    }
}

fn revoke(token: &Kept, csrf: &str) -> Markup {
    let action = format!("/account/tokens/{}", token.id);
    button::ask(&Ask {
        id: &format!("revoke-token-{}", token.id),
        act: Act { action: &action, method: "delete", csrf, label: &t!("tokens-revoke"), class: "btn-sm btn-ghost-danger" },
        question: &t!("tokens-revoke-question", name = token.name),
        consequence: &t!("tokens-revoke-consequence"),
        confirm_class: "btn-danger",
        fields: html! {},
        target: None,
    })
}

fn labels(scopes: &Scopes) -> Markup {
    let labels: Vec<String> = scopes.iter().map(Scope::label).collect();
    html! { (labels.join(", ")) }
}

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &TokenForm, errors: &FieldErrors) -> Markup {
    let scopes = Scope::ALL.map(|scope| (scope, scope.label(), scope.detail()));
    let days = DAYS.map(|days| (days.to_string(), t!("tokens-days", days = days)));
    let content = form_card(html! {
        h2 { (t!("tokens-new")) }
        p .text-secondary { (t!("tokens-new-hint")) }
        form method="post" action="/account/tokens" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            @if let Some(submission) = form.submission_id { (submission_field(submission)) }
            (form::text(&Field::new(&t!("tokens-name"), "name").value(&form.name).error(errors.get("name")).hint(&t!("tokens-name-hint")).autocomplete("off").required().max_length(NAME_MAX)))
            (choice::checkboxes(
                &Field::new(&t!("tokens-may"), "scopes").error(errors.get("scopes")).required(),
                scopes.iter().map(|(scope, label, detail)| (Choice::new(scope.name(), label).detail(detail), form.has(*scope))),
            ))
            (choice::select(
                &Field::new(&t!("tokens-lasts"), "days").value(&form.days).error(errors.get("days")).hint(&t!("tokens-lasts-hint")),
                days.iter().map(|(value, words)| Choice::new(value, words)),
            ))
            (password_field(errors))
            @if user.0.has_two_factor { (code_field(errors)) }
            div .btn-list {
                (button::primary(&t!("tokens-make")))
                (button::secondary_link("/account/tokens", &t!("common-cancel")))
            }
        }
    });
    account_page(user, chrome, Tab::Tokens, content)
}

/// The one page that ever shows the token; `address` is one to try it on.
pub fn made_page(user: &CurrentUser, chrome: &Chrome, address: &str, new: &NewToken, made: &Made) -> Markup {
    let until = html! { span .moment { (schedule::display(made.expires_at, &user.zone())) } };
    let content = form_card(html! {
        (alert(Tone::Success, t!("tokens-was-made", name = new.name)))
        (copyable("token", &t!("tokens-yours"), made.token.reveal(), &t!("tokens-shown-once")))
        p { (rich!("tokens-may-until", scopes = labels(&new.scopes), until = until)) }
        p .mb-2 { (t!("tokens-try")) }
        pre .token-try { code { "curl -H \"Authorization: Bearer $TOKEN\" " (address) } }
        (button::primary_link("/account/tokens", None, &t!("tokens-kept")))
    });
    account_page(user, chrome, Tab::Tokens, content)
}

/// Sent a second time: what was made is there, and is not shown again.
pub fn made_before_page(user: &CurrentUser, chrome: &Chrome) -> Markup {
    let content = form_card(html! {
        (alert(Tone::Warning, t!("tokens-made-before")))
        (button::primary_link("/account/tokens", None, &t!("tokens-to-list")))
    });
    account_page(user, chrome, Tab::Tokens, content)
}

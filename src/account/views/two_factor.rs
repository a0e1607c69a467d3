//! The pages of two-factor sign-in.

use anyhow::anyhow;
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

use super::{Tab, account_page, form_card};
use crate::{
    error::Result,
    rich, t,
    ui::{Field, Kind, Tone, alert, badge, button, csrf_field, form, form::method_field},
    users::{CurrentUser, two_factor},
    web::{Chrome, FieldErrors, form::WHOLE},
};

/// How far somebody is.
pub enum State {
    Off,
    /// The secret waits for its first code.
    SettingUp {
        secret: Vec<u8>,
    },
    On {
        codes_left: i64,
    },
}

/// Which of the page's forms came back, and with what.
pub enum Wrong {
    Nothing,
    Start(FieldErrors),
    Confirm(FieldErrors),
    Codes(FieldErrors),
    Off(FieldErrors),
}

/// # Errors
/// The QR code cannot be made, as of an address that is too long for one.
pub fn two_factor_page(user: &CurrentUser, chrome: &Chrome, state: &State, wrong: &Wrong) -> Result<Markup> {
    let content = match state {
        State::Off => start(chrome, wrong),
        State::SettingUp { secret } => confirm(user, chrome, secret, wrong)?,
        State::On { codes_left } => on(chrome, *codes_left, wrong),
    };
    Ok(account_page(user, chrome, Tab::TwoFactor, content))
}

fn start(chrome: &Chrome, wrong: &Wrong) -> Markup {
    let error = |field| if let Wrong::Start(errors) = wrong { errors.get(field) } else { None };
    form_card(html! {
        h2 { (rich!("account-factor-state", state = badge(Kind::Neutral, &t!("account-factor-off")))) }
        p { (t!("account-factor-why")) }
        p { (t!("account-factor-apps")) }
        form method="post" action="/account/two-factor" novalidate {
            (csrf_field(&chrome.csrf))
            (form::whole(error(WHOLE)))
            (form::password(&Field::new(&t!("users-password"), "password").error(error("password")).autocomplete("current-password").required()))
            (button::primary(&t!("account-factor-start")))
        }
    })
}

fn confirm(user: &CurrentUser, chrome: &Chrome, secret: &[u8], wrong: &Wrong) -> Result<Markup> {
    let error = if let Wrong::Confirm(errors) = wrong { errors.get("code") } else { None };
    Ok(form_card(html! {
        h2 { (t!("account-factor-set-up")) }
        ol .set-up {
            li {
                (t!("account-factor-scan"))
                div .qr-frame { (qr(&two_factor::otpauth_uri(secret, &user.0.email))?) }
                p .mb-0 { (rich!("account-factor-key", key = html! { code .key { (two_factor::typed(secret)) } })) }
            }
            li {
                (t!("account-factor-type"))
                form .mt-3 method="post" action="/account/two-factor" novalidate {
                    (csrf_field(&chrome.csrf))
                    (method_field("put"))
                    (form::text(&Field::new(&t!("users-code"), "code").error(error).autocomplete("one-time-code").required().max_length(20)))
                    (button::primary(&t!("account-factor-switch-on")))
                }
            }
        }
    }))
}

fn on(chrome: &Chrome, codes_left: i64, wrong: &Wrong) -> Markup {
    let none = FieldErrors::default();
    let codes_errors = if let Wrong::Codes(errors) = wrong { errors } else { &none };
    let off_errors = if let Wrong::Off(errors) = wrong { errors } else { &none };
    html! {
        div .card .form-card .mb-3 {
            div .card-body {
                h2 { (rich!("account-factor-state", state = badge(Kind::Success, &t!("account-factor-on")))) }
                p .mb-0 { (t!("account-factor-how")) }
            }
        }
        div .card .form-card .mb-3 {
            div .card-body {
                h2 #recovery-codes { (t!("account-codes-left", left = codes_left)) }
                @if codes_left < 3 { (alert(Tone::Warning, t!("account-codes-few"))) }
                p { (t!("account-codes-hint")) }
                form method="post" action="/account/two-factor/recovery-codes" novalidate {
                    (csrf_field(&chrome.csrf))
                    (proof_fields("codes", codes_errors))
                    button .btn type="submit" { (t!("account-codes-new")) }
                }
            }
        }
        div .card .form-card {
            div .card-body {
                h2 { (t!("account-factor-end")) }
                p { (t!("account-factor-end-hint")) }
                form method="post" action="/account/two-factor" novalidate {
                    (csrf_field(&chrome.csrf))
                    (method_field("delete"))
                    (proof_fields("off", off_errors))
                    button .btn .btn-outline-danger type="submit" { (t!("account-factor-switch-off")) }
                }
            }
        }
    }
}

fn proof_fields(scope: &str, errors: &FieldErrors) -> Markup {
    html! {
        (form::whole(errors.get(WHOLE)))
        (form::password(&Field::new(&t!("users-password"), "password").scope(scope).error(errors.get("password")).autocomplete("current-password").required()))
        (form::text(&Field::new(&t!("users-code"), "code").scope(scope).error(errors.get("code")).hint(&t!("account-factor-code-hint")).autocomplete("one-time-code").required().max_length(40)))
    }
}

/// The recovery codes, shown this once; `fresh` when two-factor sign-in was switched on just now.
pub fn recovery_codes_page(user: &CurrentUser, chrome: &Chrome, codes: &[String], fresh: bool) -> Markup {
    let content = form_card(html! {
        @if fresh { (alert(Tone::Success, t!("account-codes-on"))) }
        h2 { (t!("account-codes-title")) }
        p { (t!("account-codes-keep")) }
        ul .recovery-codes { @for code in codes { li { code { (code) } } } }
        (button::primary_link("/account/two-factor", None, &t!("account-codes-kept")))
    });
    account_page(user, chrome, Tab::TwoFactor, content)
}

/// A QR code (ISO/IEC 18004) as one path, with its quiet zone; colours come from app.css.
fn qr(text: &str) -> Result<Markup> {
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|error| anyhow!("no QR code could be made: {error}"))?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == Color::Dark);
    let path: String = dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
    let side = width + 2 * QUIET;
    Ok(html! {
        svg .qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(t!("account-factor-qr")) shape-rendering="crispEdges" {
            rect .qr-ground width=(side) height=(side) {}
            path .qr-modules d=(path) {}
        }
    })
}

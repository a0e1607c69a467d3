//! The pages of two-factor sign-in.

use anyhow::anyhow;
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

use super::{Tab, account_page, form_card};
use crate::{
    error::Result,
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
        h2 { "Two-factor sign-in is " (badge(Kind::Neutral, "off")) }
        p { "With it, signing in takes your password and a code that an authenticator on your phone shows: whoever gets hold of your password alone gets no further." }
        p { "You need an app for one-time codes, such as Aegis, FreeOTP, Google Authenticator, or your password manager." }
        form method="post" action="/account/two-factor" novalidate {
            (csrf_field(&chrome.csrf))
            (form::whole(error(WHOLE)))
            (form::password(&Field::new("Password", "password").error(error("password")).autocomplete("current-password").required()))
            (button::primary("Set it up"))
        }
    })
}

fn confirm(user: &CurrentUser, chrome: &Chrome, secret: &[u8], wrong: &Wrong) -> Result<Markup> {
    let error = if let Wrong::Confirm(errors) = wrong { errors.get("code") } else { None };
    Ok(form_card(html! {
        h2 { "Set up your authenticator" }
        ol .set-up {
            li {
                "Scan this with the app, or type the key into it."
                div .qr-frame { (qr(&two_factor::otpauth_uri(secret, &user.0.email))?) }
                p .mb-0 { "Key: " code .key { (two_factor::typed(secret)) } }
            }
            li {
                "Type the code that it shows. From then on it is asked for when you sign in; until then nothing is on, and you may leave this page."
                form .mt-3 method="post" action="/account/two-factor" novalidate {
                    (csrf_field(&chrome.csrf))
                    (method_field("put"))
                    (form::text(&Field::new("Code", "code").error(error).autocomplete("one-time-code").required().max_length(20)))
                    (button::primary("Switch on"))
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
                h2 { "Two-factor sign-in is " (badge(Kind::Success, "on")) }
                p .mb-0 { "Signing in takes your password and a code of your authenticator, or one of your recovery codes." }
            }
        }
        div .card .form-card .mb-3 {
            div .card-body {
                h2 #recovery-codes { "Recovery codes: " (codes_left) " left" }
                @if codes_left < 3 { (alert(Tone::Warning, "Make new ones before you need them.")) }
                p { "Each signs you in once without your authenticator. New ones replace all earlier ones." }
                form method="post" action="/account/two-factor/recovery-codes" novalidate {
                    (csrf_field(&chrome.csrf))
                    (proof_fields("codes", codes_errors))
                    button .btn type="submit" { "Make new codes" }
                }
            }
        }
        div .card .form-card {
            div .card-body {
                h2 { "Switch it off" }
                p { "Your password alone is enough then." }
                form method="post" action="/account/two-factor" novalidate {
                    (csrf_field(&chrome.csrf))
                    (method_field("delete"))
                    (proof_fields("off", off_errors))
                    button .btn .btn-outline-danger type="submit" { "Switch off" }
                }
            }
        }
    }
}

fn proof_fields(scope: &str, errors: &FieldErrors) -> Markup {
    html! {
        (form::whole(errors.get(WHOLE)))
        (form::password(&Field::new("Password", "password").scope(scope).error(errors.get("password")).autocomplete("current-password").required()))
        (form::text(&Field::new("Code", "code").scope(scope).error(errors.get("code")).hint("Of your authenticator, or a recovery code.").autocomplete("one-time-code").required().max_length(40)))
    }
}

/// The recovery codes, shown this once; `fresh` when two-factor sign-in was switched on just now.
pub fn recovery_codes_page(user: &CurrentUser, chrome: &Chrome, codes: &[String], fresh: bool) -> Markup {
    let content = form_card(html! {
        @if fresh { (alert(Tone::Success, "Two-factor sign-in is on.")) }
        h2 { "Your recovery codes" }
        p { "Each signs you in once, if you have lost your authenticator. Print this page or copy them to a safe place: they are not shown again." }
        ul .recovery-codes { @for code in codes { li { code { (code) } } } }
        (button::primary_link("/account/two-factor", None, "I have kept them"))
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
        svg .qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label="QR code for your authenticator" shape-rendering="crispEdges" {
            rect .qr-ground width=(side) height=(side) {}
            path .qr-modules d=(path) {}
        }
    })
}

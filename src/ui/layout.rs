//! The document around every page: head, navigation, flash message, footer.

use maud::{DOCTYPE, Markup, html};

use super::alert::{Flash, Tone, alert, notice_templates};
use super::form::{csrf_field, method_field};
use super::head::{self, Head};
use super::icon::{Icon, icon};
use crate::{
    i18n::{self, Language},
    t,
    web::{
        assets,
        theme::{self, Theme},
    },
};

/// Server errors and refusals leave the page as it is (app.js says so in words); 422 and 409 are swapped in, being the
/// form with its errors. Only our own extension may register. `history` stays on: pages are fetched anew.
const HTMX_CONFIG: &str =
    r#"{"noSwap":[204,304,400,401,403,404,405,408,410,413,415,429,"5xx"],"extensions":"sse","includeIndicatorCSS":false}"#;

/// What the document needs to know beside its content.
pub struct Shell<'a> {
    pub title: &'a str,
    pub user: Option<UserMenu<'a>>,
    pub active: Section,
    pub csrf: &'a str,
    pub flash: Option<Flash>,
    /// Links the mail catcher's inbox, where there is one.
    pub dev_inbox: bool,
    /// What every page tells this reader until it is done.
    pub urge: Option<Urge>,
    /// For pages that the public finds.
    pub head: Option<Head>,
}

/// A warning with the way out of it.
#[derive(Debug, Clone)]
pub struct Urge {
    pub text: String,
    pub href: &'static str,
    pub label: String,
}

/// Who is signed in, for the menu in the corner.
#[derive(Debug, Clone)]
pub struct UserMenu<'a> {
    /// Empty where the user gave none; the e-mail stands in.
    pub name: &'a str,
    pub email: &'a str,
    /// Where the user's roles lead.
    pub links: Vec<MenuLink>,
}

/// A place that not everybody may enter.
#[derive(Debug, Clone)]
pub struct MenuLink {
    pub label: String,
    pub href: &'static str,
}

impl UserMenu<'_> {
    fn shown_name(&self) -> &str {
        if self.name.trim().is_empty() { self.email } else { self.name }
    }

    fn initial(&self) -> String {
        self.shown_name().trim().chars().take(1).flat_map(char::to_uppercase).collect()
    }
}

/// The part of the site a page belongs to; its link is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Home,
    Recipients,
    Messages,
    Mailings,
    Attempts,
    Reports,
    Account,
    Blog,
    /// A place of [`MenuLink`], by its address.
    Place(&'static str),
    None,
}

/// A whole page.
pub fn page(shell: &Shell, content: Markup) -> Markup {
    document(
        shell,
        html! {
            div .page {
                (header(shell))
                div .page-wrapper {
                    main .page-body #main tabindex="-1" {
                        div .container-xl {
                            @if let Some(urge) = &shell.urge {
                                (alert(Tone::Warning, html! { (urge.text) " " a href=(urge.href) { (urge.label) } "." }))
                            }
                            (flash(shell))
                            (content)
                        }
                    }
                    footer .footer .footer-transparent {
                        div .container-xl .page-foot .text-secondary {
                            span { (t!("layout-foot")) }
                            (switches(shell))
                        }
                    }
                }
            }
        },
    )
}

/// A page with one centred card: signing in, registering, an error. `below` stands under the card,
/// as "No account yet? Register".
pub fn narrow_page(shell: &Shell, content: Markup, below: Option<Markup>) -> Markup {
    document(
        shell,
        html! {
            div .page .page-center {
                main .container .container-tight .py-4 #main tabindex="-1" {
                    div .text-center .mb-4 { (brand()) }
                    (flash(shell))
                    div .card .card-md {
                        div .card-body { (content) }
                    }
                    @if let Some(below) = below {
                        div .text-center .text-secondary .mt-3 { (below) }
                    }
                    // An error's page stands alone and has no token to send a form with.
                    @if !shell.csrf.is_empty() { div .page-foot .justify-content-center .mt-4 { (switches(shell)) } }
                }
            }
        },
    )
}

/// A page that says what went wrong and the way on. It stands alone: nobody knows who asked.
pub fn error_page(status: u16, title: &str, advice: &str) -> Markup {
    let shell = Shell { title, user: None, active: Section::None, csrf: "", flash: None, dev_inbox: false, urge: None, head: None };
    narrow_page(
        &shell,
        html! {
            p .text-secondary .mb-1 { (t!("layout-error", status = status.to_string())) }
            h1 .h2 { (title) }
            p .mb-4 { (advice) }
            a .btn .btn-primary href="/" { (t!("layout-to-start")) }
        },
        None,
    )
}

/// A page's headline with its main acts beside it.
pub fn page_header(title: &str, subtitle: Option<&str>, actions: Option<Markup>) -> Markup {
    html! {
        div .page-head {
            div {
                h1 .page-title { (title) }
                @if let Some(subtitle) = subtitle { p .text-secondary .mb-0 .mt-1 { (subtitle) } }
            }
            @if let Some(actions) = actions { div .btn-list .page-acts { (actions) } }
        }
    }
}

fn document(shell: &Shell, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(i18n::current().tag()) data-bs-theme=[theme::current().chosen().map(Theme::name)] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="description" content=(shell.head.as_ref().map_or_else(|| t!("layout-description"), |head| head.description.clone()));
                meta name="color-scheme" content=(theme::current().chosen().map_or("light dark", Theme::name));
                meta name="htmx-config" content=(HTMX_CONFIG);
                title { (shell.title) " · Periodical" }
                @if let Some(head) = &shell.head { (head::head(head)) }
                link rel="icon" href=(assets::url("favicon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::url("app.css"));
                // Not deferred: it sets the system's theme before anything is painted.
                script src=(assets::url("app.js")) {}
            }
            body hx-headers:inherited=[(!shell.csrf.is_empty()).then(|| csrf_header(shell.csrf))] data-words=(script_words()) {
                a .skip-link .visually-hidden-focusable href="#main" { (t!("layout-skip")) }
                (body)
                div #notices role="status" aria-live="polite" {}
                (notice_templates())
                div #busy .busy-bar aria-hidden="true" hidden {}
            }
        }
    }
}

/// Every htmx request under it carries the token. The value is JSON; tokens hold no character JSON would escape.
fn csrf_header(token: &str) -> String {
    format!(r#"{{"X-CSRF-Token":"{token}"}}"#)
}

/// What app.js says by itself, as JSON: a script has no other way to the reader's language, and an inline one is forbidden.
fn script_words() -> String {
    serde_json::json!({
        "away": t!("script-away"),
        "network": t!("script-network"),
        "401": t!("script-signed-out"),
        "403": t!("script-forbidden"),
        "404": t!("script-gone"),
        "413": t!("script-too-large"),
        "429": t!("script-too-many"),
        "server": t!("script-server"),
        "other": t!("script-other"),
    })
    .to_string()
}

/// The reader's own choices, in the menu and at the foot; the page comes back as it was chosen.
fn switches(shell: &Shell) -> Markup {
    let languages = Language::ALL.map(|language| SwitchChoice {
        value: language.tag(),
        label: language.own_name().to_owned(),
        lang: Some(language.tag()),
        is_current: language == i18n::current(),
    });
    let themes = Theme::ALL.map(|theme| SwitchChoice {
        value: theme.name(),
        label: match theme {
            Theme::System => t!("layout-theme-system"),
            Theme::Light => t!("layout-theme-light"),
            Theme::Dark => t!("layout-theme-dark"),
        },
        lang: None,
        is_current: theme == theme::current(),
    });
    html! {
        div .switches {
            (switch(shell, "/language", "language", &t!("layout-language"), &languages))
            (switch(shell, "/theme", "theme", &t!("layout-theme"), &themes))
        }
    }
}

struct SwitchChoice {
    value: &'static str,
    label: String,
    /// Where the label is in a language of its own.
    lang: Option<&'static str>,
    is_current: bool,
}

/// A button for each choice.
fn switch(shell: &Shell, action: &str, name: &str, label: &str, choices: &[SwitchChoice]) -> Markup {
    html! {
        form .switch method="post" action=(action) aria-label=(label) {
            // A page that all visitors share holds nobody's token.
            @if !shell.csrf.is_empty() { (csrf_field(shell.csrf)) }
            (method_field("put"))
            @for choice in choices {
                button .btn .btn-sm .btn-ghost-secondary .active[choice.is_current] type="submit" name=(name) value=(choice.value) lang=[choice.lang]
                    aria-pressed=(choice.is_current) { (choice.label) }
            }
        }
    }
}

fn flash(shell: &Shell) -> Markup {
    html! {
        @if let Some(flash) = &shell.flash { (alert(flash.tone, &flash.text)) }
    }
}

/// The name with the mark, leading home.
fn brand() -> Markup {
    html! {
        a .navbar-brand .brand href="/" {
            svg .brand-mark viewBox="0 0 32 32" aria-hidden="true" {
                rect .brand-ground width="32" height="32" rx="8" {}
                path .brand-letter d="M7 11.5h12v9H7zM7 12l6 5 6-5" {}
                path .brand-wave d="M22.5 11.5a6.5 6.5 0 0 1 0 9" {}
            }
            "Periodical"
        }
    }
}

/// Brand, sections and user menu. On a phone the sections are a popover, which needs no script; wider, they lie in the bar.
fn header(shell: &Shell) -> Markup {
    html! {
        header .navbar .navbar-expand-xl .top-bar {
            div .container-xl {
                (brand())
                div #sections .sections popover {
                    nav aria-label=(t!("layout-sections")) {
                        ul .navbar-nav { (sections(shell)) }
                    }
                }
                div .top-bar-end {
                    @match &shell.user {
                        Some(user) => (user_menu(user, shell)),
                        None => {
                            a .btn .btn-ghost-secondary .d-none .d-sm-inline-flex href="/login" { (t!("layout-sign-in")) }
                            a .btn .btn-primary href="/register" { (t!("layout-register")) }
                        }
                    }
                    button .btn .btn-icon .btn-ghost-secondary .d-xl-none type="button" popovertarget="sections"
                        aria-label=(t!("layout-menu")) { (icon(Icon::Menu)) }
                }
            }
        }
    }
}

fn sections(shell: &Shell) -> Markup {
    let link = |section: Section, href: &str, label: &str| {
        let active = shell.active == section && section != Section::None;
        html! {
            li .nav-item .active[active] {
                a .nav-link href=(href) aria-current=[active.then_some("page")] { (label) }
            }
        }
    };
    html! {
        (link(Section::Home, "/", &t!("layout-home")))
        @if shell.user.is_some() {
            (link(Section::Recipients, "/recipients", &t!("layout-recipients")))
            (link(Section::Messages, "/messages", &t!("layout-messages")))
            (link(Section::Mailings, "/mailings", &t!("layout-mailings")))
            (link(Section::Attempts, "/attempts", &t!("layout-attempts")))
            (link(Section::Reports, "/reports", &t!("layout-reports")))
        }
        (link(Section::Blog, "/blog", &t!("layout-blog")))
        @if shell.user.is_none() {
            li .nav-item .d-sm-none { a .nav-link href="/login" { (t!("layout-sign-in")) } }
        }
        @if shell.dev_inbox { (link(Section::None, "/dev/inbox", &t!("layout-inbox"))) }
    }
}

fn menu_item(shell: &Shell, section: Section, href: &str, label: &str) -> Markup {
    let active = shell.active == section;
    html! { a .dropdown-item .active[active] href=(href) aria-current=[active.then_some("page")] { (label) } }
}

fn user_menu(user: &UserMenu, shell: &Shell) -> Markup {
    html! {
        button .user-button type="button" popovertarget="user-menu" {
            span .avatar .avatar-sm .rounded-circle aria-hidden="true" { (user.initial()) }
            span .user-name { (user.shown_name()) }
            span .visually-hidden { (t!("layout-account-menu")) }
        }
        div #user-menu .user-menu popover {
            p .user-menu-head { strong { (user.shown_name()) } span .text-secondary { (user.email) } }
            @for link in &user.links { (menu_item(shell, Section::Place(link.href), link.href, &link.label)) }
            @if !user.links.is_empty() { hr .dropdown-divider; }
            (menu_item(shell, Section::Account, "/account", &t!("layout-account")))
            hr .dropdown-divider;
            (switches(shell))
            hr .dropdown-divider;
            form method="post" action="/logout" {
                (csrf_field(shell.csrf))
                button .dropdown-item type="submit" { (t!("layout-sign-out")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell<'static> {
        let user = UserMenu { name: "", email: "ada@example.org", links: Vec::new() };
        Shell {
            title: "Recipients",
            user: Some(user),
            active: Section::Recipients,
            csrf: "tok_en-1",
            flash: None,
            dev_inbox: false,
            urge: None,
            head: None,
        }
    }

    #[test]
    fn a_page_obeys_the_content_security_policy() {
        let markup = page(&shell(), html! {}).into_string();
        for forbidden in [" style=", " onclick", "hx-on", "<script>", "javascript:"] {
            assert!(!markup.contains(forbidden), "{forbidden} in {markup}");
        }
    }

    #[test]
    fn every_htmx_request_carries_the_token_and_signing_out_is_a_post() {
        let markup = page(&shell(), html! {}).into_string();
        assert!(markup.contains(r#"hx-headers:inherited="{&quot;X-CSRF-Token&quot;:&quot;tok_en-1&quot;}""#), "{markup}");
        assert!(markup.contains(r#"<form method="post" action="/logout"><input type="hidden" name="csrf_token""#), "{markup}");
    }

    #[test]
    fn the_active_section_is_marked_once() {
        let markup = page(&shell(), html! {}).into_string();
        assert_eq!(markup.matches("aria-current").count(), 1);
        assert!(markup.contains(r#"href="/recipients" aria-current="page""#), "{markup}");
    }
}

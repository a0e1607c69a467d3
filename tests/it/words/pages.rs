//! Every page in one language: no English word on a Russian page, no Russian one on an English page.

use periodical::{audit::Action, routes};
use scraper::{ElementRef, Html, Node};

use crate::{
    matrix::{
        expected::EXPECTED,
        stage::{Stage, Who},
    },
    support::TestApp,
};

/// Routes whose pages are somebody else's words: mails as they are sent.
const NOT_OURS: [&str; 3] = ["/dev/inbox/:id/html", "/dev/inbox/:id/source", "/messages/:id/preview"];

/// Names, and what is called the same everywhere.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "Periodical", "OpenAPI", "SMTP", "HTML", "CSV", "TSV", "UTC", "URL", "API", "JSON", "TLS", "STARTTLS", "SPF", "DKIM", "DMARC", "QR", "TOTP", "Message", "ID", "Markdown",
    "JPEG", "PNG", "WebP", "TOKEN",
    "POST", "HTTP", "HMAC", "SHA", "base", "xx",
    "List", "Id", "Postfix", "Amazon", "SES", "Mailgun", "Brevo", "Unisender", "Go", "Aegis", "FreeOTP", "Google", "Authenticator", "dev",
    "Atom", "smtp", "smtps", "tls", "none", "env", "English", "Русский",
];

/// What the owner has, without a word in it, and something of everything there can be to read.
const WORDLESS: &str = "
    with person as (update users set full_name = '1001'),
         recipient as (update recipients set full_name = '1002'),
         message as (update messages set subject = '1003', body = '1004'),
         mailing as (update mailings set name = '1005'),
         attempt as (update attempts set subject = '1003', body = '1004'),
         post as (update posts set title = '1003', summary = '1004', content = '1004'),
         picture as (update post_pictures set name = '1010'),
         mail as (update caught_mails set subject = '1003', source = E'Subject: 1003\\r\\n\\r\\n1004'::bytea)
    select";

const TRAIL: &str = r#"
    insert into audit_entries (actor, action, subject_kind, subject_id, subject, reason, changes)
    select 'shell', action, case action when 'send_test_mail' then 'mail_server' else 'user' end, 1, '1001', '1006', '[
      {"what": "email", "from": "1", "to": "2"}, {"what": "name", "from": "1", "to": "2"},
      {"what": "roles_given", "roles": ["admin", "manager"]}, {"what": "roles_taken", "roles": ["editor"]}, {"what": "sessions_ended"},
      {"what": "token", "name": "1", "scopes": ["read", "write", "send"]}, {"what": "published_at", "moment": "2026-01-01T00:00:00Z"},
      {"what": "test_mail", "to": "1@2", "trial": {"step": "recipient", "reply": {"code": 550, "enhanced": null, "text": "5.1.1"},
        "error": null, "is_encrypted": true, "duration": {"secs": 1, "nanos": 0}}}
    ]' from unnest($1::text[]) action"#;

/// The words of a page that are not of its language; `is_foreign` tells by a letter.
fn foreign_words(body: &str, language: &str, is_foreign: fn(char) -> bool) -> Vec<String> {
    // Parsed as by a browser with scripts, which takes what is inside for text.
    let document = Html::parse_document(&body.replace("<noscript>", "").replace("</noscript>", ""));
    let mut texts = Vec::new();
    read(document.root_element(), language, &mut texts);
    let words = texts
        .iter()
        .flat_map(|text| words(text))
        .filter(|word| word.chars().any(is_foreign) && word.chars().count() > 1 && !NAMES.contains(&word.as_str()));
    let mut found: Vec<String> = words.collect();
    found.dedup();
    found
}

/// All that is read or heard of an element and what is in it.
fn read(element: ElementRef, language: &str, texts: &mut Vec<String>) {
    let value = element.value();
    let is_silent = matches!(value.name(), "script" | "style" | "code" | "pre");
    // Zones are called by their names in the tz database; a language by its own.
    let is_name = value.attr("name") == Some("time_zone") || value.attr("lang").is_some_and(|own| own != language);
    if is_silent || is_name {
        return;
    }
    let attributes = ["aria-label", "placeholder", "title", "alt", "data-label"];
    texts.extend(attributes.iter().filter_map(|name| value.attr(name)).map(str::to_owned));
    if value.name() == "meta" && value.attr("name") == Some("description") {
        texts.extend(value.attr("content").map(str::to_owned));
    }
    for child in element.children() {
        if let Node::Text(text) = child.value() {
            texts.push(text.to_string());
        } else if let Some(child) = ElementRef::wrap(child) {
            read(child, language, texts);
        }
    }
}

/// The words of a text, without addresses, settings, zones and placeholders.
fn words(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    while let Some((start, end)) = text.find("{{").and_then(|start| Some((start, start + text[start..].find("}}")? + 2))) {
        text.replace_range(start..end, " ");
    }
    let plain = text.split_whitespace().filter(|part| !part.contains(['@', '/', '_', '=']) && !part.contains(".example"));
    plain
        .flat_map(|part| part.split(|character: char| !character.is_alphabetic()))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

async fn wordless(app: &TestApp) {
    sqlx::query(WORDLESS).execute(&app.db).await.unwrap();
    let actions: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
    sqlx::query("delete from audit_entries").execute(&app.db).await.unwrap();
    sqlx::query(TRAIL).bind(actions).execute(&app.db).await.unwrap();
}

/// The pages of one app in one language, and what is wrong with them.
struct Reading {
    language: &'static str,
    is_foreign: fn(char) -> bool,
    wrong: Vec<String>,
    pages: usize,
}

impl Reading {
    fn read(&mut self, what: &str, body: &str) {
        // A previewed mail is its author's own document, in whatever language they write.
        if !body.starts_with("<!DOCTYPE html>") || what.contains("/preview/html") {
            return;
        }
        self.pages += 1;
        assert!(body.contains(&format!(r#"<html lang="{}">"#, self.language)), "{what} is in another language");
        let found = foreign_words(body, self.language, self.is_foreign);
        if !found.is_empty() {
            self.wrong.push(format!("{what}: {}", found.join(" ")));
        }
    }

    /// Every page that somebody may ask for.
    async fn pages(&mut self, app: &TestApp, stage: &Stage<'_>, who: Who) {
        let case = stage.case(who).await;
        wordless(app).await;
        for (method, path) in routes::table(&app.app.config) {
            if method == "GET" && !NOT_OURS.contains(&path) {
                self.read(&format!("{path} for {who:?}"), &case.page(path).await);
            }
        }
    }

    /// What is answered to every form, and what the next page says of it.
    async fn deeds(&mut self, app: &TestApp, stage: &Stage<'_>, who: Who) {
        let known = routes::table(&app.app.config);
        for row in EXPECTED {
            let (method, path) = row.route.split_once(' ').unwrap();
            let is_here = known.iter().any(|(known, address)| known == method && *address == path);
            if method == "GET" || path == "/language" || !is_here {
                continue;
            }
            let case = stage.case(who).await;
            wordless(app).await;
            // What is typed comes back as it was.
            let form = ["Spam", "New", "Changed"].iter().fold(row.form.to_owned(), |form, word| form.replace(&format!("={word}"), "=1006"));
            let answer = case.ask(row.route, &form).await;
            let what = format!("{} by {who:?}", row.route);
            self.read(&what, &answer.body);
            if let Some(next) = answer.location.filter(|next| next != "/") {
                self.read(&format!("{next} after {what}"), &case.page(&next).await);
            }
        }
    }
}

async fn every_page(language: &'static str, is_foreign: fn(char) -> bool) {
    let mut reading = Reading { language, is_foreign, wrong: Vec::new(), pages: 0 };
    // With the catcher and without, which the page of the mail server tells apart.
    for (app, with_deeds) in [(TestApp::with_inbox().await, true), (TestApp::without_worker().await, false)] {
        let request = reqwest::Client::new().get(format!("{}/setup", app.base)).header("accept-language", language);
        reading.read("/setup while nobody is there", &request.send().await.unwrap().text().await.unwrap());
        let stage = Stage::speaking(&app, language).await;
        for who in [Who::Anonymous, Who::Owner, Who::Manager, Who::Admin] {
            reading.pages(&app, &stage, who).await;
            if with_deeds {
                reading.deeds(&app, &stage, who).await;
            }
        }
    }
    let Reading { wrong, pages, .. } = reading;
    assert!(wrong.is_empty(), "of {pages} pages:\n{}", wrong.join("\n"));
    assert!(pages > 300, "{pages} pages only");
}

#[tokio::test]
async fn no_english_word_stands_on_a_russian_page() {
    every_page("ru", |letter| letter.is_ascii_alphabetic()).await;
}

#[tokio::test]
async fn no_russian_word_stands_on_an_english_page() {
    every_page("en", |letter| matches!(letter, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё')).await;
}

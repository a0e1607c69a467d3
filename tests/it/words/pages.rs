//! Every page in one language: no English word on a Russian page, no Russian one on an English page.

use periodical::{audit::Action, routes};
use scraper::{ElementRef, Html, Node};

use crate::{
    matrix::stage::{Case, Stage, Who},
    support::TestApp,
};

/// Routes whose pages are somebody else's words: mails as they are sent.
const NOT_OURS: [&str; 3] = ["/dev/inbox/:id/html", "/dev/inbox/:id/source", "/messages/:id/preview"];

/// Names, and what is called the same everywhere.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "Periodical", "SMTP", "HTML", "CSV", "UTC", "URL", "API", "JSON", "TLS", "STARTTLS", "SPF", "DKIM", "DMARC", "QR", "TOTP", "Message", "ID",
    "List", "Id", "Postfix", "Amazon", "SES", "Mailgun", "Brevo", "Unisender", "Go", "Aegis", "FreeOTP", "Google", "Authenticator", "dev",
    "smtp", "smtps", "tls", "none", "env", "English", "Русский",
];

/// Not translated yet; to be empty.
const NOT_YET: [&str; 6] = ["/", "/messages", "/messages/new", "/messages/:id", "/messages/:id/edit", "/reports"];

/// What the owner has, without a word in it, and something of everything there can be to read.
const WORDLESS: &str = "
    with person as (update users set full_name = '1001'),
         recipient as (update recipients set full_name = '1002'),
         message as (update messages set subject = '1003', body = '1004'),
         mailing as (update mailings set name = '1005'),
         attempt as (update attempts set subject = '1003', body = '1004'),
         mail as (update caught_mails set subject = '1003', source = E'Subject: 1003\\r\\n\\r\\n1004'::bytea)
    select";

const TRAIL: &str = r#"
    insert into audit_entries (actor, action, subject_kind, subject_id, subject, reason, changes)
    select 'shell', action, case action when 'send_test_mail' then 'mail_server' else 'user' end, 1, '1001', '1006', '[
      {"what": "email", "from": "1", "to": "2"}, {"what": "name", "from": "1", "to": "2"},
      {"what": "roles_given", "roles": ["admin", "manager"]}, {"what": "roles_taken", "roles": ["editor"]}, {"what": "sessions_ended"},
      {"what": "test_mail", "to": "1@2", "trial": {"step": "recipient", "reply": {"code": 550, "enhanced": null, "text": "5.1.1"},
        "error": null, "is_encrypted": true, "duration": {"secs": 1, "nanos": 0}}}
    ]' from unnest($1::text[]) action"#;

/// The words of a page that are not of its language; `is_foreign` tells by a letter.
fn foreign_words(body: &str, language: &str, is_foreign: fn(char) -> bool) -> Vec<String> {
    // Parsed as by a browser with scripts, which takes what is inside for text.
    let document = Html::parse_document(&body.replace("<noscript>", "").replace("</noscript>", ""));
    let mut texts = Vec::new();
    read(document.root_element(), language, &mut texts);
    let words = texts.iter().flat_map(|text| words(text)).filter(|word| word.chars().any(is_foreign) && !NAMES.contains(&word.as_str()));
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

/// What is wrong with the pages of an app, and how many were read.
async fn walk(app: &TestApp, language: &'static str, is_foreign: fn(char) -> bool) -> (Vec<String>, usize) {
    let stage = Stage::speaking(app, language).await;
    let (mut wrong, mut pages) = (Vec::new(), 0);
    for who in [Who::Anonymous, Who::Owner, Who::Manager, Who::Admin] {
        let case: Case = stage.case(who).await;
        wordless(app).await;
        for (method, path) in routes::table(&app.app.config) {
            if method != "GET" || NOT_OURS.contains(&path) || NOT_YET.contains(&path) {
                continue;
            }
            let body = case.page(path).await;
            if !body.starts_with("<!DOCTYPE html>") {
                continue;
            }
            pages += 1;
            assert!(body.contains(&format!(r#"<html lang="{language}">"#)), "{path} for {who:?} is in another language");
            let found = foreign_words(&body, language, is_foreign);
            if !found.is_empty() {
                wrong.push(format!("{path} for {who:?}: {}", found.join(" ")));
            }
        }
    }
    (wrong, pages)
}

async fn every_page(language: &'static str, is_foreign: fn(char) -> bool) {
    // With the catcher and without, which the page of the mail server tells apart.
    for app in [TestApp::with_inbox().await, TestApp::without_worker().await] {
        let (wrong, pages) = walk(&app, language, is_foreign).await;
        assert!(wrong.is_empty(), "of {pages} pages:\n{}", wrong.join("\n"));
        assert!(pages > 90, "{pages} pages only");
    }
}

#[tokio::test]
async fn no_english_word_stands_on_a_russian_page() {
    every_page("ru", |letter| letter.is_ascii_alphabetic()).await;
}

#[tokio::test]
async fn no_russian_word_stands_on_an_english_page() {
    every_page("en", |letter| matches!(letter, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё')).await;
}

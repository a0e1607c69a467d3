//! Personal tokens: their pages here; whom they authenticate, what ends them and the shell in `tokens/`.

mod endings;
mod shell;
mod whose;

use periodical::tokens::{Token, queries};
use reqwest::StatusCode;

use crate::support::{Browser, Page, TestApp};

const NEW: &str = "/account/tokens/new";
const TOKENS: &str = "/account/tokens";

/// Fills the form in, with one box ticked.
async fn make(browser: &Browser, changes: &[(&str, &str)]) -> Page {
    let usual = [("name", "CI"), ("scopes", "read"), ("days", "30"), ("password", Browser::PASSWORD)];
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let changes: Vec<(&str, &str)> = kept.chain(changes).copied().collect();
    browser.submit(NEW, TOKENS, &changes).await
}

/// Makes one and takes it from the page.
async fn made(browser: &Browser) -> Token {
    let page = make(browser, &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    shown(&page)
}

fn shown(page: &Page) -> Token {
    Token::parse(&page.attr("#token", "value").expect("the token is shown")).expect("it is one")
}

async fn works(app: &TestApp, token: &Token) -> bool {
    queries::authenticate(&app.db, &token.hash()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_token_is_shown_exactly_once_and_nothing_but_its_hash_is_kept() {
    let app = TestApp::without_worker().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    assert!(browser.get(TOKENS).await.contains("No tokens yet"));
    let fields = browser.get(NEW).await.form(TOKENS);
    assert!(fields.contains(&("scopes".into(), "read".into())), "the least is ticked: {fields:?}");
    let page = make(&browser, &[("name", "Nightly <import>"), ("scopes", "write")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, TOKENS));
    let token = shown(&page);
    let text = token.reveal();
    assert_eq!(page.text.matches(text).count(), 1);
    assert!(page.attr("#token", "readonly").is_some());
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.headers.values().all(|value| !String::from_utf8_lossy(value.as_bytes()).contains(text)));
    assert!(page.contains("Permissions: write. It works until "), "{}", page.text);

    let list = browser.get(TOKENS).await;
    assert!(!list.contains(text));
    let row = list.text_of("tr[id^=token-]").unwrap();
    assert!(row.contains("Nightly <import>") && row.contains("write") && row.contains("never"), "{row}");
    let kept: (i64, Vec<u8>, Vec<String>, bool) = sqlx::query_as(
        "select user_id, token_hash, scopes, expires_at between now() + interval '29 days' and now() + interval '31 days' from api_tokens",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    assert_eq!(kept, (una, token.hash().to_vec(), vec!["write".into()], true));
    for table in ["sessions", "api_tokens", "audit_entries", "graphile_worker._private_jobs"] {
        let query = format!("select count(*) from {table} t where t::text like '%{}%'", &text[4..]);
        assert_eq!(app.count(&query).await, 0, "{table}");
    }
    assert!(works(&app, &token).await);
}

#[tokio::test]
async fn what_is_wrong_with_the_form_stands_beside_its_fields_and_nothing_typed_is_lost() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let long = "x".repeat(101);
    let page = make(&browser, &[("name", &long), ("scopes", "everything"), ("days", "3650")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "scopes", "days"] {
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    let page = make(&browser, &[("name", "Kept"), ("scopes", "send"), ("days", "365"), ("password", "not mine at all")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.error("password").as_deref(), Some("This is not your password."));
    let fields = page.form(TOKENS);
    for (name, value) in [("name", "Kept"), ("scopes", "send"), ("days", "365"), ("password", "")] {
        assert!(fields.contains(&(name.into(), value.into())), "{name}: {fields:?}");
    }
    assert!(!fields.contains(&("scopes".into(), "read".into())), "{fields:?}");
    assert_eq!(app.count("select count(*) from api_tokens").await, 0);
}

#[tokio::test]
async fn with_two_factor_sign_in_a_token_takes_a_code_as_well() {
    let app = TestApp::without_worker().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let authenticator = browser.switch_two_factor_on().await;
    app.forget_used_codes(una).await;
    for code in ["", "000000"] {
        let page = make(&browser, &[("code", code)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error("code").is_some(), "{}", page.text);
    }
    assert_eq!(app.count("select count(*) from api_tokens").await, 0);
    let code = authenticator.code(0);
    let page = make(&browser, &[("code", &code)]).await;
    assert!(works(&app, &shown(&page)).await);
    let page = make(&browser, &[("code", &code)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "each code is good once");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_token_and_says_that_it_was_shown() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get(NEW).await.form(TOKENS);
    let changes = [("name", "CI"), ("password", Browser::PASSWORD)];
    let token = shown(&browser.post(TOKENS, fields.clone(), &changes).await);
    let again = browser.post(TOKENS, fields, &changes).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.contains("it was shown then") && !again.contains(token.reveal()), "{}", again.text);
    assert_eq!(app.count("select count(*) from api_tokens").await, 1);
    assert!(works(&app, &token).await);
}

#[tokio::test]
async fn fifty_tokens_of_a_user_work_and_no_more() {
    let app = TestApp::without_worker().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let query = "insert into api_tokens (user_id, name, token_hash, scopes, expires_at)
                 select $1, 'T' || n, sha256(n::text::bytea), array['read'], now() + interval '1 day' from generate_series(1, 49) n";
    sqlx::query(query).bind(una).execute(&app.db).await.unwrap();
    let last = made(&browser).await;
    let page = make(&browser, &[]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text_of(".alert-warning").unwrap().contains("50 tokens"), "{}", page.text);
    assert_eq!(browser.get(TOKENS).await.rows("token").len(), 50);
    sqlx::query("update api_tokens set expires_at = now() where name = 'T1'").execute(&app.db).await.unwrap();
    made(&browser).await;
    assert!(works(&app, &last).await);
    // One that has ended stands behind those that work.
    let words = browser.get(TOKENS).await.texts("td[data-label=Until]");
    assert_eq!(words.iter().filter(|words| words.starts_with("Expired")).count(), 1);
    assert!(words.last().unwrap().starts_with("Expired"), "{words:?}");
}

#[tokio::test]
async fn its_owner_is_told_by_mail_and_administrators_find_it_on_record() {
    let app = TestApp::start().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let token = made(&browser).await;
    let mail = app.mail_about("una@example.org", "A token was made").await;
    assert!(mail.contains("CI") && mail.contains("/account/tokens") && !mail.contains(token.reveal()), "{mail}");
    let id = browser.get(TOKENS).await.rows("token")[0];
    browser.submit(TOKENS, &format!("{TOKENS}/{id}"), &[]).await;
    let recorded: Vec<(String, Option<i64>, i64, serde_json::Value)> =
        sqlx::query_as("select action, actor_id, subject_id, changes from audit_entries order by id").fetch_all(&app.db).await.unwrap();
    let change = serde_json::json!([{ "what": "token", "name": "CI", "scopes": ["read"] }]);
    assert_eq!(recorded, ["create_token", "revoke_token"].map(|action| (action.to_owned(), Some(una), una, change.clone())));
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let trail = ada.get("/admin/audit").await.texts("#audit tbody tr");
    assert!(trail[0].contains("Revoked a token") && trail[0].ends_with("“CI”: read"), "{trail:?}");
}

//! Whom a token authenticates.

use periodical::tokens::{Scope, Scopes, Token, queries};
use time::OffsetDateTime;

use super::{made, works};
use crate::support::TestApp;

async fn used_at(app: &TestApp) -> Option<OffsetDateTime> {
    sqlx::query_scalar("select last_used_at from api_tokens").fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_token_is_its_owners_with_their_roles_and_its_scopes_alone() {
    let app = TestApp::without_worker().await;
    let (max, browser) = app.signed_in_as("max@example.org", "manager").await;
    sqlx::query("update users set locale = 'ru'").execute(&app.db).await.unwrap();
    let token = made(&browser).await;
    let found = queries::authenticate(&app.db, &token.hash()).await.unwrap().unwrap();
    assert_eq!((found.user.id, found.user.email.as_str(), found.user.roles.len()), (max, "max@example.org", 1));
    assert_eq!(found.user.language.map(periodical::i18n::Language::tag), Some("ru"));
    assert_eq!(found.scopes, Scopes::of([Scope::Read]).unwrap());
}

#[tokio::test]
async fn a_token_with_one_byte_changed_is_nobodys() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let token = made(&browser).await;
    let text = token.reveal();
    for at in 4..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
        let other = Token::parse(&String::from_utf8(bytes).unwrap()).unwrap();
        assert!(!works(&app, &other).await, "{at}");
    }
    assert!(!works(&app, &Token::random()).await);
    assert!(works(&app, &token).await);
}

#[tokio::test]
async fn nobody_is_authenticated_who_could_not_sign_in() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let token = made(&browser).await;
    for (bad, good) in [
        ("update users set blocked_at = now()", "update users set blocked_at = null"),
        ("update users set verified_at = null", "update users set verified_at = now()"),
        ("update users set deleting_at = now()", "update users set deleting_at = null"),
        ("update api_tokens set expires_at = now()", "update api_tokens set expires_at = now() + interval '1 day'"),
    ] {
        sqlx::query(bad).execute(&app.db).await.unwrap();
        assert!(!works(&app, &token).await, "{bad}");
        sqlx::query(good).execute(&app.db).await.unwrap();
        assert!(works(&app, &token).await, "{good}");
    }
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute_and_never_waited_for() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let token = made(&browser).await;
    assert_eq!(used_at(&app).await, None);
    assert!(works(&app, &token).await);
    let first = used_at(&app).await.expect("noted");
    assert!(works(&app, &token).await);
    assert_eq!(used_at(&app).await, Some(first));

    sqlx::query("update api_tokens set last_used_at = now() - interval '61 seconds'").execute(&app.db).await.unwrap();
    let before = used_at(&app).await;
    // Somebody else has the row in hand: whoever asks goes on without noting anything.
    let mut held = app.db.begin().await.unwrap();
    sqlx::query("select id from api_tokens for update").execute(&mut *held).await.unwrap();
    assert!(works(&app, &token).await);
    held.rollback().await.unwrap();
    assert_eq!(used_at(&app).await, before);
    assert!(works(&app, &token).await);
    assert!(used_at(&app).await > before);
}

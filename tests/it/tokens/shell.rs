//! `token create`.

use std::process::Output;

use periodical::tokens::{Scope, Scopes, Token, queries};

use crate::support::TestApp;

async fn create(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = app.command(&[&["token", "create"], arguments].concat());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_stands_alone_on_standard_output() {
    let app = TestApp::without_worker().await;
    let una = app.user("una@example.org").await;
    let output = create(&app, &["--email", "UNA@example.org", "--name", "Backup"]).await;
    let (said, noted) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{noted}");
    let token = Token::parse(said.strip_suffix('\n').unwrap()).expect("the token and nothing else");
    assert!(noted.contains("shown this once") && !noted.contains(token.reveal()), "{noted}");
    let found = queries::authenticate(&app.db, &token.hash()).await.unwrap().unwrap();
    assert_eq!((found.user.id, found.scopes), (una, Scopes::of(Scope::ALL).unwrap()));
    assert_eq!(app.count("select count(*) from api_tokens where name = 'Backup' and expires_at > now() + interval '89 days'").await, 1);
    assert_eq!(app.count("select count(*) from audit_entries where actor = 'shell' and action = 'create_token'").await, 1);

    let output = create(&app, &["--email", "una@example.org", "--name", "Reader", "--scopes", "read", "--days", "7"]).await;
    let token = Token::parse(String::from_utf8(output.stdout).unwrap().trim_end()).unwrap();
    let found = queries::authenticate(&app.db, &token.hash()).await.unwrap().unwrap();
    assert_eq!(found.scopes, Scopes::of([Scope::Read]).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said_in_words_and_nothing_stands_on_standard_output() {
    let app = TestApp::without_worker().await;
    for email in ["una@example.org", "blocked@example.org", "new@example.org"] {
        app.user(email).await;
    }
    sqlx::query("update users set blocked_at = now() where email = 'blocked@example.org'").execute(&app.db).await.unwrap();
    sqlx::query("update users set verified_at = null where email = 'new@example.org'").execute(&app.db).await.unwrap();
    for (email, name, further, expected) in [
        ("nobody@example.org", "N", &[][..], "nobody has an account of nobody@example.org"),
        ("blocked@example.org", "N", &[], "is blocked"),
        ("new@example.org", "N", &[], "was never confirmed"),
        ("no address", "N", &[], "--email: "),
        ("una@example.org", " ", &[], "--name: "),
        ("una@example.org", "N", &["--scopes", "read,all"], "read, write or send"),
        ("una@example.org", "N", &["--days", "0"], "--days"),
        ("una@example.org", "N", &["--days", "366"], "--days"),
    ] {
        let output = create(&app, &[&["--email", email, "--name", name], further].concat()).await;
        let noted = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && noted.contains(expected), "{email} {name} {further:?}: {noted}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(app.count("select count(*) from api_tokens").await, 0);
}

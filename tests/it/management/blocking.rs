//! Who blocks whom, and what the one blocked meets.

use reqwest::StatusCode;

use super::{at_once, block, entry, sessions, trail};
use crate::support::{Browser, TestApp};

#[tokio::test]
async fn a_blocked_user_is_signed_out_everywhere_at_once_and_reads_why_at_the_door() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    assert_eq!(sessions(&app, una).await, 2);

    let page = block(&max, una, "  Sends <b>spam</b>.\r\nTwice now.  ").await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, format!("/users/{una}").as_str()));
    assert!(page.text_of(".alert-danger").unwrap().contains("Sends <b>spam</b>."), "{}", page.text);
    assert_eq!(sessions(&app, una).await, 0);
    for browser in [&browser, &elsewhere] {
        assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    }
    let page = app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Sends &lt;b&gt;spam&lt;/b&gt;"), "{}", page.text);
    // Said only to whoever knows the password.
    let page = app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", "a guess, and wrong")]).await;
    assert!(!page.contains("spam"), "{}", page.text);

    let page = max.submit(&format!("/users/{una}"), &format!("/users/{una}/block"), &[]).await;
    assert!(page.contains("Unblocked."), "{}", page.text);
    app.browser().sign_in("una@example.org").await;
    let reason = "Sends <b>spam</b>.\nTwice now.";
    let expected = [
        entry("max@example.org", "block_user", "una@example.org", reason),
        entry("max@example.org", "unblock_user", "una@example.org", ""),
    ];
    assert_eq!(trail(&app).await, expected);
}

#[tokio::test]
async fn a_block_needs_a_reason_and_the_form_comes_back_with_what_was_typed() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let (una, _) = app.signed_in("una@example.org").await;
    let long = "y".repeat(501);
    for reason in ["", "   \r\n ", "a\u{0}b", &long] {
        let page = block(&max, una, reason).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason:?}");
        assert!(page.error("reason").is_some(), "{}", page.text);
        assert_eq!(page.contains(&long), reason == long);
    }
    assert_eq!((sessions(&app, una).await, trail(&app).await), (1, vec![]));
    let form = max.get(&format!("/users/{una}")).await.form(&format!("/users/{una}/block"));
    assert_eq!(max.post("/users/999999/block", form, &[("reason", "Nobody")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn blocking_twice_is_one_block_and_another_reason_is_another_entry() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let una = app.user("una@example.org").await;
    let path = format!("/users/{una}/block");
    let form = max.get(&format!("/users/{una}")).await.form(&path);
    for reason in ["Spam", "Spam", "Worse than spam"] {
        max.post(&path, form.clone(), &[("reason", reason)]).await;
    }
    let reasons: Vec<String> = trail(&app).await.into_iter().map(|entry| entry.3).collect();
    assert_eq!(reasons, ["Spam", "Worse than spam"]);
    // Unblocking twice likewise.
    let form = max.get(&format!("/users/{una}")).await.form(&path);
    for _ in 0..2 {
        assert_eq!(max.post(&path, form.clone(), &[]).await.status, StatusCode::OK);
    }
    assert_eq!(trail(&app).await.len(), 3);
}

#[tokio::test]
async fn nobody_blocks_themselves_and_only_administrators_block_managers_and_administrators() {
    let app = TestApp::without_worker().await;
    let (max_id, max) = app.signed_in_as("max@example.org", "manager").await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (mia_id, _) = app.signed_in_as("mia@example.org", "manager").await;
    let (edith_id, _) = app.signed_in_as("edith@example.org", "editor").await;
    // The buttons are absent, so the form is another page's, as somebody would send it who leaves our pages aside.
    let una = app.user("una@example.org").await;
    let tried = async |browser: &Browser, id: i64| {
        let form = browser.get(&format!("/users/{una}")).await.form(&format!("/users/{una}/block"));
        assert_eq!(browser.get(&format!("/users/{id}")).await.count(&format!("form[action='/users/{id}/block']")), 0);
        browser.post(&format!("/users/{id}/block"), form, &[("reason", "Because")]).await
    };
    for (browser, id, sentence) in [
        (&max, max_id, "Nobody can block themselves."),
        (&ada, ada_id, "Nobody can block themselves."),
        (&max, mia_id, "Only an administrator"),
        (&max, ada_id, "Only an administrator"),
    ] {
        let page = tried(browser, id).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{id}");
        assert!(page.text_of(".alert-danger").unwrap().contains(sentence), "{}", page.text);
    }
    assert_eq!(app.count("select count(*) from users where blocked_at is not null").await, 0);

    assert_eq!(block(&max, edith_id, "An editor is a user here").await.status, StatusCode::OK);
    assert_eq!(block(&ada, mia_id, "Abuse").await.status, StatusCode::OK);
    assert_eq!(app.count("select count(*) from users where blocked_at is not null").await, 2);
    // Nor does a manager let a blocked colleague back in.
    let form = max.get(&format!("/users/{edith_id}")).await.form(&format!("/users/{edith_id}/block"));
    let page = max.post(&format!("/users/{mia_id}/block"), form, &[]).await;
    assert!(page.contains("Only an administrator"), "{}", page.text);
    assert_eq!(app.count("select count(*) from users where blocked_at is not null").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_block_each_other_at_once_one_stays() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (bob_id, bob) = app.signed_in_as("bob@example.org", "admin").await;
    let (first, second) = at_once(&app, block(&ada, bob_id, "Bob"), block(&bob, ada_id, "Ada")).await;
    let mut answers = [first.status, second.status];
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::FORBIDDEN], "{} {}", first.text, second.text);
    assert_eq!(app.count("select count(*) from users where blocked_at is null").await, 1);
}

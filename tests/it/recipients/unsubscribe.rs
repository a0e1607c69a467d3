//! Unsubscribing by a mail's link, by the button and by the mail program's one click (RFC 8058), and what follows from it.

use periodical::{config::SecretKey, recipients::unsubscribe};
use reqwest::{Client, Method, StatusCode};

use crate::support::{TestApp, quick};

/// The path of a recipient's link.
fn path(app: &TestApp, id: i64) -> String {
    unsubscribe::Links::new(&app.app.config).of(id).strip_prefix(&app.base).unwrap().to_owned()
}

async fn unsubscribed(app: &TestApp) -> Vec<i64> {
    sqlx::query_scalar("select id from recipients where unsubscribed_at is not null order by id").fetch_all(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_recipient_unsubscribes_with_the_link_and_a_click_and_the_link_alone_does_nothing() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let ids = app.recipients(user, &["rita@example.org", "bob@example.org"]).await;
    let (visitor, path) = (app.browser(), path(&app, ids[0]));
    let page = visitor.get(&path).await;
    assert_eq!((page.status, page.text_of("h1").as_deref()), (StatusCode::OK, Some("No more mail?")));
    assert!(!page.contains("example.org"), "it says nothing of the account or the address: {}", page.text);
    assert!(unsubscribed(&app).await.is_empty());
    for _ in 0..2 {
        let page = visitor.submit(&path, &path, &[]).await;
        assert_eq!(page.text_of("h1").as_deref(), Some("You are unsubscribed"));
        assert_eq!(unsubscribed(&app).await, [ids[0]]);
    }
    sqlx::query("delete from recipients").execute(&app.db).await.unwrap();
    assert_eq!(visitor.submit(&path, &path, &[]).await.text_of("h1").as_deref(), Some("You are unsubscribed"));
}

#[tokio::test]
async fn a_mail_program_unsubscribes_with_one_click_and_without_a_token_or_a_cookie() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let ids = app.recipients(user, &["rita@example.org", "bob@example.org", "eve@example.org"]).await;
    let one_click = [("List-Unsubscribe", "One-Click")];
    let ask = |id: i64| Client::new().post(unsubscribe::Links::new(&app.app.config).of(id));
    assert_eq!(ask(ids[0]).form(&one_click).send().await.unwrap().status(), StatusCode::OK);
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let request = ask(ids[1]).header("content-type", "multipart/form-data; boundary=b").header("sec-fetch-site", "cross-site");
    assert_eq!(request.body(multipart).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(unsubscribed(&app).await, ids[..2]);
    // A method in the form is no way past the door.
    let answer = ask(ids[2]).form(&[("_method", "delete")]).send().await.unwrap();
    assert_eq!((answer.status(), unsubscribed(&app).await), (StatusCode::OK, ids.clone()));
    for (method, path) in [(Method::POST, "/unsubscribe/"), (Method::POST, "/unsubscribe/a/b"), (Method::PUT, "/unsubscribe/a")] {
        let answer = Client::new().request(method.clone(), format!("{}{path}", app.base)).form(&one_click).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path}");
    }
}

#[tokio::test]
async fn a_token_that_somebody_made_up_or_cut_short_is_worth_nothing() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    let good = path(&app, id);
    let (other, visitor) = (path(&app, id + 1), app.browser());
    let swapped = format!("{}{}", &good[..good.len() - 20], &other[other.len() - 20..]);
    for path in [&good[..good.len() - 1], &swapped, &format!("{good}A"), "/unsubscribe/0", "/unsubscribe/%FF", "/unsubscribe/%00"] {
        let (asked, token) = (visitor.get(path).await, visitor.token().await);
        let posted = visitor.post(path, vec![("csrf_token".into(), token)], &[]).await;
        for page in [asked, posted] {
            assert!(page.status.is_client_error(), "{path}: {}", page.status);
        }
    }
    assert!(unsubscribed(&app).await.is_empty());
}

#[tokio::test]
async fn links_of_the_key_before_go_on_working() {
    let key = |name: &str| SecretKey::new(format!("the {name} key of these tests, long enough"));
    let before = TestApp::configured(quick(), |config| config.secret_key = key("first")).await;
    let after =
        TestApp::configured(quick(), |config| (config.secret_key, config.old_secret_key) = (key("second"), Some(key("first")))).await;
    let forgotten = TestApp::configured(quick(), |config| config.secret_key = key("second")).await;
    let path = path(&before, 7);
    assert_eq!(after.browser().get(&path).await.status, StatusCode::OK);
    assert_eq!(forgotten.browser().get(&path).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_page_speaks_the_language_of_the_browser() {
    let app = TestApp::without_worker().await;
    let link = unsubscribe::Links::new(&app.app.config).of(7);
    let page = Client::new().get(link).header("accept-language", "ru-RU,ru;q=0.9").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Больше не присылать?"), "{page}");
}

#[tokio::test]
async fn whoever_has_unsubscribed_is_skipped_and_that_is_on_record() {
    let app = TestApp::start().await;
    let user = app.user("una@example.org").await;
    let ids = app.recipients(user, &["rita@example.org", "bob@example.org", "bad-550.1@example.org"]).await;
    sqlx::query("update recipients set unsubscribed_at = now(), undeliverable_at = now() where id = $1")
        .bind(ids[0])
        .execute(&app.db)
        .await
        .unwrap();
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.failed, figures.skipped), (1, 1, 1));
    assert_eq!(app.delivered(), ["bob@example.org"]);
    let reason = "select smtp_text from deliveries where attempt_id = $1 and state = 'skipped'";
    let reason: String = sqlx::query_scalar(reason).bind(attempt).fetch_one(&app.db).await.unwrap();
    assert_eq!(reason, "Skipped: unsubscribed.");

    // Who failed is tried again whatever the server said; who said no meanwhile is not.
    sqlx::query("update recipients set unsubscribed_at = now() where id = $1").bind(ids[2]).execute(&app.db).await.unwrap();
    let repeat =
        periodical::mailings::runs::repeat(&app.app, user, attempt, periodical::mailings::runs::Repeat::Failed, uuid::Uuid::new_v4());
    assert!(repeat.await.unwrap().is_err(), "there is nobody to send to");
}

#[tokio::test]
async fn who_unsubscribes_while_an_attempt_waits_gets_no_mail_of_it() {
    let mut app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let ids = app.recipients(user, &["rita@example.org", "bob@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    Client::new().post(unsubscribe::Links::new(&app.app.config).of(ids[0])).send().await.unwrap();
    app.start_worker();
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.skipped), (1, 1));
    assert!(app.mails_to("rita@example.org").is_empty());
}

#[tokio::test]
async fn the_owner_sees_it_and_takes_it_back_only_after_a_question() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (_, eve) = app.signed_in("eve@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    sqlx::query("update recipients set unsubscribed_at = now()").execute(&app.db).await.unwrap();
    assert!(browser.get("/recipients").await.contains("unsubscribed"));
    let (show, back) = (format!("/recipients/{id}"), format!("/recipients/{id}/unsubscription"));
    assert_eq!(eve.htmx_request(Method::DELETE, &back, &[]).await.status, StatusCode::NOT_FOUND);
    let page = browser.get(&show).await;
    assert_eq!(page.text_of(".ask h2").as_deref(), Some("Delete rita@example.org?"));
    assert!(page.texts(".ask h2").contains(&"Send to rita@example.org again?".to_owned()));
    let page = browser.submit(&show, &back, &[]).await;
    assert!(page.contains("rita@example.org gets mail again"), "{}", page.text);
    assert!(unsubscribed(&app).await.is_empty());
}

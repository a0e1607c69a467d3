//! What will happen, in words beside the form.

use periodical::mailings::runs;
use reqwest::{Method, StatusCode};

use super::{equipped, make, only_id, weekly};
use crate::support::{Browser, Page, TestApp};

/// What the form says of these fields, as htmx asks for it while one types.
async fn foretold(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    let page = browser.htmx_request(Method::POST, "/mailings/preview", fields).await;
    assert_eq!(page.status, StatusCode::OK);
    page
}

#[tokio::test]
async fn the_form_says_what_will_happen_and_when() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = equipped(&app, "una@example.org").await;
    app.many_recipients(user, 1233).await;
    let mut fields = vec![
        ("all_recipients", "true"),
        ("period", "monthly"),
        ("time_zone", "Europe/Moscow"),
        ("starts_at", "2099-01-31T09:00"),
        ("ends_at", "2099-12-01T00:00"),
    ];
    let page = foretold(&browser, &fields).await;
    assert_eq!(
        page.text_of(".outlook-sentence").unwrap(),
        "Every month on the 31st, or the month’s last day, at 09:00 Europe/Moscow, from 31 January 2099 until 1 December 2099, \
         to all of your recipients, 1,234 at present."
    );
    assert!(page.contains("The next five:"), "{}", page.text);
    assert_eq!(page.texts(".outlook-runs li")[..2], ["Sat, 31 Jan 2099, 09:00", "Sat, 28 Feb 2099, 09:00"]);
    assert_eq!(page.count(".alert"), 0);

    fields[4] = ("ends_at", "2099-02-01T00:00");
    assert!(foretold(&browser, &fields).await.contains("The end lies before the second run"));
    fields[4] = ("ends_at", "2001-02-01T00:00");
    assert!(foretold(&browser, &fields).await.contains("Once start, end and how often can be read"));
    assert_eq!(app.count("select count(*) from mailings").await, 0);
}

#[tokio::test]
async fn the_form_warns_of_nobody_and_of_those_who_will_be_skipped() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let ids = app.recipients(user, &["a@example.org", "b@example.org", "c@example.org"]).await;
    sqlx::query("update recipients set undeliverable_at = now() where id = $1").bind(ids[0]).execute(&app.db).await.unwrap();
    sqlx::query("update recipients set unsubscribed_at = now() where id = $1").bind(ids[1]).execute(&app.db).await.unwrap();
    let [a, b, c] = [ids[0].to_string(), ids[1].to_string(), ids[2].to_string()];
    let (_, eve, _) = equipped(&app, "eve@example.org").await;
    let ticked = |ticked: &[&str]| {
        let mut fields: Vec<(String, String)> = weekly(&message).into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        fields.push(("all_recipients".into(), "false".into()));
        fields.extend(ticked.iter().map(|id| ("recipient_ids".to_owned(), (*id).to_owned())));
        fields
    };
    let say = async |browser: &Browser, ids: &[&str]| {
        let fields = ticked(ids);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        foretold(browser, &fields).await.text
    };
    assert!(say(&browser, &[]).await.contains("Nobody is ticked yet"));
    let two = say(&browser, &[&a, &c]).await;
    assert!(two.contains("to 2 recipients.") && two.contains("1 of them will be skipped"), "{two}");
    assert!(say(&browser, &[&a, &b]).await.contains("All of them will be skipped"));
    assert!(say(&eve, &[&a, &c]).await.contains("to 0 recipients."), "nothing is said of somebody else's");
    let all = foretold(&browser, &[&weekly(&message)[..], &[("all_recipients", "true")]].concat()).await;
    assert!(all.contains("2 of them will be skipped"), "{}", all.text);
}

#[tokio::test]
async fn without_javascript_a_button_shows_what_will_happen_and_keeps_what_was_typed() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    assert!(browser.get("/mailings/new").await.contains(r#"name="preview" value="1""#));
    let mut fields = weekly(&message);
    fields[0] = ("name", "");
    fields.push(("preview", "1"));
    let page = make(&browser, &fields).await;
    assert_eq!((page.status, page.count(".invalid-feedback")), (StatusCode::OK, 0));
    assert!(page.text_of(".outlook-sentence").unwrap().starts_with("Every week on Saturday at 09:00 Europe/Moscow"), "{}", page.text);
    assert!(page.form("/mailings").contains(&("starts_at".into(), "2099-01-10T09:00".into())));
    assert_eq!(app.count("select count(*) from mailings").await, 0);

    // Beside errors it says as much as can be read.
    let page = make(&browser, &[("name", ""), ("period", "weekly"), ("ends_at", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Once start, end and how often can be read"), "{}", page.text);
}

#[tokio::test]
async fn a_stored_mailing_is_foretold_by_what_it_has_done_already() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let mut once = weekly(&message);
    once.retain(|(name, _)| *name != "period");
    once.push(("period", "once"));
    make(&browser, &once).await;
    let id = only_id(&app).await;
    let fields = browser.get(&format!("/mailings/{id}/edit")).await.form(&format!("/mailings/{id}"));
    let say = async |browser: &Browser| browser.htmx(Method::PUT, &format!("/mailings/{id}/preview"), fields.clone(), &[]).await;
    assert!(say(&browser).await.contains("Once, on Saturday 10 January 2099"));
    app.run_now(user, id).await;
    assert!(say(&browser).await.contains("No run is left"));
    runs::stop(&app.app, user, id).await.unwrap();
    let (_, eve, _) = equipped(&app, "eve@example.org").await;
    let answer = eve.htmx_request(Method::PUT, &format!("/mailings/{id}/preview"), &[("name", "M")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn mailings_speak_russian() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    let fields = browser.get("/mailings").await.form("/language");
    browser.post("/language", fields, &[("language", "ru")]).await;
    let page = browser.get(&format!("/mailings/{id}")).await;
    assert_eq!(page.texts("dd .status"), ["создана"]);
    assert!(page.contains("Каждую субботу в 09:00 (Europe/Moscow), с 10 января 2099"), "{}", page.text);
    let page = browser.get(&format!("/mailings/{id}/edit")).await;
    assert!(page.text_of(".outlook-sentence").unwrap().ends_with("всем вашим клиентам (сейчас это 1 клиент)."), "{}", page.text);
}

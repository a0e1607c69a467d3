//! The mailing's form: the picker, and everything that can be wrong with it.

use reqwest::StatusCode;
use time::OffsetDateTime;

use super::{equipped, make, only_id, weekly};
use crate::support::TestApp;

/// The weekly mailing with some fields changed.
fn changed<'a>(message: &'a str, changes: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let mut fields = weekly(message);
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes);
    fields
}

async fn picked(app: &TestApp) -> Vec<i64> {
    sqlx::query_scalar("select recipient_id from mailing_recipients order by 1").fetch_all(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_bad_form_comes_back_with_its_text_and_every_error() {
    let app = TestApp::without_worker().await;
    let (_, browser, _) = equipped(&app, "una@example.org").await;
    let bad = [
        ("name", "Weekly\r\nnews"),
        ("message_id", ""),
        ("all_recipients", "false"),
        ("period", "hourly"),
        ("time_zone", "Mars/Olympus"),
        ("starts_at", "tomorrow"),
        ("ends_at", ""),
    ];
    let page = make(&browser, &bad).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "message_id", "recipient_ids", "time_zone", "starts_at", "ends_at"] {
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    assert!(page.contains("Choose how often it goes out."), "{}", page.text);
    let form = page.form("/mailings");
    for field in [("starts_at", "tomorrow"), ("time_zone", "Mars/Olympus"), ("all_recipients", "false")] {
        assert!(form.contains(&(field.0.into(), field.1.into())), "{field:?}: {form:?}");
    }
    assert!(page.contains("Weekly\r\nnews") || page.contains("Weekly\nnews"));
    assert_eq!(app.count("select count(*) from mailings").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
}

#[tokio::test]
async fn every_impossible_schedule_is_an_error_at_its_field() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    for (field, changes) in [
        ("ends_at", &[("ends_at", "2099-01-10T09:00")][..]),
        ("ends_at", &[("ends_at", "2098-01-10T09:00")]),
        ("ends_at", &[("starts_at", "2001-01-01T00:00"), ("ends_at", "2002-01-01T00:00")]),
        ("starts_at", &[("starts_at", "2099-03-29T02:30"), ("time_zone", "Europe/Berlin")]),
        ("starts_at", &[("starts_at", "2099-02-30T02:30")]),
        ("starts_at", &[("starts_at", "0001-01-01T00:00")]),
        ("starts_at", &[("starts_at", "1969-12-31T23:59")]),
        ("ends_at", &[("ends_at", "10000-01-01T00:00")]),
        ("ends_at", &[("ends_at", "2099-04-01T00:00'; drop table mailings")]),
        ("time_zone", &[("time_zone", "")]),
        ("time_zone", &[("time_zone", "../../etc/passwd")]),
        ("name", &[("name", "")]),
        ("name", &[("name", "a\u{0}b")]),
        ("message_id", &[("message_id", "abc")]),
        ("message_id", &[("message_id", "99999999999999999999")]),
        ("message_id", &[("message_id", "4711")]),
    ] {
        let page = make(&browser, &changed(&message, changes)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?}");
        assert!(page.error(field).is_some(), "{changes:?}: {}", page.text);
    }
    let page = make(&browser, &changed(&message, &[("starts_at", "2099-03-29T02:30"), ("time_zone", "Europe/Berlin")])).await;
    assert!(page.error("starts_at").unwrap().contains("Sun, 29 Mar 2099, 03:00"), "{:?}", page.error("starts_at"));
    assert_eq!(app.count("select count(*) from mailings").await, 0);
}

#[tokio::test]
async fn an_end_in_the_past_is_told_together_with_the_other_errors() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    let page =
        make(&browser, &changed(&message, &[("name", ""), ("starts_at", "2001-01-01T00:00"), ("ends_at", "2002-01-01T00:00")])).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("name").is_some(), "{}", page.text);
    assert!(page.error("ends_at").is_some(), "{}", page.text);
}

#[tokio::test]
async fn somebody_elses_message_and_recipients_cannot_be_used() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let (eve, _, eves_message) = equipped(&app, "eve@example.org").await;
    let own = app.recipients(user, &["own@example.org"]).await[0].to_string();
    let eves = app.recipients(eve, &["secret@example.org"]).await[0].to_string();
    let page = make(&browser, &changed(&eves_message, &[])).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("message_id").is_some(), "{}", page.text);
    let page = make(&browser, &changed(&message, &[("all_recipients", "false"), ("recipient_ids", &own), ("recipient_ids", &eves)])).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("recipient_ids").is_some(), "{}", page.text);
    assert!(!page.contains("secret@example.org"));
    assert_eq!(app.count("select count(*) from mailings").await, 0);

    // Nor slipped in by a change.
    make(&browser, &weekly(&message)).await;
    let path = format!("/mailings/{}", only_id(&app).await);
    for (field, changes) in [
        ("message_id", vec![("message_id", eves_message.as_str())]),
        ("recipient_ids", vec![("all_recipients", "false"), ("recipient_ids", eves.as_str())]),
    ] {
        let page = browser.submit(&format!("{path}/edit"), &path, &changes).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    assert_eq!(app.count("select version::bigint from mailings").await, 1);
    assert!(picked(&app).await.is_empty());
}

#[tokio::test]
async fn ticked_recipients_are_kept_and_none_ticked_is_an_error() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let ids = app.recipients(user, &["a@example.org", "b@example.org", "c@example.org"]).await;
    let [a, b] = [ids[0].to_string(), ids[1].to_string()];
    let page = make(&browser, &changed(&message, &[("all_recipients", "false")])).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.error("recipient_ids").unwrap(), "Choose at least one recipient, or all of them.");

    // One of them twice counts once.
    let page = make(
        &browser,
        &changed(&message, &[("all_recipients", "false"), ("recipient_ids", &a), ("recipient_ids", &b), ("recipient_ids", &b)]),
    )
    .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.contains("2 picked"), "{}", page.text);
    assert_eq!(picked(&app).await, ids[..2]);

    let path = format!("/mailings/{}", only_id(&app).await);
    let form = browser.get(&format!("{path}/edit")).await.form(&path);
    assert_eq!(form.iter().filter(|(name, _)| name == "recipient_ids").count(), 2);
    browser.submit(&format!("{path}/edit"), &path, &[("recipient_ids", &b)]).await;
    assert_eq!(picked(&app).await, ids[1..2]);
    browser.submit(&format!("{path}/edit"), &path, &[("all_recipients", "true")]).await;
    assert!(picked(&app).await.is_empty());
}

#[tokio::test]
async fn more_than_can_be_picked_is_an_error_and_no_page_of_them_all() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    app.many_recipients(user, 10_200).await;
    let ids: Vec<i64> = sqlx::query_scalar("select id from recipients order by id").fetch_all(&app.db).await.unwrap();
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let mut fields = changed(&message, &[("all_recipients", "false")]);
    fields.extend(ids.iter().map(|id| ("recipient_ids", id.as_str())));
    let page = make(&browser, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("recipient_ids").unwrap().contains("10,201"));
    assert_eq!(page.text.matches("name=\"recipient_ids\"").count(), 10_001 + 50);
}

#[tokio::test]
async fn searching_in_the_picker_keeps_the_ticks_and_everything_typed() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    app.many_recipients(user, 80).await;
    let ids = app.recipients(user, &["needle@example.org"]).await;
    let first = app.count("select id from recipients where email = 'reader1@example.org'").await.to_string();
    let mut fields = changed(&message, &[("name", ""), ("starts_at", "half"), ("all_recipients", "false"), ("recipient_ids", &first)]);
    fields.extend([("recipient_search", "NEEDLE"), ("find", "1")]);
    let page = make(&browser, &fields).await;
    assert_eq!(page.status, StatusCode::OK, "a search is no failure");
    assert_eq!(page.count(".invalid-feedback"), 0);
    assert_eq!(page.count(".picker-item"), 2, "the ticked one and the one that was found");
    let form = page.form("/mailings");
    for field in [
        ("recipient_ids", first.as_str()),
        ("starts_at", "half"),
        ("recipient_search", "NEEDLE"),
        ("message_id", &message),
        ("period", "weekly"),
        ("time_zone", "Europe/Moscow"),
    ] {
        assert!(form.contains(&(field.0.into(), field.1.into())), "{field:?}: {form:?}");
    }
    assert_eq!(app.count("select count(*) from mailings").await, 0);

    let needle = ids[0].to_string();
    let page = browser
        .post(
            "/mailings",
            form,
            &[("name", "Found"), ("starts_at", "2099-01-10T09:00"), ("recipient_ids", &first), ("recipient_ids", &needle)],
        )
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(picked(&app).await, [first.parse().unwrap(), ids[0]]);

    let path = format!("/mailings/{}", only_id(&app).await);
    for search in ["nobody", "%", "\u{0}"] {
        let page = browser.submit(&format!("{path}/edit"), &path, &[("name", "typed"), ("recipient_search", search), ("find", "1")]).await;
        assert_eq!(page.status, StatusCode::OK, "{search:?}");
        assert!(page.form(&path).contains(&("name".into(), "typed".into())));
        assert_eq!(page.form(&path).iter().filter(|(name, _)| name == "recipient_ids").count(), 2);
    }
    let name: String = sqlx::query_scalar("select name from mailings").fetch_one(&app.db).await.unwrap();
    assert_eq!(name, "Found");
}

#[tokio::test]
async fn without_recipients_or_messages_the_form_leads_to_what_is_missing() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let page = browser.get("/mailings/new").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.contains("First a recipient") && page.count("a[href='/recipients/new']") > 0, "{}", page.text);
    // Posted all the same, it is an error at the field.
    let message = app.message(user).await.to_string();
    let token = browser.token().await;
    let mut fields = weekly(&message);
    fields.extend([("all_recipients", "true"), ("csrf_token", &token)]);
    let page = browser.send(browser.request(reqwest::Method::POST, "/mailings").form(&fields)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.count("select count(*) from mailings").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);

    sqlx::query("delete from messages").execute(&app.db).await.unwrap();
    app.recipients(user, &["rita@example.org"]).await;
    let page = browser.get("/mailings/new").await;
    assert!(page.contains("First a message") && page.count("a[href='/messages/new']") > 0, "{}", page.text);
}

#[tokio::test]
async fn the_form_starts_with_the_message_that_was_chosen_and_the_zone_of_last_time() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    assert_eq!(browser.get("/mailings/new").await.count("select[data-browser-zone]"), 1);
    make(&browser, &weekly(&message)).await;
    let page = browser.get(&format!("/mailings/new?message_id={message}")).await;
    let form = page.form("/mailings");
    assert!(form.contains(&("message_id".into(), message.clone())), "{form:?}");
    assert!(form.contains(&("time_zone".into(), "Europe/Moscow".into())), "{form:?}");
    assert_eq!(page.count("select[data-browser-zone]"), 0);
    assert_eq!(browser.get("/mailings/new?message_id=nonsense").await.status, StatusCode::OK);
    let starts_at = &form.iter().find(|(name, _)| name == "starts_at").unwrap().1;
    assert!(starts_at.starts_with(&OffsetDateTime::now_utc().year().to_string()[..3]), "{starts_at}");
}

#[tokio::test]
async fn a_message_older_than_those_that_are_offered_stays_chosen() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let query = "insert into messages (user_id, subject, body) select $1, 'Subject ' || n, 'b' from generate_series(1, 500) n";
    sqlx::query(query).bind(user).execute(&app.db).await.unwrap();
    let path = format!("/mailings/{}", only_id(&app).await);
    let page = browser.submit(&format!("{path}/edit"), &path, &[("name", "Renamed")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert_eq!(app.count("select message_id from mailings where name = 'Renamed'").await.to_string(), message);
    let form = browser.get(&format!("/mailings/new?message_id={message}")).await.form("/mailings");
    assert!(form.contains(&("message_id".into(), message)), "{form:?}");
}

#[tokio::test]
async fn the_only_message_is_chosen_already_and_of_two_none() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let chosen = || async { browser.get("/mailings/new").await.attr("select[name=message_id] option[selected]", "value") };
    let id = app.message(user).await;
    assert_eq!(chosen().await, Some(id.to_string()));
    app.message(user).await;
    assert!(chosen().await.unwrap_or_default().is_empty());
}

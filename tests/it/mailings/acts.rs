//! What is done with a mailing by one click, and what cannot be done while it goes out.

use periodical::mailings::runs;
use reqwest::{Method, StatusCode};
use time::macros::datetime;

use super::{equipped, make, only_id, row, weekly};
use crate::support::TestApp;

#[tokio::test]
async fn a_stopped_mailing_has_no_further_run_and_cannot_be_changed_or_started() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    let (path, stop) = (format!("/mailings/{id}"), format!("/mailings/{id}/stop"));
    let before = browser.get(&format!("{path}/edit")).await.form(&path);
    let start = format!("{path}/attempts");
    let starts = browser.get(&path).await.form(&start);

    let page = browser.submit(&path, &stop, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert_eq!(page.texts("dd .status"), ["stopped"]);
    assert_eq!(
        app.count("select count(*) from mailings where status = 'completed' and next_run_at is null and stopped_at is not null").await,
        1
    );
    assert_eq!(app.job_of(id).await, None);
    for act in [&stop, &start, &format!("{path}/pause")] {
        assert_eq!(page.count(&format!("form[action='{act}']")), 0, "{act}");
    }

    // Pages that were loaded before change nothing.
    let page = browser.post(&path, before, &[("version", "2"), ("name", "Again"), ("ends_at", "2100-01-01T00:00")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("stopped for good"), "{}", page.text);
    let page = browser.post(&start, starts, &[]).await;
    assert!(page.text_of(".alert").unwrap().contains("stopped for good"), "{}", page.text);
    assert_eq!(browser.get(&format!("{path}/edit")).await.path, path, "there is nothing to edit");
    runs::resume(&app.app, app.count("select user_id from mailings").await, id).await.unwrap();
    assert_eq!((row(&app, id).await.0.as_str(), app.job_of(id).await), ("Weekly news", None));
}

#[tokio::test]
async fn a_clone_is_a_form_like_the_mailing_whose_dates_lie_ahead() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let ids = app.recipients(user, &["a@example.org", "b@example.org"]).await;
    let query = "insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, status)
                 values ($1, 'Old news', $2, false, '2020-01-31 06:00+00', '2020-03-01 06:00+00', 'monthly', 'Europe/Moscow', 'completed')
                 returning id";
    let id: i64 = sqlx::query_scalar(query).bind(user).bind(message.parse::<i64>().unwrap()).fetch_one(&app.db).await.unwrap();
    sqlx::query("insert into mailing_recipients (mailing_id, recipient_id, user_id) values ($1, $2, $3)")
        .bind(id)
        .bind(ids[1])
        .bind(user)
        .execute(&app.db)
        .await
        .unwrap();
    let page = browser.get(&format!("/mailings/{id}")).await;
    assert_eq!(page.count(&format!("a[href='/mailings/new?clone={id}']")), 1);

    let page = browser.get(&format!("/mailings/new?clone={id}")).await;
    let form = page.form("/mailings");
    let value = |name: &str| form.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone()).unwrap();
    assert_eq!((value("name"), value("message_id"), value("period")), ("Copy of Old news".into(), message, "monthly".into()));
    assert_eq!((value("all_recipients"), value("recipient_ids")), ("false".into(), ids[1].to_string()));
    let (start, end) = (value("starts_at"), value("ends_at"));
    assert!(start.as_str() > "2026-" && start.ends_with("T09:00"), "{start}");
    assert!(end > start && end.ends_with("T09:00"), "{end}");

    let page = browser.post("/mailings", form.clone(), &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(app.count("select count(*) from mailings where starts_at > now() and status = 'created'").await, 1);
    let (_, eve, _) = equipped(&app, "eve@example.org").await;
    assert_eq!(eve.get(&format!("/mailings/new?clone={id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn while_a_run_goes_out_what_is_sent_to_whom_and_when_is_locked_and_says_why() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    let (path, edit) = (format!("/mailings/{id}"), format!("/mailings/{id}/edit"));
    let before = browser.get(&edit).await.form(&path);
    app.run_now(user, id).await;

    let page = browser.get(&edit).await;
    assert!(page.contains("A run is going out now."), "{}", page.text);
    for field in
        ["select[name=message_id]", "input[name=all_recipients]", "input[name=period]", "input[name=starts_at]", "select[name=time_zone]"]
    {
        assert!(page.count(&format!("fieldset[disabled][aria-describedby] {field}")) > 0, "{field}");
    }
    assert_eq!(page.count("fieldset[disabled] input[name=name]") + page.count("fieldset[disabled] input[name=ends_at]"), 0);
    // What a browser sends lacks the disabled ones; they stay as they are.
    let locked = ["message_id", "all_recipients", "recipient_ids", "period", "starts_at", "time_zone"];
    let sent: Vec<_> = page.form(&path).into_iter().filter(|(name, _)| !locked.contains(&name.as_str())).collect();
    let page = browser.post(&path, sent, &[("name", "Renamed"), ("ends_at", "2099-05-01T00:00")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()), "{}", page.text);
    let (name, period, zone, starts_at, version) = row(&app, id).await;
    assert_eq!(
        (name.as_str(), period.as_str(), zone.as_str(), starts_at),
        ("Renamed", "weekly", "Europe/Moscow", datetime!(2099-01-10 06:00 UTC))
    );

    // A form of before the run, with changes that came too late.
    let version = version.to_string();
    let page = browser.post(&path, before.clone(), &[("version", &version), ("period", "daily"), ("starts_at", "2099-01-11T09:00")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("starts_at").unwrap().contains("A run has begun meanwhile"), "{}", page.text);
    assert!(page.form(&path).contains(&("starts_at".into(), "2099-01-11T09:00".into())), "nothing typed is lost");
    let page = browser.post(&path, before, &[("version", &version), ("name", "Name alone")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(row(&app, id).await.0, "Name alone");
}

#[tokio::test]
async fn starting_asks_with_the_number_of_recipients() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = equipped(&app, "una@example.org").await;
    app.many_recipients(user, 1233).await;
    let id = app.due_mailing(user).await;
    for page in [browser.get(&format!("/mailings/{id}")).await, browser.get("/mailings").await] {
        assert_eq!(page.text_of(&format!("#start-mailing-{id} .ask-question")).unwrap(), "Send “Test mailing” to 1,234 recipients now?");
    }
}

#[tokio::test]
async fn the_list_is_narrowed_by_where_mailings_stand_and_follows_what_runs() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = equipped(&app, "una@example.org").await;
    let far = (datetime!(2099-01-10 06:00 UTC), datetime!(2099-04-01 06:00 UTC));
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(app.mailing(user, "daily", far.0, far.1).await);
    }
    let [running, waiting, paused, disabled, done] = ids[..] else { unreachable!() };
    app.run_now(user, running).await;
    runs::pause(&app.app, user, paused).await.unwrap();
    runs::stop(&app.app, user, done).await.unwrap();
    sqlx::query("update mailings set disabled_at = now() where id = $1").bind(disabled).execute(&app.db).await.unwrap();
    for (state, expected) in [
        ("running", vec![running]),
        ("waiting", vec![waiting]),
        ("paused", vec![disabled, paused]),
        ("completed", vec![done]),
        ("nonsense", ids.iter().rev().copied().collect()),
    ] {
        assert_eq!(browser.get(&format!("/mailings?state={state}")).await.rows("mailing"), expected, "{state}");
    }
    assert_eq!(browser.get("/mailings?state=waiting&q=no+such").await.rows("mailing").len(), 0);

    let page = browser.get("/mailings").await;
    assert_eq!(page.attr("#moving", "hx-get").unwrap(), format!("/mailings?rows={running}"));
    assert_eq!(page.attr("#moving", "hx-select-oob").unwrap(), format!("#mailing-{running}:outerMorph"));
    let page = browser.get(&format!("/mailings?rows={running}")).await;
    assert_eq!(page.rows("mailing"), [running]);
    assert!(page.texts("tr td").iter().any(|cell| cell.contains("0 of 1 sent")), "{}", page.text);
    sqlx::query("update attempts set status = 'succeeded', sent = 1, finished_at = now()").execute(&app.db).await.unwrap();
    assert_eq!(browser.get(&format!("/mailings?rows={running}")).await.attr("#moving", "hx-get"), None, "it stops when nothing runs");
}

#[tokio::test]
async fn pausing_in_the_list_comes_back_to_the_list_as_it_was_and_nowhere_else() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = equipped(&app, "una@example.org").await;
    let id = app.due_mailing(user).await;
    app.run_now(user, id).await;
    let act = format!("/mailings/{id}/pause");
    let fields = browser.get("/mailings?state=running&q=test").await.form(&act);
    let page = browser.post(&act, fields.clone(), &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/mailings?state=running&q=test"));
    assert_eq!(app.count("select count(*) from mailings where paused_at is not null").await, 1);
    // What goes on again goes on from the same list; htmx sends the same form.
    let fields_of_resume = browser.get("/mailings?state=paused").await.form(&act);
    assert!(
        fields_of_resume.contains(&("_method".into(), "delete".into()))
            && fields_of_resume.contains(&("back".into(), "/mailings?state=paused".into()))
    );
    let page = browser.post(&act, fields_of_resume, &[]).await;
    assert_eq!(
        (page.path.as_str(), app.count("select count(*) from mailings where paused_at is not null").await),
        ("/mailings?state=paused", 0)
    );
    for elsewhere in ["//example.org", "https://example.org/mailings", "/mailings/../users"] {
        let page = browser.htmx(Method::PUT, &act, fields.clone(), &[("back", elsewhere)]).await;
        assert_eq!(page.path, format!("/mailings/{id}"), "{elsewhere}");
    }
}

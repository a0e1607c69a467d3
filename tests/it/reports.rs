//! Reports: figures that add up whether attempts are added up already or not, why mails were not sent, files.

mod api;

use periodical::reports::{
    queries::{self, Figures},
    tally,
};
use reqwest::StatusCode;
use time::{Duration, OffsetDateTime};

use crate::support::{Browser, TestApp};

/// A user with an attempt of 60 deliveries that is over: 30 sent, 20 failed in different words, 4 unknown, 6 skipped.
async fn over(app: &TestApp) -> (i64, Browser, i64) {
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 60).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    end(app, attempt).await;
    (user, browser, attempt)
}

async fn end(app: &TestApp, attempt: i64) {
    let query = "update deliveries set tries = 1, settled_at = now(),
            state = case when number <= 30 then 'sent' when number <= 50 then 'failed' when number <= 54 then 'unknown' else 'skipped' end,
            smtp_code = case when number <= 30 then 250 when number <= 48 then 550 when number = 49 then 452 end,
            smtp_text = case when number <= 30 then '2.0.0 Ok' when number <= 40 then '5.1.1 <' || email || '>: no such user ' || 48210 + number
                             when number <= 48 then '5.7.1 Refused' when number = 49 then '4.2.2 Mailbox full (given up after 6 tries)'
                             when number = 50 then 'no reply' end
        where attempt_id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    let query = "update slices set failed = 20, unknown = 4, skipped = 6, claimable_at = null where attempt_id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    let query = "update attempts set sent = 30, failed = 20, unknown = 4, skipped = 6, status = 'partial',
            finished_at = started_at + interval '90 seconds', last_reply = '550 5.7.1 Refused' where id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
}

async fn of_two_days(app: &TestApp, user: i64) -> Vec<Figures> {
    let now = OffsetDateTime::now_utc();
    let bounds = [now - Duration::days(2), now - Duration::days(1), now + Duration::days(1)];
    queries::between(&app.db, user, &bounds).await.unwrap()
}

const SUM: Figures = Figures { attempts: 1, sent: 30, failed: 20, unknown: 4, skipped: 6, seconds: 90.0 };

#[tokio::test]
async fn figures_are_the_same_before_and_after_they_are_added_up_and_each_attempt_counts_once() {
    let app = TestApp::without_worker().await;
    let (user, _, attempt) = over(&app).await;
    assert_eq!(of_two_days(&app, user).await, [Figures::default(), SUM]);
    assert_eq!(queries::sent_in_all(&app.db, user).await.unwrap(), 30);
    // Several workers at once, and again later.
    futures_util::future::try_join_all((0..4).map(|_| tally(&app.app))).await.unwrap();
    tally(&app.app).await.unwrap();
    assert_eq!(of_two_days(&app, user).await, [Figures::default(), SUM]);
    assert_eq!(queries::sent_in_all(&app.db, user).await.unwrap(), 30);
    assert_eq!(app.count("select sum(sent)::bigint from figures").await, 30);
    // One that runs is not added up, and is in the figures all the same.
    let running = app.run_now(user, app.count("select mailing_id from attempts").await).await;
    sqlx::query("update attempts set sent = 7 where id = $1").bind(running).execute(&app.db).await.unwrap();
    tally(&app.app).await.unwrap();
    let figures = of_two_days(&app, user).await[1];
    assert_eq!((figures.attempts, figures.sent), (2, 37));
    // In the quarter of the hour it started in.
    let moved = "update attempts set started_at = now() - interval '30 hours' where id = $1";
    sqlx::query(moved).bind(running).execute(&app.db).await.unwrap();
    end(&app, running).await;
    tally(&app.app).await.unwrap();
    assert_eq!(of_two_days(&app, user).await, [SUM, SUM]);
    // What was sent stays sent.
    sqlx::query("delete from mailings where id = (select mailing_id from attempts where id = $1)")
        .bind(attempt)
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(of_two_days(&app, user).await, [SUM, SUM]);
    assert_eq!(queries::sent_in_all(&app.db, user).await.unwrap(), 60);
}

#[tokio::test]
async fn the_report_says_how_much_was_sent_and_why_the_rest_was_not() {
    let app = TestApp::without_worker().await;
    let (_, browser, _) = over(&app).await;
    tally(&app.app).await.unwrap();
    let page = browser.get("/reports").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.texts(".stat-value"), ["1", "30", "20", "4", "6", "1 min 30 s"]);
    let causes = page.texts("td .fw-medium");
    assert_eq!(causes, ["Address does not exist", "Refused", "Put off until given up", "No answer", "Unknown", "Skipped"]);
    // The chart's table has a line a day.
    assert_eq!(page.count("#report-720-title"), 1);
    assert_eq!(page.count(".chart-table tbody tr"), 30);
    let answers = page.texts("code.answer");
    assert_eq!(answers, ["550 5.1.1 … no such user …", "550 5.7.1 Refused", "452 4.2.2 Mailbox full"], "{}", page.text);
    assert!(!page.contains("@example.org: no such user"), "{}", page.text);
    // Nothing of it is anybody else's.
    let (_, eve) = app.signed_in("eve@example.org").await;
    assert!(eve.get("/reports").await.contains("Nothing was sent in this time"));
}

#[tokio::test]
async fn mailings_and_messages_are_reported_with_all_of_their_attempts() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = over(&app).await;
    let mailing = app.count("select mailing_id from attempts").await;
    let second = app.run_now(user, mailing).await;
    let now = OffsetDateTime::now_utc();
    let other = app.mailing(user, "once", now, now + Duration::days(1)).await;
    sqlx::query("update mailings set message_id = (select min(message_id) from mailings), name = 'Other' where id = $1")
        .bind(other)
        .execute(&app.db)
        .await
        .unwrap();
    app.run_now(user, other).await;
    let lines = async |path: &str| {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        let cells = page.texts("td.number");
        cells.chunks(7).map(|line| line[..6].iter().map(|cell| cell.parse().unwrap()).collect()).collect::<Vec<Vec<u32>>>()
    };
    assert_eq!(lines("/reports/mailings").await, [vec![1, 60, 0, 0, 0, 0], vec![2, 120, 30, 20, 4, 6]]);
    assert_eq!(lines("/reports/messages").await, [vec![3, 180, 30, 20, 4, 6]]);
    // What is not of these days is left out.
    sqlx::query("update attempts set started_at = now() - interval '40 days' where id <> $1").bind(second).execute(&app.db).await.unwrap();
    assert_eq!(lines("/reports/mailings?days=30").await, [vec![1, 60, 0, 0, 0, 0]]);
    assert_eq!(lines("/reports/mailings?days=90").await.len(), 2);
    // Nor is anything of anybody else's.
    let (_, eve) = app.signed_in("eve@example.org").await;
    for path in ["/reports/mailings", "/reports/messages"] {
        assert_eq!(eve.get(path).await.count("tbody tr"), 0);
    }
}

#[tokio::test]
async fn a_long_report_is_turned_page_by_page() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.message(user).await;
    let query = "with m as (
            insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone)
            select $1, 'Mailing ' || n, (select min(id) from messages), true, now(), now() + interval '1 day', 'once', 'UTC'
            from generate_series(1, 60) n returning id, message_id
        ) insert into attempts (mailing_id, user_id, scheduled_at, trigger, message_id, subject, body)
        select id, $1, now(), 'schedule', message_id, 'Hello', 'Good morning' from m";
    sqlx::query(query).bind(user).execute(&app.db).await.unwrap();
    let mut path = Some("/reports/mailings?days=7".to_owned());
    let mut names = Vec::new();
    while let Some(next) = path {
        let page = browser.get(&next).await;
        names.extend(page.texts("td:first-child > a"));
        path = page.attr("a[rel=next]", "href");
    }
    let expected: Vec<String> = (1..=60).rev().map(|n| format!("Mailing {n}")).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn days_that_are_none_come_back_with_what_is_wrong() {
    let app = TestApp::without_worker().await;
    let (_, browser, _) = over(&app).await;
    for path in ["/reports", "/reports/mailings", "/reports/messages"] {
        let page = browser.get(&format!("{path}?from=2026-12-02&to=2026-12-01")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.attr("input[name=from]", "value").unwrap(), "2026-12-02");
        assert!(page.text_of("#to-error").unwrap().contains("must not be before"), "{}", page.text);
    }
    let page = browser.get("/reports?from=2020-01-01&to=2020-01-31").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.contains("Nothing was sent in this time") && page.contains("1 Jan 2020 – 31 Jan 2020"), "{}", page.text);
    // The tabs keep the days.
    assert_eq!(page.attr(".tabs a:not(.active)", "href").unwrap(), "/reports/mailings?from=2020-01-01&to=2020-01-31");
}

#[tokio::test]
async fn what_a_report_shows_can_be_taken_along_as_a_file() {
    let app = TestApp::without_worker().await;
    let (_, browser, _) = over(&app).await;
    tally(&app.app).await.unwrap();
    sqlx::query("update mailings set name = '=1+1'").execute(&app.db).await.unwrap();
    let file = async |by: &str| {
        let page = browser.get(&format!("/reports/csv?by={by}&days=7")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.header("content-type"), Some("text/csv; charset=utf-8"));
        let name = page.header("content-disposition").unwrap().to_owned();
        assert!(name.starts_with(&format!("attachment; filename=\"periodical-{by}-20")), "{name}");
        page.text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let period = file("period").await;
    assert_eq!((period.len(), period[0].as_str()), (8, "\u{feff}When,Attempts,Sent,Failed,Unknown,Skipped,Duration in seconds"));
    assert!(period[7].ends_with(",1,30,20,4,6,90"), "{period:?}");
    let mailings = file("mailings").await;
    assert!(mailings[1].starts_with("'=1+1,1,60,30,20,4,6,0,90,"), "{mailings:?}");
    assert_eq!(file("messages").await.len(), 2);
    assert_eq!(file("answers").await.len(), 7);
    let (_, eve) = app.signed_in("eve@example.org").await;
    assert_eq!(eve.get("/reports/csv?by=mailings").await.text.lines().count(), 1);
}

#[tokio::test]
async fn of_very_many_different_answers_the_most_frequent_are_shown_and_exported_and_all_are_counted() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = over(&app).await;
    tally(&app.app).await.unwrap();
    let query = "insert into answers (user_id, at, cause, code, text, deliveries)
                 select $1, at, 'refused', 550, 'answer ' || n, 1 from (select at from answers limit 1) one, generate_series(1, 10100) n";
    sqlx::query(query).bind(user).execute(&app.db).await.unwrap();
    let page = browser.get("/reports?days=7").await;
    assert_eq!(page.count("code.answer"), 20);
    let causes = page.texts("td.number");
    assert!(causes.iter().any(|count| count == "10,108"), "{causes:?}");
    let file = browser.get("/reports/csv?by=answers&days=7").await.text;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 1 + 10_000 + 1);
    assert!(lines[1].starts_with("Address does not exist,550,"), "{}", lines[1]);
    assert!(lines[10_001].contains("first 10,000"), "{}", lines[10_001]);
}

#[tokio::test]
async fn a_report_speaks_the_readers_language() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = over(&app).await;
    sqlx::query("update users set locale = 'ru' where id = $1").bind(user).execute(&app.db).await.unwrap();
    tally(&app.app).await.unwrap();
    let page = browser.get("/reports").await;
    assert_eq!(page.text_of("h1").unwrap(), "Отчёты");
    assert!(page.contains("Адрес не существует"), "{}", page.text);
    assert!(browser.get("/reports/csv?by=period").await.text.starts_with("\u{feff}Когда,"));
}

//! Attempts: the list, a run's page with its deliveries, the live stream.

mod api;
mod mails;

use periodical::delivery::model::Timing;
use reqwest::StatusCode;

use crate::support::{Browser, Live, TestApp, quick, until};

/// A user with a running attempt of 60 deliveries in every state, as the engine would leave them.
async fn mixed(app: &TestApp) -> (i64, Browser, i64) {
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 60).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let query = "update deliveries set
            state = case when number <= 30 then 'sent' when number <= 42 then 'failed' when number <= 45 then 'unknown'
                         when number <= 47 then 'skipped' else 'waiting' end,
            smtp_code = case when number <= 30 then 250 when number <= 42 then 550 end,
            smtp_text = case when number <= 30 then '2.0.0 Ok: queued' when number <= 42 then '5.7.1 <b>Refused</b>' end,
            settled_at = case when number <= 47 then now() end, tries = 1
        where attempt_id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    let query = "update slices set failed = 12, unknown = 3, skipped = 2 where attempt_id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    let query = "update attempts set sent = 30, failed = 12, unknown = 3, skipped = 2, last_reply = '250 Ok' where id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    (user, browser, attempt)
}

#[tokio::test]
async fn the_page_of_an_attempt_shows_figures_that_add_up_and_every_delivery() {
    let app = TestApp::without_worker().await;
    let (_, browser, attempt) = mixed(&app).await;
    let page = browser.get(&format!("/attempts/{attempt}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.texts("#live .figures dd"), ["30", "12", "3", "2", "13"]);
    assert_eq!(page.text_of("#live .sum").unwrap(), "30 + 12 + 3 + 2 + 13 = 60 recipients");
    assert_eq!(page.attr("#live svg", "aria-label").unwrap(), "60 recipients: 30 sent, 12 failed, 3 unknown, 2 skipped, 13 waiting");
    assert!(page.contains("250 Ok"));

    let mut seen = page.rows("delivery");
    assert_eq!(seen.len(), 50);
    let next = page.attr("a[rel=next]", "href").unwrap();
    let page = browser.get(&next).await;
    seen.extend(page.rows("delivery"));
    let all: Vec<i64> = sqlx::query_scalar("select number::bigint from deliveries order by number").fetch_all(&app.db).await.unwrap();
    assert_eq!(seen, all);
    assert_eq!(page.count("a[rel=next]"), 0);

    let page = browser.get("/attempts").await;
    assert_eq!(page.rows("attempt"), [attempt]);
    assert_eq!(page.texts("td.number"), ["30", "17"]);
    let mailing = app.count("select mailing_id from attempts").await;
    assert_eq!(browser.get(&format!("/mailings/{mailing}")).await.rows("attempt"), [attempt]);
}

#[tokio::test]
async fn deliveries_are_filtered_by_state_and_searched_by_address_name_and_reply() {
    let app = TestApp::without_worker().await;
    let (_, browser, attempt) = mixed(&app).await;
    let rows = async |query: &str| {
        let page = browser.get(&format!("/attempts/{attempt}?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        page.rows("delivery").len()
    };
    for (query, expected) in [
        ("state=sent", 30),
        ("state=failed", 12),
        ("state=unknown", 3),
        ("state=skipped", 2),
        ("state=waiting", 13),
        ("state=nonsense", 50),
        ("q=reader60%40", 1),
        ("q=READER%2060", 1),
        ("q=refused", 12),
        ("state=sent&q=refused", 0),
        ("q=%25", 0),
        ("q=_", 0),
        ("q=%00", 50),
        ("after=9223372036854775807", 0),
    ] {
        assert_eq!(rows(query).await, expected, "{query}");
    }
    let page = browser.get(&format!("/attempts/{attempt}?state=failed")).await;
    assert!(page.contains("550 5.7.1 &lt;b&gt;Refused&lt;/b&gt;"), "{}", page.text);
    assert_eq!(page.attr("option[selected]", "value").unwrap(), "failed");
    // A filter stays while the pages are turned.
    sqlx::query("update deliveries set state = 'sent'").execute(&app.db).await.unwrap();
    let page = browser.get(&format!("/attempts/{attempt}?state=sent&q=reader")).await;
    let page = browser.get(&page.attr("a[rel=next]", "href").unwrap()).await;
    assert_eq!(page.rows("delivery").len(), 10);
    assert_eq!(page.attr("input[name=q]", "value").unwrap(), "reader");
    assert_eq!(page.attr("option[selected]", "value").unwrap(), "sent");
}

#[tokio::test]
async fn a_strangers_attempt_is_not_found() {
    let app = TestApp::without_worker().await;
    let (_, _, attempt) = mixed(&app).await;
    let (_, eve) = app.signed_in("eve@example.org").await;
    let mailing = app.count("select mailing_id from attempts").await;
    for path in [format!("/attempts/{attempt}"), format!("/attempts/{attempt}/live"), format!("/attempts/{attempt}?state=sent")] {
        let page = eve.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.contains("reader"), "{path}");
    }
    assert!(eve.get(&format!("/attempts?mailing_id={mailing}")).await.rows("attempt").is_empty());
    assert!(eve.get("/attempts").await.rows("attempt").is_empty());
    assert!(!eve.get("/reports").await.contains("Test mailing"));
}

#[tokio::test]
async fn the_live_stream_sends_the_state_at_once_and_takes_leave_of_a_finished_attempt() {
    let app = TestApp::without_worker().await;
    let (_, browser, attempt) = mixed(&app).await;
    let path = format!("/attempts/{attempt}/live");
    assert_eq!(browser.get(&format!("/attempts/{attempt}")).await.count("[hx-sse\\:connect]"), 1);
    let mut live = Live::open(&browser, &path).await;
    let event = live.next().await.unwrap();
    assert_eq!(event.name, "");
    assert!(event.data.contains("60 recipients: 30 sent, 12 failed, 3 unknown, 2 skipped, 13 waiting"), "{}", event.data);

    let query = "update attempts set sent = 43, status = 'partial', finished_at = now() where id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    sqlx::query("select pg_notify('attempts', $1)").bind(attempt.to_string()).execute(&app.db).await.unwrap();
    let event = live.until("the change", |event| event.data.contains("43 sent")).await;
    assert!(event.data.contains("Finished"), "{}", event.data);
    assert_eq!(live.next().await.unwrap().name, "done");
    assert_eq!(live.next().await, None);

    // Opened late, it is right at once.
    let mut late = Live::open(&browser, &path).await;
    assert!(late.next().await.unwrap().data.contains("43 sent"));
    assert_eq!(late.next().await.unwrap().name, "done");
    assert_eq!(late.next().await, None);
    assert_eq!(browser.get(&format!("/attempts/{attempt}")).await.count("[hx-sse\\:connect]"), 0);
}

#[tokio::test]
async fn the_live_stream_moves_while_deliveries_settle() {
    let mut app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 150).await;
    app.recipients(user, &["bad-550@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(8));
    let mut live = Live::open(&browser, &format!("/attempts/{attempt}/live")).await;
    assert!(live.next().await.unwrap().data.contains("151 recipients: 0 sent, 151 waiting"));
    app.start_worker();
    let moved = live
        .until("some were sent and some wait", |event| {
            event.data.contains(" sent, ") && !event.data.contains(": 0 sent") && event.data.contains(" waiting")
        })
        .await;
    assert!(moved.data.contains("newest-"), "the newest deliveries are shown: {}", moved.data);
    let done = live.until("the last state", |event| event.data.contains("151 recipients: 150 sent, 1 failed")).await;
    assert!(done.name.is_empty());
    live.until("done", |event| event.name == "done").await;
    assert_eq!(app.finished(attempt).await.sent, 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_viewers_open_one_listening_connection_and_read_as_often_as_one() {
    let app = TestApp::configured(quick(), |config| config.limits.streams_of_one = 200).await;
    let (_, browser, attempt) = mixed(&app).await;
    let listening = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen %'";
    assert_eq!(app.count(listening).await, 0);
    let mut viewers = Vec::new();
    for _ in 0..200 {
        let mut live = Live::open(&browser, &format!("/attempts/{attempt}/live")).await;
        live.next().await.unwrap();
        viewers.push(live);
    }
    for sent in 31..=34 {
        sqlx::query("update attempts set sent = $1").bind(sent).execute(&app.db).await.unwrap();
        sqlx::query("select pg_notify('attempts', $1)").bind(attempt.to_string()).execute(&app.db).await.unwrap();
        for viewer in &mut viewers {
            viewer.until("the change", |event| event.data.contains(&format!("{sent} sent"))).await;
        }
    }
    assert_eq!(app.count(listening).await, 1);
    // Only what the live part shows is read from the slices. Postgres counts a scan some seconds after it was made.
    let scans = "select seq_scan + idx_scan from pg_stat_user_tables where relname = 'slices'";
    let counted = until("the reads to be counted", || async { Some(app.count(scans).await).filter(|scans| *scans >= 5) }).await;
    assert!(counted < 100, "{counted} scans of slices");
}

#[tokio::test]
async fn a_live_page_speaks_the_language_of_its_viewer_and_others_theirs() {
    let app = TestApp::without_worker().await;
    let (user, browser, attempt) = mixed(&app).await;
    let path = format!("/attempts/{attempt}/live");
    let mut english = Live::open(&browser, &path).await;
    assert!(english.next().await.unwrap().data.contains("Accepted by the mail server"));
    sqlx::query("update users set locale = 'ru' where id = $1").bind(user).execute(&app.db).await.unwrap();
    let mut russian = Live::open(&browser, &path).await;
    assert!(russian.next().await.unwrap().data.contains("Принято почтовым сервером"));
    sqlx::query("update attempts set sent = 31").execute(&app.db).await.unwrap();
    sqlx::query("select pg_notify('attempts', $1)").bind(attempt.to_string()).execute(&app.db).await.unwrap();
    english.until("31 in English", |event| event.data.contains("31 sent")).await;
    russian.until("31 in Russian", |event| event.data.contains("31 отправлено")).await;
}

#[tokio::test]
async fn a_held_or_stopped_attempt_promises_no_end() {
    let app = TestApp::without_worker().await;
    let (_, browser, attempt) = mixed(&app).await;
    let mut live = Live::open(&browser, &format!("/attempts/{attempt}/live")).await;
    live.next().await.unwrap();
    let pace = |data: &str| {
        let page = scraper::Html::parse_fragment(data);
        let selector = scraper::Selector::parse(".pace dd").unwrap();
        page.select(&selector).map(|item| item.text().collect::<String>()).collect::<Vec<_>>()
    };
    // Ten more were sent while somebody looked on.
    let announce = || async { sqlx::query("select pg_notify('attempts', $1)").bind(attempt.to_string()).execute(&app.db).await.unwrap() };
    sqlx::query("update attempts set sent = 40").execute(&app.db).await.unwrap();
    announce().await;
    live.until("an end in sight", |event| pace(&event.data)[1] == "less than a minute").await;
    sqlx::query("update attempts set held_reason = 'cannot connect to a.example:25: refused'").execute(&app.db).await.unwrap();
    announce().await;
    let event = live.until("the hold", |event| event.data.contains("cannot connect to a.example:25: refused")).await;
    assert_eq!(pace(&event.data), ["—", "—", "—"]);
}

#[tokio::test]
async fn a_held_and_a_stopped_attempt_say_why_nothing_moves() {
    let app = TestApp::without_worker().await;
    let (_, browser, attempt) = mixed(&app).await;
    let path = format!("/attempts/{attempt}");
    sqlx::query("update attempts set held_reason = 'connection refused', held_until = now() + interval '1 minute'")
        .execute(&app.db)
        .await
        .unwrap();
    let page = browser.get(&path).await;
    assert!(page.text_of("#live .alert").unwrap().contains("nobody has been failed for this"), "{}", page.text);
    sqlx::query("update attempts set held_reason = null").execute(&app.db).await.unwrap();
    sqlx::query("update mailings set paused_at = now()").execute(&app.db).await.unwrap();
    let page = browser.get(&path).await;
    assert!(page.contains("The mailing is stopped. The rest goes out when it is resumed."), "{}", page.text);
    assert_eq!(page.text_of("#live .status").unwrap(), "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_of_many_slices_are_found_by_their_state_and_paged() {
    const RECIPIENTS: i32 = 1_200;
    let hour = std::time::Duration::from_secs(3600);
    let app = TestApp::with(Timing { retries: vec![hour; 3], ..quick() }).await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    // In the order of their ids, so these are the deliveries' numbers. Three slices: up to 500, 1,000 and 1,200.
    let special = |numbers: &[i32], name: &str| -> Vec<(i32, String)> {
        numbers.iter().map(|number| (*number, format!("{name}+{number}@example.org"))).collect()
    };
    let refused: Vec<i32> = (0..70).map(|n| 3 + 17 * n).collect();
    for (number, email) in
        [special(&refused, "spam-554"), special(&[501, 998], "drop-after-dot"), special(&[710, 1_200], "full-452")].concat()
    {
        let query = "update recipients set email = $1 where email = 'reader' || $2 || '@example.org'";
        sqlx::query(query).bind(email).bind(number.to_string()).execute(&app.db).await.unwrap();
    }
    sqlx::query("update recipients set undeliverable_at = now() where email in ('reader1@example.org', 'reader1199@example.org')")
        .execute(&app.db)
        .await
        .unwrap();
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set resend_unknown = false").execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    let settled = || async { Some(app.figures(attempt).await?).filter(|figures| figures.waiting == 2) };
    app.while_sending("all but two settled", settled).await;

    let shown = async |query: &str| {
        let (mut numbers, mut pages) = (Vec::new(), 0);
        let mut path = format!("/attempts/{attempt}?{query}");
        loop {
            let page = browser.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            numbers.extend(page.rows("delivery"));
            pages += 1;
            match page.attr("a[rel=next]", "href") {
                Some(next) => path = next,
                None => return (numbers, pages),
            }
        }
    };
    let mut sum = 0;
    for (state, pages) in [("sent", 23), ("failed", 2), ("unknown", 1), ("skipped", 1), ("waiting", 1)] {
        let query = "select number::bigint from deliveries where state = $1 order by number";
        let expected: Vec<i64> = sqlx::query_scalar(query).bind(state).fetch_all(&app.db).await.unwrap();
        assert_eq!(shown(&format!("state={state}")).await, (expected.clone(), pages), "{state}");
        let after = shown(&format!("state={state}&after=700")).await.0;
        assert_eq!(after, expected.iter().copied().filter(|number| *number > 700).collect::<Vec<_>>(), "{state} after 700");
        sum += expected.len();
    }
    assert_eq!(sum, RECIPIENTS as usize);
    assert_eq!(shown("state=unknown").await.0, [501, 998]);
    assert_eq!(shown("state=skipped").await.0, [1, 1_199]);
    assert_eq!(shown("state=waiting").await.0, [710, 1_200]);
    assert_eq!(shown("").await, ((1..=i64::from(RECIPIENTS)).collect(), 24));
    assert_eq!(shown("state=failed&q=spam-554%2B105%40").await.0, [105]);
}

/// Forty deliveries that failed in three ways, two of which name their recipient, and a finished attempt.
async fn refused(app: &TestApp) -> (Browser, i64) {
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 60).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let query = "update deliveries set tries = 1, settled_at = now(),
            state = case when number <= 40 then 'failed' when number <= 42 then 'skipped' else 'sent' end,
            smtp_code = case when number <= 40 then 550 when number > 42 then 250 end,
            smtp_text = case when number <= 25 then '5.1.1 <' || email || '>: no such user h12si4' || number || 'wrb'
                             when number <= 39 then '5.2.2 mailbox full'
                             when number = 40 then '=cmd(\"x\"), refused'
                             when number <= 42 then 'Skipped: the recipient was deleted before this was sent.'
                             else '2.0.0 Ok: queued' end
        where attempt_id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    sqlx::query("update slices set failed = 40, skipped = 2, claimable_at = null").execute(&app.db).await.unwrap();
    sqlx::query("update attempts set failed = 40, skipped = 2, sent = 18").execute(&app.db).await.unwrap();
    (browser, attempt)
}

#[tokio::test]
async fn who_failed_is_grouped_by_the_servers_answer_with_what_it_means() {
    let app = TestApp::without_worker().await;
    let (browser, attempt) = refused(&app).await;
    let groups = async || {
        let page = browser.get(&format!("/attempts/{attempt}")).await;
        (page.texts("#answers tbody strong"), page.texts("#answers td.number a"), page)
    };
    let expected = ["Address unknown", "Mailbox full", "Not tried", "Refused"];
    let (means, counts, _) = groups().await;
    assert_eq!((means, counts), (expected.map(str::to_owned).to_vec(), ["25", "14", "2", "1"].map(str::to_owned).to_vec()));

    // Once it has closed they are counted for good, and not again at each look.
    periodical::delivery::settle::close(&app.engine, &[attempt]).await.unwrap();
    assert_eq!(app.count("select sum(deliveries)::bigint from attempt_answers").await, 42);
    sqlx::query("update deliveries set smtp_text = 'something else' where state = 'failed' and number > 1").execute(&app.db).await.unwrap();
    let (means, counts, page) = groups().await;
    assert_eq!((means, counts), (expected.map(str::to_owned).to_vec(), ["25", "14", "2", "1"].map(str::to_owned).to_vec()));
    assert!(page.contains("550 5.1.1 … no such user …"), "{}", page.text);

    // A click shows the deliveries of a group: here the one that still has that answer.
    let found = browser.get(&page.attr("#answers td.number a", "href").unwrap()).await;
    assert_eq!(found.rows("delivery"), [1]);
    assert_eq!(found.attr("#deliveries-card input[name=answer]", "value").unwrap(), "5.1.1 … no such user …");
}

#[tokio::test]
async fn deliveries_are_taken_along_as_csv_in_which_no_cell_is_a_formula() {
    let app = TestApp::without_worker().await;
    let (browser, attempt) = refused(&app).await;
    sqlx::query("update deliveries set full_name = '@SUM(1+1)' where number = 40").execute(&app.db).await.unwrap();
    let file = async |query: &str| {
        let answer = browser.request(reqwest::Method::GET, &format!("/attempts/{attempt}/deliveries.csv{query}")).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        answer.text().await.unwrap()
    };
    let whole = file("").await;
    assert!(whole.starts_with("\u{feff}E-mail,Name,State,Tries,Code,Server's reply,When (UTC)\r\n"), "{whole}");
    assert_eq!(whole.lines().count(), 61);
    let line = whole.lines().nth(40).unwrap();
    assert!(line.contains("'@SUM(1+1),failed,1,550,\"'=cmd(\"\"x\"\"), refused\""), "{line}");
    assert_eq!(file("?state=skipped").await.lines().count(), 3);
    assert_eq!(file("?q=mailbox%20full").await.lines().count(), 15);
}

#[tokio::test]
async fn the_list_is_narrowed_by_mailing_status_and_time_and_paged() {
    let app = TestApp::without_worker().await;
    let (user, browser, running) = mixed(&app).await;
    let query = "insert into attempts (mailing_id, user_id, scheduled_at, trigger, subject, body, status, started_at, finished_at)
        select mailing_id, user_id, scheduled_at - make_interval(days => n), 'schedule', subject, body,
               case when n % 10 = 0 then 'failed' else 'succeeded' end, now() - make_interval(days => 60 - n), now()
        from attempts cross join generate_series(1, 59) n";
    sqlx::query(query).execute(&app.db).await.unwrap();
    // Ids rise with time.
    sqlx::query("update attempts set started_at = now() - interval '70 days' where id = $1").bind(running).execute(&app.db).await.unwrap();
    let now = time::OffsetDateTime::now_utc();
    let other = app.mailing(user, "once", now, now + time::Duration::days(1)).await;
    sqlx::query("update mailings set name = 'Letters & more' where id = $1").bind(other).execute(&app.db).await.unwrap();
    let letters = app.run_now(user, other).await;

    let shown = async |query: &str| {
        let page = browser.get(&format!("/attempts?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        page
    };
    assert_eq!(shown("status=running").await.rows("attempt"), [letters, running]);
    assert_eq!(shown("status=failed").await.rows("attempt").len(), 5);
    assert_eq!(shown("period=week").await.rows("attempt").len(), 1 + 6);
    assert_eq!(shown("q=letters%20%26").await.rows("attempt"), [letters]);
    assert_eq!(shown("q=letters&status=failed").await.rows("attempt").len(), 0);
    assert_eq!(shown("status=nonsense&period=never").await.rows("attempt").len(), 50);
    let first = shown("status=succeeded&period=year").await;
    assert_eq!(first.rows("attempt").len(), 50);
    let second = browser.get(&first.attr("a[rel=next]", "href").unwrap()).await;
    assert_eq!(second.rows("attempt").len(), 4);
    assert_eq!(second.attr("select[name=status] option[selected]", "value").unwrap(), "succeeded");
    // What runs is asked for again, under the same filter; what is over is not.
    assert_eq!(shown("status=running").await.attr("#attempts", "hx-get").unwrap(), "/attempts?status=running");
    assert_eq!(shown("status=failed").await.attr("#attempts", "hx-get"), None);
}

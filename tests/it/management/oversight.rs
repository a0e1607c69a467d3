//! Other people's mailings and attempts: what managers see of them, and what they do not.

use reqwest::{Method, StatusCode};

use crate::support::{Browser, Live, TestApp};

/// A user's mailing with a running attempt whose replies name their recipients; the user, mailing and attempt.
async fn theirs(app: &TestApp) -> (i64, Browser, i64, i64) {
    let (una, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(una, 20).await;
    let mailing = app.due_mailing(una).await;
    let attempt = app.run_now(una, mailing).await;
    for query in [
        "update deliveries set state = case when number <= 8 then 'sent' when number <= 14 then 'failed' else 'skipped' end, tries = 1,
             smtp_code = case when number <= 8 then 250 when number <= 14 then 550 end, settled_at = now(),
             smtp_text = case when number <= 8 then '2.0.0 Ok: queued as ' || number when number <= 12 then '5.1.1 <' || email || '>: unknown'
                              when number <= 14 then '5.7.1 Refused' else 'Skipped: this address was refused before: 550 ' || email end",
        "update slices set failed = 6, skipped = 6, claimed_at = now()",
        "update attempts set sent = 8, failed = 6, skipped = 6, last_reply = '550 5.1.1 <reader9@example.org>: unknown',
             held_reason = 'no connection for reader9@example.org'",
    ] {
        sqlx::query(query).execute(&app.db).await.unwrap();
    }
    (una, browser, mailing, attempt)
}

#[tokio::test]
async fn a_manager_finds_anybodys_mailing_by_its_name_its_owner_and_its_state() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let mut ids = Vec::new();
    for (email, change) in [
        ("una@example.org", "name = 'Weekly news'"),
        ("una@example.org", "name = 'Offers', paused_at = now()"),
        ("bob@example.com", "name = 'Bills', disabled_at = now(), disabled_reason = 'Too many'"),
        ("bob@example.com", "status = 'running'"),
        ("bob@example.com", "status = 'completed', next_run_at = null"),
    ] {
        let user = app.user(email).await;
        app.recipients(user, &[]).await;
        sqlx::query("insert into recipients (user_id, email, full_name) values ($1, 'r@example.org', 'R') on conflict do nothing")
            .bind(user)
            .execute(&app.db)
            .await
            .unwrap();
        let id = app.due_mailing(user).await;
        sqlx::query(sqlx::AssertSqlSafe(format!("update mailings set {change} where id = {id}"))).execute(&app.db).await.unwrap();
        ids.push(id);
    }
    for (query, expected) in [
        ("", &[4, 3, 2, 1, 0][..]),
        ("q=weekly", &[0]),
        ("q=UNA%40example", &[1, 0]),
        ("state=paused", &[1]),
        ("state=disabled", &[2]),
        ("state=running", &[3]),
        ("state=completed", &[4]),
        ("state=created", &[0]),
        ("state=created&q=bob", &[]),
        ("state=nonsense&q=bills", &[2]),
        ("q=%25", &[]),
    ] {
        let page = max.get(&format!("/mailings/all?{query}")).await;
        let expected: Vec<i64> = expected.iter().map(|at| ids[*at]).collect();
        assert_eq!(page.rows("mailing"), expected, "{query}");
    }
    let page = max.get("/mailings/all?q=bills").await;
    let row = page.text_of(&format!("#mailing-{}", ids[2])).unwrap();
    assert!(row.contains("bob@example.com") && row.contains("Too many"), "{row}");
    // Their own list stays their own.
    assert!(max.get("/mailings").await.rows("mailing").is_empty());
}

#[tokio::test]
async fn a_manager_sees_a_mailing_and_its_attempts_without_buttons_recipients_or_the_message() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let (una, _, mailing, attempt) = theirs(&app).await;
    for path in [format!("/mailings/{mailing}"), format!("/attempts/{attempt}"), format!("/attempts?mailing_id={mailing}")] {
        let page = max.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.contains("una@example.org"), "the owner is named on {path}");
        assert!(!page.contains("reader"), "{path}: {}", page.text);
        assert!(!page.contains("Good morning") && !page.contains("/messages/"), "{path}: {}", page.text);
        for form in ["pause", "attempts", "retry", "edit"] {
            assert_eq!(page.count(&format!("main form[method=post][action$='/{form}'], main a[href$='/{form}']")), 0, "{form} on {path}");
        }
        assert_eq!(page.count(&format!("main form[action='/mailings/{mailing}']")), 0, "nothing deletes it on {path}");
    }
    let page = max.get(&format!("/attempts/{attempt}?state=failed&q=reader9")).await;
    assert!(page.contains("5.1.1 … unknown"), "{}", page.text);
    let rows = page.texts("#answers tbody tr");
    let expected = ["skippedSkipped: this address was refused before: 550 …6", "failed5505.1.1 … unknown4", "failed5505.7.1 Refused2"];
    assert_eq!(rows, expected);
    assert_eq!(page.texts("#live .figures dd"), ["8", "6", "0", "6", "0"]);
    // Their own lists stay their own.
    assert!(max.get("/attempts").await.rows("attempt").is_empty());
    assert!(!max.get("/reports").await.contains("Test mailing"));
    assert_eq!(max.get(&format!("/users/{una}")).await.rows("mailing"), [mailing]);
}

#[tokio::test]
async fn the_live_stream_of_somebody_elses_attempt_names_no_address() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let (_, browser, _, attempt) = theirs(&app).await;
    let path = format!("/attempts/{attempt}/live");
    let own = Live::open(&browser, &path).await.next().await.unwrap();
    assert!(own.data.contains("reader9@example.org") && own.data.contains("newest"), "{}", own.data);
    let mut live = Live::open(&max, &path).await;
    let seen = live.next().await.unwrap();
    assert!(seen.data.contains("8 sent") && !seen.data.contains("reader"), "{}", seen.data);

    // And it ends when the reader is no manager any more.
    sqlx::query("delete from user_roles").execute(&app.db).await.unwrap();
    sqlx::query("select pg_notify('attempts', $1)").bind(attempt.to_string()).execute(&app.db).await.unwrap();
    // An event may have been on its way; none comes after the look that finds it out.
    let mut on_their_way = 0;
    while let Some(event) = live.next().await {
        on_their_way += 1;
        assert!(on_their_way < 4 && !event.data.contains("reader"), "{}", event.data);
    }
    assert_eq!(max.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_managers_hands_stay_off_what_is_somebody_elses() {
    let app = TestApp::without_worker().await;
    let (max_id, max) = app.signed_in_as("max@example.org", "manager").await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (una, _, mailing, attempt) = theirs(&app).await;
    sqlx::query("update attempts set status = 'partial', finished_at = now(), held_reason = null").execute(&app.db).await.unwrap();
    let recipient = app.count(&format!("select min(id) from recipients where user_id = {una}")).await;
    let message = app.count(&format!("select min(id) from messages where user_id = {una}")).await;
    let own_message = app.message(max_id).await.to_string();
    let snapshot =
        "select md5(string_agg(t, '|' order by t)) from (select m::text as t from mailings m union all select a::text from attempts a
                    union all select r::text from recipients r union all select g::text from messages g) all_rows";
    let before: String = sqlx::query_scalar(snapshot).fetch_one(&app.db).await.unwrap();
    for browser in [&max, &ada] {
        for (method, path) in [
            (Method::GET, format!("/mailings/{mailing}/edit")),
            (Method::PUT, format!("/mailings/{mailing}")),
            (Method::DELETE, format!("/mailings/{mailing}")),
            (Method::PUT, format!("/mailings/{mailing}/pause")),
            (Method::DELETE, format!("/mailings/{mailing}/pause")),
            (Method::POST, format!("/mailings/{mailing}/attempts")),
            (Method::POST, format!("/attempts/{attempt}/retry")),
            (Method::GET, format!("/messages/{message}")),
            (Method::GET, format!("/messages/{message}/edit")),
            (Method::DELETE, format!("/messages/{message}")),
            (Method::GET, format!("/recipients/{recipient}")),
            (Method::DELETE, format!("/recipients/{recipient}")),
        ] {
            let page = if method == Method::GET {
                browser.get(&path).await
            } else {
                browser.htmx_request(method.clone(), &path, &[("name", "Mine now"), ("message_id", &own_message), ("version", "1")]).await
            };
            // A deletion that finds nothing of theirs to delete may also say that it is used.
            let refused = page.status == StatusCode::NOT_FOUND || page.status == StatusCode::CONFLICT;
            assert!(refused, "{method} {path}: {}", page.status);
        }
    }
    let after: String = sqlx::query_scalar(snapshot).fetch_one(&app.db).await.unwrap();
    assert_eq!(after, before);
}

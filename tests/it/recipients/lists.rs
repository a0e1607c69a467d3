//! Lists of every noun: whose rows they show, search, pages.

use reqwest::StatusCode;

use crate::support::{Browser, TestApp};

/// Fills all four lists of a user with `count` rows each.
async fn fill(app: &TestApp, user: i64, count: i32) {
    app.many_recipients(user, count).await;
    let message = app.message(user).await;
    for query in [
        "insert into messages (user_id, subject, body) select $1, 'Subject ' || n, 'b' from generate_series(2, $2) n where $3 > 0",
        "insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone)
         select $1, 'Mailing ' || n, $3, true, now(), now() + interval '1 day', 'once', 'UTC' from generate_series(1, $2) n",
        "insert into attempts (mailing_id, user_id, scheduled_at, trigger, subject, body)
         select (select max(id) from mailings where user_id = $1), $1, now() + n * interval '1 second', 'manual', 's', 'b'
         from generate_series(1, $2) n where $3 > 0",
    ] {
        sqlx::query(query).bind(user).bind(count).bind(message).execute(&app.db).await.unwrap();
    }
}

/// Every row of a list, page after page, as its "Older" links lead.
async fn walk(browser: &Browser, path: &str, noun: &str) -> Vec<Vec<i64>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(address) = next {
        let page = browser.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        pages.push(page.rows(noun));
        next = page.attr("a[rel=next]", "href");
        assert!(pages.len() < 10, "the pages never end");
    }
    pages
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_and_repeats() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (eve, _) = app.signed_in("eve@example.org").await;
    fill(&app, eve, 3).await;
    fill(&app, user, 120).await;
    for (path, noun, table) in [
        ("/recipients".to_owned(), "recipient", "recipients"),
        ("/recipients?q=reader".into(), "recipient", "recipients"),
        ("/messages".into(), "message", "messages"),
        ("/mailings".into(), "mailing", "mailings"),
        ("/mailings?q=Mailing".into(), "mailing", "mailings"),
        ("/attempts".into(), "attempt", "attempts"),
        (format!("/attempts?mailing_id={}", app.count("select max(mailing_id) from attempts").await), "attempt", "attempts"),
    ] {
        let pages = walk(&browser, &path, noun).await;
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20], "{path}");
        let query = format!("select id from {table} where user_id = $1 order by id desc");
        let all: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(user).fetch_all(&app.db).await.unwrap();
        assert_eq!(pages.concat(), all, "{path}");
    }
    let page = browser.get("/attempts?mailing_id=1&before=0").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_full_last_page_leads_nowhere_and_a_row_added_meanwhile_shifts_nothing() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 50).await;
    let page = browser.get("/recipients").await;
    assert_eq!((page.rows("recipient").len(), page.count("a[rel=next]")), (50, 0));
    app.recipients(user, &["rita@example.org"]).await;
    let first = browser.get("/recipients").await;
    let next = first.attr("a[rel=next]", "href").unwrap();
    app.recipients(user, &["late@example.org"]).await;
    let second = browser.get(&next).await;
    assert_eq!(second.rows("recipient").len(), 1);
    assert!(second.contains("reader1@example.org"), "{}", second.text);
    assert_eq!(second.attr("nav.pages a", "href").unwrap(), "/recipients");
}

#[tokio::test]
async fn search_takes_every_character_as_it_is() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (eve, _) = app.signed_in("eve@example.org").await;
    app.recipients(eve, &["100%_off@example.org"]).await;
    let ids = app.recipients(user, &["plain@example.org", "a_b@example.org", "half@example.org"]).await;
    sqlx::query("update recipients set full_name = 'ÄRGER 50% \\', comment = 'VIP <b>' where id = $1")
        .bind(ids[2])
        .execute(&app.db)
        .await
        .unwrap();
    for (q, expected) in [
        ("", vec![ids[2], ids[1], ids[0]]),
        ("  ", vec![ids[2], ids[1], ids[0]]),
        ("PLAIN@", vec![ids[0]]),
        ("_", vec![ids[1]]),
        ("%", vec![ids[2]]),
        ("50% \\", vec![ids[2]]),
        ("ärger", vec![ids[2]]),
        ("vip <B>", vec![ids[2]]),
        ("nobody", vec![]),
        ("' or 1=1 --", vec![]),
        // It stands in no text, and Postgres takes none.
        ("\u{0}", vec![ids[2], ids[1], ids[0]]),
        ("pla\u{0}in", vec![ids[0]]),
    ] {
        let address = url::form_urlencoded::Serializer::new("/recipients?".to_owned()).append_pair("q", q).finish();
        let page = browser.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{q:?}");
        assert_eq!(page.rows("recipient"), expected, "{q:?}");
        if expected.is_empty() {
            assert!(page.contains("Nobody found"), "{q:?}");
        }
        assert_eq!(page.attr("input[name=q]", "value").unwrap().replace('\u{fffd}', "\u{0}"), q);
    }
    for path in ["/messages", "/mailings", "/recipients", "/attempts"] {
        assert_eq!(browser.get(&format!("{path}?q=%00")).await.status, StatusCode::OK, "{path}");
        let page = browser.get(&format!("{path}?before=abc")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(page.text_of("h1").as_deref(), Some("That did not make sense"), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn messages_and_mailings_are_found_by_their_names() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    fill(&app, user, 3).await;
    sqlx::query("update messages set subject = '10% Rabatt' where id = (select min(id) from messages)").execute(&app.db).await.unwrap();
    sqlx::query("update mailings set name = 'under_score' where id = (select min(id) from mailings)").execute(&app.db).await.unwrap();
    let page = browser.get("/messages?q=10%25%20RAB").await;
    assert_eq!(page.rows("message"), [app.count("select min(id) from messages").await]);
    assert_eq!(browser.get("/messages?q=%25").await.rows("message").len(), 1);
    let page = browser.get("/mailings?q=_").await;
    assert_eq!(page.rows("mailing"), [app.count("select min(id) from mailings").await]);
    assert_eq!(browser.get("/mailings?q=mailing").await.rows("mailing").len(), 2);
    assert!(browser.get("/mailings?q=zzz").await.contains("Nothing found"));
}

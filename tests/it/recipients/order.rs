//! The list's orders and what narrows it.

use reqwest::StatusCode;

use crate::support::{Browser, Page, TestApp};

/// Every page of a list, as its links lead.
async fn walk(browser: &Browser, path: &str) -> Vec<Page> {
    let mut pages = vec![browser.get(path).await];
    while let Some(next) = pages.last().and_then(|page| page.attr("a[rel=next]", "href")) {
        pages.push(browser.get(&next).await);
        assert!(pages.len() < 10, "the pages never end");
    }
    pages
}

async fn all(app: &TestApp, order: &str) -> Vec<i64> {
    let query = format!("select id from recipients where user_id = (select min(user_id) from recipients) order by {order}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&app.db).await.unwrap()
}

#[tokio::test]
async fn each_order_goes_through_everybody_once_and_keeps_search_and_page() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 120).await;
    // Names that are the same, and such that differ in capitals alone.
    sqlx::query("update recipients set full_name = (array['Rita', 'rita', 'Anna'])[1 + id % 3]").execute(&app.db).await.unwrap();
    for (query, order) in [("", "id desc"), ("?sort=email", "email"), ("?q=reader&sort=name", "lower(full_name), id")] {
        let pages = walk(&browser, &format!("/recipients{query}")).await;
        assert_eq!(pages.iter().map(|page| page.rows("recipient").len()).collect::<Vec<_>>(), [50, 50, 20], "{query}");
        let shown: Vec<i64> = pages.iter().flat_map(|page| page.rows("recipient")).collect();
        assert_eq!(shown, all(&app, order).await, "{query}");
        for page in &pages {
            let sort = query.rsplit_once("sort=").map(|(_, sort)| sort);
            assert_eq!(page.attr("select[name=sort] option[selected]", "value").unwrap(), sort.unwrap_or_default());
        }
        assert_eq!(pages[2].attr("nav.pages a", "href").unwrap(), format!("/recipients{query}"));
    }
    let page = browser.get("/recipients?q=reader&sort=email").await;
    assert_eq!(page.attr("th[aria-sort] a", "href").as_deref(), Some("/recipients?q=reader"), "a second click leads back");
    assert_eq!(page.texts("th[aria-sort=ascending] a"), ["E-mail"]);
    assert_eq!(page.attr("th:not([aria-sort]) a.sort", "href").as_deref(), Some("/recipients?q=reader&sort=name"));
}

#[tokio::test]
async fn a_row_that_was_added_or_renamed_meanwhile_shifts_nothing() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 60).await;
    let first = browser.get("/recipients?sort=email").await;
    let next = first.attr("a[rel=next]", "href").unwrap();
    app.recipients(user, &["aaa@example.org"]).await;
    // The last row of the first page itself goes.
    sqlx::query("delete from recipients where id = $1").bind(first.rows("recipient")[49]).execute(&app.db).await.unwrap();
    assert_eq!(browser.get(&next).await.rows("recipient").len(), 10);
}

#[tokio::test]
async fn the_list_is_narrowed_to_those_whom_nothing_reaches() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let ids = app.recipients(user, &["a@example.org", "b@example.org", "c@example.org", "d@example.org"]).await;
    sqlx::query("update recipients set undeliverable_at = now() where id = any($1)").bind(&ids[1..3]).execute(&app.db).await.unwrap();
    sqlx::query("update recipients set unsubscribed_at = now() where id = any($1)").bind(&ids[2..]).execute(&app.db).await.unwrap();
    for (query, expected) in [
        ("?state=deliverable", &ids[..1]),
        ("?state=undeliverable&sort=email", &ids[1..3]),
        ("?state=unsubscribed&sort=name", &ids[2..]),
        ("?q=b@&state=undeliverable", &ids[1..2]),
        ("?state=nonsense", &ids[..]),
    ] {
        let page = browser.get(&format!("/recipients{query}")).await;
        let mut shown = page.rows("recipient");
        shown.sort_unstable();
        assert_eq!((page.status, shown.as_slice()), (StatusCode::OK, expected), "{query}");
    }
    sqlx::query("update recipients set unsubscribed_at = null").execute(&app.db).await.unwrap();
    assert!(browser.get("/recipients?state=unsubscribed").await.contains("None of your recipients is in this state."));
}

#[tokio::test]
async fn a_letter_or_two_find_the_beginnings_of_words() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let ids = app.recipients(user, &["anna@example.org", "joanna@example.org", "x@annex.org", "y@z.an", "w@w-an.org"]).await;
    sqlx::query("update recipients set full_name = 'Ян Иванов', comment = '' where id = $1").bind(ids[1]).execute(&app.db).await.unwrap();
    sqlx::query("update recipients set full_name = 'Q', comment = '' where id <> $1").bind(ids[1]).execute(&app.db).await.unwrap();
    for (q, expected) in [("AN", vec![ids[4], ids[3], ids[2], ids[0]]), ("ива", vec![ids[1]]), ("ив", vec![ids[1]]), ("zq", vec![])] {
        assert_eq!(browser.get(&format!("/recipients?q={q}")).await.rows("recipient"), expected, "{q}");
    }
    for path in ["/recipients?sort=email&after=%00", "/recipients?sort=name&after=%00&after_id=1", "/recipients?sort=name&after=x"] {
        assert_eq!(browser.get(path).await.status, StatusCode::OK, "{path}");
    }
}

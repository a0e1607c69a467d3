//! What is done with the recipients that are ticked in the list.

use reqwest::{Method, StatusCode};

use crate::support::{Browser, Page, TestApp};

/// A mailing of the user that picks these.
async fn picking(app: &TestApp, user: i64, name: &str, ids: &[i64]) -> i64 {
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set name = $2, all_recipients = false where id = $1")
        .bind(mailing)
        .bind(name)
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("insert into mailing_recipients select $1, id, user_id from recipients where id = any($2)")
        .bind(mailing)
        .bind(ids)
        .execute(&app.db)
        .await
        .unwrap();
    mailing
}

/// Sends the form below the list, with some rows ticked, as a button of it does.
async fn press(browser: &Browser, list: &str, action: &str, ids: &[i64], more: &[(&str, &str)]) -> Page {
    let page = browser.get(list).await;
    let fields: Vec<(String, String)> = [("csrf_token".to_owned(), page.token()), ("list".to_owned(), list_of(&page))].into();
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let changes: Vec<(&str, &str)> = ids.iter().map(|id| ("ids", id.as_str())).chain(more.iter().copied()).collect();
    browser.post(action, fields, &changes).await
}

fn list_of(page: &Page) -> String {
    page.attr("#ticked-recipients input[name=list]", "value").unwrap()
}

async fn left(app: &TestApp) -> Vec<i64> {
    sqlx::query_scalar("select id from recipients order by id").fetch_all(&app.db).await.unwrap()
}

#[tokio::test]
async fn the_ticked_are_deleted_and_those_that_mailings_pick_are_named() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (eve, _) = app.signed_in("eve@example.org").await;
    let hers = app.recipients(eve, &["hers@example.org"]).await[0];
    let ids = app.recipients(user, &["a@example.org", "b@example.org", "c@example.org", "d@example.org"]).await;
    picking(&app, user, "Weekly", &[ids[1]]).await;
    let page = browser.get("/recipients?q=example&sort=email").await;
    assert_eq!(page.count("input.tick[form=ticked-recipients][name=ids]"), 4);
    assert_eq!(page.attr("#ticked-recipients button[name=_method]", "formaction").as_deref(), Some("/recipients"));

    let ticked = [ids[0], ids[1], ids[2], hers];
    let page = press(&browser, "/recipients?q=example&sort=email", "/recipients", &ticked, &[("_method", "delete")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients?q=example&sort=email"));
    let said = page.text_of(".alert").unwrap();
    assert!(said.contains("2 recipients were deleted. Not deleted, because a mailing picks them: b@example.org (“Weekly”)."), "{said}");
    assert_eq!(left(&app).await, [hers, ids[1], ids[3]]);

    let page = press(&browser, "/recipients", "/recipients", &[], &[("_method", "delete")]).await;
    assert!(page.contains("Tick at least one recipient first."), "{}", page.text);
}

#[tokio::test]
async fn many_that_are_refused_are_named_in_part_and_counted() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 9).await;
    let ids = left(&app).await;
    picking(&app, user, "Weekly", &ids).await;
    let page = press(&browser, "/recipients", "/recipients", &ids, &[("_method", "delete")]).await;
    let said = page.text_of(".alert").unwrap();
    assert!(said.contains("Nobody was deleted.") && said.contains("and 4 more."), "{said}");
    assert_eq!(left(&app).await.len(), 9);
}

#[tokio::test]
async fn htmx_gets_the_list_as_it_is_then_and_a_word() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let ids = app.recipients(user, &["a@example.org", "b@example.org"]).await;
    let page = browser.get("/recipients?sort=name").await;
    let fields = vec![("csrf_token".into(), page.token()), ("list".into(), list_of(&page)), ("_method".into(), "delete".into())];
    let page = browser.htmx(Method::POST, "/recipients", fields, &[("ids", &ids[0].to_string())]).await;
    assert_eq!((page.status, page.rows("recipient")), (StatusCode::OK, vec![ids[1]]));
    assert_eq!(page.attr("#ticked-recipients input[name=list]", "value").as_deref(), Some("sort=name"));
    let notice: serde_json::Value = serde_json::from_str(page.header("hx-trigger").unwrap()).unwrap();
    assert_eq!((notice["notice"]["text"].as_str(), notice["notice"]["tone"].as_str()), (Some("1 recipient was deleted."), Some("success")));
}

#[tokio::test]
async fn the_ticked_are_added_to_a_mailing_that_picks_and_is_not_over() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (eve, _) = app.signed_in("eve@example.org").await;
    let foreign = app.recipients(eve, &["hers@example.org"]).await[0];
    let hers = picking(&app, eve, "Hers", &[foreign]).await;
    let ids = app.recipients(user, &["a@example.org", "b@example.org", "c@example.org"]).await;
    let mailing = picking(&app, user, "Weekly", &ids[..1]).await;
    let to_all = app.due_mailing(user).await;
    let over = picking(&app, user, "Over", &ids[..1]).await;
    sqlx::query("update mailings set status = 'completed' where id = $1").bind(over).execute(&app.db).await.unwrap();
    let offered = browser.get("/recipients").await.texts("#ticked-recipients option");
    assert_eq!(offered, ["Add to a mailing …", "Weekly"]);

    let version = app.count("select version::bigint from mailings where name = 'Weekly'").await;
    let ticked = [ids[0], ids[1], ids[2], foreign];
    let add = |mailing: i64| {
        let (browser, ticked) = (&browser, &ticked);
        async move { press(browser, "/recipients", "/recipients/picks", ticked, &[("mailing_id", &mailing.to_string())]).await }
    };
    let page = add(mailing).await;
    assert!(page.text_of(".alert").unwrap().contains("2 recipients were added to “Weekly”"), "{}", page.text);
    let picked: Vec<i64> = sqlx::query_scalar("select recipient_id from mailing_recipients where mailing_id = $1 order by 1")
        .bind(mailing)
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert_eq!(picked, ids);
    assert_eq!(
        app.count("select version::bigint from mailings where name = 'Weekly'").await,
        version + 1,
        "whoever edits it meanwhile is told"
    );
    assert!(add(mailing).await.text_of(".alert").unwrap().contains("in “Weekly” already"));
    assert!(add(to_all).await.text_of(".alert").unwrap().contains("Nobody can be added"));
    assert!(add(over).await.text_of(".alert").unwrap().contains("Nobody can be added"));
    sqlx::query(
        "insert into attempts (mailing_id, user_id, scheduled_at, trigger, subject, body) values ($1, $2, now(), 'manual', 's', 'b')",
    )
    .bind(mailing)
    .bind(user)
    .execute(&app.db)
    .await
    .unwrap();
    assert!(add(mailing).await.text_of(".alert").unwrap().contains("A run of this mailing goes out"));
    assert_eq!(add(hers).await.status, StatusCode::NOT_FOUND);
    let page = press(&browser, "/recipients", "/recipients/picks", &ids, &[("mailing_id", "")]).await;
    assert!(page.text_of(".alert").unwrap().contains("Choose the mailing"));
}

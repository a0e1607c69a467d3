//! A user's recipients, with and without htmx; `recipients/lists.rs` has search and pages, `recipients/counts.rs` how many.

mod counts;
mod history;
mod import;
mod lists;
mod order;
mod programs;
mod streamed;
mod ticked;
mod unsubscribe;

use reqwest::{Method, StatusCode};
use uuid::Uuid;

use crate::support::{Page, TestApp};

type Row = (String, String, String, i32);

async fn row(app: &TestApp, id: i64) -> Option<Row> {
    let query = "select email::text, full_name, comment, version from recipients where id = $1";
    sqlx::query_as(query).bind(id).fetch_optional(&app.db).await.unwrap()
}

const RITA: [(&str, &str); 3] = [("email", "Rita@example.org"), ("full_name", "Rita Reader"), ("comment", "met in\r\nRiga")];

#[tokio::test]
async fn a_recipient_is_added_changed_and_deleted_without_javascript() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let page = browser.submit("/recipients/new", "/recipients", &RITA).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
    assert!(page.contains("Rita@example.org was added."), "{}", page.text);
    let id = page.rows("recipient")[0];
    assert_eq!(row(&app, id).await.unwrap(), ("Rita@example.org".into(), "Rita Reader".into(), "met in\nRiga".into(), 1));
    assert_eq!(app.count("select user_id from recipients").await, user);

    let (show, edit) = (format!("/recipients/{id}"), format!("/recipients/{id}/edit"));
    let page = browser.get(&show).await;
    assert!(page.contains("Rita Reader") && page.contains("met in\nRiga"), "{}", page.text);
    let form = browser.get(&edit).await.form(&show);
    assert!(form.contains(&("comment".into(), "met in\nRiga".into())), "{form:?}");
    let page = browser.submit(&edit, &show, &[("full_name", " Rita <b>Writer</b> ")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
    assert!(page.contains("Saved.") && page.contains("Rita &lt;b&gt;Writer"), "{}", page.text);
    assert_eq!(row(&app, id).await.unwrap(), ("Rita@example.org".into(), "Rita <b>Writer</b>".into(), "met in\nRiga".into(), 2));

    let page = browser.submit(&show, &show, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
    assert!(page.contains("The recipient was deleted."));
    assert_eq!(row(&app, id).await, None);
    assert_eq!(browser.get(&show).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn htmx_gets_the_row_it_puts_in_place() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let is_row_alone = |page: &Page, id: i64| {
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.starts_with(&format!("<tr id=\"recipient-{id}\">")), "{}", page.text);
        assert!(page.text.ends_with("</tr>"), "{}", page.text);
        assert_eq!(page.header("cache-control"), Some("no-store"));
    };
    let fields = browser.get("/recipients/new").await.form("/recipients");
    let page = browser.htmx(Method::POST, "/recipients", fields, &RITA).await;
    let id = app.count("select id from recipients").await;
    is_row_alone(&page, id);

    let path = format!("/recipients/{id}");
    let fields = browser.get(&format!("{path}/edit")).await.form(&path);
    let page = browser.htmx(Method::PUT, &path, fields, &[("full_name", "Rita Writer")]).await;
    is_row_alone(&page, id);
    assert!(page.contains("Rita Writer"));
    assert_eq!(row(&app, id).await.unwrap().1, "Rita Writer");

    let page = browser.htmx_request(Method::DELETE, &path, &[]).await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(row(&app, id).await, None);
    // No message of that stays behind for the next page.
    assert_eq!(browser.get("/recipients").await.count("main .alert"), 0);
}

#[tokio::test]
async fn a_bad_form_comes_back_with_its_text_and_every_error() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let long = "x".repeat(2001);
    let bad = [("email", "rita at example"), ("full_name", "Rita\r\nBcc: all@example.org"), ("comment", long.as_str())];
    let page = browser.submit("/recipients/new", "/recipients", &bad).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["email", "full_name", "comment"] {
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    assert!(page.contains("rita at example") && page.contains("Bcc: all@example.org") && page.contains(&long));
    assert_eq!(app.count("select count(*) from recipients").await, 0);

    let id = app.recipients(user, &["rita@example.org"]).await[0];
    let (path, edit) = (format!("/recipients/{id}"), format!("/recipients/{id}/edit"));
    let before = row(&app, id).await;
    let page = browser.submit(&edit, &path, &bad).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("email").is_some() && page.error("full_name").is_some() && page.error("comment").is_some(), "{}", page.text);
    let fields = browser.get(&edit).await.form(&path);
    let page = browser.htmx(Method::PUT, &path, fields, &bad).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.count(&format!("tr#recipient-{id}-editor")), 1);
    assert_eq!(row(&app, id).await, before);
}

#[tokio::test]
async fn odd_addresses_and_names_are_an_error_at_their_field() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let (long_local, long) = (format!("{}@example.org", "x".repeat(65)), format!("x@{}.org", "y".repeat(300)));
    for email in [
        "",
        "rita",
        "@example.org",
        "rita@",
        "a@b@c",
        "rita @example.org",
        "rita@exa mple.org",
        "Rita <rita@example.org>",
        "rita@example.org\nBcc: x@y.org",
        "rita\u{0}@example.org",
        "rita@example..org",
        &long_local,
        &long,
    ] {
        let page = browser.submit("/recipients/new", "/recipients", &[("email", email), ("full_name", "Rita")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
        assert!(page.error("email").is_some(), "{email:?}");
    }
    let long = "é".repeat(201);
    for name in ["", "   ", "a\u{0}b", "a\u{7}b", "a\u{1b}[0m", "a\rb", &long] {
        let page = browser.submit("/recipients/new", "/recipients", &[("email", "rita@example.org"), ("full_name", name)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(page.error("full_name").is_some(), "{name:?}");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    let longest = "é".repeat(200);
    let page = browser.submit("/recipients/new", "/recipients", &[("email", "rita@example.org"), ("full_name", &longest)]).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn the_same_address_twice_is_an_error_at_its_field_whatever_its_capitals() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (eve, _) = app.signed_in("eve@example.org").await;
    app.recipients(eve, &["rita@example.org"]).await;
    let ids = app.recipients(user, &["rita@example.org", "bob@example.org"]).await;
    let page = browser.submit("/recipients/new", "/recipients", &[("email", "RITA@Example.org"), ("full_name", "Second")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.error("email").unwrap(), "You have a recipient with this address already.");
    assert!(page.contains("RITA@Example.org") && page.contains("Second"));
    let bob = format!("/recipients/{}", ids[1]);
    let page = browser.submit(&format!("{bob}/edit"), &bob, &[("email", "Rita@example.org")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("email").is_some());
    assert_eq!(row(&app, ids[1]).await.unwrap().0, "bob@example.org");
    assert_eq!(app.count("select count(*) from recipients").await, 3);
}

#[tokio::test]
async fn the_second_of_two_tabs_is_told_and_overwrites_nothing() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    let (path, edit) = (format!("/recipients/{id}"), format!("/recipients/{id}/edit"));
    let second_tab = browser.get(&edit).await.form(&path);
    browser.submit(&edit, &path, &[("full_name", "From the first tab")]).await;

    for htmx in [false, true] {
        let changes = [("full_name", "From the second tab")];
        let page = if htmx {
            browser.htmx(Method::PUT, &path, second_tab.clone(), &changes).await
        } else {
            browser.post(&path, second_tab.clone(), &changes).await
        };
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.text_of(".alert").unwrap().contains("From the first tab"), "{}", page.text);
        assert!(page.form(&path).contains(&("full_name".into(), "From the second tab".into())));
        assert_eq!(row(&app, id).await.unwrap().1, "From the first tab");
        if htmx {
            // Saving again replaces it, now knowingly.
            let page = browser.post(&path, page.form(&path), &[]).await;
            assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
            assert_eq!(row(&app, id).await.unwrap().1, "From the second tab");
        }
    }
}

#[tokio::test]
async fn a_double_click_makes_one_recipient() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    for round in 0..15 {
        let fields = browser.get("/recipients/new").await.form("/recipients");
        let email = format!("rita{round}@example.org");
        let changes = [("email", email.as_str()), ("full_name", "Rita")];
        let click = || browser.post("/recipients", fields.clone(), &changes);
        let (first, second, third) = tokio::join!(click(), click(), click());
        for page in [first, second, third] {
            assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"), "{}", page.text);
        }
        let page = click().await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    assert_eq!(app.count("select count(*) from recipients").await, 15);
}

#[tokio::test]
async fn a_form_that_is_corrected_and_sent_again_is_a_conflict_with_what_it_has_made() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    for is_htmx in [false, true] {
        // Its answer was lost, and the form still stands open.
        let fields = browser.get("/recipients/new").await.form("/recipients");
        let email = format!("rita-{is_htmx}@example.org");
        let first = [("email", email.as_str()), ("full_name", "Rita"), ("comment", "first")];
        browser.post("/recipients", fields.clone(), &first).await;
        let corrected = [("email", email.as_str()), ("full_name", "Rita Corrected"), ("comment", "first")];
        let page = if is_htmx {
            browser.htmx(Method::POST, "/recipients", fields, &corrected).await
        } else {
            browser.post("/recipients", fields, &corrected).await
        };
        assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
        let id = app.count("select max(id) from recipients").await;
        let path = format!("/recipients/{id}");
        assert_eq!(page.attr("[name=full_name]", "value").as_deref(), Some("Rita Corrected"));
        assert!(page.text_of(".alert").unwrap().contains(&format!("{email}, Rita, first")), "{}", page.text);
        assert_eq!(row(&app, id).await.unwrap().1, "Rita");
        let page = browser.post(&path, page.form(&path), &[]).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
        assert_eq!(row(&app, id).await.unwrap().1, "Rita Corrected");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 2);
}

#[tokio::test]
async fn a_recipient_that_a_mailing_picks_is_not_deleted() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set name = 'Weekly “news”', all_recipients = false").execute(&app.db).await.unwrap();
    sqlx::query("insert into mailing_recipients values ($1, $2, $3)").bind(mailing).bind(id).bind(user).execute(&app.db).await.unwrap();
    let path = format!("/recipients/{id}");

    let page = browser.submit(&path, &path, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert_eq!(page.text_of(".alert").unwrap(), "This recipient is used by the mailing “Weekly “news””; take it out there first.");
    let page = browser.htmx_request(Method::DELETE, &path, &[]).await;
    assert_eq!((page.status, page.header("hx-reswap")), (StatusCode::CONFLICT, Some("none")));
    let notice: serde_json::Value = serde_json::from_str(page.header("hx-trigger").unwrap()).unwrap();
    assert_eq!(notice["notice"]["text"], "This recipient is used by the mailing “Weekly “news””; take it out there first.");
    assert!(row(&app, id).await.is_some());
}

#[tokio::test]
async fn an_undeliverable_address_is_tried_again_on_request_or_with_a_new_address() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let ids = app.recipients(user, &["rita@example.org", "bob@example.org"]).await;
    sqlx::query("update recipients set undeliverable_at = now(), undeliverable_reason = '550 no such user'")
        .execute(&app.db)
        .await
        .unwrap();
    let marked = "select count(*) from recipients where undeliverable_at is not null";
    let path = format!("/recipients/{}", ids[0]);
    assert!(browser.get("/recipients").await.contains("550 no such user"));
    let page = browser.submit(&path, &format!("{path}/undeliverable"), &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert_eq!(app.count(marked).await, 1);

    let path = format!("/recipients/{}", ids[1]);
    browser.submit(&format!("{path}/edit"), &path, &[("full_name", "Bob B")]).await;
    assert_eq!(app.count(marked).await, 1, "the address is the same");
    browser.submit(&format!("{path}/edit"), &path, &[("email", "bob2@example.org")]).await;
    assert_eq!(app.count(marked).await, 0);
}

#[tokio::test]
async fn a_strangers_recipient_is_not_found_and_stays_as_it_is() {
    let app = TestApp::without_worker().await;
    let (user, _) = app.signed_in("una@example.org").await;
    let (_, eve) = app.signed_in("eve@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    let before = row(&app, id).await;
    let path = format!("/recipients/{id}");
    for page in [&path, &format!("{path}/edit")] {
        assert_eq!(eve.get(page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    let good = [("email", "eve@example.org"), ("full_name", "Eve"), ("version", "1")];
    for (method, path, fields) in [
        (Method::PUT, path.clone(), &good[..]),
        (Method::PUT, path.clone(), &[("email", "bad")][..]),
        (Method::DELETE, path.clone(), &[][..]),
        (Method::DELETE, format!("{path}/undeliverable"), &[][..]),
    ] {
        let page = eve.htmx_request(method.clone(), &path, fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(page.text_of("h1").unwrap(), "Nothing here");
    }
    assert_eq!(row(&app, id).await, before);
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found_and_a_malformed_form_is_a_bad_request() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    for id in ["0", "-1", "4711", "abc", "1e3", "99999999999999999999", "1%00", "%FF", "1;drop"] {
        for path in [
            "/recipients/ID",
            "/recipients/ID/edit",
            "/messages/ID",
            "/messages/ID/edit",
            "/messages/ID/preview",
            "/mailings/ID",
            "/mailings/ID/edit",
            "/attempts/ID",
            "/attempts/ID/live",
        ] {
            let page = browser.get(&path.replace("ID", id)).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path} {id}: {}", page.text);
            assert_eq!(page.text_of("h1").as_deref(), Some("Nothing here"), "{path} {id}: {}", page.text);
        }
        for (method, path) in [
            (Method::DELETE, "/recipients/ID"),
            (Method::PUT, "/messages/ID"),
            (Method::PUT, "/mailings/ID"),
            (Method::PUT, "/mailings/ID/pause"),
            (Method::DELETE, "/mailings/ID/pause"),
            (Method::POST, "/mailings/ID/attempts"),
        ] {
            let page = browser.htmx_request(method, &path.replace("ID", id), &[]).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path} {id}: {}", page.text);
        }
    }
    let token = browser.token().await;
    let submission = Uuid::new_v4().to_string();
    for fields in [
        vec![("submission_id", "nonsense")],
        vec![("version", "first")],
        vec![("email", "a@b.org"), ("email", "c@d.org"), ("submission_id", &submission)],
    ] {
        let request = browser.request(Method::POST, "/recipients").header("X-CSRF-Token", &token).form(&fields);
        let page = browser.send(request).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{fields:?}");
        assert_eq!(page.text_of("h1").unwrap(), "That did not make sense");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 0);
}

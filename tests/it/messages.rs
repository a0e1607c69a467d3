//! A user's messages, with and without htmx.

mod api;
mod attachments;
mod drafts;

use reqwest::{Method, StatusCode};

use crate::support::TestApp;

async fn row(app: &TestApp, id: i64) -> Option<(String, String, i32)> {
    sqlx::query_as("select subject, body, version from messages where id = $1").bind(id).fetch_optional(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_message_is_written_changed_and_deleted_without_javascript() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let page = browser.submit("/messages/new", "/messages", &[("subject", " Spring "), ("body", "Hello\r\n\r\n<b>you</b>")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/messages"));
    assert!(page.contains("The message was saved."), "{}", page.text);
    let id = page.rows("message")[0];
    assert_eq!(row(&app, id).await.unwrap(), ("Spring".into(), "Hello\n\n<b>you</b>".into(), 1));
    assert_eq!(app.count("select user_id from messages").await, user);

    let (show, edit) = (format!("/messages/{id}"), format!("/messages/{id}/edit"));
    assert!(browser.get(&show).await.contains("Spring"));
    let page = browser.submit(&edit, &show, &[("subject", "Summer <3")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/messages"));
    assert!(page.contains("Saved.") && page.contains("Summer &lt;3"), "{}", page.text);
    assert_eq!(row(&app, id).await.unwrap(), ("Summer <3".into(), "Hello\n\n<b>you</b>".into(), 2));

    let page = browser.submit(&show, &show, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/messages"));
    assert_eq!(row(&app, id).await, None);
}

#[tokio::test]
async fn htmx_gets_the_row_it_puts_in_place() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get("/messages/new").await.form("/messages");
    let page = browser.htmx(Method::POST, "/messages", fields, &[("subject", "Spring"), ("body", "Hello")]).await;
    let id = app.count("select id from messages").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.starts_with(&format!("<tr id=\"message-{id}\">")) && page.text.ends_with("</tr>"), "{}", page.text);

    let path = format!("/messages/{id}");
    let fields = browser.get(&format!("{path}/edit")).await.form(&path);
    let page = browser.htmx(Method::PUT, &path, fields, &[("subject", "Summer")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.starts_with(&format!("<tr id=\"message-{id}\">")) && page.contains("Summer"), "{}", page.text);
    assert_eq!(row(&app, id).await.unwrap().0, "Summer");

    let page = browser.htmx_request(Method::DELETE, &path, &[]).await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(row(&app, id).await, None);
}

#[tokio::test]
async fn a_bad_form_comes_back_with_its_text_and_every_error() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let page = browser.submit("/messages/new", "/messages", &[("subject", "Hi\r\nBcc: all@example.org"), ("body", "  \r\n ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("subject").is_some() && page.error("body").is_some(), "{}", page.text);
    assert!(page.contains("Bcc: all@example.org"));

    let id = app.message(user).await;
    let path = format!("/messages/{id}");
    let long = "é".repeat(251);
    for (field, value) in
        [("subject", ""), ("subject", "a\u{0}b"), ("subject", &long), ("body", ""), ("body", "a\u{0}b"), ("body", "bell\u{7}")]
    {
        for (form, action) in [("/messages/new".to_owned(), "/messages"), (format!("{path}/edit"), path.as_str())] {
            let mut changes = vec![("subject", "Kept subject"), ("body", "Kept body")];
            changes.retain(|(name, _)| *name != field);
            changes.push((field, value));
            let page = browser.submit(&form, action, &changes).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value:?}");
            assert!(page.error(field).is_some(), "{field} {value:?}");
            assert!(page.contains("Kept "), "{}", page.text);
        }
    }
    assert_eq!(app.count("select count(*) from messages").await, 1);
    assert_eq!(row(&app, id).await.unwrap().2, 1);
}

#[tokio::test]
async fn a_body_of_a_megabyte_is_an_error_at_its_field_and_the_text_is_not_lost() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let body = "ж ".repeat(1024 * 1024 / 3);
    let page = browser.submit("/messages/new", "/messages", &[("subject", "Long"), ("body", &body)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("body").unwrap().contains("512 KB are the most"), "{:?}", page.error("body"));
    assert!(page.contains(body.trim()));
    let longest = "x".repeat(512 * 1024);
    let page = browser.submit("/messages/new", "/messages", &[("subject", "Just so"), ("body", &longest)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(app.count("select length(body)::bigint from messages").await, 512 * 1024);
}

#[tokio::test]
async fn what_no_form_can_hold_is_too_large() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let token = browser.token().await;
    let body = "x".repeat(5 * 1024 * 1024);
    let request = browser.request(Method::POST, "/messages").form(&[("csrf_token", token.as_str()), ("subject", "S"), ("body", &body)]);
    let page = browser.send(request).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(page.text_of("h1").unwrap(), "Too large");
    assert_eq!(app.count("select count(*) from messages").await, 0);
}

#[tokio::test]
async fn the_second_of_two_tabs_is_told_and_overwrites_nothing() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.message(user).await;
    let (path, edit) = (format!("/messages/{id}"), format!("/messages/{id}/edit"));
    let second_tab = browser.get(&edit).await.form(&path);
    browser.submit(&edit, &path, &[("subject", "From the first tab")]).await;

    let page = browser.post(&path, second_tab.clone(), &[("subject", "From the second tab"), ("body", "my long text")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text_of(".alert").unwrap().contains("From the first tab"), "{}", page.text);
    assert_eq!(row(&app, id).await.unwrap(), ("From the first tab".into(), "Good morning".into(), 2));
    let by_htmx = browser.htmx(Method::PUT, &path, second_tab, &[("subject", "x")]).await;
    assert_eq!(by_htmx.status, StatusCode::CONFLICT);

    let page = browser.post(&path, page.form(&path), &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/messages"));
    assert_eq!(row(&app, id).await.unwrap(), ("From the second tab".into(), "my long text".into(), 3));
}

#[tokio::test]
async fn a_double_click_makes_one_message() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get("/messages/new").await.form("/messages");
    let changes = [("subject", "Spring"), ("body", "Hello")];
    let click = || browser.post("/messages", fields.clone(), &changes);
    let (first, second, third) = tokio::join!(click(), click(), click());
    for page in [first, second, third, click().await] {
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/messages"), "{}", page.text);
    }
    assert_eq!(app.count("select count(*) from messages").await, 1);
}

#[tokio::test]
async fn a_message_that_a_mailing_sends_is_not_deleted() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    app.due_mailing(user).await;
    let id = app.count("select message_id from mailings").await;
    let path = format!("/messages/{id}");
    let page = browser.submit(&path, &path, &[]).await.text_of(".alert");
    // The message's own page shows the delete button in its row.
    assert_eq!(page.unwrap(), "This message is used by the mailing “Test mailing”; take it out there first.");
    let page = browser.htmx_request(Method::DELETE, &path, &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.header("hx-trigger").unwrap().contains("Test mailing"));
    assert!(row(&app, id).await.is_some());
    let page = browser.get(&path).await;
    assert!(page.contains("Test mailing"), "where it is used stands on its page");
}

#[tokio::test]
async fn a_strangers_message_is_not_found_and_stays_as_it_is() {
    let app = TestApp::without_worker().await;
    let (user, _) = app.signed_in("una@example.org").await;
    let (_, eve) = app.signed_in("eve@example.org").await;
    let id = app.message(user).await;
    let path = format!("/messages/{id}");
    for page in [&path, &format!("{path}/edit"), &format!("{path}/preview")] {
        assert_eq!(eve.get(page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    for (method, fields) in
        [(Method::PUT, &[("subject", "Eve's"), ("body", "b"), ("version", "1")][..]), (Method::PUT, &[][..]), (Method::DELETE, &[][..])]
    {
        assert_eq!(eve.htmx_request(method, &path, fields).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(row(&app, id).await.unwrap(), ("Hello".into(), "Good morning".into(), 1));
    assert!(eve.get("/messages").await.rows("message").is_empty());
}

#[tokio::test]
async fn the_preview_stands_in_a_sandbox_without_scripts() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let body = "<h1 style=\"color:red\">Hi</h1><script>alert(1)</script><img src=x onerror=alert(1)>";
    browser.submit("/messages/new", "/messages", &[("subject", "Hi"), ("body", body)]).await;
    let id = app.count("select id from messages").await;
    let page = browser.get(&format!("/messages/{id}")).await;
    assert_eq!(page.attr("iframe", "sandbox").unwrap(), "");
    let frame = browser.get(&page.attr("iframe", "src").unwrap()).await;
    assert_eq!(frame.status, StatusCode::OK);
    assert!(frame.contains("Hi</h1>") && !frame.contains("script") && !frame.contains("onerror"), "{}", frame.text);
    assert!(frame.header("content-security-policy").unwrap().starts_with("sandbox; default-src 'none'"));
    assert_eq!(frame.header("x-frame-options"), Some("SAMEORIGIN"));
}

#[tokio::test]
async fn an_unknown_placeholder_is_an_error_at_its_field_that_names_those_there_are() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let form = [("subject", "Hi {{ nmae }}"), ("body", "<p>Dear {{ name | friend }}</p>")];
    let page = browser.submit("/messages/new", "/messages", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let subject = page.error("subject").unwrap();
    assert!(subject.contains("nmae") && subject.contains("{{ name }}") && subject.contains("{{ unsubscribe_link }}"), "{subject}");
    assert!(page.error("body").unwrap().contains("with a fallback"), "{:?}", page.error("body"));
    assert!(page.contains("Hi {{ nmae }}") && page.contains("Dear {{ name | friend }}"));
    let page = browser.submit("/messages/new", "/messages", &[("subject", "Hi"), ("body", "Dear {{ name")]).await;
    assert!(page.error("body").unwrap().contains("no }} behind it"), "{:?}", page.error("body"));
    assert_eq!(app.count("select count(*) from messages").await, 0);
}

#[tokio::test]
async fn html_is_cleaned_when_it_is_saved() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let body = "<p style=\"color:red;position:fixed\" onclick=\"x()\">Hi {{name}}</p><script>alert(1)</script>";
    browser.submit("/messages/new", "/messages", &[("subject", "Hi"), ("body", body)]).await;
    let id = app.count("select id from messages").await;
    assert_eq!(row(&app, id).await.unwrap().1, "<p style=\"color:red\">Hi {{ name }}</p>");
    let page = browser.submit("/messages/new", "/messages", &[("subject", "Hi"), ("body", "<script>alert(1)</script>")]).await;
    assert_eq!(page.error("body").unwrap(), "Please write what the message should say.");
}

/// A mail's HTML part as a preview's frame shows it, without the frame's own style behind it.
fn framed(page: &crate::support::Page) -> String {
    page.text.split_once("<style>:where(body)").unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_preview_shows_is_what_is_sent_byte_for_byte() {
    let mut app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let rita = app.recipients(user, &["rita@example.org", "zoe@example.org"]).await[0];
    let mailing = app.due_mailing(user).await;
    let id = app.count("select message_id from mailings").await;
    let (path, edit) = (format!("/messages/{id}"), format!("/messages/{id}/edit"));
    let body = "<table style=\"width:100%\"><tr><td>Dear {{ name | \"friend\" }}, {{ email }} of {{ mailing }} on {{ date }}</td></tr></table>\
                <script>x</script><p><a href=\"{{ unsubscribe_link }}\">no more</a></p>";
    browser.submit(&edit, &path, &[("subject", "For {{ name }}"), ("body", body)]).await;
    let frame = browser.get(&format!("{path}/preview/html?recipient={rita}")).await;
    let page = browser.get(&format!("{path}/preview?recipient={rita}")).await;
    assert!(page.contains("For Rita Recipient") && page.contains("Dear Rita Recipient, rita@example.org of Test mailing"), "{}", page.text);
    assert_eq!(page.attr("iframe", "src").unwrap(), format!("{path}/preview/html?recipient={rita}"));

    app.start_worker();
    app.finished(app.attempt_of(mailing).await).await;
    let mail = app.mails().into_iter().find(|mail| mail.to == ["rita@example.org"]).unwrap();
    let sent = mail_parser::MessageParser::default().parse(&mail.data).unwrap().body_html(0).unwrap().into_owned();
    assert!(sent.contains("Dear Rita Recipient, rita@example.org of Test mailing on "), "{sent}");
    assert_eq!(framed(&frame), sent);
}

#[tokio::test]
async fn without_recipients_the_preview_is_for_somebody_made_up() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.message(user).await;
    sqlx::query("update messages set body = 'Hi {{ name }}'").execute(&app.db).await.unwrap();
    let page = browser.get(&format!("/messages/{id}/preview")).await;
    assert!(page.contains("Hi Anna Example") && page.contains("no recipients yet"), "{}", page.text);
    let (_, eve) = app.signed_in("eve@example.org").await;
    let rita = app.recipients(user, &["rita@example.org"]).await[0];
    let eves = app.message(periodical::users::queries::upsert_verified(&app.db, "x@example.org", "X", "x").await.unwrap()).await;
    assert_eq!(eve.get(&format!("/messages/{eves}/preview")).await.status, StatusCode::NOT_FOUND);
    let own = app.count("select id from users where email = 'eve@example.org'").await;
    let own = app.message(own).await;
    assert_eq!(
        eve.get(&format!("/messages/{own}/preview?recipient={rita}")).await.status,
        StatusCode::NOT_FOUND,
        "somebody else's recipient"
    );
}

#[tokio::test]
async fn a_test_goes_to_any_address_at_once_and_shows_what_the_server_says() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.message(user).await;
    app.recipients(user, &["rita@example.org"]).await;
    sqlx::query("update messages set body = 'Hi {{ name }}: {{ unsubscribe_link }}'").execute(&app.db).await.unwrap();
    let (preview, tests) = (format!("/messages/{id}/preview"), format!("/messages/{id}/tests"));
    let page = browser.submit(&preview, &tests, &[("email", "boss@example.com")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text_of(".alert").unwrap().contains("250"), "{:?}", page.text_of(".alert"));
    let mail = app.mail_to("boss@example.com").await;
    assert!(mail.contains("Subject: [Test] Hello") && mail.contains("Hi Rita Recipient"), "{mail}");
    let rita = app.count("select id from recipients").await;
    let link = periodical::recipients::unsubscribe::Links::new(&app.app.config).of(rita);
    assert!(!mail.contains(&link), "whoever tries it out does not unsubscribe somebody else");
    assert_eq!(app.count("select count(*) from attempts").await, 0);

    let page = browser.submit(&preview, &tests, &[("email", "bad-550.1@example.com")]).await;
    assert!(page.text_of(".alert").unwrap().contains("550"), "{:?}", page.text_of(".alert"));
    let page = browser.submit(&preview, &tests, &[("email", "nobody")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("email").is_some());
}

#[tokio::test]
async fn a_form_that_is_corrected_and_sent_again_is_a_conflict_with_the_message_it_has_made() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get("/messages/new").await.form("/messages");
    // Its answer was lost.
    browser.post("/messages", fields.clone(), &[("subject", "First"), ("body", "Text")]).await;
    let corrected = browser.post("/messages", fields.clone(), &[("subject", "Corrected"), ("body", "Text")]).await;
    assert_eq!(corrected.status, StatusCode::CONFLICT, "{}", corrected.text);
    assert!(corrected.contains("value=\"Corrected\"") && corrected.contains("First"), "{}", corrected.text);
    let id = app.count("select id from messages").await;
    assert_eq!(row(&app, id).await.unwrap(), ("First".into(), "Text".into(), 1));
    // Sent once more from there it replaces what is stored; and a double click still makes one message.
    let path = format!("/messages/{id}");
    let saved = browser.post(&path, corrected.form(&path), &[]).await;
    assert_eq!((saved.status, saved.path.as_str()), (StatusCode::OK, "/messages"), "{}", saved.text);
    assert_eq!(row(&app, id).await.unwrap(), ("Corrected".into(), "Text".into(), 2));
    browser.post("/messages", fields, &[("subject", "Corrected"), ("body", "Text")]).await;
    assert_eq!(app.count("select count(*) from messages").await, 1);
}

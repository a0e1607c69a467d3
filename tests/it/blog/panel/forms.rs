//! What a form may hold, what it says of the rest, its preview, and two editors at one post.

use reqwest::{Method, StatusCode};

use super::{WORDS, change, editor, version, write, written};
use crate::support::TestApp;

#[tokio::test]
async fn what_is_too_long_or_missing_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let (title, summary, content) = ("ж".repeat(201), "ж".repeat(301), "ж ".repeat(70_000));
    let deep = ">".repeat(100_000);
    for (field, value, publication) in [
        ("title", "", "draft"),
        ("title", title.as_str(), "draft"),
        ("title", "a\u{0}b", "draft"),
        ("summary", summary.as_str(), "draft"),
        ("summary", "", "now"),
        ("content", content.as_str(), "draft"),
        ("content", &deep, "draft"),
        ("content", " ", "now"),
        ("content", "a\u{7}b", "draft"),
        ("language", "de", "draft"),
        ("publication", "someday", "draft"),
    ] {
        let mut changes = vec![("publication", publication), ("slug", "kept-slug"), (field, value)];
        if field == "publication" {
            changes.remove(0);
        }
        let page = write(&browser, &changes).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {:.20}", value);
        assert!(page.error(field).is_some(), "{field} {:.20}: {}", value, page.text);
        assert_eq!(page.attr("#slug", "value").as_deref(), Some("kept-slug"));
        if value.len() > 10 {
            assert!(page.contains(&value.trim().replace('>', "&gt;")), "{field}");
        }
    }
    assert_eq!(app.count("select count(*) from posts").await, 0);

    // The longest that is taken, counted in characters; and a draft needs a title alone.
    let (title, summary) = ("ж".repeat(200), "ж".repeat(300));
    written(&browser, &[("title", &title), ("summary", &summary)]).await;
    written(&browser, &[("title", "Bare"), ("summary", ""), ("content", "")]).await;
}

#[tokio::test]
async fn pictures_from_elsewhere_and_scripts_are_errors_and_talk_of_a_script_is_not() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    for bad in [
        "![x](https://elsewhere.example/x.png)",
        "<img src=/x.png>",
        "![x](data:image/png;base64,AAAA)",
        "Hello <SCRIPT>alert(1)</script>",
        "<script src=//elsewhere.example></script>",
        "[x](JavaScript:alert)",
    ] {
        let page = write(&browser, &[("content", bad)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(page.error("content").is_some(), "{bad}: {}", page.text);
        assert_eq!(page.text_of("textarea#content").unwrap().trim(), bad, "as it was typed");
        assert_eq!((page.count("#post-preview script"), page.count("#post-preview a[href^=javascript]")), (0, 0), "{bad}");
    }
    assert_eq!(app.count("select count(*) from posts").await, 0, "nothing half-saved");
    let id = written(&browser, &[("content", "`<script>alert(1)</script>` is a script, and **bold** <b onclick=alert(1)>b</b>")]).await;
    let page = browser.get(&format!("/admin/posts/{id}")).await;
    assert_eq!((page.count("#post-preview script"), page.count("#post-preview [onclick]")), (0, 0));
    assert_eq!(page.text_of("#post-preview strong").as_deref(), Some("bold"));
}

#[tokio::test]
async fn the_preview_follows_the_form_and_saves_nothing() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[]).await;
    let path = format!("/admin/posts/{id}");
    for (page, action, method, address) in [
        ("/admin/posts/new", "/admin/posts", Method::POST, "/admin/posts/preview".to_owned()),
        (&path, &path, Method::PUT, format!("{path}/preview")),
    ] {
        let typed = [
            ("title", "Half a ti"),
            ("slug", ""),
            ("content", "# Head\n\n*new* <script>alert(1)</script>"),
            ("publication", "at"),
            ("published_at", "x"),
        ];
        // As htmx asks: a fragment with a form as it stands, however incomplete.
        let fields = browser.get(page).await.form_at("#post-form");
        let fragment = browser.htmx(method, &address, fields, &typed).await;
        assert_eq!(fragment.status, StatusCode::OK);
        assert_eq!(fragment.text_of("em").as_deref(), Some("new"));
        assert!(fragment.contains("Half a ti") && fragment.contains("half-a-ti") && !fragment.contains("<script"), "{}", fragment.text);
        assert!(!fragment.contains("<form"), "{}", fragment.text);

        // As the button asks: the whole page again, with what was typed.
        let mut pressed = typed.to_vec();
        pressed.push(("preview", "1"));
        let shown = browser.post(action, browser.get(page).await.form_at("#post-form"), &pressed).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(shown.text_of("#post-preview em").as_deref(), Some("new"));
        assert_eq!(shown.attr("#title", "value").as_deref(), Some("Half a ti"));
        assert_eq!(shown.attr("#published_at", "value").as_deref(), Some("x"));
        assert_eq!(shown.count(".invalid-feedback"), 0);
    }
    assert_eq!(app.count("select count(*) from posts where title = 'Spring news'").await, 1);
    assert_eq!(app.count("select count(*) from posts").await, 1);
}

#[tokio::test]
async fn a_change_by_another_editor_in_between_is_a_conflict_that_shows_both_versions() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[("publication", "now")]).await;
    let path = format!("/admin/posts/{id}");
    let mine = browser.get(&path).await.form_at("#post-form");
    let page = change(&browser, &path, &[("title", "Their title"), ("content", "Their text")]).await;
    assert_eq!(page.status, StatusCode::OK);
    let before = version(&app).await;

    let page = browser.post(&path, mine, &[("title", "My title"), ("content", "My text")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(page.attr("#title", "value").as_deref(), Some("My title"));
    assert_eq!(page.text_of("textarea#content").as_deref(), Some("My text"));
    assert!(page.text_of(".stored").unwrap().contains("Their title"), "{}", page.text);
    assert_eq!(page.text_of("#stored-content").as_deref(), Some("Their text"));
    assert_eq!(app.count("select count(*) from posts where title = 'Their title'").await, 1);
    assert_eq!(version(&app).await, before, "nothing has changed for the public");

    // Saving again replaces it, now that it has been seen.
    let page = browser.post(&path, page.form_at("#post-form"), &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(app.count("select count(*) from posts where title = 'My title' and content = 'My text'").await, 1);
}

#[tokio::test]
async fn a_form_from_before_a_publication_by_hand_does_not_take_the_post_back() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let id = written(&browser, &[]).await;
    let path = format!("/admin/posts/{id}");
    let fields = browser.get(&path).await.form_at("#post-form");
    let answer = browser.htmx_request(Method::PUT, &format!("{path}/publication"), &[("back", "/admin/posts")]).await;
    assert_eq!((answer.status, answer.path.as_str()), (StatusCode::OK, "/admin/posts"));
    let page = browser.post(&path, fields, &[("title", "Other words")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(super::state(&app, id).await, "published");
}

#[tokio::test]
async fn a_post_that_is_gone_is_not_found() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    for (method, path) in [
        (Method::GET, "/admin/posts/99"),
        (Method::PUT, "/admin/posts/99"),
        (Method::DELETE, "/admin/posts/99"),
        (Method::PUT, "/admin/posts/99/preview"),
        (Method::PUT, "/admin/posts/99/publication"),
        (Method::DELETE, "/admin/posts/99/publication"),
    ] {
        assert_eq!(browser.htmx_request(method.clone(), path, &WORDS).await.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}

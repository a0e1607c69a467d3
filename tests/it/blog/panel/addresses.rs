//! A post's address: typed or made, and never another post's.

use reqwest::StatusCode;

use super::{WORDS, editor, version, write, written};
use crate::support::TestApp;

#[tokio::test]
async fn an_address_is_made_from_the_title_and_one_that_is_typed_is_kept() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    for (title, typed, slug) in [
        ("Ещё о рассылках: съезд & щётки", "", "eshchyo-o-rassylkakh-sezd-shchyotki"),
        ("Feed", "", "feed-1"),
        ("Anything", " My-Own ", "my-own"),
    ] {
        let id = written(&browser, &[("title", title), ("slug", typed)]).await;
        let stored: String = sqlx::query_scalar("select slug from posts where id = $1").bind(id).fetch_one(&app.db).await.unwrap();
        assert_eq!(stored, slug);
    }
}

#[tokio::test]
async fn a_bad_or_reserved_address_and_one_that_exists_are_errors_beside_the_field() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    written(&browser, &[("slug", "taken")]).await;
    let other = written(&browser, &[("slug", "other")]).await;
    let long = "a".repeat(81);
    let path = format!("/admin/posts/{other}");
    for bad in ["two words", "с-русской", "a--b", "new", "feed", "pictures", "Sitemap", "taken", long.as_str()] {
        for (page, action) in [("/admin/posts/new", "/admin/posts"), (&path, &path)] {
            let mut changes = WORDS.to_vec();
            changes.push(("slug", bad));
            let page = browser.post(action, browser.get(page).await.form_at("#post-form"), &changes).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            assert!(page.error("slug").is_some(), "{bad}: {}", page.text);
            assert_eq!(page.attr("#slug", "value").as_deref(), Some(bad), "what was typed stays");
        }
    }
    // A title that no address can be made of.
    let page = write(&browser, &[("title", "東京 🎉"), ("slug", "")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("slug").is_some());
    let slugs: Vec<String> = sqlx::query_scalar("select slug from posts order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(slugs, ["taken", "other"]);
    assert_eq!(version(&app).await, 1);
}

#[tokio::test]
async fn of_two_posts_made_at_once_with_one_address_one_is_saved_and_the_other_keeps_its_text() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let (one, two) = tokio::join!(browser.get("/admin/posts/new"), browser.get("/admin/posts/new"));
    let changes = |content| [WORDS[0], WORDS[1], ("content", content)];
    let (mine, yours) = (changes("Mine"), changes("Yours"));
    let (one, two) = tokio::join!(
        browser.post("/admin/posts", one.form("/admin/posts"), &mine),
        browser.post("/admin/posts", two.form("/admin/posts"), &yours)
    );
    let mut answers = [(one, "Mine"), (two, "Yours")];
    answers.sort_by_key(|(page, _)| page.status);
    assert_eq!(answers.each_ref().map(|(page, _)| page.status), [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY]);
    let (refused, text) = &answers[1];
    assert!(refused.error("slug").is_some());
    assert_eq!(refused.text_of("textarea#content").as_deref(), Some(*text));
    assert_eq!(app.count("select count(*) from posts").await, 1);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_post() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let fields = browser.get("/admin/posts/new").await.form("/admin/posts");
    let (one, two) = tokio::join!(browser.post("/admin/posts", fields.clone(), &WORDS), browser.post("/admin/posts", fields, &WORDS));
    assert_eq!((one.status, two.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(one.path, two.path);
    assert_eq!(app.count("select count(*) from posts").await, 1);
}

#[tokio::test]
async fn a_form_that_is_corrected_and_sent_again_is_a_conflict_with_the_post_it_has_made() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let fields = browser.get("/admin/posts/new").await.form("/admin/posts");
    browser.post("/admin/posts", fields.clone(), &WORDS).await;
    let page = browser.post("/admin/posts", fields, &[WORDS[0], WORDS[1], ("content", "Corrected.")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(page.text_of("textarea#content").as_deref(), Some("Corrected."));
    assert_eq!(page.text_of("#stored-content").as_deref(), Some(WORDS[2].1));
    let id = app.count("select id from posts").await;
    let page = browser.post(&format!("/admin/posts/{id}"), page.form_at("#post-form"), &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert_eq!(app.count("select count(*) from posts where content = 'Corrected.'").await, 1);
}

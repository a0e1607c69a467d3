//! The editors' panel: posts written, published and taken back.

mod addresses;
mod api;
mod forms;
mod publication;

use reqwest::StatusCode;

use crate::support::{Browser, Page, TestApp};

/// What a post that can be published is filled in with.
const WORDS: [(&str, &str); 3] = [("title", "Spring news"), ("summary", "What spring brings."), ("content", "It is **warm**.")];

/// An editor's browser.
async fn editor(app: &TestApp) -> Browser {
    app.signed_in_as("edda@example.org", "editor").await.1
}

/// Saves a new post with [`WORDS`] and what is given beside them.
async fn write(browser: &Browser, changes: &[(&str, &str)]) -> Page {
    let kept = WORDS.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    let changes: Vec<(&str, &str)> = kept.chain(changes).copied().collect();
    browser.submit("/admin/posts/new", "/admin/posts", &changes).await
}

/// Saves a stored post with changes.
async fn change(browser: &Browser, path: &str, changes: &[(&str, &str)]) -> Page {
    let fields = browser.get(path).await.form_at("#post-form");
    browser.post(path, fields, changes).await
}

/// As [`write`], where it is known to go well; the post's id.
async fn written(browser: &Browser, changes: &[(&str, &str)]) -> i64 {
    let page = write(browser, changes).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.path.strip_prefix("/admin/posts/").unwrap_or_else(|| panic!("{}", page.text)).parse().unwrap()
}

/// `draft`, `scheduled` or `published`.
async fn state(app: &TestApp, id: i64) -> String {
    let query = "select case when is_published then 'published' when published_at is not null then 'scheduled' else 'draft' end
                 from posts where id = $1";
    sqlx::query_scalar(query).bind(id).fetch_one(&app.db).await.unwrap()
}

async fn version(app: &TestApp) -> i64 {
    app.count("select number from public_version").await
}

/// What is on record about posts, oldest first.
async fn deeds(app: &TestApp) -> Vec<String> {
    sqlx::query_scalar("select action from audit_entries where subject_kind = 'post' order by id").fetch_all(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_post_is_written_changed_and_deleted_without_javascript() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    let page = write(&browser, &[("title", " Spring news ")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.contains("The post was saved."), "{}", page.text);
    let id = app.count("select id from posts").await;
    let path = format!("/admin/posts/{id}");
    assert_eq!(page.path, path);
    let row: (String, String, String, String, String, Option<i64>) =
        sqlx::query_as("select slug, language, title, summary, content, author_id from posts").fetch_one(&app.db).await.unwrap();
    let author = app.count("select id from users where email = 'edda@example.org'").await;
    let expected = ("spring-news", "en", "Spring news", "What spring brings.", "It is **warm**.", Some(author));
    assert_eq!((row.0.as_str(), row.1.as_str(), row.2.as_str(), row.3.as_str(), row.4.as_str(), row.5), expected);
    assert_eq!(state(&app, id).await, "draft");

    let page = change(&browser, &path, &[("title", "Summer <news>"), ("language", "ru"), ("content", "Line\r\n\r\nline")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert!(page.contains("Saved."), "{}", page.text);
    // The address stays as it was: links lead there.
    let row: (String, String, String, String) =
        sqlx::query_as("select slug, language, title, content from posts").fetch_one(&app.db).await.unwrap();
    assert_eq!(row, ("spring-news".into(), "ru".into(), "Summer <news>".into(), "Line\n\nline".into()));

    let list = browser.get("/admin/posts").await;
    assert_eq!(list.rows("post"), [id]);
    assert!(list.contains("Summer &lt;news&gt;") && list.contains("draft"), "{}", list.text);

    let fields = browser.get(&path).await.form_at("#post-form");
    let token = fields.iter().find(|(name, _)| name == "csrf_token").unwrap().clone();
    let page = browser.post(&path, vec![token, ("_method".into(), "delete".into())], &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/admin/posts"));
    assert_eq!(app.count("select count(*) from posts").await, 0);
    assert_eq!(deeds(&app).await, ["create_post", "delete_post"]);
    // Nothing of it was public, so nothing that is kept of the public pages has changed.
    assert_eq!(version(&app).await, 1);
}

#[tokio::test]
async fn the_list_is_searched_narrowed_and_turned_over() {
    let app = TestApp::without_worker().await;
    let browser = editor(&app).await;
    sqlx::query(
        "insert into posts (slug, language, title, summary, content, is_published, published_at)
         select 'post-' || n, case when n % 2 = 0 then 'en' else 'ru' end, 'Статья номер ' || n, 'S', 'C', n % 3 = 0,
                case n % 3 when 0 then now() when 1 then now() + interval '1 day' end
         from generate_series(1, 60) n",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let ids: Vec<i64> = sqlx::query_scalar("select id from posts order by id desc").fetch_all(&app.db).await.unwrap();
    let page = browser.get("/admin/posts").await;
    assert_eq!(page.rows("post"), ids[..50]);
    let next = page.attr(".pages a[rel=next]", "href").unwrap();
    let page = browser.get(&next).await;
    assert_eq!(page.rows("post"), ids[50..]);

    for (query, condition) in [
        ("q=%D0%9D%D0%9E%D0%9C%D0%95%D0%A0+7", "title like '%номер 7%'"),
        ("q=post-33", "slug = 'post-33'"),
        ("q=100%25", "false"),
        ("state=draft", "published_at is null"),
        ("state=scheduled", "not is_published and published_at is not null"),
        ("state=published&language=ru", "is_published and language = 'ru'"),
        ("state=nonsense&language=nonsense&before=56", "id < 56"),
    ] {
        let query_text = format!("select id from posts where {condition} order by id desc");
        let expected: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(query_text)).fetch_all(&app.db).await.unwrap();
        let before = query.contains("before=56").then_some(50);
        let found = browser.get(&format!("/admin/posts?{query}")).await;
        assert_eq!(found.rows("post"), expected[..expected.len().min(before.unwrap_or(50))], "{query}");
    }
}

#[tokio::test]
async fn users_and_managers_are_refused_and_editors_and_administrators_are_not() {
    let app = TestApp::without_worker().await;
    let post = written(&editor(&app).await, &[]).await;
    for (email, role, may) in [
        ("u@example.org", "", false),
        ("m@example.org", "manager", false),
        ("e@example.org", "editor", true),
        ("a@example.org", "admin", true),
    ] {
        let (id, browser) = app.signed_in(email).await;
        if !role.is_empty() {
            periodical::users::queries::grant_role(&app.db, id, role).await.unwrap();
        }
        for path in ["/admin/posts".to_owned(), "/admin/posts/new".to_owned(), format!("/admin/posts/{post}")] {
            let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(browser.get(&path).await.status, expected, "{email} {path}");
        }
        let menu = browser.get("/").await;
        assert_eq!(menu.contains(r#"href="/admin/posts""#), may, "{email}");
    }
}

#[tokio::test]
async fn an_editor_who_is_one_no_longer_changes_nothing_with_a_form_that_is_still_open() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in_as("edda@example.org", "editor").await;
    let post = written(&browser, &[]).await;
    let path = format!("/admin/posts/{post}");
    let fields = browser.get(&path).await.form_at("#post-form");
    sqlx::query("delete from user_roles where user_id = $1").bind(id).execute(&app.db).await.unwrap();
    let page = browser.post(&path, fields, &[("title", "Too late")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(app.count("select count(*) from posts where title = 'Too late'").await, 0);
}

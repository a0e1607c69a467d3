//! Managers and administrators: users, blocks, other people's mailings, accounts and roles. What a block does to sending
//! stands in `management/sending.rs`.

mod accounts;
mod api;
mod blocking;
mod oversight;
mod sending;
mod suspension;

use reqwest::StatusCode;

use crate::support::{Browser, TestApp};

/// The audit trail as it stands: who, what, to whom, why, oldest first.
async fn trail(app: &TestApp) -> Vec<(String, String, String, String)> {
    let query = "select actor, action, subject, reason from audit_entries order by id";
    sqlx::query_as(query).fetch_all(&app.db).await.unwrap()
}

fn entry(actor: &str, action: &str, subject: &str, reason: &str) -> (String, String, String, String) {
    (actor.into(), action.into(), subject.into(), reason.into())
}

/// How many sessions a user has.
async fn sessions(app: &TestApp, user_id: i64) -> i64 {
    app.count(&format!("select count(*) from sessions where user_id = {user_id} and expires_at > now()")).await
}

/// Lets two requests be decided on at the same moment: both have passed the door and wait for their turn with the roles.
async fn at_once<T>(app: &TestApp, first: impl Future<Output = T>, second: impl Future<Output = T>) -> (T, T) {
    let turn = app.standing("select name from roles where name = 'admin' for update").await;
    let release = async {
        app.waiting(2).await;
        turn.commit().await.unwrap();
    };
    let (first, second, ()) = tokio::join!(first, second, release);
    (first, second)
}

async fn block(browser: &Browser, id: i64, reason: &str) -> crate::support::Page {
    browser.submit(&format!("/users/{id}"), &format!("/users/{id}/block"), &[("reason", reason)]).await
}

#[tokio::test]
async fn a_manager_finds_users_by_address_name_and_status_and_reads_them_page_by_page() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let una = app.user("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    app.due_mailing(una).await;
    app.due_mailing(una).await;
    for query in [
        "insert into users (email, full_name, password_hash, blocked_at, blocked_reason, verified_at)
         select 'spam' || n || '@example.com', 'Sam Spammer', 'x', now(), 'Spam', now() from generate_series(1, 3) n",
        "insert into users (email, full_name, password_hash) select 'new' || n || '@example.com', 'Nina New', 'x' from generate_series(1, 60) n",
        "insert into users (email, full_name, password_hash, deleting_at, blocked_at) values ('gone@example.com', 'Gone', 'x', now(), now())",
    ] {
        sqlx::query(query).execute(&app.db).await.unwrap();
    }
    let found = async |query: &str| max.get(&format!("/users?{query}")).await.rows("user").len();
    for (query, expected) in [
        ("q=UNA%40example.org", 1),
        ("q=spammer", 3),
        ("status=blocked", 3),
        ("status=active", 2),
        ("status=unconfirmed&q=new1%40", 1),
        ("status=nonsense&q=spam", 3),
        ("q=gone", 0),
        ("q=%25", 0),
        ("q=%00&status=active", 2),
        ("status=%00&q=una%40", 1),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
    let page = max.get("/users?status=unconfirmed").await;
    assert_eq!(page.rows("user").len(), 50);
    let page = max.get(&page.attr("a[rel=next]", "href").unwrap()).await;
    assert_eq!(page.rows("user").len(), 10, "the filter stays while the pages are turned");
    let page = max.get("/users?q=una%40").await;
    let row = page.text_of(&format!("#user-{una}")).unwrap();
    assert!(row.ends_with("activeUser2never"), "{row}");

    let page = max.get(&format!("/users/{una}")).await;
    assert_eq!((page.status, page.rows("mailing").len()), (StatusCode::OK, 2));
    assert!(!page.contains("rita@example.org") && !page.contains("/admin/users"), "{}", page.text);
    assert_eq!(max.get("/users/999999").await.status, StatusCode::NOT_FOUND);
    let gone = app.count("select id from users where full_name = 'Gone'").await;
    assert_eq!(max.get(&format!("/users/{gone}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_else_sees_users_or_everybodys_mailings_and_managers_see_no_accounts_and_no_audit_trail() {
    let app = TestApp::without_worker().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let (_, edith) = app.signed_in_as("edith@example.org", "editor").await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let user = format!("/users/{una}");
    for path in ["/users", &user, "/mailings/all"] {
        for browser in [&browser, &edith] {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(max.get(path).await.status, StatusCode::OK, "{path}");
        assert_eq!(app.browser().get(path).await.path.split('?').next(), Some("/login"), "{path}");
    }
    let account = format!("/admin/users/{una}");
    for path in ["/admin/users", "/admin/users/new", &account, "/admin/audit"] {
        for browser in [&browser, &edith, &max] {
            assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    for (method, path) in [
        ("put", format!("/users/{una}/block")),
        ("delete", format!("/users/{una}/block")),
        ("put", "/mailings/1/suspension".into()),
        ("delete", "/mailings/1/suspension".into()),
        ("post", "/admin/users".into()),
        ("put", account.clone()),
        ("delete", account.clone()),
        ("delete", format!("{account}/two-factor")),
        ("delete", format!("{account}/sessions")),
    ] {
        for (browser, may_be_manager) in [(&browser, false), (&edith, false), (&max, true)] {
            if may_be_manager && !path.starts_with("/admin") {
                continue;
            }
            let token = browser.token().await;
            let fields = vec![("csrf_token".to_owned(), token), ("_method".to_owned(), method.to_owned())];
            let page = browser.post(&path, fields, &[("reason", "Because"), ("email", "una@example.org")]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    assert_eq!(trail(&app).await, []);
    let links = |page: crate::support::Page| page.texts("#user-menu a");
    assert_eq!(links(browser.get("/").await), ["Your account"]);
    assert_eq!(links(max.get("/").await), ["Users", "Everybody’s mailings", "Your account"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_the_right_while_the_request_is_under_way_changes_nothing() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    app.signed_in_as("bob@example.org", "admin").await;
    let (una, _) = app.signed_in("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let (mailing, disabled) = (app.due_mailing(una).await, app.due_mailing(una).await);
    let blocked = app.user("blocked@example.org").await;
    for query in [
        format!("update mailings set disabled_at = now(), disabled_reason = 'Spam' where id = {disabled}"),
        format!("update users set blocked_at = now(), blocked_reason = 'Spam' where id = {blocked}"),
        format!("update users set totp_secret = 'x', totp_enabled_at = now() where id = {una}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(query)).execute(&app.db).await.unwrap();
    }
    let standing = "select (select count(*) from users) + (select count(*) from user_roles)
        + (select count(*) from users where full_name = 'Other' or deleting_at is not null) + (select count(*) from users where blocked_at is not null)
        + (select count(*) from users where totp_enabled_at is not null) + (select count(*) from sessions where user_id is not null)
        + (select count(*) from mailings where disabled_at is not null)";
    let before = app.count(standing).await;
    let token = ada.token().await;
    for (method, path) in [
        ("post", "/admin/users".to_owned()),
        ("put", format!("/admin/users/{una}")),
        ("delete", format!("/admin/users/{una}")),
        ("delete", format!("/admin/users/{una}/two-factor")),
        ("delete", format!("/admin/users/{una}/sessions")),
        ("put", format!("/users/{una}/block")),
        ("delete", format!("/users/{blocked}/block")),
        ("put", format!("/mailings/{mailing}/suspension")),
        ("delete", format!("/mailings/{disabled}/suspension")),
    ] {
        let email = if method == "post" { "new@example.org" } else { "una@example.org" };
        for (loss, gain) in [
            ("delete from user_roles where user_id = $1", "insert into user_roles (user_id, role) values ($1, 'admin')"),
            ("update users set blocked_at = now() where id = $1", "update users set blocked_at = null where id = $1"),
        ] {
            let mut turn = app.standing("select name from roles where name = 'admin' for update").await;
            let fields = vec![("csrf_token".to_owned(), token.clone()), ("_method".to_owned(), method.to_owned())];
            let typed = [("email", email), ("full_name", "Other"), ("reason", "Because")];
            let request = ada.post(&path, fields, &typed);
            let release = async {
                app.waiting(1).await;
                sqlx::query(loss).bind(ada_id).execute(&mut *turn).await.unwrap();
                turn.commit().await.unwrap();
            };
            let (page, ()) = tokio::join!(request, release);
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {path}, {loss}: {}", page.text);
            sqlx::query(gain).bind(ada_id).execute(&app.db).await.unwrap();
            assert_eq!(app.count(standing).await, before, "{method} {path}, {loss}");
        }
    }
    assert_eq!(trail(&app).await, []);
}

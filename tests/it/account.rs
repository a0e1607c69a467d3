//! One's own account: profile and password here, the rest in `account/`.

mod api;
mod deletion;
mod email;
mod sessions;

use reqwest::StatusCode;

use crate::support::{Browser, TestApp};

const NEW: &str = "quite another few words";

async fn change_password(browser: &Browser, present: &str, new: &str) -> crate::support::Page {
    browser.submit("/account/password", "/account/password", &[("current_password", present), ("password", new)]).await
}

#[tokio::test]
async fn the_profile_is_saved_and_its_zone_is_the_one_that_new_mailings_begin_with() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    app.recipients(id, &["rita@example.org"]).await;
    // The last used zone, until one is chosen.
    app.due_mailing(id).await;
    let chosen = async || browser.get("/mailings/new").await.attr("select[name=time_zone] option[selected]", "value").unwrap();
    assert_eq!(chosen().await, "UTC");
    let changes = [("full_name", "Юна О'Хара"), ("locale", "ru"), ("time_zone", "Asia/Kathmandu")];
    let page = browser.submit("/account", "/account", &changes).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/account"));
    assert_eq!(page.text_of(".alert-success").as_deref(), Some("Сохранено."), "the language counts at once");
    assert_eq!(page.attr("html", "lang").as_deref(), Some("ru"));
    let fields = page.form("/account");
    for (name, value) in changes {
        assert!(fields.contains(&(name.to_owned(), value.to_owned())), "{name}: {fields:?}");
    }
    assert_eq!(chosen().await, "Asia/Kathmandu");
    assert!(browser.get("/account/sessions").await.contains("(Asia/Kathmandu)"));

    assert_eq!(browser.cookie("language").as_deref(), Some("ru"), "pages before the next sign-in agree");
    let page = browser.submit("/account", "/account", &[("time_zone", ""), ("locale", "")]).await;
    assert_eq!((page.text_of(".alert-success").as_deref(), page.attr("html", "lang").as_deref()), (Some("Saved."), Some("en")));
    assert_eq!(browser.cookie("language"), None, "as the browser asks");
    assert_eq!(app.count("select count(*) from users where time_zone is null and locale is null").await, 1);
}

#[tokio::test]
async fn a_bad_profile_comes_back_with_its_text_and_every_error() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let before: String = sqlx::query_scalar("select u::text from users u").fetch_one(&app.db).await.unwrap();
    let page = browser.submit("/account", "/account", &[("full_name", " "), ("locale", "xx"), ("time_zone", "Europe/Atlantis")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["full_name", "locale", "time_zone"] {
        assert!(page.error(field).is_some(), "{field}");
    }
    assert!(page.contains("Europe/Atlantis"));
    for (field, value) in
        [("full_name", "x".repeat(10_000)), ("full_name", "U\0na".into()), ("time_zone", "\0".into()), ("time_zone", "x".repeat(10_000))]
    {
        let page = browser.submit("/account", "/account", &[(field, &value)]).await;
        assert_eq!((page.status, page.error(field).is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true), "{field} {value:.9}");
    }
    let after: String = sqlx::query_scalar("select u::text from users u").fetch_one(&app.db).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn another_password_takes_the_present_one_and_signs_every_other_browser_out() {
    let app = TestApp::start().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    for (present, new, field) in [
        ("not the password", NEW, "current_password"),
        (Browser::PASSWORD, "short", "password"),
        (&"x".repeat(10_000), NEW, "current_password"),
        ("\0", NEW, "current_password"),
        (Browser::PASSWORD, &"x".repeat(10_000), "password"),
    ] {
        let page = change_password(&browser, present, new).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
        assert!(!page.contains(NEW), "a password is not sent back");
    }
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "una@example.org")]).await;
    let reset = app.nth_link("una@example.org", "/password/reset/", 1).await;

    let cookie = browser.cookie("periodical_session").unwrap();
    let page = change_password(&browser, Browser::PASSWORD, NEW).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/account/password"));
    assert!(page.contains("Your password is changed"), "{}", page.text);
    assert_ne!(browser.cookie("periodical_session").unwrap(), cookie, "this one goes on under another cookie");
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    assert_eq!(elsewhere.get("/recipients").await.path, "/login?next=%2Frecipients");
    assert_eq!(app.count("select count(*) from sessions where user_id is not null").await, 1);
    assert_eq!(app.browser().get(&reset).await.status, StatusCode::UNPROCESSABLE_ENTITY, "links that were asked for die with it");
    app.mail_about("una@example.org", "Subject: Your password was changed").await;
    let sign_in =
        async |password: &str| app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", password)]).await;
    assert_ne!(sign_in(Browser::PASSWORD).await.path, "/");
    assert_eq!(sign_in(NEW).await.path, "/");
}

#[tokio::test]
async fn of_two_changes_of_password_at_once_one_is_refused() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    let (one, other) = tokio::join!(
        change_password(&browser, Browser::PASSWORD, NEW),
        change_password(&elsewhere, Browser::PASSWORD, "a third few words")
    );
    let done = [&one, &other].iter().filter(|page| page.contains("Your password is changed")).count();
    assert_eq!(done, 1, "{} {}", one.text, other.text);
    assert_eq!(app.count("select count(*) from sessions where user_id is not null").await, 1);
}

#[tokio::test]
async fn the_account_is_reached_from_the_menu_and_by_nobody_else() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let tabs = browser.get("/account").await.texts("a.account-tab");
    assert_eq!(tabs, ["Profile", "E-mail", "Password", "Two-factor sign-in", "Sessions", "API tokens", "Webhooks", "Delete account"]);
    for path in [
        "/account",
        "/account/email",
        "/account/password",
        "/account/two-factor",
        "/account/sessions",
        "/account/tokens",
        "/account/tokens/new",
        "/webhooks",
        "/account/delete",
    ] {
        let page = browser.get(path).await;
        assert_eq!((page.status, page.count("a.account-tab[aria-current=page]")), (StatusCode::OK, 1), "{path}");
        assert!(!page.contains(" style="), "{path}");
        assert!(app.browser().get(path).await.path.starts_with("/login?next="), "{path}");
    }
}

//! Another address.

use reqwest::StatusCode;

use crate::support::{Browser, Page, TestApp};

const LINK: &str = "/account/email/";

async fn ask(browser: &Browser, email: &str) -> Page {
    browser.submit("/account/email", "/account/email", &[("email", email), ("password", Browser::PASSWORD)]).await
}

async fn follow(browser: &Browser, link: &str) -> Page {
    browser.submit(link, link, &[]).await
}

async fn address_of(app: &TestApp, id: i64) -> String {
    sqlx::query_scalar("select email::text from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_new_address_counts_once_its_mailbox_has_confirmed_it_and_the_old_one_is_told_twice() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let page = ask(&browser, "Una+new@example.org").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.contains("Look into your mailbox"), "{}", page.text);
    let mail = app.mail_about("una@example.org", "Subject: A change of your address was asked for").await;
    assert!(mail.contains("Una+new@example.org"), "{mail}");
    let link = app.nth_link("Una+new@example.org", LINK, 1).await;
    // Looking changes nothing.
    assert!(app.browser().get(&link).await.contains("Una+new@example.org"));
    assert_eq!(address_of(&app, id).await, "una@example.org");

    // Signed out, as on a phone.
    let page = follow(&app.browser(), &link).await;
    assert_eq!((page.status, page.text_of("h1").unwrap().as_str()), (StatusCode::OK, "Your address is changed"));
    assert_eq!(address_of(&app, id).await, "Una+new@example.org");
    app.mail_about("una@example.org", "Subject: Your address was changed").await;
    app.jobs_done().await;
    assert_eq!(app.count("select count(*) from former_addresses").await, 0, "nobody's address stays");

    // The session goes on, under another cookie.
    let cookie = browser.cookie("periodical_session").unwrap();
    assert_eq!(browser.get("/account").await.path, "/account");
    assert_ne!(browser.cookie("periodical_session").unwrap(), cookie);
    let sign_in =
        async |email: &str| app.browser().submit("/login", "/login", &[("email", email), ("password", Browser::PASSWORD)]).await.path;
    assert_eq!(sign_in("una+NEW@example.org").await, "/");
    assert_ne!(sign_in("una@example.org").await, "/");
    // Whoever comes after may have it.
    app.user("una@example.org").await;
    assert_eq!(app.count("select count(*) from users").await, 2);
}

#[tokio::test]
async fn a_change_takes_the_password_and_an_address_that_is_another() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    for (email, password, field) in [
        ("new@example.org", "not the password", "password"),
        ("new@example.org", "", "password"),
        ("new@example.org", &"x".repeat(10_000), "password"),
        ("UNA@example.org", Browser::PASSWORD, "email"),
        ("no address", Browser::PASSWORD, "email"),
        ("new\u{0}@example.org", Browser::PASSWORD, "email"),
        ("new@example.org\r\nBcc: b@example.org", Browser::PASSWORD, "email"),
        (&"x".repeat(10_000), Browser::PASSWORD, "email"),
    ] {
        let page = browser.submit("/account/email", "/account/email", &[("email", email), ("password", password)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:.20}");
        assert!(page.error(field).is_some(), "{email:.20}: {}", page.text);
    }
    assert_eq!(app.count("select count(*) from user_tokens").await + app.count("select count(*) from graphile_worker.jobs").await, 0);
}

#[tokio::test]
async fn an_address_of_somebody_else_gets_the_same_answer_and_its_owner_a_mail() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    app.user("known@example.org").await;
    app.browser()
        .submit("/register", "/register", &[("email", "pending@example.org"), ("full_name", "P"), ("password", Browser::PASSWORD)])
        .await;
    app.nth_link("pending@example.org", "/verify/", 1).await;
    let free = ask(&browser, "free@example.org").await;
    for email in ["known@example.org", "pending@example.org"] {
        let page = ask(&browser, email).await;
        assert_eq!(page.without_token().replace(email, "free@example.org"), free.without_token());
    }
    app.mail_about("known@example.org", "Subject: You have an account already").await;
    // As it would be if it were registered again.
    app.nth_link("pending@example.org", "/verify/", 2).await;
    app.jobs_done().await;
    for email in ["known@example.org", "pending@example.org"] {
        assert!(app.links(email, LINK).is_empty(), "{email}");
    }
    assert_eq!(address_of(&app, id).await, "una@example.org");
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_is_said_so_and_nothing_changes() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let (other, other_browser) = app.signed_in("other@example.org").await;
    ask(&browser, "wanted@example.org").await;
    let link = app.nth_link("wanted@example.org", LINK, 1).await;
    ask(&other_browser, "WANTED@example.org").await;
    let others = app.nth_link("WANTED@example.org", LINK, 1).await;
    let (one, second) = (app.browser(), app.browser());
    let (one, second) = tokio::join!(follow(&one, &link), follow(&second, &others));
    let statuses = [one.status, second.status];
    assert!(statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::CONFLICT), "{statuses:?}");
    let late = if one.status == StatusCode::CONFLICT { &one } else { &second };
    assert_eq!(late.text_of("h1").unwrap(), "This address has another account");
    let (loser, kept) = if one.status == StatusCode::CONFLICT { (id, "una@example.org") } else { (other, "other@example.org") };
    assert_eq!(address_of(&app, loser).await, kept);
    app.jobs_done().await;
    assert!(
        app.mails_to(kept).iter().all(|mail| !mail.contains("Subject: Your address was changed")),
        "nobody is told of what has not happened"
    );
}

#[tokio::test]
async fn a_link_is_good_once_for_a_day_and_the_last_one_alone() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    ask(&browser, "first@example.org").await;
    let first = app.nth_link("first@example.org", LINK, 1).await;
    ask(&browser, "second@example.org").await;
    let second = app.nth_link("second@example.org", LINK, 1).await;
    assert_eq!(app.browser().get(&first).await.text_of("h1").unwrap(), "This link does not work");
    let day =
        "select count(*) from user_tokens where expires_at between now() + interval '23 hours 59 minutes' and now() + interval '24 hours'";
    assert_eq!(app.count(day).await, 1);

    let token = browser.token().await;
    let garbled =
        [second[..second.len() - 1].to_owned(), format!("{second}0"), format!("{LINK}%00"), format!("{LINK}{}", "a".repeat(5000)), first];
    for path in garbled {
        let page = browser.post(&path, vec![("csrf_token".into(), token.clone())], &[]).await;
        assert_eq!(
            (page.status, page.text_of("h1").unwrap().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "This link does not work"),
            "{path}"
        );
    }
    // It is no reset of a password, nor a confirmation of an account.
    for path in ["/password/reset/", "/verify/"] {
        assert_eq!(browser.get(&format!("{path}{}", second.trim_start_matches(LINK))).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let fields = browser.get(&second).await.form(&second);
    let (one, other) = tokio::join!(browser.post(&second, fields.clone(), &[]), browser.post(&second, fields.clone(), &[]));
    let statuses = [one.status, other.status];
    assert!(statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::UNPROCESSABLE_ENTITY), "{statuses:?}");
    assert_eq!(address_of(&app, id).await, "second@example.org");

    ask(&browser, "third@example.org").await;
    let third = app.nth_link("third@example.org", LINK, 1).await;
    sqlx::query("update user_tokens set expires_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    assert_eq!(follow_anyhow(&browser, &third).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(address_of(&app, id).await, "second@example.org");
}

/// Without the page that would say no already.
async fn follow_anyhow(browser: &Browser, link: &str) -> Page {
    let token = browser.token().await;
    browser.post(link, vec![("csrf_token".into(), token)], &[]).await
}

#[tokio::test]
async fn a_changed_password_or_address_ends_every_other_link() {
    let app = TestApp::start().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    ask(&browser, "thief@example.org").await;
    let thiefs = app.nth_link("thief@example.org", LINK, 1).await;
    let changes = [("current_password", Browser::PASSWORD), ("password", "quite another few words")];
    browser.submit("/account/password", "/account/password", &changes).await;
    assert_eq!(follow_anyhow(&app.browser(), &thiefs).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let (_, browser) = app.signed_in("old@example.org").await;
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "old@example.org")]).await;
    let reset = app.nth_link("old@example.org", "/password/reset/", 1).await;
    ask(&browser, "new@example.org").await;
    let link = app.nth_link("new@example.org", LINK, 1).await;
    assert_eq!(follow(&browser, &link).await.status, StatusCode::OK);
    assert_eq!(app.browser().get(&reset).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the old mailbox opens the account no more");
}

#[tokio::test]
async fn the_link_of_a_user_who_was_blocked_meanwhile_does_nothing() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    ask(&browser, "new@example.org").await;
    let link = app.nth_link("new@example.org", LINK, 1).await;
    sqlx::query("update users set blocked_at = now()").execute(&app.db).await.unwrap();
    assert_eq!(follow_anyhow(&app.browser(), &link).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(address_of(&app, id).await, "una@example.org");
}

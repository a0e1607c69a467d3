//! Passwords and codes that the signed-in are asked for once more, and codes before the sign-in: guessing ends there too.

use reqwest::StatusCode;

use super::throttle::{is_put_off, throttled};
use crate::support::{Browser, Page};

#[tokio::test]
async fn whoever_finds_an_open_browser_does_not_get_to_guess_the_password() {
    let app = throttled().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let tries = [
        ("/account/password", "/account/password", vec![("current_password", "not the password"), ("password", "another few words")]),
        ("/account/email", "/account/email", vec![("email", "new@example.org"), ("password", "not the password")]),
        ("/account/two-factor", "/account/two-factor", vec![("password", "not the password")]),
        ("/account/delete", "/account", vec![("password", "not the password")]),
    ];
    for (page, action, fields) in tries.iter().cycle().take(10) {
        assert_eq!(browser.submit(page, action, fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    }
    // One count for all of them, and not even the right one is looked at.
    for (page, action, fields) in tries {
        let right: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (*name, if *value == "not the password" { Browser::PASSWORD } else { *value })).collect();
        let page = browser.submit(page, action, &right).await;
        is_put_off(&page);
        assert!(!page.contains(Browser::PASSWORD), "{}", page.text);
    }
    assert_eq!(app.count("select count(*) from users where totp_secret is null and deleting_at is null").await, 1);
    assert_eq!(app.count("select count(*) from user_tokens").await, 0);
    // Others are not put off, and neither is their own sign-in.
    let (_, other) = app.signed_in("otto@example.org").await;
    assert_eq!(other.submit("/account/two-factor", "/account/two-factor", &[("password", Browser::PASSWORD)]).await.status, StatusCode::OK);
    app.browser().sign_in("una@example.org").await;
}

#[tokio::test]
async fn the_right_password_is_asked_for_as_often_as_somebody_likes() {
    let app = throttled().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    // The page that this form is on shows another one from the first time on.
    let fields = browser.get("/account/two-factor").await.form("/account/two-factor");
    for number in 0..15 {
        let page = browser.post("/account/two-factor", fields.clone(), &[("password", Browser::PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::OK, "{number}");
    }
}

async fn ask_for_address(browser: &Browser, email: &str) -> Page {
    browser.submit("/account/email", "/account/email", &[("email", email), ("password", Browser::PASSWORD)]).await
}

#[tokio::test]
async fn a_change_of_address_is_no_way_to_mail_strangers_without_end() {
    let app = throttled().await;
    let (_, una) = app.signed_in("una@example.org").await;
    // One user, whomever they would have written to.
    for number in 0..5 {
        assert_eq!(ask_for_address(&una, &format!("new{number}@example.org")).await.status, StatusCode::OK, "{number}");
    }
    let page = ask_for_address(&una, "new5@example.org").await;
    is_put_off(&page);
    assert_eq!(page.attr("input[name=email]", "value").unwrap(), "new5@example.org", "what was typed is kept");
    // One mailbox, whoever asks.
    let (_, otto) = app.signed_in("otto@example.org").await;
    for number in 0..3 {
        assert_eq!(ask_for_address(&otto, "stranger@example.org").await.status, StatusCode::OK, "{number}");
    }
    let (_, rita) = app.signed_in("rita@example.org").await;
    is_put_off(&ask_for_address(&rita, "Stranger@example.org").await);
    assert_eq!(ask_for_address(&rita, "rita@example.com").await.status, StatusCode::OK);
    assert_eq!(app.count("select count(*) from user_tokens where purpose = 'email_change'").await, 9);
}

#[tokio::test]
async fn a_failure_of_ours_uses_up_nobodys_tries() {
    let app = throttled().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let authenticator = browser.switch_two_factor_on().await;
    app.forget_used_codes(id).await;
    let sign_in = async || app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    let delete =
        async |code: &str| browser.submit("/account/delete", "/account", &[("password", Browser::PASSWORD), ("code", code)]).await.status;
    let kept: String = sqlx::query_scalar("select password_hash from users").fetch_one(&app.db).await.unwrap();
    let put = async |hash: &str| sqlx::query("update users set password_hash = $1").bind(hash).execute(&app.db).await.unwrap();

    put("no hash at all").await;
    for number in 0..12 {
        assert_eq!(sign_in().await.status, StatusCode::INTERNAL_SERVER_ERROR, "{number}");
        assert_eq!(delete(&authenticator.code(0)).await, StatusCode::INTERNAL_SERVER_ERROR, "{number}");
    }
    put(&kept).await;
    assert_eq!(sign_in().await.path, "/login/code?next=%2F");

    let rename = async |from: &str, to: &str| {
        sqlx::query(sqlx::AssertSqlSafe(format!("alter table {from} rename to {to}"))).execute(&app.db).await.unwrap();
    };
    let recovery = "AAAA-AAAA-AAAA-AAAA";
    rename("recovery_codes", "gone").await;
    for number in 0..6 {
        assert_eq!(delete(recovery).await, StatusCode::INTERNAL_SERVER_ERROR, "{number}");
        let half_way = app.browser();
        half_way.give_password("una@example.org").await;
        assert_eq!(half_way.give_code(recovery).await.status, StatusCode::INTERNAL_SERVER_ERROR, "{number}");
    }
    rename("gone", "recovery_codes").await;
    assert_eq!(delete(recovery).await, StatusCode::UNPROCESSABLE_ENTITY);
    let half_way = app.browser();
    half_way.give_password("una@example.org").await;
    assert_eq!(half_way.give_code(&authenticator.code(0)).await.path, "/recipients");
}

#[tokio::test]
async fn codes_are_guessed_ten_times_however_many_sign_ins_are_begun_and_then_slowly() {
    let app = throttled().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let authenticator = browser.switch_two_factor_on().await;
    app.forget_used_codes(id).await;
    let mut wrong = 0;
    while wrong < 10 {
        // Five end a pending sign-in, and whoever has the password begins another.
        let thief = app.browser();
        thief.give_password("una@example.org").await;
        for _ in 0..4 {
            if wrong < 10 {
                assert_eq!(thief.give_code("000000").await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
                wrong += 1;
            }
        }
    }
    let thief = app.browser();
    thief.give_password("una@example.org").await;
    is_put_off(&thief.give_code(&authenticator.code(0)).await);
    // The same count for the codes of the account's own pages.
    let fields = [("password", Browser::PASSWORD), ("code", authenticator.code(0).as_str())].map(|(name, value)| (name, value.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    is_put_off(&browser.submit("/account/delete", "/account", &fields).await);
    assert_eq!(app.count("select count(*) from users where deleting_at is null").await, 1);
}

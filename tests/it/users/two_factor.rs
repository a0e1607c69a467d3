//! Two-factor sign-in: codes, recovery codes, and how the secret is kept.

use periodical::{config::SecretKey, users::two_factor::seal};
use reqwest::StatusCode;

use crate::support::{Authenticator, Browser, Log, TestApp, quick};

const SESSION: &str = "periodical_session";

/// A user with two-factor sign-in on, whose codes are all good again.
async fn protected(app: &TestApp, email: &str) -> (i64, Browser, Authenticator) {
    let (id, browser) = app.signed_in(email).await;
    let authenticator = browser.switch_two_factor_on().await;
    app.forget_used_codes(id).await;
    sqlx::query("update users set last_signed_in_at = null").execute(&app.db).await.unwrap();
    (id, browser, authenticator)
}

async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/recipients").await.path == "/recipients"
}

async fn last_signed_in(app: &TestApp, id: i64) -> Option<time::OffsetDateTime> {
    sqlx::query_scalar("select last_signed_in_at from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn with_two_factors_signing_in_takes_the_password_and_then_a_code() {
    let app = TestApp::without_worker().await;
    let (id, _, authenticator) = protected(&app, "una@example.org").await;

    let browser = app.browser();
    let page = browser.get("/messages?q=hello").await;
    let fields = page.form("/login");
    let page = browser.post("/login", fields, &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/login/code?next=%2Fmessages%3Fq%3Dhello"));
    let half_way = browser.cookie(SESSION).unwrap();
    assert!(!is_signed_in(&browser).await, "a password is not enough");
    assert_eq!(last_signed_in(&app, id).await, None);

    let fields = page.form("/login/code");
    let wrong = browser.post("/login/code", fields.clone(), &[("code", "000000")]).await;
    assert_eq!((wrong.status, wrong.error("code").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    assert!(!is_signed_in(&browser).await);
    let code = authenticator.code(0);
    let page = browser.post("/login/code", fields, &[("code", &format!("{} {}", &code[..3], &code[3..]))]).await;
    assert_eq!(page.path, "/messages?q=hello");
    assert_ne!(browser.cookie(SESSION).unwrap(), half_way, "a new session id");
    assert!(last_signed_in(&app, id).await.is_some());

    // Sent a second time, as from another tab, it leads on and ends nothing.
    assert_eq!(browser.give_code("123456").await.path, "/recipients");
    assert!(is_signed_in(&browser).await);

    // Nobody gets to the second step without the first, and no other site is led on to.
    let stranger = app.browser();
    assert_eq!(stranger.get("/login/code?next=%2Fmessages").await.path, "/login?next=%2Fmessages");
    let page = stranger.give_code(&authenticator.code(1)).await;
    assert_eq!(page.path, "/login?next=%2Frecipients&overdue=true");
    assert!(page.contains("That took too long"), "{}", page.text);
    let elsewhere = app.browser();
    let fields = elsewhere.get("/login?next=%2F%2Fevil.example").await.form("/login");
    let page = elsewhere.post("/login", fields, &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    assert_eq!(page.path, "/login/code?next=%2F");
}

#[tokio::test]
async fn strangers_who_send_codes_leave_no_sessions_behind() {
    let app = TestApp::without_worker().await;
    for _ in 0..3 {
        app.browser().give_code("123456").await;
    }
    assert_eq!(app.count("select count(*) from sessions").await, 0);
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_the_second_factor() {
    let app = TestApp::without_worker().await;
    protected(&app, "una@example.org").await;
    app.user("plain@example.org").await;
    let try_wrong =
        async |email: &str| app.browser().submit("/login", "/login", &[("email", email), ("password", "not the password")]).await;
    let plain = try_wrong("plain@example.org").await;
    assert_eq!(try_wrong("una@example.org").await.without_token().replace("una@", "plain@"), plain.without_token());
}

#[tokio::test]
async fn a_code_of_the_step_before_or_after_is_taken_and_none_further_off() {
    let app = TestApp::without_worker().await;
    let (id, _, authenticator) = protected(&app, "una@example.org").await;
    // Two steps off may become one step off while the request is under way.
    for (steps, is_good) in [(-3, false), (-1, true), (0, true), (1, true), (3, false)] {
        let browser = app.browser();
        browser.give_password("una@example.org").await;
        // One before may have become two before.
        let code = if steps == -1 { until_mid_step(&authenticator).await } else { authenticator.code(steps) };
        assert_eq!(browser.give_code(&code).await.path == "/recipients", is_good, "{steps} steps off");
        app.forget_used_codes(id).await;
    }
}

/// The code of the step before, at a moment when this step has some time left.
async fn until_mid_step(authenticator: &Authenticator) -> String {
    crate::support::until("the middle of a step", || async {
        (time::OffsetDateTime::now_utc().unix_timestamp() % 30 < 25).then(|| authenticator.code(-1))
    })
    .await
}

#[tokio::test]
async fn a_code_is_good_once_and_none_of_an_earlier_step_after_it() {
    let app = TestApp::without_worker().await;
    let (id, _, authenticator) = protected(&app, "una@example.org").await;
    let code = authenticator.code(1);
    let (first, second) = (app.browser(), app.browser());
    for browser in [&first, &second] {
        browser.give_password("una@example.org").await;
    }
    let (one, other) = tokio::join!(first.give_code(&code), second.give_code(&code));
    assert_eq!([&one, &other].iter().filter(|page| page.path == "/recipients").count(), 1, "of two at once one gets in");

    for seen in [&code, &authenticator.code(0)] {
        let thief = app.browser();
        thief.give_password("una@example.org").await;
        assert_eq!(thief.give_code(seen).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Nor is the one that switched it on.
    let (_, browser) = app.signed_in("new@example.org").await;
    let authenticator = browser.switch_two_factor_on().await;
    let thief = app.browser();
    thief.give_password("new@example.org").await;
    let step: i64 =
        sqlx::query_scalar("select totp_last_step from users where email = 'new@example.org'").fetch_one(&app.db).await.unwrap();
    let steps_ago = step - time::OffsetDateTime::now_utc().unix_timestamp() / 30;
    assert_eq!(thief.give_code(&authenticator.code(steps_ago)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(last_signed_in(&app, id).await.is_some());
}

#[tokio::test]
async fn five_wrong_codes_end_the_sign_in_however_fast_they_come() {
    let app = TestApp::without_worker().await;
    let (_, _, authenticator) = protected(&app, "una@example.org").await;
    let browser = app.browser();
    browser.give_password("una@example.org").await;
    // What can be no code is no try.
    for code in ["", "12345", "no code", &"1".repeat(10_000)] {
        assert_eq!(browser.give_code(code).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for _ in 0..4 {
        assert_eq!(browser.give_code("000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = browser.give_code("000000").await;
    assert_eq!(page.path, "/login?next=%2Frecipients");
    assert!(page.contains("too many wrong codes"), "{}", page.text);
    assert_eq!(browser.give_code(&authenticator.code(0)).await.path, "/login?next=%2Frecipients&overdue=true");
    assert!(!is_signed_in(&browser).await);

    // Twenty at once, of which the right one is the last: five are looked at.
    let browser = app.browser();
    browser.give_password("una@example.org").await;
    let wrong: Vec<_> = (0..20).map(|_| browser.give_code("000000")).collect();
    let pages = futures_util::future::join_all(wrong).await;
    assert!(pages.iter().filter(|page| page.status == StatusCode::UNPROCESSABLE_ENTITY).count() <= 4, "at most five codes were looked at");
    assert_eq!(browser.give_code(&authenticator.code(0)).await.path, "/login?next=%2Frecipients&overdue=true");
}

#[tokio::test]
async fn a_sign_in_that_waits_for_its_code_ends_with_its_time_the_password_and_a_block() {
    let app = TestApp::without_worker().await;
    let (id, _, authenticator) = protected(&app, "una@example.org").await;
    let hash: String = sqlx::query_scalar("select password_hash from users").fetch_one(&app.db).await.unwrap();
    for change in [
        "update sessions set entries = jsonb_set(entries, '{pending_sign_in,since}', to_jsonb(extract(epoch from now())::bigint - 601))
         where entries ? 'pending_sign_in'",
        "update users set password_hash = password_hash || '0'",
        "update users set blocked_at = now()",
        "update users set blocked_at = now(), deleting_at = now()",
    ] {
        sqlx::query("update users set blocked_at = null, deleting_at = null, password_hash = $1")
            .bind(&hash)
            .execute(&app.db)
            .await
            .unwrap();
        let browser = app.browser();
        browser.give_password("una@example.org").await;
        sqlx::query(change).execute(&app.db).await.unwrap();
        app.forget_used_codes(id).await;
        let page = browser.give_code(&authenticator.code(0)).await;
        assert!(page.path.starts_with("/login?next=%2Frecipients"), "{change}: {}", page.path);
        assert!(page.contains("once more"), "{change}: {}", page.text);
        assert!(!is_signed_in(&browser).await, "{change}");
    }
    assert_eq!(last_signed_in(&app, id).await, None);
}

#[tokio::test]
async fn a_reset_password_leaves_the_second_factor_on_and_ends_what_waits_for_its_code() {
    let app = TestApp::start().await;
    let (_, _, authenticator) = protected(&app, "una@example.org").await;
    let thief = app.browser();
    thief.give_password("una@example.org").await;
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "una@example.org")]).await;
    let link = app.nth_link("una@example.org", "/password/reset/", 1).await;
    let owner = app.browser();
    assert_eq!(owner.submit(&link, &link, &[("password", "quite another few words")]).await.path, "/login");
    assert_eq!(thief.give_code(&authenticator.code(0)).await.path, "/login?next=%2Frecipients");
    let page = owner.submit("/login", "/login", &[("email", "una@example.org"), ("password", "quite another few words")]).await;
    assert_eq!(page.path, "/login/code?next=%2F");
    assert_eq!(owner.give_code(&authenticator.code(0)).await.path, "/recipients");
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_and_its_owner_is_told() {
    let app = TestApp::start().await;
    let (_, _, authenticator) = protected(&app, "una@example.org").await;
    let (_, _, others) = protected(&app, "other@example.org").await;
    assert_eq!(authenticator.recovery_codes.len(), 10);
    let code = &authenticator.recovery_codes[0];

    let (first, second) = (app.browser(), app.browser());
    for browser in [&first, &second] {
        browser.give_password("una@example.org").await;
        assert_eq!(browser.give_code(&others.recovery_codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody else's");
    }
    let typed = code.to_lowercase().replace('-', " ");
    let (one, other) = tokio::join!(first.give_code(&typed), second.give_code(code));
    let in_by_it: Vec<_> = [&one, &other].into_iter().filter(|page| page.path == "/recipients").collect();
    assert_eq!(in_by_it.len(), 1, "of two at once one gets in");
    assert!(in_by_it[0].contains("9 are left"), "{}", in_by_it[0].text);
    let mail = app.mail_about("una@example.org", "Subject: A recovery code was used").await;
    assert!(mail.contains("9 of them are left"), "{mail}");
    let again = app.browser();
    again.give_password("una@example.org").await;
    assert_eq!(again.give_code(code).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    app.jobs_done().await;
    assert_eq!(app.mails_to("una@example.org").iter().filter(|mail| mail.contains("Subject: A recovery code was used")).count(), 1);
}

#[tokio::test]
async fn the_second_factor_is_set_up_with_the_password_and_on_only_after_a_right_code() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let page = browser.submit("/account/two-factor", "/account/two-factor", &[("password", "not the password")]).await;
    assert_eq!((page.status, page.error("password").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    assert_eq!(app.count("select count(*) from users where totp_secret is not null").await, 0);

    let page = browser.submit("/account/two-factor", "/account/two-factor", &[("password", Browser::PASSWORD)]).await;
    let key = page.text_of(".key").unwrap();
    // A picture without anything that the content security policy forbids.
    assert_eq!(page.count("svg.qr path"), 1);
    assert!(page.attr("svg.qr path", "d").unwrap().len() > 1000);
    for forbidden in [" style=", "<style", "data:image", "<script>"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    // Another browser of the same user does not get to see it: whoever has stolen a cookie has no password.
    let thief = app.browser();
    thief.sign_in("una@example.org").await;
    assert_eq!(thief.get("/account/two-factor").await.text_of(".key"), None);
    let token = thief.token().await;
    let fields = [("csrf_token", token.as_str()), ("_method", "put"), ("code", "000000")];
    let refused = thief.send(thief.request(reqwest::Method::POST, "/account/two-factor").form(&fields)).await;
    assert!(refused.text_of(".key").is_none() && refused.contains("Begin again"), "{}", refused.text);

    let fields = page.form("/account/two-factor");
    for code in ["000000", "", "12345", "AAAA-AAAA-AAAA-AAAA", &"1".repeat(10_000)] {
        let page = browser.post("/account/two-factor", fields.clone(), &[("code", code)]).await;
        assert_eq!((page.status, page.text_of(".key").as_deref()), (StatusCode::UNPROCESSABLE_ENTITY, Some(key.as_str())));
        assert!(page.error("code").is_some());
    }
    assert_eq!(app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await.path, "/");

    let authenticator = Authenticator::with_key(&key);
    let page = browser.post("/account/two-factor", fields, &[("code", &authenticator.code(0))]).await;
    let codes = page.texts(".recovery-codes code");
    assert_eq!(codes.len(), 10);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    app.mail_about("una@example.org", "Subject: Two-factor sign-in is on").await;

    // Neither is on a page again, nor legible in the database.
    let page = browser.get("/account/two-factor").await;
    assert!(!page.contains(&key) && codes.iter().all(|code| !page.contains(code)));
    assert!(page.contains("Recovery codes: 10 left"), "{}", page.text);
    let sealed: Vec<u8> = sqlx::query_scalar("select totp_secret from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap();
    assert_eq!(sealed.len(), 24 + 20 + 16, "nonce, secret, tag");
    assert!(!sealed.windows(20).any(|window| window == authenticator.secret()));
    assert_eq!(seal::open(&app.app.config, id, &sealed).as_deref(), Some(authenticator.secret()));
    let kept: String = sqlx::query_scalar("select string_agg(r::text, ' ') from recovery_codes r").fetch_one(&app.db).await.unwrap();
    assert!(codes.iter().all(|code| !kept.contains(code) && !kept.contains(&code.replace('-', ""))));
}

#[tokio::test]
async fn new_recovery_codes_and_switching_off_take_password_and_code() {
    let app = TestApp::start().await;
    let (id, browser, authenticator) = protected(&app, "una@example.org").await;
    let page = browser.get("/account/two-factor").await;
    for action in ["/account/two-factor", "/account/two-factor/recovery-codes"] {
        for (password, code, field) in [
            ("not the password", authenticator.code(0), "password"),
            (Browser::PASSWORD, "000000".into(), "code"),
            (Browser::PASSWORD, String::new(), "code"),
            ("", String::new(), "code"),
            (&"x".repeat(10_000), authenticator.code(0), "password"),
        ] {
            let refused = browser.post(action, page.form(action), &[("password", password), ("code", &code)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{action} {field}");
            assert!(refused.error(field).is_some(), "{action} {field}: {}", refused.text);
        }
    }
    assert_eq!(app.count("select count(*) from users where totp_enabled_at is not null").await, 1);

    let action = "/account/two-factor/recovery-codes";
    let fresh = browser.post(action, page.form(action), &[("password", Browser::PASSWORD), ("code", &authenticator.code(0))]).await;
    let codes = fresh.texts(".recovery-codes code");
    assert_eq!((codes.len(), codes.iter().any(|code| authenticator.recovery_codes.contains(code))), (10, false));
    let elsewhere = app.browser();
    elsewhere.give_password("una@example.org").await;
    assert_eq!(elsewhere.give_code(&authenticator.recovery_codes[0]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "an earlier one");

    // Also without the phone: that is what they are for.
    let action = "/account/two-factor";
    let off = browser.post(action, page.form(action), &[("password", Browser::PASSWORD), ("code", &codes[0])]).await;
    assert!(off.contains("Two-factor sign-in is off"), "{}", off.text);
    app.mail_about("una@example.org", "Subject: Two-factor sign-in is off").await;
    let left = "select (select count(*) from recovery_codes) + (select count(*) from users where totp_secret is not null)";
    assert_eq!(app.count(left).await, 0);
    assert_eq!(app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await.path, "/");
    assert!(last_signed_in(&app, id).await.is_some());
}

#[tokio::test]
async fn a_sealed_secret_opens_for_its_user_alone() {
    let app = TestApp::without_worker().await;
    let (id, _, authenticator) = protected(&app, "una@example.org").await;
    let (other, _, _) = protected(&app, "other@example.org").await;
    // Whoever can write to the table gives the other's secret to themselves, or their own to the other.
    sqlx::query("update users set totp_secret = (select totp_secret from users where id = $1) where id = $2")
        .bind(id)
        .bind(other)
        .execute(&app.db)
        .await
        .unwrap();
    let browser = app.browser();
    browser.give_password("other@example.org").await;
    assert_eq!(browser.give_code(&authenticator.code(0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_changed_secret_key_still_opens_what_the_old_one_sealed_and_seals_it_anew() {
    let log = Log::capture();
    let new = || SecretKey::new("the key after it, which is long enough too".into());
    let old = || SecretKey::new("a key for tests that is long enough".into());
    let app = TestApp::configured(quick(), |config| (config.secret_key, config.old_secret_key) = (new(), Some(old()))).await;
    let (id, _) = app.signed_in("una@example.org").await;
    let (strange, _) = app.signed_in("strange@example.org").await;
    let secret = [7_u8; 20];
    let keep = async |id: i64, sealed: Vec<u8>| {
        sqlx::query("update users set totp_secret = $2, totp_enabled_at = now() where id = $1")
            .bind(id)
            .bind(sealed)
            .execute(&app.db)
            .await
            .unwrap();
    };
    let kept = async |id: i64| {
        sqlx::query_scalar::<_, Vec<u8>>("select totp_secret from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap()
    };
    keep(id, seal::seal(&old(), id, &secret).unwrap()).await;
    let lost = seal::seal(&SecretKey::new("a key that nobody has any more, long ago".into()), strange, &secret).unwrap();
    keep(strange, lost.clone()).await;
    let authenticator = Authenticator::with_key(&data_encoding::BASE32_NOPAD.encode(&secret));

    let browser = app.browser();
    browser.give_password("una@example.org").await;
    assert_eq!(browser.give_code(&authenticator.code(0)).await.path, "/recipients", "before it is sealed anew");
    seal::anew(&app.app).await.unwrap();
    let sealed = kept(id).await;
    let mut without_old = (*app.app.config).clone();
    without_old.old_secret_key = None;
    assert_eq!(seal::open(&without_old, id, &sealed).as_deref(), Some(secret.as_slice()));
    seal::anew(&app.app).await.unwrap();
    assert_eq!(kept(id).await, sealed, "twice is once");
    assert_eq!(kept(strange).await, lost, "left as it is");
    assert!(log.text().contains(&format!("The TOTP secret of user {strange} opens with neither")), "{}", log.text());

    // Whose secret is lost is asked for a code as ever, and a recovery code would do.
    let browser = app.browser();
    browser.give_password("strange@example.org").await;
    assert_eq!(browser.give_code(&authenticator.code(0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn managers_and_administrators_without_it_are_urged_on_every_page() {
    let app = TestApp::without_worker().await;
    for (role, urged) in [("manager", true), ("admin", true), ("editor", false)] {
        let email = format!("{role}@example.org");
        let (id, browser) = app.signed_in(&email).await;
        for path in ["/", "/recipients"] {
            assert!(!browser.get(path).await.contains("Switch two-factor sign-in on"), "a user without a role");
        }
        periodical::users::queries::grant_role(&app.db, id, role).await.unwrap();
        for path in ["/", "/recipients", "/account"] {
            assert_eq!(browser.get(path).await.contains("Switch two-factor sign-in on"), urged, "{role} at {path}");
        }
        browser.switch_two_factor_on().await;
        assert!(!browser.get("/").await.contains("Switch two-factor sign-in on"));
    }
}

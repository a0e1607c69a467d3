//! How long sessions last, and what becomes of them when rights change.

use periodical::web::session::{self, PostgresSessions, end_all, rotate_all};
use poem::session::SessionStorage;
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Browser, TestApp, until};

const SESSION: &str = "periodical_session";

async fn change(app: &TestApp, set: &str) {
    sqlx::query(sqlx::AssertSqlSafe(format!("update sessions set {set}"))).execute(&app.db).await.unwrap();
}

async fn is(app: &TestApp, condition: &str) -> bool {
    let query = format!("select bool_and({condition}) from sessions where expires_at > now()");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_session_lasts_a_week_after_its_last_request_and_a_request_makes_it_last() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let week = "expires_at between now() + interval '6 days 23 hours' and now() + interval '7 days'";
    assert!(is(&app, week).await);

    change(&app, "expires_at = now() + interval '1 minute', seen_at = now() - interval '1 hour'").await;
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    assert!(is(&app, week).await);
    assert!(is(&app, "seen_at > now() - interval '1 minute'").await);

    change(&app, "expires_at = now() - interval '1 second'").await;
    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
}

#[tokio::test]
async fn a_session_ends_a_month_after_signing_in_however_much_it_is_used() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    assert!(is(&app, "ends_at between now() + interval '29 days 23 hours' and now() + interval '30 days'").await);

    change(&app, "ends_at = now() + interval '1 hour', seen_at = now() - interval '1 hour'").await;
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    assert!(is(&app, "expires_at = ends_at").await);
    // Nor by being written to, as a message to the next page does.
    let a_month_ago =
        "entries = jsonb_set(entries, '{signed_in_at}', to_jsonb(extract(epoch from now() - interval '29 days 1 minute')::bigint))";
    change(&app, a_month_ago).await;
    let fields = browser.get("/recipients/new").await.form("/recipients");
    browser.post("/recipients", fields, &[("email", "rita@example.org"), ("full_name", "Rita")]).await;
    assert!(is(&app, "ends_at <= now() + interval '1 day' and expires_at <= ends_at").await);
}

#[tokio::test]
async fn a_request_that_reads_is_no_reason_to_write() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    browser.get("/recipients").await;
    let version = "select xmin::text from sessions where user_id is not null";
    let before: String = sqlx::query_scalar(version).fetch_one(&app.db).await.unwrap();
    browser.get("/recipients").await;
    browser.get("/messages").await;
    assert_eq!(sqlx::query_scalar::<_, String>(version).fetch_one(&app.db).await.unwrap(), before);
}

#[tokio::test]
async fn a_change_of_rights_gives_the_session_another_cookie_and_the_old_one_dies() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let before = browser.cookie(SESSION).unwrap();
    rotate_all(&app.db, id).await.unwrap();

    let page = browser.get("/recipients").await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
    let after = browser.cookie(SESSION).unwrap();
    assert_ne!(after, before);
    assert!(is(&app, "not rotate").await);
    let thief = Browser::without_redirects(&app.base);
    let page = thief.send(thief.request(Method::GET, "/recipients").header("cookie", format!("{SESSION}={before}"))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    // Once: the next request keeps it.
    browser.get("/recipients").await;
    assert_eq!(browser.cookie(SESSION).unwrap(), after);
}

#[tokio::test]
async fn all_sessions_of_a_user_can_be_ended_but_one_and_nobody_elses() {
    let app = TestApp::without_worker().await;
    let (id, here) = app.signed_in("una@example.org").await;
    let there = app.browser();
    there.sign_in("una@example.org").await;
    let (_, other) = app.signed_in("otto@example.org").await;
    end_all(&app.db, id, Some(&session::hash(&here.cookie(SESSION).unwrap()))).await.unwrap();

    assert_eq!(here.get("/recipients").await.path, "/recipients");
    assert_eq!(there.get("/recipients").await.path, "/login?next=%2Frecipients");
    assert_eq!(other.get("/recipients").await.path, "/recipients");
    end_all(&app.db, id, None).await.unwrap();
    assert_eq!(here.get("/recipients").await.path, "/login?next=%2Frecipients");
}

/// A posted form whose last byte the client keeps to itself.
struct HeldBack {
    stream: TcpStream,
}

impl HeldBack {
    /// The form, as far as its last byte.
    async fn post(app: &TestApp, browser: &Browser, path: &str) -> Self {
        let token = browser.token().await;
        let cookies = [SESSION, "periodical_csrf"].map(|name| format!("{name}={}", browser.cookie(name).unwrap())).join("; ");
        let body = "email=rita%40example.org&full_name=Rita";
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\nX-CSRF-Token: {token}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body.as_bytes()[..body.len() - 1]).await.unwrap();
        Self { stream }
    }

    /// The answer, once the last byte is sent.
    async fn release(mut self) -> String {
        self.stream.write_all(b"a").await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

/// Once the request's session was loaded, which moves the moment it was seen last.
async fn loaded(app: &TestApp) {
    until("the session to be loaded", || async { is(app, "seen_at > now() - interval '1 minute'").await.then_some(()) }).await;
}

#[tokio::test]
async fn a_session_that_is_ended_while_its_request_is_still_coming_in_does_nothing_more() {
    let app = TestApp::without_worker().await;
    for rotates in [false, true] {
        let email = format!("una-{rotates}@example.org");
        let (id, browser) = app.signed_in(&email).await;
        browser.token().await;
        if rotates {
            rotate_all(&app.db, id).await.unwrap();
        }
        change(&app, "seen_at = now() - interval '1 hour'").await;
        let held_back = HeldBack::post(&app, &browser, "/recipients").await;
        loaded(&app).await;
        end_all(&app.db, id, None).await.unwrap();
        let answer = held_back.release().await;
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("/login?next="), "{answer}");
        assert_eq!(app.count("select count(*) from recipients").await, 0);
        assert_eq!(app.count("select count(*) from sessions where user_id is not null and expires_at > now()").await, 0, "{rotates}");
    }
}

#[tokio::test]
async fn one_session_that_is_ended_while_its_request_is_still_coming_in_does_not_go_on_under_another_cookie() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    browser.token().await;
    rotate_all(&app.db, id).await.unwrap();
    change(&app, "seen_at = now() - interval '1 hour'").await;
    let held_back = HeldBack::post(&app, &browser, "/verification").await;
    loaded(&app).await;
    // As signing out in another tab, or "sign this browser out" from elsewhere.
    change(&app, "user_id = null, entries = '{}', expires_at = now()").await;
    let answer = held_back.release().await;
    // A page for everybody, which would save the session that it was given.
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.to_lowercase().contains(&format!("set-cookie: {SESSION}")), "{answer}");
    assert_eq!(app.count("select count(*) from sessions where user_id is not null and expires_at > now()").await, 0);
}

#[tokio::test]
async fn a_sign_in_that_began_before_all_sessions_were_ended_leads_to_none() {
    let app = TestApp::without_worker().await;
    let id = app.user("una@example.org").await;
    // What a sign-in has read before it looks at the password, and what it stores afterwards.
    let credentials = periodical::users::queries::credentials(&app.db, "una@example.org").await.unwrap().unwrap();
    let entries = |epoch: i32| {
        [(session::USER_ID, serde_json::json!(id)), (session::EPOCH, serde_json::json!(epoch))]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    };
    let storage = PostgresSessions::new(app.db.clone());
    storage.update_session("stored before", &entries(credentials.session_epoch), None).await.unwrap();
    let epoch = end_all(&app.db, id, None).await.unwrap().epoch;
    storage.update_session("stored after", &entries(credentials.session_epoch), None).await.unwrap();
    assert!(storage.load_session("stored before").await.unwrap().is_none());
    assert!(storage.load_session("stored after").await.unwrap().is_none());
    // One that was stored in the very moment, with the number of before, opens nothing either.
    storage.update_session("in the moment", &entries(epoch), None).await.unwrap();
    change(&app, "entries = jsonb_set(entries, '{epoch}', '0')").await;
    let thief = Browser::without_redirects(&app.base);
    let page = thief.send(thief.request(Method::GET, "/recipients").header("cookie", format!("{SESSION}=in the moment"))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    // Signing in anew works.
    app.browser().sign_in("una@example.org").await;
}

#[tokio::test]
async fn sign_ins_with_the_old_password_do_not_outlive_its_change_however_many_are_under_way() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let knock = async || {
        for _ in 0..6 {
            let stranger = app.browser();
            stranger.submit("/login", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
        }
    };
    let change = async || {
        let fields = [("current_password", Browser::PASSWORD), ("password", "another few words")];
        browser.submit("/account/password", "/account/password", &fields).await
    };
    let ((), (), (), page) = tokio::join!(knock(), knock(), knock(), change());
    assert!(page.contains("Your password is changed"), "{}", page.text);
    let alive = "select count(*) from sessions s where user_id = $1 and expires_at > now()
                 and (entries ->> 'epoch')::int = (select epoch from session_epochs where user_id = $1)";
    let alive: i64 = sqlx::query_scalar(alive).bind(id).fetch_one(&app.db).await.unwrap();
    assert_eq!(alive, 1, "the one that changed it");
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
}

#[tokio::test]
async fn a_user_has_fifty_sessions_at_the_most_and_the_most_silent_goes() {
    let app = TestApp::without_worker().await;
    let id = app.user("una@example.org").await;
    let many = "insert into sessions (id_hash, user_id, entries, expires_at, seen_at)
                select sha256(n::text::bytea), $1, jsonb_build_object('user_id', $1, 'agent', 'Browser ' || n), now() + interval '1 day',
                       now() - n * interval '1 hour'
                from generate_series(1, 60) n";
    sqlx::query(many).bind(id).execute(&app.db).await.unwrap();
    let browser = app.browser();
    browser.sign_in("una@example.org").await;
    let alive = "select count(*) from sessions where user_id is not null and expires_at > now()";
    assert_eq!(app.count(alive).await, session::AT_MOST);
    assert_eq!(app.count("select count(*) from sessions where entries ->> 'agent' = 'Browser 50'").await, 0);
    assert_eq!(app.count("select count(*) from sessions where entries ->> 'agent' = 'Browser 49'").await, 1);
    assert_eq!(browser.get("/account/sessions").await.status, StatusCode::OK);
}

//! Links of account mails: cut short, made up, expired, used, of somebody else.

use reqwest::{Method, StatusCode};

use super::{accounts, assert_clear};
use crate::support::{Browser, Page, TestApp, until};

/// The path in the latest mail to an address that begins with `place`.
pub async fn link(app: &TestApp, email: &str, place: &str) -> String {
    until("a link", || async {
        let mails = app.mails();
        let mail = mails.iter().rev().find(|mail| mail.to.iter().any(|to| to == email) && text(&mail.data).contains(place))?;
        let token: String = text(&mail.data).split_once(place)?.1.chars().take_while(char::is_ascii_hexdigit).collect();
        Some(format!("{place}{token}"))
    })
    .await
}

fn text(mail: &[u8]) -> String {
    String::from_utf8_lossy(mail).replace("=\r\n", "").replace("=3D", "=")
}

const PLACES: [&str; 3] = ["/verify/", "/password/reset/", "/account/email/"];

/// One live link of each kind: a registration's (its password chosen behind it), a reset's, and a change of address.
pub async fn live_links(app: &TestApp) -> [String; 3] {
    let register = [("email", "new@example.org"), ("full_name", "Nora New"), ("password", Browser::PASSWORD)];
    app.is_set_up().await;
    app.browser().submit("/register", "/register", &register).await;
    app.browser().submit("/verification", "/verification", &[("email", "new@example.org")]).await;
    let (_, una) = app.signed_in("una@example.org").await;
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "una@example.org")]).await;
    let change = [("email", "una@elsewhere.example"), ("password", Browser::PASSWORD)];
    una.submit("/account/email", "/account/email", &change).await;
    // The registration's own link confirms at once; the repeated one asks for a password.
    let verify = until("the second link", || async {
        let mails = app.mails();
        let found: Vec<_> = mails.iter().filter(|mail| text(&mail.data).contains("/verify/")).collect();
        (found.len() == 2).then_some(())?;
        let tokens = sqlx::query_scalar::<_, i64>(
            "select count(*) from user_tokens where token_hash is not null and password_hash is null and purpose = 'verification'",
        );
        (tokens.fetch_one(&app.db).await.unwrap() == 1).then_some(())?;
        let mut links = Vec::new();
        for mail in found {
            let token: String = text(&mail.data).split_once("/verify/")?.1.chars().take_while(char::is_ascii_hexdigit).collect();
            links.push(format!("/verify/{token}"));
        }
        for link in links {
            let hash = periodical::users::jobs::token_hash(link.trim_start_matches("/verify/"));
            let query = "select exists (select from user_tokens where token_hash = $1 and password_hash is null)";
            if sqlx::query_scalar(query).bind(hash.to_vec()).fetch_one(&app.db).await.unwrap() {
                return Some(link);
            }
        }
        None
    })
    .await;
    [verify, link(app, "una@example.org", PLACES[1]).await, link(app, "una@elsewhere.example", PLACES[2]).await]
}

/// Opens a link and presses what stands behind it, whatever the page offers.
async fn follow(app: &TestApp, path: &str) -> [Page; 2] {
    let browser = app.browser();
    let shown = browser.get(path).await;
    let token = browser.token().await;
    let fields = [("csrf_token", token.as_str()), ("password", "another few words")];
    let pressed = browser.send(browser.request(Method::POST, path).form(&fields)).await;
    [shown, pressed]
}

#[tokio::test]
async fn a_link_that_was_cut_short_changed_or_made_up_does_nothing() {
    let app = TestApp::start().await;
    let links = live_links(&app).await;
    let before = accounts(&app).await;
    for (link, place) in links.iter().zip(PLACES) {
        let token = link.strip_prefix(place).unwrap();
        let last = if token.ends_with('0') { "1" } else { "0" };
        let changed = format!("{}{last}", &token[..63]);
        let long = "a".repeat(8_000);
        let damaged = [
            &token[..63],
            &token[..1],
            &changed,
            &format!("{token}0"),
            &token.to_uppercase(),
            "%00",
            "%ff%fe",
            "%27%20or%201=1",
            "..%2f",
            &long,
        ];
        for token in damaged.into_iter().filter(|damaged| *damaged != token) {
            for page in follow(&app, &format!("{place}{token}")).await {
                assert_clear(&page, &format!("{place}{token:.80}"));
                assert_ne!(page.status, StatusCode::OK, "{place}{token:.80}: {}", page.text);
            }
        }
        // A good token at another kind's place is nobody's.
        for elsewhere in PLACES.into_iter().filter(|elsewhere| *elsewhere != place) {
            for page in follow(&app, &format!("{elsewhere}{token}")).await {
                assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{elsewhere} with a token of {place}");
            }
        }
    }
    assert_eq!(accounts(&app).await, before);
    // They were good all the time.
    for link in &links {
        assert_eq!(app.browser().get(link).await.status, StatusCode::OK, "{link}");
    }
}

#[tokio::test]
async fn a_link_that_has_expired_does_nothing() {
    let app = TestApp::start().await;
    let links = live_links(&app).await;
    sqlx::query("update user_tokens set expires_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    let before = accounts(&app).await;
    for link in &links {
        for page in follow(&app, link).await {
            assert_clear(&page, link);
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{link}");
        }
    }
    assert_eq!(accounts(&app).await, before);
}

#[tokio::test]
async fn a_link_that_was_used_does_nothing_more() {
    let app = TestApp::start().await;
    let links = live_links(&app).await;
    for link in &links {
        let [_, pressed] = follow(&app, link).await;
        assert_clear(&pressed, link);
        let before = accounts(&app).await;
        for page in follow(&app, link).await {
            assert_clear(&page, link);
        }
        assert_eq!(accounts(&app).await, before, "{link}");
    }
}

#[tokio::test]
async fn a_link_of_somebody_else_changes_nothing_for_whoever_opens_it() {
    let app = TestApp::start().await;
    let [_, reset, change] = live_links(&app).await;
    let (otto, browser) = app.signed_in("otto@example.org").await;
    let own = "select (to_jsonb(u) - 'last_signed_in_at')::text from users u where id = $1";
    let before: String = sqlx::query_scalar(own).bind(otto).fetch_one(&app.db).await.unwrap();
    // The change kills the reset, which went to the address that was left.
    for link in [&change, &reset] {
        let token = browser.token().await;
        let fields = [("csrf_token", token.as_str()), ("password", "another few words")];
        let page = browser.send(browser.request(Method::POST, link).form(&fields)).await;
        assert_clear(&page, link);
    }
    assert_eq!(sqlx::query_scalar::<_, String>(own).bind(otto).fetch_one(&app.db).await.unwrap(), before);
    // Una's link has done what it is for, to Una, and her password is what it was.
    assert_eq!(app.count("select count(*) from users where email = 'una@elsewhere.example'").await, 1);
    app.browser().sign_in("una@elsewhere.example").await;
}

//! Accounts in the hands of administrators.

use periodical::{mailings::runs, users::rights};
use reqwest::{Method, StatusCode};

use super::{at_once, entry, sessions, trail};
use crate::support::{Browser, Page, TestApp, until};

const SESSION: &str = "periodical_session";

async fn save(browser: &Browser, id: i64, changes: &[(&str, &str)]) -> Page {
    let path = format!("/admin/users/{id}");
    let fields = browser.get(&path).await;
    // The first form of that address is the edit form.
    browser.post(&path, fields.form(&path), changes).await
}

/// Deletes an account, the address typed into the form.
async fn delete(browser: &Browser, id: i64, typed: &str) -> Page {
    let token = browser.token().await;
    let fields = vec![("csrf_token".to_owned(), token), ("_method".to_owned(), "delete".to_owned())];
    browser.post(&format!("/admin/users/{id}"), fields, &[("email", typed)]).await
}

async fn roles(app: &TestApp, id: i64) -> Vec<String> {
    sqlx::query_scalar("select role from user_roles where user_id = $1 order by role").bind(id).fetch_all(&app.db).await.unwrap()
}

#[tokio::test]
async fn whoever_gets_an_account_chooses_the_password_behind_a_link() {
    let app = TestApp::start().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let fields = [("email", "mia@example.org"), ("full_name", "Mia Manager"), ("roles", "manager"), ("roles", "manager")];
    let page = ada.submit("/admin/users/new", "/admin/users", &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let id = app.count("select id from users where email = 'mia@example.org'").await;
    assert_eq!((page.path.as_str(), roles(&app, id).await), (format!("/admin/users/{id}").as_str(), vec!["manager".to_owned()]));
    let mail = app.mail_to("mia@example.org").await;
    assert!(mail.contains("an administrator has made an account"), "{mail}");

    // A stranger who registers the address meanwhile does not choose the password of an account with a role.
    let fields = [("email", "mia@example.org"), ("full_name", "Eve"), ("password", "the stranger's password")];
    app.browser().submit("/register", "/register", &fields).await;
    let links = async |count: usize| {
        until("the links", || async {
            let mails = app.mails();
            let texts = mails.iter().filter(|mail| mail.to == ["mia@example.org"]);
            let text: String = texts.map(|mail| String::from_utf8_lossy(&mail.data).replace("=\r\n", "").replace("=3D", "=")).collect();
            let mut links: Vec<String> = text.match_indices("/verify/").map(|(at, _)| text[at..at + 72].to_owned()).collect();
            links.dedup();
            let mut each: Vec<String> = Vec::new();
            for link in links {
                if !each.contains(&link) {
                    each.push(link);
                }
            }
            (each.len() == count).then_some(each)
        })
        .await
    };
    let links = links(2).await;
    for link in &links {
        let page = app.browser().get(link).await;
        assert_eq!(page.text_of("h1").unwrap(), "Choose your password", "{link}");
    }
    let chosen = "chosen by the owner";
    let page = app.browser().submit(&links[1], &links[1], &[("password", chosen)]).await;
    assert_eq!(page.path, "/login");
    let sign_in = async |password: &str| {
        app.browser().submit("/login", "/login", &[("email", "mia@example.org"), ("password", password)]).await.status
    };
    assert_eq!(sign_in("the stranger's password").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(chosen).await, StatusCode::OK);
    assert_eq!(trail(&app).await, [entry("ada@example.org", "create_user", "mia@example.org", "")]);
}

#[tokio::test]
async fn a_stranger_who_registers_an_invited_address_chooses_neither_its_password_nor_its_name() {
    let app = TestApp::start().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    // Without a role, and one whose address an administrator has put in place of an unconfirmed one.
    for (typed, email) in [("uwe@example.org", "uwe@example.org"), ("typo@example.org", "una@example.org")] {
        ada.submit("/admin/users/new", "/admin/users", &[("email", typed), ("full_name", "Invited")]).await;
        let id = app.count(&format!("select id from users where email = '{typed}'")).await;
        if typed != email {
            sqlx::query("update users set invited_at = null where id = $1").bind(id).execute(&app.db).await.unwrap();
            save(&ada, id, &[("email", email)]).await;
        }
        app.nth_link(email, "/verify/", 1).await;
        let fields = [("email", email), ("full_name", "Eve http://evil.example"), ("password", "the stranger's password")];
        app.browser().submit("/register", "/register", &fields).await;
        let strangers = app.nth_link(email, "/verify/", 2).await;
        // A mail program that looks at links confirms nothing.
        let page = app.browser().get(&strangers).await;
        assert_eq!(page.text_of("h1").unwrap(), "Choose your password");
        let is_verified = format!("select count(*) from users where id = {id} and verified_at is not null");
        assert_eq!(app.count(&is_verified).await, 0);

        app.browser().submit(&strangers, &strangers, &[("password", "chosen by the owner")]).await;
        let sign_in =
            async |password: &str| app.browser().submit("/login", "/login", &[("email", email), ("password", password)]).await.status;
        assert_eq!(sign_in("the stranger's password").await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sign_in("chosen by the owner").await, StatusCode::OK);
        let name: String = sqlx::query_scalar("select full_name from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap();
        assert_eq!(name, "Invited");
    }
}

#[tokio::test]
async fn a_bad_account_comes_back_with_its_text_and_every_error() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    app.user("taken@example.org").await;
    let fields = [("email", "no address"), ("full_name", "  "), ("roles", "root"), ("roles", "manager")];
    let page = ada.submit("/admin/users/new", "/admin/users", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["email", "full_name", "roles"] {
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    assert!(page.contains("no address"));
    assert_eq!(page.count("input[name=roles][value=manager][checked]"), 1, "what was ticked stays ticked");

    let fields = [("email", "TAKEN@example.org"), ("full_name", "Tina")];
    let page = ada.submit("/admin/users/new", "/admin/users", &fields).await;
    assert_eq!((page.status, page.error("email").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let page = save(&ada, ada_id, &[("email", "Taken@example.org")]).await;
    assert_eq!((page.status, page.error("email").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let page = save(&ada, ada_id, &[("roles", "admin"), ("roles", "superuser")]).await;
    assert_eq!((page.status, page.error("roles").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    assert_eq!(app.count("select count(*) from users").await, 2);
    assert_eq!(trail(&app).await, []);
    assert_eq!(save(&ada, ada_id, &[("email", "ADA@example.org")]).await.status, StatusCode::OK, "another case of one's own address");
}

#[tokio::test]
async fn other_roles_give_the_users_sessions_other_cookies_and_the_right_at_once() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let before = browser.cookie(SESSION).unwrap();
    let page = save(&ada, una, &[("roles", "manager"), ("roles", "editor"), ("roles", "manager")]).await;
    assert_eq!((page.status, roles(&app, una).await), (StatusCode::OK, vec!["editor".into(), "manager".into()]));
    assert_eq!(browser.get("/users").await.status, StatusCode::OK);
    let after = browser.cookie(SESSION).unwrap();
    assert_ne!(after, before);
    // The old cookie is worth nothing.
    let old = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = old.get(format!("{}/users", app.base)).header("cookie", format!("{SESSION}={before}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);

    // Saving the same changes nothing.
    save(&ada, una, &[]).await;
    browser.get("/").await;
    assert_eq!(browser.cookie(SESSION).unwrap(), after);
    save(&ada, una, &[("roles", "editor")]).await;
    assert_eq!(browser.get("/users").await.status, StatusCode::FORBIDDEN);
    browser.get("/").await;
    assert_ne!(browser.cookie(SESSION).unwrap(), after);
    let trail = ada.get("/admin/audit").await.texts("#audit tbody tr");
    assert!(trail[1].ends_with("Given: Manager, Editor") && trail[0].ends_with("Taken: Manager"), "{trail:?}");
}

#[tokio::test]
async fn an_administrator_who_changes_their_own_roles_goes_on_under_another_cookie() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    app.signed_in_as("bob@example.org", "admin").await;
    let before = ada.cookie(SESSION).unwrap();
    let page = save(&ada, ada_id, &[("roles", "admin"), ("roles", "editor")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, format!("/admin/users/{ada_id}").as_str()));
    assert_ne!(ada.cookie(SESSION).unwrap(), before);
    // Whoever gives the role back is led where they may be.
    let page = save(&ada, ada_id, &[("roles", "editor")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/"));
    assert_eq!(ada.get("/admin/users").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn another_address_is_told_to_both_and_links_that_went_to_the_old_one_are_dead() {
    let app = TestApp::start().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let una = app.user("una@example.org").await;
    let token =
        "insert into user_tokens (user_id, purpose, token_hash, expires_at) values ($1, 'password_reset', 'x', now() + interval '1 hour')";
    sqlx::query(token).bind(una).execute(&app.db).await.unwrap();
    let page = save(&ada, una, &[("email", "una@example.com"), ("full_name", "Una Other")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (old, new) = (app.mail_to("una@example.org").await, app.mail_to("una@example.com").await);
    assert!(old.contains("another address. This one no longer signs in"), "{old}");
    assert!(new.contains("made this the address of your account"), "{new}");
    assert_eq!(app.count("select count(*) from user_tokens where expires_at > now()").await, 0);
    app.browser().sign_in("una@example.com").await;
    let (_, action, subject, _) = trail(&app).await.remove(0);
    assert_eq!((action.as_str(), subject.as_str()), ("edit_user", "una@example.org"));

    // Nobody has confirmed this one yet: the link goes to the new address.
    let fields = [("email", "typo@example.org"), ("full_name", "Tina")];
    let page = ada.submit("/admin/users/new", "/admin/users", &fields).await;
    let id: i64 = page.path.rsplit('/').next().unwrap().parse().unwrap();
    save(&ada, id, &[("email", "tina@example.org")]).await;
    assert!(app.mail_to("tina@example.org").await.contains("/verify/"));
}

#[tokio::test]
async fn the_last_administrator_keeps_role_and_account_and_is_told_why() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    // Neither somebody blocked nor somebody unconfirmed could give roles.
    for (email, change) in [("bob@example.org", "blocked_at = now()"), ("eve@example.org", "verified_at = null")] {
        let id = app.user(email).await;
        periodical::users::queries::grant_role(&app.db, id, "admin").await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("update users set {change} where id = {id}"))).execute(&app.db).await.unwrap();
    }
    let page = save(&ada, ada_id, &[("roles", "manager")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("roles").unwrap().contains("last administrator"), "{}", page.text);
    let page = delete(&ada, ada_id, "ada@example.org").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(roles(&app, ada_id).await, ["admin"]);
    assert_eq!(trail(&app).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_remove_each_other_at_once_one_stays() {
    for way in ["roles", "delete"] {
        let app = TestApp::without_worker().await;
        let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
        let (bob_id, bob) = app.signed_in_as("bob@example.org", "admin").await;
        let remove = async |browser: &Browser, id: i64, email: &str| match way {
            "roles" => {
                let token = browser.token().await;
                let path = format!("/admin/users/{id}");
                let edition = browser.get(&path).await.attr("input[name=edition]", "value").unwrap();
                let fields =
                    vec![("csrf_token".to_owned(), token), ("_method".to_owned(), "put".to_owned()), ("edition".to_owned(), edition)];
                browser.post(&path, fields, &[("email", email), ("full_name", "Una User")]).await
            }
            _ => delete(browser, id, email).await,
        };
        let (first, second) = at_once(&app, remove(&ada, bob_id, "bob@example.org"), remove(&bob, ada_id, "ada@example.org")).await;
        assert!([&first, &second].iter().all(|page| !page.status.is_server_error()), "{way}: {} {}", first.text, second.text);
        let left = "select count(*) from user_roles r join users u on u.id = r.user_id where r.role = 'admin' and u.blocked_at is null";
        assert_eq!(app.count(left).await, 1, "{way}");
    }
}

#[tokio::test]
async fn an_account_is_deleted_with_everything_once_its_address_was_typed() {
    let mut app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (una, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(una, 30).await;
    let mailing = app.due_mailing(una).await;
    runs::run_due(&app.app, mailing).await.unwrap();
    let card = ada.get(&format!("/admin/users/{una}")).await.text_of("#deletion").unwrap();
    assert!(card.contains("30 recipients, 1 message, 1 mailing and 1 attempt with"), "{card}");

    for typed in ["", "una@example.com", "ada@example.org"] {
        let page = delete(&ada, una, typed).await;
        assert_eq!((page.status, page.error("email").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true), "{typed}");
    }
    assert_eq!(delete(&ada, ada_id, "ada@example.org").await.status, StatusCode::UNPROCESSABLE_ENTITY, "not one's own");
    let page = delete(&ada, una, " UNA@example.org ").await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/admin/users"));
    assert_eq!((page.rows("user"), sessions(&app, una).await), (vec![ada_id], 0));
    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    assert_eq!(delete(&ada, una, "una@example.org").await.status, StatusCode::NOT_FOUND);
    assert_eq!(trail(&app).await, [entry("ada@example.org", "delete_user", "una@example.org", "")]);
    app.start_worker();
    until("the rows' end", || async {
        let left = "select (select count(*) from users) + (select count(*) from recipients) + (select count(*) from deliveries)";
        (app.count(left).await == 1).then_some(())
    })
    .await;
    assert!(app.mails().iter().all(|mail| mail.to == ["una@example.org"]), "nothing of the mailing went out");
}

#[tokio::test]
async fn an_administrator_lets_somebody_in_who_has_lost_the_second_factor_and_ends_sessions() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (una, browser) = app.signed_in("una@example.org").await;
    for query in [
        "update users set totp_secret = 'x', totp_enabled_at = now(), totp_last_step = 7 where id = $1",
        "insert into recovery_codes (user_id, code_hash) values ($1, 'x')",
    ] {
        sqlx::query(query).bind(una).execute(&app.db).await.unwrap();
    }
    let path = format!("/admin/users/{una}");
    let page = ada.submit(&path, &format!("{path}/two-factor"), &[]).await;
    assert!(page.contains("Two-factor sign-in is off"), "{}", page.text);
    assert_eq!(page.count(&format!("form[action='{path}/two-factor']")), 0);
    let left = "select count(*) from users where totp_secret is not null or totp_enabled_at is not null or totp_last_step is not null";
    assert_eq!(app.count(left).await + app.count("select count(*) from recovery_codes").await, 0);
    assert_eq!(sessions(&app, una).await, 1);

    ada.submit(&path, &format!("{path}/sessions"), &[]).await;
    assert_eq!(sessions(&app, una).await, 0);
    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    let actions: Vec<String> = trail(&app).await.into_iter().map(|entry| entry.1).collect();
    assert_eq!(actions, ["switch_off_two_factor", "end_sessions"]);
    for path in ["/admin/users/999999/two-factor", "/admin/users/999999/sessions"] {
        assert_eq!(ada.htmx_request(Method::DELETE, path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_the_roles_may_do_stands_where_roles_are_given() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    for path in ["/admin/users/new".to_owned(), format!("/admin/users/{ada_id}")] {
        let rows = ada.get(&path).await.texts("#rights tbody tr");
        assert_eq!(rows.len(), rights::TABLE.len(), "{path}");
        assert!(rows.contains(&"Block and unblock users, with a reasonyesyes".to_owned()), "{rows:?}");
    }
}

#[tokio::test]
async fn administrators_change_their_own_address_and_second_factor_where_the_password_is_asked_for() {
    let app = TestApp::without_worker().await;
    let (ada_id, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let enable = "update users set totp_secret = 'x', totp_enabled_at = now() where id = $1";
    sqlx::query(enable).bind(ada_id).execute(&app.db).await.unwrap();
    let page = save(&ada, ada_id, &[("email", "other@example.org"), ("full_name", "Ada Other")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("email").unwrap().contains("under “Your account”"), "{}", page.text);

    let path = format!("/admin/users/{ada_id}");
    let page = ada.get(&path).await;
    assert_eq!(page.count(&format!("form[action='{path}/two-factor']")), 0);
    assert!(page.contains("is switched off under “Your account”"), "{}", page.text);
    let fields = vec![("csrf_token".to_owned(), ada.token().await), ("_method".to_owned(), "delete".to_owned())];
    let page = ada.post(&format!("{path}/two-factor"), fields, &[]).await;
    assert!(page.text_of(".alert-danger").unwrap().contains("under “Your account”"), "{}", page.text);
    let unchanged = "select count(*) from users where email = 'ada@example.org' and full_name = 'Una User' and totp_enabled_at is not null";
    assert_eq!((app.count(unchanged).await, trail(&app).await), (1, vec![]));
    // The name asks for nothing there, nor here.
    assert_eq!(save(&ada, ada_id, &[("full_name", "Ada Other")]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn of_two_administrators_who_edit_one_account_the_second_reads_what_the_first_has_saved() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (_, bob) = app.signed_in_as("bob@example.org", "admin").await;
    let una = app.user("una@example.org").await;
    let path = format!("/admin/users/{una}");
    let old = bob.get(&path).await.form(&path);
    save(&ada, una, &[("roles", "manager"), ("full_name", "Una <Other>")]).await;
    let page = bob.post(&path, old.clone(), &[("full_name", "Una Third")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    let words = page.text_of(".card .alert-warning").unwrap();
    assert!(words.contains("Stored now: una@example.org, Una <Other>, Manager."), "{words}");
    assert_eq!(page.attr("#full_name", "value").unwrap(), "Una Third", "what was typed stays");
    assert_eq!(roles(&app, una).await, ["manager"]);
    // Once more, in the knowledge of it.
    let page = bob.post(&path, page.form(&path), &[]).await;
    assert_eq!((page.status, roles(&app, una).await.len()), (StatusCode::OK, 0));
    // The same form twice, by a double click, is saved once.
    assert_eq!(bob.post(&path, old, &[("full_name", "Una Third")]).await.status, StatusCode::OK);
    assert_eq!(app.count("select count(*) from users where full_name = 'Una Third'").await, 1);

    // What the owner has changed meanwhile is not lost either.
    let old = ada.get(&path).await.form(&path);
    sqlx::query("update users set email = 'una@example.net' where id = $1").bind(una).execute(&app.db).await.unwrap();
    assert_eq!(ada.post(&path, old, &[("roles", "editor")]).await.status, StatusCode::CONFLICT);
    assert_eq!(app.count("select count(*) from users where email = 'una@example.net'").await, 1);
}

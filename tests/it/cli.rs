//! The built binary's commands, each a process of its own.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use periodical::mailings::runs;

use crate::support::{Browser, TestApp};

/// Runs a command of the built binary to its end.
async fn run(command: Command, input: &str) -> Output {
    let (mut command, input) = (command, input.to_owned());
    tokio::task::spawn_blocking(move || {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    })
    .await
    .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn send_delivers_a_mailing_from_the_shell_without_any_worker() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 20).await;
    let mailing = app.due_mailing(user).await;
    let sent = run(app.command(&["send", &mailing.to_string()]), "").await;
    assert!(sent.status.success(), "{}", said(&sent));
    assert!(said(&sent).contains("20 of 20 sent"), "{}", said(&sent));
    assert_eq!(app.mails().len(), 20);

    let unknown = run(app.command(&["send", "999999"]), "").await;
    assert!(!unknown.status.success());
    assert_eq!(said(&unknown), "periodical: there is no mailing 999999\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn send_due_delivers_what_is_due_and_what_was_left_and_nothing_else() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["one@example.org", "bad-550@example.org"]).await;
    let nothing = run(app.command(&["send", "--due"]), "").await;
    assert!(nothing.status.success() && said(&nothing).contains("Nothing is due"), "{}", said(&nothing));

    let left = app.due_mailing(user).await;
    runs::run_due(&app.app, left).await.unwrap();
    app.due_mailing(user).await;
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    app.mailing(user, "once", tomorrow, tomorrow + time::Duration::days(1)).await;
    let sent = run(app.command(&["send", "--due"]), "").await;
    assert!(!sent.status.success(), "somebody did not get it, and cron should know");
    assert_eq!(app.delivered(), ["one@example.org", "one@example.org"], "{}", said(&sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn send_due_starts_the_others_where_one_mailing_is_spoiled_and_says_which() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["one@example.org"]).await;
    let spoiled = app.due_mailing(user).await;
    sqlx::query("update mailings set time_zone = 'Nowhere/Land'").execute(&app.db).await.unwrap();
    app.due_mailing(user).await;
    let sent = run(app.command(&["send", "--due"]), "").await;
    assert!(!sent.status.success() && said(&sent).contains(&format!("Mailing {spoiled} could not be started")), "{}", said(&sent));
    assert_eq!(app.delivered(), ["one@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn send_due_closes_an_attempt_whose_process_died_just_before_it_would_have() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["one@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    for query in [
        "update deliveries set state = 'sent', tries = 1, settled_at = now()",
        "update slices set claimable_at = null",
        "update attempts set sent = 1",
        "update mailings set next_run_at = now() + interval '1 day'",
    ] {
        sqlx::query(query).execute(&app.db).await.unwrap();
    }
    let sent = run(app.command(&["send", "--due"]), "").await;
    assert!(sent.status.success(), "{}", said(&sent));
    assert_eq!(app.figures(attempt).await.unwrap().status, "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_every_status_and_loading_it_twice_gives_the_same() {
    let app = TestApp::without_worker().await;
    let figures = async || -> Vec<(String, i64)> {
        let query = "select 'users', count(*) from users union all select 'recipients', count(*) from recipients
                     union all select 'messages', count(*) from messages union all select 'mailings', count(*) from mailings
                     union all select 'attempts', count(*) from attempts union all select 'deliveries', count(*) from deliveries
                     union all select 'entries', count(*) from audit_entries
                     union all select 'jobs', count(*) from graphile_worker.jobs union all select 'sent', sum(sent) from attempts order by 1";
        sqlx::query_as(query).fetch_all(&app.db).await.unwrap()
    };
    let first = run(app.command(&["seed"]), "").await;
    assert!(first.status.success(), "{}", said(&first));
    let once = figures().await;
    assert!(
        once.contains(&("recipients".into(), 236)) && once.contains(&("users".into(), 6)) && once.contains(&("entries".into(), 4)),
        "{once:?}"
    );
    let second = run(app.command(&["seed"]), "").await;
    assert!(second.status.success(), "{}", said(&second));
    assert_eq!(figures().await, once);

    let statuses: Vec<String> =
        sqlx::query_scalar("select distinct status from mailings union select distinct status from attempts order by 1")
            .fetch_all(&app.db)
            .await
            .unwrap();
    assert_eq!(statuses, ["completed", "created", "failed", "partial", "running", "succeeded"]);
    let page = app.browser().submit("/login", "/login", &[("email", "demo@periodical.example"), ("password", "periodical demo")]).await;
    assert_eq!(page.text_of("h1").unwrap(), "Hello, Dora Demo");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_made_in_the_shell_can_sign_in_and_has_its_role() {
    let app = TestApp::without_worker().await;
    let made =
        run(app.command(&["create-admin", "--email", "root@example.org", "--password-stdin"]), &format!("{}\n", Browser::PASSWORD)).await;
    assert!(made.status.success(), "{}", said(&made));
    app.browser().sign_in("root@example.org").await;
    let role: String = sqlx::query_scalar("select role from user_roles").fetch_one(&app.db).await.unwrap();
    assert_eq!(role, "admin");
    let recorded: (Option<i64>, String, String, String) =
        sqlx::query_as("select actor_id, actor, action, subject from audit_entries").fetch_one(&app.db).await.unwrap();
    assert_eq!(recorded, (None, "shell".into(), "create_user".into(), "root@example.org".into()));

    for (arguments, input, expected) in [
        (["create-manager", "--email", "no address", "--password-stdin"], "a few words in a row\n", "--email: "),
        (["create-manager", "--email", "max@example.org", "--password-stdin"], "short\n", "password: "),
    ] {
        let refused = run(app.command(&arguments), input).await;
        assert!(!refused.status.success() && said(&refused).contains(expected), "{}", said(&refused));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_locked_out_gets_back_in_from_the_shell_and_nobody_stays_signed_in() {
    let app = TestApp::without_worker().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let mailing = app.due_mailing(una).await;
    for query in [
        "update users set blocked_at = now(), blocked_reason = 'Spam', totp_secret = 'x', totp_enabled_at = now() where id = $1",
        "insert into recovery_codes (user_id, code_hash) values ($1, 'x')",
        "insert into user_tokens (user_id, purpose, token_hash, expires_at) values ($1, 'password_reset', 'x', now() + interval '1 hour')",
    ] {
        sqlx::query(query).bind(una).execute(&app.db).await.unwrap();
    }
    sqlx::query("delete from graphile_worker._private_jobs").execute(&app.db).await.unwrap();
    let password = "another few words in a row";
    let command = ["create-manager", "--email", "Una@example.org", "--password-stdin"];
    let made = run(app.command(&command), &format!("{password}\n")).await;
    let words = said(&made);
    assert!(made.status.success() && words.contains("its sessions have ended") && words.contains("It was blocked"), "{words}");
    assert!(words.contains("--reset-two-factor") && !words.contains(password), "{words}");
    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    assert!(app.job_of(mailing).await.is_some(), "unblocked, the mailing goes on");
    assert_eq!(app.count("select count(*) from user_tokens where expires_at > now()").await, 0);
    assert_eq!(app.count("select count(*) from recovery_codes").await, 1, "nobody asked for that");

    let command = [&command[..], &["--reset-two-factor"]].concat();
    let again = run(app.command(&command), &format!("{password}\n")).await;
    assert!(said(&again).contains("Two-factor sign-in is off."), "{}", said(&again));
    assert_eq!(app.count("select count(*) from recovery_codes").await, 0);
    let page = app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", password)]).await;
    assert_eq!((page.status, page.path.as_str()), (reqwest::StatusCode::OK, "/"));
    let actions: Vec<String> =
        sqlx::query_scalar("select action from audit_entries where actor = 'shell' order by id").fetch_all(&app.db).await.unwrap();
    assert_eq!(actions, ["unblock_user", "change_roles", "set_password", "set_password", "switch_off_two_factor"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_in_words_what_is_wrong() {
    let app = TestApp::without_worker().await;
    let well = run(app.command(&["check"]), "").await;
    assert!(well.status.success(), "{}", said(&well));
    app.faults().set_greeting(554);
    let refused = run(app.command(&["check"]), "").await;
    assert!(!refused.status.success() && said(&refused).contains("554"), "{}", said(&refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_setting_stops_the_start_with_one_line_that_names_it() {
    let app = TestApp::without_worker().await;
    for (setting, value) in [
        ("LISTEN", "8080"),
        ("DATABASE_URL", "mysql://secret-password@x/y"),
        ("SMTP_URL", "http://secret-password@x"),
        ("PUBLIC_URL", "mail.example.org"),
        ("SECRET_KEY", "secret-password"),
        ("MAIL_FROM", "nobody"),
        ("SMTP_CONNECTIONS", "0"),
        ("WORKER_CONCURRENCY", "many"),
        ("SECRET_KEY", ""),
        ("MAIL_FROM", ""),
        ("SMTP_CA_FILE", "/nowhere.pem"),
        ("RUST_LOG", "periodical=loud"),
        ("FORWARDED_HEADER", "x-client-ip"),
        ("REDIS_URL", "http://secret-password@x"),
        ("REDIS_URL", "redis://:secret-password@x/database"),
        ("METRICS_TOKEN", "secret-password"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy.example.org"),
    ] {
        let mut command = app.command(&["check"]);
        command.env(setting, value);
        let output = run(command, "").await;
        let said = said(&output);
        assert!(!output.status.success() && said.starts_with(&format!("periodical: {setting}")), "{setting}={value}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains("secret-password"), "{said}");
    }
    let mut command = app.command(&["serve"]);
    command.env("PUBLIC_URL", "https://mail.example.org").env("SMTP_URL", "");
    assert!(said(&run(command, "").await).starts_with("periodical: SMTP_URL"), "nobody's mail is shown to strangers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_says_which_setting_to_change() {
    let app = TestApp::without_worker().await;
    let mut command = app.command(&["serve"]);
    command.env("LISTEN", app.base.trim_start_matches("http://"));
    let output = run(command, "").await;
    assert!(!output.status.success() && said(&output).contains("Set LISTEN"), "{}", said(&output));
}

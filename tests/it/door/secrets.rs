//! What the built binary says, at its most talkative, of passwords, keys, cookies and tokens: nothing.

use std::{
    io::Read,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
};

use periodical::mail::server::{Received, ServerOptions, SmtpServer};
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::support::{Browser, TestApp, until};

const DATABASE_PASSWORD: &str = "dbpassword4711";
const SMTP_PASSWORD: &str = "smtppassword4712";
const SECRET_KEY: &str = "secretkey4713-secretkey4713-secretkey4713";
const OLD_SECRET_KEY: &str = "oldsecretkey4714-oldsecretkey4714-oldsecretkey4714";
const PASSWORD: &str = "password 4715 of una";

/// A process and all it says; killed with the test.
struct Talker {
    child: Child,
    said: Arc<Mutex<Vec<u8>>>,
}

impl Talker {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let pipes: [Box<dyn Read + Send>; 2] = [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for mut pipe in pipes {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = pipe.read(&mut bytes) {
                    said.lock().unwrap().extend_from_slice(&bytes[..count]);
                }
            });
        }
        Self { child, said }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&self.said.lock().unwrap()).into_owned()
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn says_none_of(said: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!secret.is_empty());
        assert_eq!(said.lines().find(|line| line.contains(secret)), None, "{secret}");
    }
}

/// An address that nobody listens at yet.
async fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

/// The database's address with a password that is not asked for.
fn with_password(app: &TestApp) -> String {
    let command = app.command(&[]);
    let url = command.get_envs().find(|(name, _)| *name == "DATABASE_URL").unwrap().1.unwrap().to_str().unwrap().to_owned();
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}password={DATABASE_PASSWORD}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_logs_everything_says_no_secret() {
    let app = TestApp::without_worker().await;
    let mails = Arc::new(Mutex::new(Vec::<Received>::new()));
    let sink = Arc::clone(&mails);
    let options = ServerOptions { credentials: Some(("mailer".into(), SMTP_PASSWORD.into())), ..ServerOptions::default() };
    let smtp =
        SmtpServer::start(TcpListener::bind("127.0.0.1:0").await.unwrap(), options, move |mail| sink.lock().unwrap().push(mail)).await;
    let address = free_address().await;
    let base = format!("http://{address}");
    let mut command = app.command(&[]);
    command
        .env("DATABASE_URL", with_password(&app))
        .env("SMTP_URL", format!("smtp://mailer:{SMTP_PASSWORD}@{}?tls=none", smtp.address()))
        .env("SECRET_KEY", SECRET_KEY)
        .env("SECRET_KEY_OLD", OLD_SECRET_KEY)
        .env("PUBLIC_URL", &base)
        .env("LISTEN", &address)
        .env("RUST_LOG", "trace");
    let process = Talker::start(command);
    until("the process", || async {
        reqwest::get(format!("{base}/readyz")).await.is_ok_and(|answer| answer.status().is_success()).then_some(())
    })
    .await;

    let browser = Browser::new(&base);
    app.is_set_up().await;
    let fields = [("email", "una@example.org"), ("full_name", "Una User"), ("password", PASSWORD)];
    browser.submit("/register", "/register", &fields).await;
    let token: String = until("a mail", || async {
        let mails = mails.lock().unwrap();
        let text = String::from_utf8_lossy(&mails.first()?.data).replace("=\r\n", "");
        Some(text.split_once("/verify/")?.1.chars().take_while(char::is_ascii_hexdigit).collect())
    })
    .await;
    assert_eq!(token.len(), 64);
    browser.get(&format!("/verify/{token}")).await;
    // Addresses with tokens that lead nowhere yet are as secret.
    browser.get("/password/reset/resettoken4716").await;
    browser.get("/account/email/emailtoken4717").await;
    let wrong = [("email", "una@example.org"), ("password", "wrongpassword4718")];
    assert_eq!(browser.submit("/login", "/login", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.submit("/login", "/login", &[("email", "una@example.org"), ("password", PASSWORD)]).await;
    assert_eq!(page.path, "/", "{}", page.text);
    let (session, csrf) = (browser.cookie("periodical_session").unwrap(), browser.cookie("periodical_csrf").unwrap());
    let form_token = browser.token().await;
    browser.submit("/recipients/new", "/recipients", &[("email", "rita@example.org"), ("full_name", "Rita")]).await;
    browser.submit("/messages/new", "/messages", &[("subject", "Hello"), ("body", "body4719")]).await;
    let made = browser.submit("/account/tokens/new", "/account/tokens", &[("name", "CI"), ("password", PASSWORD)]).await;
    let api_token = made.attr("#token", "value").unwrap();
    // By a good one, and by one that is nobody's.
    for bearer in [api_token.clone(), format!("{}4720", &api_token[..52])] {
        reqwest::Client::new().get(format!("{base}/api/v1/me")).bearer_auth(bearer).send().await.unwrap();
    }
    browser.submit("/", "/logout", &[]).await;

    let said = process.said();
    assert!(said.contains("GET /verify/… answered 303"), "it does talk: {said}");
    assert!(said.contains("GET /api/v1/me answered 200") && said.contains("GET /api/v1/me answered 401"), "{said}");
    assert!(said.contains("GET /password/reset/… answered") && said.contains("GET /account/email/… answered"));
    let tokens = [&*token, "resettoken4716", "emailtoken4717", &session, &csrf, &form_token, &api_token, &api_token[4..52]];
    says_none_of(&said, &[DATABASE_PASSWORD, SMTP_PASSWORD, SECRET_KEY, OLD_SECRET_KEY, PASSWORD, "wrongpassword4718", "body4719"]);
    says_none_of(&said, &tokens);
}

async fn run(mut command: Command) -> String {
    let output: Output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output().unwrap()).await.unwrap();
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A Postgres that asks for the password and does not like it.
async fn refusing_postgres() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = [0; 1024];
            // It may ask for TLS first, which there is none of.
            let mut count = stream.read(&mut bytes).await.unwrap();
            if count == 8 {
                stream.write_all(b"N").await.unwrap();
                count = stream.read(&mut bytes).await.unwrap();
            }
            assert!(count > 8);
            // AuthenticationCleartextPassword, and once it is there an ErrorResponse.
            stream.write_all(b"R\0\0\0\x08\0\0\0\x03").await.unwrap();
            let _ = stream.read(&mut bytes).await;
            let fields = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"una\"\0\0";
            let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
            let _ = stream.write_all(&[b"E".as_slice(), &length, fields].concat()).await;
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_what_is_wrong_with_a_login_and_not_what_the_password_was() {
    let app = TestApp::without_worker().await;
    let smtp = {
        let options = ServerOptions { credentials: Some(("mailer".into(), "another".into())), ..ServerOptions::default() };
        SmtpServer::start(TcpListener::bind("127.0.0.1:0").await.unwrap(), options, |_| {}).await
    };
    let nobody = free_address().await;
    for (setting, value, expected) in [
        ("DATABASE_URL", format!("postgres://una:{DATABASE_PASSWORD}@{}/x", refusing_postgres().await), "password authentication failed"),
        ("DATABASE_URL", format!("postgres://una:{DATABASE_PASSWORD}@{nobody}/x"), "Postgres cannot be reached"),
        ("DATABASE_URL", format!("postgres://una:{DATABASE_PASSWORD}@nowhere.invalid/x"), "Postgres cannot be reached"),
        ("DATABASE_URL", format!("postgres://una:{DATABASE_PASSWORD}@{nobody}/x?sslmode={DATABASE_PASSWORD}"), "DATABASE_URL is malformed"),
        ("DATABASE_URL", format!("postgres://una:{DATABASE_PASSWORD}@{nobody}:{DATABASE_PASSWORD}/x"), "DATABASE_URL"),
        ("SMTP_URL", format!("smtp://mailer:{SMTP_PASSWORD}@{}?tls=none", smtp.address()), "535"),
        ("SMTP_URL", format!("smtp://mailer:{SMTP_PASSWORD}@{nobody}?tls=none"), "Mail server  127.0.0.1"),
        ("SMTP_URL", format!("smtp://mailer:{SMTP_PASSWORD}@nowhere.invalid?tls=required"), "Mail server  nowhere.invalid"),
        ("SMTP_URL", format!("smtp://mailer:{SMTP_PASSWORD}@x:{SMTP_PASSWORD}"), "periodical: SMTP_URL"),
    ] {
        let mut command = app.command(&["check"]);
        command.env(setting, &value).env("RUST_LOG", "trace");
        let said = run(command).await;
        assert!(said.contains(expected), "{value}: {said}");
        says_none_of(&said, &[DATABASE_PASSWORD, SMTP_PASSWORD, "a key for tests"]);
    }
}

#[test]
fn settings_are_printed_without_their_secrets() {
    use periodical::config::{Database, SecretKey};
    let url = Database::Url(format!("postgres://una:{DATABASE_PASSWORD}@db.example/x"));
    let key = SecretKey::new(SECRET_KEY.into());
    let smtp = periodical::mail::connection::SmtpSettings::parse(&format!("smtps://mailer:{SMTP_PASSWORD}@mail.example")).unwrap();
    says_none_of(&format!("{url:?} {url:#?} {key:?} {smtp:?} {smtp:#?}"), &[DATABASE_PASSWORD, SECRET_KEY, SMTP_PASSWORD]);
}

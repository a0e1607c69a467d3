//! An App as in production, on a database and an SMTP server of its own, with short waits.

use std::{
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use periodical::{
    app::App,
    blog::readings::Readings,
    config::{self, Config, Database, SecretKey, Smtp, SmtpServer as SmtpSetting},
    db,
    delivery::{Engine, model::Timing},
    limits::{Allowance, Allowances, Limits},
    mail::{
        connection::{SmtpSettings, Timeouts},
        server::{Faults, Received, ServerOptions, SmtpServer},
    },
    routes, web, worker,
};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::{Browser, postgres, until};

pub struct TestApp {
    pub app: App,
    pub db: PgPool,
    pub engine: Engine,
    pub smtp: SmtpServer,
    pub base: String,
    database_url: String,
    received: Arc<Mutex<Vec<Received>>>,
    data_dir: PathBuf,
    web: JoinHandle<()>,
    worker: Option<JoinHandle<()>>,
    smtp_settings: SmtpSettings,
    _stop: DropGuard,
}

impl TestApp {
    /// Web side alone: nothing is sent unless the test asks the engine to.
    pub async fn without_worker() -> Self {
        Self::with(Timing { retries: vec![Duration::from_millis(50); 3], ..quick() }).await
    }

    /// Web side and worker.
    pub async fn start() -> Self {
        let mut app = Self::without_worker().await;
        app.start_worker();
        app
    }

    pub async fn with(timing: Timing) -> Self {
        Self::configured(timing, |_| {}).await
    }

    /// Web side alone, without a mail server to send to: mail belongs into the inbox.
    pub async fn with_inbox() -> Self {
        Self::configured(quick(), |config| config.smtp.server = SmtpSetting::Catcher).await
    }

    /// With settings of its own.
    pub async fn configured(timing: Timing, change: impl FnOnce(&mut Config)) -> Self {
        let database_url = postgres::database().await;
        let pool = db::connect(&database_url, 12).await.unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&received);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let options = ServerOptions { faults: Faults::by_address(), ..ServerOptions::default() };
        let smtp = SmtpServer::start(listener, options, move |mail| sink.lock().unwrap().push(mail)).await;

        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let data_dir = std::env::temp_dir().join(format!("periodical-test-data-{}", Uuid::new_v4()));
        let settings = SmtpSettings { timeouts: short_timeouts(), ..SmtpSettings::new("127.0.0.1", smtp.address().port()) };
        let mut config = Config {
            database: Database::Url(database_url.clone()),
            smtp: Smtp { server: SmtpSetting::Url(Box::new(settings.clone())), connections: 4 },
            mail_from: "Periodical <news@periodical.example>".parse().unwrap(),
            public_url: format!("http://{address}").parse().unwrap(),
            secret_key: SecretKey::new("a key for tests that is long enough".into()),
            old_secret_key: None,
            listen: address,
            forwarded_header: None,
            trusted_proxies: config::loopback(),
            data_dir: data_dir.clone(),
            worker_concurrency: 4,
            send_rate: None,
            redis: None,
            metrics_token: None,
            api_origins: Vec::new(),
            webhooks_private: true,
            limits: Limits { throttle: |_| unthrottled(), webhook_waits: WEBHOOK_WAITS, ..Limits::default() },
        };
        change(&mut config);
        let stop = CancellationToken::new();
        let app = App::new(config, pool.clone(), stop.clone());
        let engine = Engine::new(app.clone(), settings.clone(), timing);
        let served = app.clone();
        // It goes on where a test stops the worker, and ends with the test.
        let web = tokio::spawn(async move {
            let (readings, _writer) = Readings::start(&served);
            web::server::serve(listener, routes::site(served.clone(), readings), &served.config, CancellationToken::new()).await;
        });
        Self {
            app,
            db: pool,
            engine,
            smtp,
            base: format!("http://{address}"),
            database_url,
            received,
            data_dir,
            web,
            worker: None,
            smtp_settings: settings,
            _stop: stop.drop_guard(),
        }
    }

    pub fn start_worker(&mut self) {
        let run = worker::run(self.app.clone(), self.engine.clone(), self.database_url.clone(), self.app.stop.clone());
        self.worker = Some(tokio::spawn(async move { run.await.unwrap() }));
    }

    /// Waits until the worker, told to stop, has done so.
    pub async fn worker_ended(&mut self) {
        let worker = self.worker.take().expect("a worker was started");
        tokio::time::timeout(Duration::from_secs(60), worker).await.expect("the worker ends").unwrap();
    }

    /// A process of the built binary with this App's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_periodical"));
        command
            .args(arguments)
            // No `.env` of whoever runs the tests.
            .current_dir(std::env::temp_dir())
            .env("DATABASE_URL", &self.database_url)
            .env("SMTP_URL", format!("smtp://{}", self.smtp.address()))
            .env("SMTP_CONNECTIONS", "4")
            .env("MAIL_FROM", "news@periodical.example")
            .env("PUBLIC_URL", "http://127.0.0.1")
            .env("SECRET_KEY", "a key for tests that is long enough")
            .env("DATA_DIR", &self.data_dir)
            .env("LISTEN", "127.0.0.1:0")
            .env("REDIS_URL", "")
            .env("METRICS_TOKEN", "")
            .env("WEBHOOKS_PRIVATE", "true")
            .env("RUST_LOG", "error");
        command
    }

    pub fn smtp_settings(&self) -> SmtpSettings {
        self.smtp_settings.clone()
    }

    /// A browser without JavaScript that nobody has signed in.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Somebody has set the site up: from then on others may register.
    pub async fn is_set_up(&self) {
        if self.count("select count(*) from users").await == 0 {
            self.user("first@example.org").await;
        }
    }

    /// A verified user, made as the shell makes them; the password is [`Browser::PASSWORD`].
    pub async fn user(&self, email: &str) -> i64 {
        // One hash serves all: hashing is slow on purpose.
        static HASH: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
        let hash = HASH
            .get_or_init(|| async {
                let password = periodical::users::model::Password::parse(Browser::PASSWORD).unwrap();
                periodical::users::password::hash(password).await.unwrap()
            })
            .await;
        let id = periodical::users::queries::upsert_verified(&self.db, email, "Una User", hash).await.unwrap();
        // Tests count what the mail server takes: a mail about an attempt is for those that ask for it.
        sqlx::query("update users set notify = 'never' where id = $1").bind(id).execute(&self.db).await.unwrap();
        id
    }

    /// A new verified user with a signed-in browser.
    pub async fn signed_in(&self, email: &str) -> (i64, Browser) {
        let id = self.user(email).await;
        let browser = self.browser();
        browser.sign_in(email).await;
        (id, browser)
    }

    /// A new verified user with a role and a signed-in browser.
    pub async fn signed_in_as(&self, email: &str, role: &str) -> (i64, Browser) {
        let (id, browser) = self.signed_in(email).await;
        periodical::users::queries::grant_role(&self.db, id, role).await.unwrap();
        (id, browser)
    }

    /// Recipients of a user, straight into the table; their ids.
    pub async fn recipients(&self, user_id: i64, emails: &[&str]) -> Vec<i64> {
        let mut ids = Vec::new();
        for email in emails {
            let query = "insert into recipients (user_id, email, full_name) values ($1, $2, 'Rita Recipient') returning id";
            ids.push(sqlx::query_scalar(query).bind(user_id).bind(email).fetch_one(&self.db).await.unwrap());
        }
        ids
    }

    /// `count` recipients of a user, `reader1@example.org` and so on.
    pub async fn many_recipients(&self, user_id: i64, count: i32) {
        let query = "insert into recipients (user_id, email, full_name)
                     select $1, 'reader' || n || '@example.org', 'Reader ' || n from generate_series(1, $2) n";
        sqlx::query(query).bind(user_id).bind(count).execute(&self.db).await.unwrap();
    }

    pub async fn message(&self, user_id: i64) -> i64 {
        let query = "insert into messages (user_id, subject, body) values ($1, 'Hello', 'Good morning') returning id";
        sqlx::query_scalar(query).bind(user_id).fetch_one(&self.db).await.unwrap()
    }

    /// A mailing to all of the user's recipients, made as the form makes it; inside its window its job is due at once.
    pub async fn mailing(&self, user_id: i64, period: &str, starts_at: OffsetDateTime, ends_at: OffsetDateTime) -> i64 {
        use periodical::mailings::{
            model::{Audience, NewMailing},
            runs::{self, Created},
            schedule::{Schedule, Zone},
        };
        let message_id = self.message(user_id).await;
        let schedule = Schedule::new(starts_at, ends_at, period.parse().unwrap(), Zone::utc()).unwrap();
        let new = NewMailing { name: "Test mailing".into(), message_id, audience: Audience::All, schedule, resend_unknown: true };
        let created = runs::create(&self.app, user_id, &new, Uuid::new_v4()).await.map_err(|refusal| format!("{refusal:?}")).unwrap();
        let Created::Saved(id) = created else { panic!("{created:?}") };
        id
    }

    /// A daily mailing that began a moment ago and ends in a month.
    pub async fn due_mailing(&self, user_id: i64) -> i64 {
        let now = OffsetDateTime::now_utc();
        self.mailing(user_id, "daily", now - time::Duration::seconds(5), now + time::Duration::days(30)).await
    }

    /// Starts a run by hand.
    pub async fn run_now(&self, user_id: i64, mailing_id: i64) -> i64 {
        periodical::mailings::runs::run_now(&self.app, user_id, mailing_id, Uuid::new_v4()).await.unwrap().unwrap()
    }

    /// The attempt once it has finished.
    pub async fn finished(&self, attempt_id: i64) -> Figures {
        until("the attempt's end", || async { self.figures(attempt_id).await.filter(|figures| figures.status != "running") }).await
    }

    pub async fn figures(&self, attempt_id: i64) -> Option<Figures> {
        let query = "select status, total, sent, failed, unknown, skipped, waiting, held_reason from attempts where id = $1";
        sqlx::query_as(query).bind(attempt_id).fetch_optional(&self.db).await.unwrap()
    }

    /// The mailing's first attempt, once there is one.
    pub async fn attempt_of(&self, mailing_id: i64) -> i64 {
        let query = "select id from attempts where mailing_id = $1 order by id limit 1";
        until("an attempt", || async { sqlx::query_scalar(query).bind(mailing_id).fetch_optional(&self.db).await.unwrap() }).await
    }

    /// The recipients of everything the mail server has taken, sorted.
    pub fn delivered(&self) -> Vec<String> {
        let mut all: Vec<String> = self.received.lock().unwrap().iter().flat_map(|mail| mail.to.clone()).collect();
        all.sort();
        all
    }

    pub fn mails(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// One number out of the database.
    pub async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(&self.db).await.unwrap()
    }

    /// When the mailing's job is to run; None: there is no such job.
    pub async fn job_of(&self, mailing_id: i64) -> Option<OffsetDateTime> {
        let query = "select run_at from graphile_worker.jobs where key = 'mailing:' || $1";
        sqlx::query_scalar(query).bind(mailing_id.to_string()).fetch_optional(&self.db).await.unwrap()
    }

    /// The latest mail to an address, as text.
    pub async fn mail_to(&self, email: &str) -> String {
        until("a mail", || async {
            let mails = self.mails();
            let mail = mails.iter().rev().find(|mail| mail.to.iter().any(|to| to == email))?;
            Some(String::from_utf8_lossy(&mail.data).replace("=\r\n", "").replace("=3D", "="))
        })
        .await
    }

    /// The mail to an address in which some words stand.
    pub async fn mail_about(&self, email: &str, words: &str) -> String {
        until(words, || async { self.mails_to(email).into_iter().find(|mail| mail.contains(words)) }).await
    }

    /// Every mail to an address so far, as text.
    pub fn mails_to(&self, email: &str) -> Vec<String> {
        let mails = self.mails();
        let to_them = mails.iter().filter(|mail| mail.to.iter().any(|to| to == email));
        to_them.map(|mail| String::from_utf8_lossy(&mail.data).replace("=\r\n", "").replace("=3D", "=")).collect()
    }

    /// The paths of the links below `path` that were mailed to an address, in the order of the mails.
    pub fn links(&self, email: &str, path: &str) -> Vec<String> {
        let link = |mail: &String| {
            let token: String = mail.split_once(path)?.1.chars().take_while(char::is_ascii_hexdigit).collect();
            Some(format!("{path}{token}"))
        };
        self.mails_to(email).iter().filter_map(link).collect()
    }

    /// The latest of these links, once `count` of them have arrived.
    pub async fn nth_link(&self, email: &str, path: &str, count: usize) -> String {
        until("a link", || async { self.links(email, path).into_iter().nth(count - 1) }).await
    }

    /// Waits until every job has been done.
    pub async fn jobs_done(&self) {
        until("no job left", || async { (self.count("select count(*) from graphile_worker.jobs").await == 0).then_some(()) }).await;
    }

    /// Mutable while it runs: a server that is down, and comes back.
    pub fn faults(&self) -> &Faults {
        self.smtp.faults()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.web.abort();
        if let Some(worker) = &self.worker {
            worker.abort();
        }
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

/// An attempt's figures, which must add up.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Figures {
    pub status: String,
    pub total: i32,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub waiting: i32,
    pub held_reason: Option<String>,
}

/// Of an event, before it is sent to a webhook again.
const WEBHOOK_WAITS: &[Duration] = &[Duration::from_millis(50); 3];

/// Waits short enough for tests; the lease stays longer than any hiccup of a busy machine.
pub fn quick() -> Timing {
    Timing {
        lease: Duration::from_secs(6),
        poll: Duration::from_millis(20),
        patience: Duration::from_millis(300),
        retries: vec![Duration::from_millis(50); 3],
        holds: vec![Duration::from_millis(100)],
    }
}

/// All tests sign in from one address.
fn unthrottled() -> Allowances {
    let allowance = Allowance { at_once: std::num::NonZeroU32::MAX, every: Duration::from_nanos(1) };
    Allowances { client: allowance, account: allowance }
}

fn short_timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(5),
        greeting: Duration::from_secs(5),
        command: Duration::from_secs(3),
        data_block: Duration::from_secs(3),
        final_dot: Duration::from_secs(5),
    }
}

//! Engines at work in the test's own process.

use periodical::delivery::{Engine, Scope, model::Timing};
use sqlx::PgTransaction;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{TestApp, until};

/// An engine at work until it is told to stop, or the test ends.
pub struct Sending {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Sending {
    pub fn start(engine: &Engine, scope: Scope) -> Self {
        let (engine, stop) = (engine.clone(), CancellationToken::new());
        let told = stop.clone();
        Self { stop, task: tokio::spawn(async move { engine.run(scope, told).await }) }
    }

    /// Lets it finish what is on the wire and give back the rest, as at a process's end.
    pub async fn stop(mut self) {
        self.stop.cancel();
        tokio::time::timeout(std::time::Duration::from_secs(60), &mut self.task).await.expect("the engine ends").unwrap();
    }

    /// Drops the engine's future in the middle.
    pub async fn abort(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled());
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl TestApp {
    /// Another engine on the same database, data folder and mail server.
    pub fn another_engine(&self, timing: Timing) -> Engine {
        Engine::new(self.app.clone(), self.smtp_settings(), timing)
    }

    /// Sends an attempt to its end.
    pub async fn drain(&self, attempt_id: i64) {
        let sending = Sending::start(&self.engine, Scope::Only(vec![attempt_id]));
        self.finished(attempt_id).await;
        sending.stop().await;
    }

    /// Sends whatever there is to send until there is something to see.
    pub async fn while_sending<T, F: Future<Output = Option<T>>>(&self, what: &str, look: impl FnMut() -> F) -> T {
        let sending = Sending::start(&self.engine, Scope::Everything);
        let seen = until(what, look).await;
        sending.stop().await;
        seen
    }

    /// Asserts that an engine that does send leaves an attempt alone: it claims slices in one statement, and one that
    /// was started later went out while this one was not even claimed.
    pub async fn rests(&self, attempt_id: i64) {
        let claims = "select claim, claimed_at from slices where attempt_id = $1 order by number";
        let claims =
            || sqlx::query_as::<_, (Option<uuid::Uuid>, Option<time::OffsetDateTime>)>(claims).bind(attempt_id).fetch_all(&self.db);
        let before = claims().await.unwrap();
        let user = self.user(&format!("marker-{}@example.org", uuid::Uuid::new_v4().simple())).await;
        self.recipients(user, &["marker@example.org"]).await;
        // Not due: a worker that is there must not start it before we do.
        let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::DAY;
        let mailing = self.mailing(user, "once", tomorrow, tomorrow + time::Duration::DAY).await;
        let marker = self.run_now(user, mailing).await;
        let sending = Sending::start(&self.another_engine(super::quick()), Scope::Everything);
        self.finished(marker).await;
        sending.stop().await;
        assert_eq!(claims().await.unwrap(), before, "attempt {attempt_id} was left alone");
    }

    /// A transaction that holds the locks of a statement, however long the test takes.
    pub async fn standing(&self, query: &'static str) -> PgTransaction<'static> {
        let mut transaction = self.db.begin().await.unwrap();
        sqlx::query("set local idle_in_transaction_session_timeout = 0").execute(&mut *transaction).await.unwrap();
        sqlx::query(query).execute(&mut *transaction).await.unwrap();
        transaction
    }

    /// Until so many statements wait for somebody's locks.
    pub async fn waiting(&self, count: i64) {
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        until("the statements wait", || async { (self.count(waiting).await == count).then_some(()) }).await;
    }

    /// How many slices somebody holds.
    pub async fn held_slices(&self) -> i64 {
        self.count("select count(*) from slices where claim is not null").await
    }

    /// The journals there are in the data folder.
    pub fn journals(&self) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.app.config.data_dir.join("journal")) else { return Vec::new() };
        folder.filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok()).collect()
    }

    /// Ends every wait of an attempt: retries and holds.
    pub async fn end_waits(&self, attempt_id: i64) {
        for query in [
            "update deliveries set again_at = now() where attempt_id = $1 and again_at > now()",
            "update slices set claimable_at = now() where attempt_id = $1 and claim is null and claimable_at > now()",
            "update attempts set held_until = now() where id = $1 and held_until > now()",
        ] {
            sqlx::query(query).bind(attempt_id).execute(&self.db).await.unwrap();
        }
    }
}

//! Whose turn it is to send to a webhook, and the turn itself.
//!
//! A job of the queue only starts a turn: it takes the webhook for a minute (`claim`) and leaves, so that no receiver, however slow,
//! holds a place of the queue. The turn sends what is due, one after the other over one connection, for half a minute at the most.
//! The same job stands in the queue for the claim's end meanwhile, in case this process dies.

use std::{sync::Arc, time::Duration};

use sqlx::PgTransaction;
use time::OffsetDateTime;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;
use uuid::Uuid;

use super::{
    connect::{Answer, Broken, Client, Conversation},
    jobs::{CallWebhook, TellOfWebhook, job_key},
    model::{self, Failure, GIVEN_UP_AFTER, State, Why},
    queries::{self, Due, Kept, Place},
    sign,
};
use crate::{
    app::{App, Enqueue},
    error::Result,
    limits::WEBHOOKS_AT_ONCE,
    mail::connection::Roots,
    seal::{self, Purpose},
};

/// How long a turn lasts before others may have the place.
const TURN: Duration = Duration::from_secs(30);
/// How long a claim holds: a turn, and twice the longest request.
const LEASE: Duration = Duration::from_secs(60);
/// How long the process waits at its end for what was answered to be written down.
const ENDING: Duration = Duration::from_secs(5);
/// When to ask again for a place, where all are taken.
const NO_PLACE: time::Duration = time::Duration::seconds(1);

/// What turns are taken with; one a process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sender {
    app: App,
    client: Client,
    places: Arc<Semaphore>,
    turns: TaskTracker,
    stop: CancellationToken,
}

impl Sender {
    pub fn new(app: App, stop: CancellationToken) -> Self {
        let client = Client::new(Roots::system(), app.config.webhooks_private);
        Self { app, client, places: Arc::new(Semaphore::new(WEBHOOKS_AT_ONCE)), turns: TaskTracker::new(), stop }
    }

    /// Waits until the turns under way have broken off, once it was told to stop. Whose outcome Postgres does not take in time is sent again.
    pub async fn finish(&self) {
        self.turns.close();
        // Time's up is no failure: the claims end by themselves.
        let _ = timeout(ENDING, self.turns.wait()).await;
    }

    /// The body of the job: takes the turn if it is to be had and something is due. Repeating it changes nothing.
    ///
    /// # Errors
    /// The database's; the job runs again.
    pub async fn call(&self, webhook_id: i64) -> Result<()> {
        let mut transaction = self.app.db.begin().await?;
        let Some(place) = queries::lock(&mut *transaction, webhook_id).await? else { return Ok(()) };
        if !place.is_on {
            return Ok(());
        }
        // First of all: whoever adds this job from here on waits, and what was added before is seen by what is asked below.
        self.enqueue(&mut transaction, webhook_id, None).await?;
        let now = crate::db::now(&mut *transaction).await?;
        let next = queries::next_due(&mut *transaction, webhook_id).await?;
        let permit = Arc::clone(&self.places).try_acquire_owned().ok();
        let again_at = match (next, place.busy_until, permit) {
            (None, ..) => {
                self.app.dequeue(&mut transaction, &job_key(webhook_id)).await?;
                transaction.commit().await?;
                return Ok(());
            }
            (Some(_), Some(until), _) => until,
            (Some(next), None, _) if next > now => next,
            (Some(_), None, None) => now + NO_PLACE,
            (Some(_), None, Some(permit)) => {
                let claim = Uuid::new_v4();
                let until = queries::claim(&mut *transaction, webhook_id, claim, LEASE).await?;
                self.enqueue(&mut transaction, webhook_id, Some(until)).await?;
                transaction.commit().await?;
                self.begin(Turn::new(self, webhook_id, claim, place), permit);
                return Ok(());
            }
        };
        self.enqueue(&mut transaction, webhook_id, Some(again_at)).await?;
        transaction.commit().await?;
        Ok(())
    }

    fn begin(&self, turn: Turn, permit: OwnedSemaphorePermit) {
        self.turns.spawn(async move {
            let webhook_id = turn.webhook_id;
            if let Err(error) = turn.take().await {
                // The job that stands for the claim's end goes on.
                tracing::warn!(webhook.id = webhook_id, %error, "Webhook {webhook_id} is sent to later");
            }
            drop(permit);
        });
    }

    async fn enqueue(&self, transaction: &mut PgTransaction<'_>, webhook_id: i64, run_at: Option<OffsetDateTime>) -> Result<()> {
        self.app.enqueue(transaction, CallWebhook { webhook_id }, Enqueue { key: Some(job_key(webhook_id)), run_at }).await
    }
}

/// Somebody's turn to send to one webhook.
struct Turn {
    sender: Sender,
    webhook_id: i64,
    claim: Uuid,
    url: String,
    secret: Option<Vec<u8>>,
    /// Whether something has failed since the last success: then a success is worth writing down.
    is_failing: bool,
    conversation: Option<Conversation>,
}

/// How a turn goes on.
enum After {
    Next,
    /// The receiver is left alone, or nothing more is sent at all.
    End,
}

impl Turn {
    fn new(sender: &Sender, webhook_id: i64, claim: Uuid, place: Place) -> Self {
        let secret = seal::open(&sender.app.config, Purpose::Webhook, place.user_id, &place.secret);
        let is_failing = place.failures > 0 || place.failing_since.is_some();
        Self { sender: sender.clone(), webhook_id, claim, url: place.url, secret, is_failing, conversation: None }
    }

    async fn take(mut self) -> Result<()> {
        self.send_due(Instant::now() + TURN).await?;
        self.give_back().await
    }

    /// Sends what is due, until nothing is or it is enough.
    async fn send_due(&mut self, end: Instant) -> Result<()> {
        loop {
            // One by one: another address, another secret or the owner's pause take the turn away, and hold from the next request on.
            let Some(due) = queries::due(&self.sender.app.db, self.webhook_id, self.claim).await? else { return Ok(()) };
            let stop = self.sender.stop.clone();
            // Broken off in the middle it counts as not sent: at the process's end nobody waits for strangers.
            let Some(answer) = stop.run_until_cancelled(self.send(&due)).await else { return Ok(()) };
            if matches!(self.keep(&due, answer).await?, After::End) || Instant::now() >= end {
                return Ok(());
            }
        }
    }

    async fn send(&mut self, due: &Due) -> Result<Answer, Broken> {
        let sent = timeout(self.sender.app.config.limits.webhook_answer, self.post(due)).await;
        if sent.is_err() {
            self.conversation = None;
        }
        sent.unwrap_or_else(|_| Err(Broken { failure: Failure::Timeout, details: String::new() }))
    }

    async fn post(&mut self, due: &Due) -> Result<Answer, Broken> {
        let secret = self.secret.as_deref().ok_or(Broken { failure: Failure::Secret, details: String::new() })?;
        let url = Url::parse(&self.url).map_err(|error| Broken { failure: Failure::Unresolved, details: error.to_string() })?;
        let (id, timestamp) = (model::message(due.message_id), OffsetDateTime::now_utc().unix_timestamp());
        let signature = sign::signature(secret, &id, timestamp, &due.payload);
        let headers = [("webhook-id", id), ("webhook-timestamp", timestamp.to_string()), ("webhook-signature", signature)];
        if let Some(mut open) = self.conversation.take()
            && open.is_usable().await
            && let Ok(answer) = open.post(&url, &headers, &due.payload).await
        {
            self.conversation = Some(open);
            return Ok(answer);
        }
        // The other end may have closed a connection just when it was to be used again. What it has got all the same has the same id.
        let mut open = self.sender.client.open(&url).await?;
        let answer = open.post(&url, &headers, &due.payload).await?;
        self.conversation = Some(open);
        Ok(answer)
    }

    async fn keep(&mut self, due: &Due, answer: Result<Answer, Broken>) -> Result<After> {
        let mut transaction = self.sender.app.db.begin().await?;
        let after = match &answer {
            Ok(answer) if (200..300).contains(&answer.status) => {
                if self.is_failing {
                    queries::succeed(&mut *transaction, self.webhook_id, self.claim).await?;
                }
                let kept = Kept { state: State::Sent, again_after: None, status: Some(answer.status), answer: &answer.text, failure: None };
                queries::keep_answer(&mut *transaction, self.webhook_id, due, &kept).await?;
                After::Next
            }
            failed => self.keep_failure(&mut transaction, due, failed).await?,
        };
        transaction.commit().await?;
        self.is_failing = !matches!(&answer, Ok(answer) if (200..300).contains(&answer.status));
        Ok(after)
    }

    /// The webhook's row before its delivery's: the order everybody takes them in.
    async fn keep_failure(&self, transaction: &mut PgTransaction<'_>, due: &Due, answer: &Result<Answer, Broken>) -> Result<After> {
        let waits = self.sender.app.config.limits.webhook_waits;
        let Some((failures, since)) = queries::fail(&mut **transaction, self.webhook_id, self.claim).await? else { return Ok(After::End) };
        let (status, text, failure, retry_after) = match answer {
            Ok(answer) => (Some(answer.status), &answer.text, None, answer.retry_after),
            Err(broken) => (None, &broken.details, Some(broken.failure.as_str()), None),
        };
        let now = crate::db::now(&mut **transaction).await?;
        let why = if status == Some(410) { Some(Why::Gone) } else { (now - since >= GIVEN_UP_AFTER).then_some(Why::Failing) };
        let rest = model::rest(waits, failures, retry_after, rand::random());
        if let Some(rest) = rest {
            queries::rest(&mut **transaction, self.webhook_id, rest).await?;
        }
        let again_after = model::retry(waits, due.tries.saturating_add(1), rand::random());
        let state = if again_after.is_some() { State::Waiting } else { State::Failed };
        queries::keep_answer(&mut **transaction, self.webhook_id, due, &Kept { state, again_after, status, answer: text, failure }).await?;
        if let Some(why) = why
            && queries::switch_off(&mut **transaction, self.webhook_id, why).await?
        {
            tracing::info!(webhook.id = self.webhook_id, "Webhook {} was switched off: {}", self.webhook_id, why.as_str());
            self.sender.app.enqueue(transaction, TellOfWebhook { webhook_id: self.webhook_id }, Enqueue::default()).await?;
        }
        Ok(if why.is_some() || rest.is_some() { After::End } else { After::Next })
    }

    /// Gives the turn back, with a job for what is still to be sent.
    async fn give_back(&self) -> Result<()> {
        let mut transaction = self.sender.app.db.begin().await?;
        // Not ours any more: whoever has it, or deleted it, sees to the rest.
        let Some(rests_until) = queries::release(&mut *transaction, self.webhook_id, self.claim).await? else { return Ok(()) };
        // As in `call`: before it is asked what is due.
        self.sender.enqueue(&mut transaction, self.webhook_id, None).await?;
        match queries::next_due(&mut *transaction, self.webhook_id).await? {
            Some(next) => self.sender.enqueue(&mut transaction, self.webhook_id, Some(next.max(rests_until.unwrap_or(next)))).await?,
            None => self.sender.app.dequeue(&mut transaction, &job_key(self.webhook_id)).await?,
        }
        transaction.commit().await?;
        Ok(())
    }
}

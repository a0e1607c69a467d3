//! Redis behind the process's own entries: what one process has computed serves the others.
//!
//! Nobody waits for it: an answer that takes longer than a tenth of a second is none, and after a failure Redis is left alone
//! until a task in the background has reached it again.

use std::{
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use cached::{AsyncRedisCache, ConcurrentCacheTtl, ConcurrentCachedAsync, SerializeCachedAsync};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{LONGEST, entries::Key};
use crate::config::{Config, RedisUrl};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long it may take to connect, and to find out what is wrong.
const CONNECTING: Duration = Duration::from_secs(3);
/// After so long a Redis that has failed is tried again.
const PAUSE: Duration = Duration::from_secs(1);
const NAMESPACE: &str = "periodical";

/// What stands in Redis. With the moment it was made at, so that it ends everywhere at once, whoever has taken it over when.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stored {
    /// Milliseconds since 1970.
    made_at: i64,
    pub json: String,
}

impl Stored {
    pub fn new(made_at: OffsetDateTime, json: String) -> Self {
        Self { made_at: milliseconds(made_at), json }
    }

    /// How old it is. What was made in the future, by another machine's clock, is new.
    pub fn age(&self, now: OffsetDateTime) -> Duration {
        Duration::from_millis(u64::try_from(milliseconds(now) - self.made_at).unwrap_or(0))
    }
}

fn milliseconds(moment: OffsetDateTime) -> i64 {
    // Of any year that a clock shows.
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}

/// Redis did not do what it was asked for.
#[derive(Debug)]
pub struct Failed;

type Connection = AsyncRedisCache<String, Stored>;

/// The process's way to Redis. Cheap to clone; the connection is made with the first use.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    url: RedisUrl,
    scope: Scope,
    started: OnceLock<()>,
    connection: RwLock<Option<Arc<Connection>>>,
    lost: Notify,
    stop: CancellationToken,
}

/// What keeps installations and builds apart that use one Redis.
#[derive(Clone)]
struct Scope {
    hash: Sha256,
    build: fn() -> [u8; 32],
}

impl Scope {
    fn prefix(mut self) -> String {
        self.hash.update((self.build)());
        HEXLOWER.encode(&self.hash.finalize()[..16])
    }
}

impl Shared {
    /// None without REDIS_URL. `build` says which program this is.
    pub fn new(config: &Config, build: fn() -> [u8; 32], stop: CancellationToken) -> Option<Self> {
        let url = config.redis.clone()?;
        let mut hash = Sha256::new();
        // Pages hold addresses of this site, and links that the secret protects.
        hash.update(config.secret_key.derive("cache"));
        hash.update(config.public_url.as_str());
        hash.update([u8::from(config.has_catcher())]);
        Some(Self(Arc::new(Inner {
            url,
            scope: Scope { hash, build },
            started: OnceLock::new(),
            connection: RwLock::default(),
            lost: Notify::new(),
            stop,
        })))
    }

    /// What is there under a key.
    ///
    /// # Errors
    /// No answer, or not in time.
    pub async fn get(&self, key: &Key) -> Result<Option<Stored>, Failed> {
        let Some(connection) = self.connection() else { return Ok(None) };
        match timeout(PATIENCE, connection.async_cache_get(&name(key))).await {
            Ok(Ok(stored)) => Ok(stored),
            Ok(Err(error)) => Err(self.0.failed(&connection, &error.into())),
            Err(_) => Err(self.0.failed(&connection, &anyhow!("no answer within {PATIENCE:?}"))),
        }
    }

    /// Puts something under a key, for others to find for so long.
    ///
    /// # Errors
    /// No answer, or not in time.
    pub async fn put(&self, key: &Key, stored: &Stored, lives: Duration) -> Result<(), Failed> {
        let Some(connection) = self.connection() else { return Ok(()) };
        // The store has one for all; it is read with the next call. Should another task's come in between, something is there
        // for longer or shorter, but whoever takes it looks at its age.
        connection.set_ttl(lives);
        match timeout(PATIENCE, connection.async_cache_set_ref(&name(key), stored)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.0.failed(&connection, &error.into())),
            Err(_) => Err(self.0.failed(&connection, &anyhow!("no answer within {PATIENCE:?}"))),
        }
    }

    pub fn is_connected(&self) -> bool {
        self.connection().is_some()
    }

    fn connection(&self) -> Option<Arc<Connection>> {
        self.0.started.get_or_init(|| {
            tokio::spawn(keep_connected(Arc::clone(&self.0)));
        });
        self.0.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Inner {
    /// Leaves a connection that has failed, unless that has happened already.
    fn failed(&self, failed: &Arc<Connection>, error: &anyhow::Error) -> Failed {
        let mut connection = self.connection.write().unwrap_or_else(PoisonError::into_inner);
        if connection.as_ref().is_some_and(|connection| Arc::ptr_eq(connection, failed)) {
            *connection = None;
            self.lost.notify_one();
            tracing::warn!(
                error = format!("{error:#}"),
                "Redis at {} has failed; until it is back this process caches by itself",
                self.url
            );
        }
        Failed
    }
}

fn name(key: &Key) -> String {
    format!("{}:{}:{}", key.kind, key.version, key.name)
}

async fn keep_connected(inner: Arc<Inner>) {
    let scope = inner.scope.clone();
    // It reads the whole program.
    let Ok(prefix) = tokio::task::spawn_blocking(|| scope.prefix()).await else { return };
    let keeping = async {
        let mut is_said = false;
        loop {
            match timeout(CONNECTING, connect(&inner.url, &prefix)).await {
                Ok(Ok(connection)) => {
                    *inner.connection.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(connection));
                    tracing::info!("Redis at {} is reached: what is cached is shared", inner.url);
                    inner.lost.notified().await;
                    is_said = true;
                }
                _ if is_said => {}
                _ => {
                    let reason = trial(&inner.url).await.err().unwrap_or_else(|| anyhow!("it takes nothing"));
                    tracing::warn!("Redis at {} cannot be used, this process caches by itself: {reason:#}", inner.url);
                    is_said = true;
                }
            }
            sleep(PAUSE).await;
        }
    };
    tokio::select! {
        () = keeping => {}
        () = inner.stop.cancelled() => {}
    }
}

/// A connection that has taken something and given it back: a Redis that asks for a password, is full or a replica does not.
async fn connect(url: &RedisUrl, prefix: &str) -> anyhow::Result<Connection> {
    let builder = AsyncRedisCache::builder(prefix).namespace(NAMESPACE).connection_string(url.reveal()).ttl(LONGEST);
    let connection: Connection = builder.build().await?;
    let (key, now) = ("trial".to_owned(), OffsetDateTime::now_utc());
    connection.async_cache_set_ref(&key, &Stored::new(now, String::new())).await?;
    connection.async_cache_get(&key).await?.context("it has lost what it was given")?;
    Ok(connection)
}

/// Whether a Redis can be used, for people.
///
/// # Errors
/// What is wrong, in words.
pub async fn trial(url: &RedisUrl) -> anyhow::Result<()> {
    let trial = async {
        let client = redis::Client::open(url.reveal()).map_err(|_| anyhow!("REDIS_URL is malformed"))?;
        let mut connection = client.get_multiplexed_async_connection().await.map_err(words)?;
        let key = format!("{NAMESPACE}:trial");
        redis::cmd("SET").arg(&key).arg("").arg("PX").arg(1000).query_async::<()>(&mut connection).await.map_err(words)?;
        Ok(())
    };
    match timeout(CONNECTING, trial).await {
        Ok(tried) => tried,
        Err(_) => bail!("it does not answer; check REDIS_URL and that the server runs"),
    }
}

fn words(error: redis::RedisError) -> anyhow::Error {
    use redis::{ErrorKind, ServerErrorKind};
    let advice = match error.kind() {
        ErrorKind::AuthenticationFailed => "wrong user or password in REDIS_URL",
        ErrorKind::Server(ServerErrorKind::BusyLoading) => "it is still loading its data",
        ErrorKind::Server(ServerErrorKind::ReadOnly) => "it is a replica and takes nothing; REDIS_URL must name the primary",
        _ if error.is_timeout() => "it does not answer; check REDIS_URL and that the server runs",
        _ if error.is_connection_refusal() => "refused; check REDIS_URL and that the server runs",
        _ if error.code() == Some("NOAUTH") => "it wants a password; REDIS_URL has none",
        _ if error.code() == Some("OOM") => "it is full; set its maxmemory-policy to allkeys-lru",
        _ => return anyhow!("{error}"),
    };
    anyhow!("{advice} ({error})")
}

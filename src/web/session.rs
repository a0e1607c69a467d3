//! Sessions in Postgres: any number of web processes share them, and a restart signs nobody out.

use std::{collections::BTreeMap, time::Duration};

use poem::{Result, session::SessionStorage};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::error::Error;

/// The entry that says who is signed in; also kept in a column, so that all of a user's sessions can be ended.
pub const USER_ID: &str = "user_id";

/// How long a session lasts after its last change.
pub const LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// poem's storage over the table `sessions`.
#[derive(Clone)]
pub struct PostgresSessions {
    pool: PgPool,
}

impl PostgresSessions {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

impl SessionStorage for PostgresSessions {
    async fn load_session<'a>(&'a self, session_id: &'a str) -> Result<Option<BTreeMap<String, Value>>> {
        let entries = sqlx::query_scalar!("select entries from sessions where id_hash = $1 and expires_at > now()", &hash(session_id))
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        entries.map(serde_json::from_value).transpose().map_err(|error| failed(error).into())
    }

    async fn update_session<'a>(
        &'a self,
        session_id: &'a str,
        entries: &'a BTreeMap<String, Value>,
        expires: Option<Duration>,
    ) -> Result<()> {
        let user_id = entries.get(USER_ID).and_then(Value::as_i64);
        sqlx::query!(
            "insert into sessions (id_hash, user_id, entries, expires_at) values ($1, $2, $3, now() + make_interval(secs => $4))
             on conflict on constraint sessions_pkey
             do update set user_id = excluded.user_id, entries = excluded.entries, expires_at = excluded.expires_at
             where sessions.expires_at > now()",
            &hash(session_id),
            user_id,
            serde_json::to_value(entries).map_err(failed)?,
            expires.unwrap_or(LIFETIME).as_secs_f64(),
        )
        .execute(&self.pool)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn remove_session<'a>(&'a self, session_id: &'a str) -> Result<()> {
        // Ended, not deleted: a request that was under way saves its session last, and must not bring it back to life.
        sqlx::query!("update sessions set user_id = null, entries = '{}', expires_at = now() where id_hash = $1", &hash(session_id))
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
    }
}

/// Deletes what has ended, once no request of it can be under way; called by the worker's housekeeping.
pub async fn delete_expired(pool: &PgPool) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query!("delete from sessions where expires_at < now() - interval '1 hour'").execute(pool).await?.rows_affected())
}

/// Our fault, and as little shown of it as of any other.
fn failed(error: impl Into<anyhow::Error>) -> Error {
    Error::Internal(error.into())
}

/// 256 random bits need no salt: there is no dictionary of them.
fn hash(session_id: &str) -> Vec<u8> {
    Sha256::digest(session_id.as_bytes()).to_vec()
}

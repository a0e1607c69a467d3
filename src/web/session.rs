//! Sessions in Postgres: any number of web processes share them, and a restart signs nobody out.

use std::{collections::BTreeMap, time::Duration};

use poem::{
    Endpoint, FromRequest, Request, RequestBody, Result,
    session::{CookieConfig, Session, SessionStorage},
    web::{Data, cookie::SameSite},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::{app::App, config::Config, error::Error};

/// The entry that says who is signed in; also kept in a column, so that all of a user's sessions can be ended.
pub const USER_ID: &str = "user_id";
/// The entry with the moment of the sign-in, in Unix seconds; from it a session's last moment is counted.
pub const SIGNED_IN_AT: &str = "signed_in_at";
/// The entry with the browser's `User-Agent` at the sign-in.
pub const AGENT: &str = "agent";
/// The entry of somebody who has given the password and not yet the code.
pub const PENDING: &str = "pending_sign_in";
/// The entry with the user's epoch of when the sign-in began: all that were begun before [`end_all`] are worth nothing,
/// also those that had not been stored yet.
pub const EPOCH: &str = "epoch";
/// Stands in what is loaded, never in the table: the session goes on under another cookie.
const ROTATE: &str = "rotate";

/// How long a session outlives its last request.
pub const IDLE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a session lasts however much it is used; the cookie too.
pub const ABSOLUTE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a session of nobody lasts: it carries a message to the next page.
const ANONYMOUS: Duration = Duration::from_secs(24 * 60 * 60);
/// How many sessions a user may have; another one ends the one that has been silent the longest.
pub const AT_MOST: i64 = 50;

/// The session's cookie: out of reach of scripts; over https of other hosts of the domain as well, by its prefix (RFC
/// 6265bis, section 4.1.3.2).
pub fn cookie(config: &Config) -> CookieConfig {
    CookieConfig::new().name(name(config)).secure(config.is_https()).http_only(true).same_site(SameSite::Lax).path("/").max_age(ABSOLUTE)
}

fn name(config: &Config) -> String {
    config.cookie_name("periodical_session")
}

/// The hash of the session that a request came with; None without its cookie. After `Session::renew` it is another's.
#[derive(Debug, Clone)]
pub struct SessionHash(pub Option<Vec<u8>>);

impl<'a> FromRequest<'a> for SessionHash {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        Ok(Self(request.cookie().get(&name(&app.config)).map(|cookie| hash(cookie.value_str()))))
    }
}

/// Gives a session whose user's rights have changed another id, before anything else is done with it. Not where a body is
/// read first: that takes as long as the client likes, and a session that is ended meanwhile must not get another id.
pub async fn rotate<E: Endpoint>(endpoint: &E, request: Request) -> Result<E::Output> {
    if request.method().is_safe()
        && let Some(session) = request.extensions().get::<Session>()
        && session.get::<bool>(ROTATE).is_some()
    {
        session.remove(ROTATE);
        session.renew();
    }
    endpoint.call(request).await
}

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
        // Noted once a minute at the most: a request is no reason to write.
        let found = sqlx::query!(
            "with seen as (
               update sessions set seen_at = now(), expires_at = least(now() + make_interval(secs => $2), ends_at)
               where id_hash = $1 and expires_at > now() and seen_at < now() - interval '1 minute' and user_id is not null
             )
             select entries, rotate from sessions where id_hash = $1 and expires_at > now()",
            &hash(session_id),
            IDLE.as_secs_f64()
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        let Some(found) = found else { return Ok(None) };
        let mut entries: BTreeMap<String, Value> = serde_json::from_value(found.entries).map_err(failed)?;
        if found.rotate {
            entries.insert(ROTATE.to_owned(), Value::Bool(true));
        }
        Ok(Some(entries))
    }

    async fn update_session<'a>(
        &'a self,
        session_id: &'a str,
        entries: &'a BTreeMap<String, Value>,
        _expires: Option<Duration>,
    ) -> Result<()> {
        let user_id = entries.get(USER_ID).and_then(Value::as_i64);
        let signed_in_at = entries.get(SIGNED_IN_AT).and_then(Value::as_i64);
        let epoch = entries.get(EPOCH).and_then(Value::as_i64).unwrap_or_default();
        sqlx::query!(
            "insert into sessions (id_hash, user_id, entries, ends_at, expires_at)
             select $1, $2, $3, ends.ends_at, least(now() + make_interval(secs => case when $2::bigint is null then $6::float8 else $5::float8 end), ends.ends_at)
             from (select coalesce(to_timestamp($7::bigint), now()) + make_interval(secs => $4::float8) as ends_at) ends
             where $2::bigint is null or coalesce((select epoch from session_epochs where user_id = $2), 0) = $8::bigint
             on conflict on constraint sessions_pkey
             do update set user_id = excluded.user_id, entries = excluded.entries, expires_at = least(excluded.expires_at, sessions.ends_at)
             where sessions.expires_at > now()",
            &hash(session_id),
            user_id,
            serde_json::to_value(entries).map_err(failed)?,
            ABSOLUTE.as_secs_f64(),
            IDLE.as_secs_f64(),
            ANONYMOUS.as_secs_f64(),
            signed_in_at,
            epoch
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

/// Counts a try within a session, whatever becomes of it; how many that makes. None: the session is over.
///
/// # Errors
/// The database's.
pub async fn count_try(db: impl sqlx::PgExecutor<'_>, id_hash: &[u8]) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("update sessions set tries = tries + 1 where id_hash = $1 and expires_at > now() returning tries", id_hash)
        .fetch_optional(db)
        .await
}

/// What names a session in the table.
pub fn hash(session_id: &str) -> Vec<u8> {
    // 256 random bits need no salt: there is no dictionary of them.
    Sha256::digest(session_id.as_bytes()).to_vec()
}

/// Deletes what has ended, once no request of it can be under way; called by the worker's housekeeping.
pub async fn delete_expired(pool: &PgPool) -> Result<u64, sqlx::Error> {
    Ok(sqlx::query!("delete from sessions where expires_at < now() - interval '1 hour'").execute(pool).await?.rows_affected())
}

/// What [`end_all`] did.
#[derive(Debug)]
pub struct Ended {
    pub sessions: i64,
    /// What the session that goes on has to carry as its [`EPOCH`] from now on.
    pub epoch: i32,
}

/// Ends all sessions of a user but one, by its cookie's hash; also those of sign-ins that are under way.
///
/// # Errors
/// The database's.
pub async fn end_all(db: impl sqlx::PgExecutor<'_>, user_id: i64, except: Option<&[u8]>) -> sqlx::Result<Ended> {
    sqlx::query_as!(
        Ended,
        r#"with next as (
             insert into session_epochs (user_id, epoch) values ($1, 1)
             on conflict on constraint session_epochs_pkey do update set epoch = session_epochs.epoch + 1
             returning epoch
           ), kept as (
             update sessions set entries = jsonb_set(entries, '{epoch}', to_jsonb(next.epoch)) from next
             where user_id = $1 and id_hash = $2
           ), ended as (
             update sessions set user_id = null, entries = '{}', expires_at = now()
             where user_id = $1 and ($2::bytea is null or id_hash <> $2)
             returning 1
           )
           select next.epoch, (select count(*) from ended) as "sessions!" from next"#,
        user_id,
        except
    )
    .fetch_one(db)
    .await
}

/// Ends the sessions beyond [`AT_MOST`] that have been silent the longest.
///
/// # Errors
/// The database's.
pub async fn end_surplus(db: impl sqlx::PgExecutor<'_>, user_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update sessions set user_id = null, entries = '{}', expires_at = now()
         where id in (select id from sessions where user_id = $1 and expires_at > now() order by seen_at desc, id desc offset $2)",
        user_id,
        // The one that is about to begin has its place.
        AT_MOST - 1
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets all sessions of a user go on under other cookies: their rights have changed.
///
/// # Errors
/// The database's.
pub async fn rotate_all(db: impl sqlx::PgExecutor<'_>, user_id: i64) -> sqlx::Result<()> {
    sqlx::query!("update sessions set rotate = true where user_id = $1", user_id).execute(db).await?;
    Ok(())
}

/// Our fault, and as little shown of it as of any other.
fn failed(error: impl Into<anyhow::Error>) -> Error {
    Error::Internal(error.into())
}

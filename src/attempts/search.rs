//! The list of attempts, narrowed: which way to the rows is the shortest.

use sqlx::PgPool;

use super::{
    model::{Attempt, Narrowed},
    queries::{self, Stretch},
};

/// Up to so many mailings their attempts are looked up one mailing after the other. Where more fit, one that fits is never far.
const FEW: i64 = 200;

/// The owner's attempts that fit, newest first, from below `before` on.
pub async fn find(db: &PgPool, user_id: i64, narrowed: &Narrowed, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Attempt>> {
    let from = match narrowed.since {
        Some(since) => match queries::first_since(db, user_id, since).await? {
            Some(first) => first,
            None => return Ok(Vec::new()),
        },
        None => 0,
    };
    let stretch = Stretch { user_id, before: before.unwrap_or(i64::MAX), from, limit };
    let mailings = match (narrowed.mailing_id, &narrowed.search) {
        (Some(mailing_id), _) => Some(vec![mailing_id]),
        (None, Some(pattern)) => {
            Some(queries::mailings_named(db, user_id, pattern, FEW + 1).await?).filter(|found| found.len() as i64 <= FEW)
        }
        (None, None) => None,
    };
    let pattern = narrowed.search.as_deref();
    let ids = match (mailings, narrowed.status) {
        (Some(mailings), status) => queries::of_mailings(db, stretch, &mailings, status).await?,
        (None, Some(status)) => queries::in_status(db, stretch, status, pattern).await?,
        (None, None) => queries::any(db, stretch, pattern).await?,
    };
    queries::by_ids(db, &ids).await
}

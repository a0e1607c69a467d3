//! What was said to those who did not get an attempt's mail.

use sqlx::PgPool;

use super::{
    model::{ANSWERS, Answer, Attempt, LOOKED_AT},
    queries,
};

/// As it was counted when the attempt closed, else as it is so far.
pub async fn of(db: &PgPool, attempt: &Attempt) -> sqlx::Result<Vec<Answer>> {
    if attempt.failed + attempt.unknown + attempt.skipped == 0 {
        return Ok(Vec::new());
    }
    let kept = queries::kept_answers(db, attempt.id).await?;
    if kept.is_empty() { queries::answers_so_far(db, attempt.id, LOOKED_AT, ANSWERS).await } else { Ok(kept) }
}

//! Adds finished attempts up, so that no page has to.

use super::queries;
use crate::{app::App, error::Result};

/// Attempts to a transaction.
const AT_ONCE: i64 = 200;

/// Adds up what is over since the last time. Several workers at once share the work.
///
/// # Errors
/// The database's; then the attempts of the last transaction are added up another time.
pub async fn tally(app: &App) -> Result<()> {
    loop {
        let mut transaction = app.db.begin().await?;
        let attempt_ids = queries::take_untallied(&mut *transaction, AT_ONCE).await?;
        if attempt_ids.is_empty() {
            return Ok(());
        }
        queries::add_figures(&mut *transaction, &attempt_ids).await?;
        queries::add_answers(&mut *transaction, &attempt_ids).await?;
        transaction.commit().await?;
    }
}

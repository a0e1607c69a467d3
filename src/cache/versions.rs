//! The number of what the public reads, which goes up with every change of it: what is cached bears the number it was made
//! under, so nothing that was made before a change is taken for what stands after it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::{PgExecutor, PgTransaction};

/// The channel on which the number's going up is announced; the payload is the number.
pub const CHANNEL: &str = "public";

/// Raises the number in the transaction of the change, and announces it when that commits. Give the number to
/// [`Cache::saw`](super::Cache::saw) after the commit, so that the next request to this very process shows the change.
///
/// Changes wait for each other here, so call it last in the transaction.
///
/// # Errors
/// The database's.
pub async fn raise(transaction: &mut PgTransaction<'_>) -> sqlx::Result<i64> {
    let number =
        sqlx::query_scalar!("update public_version set number = number + 1 returning number").fetch_one(&mut **transaction).await?;
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, number.to_string()).execute(&mut **transaction).await?;
    Ok(number)
}

/// The number as it stands.
///
/// # Errors
/// The database's.
pub async fn read(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select number from public_version").fetch_one(db).await
}

/// What this process knows of the number.
#[derive(Debug, Default)]
pub struct Versions(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// None: nobody would tell us if it went up.
    number: Option<i64>,
    /// What this process itself has raised it to while it heard nothing.
    raised: i64,
}

impl Versions {
    /// The number that holds now. None while this process does not listen: then nothing that depends on it may be taken from
    /// a cache, nor put there.
    pub fn current(&self) -> Option<i64> {
        self.known().number
    }

    /// The number was read or announced, and announcements are heard.
    pub fn hears(&self, number: i64) {
        let mut known = self.known();
        // Of a number that was read and one that was announced meanwhile the later counts. After a silence it may have gone
        // down: a backup was restored.
        let before = known.number.unwrap_or(known.raised);
        *known = Known { number: Some(number.max(before)), raised: 0 };
    }

    /// Announcements are no longer heard.
    pub fn is_deaf(&self) {
        *self.known() = Known::default();
    }

    /// This process has committed a change under that number.
    pub fn saw(&self, number: i64) {
        let mut known = self.known();
        match &mut known.number {
            Some(known) => *known = number.max(*known),
            None => known.raised = number.max(known.raised),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Versions;

    #[test]
    fn a_number_that_was_read_does_not_hide_a_later_one() {
        let versions = Versions::default();
        assert_eq!(versions.current(), None);
        versions.hears(7);
        versions.saw(8);
        versions.hears(7);
        assert_eq!(versions.current(), Some(8));
        versions.hears(9);
        assert_eq!(versions.current(), Some(9));
    }

    #[test]
    fn after_a_silence_the_number_that_was_read_holds_unless_this_process_has_raised_it_itself() {
        let versions = Versions::default();
        versions.hears(7);
        versions.is_deaf();
        versions.saw(8);
        assert_eq!(versions.current(), None);
        versions.hears(7);
        assert_eq!(versions.current(), Some(8));
        // A restored backup.
        versions.is_deaf();
        versions.hears(3);
        assert_eq!(versions.current(), Some(3));
    }
}

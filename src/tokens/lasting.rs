//! What goes on for after a request was answered ends with the token that it came with.

use sqlx::PgPool;

use super::{Caller, queries};
use crate::{app::App, web::csv};

/// A token that a download hangs on.
#[derive(Debug)]
pub struct Lasting {
    db: PgPool,
    token_id: i64,
}

impl Lasting {
    pub fn new<S>(app: &App, caller: &Caller<S>) -> Self {
        Self { db: app.db.clone(), token_id: caller.token_id }
    }

    /// These rows, as long as the token works and its user is not blocked.
    pub fn download<P: csv::Pages>(self, pages: P) -> impl csv::Pages {
        WhileItWorks { lasting: self, pages }
    }
}

struct WhileItWorks<P> {
    lasting: Lasting,
    pages: P,
}

impl<P: csv::Pages> csv::Pages for WhileItWorks<P> {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        // An error and no end: what was broken off is nobody's whole file.
        if !queries::works(&self.lasting.db, self.lasting.token_id).await? {
            return Err(sqlx::Error::RowNotFound);
        }
        self.pages.next().await
    }
}

//! All recipients as a file.

use poem::{Response, handler, web::Data};
use sqlx::PgPool;

use crate::{
    app::App,
    recipients::{model::Recipient, queries},
    t,
    users::{CurrentUser, session::Lasting},
    web::{csv, session::SessionHash},
};

/// Rows that are read at a time.
const BATCH: i64 = 2000;

#[handler]
pub async fn show(user: CurrentUser, session: SessionHash, app: Data<&App>) -> Response {
    let headings = vec![t!("recipients-email"), t!("recipients-name"), t!("recipients-comment"), t!("recipients-state")];
    let words = [t!("recipients-deliverable"), t!("recipients-undeliverable"), t!("recipients-unsubscribed")];
    let all = All { db: app.db.clone(), user_id: user.id(), before: None, words };
    csv::download("recipients.csv", headings, Lasting::new(&app, &user, session).download(all))
}

/// Every recipient of a user, newest first.
struct All {
    db: PgPool,
    user_id: i64,
    before: Option<i64>,
    /// The names of the states: what makes the file speaks no language.
    words: [String; 3],
}

impl csv::Pages for All {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        let found = queries::list(&self.db, self.user_id, None, self.before, BATCH).await?;
        self.before = found.last().map(|recipient| recipient.id).or(self.before);
        Ok(found.into_iter().map(|recipient| self.row(recipient)).collect())
    }
}

impl All {
    fn row(&self, recipient: Recipient) -> Vec<String> {
        let [deliverable, undeliverable, unsubscribed] = &self.words;
        let state = match (recipient.unsubscribed_at, recipient.undeliverable_at) {
            (Some(_), _) => unsubscribed,
            (None, Some(_)) => undeliverable,
            (None, None) => deliverable,
        };
        vec![recipient.email, recipient.full_name, recipient.comment, state.clone()]
    }
}

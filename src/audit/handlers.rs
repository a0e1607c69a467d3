//! The audit trail, for administrators.

use poem::{
    handler,
    web::{Data, Query},
};

use super::{
    model::{Action, AuditQuery},
    queries::{self, Filter},
    views,
};
use crate::{
    app::App,
    db,
    error::Result,
    users::Admin,
    web::{
        Chrome, Page,
        list::{self, ListQuery},
    },
};

#[handler]
pub async fn index(Admin(user): Admin, chrome: Chrome, app: Data<&App>, Query(query): Query<AuditQuery>) -> Result<Page> {
    let (actor, subject) = (db::like_pattern(&query.actor), db::like_pattern(&query.subject));
    let filter =
        Filter { actor: actor.as_deref(), subject: subject.as_deref(), action: Action::parse(&query.action), key: query.subject_key() };
    let found = queries::list(&app.db, &filter, query.before, list::FETCH).await?;
    let position = ListQuery { q: String::new(), before: query.before };
    let page = list::Keyset::new(&query.path(), &position, found, |entry| entry.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query, &page)))
}

//! What mailings and messages have reached.

use poem::{handler, web::Data};

use super::{queries, views};
use crate::{
    app::App,
    error::Result,
    users::CurrentUser,
    web::{Chrome, Page},
};

/// Lines of each report.
const REPORTED: i64 = 200;

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    let by_mailing = queries::by_mailing(&app.db, user.id(), REPORTED).await?;
    let by_message = queries::by_message(&app.db, user.id(), REPORTED).await?;
    Ok(Page::ok(views::index_page(&user, &chrome, &by_mailing, &by_message)))
}

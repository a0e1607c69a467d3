//! What a form or a mailing will lead to, gathered for the words about it.

use poem::{
    Response, handler,
    web::{Data, Path},
};
use time::OffsetDateTime;

use super::super::{
    model::{Mailing, MailingForm, Outlook, Reached},
    queries,
    runs::next_after_change,
    schedule::Schedule,
    views,
};
use crate::{
    app::App,
    db,
    error::Result,
    recipients,
    users::CurrentUser,
    web::{FormData, fragment},
};

/// Up to which number those who will be skipped are counted; beyond it is "more than".
pub const SKIPPED_COUNTED: i64 = 10_000;

/// The words beside the form of a new mailing, as it stands. Saves nothing.
#[handler]
pub async fn foretell_new(user: CurrentUser, app: Data<&App>, FormData(form): FormData<MailingForm>) -> Result<Response> {
    Ok(fragment(views::outlook_words(&of_form(&app, user.id(), &form, None).await?)))
}

/// The same beside the form of a stored one.
#[handler]
pub async fn foretell(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>, FormData(form): FormData<MailingForm>) -> Result<Response> {
    let mailing = queries::get(&app.db, user.id(), id).await?;
    let form = form.with_locked(mailing.form(&queries::recipient_ids(&app.db, id).await?));
    Ok(fragment(views::outlook_words(&of_form(&app, user.id(), &form, Some(&mailing)).await?)))
}

/// What follows if the form is saved now, in place of the stored mailing where there is one.
pub async fn of_form(app: &App, user_id: i64, form: &MailingForm, stored: Option<&Mailing>) -> Result<Outlook> {
    let now = db::now(&app.db).await?;
    let schedule = form.schedule();
    let next_run_at = match (&schedule, stored) {
        (Some(schedule), Some(stored)) => next_after_change(stored, schedule, queries::last_run_at(&app.db, stored.id).await?, now),
        (Some(schedule), None) => schedule.next_run(None, now),
        (None, _) => None,
    };
    let reached = if form.all_recipients == "true" {
        all(app, user_id).await?
    } else {
        let (recipients, skipped) = queries::count_ticked(&app.db, user_id, &form.picked_ids()).await?;
        Reached { is_all: false, recipients, skipped }
    };
    Ok(Outlook { runs: runs(schedule.as_ref(), next_run_at, now), schedule, reached, now })
}

/// What a stored mailing leads to.
pub async fn of_mailing(app: &App, mailing: &Mailing) -> Result<Outlook> {
    let now = db::now(&app.db).await?;
    let schedule = mailing.schedule().ok();
    let reached = if mailing.all_recipients {
        all(app, mailing.user_id).await?
    } else {
        let (recipients, skipped) = queries::count_picked(&app.db, mailing.id).await?;
        Reached { is_all: false, recipients, skipped }
    };
    Ok(Outlook { runs: runs(schedule.as_ref(), mailing.next_run_at, now), schedule, reached, now })
}

async fn all(app: &App, user_id: i64) -> Result<Reached> {
    let recipients = recipients::queries::count(&app.db, user_id).await?;
    let skipped = queries::count_skipped(&app.db, user_id, SKIPPED_COUNTED + 1).await?;
    Ok(Reached { is_all: true, recipients, skipped })
}

/// The next five.
fn runs(schedule: Option<&Schedule>, next_run_at: Option<OffsetDateTime>, now: OffsetDateTime) -> Vec<OffsetDateTime> {
    let (Some(schedule), Some(next)) = (schedule, next_run_at) else { return Vec::new() };
    schedule.runs_from(next, now, 5)
}

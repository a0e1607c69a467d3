//! Name, language and time zone.

use poem::{IntoResponse, Response, handler, session::Session, web::Data};

use crate::{
    account::{model::ProfileForm, queries, views},
    app::App,
    error::Result,
    users::CurrentUser,
    web::{Chrome, FieldErrors, FormData, Page, flash, see_other},
};

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    let profile = queries::profile(&app.db, user.id()).await?;
    let form = ProfileForm {
        full_name: profile.full_name,
        locale: profile.locale.unwrap_or_default(),
        time_zone: profile.time_zone.unwrap_or_default(),
    };
    Ok(Page::ok(views::profile_page(&user, &chrome, &form, &FieldErrors::default())))
}

#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<ProfileForm>,
) -> Result<Response> {
    let profile = match form.parse() {
        Ok(profile) => profile,
        Err(errors) => return Ok(Page::invalid(views::profile_page(&user, &chrome, &form, &errors)).into_response()),
    };
    queries::save_profile(&app.db, user.id(), &profile).await?;
    flash(session, true, "Saved.");
    Ok(see_other("/account"))
}

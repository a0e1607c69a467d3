//! Name, language and time zone.

use maud::Markup;
use poem::{IntoResponse, Request, Response, handler, http::header, session::Session, web::Data};
use time::OffsetDateTime;

use crate::{
    account::{model::ProfileForm, queries, views},
    app::App,
    error::Result,
    i18n::{self, Language, format},
    mailings::schedule::{self, Zone},
    t,
    users::CurrentUser,
    web::{Chrome, FieldErrors, FormData, Page, flash, locale, see_other},
};

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    let profile = queries::profile(&app.db, user.id()).await?;
    let form = ProfileForm {
        full_name: profile.full_name,
        locale: profile.locale.unwrap_or_default(),
        time_zone: profile.time_zone.unwrap_or_default(),
        notify: profile.notify.as_str().to_owned(),
    };
    Ok(Page::ok(page(&user, &chrome, &form, &FieldErrors::default())))
}

#[handler]
pub async fn update(
    request: &Request,
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<ProfileForm>,
) -> Result<Response> {
    let profile = match form.parse() {
        Ok(profile) => profile,
        Err(errors) => return Ok(Page::invalid(page(&user, &chrome, &form, &errors)).into_response()),
    };
    queries::save_profile(&app.db, user.id(), &profile).await?;
    let language = profile.locale.as_deref().and_then(Language::from_tag);
    // What is said from here on is read by whoever has just chosen.
    i18n::set(language.or_else(|| locale::asked_for(request)).unwrap_or_default());
    flash(session, true, t!("account-saved"));
    // The pages before a sign-in agree with the profile.
    let cookie = locale::cookie(language, app.config.is_https()).to_string();
    Ok(see_other("/account").with_header(header::SET_COOKIE, cookie).into_response())
}

fn page(user: &CurrentUser, chrome: &Chrome, form: &ProfileForm, errors: &FieldErrors) -> Markup {
    let there = Zone::parse(&form.time_zone).ok().map(|zone| format::time(schedule::civil(OffsetDateTime::now_utc(), &zone).time()));
    views::profile_page(user, chrome, form, errors, there.as_deref())
}

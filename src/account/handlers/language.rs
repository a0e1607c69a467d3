//! The switch between languages, which visitors have as well.

use poem::{IntoResponse, Request, Response, handler, http::header, web::Data};

use crate::{
    account::{model::LanguageForm, queries},
    app::App,
    error::{Error, Result},
    i18n::Language,
    users::{Visitor, model::local_path, session::return_to},
    web::{FormData, locale, see_other},
};

#[handler]
pub async fn update(request: &Request, visitor: Visitor, app: Data<&App>, FormData(form): FormData<LanguageForm>) -> Result<Response> {
    let language = Language::from_tag(&form.language).ok_or(Error::NotFound)?;
    if let Some(user) = &visitor.0 {
        queries::save_locale(&app.db, user.id, language.tag()).await?;
    }
    let cookie = locale::cookie(Some(language), app.config.is_https()).to_string();
    Ok(see_other(local_path(&return_to(request))).with_header(header::SET_COOKIE, cookie).into_response())
}

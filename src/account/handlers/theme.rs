//! The switch between light and dark, which visitors have as well: it is the browser's and not the account's.

use poem::{IntoResponse, Request, Response, handler, http::header, web::Data};

use crate::{
    account::model::ThemeForm,
    app::App,
    error::{Error, Result},
    users::{model::local_path, session::return_to},
    web::{
        FormData, see_other,
        theme::{self, Theme},
    },
};

#[handler]
pub async fn update(request: &Request, app: Data<&App>, FormData(form): FormData<ThemeForm>) -> Result<Response> {
    let theme = Theme::from_name(&form.theme).ok_or(Error::NotFound)?;
    let cookie = theme::cookie(theme, app.config.is_https()).to_string();
    Ok(see_other(local_path(&return_to(request))).with_header(header::SET_COOKIE, cookie).into_response())
}

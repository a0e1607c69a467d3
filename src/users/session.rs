//! Who asks: the extractors that handlers name in their signatures.

use poem::{FromRequest, Request, RequestBody, Result, session::Session, web::Data};

use super::{model::User, queries};
use crate::{
    app::App,
    error::Error,
    ui::layout::{Section, Shell, UserMenu},
    web::{Chrome, page, session::USER_ID},
};

/// The signed-in user: verified, not blocked. Anybody else is sent to the sign-in page.
#[derive(Debug, Clone)]
pub struct CurrentUser(pub User);

/// Whoever looks: signed in or not.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<User>);

impl<'a> FromRequest<'a> for CurrentUser {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        match Visitor::from_request(request, body).await? {
            Visitor(Some(user)) => Ok(Self(user)),
            Visitor(None) => Err(Error::SignInRequired { return_to: return_to(request), htmx: page::is_htmx(request) }.into()),
        }
    }
}

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let session = <&Session>::from_request_without_body(request).await?;
        let Some(user_id) = session.get::<i64>(USER_ID) else { return Ok(Self(None)) };
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        Ok(Self(queries::active(&app.db, user_id).await.map_err(Error::from)?))
    }
}

/// The page to come back to after signing in: the one that htmx was on, or the one asked for. After a form without htmx
/// there is none.
fn return_to(request: &Request) -> String {
    let htmx_page = request.header("HX-Current-URL").and_then(|address| url::Url::parse(address).ok());
    match htmx_page {
        Some(page) => page[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        None if request.method().is_safe() => request.original_uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        None => "/".to_owned(),
    }
}

impl CurrentUser {
    pub fn id(&self) -> i64 {
        self.0.id
    }

    /// The page's frame for this user.
    pub fn shell<'a>(&'a self, chrome: &'a Chrome, title: &'a str, active: Section) -> Shell<'a> {
        shell(Some(&self.0), chrome, title, active)
    }
}

impl Visitor {
    /// The page's frame for whoever looks.
    pub fn shell<'a>(&'a self, chrome: &'a Chrome, title: &'a str, active: Section) -> Shell<'a> {
        shell(self.0.as_ref(), chrome, title, active)
    }
}

fn shell<'a>(user: Option<&'a User>, chrome: &'a Chrome, title: &'a str, active: Section) -> Shell<'a> {
    Shell {
        title,
        user: user.map(|user| UserMenu { name: &user.full_name, email: &user.email }),
        active,
        csrf: &chrome.csrf,
        flash: chrome.flash.clone(),
        dev_inbox: chrome.dev_inbox,
    }
}

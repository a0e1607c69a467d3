//! Who asks: the extractors that handlers name in their signatures, and how a session begins.

use maud::Markup;
use poem::{FromRequest, IntoResponse, Request, RequestBody, Response, Result, http::header, session::Session, web::Data};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::{
    model::User,
    queries::{self, Credentials},
    rights::{self, Reach, Right},
    two_factor,
};
use crate::{
    app::App,
    cache::Kind,
    error::{Asked, Error},
    i18n,
    mailings::schedule::Zone,
    t,
    ui::layout::{Section, Shell, Urge, UserMenu},
    web::{
        Chrome, Page, csv, kept, locale, page,
        session::{self as stored, SessionHash},
    },
};

/// The signed-in user: verified, not blocked. Anybody else is sent to the sign-in page.
#[derive(Debug, Clone)]
pub struct CurrentUser(pub User);

/// Whoever looks: signed in or not.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<User>);

/// Somebody who watches over users and mailings. Whoever is signed in and may not gets 403.
#[derive(Debug, Clone)]
pub struct Manager(pub CurrentUser);

/// Somebody who writes the blog.
#[derive(Debug, Clone)]
pub struct Editor(pub CurrentUser);

/// Somebody who has the accounts and the roles in hand.
#[derive(Debug, Clone)]
pub struct Admin(pub CurrentUser);

impl Manager {
    /// What a handler that asks for a [`Manager`] may do.
    pub const RIGHTS: &[Right] = &[Right::ViewUsers, Right::BlockUsers, Right::ViewMailings, Right::DisableMailings];
}

impl Editor {
    /// What a handler that asks for an [`Editor`] may do.
    pub const RIGHTS: &[Right] = &[Right::EditBlog];
}

impl Admin {
    /// What a handler that asks for an [`Admin`] may do.
    pub const RIGHTS: &[Right] = &[Right::ManageUsers, Right::GiveRoles, Right::ReadAudit, Right::TestMailServer];
}

impl<'a> FromRequest<'a> for CurrentUser {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        match Visitor::from_request(request, body).await? {
            Visitor(Some(user)) => Ok(Self(user)),
            Visitor(None) => Err(sign_in_required(request).into()),
        }
    }
}

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let session = <&Session>::from_request_without_body(request).await?;
        let Some(user_id) = session.get::<i64>(stored::USER_ID) else { return Ok(Self(None)) };
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        let SessionHash(Some(hash)) = SessionHash::from_request(request, body).await? else { return Ok(Self(None)) };
        let user = queries::active(&app.db, user_id, &hash).await.map_err(Error::from)?;
        if let Some(language) = user.as_ref().and_then(|user| user.language) {
            i18n::set(language);
            // For the pages that do not ask who is there: failures, and the sign-in. What is sent may be another choice.
            if request.method().is_safe() && locale::chosen(request) != Some(language) {
                request.cookie().add(locale::cookie(Some(language), app.config.is_https()));
            }
        }
        Ok(Self(user))
    }
}

impl<'a> FromRequest<'a> for Manager {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        authorised(request, body, Self::RIGHTS).await.map(Self)
    }
}

impl<'a> FromRequest<'a> for Editor {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        authorised(request, body, Self::RIGHTS).await.map(Self)
    }
}

impl<'a> FromRequest<'a> for Admin {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        authorised(request, body, Self::RIGHTS).await.map(Self)
    }
}

async fn authorised(request: &Request, body: &mut RequestBody, needed: &[Right]) -> Result<CurrentUser> {
    let user = CurrentUser::from_request(request, body).await?;
    if needed.iter().all(|right| user.may(*right)) { Ok(user) } else { Err(Error::Forbidden.into()) }
}

fn sign_in_required(request: &Request) -> Error {
    let asked = match (page::is_htmx(request), request.method().is_safe()) {
        (false, true) => Asked::ByLink,
        (false, false) => Asked::WithForm,
        (true, true) => Asked::ForFragment,
        (true, false) => Asked::WithOpenForm,
    };
    Error::SignInRequired { return_to: return_to(request), asked }
}

/// The page to come back to after signing in: the one that htmx or the form was on, or the one asked for.
pub fn return_to(request: &Request) -> String {
    let form_page = if request.method().is_safe() { None } else { request.header(header::REFERER) };
    let page = request.header("HX-Current-URL").or(form_page).and_then(|address| url::Url::parse(address).ok());
    match page {
        Some(page) => page[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
        None if request.method().is_safe() => request.original_uri().path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        None => "/".to_owned(),
    }
}

/// A session that something goes on for after its request was answered: a download ends with it.
#[derive(Debug)]
pub struct Lasting {
    db: PgPool,
    user_id: i64,
    session: Vec<u8>,
}

impl Lasting {
    pub fn new(app: &App, user: &CurrentUser, session: SessionHash) -> Self {
        Self { db: app.db.clone(), user_id: user.id(), session: session.0.unwrap_or_default() }
    }

    /// These rows, as long as the user is signed in and not blocked.
    pub fn download<P: csv::Pages>(self, pages: P) -> impl csv::Pages {
        WhileSignedIn { lasting: self, pages }
    }
}

struct WhileSignedIn<P> {
    lasting: Lasting,
    pages: P,
}

impl<P: csv::Pages> csv::Pages for WhileSignedIn<P> {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        let Lasting { db, user_id, session } = &self.lasting;
        // An error and no end: what was broken off is nobody's whole file.
        queries::active(db, *user_id, session).await?.ok_or(sqlx::Error::RowNotFound)?;
        self.pages.next().await
    }
}

/// Signs somebody in: a new session under a new id, so that one that was planted before is worth nothing.
pub fn begin(session: &Session, request: &Request, credentials: &Credentials) {
    session.clear();
    session.set(stored::USER_ID, credentials.id);
    session.set(stored::EPOCH, credentials.session_epoch);
    session.set(stored::SIGNED_IN_AT, time::OffsetDateTime::now_utc().unix_timestamp());
    let agent: String = request.header(header::USER_AGENT).unwrap_or_default().chars().take(300).collect();
    session.set(stored::AGENT, agent);
    session.renew();
}

/// Somebody whose password was right and whose code is awaited.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    pub user_id: i64,
    /// In Unix seconds.
    since: i64,
    /// Of the kept password: another one ends what was begun with this.
    password_digest: String,
}

impl Pending {
    /// Begins a session that is nobody's yet, under a new id.
    pub fn begin(session: &Session, user_id: i64, password_hash: &str) {
        session.clear();
        let since = time::OffsetDateTime::now_utc().unix_timestamp();
        session.set(stored::PENDING, Self { user_id, since, password_digest: digest(password_hash) });
        session.renew();
    }

    /// None where nobody has given a password, or too long ago.
    pub fn of(session: &Session) -> Option<Self> {
        let pending = session.get::<Self>(stored::PENDING)?;
        let age = time::OffsetDateTime::now_utc().unix_timestamp() - pending.since;
        (0..two_factor::PATIENCE.whole_seconds()).contains(&age).then_some(pending)
    }

    /// Whether the password it began with still is the user's.
    pub fn knows(&self, password_hash: &str) -> bool {
        self.password_digest == digest(password_hash)
    }

    /// Ends it: the password is asked for again.
    pub fn end(session: &Session) {
        session.clear();
        session.renew();
    }
}

fn digest(password_hash: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(password_hash.as_bytes()))
}

impl CurrentUser {
    pub fn id(&self) -> i64 {
        self.0.id
    }

    pub fn may(&self, right: Right) -> bool {
        rights::allows(&self.0.roles, right)
    }

    /// Whose mailings and attempts this user may look at.
    pub fn reach(&self) -> Reach {
        if self.may(Right::ViewMailings) { Reach::Everybodys } else { Reach::Own(self.id()) }
    }

    /// The zone of the profile, for showing times; UTC where none is chosen.
    pub fn zone(&self) -> Zone {
        zone(Some(&self.0))
    }

    /// The page's frame for this user.
    pub fn shell<'a>(&'a self, chrome: &'a Chrome, title: &'a str, active: Section) -> Shell<'a> {
        shell(Some(&self.0), chrome, title, active)
    }
}

impl Visitor {
    /// False for who is not signed in.
    pub fn may(&self, right: Right) -> bool {
        self.0.as_ref().is_some_and(|user| rights::allows(&user.roles, right))
    }

    /// The zone of the profile, for showing times; UTC where none is chosen.
    pub fn zone(&self) -> Zone {
        zone(self.0.as_ref())
    }

    /// The page that `render` makes: kept for all who are not signed in (see [`kept::page`]), made anew for who is, and for whom there is a
    /// word about what was done.
    ///
    /// # Errors
    /// Those of `render`.
    pub async fn page<F>(
        self,
        request: &Request,
        app: &App,
        kind: &Kind,
        name: &str,
        render: impl FnOnce(Self, Chrome) -> F,
    ) -> Result<Response>
    where
        F: Future<Output = Result<Markup, Error>>,
    {
        if self.0.is_none() && !page::has_flash(request) {
            return Ok(kept::page(app, kind, name, |chrome| render(Self(None), chrome)).await?);
        }
        let chrome = Chrome::from_request_without_body(request).await?;
        Ok(Page::ok(render(self, chrome).await?).into_response())
    }

    /// The page's frame for whoever looks.
    pub fn shell<'a>(&'a self, chrome: &'a Chrome, title: &'a str, active: Section) -> Shell<'a> {
        shell(self.0.as_ref(), chrome, title, active)
    }
}

fn zone(user: Option<&User>) -> Zone {
    user.and_then(|user| user.time_zone.as_deref()).and_then(|name| Zone::parse(name).ok()).unwrap_or_else(Zone::utc)
}

/// To whoever could do harm to others with nothing but a password.
fn urge() -> Urge {
    Urge { text: t!("users-urge"), href: "/account/two-factor", label: t!("users-urge-link") }
}

fn shell<'a>(user: Option<&'a User>, chrome: &'a Chrome, title: &'a str, active: Section) -> Shell<'a> {
    Shell {
        title,
        user: user.map(|user| UserMenu { name: &user.full_name, email: &user.email, links: rights::menu(user) }),
        active,
        csrf: &chrome.csrf,
        flash: chrome.flash.clone(),
        dev_inbox: chrome.dev_inbox,
        urge: user.is_some_and(rights::should_have_two_factor).then(urge),
        head: None,
    }
}

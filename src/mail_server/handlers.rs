//! The page, a connection tried, a mail tried.

use poem::{
    IntoResponse, Response, handler,
    web::{Data, Query},
};

use super::{
    mails,
    model::{ShowQuery, TestForm},
    views::{self, Shown},
};
use crate::{
    app::App,
    audit::{
        self, Action, Actor, Change, Subject,
        queries::{Filter, list},
    },
    error::{Result, Wait},
    inbox,
    limits::Door,
    mail::{
        connection::SmtpSettings,
        trial::{self, Trial},
    },
    t,
    users::{Admin, CurrentUser},
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page, see_other},
};

/// How many of the last tests are shown.
const TESTS: i64 = 5;

/// What a request has to say beside what there always is to see.
#[derive(Default)]
struct Said<'a> {
    test: Option<i64>,
    connection: Option<&'a Trial>,
    email: &'a str,
    errors: FieldErrors,
}

#[handler]
pub async fn show(Admin(user): Admin, chrome: Chrome, app: Data<&App>, Query(query): Query<ShowQuery>) -> Result<Page> {
    let said = Said { test: query.test, email: &user.0.email, ..Said::default() };
    show_page(&app, &user, &chrome, said).await.map(Page::ok)
}

async fn show_page(app: &App, user: &CurrentUser, chrome: &Chrome, said: Said<'_>) -> Result<maud::Markup> {
    let filter = Filter { actor: None, subject: None, action: Some(Action::SendTestMail), key: None };
    let tests = list(&app.db, &filter, None, TESTS).await?;
    let test = match said.test {
        Some(id) => audit::queries::get(&app.db, id).await?,
        None => None,
    };
    let settings = inbox::smtp_settings(&app.config);
    let shown = Shown {
        config: &app.config,
        settings: &settings,
        tests: &tests,
        test: test.as_ref(),
        connection: said.connection,
        email: said.email,
        errors: &said.errors,
    };
    Ok(views::show_page(user, chrome, &shown))
}

/// Connects and logs in; nothing is sent and nothing changed, so the answer is the page itself.
#[handler]
pub async fn create_connection(Admin(user): Admin, client: ClientAddress, chrome: Chrome, app: Data<&App>) -> Result<Response> {
    let said = Said { email: &user.0.email, ..Said::default() };
    if let Err(wait) = count(&app, &user, client) {
        return too_often(&app, &user, &chrome, said, wait).await;
    }
    let trial = trial::connect(&inbox::smtp_settings(&app.config)).await;
    let page = show_page(&app, &user, &chrome, Said { connection: Some(&trial), ..said }).await?;
    Ok(Page::ok(page).into_response())
}

/// Sends a test mail and puts the server's answer on record, which the page then shows.
#[handler]
pub async fn create_mail(
    Admin(user): Admin,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    FormData(form): FormData<TestForm>,
) -> Result<Response> {
    let composed = form.parse().and_then(|email| {
        let mail = mails::compose(&app.config, &user.0.email, &email);
        mail.map(|mail| (email, mail)).map_err(|_| FieldErrors::of("email", t!("mail-server-not-an-address")))
    });
    let (email, (envelope, message)) = match composed {
        Ok(composed) => composed,
        Err(errors) => {
            let said = Said { email: &form.email, errors, ..Said::default() };
            return Ok(Page::invalid(show_page(&app, &user, &chrome, said).await?).into_response());
        }
    };
    if let Err(wait) = count(&app, &user, client) {
        return too_often(&app, &user, &chrome, Said { email: &form.email, ..Said::default() }, wait).await;
    }
    let settings = inbox::smtp_settings(&app.config);
    let trial = trial::send_once(&settings, &envelope, &message).await;
    let entry_id = record(&app, &user, &settings, email, trial).await?;
    Ok(see_other(format!("/admin/mail-server?test={entry_id}")))
}

async fn record(app: &App, user: &CurrentUser, settings: &SmtpSettings, to: String, trial: Trial) -> Result<i64> {
    let address = format!("{}:{}", settings.host, settings.port);
    let subject = Subject::MailServer { address: &address };
    let change = Change::TestMail { to, trial };
    Ok(audit::record(&app.db, Actor::User(&user.0), Action::SendTestMail, subject, "", &[change]).await?)
}

/// A mail to whomever somebody names, and a connection to the mail server each time.
fn count(app: &App, user: &CurrentUser, client: ClientAddress) -> Result<(), Wait> {
    app.throttle.count(Door::TestMail, client, &user.id().to_string())
}

async fn too_often(app: &App, user: &CurrentUser, chrome: &Chrome, said: Said<'_>, wait: Wait) -> Result<Response> {
    let said = Said { errors: FieldErrors::of_wait(wait), ..said };
    Ok(Page::too_many(wait, show_page(app, user, chrome, said).await?).into_response())
}

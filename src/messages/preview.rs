//! A message as somebody will get it, and a mail of it sent at once to whomever its author wants to show it to.

use lettre::address::Envelope;
use mail_parser::{MessageParser, MimeHeaders};
use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    attachments::{self, model::File},
    drafts,
    letter::{self, Occasion},
    model::{Message, MessageForm},
    queries,
    views::preview as views,
};
use crate::{
    app::App,
    db,
    error::{Error, Result},
    i18n, inbox,
    limits::Door,
    mail::{
        compose::{ComposeError, Recipient as To},
        trial::{self, Trial},
    },
    mailings,
    recipients::{self, model::Recipient, unsubscribe},
    t,
    users::CurrentUser,
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page, form, headers, off_thread},
};

/// How many recipients are offered to choose from.
const OFFERED: i64 = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PreviewQuery {
    /// For whom; None: the newest of one's own.
    pub recipient: Option<i64>,
    /// What the recipients to choose from have in name or address.
    pub q: String,
    /// What is being written, and not what is saved.
    pub draft: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TestForm {
    pub email: String,
    pub recipient: Option<i64>,
    pub draft: bool,
}

/// Who a preview is for: somebody of one's own, or a person made up where there is nobody.
pub struct Reader {
    pub id: Option<i64>,
    pub name: String,
    pub email: String,
}

/// A mail that was made to be looked at.
pub struct Preview {
    pub message_id: Option<i64>,
    pub is_draft: bool,
    pub reader: Reader,
    /// Its fields as they are sent, decoded.
    pub from: String,
    pub to: String,
    pub reply_to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The names and bytes of the files.
    pub files: Vec<(String, usize)>,
    pub bytes: usize,
}

/// What a page has to say beside the preview.
#[derive(Default)]
pub struct Said<'a> {
    pub query: PreviewQuery,
    pub email: &'a str,
    pub errors: FieldErrors,
    pub trial: Option<(&'a str, &'a Trial)>,
}

#[handler]
pub async fn show(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<PreviewQuery>,
) -> Result<Page> {
    let said = Said { query, email: &user.0.email, ..Said::default() };
    Ok(Page::ok(page(&app, &user, &chrome, Some(id), said).await?))
}

/// Of a new message that is being written.
#[handler]
pub async fn show_draft(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<PreviewQuery>) -> Result<Page> {
    let said = Said { query: PreviewQuery { draft: true, ..query }, email: &user.0.email, ..Said::default() };
    Ok(Page::ok(page(&app, &user, &chrome, None, said).await?))
}

/// The HTML part as it is sent, for a sandboxed frame.
#[handler]
pub async fn html(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>, Query(query): Query<PreviewQuery>) -> Result<Response> {
    let preview = preview(&app, &user, Some(id), &query, false).await?;
    Ok(headers::sandboxed(preview.html))
}

#[handler]
pub async fn html_draft(user: CurrentUser, app: Data<&App>, Query(query): Query<PreviewQuery>) -> Result<Response> {
    let preview = preview(&app, &user, None, &PreviewQuery { draft: true, ..query }, false).await?;
    Ok(headers::sandboxed(preview.html))
}

/// Sends the mail of the preview to any address.
#[handler]
pub async fn create_test(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    FormData(form): FormData<TestForm>,
) -> Result<Response> {
    send_test(&app, &user, client, &chrome, Some(id), form).await
}

#[handler]
pub async fn create_draft_test(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    FormData(form): FormData<TestForm>,
) -> Result<Response> {
    send_test(&app, &user, client, &chrome, None, TestForm { draft: true, ..form }).await
}

async fn send_test(
    app: &App,
    user: &CurrentUser,
    client: ClientAddress,
    chrome: &Chrome,
    message_id: Option<i64>,
    form: TestForm,
) -> Result<Response> {
    let said = Said {
        query: PreviewQuery { recipient: form.recipient, draft: form.draft, ..PreviewQuery::default() },
        email: &form.email,
        ..Said::default()
    };
    let source = source(app, user, message_id, form.draft).await?;
    let (source, is_finished) = off_thread::read(move || {
        let is_finished = source.parse().is_ok();
        (source, is_finished)
    })
    .await?;
    let parsed = form::email(&form.email).map_err(|error| FieldErrors::of("email", error)).and_then(|email| {
        // What could not be saved is not sent either: its errors stand in the editor.
        if is_finished { Ok(email) } else { Err(FieldErrors::of("email", t!("messages-test-unfinished"))) }
    });
    let email = match parsed {
        Ok(email) => email,
        Err(errors) => return Ok(Page::invalid(page(app, user, chrome, message_id, Said { errors, ..said }).await?).into_response()),
    };
    if let Err(wait) = app.throttle.count(Door::TestMail, client, &user.id().to_string()) {
        let said = Said { errors: FieldErrors::of_wait(wait), ..said };
        return Ok(Page::too_many(wait, page(app, user, chrome, message_id, said).await?).into_response());
    }
    let reader = reader(app, user, form.recipient).await?;
    let subject = t!("messages-test-subject", subject = source.subject);
    let files = files(app, user, message_id).await?;
    let (envelope, message) = match made(app, user, message_id, &subject, &source.body, files, &reader, &email).await? {
        Ok(mail) => mail,
        Err(_) => {
            let said = Said { errors: FieldErrors::of("email", t!("messages-test-address")), ..said };
            return Ok(Page::invalid(page(app, user, chrome, message_id, said).await?).into_response());
        }
    };
    let trial = trial::send_once(&inbox::smtp_settings(&app.config), &envelope, &message).await;
    let said = Said { trial: Some((&email, &trial)), ..said };
    Ok(Page::ok(page(app, user, chrome, message_id, said).await?).into_response())
}

async fn page(app: &App, user: &CurrentUser, chrome: &Chrome, message_id: Option<i64>, said: Said<'_>) -> Result<maud::Markup> {
    let preview = preview(app, user, message_id, &said.query, true).await?;
    let offered = recipients::queries::list(&app.db, user.id(), db::like_pattern(&said.query.q).as_deref(), None, OFFERED).await?;
    Ok(views::preview_page(user, chrome, &app.config, &preview, &offered, &said))
}

/// What is to be shown: the message, or its draft. A new message has a draft alone.
async fn source(app: &App, user: &CurrentUser, message_id: Option<i64>, draft: bool) -> Result<MessageForm> {
    let stored = match message_id {
        Some(id) => Some(queries::get(&app.db, user.id(), id).await?),
        None => None,
    };
    let draft = if draft { drafts::get(&app.db, user.id(), message_id).await? } else { None };
    match (draft, &stored) {
        (Some(draft), _) => Ok(draft.into()),
        (None, Some(stored)) => Ok(MessageForm::from(stored as &Message)),
        (None, None) => Err(Error::NotFound),
    }
}

async fn reader(app: &App, user: &CurrentUser, id: Option<i64>) -> Result<Reader> {
    let found = match id {
        Some(id) => Some(recipients::queries::get(&app.db, user.id(), id).await?),
        None => recipients::queries::list(&app.db, user.id(), None, None, 1).await?.pop(),
    };
    Ok(match found {
        Some(Recipient { id, email, full_name, .. }) => Reader { id: Some(id), name: full_name, email },
        None => Reader { id: None, name: t!("messages-sample-name"), email: "anna@example.org".to_owned() },
    })
}

/// The words of the mail are the same `with_files` and without.
async fn preview(app: &App, user: &CurrentUser, message_id: Option<i64>, query: &PreviewQuery, with_files: bool) -> Result<Preview> {
    let source = source(app, user, message_id, query.draft).await?;
    let reader = reader(app, user, query.recipient).await?;
    let files = if with_files { files(app, user, message_id).await? } else { Vec::new() };
    let (_, bytes) = made(app, user, message_id, &source.subject, &source.body, files, &reader, &reader.email)
        .await?
        .map_err(|error| Error::Internal(anyhow::anyhow!("a preview could not be made: {error}")))?;
    // Read back from what would be sent: nothing else is shown.
    let message = MessageParser::default().parse(&bytes).ok_or(Error::NotFound)?;
    let header = |address: Option<&mail_parser::Address>| address.and_then(|address| address.first()).map(mailbox).unwrap_or_default();
    Ok(Preview {
        message_id,
        is_draft: query.draft,
        from: header(message.from()),
        to: header(message.to()),
        reply_to: header(message.reply_to()),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        files: message.attachments().map(|part| (part.attachment_name().unwrap_or_default().to_owned(), part.len())).collect(),
        bytes: bytes.len(),
        reader,
    })
}

fn mailbox(address: &mail_parser::Addr) -> String {
    match (address.name(), address.address()) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (_, email) => email.unwrap_or_default().to_owned(),
    }
}

async fn files(app: &App, user: &CurrentUser, message_id: Option<i64>) -> Result<Vec<File>> {
    Ok(match message_id {
        Some(id) => attachments::queries::files(&app.db, user.id(), id).await?,
        None => Vec::new(),
    })
}

/// A mail to the address `to`, as `reader` would get it: of the first mailing that sends the message, if one does.
async fn made(
    app: &App,
    user: &CurrentUser,
    message_id: Option<i64>,
    subject: &str,
    body: &str,
    files: Vec<File>,
    reader: &Reader,
    to: &str,
) -> Result<Result<(Envelope, Vec<u8>), ComposeError>> {
    let mailing = match message_id {
        Some(id) => mailings::queries::using_message(&app.db, user.id(), id).await?.into_iter().next(),
        None => None,
    };
    let (config, user) = (app.config.clone(), user.clone());
    let (subject, body, to) = (subject.to_owned(), body.to_owned(), to.to_owned());
    let (name, email) = (reader.name.clone(), reader.email.clone());
    // The link of a mail to somebody else must not unsubscribe them: whoever tries it out finds that it is nobody's.
    let link = unsubscribe::Links::new(&config).of(if to == email { reader.id.unwrap_or(0) } else { 0 });
    let sample = t!("messages-sample-mailing");
    let made = move || {
        let moment = OffsetDateTime::now_utc();
        let occasion = Occasion {
            mailing_id: mailing.as_ref().map(|mailing| mailing.id),
            mailing_name: mailing.as_ref().map_or(&sample, |mailing| &mailing.name),
            sender_name: &user.0.full_name,
            sender_email: &user.0.email,
            moment,
            zone: &user.zone(),
            language: user.0.language.unwrap_or_else(i18n::current),
        };
        let template = letter::template(&config, &occasion, &subject, &body, &files)?;
        letter::single(&config, &template, &To { to: &to, email: &email, name: &name, unsubscribe_link: Some(&link) }, moment)
    };
    off_thread::read(made).await
}

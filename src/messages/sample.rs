//! A message as one reader would get it: made as a run makes it, and read back or sent at once.

use lettre::address::Envelope;
use mail_parser::{MessageParser, MimeHeaders};
use time::OffsetDateTime;

use super::{
    attachments::{self, model::File},
    letter::{self, Occasion},
    model::MessageForm,
};
use crate::{
    app::App,
    error::{Error, Result},
    i18n, inbox,
    mail::{
        compose::{ComposeError, Recipient as To},
        trial::{self, Trial},
    },
    mailings,
    recipients::{self, model::Recipient, unsubscribe},
    t,
    users::CurrentUser,
    web::off_thread,
};

/// What a mail is made of: a message as it is stored, or as it is being written.
pub struct Source {
    /// None: it was never saved.
    pub message_id: Option<i64>,
    pub is_draft: bool,
    pub subject: String,
    pub body: String,
}

impl Source {
    /// Whether it could be saved as it is. Takes half a second for the worst HTML that is accepted.
    pub fn is_finished(&self) -> bool {
        MessageForm { subject: self.subject.clone(), body: self.body.clone(), ..MessageForm::default() }.parse().is_ok()
    }
}

/// Who a mail is for: somebody of one's own, or a person made up where there is nobody.
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

/// The mail that a recipient of one's own would get; None: the newest. The words of it are the same `with_files` and without.
pub async fn preview(app: &App, user: &CurrentUser, source: &Source, recipient_id: Option<i64>, with_files: bool) -> Result<Preview> {
    let reader = reader(app, user, recipient_id).await?;
    let files = if with_files { files(app, user, source).await? } else { Vec::new() };
    let (_, bytes) = made(app, user, source, &source.subject, files, &reader, &reader.email)
        .await?
        .map_err(|error| Error::Internal(anyhow::anyhow!("a preview could not be made: {error}")))?;
    // Read back from what would be sent: nothing else is shown.
    let message = MessageParser::default().parse(&bytes).ok_or(Error::NotFound)?;
    let header = |address: Option<&mail_parser::Address>| address.and_then(|address| address.first()).map(mailbox).unwrap_or_default();
    Ok(Preview {
        message_id: source.message_id,
        is_draft: source.is_draft,
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

/// Sends the mail of the preview to the address `to`, marked as a test. None: there can be no mail to it.
pub async fn send(app: &App, user: &CurrentUser, source: &Source, recipient_id: Option<i64>, to: &str) -> Result<Option<Trial>> {
    let reader = reader(app, user, recipient_id).await?;
    let subject = t!("messages-test-subject", subject = source.subject);
    let files = files(app, user, source).await?;
    let Ok((envelope, message)) = made(app, user, source, &subject, files, &reader, to).await? else { return Ok(None) };
    Ok(Some(trial::send_once(&inbox::smtp_settings(&app.config), &envelope, &message).await))
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

fn mailbox(address: &mail_parser::Addr) -> String {
    match (address.name(), address.address()) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (_, email) => email.unwrap_or_default().to_owned(),
    }
}

async fn files(app: &App, user: &CurrentUser, source: &Source) -> Result<Vec<File>> {
    Ok(match source.message_id {
        Some(id) => attachments::queries::files(&app.db, user.id(), id).await?,
        None => Vec::new(),
    })
}

/// A mail to the address `to`, as `reader` would get it: of the first mailing that sends the message, if one does.
async fn made(
    app: &App,
    user: &CurrentUser,
    source: &Source,
    subject: &str,
    files: Vec<File>,
    reader: &Reader,
    to: &str,
) -> Result<Result<(Envelope, Vec<u8>), ComposeError>> {
    let mailing = match source.message_id {
        Some(id) => mailings::queries::using_message(&app.db, user.id(), id).await?.into_iter().next(),
        None => None,
    };
    let (config, user) = (app.config.clone(), user.clone());
    let (subject, body, to) = (subject.to_owned(), source.body.clone(), to.to_owned());
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

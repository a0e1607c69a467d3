//! The client side of SMTP (RFC 5321): one connection, one message to one recipient at a time.
//!
//! The commands are lettre's types, the conversation is our own. lettre's `AsyncSmtpConnection` has no timeouts after
//! the connect, hides EHLO's answer (PIPELINING, SIZE), reads a line of any length into memory, gives up on replies
//! that are not UTF-8, panics on an EHLO line of blanks, keeps clear text received before STARTTLS as if it had come
//! under TLS, and does not say whether the final dot was written. Each of these would cost or repeat somebody's mail.
//!
//! One rule keeps this safe: a connection is marked broken before an exchange and whole again only after all its
//! replies are read. A future dropped midway, a timeout, a reply out of turn: nobody uses that connection again.

mod open;
mod settings;
pub(in crate::mail) mod stream;
mod tls;
mod wire;

use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};
use url::Host;

pub use self::open::{OpenError, OpenStep};
pub use self::settings::{Credentials, SmtpSettings, SmtpUrlError, Timeouts, Tls};
pub use self::tls::{Roots, RootsError};

use self::open::Extensions;
use self::wire::{Wire, WireError};
use super::outcome::{Outcome, Reply, Stage};
use super::trouble::{BROKEN_AT_DOT, BROKEN_WITHIN, SILENT_AT_DOT, SILENT_AT_MAIL};

/// An open session with the server: greeted, under TLS and logged in as the settings ask.
pub struct SmtpConnection {
    wire: Wire,
    extensions: Extensions,
    timeouts: Timeouts,
    whole: bool,
    exchanges: u64,
    messages_sent: u64,
    /// Where the last message ended; None: with nothing of it on the wire.
    stage: Option<Stage>,
    /// What the server said to it there.
    reply: Option<Reply>,
}

impl SmtpConnection {
    /// Connects, puts the connection under TLS and logs in.
    pub async fn open(settings: &SmtpSettings) -> Result<Self, OpenError> {
        let (wire, extensions) = open::open(settings).await?;
        let timeouts = settings.timeouts;
        Ok(Self { wire, extensions, timeouts, whole: true, exchanges: 0, messages_sent: 0, stage: None, reply: None })
    }

    /// Sends one message to one recipient: [`begin`](Self::begin) and [`finish`](Transaction::finish) in one.
    pub async fn send(&mut self, envelope: &Envelope, message: &[u8]) -> Outcome {
        match self.begin(envelope, message).await {
            Ok(transaction) => transaction.finish().await,
            Err(outcome) => outcome,
        }
    }

    /// Announces a message to exactly one recipient (MAIL, RCPT, DATA; in one write where the server offers
    /// PIPELINING, RFC 2920). While the returned transaction stands, not a byte of the message has been sent: the
    /// moment to note down that the outcome is about to become doubtful.
    ///
    /// An `Err` is final for this call; [`is_usable`](Self::is_usable) tells whether the connection can go on.
    pub async fn begin(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Transaction<'_>, Outcome> {
        (self.stage, self.reply) = (None, None);
        if !self.whole {
            return Err(interrupted("the connection is no longer usable"));
        }
        if self.wire.has_news().await {
            self.whole = false;
            return Err(interrupted("the server has closed the idle connection"));
        }
        let (mail, recipient) = self.commands(envelope, message)?;
        let encoded =
            wire::encode_message(message).ok_or_else(|| failed("the message has a line end other than CRLF and cannot be sent safely"))?;
        self.whole = false;
        self.announce(&mail, &recipient).await?;
        Ok(Transaction { connection: self, encoded })
    }

    /// How far the last message came, and what the server said to it there; the stage is None where nothing of it went out.
    pub fn last_stage(&self) -> (Option<Stage>, Option<&Reply>) {
        (self.stage, self.reply.as_ref())
    }

    /// Whether the server would take a message from `sender` now: MAIL, and RSET to leave it at that. Tells a server
    /// that is not well from one that only dislikes a recipient.
    pub async fn accepts_mail(&mut self, sender: &Address) -> bool {
        let Some(sender) = wire_address(sender).filter(|_| self.whole) else { return false };
        self.whole = false;
        let limit = self.timeouts.command;
        let reply = self.wire.command(&Mail::new(Some(sender), Vec::new()).to_string(), limit).await;
        let accepted = reply.is_ok_and(|reply| (200..300).contains(&reply.code));
        self.whole = accepted && self.start_over(false).await.is_ok();
        self.whole
    }

    /// False once anything about the connection is in doubt: drop it and open another.
    pub fn is_usable(&self) -> bool {
        self.whole
    }

    /// How many messages the server has accepted on this connection.
    pub fn messages_sent(&self) -> u64 {
        self.messages_sent
    }

    /// Whether everything that is sent goes under TLS.
    pub fn is_encrypted(&self) -> bool {
        self.wire.stream.is_encrypted()
    }

    /// Takes leave (RFC 5321 section 4.1.1.10), not waiting long for an answer that changes nothing.
    pub async fn quit(mut self) {
        let limit = self.timeouts.command.min(Duration::from_secs(5));
        if self.whole && self.wire.command(&Quit.to_string(), limit).await.is_ok() {
            self.wire.shut_down(limit).await;
        }
    }

    /// The MAIL and RCPT of this message, or why this server could never be given it. Nothing is sent.
    fn commands(&self, envelope: &Envelope, message: &[u8]) -> Result<(String, String), Outcome> {
        let [recipient] = envelope.to() else {
            return Err(failed("a message is sent to exactly one recipient at a time"));
        };
        let recipient = wire_address(recipient).ok_or_else(|| failed("the address cannot be written in SMTP"))?;
        let sender = envelope.from().map(|sender| wire_address(sender).ok_or(())).transpose();
        let sender = sender.map_err(|()| misconfigured("the sender's address cannot be written in SMTP"))?;

        let mut parameters = Vec::new();
        if let Some(limit) = self.extensions.size {
            if limit > 0 && message.len() > limit {
                let size = message.len();
                return Err(failed(&format!("the message has {size} bytes, the server takes at most {limit}")));
            }
            parameters.push(MailParameter::Size(message.len()));
        }
        let utf8_sender = sender.as_ref().is_some_and(|sender| !is_ascii(sender));
        if utf8_sender || !is_ascii(&recipient) {
            if !self.extensions.smtputf8 {
                let missing = "has non-ASCII characters before the @, and the server does not offer SMTPUTF8";
                return Err(match utf8_sender {
                    true => misconfigured(&format!("the sender's address {missing}")),
                    false => failed(&format!("the address {missing}")),
                });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() {
            if !self.extensions.eight_bit_mime {
                return Err(failed("the message has 8-bit text, and the server does not offer 8BITMIME"));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok((Mail::new(sender, parameters).to_string(), Rcpt::new(recipient, Vec::new()).to_string()))
    }

    /// Gets a message announced, up to the server's 354. After a refusal the connection is brought back to where
    /// the next MAIL may follow.
    async fn announce(&mut self, mail: &str, recipient: &str) -> Result<(), Outcome> {
        if self.extensions.pipelining {
            let group = group(mail, recipient);
            if let Err(error) = self.wire.write(group.as_bytes(), self.timeouts.command).await {
                return Err(self.lost(Stage::Mail, &error));
            }
        }
        self.read_announcement(mail, recipient).await
    }

    /// The replies to an announcement; where the server does not offer PIPELINING its commands are sent here.
    async fn read_announcement(&mut self, mail: &str, recipient: &str) -> Result<(), Outcome> {
        let limit = self.timeouts.command;
        let data = Data.to_string();
        let pipelining = self.extensions.pipelining;
        let mut refusal = None;
        let mut data_accepted = false;
        for (stage, line) in [(Stage::Mail, mail), (Stage::Recipient, recipient), (Stage::Data, &data)] {
            let reply = match pipelining {
                true => self.wire.reply(limit).await,
                false => self.wire.command(line, limit).await,
            };
            let reply = match reply {
                Ok(reply) => reply,
                // What the server has already said about this recipient stands, though it hung up afterwards.
                Err(error) => {
                    return Err(match refusal {
                        Some(refusal) => refusal,
                        None => self.lost(stage, &error),
                    });
                }
            };
            let accepted = match stage {
                Stage::Data => reply.code == 354,
                _ => (200..300).contains(&reply.code),
            };
            data_accepted = accepted && stage == Stage::Data;
            if accepted {
                continue;
            }
            if reply.code < 400 || reply.code == 421 {
                return Err(match refusal {
                    Some(refusal) => refusal,
                    None => self.out_of_service(stage, &reply),
                });
            }
            if refusal.is_none() {
                refusal = Some(self.refused(stage, &reply));
            }
            if !pipelining {
                break;
            }
        }
        let Some(refusal) = refusal else { return Ok(()) };
        self.whole = self.start_over(data_accepted).await.is_ok();
        self.exchanges += 1;
        Err(refusal)
    }

    /// Ends a refused transaction. A server that said 354 all the same gets a lone dot, whose reply means nothing
    /// (RFC 2920 section 3.1); RSET then clears whatever is left (RFC 5321 section 4.1.1.5).
    async fn start_over(&mut self, data_accepted: bool) -> Result<(), WireError> {
        if data_accepted {
            self.wire.command(".\r\n", self.timeouts.command).await?;
        }
        let reply = self.wire.command(&Rset.to_string(), self.timeouts.command).await?;
        if (200..300).contains(&reply.code) { Ok(()) } else { Err(WireError::OutOfTurn) }
    }

    /// The connection went before the message. If it has served before, a new one is worth trying at once; if it
    /// was new and got no answer to its first MAIL, the server is not well.
    fn lost(&mut self, stage: Stage, error: &WireError) -> Outcome {
        self.stage = Some(stage);
        if stage == Stage::Mail && self.exchanges == 0 {
            let text = format!("{SILENT_AT_MAIL}{error}");
            return Outcome::Unavailable { text, configuration: false };
        }
        interrupted(&error.to_string())
    }

    /// A reply after which the connection is done for: 421, or a code that makes no sense here. A 421 for sitting
    /// idle (4.4.2) was said to the last message, not to this one.
    fn out_of_service(&mut self, stage: Stage, reply: &Reply) -> Outcome {
        let outcome = self.refused(stage, reply);
        let idle = reply.enhanced.is_some_and(|status| (status.subject, status.detail) == (4, 2));
        if stage == Stage::Mail && self.exchanges > 0 && idle {
            return interrupted(&reply.to_string());
        }
        outcome
    }

    fn refused(&mut self, stage: Stage, reply: &Reply) -> Outcome {
        (self.stage, self.reply) = (Some(stage), Some(reply.clone()));
        reply.outcome(stage)
    }
}

/// MAIL, RCPT and DATA are accepted and the server waits for the message. Dropping this instead of finishing it
/// leaves the connection unusable: nothing of the message is sent.
#[must_use = "the message is sent by `finish`"]
pub struct Transaction<'connection> {
    connection: &'connection mut SmtpConnection,
    encoded: Vec<u8>,
}

impl<'connection> Transaction<'connection> {
    /// How many messages the server has accepted on this connection before this one.
    pub fn messages_sent(&self) -> u64 {
        self.connection.messages_sent
    }

    /// Whether another message can be announced behind this one: the server offers PIPELINING, and one write holds it.
    pub fn can_push(&self) -> bool {
        self.connection.extensions.pipelining && self.encoded.len() <= wire::BLOCK_BYTES
    }

    /// Writes the message with its final dot, and the announcement of the next one behind it in the same write (a group
    /// may begin with a message's content, RFC 2920 section 3.1): one round trip a message instead of two.
    ///
    /// # Errors
    /// This transaction as it was: the server does not offer PIPELINING, or could never be given that message, or this
    /// one takes several writes.
    pub async fn push(self, envelope: &Envelope, message: &[u8]) -> Result<Pushed<'connection>, Self> {
        if !self.can_push() {
            return Err(self);
        }
        let Ok((mail, recipient)) = self.connection.commands(envelope, message) else { return Err(self) };
        let Some(next) = wire::encode_message(message) else { return Err(self) };
        let Self { connection, encoded } = self;
        let dot = encoded.len();
        let mut bytes = encoded;
        bytes.extend_from_slice(group(&mail, &recipient).as_bytes());
        let mut known = None;
        if let Err((written, error)) = connection.wire.write_counted(&bytes, connection.timeouts.data_block).await {
            known = Some(match written >= dot {
                true => Outcome::Unknown { text: format!("{BROKEN_AT_DOT}{error}") },
                false => connection.last_words(&error).await,
            });
        }
        Ok(Pushed { connection, known, goes_on: false, mail, recipient, next })
    }

    /// Writes the message with its final dot and reads the server's verdict.
    pub async fn finish(self) -> Outcome {
        let Self { connection, encoded } = self;
        match connection.wire.write_blocks(&encoded, connection.timeouts.data_block).await {
            Ok(()) => connection.verdict().await,
            Err(error) => connection.last_words(&error).await,
        }
    }
}

/// A message that is with the server, and the next one announced behind it. Dropping it leaves the connection unusable:
/// nothing of the next message is sent.
#[must_use = "the message's outcome is what `verdict` says"]
pub struct Pushed<'connection> {
    connection: &'connection mut SmtpConnection,
    /// Set where the connection broke in writing.
    known: Option<Outcome>,
    /// Whether the server has given its verdict and goes on.
    goes_on: bool,
    mail: String,
    recipient: String,
    next: Vec<u8>,
}

impl<'connection> Pushed<'connection> {
    /// The server's verdict on the message. A call that is dropped midway may be made again.
    pub async fn verdict(&mut self) -> Outcome {
        if let Some(outcome) = self.known.take() {
            return outcome;
        }
        let outcome = self.connection.verdict().await;
        // It is whole again when the replies to the next one's announcement are read as well.
        self.goes_on = std::mem::take(&mut self.connection.whole);
        outcome
    }

    /// What the server says to the next one, after the verdict on this one.
    ///
    /// # Errors
    /// What became of the next delivery, if it got no further.
    pub async fn next(self) -> Result<Transaction<'connection>, Outcome> {
        let Self { connection, goes_on, mail, recipient, next, .. } = self;
        if !goes_on {
            return Err(interrupted("the connection was lost with the message before"));
        }
        connection.read_announcement(&mail, &recipient).await?;
        Ok(Transaction { connection, encoded: next })
    }
}

impl SmtpConnection {
    /// The reply to the final dot.
    async fn verdict(&mut self) -> Outcome {
        (self.stage, self.reply) = (Some(Stage::FinalDot), None);
        let reply = match self.wire.reply(self.timeouts.final_dot).await {
            Ok(reply) => reply,
            Err(error) => return Outcome::Unknown { text: format!("{SILENT_AT_DOT}{error}") },
        };
        let outcome = reply.outcome(Stage::FinalDot);
        self.whole = reply.code != 421 && !matches!(outcome, Outcome::Unknown { .. });
        self.exchanges += 1;
        self.messages_sent += u64::from(matches!(outcome, Outcome::Sent { .. }));
        self.reply = Some(reply);
        outcome
    }

    /// The message could not be written to its end, so the server cannot have accepted it; it may have said why
    /// before it closed.
    async fn last_words(&mut self, error: &WireError) -> Outcome {
        self.stage = Some(Stage::Data);
        // What it has said out of turn is no verdict on a message it has not seen.
        if matches!(error, WireError::OutOfTurn) {
            return interrupted(&error.to_string());
        }
        let limit = self.timeouts.command.min(Duration::from_secs(1));
        match self.wire.reply(limit).await {
            Ok(reply) if reply.code >= 400 => self.refused(Stage::FinalDot, &reply),
            _ => interrupted(&format!("{BROKEN_WITHIN}{error}")),
        }
    }
}

/// The address as SMTP takes it: a non-ASCII domain in its ASCII form (RFC 5890), which every server understands.
fn wire_address(address: &Address) -> Option<Address> {
    // lettre's parser lets none of these through; a line break here would be a command of somebody else's.
    if AsRef::<str>::as_ref(address).contains(char::is_control) {
        return None;
    }
    if address.domain().is_ascii() {
        return Some(address.clone());
    }
    match Host::parse(address.domain()).ok()? {
        Host::Domain(domain) => Address::new(address.user(), domain).ok(),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// The commands that announce a message, for one write.
fn group(mail: &str, recipient: &str) -> String {
    [mail, recipient, &Data.to_string()].concat()
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

fn failed(text: &str) -> Outcome {
    Outcome::Failed { code: None, text: text.to_owned() }
}

fn interrupted(text: &str) -> Outcome {
    Outcome::Interrupted { text: text.to_owned() }
}

fn misconfigured(text: &str) -> Outcome {
    Outcome::Unavailable { text: text.to_owned(), configuration: true }
}

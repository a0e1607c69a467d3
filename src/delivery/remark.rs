//! What this program itself remarks on a delivery or an attempt.
//!
//! The ledger keeps a remark as an English sentence, beside servers' replies and in their column: rows tell the same to
//! whoever reads the table, and the shell. A page reads the sentence back and words it in its reader's language.

use std::fmt;

use crate::{mail::trouble::Trouble, t};

const REFUSED_BEFORE: &str = "Skipped: this address was refused before: ";
const RECIPIENT_DELETED: &str = "Skipped: the recipient was deleted before this was sent.";
const UNSUBSCRIBED: &str = "Skipped: unsubscribed.";
const UNSUBSCRIBED_SINCE: &str = "Skipped: unsubscribed before this was sent.";
const STOPPED: &str = "Skipped: the mailing was stopped before this was sent.";
const GIVEN_UP: &str = " (given up after ";
const TRIES: &str = " tries)";
const HOLDER_DIED: &str = "Whoever had this mail in hand died before its outcome was known; this mailing does not repeat such mails.";
const PROCESS_DIED: &str = "The process died between the message's last byte and the server's reply.";
const BROKE_OFF: &str = "Sending this mail broke off within Periodical.";
const UNMADE: &str = "The mail could not be made: ";
const UNMADE_MESSAGE: &str = "The message cannot be made into a mail: ";
const NOBODY: &str = "There was nobody to send to.";
const JOURNAL: &str = "The delivery journal in DATA_DIR cannot be written: ";
const SILENT_SERVER: &str = "The mail server takes no message to its end: ";

/// A remark, with the words of servers or of the system it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark<'a> {
    /// Skipped, since a server has said of the address that it does not exist.
    RefusedBefore(&'a str),
    /// Skipped: there was no such recipient any more.
    RecipientDeleted,
    /// Skipped: they want no more mail.
    Unsubscribed,
    /// The same, said after the attempt had begun.
    UnsubscribedSince,
    /// Skipped: the mailing was ended for good meanwhile.
    Stopped,
    /// Failed after the last of so many tries, each of which was put off.
    GivenUp { said: &'a str, tries: i32 },
    /// Unknown, and left so: another process had it in hand.
    HolderDied,
    /// Unknown: this process had it in hand.
    ProcessDied,
    /// Unknown, by a fault in this program.
    BrokeOff,
    /// Failed: there can be no such mail to this recipient.
    Unmade(&'a str),
    /// The attempt waits: there can be no such mail to anybody.
    UnmadeMessage(&'a str),
    /// The attempt began without recipients.
    Nobody,
    /// The attempt waits: what goes out could not be noted.
    JournalUnwritable(&'a str),
    /// The attempt waits: the server answers, but for nobody's mail.
    SilentServer(&'a str),
}

/// How a sentence begins, and what is made of its rest.
type Beginning<'a> = (&'static str, fn(&'a str) -> Remark<'a>);

impl<'a> Remark<'a> {
    /// Reads what was kept. None: it is no remark of ours.
    pub fn read(text: &'a str) -> Option<Self> {
        let whole = [
            (RECIPIENT_DELETED, Self::RecipientDeleted),
            (UNSUBSCRIBED, Self::Unsubscribed),
            (UNSUBSCRIBED_SINCE, Self::UnsubscribedSince),
            (STOPPED, Self::Stopped),
            (HOLDER_DIED, Self::HolderDied),
            (PROCESS_DIED, Self::ProcessDied),
            (BROKE_OFF, Self::BrokeOff),
            (NOBODY, Self::Nobody),
        ];
        if let Some((_, remark)) = whole.into_iter().find(|(sentence, _)| *sentence == text) {
            return Some(remark);
        }
        let beginnings: [Beginning<'a>; 5] = [
            (REFUSED_BEFORE, Self::RefusedBefore),
            (UNMADE, Self::Unmade),
            (UNMADE_MESSAGE, Self::UnmadeMessage),
            (JOURNAL, Self::JournalUnwritable),
            (SILENT_SERVER, Self::SilentServer),
        ];
        if let Some(remark) = beginnings.into_iter().find_map(|(start, remark)| text.strip_prefix(start).map(remark)) {
            return Some(remark);
        }
        let (said, tries) = text.strip_suffix(TRIES)?.rsplit_once(GIVEN_UP)?;
        Some(Self::GivenUp { said, tries: tries.parse().ok()? })
    }
}

impl fmt::Display for Remark<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefusedBefore(reply) => write!(formatter, "{REFUSED_BEFORE}{reply}"),
            Self::RecipientDeleted => formatter.write_str(RECIPIENT_DELETED),
            Self::Unsubscribed => formatter.write_str(UNSUBSCRIBED),
            Self::UnsubscribedSince => formatter.write_str(UNSUBSCRIBED_SINCE),
            Self::Stopped => formatter.write_str(STOPPED),
            Self::GivenUp { said, tries } => write!(formatter, "{said}{GIVEN_UP}{tries}{TRIES}"),
            Self::HolderDied => formatter.write_str(HOLDER_DIED),
            Self::ProcessDied => formatter.write_str(PROCESS_DIED),
            Self::BrokeOff => formatter.write_str(BROKE_OFF),
            Self::Unmade(why) => write!(formatter, "{UNMADE}{why}"),
            Self::UnmadeMessage(why) => write!(formatter, "{UNMADE_MESSAGE}{why}"),
            Self::Nobody => formatter.write_str(NOBODY),
            Self::JournalUnwritable(why) => write!(formatter, "{JOURNAL}{why}"),
            Self::SilentServer(said) => write!(formatter, "{SILENT_SERVER}{said}"),
        }
    }
}

/// What was kept of a delivery or a hold, in the reader's language as far as it is ours. A server's own words stay.
pub fn worded(text: &str) -> String {
    let Some(remark) = Remark::read(text) else { return troubled(text) };
    match remark {
        Remark::RefusedBefore(reply) => t!("delivery-refused-before", reply = reply),
        Remark::RecipientDeleted => t!("delivery-recipient-deleted"),
        Remark::Unsubscribed => t!("delivery-unsubscribed"),
        Remark::UnsubscribedSince => t!("delivery-unsubscribed-since"),
        Remark::Stopped => t!("delivery-stopped"),
        Remark::GivenUp { said, tries } => t!("delivery-given-up", said = worded(said), tries = tries),
        Remark::HolderDied => t!("delivery-holder-died"),
        Remark::ProcessDied => t!("delivery-process-died"),
        Remark::BrokeOff => t!("delivery-broke-off"),
        Remark::Unmade(why) => t!("delivery-unmade", why = why),
        Remark::UnmadeMessage(why) => t!("delivery-unmade-message", why = why),
        Remark::Nobody => t!("delivery-nobody"),
        Remark::JournalUnwritable(why) => t!("delivery-journal-unwritable", why = why),
        Remark::SilentServer(said) => t!("delivery-silent-server", said = worded(said)),
    }
}

fn troubled(text: &str) -> String {
    let Some(trouble) = Trouble::read(text) else { return text.to_owned() };
    match trouble {
        Trouble::NoConnection(server, why) => t!("delivery-no-connection", server = server, why = why),
        Trouble::NoTls(server, why) => t!("delivery-no-tls", server = server, why = why),
        Trouble::NotTaken(reply) => t!("delivery-not-taken", reply = reply),
        Trouble::LoginRefused(reply) => t!("delivery-login-refused", reply = reply),
        Trouble::NoStartTls => t!("delivery-no-starttls"),
        Trouble::PasswordUnsafe => t!("delivery-password-unsafe"),
        Trouble::NoLogin => t!("delivery-no-login"),
        Trouble::BrokenOff(why) => t!("delivery-broken-off", why = why),
        Trouble::NoReply(why) => t!("delivery-no-reply", why = why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, with};

    #[test]
    fn every_remark_is_read_back_as_it_was_written() {
        let remarks = [
            Remark::RefusedBefore("550 5.1.1 no such user"),
            Remark::RefusedBefore(""),
            Remark::RecipientDeleted,
            Remark::Unsubscribed,
            Remark::UnsubscribedSince,
            Remark::Stopped,
            Remark::GivenUp { said: "4.2.0 greylisted (given up after 3 tries)", tries: 6 },
            Remark::HolderDied,
            Remark::ProcessDied,
            Remark::BrokeOff,
            Remark::Unmade("no"),
            Remark::UnmadeMessage("no"),
            Remark::Nobody,
            Remark::JournalUnwritable("No space left on device (os error 28)"),
            Remark::SilentServer("no reply to the final dot: timeout"),
        ];
        for remark in remarks {
            assert_eq!(Remark::read(&remark.to_string()), Some(remark));
        }
        assert_eq!(Remark::read("5.7.1 refused (given up after many tries)"), None);
    }

    #[test]
    fn a_remark_is_worded_for_its_reader_and_a_servers_words_stay() {
        let kept = Remark::GivenUp { said: "4.2.0 greylisted", tries: 6 }.to_string();
        assert_eq!(worded(&kept), "4.2.0 greylisted (given up after 6 tries)");
        with(Language::Russian, || {
            assert_eq!(worded(&kept), "4.2.0 greylisted (после 6 попыток больше не пробуем)");
            assert_eq!(worded("5.7.1 refused"), "5.7.1 refused");
            let silent = Remark::SilentServer("no reply to the final dot: timed out").to_string();
            assert!(worded(&silent).contains("сервер не ответил"), "{}", worded(&silent));
        });
    }
}

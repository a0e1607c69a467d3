//! What a refusal means in plain words, as far as its status (RFC 3463, section 3) and its wording tell.
//!
//! For people alone: what becomes of a delivery is decided by [`outcome`](super::outcome), which does not trust wordings.

use super::outcome::EnhancedStatus;

/// Why a mail server did not take a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    AddressUnknown,
    MailboxFull,
    /// It exists and takes no mail.
    MailboxClosed,
    TooLarge,
    Spam,
    /// The sending server is on a block list.
    Listed,
    /// SPF, DKIM or DMARC.
    Unauthenticated,
    Policy,
    /// The form or the content of the message.
    Content,
    /// 4xx without a reason that is known.
    Later,
    /// 5xx without a reason that is known.
    Refused,
}

/// What is looked for in a server's words, in this order: the surer signs first.
const WORDINGS: [(Meaning, &[&str]); 8] = [
    (
        Meaning::Listed,
        &["blocklist", "block list", "blacklist", "black list", "blocked using", "spamhaus", "spamcop", "reputation", "dnsbl", "rbl"],
    ),
    (Meaning::Unauthenticated, &["dkim", "dmarc", "spf", "unauthenticated", "not authenticated"]),
    (Meaning::Spam, &["spam", "junk", "unsolicited", "phish", "virus"]),
    (
        Meaning::MailboxFull,
        &["mailbox full", "mailbox is full", "over quota", "overquota", "quota exceeded", "exceeded storage", "out of storage"],
    ),
    (Meaning::TooLarge, &["too large", "too big", "message size", "size limit", "exceeds fixed maximum", "exceeds size"]),
    (Meaning::MailboxClosed, &["disabled", "inactive", "suspended", "deactivated", "not accepting mail"]),
    (
        Meaning::AddressUnknown,
        &[
            "unknown user",
            "user unknown",
            "no such user",
            "no such recipient",
            "does not exist",
            "doesn't exist",
            "mailbox not found",
            "no mailbox",
            "unknown recipient",
            "recipient unknown",
            "recipient not found",
            "invalid recipient",
            "invalid mailbox",
            "unknown mailbox",
        ],
    ),
    (Meaning::Later, &["greylist", "graylist", "try again later", "come back later"]),
];

/// What the reply `code` with `text` means. None: it is no refusal.
pub fn meaning(code: u16, text: &str) -> Option<Meaning> {
    if !(400..600).contains(&code) {
        return None;
    }
    let status = EnhancedStatus::parse(code, text).map(|status| (status.subject, status.detail));
    Some(by_status(status).or_else(|| by_wording(text)).unwrap_or(match (status, code) {
        (Some((7, _)), 500..) => Meaning::Policy,
        (_, 552) => Meaning::MailboxFull,
        (_, 500..) => Meaning::Refused,
        _ => Meaning::Later,
    }))
}

/// The statuses that mean one thing. Policy (x.7.1) does not: its words say whether it is spam.
fn by_status(status: Option<(u16, u16)>) -> Option<Meaning> {
    Some(match status? {
        (1, 1 | 2 | 3 | 6 | 10) => Meaning::AddressUnknown,
        (2, 1) => Meaning::MailboxClosed,
        (2, 2) => Meaning::MailboxFull,
        (2, 3) | (3, 4) => Meaning::TooLarge,
        // RFC 7372, and the numbers of the large providers.
        (7, 20..=27 | 515) => Meaning::Unauthenticated,
        (6, _) => Meaning::Content,
        _ => return None,
    })
}

fn by_wording(text: &str) -> Option<Meaning> {
    let text = text.to_lowercase();
    WORDINGS.into_iter().find(|(_, signs)| signs.iter().any(|sign| is_said(&text, sign))).map(|(meaning, _)| meaning)
}

/// Short signs must be whole words: "rbl" is in "terrible".
fn is_said(text: &str, sign: &str) -> bool {
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    text.match_indices(sign)
        .any(|(at, _)| sign.len() > 4 || !is_word(text[..at].chars().next_back()) && !is_word(text[at + sign.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_the_servers_there_are_mean_what_people_call_them() {
        let table = [
            (550, "5.1.1 <a@b>: Recipient address rejected: User unknown", Meaning::AddressUnknown),
            (550, "No such user here", Meaning::AddressUnknown),
            (552, "5.2.2 The email account is over quota", Meaning::MailboxFull),
            (452, "4.2.2 mailbox full", Meaning::MailboxFull),
            (552, "storage allocation", Meaning::MailboxFull),
            (550, "5.2.1 The email account is disabled", Meaning::MailboxClosed),
            (552, "5.3.4 message too big", Meaning::TooLarge),
            (552, "Message size exceeds fixed maximum", Meaning::TooLarge),
            (554, "5.7.1 Message rejected as spam", Meaning::Spam),
            (550, "5.7.1 Service unavailable; client blocked using zen.spamhaus.org", Meaning::Listed),
            (550, "5.7.26 Unauthenticated email is not accepted", Meaning::Unauthenticated),
            (550, "SPF check failed", Meaning::Unauthenticated),
            (550, "5.7.1 Refused", Meaning::Policy),
            (554, "5.6.0 malformed", Meaning::Content),
            (450, "4.2.0 Greylisted", Meaning::Later),
            (451, "a terrible day", Meaning::Later),
            (550, "no", Meaning::Refused),
        ];
        for (code, text, expected) in table {
            assert_eq!(meaning(code, text), Some(expected), "{code} {text}");
        }
        assert_eq!(meaning(250, "2.0.0 spam is welcome"), None);
    }
}

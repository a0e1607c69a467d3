//! What a reply means for a delivery: the reply classes of RFC 5321 section 4.2 and RFC 3463, as one pure function.
//!
//! The question asked of every reply is "whose fault is it?": the address's, the message's, this moment's, or ours.
//! Only the first two may end a delivery; a fault of ours (sender refused, login wrong, server down) must fail nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest reply text that is kept, in characters.
pub const MAX_TEXT: usize = 500;

/// What became of one message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken responsibility for the message (2xx to the final dot, RFC 5321 section 6.1).
    Sent { code: u16, text: String },
    /// Not now: try this recipient again later.
    Retry { code: Option<u16>, text: String },
    /// Refused for good; says nothing about the address itself.
    Failed { code: Option<u16>, text: String },
    /// Refused for good because the address does not exist: nothing should be sent to it again.
    BadAddress { code: u16, text: String },
    /// The server is not to be had at the moment, or is set up wrong (`configuration`): the whole attempt waits
    /// and no recipient's try is used up.
    Unavailable { text: String, configuration: bool },
    /// The conversation broke off before the message was complete at the server: safe to repeat on a new connection.
    Interrupted { text: String },
    /// The conversation broke off after the final dot was written: the server may or may not have the message.
    Unknown { text: String },
}

impl Outcome {
    /// The text kept on record, whatever the outcome.
    pub fn text(&self) -> &str {
        match self {
            Self::Sent { text, .. }
            | Self::Retry { text, .. }
            | Self::Failed { text, .. }
            | Self::BadAddress { text, .. }
            | Self::Unavailable { text, .. }
            | Self::Interrupted { text }
            | Self::Unknown { text } => text,
        }
    }

    /// The three-digit code, where a reply to this very recipient carried one.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Sent { code, .. } | Self::BadAddress { code, .. } => Some(*code),
            Self::Retry { code, .. } | Self::Failed { code, .. } => *code,
            Self::Unavailable { .. } | Self::Interrupted { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// What the reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The server's first line.
    Greeting,
    /// EHLO, STARTTLS and AUTH: everything before the first message.
    Session,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Recipient,
    /// DATA, that is, before any of the message was written.
    Data,
    /// The dot that ends the message.
    FinalDot,
}

/// An enhanced status code, `class.subject.detail` (RFC 3463 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnhancedStatus {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl EnhancedStatus {
    /// Reads the code a reply text starts with. One whose class disagrees with the reply code is ignored
    /// (RFC 2034 section 4 requires them to agree, so such a text only looks like a status).
    pub fn parse(code: u16, text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace().next()?.splitn(3, '.');
        let mut next = || {
            let part = parts.next()?;
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (class, subject, detail) = (next()?, next()?, next()?);
        let class = u8::try_from(class).ok()?;
        (matches!(class, 2 | 4 | 5) && u16::from(class) == code / 100).then_some(Self { class, subject, detail })
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A whole reply of the server, its text made harmless and short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub code: u16,
    pub enhanced: Option<EnhancedStatus>,
    pub text: String,
}

impl Reply {
    /// Joins the lines of a reply; a status repeated on every line (RFC 2034 section 4) is kept once.
    pub fn new(code: u16, lines: &[String]) -> Self {
        let first = lines.first().map_or("", String::as_str);
        let enhanced = EnhancedStatus::parse(code, first);
        let mut text = first.to_owned();
        let status = enhanced.and_then(|_| first.split_whitespace().next());
        for line in lines.iter().skip(1) {
            let repeated = status.and_then(|status| line.trim_start().strip_prefix(status));
            text.push(' ');
            text.push_str(repeated.filter(|rest| rest.is_empty() || rest.starts_with(' ')).unwrap_or(line));
        }
        Self { code, enhanced, text: tidy(&text) }
    }

    /// What this reply means at `stage`.
    pub fn outcome(&self, stage: Stage) -> Outcome {
        classify(stage, self.code, self.enhanced, &self.text)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.text)
    }
}

/// One line without control characters (or those that reorder text on a screen), at most [`MAX_TEXT`] characters.
pub fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len().min(MAX_TEXT + 8));
    let mut length = 0;
    for word in text.split(|character: char| character.is_whitespace() || is_unsafe(character)) {
        if word.is_empty() {
            continue;
        }
        let gap = (length > 0).then_some(' ');
        for character in gap.into_iter().chain(word.chars()) {
            if length == MAX_TEXT - 1 {
                tidied.push('…');
                return tidied;
            }
            tidied.push(character);
            length += 1;
        }
    }
    tidied
}

/// The text for a log: servers repeat addresses in their replies, and those belong on the attempt's page alone.
pub fn without_addresses(text: &str) -> String {
    text.split(' ').map(|word| if word.contains('@') { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

fn is_unsafe(character: char) -> bool {
    let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    character.is_control() || reorders
}

/// Decides what a reply means (RFC 5321 section 4.2.1 for codes, RFC 3463 section 3 for enhanced status codes).
///
/// Meant for replies that end a delivery: any refusal, and the reply to the final dot. A code that makes no sense
/// where it came (3xx to the dot, 2xx to DATA) means that client and server have lost step; it is never a success.
pub fn classify(stage: Stage, code: u16, enhanced: Option<EnhancedStatus>, text: &str) -> Outcome {
    let text = tidy(text);
    let subject_detail = enhanced.map(|status| (status.subject, status.detail));
    match (stage, code) {
        (Stage::FinalDot, 200..=299) => Outcome::Sent { code, text },
        // RFC 5321 section 3.8: the server is closing the connection, whatever was asked of it.
        (_, 421) => Outcome::Unavailable { text: with_code(code, &text), configuration: false },
        (Stage::Greeting | Stage::Session, 400..=599) => unavailable(code, &text),
        (Stage::Mail, 400..=499) => unavailable(code, &text),
        (Stage::Mail, 500..=599) => refused_sender(code, subject_detail, text),
        // The server as a whole is full or going down, which the next recipient would only hear again.
        (_, 400..=499) if matches!(subject_detail, Some((3, 1 | 2))) => unavailable(code, &text),
        (_, 400..=499) => Outcome::Retry { code: Some(code), text },
        (Stage::Recipient, 500..=599) => refused_recipient(code, subject_detail, text),
        (Stage::Data, 500..=599) if concerns_us(code, subject_detail, &text) => unavailable(code, &text),
        // A status 5.1.x at the dot stays a plain failure. With one recipient a message it most likely means the
        // address (Exchange answers so), but content filters also use it for addresses in the headers, and a good
        // address suppressed for ever costs more than a bad one tried once more.
        (Stage::Data | Stage::FinalDot, 500..=599) => Outcome::Failed { code: Some(code), text },
        (Stage::FinalDot, _) => Outcome::Unknown { text: unexpected(code, &text) },
        (Stage::Greeting | Stage::Session, _) => Outcome::Unavailable { text: unexpected(code, &text), configuration: false },
        _ => Outcome::Interrupted { text: unexpected(code, &text) },
    }
}

/// A refused MAIL is about the sender, hence everybody, unless it is about the parameters this message brought:
/// its size (RFC 1870 section 6.1) or its non-ASCII address (RFC 6531 section 3.5).
fn refused_sender(code: u16, subject_detail: Option<(u16, u16)>, text: String) -> Outcome {
    match (code, subject_detail) {
        (_, Some((3, 4) | (2, 3) | (6, 7))) | (552, None) => Outcome::Failed { code: Some(code), text },
        _ => unavailable(code, &text),
    }
}

fn refused_recipient(code: u16, subject_detail: Option<(u16, u16)>, text: String) -> Outcome {
    match (code, subject_detail) {
        // No such mailbox, no such domain, not an address, moved without a trace, domain takes no mail (RFC 7505).
        (_, Some((1, 1 | 2 | 3 | 6 | 10))) => Outcome::BadAddress { code, text },
        _ if concerns_us(code, subject_detail, &text) => unavailable(code, &text),
        // RFC 5321 section 4.5.3.1.10: an old way to say 452, too many recipients. A full mailbox or a message too
        // large says so in its status and is final.
        (552, None | Some((5, 3))) => Outcome::Retry { code: Some(code), text },
        _ => Outcome::Failed { code: Some(code), text },
    }
}

/// A refusal that every recipient would get: we are not logged in, the server does not relay for us, or it refuses
/// the sender. Postfix keeps its refusals of client and sender back until RCPT (`smtpd_delay_reject`, on by
/// default) and gives them the status of any other policy, so their wording has to tell them apart.
fn concerns_us(code: u16, subject_detail: Option<(u16, u16)>, text: &str) -> bool {
    const WORDINGS: [&str; 6] = [
        "sender address rejected",
        "client host rejected",
        "sender verify failed",
        "relay access denied",
        "relay not permitted",
        "relaying denied",
    ];
    // Commands unknown or out of order, and the refusals of RFC 4954 section 6 that ask for a login.
    if matches!(code, 500 | 502 | 503 | 504 | 530 | 534 | 535 | 538) {
        return true;
    }
    // Bad sender address: its syntax, its domain.
    if matches!(subject_detail, Some((1, 7 | 8))) {
        return true;
    }
    // Text after "said:" is quoted from the recipient's own server and speaks of the relay, not of us.
    let text = text.to_ascii_lowercase();
    let own_words = text.split(" said:").next().unwrap_or_default();
    matches!(subject_detail, None | Some((7, _))) && WORDINGS.iter().any(|wording| own_words.contains(wording))
}

/// 4xx will pass by itself, 5xx needs somebody to change a setting.
fn unavailable(code: u16, text: &str) -> Outcome {
    Outcome::Unavailable { text: with_code(code, text), configuration: code >= 500 }
}

fn unexpected(code: u16, text: &str) -> String {
    tidy(&format!("unexpected reply: {code} {text}"))
}

fn with_code(code: u16, text: &str) -> String {
    tidy(&format!("{code} {text}"))
}

#[cfg(test)]
mod tests {
    use super::Stage::{Data, FinalDot, Greeting, Mail, Recipient, Session};
    use super::*;

    /// The kind of an outcome, without its text.
    fn kind(stage: Stage, line: &str) -> &'static str {
        let (code, text) = line.split_once(' ').unwrap_or((line, ""));
        match Reply::new(code.parse().unwrap(), &[text.to_owned()]).outcome(stage) {
            Outcome::Sent { .. } => "sent",
            Outcome::Retry { .. } => "retry",
            Outcome::Failed { .. } => "failed",
            Outcome::BadAddress { .. } => "bad address",
            Outcome::Unavailable { configuration: false, .. } => "down",
            Outcome::Unavailable { configuration: true, .. } => "misconfigured",
            Outcome::Interrupted { .. } => "interrupted",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    #[test]
    fn every_reply_falls_into_its_class() {
        let table = [
            (Greeting, "421 4.3.2 shutting down", "down"),
            (Greeting, "450 4.7.1 come back later", "down"),
            (Greeting, "554 5.7.1 no service for you", "misconfigured"),
            (Session, "454 4.7.0 temporary authentication failure", "down"),
            (Session, "535 5.7.8 authentication credentials invalid", "misconfigured"),
            (Session, "502 5.5.1 EHLO not implemented", "misconfigured"),
            (Session, "354 what", "down"),
            (Mail, "451 4.3.0 try again", "down"),
            (Mail, "452 4.3.1 insufficient system storage", "down"),
            (Mail, "530 5.7.0 authentication required", "misconfigured"),
            (Mail, "550 5.7.1 sender refused", "misconfigured"),
            (Mail, "553 5.1.8 domain of sender not found", "misconfigured"),
            (Mail, "552 message size exceeds fixed maximum", "failed"),
            (Mail, "552 5.3.4 message too big for system", "failed"),
            (Mail, "553 5.6.7 non-ASCII addresses not permitted", "failed"),
            (Mail, "354 out of step", "interrupted"),
            (Recipient, "421 4.7.0 too many errors", "down"),
            (Recipient, "450 4.2.0 greylisted", "retry"),
            (Recipient, "450 4.1.1 unverified address", "retry"),
            (Recipient, "451 4.7.1 greylisted", "retry"),
            (Recipient, "452 too many recipients", "retry"),
            (Recipient, "452 4.5.3 too many recipients", "retry"),
            (Recipient, "452 4.2.2 mailbox full", "retry"),
            (Recipient, "452 4.3.1 insufficient system storage", "down"),
            (Recipient, "451 4.3.2 system not accepting messages", "down"),
            (Recipient, "550 5.1.1 no such user", "bad address"),
            (Recipient, "550 5.1.2 no such domain", "bad address"),
            (Recipient, "501 5.1.3 bad address syntax", "bad address"),
            (Recipient, "551 5.1.6 moved", "bad address"),
            (Recipient, "556 5.1.10 null MX", "bad address"),
            (Recipient, "550 4.1.1 classes disagree, so no status", "failed"),
            (Recipient, "550 mailbox unavailable", "failed"),
            (Recipient, "551 user not local", "failed"),
            (Recipient, "553 mailbox name not allowed", "failed"),
            (Recipient, "550 5.2.1 mailbox disabled", "failed"),
            (Recipient, "552 5.2.2 mailbox full", "failed"),
            (Recipient, "552 too many recipients", "retry"),
            (Recipient, "552 5.5.3 too many recipients", "retry"),
            (Recipient, "552 5.3.4 message too big", "failed"),
            (Recipient, "550 5.7.1 refused by policy", "failed"),
            (Recipient, "550 5.7.515 not authenticated", "failed"),
            (Recipient, "550 5.1.8 bad sender's system", "misconfigured"),
            (Recipient, "553 5.7.1 <a@b>: Sender address rejected: not owned by user c", "misconfigured"),
            (Recipient, "554 5.7.1 <a@b>: Relay access denied", "misconfigured"),
            (Recipient, "550 relay not permitted", "misconfigured"),
            (Recipient, "550 5.7.1 host mx.b said: 554 Relay access denied", "failed"),
            (Recipient, "550 5.1.1 <a@b>: Relay access denied", "bad address"),
            (Recipient, "530 5.7.0 must issue STARTTLS first", "misconfigured"),
            (Recipient, "503 5.5.1 need MAIL first", "misconfigured"),
            (Recipient, "354 out of step", "interrupted"),
            (Data, "250 out of step", "interrupted"),
            (Data, "451 4.3.0 queue file write error", "retry"),
            (Data, "554 5.5.1 no valid recipients", "failed"),
            (Data, "503 5.5.1 bad sequence", "misconfigured"),
            (FinalDot, "250 2.0.0 queued as 1", "sent"),
            (FinalDot, "250", "sent"),
            (FinalDot, "354 go ahead", "unknown"),
            (FinalDot, "199 what", "unknown"),
            (FinalDot, "421 4.3.2 shutting down", "down"),
            (FinalDot, "451 4.7.1 try again", "retry"),
            (FinalDot, "452 insufficient storage", "retry"),
            (FinalDot, "452 4.3.1 insufficient system storage", "down"),
            (FinalDot, "550 5.1.1 no such user", "failed"),
            (FinalDot, "552 5.3.4 message too big", "failed"),
            (FinalDot, "552 storage exceeded", "failed"),
            (FinalDot, "554 5.7.1 spam", "failed"),
            (FinalDot, "554 5.6.0 malformed", "failed"),
        ];
        for (stage, line, expected) in table {
            assert_eq!(kind(stage, line), expected, "{line:?} at {stage:?}");
        }
    }

    #[test]
    fn no_code_at_any_stage_but_2xx_at_the_dot_is_a_success() {
        for stage in [Greeting, Session, Mail, Recipient, Data, FinalDot] {
            for code in 0..=999 {
                let sent = matches!(classify(stage, code, None, ""), Outcome::Sent { .. });
                assert_eq!(sent, stage == FinalDot && (200..300).contains(&code), "{code} at {stage:?}");
            }
        }
    }

    #[test]
    fn the_text_of_a_reply_is_one_short_harmless_line() {
        let lines = ["5.7.1 Refused\u{1b}[2J", "5.7.1 see\tpage\u{202e}", "5.7.10 and 5.7.1"].map(str::to_owned);
        assert_eq!(Reply::new(550, &lines).text, "5.7.1 Refused [2J see page 5.7.10 and 5.7.1");
        let long = Reply::new(550, &["й".repeat(100_000)]);
        assert_eq!(long.text.chars().count(), MAX_TEXT);
        assert!(long.outcome(Recipient).text().chars().count() <= MAX_TEXT);
        assert!(long.outcome(Mail).text().chars().count() <= MAX_TEXT);
        assert!(classify(FinalDot, 354, None, &long.text).text().chars().count() <= MAX_TEXT);
    }

    #[test]
    fn a_status_is_read_only_where_it_agrees_with_the_code() {
        let status = |code, text| EnhancedStatus::parse(code, text).map(|status| status.to_string());
        assert_eq!(status(550, "5.1.1 no such user").as_deref(), Some("5.1.1"));
        assert_eq!(status(550, "5.7.515 x").as_deref(), Some("5.7.515"));
        for (code, text) in [(550, "4.1.1 x"), (250, "1.2.3.4 x"), (550, "5.1 x"), (550, "5.1.1111 x"), (550, ""), (550, "5.+1.1 x")] {
            assert_eq!(status(code, text), None, "{code} {text}");
        }
    }
}

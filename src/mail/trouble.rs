//! What goes wrong between this program and a mail server, in the words that are kept on record, and how they are told
//! apart again when a reader wants them in another language. Where a server's own words follow, they stay as they are.

/// `cannot connect to mail.example:587: connection refused`
pub const CANNOT_CONNECT: &str = "cannot connect to ";
/// `TLS with mail.example failed: …`
pub const TLS_WITH: &str = "TLS with ";
pub const TLS_FAILED: &str = " failed: ";
pub const NOT_TAKEN: &str = "the server does not take us: ";
pub const EHLO_REFUSED: &str = "the server refuses EHLO: ";
pub const STARTTLS_REFUSED: &str = "the server refuses STARTTLS: ";
pub const LOGIN_REFUSED: &str = "the server refuses the login: ";
pub const NO_STARTTLS: &str = "the server does not offer STARTTLS, and TLS is required";
pub const PASSWORD_UNSAFE: &str = "the password is not sent without TLS and a valid certificate";
pub const NO_LOGIN: &str = "the server offers neither AUTH PLAIN nor AUTH LOGIN, but there is a password to send";
pub const SILENT_AT_MAIL: &str = "no answer to the first MAIL: ";
pub const BROKEN_WITHIN: &str = "broken off within the message: ";
pub const BROKEN_AT_DOT: &str = "the connection broke at the final dot: ";
pub const SILENT_AT_DOT: &str = "no reply to the final dot: ";

/// A trouble that was written down, with what the server or the system said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// No connection: to whom, and why.
    NoConnection(&'a str, &'a str),
    /// No common ground for encryption: with whom, and why.
    NoTls(&'a str, &'a str),
    /// The server refuses this client as a whole.
    NotTaken(&'a str),
    LoginRefused(&'a str),
    NoStartTls,
    PasswordUnsafe,
    NoLogin,
    /// Nothing of the message is at the server.
    BrokenOff(&'a str),
    /// The message may be at the server.
    NoReply(&'a str),
}

/// How a sentence begins, and what is made of its rest.
type Beginning<'a> = (&'static str, fn(&'a str) -> Trouble<'a>);

impl<'a> Trouble<'a> {
    /// Reads what was kept. None: it is something else, as a server's reply.
    pub fn read(text: &'a str) -> Option<Self> {
        let whole = [(NO_STARTTLS, Self::NoStartTls), (PASSWORD_UNSAFE, Self::PasswordUnsafe), (NO_LOGIN, Self::NoLogin)];
        if let Some((_, trouble)) = whole.into_iter().find(|(sentence, _)| *sentence == text) {
            return Some(trouble);
        }
        let after = |start: &str| text.strip_prefix(start);
        if let Some((server, why)) = after(CANNOT_CONNECT).and_then(|rest| rest.split_once(": ")) {
            return Some(Self::NoConnection(server, why));
        }
        if let Some((server, why)) = after(TLS_WITH).and_then(|rest| rest.split_once(TLS_FAILED)) {
            return Some(Self::NoTls(server, why));
        }
        let beginnings: [Beginning<'a>; 8] = [
            (NOT_TAKEN, Self::NotTaken),
            (EHLO_REFUSED, Self::NotTaken),
            (STARTTLS_REFUSED, Self::NotTaken),
            (LOGIN_REFUSED, Self::LoginRefused),
            (SILENT_AT_MAIL, Self::BrokenOff),
            (BROKEN_WITHIN, Self::BrokenOff),
            (BROKEN_AT_DOT, Self::NoReply),
            (SILENT_AT_DOT, Self::NoReply),
        ];
        beginnings.into_iter().find_map(|(start, trouble)| text.strip_prefix(start).map(trouble))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_told_apart_again_and_a_servers_words_stay_its_own() {
        let host = "cannot connect to mail.example:587: Connection refused (os error 111)";
        assert_eq!(Trouble::read(host), Some(Trouble::NoConnection("mail.example:587", "Connection refused (os error 111)")));
        assert_eq!(Trouble::read("TLS with mail.example failed: bad"), Some(Trouble::NoTls("mail.example", "bad")));
        assert_eq!(Trouble::read("the server refuses the login: 535 no"), Some(Trouble::LoginRefused("535 no")));
        assert_eq!(Trouble::read(NO_STARTTLS), Some(Trouble::NoStartTls));
        assert_eq!(Trouble::read("550 5.1.1 no such user"), None);
    }
}

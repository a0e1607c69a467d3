//! AUTH PLAIN and AUTH LOGIN (RFC 4954).

use std::sync::atomic::Ordering::Relaxed;

use mail_parser::decoders::base64::base64_decode;

use super::{Expecting, Next, Session};

impl Session {
    /// RFC 4954 section 4.
    pub(super) fn auth(&mut self, rest: &str) -> Next {
        if !self.stream.is_encrypted() {
            self.shared.counters.logins_in_clear.fetch_add(1, Relaxed);
        }
        if self.shared.options.credentials.is_none() || self.user.is_some() || !self.greeted {
            return self.mistake("503 5.5.1 no login wanted now\r\n");
        }
        let (mechanism, secret) = rest.split_once(' ').unwrap_or((rest, ""));
        match (mechanism.to_ascii_uppercase().as_str(), secret) {
            ("PLAIN", "") => {
                self.expecting = Expecting::PlainSecret;
                self.reply("334 \r\n")
            }
            ("PLAIN", secret) => self.log_in_plain(secret),
            ("LOGIN", _) => {
                self.expecting = Expecting::LoginName;
                self.reply("334 VXNlcm5hbWU6\r\n")
            }
            _ => self.mistake("504 5.5.4 unknown mechanism\r\n"),
        }
    }

    pub(super) fn log_in_plain(&mut self, secret: &str) -> Next {
        let decoded = decode(secret).unwrap_or_default();
        let mut parts = decoded.split('\0').skip(1);
        let user = parts.next().unwrap_or_default().to_owned();
        self.log_in(user, parts.next().unwrap_or_default())
    }

    pub(super) fn log_in(&mut self, user: String, password: &str) -> Next {
        let options = &self.shared.options;
        let right = options.credentials.as_ref().is_some_and(|(name, secret)| *name == user && secret == password);
        if !right || options.faults.refuses_logins() {
            return self.mistake("535 5.7.8 authentication failed\r\n");
        }
        self.user = Some(user);
        self.reply("235 2.7.0 welcome\r\n")
    }
}

pub(super) fn decode(text: &str) -> Option<String> {
    String::from_utf8(base64_decode(text.as_bytes())?).ok()
}

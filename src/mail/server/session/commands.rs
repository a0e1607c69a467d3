//! The commands of RFC 5321 section 4.1.1.

use std::io;
use std::mem;
use std::sync::atomic::Ordering::Relaxed;
use std::time::SystemTime;

use super::super::address::{is_mailbox, parse_path};
use super::super::faults::Fault;
use super::login::decode;
use super::{Expecting, Next, Session};

/// RFC 5321 section 4.5.3.1.8.
const MAX_RECIPIENTS: usize = 100;

impl Session {
    pub(super) async fn execute(&mut self, line: &str) -> io::Result<Next> {
        match mem::replace(&mut self.expecting, Expecting::Command) {
            Expecting::Command => {}
            Expecting::Message => return Ok(Next::Close),
            Expecting::PlainSecret => return Ok(self.log_in_plain(line)),
            Expecting::LoginName => {
                match decode(line) {
                    Some(user) => {
                        self.expecting = Expecting::LoginPassword { user };
                        self.say("334 UGFzc3dvcmQ6\r\n");
                    }
                    None => self.say("501 5.5.2 not base64\r\n"),
                }
                return Ok(Next::Continue);
            }
            Expecting::LoginPassword { user } => {
                let password = decode(line).unwrap_or_default();
                return Ok(self.log_in(user, &password));
            }
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Ok(match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.hello(rest, true),
            "HELO" => self.hello(rest, false),
            "MAIL" => self.mail(rest),
            "RCPT" => return self.recipient(rest).await,
            "DATA" => self.data(rest),
            "RSET" => {
                self.reset();
                self.reply("250 2.0.0 forgotten\r\n")
            }
            "NOOP" => self.reply("250 2.0.0 ok\r\n"),
            "VRFY" => self.reply("252 2.1.5 send and see\r\n"),
            "QUIT" => {
                self.say("221 2.0.0 bye\r\n");
                Next::Close
            }
            "STARTTLS" if self.offers_starttls() => {
                self.say("220 2.0.0 go ahead\r\n");
                Next::StartTls
            }
            "AUTH" => self.auth(rest),
            _ => self.mistake("500 5.5.1 unknown command\r\n"),
        })
    }

    fn hello(&mut self, name: &str, extended: bool) -> Next {
        if name.trim().is_empty() {
            return self.mistake("501 5.5.4 a name belongs here\r\n");
        }
        self.reset();
        self.greeted = true;
        if !extended {
            return self.reply("250 periodical\r\n");
        }
        let options = &self.shared.options;
        let size = format!("SIZE {}", options.max_message_bytes);
        let mut lines = vec!["periodical", "PIPELINING", &size, "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
        if self.offers_starttls() {
            lines.push("STARTTLS");
        }
        if options.credentials.is_some() {
            lines.push(if options.withheld.contains(&"PLAIN") { "AUTH LOGIN" } else { "AUTH PLAIN LOGIN" });
        }
        lines.retain(|line| !options.withheld.contains(&line.split(' ').next().unwrap_or(line)));
        let last = lines.len() - 1;
        let mut reply = String::new();
        for (index, line) in lines.into_iter().enumerate() {
            reply.push_str(if index == last { "250 " } else { "250-" });
            reply.push_str(line);
            reply.push_str("\r\n");
        }
        self.reply(&reply)
    }

    fn offers_starttls(&self) -> bool {
        let options = &self.shared.options;
        options.tls.is_some() && !self.stream.is_encrypted() && !options.withheld.contains(&"STARTTLS")
    }

    fn mail(&mut self, rest: &str) -> Next {
        if !self.greeted || self.sender.is_some() {
            return self.mistake("503 5.5.1 not now\r\n");
        }
        if self.shared.options.credentials.is_some() && self.user.is_none() {
            return self.mistake("530 5.7.0 authentication required\r\n");
        }
        let Some((sender, parameters)) = after_keyword(rest, "FROM:").and_then(parse_path) else {
            return self.mistake("501 5.5.4 MAIL FROM:<address>\r\n");
        };
        if !(sender.is_empty() || is_mailbox(sender)) {
            return self.mistake("501 5.1.7 not an address\r\n");
        }
        if let Some(code) = self.shared.options.faults.refuses_mail() {
            return self.reply(&format!("{code} {}.7.1 sender refused\r\n", code / 100));
        }
        let size = parameters.split(' ').filter_map(|parameter| after_keyword(parameter, "SIZE=")).next();
        if size.and_then(|size| size.parse::<usize>().ok()).is_some_and(|size| size > self.shared.options.max_message_bytes) {
            return self.reply("552 5.3.4 message too big\r\n");
        }
        let utf8 = parameters.split(' ').any(|parameter| parameter.eq_ignore_ascii_case("SMTPUTF8"));
        if !sender.is_ascii() && !utf8 {
            return self.reply("553 5.6.7 non-ASCII address without SMTPUTF8\r\n");
        }
        self.sender = Some(sender.to_owned());
        self.begun_at = SystemTime::now();
        self.reply("250 2.1.0 ok\r\n")
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<Next> {
        if self.sender.is_none() {
            return Ok(self.mistake("503 5.5.1 MAIL first\r\n"));
        }
        let Some((recipient, _)) = after_keyword(rest, "TO:").and_then(parse_path) else {
            return Ok(self.mistake("501 5.5.4 RCPT TO:<address>\r\n"));
        };
        if !is_mailbox(recipient) {
            return Ok(self.refuse_recipient("501 5.1.3 not an address\r\n"));
        }
        if self.recipients.len() >= MAX_RECIPIENTS {
            return Ok(self.refuse_recipient("452 4.5.3 too many recipients\r\n"));
        }
        let fault = self.shared.options.faults.of(recipient);
        self.faults.extend(fault);
        match fault {
            Some(Fault::Refuse(reply)) => return Ok(self.refuse_recipient(reply)),
            Some(Fault::DataDespiteRefusal) => return Ok(self.refuse_recipient("550 5.1.1 no such user here\r\n")),
            Some(Fault::Close421) => {
                self.say("421 4.7.0 too busy, closing\r\n");
                return Ok(Next::Close);
            }
            Some(Fault::Mute) => {
                self.flush().await?;
                self.ignore().await;
                return Ok(Next::Close);
            }
            Some(Fault::Nonsense) => return Ok(self.reply("sorry? wat\r\n")),
            Some(Fault::Huge) => {
                let line = format!("550-{}\r\n", "x".repeat(500));
                self.say(&line.repeat(20_000));
                return Ok(self.reply("550 5.1.1 at last\r\n"));
            }
            _ => {}
        }
        self.recipients.push(recipient.to_owned());
        Ok(self.reply("250 2.1.5 ok\r\n"))
    }

    fn refuse_recipient(&mut self, reply: &str) -> Next {
        self.shared.counters.recipients_refused.fetch_add(1, Relaxed);
        self.reply(reply)
    }

    fn data(&mut self, rest: &str) -> Next {
        if !rest.is_empty() {
            return self.mistake("501 5.5.4 DATA alone\r\n");
        }
        if self.faults.contains(&Fault::DropAtData) {
            // Replies to what came before go out, then silence.
            return Next::Close;
        }
        if self.recipients.is_empty() && !self.faults.contains(&Fault::DataDespiteRefusal) {
            return self.mistake("554 5.5.1 no valid recipients\r\n");
        }
        self.expecting = Expecting::Message;
        self.message = Vec::new();
        self.too_big = false;
        self.reply("354 end with a dot on its own line\r\n")
    }
}

fn after_keyword<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then_some(rest)
}

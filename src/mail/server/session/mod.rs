//! One client's conversation: lines in, replies out.

mod commands;
mod login;
mod message;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

use super::faults::Fault;
use super::{Shared, accept_tls};
use crate::mail::connection::stream::{Stream, line_length};

/// RFC 5321 section 4.5.3.1.4 allows 512 bytes a command, extensions and AUTH (RFC 4954 section 4) more.
const MAX_LINE_BYTES: usize = 12_288;
/// Then it is no mail client.
const MAX_MISTAKES: u32 = 20;
const READ_BYTES: usize = 16 * 1024;

/// What to do after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Continue,
    StartTls,
    Close,
}

/// What the client's next line is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expecting {
    Command,
    PlainSecret,
    LoginName,
    LoginPassword { user: String },
    Message,
}

pub(super) struct Session {
    stream: Stream,
    shared: Arc<Shared>,
    /// Received and not yet executed, from `read` on.
    inbox: Vec<u8>,
    read: usize,
    /// Replies not yet written: those to a pipelined group go out together (RFC 2920 section 3.2).
    outbox: Vec<u8>,
    expecting: Expecting,
    greeted: bool,
    user: Option<String>,
    sender: Option<String>,
    /// When the last MAIL came.
    begun_at: SystemTime,
    recipients: Vec<String>,
    message: Vec<u8>,
    too_big: bool,
    faults: Vec<Fault>,
    mistakes: u32,
}

impl Session {
    pub(super) fn new(stream: Stream, shared: Arc<Shared>) -> Self {
        Self {
            stream,
            shared,
            inbox: Vec::with_capacity(READ_BYTES),
            read: 0,
            outbox: Vec::with_capacity(512),
            expecting: Expecting::Command,
            greeted: false,
            user: None,
            sender: None,
            begun_at: SystemTime::now(),
            recipients: Vec::new(),
            message: Vec::new(),
            too_big: false,
            faults: Vec::new(),
            mistakes: 0,
        }
    }

    pub(super) async fn run(mut self) {
        if self.shared.options.faults.never_greets() {
            return self.ignore().await;
        }
        match self.shared.options.faults.greeting() {
            220 => self.say("220 periodical ESMTP\r\n"),
            code => {
                self.say(&format!("{code} {}.3.2 not now\r\n", code / 100));
                let _ = self.flush().await;
                return;
            }
        }
        loop {
            match self.converse().await {
                Ok(Next::StartTls) => match self.start_tls().await {
                    Ok(session) => self = session,
                    Err(error) => return tracing::debug!(%error, "STARTTLS of an SMTP client failed"),
                },
                Ok(_) => break,
                // The client went away or fell silent; what it makes of that is its own affair.
                Err(error) => return tracing::debug!(%error, "an SMTP conversation broke off"),
            }
        }
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }

    /// Silent until the client hangs up.
    async fn ignore(&mut self) {
        while self.receive().await.is_ok_and(|more| more) {
            self.inbox.clear();
        }
    }

    /// Talks until the client closes, is to be cut off, or wants TLS.
    async fn converse(&mut self) -> io::Result<Next> {
        loop {
            let next = self.execute_received().await?;
            self.flush().await?;
            if next != Next::Continue {
                return Ok(next);
            }
            if !self.receive().await? {
                return Ok(Next::Close);
            }
        }
    }

    /// RFC 3207 section 4.2: after the handshake both sides start afresh. Bytes sent along with STARTTLS are clear
    /// text that must not count as said under TLS.
    async fn start_tls(self) -> io::Result<Self> {
        let Self { stream: Stream::Plain(stream), shared, inbox, read, .. } = self else {
            return Err(io::Error::other("under TLS already"));
        };
        let config = shared.options.tls.clone().filter(|_| inbox.len() == read);
        let config = config.ok_or_else(|| io::Error::other("bytes after STARTTLS"))?;
        let stream = accept_tls(config, stream, shared.options.idle_timeout).await?;
        Ok(Self::new(stream, shared))
    }

    /// Executes every line received so far.
    async fn execute_received(&mut self) -> io::Result<Next> {
        loop {
            if self.expecting == Expecting::Message {
                if !self.take_message_lines() {
                    return Ok(self.after_partial_message());
                }
                match self.end_message().await? {
                    Next::Continue => continue,
                    next => return Ok(next),
                }
            }
            let Some(length) = line_length(&self.inbox[self.read..]) else {
                if self.inbox.len() - self.read > MAX_LINE_BYTES {
                    self.say("500 5.5.2 line too long\r\n");
                    return Ok(Next::Close);
                }
                return Ok(Next::Continue);
            };
            let line = self.inbox[self.read..self.read + length].to_vec();
            self.read += length;
            self.shared.counters.commands.fetch_add(1, Relaxed);
            let delay = self.shared.options.faults.command_delay();
            if !delay.is_zero() {
                sleep(delay).await;
            }
            let next = match line.strip_suffix(b"\r\n").map(std::str::from_utf8) {
                Some(Ok(line)) if line.len() <= MAX_LINE_BYTES => self.execute(line).await?,
                _ => self.mistake("500 5.5.2 not a command line\r\n"),
            };
            if self.mistakes > MAX_MISTAKES {
                self.say("421 4.7.0 too many mistakes\r\n");
                return Ok(Next::Close);
            }
            if next != Next::Continue {
                return Ok(next);
            }
        }
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
        self.faults.clear();
    }

    fn say(&mut self, reply: &str) {
        self.outbox.extend_from_slice(reply.as_bytes());
    }

    fn reply(&mut self, reply: &str) -> Next {
        self.say(reply);
        Next::Continue
    }

    fn mistake(&mut self, reply: &str) -> Next {
        self.mistakes += 1;
        self.reply(reply)
    }

    /// Writes the replies gathered so far.
    async fn flush(&mut self) -> io::Result<()> {
        if self.outbox.is_empty() {
            return Ok(());
        }
        if let Some(delay) = self.shared.options.reply_delay {
            sleep(delay).await;
        }
        self.shared.counters.reply_writes.fetch_add(1, Relaxed);
        let pieces = if self.faults.contains(&Fault::ByteByByte) { 1 } else { self.outbox.len() };
        let limit = self.shared.options.idle_timeout;
        let write = async {
            for piece in self.outbox.chunks(pieces) {
                self.stream.write_all(piece).await?;
                self.stream.flush().await?;
                if pieces == 1 {
                    tokio::task::yield_now().await;
                }
            }
            Ok::<_, io::Error>(())
        };
        timeout(limit, write).await??;
        self.outbox.clear();
        Ok(())
    }

    /// Reads more; false when the client has closed.
    async fn receive(&mut self) -> io::Result<bool> {
        self.inbox.drain(..self.read);
        self.read = 0;
        self.inbox.reserve(READ_BYTES);
        let limit = self.shared.options.idle_timeout;
        match timeout(limit, self.stream.read_buf(&mut self.inbox)).await {
            Ok(length) => Ok(length? > 0),
            Err(elapsed) => {
                self.say("421 4.4.2 idle too long\r\n");
                self.flush().await?;
                Err(elapsed.into())
            }
        }
    }
}

//! The message after DATA (RFC 5321 section 4.1.1.4).

use std::io;
use std::mem;
use std::sync::atomic::Ordering::Relaxed;
use std::time::SystemTime;

use tokio::time::sleep;

use super::super::Received;
use super::super::faults::Fault;
use super::{Expecting, MAX_LINE_BYTES, Next, Session};
use crate::mail::connection::stream::line_length;

impl Session {
    /// Moves complete lines of the message over; true once the final dot was among them (RFC 5321 section 4.1.1.4).
    /// Only CRLF ends a line: a bare LF stays part of it, dots after it included.
    pub(super) fn take_message_lines(&mut self) -> bool {
        let limit = self.shared.options.max_message_bytes;
        loop {
            let mut length = 0;
            // A line ends at a LF that follows a CR.
            loop {
                let Some(more) = line_length(&self.inbox[self.read + length..]) else { return false };
                length += more;
                if length >= 2 && self.inbox[self.read + length - 2] == b'\r' {
                    break;
                }
            }
            let line = &self.inbox[self.read..self.read + length];
            self.read += length;
            if line == b".\r\n" {
                return true;
            }
            let text = line.strip_prefix(b".").unwrap_or(line);
            if self.message.len() + text.len() > limit {
                self.too_big = true;
                self.message = Vec::new();
            }
            if !self.too_big {
                self.message.extend_from_slice(text);
            }
        }
    }

    /// The message goes on: unless the client is to be cut off, or sends a line that no message has.
    pub(super) fn after_partial_message(&mut self) -> Next {
        let rest = self.inbox.len() - self.read;
        let cut_off = self.faults.contains(&Fault::DropInBody) && !(self.message.is_empty() && rest == 0);
        let endless = rest > self.shared.options.max_message_bytes.max(MAX_LINE_BYTES);
        if cut_off || endless { Next::Close } else { Next::Continue }
    }

    pub(super) async fn end_message(&mut self) -> io::Result<Next> {
        self.expecting = Expecting::Command;
        let faults = mem::take(&mut self.faults);
        let received = Received {
            from: self.sender.take().unwrap_or_default(),
            to: mem::take(&mut self.recipients),
            data: mem::take(&mut self.message),
            begun_at: self.begun_at,
            received_at: SystemTime::now(),
            tls: self.stream.is_encrypted(),
            authenticated_as: self.user.clone(),
        };
        if faults.contains(&Fault::DropInBody) {
            return Ok(Next::Close);
        }
        if received.to.is_empty() {
            return Ok(self.reply("554 5.5.1 no valid recipients\r\n"));
        }
        if self.too_big {
            return Ok(self.reply("552 5.3.4 message too big\r\n"));
        }
        if faults.contains(&Fault::RefuseAtDot) {
            return Ok(self.reply("554 5.7.1 looks like spam\r\n"));
        }
        (self.shared.sink)(received);
        let number = self.shared.counters.messages_accepted.fetch_add(1, Relaxed) + 1;
        if faults.contains(&Fault::DropAfterDot) {
            return Ok(Next::Close);
        }
        let delay = self.shared.options.faults.dot_delay();
        if !delay.is_zero() {
            sleep(delay).await;
        }
        if faults.contains(&Fault::SlowDot) {
            sleep(self.shared.options.faults.slow_dot()).await;
        }
        let byte_by_byte = faults.contains(&Fault::ByteByByte);
        self.say(&format!("250 2.0.0 queued as {number}\r\n"));
        if byte_by_byte {
            self.faults.push(Fault::ByteByByte);
            self.flush().await?;
            self.faults.clear();
        }
        Ok(Next::Continue)
    }
}

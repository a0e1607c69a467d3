//! Lines out, replies in: the client's end of the wire, with every wait and every buffer bounded.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

use super::stream::{Stream, line_length};
use crate::mail::outcome::Reply;

/// Most bytes one reply may have. RFC 5321 section 4.5.3.1.5 allows 512 a line; long EHLO replies and policy texts
/// stay far below this, and a server that sends more is broken or hostile.
const MAX_REPLY_BYTES: usize = 64 * 1024;

/// A message is handed to the socket in pieces of this size, each within `Timeouts::data_block`.
pub(super) const BLOCK_BYTES: usize = 64 * 1024;

/// Why the conversation cannot go on.
#[derive(Debug, Error)]
pub(super) enum WireError {
    #[error("the server closed the connection")]
    Closed,
    #[error("the server did not answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    #[error("the server sent something that is not an SMTP reply")]
    NotAReply,
    #[error("the server sent a reply longer than {MAX_REPLY_BYTES} bytes")]
    ReplyTooLong,
    #[error("the server spoke out of turn")]
    OutOfTurn,
    #[error("connection lost: {0}")]
    Io(#[from] io::Error),
}

/// One connection and what has been read from it beyond the last reply.
pub(super) struct Wire {
    pub(super) stream: Stream,
    inbox: Vec<u8>,
}

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, inbox: Vec::with_capacity(1024) }
    }

    /// Takes the stream for a TLS handshake. Bytes already received would be clear text passing for the server's
    /// first words under TLS (response injection, CVE-2021-38371 and kin), so there must be none.
    pub(super) fn into_stream(self) -> Result<Stream, WireError> {
        if self.inbox.is_empty() { Ok(self.stream) } else { Err(WireError::OutOfTurn) }
    }

    /// Whether anything has arrived since the last reply, be it only the end of the connection. Never waits.
    pub(super) async fn has_news(&mut self) -> bool {
        let mut byte = [0];
        let mut buffer = ReadBuf::new(&mut byte);
        let look = poll_fn(|context| Poll::Ready(Pin::new(&mut self.stream).poll_read(context, &mut buffer).is_ready()));
        !self.inbox.is_empty() || look.await
    }

    /// Closes our side properly, which under TLS takes a last record.
    pub(super) async fn shut_down(&mut self, limit: Duration) {
        // The server may have closed already: there is nobody left to tell.
        let _ = timeout(limit, self.stream.shutdown()).await;
    }

    /// Writes commands in one go. A reply that nobody asked for must not be taken for the answer to them.
    pub(super) async fn write(&mut self, bytes: &[u8], limit: Duration) -> Result<(), WireError> {
        if !self.inbox.is_empty() {
            return Err(WireError::OutOfTurn);
        }
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        Ok(timeout(limit, write).await.map_err(|_| WireError::TimedOut(limit))??)
    }

    /// Writes a message block by block (RFC 5321 section 4.5.3.2.5), `limit` for each.
    ///
    /// An error means that the last block, and so the final dot, was not handed over in full.
    pub(super) async fn write_blocks(&mut self, bytes: &[u8], limit: Duration) -> Result<(), WireError> {
        for block in bytes.chunks(BLOCK_BYTES) {
            self.write(block, limit).await?;
        }
        Ok(())
    }

    /// Writes in one go and tells, where it fails, how many bytes had been handed over by then.
    pub(super) async fn write_counted(&mut self, bytes: &[u8], limit: Duration) -> Result<(), (usize, WireError)> {
        if !self.inbox.is_empty() {
            return Err((0, WireError::OutOfTurn));
        }
        let mut written = 0;
        let write = async {
            while written < bytes.len() {
                written += match self.stream.write(&bytes[written..]).await? {
                    0 => return Err(WireError::Closed),
                    length => length,
                };
            }
            Ok(self.stream.flush().await?)
        };
        match timeout(limit, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err((written, error)),
            Err(_) => Err((written, WireError::TimedOut(limit))),
        }
    }

    /// One command, one reply.
    pub(super) async fn command(&mut self, line: &str, limit: Duration) -> Result<Reply, WireError> {
        self.write(line.as_bytes(), limit).await?;
        self.reply(limit).await
    }

    /// The next reply, with its lines joined into one text.
    pub(super) async fn reply(&mut self, limit: Duration) -> Result<Reply, WireError> {
        let (code, lines) = self.reply_lines(limit).await?;
        Ok(Reply::new(code, &lines))
    }

    /// The next reply line by line (RFC 5321 section 4.2.1), within `limit` as a whole, so that a server sending a
    /// byte now and then cannot hold us.
    pub(super) async fn reply_lines(&mut self, limit: Duration) -> Result<(u16, Vec<String>), WireError> {
        // The rest of a pipelined group is already here: no timer needed.
        if let Some(reply) = self.take_reply()? {
            return Ok(reply);
        }
        let read = async {
            loop {
                if self.inbox.len() > MAX_REPLY_BYTES {
                    return Err(WireError::ReplyTooLong);
                }
                let known = self.inbox.len();
                if self.stream.read_buf(&mut self.inbox).await? == 0 {
                    return Err(WireError::Closed);
                }
                // Without this a server sending byte by byte would make us parse everything at each of them.
                if self.inbox[known..].contains(&b'\n')
                    && let Some(reply) = self.take_reply()?
                {
                    return Ok(reply);
                }
            }
        };
        timeout(limit, read).await.map_err(|_| WireError::TimedOut(limit))?
    }

    fn take_reply(&mut self) -> Result<Option<(u16, Vec<String>)>, WireError> {
        let Some((length, code, lines)) = parse_reply(&self.inbox)? else { return Ok(None) };
        if length == self.inbox.len() {
            self.inbox.clear();
        } else {
            self.inbox.drain(..length);
        }
        Ok(Some((code, lines)))
    }
}

/// Reads one whole reply off the front of `bytes`: its length, code and lines. Text in any encoding is accepted,
/// what is not UTF-8 is shown as �: a reply in KOI8-R is no reason to lose the connection.
fn parse_reply(bytes: &[u8]) -> Result<Option<(usize, u16, Vec<String>)>, WireError> {
    let mut lines = Vec::new();
    let mut position = 0;
    let mut first_code = None;
    while let Some(length) = line_length(&bytes[position..]) {
        let line = bytes[position..position + length].trim_ascii_end();
        position += length;
        let (code, rest) = line.split_at_checked(3).ok_or(WireError::NotAReply)?;
        if !(matches!(code[0], b'2'..=b'5') && code[1].is_ascii_digit() && code[2].is_ascii_digit()) {
            return Err(WireError::NotAReply);
        }
        let code = code.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
        // RFC 5321 section 4.2.1: all lines of a reply carry the same code.
        if *first_code.get_or_insert(code) != code {
            return Err(WireError::NotAReply);
        }
        let (last, text) = match rest.split_first() {
            None => (true, rest),
            Some((b' ', text)) => (true, text),
            Some((b'-', text)) => (false, text),
            Some(_) => return Err(WireError::NotAReply),
        };
        lines.push(String::from_utf8_lossy(text).into_owned());
        if last {
            return Ok(Some((position, code, lines)));
        }
    }
    Ok(None)
}

/// A message as it goes over the wire: dots at the start of a line doubled, the final dot added
/// (RFC 5321 sections 4.5.2 and 4.1.1.4). `None` if it has a CR or LF that is not part of a CRLF: some servers
/// take those for line ends, which lets one message smuggle in another.
pub(super) fn encode_message(message: &[u8]) -> Option<Vec<u8>> {
    let mut encoded = Vec::with_capacity(message.len() + message.len() / 64 + 8);
    let mut rest = message;
    while !rest.is_empty() {
        let length = line_length(rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(length);
        rest = after;
        let text = match line.strip_suffix(b"\r\n") {
            Some(text) => text,
            None if line.ends_with(b"\n") => return None,
            None => line,
        };
        if text.contains(&b'\r') {
            return None;
        }
        if text.starts_with(b".") {
            encoded.push(b'.');
        }
        encoded.extend_from_slice(text);
        encoded.extend_from_slice(b"\r\n");
    }
    encoded.extend_from_slice(b".\r\n");
    Some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_stuffed_and_ends_with_one_dot() {
        let table: [(&[u8], Option<&[u8]>); 9] = [
            (b"", Some(b".\r\n")),
            (b"a\r\n", Some(b"a\r\n.\r\n")),
            (b"a", Some(b"a\r\n.\r\n")),
            (b".\r\n..\r\na.b\r\n", Some(b"..\r\n...\r\na.b\r\n.\r\n")),
            (b"\r\n\r\n", Some(b"\r\n\r\n.\r\n")),
            (b"a\n.\nb", None),
            (b"a\r.\rb\r\n", None),
            (b"a\r\r\n", None),
            (b"a\r", None),
        ];
        for (message, expected) in table {
            assert_eq!(encode_message(message).as_deref(), expected, "{:?}", String::from_utf8_lossy(message));
        }
    }

    #[test]
    fn replies_are_read_whole_or_not_at_all() {
        let parsed = |bytes: &[u8]| parse_reply(bytes).map(|reply| reply.map(|(length, code, lines)| (length, code, lines.join("|"))));
        assert_eq!(parsed(b"250 ok\r\n250 x\r\n").unwrap(), Some((8, 250, "ok".to_owned())));
        assert_eq!(parsed(b"250-a\r\n250-\r\n250 c\r\n").unwrap(), Some((20, 250, "a||c".to_owned())));
        assert_eq!(parsed(b"250\r\n").unwrap(), Some((5, 250, String::new())));
        assert_eq!(parsed(b"250 bare line feed\n").unwrap(), Some((19, 250, "bare line feed".to_owned())));
        assert_eq!(parsed(b"550 \xef\xf2\r\n").unwrap(), Some((8, 550, "\u{fffd}\u{fffd}".to_owned())));
        for partial in [&b""[..], b"2", b"250 ok", b"250-ok\r\n", b"250-ok\r\n25"] {
            assert_eq!(parsed(partial).unwrap(), None);
        }
        for wrong in [
            &b"\r\n"[..],
            b"25\r\n",
            b"hello\r\n",
            b"25x ok\r\n",
            b"250ok\r\n",
            b"250-a\r\n550 b\r\n",
            b"999 x\r\n",
            "2\u{b2}0 x\r\n".as_bytes(),
        ] {
            assert!(parsed(wrong).is_err(), "{:?}", String::from_utf8_lossy(wrong));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_of_a_server_make_us_panic(bytes in proptest::collection::vec(proptest::sample::select(b"250- \r\n4x\xff".to_vec()), 0..60)) {
            if let Ok(Some((length, code, _))) = parse_reply(&bytes) {
                assert!(length <= bytes.len() && (200..600).contains(&code));
            }
        }

        #[test]
        fn what_is_encoded_is_decoded_to_the_same(text in "[.a\r\n]{0,40}") {
            let Some(encoded) = encode_message(text.as_bytes()) else {
                assert!(text.replace("\r\n", "").contains(['\r', '\n']));
                return Ok(());
            };
            let encoded = String::from_utf8(encoded).unwrap();
            let body = encoded.strip_suffix(".\r\n").unwrap();
            let lines: Vec<&str> = body.split_inclusive("\r\n").collect();
            assert!(!lines.contains(&".\r\n"));
            let decoded: String = lines.iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            assert_eq!(decoded.strip_suffix("\r\n").unwrap_or(&decoded), text.strip_suffix("\r\n").unwrap_or(&text));
        }
    }
}

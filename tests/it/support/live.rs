//! A viewer of a live page: reads server-sent events as they come.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::Browser;

pub struct Live {
    response: reqwest::Response,
    buffer: Vec<u8>,
}

/// One event; its name is empty where it is a plain message.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    pub name: String,
    pub data: String,
}

impl Live {
    pub async fn open(browser: &Browser, path: &str) -> Self {
        let response = browser.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, buffer: Vec::new() }
    }

    /// The next event; None once the server has closed the stream.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(30), self.read()).await.expect("an event within half a minute")
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            // A chunk may end in the middle of a character, an event does not.
            if let Some(end) = self.buffer.windows(2).position(|bytes| bytes == b"\n\n") {
                let event: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let event = parse(std::str::from_utf8(&event).unwrap());
                // A comment that keeps the connection alive has no data.
                if !event.data.is_empty() {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.buffer.extend_from_slice(&chunk);
        }
    }

    /// Reads on until an event that passes, and gives it.
    pub async fn until(&mut self, what: &str, passes: impl Fn(&Event) -> bool) -> Event {
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the stream ended before: {what}"));
            if passes(&event) {
                return event;
            }
        }
    }
}

fn parse(text: &str) -> Event {
    let field = |name: &str| {
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(name)).map(|value| value.trim_start()).collect();
        lines.join("\n")
    };
    Event { name: field("event:"), data: field("data:") }
}

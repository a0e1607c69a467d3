//! Who reads a page, as far as a count of readers must know: a person's browser. Programs, and browsers that only fetch ahead, read
//! nothing.

use std::sync::LazyLock;

use isbot::Bots;
use poem::{
    FromRequest, Request, RequestBody, Result,
    http::{HeaderMap, header},
};

use crate::web::ClientAddress;

/// One pattern over all that call themselves a program; made once.
static BOTS: LazyLock<Bots> = LazyLock::new(Bots::default);

/// Somebody who reads.
#[derive(Debug, Clone)]
pub struct Reader {
    pub client: ClientAddress,
    /// What the browser calls itself.
    pub agent: String,
}

/// The reader of a page; None where nobody reads.
#[derive(Debug, Clone)]
pub struct Seen(pub Option<Reader>);

impl<'a> FromRequest<'a> for Seen {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Some(agent) = agent_of_a_person(request.headers()) else { return Ok(Self(None)) };
        let client = ClientAddress::from_request(request, body).await?;
        Ok(Self(Some(Reader { client, agent: agent.to_owned() })))
    }
}

fn agent_of_a_person(headers: &HeaderMap) -> Option<&str> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Fetch Metadata's `Sec-Purpose: prefetch;prerender`, and what browsers said before it.
    let is_ahead = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| value(name).contains("prefetch"));
    let agent = value(header::USER_AGENT.as_str());
    // Every browser says something.
    (!is_ahead && !agent.is_empty() && !BOTS.is_bot(agent)).then_some(agent)
}

#[cfg(test)]
mod tests {
    use poem::http::{HeaderName, HeaderValue};

    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

    fn reads(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        agent_of_a_person(&headers.collect()).is_some()
    }

    #[test]
    fn people_read_and_programs_do_not() {
        assert!(reads(&[("user-agent", FIREFOX)]));
        assert!(reads(&[(
            "user-agent",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
        )]));
        for program in [
            "",
            "curl/8.5.0",
            "Wget/1.21",
            "python-requests/2.32",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
            "TelegramBot (like TwitterBot)",
        ] {
            assert!(!reads(&[("user-agent", program)]), "{program}");
        }
        assert!(!reads(&[]));
        assert!(!reads(&[("user-agent", FIREFOX), ("sec-purpose", "prefetch;prerender")]));
        assert!(!reads(&[("user-agent", FIREFOX), ("purpose", "prefetch")]));
    }
}

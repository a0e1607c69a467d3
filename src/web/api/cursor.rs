//! Pages of a list. A cursor is where the page before ended; whoever gets one can do nothing with it but ask for the next page of the same
//! list: it carries a mac over the list and whose it is.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type},
};
use sha2::Sha256;

use super::{answers::Page, problem::Problem};
use crate::{
    config::{Config, SecretKey},
    t,
};

/// Of 32 bytes: a cursor opens nothing that its holder could not read anyway.
const MAC_BYTES: usize = 8;

/// What cursors look like: a position and a mac.
pub const PATTERN: &str = "^[A-Za-z0-9_-]{22}$";

/// The cursors of one list.
pub struct Cursors<'a> {
    config: &'a Config,
    /// The list, whose it is, and what it is narrowed by.
    list: String,
}

impl<'a> Cursors<'a> {
    /// `list` names the list with everything that narrows it: a cursor of another list or search is none of this one.
    pub fn new(config: &'a Config, user_id: i64, list: &[&str]) -> Self {
        // Parts cannot run into each other: none holds a zero.
        Self { config, list: format!("{user_id}\0{}", list.join("\0")) }
    }

    /// Where the page begins: None at the first.
    ///
    /// # Errors
    /// It is no cursor of this list.
    pub fn open(&self, cursor: Option<&str>) -> Result<Option<i64>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        self.position(cursor).map(Some).ok_or_else(|| Problem::field("cursor", t!("api-bad-cursor")))
    }

    /// A page of up to `limit` of the rows, of which there is one more where another page follows.
    pub fn page<R, T: Type + ParseFromJSON + ToJSON>(
        &self,
        mut rows: Vec<R>,
        limit: Limit,
        position: impl Fn(&R) -> i64,
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let has_more = rows.len() > usize::from(limit.0);
        rows.truncate(limit.0.into());
        let next = rows.last().filter(|_| has_more).map(|last| self.seal(position(last)));
        Page { items: rows.into_iter().map(item).collect(), next }
    }

    fn seal(&self, position: i64) -> String {
        let mac = self.mac(&self.config.secret_key, position).finalize().into_bytes();
        BASE64URL_NOPAD.encode(&[&position.to_be_bytes()[..], &mac[..MAC_BYTES]].concat())
    }

    fn position(&self, cursor: &str) -> Option<i64> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let (position, mac) = bytes.split_first_chunk::<8>().filter(|(_, mac)| mac.len() == MAC_BYTES)?;
        let position = i64::from_be_bytes(*position);
        let keys = std::iter::once(&self.config.secret_key).chain(&self.config.old_secret_key);
        keys.into_iter().any(|key| self.mac(key, position).verify_truncated_left(mac).is_ok()).then_some(position)
    }

    fn mac(&self, key: &SecretKey, position: i64) -> Hmac<Sha256> {
        <Hmac<Sha256> as KeyInit>::new_from_slice(&key.derive("cursors"))
            .unwrap_or_else(|_| unreachable!("a mac takes keys of any length"))
            .chain_update(position.to_be_bytes())
            .chain_update(&self.list)
    }
}

/// How many rows a page has: 1 to 200, or 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    const MAX: u16 = 200;

    /// The rows to ask for: one more tells whether there is another page.
    pub fn fetch(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl Type for Limit {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            minimum: Some(1.0),
            maximum: Some(Self::MAX.into()),
            ..MetaSchema::new_with_format("integer", "int32")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromParameter for Limit {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        let limit = value.parse().ok().filter(|limit| (1..=Self::MAX).contains(limit));
        limit.map(Self).ok_or_else(|| ParseError::custom(t!("api-bad-limit", max = Self::MAX)))
    }
}

impl ToJSON for Limit {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.0.into())
    }
}

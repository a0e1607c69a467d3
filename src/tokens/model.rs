//! Tokens, and what they may do.

use data_encoding::BASE32_NOPAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    t,
    users::proof::ProofForm,
    web::form::{self, FieldErrors},
};

/// How many tokens of one user may work at once.
pub const AT_MOST: i64 = 50;
/// The longest name, in characters.
pub const NAME_MAX: usize = 100;
/// How long a token may last, in days.
pub const DAYS_MAX: i32 = 365;
/// What the form offers of that.
pub const DAYS: [i32; 3] = [30, 90, DAYS_MAX];
/// What it begins with.
const DAYS_FIRST: i32 = 90;
/// What every token begins with, so that it is known for one where somebody has left it lying about.
const PREFIX: &str = "per_";
/// 256 random bits in base 32.
const LENGTH: usize = 52;

/// A token as its bearer has it; what is kept of it is its hash. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl Token {
    /// A new one, of letters and digits alone behind its prefix: a double click takes all of it.
    pub fn random() -> Self {
        let bits = BASE32_NOPAD.encode(&rand::random::<[u8; 32]>());
        Self(format!("{PREFIX}{}", bits.to_ascii_lowercase()))
    }

    /// None for what cannot be one, which nobody has to look for then.
    pub fn parse(text: &str) -> Option<Self> {
        let bits = text.strip_prefix(PREFIX)?;
        let is_one = bits.len() == LENGTH && bits.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
        is_one.then(|| Self(text.to_owned()))
    }

    /// What is kept of it. 256 random bits need no salt: there is no dictionary of them.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The token itself, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What a token may be used for; none includes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// To see what its owner sees.
    Read,
    /// To create, change and delete what makes no mail go out.
    Write,
    /// To make mail go out.
    Send,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Send];

    /// As the table has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Send => "send",
        }
    }

    /// For the reader.
    pub fn label(self) -> String {
        match self {
            Self::Read => t!("tokens-scope-read"),
            Self::Write => t!("tokens-scope-write"),
            Self::Send => t!("tokens-scope-send"),
        }
    }

    /// For who chooses.
    pub fn detail(self) -> String {
        match self {
            Self::Read => t!("tokens-scope-read-detail"),
            Self::Write => t!("tokens-scope-write-detail"),
            Self::Send => t!("tokens-scope-send-detail"),
        }
    }

    /// None for a name that is no scope's.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// What one token may be used for: at least one thing, none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// None where there is no scope at all.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Option<Self> {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() { None } else { Some(Self(scopes)) }
    }

    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// As the table has them.
    pub fn names(&self) -> Vec<String> {
        self.iter().map(|scope| scope.name().to_owned()).collect()
    }

    /// From the table, which has no others than those it was given.
    pub(super) fn stored(names: &[String]) -> Self {
        Self(names.iter().filter_map(|name| Scope::parse(name)).collect())
    }
}

/// A token that can be made.
#[derive(Debug)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    pub scopes: Scopes,
    /// How long it lasts, 1 to [`DAYS_MAX`].
    pub days: i32,
    /// Names the filling-in of the form, so that sending it twice makes one token.
    pub submission_id: Option<Uuid>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    pub name: String,
    /// Names of scopes, one a box that is ticked.
    pub scopes: Vec<String>,
    pub days: String,
    pub submission_id: Option<Uuid>,
    pub password: String,
    /// Asked for where two-factor sign-in is on.
    pub code: String,
}

impl TokenForm {
    /// What most tokens are for.
    pub fn blank() -> Self {
        Self {
            scopes: vec![Scope::Read.name().to_owned()],
            days: DAYS_FIRST.to_string(),
            submission_id: Some(Uuid::new_v4()),
            ..Self::default()
        }
    }

    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|name| name == scope.name())
    }

    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<NewToken, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", form::line(&self.name, NAME_MAX));
        let scopes = Scopes::of(self.scopes.iter().filter_map(|name| Scope::parse(name)));
        let scopes = errors.take("scopes", scopes.ok_or_else(|| t!("tokens-no-scope")));
        let days = DAYS.into_iter().find(|days| days.to_string() == self.days);
        let days = errors.take("days", days.ok_or_else(|| t!("tokens-no-days")));
        match (name, scopes, days) {
            (Some(name), Some(scopes), Some(days)) => Ok(NewToken { name, scopes, days, submission_id: self.submission_id }),
            _ => Err(errors),
        }
    }

    /// The part of it that proves who has filled it in.
    pub fn proof(&self) -> ProofForm {
        ProofForm { password: self.password.clone(), code: self.code.clone() }
    }
}

/// A token as its owner sees it again: never the token itself.
#[derive(Debug)]
pub struct Kept {
    pub id: i64,
    pub name: String,
    pub scopes: Scopes,
    pub created_at: OffsetDateTime,
    /// When it ends, or has ended.
    pub expires_at: OffsetDateTime,
    /// To the minute or so.
    pub last_used_at: Option<OffsetDateTime>,
    pub state: State,
}

/// Whether a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Live,
    Expired,
    Revoked(OffsetDateTime),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is_one() {
        let token = Token::random();
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_ne!(Token::random(), token);
        let text = token.reveal();
        for other in
            ["", "per_", &text[4..], &text[..55], &format!("{text}a"), &text.to_uppercase(), &format!(" {text}"), &text.replace('_', "-")]
        {
            assert_eq!(Token::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::random();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    #[test]
    fn scopes_are_at_least_one_and_none_twice() {
        assert_eq!(Scopes::of([]), None);
        let scopes = Scopes::of([Scope::Send, Scope::Read, Scope::Send]).unwrap();
        assert_eq!(scopes.names(), ["read", "send"]);
        assert!(scopes.contains(Scope::Send) && !scopes.contains(Scope::Write));
    }

    #[test]
    fn a_form_says_everything_that_is_wrong_with_it_at_once() {
        let form = TokenForm { name: " ".into(), scopes: vec!["all".into()], days: "3650".into(), ..TokenForm::default() };
        let errors = form.parse().unwrap_err();
        for field in ["name", "scopes", "days"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
        let form = TokenForm { name: " CI ".into(), scopes: vec!["send".into(), "read".into()], days: "30".into(), ..TokenForm::default() };
        let new = form.parse().unwrap();
        assert_eq!((new.name.as_str(), new.scopes.names(), new.days), ("CI", vec!["read".to_owned(), "send".to_owned()], 30));
    }
}

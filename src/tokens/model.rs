//! Tokens, and what they may do.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

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
}

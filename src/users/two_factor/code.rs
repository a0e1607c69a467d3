//! The codes that stand in for the authenticator, and what is typed of either.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::t;

/// Recovery codes made at once.
pub const RECOVERY_CODES: usize = 10;
/// 80 bits in base 32.
const LENGTH: usize = 16;

/// A code that could be right, as it was typed: with or without blanks and hyphens, in capitals or not.
#[derive(Debug)]
pub enum Code {
    /// Six digits.
    Totp(String),
    /// The hash of a recovery code.
    Recovery([u8; 32]),
}

impl Code {
    /// # Errors
    /// A sentence for the reader.
    pub fn parse(text: &str) -> Result<Self, String> {
        let typed: String = text.chars().filter(|character| !character.is_whitespace() && *character != '-').collect();
        if typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Totp(typed));
        }
        let typed = typed.to_ascii_uppercase();
        if typed.len() == LENGTH && BASE32_NOPAD.decode(typed.as_bytes()).is_ok() {
            return Ok(Self::Recovery(hash(&typed)));
        }
        Err(t!("users-code-none"))
    }

    /// What is said of one that was not taken.
    pub fn refusal(&self) -> String {
        match self {
            Self::Totp(_) => t!("users-code-wrong"),
            Self::Recovery(_) => t!("users-code-wrong-recovery"),
        }
    }
}

/// New recovery codes, in groups of four, and what is kept of them.
pub fn new_recovery_codes() -> (Vec<String>, Vec<Vec<u8>>) {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| BASE32_NOPAD.encode(&rand::random::<[u8; 10]>())).collect();
    let hashes = codes.iter().map(|code| hash(code).to_vec()).collect();
    (codes.iter().map(|code| grouped(code, "-")).collect(), hashes)
}

/// In groups of four, as people copy it.
pub fn grouped(code: &str, separator: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect()).collect::<Vec<String>>().join(separator)
}

fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_understood_however_it_is_typed() {
        assert!(matches!(Code::parse(" 123 456 ").unwrap(), Code::Totp(digits) if digits == "123456"));
        let (codes, hashes) = new_recovery_codes();
        assert_eq!((codes.len(), codes[0].len()), (RECOVERY_CODES, LENGTH + 3));
        for typed in [codes[0].clone(), codes[0].to_lowercase(), codes[0].replace('-', " ")] {
            assert!(matches!(Code::parse(&typed).unwrap(), Code::Recovery(hash) if hash.to_vec() == hashes[0]), "{typed}");
        }
    }

    #[test]
    fn what_can_be_no_code_is_said_to_be_none() {
        for text in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "AAAA-AAAA-AAAA-AAA", "AAAA-AAAA-AAAA-AAA1", "\0\0\0\0\0\0"] {
            assert!(Code::parse(text).is_err(), "{text:?}");
        }
        assert!(Code::parse(&"7".repeat(10_000)).is_err());
    }
}

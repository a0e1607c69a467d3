//! The form of the first account.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    t,
    users::model::{Registration, RegistrationForm},
    web::FieldErrors,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    pub email: String,
    pub full_name: String,
    pub password: String,
    /// Where one is asked for.
    pub code: String,
}

impl SetupForm {
    /// # Errors
    /// What is wrong, by field; everything at once. `code`: the right one, where one is asked for.
    pub fn parse(&self, code: Option<&str>) -> Result<Registration, FieldErrors> {
        let form = RegistrationForm { email: self.email.clone(), full_name: self.full_name.clone(), password: self.password.clone() };
        let registration = form.parse();
        if code.is_some_and(|code| digest(code) != digest(&self.code)) {
            let mut errors = registration.err().unwrap_or_default();
            errors.add("code", t!("users-setup-wrong-code"));
            return Err(errors);
        }
        registration
    }
}

/// Of what matters in a code. How long two digests take to compare tells nothing of the codes.
fn digest(code: &str) -> [u8; 32] {
    let typed: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(typed.to_ascii_uppercase()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_understood_however_it_is_typed_and_asked_for_with_everything_else() {
        let form = |code: &str| SetupForm {
            email: "ada@example.org".into(),
            full_name: "Ada".into(),
            password: "a few words in a row".into(),
            code: code.into(),
        };
        for typed in ["ABCD-EFGH", " abcd efgh "] {
            assert!(form(typed).parse(Some("ABCD-EFGH")).is_ok(), "{typed}");
        }
        assert!(form("").parse(None).is_ok());
        for typed in ["", "ABCD-EFG", "ABCD-EFGH2"] {
            assert!(form(typed).parse(Some("ABCD-EFGH")).unwrap_err().get("code").is_some(), "{typed}");
        }
        let errors = SetupForm::default().parse(Some("ABCD-EFGH")).unwrap_err();
        assert!(["email", "full_name", "password", "code"].iter().all(|field| errors.get(field).is_some()), "{errors:?}");
    }
}

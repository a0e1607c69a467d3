//! An authenticator: what a phone would show.

use reqwest::{Method, StatusCode};
use totp_rs::{Builder, Secret, Totp};

use super::{Browser, TestApp};

pub struct Authenticator {
    totp: Totp,
    /// As they were shown once.
    pub recovery_codes: Vec<String>,
}

impl Authenticator {
    /// With the key that a page shows.
    pub fn with_key(key: &str) -> Self {
        let secret = Secret::try_from_base32(key.replace(' ', "")).unwrap();
        Self { totp: Builder::new().with_secret(secret).build().unwrap(), recovery_codes: Vec::new() }
    }

    /// What it shows so many steps of half a minute from now.
    pub fn code(&self, steps_from_now: i64) -> String {
        let moment = time::OffsetDateTime::now_utc().unix_timestamp() + 30 * steps_from_now;
        self.totp.generate(u64::try_from(moment).unwrap()).to_string()
    }

    pub fn secret(&self) -> &[u8] {
        self.totp.secret().as_bytes()
    }
}

impl Browser {
    /// Switches two-factor sign-in on for whoever is signed in here.
    pub async fn switch_two_factor_on(&self) -> Authenticator {
        let page = self.submit("/account/two-factor", "/account/two-factor", &[("password", Self::PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let mut authenticator = Authenticator::with_key(&page.text_of(".key").expect("a key is shown"));
        let fields = page.form("/account/two-factor");
        let page = self.post("/account/two-factor", fields, &[("code", &authenticator.code(0))]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        authenticator.recovery_codes = page.texts(".recovery-codes code");
        authenticator
    }

    /// Gives the password, and stands before the question for the code.
    pub async fn give_password(&self, email: &str) {
        let page = self.submit("/login", "/login", &[("email", email), ("password", Self::PASSWORD)]).await;
        assert_eq!(page.path, "/login/code?next=%2F", "{}", page.text);
    }

    /// Answers that question.
    pub async fn give_code(&self, code: &str) -> super::Page {
        let token = self.token().await;
        self.send(self.request(Method::POST, "/login/code").form(&[
            ("csrf_token", token.as_str()),
            ("code", code),
            ("next", "/recipients"),
        ]))
        .await
    }
}

impl TestApp {
    /// Lets codes of a user that were used be good again: half a minute is too long for a test.
    pub async fn forget_used_codes(&self, user_id: i64) {
        sqlx::query("update users set totp_last_step = null where id = $1").bind(user_id).execute(&self.db).await.unwrap();
    }
}

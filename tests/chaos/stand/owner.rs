//! Somebody with recipients, signed in to the web side.

use std::time::Duration;

use anyhow::Context;
use periodical::users::{model::Password, password};
use reqwest::Method;
use tokio::sync::OnceCell;

use super::{Stand, until};
use crate::browser::Browser;

pub struct Owner {
    pub id: i64,
    name: String,
    pub browser: Browser,
}

impl Stand {
    /// A verified user with a signed-in browser.
    pub async fn owner(&self, name: &str) -> anyhow::Result<Owner> {
        // One hash serves all: hashing is slow on purpose.
        static HASH: OnceCell<String> = OnceCell::const_new();
        let hash = HASH
            .get_or_try_init(async || {
                let password = Password::parse(Browser::PASSWORD).map_err(|error| anyhow::anyhow!("{error:?}"))?;
                password::hash(password).await.map_err(|error| anyhow::anyhow!("{error:?}"))
            })
            .await?;
        let email = format!("{name}@example.org");
        let query = "insert into users (email, full_name, password_hash, verified_at) values ($1::text::citext, 'Una User', $2, now()) returning id";
        let id = sqlx::query_scalar(query).bind(&email).bind(hash).fetch_one(&self.db).await?;
        let browser = Browser::new(&self.base());
        browser.sign_in(&email).await;
        Ok(Owner { id, name: name.to_owned(), browser })
    }

    /// An owner with `count` recipients and a mailing to them that is due; the attempt that a worker starts.
    pub async fn mailing_to(&self, name: &str, count: usize) -> anyhow::Result<(Owner, i64)> {
        let owner = self.owner(name).await?;
        owner.readers(self, count).await?;
        let mailing = owner.due_mailing(self).await?;
        Ok((owner, mailing))
    }
}

impl Owner {
    /// A recipient without a fault.
    pub fn reader(&self, number: usize) -> String {
        format!("reader{number}.{}@example.org", self.name)
    }

    /// `count` recipients without a fault.
    pub async fn readers(&self, stand: &Stand, count: usize) -> anyhow::Result<()> {
        let query = "insert into recipients (user_id, email, full_name)
                     select $1, 'reader' || n || '.' || $3 || '@example.org', 'Reader ' || n from generate_series(1, $2) n";
        sqlx::query(query).bind(self.id).bind(i32::try_from(count)?).bind(&self.name).execute(&stand.db).await?;
        Ok(())
    }

    /// Recipients of these addresses.
    pub async fn recipients(&self, stand: &Stand, emails: &[String]) -> anyhow::Result<()> {
        let query =
            "insert into recipients (user_id, email, full_name) select $1, email, 'Rita Recipient' from unnest($2::text[]) as e (email)";
        sqlx::query(query).bind(self.id).bind(emails).execute(&stand.db).await?;
        Ok(())
    }

    /// A message and, through the form, a mailing of it to everybody, whose moment has come with it.
    pub async fn due_mailing(&self, stand: &Stand) -> anyhow::Result<i64> {
        self.due_mailing_with(stand, &[("resend_unknown", "true")]).await
    }

    /// The same with some fields filled in otherwise.
    pub async fn due_mailing_with(&self, stand: &Stand, changes: &[(&str, &str)]) -> anyhow::Result<i64> {
        let query = "insert into messages (user_id, subject, body) values ($1, 'Hello', 'Good morning') returning id";
        let message: i64 = sqlx::query_scalar(query).bind(self.id).fetch_one(&stand.db).await?;
        let message = message.to_string();
        let fields = [&[("name", "Test mailing"), ("message_id", &message), ("period", "once")], changes].concat();
        let page = self.browser.submit("/mailings/new", "/mailings", &fields).await;
        let id = page.path.strip_prefix("/mailings/").and_then(|id| id.parse().ok());
        id.with_context(|| format!("the mailing was not saved: {} {}", page.status, page.path))
    }

    /// Presses a button without a form of its own, as `PUT /mailings/1/pause`.
    pub async fn press(&self, method: Method, path: &str) -> anyhow::Result<()> {
        let page = self.browser.htmx_request(method, path, &[]).await;
        anyhow::ensure!(page.status.is_success() || page.status.is_redirection(), "{path}: {} {}", page.status, page.text);
        Ok(())
    }

    /// The attempt of the owner's mailing, once it has begun to go out.
    pub async fn attempt_under_way(&self, stand: &Stand, mailing: i64, accepted: usize) -> anyhow::Result<i64> {
        let attempt = stand.attempt_of(mailing).await?;
        let ending = format!(".{}@example.org", self.name);
        until(&format!("{accepted} mails of {}", self.name), Duration::from_secs(60), async || {
            Ok((stand.mails.count(|mail| mail.to.ends_with(&ending)) >= accepted).then_some(()))
        })
        .await?;
        Ok(attempt)
    }
}

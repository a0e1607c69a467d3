//! A reader of the site who has signed in.

use anyhow::{Context, ensure};
use reqwest::Client;
use scraper::{Html, Selector};

use crate::stage::{OWNER, PASSWORD};

pub struct Browser {
    client: Client,
    base: String,
}

impl Browser {
    /// Signs in as the recipients' owner, by the form.
    pub async fn sign_in(base: &str) -> anyhow::Result<Self> {
        let browser = Self { client: Client::builder().cookie_store(true).build()?, base: base.to_owned() };
        let token = token(&browser.get("/login").await?)?;
        let fields = [("csrf_token", token.as_str()), ("email", OWNER), ("password", PASSWORD)];
        let answer = browser.client.post(format!("{base}/login")).form(&fields).send().await?.error_for_status()?;
        ensure!(answer.url().path() != "/login", "signing in has failed");
        Ok(browser)
    }

    /// The whole page, which must be there and not another.
    pub async fn get(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await?.error_for_status()?;
        ensure!(answer.url().path() == path, "{path} has led to {}", answer.url().path());
        Ok(answer.text().await?)
    }
}

/// What the page's forms carry.
fn token(page: &str) -> anyhow::Result<String> {
    let field = Selector::parse("input[name=csrf_token]").map_err(|error| anyhow::anyhow!("{error}"))?;
    let document = Html::parse_document(page);
    let token = document.select(&field).next().and_then(|field| field.attr("value"));
    Ok(token.context("the page has no form with a token")?.to_owned())
}

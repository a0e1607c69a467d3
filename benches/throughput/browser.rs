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
        let asked = path.split('?').next().unwrap_or_default();
        ensure!(answer.url().path() == asked, "{path} has led to {}", answer.url().path());
        Ok(answer.text().await?)
    }
}

/// The sign-in page, open in a browser that stays where it is.
pub struct Door {
    client: Client,
    base: String,
    token: String,
    cookie: String,
}

impl Door {
    pub async fn open(base: &str) -> anyhow::Result<Self> {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let answer = client.get(format!("{base}/login")).send().await?.error_for_status()?;
        let cookie = answer.headers().get("set-cookie").context("no cookie was set")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { token: token(&answer.text().await?)?, client, base: base.to_owned(), cookie })
    }

    /// Signs somebody in whom the proxy says to be at `address`; each time in a browser of their own.
    pub async fn sign_in(&self, email: &str, address: &str) -> anyhow::Result<reqwest::StatusCode> {
        let fields = [("csrf_token", self.token.as_str()), ("email", email), ("password", PASSWORD)];
        let request = self.client.post(format!("{}/login", self.base)).form(&fields);
        Ok(request.header("cookie", &self.cookie).header("x-forwarded-for", address).send().await?.status())
    }
}

/// What the page's forms carry.
fn token(page: &str) -> anyhow::Result<String> {
    let field = Selector::parse("input[name=csrf_token]").map_err(|error| anyhow::anyhow!("{error}"))?;
    let document = Html::parse_document(page);
    let token = document.select(&field).next().and_then(|field| field.attr("value"));
    Ok(token.context("the page has no form with a token")?.to_owned())
}

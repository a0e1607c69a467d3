//! A browser without JavaScript: cookies, links, forms with the fields that stand in them.

use std::sync::Arc;

use reqwest::{
    Client, Method, RequestBuilder, StatusCode,
    cookie::{CookieStore, Jar},
    redirect::Policy,
};
use scraper::{ElementRef, Html, Selector};

pub struct Browser {
    client: Client,
    base: String,
    jar: Arc<Jar>,
}

/// An answer, read.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    /// Path and query that were arrived at.
    pub path: String,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Browser {
    pub const PASSWORD: &str = "a few words in a row";

    pub fn new(base: &str) -> Self {
        Self::with(base, Policy::limited(5))
    }

    /// The same without following redirects, for looking at them.
    pub fn without_redirects(base: &str) -> Self {
        Self::with(base, Policy::none())
    }

    fn with(base: &str, policy: Policy) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&jar)).redirect(policy).build().unwrap();
        Self { client, base: base.to_owned(), jar }
    }

    /// Another window of the same browser that does not follow redirects.
    pub fn stopping_at_redirects(&self) -> Self {
        let client = Client::builder().cookie_provider(Arc::clone(&self.jar)).redirect(Policy::none()).build().unwrap();
        Self { client, base: self.base.clone(), jar: Arc::clone(&self.jar) }
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.jar.cookies(&self.base.parse().unwrap())?;
        let value = cookies.to_str().unwrap().split("; ").find_map(|cookie| cookie.strip_prefix(&format!("{name}=")))?.to_owned();
        Some(value)
    }

    /// A token that unsafe requests of this browser may carry.
    pub async fn token(&self) -> String {
        self.get("/verification").await.token()
    }

    /// A request as htmx makes it, with a good token.
    pub async fn htmx_request(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token().await;
        self.send(self.request(method, path).header("HX-Request", "true").header("X-CSRF-Token", token).form(fields)).await
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request(Method::GET, path)).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn send(&self, request: RequestBuilder) -> Page {
        let answer = request.send().await.unwrap();
        let path = answer.url()[url::Position::BeforePath..].to_owned();
        Page { status: answer.status(), path, headers: answer.headers().clone(), text: answer.text().await.unwrap() }
    }

    /// Loads `page`, fills in its form that leads to `action`, and sends it as a browser without JavaScript would.
    pub async fn submit(&self, page: &str, action: &str, changes: &[(&str, &str)]) -> Page {
        let fields = self.get(page).await.form(action);
        self.post(action, fields, changes).await
    }

    /// Sends a form's fields with some of them changed; a name given several times replaces all it had.
    pub async fn post(&self, action: &str, fields: Vec<(String, String)>, changes: &[(&str, &str)]) -> Page {
        let kept = fields.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let changed = changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let form: Vec<(String, String)> = kept.chain(changed).collect();
        self.send(self.request(Method::POST, action).form(&form)).await
    }

    /// As [`post`](Self::post), the way htmx sends it.
    pub async fn htmx(&self, method: Method, action: &str, fields: Vec<(String, String)>, changes: &[(&str, &str)]) -> Page {
        let token = fields.iter().find(|(name, _)| name == "csrf_token").map(|(_, token)| token.clone()).unwrap_or_default();
        let kept = fields.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let changed = changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let form: Vec<(String, String)> = kept.chain(changed).collect();
        self.send(self.request(method, action).header("HX-Request", "true").header("X-CSRF-Token", token).form(&form)).await
    }

    pub async fn sign_in(&self, email: &str) -> Page {
        let page = self.submit("/login", "/login", &[("email", email), ("password", Self::PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        page
    }
}

impl Page {
    /// The token of the page, which its forms carry too.
    pub fn token(&self) -> String {
        let headers = self.attr("body", "hx-headers:inherited").unwrap_or_else(|| panic!("no token on {}:\n{}", self.path, self.text));
        serde_json::from_str::<serde_json::Value>(&headers).unwrap()["X-CSRF-Token"].as_str().unwrap().to_owned()
    }

    /// The page with the token taken out, which differs from answer to answer.
    pub fn without_token(&self) -> String {
        self.text.replace(&self.token(), "TOKEN")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// An attribute of the first element that matches.
    pub fn attr(&self, selector: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.text);
        document.select(&Selector::parse(selector).unwrap()).next()?.attr(name).map(str::to_owned)
    }

    /// The ids of the table's rows `prefix-ID`, in their order.
    pub fn rows(&self, prefix: &str) -> Vec<i64> {
        let document = Html::parse_document(&self.text);
        let rows = Selector::parse(&format!("tr[id^={prefix}-]")).unwrap();
        document.select(&rows).filter_map(|row| row.attr("id")?.strip_prefix(&format!("{prefix}-"))?.parse().ok()).collect()
    }

    /// The text of every element that matches.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        Html::parse_document(&self.text).select(&Selector::parse(selector).unwrap()).map(text).collect()
    }

    /// The fields of the form that leads to `action`, as a browser would send them.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.text);
        let forms = Selector::parse("form").unwrap();
        let form = document
            .select(&forms)
            .find(|form| form.attr("action") == Some(action))
            .unwrap_or_else(|| panic!("no form leads to {action} on {}:\n{}", self.path, self.text));
        fields(form)
    }

    /// The fields of the form that matches, where several lead to one address.
    pub fn form_at(&self, selector: &str) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.text);
        let form = document.select(&Selector::parse(selector).unwrap()).next();
        fields(form.unwrap_or_else(|| panic!("no {selector} on {}:\n{}", self.path, self.text)))
    }

    /// What stands beside a field as its error.
    pub fn error(&self, field: &str) -> Option<String> {
        let document = Html::parse_document(&self.text);
        let errors = Selector::parse(".invalid-feedback").unwrap();
        document
            .select(&errors)
            .find(|error| {
                error
                    .attr("id")
                    .is_some_and(|id| id.strip_suffix("-error").is_some_and(|id| id == field || id.ends_with(&format!("-{field}"))))
            })
            .map(text)
    }

    /// The text of the first element that matches.
    pub fn text_of(&self, selector: &str) -> Option<String> {
        let document = Html::parse_document(&self.text);
        document.select(&Selector::parse(selector).unwrap()).next().map(text)
    }

    pub fn count(&self, selector: &str) -> usize {
        Html::parse_document(&self.text).select(&Selector::parse(selector).unwrap()).count()
    }

    pub fn contains(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

fn text(element: ElementRef) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fields(form: ElementRef) -> Vec<(String, String)> {
    let controls = Selector::parse("input, textarea, select").unwrap();
    form.select(&controls).filter_map(control).collect()
}

fn control(element: ElementRef) -> Option<(String, String)> {
    let name = element.attr("name")?.to_owned();
    let value = match element.value().name() {
        "textarea" => element.text().collect::<String>().trim_start_matches('\n').to_owned(),
        "select" => {
            let options = Selector::parse("option").unwrap();
            let chosen =
                element.select(&options).find(|option| option.attr("selected").is_some()).or_else(|| element.select(&options).next())?;
            chosen.attr("value").unwrap_or_default().to_owned()
        }
        _ => match element.attr("type") {
            Some("radio" | "checkbox") if element.attr("checked").is_none() => return None,
            _ => element.attr("value").unwrap_or_default().to_owned(),
        },
    };
    Some((name, value))
}

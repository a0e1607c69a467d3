//! A browser without JavaScript: cookies, links, forms with the fields that stand in them.

use reqwest::{Client, Method, RequestBuilder, StatusCode, redirect::Policy};
use scraper::{ElementRef, Html, Selector};

pub struct Browser {
    client: Client,
    base: String,
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
        let client = Client::builder().cookie_store(true).redirect(Policy::limited(5)).build().unwrap();
        Self { client, base: base.to_owned() }
    }

    /// The same without following redirects, for looking at them.
    pub fn without_redirects(base: &str) -> Self {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { client, base: base.to_owned() }
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
    /// The fields of the form that leads to `action`, as a browser would send them.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.text);
        let forms = Selector::parse("form").unwrap();
        let form = document
            .select(&forms)
            .find(|form| form.attr("action") == Some(action))
            .unwrap_or_else(|| panic!("no form leads to {action} on {}:\n{}", self.path, self.text));
        let controls = Selector::parse("input, textarea, select").unwrap();
        form.select(&controls).filter_map(control).collect()
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

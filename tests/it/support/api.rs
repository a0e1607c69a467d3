//! A program that uses the API.

use periodical::tokens::Token;
use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::Value;

use super::TestApp;

/// A program with a token, or with none.
#[derive(Clone)]
pub struct Program {
    base: String,
    token: Option<String>,
    client: Client,
}

/// What it was answered.
#[derive(Debug)]
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl TestApp {
    /// A program of a user, with a token of these scopes.
    pub async fn program(&self, user_id: i64, scopes: &[&str]) -> Program {
        let token = Token::random();
        sqlx::query(
            "insert into api_tokens (user_id, name, token_hash, scopes, expires_at) values ($1, 'Test', $2, $3, now() + interval '1 day')",
        )
        .bind(user_id)
        .bind(token.hash())
        .bind(scopes)
        .execute(&self.db)
        .await
        .unwrap();
        Program { token: Some(token.reveal().to_owned()), ..self.stranger() }
    }

    /// A program of a new user, with a token of all scopes.
    pub async fn programmer(&self, email: &str) -> (i64, Program) {
        let id = self.user(email).await;
        (id, self.program(id, &["read", "write", "send"]).await)
    }

    /// A program without a token.
    pub fn stranger(&self) -> Program {
        Program { base: format!("{}/api/v1", self.base), token: None, client: Client::new() }
    }
}

impl Program {
    /// With another token, whatever it is.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// A request, to be changed before it is sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answered {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answered { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answered {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answered {
        self.send(json(self.request(Method::POST, path), body)).await
    }

    /// With `If-Match: *`.
    pub async fn put(&self, path: &str, body: &Value) -> Answered {
        self.send(json(self.request(Method::PUT, path), body).header("If-Match", "*")).await
    }

    pub async fn delete(&self, path: &str) -> Answered {
        self.send(self.request(Method::DELETE, path)).await
    }
}

/// With a body of JSON.
pub fn json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header("Content-Type", "application/json").body(body.to_string())
}

impl Answered {
    /// Fails with what was answered, where the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What is wrong with a field, of a problem.
    #[track_caller]
    pub fn error(&self, field: &str) -> String {
        let problem = self.json();
        let errors = problem["errors"].as_array().into_iter().flatten();
        let error = errors.filter(|error| error["field"] == field).map(|error| error["detail"].as_str().unwrap().to_owned()).next();
        error.unwrap_or_else(|| panic!("nothing is wrong with {field}: {problem}"))
    }
}

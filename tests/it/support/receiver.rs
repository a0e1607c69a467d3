//! Somebody's program: takes webhooks and answers as the test wishes.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use poem::{
    Body, IntoResponse, Request, Response, Route, Server, endpoint,
    http::{HeaderMap, StatusCode},
    listener::TcpListener,
};
use tokio::{sync::Notify, task::JoinHandle};

use super::until;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Call {
    pub headers: HeaderMap,
    pub path: String,
    pub body: String,
}

impl Call {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers)).to_str().unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The payload's `type`.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    /// With a body.
    Saying(u16, String),
    /// Not before [`Receiver::let_go`].
    Never,
}

#[derive(Default)]
struct Inner {
    calls: Vec<Call>,
    /// What comes next; 200 once there is nothing more.
    replies: VecDeque<Reply>,
    /// What is answered from then on.
    always: Option<Reply>,
}

pub struct Receiver {
    inner: Arc<Mutex<Inner>>,
    address: SocketAddr,
    go: Arc<Notify>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let inner = Arc::new(Mutex::new(Inner::default()));
        let go = Arc::new(Notify::new());
        let (state, gate) = (Arc::clone(&inner), Arc::clone(&go));
        let take = endpoint::make(move |request: Request| {
            let (state, gate) = (Arc::clone(&state), Arc::clone(&gate));
            async move { Ok::<Response, poem::Error>(answer(&state, &gate, request).await) }
        });
        let server = tokio::spawn(async move {
            Server::new(TcpListener::bind(address)).run(Route::new().nest("/", take)).await.unwrap();
        });
        until("the receiver listens", || async { tokio::net::TcpStream::connect(address).await.ok() }).await;
        Self { inner, address, go, server }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook?from=periodical", self.address)
    }

    /// Answers the next requests with these, and all further ones with 200.
    pub fn next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.inner.lock().unwrap().replies.extend(replies);
    }

    /// Answers every request with this; None: with 200.
    pub fn always(&self, reply: Option<Reply>) {
        self.inner.lock().unwrap().always = reply;
    }

    pub fn let_go(&self) {
        self.go.notify_waiters();
    }

    pub fn calls(&self) -> Vec<Call> {
        self.inner.lock().unwrap().calls.clone()
    }

    /// The calls, once there are so many.
    pub async fn called(&self, count: usize) -> Vec<Call> {
        until(&format!("{count} calls"), || async { Some(self.calls()).filter(|calls| calls.len() >= count) }).await
    }
}

async fn answer(state: &Mutex<Inner>, gate: &Notify, mut request: Request) -> Response {
    let (headers, path) = (request.headers().clone(), request.original_uri().to_string());
    let body = request.take_body().into_string().await.unwrap();
    let reply = {
        let mut state = state.lock().unwrap();
        state.calls.push(Call { headers, path, body });
        let next = state.replies.pop_front();
        next.or_else(|| state.always.clone()).unwrap_or(Reply::Status(200))
    };
    let status = |code: u16| StatusCode::from_u16(code).unwrap();
    match reply {
        Reply::Status(code) => status(code).into_response(),
        Reply::With(code, name, value) => Response::builder().status(status(code)).header(name, value).finish(),
        Reply::Saying(code, text) => Response::builder().status(status(code)).body(Body::from(text)),
        Reply::Never => {
            gate.notified().await;
            StatusCode::OK.into_response()
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

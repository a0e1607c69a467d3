//! Slow and greedy clients, over bare TCP.

use std::{sync::Arc, time::Duration};

use periodical::{
    app::App,
    limits::{BODY_BYTES, HEAD_BYTES, HEAD_LINES, STRANGERS_BODY_BYTES},
    routes,
    web::{UrlMap, server},
};
use poem::{endpoint::make, http::StatusCode as PoemStatus};
use reqwest::{Method, StatusCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Notify,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::limited;
use crate::support::{Browser, Live, Page, TestApp, until};

const SOON: Duration = Duration::from_millis(300);

async fn connect(base: &str) -> TcpStream {
    TcpStream::connect(base.trim_start_matches("http://")).await.unwrap()
}

/// Everything the server says until it closes the connection.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut said)).await.expect("the server closes it");
    // A reset says it as well.
    let _ = read;
    String::from_utf8_lossy(&said).into_owned()
}

async fn is_answered(base: &str) -> bool {
    let mut stream = connect(base).await;
    if stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.is_err() {
        return false;
    }
    until_closed(&mut stream).await.starts_with("HTTP/1.1 200 OK")
}

#[tokio::test]
async fn a_head_that_does_not_end_ends_the_connection() {
    let app = limited(|limits| limits.head = SOON).await;
    let mut silent = connect(&app.base).await;
    assert_eq!(until_closed(&mut silent).await, "");

    // Neither does a line now and then keep it open.
    let (mut reader, mut writer) = connect(&app.base).await.into_split();
    writer.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let dribble = tokio::spawn(async move {
        let mut now_and_then = tokio::time::interval(Duration::from_millis(20));
        while writer.write_all(b"X-Slow: 1\r\n").await.is_ok() {
            now_and_then.tick().await;
        }
    });
    let mut said = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), reader.read_to_end(&mut said)).await.expect("the server closes it");
    assert!(said.is_empty());
    dribble.abort();
}

#[tokio::test]
async fn a_connection_that_stays_open_without_a_request_is_closed() {
    let app = limited(|limits| limits.head = SOON).await;
    let mut stream = connect(&app.base).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let said = until_closed(&mut stream).await;
    assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 2, "it is kept open between requests: {said}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let app = TestApp::without_worker().await;
    let long = format!("X-Long: {}\r\n", "x".repeat(HEAD_BYTES));
    for lines in [long, "X-Many: 1\r\n".repeat(HEAD_LINES + 1)] {
        let mut stream = connect(&app.base).await;
        stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{lines}\r\n").as_bytes()).await.unwrap();
        let said = until_closed(&mut stream).await;
        assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered_with_a_page() {
    let app = limited(|limits| limits.body = SOON).await;
    let mut stream = connect(&app.base).await;
    let head = "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail=";
    stream.write_all(head.as_bytes()).await.unwrap();
    let said = until_closed(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("That took too long"), "{said}");
    assert!(said.contains("content-security-policy"), "{said}");
}

#[tokio::test]
async fn strangers_send_less_than_users_and_a_user_whose_session_ended_is_told_so() {
    let app = TestApp::without_worker().await;
    app.user("ada@example.org").await;
    let stranger = app.browser();
    let token = stranger.token().await;
    let send = async |browser: &Browser, path: &str, token: &str, length: usize| {
        let body = "x".repeat(length);
        browser.send(browser.request(Method::POST, path).form(&[("csrf_token", token), ("body", &body)])).await
    };
    let page = send(&stranger, "/verification", &token, STRANGERS_BODY_BYTES).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/login?next=%2F&unsaved=true"));
    assert_eq!(send(&stranger, "/verification", &token, STRANGERS_BODY_BYTES / 2).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(&stranger, "/verification", &token, BODY_BYTES + 1).await.status, StatusCode::PAYLOAD_TOO_LARGE);

    let (_, user) = app.signed_in("una@example.org").await;
    let token = user.token().await;
    assert_eq!(send(&user, "/messages", &token, STRANGERS_BODY_BYTES * 2).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(&user, "/messages", &token, BODY_BYTES).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Begins to upload five megabytes, and stops once the server reads them.
async fn half_an_upload(app: &TestApp, browser: &Browser) -> TcpStream {
    let mut stream = connect(&app.base).await;
    let session = browser.cookie("periodical_session").unwrap();
    let head = format!(
        "POST /recipients/imports HTTP/1.1\r\nHost: x\r\nCookie: periodical_session={session}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        5 * 1024 * 1024
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut said = [0; 21];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 100 Continue");
    stream
}

/// What a whole one is answered. Its token is wrong: where it gets that far it has found a place.
async fn upload(browser: &Browser) -> Page {
    let request = browser.request(Method::POST, "/recipients/imports").header("content-type", "multipart/form-data; boundary=x");
    browser.send(request.body(vec![b'x'; 5 * 1024 * 1024])).await
}

/// A server finds out in its own time that somebody has gone.
async fn finds_a_place(browser: &Browser) {
    until("a place", || async { (upload(browser).await.status == StatusCode::FORBIDDEN).then_some(()) }).await;
}

#[tokio::test]
async fn a_user_has_two_uploads_at_once_and_others_are_told_so() {
    let app = TestApp::without_worker().await;
    let (_, una) = app.signed_in("una@example.org").await;
    let (_, eve) = app.signed_in("eve@example.org").await;
    let (first, second) = (half_an_upload(&app, &una).await, half_an_upload(&app, &una).await);
    let page = upload(&una).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.header("retry-after").is_some() && page.text_of("h1").is_some(), "{}", page.text);
    assert_eq!(upload(&eve).await.status, StatusCode::FORBIDDEN);
    // What fits into an ordinary form's body is no upload.
    let small = una.request(Method::POST, "/recipients/imports").header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(una.send(small.body("x")).await.status, StatusCode::FORBIDDEN);
    drop(first);
    finds_a_place(&una).await;
    drop(second);
}

#[tokio::test]
async fn all_uploads_together_take_only_so_much() {
    let app = limited(|limits| limits.uploads = 2).await;
    let (_, una) = app.signed_in("una@example.org").await;
    let (_, eve) = app.signed_in("eve@example.org").await;
    let (_, ada) = app.signed_in("ada@example.org").await;
    let (first, second) = (half_an_upload(&app, &una).await, half_an_upload(&app, &eve).await);
    let page = upload(&ada).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.header("retry-after").is_some(), "{}", page.text);
    drop((first, second));
    finds_a_place(&ada).await;
}

#[tokio::test]
async fn a_reader_who_takes_nothing_loses_the_connection_and_one_who_waits_gets_its_place() {
    let app = limited(|limits| {
        limits.connections = 1;
        limits.write = SOON;
        limits.head = Duration::from_secs(3600);
    })
    .await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut greedy = socket.connect(app.base.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    // More than the kernel keeps for anybody.
    let request = "GET /static/app.css HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    greedy.write_all(request.as_bytes()).await.unwrap();
    assert!(is_answered(&app.base).await, "there is one place, and the reader who takes nothing has lost it");
    drop(greedy);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let app = limited(|limits| {
        limits.connections = 1;
        limits.head = Duration::from_secs(3600);
    })
    .await;
    let mut first = connect(&app.base).await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut head = [0; 15];
    first.read_exact(&mut head).await.unwrap();
    let base = app.base.clone();
    let mut second = tokio::spawn(async move { is_answered(&base).await });
    assert!(tokio::time::timeout(SOON, &mut second).await.is_err(), "the first one keeps its place");
    drop(first);
    assert!(second.await.unwrap());
}

#[tokio::test]
async fn one_address_has_only_so_many_connections_unless_it_is_a_proxy_of_ours() {
    for is_proxy in [false, true] {
        let app = TestApp::configured(crate::support::quick(), |config| {
            config.limits.connections_of_one = 2;
            if !is_proxy {
                config.trusted_proxies.clear();
            }
        })
        .await;
        let mut held = Vec::new();
        for _ in 0..2 {
            let mut stream = connect(&app.base).await;
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            stream.read_exact(&mut [0; 15]).await.unwrap();
            held.push(stream);
        }
        assert_eq!(is_answered(&app.base).await, is_proxy);
        held.pop();
        until("the place that is free again", || async { is_answered(&app.base).await.then_some(()) }).await;
    }
}

/// Pages of a test's own behind everything that stands before ours; stopped with the token.
async fn serve(app: &App, pages: UrlMap) -> (String, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (app, stop) = (app.clone(), CancellationToken::new());
    let told = stop.clone();
    let served = tokio::spawn(async move { server::serve(listener, routes::around(app.clone(), pages), &app.config, told).await });
    (base, stop, served)
}

#[tokio::test]
async fn a_handler_that_panics_or_takes_too_long_is_answered_for_and_the_server_goes_on() {
    let app = limited(|limits| limits.answer = SOON).await;
    let pages = UrlMap::default()
        .get("/panic", make(|_| async { if true { panic!("for a test") } else { PoemStatus::OK } }))
        .get("/never", make(|_| async { std::future::pending::<PoemStatus>().await }));
    let (base, ..) = serve(&app.app, pages).await;
    let browser = Browser::new(&base);
    for (path, status, title) in [
        ("/panic", StatusCode::INTERNAL_SERVER_ERROR, "Something broke on our side"),
        ("/never", StatusCode::SERVICE_UNAVAILABLE, "This takes too long"),
    ] {
        let page = tokio::time::timeout(Duration::from_secs(30), browser.get(path)).await.expect("an answer");
        assert_eq!((page.status, page.text_of("h1").as_deref()), (status, Some(title)));
        assert!(page.header("content-security-policy").is_some() && !page.contains("for a test"));
    }
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_live_page_outlives_the_time_that_an_answer_has() {
    let app = limited(|limits| limits.answer = SOON).await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let mut live = Live::open(&browser, &format!("/attempts/{attempt}/live")).await;
    let began = tokio::time::Instant::now();
    while began.elapsed() < SOON * 2 {
        live.next().await.unwrap();
        sqlx::query("select pg_notify('attempts', $1)").bind(attempt.to_string()).execute(&app.db).await.unwrap();
    }
    assert!(live.next().await.is_some());
}

#[tokio::test]
async fn at_the_end_open_requests_are_finished_and_nothing_new_is_taken() {
    let app = limited(|limits| limits.head = Duration::from_secs(3600)).await;
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (has_asked, may_go) = (Arc::clone(&asked), Arc::clone(&go));
    let page = make(move |_| {
        let (asked, go) = (Arc::clone(&asked), Arc::clone(&go));
        async move {
            asked.notify_one();
            go.notified().await;
            "finished"
        }
    });
    let (base, stop, served) = serve(&app.app, UrlMap::default().get("/slow", page)).await;
    let mut idle = connect(&base).await;
    let browser = Browser::new(&base);
    let answer = tokio::spawn(async move { browser.get("/slow").await.text });
    has_asked.notified().await;
    stop.cancel();
    assert_eq!(until_closed(&mut idle).await, "");
    until("a closed door", || async { TcpStream::connect(base.trim_start_matches("http://")).await.is_err().then_some(()) }).await;
    assert!(!served.is_finished());
    may_go.notify_one();
    assert_eq!(answer.await.unwrap(), "finished");
    served.await.unwrap();
}

#[tokio::test]
async fn what_does_not_end_in_its_time_of_grace_is_cut_off() {
    let app = limited(|limits| limits.grace = SOON).await;
    let asked = Arc::new(Notify::new());
    let has_asked = Arc::clone(&asked);
    let page = make(move |_| {
        asked.notify_one();
        std::future::pending::<poem::Result<&'static str>>()
    });
    let (base, stop, served) = serve(&app.app, UrlMap::default().get("/never", page)).await;
    let mut stream = connect(&base).await;
    stream.write_all(b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    has_asked.notified().await;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(30), served).await.expect("the server ends").unwrap();
    assert_eq!(until_closed(&mut stream).await, "");
}

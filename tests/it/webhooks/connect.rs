//! Where requests go, and where they do not.

use std::{io::ErrorKind, sync::Arc};

use periodical::{
    mail::connection::Roots,
    webhooks::{
        connect::Client,
        model::{Event::AttemptStarted, Failure},
        registration,
    },
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::Url;

use super::{hook, once};
use crate::{
    smtp::certificate,
    support::{Receiver, Reply, TestApp, quick},
};

/// Somebody who waits for connections on this machine.
struct Door(std::net::TcpListener);

impl Door {
    fn new(address: &str) -> Self {
        let listener = std::net::TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn nobody_came(&self) -> bool {
        matches!(self.0.accept(), Err(error) if error.kind() == ErrorKind::WouldBlock)
    }
}

#[tokio::test]
async fn no_notation_and_no_name_leads_to_a_private_address() {
    let door = Door::new("127.0.0.1:0");
    let port = door.0.local_addr().unwrap().port();
    let client = Client::new(Roots::system(), false);
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "017700000001",
        "127.1",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[ff02::1]",
        "224.0.0.1",
        "255.255.255.255",
    ] {
        let url = Url::parse(&format!("https://{host}:{port}/")).unwrap();
        let refused = client.open(&url).await.err().unwrap_or_else(|| panic!("{host} was connected to"));
        assert_eq!(refused.failure, Failure::Private, "{host}: {refused:?}");
    }
    let plain = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    assert_eq!(client.open(&plain).await.err().unwrap().failure, Failure::Private);
    assert!(door.nobody_came(), "not even a connection was made");

    assert!(Client::new(Roots::system(), true).open(&plain).await.is_ok(), "with the setting it is");
    assert!(!door.nobody_came());
}

/// The form may have been content with the name, and the name has led elsewhere since.
#[tokio::test]
async fn a_private_address_is_refused_when_it_is_connected_to_and_the_log_says_so() {
    let mut app = TestApp::configured(quick(), |config| config.webhooks_private = false).await;
    app.start_worker();
    let door = Door::new("127.0.0.1:0");
    let user = app.user("una@example.org").await;
    let url = format!("https://localhost:{}/", door.0.local_addr().unwrap().port());
    let (id, _) = hook(&app, user, &url, &[AttemptStarted]).await;
    registration::test(&app.app, user, id).await.unwrap();
    let failed = once(&app, id, "giving up", |sent| sent.state == "failed").await;
    assert_eq!(failed.failure.as_deref(), Some("private"));
    assert!(door.nobody_came());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let app = TestApp::start().await;
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &first.url(), &[AttemptStarted]).await;
    first.next([Reply::With(307, "location", second.url())]);
    registration::test(&app.app, user, id).await.unwrap();
    once(&app, id, "the next try", |sent| sent.state == "sent").await;
    assert_eq!((first.calls().len(), second.calls().len()), (2, 0));
}

#[tokio::test]
async fn one_connection_serves_what_follows_and_one_that_was_closed_costs_nothing() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.next([Reply::With(200, "connection", "close".into()), Reply::Status(200), Reply::With(200, "connection", "close".into())]);
    for _ in 0..5 {
        registration::test(&app.app, user, id).await.unwrap();
    }
    receiver.called(5).await;
    app.jobs_done().await;
    assert_eq!(app.count("select count(*) from webhook_deliveries where state = 'sent' and tries = 1").await, 5);
}

#[tokio::test]
async fn the_certificate_must_be_of_the_addresss_own_name() {
    let (config, pem) = certificate("127.0.0.1");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::clone(&config));
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            assert!(request[..read].starts_with(b"POST /there HTTP/1.1\r\n"));
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        }
    });
    let client = Client::new(Roots::with_extra(pem).unwrap(), true);
    let url = |host: &str| Url::parse(&format!("https://{host}:{port}/there")).unwrap();
    let mut conversation = client.open(&url("127.0.0.1")).await.unwrap();
    let answer = conversation.post(&url("127.0.0.1"), &[], "{}").await.unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!(client.open(&url("localhost")).await.err().unwrap().failure, Failure::Tls, "of another name");
    let stranger = Client::new(Roots::system(), true);
    assert_eq!(stranger.open(&url("127.0.0.1")).await.err().unwrap().failure, Failure::Tls, "of nobody who is trusted");
}

//! TLS, certificates and passwords.

use std::net::UdpSocket;

use periodical::mail::connection::{Credentials, Roots, Tls};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

/// A certificate for `name`, the server's settings with it, and its PEM for those who are to trust it.
pub fn certificate(name: &str) -> (Arc<rustls::ServerConfig>, String) {
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![certified.cert.der().clone()];
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    (Arc::new(config), certified.cert.pem())
}

fn login(password: &str) -> Option<Credentials> {
    Some(Credentials { user: "user@example.org".into(), password: password.into() })
}

fn guarded() -> ServerOptions {
    let credentials = Some(("user@example.org".into(), "hunter2 ü".into()));
    ServerOptions { credentials, ..Default::default() }
}

#[tokio::test]
async fn mail_goes_under_tls_by_starttls_and_implicitly() {
    let (config, pem) = certificate("127.0.0.1");
    for (tls, implicit_tls) in [(Tls::Required, false), (Tls::Opportunistic, false), (Tls::Implicit, true)] {
        let mut post = Post::new(ServerOptions { tls: Some(Arc::clone(&config)), implicit_tls, ..Default::default() }).await;
        post.settings.tls = tls;
        post.settings.roots = Roots::with_extra(pem.clone()).unwrap();
        let mut connection = post.open().await;
        assert!(connection.is_encrypted());
        let body = b".dots and more\r\n".repeat(20_000);
        for _ in 0..3 {
            assert!(is_sent(&connection.send(&to("a@example.org"), &body).await));
            assert!(post.last().tls && post.last().data == body);
        }
        connection.quit().await;
    }
}

#[tokio::test]
async fn a_wrong_certificate_is_refused_where_tls_is_required() {
    let (config, pem) = certificate("elsewhere.example");
    for (tls, implicit_tls) in [(Tls::Required, false), (Tls::Implicit, true)] {
        let mut post = Post::new(ServerOptions { tls: Some(Arc::clone(&config)), implicit_tls, ..guarded() }).await;
        post.settings.tls = tls;
        post.settings.credentials = login("hunter2 ü");
        // Signed by nobody we know, then known but in another name.
        for roots in [Roots::system(), Roots::with_extra(pem.clone()).unwrap()] {
            post.settings.roots = roots;
            let error = SmtpConnection::open(&post.settings).await.err().unwrap();
            assert!(error.configuration && error.text.contains("certificate"), "{error:?}");
        }
        assert_eq!(post.server.statistics().logins_in_clear, 0);
    }
    // Opportunistic takes it: encrypted to a stranger is no worse than in clear.
    let mut post = Post::new(ServerOptions { tls: Some(config), ..Default::default() }).await;
    post.settings.tls = Tls::Opportunistic;
    assert!(post.open().await.is_encrypted());
}

#[tokio::test]
async fn required_tls_that_is_not_offered_stops_everything_and_opportunistic_goes_on() {
    let mut post = Post::new(guarded()).await;
    post.settings.credentials = login("hunter2 ü");
    post.settings.tls = Tls::Required;
    let error = SmtpConnection::open(&post.settings).await.err().unwrap();
    assert!(error.configuration && error.text.contains("STARTTLS"), "{error:?}");
    assert_eq!(post.server.statistics().logins_in_clear, 0);

    post.settings.tls = Tls::Opportunistic;
    let mut connection = post.open().await;
    assert!(!connection.is_encrypted() && is_sent(&send(&mut connection, "a@example.org").await));
}

#[tokio::test]
async fn clear_text_behind_starttls_is_not_taken_for_a_reply_under_tls() {
    const INJECTED: &[&[u8]] = &[b"220 hi\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n250 AUTH PLAIN\r\n"];
    let (mut settings, _) = scripted(INJECTED).await;
    settings.tls = Tls::Required;
    let error = SmtpConnection::open(&settings).await.err().unwrap();
    assert!(error.text.contains("out of turn"), "{error:?}");
}

#[tokio::test]
async fn a_login_works_by_plain_and_by_login_and_a_wrong_one_fails_nobody() {
    for withheld in [vec![], vec!["PLAIN"]] {
        let mut post = Post::new(ServerOptions { withheld, ..guarded() }).await;
        post.settings.credentials = login("hunter2 ü");
        assert!(is_sent(&send(&mut post.open().await, "a@example.org").await));
        assert_eq!(post.last().authenticated_as.as_deref(), Some("user@example.org"));

        post.settings.credentials = login("wrong secret");
        let error = SmtpConnection::open(&post.settings).await.err().unwrap();
        assert!(error.configuration && error.text.contains("535 5.7.8"), "{error:?}");
        assert!(!format!("{error} {error:?} {:?}", post.settings).contains("secret"));
        assert!(matches!(Outcome::from(error), Outcome::Unavailable { configuration: true, .. }));

        post.settings.credentials = login("hunter2 ü");
        post.server.faults().set_refuse_logins(true);
        assert!(SmtpConnection::open(&post.settings).await.err().unwrap().configuration);
    }
    // No login where one is wanted is noticed at MAIL.
    let post = Post::new(guarded()).await;
    let outcome = send(&mut post.open().await, "a@example.org").await;
    assert!(matches!(outcome, Outcome::Unavailable { configuration: true, .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_password_is_never_sent_in_clear_to_another_machine() {
    // Connecting a UDP socket sends nothing and tells our own address on the network.
    let probe = UdpSocket::bind("0.0.0.0:0").unwrap();
    let Some(address) = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr()).ok() else {
        eprintln!("skipped: this machine has no network address");
        return;
    };
    let (config, _) = certificate("elsewhere.example");
    for tls in [None, Some(config)] {
        let mut post = Post::on("0.0.0.0:0", ServerOptions { tls, ..guarded() }).await;
        post.settings.host = address.ip().to_string();
        post.settings.credentials = login("hunter2 ü");
        for tls in [Tls::None, Tls::Opportunistic] {
            post.settings.tls = tls;
            let error = SmtpConnection::open(&post.settings).await.err().unwrap();
            assert!(error.configuration && error.text.contains("password"), "{error:?}");
        }
        assert_eq!(post.server.statistics().logins_in_clear, 0);
        // Without the login it is an ordinary server.
        post.settings.credentials = None;
        assert!(post.open().await.is_usable());
    }
}

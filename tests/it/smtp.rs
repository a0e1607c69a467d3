//! The SMTP client against the SMTP server, through everything that can go wrong between them.

mod odd;
mod pushed;
mod secure;
mod server;
mod trial;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub use secure::certificate;

use lettre::address::Envelope;
use periodical::mail::connection::{SmtpConnection, SmtpSettings, Timeouts};
use periodical::mail::outcome::Outcome;
use periodical::mail::server::{Faults, Received, ServerOptions, SmtpServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const BODY: &[u8] = b"Subject: hello\r\n\r\nbody\r\n";

/// A server, the mail it took, and settings that lead to it.
struct Post {
    server: SmtpServer,
    received: Arc<Mutex<Vec<Received>>>,
    settings: SmtpSettings,
}

impl Post {
    async fn new(options: ServerOptions) -> Self {
        Self::on("127.0.0.1:0", options).await
    }

    async fn on(address: &str, options: ServerOptions) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&received);
        let server = SmtpServer::start(listener, options, move |mail| sink.lock().unwrap().push(mail)).await;
        let settings = settings(server.address());
        Self { server, received, settings }
    }

    async fn with_faults() -> Self {
        Self::new(ServerOptions { faults: Faults::by_address(), ..Default::default() }).await
    }

    async fn open(&self) -> SmtpConnection {
        SmtpConnection::open(&self.settings).await.unwrap()
    }

    /// The recipients of everything accepted so far, in order.
    fn recipients(&self) -> Vec<String> {
        self.received.lock().unwrap().iter().flat_map(|mail| mail.to.clone()).collect()
    }

    fn last(&self) -> Received {
        self.received.lock().unwrap().last().unwrap().clone()
    }
}

/// Long enough for a busy machine: only tests about time shorten any of it.
fn settings(address: SocketAddr) -> SmtpSettings {
    let long = Duration::from_secs(20);
    let timeouts = Timeouts { connect: long, greeting: long, command: long, data_block: long, final_dot: long };
    SmtpSettings { timeouts, hello_name: Some("client.test".into()), ..SmtpSettings::new("127.0.0.1", address.port()) }
}

const SHORT: Duration = Duration::from_millis(300);

fn to(recipient: &str) -> Envelope {
    let sender = "sender@example.org".parse().unwrap();
    Envelope::new(Some(sender), vec![recipient.parse().unwrap()]).unwrap()
}

async fn send(connection: &mut SmtpConnection, recipient: &str) -> Outcome {
    connection.send(&to(recipient), BODY).await
}

type Expected = fn(&Outcome) -> bool;

fn is_sent(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Sent { code: 250, .. })
}

fn is_interrupted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Interrupted { .. })
}

/// A server that says exactly these things: each once the client has written something. Returns all it heard.
async fn scripted(lines: &'static [&'static [u8]]) -> (SmtpSettings, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = settings(listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if index > 0 && stream.read_buf(&mut heard).await.unwrap_or(0) == 0 {
                return heard;
            }
            stream.write_all(line).await.unwrap();
        }
        let _ = timeout(Duration::from_secs(3), stream.read_to_end(&mut heard)).await;
        heard
    });
    (settings, task)
}

#[tokio::test]
async fn a_message_arrives_with_its_envelope_and_the_reply_is_kept() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    let outcome = send(&mut connection, "one@example.org").await;
    assert_eq!(outcome, Outcome::Sent { code: 250, text: "2.0.0 queued as 1".into() });
    let mail = post.last();
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("sender@example.org", &["one@example.org".to_owned()][..]));
    assert_eq!((mail.tls, mail.authenticated_as), (false, None));
    assert_eq!((connection.messages_sent(), connection.is_encrypted()), (1, false));
    connection.quit().await;
}

#[tokio::test]
async fn bodies_arrive_byte_for_byte() {
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b"\r\n".into(),
        b".\r\n".into(),
        b"..\r\n.\r\n.a\r\n\r\n.\r\n\r\n".into(),
        b"a\r\n.\r\nMAIL FROM:<x@y>\r\n".into(),
        [&b"x".repeat(100_000)[..], b"\r\n.", &b"y".repeat(3000), b"\r\n"].concat(),
        "Привет — 8 bit\r\n".into(),
        b"0123456789.\r\n..........\r\n".repeat(100_000),
        (0..70_000).flat_map(|number| format!(".{number}\r\n").into_bytes()).collect(),
    ];
    for withheld in [vec![], vec!["PIPELINING"]] {
        let post = Post::new(ServerOptions { withheld, ..Default::default() }).await;
        let mut connection = post.open().await;
        for body in &bodies {
            assert!(is_sent(&connection.send(&to("a@example.org"), body).await));
            assert!(post.last().data == *body, "{} bytes came as {}", body.len(), post.last().data.len());
        }
        // A last line without an end gets one, the only change there is.
        assert!(is_sent(&connection.send(&to("a@example.org"), b"a\r\n.b").await));
        assert_eq!(post.last().data, b"a\r\n.b\r\n");
    }
}

#[tokio::test]
async fn a_message_with_bare_line_ends_is_refused_unsent() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    let before = post.server.statistics().commands;
    for body in ["a\n.\nMAIL FROM:<x@y>\r\n", "a\r.\rb\r\n", "a\n.\r\n"] {
        let outcome = connection.send(&to("a@example.org"), body.as_bytes()).await;
        assert!(matches!(outcome, Outcome::Failed { code: None, .. }), "{outcome:?}");
    }
    assert_eq!(post.server.statistics().commands, before);
    assert!(connection.is_usable() && is_sent(&send(&mut connection, "a@example.org").await));
}

#[tokio::test]
async fn commands_are_pipelined_exactly_where_the_server_offers_it() {
    for (withheld, writes_per_message) in [(vec![], 2), (vec!["PIPELINING"], 4)] {
        let post = Post::new(ServerOptions { withheld, ..Default::default() }).await;
        let mut connection = post.open().await;
        let before = post.server.statistics().reply_writes;
        for _ in 0..10 {
            assert!(is_sent(&send(&mut connection, "a@example.org").await));
        }
        assert_eq!(post.server.statistics().reply_writes - before, 10 * writes_per_message);
    }
}

#[tokio::test]
async fn every_refusal_has_its_outcome_and_the_connection_goes_on() {
    for withheld in [vec![], vec!["PIPELINING"]] {
        let post = Post::new(ServerOptions { faults: Faults::by_address(), withheld, ..Default::default() }).await;
        let mut connection = post.open().await;
        for round in 0..2 {
            let outcome = send(&mut connection, &format!("bad-550.{round}@example.org")).await;
            assert_eq!(outcome, Outcome::BadAddress { code: 550, text: "5.1.1 no such user here".into() });
            let outcome = send(&mut connection, "policy@example.org").await;
            assert_eq!(outcome, Outcome::Failed { code: Some(550), text: "5.7.1 refused by policy".into() });
            let outcome = send(&mut connection, "spam-554@example.org").await;
            assert_eq!(outcome, Outcome::Failed { code: Some(554), text: "5.7.1 looks like spam".into() });
            let outcome = send(&mut connection, "full-452@example.org").await;
            assert!(matches!(outcome, Outcome::Retry { code: Some(452), .. }), "{outcome:?}");
            let outcome = send(&mut connection, "toobig-552@example.org").await;
            assert!(matches!(outcome, Outcome::Failed { code: Some(552), .. }), "{outcome:?}");
            assert!(is_sent(&send(&mut connection, "good@example.org").await));
        }
        assert_eq!(post.server.statistics().connections_opened, 1);
        assert_eq!(post.recipients(), ["good@example.org"; 2]);
    }
}

#[tokio::test]
async fn a_greylisted_recipient_is_accepted_in_the_end() {
    let post = Post::with_faults().await;
    let mut connection = post.open().await;
    for (recipient, refusals) in [("grey-450@example.org", 1), ("grey-450-3.x@example.org", 3)] {
        for _ in 0..refusals {
            let outcome = send(&mut connection, recipient).await;
            assert!(matches!(outcome, Outcome::Retry { code: Some(450), .. }), "{outcome:?}");
        }
        assert!(is_sent(&send(&mut connection, recipient).await));
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_dot_is_safe_to_repeat() {
    let long = b"0123456789abcdef\r\n".repeat(800_000);
    for (recipient, body) in [("drop-before-dot@example.org", BODY), ("drop-in-body@example.org", &long)] {
        let post = Post::with_faults().await;
        let mut connection = post.open().await;
        let outcome = connection.send(&to(recipient), body).await;
        assert!(is_interrupted(&outcome), "{outcome:?}");
        assert!(!connection.is_usable() && post.recipients().is_empty());
        assert!(is_interrupted(&send(&mut connection, "a@example.org").await));
        let outcome = post.open().await.send(&to(recipient), body).await;
        assert!(is_sent(&outcome), "{outcome:?}");
        assert_eq!(post.recipients(), [recipient]);
    }
}

#[tokio::test]
async fn a_connection_lost_after_the_dot_is_unknown() {
    let post = Post::with_faults().await;
    let mut connection = post.open().await;
    let outcome = send(&mut connection, "drop-after-dot@example.org").await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    assert!(!connection.is_usable());
    assert_eq!(post.server.statistics().messages_accepted, 1);
    assert!(is_sent(&send(&mut post.open().await, "drop-after-dot@example.org").await));
    assert_eq!(post.server.statistics().messages_accepted, 2);
}

#[tokio::test]
async fn a_slow_reply_to_the_dot_is_waited_for_and_past_its_time_unknown() {
    let mut post = Post::with_faults().await;
    post.settings.timeouts.command = SHORT;
    // Longer than a command may take: the dot has its own time.
    post.server.faults().set_slow_dot(SHORT * 2);
    assert!(is_sent(&send(&mut post.open().await, "slow-dot@example.org").await));

    post.server.faults().set_slow_dot(Duration::from_secs(60));
    post.settings.timeouts.final_dot = SHORT;
    let mut connection = post.open().await;
    let outcome = send(&mut connection, "slow-dot@example.org").await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_421_means_the_server_is_down_and_nobody_is_failed() {
    for withheld in [vec![], vec!["PIPELINING"]] {
        let post = Post::new(ServerOptions { faults: Faults::by_address(), withheld, ..Default::default() }).await;
        let mut connection = post.open().await;
        let outcome = send(&mut connection, "421@example.org").await;
        let Outcome::Unavailable { text, configuration: false } = &outcome else { panic!("{outcome:?}") };
        assert!(text.starts_with("421 4.7.0"), "{text}");
        assert!(!connection.is_usable());
        assert!(is_sent(&send(&mut post.open().await, "421@example.org").await));
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_in_time_and_its_connection_never_used_again() {
    let mut post = Post::with_faults().await;
    post.settings.timeouts.command = SHORT;
    let mut connection = post.open().await;
    let started = Instant::now();
    let outcome = send(&mut connection, "mute@example.org").await;
    assert!(is_interrupted(&outcome), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
    let commands = post.server.statistics().commands;
    assert!(!connection.is_usable() && is_interrupted(&send(&mut connection, "a@example.org").await));
    assert_eq!(post.server.statistics().commands, commands);
}

#[tokio::test]
async fn garbage_and_endless_replies_end_the_connection_and_slow_ones_do_not() {
    let post = Post::with_faults().await;
    for recipient in ["nonsense@example.org", "huge@example.org"] {
        let mut connection = post.open().await;
        let outcome = send(&mut connection, recipient).await;
        assert!(is_interrupted(&outcome), "{outcome:?}");
        assert!(outcome.text().chars().count() <= 500 && !connection.is_usable());
    }
    let mut connection = post.open().await;
    for _ in 0..2 {
        assert!(is_sent(&send(&mut connection, "byte@example.org").await));
    }
    assert_eq!(post.recipients(), ["byte@example.org"; 2]);
}

#[tokio::test]
async fn a_354_after_a_refused_recipient_delivers_nothing_and_shifts_no_reply() {
    let post = Post::with_faults().await;
    let mut connection = post.open().await;
    for _ in 0..3 {
        let outcome = send(&mut connection, "354@example.org").await;
        assert_eq!(outcome, Outcome::BadAddress { code: 550, text: "5.1.1 no such user here".into() });
        // Were the replies shifted, this one would be taken for sent.
        let outcome = send(&mut connection, "spam-554@example.org").await;
        assert!(matches!(outcome, Outcome::Failed { code: Some(554), .. }), "{outcome:?}");
        assert!(is_sent(&send(&mut connection, "good@example.org").await));
    }
    assert_eq!(post.recipients(), ["good@example.org"; 3]);
    assert_eq!(post.server.statistics().connections_opened, 1);
}

#[tokio::test]
async fn a_cancelled_send_cannot_turn_a_later_refusal_into_a_success() {
    let post = Post::with_faults().await;
    for delay in [0, 20, 60, 100, 140] {
        let mut connection = post.open().await;
        post.server.faults().set_command_delay(Duration::from_millis(30));
        let cancelled = timeout(Duration::from_millis(delay), send(&mut connection, "slow-dot@example.org")).await;
        assert!(cancelled.is_err());
        post.server.faults().set_command_delay(Duration::ZERO);
        assert!(!connection.is_usable());
        let outcome = send(&mut connection, "spam-554@example.org").await;
        assert!(is_interrupted(&outcome), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_transaction_dropped_before_its_message_sends_nothing() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    drop(connection.begin(&to("a@example.org"), BODY).await.ok().unwrap());
    assert!(!connection.is_usable());
    assert!(is_interrupted(&send(&mut connection, "b@example.org").await));
    drop(connection);
    assert!(is_sent(&send(&mut post.open().await, "c@example.org").await));
    assert_eq!(post.recipients(), ["c@example.org"]);
}

#[tokio::test]
async fn a_server_that_is_down_is_told_from_one_that_refuses_us() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = SmtpConnection::open(&settings(closed)).await.err().unwrap();
    assert!(!error.configuration && error.text.contains("cannot connect to 127.0.0.1:"), "{error:?}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let started = Instant::now();
    let mut mute = settings(silent.local_addr().unwrap());
    mute.timeouts.greeting = SHORT;
    let error = SmtpConnection::open(&mute).await.err().unwrap();
    assert!(!error.configuration && error.text.contains("greeting"), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(10));

    let post = Post::new(ServerOptions::default()).await;
    let faults = post.server.faults();
    faults.set_refuse_connections(true);
    assert!(!SmtpConnection::open(&post.settings).await.err().unwrap().configuration);
    faults.set_refuse_connections(false);
    for (code, configuration) in [(421, false), (554, true)] {
        faults.set_greeting(code);
        let error = SmtpConnection::open(&post.settings).await.err().unwrap();
        assert_eq!((error.configuration, error.text.contains(&code.to_string())), (configuration, true), "{error:?}");
    }
    faults.set_greeting(220);
    let mut connection = post.open().await;
    for (code, expected) in [(550, true), (451, false)] {
        faults.set_refuse_mail(Some(code));
        let outcome = send(&mut connection, "a@example.org").await;
        let Outcome::Unavailable { configuration, .. } = outcome else { panic!("{outcome:?}") };
        assert_eq!(configuration, expected);
    }
    faults.set_refuse_mail(None);
    assert!(is_sent(&send(&mut connection, "a@example.org").await));
    assert_eq!(post.recipients(), ["a@example.org"]);
}

#[tokio::test]
async fn a_message_the_server_finds_too_big_fails_alone() {
    let small = |withheld| ServerOptions { max_message_bytes: 1000, withheld, ..Default::default() };
    let body = b"0123456789\r\n".repeat(1000);
    let post = Post::new(small(vec![])).await;
    let mut connection = post.open().await;
    let commands = post.server.statistics().commands;
    let outcome = connection.send(&to("a@example.org"), &body).await;
    assert!(matches!(&outcome, Outcome::Failed { code: None, text } if text.contains("at most 1000")), "{outcome:?}");
    assert_eq!(post.server.statistics().commands, commands);
    assert!(is_sent(&send(&mut connection, "a@example.org").await));

    let post = Post::new(small(vec!["SIZE"])).await;
    let mut connection = post.open().await;
    let outcome = connection.send(&to("a@example.org"), &body).await;
    assert!(matches!(outcome, Outcome::Failed { code: Some(552), .. }), "{outcome:?}");
    assert!(is_sent(&send(&mut connection, "a@example.org").await));
}

#[tokio::test]
async fn non_ascii_addresses_go_where_they_can_and_fail_alone_where_they_cannot() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    for recipient in ["почта@example.org", "mail@пример.example", "почта@пример.example"] {
        assert!(is_sent(&send(&mut connection, recipient).await));
    }
    assert_eq!(post.recipients(), ["почта@example.org", "mail@xn--e1afmkfd.example", "почта@xn--e1afmkfd.example"]);

    let post = Post::new(ServerOptions { withheld: vec!["SMTPUTF8", "8BITMIME"], ..Default::default() }).await;
    let mut connection = post.open().await;
    let outcome = send(&mut connection, "почта@example.org").await;
    assert!(matches!(&outcome, Outcome::Failed { code: None, text } if text.contains("SMTPUTF8")), "{outcome:?}");
    let outcome = connection.send(&to("a@example.org"), "й\r\n".as_bytes()).await;
    assert!(matches!(&outcome, Outcome::Failed { code: None, text } if text.contains("8BITMIME")), "{outcome:?}");
    assert!(is_sent(&send(&mut connection, "mail@пример.example").await));
    assert_eq!(post.recipients(), ["mail@xn--e1afmkfd.example"]);
}

#[tokio::test]
async fn one_connection_is_not_held_up_by_nagle() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    let started = Instant::now();
    for _ in 0..200 {
        assert!(is_sent(&send(&mut connection, "a@example.org").await));
    }
    // Each message held up for 40 ms would make it 8 s.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

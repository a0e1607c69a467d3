//! The bytes that go to the mail server, as they are.

use std::sync::{Arc, Mutex};

use periodical::{
    delivery::{Engine, Scope},
    mail::connection::SmtpSettings,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

use crate::support::{Sending, TestApp, quick, until};

/// A server's port that notes what clients send on each of their connections.
struct Recorder {
    port: u16,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    async fn before(server: std::net::SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sent: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let records = Arc::clone(&sent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = {
                    let mut records = records.lock().unwrap();
                    records.push(Vec::new());
                    records.len() - 1
                };
                tokio::spawn(record(client, TcpStream::connect(server).await.unwrap(), Arc::clone(&records), number));
            }
        });
        Self { port, sent }
    }

    fn sessions(&self) -> Vec<Vec<u8>> {
        self.sent.lock().unwrap().clone()
    }
}

async fn record(client: TcpStream, server: TcpStream, records: Arc<Mutex<Vec<Vec<u8>>>>, number: usize) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let replies = tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
        records.lock().unwrap()[number].extend_from_slice(&bytes[..length]);
        if to_server.write_all(&bytes[..length]).await.is_err() {
            break;
        }
    }
    drop(to_server);
    let _ = replies.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_typed_only_whole_lines_go_out_and_every_session_ends_with_quit() {
    let app = TestApp::configured(quick(), |config| config.smtp.connections = 1).await;
    let user = app.user("owner@example.org").await;
    // More than a connection is used for.
    app.many_recipients(user, 1_001).await;
    sqlx::query("update recipients set full_name = E'Eve\\r\\nBcc: x@example.org\\r.\\n' where email = 'reader7@example.org'")
        .execute(&app.db)
        .await
        .unwrap();
    let mailing = app.due_mailing(user).await;
    let body = format!("Dot lines:\n.\n..\r\nlone\rreturns\r.\r\nand \n.\r\n one long line {}\nПривет", "word".repeat(600));
    sqlx::query("update messages set subject = E'Two\\nlines \\r.\\r of Привет', body = $1").bind(body).execute(&app.db).await.unwrap();
    let recorder = Recorder::before(app.smtp.address()).await;
    let engine = Engine::new(app.app.clone(), SmtpSettings { port: recorder.port, ..app.smtp_settings() }, quick());
    let attempt = app.run_now(user, mailing).await;
    let sending = Sending::start(&engine, Scope::Only(vec![attempt]));
    app.finished(attempt).await;
    sending.stop().await;
    assert_eq!(app.figures(attempt).await.unwrap().sent, 1_001);

    let sessions = until("both sessions' end", || async {
        Some(recorder.sessions()).filter(|sessions| sessions.iter().all(|session| session.ends_with(b"QUIT\r\n")))
    })
    .await;
    assert_eq!(sessions.len(), 2, "a connection is opened anew every thousand messages");
    for session in &sessions {
        let text = String::from_utf8(session.clone()).expect("nothing but ASCII was asked of a server");
        for line in text.split_inclusive("\r\n") {
            let line = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("a line without its end: {line:?}"));
            assert!(line.len() <= 998 && !line.contains(['\r', '\n']), "{line:?}");
        }
        assert!(!text.contains("\r\nBcc:"), "nobody's name becomes a header");
        let commands = |verb: &str| text.matches(&format!("\r\n{verb}")).count();
        assert_eq!(commands("MAIL FROM:"), commands("DATA\r\n"));
        assert_eq!(text.matches("\r\n.\r\n").count(), commands("DATA\r\n"), "one final dot a message");
        assert!(text.contains(" SIZE="), "the server offers SIZE and is told it");
        assert!(!text.contains("SMTPUTF8") && !text.contains("8BITMIME"), "what is not needed is not asked for");
    }
}

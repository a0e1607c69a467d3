//! Servers that break the rules, each played from a script.

use super::*;
use crate::support::until;

const EHLO: &[u8] = b"250-script\r\n250 PIPELINING\r\n";

#[tokio::test]
async fn a_message_nobody_takes_is_given_up_and_the_servers_last_words_count() {
    let body = b"0123456789abcdef\r\n".repeat(2_000_000);
    let failed: Expected = |outcome| matches!(outcome, Outcome::Failed { code: Some(552), .. });
    let cases: [(&[u8], Expected); 3] =
        [(b"", is_interrupted), (b"250 2.0.0 surely\r\n", is_interrupted), (b"552 5.3.4 too big\r\n", failed)];
    for (last_words, expected) in cases {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = settings(listener.local_addr().unwrap());
        settings.timeouts.data_block = SHORT;
        // Reads the beginning of the message and no more.
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for reply in [&b"220 hi\r\n"[..], EHLO, b"250 a\r\n250 b\r\n354 c\r\n"] {
                stream.write_all(reply).await.unwrap();
                let _ = stream.read(&mut [0; 200]).await.unwrap();
            }
            stream.write_all(last_words).await.unwrap();
            std::future::pending::<()>().await;
        });
        let mut connection = SmtpConnection::open(&settings).await.unwrap();
        let outcome = timeout(Duration::from_secs(15), connection.send(&to("a@example.org"), &body)).await.unwrap();
        assert!(expected(&outcome) && !connection.is_usable(), "{outcome:?}");
        server.abort();
    }
}

#[tokio::test]
async fn only_2xx_to_the_dot_is_a_success() {
    let table: [(&[u8], Expected); 5] = [
        (b"354 go on\r\n", |outcome| matches!(outcome, Outcome::Unknown { .. })),
        (b"sorry?\r\n", |outcome| matches!(outcome, Outcome::Unknown { .. })),
        (b"250-half a reply\r\n", |outcome| matches!(outcome, Outcome::Unknown { .. })),
        (b"451 \xcf\xee\xe7\xe6\xe5\r\n", |outcome| matches!(outcome, Outcome::Retry { code: Some(451), .. })),
        (b"250 ok\r\n", is_sent),
    ];
    for (reply, expected) in table {
        let script = vec![b"220 hi\r\n", EHLO, b"250 a\r\n250 b\r\n354 c\r\n", reply];
        let (mut settings, _) = scripted(script.leak()).await;
        settings.timeouts.final_dot = SHORT;
        let mut connection = SmtpConnection::open(&settings).await.unwrap();
        let outcome = send(&mut connection, "a@example.org").await;
        assert!(expected(&outcome), "{outcome:?}");
    }
}

#[tokio::test]
async fn replies_out_of_turn_end_the_connection_before_the_message() {
    let table: [&[u8]; 4] = [
        // Shifted by one: an extra reply before the group's own.
        b"250 surplus\r\n250 a\r\n250 b\r\n354 c\r\n",
        // The verdict before the message.
        b"250 a\r\n250 b\r\n354 c\r\n250 queued already\r\n",
        b"250 a\r\n354 b\r\n354 c\r\n",
        b"250 a\r\n250 b\r\n250 c\r\n",
    ];
    for group in table {
        let script = vec![b"220 hi\r\n", EHLO, group];
        let (settings, heard) = scripted(script.leak()).await;
        let mut connection = SmtpConnection::open(&settings).await.unwrap();
        let outcome = send(&mut connection, "a@example.org").await;
        assert!(is_interrupted(&outcome) && !connection.is_usable(), "{outcome:?}");
        drop(connection);
        let heard = heard.await.unwrap();
        assert!(heard.ends_with(b"DATA\r\n"), "{}", String::from_utf8_lossy(&heard));
    }
}

#[tokio::test]
async fn an_idle_connection_the_server_has_closed_is_noticed_before_anything_is_sent() {
    let options = ServerOptions { idle_timeout: Duration::from_millis(100), ..Default::default() };
    let post = Post::new(options).await;
    let mut connection = post.open().await;
    assert!(is_sent(&send(&mut connection, "a@example.org").await));
    until("the server to hang up", || async { (post.server.statistics().connections_open == 0).then_some(()) }).await;
    let outcome = send(&mut connection, "b@example.org").await;
    assert!(is_interrupted(&outcome) && !connection.is_usable(), "{outcome:?}");
    // Whatever it says on closing.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = settings(listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for reply in [&b"220 hi\r\n"[..], EHLO, b"250 a\r\n250 b\r\n354 c\r\n"] {
            stream.write_all(reply).await.unwrap();
            let _ = stream.read(&mut [0; 200]).await.unwrap();
        }
        stream.write_all(b"250 ok\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.write_all(b"421 4.3.2 shutting down\r\n").await.unwrap();
    });
    let mut connection = SmtpConnection::open(&settings).await.unwrap();
    assert!(is_sent(&send(&mut connection, "a@example.org").await));
    server.await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(is_interrupted(&send(&mut connection, "b@example.org").await));
    // So is one whose 421 was still on its way when the next message began.
    const LATE: &[&[u8]] = &[b"220 hi\r\n", EHLO, b"250 a\r\n250 b\r\n354 c\r\n", b"250 ok\r\n", b"421 4.4.2 idle too long\r\n"];
    let (settings, _) = scripted(LATE).await;
    let mut connection = SmtpConnection::open(&settings).await.unwrap();
    assert!(is_sent(&send(&mut connection, "a@example.org").await));
    assert!(is_interrupted(&send(&mut connection, "b@example.org").await));
}

#[tokio::test]
async fn odd_servers_are_understood() {
    // Blank EHLO lines, lower case, replies of many lines, HELO only.
    const ODD: &[&[u8]] = &[
        b"220-hi\r\n220-there\r\n220\r\n",
        b"250-x\r\n250- \r\n250-\r\n250 pipelining\r\n",
        b"250-a\r\n250 a\r\n250\r\n354\r\n",
        b"250\r\n",
    ];
    let (settings, heard) = scripted(ODD).await;
    let mut connection = SmtpConnection::open(&settings).await.unwrap();
    assert_eq!(send(&mut connection, "a@example.org").await, Outcome::Sent { code: 250, text: String::new() });
    drop(connection);
    let heard = String::from_utf8(heard.await.unwrap()).unwrap();
    let group = "MAIL FROM:<sender@example.org>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n";
    assert_eq!(heard, format!("EHLO client.test\r\n{group}{}.\r\n", str::from_utf8(BODY).unwrap()));

    const OLD: &[&[u8]] = &[b"220 hi\r\n", b"502 what\r\n", b"250 hi\r\n", b"250 a\r\n", b"250 b\r\n", b"354 c\r\n", b"250 ok\r\n"];
    let (settings, _) = scripted(OLD).await;
    assert!(is_sent(&send(&mut SmtpConnection::open(&settings).await.unwrap(), "a@example.org").await));
}

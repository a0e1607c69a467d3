//! The server's own manners.

use tokio::net::TcpStream;

use super::secure::certificate;
use super::*;

/// Says `input` to the server in one write and returns all it answers.
async fn raw(post: &Post, input: &[u8]) -> String {
    let mut stream = TcpStream::connect(post.server.address()).await.unwrap();
    stream.write_all(input).await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_server_executes_a_whole_conversation_written_at_once() {
    let post = Post::new(ServerOptions::default()).await;
    let message = "MAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n..x\r\na\n.\r\nb\n.\nc\r\n.\r\n";
    let input = format!("HELO me\r\n{message}{message}NOOP\r\nQUIT\r\n");
    let answer = raw(&post, input.as_bytes()).await;
    let codes: Vec<&str> = answer.lines().map(|line| &line[..3]).collect();
    let one = ["250", "250", "250", "354", "250"];
    assert_eq!(codes, [&["220", "250"][..], &one, &one, &["250", "221"]].concat());
    assert_eq!(post.recipients(), ["a@b.example", "c@d.example", "a@b.example", "c@d.example"]);
    assert_eq!((post.last().from.as_str(), post.last().data.as_slice()), ("", &b".x\r\na\n.\r\nb\n.\nc\r\n"[..]));
    // The greeting and everything after it.
    assert!(post.server.statistics().reply_writes <= 3);
}

#[tokio::test]
async fn the_server_keeps_its_order_and_its_limits() {
    let post = Post::new(ServerOptions { max_connections: 1, ..Default::default() }).await;
    let answer = raw(&post, b"MAIL FROM:<a@b>\r\nEHLO\r\nEHLO me\r\nRCPT TO:<a@b>\r\nDATA\r\nMAIL FROM:a@b\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a>\r\nDATA\r\nSTARTTLS\r\nAUTH PLAIN\r\nBDAT 3\r\nNOOP\nNOOP\r\nQUIT\r\n").await;
    let codes: Vec<&str> = answer.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect();
    assert_eq!(
        codes,
        ["220", "503", "501", "250", "503", "554", "501", "250", "503", "501", "554", "500", "503", "500", "500", "250", "221"]
    );
    assert!(raw(&post, &b"x".repeat(100_000)).await.contains("500 5.5.2 line too long"));
    assert!(raw(&post, &b"what\r\n".repeat(100)).await.ends_with("421 4.7.0 too many mistakes\r\n"));

    let open = post.open().await;
    let error = SmtpConnection::open(&post.settings).await.err().unwrap();
    assert!(!error.configuration && error.text.contains("421"), "{error:?}");
    open.quit().await;
}

#[tokio::test]
async fn the_server_drops_clear_text_that_came_with_starttls() {
    let (config, _) = certificate("127.0.0.1");
    let post = Post::new(ServerOptions { tls: Some(config), ..Default::default() }).await;
    let answer = raw(&post, b"EHLO me\r\nSTARTTLS\r\nMAIL FROM:<a@b>\r\n").await;
    assert!(answer.ends_with("220 2.0.0 go ahead\r\n"), "{answer}");
}

#[tokio::test]
async fn a_stopped_server_is_gone_with_its_connections() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    assert_eq!(post.server.statistics().connections_open, 1);
    post.server.stop().await;
    assert!(matches!(send(&mut connection, "a@example.org").await, Outcome::Interrupted { .. } | Outcome::Unavailable { .. }));
    assert!(SmtpConnection::open(&post.settings).await.is_err());
}

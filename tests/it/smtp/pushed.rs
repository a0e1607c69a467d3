//! The next message announced behind the final dot of the one before.

use std::time::Duration;

use periodical::mail::{connection::Pushed, outcome::Outcome};

use super::*;

/// Announces a message to `first` and pushes it with `second` behind it.
async fn push<'c>(connection: &'c mut SmtpConnection, first: &str, second: &str) -> Pushed<'c> {
    let Ok(transaction) = connection.begin(&to(first), b"Subject: one\r\n\r\none\r\n").await else { panic!("{first} is announced") };
    match transaction.push(&to(second), b"Subject: two\r\n\r\ntwo\r\n").await {
        Ok(pushed) => pushed,
        Err(_) => panic!("the server offers PIPELINING"),
    }
}

#[tokio::test]
async fn a_message_costs_one_round_trip_where_the_next_one_is_known() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    let before = post.server.statistics().reply_writes;
    let mut transaction = connection.begin(&to("r0@example.org"), BODY).await.unwrap_or_else(|outcome| panic!("{outcome:?}"));
    for number in 1..=20 {
        let recipient = format!("r{number}@example.org");
        let Ok(mut pushed) = transaction.push(&to(&recipient), BODY).await else { panic!("the server offers PIPELINING") };
        assert!(is_sent(&pushed.verdict().await));
        transaction = pushed.next().await.unwrap_or_else(|outcome| panic!("{outcome:?}"));
    }
    assert!(is_sent(&transaction.finish().await));
    let writes = post.server.statistics().reply_writes - before;
    assert!(writes <= 22, "{writes} times the server had something to answer, for 21 messages");
    assert_eq!(post.recipients(), (0..=20).map(|number| format!("r{number}@example.org")).collect::<Vec<_>>());
}

#[tokio::test]
async fn each_of_two_has_its_own_outcome() {
    let post = Post::with_faults().await;
    let mut connection = post.open().await;
    // The first is refused at its dot, the second goes on.
    let mut pushed = push(&mut connection, "spam-554@example.org", "fine@example.org").await;
    assert!(matches!(pushed.verdict().await, Outcome::Failed { code: Some(554), .. }));
    assert!(is_sent(&pushed.next().await.unwrap_or_else(|outcome| panic!("{outcome:?}")).finish().await));
    // The second is refused, the connection goes on.
    let mut pushed = push(&mut connection, "fine@example.org", "bad-550@example.org").await;
    assert!(is_sent(&pushed.verdict().await));
    assert!(matches!(pushed.next().await.err(), Some(Outcome::BadAddress { code: 550, .. })));
    assert!(is_sent(&send(&mut connection, "last@example.org").await));
    // Refused, and yet invited to send.
    let mut pushed = push(&mut connection, "fine@example.org", "354@example.org").await;
    assert!(is_sent(&pushed.verdict().await));
    assert!(matches!(pushed.next().await.err(), Some(Outcome::BadAddress { .. })));
    assert!(is_sent(&send(&mut connection, "last@example.org").await));
    assert_eq!(post.recipients().len(), 5);
}

#[tokio::test]
async fn what_is_lost_behind_a_dot_was_not_sent_of_the_next_one() {
    let post = Post::with_faults().await;
    let mut connection = post.open().await;
    let mut pushed = push(&mut connection, "drop-after-dot@example.org", "fine@example.org").await;
    assert!(matches!(pushed.verdict().await, Outcome::Unknown { .. }));
    assert!(is_interrupted(&pushed.next().await.err().unwrap()));
    assert!(!connection.is_usable());
    assert_eq!(post.recipients(), ["drop-after-dot@example.org"]);
}

#[tokio::test]
async fn a_next_one_that_is_announced_and_let_go_is_not_sent() {
    let post = Post::new(ServerOptions::default()).await;
    let mut connection = post.open().await;
    let mut pushed = push(&mut connection, "first@example.org", "second@example.org").await;
    assert!(is_sent(&pushed.verdict().await));
    drop(pushed.next().await);
    assert!(!connection.is_usable());
    let mut connection = post.open().await;
    let mut pushed = push(&mut connection, "third@example.org", "fourth@example.org").await;
    // Whoever asks in vain may ask again.
    let _ = tokio::time::timeout(Duration::ZERO, pushed.verdict()).await;
    assert!(is_sent(&pushed.verdict().await));
    drop(pushed);
    assert!(!connection.is_usable());
    assert_eq!(post.recipients().len(), 2);
}

#[tokio::test]
async fn without_pipelining_nothing_is_pushed() {
    let post = Post::new(ServerOptions { withheld: vec!["PIPELINING"], ..ServerOptions::default() }).await;
    let mut connection = post.open().await;
    let Ok(transaction) = connection.begin(&to("one@example.org"), BODY).await else { panic!("it is announced") };
    let Err(transaction) = transaction.push(&to("two@example.org"), BODY).await else { panic!("it cannot be pushed") };
    assert!(is_sent(&transaction.finish().await));
    assert_eq!(post.recipients().len(), 1);
}

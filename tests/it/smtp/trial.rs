//! One mail while somebody waits: what the screen can say about it.

use periodical::mail::{
    connection::{Credentials, Tls},
    trial::{self, Step, Trial},
};

use super::*;

async fn trial(post: &Post, recipient: &str) -> Trial {
    trial::send_once(&post.settings, &to(recipient), BODY).await
}

fn reply(trial: &Trial) -> String {
    trial.reply.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[tokio::test]
async fn a_trial_brings_back_the_servers_own_words() {
    let post = Post::with_faults().await;
    let sent = trial(&post, "one@example.org").await;
    assert!(sent.is_well() && sent.error.is_none(), "{sent:?}");
    assert_eq!((reply(&sent).as_str(), sent.is_encrypted), ("250 2.0.0 queued as 1", Some(false)));
    assert_eq!(post.recipients(), ["one@example.org"]);
    for (recipient, step, words) in [
        ("bad-550@example.org", Step::Recipient, "550 5.1.1 no such user here"),
        ("grey-450@example.org", Step::Recipient, "450 4.2.0 greylisted, come back later"),
        ("always-421@example.org", Step::Recipient, "421 4.7.0"),
        ("spam-554@example.org", Step::Content, "554 5.7.1"),
        ("drop-after-dot@example.org", Step::Content, ""),
    ] {
        let trial = trial(&post, recipient).await;
        assert_eq!((trial.step, trial.error.is_some()), (step, true), "{recipient}: {trial:?}");
        assert!(reply(&trial).starts_with(words) && (words.is_empty() == trial.reply.is_none()), "{recipient}: {trial:?}");
    }
    post.server.faults().set_refuse_mail(Some(550));
    let refused = trial(&post, "one@example.org").await;
    assert_eq!((refused.step, refused.reply.map(|reply| reply.code)), (Step::Sender, Some(550)));
}

#[tokio::test]
async fn a_trial_without_pipelining_says_the_same() {
    let faults = Faults::by_address();
    let post = Post::new(ServerOptions { withheld: vec!["PIPELINING"], faults, ..Default::default() }).await;
    assert!(trial(&post, "one@example.org").await.is_well());
    let refused = trial(&post, "bad-550@example.org").await;
    assert_eq!((refused.step, reply(&refused).as_str()), (Step::Recipient, "550 5.1.1 no such user here"));
}

#[tokio::test]
async fn a_trial_says_at_which_step_there_is_no_connection() {
    let credentials = Some(("user".into(), "right".into()));
    let mut post = Post::new(ServerOptions { credentials, ..Default::default() }).await;
    assert_eq!(trial::connect(&post.settings).await.step, Step::Done);

    post.settings.credentials = Some(Credentials { user: "user".into(), password: "wrong".into() });
    let refused = trial::connect(&post.settings).await;
    assert_eq!((refused.step, refused.reply.map(|reply| reply.code)), (Step::Login, Some(535)));

    post.settings.tls = Tls::Required;
    let plain = trial(&post, "one@example.org").await;
    assert_eq!((plain.step, plain.reply.clone(), plain.is_encrypted), (Step::Tls, None, None));
    assert!(plain.error.is_some_and(|error| error.contains("STARTTLS")));

    post.server.faults().set_greeting(554);
    let turned_away = trial(&post, "one@example.org").await;
    assert_eq!((turned_away.step, turned_away.reply.map(|reply| reply.code)), (Step::Greeting, Some(554)));

    post.settings.port = 1;
    let closed = trial(&post, "one@example.org").await;
    assert_eq!((closed.step, closed.reply), (Step::Connect, None));
    assert!(closed.error.is_some_and(|error| error.contains("127.0.0.1:1")));
}

#[tokio::test]
async fn what_the_server_cannot_be_given_is_told_from_what_it_refuses() {
    let post = Post::new(ServerOptions { withheld: vec!["SMTPUTF8"], ..Default::default() }).await;
    let trial = trial(&post, "почта@example.org").await;
    assert_eq!((trial.step, trial.reply), (Step::Prepare, None));
}

//! What the mail server is spared: more connections than it was promised, more messages a second.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use lettre::address::Envelope;
use periodical::{
    delivery::{Engine, Scope, model::Timing},
    mail::outcome::Outcome,
};
use tokio_util::task::AbortOnDropHandle;

use crate::support::{Sending, TestApp, quick, until};

const CONNECTIONS: usize = 3;

/// The most connections to a port that this process has had open at once, looked at all the time.
struct Most {
    seen: Arc<AtomicUsize>,
    _watch: AbortOnDropHandle<()>,
}

impl Most {
    fn watch(port: u16) -> Self {
        let seen = Arc::new(AtomicUsize::new(0));
        let most = Arc::clone(&seen);
        let watch = async move {
            let mut before = HashSet::new();
            loop {
                let now = connections_to(port);
                // A look takes its time, and one may go while it lasts and another come: those of two looks were there
                // in between, all at once.
                most.fetch_max(now.intersection(&before).count(), Relaxed);
                before = now;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        Self { seen, _watch: AbortOnDropHandle::new(tokio::spawn(watch)) }
    }

    fn seen(&self) -> usize {
        self.seen.load(Relaxed)
    }
}

/// The client's ends alone that are open: the server may learn later than its client that a connection was closed.
fn connections_to(port: u16) -> HashSet<String> {
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let port = format!(":{port:04X}");
    let open = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        (fields[2].ends_with(&port) && fields[3] == "01").then(|| fields[1].to_owned())
    };
    table.lines().skip(1).filter_map(open).collect()
}

fn account_mail(n: usize) -> (Envelope, Vec<u8>) {
    let to = format!("account{n}@example.org").parse().unwrap();
    (Envelope::new(Some("news@periodical.example".parse().unwrap()), vec![to]).unwrap(), b"Subject: Hello\r\n\r\nHello\r\n".to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_never_more_connections_than_smtp_connections_says_whatever_goes_wrong() {
    let app = TestApp::configured(quick(), |config| config.smtp.connections = CONNECTIONS).await;
    let most = Most::watch(app.smtp.address().port());
    let user = app.user("owner@example.org").await;
    let faults: Vec<String> = ["421", "drop-before-dot", "drop-in-body", "drop-after-dot", "grey-450", "always-421", "nonsense"]
        .iter()
        .flat_map(|fault| (0..6).map(move |n| format!("{fault}+{n}@example.org")))
        .collect();
    app.recipients(user, &faults.iter().map(String::as_str).collect::<Vec<_>>()).await;
    app.many_recipients(user, 500).await;
    app.faults().set_command_delay(Duration::from_millis(2));
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let sending = Sending::start(&app.engine, Scope::Everything);
    let account_mails = (0..30).map(|n| {
        let (engine, (envelope, message)) = (app.engine.clone(), account_mail(n));
        tokio::spawn(async move { engine.send_one(envelope, message).await })
    });
    let account_mails: Vec<_> = account_mails.collect();
    for enough in [100, 200, 300] {
        until("more mails", || async { (app.mails().len() >= enough).then_some(()) }).await;
        // Said at once; new connections are open before the last of the old ones is gone.
        let _ = tokio::time::timeout(Duration::from_millis(1), app.smtp.hang_up()).await;
    }
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.failed, figures.waiting), (530, 12, 0), "{figures:?}");
    // Some were on connections that the server has closed; the queue would send those once more.
    let outcomes = futures_util::future::join_all(account_mails).await;
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Ok(Outcome::Sent { .. }))), "{outcomes:?}");
    assert_eq!(most.seen(), CONNECTIONS, "all that there may be, and no more");
    sending.stop().await;
    until("the connections closed", || async { (app.smtp.statistics().connections_open == 0).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn send_rate_holds_over_all_workers_together() {
    const RATE: f64 = 50.0;
    let app = TestApp::configured(quick(), |config| config.send_rate = Some(RATE)).await;
    let mut attempts = Vec::new();
    for name in ["first", "second"] {
        let user = app.user(&format!("{name}@example.org")).await;
        app.many_recipients(user, 50).await;
        let mailing = app.due_mailing(user).await;
        attempts.push(app.run_now(user, mailing).await);
    }
    let began = Instant::now();
    // An attempt each, so that both have something to send.
    let engines: [Engine; 2] = [app.engine.clone(), app.another_engine(quick())];
    let sending: Vec<Sending> =
        engines.iter().zip(&attempts).map(|(engine, attempt)| Sending::start(engine, Scope::Only(vec![*attempt]))).collect();
    until("all mails", || async { (app.mails().len() == 100).then_some(()) }).await;
    let took = began.elapsed();
    // What a worker that asks late is given of the time before: a quarter of a second's worth.
    let least = Duration::from_secs_f64(99.0 / RATE - 0.25);
    assert!(took >= least, "100 messages in {took:?}, not in {least:?} at the least");
    for sending in sending {
        sending.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_that_waits_for_its_turn_under_send_rate_rests_when_it_is_paused() {
    // Ten seconds a message: nobody waits that long for a pause to be noticed.
    let app = TestApp::configured(quick(), |config| config.send_rate = Some(0.1)).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 20).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let sending = Sending::start(&app.engine, Scope::Everything);
    until("the first mail", || async { (!app.mails().is_empty()).then_some(()) }).await;
    periodical::mailings::runs::pause(&app.app, user, mailing).await.unwrap();
    until("everything given back", || async { (app.held_slices().await == 0).then_some(()) }).await;
    sending.stop().await;
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!(usize::try_from(figures.sent).unwrap(), app.mails().len(), "every mail is on record");
    assert!(figures.waiting > 10, "{figures:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_whose_lease_runs_out_while_it_waits_for_its_turn_under_send_rate_is_not_lost() {
    let lease = Duration::from_secs(1);
    let app = TestApp::configured(Timing { lease, ..quick() }, |config| config.send_rate = Some(0.4)).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let sending = Sending::start(&app.engine, Scope::Everything);
    until("the first mail", || async { (!app.mails().is_empty()).then_some(()) }).await;
    // The lease is not renewed before the other one's turn has come; Postgres sees it as held all the while, as it does
    // where this machine's clock was put forward.
    let prolong = "update slices set claimable_at = now() + interval '1 hour' where claim is not null";
    let delay = app.standing(prolong).await;
    until("its turn", || async { (app.count("select count(*) from pace where free_at < clock_timestamp()").await == 1).then_some(()) })
        .await;
    delay.commit().await.unwrap();
    until("the attempt's end", || async {
        sqlx::query(prolong).execute(&app.db).await.unwrap();
        app.figures(attempt).await.filter(|figures| figures.status != "running")
    })
    .await;
    sending.stop().await;
    assert_eq!(app.delivered(), ["reader1@example.org", "reader2@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_mail_has_an_answer_also_where_the_engine_stops_or_does_not_run() {
    let app = TestApp::without_worker().await;
    let send = |n| {
        let (engine, (envelope, message)) = (app.engine.clone(), account_mail(n));
        tokio::spawn(async move { engine.send_one(envelope, message).await })
    };
    assert!(matches!(send(0).await.unwrap(), Outcome::Unavailable { .. }));
    app.faults().set_command_delay(Duration::from_millis(50));
    let sending = Sending::start(&app.engine, Scope::Everything);
    until("the engine at work", || async { matches!(send(1).await.unwrap(), Outcome::Sent { .. }).then_some(()) }).await;
    let waiting: Vec<_> = (2..30).map(send).collect();
    until("a mail on the wire", || async { (app.mails().len() > 1).then_some(()) }).await;
    sending.stop().await;
    let mut sent = 1;
    for outcome in futures_util::future::join_all(waiting).await {
        match outcome.unwrap() {
            Outcome::Sent { .. } => sent += 1,
            other => assert!(matches!(other, Outcome::Unavailable { .. }), "{other:?}"),
        }
    }
    assert_eq!(app.mails().len(), sent, "what is on the wire is finished, the others never begin");
}

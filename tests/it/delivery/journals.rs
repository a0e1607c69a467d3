//! What a dead process has left in its data folder, and what the next one makes of it.

use periodical::{
    delivery::{
        self,
        model::{Settlement, State},
        queries::Held,
        settle::{self, Batch},
    },
    mail::outcome::Outcome,
};
use serde_json::{Value, json};

use super::{HOUR, claim, delivery, sent, settled, status_of};
use crate::support::TestApp;

/// The journal of a slice, as its process has written it by the time it dies.
fn leave_journal(app: &TestApp, held: Held, lines: &[Value], torn: &str) {
    let folder = app.app.config.data_dir.join("journal");
    std::fs::create_dir_all(&folder).unwrap();
    let mut text = json!({ "Slice": held }).to_string() + "\n";
    for line in lines {
        text += &(line.to_string() + "\n");
    }
    std::fs::write(folder.join(format!("{}.jsonl", held.claim)), text + torn).unwrap();
}

fn dot(number: i32) -> Value {
    json!({ "Dot": number })
}

fn answer(settlement: &Settlement) -> Value {
    json!({ "Settled": settlement })
}

/// A slice of the attempt: who holds it, whether it can be claimed now, its figures.
async fn slice(app: &TestApp, attempt_id: i64) -> (Option<uuid::Uuid>, Option<bool>, i32, i32, i32) {
    let query = "select claim, claimable_at <= now(), failed, unknown, skipped from slices where attempt_id = $1";
    sqlx::query_as(query).bind(attempt_id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_dead_process_s_journal_settles_what_was_answered_doubts_what_was_not_and_frees_the_rest() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 5).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let (held, all) = claim(&app, attempt, HOUR).await.unwrap();
    let refused = settled(&all[1], Outcome::BadAddress { code: 550, text: "5.1.1 no such user".into() });
    let lines = [dot(1), answer(&sent(&all[0])), dot(2), answer(&refused), dot(3), dot(4), json!({ "Free": 4 })];
    leave_journal(&app, held, &lines, "{\"Settled\":{\"number\":5,");

    assert_eq!(delivery::replay_journals(&app.engine).await.unwrap(), 1);
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.sent, figures.failed, figures.unknown, figures.waiting, figures.status.as_str()), (1, 1, 1, 2, "running"));
    assert_eq!(slice(&app, attempt).await, (None, Some(true), 1, 1, 0), "it does not wait for a lease to run out");
    assert_eq!(app.count("select count(*) from recipients where undeliverable_at is not null").await, 1);
    let (state, tries, _, text) = delivery(&app, attempt, "reader3@example.org").await;
    assert_eq!((state.as_str(), tries), ("unknown", 1));
    assert!(text.unwrap().contains("died"));
    assert!(app.journals().is_empty());
    assert_eq!(delivery::replay_journals(&app.engine).await.unwrap(), 0);

    app.drain(attempt).await;
    assert_eq!(app.delivered(), ["reader3@example.org", "reader4@example.org", "reader5@example.org"]);
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.sent, figures.failed, figures.unknown, figures.status.as_str()), (4, 1, 0, "partial"));
    assert_eq!(slice(&app, attempt).await, (None, None, 1, 0, 0));
}

#[tokio::test]
async fn a_journal_that_tells_the_last_of_an_attempt_closes_it() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let start = time::OffsetDateTime::now_utc() - time::Duration::seconds(5);
    let mailing = app.mailing(user, "once", start, start + time::Duration::days(1)).await;
    sqlx::query("update mailings set resend_unknown = false").execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    let (held, all) = claim(&app, attempt, HOUR).await.unwrap();
    leave_journal(&app, held, &[dot(1), answer(&sent(&all[0])), dot(2)], "");

    delivery::replay_journals(&app.engine).await.unwrap();
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.sent, figures.unknown, figures.status.as_str()), (1, 1, "partial"), "this mailing repeats no doubtful mail");
    assert_eq!(slice(&app, attempt).await, (None, None, 0, 1, 0));
    assert_eq!(status_of(&app, mailing).await, ("completed".into(), None));
}

#[tokio::test]
async fn an_attempt_whose_process_died_between_its_last_outcome_and_its_end_is_closed_by_the_journal() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let (held, all) = claim(&app, attempt, HOUR).await.unwrap();
    let settlements: Vec<Settlement> = all.iter().map(sent).collect();
    leave_journal(&app, held, &settlements.iter().map(answer).collect::<Vec<_>>(), "");
    let batch = Batch { settlements: settlements.iter().map(|settlement| (held, settlement)).collect(), ended: vec![(held, None)] };
    settle::commit(&app.engine, &batch).await.unwrap();
    assert_eq!(app.figures(attempt).await.unwrap().status, "running");

    delivery::replay_journals(&app.engine).await.unwrap();
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.sent, figures.status.as_str()), (2, "succeeded"));
}

#[tokio::test]
async fn a_journal_of_a_slice_that_somebody_else_has_taken_over_comes_to_nothing() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let (held, all) = claim(&app, attempt, HOUR).await.unwrap();
    leave_journal(&app, held, &[dot(1), answer(&sent(&all[0])), dot(2)], "");
    sqlx::query("update slices set claim = gen_random_uuid()").execute(&app.db).await.unwrap();
    let before = slice(&app, attempt).await;

    assert_eq!(delivery::replay_journals(&app.engine).await.unwrap(), 1);
    assert!(app.journals().is_empty());
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.waiting, figures.sent, figures.unknown), (2, 0, 0));
    assert_eq!(slice(&app, attempt).await, before, "it stays with whoever has it");
}

#[tokio::test]
async fn a_journal_of_a_deleted_attempt_and_one_without_a_first_line_are_cleared_away() {
    let app = TestApp::without_worker().await;
    let held = Held { attempt_id: 4711, number: 0, claim: uuid::Uuid::new_v4() };
    let settlement = Settlement {
        number: 1,
        before: (State::Waiting, 0),
        state: State::Sent,
        tries: 1,
        code: Some(250),
        text: None,
        again_after: None,
        is_bad_address: false,
    };
    leave_journal(&app, held, &[dot(1), answer(&settlement), dot(2)], "");
    let folder = app.app.config.data_dir.join("journal");
    std::fs::write(folder.join("empty.jsonl"), "").unwrap();
    let draft = folder.join("draft.new");
    std::fs::write(&draft, "{\"Slice\":{\"attempt_id\":1,").unwrap();
    delivery::replay_journals(&app.engine).await.unwrap();
    assert_eq!(app.journals().len(), 1, "somebody may be about to lock the draft");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(120);
    std::fs::File::options().append(true).open(&draft).unwrap().set_modified(long_ago).unwrap();
    delivery::replay_journals(&app.engine).await.unwrap();
    assert!(app.journals().is_empty());
}

#[tokio::test]
async fn a_second_try_in_doubt_is_doubted_though_the_first_one_has_its_outcome() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set resend_unknown = false where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    let (held, all) = claim(&app, attempt, HOUR).await.unwrap();
    // Put off and settled; then tried again in the same slice, up to the dot.
    let put_off = settled(&all[0], Outcome::Retry { code: Some(450), text: "4.2.0 greylisted".into() });
    settle::commit(&app.engine, &Batch { settlements: vec![(held, &put_off)], ended: Vec::new() }).await.unwrap();
    leave_journal(&app, held, &[dot(1), answer(&put_off), dot(1)], "");

    delivery::replay_journals(&app.engine).await.unwrap();
    let (state, tries, ..) = delivery(&app, attempt, "reader1@example.org").await;
    assert_eq!((state.as_str(), tries), ("unknown", 2));
    app.drain(attempt).await;
    assert_eq!(app.delivered(), ["reader2@example.org"], "what may have gone out is not repeated");
}

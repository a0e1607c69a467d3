//! Many mailings that fall due at the same moment.

use std::collections::BTreeMap;

use periodical::mailings::runs;
use time::{Duration, OffsetDateTime};

use super::now;
use crate::support::{TestApp, until};

/// Mailings that are due since the same moment, every third of them once, the others daily; to one recipient each time.
async fn due(app: &TestApp, count: usize) -> Vec<i64> {
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["one@example.org"]).await;
    let start = now() - Duration::seconds(5);
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(app.mailing(user, if n % 3 == 0 { "once" } else { "daily" }, start, start + Duration::days(30)).await);
    }
    ids
}

/// How many attempts each mailing has.
async fn attempts(app: &TestApp) -> BTreeMap<i64, i64> {
    let query = "select m.id, count(a.id) from mailings m left join attempts a on a.mailing_id = m.id group by m.id";
    sqlx::query_as(query).fetch_all(&app.db).await.unwrap().into_iter().collect()
}

/// The next moment of each mailing, and its job's.
async fn jobs(app: &TestApp) -> BTreeMap<i64, (Option<OffsetDateTime>, Option<OffsetDateTime>)> {
    let query = "select m.id, m.next_run_at, j.run_at from mailings m left join graphile_worker.jobs j on j.key = 'mailing:' || m.id";
    let rows: Vec<(i64, Option<OffsetDateTime>, Option<OffsetDateTime>)> = sqlx::query_as(query).fetch_all(&app.db).await.unwrap();
    rows.into_iter().map(|(id, next, job)| (id, (next, job))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_mailings_that_are_due_one_job_takes_others_along_and_theirs_find_nothing_left() {
    let mut app = TestApp::without_worker().await;
    let ids = due(&app, 60).await;
    // Not the first: a recurring one, which has a next job to be kept.
    assert_eq!(runs::run_due(&app.app, ids[1]).await.unwrap().len(), 60);
    let before = (attempts(&app).await, jobs(&app).await);
    assert!(before.0.values().all(|attempts| *attempts == 1), "{before:?}");
    for (n, id) in ids.iter().enumerate() {
        let (next, job) = before.1[id];
        assert_eq!(next, job, "mailing {id}");
        assert_eq!(job.is_some(), n % 3 != 0, "once is once: mailing {id}");
        assert!(job.is_none_or(|job| job > now()), "mailing {id}");
    }
    for id in &ids {
        assert!(runs::run_due(&app.app, *id).await.unwrap().is_empty(), "mailing {id} has had its run");
    }
    assert_eq!((attempts(&app).await, jobs(&app).await), before);

    app.start_worker();
    for id in &ids {
        app.finished(app.attempt_of(*id).await).await;
    }
    until("no job that is due", || async {
        (app.count("select count(*) from graphile_worker.jobs where run_at <= now()").await == 0).then_some(())
    })
    .await;
    assert!(attempts(&app).await.values().all(|attempts| *attempts == 1), "{:?}", attempts(&app).await);
    assert_eq!(app.mails().len(), 60);
    let after = jobs(&app).await;
    assert_eq!(after, before.1, "they were in order before any of the others' jobs had run");
    let completed = app.count("select count(*) from mailings where status = 'completed'").await;
    assert_eq!(completed, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_few_mailings_that_are_due_each_starts_by_its_own_job() {
    let app = TestApp::without_worker().await;
    let ids = due(&app, 20).await;
    let mut started = Vec::new();
    for id in &ids {
        started.push(runs::run_due(&app.app, *id).await.unwrap().len());
    }
    assert_eq!(started, [1; 20], "none waits for another one's recipients");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_jobs_that_run_at_once_start_every_mailing_once() {
    let app = TestApp::without_worker().await;
    let ids = due(&app, 60).await;
    let runs = ids.iter().map(|id| {
        let (app, id) = (app.app.clone(), *id);
        tokio::spawn(async move { runs::run_due(&app, id).await.unwrap() })
    });
    let started: Vec<i64> = futures_util::future::join_all(runs).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(started.len(), 60);
    assert!(attempts(&app).await.values().all(|attempts| *attempts == 1), "{:?}", attempts(&app).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_spoiled_mailing_among_many_keeps_none_of_the_others_from_starting() {
    for (taken_along, spoil) in [
        // One that the program cannot read.
        (39, "update mailings set time_zone = 'Nowhere/Land' where id = "),
        // One that Postgres does not take: the whole transaction fails with it.
        (
            1,
            "create function refuse() returns trigger language plpgsql as $$ begin
           if exists (select from mailings where id = new.mailing_id and name = 'spoiled') then raise 'refused'; end if;
           return new;
         end $$;
         create trigger refuse before insert on attempts for each row execute function refuse();
         update mailings set name = 'spoiled' where id = ",
        ),
    ] {
        let mut app = TestApp::without_worker().await;
        let ids = due(&app, 40).await;
        // One that others take along.
        let spoiled = ids[30];
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{spoil}{spoiled}"))).execute(&app.db).await.unwrap();
        assert_eq!(runs::run_due(&app.app, ids[0]).await.unwrap().len(), taken_along);
        app.start_worker();
        for id in ids.iter().filter(|id| **id != spoiled) {
            app.finished(app.attempt_of(*id).await).await;
        }
        let mut expected: BTreeMap<i64, i64> = ids.iter().map(|id| (*id, 1)).collect();
        expected.insert(spoiled, 0);
        assert_eq!(attempts(&app).await, expected);
        assert_eq!(app.mails().len(), 39);
        // Its own job says what is wrong with it, and stays.
        let failed = format!("select count(*) from graphile_worker.jobs where key = 'mailing:{spoiled}' and last_error is not null");
        until("its own job's error", || async { (app.count(&failed).await == 1).then_some(()) }).await;
    }
}

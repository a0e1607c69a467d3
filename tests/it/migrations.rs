//! Data of an older version, brought up to date.

use graphile_worker::WorkerUtils;
use periodical::db;
use sqlx::PgPool;
use time::OffsetDateTime;

use crate::support::empty_database;

/// Runs the migrations whose numbers lie in a range, each in a transaction of its own.
async fn migrate(pool: &PgPool, versions: std::ops::RangeInclusive<u64>) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let version: u64 = file.file_name().unwrap().to_str().unwrap().split_once('_').unwrap().0.parse().unwrap();
        if versions.contains(&version) {
            let mut transaction = pool.begin().await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(std::fs::read_to_string(file).unwrap())).execute(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
}

/// A finished attempt of three, in the middle of a running one of 1,201, as version 3 has them: some never tried, some
/// to be tried again, some in somebody's hands, the others final.
const OLD: &str = "
insert into users (email, full_name, password_hash) values ('owner@example.org', 'Una User', '');
insert into recipients (user_id, email, full_name) select 1, 'reader' || n || '@example.org', 'Reader ' || n from generate_series(1, 1201) n;
insert into messages (user_id, subject, body) values (1, 'Hello', 'Good morning');
insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, status)
select 1, name, 1, true, now() - interval '1 hour', now() + interval '1 day', 'once', 'UTC', 'running' from unnest(array['Large', 'Small']) name;
insert into attempts (mailing_id, user_id, scheduled_at, trigger, message_id, subject, body, status, total, sent, failed, unknown, skipped) values
  (1, 1, now(), 'schedule', 1, 'Hello', 'Good morning', 'running', 1201, 1000, 2, 1, 1),
  (2, 1, now(), 'schedule', 1, 'Hello', 'Good morning', 'partial', 3, 1, 1, 0, 1);
insert into deliveries (attempt_id, recipient_id, email, full_name, state)
select 1, id, email::text, full_name, 'sent' from recipients where id <= 700 order by id;
insert into deliveries (attempt_id, recipient_id, email, full_name, state, tries, settled_at)
select 2, id, email::text, full_name, (array['sent', 'failed', 'skipped'])[id], 1, now() from recipients where id <= 3 order by id;
insert into deliveries (attempt_id, recipient_id, email, full_name, state)
select 1, id, email::text, full_name, 'waiting' from recipients where id > 700 order by id;
update deliveries set state = 'sent', tries = 1, settled_at = now(), smtp_code = 250, smtp_text = 'ok'
where attempt_id = 1 and recipient_id <= 1004 and recipient_id not in (7, 600, 1001, 1002);
update deliveries set state = 'failed', tries = 1, settled_at = now() where attempt_id = 1 and recipient_id in (7, 600);
update deliveries set state = 'skipped', settled_at = now() where attempt_id = 1 and recipient_id = 1001;
update deliveries set state = 'unknown', tries = 1, claimable_at = timestamptz '2099-01-01 00:00Z' where attempt_id = 1 and recipient_id = 1002;
update deliveries set state = 'waiting', claimable_at = timestamptz '2026-01-01 00:00Z' where attempt_id = 1 and recipient_id > 1004;
update deliveries set tries = 2, claimable_at = timestamptz '2099-01-02 00:00Z' where attempt_id = 1 and recipient_id = 1005;
update deliveries set claim = gen_random_uuid(), claimable_at = timestamptz '2026-01-02 00:00Z' where attempt_id = 1 and recipient_id = 1006;
";

#[tokio::test]
async fn deliveries_of_version_three_come_into_slices_with_their_numbers_states_and_figures() {
    let pool = db::connect(&empty_database().await, 2).await.unwrap();
    migrate(&pool, 0..=20_261_120_000_003).await;
    sqlx::raw_sql(OLD).execute(&pool).await.unwrap();
    WorkerUtils::new(pool.clone(), "graphile_worker").migrate().await.unwrap();
    for (task, key) in [("deliver", "attempt:1"), ("run_mailing", "mailing:1")] {
        let query = "select count(*) from graphile_worker.add_job($1, '{}'::json, job_key => $2)";
        sqlx::query(query).bind(task).bind(key).execute(&pool).await.unwrap();
    }
    let content = "select md5(string_agg(concat_ws(',', attempt_id, recipient_id, email, full_name, state, tries, smtp_code, smtp_text, settled_at), ';'
                                         order by attempt_id, recipient_id)) from deliveries";
    let before: String = sqlx::query_scalar(content).fetch_one(&pool).await.unwrap();
    migrate(&pool, 20_261_120_000_004..=u64::MAX).await;

    let after: String = sqlx::query_scalar(content).fetch_one(&pool).await.unwrap();
    assert_eq!(after, before);
    let misnumbered = "select count(*) from deliveries where number <> recipient_id";
    assert_eq!(sqlx::query_scalar::<_, i64>(misnumbered).fetch_one(&pool).await.unwrap(), 0, "each attempt has its own, in order");

    type Slice = (i64, i32, i32, i32, Option<OffsetDateTime>, i32, i32, i32);
    let query =
        "select attempt_id, number, first_delivery, last_delivery, claimable_at, failed, unknown, skipped from slices order by 1, 2";
    let slices: Vec<Slice> = sqlx::query_as(query).fetch_all(&pool).await.unwrap();
    let at_once = Some(time::macros::datetime!(2026-01-01 00:00 UTC));
    assert_eq!(
        slices,
        [
            (1, 0, 1, 500, None, 1, 0, 0),
            (1, 1, 501, 1_000, None, 1, 0, 0),
            (1, 2, 1_001, 1_201, at_once, 0, 1, 1),
            (2, 0, 1, 3, None, 1, 0, 1),
        ]
    );
    let again: Vec<(i32, Option<OffsetDateTime>)> =
        sqlx::query_as("select number, again_at from deliveries where again_at is not null order by number")
            .fetch_all(&pool)
            .await
            .unwrap();
    let tomorrow = |day| Some(time::macros::datetime!(2099-01-01 00:00 UTC) + time::Duration::days(day));
    assert_eq!(again, [(1_002, tomorrow(0)), (1_005, tomorrow(1))]);
    let jobs: Vec<String> = sqlx::query_scalar("select task_identifier from graphile_worker.jobs").fetch_all(&pool).await.unwrap();
    assert_eq!(jobs, ["run_mailing"]);

    // The record goes with its attempt, as it did by foreign key.
    sqlx::query("delete from attempts where id = 1").execute(&pool).await.unwrap();
    let query = "select (select count(*) from deliveries), (select count(*) from slices)";
    assert_eq!(sqlx::query_as::<_, (i64, i64)>(query).fetch_one(&pool).await.unwrap(), (3, 1));
}

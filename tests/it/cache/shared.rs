//! Several processes share what they have computed through Redis, and go on without it.

use periodical::{
    app::App,
    cache::{Cache, shared::Shared},
};
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use super::{Computed, LIVES, PUBLIC, TIMED, another, figure, listens, raise};
use crate::support::{Redis, TestApp, quick, until};

async fn with(redis: &Redis) -> TestApp {
    let url = redis.url();
    TestApp::configured(quick(), |config| config.redis = Some(url)).await
}

/// Waits until a process uses Redis.
async fn connected(app: &App) {
    until("the connection to Redis", || async {
        Computed::default().show(app, &TIMED, "to connect", "").await;
        (figure(app, "periodical_cache_redis_connected") == 1.0).then_some(())
    })
    .await;
}

async fn two(redis: &Redis) -> (TestApp, App) {
    let here = with(redis).await;
    let there = another(&here);
    for process in [&here.app, &there] {
        listens(process).await;
        connected(process).await;
    }
    (here, there)
}

#[tokio::test]
async fn what_one_process_has_computed_another_shows_until_it_changes() {
    let Some(redis) = Redis::start().await else { return };
    let (here, there) = two(&redis).await;
    let computed = Computed::default();
    for kind in [&PUBLIC, &TIMED] {
        assert_eq!(computed.show(&here.app, kind, "post", "old").await, "old");
        assert_eq!(computed.show(&there, kind, "post", "not asked for").await, "old");
    }
    assert_eq!(computed.times(), 2);
    assert_eq!(figure(&there, r#"periodical_cache_hits_total{cache="test-public",from="redis"}"#), 1.0);

    let number = raise(&here.app).await;
    here.app.cache.saw(number);
    assert_eq!(computed.show(&here.app, &PUBLIC, "post", "new").await, "new");
    until("the change in the other process", || async { (there.notifications.public_version() == Some(number)).then_some(()) }).await;
    assert_eq!(computed.show(&there, &PUBLIC, "post", "not asked for").await, "new");
    assert_eq!(computed.show(&there, &TIMED, "post", "not asked for").await, "old");
    assert_eq!(computed.times(), 3);
}

#[tokio::test]
async fn a_process_that_hears_late_puts_nothing_under_the_new_number_for_others() {
    let Some(redis) = Redis::start().await else { return };
    let (here, there) = two(&redis).await;
    let late = here.app.cache.value::<String, sqlx::Error, _>(&PUBLIC, "post", || async {
        // It has read what was there; the change comes before it is done.
        let number = raise(&there).await;
        there.cache.saw(number);
        Ok("old".to_owned())
    });
    assert_eq!(*late.await.unwrap(), "old");
    assert_eq!(Computed::default().show(&there, &PUBLIC, "post", "new").await, "new");
    until("both to stand in Redis", || async {
        (redis.keys().await.iter().filter(|key| key.ends_with("post")).count() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_over_ends_when_it_would_have_ended_where_it_was_made() {
    let Some(redis) = Redis::start().await else { return };
    let (here, there) = two(&redis).await;
    let computed = Computed::default();
    assert_eq!(computed.show(&here.app, &TIMED, "figures", "old").await, "old");
    // As if it had been made so long ago that it ends in a second. In MessagePack the moment stands first, after two arrays' marks.
    let key = redis.keys().await.into_iter().find(|key| key.ends_with("figures")).unwrap();
    let mut connection = redis::Client::open(redis.address()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut stored: Vec<u8> = redis::cmd("GET").arg(&key).query_async(&mut connection).await.unwrap();
    assert_eq!(stored[2], 0xcf, "a number of 64 bits");
    let moment = i64::from_be_bytes(stored[3..11].try_into().unwrap()) - i64::try_from(LIVES.as_millis()).unwrap() + 1_000;
    stored[3..11].copy_from_slice(&moment.to_be_bytes());
    redis::cmd("SET").arg(&key).arg(stored).arg("KEEPTTL").query_async::<()>(&mut connection).await.unwrap();
    // Had its time begun anew with the taking over, it would last for minutes, as it does where it was made.
    until("the end", || async { (computed.show(&there, &TIMED, "figures", "new").await == "new").then_some(()) }).await;
    assert_eq!(computed.show(&here.app, &TIMED, "figures", "not asked for").await, "old");
}

#[tokio::test]
async fn another_build_another_secret_and_another_address_share_nothing() {
    let Some(redis) = Redis::start().await else { return };
    let here = with(&redis).await;
    listens(&here.app).await;
    connected(&here.app).await;
    let computed = Computed::default();
    computed.show(&here.app, &TIMED, "figures", "ours").await;
    let mut strangers = Vec::new();
    for what in ["build", "secret", "address"] {
        let mut stranger = another(&here);
        let mut config = (*stranger.config).clone();
        match what {
            "secret" => config.secret_key = periodical::config::SecretKey::new("another key that is also long enough".into()),
            "address" => config.public_url = "http://other.example".parse().unwrap(),
            _ => {}
        }
        let build = if what == "build" { || [7; 32] } else { periodical::cache::build::digest };
        let shared = Shared::new(&config, build, CancellationToken::new());
        let mut registry = Registry::default();
        stranger.cache = Cache::new(stranger.notifications.clone(), shared, &mut registry);
        stranger.metrics = std::sync::Arc::new(periodical::web::metrics::Metrics::new(registry));
        connected(&stranger).await;
        assert_eq!(computed.show(&stranger, &TIMED, "figures", what).await, what);
        strangers.push(stranger);
    }
    let same = another(&here);
    connected(&same).await;
    assert_eq!(computed.show(&same, &TIMED, "figures", "not asked for").await, "ours");
    assert_eq!(redis.keys().await.iter().filter(|key| key.ends_with("figures")).count(), 4);
}

#[tokio::test]
async fn without_redis_answers_go_on_and_with_it_they_are_shared_again() {
    let Some(mut redis) = Redis::start().await else { return };
    let (here, there) = two(&redis).await;
    let computed = Computed::default();
    computed.show(&here.app, &TIMED, "one", "one").await;
    redis.kill();
    for name in ["two", "three"] {
        assert_eq!(computed.show(&here.app, &TIMED, name, "made").await, "made");
        assert_eq!(computed.show(&here.app, &TIMED, name, "not asked for").await, "made");
        assert_eq!(computed.show(&there, &TIMED, name, "made").await, "made");
    }
    assert_eq!(computed.times(), 5);
    assert!(figure(&here.app, r#"periodical_cache_redis_failures_total{cache="test-timed"}"#) >= 1.0);

    redis.come_back().await;
    for process in [&here.app, &there] {
        connected(process).await;
    }
    computed.show(&here.app, &TIMED, "four", "four").await;
    assert_eq!(computed.show(&there, &TIMED, "four", "not asked for").await, "four");
}

#[tokio::test]
async fn a_redis_that_does_not_answer_is_waited_for_once_and_not_long() {
    let Some(redis) = Redis::start().await else { return };
    let (here, _there) = two(&redis).await;
    redis.freeze();
    let computed = Computed::default();
    let before = figure(&here.app, r#"periodical_cache_redis_failures_total{cache="test-timed"}"#);
    for n in 0..200 {
        assert_eq!(computed.show(&here.app, &TIMED, &format!("{n}"), "made").await, "made");
    }
    // The first was waited for in vain; of those after it Redis was not asked at all.
    let failures = figure(&here.app, r#"periodical_cache_redis_failures_total{cache="test-timed"}"#) - before;
    assert_eq!(failures, 1.0);
    redis.thaw();
    connected(&here.app).await;
}

#[tokio::test]
async fn what_somebody_else_has_written_into_redis_is_no_value() {
    let Some(redis) = Redis::start().await else { return };
    let (here, there) = two(&redis).await;
    let computed = Computed::default();
    computed.show(&here.app, &TIMED, "figures", "ours").await;
    let key = redis.keys().await.into_iter().find(|key| key.ends_with("figures")).unwrap();
    let mut connection = redis::Client::open(redis.address()).unwrap().get_multiplexed_async_connection().await.unwrap();
    redis::cmd("SET").arg(&key).arg("nonsense").query_async::<()>(&mut connection).await.unwrap();
    assert_eq!(computed.show(&there, &TIMED, "figures", "made").await, "made");
}

#[tokio::test]
async fn a_redis_that_takes_nothing_is_not_used() {
    let Some(redis) = Redis::with("--requirepass secret-password").await else { return };
    let app = with(&redis).await;
    let computed = Computed::default();
    assert_eq!(computed.show(&app.app, &TIMED, "figures", "made").await, "made");
    // It has tried more than once by now.
    let connection =
        redis::Client::open(format!("{}?pass=secret-password", redis.address())).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut info = redis::cmd("INFO");
    info.arg("stats");
    until("two tries", || {
        let (mut connection, info) = (connection.clone(), info.clone());
        async move {
            let stats: String = info.query_async(&mut connection).await.unwrap();
            let connections: u32 =
                stats.lines().find_map(|line| line.strip_prefix("total_connections_received:")?.trim().parse().ok()).unwrap();
            // That of `until` at the start, that of this test, and two of each try.
            (connections >= 6).then_some(())
        }
    })
    .await;
    assert_eq!(computed.show(&app.app, &TIMED, "more", "made").await, "made");
    assert_eq!(computed.times(), 2);
    assert_eq!(figure(&app.app, r#"periodical_cache_redis_failures_total{cache="test-timed"}"#), 0.0);
    assert_eq!(figure(&app.app, "periodical_cache_redis_connected"), 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_in_words_what_is_wrong_with_redis() {
    let Some(mut redis) = Redis::with("--requirepass secret-password").await else { return };
    let app = TestApp::without_worker().await;
    let check = |url: String| {
        let mut command = app.command(&["check"]);
        command.env("REDIS_URL", url);
        async move {
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            (output.status.success(), String::from_utf8(output.stdout).unwrap())
        }
    };
    let (is_well, said) = check(redis.address()).await;
    assert!(!is_well && said.contains("it wants a password"), "{said}");
    let (is_well, said) = check(format!("{}?pass=wrong-secret", redis.address())).await;
    assert!(!is_well && said.contains("wrong user or password") && !said.contains("wrong-secret"), "{said}");
    let (is_well, said) = check(format!("{}?pass=secret-password", redis.address())).await;
    assert!(is_well && said.contains("reached") && !said.contains("secret-password"), "{said}");
    redis.freeze();
    let (is_well, said) = check(format!("{}?pass=secret-password", redis.address())).await;
    assert!(!is_well && said.contains("does not answer"), "{said}");
    redis.kill();
    let (is_well, said) = check(redis.address()).await;
    assert!(!is_well && said.contains("refused"), "{said}");
    let (is_well, said) = check(String::new()).await;
    assert!(is_well && said.contains("within each process"), "{said}");
}

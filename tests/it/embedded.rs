//! The private Postgres: started, shared, adopted, refused. Each test has a folder of its own and leaves no server.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use periodical::db::embedded::{EmbeddedError, EmbeddedPostgres, Options};
use sqlx::{Connection, PgConnection};

#[tokio::test]
async fn a_fresh_start_makes_the_database_and_a_restart_keeps_its_data() {
    let folder = Folder::new();
    let postgres = EmbeddedPostgres::start(folder.options()).await.expect("first start");
    assert!(postgres.description().ends_with("(started)"), "{}", postgres.description());
    let mut connection = PgConnection::connect(postgres.url()).await.expect("connect");
    sqlx::query("create table kept as select 'Привет' as word").execute(&mut connection).await.expect("create");
    connection.close().await.expect("close");
    postgres.stop().await.expect("first stop");
    assert!(!folder.is_running());

    let postgres = EmbeddedPostgres::start(folder.options()).await.expect("second start");
    let mut connection = PgConnection::connect(postgres.url()).await.expect("connect again");
    let kept = sqlx::query_scalar::<_, String>("select word from kept where lower(word) = 'привет'");
    assert_eq!(kept.fetch_one(&mut connection).await.expect("select"), "Привет");
    connection.close().await.expect("close");
    postgres.stop().await.expect("second stop");
    assert!(!folder.is_running());
}

#[tokio::test]
async fn a_second_user_attaches_and_the_last_one_out_stops_it() {
    let folder = Folder::new();
    let (first, second, third) = tokio::join!(
        EmbeddedPostgres::start(folder.options()),
        EmbeddedPostgres::start(folder.options()),
        EmbeddedPostgres::start(folder.options()),
    );
    let all = [first.expect("first"), second.expect("second"), third.expect("third")];
    let started = all.iter().filter(|postgres| postgres.description().ends_with("(started)")).count();
    assert_eq!(started, 1, "one starts it, the others attach");

    let [first, second, third] = all;
    first.stop().await.expect("first stop");
    second.stop().await.expect("second stop");
    PgConnection::connect(third.url()).await.expect("it still runs for the third").close().await.expect("close");
    third.stop().await.expect("third stop");
    assert!(!folder.is_running());
}

#[tokio::test]
async fn the_postgres_of_a_killed_owner_is_adopted_and_stopped_at_the_end() {
    let folder = Folder::new();
    // Dropped without stop(), as by kill -9: the kernel releases the locks, and the server goes on.
    drop(EmbeddedPostgres::start(folder.options()).await.expect("start"));
    assert!(folder.is_running());

    let postgres = EmbeddedPostgres::start(folder.options()).await.expect("adopt");
    assert!(postgres.description().ends_with("(already running)"), "{}", postgres.description());
    postgres.stop().await.expect("stop");
    assert!(!folder.is_running());
}

#[tokio::test]
async fn a_process_number_that_now_belongs_to_another_program_is_no_obstacle() {
    let folder = Folder::new();
    EmbeddedPostgres::start(folder.options()).await.expect("start").stop().await.expect("stop");
    let mut unrelated = Command::new("sleep").arg("60").spawn().expect("sleep");
    let cluster = folder.path.join("postgres");
    let socket = folder.path.join("postgres-socket");
    let lines = format!("{}\n{}\n1\n5432\n{}\n", unrelated.id(), cluster.display(), socket.display());
    std::fs::write(cluster.join("postmaster.pid"), lines).expect("write postmaster.pid");

    let result = EmbeddedPostgres::start(folder.options()).await;
    let stopped = match result {
        Ok(postgres) => postgres.stop().await,
        Err(error) => Err(error),
    };
    let untouched = unrelated.try_wait().expect("look at sleep").is_none();
    unrelated.kill().expect("end sleep");
    unrelated.wait().expect("reap sleep");
    stopped.expect("start and stop");
    assert!(untouched, "the other program was signalled");
    assert!(!folder.is_running());
}

#[tokio::test]
async fn absent_and_too_old_programs_are_refused_with_the_reason() {
    let folder = Folder::new();
    let absent = Options { binaries: Some(folder.path.join("nowhere")), ..folder.options() };
    let error = EmbeddedPostgres::start(absent).await.expect_err("absent");
    assert!(matches!(error, EmbeddedError::BadBinaries { .. }), "{error}");

    let old = folder.path.join("old");
    std::fs::create_dir(&old).expect("make a folder");
    for name in ["postgres", "initdb", "pg_ctl"] {
        write_program(&old.join(name), "#!/bin/sh\necho 'postgres (PostgreSQL) 13.9'\n");
    }
    let too_old = Options { binaries: Some(old), ..folder.options() };
    let error = EmbeddedPostgres::start(too_old).await.expect_err("too old");
    assert!(error.to_string().contains("PostgreSQL 13.9, and 15 or later is needed"), "{error}");
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_not_taken_for_a_cluster() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path.join("postgres/photographs")).expect("make a folder");
    let error = EmbeddedPostgres::start(folder.options()).await.expect_err("no cluster");
    assert!(matches!(error, EmbeddedError::NotACluster(_)), "{error}");
}

#[tokio::test]
async fn without_an_installed_postgres_the_npm_package_serves() {
    let folder = Folder::new();
    let options = Options { use_system: false, ..folder.options() };
    let postgres = EmbeddedPostgres::start(options).await.expect("start");
    assert!(postgres.description().contains("@embedded-postgres"), "{}", postgres.description());
    let mut connection = PgConnection::connect(postgres.url()).await.expect("connect");
    for extension in ["create extension pg_trgm", "create extension citext"] {
        sqlx::query(extension).execute(&mut connection).await.expect(extension);
    }
    let lower = sqlx::query_scalar::<_, String>("select lower('ПРИВЕТ')").fetch_one(&mut connection);
    assert_eq!(lower.await.expect("select"), "привет");
    connection.close().await.expect("close");
    postgres.stop().await.expect("stop");
    assert!(!folder.is_running());
}

/// A data folder that takes its server along when the test ends, however it ends.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("periodical-embedded-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("make a data folder");
        Self { path }
    }

    fn options(&self) -> Options {
        let extra_settings = vec![("fsync".to_owned(), "off".to_owned())];
        Options { data_dir: self.path.clone(), extra_settings, binaries: None, use_system: true }
    }

    fn is_running(&self) -> bool {
        self.path.join("postgres/postmaster.pid").exists()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let text = std::fs::read_to_string(self.path.join("postgres/postmaster.pid")).unwrap_or_default();
        if let Some(pid) = text.lines().next() {
            // SIGQUIT: at once, without a checkpoint.
            let _ = Command::new("kill").args(["-QUIT", pid]).stderr(Stdio::null()).status();
            for _ in 0..100 {
                if !self.is_running() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Written by a shell: a file this process has open for writing cannot be run while another test forks.
fn write_program(path: &Path, text: &str) {
    let script = "printf %s \"$1\" > \"$2\" && chmod 755 \"$2\"";
    let status = Command::new("/bin/sh").args(["-c", script, "sh", text]).arg(path).status().expect("sh");
    assert!(status.success(), "write {}", path.display());
}

//! One Postgres for all tests of this process, and a database for each.

use std::{
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
    sync::Mutex,
};

use periodical::db::{
    self,
    embedded::{EmbeddedPostgres, Options},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Stops Postgres and removes its folder once its standard input ends, which is when this process does: also when it is killed.
const WATCHDOG: &str = r#"
cat > /dev/null
kill -QUIT "$(head -n 1 "$1/postgres/postmaster.pid")" 2> /dev/null
tries=0
while [ -e "$1/postgres/postmaster.pid" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$1"
"#;

struct Server {
    postgres: EmbeddedPostgres,
    // Its standard input stays open as long as this lives, and statics live to the end.
    _watchdog: Mutex<Child>,
}

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// The URL of a fresh, migrated database.
pub async fn database() -> String {
    create("periodical").await
}

/// The URL of a database without anything in it.
pub async fn empty_database() -> String {
    create("template0").await
}

async fn create(template: &str) -> String {
    let server = SERVER.get_or_init(start).await;
    let name = format!("test_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server.postgres.database_url("postgres")).await.unwrap();
    // A name of our own making; identifiers cannot be bound.
    sqlx::query(AssertSqlSafe(format!("create database {name} template {template}"))).execute(&mut connection).await.unwrap();
    server.postgres.database_url(&name)
}

async fn start() -> Server {
    let folder = std::env::temp_dir().join(format!("periodical-tests-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let watchdog =
        Command::new("sh").args(["-c", WATCHDOG, "watchdog"]).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let postgres = EmbeddedPostgres::start(Options {
        data_dir: folder,
        extra_settings: vec![setting("fsync", "off"), setting("max_connections", "400")],
        binaries: None,
        use_system: true,
    })
    .await
    .unwrap();
    let pool = db::connect(postgres.url(), 2).await.unwrap();
    db::migrate(&pool).await.unwrap();
    periodical::seeds::load_roles(&pool).await.unwrap();
    // A template may have no connections.
    pool.close().await;
    Server { postgres, _watchdog: Mutex::new(watchdog) }
}

//! A Redis of the test's own, on a Unix socket, that ends with the test and with the process, however it ends.

use std::{
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use periodical::config::RedisUrl;
use uuid::Uuid;

const REQUIRED: &str = "PERIODICAL_REDIS_REQUIRED";

/// Ends the server once its standard input ends, which is when the test drops it or its process dies: also when it is killed.
const WATCHDOG: &str = r#"
redis-server --port 0 --unixsocket "$1/redis.sock" --save '' --appendonly no --dir "$1" --logfile "$1/log" $2 < /dev/null > /dev/null 2>&1 &
echo $!
cat > /dev/null
kill -CONT $! 2> /dev/null
kill -KILL $! 2> /dev/null
"#;

pub struct Redis {
    folder: PathBuf,
    options: &'static str,
    running: Option<(Child, String)>,
}

impl Redis {
    /// None where there is no Redis on this machine: the test is skipped, and says so. In CI that is a failure.
    pub async fn start() -> Option<Self> {
        Self::with("").await
    }

    /// With options of its command line.
    pub async fn with(options: &'static str) -> Option<Self> {
        let is_there = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_there {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set and there is no redis-server; as root: apt-get install redis-server"
            );
            eprintln!("SKIPPED: there is no redis-server on this machine (Debian: apt-get install redis-server)");
            return None;
        }
        let folder = std::env::temp_dir().join(format!("periodical-redis-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        let mut redis = Self { folder, options, running: None };
        redis.come_back().await;
        Some(redis)
    }

    pub fn url(&self) -> RedisUrl {
        RedisUrl::parse(&self.address()).unwrap()
    }

    /// As REDIS_URL has it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Killed: whoever is connected is cut off.
    pub fn kill(&mut self) {
        let (mut watchdog, _) = self.running.take().expect("it runs");
        drop(watchdog.stdin.take());
        watchdog.wait().unwrap();
        let _ = std::fs::remove_file(self.socket());
    }

    /// Runs again, empty.
    pub async fn come_back(&mut self) {
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&self.folder)
            .arg(self.options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pid = String::new();
        BufReader::new(watchdog.stdout.as_mut().unwrap()).read_line(&mut pid).unwrap();
        self.running = Some((watchdog, pid.trim().to_owned()));
        super::until("Redis", || async { tokio::net::UnixStream::connect(self.socket()).await.ok() }).await;
    }

    /// Stands still: connections stay and nothing is answered.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// Its keys, sorted.
    pub async fn keys(&self) -> Vec<String> {
        let client = redis::Client::open(self.address()).unwrap();
        let mut connection =
            tokio::time::timeout(Duration::from_secs(10), client.get_multiplexed_async_connection()).await.unwrap().unwrap();
        let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
        keys.retain(|key| !key.ends_with("trial"));
        keys.sort();
        keys
    }

    fn signal(&self, signal: &str) {
        let (_, pid) = self.running.as_ref().expect("it runs");
        assert!(Command::new("kill").args([signal, pid]).status().unwrap().success());
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

//! chromedriver: one process for all tests of this run, and the sessions it opens, each a Chromium of its own.
//!
//! The WebDriver protocol is a dozen requests with JSON in them; this speaks it over the HTTP client that the tests have
//! anyway. The libraries cost more than they would save: fantoccini brings second versions of a dozen crates, thirtyfour
//! changes serde_json (`preserve_order`) for the program under test, chromiumoxide compiles all of Chrome's protocol.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Mutex, OnceLock},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Ends chromedriver and every Chromium of it (they share its process group) and removes the folder once its standard input
/// ends, which is when this process does: also when it is killed.
const WATCHDOG: &str = r#"
cat > /dev/null
kill -TERM "-$1" 2> /dev/null
tries=0
while kill -0 "-$1" 2> /dev/null && [ $tries -lt 20 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -KILL "-$1" 2> /dev/null
rm -rf "$2" || { sleep 1; rm -rf "$2"; }
"#;

const REQUIRED: &str = "PERIODICAL_BROWSER_REQUIRED";

/// How an element is named in the protocol (WebDriver, section 12).
pub const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Browsers at once: a Chromium keeps a core busy while a page loads.
static SEATS: Semaphore = Semaphore::const_new(2);

struct Driver {
    port: u16,
    folder: PathBuf,
    // Its standard input stays open as long as this lives, and statics live to the end.
    _watchdog: Mutex<Child>,
}

/// None: this machine has no Chromium or no chromedriver.
fn driver() -> Option<&'static Driver> {
    static DRIVER: OnceLock<Option<Driver>> = OnceLock::new();
    DRIVER.get_or_init(start).as_ref()
}

fn start() -> Option<Driver> {
    let folder = std::env::temp_dir().join(format!("periodical-browsers-{}", std::process::id()));
    let spawned = Command::new("chromedriver")
        .arg("--port=0")
        // Its own, which the browsers inherit: the watchdog ends all of them by it.
        .process_group(0)
        .env("TMPDIR", &folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let missing = match (&spawned, chromium()) {
        (Ok(_), Some(_)) => None,
        (Err(_), _) => Some("chromedriver"),
        (_, None) => Some("chromium"),
    };
    if let Some(missing) = missing {
        assert!(std::env::var_os(REQUIRED).is_none(), "{missing} is not on PATH, and {REQUIRED} is set");
        if let Ok(mut driver) = spawned {
            let _ = driver.kill();
            let _ = driver.wait();
        }
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(
            std::io::stderr(),
            "\nBROWSER TESTS SKIPPED: {missing} is not on PATH. On Debian: apt-get install chromium chromium-driver\n"
        );
        return None;
    }
    let mut process = spawned.ok()?;
    fs::create_dir_all(&folder).unwrap();
    let watchdog = Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog", &process.id().to_string()])
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stdout.take().unwrap());
    let port = loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).unwrap() > 0, "chromedriver ended before it listened");
        if let Some(port) = line.trim().strip_suffix('.').and_then(|line| line.rsplit_once("on port ")) {
            break port.1.parse().unwrap();
        }
    };
    // Whoever writes to a closed pipe dies of it.
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    Some(Driver { port, folder, _watchdog: Mutex::new(watchdog) })
}

fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let named = |name: &str| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    named("chromium").or_else(|| named("google-chrome"))
}

/// A browser that was opened through chromedriver; dropping it closes the browser.
pub struct Session {
    client: reqwest::Client,
    port: u16,
    id: String,
    _seat: SemaphorePermit<'static>,
}

impl Session {
    /// Opens a browser that asks for pages in `languages` (as `ru,en`). None: there is none on this machine.
    pub async fn open(languages: &str) -> Option<Self> {
        let driver = driver()?;
        let seat = SEATS.acquire().await.unwrap();
        let profile = driver.folder.join(uuid::Uuid::new_v4().to_string());
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--window-size=1920,1080",
        ];
        let arguments: Vec<String> =
            arguments.iter().map(|one| (*one).to_owned()).chain([format!("--user-data-dir={}", profile.display())]).collect();
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": 60_000, "pageLoad": 60_000 },
            "goog:chromeOptions": {
                "binary": chromium(),
                "args": arguments,
                "prefs": { "intl.accept_languages": languages, "credentials_enable_service": false },
            },
        } } });
        let client = reqwest::Client::new();
        let mut session = Self { client, port: driver.port, id: String::new(), _seat: seat };
        let opened = session.ask(Method::POST, "", wanted).await.unwrap_or_else(|error| panic!("no browser opens: {error}"));
        session.id = opened["sessionId"].as_str().expect("a session has an id").to_owned();
        Some(session)
    }

    /// One command; an error is the driver's own words.
    pub async fn try_command(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        self.ask(method, &format!("/{}/{path}", self.id), body).await
    }

    pub async fn command(&self, path: &str, body: Value) -> Value {
        self.try_command(Method::POST, path, body).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub async fn get(&self, path: &str) -> Value {
        self.try_command(Method::GET, path, Value::Null).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Result<Value, String> {
        let mut request = self.client.request(method, format!("http://127.0.0.1:{}/session{path}", self.port));
        if !body.is_null() {
            request = request.header("Content-Type", "application/json; charset=utf-8").body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let is_success = answer.status().is_success();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|_| text)?;
        let value = answer["value"].take();
        if is_success {
            return Ok(value);
        }
        Err(format!("{}: {}", value["error"].as_str().unwrap_or_default(), value["message"].as_str().unwrap_or_default()))
    }
}

impl Drop for Session {
    /// Without the runtime, which may be gone by now.
    fn drop(&mut self) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        let request = format!("DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", self.id);
        if stream.write_all(request.as_bytes()).is_ok() {
            // The answer comes when the browser has ended.
            let _ = stream.read(&mut [0; 512]);
        }
    }
}

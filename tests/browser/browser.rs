//! What a person does in a browser, and what they can see. Things are found by what stays: addresses, names of fields, and
//! selectors; whatever is named must be visible.

use std::{path::Path, time::Duration};

use data_encoding::BASE64;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    driver::{ELEMENT, Session},
    support::{self, TestApp},
};

/// How long a page may take; a busy machine and not the site is what makes it long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Finds the first visible element: `return found(selector)` in every script below.
const FOUND: &str = "
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && element.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const found = (selector) => all(selector)[0] ?? null;
";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    Desktop,
    Phone,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Size {
    pub const ALL: [Self; 2] = [Self::Desktop, Self::Phone];

    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }

    fn pixels(self) -> (u32, u32) {
        match self {
            Self::Desktop => (1920, 1080),
            Self::Phone => (390, 844),
        }
    }
}

/// Keys by their WebDriver code points (section 17.4.2).
pub mod key {
    pub const TAB: &str = "\u{E004}";
    pub const ENTER: &str = "\u{E007}";
    pub const SHIFT: &str = "\u{E008}";
    pub const ESCAPE: &str = "\u{E00C}";
    pub const SPACE: &str = " ";
}

pub struct Browser {
    session: Session,
    base: String,
}

impl Browser {
    /// Where a message's text is typed: the editor's frame, or without scripts the field itself.
    pub const EDITOR: &str = "iframe.mail-canvas, textarea[name=body]";

    /// A new browser, nobody signed in, English, light, 1920×1080. None: this machine has none, which has been said.
    pub async fn open(app: &TestApp) -> Option<Self> {
        Self::asking_for(app, "en").await
    }

    /// The same with another list of languages.
    pub async fn asking_for(app: &TestApp, languages: &str) -> Option<Self> {
        let session = Session::open(languages).await?;
        let browser = Self { session, base: app.base.clone() };
        browser.theme(Theme::Light).await;
        browser.size(Size::Desktop).await;
        Some(browser)
    }

    /// The same with the account's sessions, without the way through the form.
    pub async fn signed_in(app: &TestApp, person: &support::Browser) -> Option<Self> {
        let browser = Self::open(app).await?;
        browser.become_(person).await;
        Some(browser)
    }

    /// Takes over somebody's session.
    pub async fn become_(&self, person: &support::Browser) {
        let session = person.cookie("periodical_session").expect("somebody signed in");
        self.cdp("Network.setCookie", json!({ "name": "periodical_session", "value": session, "url": self.base, "httpOnly": true })).await;
    }

    pub async fn forget_everybody(&self) {
        self.cdp("Network.clearBrowserCookies", json!({})).await;
    }

    // ---- The browser itself

    pub async fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.session.command("goog/cdp/execute", json!({ "cmd": method, "params": parameters })).await
    }

    pub async fn theme(&self, theme: Theme) {
        // A media query that speaks of motion is answered too: pictures and checks are of what stands still.
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        // Without scripts the page stays light.
        let follows = "return (async () => {
            const root = document.documentElement;
            for (let left = 100; left > 0 && root.dataset.bsTheme && root.dataset.bsTheme !== arguments[0]; left--) await new Promise((go) => setTimeout(go, 10));
        })()";
        let _ = self.try_script(&follows.replace("arguments[0]", &format!("'{}'", theme.name())), json!([])).await;
        self.settled().await;
    }

    /// Waits until nothing fades or slides any more.
    pub async fn settled(&self) {
        let ended = "
            const ends = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
            return Promise.race([Promise.allSettled(ends.map((one) => one.finished)), new Promise((go) => setTimeout(go, 2000))]).then(() => true)";
        let _ = self.try_script(ended, json!([])).await;
    }

    pub async fn size(&self, size: Size) {
        let (width, height) = size.pixels();
        let is_phone = size == Size::Phone;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": is_phone })).await;
    }

    /// A window of this size, in a finer picture.
    pub async fn pixels(&self, width: u32, height: u32, scale: f64) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// From the next page on.
    pub async fn without_scripts(&self) {
        self.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// Puts a script before those of every page that is loaded from now on.
    pub async fn on_every_page(&self, script: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// What the console says since it was last asked, warnings and errors; refused requests and broken policies are
    /// among it. A form that came back with errors (422) or a conflict (409) is an answer and no failure.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.session.command("se/log", json!({ "type": "browser" })).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let is_bad = |entry: &Value| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"));
        let text =
            |entry: &Value| format!("{}: {}", entry["source"].as_str().unwrap_or_default(), entry["message"].as_str().unwrap_or_default());
        let is_answer = |text: &String| text.contains("status of 422") || text.contains("status of 409");
        entries.iter().filter(|entry| is_bad(entry)).map(text).filter(|text| !is_answer(text)).collect()
    }

    /// At the end of a test.
    pub async fn has_nothing_to_complain(&self) {
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "the console says:\n{}", complaints.join("\n"));
    }

    /// The window as a PNG; `whole` pages also below the fold.
    pub async fn picture(&self, whole: bool) -> Vec<u8> {
        let picture = self.cdp("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": whole })).await;
        BASE64.decode(picture["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    /// The window as a small file, for documents.
    pub async fn picture_for_print(&self) -> Vec<u8> {
        let picture = self.cdp("Page.captureScreenshot", json!({ "format": "webp", "quality": 82 })).await;
        BASE64.decode(picture["data"].as_str().unwrap().as_bytes()).unwrap()
    }

    pub async fn save_picture(&self, file: &Path, whole: bool) {
        std::fs::write(file, self.picture(whole).await).unwrap();
    }

    // ---- Windows

    /// Opens another window with the same cookies and goes on in it.
    pub async fn new_tab(&self) -> String {
        let opened = self.session.command("window/new", json!({ "type": "tab" })).await;
        let handle = opened["handle"].as_str().unwrap().to_owned();
        self.tab(&handle).await;
        self.theme(Theme::Light).await;
        self.size(Size::Desktop).await;
        handle
    }

    pub async fn this_tab(&self) -> String {
        self.session.get("window").await.as_str().unwrap().to_owned()
    }

    pub async fn tab(&self, handle: &str) {
        self.session.command("window", json!({ "handle": handle })).await;
    }

    // ---- Going places

    /// Loads a page of the site, or another address.
    pub async fn goto(&self, path: &str) {
        let address = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.session.command("url", json!({ "url": address })).await;
    }

    /// Path and query.
    pub async fn path(&self) -> String {
        let address = self.session.get("url").await;
        let address = address.as_str().unwrap();
        address.strip_prefix(&self.base).unwrap_or(address).to_owned()
    }

    /// Waits until the address fits.
    pub async fn arrives(&self, fits: impl Fn(&str) -> bool) {
        self.until("another address", async || fits(&self.path().await).then_some(())).await;
    }

    pub async fn back(&self) {
        self.session.command("back", json!({})).await;
    }

    pub async fn forward(&self) {
        self.session.command("forward", json!({})).await;
    }

    pub async fn reload(&self) {
        self.session.command("refresh", json!({})).await;
    }

    // ---- Looking

    /// A script's result; it has `found(selector)` and `all(selector)`, which see what is visible.
    pub async fn script(&self, script: &str, arguments: Value) -> Value {
        match self.try_script(script, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("on {}: {script}: {error}", self.path().await),
        }
    }

    async fn try_script(&self, script: &str, arguments: Value) -> Result<Value, String> {
        let arguments = if arguments.is_array() { arguments } else { json!([arguments]) };
        self.session.try_command(Method::POST, "execute/sync", json!({ "script": format!("{FOUND}{script}"), "args": arguments })).await
    }

    /// Waits for a visible element and gives its text.
    pub async fn see(&self, selector: &str) -> String {
        let look = async || {
            // While the next page is loading there is nobody to ask.
            let text = self.try_script("return found(arguments[0])?.innerText ?? null", json!(selector)).await.ok()?;
            text.as_str().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        self.until(selector, look).await
    }

    /// Waits until the page shows these words.
    pub async fn reads(&self, words: &str) {
        let look = async || {
            let script = "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0])";
            (self.try_script(script, json!(words)).await.ok()? == json!(true)).then_some(())
        };
        self.until(words, look).await;
    }

    /// Waits until no such element is visible.
    pub async fn gone(&self, selector: &str) {
        let look = async || (self.try_script("return all(arguments[0]).length", json!(selector)).await.ok()? == json!(0)).then_some(());
        self.until(&format!("{selector} gone"), look).await;
    }

    /// How many such elements are visible now.
    pub async fn count(&self, selector: &str) -> u64 {
        self.script("return all(arguments[0]).length", json!(selector)).await.as_u64().unwrap()
    }

    /// Waits until a script says something else than null or false.
    pub async fn holds(&self, what: &str, script: &str) -> Value {
        let look = async || {
            let value = self.try_script(script, json!([])).await.ok()?;
            (!value.is_null() && value != json!(false)).then_some(value)
        };
        self.until(what, look).await
    }

    /// A field's value.
    pub async fn value(&self, name: &str) -> String {
        let value = self.script("return found(arguments[0])?.value ?? null", json!(field(name))).await;
        value.as_str().unwrap_or_else(|| panic!("no visible field {name}")).to_owned()
    }

    /// The name, or else the id, address or text, of what has the focus.
    pub async fn focused(&self) -> String {
        let script = "const e = document.activeElement; return e.name || e.id || e.getAttribute('href') || e.innerText || e.tagName";
        self.script(script, json!([])).await.as_str().unwrap_or_default().to_owned()
    }

    /// How much wider the page is than the window, in pixels.
    pub async fn overflow(&self) -> i64 {
        self.script("return document.scrollingElement.scrollWidth - innerWidth", json!([])).await.as_i64().unwrap()
    }

    async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if tokio::time::Instant::now() > deadline {
                let path = self.path().await;
                let text = self.try_script("return document.body.innerText.slice(0, 2000)", json!([])).await.unwrap_or_default();
                let complaints = self.complaints().await.join("\n");
                panic!("waited in vain for: {what}\non {path}, which reads:\n{}\n{complaints}", text.as_str().unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    // ---- Acting

    /// Waits for a visible element; its reference in the protocol.
    async fn element(&self, selector: &str) -> String {
        let look = async || {
            let element = self.try_script("return found(arguments[0])", json!(selector)).await.ok()?;
            element[ELEMENT].as_str().map(str::to_owned)
        };
        self.until(selector, look).await
    }

    /// Clicks where the middle of the element is; something that lies over it is an error.
    pub async fn click(&self, selector: &str) {
        let look = async || {
            let element = self.try_script("return found(arguments[0])", json!(selector)).await.ok()?;
            let element = element[ELEMENT].as_str()?.to_owned();
            // A swap may put another one in its place meanwhile.
            self.session.try_command(Method::POST, &format!("element/{element}/click"), json!({})).await.ok()
        };
        self.until(&format!("{selector}, to click it"), look).await;
    }

    /// Follows a link to a path.
    pub async fn follow(&self, path: &str) {
        self.click(&format!("a[href='{path}']")).await;
    }

    /// Replaces what stands in a field by typing.
    pub async fn fill(&self, name: &str, text: &str) {
        self.fill_in("", name, text).await;
    }

    /// The same for a field below `scope`.
    pub async fn fill_in(&self, scope: &str, name: &str, text: &str) {
        let element = self.element(&format!("{scope} {}", field(name))).await;
        self.session.command(&format!("element/{element}/clear"), json!({})).await;
        self.session.command(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    /// Sets what is picked and not typed, as a date, and tells the page.
    pub async fn set(&self, name: &str, value: &str) {
        self.element(&field(name)).await;
        let script = "const e = found(arguments[0]); e.value = arguments[1];
            for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, { bubbles: true }));";
        self.script(script, json!([field(name), value])).await;
    }

    /// Types a message's text, into whatever editor there is for it.
    pub async fn write_body(&self, text: &str) {
        // The editor's frame takes keys once it is there.
        self.holds(
            "an editor",
            "return document.querySelector('.mail-canvas')?.contentDocument?.querySelector('[contenteditable=true]') != null",
        )
        .await;
        self.click(Self::EDITOR).await;
        self.keys(&[text]).await;
    }

    /// Presses the button that sends the form that leads to `action`; those with a name ask for something less.
    pub async fn submit(&self, action: &str) {
        self.click(&format!("form[method=post][action='{action}'] button[type=submit]:not([name])")).await;
    }

    /// Presses keys, one after the other, in whatever has the focus.
    pub async fn keys(&self, keys: &[&str]) {
        let strokes = keys.iter().flat_map(|keys| keys.chars()).flat_map(|one| {
            let one = one.to_string();
            [json!({ "type": "keyDown", "value": one }), json!({ "type": "keyUp", "value": one })]
        });
        self.act(strokes.collect()).await;
    }

    /// One key while another is held.
    pub async fn keys_with(&self, held: &str, key: &str) {
        let stroke = |kind: &str, key: &str| json!({ "type": kind, "value": key });
        self.act(vec![stroke("keyDown", held), stroke("keyDown", key), stroke("keyUp", key), stroke("keyUp", held)]).await;
    }

    async fn act(&self, strokes: Vec<Value>) {
        self.session.command("actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] })).await;
    }

    /// Tabs on until `selector` has the focus; the keyboard's way to it.
    pub async fn tab_to(&self, selector: &str) {
        self.element(selector).await;
        let is_there = "return document.activeElement?.matches(arguments[0]) ?? false";
        for _ in 0..120 {
            if self.script(is_there, json!(selector)).await == json!(true) {
                return;
            }
            self.keys(&[key::TAB]).await;
        }
        panic!("the Tab key does not lead to {selector} on {}", self.path().await);
    }
}

fn field(name: &str) -> String {
    format!("[name='{name}']")
}

//! axe-core, the checker of accessibility, in the pages of a browser.

use std::{fs, path::PathBuf, process::Command, sync::OnceLock};

use serde_json::{Value, json};

use crate::browser::Browser;

/// Rules that are not asked, each with its reason.
const WITHOUT: [(&str, &str); 0] = [];

/// What axe has found on one page.
pub struct Findings {
    /// Rules that applied and were kept.
    pub passed: usize,
    pub violations: Vec<Violation>,
}

pub struct Violation {
    /// The rule and the element's markup: the same on every page that has it.
    pub what: String,
    /// Why, and where.
    pub details: String,
}

/// axe's source. It is installed below `target/` by npm, once for each version of the lock file.
///
/// # Panics
/// Without npm, or without a network at the first time.
pub fn source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let described = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/axe"));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
        let script = folder.join("node_modules/axe-core/axe.min.js");
        let lock = fs::read_to_string(described.join("package-lock.json")).unwrap();
        if !script.is_file() || fs::read_to_string(folder.join("package-lock.json")).is_ok_and(|installed| installed != lock) {
            fs::create_dir_all(&folder).unwrap();
            for file in ["package.json", "package-lock.json"] {
                fs::copy(described.join(file), folder.join(file)).unwrap();
            }
            let installed = Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(&folder)
                .status()
                .expect("npm is needed for axe-core");
            assert!(installed.success(), "`npm ci` failed in {}", folder.display());
        }
        fs::read_to_string(script).unwrap()
    })
}

/// Looks at the page as it stands; its browser has [`source`] on every page.
pub async fn look(browser: &Browser) -> Findings {
    let script = "
        const off = Object.fromEntries(arguments[0].map((rule) => [rule, { enabled: false }]));
        return axe.run(document, { rules: off, resultTypes: ['violations'], iframes: false }).then((found) => ({
          passed: found.passes.length,
          violations: found.violations.flatMap((rule) => rule.nodes.map((node) =>
            [`${rule.id}: ${node.html.slice(0, 200)}`, `${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`])),
        }));";
    // Frames hold mails, whose markup is their senders' and in which no script runs.
    let found = browser.script(script, json!([WITHOUT.map(|(rule, _)| rule)])).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let violations = found["violations"].as_array().unwrap().iter();
    let violations = violations.map(|one| Violation { what: text(&one[0]), details: text(&one[1]) }).collect();
    Findings { passed: usize::try_from(found["passed"].as_u64().unwrap()).unwrap(), violations }
}

//! Puts the browser libraries where rust-embed finds them: `assets/vendor/`.
//!
//! `npm ci` runs only when `vendor/` was made from another lock file than the one that stands and
//! `node_modules/` is older than it, so an ordinary build touches no network and needs no npm.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// What is served, and under which name: (path in `node_modules/`, name in `vendor/`).
///
/// Tabler's package holds no licence file; `static/licences.txt` carries the texts for both.
const SERVED: [(&str, &str); 4] = [
    ("@tabler/core/dist/css/tabler.min.css", "tabler.min.css"),
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org/dist/ext/hx-sse.min.js", "hx-sse.min.js"),
    ("htmx.org/LICENSE", "htmx.LICENSE.txt"),
];

/// A copy of the lock file `vendor/` was made from. Its content decides, not its time: a checkout
/// gives every file a new time, and a sandboxed build gets `vendor/` without `node_modules/`.
const STAMP: &str = ".made-from-lock";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=assets/package.json");
    println!("cargo::rerun-if-changed=assets/package-lock.json");
    // rust-embed sees changed files by itself but not new ones.
    println!("cargo::rerun-if-changed=assets/static");
    for (_, name) in SERVED {
        println!("cargo::rerun-if-changed=assets/vendor/{name}");
    }
    if let Err(what_to_do) = provide(Path::new("assets")) {
        println!("cargo::error={what_to_do}");
    }
}

/// Leaves `vendor/` complete and current, or says in one line what the reader should do.
fn provide(assets: &Path) -> Result<(), String> {
    let lock_path = assets.join("package-lock.json");
    let lock = fs::read(&lock_path).map_err(|error| format!("cannot read {}: {error}", lock_path.display()))?;
    let lock_time = modified(&lock_path).unwrap_or(SystemTime::UNIX_EPOCH);
    let vendor = assets.join("vendor");

    let made_from_this_lock = fs::read(vendor.join(STAMP)).is_ok_and(|stamp| stamp == lock);
    if made_from_this_lock && SERVED.iter().all(|(_, name)| vendor.join(name).is_file()) {
        return Ok(());
    }

    let modules = assets.join("node_modules");
    // npm writes this file last, so it also tells an interrupted install from a whole one.
    let installed = modified(&modules.join(".package-lock.json"));
    if installed.is_none_or(|installed| installed < lock_time) {
        install(assets)?;
    }

    fs::create_dir_all(&vendor).map_err(|error| format!("cannot make {}: {error}", vendor.display()))?;
    for (source, name) in SERVED {
        copy(&modules.join(source), &vendor.join(name), lock_time)?;
    }
    fs::write(vendor.join(STAMP), lock).map_err(|error| format!("cannot write assets/vendor/{STAMP}: {error}"))
}

fn install(assets: &Path) -> Result<(), String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(assets)
        .output()
        .map_err(|error| {
            format!("npm could not be started ({error}): install Node.js 20 or later with npm, then build again; it fetches the browser libraries once")
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().filter(|line| !line.trim().is_empty()).take(4).collect::<Vec<_>>().join("; ");
    Err(format!("`npm ci` failed in assets/ ({said}): run it there by hand, with a network, then build again"))
}

/// Copies one served file, without the comment that makes browsers ask for a source map we do not serve.
fn copy(source: &Path, target: &Path, time: SystemTime) -> Result<(), String> {
    let explain = |error: std::io::Error| {
        format!("cannot copy {} to {} ({error}): run `npm ci` in assets/, then build again", source.display(), target.display())
    };
    let text = fs::read_to_string(source).map_err(explain)?;
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.starts_with("/*# sourceMappingURL=") && !line.starts_with("//# sourceMappingURL=")).collect();
    fs::write(target, kept.join("\n") + "\n").map_err(explain)?;
    // Cargo runs this script again when a watched file is newer than the script's own start:
    // without an older time, every fresh copy would cost a second build.
    File::options().write(true).open(target).and_then(|file| file.set_modified(time)).map_err(explain)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

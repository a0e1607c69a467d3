//! Makes what browsers load, where rust-embed finds it: `assets/vendor/`.
//!
//! The browser libraries are copied to `vendor/lib/`. `npm ci` runs only when that was made from another lock file than
//! the one that stands and `node_modules/` is older than it, so an ordinary build touches no network and needs no npm.
//! Libraries and our own files are then joined into one stylesheet and one script, and compressed: two requests, each
//! answered from memory.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// The libraries' files: (path in `node_modules/`, name in `vendor/lib/`).
///
/// Tabler's package holds no licence file; `static/licences.txt` carries the texts for all.
const LIBRARIES: [(&str, &str); 4] = [
    ("@tabler/core/dist/css/tabler.min.css", "tabler.min.css"),
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org/dist/ext/hx-sse.min.js", "hx-sse.min.js"),
    ("squire-rte/dist/squire.js", "squire.js"),
];

/// A file that is served: its name, the libraries' part of it, and the folder whose files follow in the order of their names.
const JOINED: [(&str, &[&str], &str); 2] =
    [("app.css", &["tabler.min.css"], "assets/static/css"), ("app.js", &["htmx.min.js", "hx-sse.min.js", "squire.js"], "assets/static/js")];

/// The most that brotli can do; it takes seconds once and is served for as long as the release lives.
const BROTLI_QUALITY: u32 = 11;

/// A copy of the lock file `vendor/` was made from. Its content decides, not its time: a checkout
/// gives every file a new time, and a sandboxed build gets `vendor/` without `node_modules/`.
const STAMP: &str = ".made-from-lock";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=assets/package.json");
    println!("cargo::rerun-if-changed=assets/package-lock.json");
    // rust-embed sees changed files by itself but not new ones.
    println!("cargo::rerun-if-changed=assets/static");
    println!("cargo::rerun-if-changed=assets/locales");
    println!("cargo::rerun-if-changed=seeds");
    for (_, name) in LIBRARIES {
        println!("cargo::rerun-if-changed=assets/vendor/lib/{name}");
    }
    for (name, _, _) in JOINED {
        println!("cargo::rerun-if-changed=assets/vendor/{name}");
    }
    if let Err(what_to_do) = provide(Path::new("assets")).and_then(|()| join(Path::new("assets/vendor"))) {
        println!("cargo::error={what_to_do}");
    }
}

/// Leaves `vendor/` complete and current, or says in one line what the reader should do.
fn provide(assets: &Path) -> Result<(), String> {
    let lock_path = assets.join("package-lock.json");
    let lock = fs::read(&lock_path).map_err(|error| format!("cannot read {}: {error}", lock_path.display()))?;
    let lock_time = modified(&lock_path).unwrap_or(SystemTime::UNIX_EPOCH);
    let vendor = assets.join("vendor");
    let libraries = vendor.join("lib");

    let made_from_this_lock = fs::read(vendor.join(STAMP)).is_ok_and(|stamp| stamp == lock);
    if made_from_this_lock && LIBRARIES.iter().all(|(_, name)| libraries.join(name).is_file()) {
        return Ok(());
    }

    let modules = assets.join("node_modules");
    // npm writes this file last, so it also tells an interrupted install from a whole one.
    let installed = modified(&modules.join(".package-lock.json"));
    if installed.is_none_or(|installed| installed < lock_time) {
        install(assets)?;
    }

    fs::create_dir_all(&libraries).map_err(|error| format!("cannot make {}: {error}", libraries.display()))?;
    for (source, name) in LIBRARIES {
        copy(&modules.join(source), &libraries.join(name), lock_time)?;
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

/// Makes each served file of its parts, and its compressed twin.
fn join(vendor: &Path) -> Result<(), String> {
    for (name, libraries, folder) in JOINED {
        let target = vendor.join(name);
        let mut parts: Vec<_> = libraries.iter().map(|library| vendor.join("lib").join(library)).collect();
        let own = fs::read_dir(folder).map_err(|error| format!("cannot read {folder}: {error}"))?;
        let mut own: Vec<_> = own.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        own.sort();
        parts.extend(own);
        let mut joined = String::new();
        for part in parts {
            joined.push_str(&fs::read_to_string(&part).map_err(|error| format!("cannot read {}: {error}", part.display()))?);
            // A script that ends without a semicolon would run into the next one.
            joined.push_str(if name.ends_with(".js") { ";\n" } else { "\n" });
        }
        let compressed = vendor.join(format!("{name}.br"));
        if compressed.is_file() && fs::read_to_string(&target).is_ok_and(|before| before == joined) {
            continue;
        }
        let explain = |error: std::io::Error| format!("cannot write {}: {error}", target.display());
        fs::write(&target, &joined).map_err(explain)?;
        let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, BROTLI_QUALITY, 22);
        writer.write_all(joined.as_bytes()).map_err(explain)?;
        fs::write(&compressed, writer.into_inner()).map_err(explain)?;
        // As with the copies: newer than the script's start, they would cost a second build.
        File::options().write(true).open(&target).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH)).map_err(explain)?;
    }
    Ok(())
}

/// Copies one library's file, without the comment that makes browsers ask for a source map we do not serve.
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

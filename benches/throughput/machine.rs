//! What it was measured on.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The facts for the file.
pub fn describe(folder: &Path, postgres: &str) -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let processor = read("/proc/cpuinfo");
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':')).map(|(_, name)| name.trim());
    json!({
        "date": OffsetDateTime::now_utc().format(&Rfc3339).ok(),
        "commit": said(Command::new("git").args(["rev-parse", "HEAD"])),
        "uncommitted_changes": said(Command::new("git").args(["status", "--porcelain"])).is_some_and(|files| !files.is_empty()),
        "cores": std::thread::available_parallelism().map(usize::from).ok(),
        "processor": processor,
        "kernel": read("/proc/sys/kernel/osrelease"),
        "load_before": read("/proc/loadavg"),
        "postgres": postgres,
        "filesystem": filesystem(folder),
    })
}

/// The kind of filesystem that Postgres writes to.
pub fn filesystem(folder: &Path) -> Option<String> {
    said(Command::new("stat").args(["--file-system", "--format=%T"]).arg(folder))
}

/// None: there is no such program here, or it has nothing to say.
fn said(command: &mut Command) -> Option<String> {
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

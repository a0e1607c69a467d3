//! What must be gone when this process is, however it ends: processes, mounts, servers, files.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::stand::open_folder;

/// Acts once its standard input ends, which is when this process does. A number is believed to be one of ours only
/// while its command line says so.
const SCRIPT: &str = r#"
cat > /dev/null
for note in "$1"/processes/*; do
  [ -e "$note" ] || continue
  pid="$(basename "$note")"
  if tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q periodical; then kill -KILL "$pid" 2> /dev/null; fi
done
for file in "$1"/*/postmaster.pid "$1"/*/*/postmaster.pid "$1"/*/*/*/postmaster.pid; do
  [ -e "$file" ] && kill -QUIT "$(head -n 1 "$file")" 2> /dev/null
done
for folder in "$1"/*/full-disk; do [ -d "$folder" ] && umount "$folder" 2> /dev/null; done
tries=0
while [ -n "$(find "$1" -name postmaster.pid 2> /dev/null)" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$1"
"#;

/// The folder of everything this run makes, and the one who removes it.
pub struct Watchdog {
    pub root: PathBuf,
    child: Child,
}

impl Watchdog {
    pub fn start() -> anyhow::Result<Self> {
        let root = std::env::temp_dir().join(format!("periodical-chaos-{}", std::process::id()));
        open_folder(&root)?;
        std::fs::create_dir(processes(&root))?;
        let child = Command::new("sh").args(["-c", SCRIPT, "watchdog"]).arg(&root).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        Ok(Self { root, child })
    }

    /// Lets it clean up now, and waits until it has.
    pub fn finish(mut self) {
        drop(self.child.stdin.take());
        let give_up = Instant::now() + Duration::from_secs(20);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < give_up {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Where every process of ours has a file of its number as long as it is not reaped.
pub fn processes(root: &Path) -> PathBuf {
    root.join("processes")
}

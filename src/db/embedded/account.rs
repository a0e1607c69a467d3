//! Which system user the Postgres children run as, and whether that user can get where it must.

use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use super::EmbeddedError;

/// The user the Postgres programs run as: ourselves, or for root a lesser one, because Postgres refuses root.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
    pub name: String,
    /// We are root, so children change to `uid` and what they own is handed to them.
    pub we_are_root: bool,
}

impl Account {
    /// Ourselves; as root the owner of the cluster that is there, else `postgres`, else `nobody`.
    pub async fn for_cluster(cluster: &Path) -> Result<Self, EmbeddedError> {
        let uid = id("-u", None).await;
        let gid = id("-g", None).await;
        let (Some(uid), Some(gid)) = (uid, gid) else {
            return Err(EmbeddedError::NoAccount("`id -u` did not say who is running this".into()));
        };
        let owner = std::fs::metadata(cluster).ok();
        if uid != 0 {
            if let Some(owner) = owner.filter(|owner| owner.uid() != uid) {
                return Err(EmbeddedError::ForeignCluster { cluster: cluster.into(), owner: owner.uid() });
            }
            return Ok(Self { uid, gid, name: "this user".into(), we_are_root: false });
        }
        // A developer's own ./data, opened once with sudo, stays theirs.
        if let Some(owner) = owner.filter(|owner| owner.uid() != 0) {
            let name = format!("the owner of {} (uid {})", cluster.display(), owner.uid());
            return Ok(Self { uid: owner.uid(), gid: owner.gid(), name, we_are_root: true });
        }
        for name in ["postgres", "nobody"] {
            if let (Some(uid), Some(gid)) = (id("-u", Some(name)).await, id("-g", Some(name)).await) {
                return Ok(Self { uid, gid, name: format!("the user {name}"), we_are_root: true });
            }
        }
        Err(EmbeddedError::NoAccount("Postgres refuses to run as root, and there is no user postgres or nobody".into()))
    }

    /// A child of this account, apart from our terminal, our folder, our pipes and the caller's PG* variables.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).process_group(0);
        for (name, _) in std::env::vars_os() {
            // PGPORT, PGDATA, PGOPTIONS and the like would change where and how the server runs.
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        // Messages in English, because two of them are recognised; the cluster's own locale is given to initdb.
        command.env("LC_ALL", "C");
        if self.we_are_root {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// As root, gives `path` (never what a link there points to) to the account.
    pub fn give(&self, path: &Path) -> Result<(), EmbeddedError> {
        if self.we_are_root {
            lchown(path, Some(self.uid), Some(self.gid)).map_err(EmbeddedError::at(path))?;
        }
        Ok(())
    }

    /// As root, gives a whole tree to the account: a cluster copied back from a backup belongs to root.
    pub async fn give_tree(&self, path: &Path) -> Result<(), EmbeddedError> {
        let mut command = Command::new("chown");
        command.args(["-R", "-h"]).arg(format!("{}:{}", self.uid, self.gid)).arg("--").arg(path);
        run("chown", command, Duration::from_secs(60)).await.map(drop)
    }

    /// Names the first folder on the way to `folder` that the account may not enter.
    pub async fn check_reach(&self, folder: &Path) -> Result<(), EmbeddedError> {
        if !self.we_are_root {
            return Ok(());
        }
        let mut way: Vec<&Path> = folder.ancestors().collect();
        way.reverse();
        let mut command = self.command("/bin/sh", Path::new("/"));
        command.args(["-c", r#"for d in "$@"; do test -x "$d" || { printf %s "$d"; exit 0; }; done"#, "sh"]).args(way);
        let output = run("sh", command, Duration::from_secs(20)).await?;
        if output.stdout.is_empty() {
            return Ok(());
        }
        let blocked = PathBuf::from(String::from_utf8_lossy(&output.stdout).into_owned());
        Err(EmbeddedError::Unreachable { folder: folder.into(), blocked, account: self.name.clone() })
    }

    /// Whether something belongs to the account and to nobody else's reading.
    pub fn owns_alone(&self, metadata: &Metadata) -> bool {
        metadata.uid() == self.uid && metadata.mode() & 0o077 == 0
    }
}

/// Runs a short-lived program to its end, within a limit; a failure carries what the program said.
pub(super) async fn run(name: &str, mut command: Command, limit: Duration) -> Result<Output, EmbeddedError> {
    let failed = |said: String| EmbeddedError::Program { program: name.to_owned(), said };
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = match tokio::time::timeout(limit, command.output()).await {
        Ok(result) => result.map_err(|error| failed(error.to_string()))?,
        Err(_) => return Err(failed(format!("not finished after {} s", limit.as_secs()))),
    };
    if output.status.success() {
        return Ok(output);
    }
    let said = [&output.stderr[..], &output.stdout[..]].concat();
    Err(failed(format!("{}: {}", output.status, last_lines(&String::from_utf8_lossy(&said), 12))))
}

/// The last few lines that say something.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

async fn id(flag: &str, user: Option<&str>) -> Option<u32> {
    let output = Command::new("id").arg(flag).args(user).stdin(Stdio::null()).output().await.ok()?;
    let printed = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    // macOS has `nobody` at -2, which some tools print signed.
    printed.trim().parse::<i64>().ok().map(|number| number as u32)
}

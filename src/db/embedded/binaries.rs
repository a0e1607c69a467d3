//! Finds the Postgres programs: the given folder, PATH, the usual places, and at last the npm package.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::{Account, run};
use super::{EmbeddedError, Options, npm};

/// The oldest Postgres the migrations are written for.
pub(super) const OLDEST_MAJOR: u32 = 15;

/// A folder with postgres, initdb and pg_ctl of one version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub folder: PathBuf,
    pub version: String,
    pub major: u32,
}

impl Binaries {
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Looks at one folder; the error says what is wrong with it.
    pub async fn at(folder: &Path, account: &Account) -> Result<Self, String> {
        for name in ["initdb", "pg_ctl"] {
            if !folder.join(name).is_file() {
                return Err(format!("{name} is missing there"));
            }
        }
        // Run as the account, so a folder it cannot enter counts as none.
        let mut command = account.command(folder.join("postgres"), Path::new("/"));
        command.arg("--version");
        let output = run("postgres --version", command, Duration::from_secs(20)).await.map_err(|e| e.to_string())?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let Some((version, major)) = parse_version(&printed) else {
            return Err(format!("`postgres --version` printed {:?}", printed.trim()));
        };
        if major < OLDEST_MAJOR {
            return Err(format!("it is PostgreSQL {version}, and {OLDEST_MAJOR} or later is needed"));
        }
        Ok(Self { folder: folder.into(), version, major })
    }
}

/// The first usable Postgres, of the major version `wanted` where a cluster is there already.
pub(super) async fn find(options: &Options, data_dir: &Path, account: &Account, wanted: Option<u32>) -> Result<Binaries, EmbeddedError> {
    let suits = |found: &Binaries| wanted.is_none_or(|major| major == found.major);
    let mismatch = |found: Vec<String>, needed: u32| EmbeddedError::VersionMismatch {
        cluster: data_dir.join("postgres"),
        needed,
        found: if found.is_empty() { "no other".into() } else { format!("only {}", found.join(", ")) },
    };
    if let Some(folder) = &options.binaries {
        let folder = std::path::absolute(folder).map_err(EmbeddedError::at(folder))?;
        if !folder.is_dir() {
            return Err(EmbeddedError::BadBinaries { folder, why: "there is no such folder".into() });
        }
        account.check_reach(&folder).await?;
        let found = Binaries::at(&folder, account).await;
        let found = found.map_err(|why| EmbeddedError::BadBinaries { folder, why })?;
        return match wanted {
            Some(needed) if !suits(&found) => Err(mismatch(vec![found.version], needed)),
            _ => Ok(found),
        };
    }
    let mut others = Vec::new();
    if options.use_system {
        for folder in system_folders() {
            match Binaries::at(&folder, account).await {
                Ok(found) if suits(&found) => return Ok(found),
                Ok(found) => others.push(found.version),
                Err(why) => tracing::debug!("No Postgres for us in {}: {why}", folder.display()),
            }
        }
    }
    match wanted {
        Some(needed) if needed != npm::major() => {
            others.dedup();
            Err(mismatch(others, needed))
        }
        _ => npm::install(data_dir, account).await,
    }
}

/// "postgres (PostgreSQL) 15.18 (Debian …)" is 15.18 and 15; "18beta1" is 18.
fn parse_version(printed: &str) -> Option<(String, u32)> {
    let version = printed.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((version.to_owned(), digits.parse().ok()?))
}

fn system_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = Vec::new();
    for folder in std::env::split_paths(&path).filter(|folder| folder.is_absolute()) {
        let program = folder.join("postgres");
        if program.is_file() {
            // A link leads to the folder that has the other programs too.
            let real = program.canonicalize().ok().and_then(|real| real.parent().map(Path::to_path_buf));
            folders.extend(real);
            folders.push(folder);
        }
    }
    folders.extend(newest_first("/usr/lib/postgresql", ""));
    for parent in ["/opt/homebrew/opt", "/usr/local/opt"] {
        folders.extend(newest_first(parent, "postgresql"));
    }
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    folders
}

/// The `bin` folders of the installations under `parent` whose names begin so: 18, 17, 15; postgresql@17.
fn newest_first(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_prefix(prefix)?.trim_start_matches('@').parse().unwrap_or(0);
            Some((number, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("postgres").is_file())
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, folder)| folder).collect()
}

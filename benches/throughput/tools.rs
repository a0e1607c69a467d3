//! What others have written to measure with: Postfix's `smtp-source` and `smtp-sink`, and Django. Both are optional; what
//! is missing is fetched once into `target/tools`, and installed nowhere.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::process;

/// Pinned, so that two runs have the same yardstick.
const DJANGO: &str = "5.2.19";
const GUNICORN: &str = "gunicorn==27.0.1";
const PSYCOPG: &str = "psycopg[binary]==3.3.9";

/// Postfix's two programs.
pub struct Postfix {
    pub sink: PathBuf,
    pub source: PathBuf,
    /// The folder of their libraries, where they are unpacked and not installed.
    pub libraries: Option<PathBuf>,
}

/// Where cargo builds.
pub fn target() -> &'static Path {
    // target/PROFILE/periodical
    process::binary().ancestors().nth(2).unwrap_or(Path::new("target"))
}

/// Installed, unpacked by an earlier run, or unpacked now from Debian's package; else why not.
pub fn postfix() -> Result<Postfix, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    for folder in std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]) {
        if let Some(postfix) = Postfix::within(&folder, None) {
            return Ok(postfix);
        }
    }
    let folder = target().join("tools/postfix");
    let unpacked = || Postfix::within(&folder.join("usr/sbin"), Some(folder.join("usr/lib/postfix")));
    if let Some(postfix) = unpacked() {
        return Ok(postfix);
    }
    unpack(&folder).map_err(|error| format!("no smtp-source here, and Debian's package cannot be unpacked: {error}"))?;
    unpacked().ok_or_else(|| "Debian's package postfix has no smtp-source".to_owned())
}

impl Postfix {
    fn within(folder: &Path, libraries: Option<PathBuf>) -> Option<Self> {
        let (sink, source) = (folder.join("smtp-sink"), folder.join("smtp-source"));
        (sink.exists() && source.exists()).then_some(Self { sink, source, libraries })
    }

    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }
}

/// The package's files alone: no script of it runs, no daemon starts. The folder is there once it is whole.
fn unpack(folder: &Path) -> Result<(), String> {
    let download = folder.with_extension("download");
    let unpacked = std::fs::create_dir_all(&download).map_err(|error| error.to_string()).and_then(|()| {
        run(Command::new("apt-get").args(["download", "postfix"]).current_dir(&download))?;
        let files = std::fs::read_dir(&download).map_err(|error| error.to_string())?;
        let package = files.flatten().map(|file| file.path()).find(|path| path.extension().is_some_and(|extension| extension == "deb"));
        let package = package.ok_or("apt-get has left no package")?;
        run(Command::new("dpkg").arg("-x").arg(package).arg(download.join("files")))?;
        std::fs::rename(download.join("files"), folder).map_err(|error| error.to_string())
    });
    // What is left of it is of no use.
    let _ = std::fs::remove_dir_all(&download);
    unpacked
}

/// A Python that has Django, and what serves a site of it, in an environment of its own; else why there is none.
pub fn django() -> Result<PathBuf, String> {
    let folder = target().join(format!("tools/django-{DJANGO}"));
    let python = folder.join("bin/python");
    let has_all = || run(Command::new(&python).args(["-c", "import django, gunicorn, psycopg"])).is_ok();
    if !has_all() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)).map_err(|error| format!("no Python: {error}"))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(&python).args(install).args([&format!("django=={DJANGO}"), GUNICORN, PSYCOPG]))
            .map_err(|error| format!("no Django: {error}"))?;
    }
    Ok(python)
}

/// The error is one line.
fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {}", reason.trim())) }
}

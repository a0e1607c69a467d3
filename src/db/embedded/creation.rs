//! The cluster on disk: made whole or not at all. Everything here happens under the start lock.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use super::EmbeddedError;
use super::account::run;
use super::cluster::Cluster;

impl Cluster {
    /// initdb into a folder of its own, renamed when whole. Its name is new each time, because an initdb whose
    /// starter was killed may still be writing into the last one.
    pub(super) async fn create(&self) -> Result<(), EmbeddedError> {
        remove_leftovers(&self.data_dir, "postgres");
        let nanoseconds = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
        let unfinished = self.data_dir.join(format!("postgres.new-{}-{nanoseconds}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&unfinished).map_err(EmbeddedError::at(&unfinished))?;
        self.account.give(&unfinished)?;
        let made = self.initdb(&unfinished).await;
        let made = made.and_then(|()| {
            std::fs::rename(&unfinished, &self.folder).map_err(EmbeddedError::at(&self.folder))?;
            // The rename itself must outlive a power cut, as the files already do.
            File::open(&self.data_dir).and_then(|folder| folder.sync_all()).map_err(EmbeddedError::at(&self.data_dir))
        });
        if made.is_err() {
            let _ = std::fs::remove_dir_all(&unfinished);
        }
        made
    }

    async fn initdb(&self, folder: &Path) -> Result<(), EmbeddedError> {
        // The C collation sorts alike everywhere and never needs a reindex after a system upgrade; the character
        // types must still know Cyrillic, or a search would mind upper and lower case.
        let mut locales = vec![vec!["--locale=C.UTF-8"]];
        if self.binaries.major >= 17 {
            locales.push(vec!["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
        }
        locales.push(vec!["--locale=C", "--lc-ctype=en_US.UTF-8"]);
        locales.push(vec!["--locale=C"]);
        let unsafe_test = self.settings.iter().any(|(name, value)| name == "fsync" && value == "off");
        let sync = if unsafe_test { Some("--no-sync") } else { None };
        let mut result = Ok(());
        for locale in locales {
            let mut command = self.account.command(self.binaries.program("initdb"), &self.data_dir);
            command.arg("-D").arg(folder).args(&locale).args(sync);
            // There is no TCP; should somebody open it by hand, trust must not extend to it.
            command.args(["--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"]);
            command.args(["--username=periodical", "--data-checksums"]);
            result = run("initdb", command, Duration::from_secs(120)).await.map(drop);
            match &result {
                Err(EmbeddedError::Program { said, .. }) if said.contains("invalid locale") => {
                    continue;
                }
                _ => break,
            }
        }
        result
    }
}

/// The major version of the cluster in a folder; none where there is no folder yet or an empty one.
pub(super) fn major_version(folder: &Path) -> Result<Option<u32>, EmbeddedError> {
    let path = folder.join("PG_VERSION");
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(EmbeddedError::NotACluster(folder.into())),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
            if empty { Ok(None) } else { Err(EmbeddedError::NotACluster(folder.into())) }
        }
        Err(error) => Err(EmbeddedError::at(&path)(error)),
    }
}

/// Removes what killed processes left half-made: `<prefix>….new-…`.
pub(super) fn remove_leftovers(folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(prefix) && name.contains(".new-") {
            // What cannot go stays: it only takes room.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

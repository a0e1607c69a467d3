//! Where the Unix socket lies, and the address that leads to it.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::EmbeddedError;
use super::account::Account;

/// Only names the socket file, which lies in a folder of its own; no TCP port is opened.
pub(super) const PORT: u16 = 5432;
/// The kernel's own limit is 104 bytes on macOS and 108 on Linux.
const LONGEST_SOCKET_PATH: usize = 100;

/// The folder for the socket, 0700: beside the cluster, or where that path would be too long, a short one.
pub(super) fn prepare_folder(data_dir: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let beside = data_dir.join("postgres-socket");
    if fits(&beside) {
        return match ours_alone(&beside, account)? {
            true => Ok(beside),
            false => Err(EmbeddedError::SocketFolder(beside)),
        };
    }
    let mut hasher = DefaultHasher::new();
    data_dir.as_os_str().as_bytes().hash(&mut hasher);
    let hash = hasher.finish();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let bases = runtime.filter(|runtime| !account.we_are_root && runtime.is_dir()).into_iter();
    for base in bases.chain([PathBuf::from("/tmp")]) {
        // Anybody may make a folder in /tmp first; theirs is left alone and the next name tried.
        for attempt in 0..10 {
            let folder = base.join(format!("periodical-{}-{hash:016x}-{attempt}", account.uid));
            if fits(&folder) && ours_alone(&folder, account).unwrap_or(false) {
                return Ok(folder);
            }
        }
    }
    Err(EmbeddedError::SocketFolder(PathBuf::from("/tmp")))
}

/// The address of a database behind a socket folder, for sqlx and libpq alike. The port and the TLS mode are spelt
/// out because both would otherwise take them from PGPORT and PGSSLMODE.
pub(super) fn url(socket_folder: &Path, database: &str) -> String {
    let mut url = String::from("postgres://periodical@localhost:");
    // Writing into a String does not fail.
    let _ = write!(url, "{PORT}/");
    encode(database.as_bytes(), &mut url);
    url.push_str("?host=");
    encode(socket_folder.as_os_str().as_bytes(), &mut url);
    url.push_str("&sslmode=disable");
    url
}

/// Short enough, and free of what `unix_socket_directories` takes for its own syntax.
fn fits(folder: &Path) -> bool {
    let socket = folder.join(format!(".s.PGSQL.{PORT}"));
    let bytes = socket.as_os_str().as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@=~:%".contains(byte) || *byte >= 0x80;
    bytes.len() <= LONGEST_SOCKET_PATH && bytes.iter().all(plain)
}

/// Makes the folder, or accepts one that is really a folder, the account's own and closed to others.
fn ours_alone(folder: &Path, account: &Account) -> Result<bool, EmbeddedError> {
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => account.give(folder)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(EmbeddedError::at(folder)(error)),
    }
    let metadata = std::fs::symlink_metadata(folder).map_err(EmbeddedError::at(folder))?;
    Ok(metadata.is_dir() && account.owns_alone(&metadata))
}

fn encode(bytes: &[u8], url: &mut String) {
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(*byte)),
            // Writing into a String does not fail.
            _ => drop(write!(url, "%{byte:02X}")),
        }
    }
}

//! Which program this is: what one build has made another never shows.

use std::{fs::File, io::Read, sync::OnceLock};

use sha2::{Digest, Sha256};

/// The SHA-256 of the running program, its embedded files with it. It reads the whole of it the first time.
pub fn digest() -> [u8; 32] {
    static DIGEST: OnceLock<[u8; 32]> = OnceLock::new();
    *DIGEST.get_or_init(|| {
        own().unwrap_or_else(|error| {
            tracing::warn!(%error, "This program cannot read itself; it shares what it caches with no other process");
            rand::random()
        })
    })
}

fn own() -> std::io::Result<[u8; 32]> {
    // Where there is no /proc, the path serves; under Linux another release may stand there by now.
    let mut program = File::open("/proc/self/exe").or_else(|_| File::open(std::env::current_exe()?))?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        match program.read(&mut block)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&block[..read]),
        }
    }
}

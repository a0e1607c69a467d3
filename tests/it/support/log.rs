//! What a test's own thread logs. Its tasks run on that thread too, as long as the runtime is the default one.

use std::{
    cell::RefCell,
    io,
    sync::{Arc, Mutex, Once},
};

thread_local! {
    static CAPTURED: RefCell<Option<Log>> = const { RefCell::new(None) };
}

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Everything from debug level up, until this thread ends. One subscriber serves the whole process: a scoped one
    /// misses what another thread has logged first (tracing keeps for each place whether anybody listens).
    pub fn capture() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let writer = || CAPTURED.with_borrow(|log| log.clone().unwrap_or_default());
            // Without what the tests' own browser says.
            let filter = "periodical=debug,poem=debug,sqlx=debug,sqlx_postgres=debug,graphile_worker=debug,lettre=debug";
            tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).init();
        });
        let log = Self::default();
        CAPTURED.set(Some(log.clone()));
        log
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

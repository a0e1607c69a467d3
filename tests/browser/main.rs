//! The site in a real Chromium, driven through Debian's chromium-driver. Each test has its own App (with database and mail
//! server, as in `tests/it`) and its own browser; all of it goes with this process, however it ends.
//!
//! Where there is no Chromium the tests say on standard error that they were skipped; with `PERIODICAL_BROWSER_REQUIRED` in
//! the environment, as in CI, that is a failure.

// Not everything in it is needed here.
#[allow(dead_code, unused_imports)]
#[path = "../it/support/mod.rs"]
mod support;

mod axe;
mod browser;
mod driver;
mod everywhere;
mod first_page;
mod flows;
mod pictures;
mod stage;

//! What a case is given: which form of it to run, where its files go, and the report it fills.

use std::path::PathBuf;

use crate::report::Report;

#[derive(Clone)]
pub struct Context {
    /// The few minutes that CI has, instead of as long as it takes.
    pub short: bool,
    pub report: Report,
    /// Of the whole run.
    pub root: PathBuf,
    /// Of this case alone.
    pub folder: PathBuf,
    /// Also the name of its database.
    pub short_name: String,
}

impl Context {
    /// The first in the short form, else the second.
    pub fn choose<T>(&self, short: T, long: T) -> T {
        if self.short { short } else { long }
    }
}

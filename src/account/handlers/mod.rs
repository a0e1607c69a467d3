//! Glue, a file a page of the account.

pub mod deletion;
pub mod email;
pub mod language;
pub mod password;
pub mod profile;
pub mod sessions;
pub mod theme;
pub mod two_factor;

use crate::{mailings::schedule::Zone, users::CurrentUser};

/// The zone that moments are shown in.
fn zone(user: &CurrentUser) -> Zone {
    user.0.time_zone.as_deref().and_then(|name| Zone::parse(name).ok()).unwrap_or_else(Zone::utc)
}

//! The door: what is taken from whoever comes, how often, and what is shown of the inside. A file a kind of guest:
//! the slow, the many, the insistent, the forger, the one who listens, the one who reads logs.

mod asked_again;
mod headers;
mod live;
mod secrets;
mod server;
mod throttle;
mod tokens;

use periodical::limits::Limits;

use crate::support::{TestApp, quick};

/// An App with limits of its own.
async fn limited(change: impl FnOnce(&mut Limits)) -> TestApp {
    TestApp::configured(quick(), |config| change(&mut config.limits)).await
}

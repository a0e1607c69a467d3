//! The engine: claims deliveries, sends them, settles what became of them. One path for the worker and the shell.

pub mod engine;
pub mod jobs;
mod journal;
mod lane;
pub mod model;
pub mod queries;
mod recovery;
mod sending;
mod settle;
mod slice;

pub use engine::Engine;
pub use recovery::replay_journals;
pub use slice::{Next, deliver};

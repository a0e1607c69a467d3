//! The engine: claims deliveries, sends them, settles what became of them. One path for the worker and the shell.

pub mod engine;
pub mod jobs;
mod journal;
mod lane;
pub mod model;
pub mod queries;
mod settle;
mod slice;

pub use engine::Engine;
pub use slice::{Next, deliver, replay_journals};

//! The engine: claims slices of deliveries, sends them, settles what became of them. One path for the worker and the shell.

pub mod engine;
mod feeder;
mod journal;
mod lane;
mod letter;
pub mod means;
pub mod model;
mod pace;
pub mod queries;
mod recovery;
pub mod remark;
mod ring;
mod sending;
pub mod settle;
mod slice;

pub use engine::Engine;
pub use feeder::Scope;
pub use recovery::replay_journals;

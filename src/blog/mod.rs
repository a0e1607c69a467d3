//! The blog: posts that the public reads, and the editors' panel behind them.

pub mod markdown;
pub mod model;
pub mod pictures;

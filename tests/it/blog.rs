//! The blog.

mod kept;
mod panel;
mod pictures;
mod posts;
mod public;
mod readings;
mod seeds;

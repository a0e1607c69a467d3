//! The blog.

mod panel;
mod pictures;

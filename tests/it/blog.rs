//! The blog.

mod pictures;

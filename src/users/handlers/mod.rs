//! Glue, a file a door: registration, signing in.

pub mod registration;
pub mod sign_in;

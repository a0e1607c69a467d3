//! Glue, a file a door: registration, forgotten passwords, signing in, the code after the password.

pub mod password_reset;
pub mod registration;
pub mod second_factor;
pub mod sign_in;

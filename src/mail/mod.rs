//! Mail: composing it (MIME), speaking SMTP, what a reply means, trying it out, and the server that catches it in development.

pub mod compose;
pub mod connection;
pub mod meaning;
pub mod outcome;
pub mod server;
pub mod trial;
pub mod trouble;

//! What people do, from the first click to the last.

mod blog;
mod keyboard;
mod languages;
mod live;
mod mailings;
mod messages;
mod newcomer;
mod notices;
mod phone;
mod plain;
mod recipients;

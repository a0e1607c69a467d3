//! What people do, from the first click to the last.

mod keyboard;
mod languages;
mod newcomer;
mod phone;
mod plain;
mod recipients;

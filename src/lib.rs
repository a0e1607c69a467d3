//! Periodical: recurring e-mail you host yourself. ARCHITECTURE.md has the map; this is its table of contents.
//!
//! Dependencies point downward only: `cli` → `routes`, `worker` → the slices → `app` → `config`, `db`, `cache`, `mail`;
//! the slices → `web`, `ui`, `error`.

#![forbid(unsafe_code)]

pub mod api;
pub mod cli;
pub mod routes;
pub mod seeds;
pub mod worker;

// The slices, one noun each.
pub mod account;
pub mod attempts;
pub mod audit;
pub mod blog;
pub mod delivery;
pub mod home;
pub mod inbox;
pub mod mail_server;
pub mod mailings;
pub mod messages;
pub mod recipients;
pub mod reports;
pub mod tokens;
pub mod users;
pub mod webhooks;

// What they stand on.
pub mod app;
pub mod cache;
pub mod config;
pub mod db;
pub mod error;
pub mod i18n;
pub mod limits;
pub mod mail;
pub mod seal;
pub mod ui;
pub mod web;

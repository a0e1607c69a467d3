//! Every integration test in one binary, nouns as in `src/`. Each test has its own database, SMTP server and App; one
//! Postgres serves them all and goes with this process, however it ends.

mod support;

mod account;
mod api;
mod attacks;
mod attempts;
mod audit;
mod blog;
mod cache;
mod cli;
mod compose;
mod delivery;
mod door;
mod embedded;
mod home;
mod inbox;
mod mail_server;
mod mailings;
mod management;
mod matrix;
mod messages;
mod migrations;
mod recipients;
mod reports;
mod schedule;
mod smtp;
mod tokens;
mod users;
mod webhooks;
mod words;

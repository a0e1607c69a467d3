//! People: registration, verification, signing in and out. Roles exist in the schema; their screens come later.

mod handlers;
pub mod jobs;
mod mails;
pub mod model;
pub mod password;
pub mod queries;
mod session;
mod views;

use poem::{Route, get, post};

pub use session::{CurrentUser, Visitor};

/// This slice's part of the URL map.
pub fn routes(route: Route) -> Route {
    route
        .at("/register", get(handlers::new).post(handlers::create))
        .at("/verify/:token", get(handlers::verify).post(handlers::choose_password))
        .at("/verification", get(handlers::new_verification).post(handlers::create_verification))
        .at("/login", get(handlers::new_login).post(handlers::create_login))
        .at("/logout", post(handlers::logout))
}

//! People: registration, verification, signing in and out, and who may do what.

pub mod administration;
pub mod deletion;
mod handlers;
pub mod jobs;
pub mod mails;
pub mod management;
pub mod model;
pub mod password;
pub mod queries;
pub mod rights;
pub mod session;
mod views;

use crate::web::UrlMap;

pub use session::{Admin, CurrentUser, Editor, Manager, Visitor};

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    let map = administration::routes(management::routes(map));
    map.get("/register", handlers::registration::new)
        .post("/register", handlers::registration::create)
        .get("/verify/:token", handlers::registration::verify)
        .post("/verify/:token", handlers::registration::choose_password)
        .get("/verification", handlers::registration::new_verification)
        .post("/verification", handlers::registration::create_verification)
        .get("/login", handlers::sign_in::new)
        .post("/login", handlers::sign_in::create)
        .post("/logout", handlers::sign_in::delete)
}

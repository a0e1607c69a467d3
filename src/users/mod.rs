//! People: registration, verification, forgotten passwords, signing in and out, and who may do what. What they change about
//! their own account is the slice `account`.

pub mod administration;
pub mod deletion;
mod handlers;
pub mod jobs;
pub mod mails;
pub mod management;
pub mod model;
pub mod password;
pub mod proof;
pub mod queries;
pub mod rights;
pub mod session;
pub mod setup;
pub mod two_factor;
pub mod views;

use crate::web::UrlMap;

pub use session::{Admin, CurrentUser, Editor, Manager, Visitor};

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    let map = setup::routes(administration::routes(management::routes(map)));
    map.get("/register", handlers::registration::new)
        .post("/register", handlers::registration::create)
        .get("/verify/:token", handlers::registration::verify)
        .post("/verify/:token", handlers::registration::choose_password)
        .get("/verification", handlers::registration::new_verification)
        .post("/verification", handlers::registration::create_verification)
        .get("/password/forgot", handlers::password_reset::forgot)
        .post("/password/forgot", handlers::password_reset::create)
        .get("/password/reset/:token", handlers::password_reset::edit)
        .post("/password/reset/:token", handlers::password_reset::update)
        .get("/login", handlers::sign_in::new)
        .post("/login", handlers::sign_in::create)
        .get("/login/code", handlers::second_factor::new)
        .post("/login/code", handlers::second_factor::create)
        .post("/logout", handlers::sign_in::delete)
}

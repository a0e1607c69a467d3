//! Personal tokens: what a program shows instead of signing in. A token is named, may do what its scopes say and nothing its
//! owner may not, and ends by itself.

pub mod caller;
mod handlers;
mod lasting;
pub mod making;
pub mod model;
pub mod queries;
mod views;

use crate::web::UrlMap;

pub use caller::{Caller, Reading, ReadingAndWriting, Sending, Writing};
pub use lasting::Lasting;
pub use model::{Scope, Scopes, Token};
pub use queries::Authenticated;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/account/tokens", handlers::index)
        .post("/account/tokens", handlers::create)
        .get("/account/tokens/new", handlers::new)
        .delete("/account/tokens/:id", handlers::delete)
}

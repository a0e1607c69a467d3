//! Personal tokens: what a program shows instead of signing in. A token is named, may do what its scopes say and nothing its
//! owner may not, and ends by itself.

pub mod caller;
pub mod model;
pub mod queries;

pub use caller::{Caller, Reading, Sending, Writing};
pub use model::{Scope, Scopes, Token};
pub use queries::Authenticated;

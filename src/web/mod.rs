//! What knows HTTP and no feature: sessions, CSRF, forms, headers, files.

pub mod api;
pub mod assets;
pub mod client;
pub mod csrf;
pub mod csv;
pub mod form;
pub mod headers;
pub mod kept;
pub mod list;
pub mod locale;
pub mod log;
pub mod map;
pub mod metrics;
pub mod off_thread;
pub mod page;
pub mod places;
pub mod preference;
pub mod server;
pub mod session;
pub mod theme;
pub mod throttle;
pub mod upload;

pub use client::ClientAddress;
pub use form::{FieldErrors, FormData, Refusal};
pub use map::UrlMap;
pub use page::{Chrome, Page, flash, fragment, noticed, refused, see_other};

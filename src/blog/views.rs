//! The blog as the public sees it.

mod card;
mod heads;
mod list;
mod post;

pub use card::cards;
pub use heads::{feeds, moment};
pub use list::{List, list_page};
pub use post::{Reading, post_page};

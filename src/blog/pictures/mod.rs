//! Pictures of posts: taken in, made anew in two sizes, and served from Postgres, so that a second web process needs no shared disk.

pub mod model;
pub mod queries;
mod serving;
pub mod views;

use crate::web::UrlMap;

/// What browsers load: the same for everybody, so it needs neither session nor token, and any cache may keep it.
pub fn served(map: UrlMap) -> UrlMap {
    map.get(serving::PATH, serving::show).head(serving::PATH, serving::head)
}

//! Pictures of posts: taken in, made anew in two sizes, and served from Postgres, so that a second web process needs no shared disk.

pub mod gallery;
mod handlers;
pub mod model;
pub mod queries;
pub mod remaking;
mod serving;
pub mod views;

use crate::web::UrlMap;

/// Where pictures are uploaded.
pub const PATH: &str = "/admin/posts/:id/pictures";

/// What browsers load: the same for everybody, so it needs neither session nor token, and any cache may keep it.
pub fn served(map: UrlMap) -> UrlMap {
    map.get(serving::PATH, serving::show).head(serving::PATH, serving::head)
}

/// The editors' part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get(PATH, handlers::index)
        .post(PATH, handlers::create)
        .put("/admin/posts/:id/pictures/:picture_id", handlers::update)
        .delete("/admin/posts/:id/pictures/:picture_id", handlers::delete)
        .put("/admin/posts/:id/pictures/:picture_id/cover", handlers::create_cover)
        .delete("/admin/posts/:id/pictures/:picture_id/cover", handlers::delete_cover)
}

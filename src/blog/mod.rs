//! The blog: posts that the public reads, and the editors' panel behind them.

mod document;
mod feed;
mod handlers;
pub mod jobs;
pub mod kept;
pub mod markdown;
pub mod model;
pub mod panel;
pub mod pictures;
pub mod queries;
pub mod readings;
mod sitemap;
pub mod slug;
pub mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    pictures::routes(panel::routes(map))
        .get("/blog", handlers::index)
        .get("/blog/:slug", handlers::show)
        .head("/blog/:slug", handlers::glance)
}

/// What is the same for everybody, and needs neither session nor token: documents for programs, and the pictures.
pub fn served(map: UrlMap) -> UrlMap {
    pictures::served(map)
        .get("/blog/feed.en.xml", handlers::english_feed)
        .get("/blog/feed.ru.xml", handlers::russian_feed)
        .get("/sitemap.xml", handlers::sitemap_xml)
        .get("/robots.txt", handlers::robots_txt)
}

//! Whole pages out of the [cache](crate::cache), for visitors: one rendering in a language and theme serves them all.
//!
//! Such a page holds nobody's token and sets no cookie: what it lets a visitor do is to choose language and theme, and that it comes
//! from a page of ours the browser itself says (see [`csrf::Exceptions`](super::csrf::Exceptions)).

use std::{future::Future, sync::Arc};

use hyper::body::Bytes;
use maud::Markup;
use poem::{Response, http::header};

use super::{Chrome, theme};
use crate::{
    app::App,
    cache::Kind,
    error::{Error, Result},
    i18n,
};

/// A page that is kept, to be sent without being copied.
struct Kept(Arc<String>);

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The page of that name and kind, in the reader's language and theme: the kept one, or what `render` makes of the frame it
/// is given.
///
/// Only for somebody who is **not** signed in, and whom nothing is to be told. `render` reads by itself whatever the page shows (see
/// [`Cache::value`](crate::cache::Cache::value)); what it fails with, as not found, is not kept.
///
/// # Errors
/// Those of `render`.
pub async fn page<F>(app: &App, kind: &Kind, name: &str, render: impl FnOnce(Chrome) -> F) -> Result<Response>
where
    F: Future<Output = Result<Markup>>,
{
    let name = format!("{} {} {name}", i18n::current().tag(), theme::current().name());
    let page = app.cache.value::<String, Error, _>(kind, name, || async {
        // A page is the same for whoever asks, by htmx or not.
        let chrome = Chrome { csrf: String::new(), flash: None, htmx: false, dev_inbox: app.config.has_catcher() };
        Ok(render(chrome).await?.into_string())
    });
    let body = Bytes::from_owner(Kept(page.await?));
    // Who signs in sees another page at the same address: browsers ask each time.
    Ok(Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-cache, private")
        .header(header::VARY, "Cookie, Accept-Language")
        .body(body))
}

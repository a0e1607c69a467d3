//! Whole pages out of the [cache](crate::cache), for visitors: one rendering in a language and theme serves them all.
//!
//! A page holds its reader's token, in the forms of its foot and for htmx. What is kept is rendered with a word in the
//! token's place that nobody can know, and cut there; serving puts the parts together around the reader's own token.

use std::future::Future;

use maud::{Markup, PreEscaped};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Chrome, Page, theme};
use crate::{
    app::App,
    cache::Kind,
    error::{Error, Result},
    i18n,
};

/// A page's markup, cut where the token stands.
#[derive(Debug, Serialize, Deserialize)]
struct Parts(Vec<String>);

impl Parts {
    fn cut(page: &str, token: &str) -> Self {
        Self(page.split(token).map(str::to_owned).collect())
    }

    fn with(&self, token: &str) -> Markup {
        PreEscaped(self.0.join(token))
    }
}

/// The page of that name and kind, in the reader's language and theme: the kept one, or what `render` makes of the frame it
/// is given.
///
/// Only for somebody who is **not** signed in. `render` reads by itself whatever the page shows (see
/// [`Cache::value`](crate::cache::Cache::value)); what it fails with, as not found, is not kept. A visitor with a word about
/// what was done gets a page of their own.
///
/// # Errors
/// Those of `render`.
pub async fn page<F>(app: &App, kind: &Kind, name: &str, chrome: Chrome, render: impl FnOnce(Chrome) -> F) -> Result<Page>
where
    F: Future<Output = Result<Markup>>,
{
    if chrome.flash.is_some() {
        return Ok(Page::ok(render(chrome).await?));
    }
    let Chrome { csrf: token, dev_inbox, .. } = chrome;
    let name = format!("{} {} {name}", i18n::current().tag(), theme::current().name());
    let parts = app.cache.value::<Parts, Error, _>(kind, name, || async {
        let stand_in = Uuid::new_v4().simple().to_string();
        // A page is the same for whoever asks, by htmx or not.
        let page = render(Chrome { csrf: stand_in.clone(), flash: None, htmx: false, dev_inbox }).await?;
        Ok(Parts::cut(&page.into_string(), &stand_in))
    });
    Ok(Page::ok(parts.await?.with(&token)))
}

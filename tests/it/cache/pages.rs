//! Whole pages serve every visitor, and hold nobody's token.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use maud::html;
use periodical::{
    app::App,
    cache::Kind,
    routes,
    ui::{self, Section},
    users::Visitor,
    web::{page, server},
};
use poem::{EndpointExt, Request, Response, handler, session::Session, web::Data};
use reqwest::{Method, StatusCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{listens, raise};
use crate::support::{Browser, TestApp};

const PAGE: Kind = Kind::public("test-page", Duration::from_secs(600));

#[handler]
async fn show(request: &Request, app: Data<&App>, rendered: Data<&Arc<AtomicUsize>>) -> poem::Result<Response> {
    let render = async |visitor: Visitor, chrome| {
        let time = rendered.fetch_add(1, Ordering::SeqCst);
        Ok(ui::page(&visitor.shell(&chrome, "A page", Section::None), html! { p #time { (time) } }))
    };
    Visitor(None).page(request, &app, &PAGE, "one", render).await
}

#[handler]
fn tell(session: &Session) {
    page::flash(session, true, "This was done.");
}

/// The site with one more page.
async fn site() -> (TestApp, String, Arc<AtomicUsize>) {
    let app = TestApp::without_worker().await;
    listens(&app.app).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (served, rendered) = (app.app.clone(), Arc::<AtomicUsize>::default());
    let pages = routes::pages(&served.config).get("/kept", show.data(Arc::clone(&rendered))).get("/tell", tell);
    tokio::spawn(async move {
        server::serve(listener, routes::around(served.clone(), pages), &served.config, CancellationToken::new()).await;
    });
    (app, base, rendered)
}

#[tokio::test]
async fn one_rendering_serves_every_visitor_without_token_and_cookie_and_its_switches_work_from_our_pages_alone() {
    let (app, base, rendered) = site().await;
    let (one, other) = (Browser::new(&base), Browser::new(&base));
    let (first, second) = (one.get("/kept").await, other.get("/kept").await);
    assert_eq!(rendered.load(Ordering::SeqCst), 1);
    assert_eq!(first.text, second.text);
    assert!(!first.text.contains("csrf_token") && !first.text.contains("X-CSRF-Token"), "{}", first.text);
    let answer = one.request(Method::GET, "/kept").send().await.unwrap();
    assert!(answer.headers().get("set-cookie").is_none(), "{:?}", answer.headers());
    let here = base.clone();
    for (header, value, status) in [
        ("Sec-Fetch-Site", "same-origin", StatusCode::SEE_OTHER),
        ("Origin", here.as_str(), StatusCode::SEE_OTHER),
        ("Sec-Fetch-Site", "cross-site", StatusCode::FORBIDDEN),
        ("Sec-Fetch-Site", "same-site", StatusCode::FORBIDDEN),
        ("Sec-Fetch-Site", "none", StatusCode::FORBIDDEN),
        ("Origin", "http://127.0.0.1", StatusCode::FORBIDDEN),
        ("Origin", "null", StatusCode::FORBIDDEN),
        ("X-Nothing", "said", StatusCode::FORBIDDEN),
    ] {
        let choice = [("_method", "put"), ("theme", "system")];
        let visitor = Browser::new(&base).stopping_at_redirects();
        let answer = visitor.send(visitor.request(Method::POST, "/theme").header(header, value).form(&choice)).await;
        assert_eq!(answer.status, status, "{header}: {value}");
        // Nothing but how pages look passes so.
        let registration = visitor.request(Method::POST, "/register").header(header, value).form(&[("email", "eve@example.org")]);
        assert_eq!(visitor.send(registration).await.status, StatusCode::FORBIDDEN, "{header}: {value}");
    }
    // A change, and it is rendered anew.
    let number = raise(&app.app).await;
    app.app.cache.saw(number);
    assert_eq!(one.get("/kept").await.text_of("#time").as_deref(), Some("1"));
}

#[tokio::test]
async fn each_language_and_theme_has_a_page_of_its_own() {
    let (_app, base, rendered) = site().await;
    for (language, theme) in [("en", "light"), ("en", "dark"), ("ru", "light"), ("ru", "dark")] {
        for _ in 0..2 {
            let browser = Browser::new(&base);
            let asked =
                browser.request(Method::GET, "/kept").header("Accept-Language", language).header("Cookie", format!("theme={theme}"));
            let page = browser.send(asked).await;
            assert_eq!(page.attr("html", "lang").as_deref(), Some(language));
            assert_eq!(page.attr("html", "data-bs-theme").as_deref(), Some(theme));
        }
    }
    assert_eq!(rendered.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_word_about_what_was_done_is_for_one_visitor_alone() {
    let (_app, base, rendered) = site().await;
    let (one, other) = (Browser::new(&base), Browser::new(&base));
    one.get("/tell").await;
    assert!(one.get("/kept").await.contains("This was done."));
    assert!(!other.get("/kept").await.contains("This was done."));
    assert!(!one.get("/kept").await.contains("This was done."));
    assert_eq!(rendered.load(Ordering::SeqCst), 2);
}

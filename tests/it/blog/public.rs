//! The blog as its readers, search engines and feed readers see it.

use atom_syndication::Feed;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::posts;
use crate::support::{Page, TestApp};

fn meta(page: &Page, name: &str) -> Option<String> {
    page.attr(&format!("meta[property='{name}']"), "content").or_else(|| page.attr(&format!("meta[name='{name}']"), "content"))
}

fn data(page: &Page) -> Value {
    let text = page.text_of("script[type='application/ld+json']").expect("structured data");
    serde_json::from_str(&text).expect("JSON")
}

fn slugs(page: &Page) -> Vec<String> {
    let links = scraper::Selector::parse(".post-card .stretched-link").unwrap();
    let document = scraper::Html::parse_document(&page.text);
    document.select(&links).map(|link| link.attr("href").unwrap().trim_start_matches("/blog/").to_owned()).collect()
}

#[tokio::test]
async fn a_post_says_what_it_is_to_whoever_finds_it() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "feed-me", "ru", r#"Кавычки " и </script><script>alert(1)</script>"#, "## Глава\n\nТекст.").await;
    let page = app.browser().get("/blog/feed-me").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let address = format!("{}/blog/feed-me", app.base);
    let title = r#"Кавычки " и </script><script>alert(1)</script>"#;
    assert_eq!(page.attr("link[rel=canonical]", "href"), Some(address.clone()));
    assert_eq!(page.text_of("title").unwrap(), format!("{title} · Periodical"));
    for (name, content) in [
        ("description", "О том, что это."),
        ("og:title", title),
        ("og:description", "О том, что это."),
        ("og:type", "article"),
        ("og:url", &address),
        ("og:locale", "ru_RU"),
        ("twitter:card", "summary"),
    ] {
        assert_eq!(meta(&page, name).as_deref(), Some(content), "{name}");
    }
    assert!(meta(&page, "article:published_time").unwrap().ends_with('Z'));
    assert_eq!(page.attr("link[type='application/atom+xml']", "href"), Some(format!("{}/blog/feed.en.xml", app.base)));
    let data = data(&page);
    assert_eq!((data["@type"].as_str(), data["headline"].as_str()), (Some("BlogPosting"), Some(title)));
    assert_eq!((data["inLanguage"].as_str(), data["url"].as_str()), (Some("ru"), Some(address.as_str())));
    // The chrome speaks the reader's language, the post its own.
    assert_eq!(page.attr("html", "lang").as_deref(), Some("en"));
    assert_eq!(page.attr("article.post", "lang").as_deref(), Some("ru"));
    assert_eq!(page.text_of(".prose h2").as_deref(), Some("Глава"));
    assert!(page.text_of(".post-meta").unwrap().contains("1 min read"));
}

#[tokio::test]
async fn a_note_is_found_and_no_author_takes_an_id_of_the_pages_own() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "notes", "en", "Notes", "Text.[^why]\n\n<div id=\"main\">x</div>\n\n[^why]: Because.\n").await;
    let page = app.browser().get("/blog/notes").await;
    assert_eq!(page.attr("sup.footnote-reference a", "href").as_deref(), Some("#note-why"));
    assert_eq!(page.text_of("div#note-why.footnote-definition").as_deref(), Some("1 Because."), "{}", page.text);
    assert_eq!((page.count("#main"), page.count(".prose div")), (1, 2));
    let feed = app.browser().get("/blog/feed.en.xml").await;
    assert!(feed.contains(&format!("{}/blog/notes#note-why", app.base)), "{}", feed.text);
}

#[tokio::test]
async fn a_cover_is_shown_and_stands_beside_the_link() {
    let app = TestApp::without_worker().await;
    let id = posts::publish(&app, "covered", "en", "Covered", "Text").await;
    let picture = posts::cover(&app, id).await;
    let page = app.browser().get("/blog/covered").await;
    let large = format!("/blog/pictures/{picture}/large");
    assert_eq!(page.attr(".post-cover img", "src"), Some(large.clone()));
    assert_eq!(page.attr(".post-cover img", "alt").as_deref(), Some("A lake"));
    assert_eq!(meta(&page, "og:image"), Some(format!("{}{large}", app.base)));
    assert_eq!(
        (meta(&page, "og:image:width").as_deref(), meta(&page, "twitter:card").as_deref()),
        (Some("1600"), Some("summary_large_image"))
    );
    assert_eq!(data(&page)["image"][0], format!("{}{large}", app.base));
    assert_eq!(app.browser().get("/blog").await.count(".post-card-cover img"), 1);
}

#[tokio::test]
async fn the_list_is_in_the_readers_language_unless_they_ask_for_another() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "in-english", "en", "In English", "Text").await;
    posts::publish(&app, "po-russki", "ru", "По-русски", "Текст").await;
    let browser = app.browser();
    let english = browser.get("/blog").await;
    assert_eq!(slugs(&english), ["in-english"]);
    assert_eq!(english.attr("link[rel=canonical]", "href"), Some(format!("{}/blog?language=en", app.base)));
    assert_eq!(english.attr("link[hreflang=ru]", "href"), Some(format!("{}/blog?language=ru", app.base)));
    assert_eq!(data(&english)["@type"], "Blog");
    let russian = browser.get("/blog?language=ru").await;
    assert_eq!((slugs(&russian), russian.attr("html", "lang").as_deref()), (vec!["po-russki".to_owned()], Some("en")));
    assert_eq!(russian.attr(".post-languages [aria-current]", "lang").as_deref(), Some("ru"));
    let request = browser.request(Method::GET, "/blog").header("accept-language", "ru");
    assert_eq!(slugs(&browser.send(request).await), ["po-russki"]);
    assert_eq!(slugs(&browser.get("/blog?language=nonsense&before=nonsense").await), ["in-english"]);
}

#[tokio::test]
async fn the_list_is_read_page_by_page_and_every_post_once() {
    let app = TestApp::without_worker().await;
    let browser = app.browser();
    let empty = browser.get("/blog").await;
    assert_eq!((empty.status, empty.count(".empty")), (StatusCode::OK, 1));
    // Many of the same moment, which the id tells apart.
    sqlx::query(
        "insert into posts (slug, language, title, summary, content, is_published, published_at)
         select 'p-' || n, 'en', 'T', 'S', 'C', true, timestamptz '2026-01-01' + (n / 10) * interval '1 day' from generate_series(1, 30) n",
    )
    .execute(&app.db)
    .await
    .unwrap();
    posts::changed(&app).await;
    let (mut path, mut seen, mut pages) = ("/blog".to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(&path).await;
        seen.extend(slugs(&page));
        pages += 1;
        match page.attr("nav.pages a[rel=next]", "href") {
            Some(next) => path = next,
            None => break,
        }
        assert!(pages < 10);
    }
    let expected: Vec<String> = (1..=30).rev().map(|n| format!("p-{n}")).collect();
    assert_eq!((seen, pages), (expected, 3));
}

#[tokio::test]
async fn what_is_not_published_is_nowhere() {
    let app = TestApp::without_worker().await;
    sqlx::query(
        "insert into posts (slug, language, title, summary, content, is_published, published_at) values
         ('draft', 'en', 'Draft', 'S', 'C', false, null), ('waits', 'en', 'Waits', 'S', 'C', false, now() + interval '1 day')",
    )
    .execute(&app.db)
    .await
    .unwrap();
    posts::publish(&app, "shown", "en", "Shown", "Text").await;
    let (_, editor) = app.signed_in_as("edna@example.org", "editor").await;
    for browser in [app.browser(), editor] {
        for slug in ["draft", "waits", "gone", "Shown", "new"] {
            assert_eq!(browser.get(&format!("/blog/{slug}")).await.status, StatusCode::NOT_FOUND, "{slug}");
        }
        for path in ["/blog", "/blog/shown", "/blog/feed.en.xml", "/sitemap.xml"] {
            let page = browser.get(path).await;
            assert!(page.contains("shown") && !page.contains("draft") && !page.contains("waits"), "{path}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn the_way_to_the_editor_is_shown_to_editors_alone() {
    let app = TestApp::without_worker().await;
    let id = posts::publish(&app, "post", "en", "Post", "Text").await;
    let (_, una) = app.signed_in("una@example.org").await;
    let (_, edna) = app.signed_in_as("edna@example.org", "editor").await;
    let link = format!("a[href='/admin/posts/{id}/edit']");
    for (browser, expected) in [(app.browser(), 0), (una, 0), (edna, 1)] {
        assert_eq!(browser.get("/blog/post").await.count(&link), expected);
    }
}

#[tokio::test]
async fn related_posts_share_words_whatever_their_endings() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "this", "ru", "Почему рассылка опаздывает", "Текст").await;
    posts::publish(&app, "related", "ru", "Рассылки, которые не опоздали", "Текст").await;
    for n in 1..=3 {
        posts::publish(&app, &format!("newer-{n}"), "ru", "Нечто иное", "Текст").await;
    }
    posts::publish(&app, "foreign", "en", "Почему рассылка опаздывает", "Text").await;
    sqlx::query("update posts set summary = ''").execute(&app.db).await.unwrap();
    posts::changed(&app).await;
    assert_eq!(slugs(&app.browser().get("/blog/this").await), ["related", "newer-3", "newer-2"]);
}

#[tokio::test]
async fn a_feed_holds_the_posts_of_its_language_and_is_not_sent_twice() {
    let app = TestApp::without_worker().await;
    let id = posts::publish(&app, "first", "en", "Fish & <chips>", "Look at [the list](/blog).").await;
    let picture = posts::cover(&app, id).await;
    sqlx::query("update posts set content = content || $1")
        .bind(format!("\n\n![Lake](/blog/pictures/{picture})"))
        .execute(&app.db)
        .await
        .unwrap();
    posts::changed(&app).await;
    posts::publish(&app, "po-russki", "ru", "По-русски", "Текст").await;
    let browser = app.browser();
    let page = browser.get("/blog/feed.en.xml").await;
    assert_eq!(page.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    assert_eq!(page.header("set-cookie"), None);
    let feed: Feed = page.text.parse().expect("an Atom feed");
    assert_eq!((feed.entries.len(), feed.lang.as_deref()), (1, Some("en")));
    let entry = &feed.entries[0];
    assert_eq!((entry.title.as_str(), &entry.id), ("Fish & <chips>", &format!("{}/blog/first", app.base)));
    let content = entry.content.as_ref().and_then(|content| content.value.clone()).unwrap();
    assert!(content.contains(&format!("href=\"{}/blog\"", app.base)), "{content}");
    assert!(content.contains(&format!("src=\"{}/blog/pictures/{picture}/large\"", app.base)), "{content}");
    let again = browser.request(Method::GET, "/blog/feed.en.xml").header("if-none-match", page.header("etag").unwrap());
    assert_eq!(browser.send(again).await.status, StatusCode::NOT_MODIFIED);
    sqlx::query("update posts set title = 'Changed', updated_at = now() where slug = 'first'").execute(&app.db).await.unwrap();
    posts::changed(&app).await;
    let again = browser.request(Method::GET, "/blog/feed.en.xml").header("if-none-match", page.header("etag").unwrap());
    assert_eq!(browser.send(again).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_sitemap_names_every_page_and_robots_are_told_of_it() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "post", "en", "Post", "Text").await;
    let page = app.browser().get("/sitemap.xml").await;
    assert_eq!(page.header("content-type"), Some("application/xml; charset=utf-8"));
    let places: Vec<String> = page.texts("loc");
    let expected = ["/", "/blog?language=en", "/blog?language=ru", "/blog/post"].map(|path| format!("{}{path}", app.base));
    assert_eq!(places, expected);
    assert_eq!(page.texts("lastmod").len(), 2);
    assert!(
        page.text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">")
    );
    let robots = app.browser().get("/robots.txt").await;
    assert!(robots.contains(&format!("Sitemap: {}/sitemap.xml", app.base)), "{}", robots.text);
}

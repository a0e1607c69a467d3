//! Pictures taken in by an editor.

use std::io::Cursor;

use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg::JpegEncoder};
use reqwest::{Method, StatusCode};
use uuid::Uuid;

use crate::support::{Browser, Page, TestApp};

/// A file's name and content.
type File<'a> = (&'a str, &'a [u8]);

async fn post(app: &TestApp, is_published: bool) -> i64 {
    sqlx::query_scalar(
        "insert into posts (slug, language, title, summary, content, is_published, published_at)
         values ('a-post', 'en', 'A post', 'Short', 'Text', $1, case when $1 then now() end) returning id",
    )
    .bind(is_published)
    .fetch_one(&app.db)
    .await
    .unwrap()
}

/// A form with files, as a browser without JavaScript sends it.
async fn upload(browser: &Browser, post: i64, files: &[File<'_>]) -> Page {
    let token = browser.token().await;
    let part = |head: &str, content: &[u8]| {
        [format!("--b0undary\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
    };
    let mut body = part("name=\"csrf_token\"", token.as_bytes());
    for (name, content) in files {
        body.extend(part(&format!("name=\"files\"; filename=\"{name}\"\r\nContent-Type: image/png"), content));
    }
    body.extend(b"--b0undary--\r\n");
    let request = browser
        .request(Method::POST, &format!("/admin/posts/{post}/pictures"))
        .header("content-type", "multipart/form-data; boundary=b0undary");
    browser.send(request.body(body)).await
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(RgbImage::from_fn(width, height, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, 90])), ImageFormat::Jpeg)
}

/// A PNG whose head says that it is of another size; what follows fits neither.
fn png_that_says(width: u32, height: u32, bytes: usize) -> Vec<u8> {
    let mut png = encoded(RgbImage::new(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = png[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png.resize(bytes, 0);
    png
}

/// As a telephone takes it: which way it was held, and where.
fn jpeg_with_metadata(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"SECRET-PLACE 55.7539N 37.6208E");
    let mut whole = jpeg[..2].to_vec();
    whole.extend([0xFF, 0xE1]);
    whole.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    whole.extend(exif);
    whole.extend([0xFF, 0xFE, 0, 14]);
    whole.extend(b"SECRET-WORDS");
    whole.extend(&jpeg[2..]);
    // Telephones put films and second pictures behind the first.
    whole.extend(b"SECRET-APPENDIX");
    whole
}

struct Stored {
    size: (i32, i32),
    media_type: String,
    content: Vec<u8>,
}

/// The small and the large file of the only picture.
async fn stored(app: &TestApp) -> [Stored; 2] {
    let query = "select width, height, media_type, content from post_picture_files order by size desc";
    let rows: Vec<(i32, i32, String, Vec<u8>)> = sqlx::query_as(query).fetch_all(&app.db).await.unwrap();
    let files = rows.into_iter().map(|(width, height, media_type, content)| Stored { size: (width, height), media_type, content });
    files.collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("one picture in two sizes"))
}

async fn pictures(app: &TestApp) -> i64 {
    app.count("select count(*) from post_pictures").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_or_too_large_a_one_is_refused_beside_the_field_and_nothing_is_kept() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("edith@example.org", "editor").await;
    let post = post(&app, false).await;
    let good = jpeg(30, 20);
    let whole = jpeg(300, 200);
    let cut = &whole[..whole.len() / 2];
    let head_alone = &whole[..20];
    let png = encoded(RgbImage::new(300, 200), ImageFormat::Png);
    let cut_png = &png[..png.len() - 20];
    let bomb = png_that_says(50_000, 50_000, 10_000);
    let square = png_that_says(9_000, 9_000, 10_000);
    let large = [whole.as_slice(), &vec![0; 11 * 1024 * 1024]].concat();
    let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let cases: [(&[File<'_>], &str); 11] = [
        (&[], "Please choose a picture."),
        (&[("good.jpg", &good), ("bomb.png", &bomb)], "“bomb.png” has too many pixels: 10,000 a side and 40 million in all are the most."),
        (&[("square.png", &square)], "“square.png” has too many pixels"),
        (&[("good.jpg", &good), ("cut.jpg", cut)], "“cut.jpg” cannot be read to its end"),
        (&[("head.jpg", head_alone)], "cannot be read to its end"),
        (&[("cut.png", cut_png)], "cannot be read to its end"),
        (&[("drawing.png", svg)], "“drawing.png” is no JPEG, PNG or WebP"),
        (&[("page.jpg", b"<!doctype html><script>alert(1)</script>")], "“page.jpg” is no JPEG, PNG or WebP"),
        (&[("moving.gif", b"GIF89a\x01\0\x01\0\0\0\0;")], "is no JPEG, PNG or WebP"),
        (&[("empty.jpg", b"")], "is no JPEG, PNG or WebP"),
        (&[("large.jpg", &large)], "“large.jpg” is larger than 10 MB."),
    ];
    for (files, expected) in cases {
        let page = upload(&browser, post, files).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(page.error("files").unwrap_or_default().contains(expected), "{expected}: {:?}", page.error("files"));
        assert_eq!(pictures(&app).await, 0, "{expected}");
    }

    let many = "insert into post_pictures (id, post_id, name) select gen_random_uuid(), $1, 'p' from generate_series(1, 49)";
    sqlx::query(many).bind(post).execute(&app.db).await.unwrap();
    let page = upload(&browser, post, &[("one.jpg", &good), ("two.jpg", &good)]).await;
    assert!(page.error("files").unwrap_or_default().contains("A post has 50 pictures at the most."), "{}", page.text);
    assert_eq!(pictures(&app).await, 49);
    assert_eq!(upload(&browser, post, &[("one.jpg", &good)]).await.status, StatusCode::OK);
    assert_eq!(pictures(&app).await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_made_anew_upright_in_two_sizes_and_says_nothing_of_where_it_was_taken() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("edith@example.org", "editor").await;
    let post = post(&app, false).await;
    // Red on the left as it lies; a quarter turn to the right brings that to the top.
    let lying = RgbImage::from_fn(2400, 2000, |x, _| if x < 1200 { Rgb([200, 30, 30]) } else { Rgb([30, 30, 200]) });
    let page = upload(&browser, post, &[("IMG_1.jpg", &jpeg_with_metadata(&encoded(lying, ImageFormat::Jpeg), 6))]).await;
    assert!(page.contains("The picture was added."), "{}", page.text);

    let [small, large] = stored(&app).await;
    assert_eq!((small.size, large.size), ((640, 768), (1600, 1920)));
    for file in [small, large] {
        assert_eq!(file.media_type, "image/jpeg");
        for secret in ["SECRET", "Exif"] {
            let is_in = file.content.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_in, "{secret} is in the {:?} file", file.size);
        }
        let picture = image::load_from_memory(&file.content).unwrap().into_rgb8();
        assert_eq!((picture.width().cast_signed(), picture.height().cast_signed()), file.size);
        let (top, bottom) = (picture.get_pixel(300, 100), picture.get_pixel(300, picture.height() - 100));
        assert!(top[0] > 150 && top[2] < 80, "red is at the top: {top:?}");
        assert!(bottom[2] > 150 && bottom[0] < 80, "blue is at the bottom: {bottom:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_transparent_stays_so_and_what_is_small_is_not_made_larger() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("edith@example.org", "editor").await;
    let post = post(&app, false).await;
    let half = RgbaImage::from_fn(400, 100, |x, _| Rgba([10, 120, 60, if x < 200 { 0 } else { 255 }]));
    upload(&browser, post, &[("half.png", &encoded(half, ImageFormat::Png))]).await;
    for file in stored(&app).await {
        assert_eq!((file.size, file.media_type.as_str()), ((400, 100), "image/webp"));
        let picture = image::load_from_memory(&file.content).unwrap().into_rgba8();
        assert_eq!((picture.get_pixel(10, 10)[3], picture.get_pixel(300, 10).0), (0, [10, 120, 60, 255]));
    }
    // A screenshot has room for transparency and uses none.
    sqlx::query("delete from post_pictures").execute(&app.db).await.unwrap();
    let opaque = encoded(RgbaImage::from_pixel(1000, 500, Rgba([10, 120, 60, 255])), ImageFormat::WebP);
    upload(&browser, post, &[("screen.webp", &opaque)]).await;
    let [small, large] = stored(&app).await;
    assert_eq!((small.size, large.size, small.media_type.as_str()), ((640, 320), (1000, 500), "image/jpeg"));
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_that_reach_further_than_the_webs_look_the_same_without_their_profile() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("edith@example.org", "editor").await;
    let post = post(&app, false).await;
    let mut wide = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut wide, 95);
    encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    RgbImage::from_pixel(60, 40, Rgb([200, 100, 100])).write_with_encoder(encoder).unwrap();
    upload(&browser, post, &[("telephone.jpg", &wide)]).await;
    let [small, _] = stored(&app).await;
    assert!(!small.content.windows(11).any(|window| window == b"ICC_PROFILE"));
    // The same red is further out among the colours of the web.
    let pixel = image::load_from_memory(&small.content).unwrap().into_rgb8().get_pixel(30, 20).0;
    assert!((207..=218).contains(&pixel[0]) && (92..=100).contains(&pixel[1]), "{pixel:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_sees_at_once_what_has_changed_about_a_picture() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("edith@example.org", "editor").await;
    let post = post(&app, true).await;
    upload(&browser, post, &[("lake.jpg", &jpeg(800, 600))]).await;
    let id: Uuid = sqlx::query_scalar("select id from post_pictures").fetch_one(&app.db).await.unwrap();
    let address = format!("/admin/posts/{post}/pictures/{id}");
    let text = format!("![](/blog/pictures/{id})");
    sqlx::query("update posts set content = $1").bind(text).execute(&app.db).await.unwrap();
    let visitor = app.browser();
    let shown = async || visitor.get("/blog/a-post").await.attr(".prose img", "alt");
    for words in ["A lake", "The same lake at night"] {
        let fields = browser.get(&format!("/admin/posts/{post}/pictures")).await.form(&address);
        browser.post(&address, fields, &[("alt", words)]).await;
        assert_eq!(shown().await.as_deref(), Some(words));
        assert_eq!(shown().await.as_deref(), Some(words));
    }
    let fields = browser.get(&format!("/admin/posts/{post}/pictures")).await.form(&address);
    browser.post(&address, fields, &[("_method", "delete")]).await;
    assert_eq!(shown().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_describes_a_picture_makes_it_the_cover_and_deletes_it_without_javascript() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("edith@example.org", "editor").await;
    let post = post(&app, true).await;
    let path = format!("/admin/posts/{post}/pictures");
    let version = "select number from public_version";
    let before = app.count(version).await;
    upload(&browser, post, &[("lake.jpg", &jpeg(800, 600)), ("hill.jpg", &jpeg(300, 200))]).await;
    assert_eq!(app.count(version).await, before, "nothing that the public sees has changed");
    let ids: Vec<Uuid> = sqlx::query_scalar("select id from post_pictures order by created_at").fetch_all(&app.db).await.unwrap();
    let lake = ids[0];
    assert_eq!(lake.get_version_num(), 4);

    // Words that are too long come back as they were typed.
    let address = format!("{path}/{lake}");
    let words = "lake ".repeat(100);
    let fields = browser.get(&path).await.form(&address);
    let page = browser.post(&address, fields, &[("alt", &words)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains(words.trim()) && page.error("alt").is_some_and(|error| error.contains("are the most")), "{}", page.text);

    let fields = browser.get(&path).await.form(&address);
    let page = browser.post(&address, fields, &[("alt", "A [still] lake")]).await;
    let markdown = format!(r"![A \[still\] lake](/blog/pictures/{lake})");
    assert!(page.contains("Saved what the picture shows.") && page.contains(&markdown), "{}", page.text);
    assert_eq!(app.count(version).await, before + 1);

    let cover = format!("{address}/cover");
    let page = browser.post(&cover, page.form(&cover), &[]).await;
    assert!(page.contains("This is the cover now.") && page.contains("Not the cover any more"), "{}", page.text);
    let covers = periodical::blog::pictures::queries::covers(&app.db, &[post]).await.unwrap();
    assert_eq!((covers.len(), covers[0].id, covers[0].alt.as_str(), covers[0].large), (1, lake, "A [still] lake", (800, 600)));

    let page = browser.post(&cover, page.form(&cover), &[]).await;
    assert!(page.contains("The post has no cover now."), "{}", page.text);
    let page = browser.post(&cover, page.form(&cover), &[]).await;
    let page = browser.post(&address, page.form(&address), &[("_method", "delete")]).await;
    assert!(page.contains("The picture was deleted.") && !page.contains(&lake.to_string()), "{}", page.text);
    assert_eq!(app.count("select count(*) from posts where cover_id is not null").await, 0);
    assert_eq!(app.count("select count(*) from post_picture_files").await, 2, "of the other");
    assert_eq!(app.count(version).await, before + 5);
}

#[tokio::test]
async fn whoever_does_not_write_the_blog_adds_nothing_to_it() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in_as("max@example.org", "manager").await;
    let post = post(&app, true).await;
    assert_eq!(upload(&browser, post, &[("lake.jpg", &jpeg(30, 20))]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(pictures(&app).await, 0);

    let (_, editor) = app.signed_in_as("edith@example.org", "editor").await;
    assert_eq!(upload(&editor, post + 1, &[("lake.jpg", &jpeg(30, 20))]).await.status, StatusCode::NOT_FOUND);
}

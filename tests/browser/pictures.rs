//! Pictures: the README's, and of every page for looking at. Both run by `just screenshots` alone.

use std::path::PathBuf;

use crate::{
    browser::{Browser, Size, Theme},
    stage::{Stage, Who},
    support,
};

/// Where to put them.
const FOLDER: &str = "PERIODICAL_PICTURES";

/// Every page in both themes, sizes and languages, whole, as PAGE.LANGUAGE.SIZE.THEME.png.
#[tokio::test]
#[ignore = "makes pictures; `just screenshots --all FOLDER`"]
async fn of_every_page() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect(FOLDER));
    std::fs::create_dir_all(&folder).unwrap();
    let stage = Stage::demo().await;
    let only = std::env::var("PERIODICAL_PICTURES_ONLY").unwrap_or_default();
    let running = stage.running_attempt().await;
    let mut places = stage.places().await;
    places.insert(0, crate::stage::Place { who: Who::Owner, path: format!("/attempts/{running}"), name: "attempts-running".to_owned() });
    let places: Vec<_> = places.into_iter().filter(|place| place.name.contains(&only)).collect();
    // The browser's language, which a profile's own would overrule.
    sqlx::query("update users set locale = null").execute(&stage.app.db).await.unwrap();
    for language in ["en", "ru"] {
        let browser = Browser::asking_for(&stage.app, language).await.expect("a browser");
        stage.speak(language).await;
        for place in &places {
            browser.forget_everybody().await;
            if place.who != Who::Visitor {
                browser.become_(stage.reader(place.who)).await;
            }
            browser.goto(&place.path).await;
            for size in Size::ALL {
                browser.size(size).await;
                for theme in Theme::ALL {
                    browser.theme(theme).await;
                    let name = format!("{}.{language}.{}.{}.png", place.name, size.name(), theme.name());
                    browser.save_picture(&folder.join(name), true).await;
                }
            }
        }
    }
}

/// What the README shows: name, address, theme, size.
fn of_the_tour(running: i64, message: i64) -> [(&'static str, String, Theme, Size); 8] {
    [
        ("dashboard", "/".to_owned(), Theme::Light, Size::Desktop),
        ("dashboard-dark", "/".to_owned(), Theme::Dark, Size::Desktop),
        ("recipients", "/recipients".to_owned(), Theme::Light, Size::Desktop),
        ("message", format!("/messages/{message}/edit"), Theme::Light, Size::Desktop),
        ("mailing", format!("/mailings/new?message_id={message}"), Theme::Light, Size::Desktop),
        ("attempt", format!("/attempts/{running}"), Theme::Light, Size::Desktop),
        ("attempt-phone", format!("/attempts/{running}"), Theme::Dark, Size::Phone),
        ("report", "/reports".to_owned(), Theme::Light, Size::Desktop),
    ]
}

/// Those of `docs/screenshots`, from the demo while a mailing goes out.
#[tokio::test]
#[ignore = "makes pictures; `just screenshots`"]
async fn of_the_readme() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect(FOLDER));
    std::fs::create_dir_all(&folder).unwrap();
    let stage = Stage::demo().await;
    let browser = Browser::signed_in(&stage.app, stage.reader(Who::Owner)).await.expect("a browser");
    let running = stage.running_attempt().await;
    let message = stage.app.count("select id from messages where subject = 'Welcome to the autumn catalogue'").await;
    support::until("a third of the mails", || async { (stage.app.figures(running).await?.sent > 70).then_some(()) }).await;
    for (name, path, theme, size) in of_the_tour(running, message) {
        browser.theme(theme).await;
        match size {
            Size::Desktop => browser.pixels(1440, 810, 1.25).await,
            Size::Phone => browser.size(size).await,
        }
        browser.goto(&path).await;
        if path.starts_with("/mailings/new") {
            browser.fill("name", "Autumn letter").await;
            browser.click("label:has([name=period][value=weekly])").await;
            browser.reads("Every week on").await;
        }
        browser.settled().await;
        std::fs::write(folder.join(format!("{name}.webp")), browser.picture_for_print().await).unwrap();
    }
}

//! The README's pictures, made from the demo: `just screenshots` puts them into its folder.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    browser::{Browser, Size, Theme},
    stage::{Stage, Who},
    support,
};

/// Where to put them; unset, they are made and thrown away.
const FOLDER: &str = "PERIODICAL_README_PICTURES";

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

/// From the demo, while a mailing goes out.
#[tokio::test]
async fn the_pictures_of_the_readme_can_be_made_and_are_those_it_shows() {
    let stage = Stage::demo().await;
    let Some(browser) = Browser::signed_in(&stage.app, stage.reader(Who::Owner)).await else { return };
    let running = stage.running_attempt().await;
    let message = stage.app.count("select id from messages where subject = 'Welcome to the autumn catalogue'").await;
    support::until("a third of the mails", || async { (stage.app.figures(running).await?.sent > 70).then_some(()) }).await;
    let folder = std::env::var_os(FOLDER).map(PathBuf::from);
    let mut made = BTreeSet::new();
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
        if path.starts_with("/attempts/") {
            // The rate is known once the page has been told of it twice.
            browser.reads("a minute").await;
        }
        browser.settled().await;
        let picture = browser.picture_for_print().await;
        assert!(picture.starts_with(b"RIFF") && picture[8..].starts_with(b"WEBP"), "{name}");
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}.webp")), picture).unwrap();
        }
        made.insert(format!("{name}.webp"));
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let there: BTreeSet<String> =
        std::fs::read_dir(root.join("docs/screenshots")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, made, "docs/screenshots");
    for readme in ["README.md", "README.ru.md"] {
        let text = std::fs::read_to_string(root.join(readme)).unwrap();
        let shown = text.split("(docs/screenshots/").skip(1).filter_map(|rest| rest.split(')').next());
        let strange: Vec<&str> = shown.filter(|name| !made.contains(*name)).collect();
        assert!(strange.is_empty(), "{readme} shows pictures that nobody makes: {strange:?}");
    }
}

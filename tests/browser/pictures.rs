//! Pictures: the README's, and of every page for looking at. Both run by `just screenshots` alone.

use std::path::PathBuf;

use crate::{
    browser::{Browser, Size, Theme},
    stage::{Stage, Who},
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
    for language in ["en", "ru"] {
        let browser = Browser::asking_for(&stage.app, language).await.expect("a browser");
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

//! Every page of the site, in both themes and sizes: what holds of all of them. `just screenshots --all FOLDER` walks the same way and
//! keeps a picture of each view.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use crate::{
    axe,
    browser::{Browser, Size, Theme},
    stage::{Place, Stage, Who},
};

/// Where pictures of the views go, as PAGE.LANGUAGE.SIZE.THEME.png; unset, none are made.
const PICTURES: &str = "PERIODICAL_PICTURES";
/// A part of the names of the only pages to be walked.
const ONLY: &str = "PERIODICAL_PICTURES_ONLY";

/// Whether the page is one that everybody comes by: these are looked at in Russian too.
fn is_main(place: &Place) -> bool {
    !place.path.starts_with("/admin") && !place.path.starts_with("/dev") && !place.path.starts_with("/account/")
}

/// What was looked at and found, over all pages.
#[derive(Default)]
struct Tally {
    pages: usize,
    views: usize,
    passed: usize,
    pictures: Option<PathBuf>,
    /// What is wrong, with how often, and with details of the first time.
    wrong: BTreeMap<String, (usize, String)>,
}

impl Tally {
    fn note(&mut self, what: String, details: String) {
        self.wrong.entry(what).or_insert((0, details)).0 += 1;
    }

    /// One page in every theme and size.
    async fn look(&mut self, browser: &Browser, stage: &Stage, place: &Place, language: &str) {
        browser.forget_everybody().await;
        if place.who != Who::Visitor {
            browser.become_(stage.reader(place.who)).await;
        }
        browser.goto(&place.path).await;
        self.pages += 1;
        for size in Size::ALL {
            browser.size(size).await;
            let overflow = browser.overflow().await;
            if overflow > 0 {
                self.note(format!("{} ({language}, {}) scrolls sideways", place.path, size.name()), format!("{overflow} px"));
            }
            for theme in Theme::ALL {
                browser.theme(theme).await;
                let found = axe::look(browser).await;
                self.views += 1;
                self.passed += found.passed;
                for violation in found.violations {
                    let view = format!("{} ({language}, {}, {})", place.path, size.name(), theme.name());
                    self.note(violation.what, format!("{view} {}", violation.details));
                }
                if let Some(folder) = &self.pictures {
                    let name = format!("{}.{language}.{}.{}.png", place.name, size.name(), theme.name());
                    browser.save_picture(&folder.join(name), true).await;
                }
            }
        }
        // The page of an error is answered with that error's status, which the console repeats.
        let is_error = place.name.starts_with("error-");
        for told in browser.complaints().await {
            if !(is_error && told.contains("Failed to load resource")) {
                self.note(format!("{} ({language}): the console complains", place.path), told);
            }
        }
    }

    fn conclude(self, what: &str) {
        let said = format!(
            "{what}: {} pages, {} views (2 themes × 2 sizes), {} rules of axe kept, {} things wrong\n",
            self.pages,
            self.views,
            self.passed,
            self.wrong.len()
        );
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = std::io::stderr().write_all(said.as_bytes());
        let told = self.wrong.iter().map(|(what, (times, details))| format!("\n{what}\n  {times} times; first: {details}"));
        assert!(self.wrong.is_empty(), "{said}{}", told.collect::<String>());
    }
}

async fn walk(language: &str, what: &str, chosen: impl Fn(&Place) -> bool) {
    let stage = Stage::demo().await;
    let Some(browser) = Browser::asking_for(&stage.app, language).await else { return };
    stage.speak(language).await;
    browser.on_every_page(axe::source()).await;
    let mut tally = Tally { pictures: std::env::var_os(PICTURES).map(PathBuf::from), ..Tally::default() };
    if let Some(folder) = &tally.pictures {
        std::fs::create_dir_all(folder).unwrap();
    }
    let only = std::env::var(ONLY).unwrap_or_default();
    for place in stage.places().await.iter().filter(|place| chosen(place) && place.name.contains(&only)) {
        tally.look(&browser, &stage, place, language).await;
    }
    tally.conclude(what);
}

#[tokio::test]
async fn axe_and_the_console_find_nothing_on_any_page() {
    walk("en", "every page", |_| true).await;
}

#[tokio::test]
async fn axe_and_the_console_find_nothing_on_the_main_pages_in_russian() {
    walk("ru", "main pages in Russian", is_main).await;
}

#[tokio::test]
async fn a_mailing_that_is_going_out_is_accessible_too() {
    let stage = Stage::demo().await;
    let Some(browser) = Browser::asking_for(&stage.app, "en").await else { return };
    browser.on_every_page(axe::source()).await;
    let attempt = stage.running_attempt().await;
    let mut tally = Tally::default();
    for path in [format!("/attempts/{attempt}"), "/".to_owned()] {
        tally.look(&browser, &stage, &Place { who: Who::Owner, name: String::new(), path }, "en").await;
    }
    tally.conclude("live pages");
}

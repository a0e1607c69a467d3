//! Texts in two languages: none is missing, none is left over, both say the same, and the reader gets theirs.

mod pages;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::support::TestApp;

/// A message: its text as it stands in the file, by key.
type Messages = BTreeMap<String, String>;

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every message of a language; a key that is there twice fails.
fn messages(tag: &str) -> Messages {
    let mut messages = Messages::new();
    for path in files(&root().join("assets/locales").join(tag), "ftl") {
        let mut key = None;
        for line in fs::read_to_string(&path).unwrap().lines() {
            let begins = line.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
            if let (true, Some((name, text))) = (begins, line.split_once('=')) {
                let name = name.trim().to_owned();
                assert!(messages.insert(name.clone(), text.to_owned()).is_none(), "`{name}` is there twice, again in {}", path.display());
                key = Some(name);
            } else if let (Some(key), true) = (&key, line.starts_with([' ', '}'])) {
                messages.get_mut(key).unwrap().push_str(line);
            }
        }
    }
    messages
}

/// The variables of a message: `$name`.
fn variables(text: &str) -> BTreeSet<&str> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    text.split('$').skip(1).map(|rest| &rest[..rest.find(|character| !is_name(character)).unwrap_or(rest.len())]).collect()
}

/// A call of `t!` or `rich!`: its key and the names of its arguments.
fn calls(source: &str) -> Vec<(String, BTreeSet<String>)> {
    let mut calls = Vec::new();
    for start in ["t!(", "rich!("].into_iter().flat_map(|name| source.match_indices(name).map(move |(at, _)| at + name.len())) {
        let Some((key, rest)) = source[start..].trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')) else { continue };
        if !key.contains('-') || key.contains([' ', '{']) {
            continue;
        }
        calls.push((key.to_owned(), arguments(rest)));
    }
    calls
}

/// The names before `=` at the outermost level, up to the bracket that closes the call.
fn arguments(call: &str) -> BTreeSet<String> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let (mut part, mut parts) = (String::new(), Vec::new());
    for character in call.chars() {
        if quoted {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else {
            match character {
                '"' => quoted = true,
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
        }
        if character == ',' && depth == 0 && !quoted {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(character);
        }
    }
    parts.push(part);
    parts.iter().filter_map(|part| part.split_once('=')).map(|(name, _)| name.trim().to_owned()).collect()
}

#[test]
fn every_text_is_there_in_both_languages_with_the_variables_it_is_given_and_none_is_left_over() {
    let (english, russian) = (messages("en"), messages("ru"));
    let keys = |messages: &Messages| messages.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&russian), "the languages hold different texts");
    for (key, text) in &english {
        assert_eq!(variables(text), variables(&russian[key]), "`{key}` has other variables in Russian");
    }
    let mut used = BTreeSet::new();
    for path in files(&root().join("src"), "rs") {
        let source = fs::read_to_string(&path).unwrap();
        // What a comment shows is an example.
        let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for (key, given) in calls(&code.join("\n")) {
            let text = english.get(&key).unwrap_or_else(|| panic!("{} asks for `{key}`, which no file has", path.display()));
            let given: BTreeSet<&str> = given.iter().map(String::as_str).collect();
            assert_eq!(variables(text), given, "{} gives `{key}` other variables than its text has", path.display());
            used.insert(key);
        }
    }
    let unused: Vec<_> = keys(&english).difference(&used).cloned().collect();
    assert!(unused.is_empty(), "nobody asks for {unused:?}");
}

#[test]
fn the_files_of_texts_have_no_errors() {
    for path in files(&root().join("assets/locales"), "ftl") {
        let source = fs::read_to_string(&path).unwrap();
        if let Err((_, errors)) = fluent_bundle::FluentResource::try_new(source) {
            panic!("{}: {errors:?}", path.display());
        }
    }
}

#[tokio::test]
async fn a_page_comes_in_the_language_the_browser_asks_for_until_the_reader_chooses_another() {
    let app = TestApp::without_worker().await;
    let ask = |cookie: &'static str, accepted: &'static str| {
        let request =
            reqwest::Client::new().get(format!("{}/login", app.base)).header("accept-language", accepted).header("cookie", cookie);
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    assert!(ask("", "ru-RU,ru;q=0.9,en;q=0.8").await.contains(r#"<html lang="ru">"#));
    assert!(ask("", "de").await.contains(r#"<html lang="en">"#));
    assert!(ask("language=en", "ru").await.contains(r#"<html lang="en">"#));
    assert!(ask("language=tlh", "ru").await.contains(r#"<html lang="ru">"#));
}

#[tokio::test]
async fn the_switch_changes_the_language_here_and_for_somebody_signed_in_everywhere() {
    let app = TestApp::without_worker().await;
    let visitor = app.browser();
    let fields = visitor.get("/login").await.form("/language");
    assert_eq!(visitor.post("/language", fields, &[("language", "ru")]).await.attr("html", "lang").as_deref(), Some("ru"));
    assert_eq!(visitor.get("/register").await.attr("html", "lang").as_deref(), Some("ru"));

    let (_, here) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    let fields = here.get("/recipients").await.form("/language");
    here.post("/language", fields, &[("language", "ru")]).await;
    assert_eq!(elsewhere.get("/recipients").await.attr("html", "lang").as_deref(), Some("ru"));
}

#[tokio::test]
async fn the_switch_comes_back_to_the_page_it_stands_on_and_knows_no_other_language() {
    let app = TestApp::without_worker().await;
    let browser = app.browser().stopping_at_redirects();
    let token = browser.token().await;
    let ask = |language: &'static str, referer: String| {
        let form = [("csrf_token", token.clone()), ("language", language.to_owned()), ("_method", "put".to_owned())];
        browser.request(reqwest::Method::POST, "/language").header("referer", referer).form(&form)
    };
    let answer = browser.send(ask("ru", format!("{}/login?next=%2Fmailings", app.base))).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/login?next=%2Fmailings")));
    assert_eq!(browser.send(ask("tlh", format!("{}/login", app.base))).await.status, 404);
}

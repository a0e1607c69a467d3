//! The OpenAPI document.

use std::collections::BTreeSet;

use periodical::api::document;
use serde_json::Value;

use crate::support::TestApp;

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

fn operations() -> impl Iterator<Item = (String, &'static Value)> {
    let paths = document::document()["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation)))
}

#[tokio::test]
async fn the_document_is_there_for_whoever_asks() {
    let app = TestApp::without_worker().await;
    let answer = app.stranger().get("/openapi.json").await.expect(200);
    assert_eq!(&answer.json(), document::document());
    assert_eq!(answer.header("set-cookie"), None);
}

#[tokio::test]
async fn the_page_shows_every_operation_event_and_kind_of_problem_to_whoever_comes() {
    let app = TestApp::without_worker().await;
    app.is_set_up().await;
    let page = app.browser().get("/api/docs").await;
    assert_eq!(page.status.as_u16(), 200);
    for (name, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap();
        let text = page.text_of(&format!("#{id}")).unwrap_or_else(|| panic!("{name} is not on the page"));
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(text.contains(parameter["name"].as_str().unwrap()), "{name}: {parameter}");
        }
        assert!(text.contains(&format!("{}/api/v1", app.base)), "{name} has no example");
    }
    for (name, item) in document::document()["webhooks"].as_object().unwrap() {
        let text = page.text_of(&format!("#{}", item["post"]["operationId"].as_str().unwrap())).unwrap_or_default();
        for words in [name, "webhook-signature", &format!("\"type\": \"{name}\""), "410"] {
            assert!(text.contains(words), "{name}: {words}: {text}");
        }
    }
    for kind in periodical::web::api::problem::Kind::ALL {
        assert_eq!(page.count(&format!("#problem-{}", kind.name())), 1, "{kind:?}");
    }
}

#[test]
fn every_operation_says_what_it_does_takes_and_answers() {
    let mut ids = BTreeSet::new();
    for (name, operation) in operations() {
        assert!(METHODS.contains(&name.split(' ').next().unwrap()), "{name}");
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{name} has no id"));
        assert!(ids.insert(id), "{id} twice");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{name} has no summary");
        assert_eq!(operation["tags"].as_array().map_or(0, Vec::len), 1, "{name} has not one tag");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let described = parameter["description"].is_string() || parameter["schema"]["description"].is_string();
            assert!(described, "{name}: {parameter} says nothing of itself");
        }
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        for status in ["401", "403", "429", "500", "503"] {
            assert!(responses.contains_key(status), "{name} has no {status}");
        }
    }
    assert!(!ids.is_empty());
}

#[test]
fn every_field_says_what_it_is() {
    let schemas = document::document()["components"]["schemas"].as_object().unwrap();
    // What needs no words.
    let plain = ["id", "email", "name", "comment", "items", "subject"];
    for (schema, description) in schemas {
        for (field, property) in description["properties"].as_object().into_iter().flatten() {
            let described = property["description"].is_string() || property.get("$ref").is_some() || property.get("anyOf").is_some();
            assert!(described || plain.contains(&field.as_str()), "{schema}.{field} says nothing of itself");
        }
    }
}

//! The OpenAPI document: what poem-openapi makes of the operations, with what follows from how all of them work, and as OpenAPI 3.1.
//!
//! Added here, by rule and so for every operation: the problems it can have, the headers every answer has, that what may be left out of a
//! request may be null, that nothing else may be in it, and that nothing is ever left out of an answer.

use std::{collections::BTreeSet, sync::LazyLock};

use poem::{Response, http::header};
use serde_json::{Map, Value, json};

use crate::{
    i18n::{self, Language},
    web::api::{
        cursor,
        problem::{Kind, MEDIA_TYPE, TYPES},
    },
};

/// The document, made once.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // Ours is in English, whoever asks first.
    i18n::with(Language::default(), || completed(made()))
});

static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

/// The methods of a path item, as one reads them; its other keys are no operations.
pub const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The document as JSON.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The document as it is sent.
pub fn answer() -> Response {
    Response::builder().content_type("application/json; charset=utf-8").header(header::CACHE_CONTROL, "no-cache").body(TEXT.as_str())
}

/// The methods of an address below the API's own, for `Allow`.
pub fn methods(path: &str) -> String {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    // Where a word and an id may stand, the word comes first, as it does for the router.
    let item = paths.filter(|(pattern, _)| is_at(pattern, path)).min_by_key(|(pattern, _)| pattern.matches('{').count());
    let matching = item.into_iter().flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let methods: Vec<String> =
        matching.map(|(method, _)| method.to_uppercase()).filter(|method| METHODS.contains(&&*method.to_lowercase())).collect();
    methods.join(", ")
}

fn is_at(pattern: &str, path: &str) -> bool {
    let parts = |path: &str| path.trim_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
    let (pattern, path) = (parts(pattern), parts(path));
    pattern.len() == path.len() && pattern.iter().zip(&path).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
}

fn made() -> Value {
    let text = super::service().spec();
    serde_json::from_str(&text).unwrap_or_else(|_| unreachable!("the document is made by a JSON serialiser"))
}

fn completed(mut document: Value) -> Value {
    document["openapi"] = "3.1.0".into();
    document["info"]["license"] = json!({ "name": "AGPL-3.0-only", "identifier": "AGPL-3.0-only" });
    let sent = sent(&document);
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        with_nulls(schema);
        if schema.get("properties").is_some() {
            if sent.contains(name) { closed(schema) } else { complete_answer(schema) }
        }
    }
    // A type has no way to say so.
    document["components"]["schemas"]["AllRecipients"]["properties"]["all"]["enum"] = json!([true]);
    // No operation has it: it is the answer where there is none.
    let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::MethodNotAllowed);
    document["components"]["responses"] = kinds.map(|kind| (kind.name().to_owned(), problem(kind))).collect::<Map<_, _>>().into();
    document["components"]["headers"] = headers();
    for item in values(&mut document["paths"]) {
        for (_, operation) in item.as_object_mut().into_iter().flatten().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            complete(operation);
        }
    }
    // What we ask of others, with a signature and no token.
    for item in values(&mut document["webhooks"]) {
        item["post"]["security"] = json!([]);
    }
    document
}

/// The names of the schemas that requests are made of.
fn sent(document: &Value) -> BTreeSet<String> {
    let mut sent = BTreeSet::new();
    let operations = document["paths"].as_object().into_iter().flatten().flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let mut open: Vec<&Value> = operations.filter_map(|(_, operation)| operation.get("requestBody")).collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => open.extend(object.values()),
            Value::Array(array) => open.extend(array),
            Value::String(text) => {
                let name = text.strip_prefix("#/components/schemas/");
                if let Some(name) = name.filter(|name| sent.insert((*name).to_owned())) {
                    open.push(&document["components"]["schemas"][name]);
                }
            }
            _ => {}
        }
    }
    sent
}

/// Requests are read by types that know no other fields.
fn closed(schema: &mut Value) {
    schema["additionalProperties"] = false.into();
}

/// What has no value in an answer is null, and never left out.
fn complete_answer(schema: &mut Value) {
    let names: Vec<String> = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    schema["required"] = names.into();
}

fn values(object: &mut Value) -> impl Iterator<Item = &mut Value> {
    object.as_object_mut().into_iter().flatten().map(|(_, value)| value)
}

/// What may be left out of an object may be null, in both directions.
fn with_nulls(schema: &mut Value) {
    let required: Vec<String> =
        schema["required"].as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    if let Some(email) = properties.get_mut("email") {
        email["format"] = "email".into();
    }
    for (_, property) in properties.iter_mut().filter(|(name, _)| !required.contains(name)) {
        nullable(property);
    }
}

fn nullable(schema: &mut Value) {
    if schema.get("$ref").is_some() || schema.get("type").is_none() {
        *schema = json!({ "anyOf": [schema.take(), { "type": "null" }] });
        return;
    }
    schema["type"] = json!([schema["type"].take(), "null"]);
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
}

fn problem(kind: Kind) -> Value {
    let status = kind.status().as_u16();
    let errors = if kind == Kind::Invalid { json!([{ "field": "email", "detail": "…" }]) } else { json!([]) };
    let example =
        json!({ "type": format!("{TYPES}{}", kind.name()), "title": kind.title(), "status": status, "detail": "…", "errors": errors });
    let mut response = json!({
        "description": kind.title(),
        "content": { (MEDIA_TYPE): { "schema": { "$ref": "#/components/schemas/Problem" }, "example": example } },
    });
    match kind {
        Kind::TooMany | Kind::Busy => response["headers"] = json!({ "Retry-After": { "$ref": "#/components/headers/Retry-After" } }),
        Kind::Unauthorized => response["headers"] = json!({ "WWW-Authenticate": { "$ref": "#/components/headers/WWW-Authenticate" } }),
        _ => {}
    }
    response
}

fn headers() -> Value {
    json!({
        "RateLimit": { "description": "Requests left (`r`), and seconds until all are (`t`).", "schema": { "type": "string" }, "example": "\"user\";r=2999;t=1" },
        "RateLimit-Policy": { "description": "Requests at once (`q`), and in how many seconds they come back (`w`).", "schema": { "type": "string" }, "example": "\"user\";q=3000;w=60" },
        "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" }, "example": 5 },
        "WWW-Authenticate": { "description": "How to authenticate (RFC 6750).", "schema": { "type": "string" }, "example": "Bearer realm=\"Periodical\"" },
    })
}

/// poem-openapi offers schemes as a choice; the scopes that an operation names are all needed.
fn all_scopes(operation: &mut Value) {
    let named = operation["security"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
    let all: Map<String, Value> = named.map(|(scope, value)| (scope.clone(), value.clone())).collect();
    if !all.is_empty() {
        operation["security"] = json!([all]);
    }
}

/// Says of headers that are types of their own what the types say, and adds the problems that follow from what an operation takes.
fn complete(operation: &mut Value) {
    all_scopes(operation);
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let said = parameter["schema"].as_object_mut().and_then(|schema| schema.remove("description"));
        if let (None, Some(said)) = (parameter.get("description"), said) {
            parameter["description"] = said;
        }
        if parameter["name"] == "cursor" {
            parameter["schema"]["pattern"] = cursor::PATTERN.into();
        }
    }
    let parameters: Vec<(String, String)> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| {
            (parameter["in"].as_str().unwrap_or_default().to_owned(), parameter["name"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let takes = |place: &str| parameters.iter().any(|(r#in, _)| r#in == place);
    let header = |name: &str| parameters.iter().any(|(r#in, given)| r#in == "header" && given == name);
    let has_body = operation.get("requestBody").is_some();
    let mut kinds = vec![Kind::Unauthorized, Kind::Forbidden, Kind::TooMany, Kind::Internal, Kind::Busy];
    if takes("path") {
        kinds.push(Kind::NotFound);
    }
    if has_body {
        kinds.extend([Kind::Malformed, Kind::Overdue, Kind::TooLarge, Kind::MediaType]);
    }
    if has_body || takes("query") || takes("header") {
        kinds.push(Kind::Invalid);
    }
    if header("If-Match") {
        kinds.extend([Kind::Changed, Kind::PreconditionRequired]);
    }
    // Whatever changes something may meet what is stored already.
    if operation["responses"].get("200").is_none() || has_body || header("If-Match") {
        kinds.push(Kind::Conflict);
    }
    // The one that waits for the mail server.
    if operation["operationId"] == "testMessage" {
        kinds.push(Kind::MailServer);
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for response in responses.values_mut() {
        add_headers(response);
    }
    for kind in kinds {
        responses.insert(kind.status().as_str().to_owned(), json!({ "$ref": format!("#/components/responses/{}", kind.name()) }));
    }
}

/// poem-openapi writes headers in capitals.
fn add_headers(response: &mut Value) {
    let mut headers = Map::new();
    for (name, header) in response.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let name = match name.as_str() {
            "ETAG" => "ETag",
            "LOCATION" => "Location",
            "CONTENT-DISPOSITION" => "Content-Disposition",
            other => other,
        };
        headers.insert(name.to_owned(), header.clone());
    }
    for name in ["RateLimit", "RateLimit-Policy"] {
        headers.insert(name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    }
    response["headers"] = headers.into();
}

//! The document as somebody reads it: by tag, each operation with what it takes and answers.

use serde_json::{Value, json};

use super::document::METHODS;

/// What stands under one tag.
pub struct Group<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub operations: Vec<Operation<'a>>,
    /// Requests that are made to others; of each the path is the event's name.
    pub events: Vec<Operation<'a>>,
}

pub struct Operation<'a> {
    pub id: &'a str,
    /// In capitals.
    pub method: String,
    pub path: &'a str,
    pub summary: &'a str,
    pub description: Option<&'a str>,
    /// What the token must have.
    pub scopes: Vec<&'a str>,
    pub parameters: Vec<Field<'a>>,
    pub body: Option<Body<'a>>,
    pub answers: Vec<Answer<'a>>,
}

/// A parameter, or a field of an object.
pub struct Field<'a> {
    pub name: &'a str,
    /// Of a parameter: `path`, `query`, `header`.
    pub place: &'a str,
    pub kind: String,
    pub is_required: bool,
    pub description: &'a str,
}

pub struct Body<'a> {
    pub media_type: &'a str,
    pub fields: Vec<Field<'a>>,
    pub example: Option<Value>,
}

pub struct Answer<'a> {
    pub status: &'a str,
    pub description: &'a str,
    pub example: Option<Value>,
}

/// A document to read.
pub struct Reader<'a>(pub &'a Value);

/// Examples are made of types as deep as this; some refer to themselves.
const DEPTH: usize = 6;

impl<'a> Reader<'a> {
    /// What the document says of the API as a whole, in Markdown.
    pub fn description(&self) -> &'a str {
        text(&self.0["info"]["description"])
    }

    pub fn groups(&self) -> Vec<Group<'a>> {
        let tags = list(&self.0["tags"]);
        tags.map(|tag| {
            let name = text(&tag["name"]);
            let (operations, events) = (self.operations("paths", name), self.operations("webhooks", name));
            Group { name, description: text(&tag["description"]), operations, events }
        })
        .collect()
    }

    fn operations(&self, part: &str, tag: &str) -> Vec<Operation<'a>> {
        let mut operations = Vec::new();
        for (path, item) in object(&self.0[part]) {
            let of_path = METHODS.iter().filter_map(|method| Some((method, item.get(method)?)));
            operations.extend(
                of_path
                    .filter(|(_, operation)| operation["tags"][0] == tag)
                    .map(|(method, operation)| self.operation(method, path, operation)),
            );
        }
        operations
    }

    fn operation(&self, method: &str, path: &'a str, operation: &'a Value) -> Operation<'a> {
        let body = &operation["requestBody"]["content"];
        Operation {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path,
            summary: text(&operation["summary"]),
            description: operation["description"].as_str(),
            scopes: object(&operation["security"][0]).map(|(scope, _)| scope).collect(),
            parameters: list(&operation["parameters"]).map(|parameter| self.parameter(parameter)).collect(),
            body: object(body).next().map(|(media_type, content)| Body {
                media_type,
                fields: self.fields(&content["schema"]),
                example: media_type.contains("json").then(|| self.example(&content["schema"], DEPTH)),
            }),
            answers: self.answers(&operation["responses"]),
        }
    }

    /// By their statuses: what went well comes first.
    fn answers(&self, responses: &'a Value) -> Vec<Answer<'a>> {
        let mut answers: Vec<Answer<'a>> = object(responses).map(|(status, answer)| self.answer(status, answer)).collect();
        answers.sort_by_key(|answer| answer.status);
        answers
    }

    fn parameter(&self, parameter: &'a Value) -> Field<'a> {
        let description = text(&parameter["description"]);
        Field {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            kind: self.kind(&parameter["schema"]),
            is_required: parameter["required"] == true,
            description: if description.is_empty() { text(&parameter["schema"]["description"]) } else { description },
        }
    }

    fn fields(&self, schema: &'a Value) -> Vec<Field<'a>> {
        let schema = self.resolved(schema);
        let field = |(name, property): (&'a str, &'a Value)| Field {
            name,
            place: "",
            kind: self.kind(property),
            is_required: list(&schema["required"]).any(|required| required == name),
            description: text(&property["description"]),
        };
        object(&schema["properties"]).map(field).collect()
    }

    fn answer(&self, status: &'a str, answer: &'a Value) -> Answer<'a> {
        let answer = self.resolved(answer);
        let content = object(&answer["content"]).next();
        // Problems all look alike; they have a table of their own.
        let is_good = status.starts_with('2');
        let json = content.filter(|(media_type, _)| is_good && media_type.contains("json"));
        Answer {
            status,
            description: text(&answer["description"]),
            example: json.map(|(_, content)| self.example(&content["schema"], DEPTH)),
        }
    }

    /// In words: `string`, `array of Recipient`, `integer or null`.
    fn kind(&self, schema: &'a Value) -> String {
        if let Some(name) = schema["$ref"].as_str() {
            let meant = self.resolved(schema);
            let is_choice = meant.get("enum").is_some();
            return if is_choice { self.kind(meant) } else { name.rsplit('/').next().unwrap_or_default().to_owned() };
        }
        let alternatives = list(&schema["anyOf"]).chain(list(&schema["oneOf"])).chain(list(&schema["allOf"]));
        let alternatives: Vec<String> = alternatives.map(|schema| self.kind(schema)).filter(|kind| !kind.is_empty()).collect();
        if !alternatives.is_empty() {
            return alternatives.join(" or ");
        }
        let types = list(&schema["type"]).map(text).collect::<Vec<_>>();
        let kind = if types.is_empty() { text(&schema["type"]).to_owned() } else { types.join(" or ") };
        let values: Vec<&str> = list(&schema["enum"]).map(text).filter(|value| !value.is_empty()).collect();
        match (kind.as_str(), schema["format"].as_str()) {
            _ if !values.is_empty() => values.join(" | "),
            ("array", _) => format!("array of {}", self.kind(&schema["items"])),
            (kind, Some(format)) if format.starts_with("date") => kind.replace("string", format),
            _ => kind,
        }
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let Some(path) = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) else { return schema };
        self.0.pointer(path).unwrap_or(&Value::Null)
    }

    /// What something of the schema looks like.
    fn example(&self, schema: &'a Value, depth: usize) -> Value {
        let schema = self.resolved(schema);
        if depth == 0 {
            return Value::Null;
        }
        if let Some(example) = schema.get("example").or_else(|| schema.get("default")) {
            return example.clone();
        }
        if let Some(first) = list(&schema["enum"]).chain(list(&schema["examples"])).next() {
            return first.clone();
        }
        if let Some(first) = list(&schema["anyOf"]).chain(list(&schema["oneOf"])).chain(list(&schema["allOf"])).next() {
            return self.example(first, depth - 1);
        }
        match schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default() {
            "object" => {
                object(&schema["properties"]).map(|(name, property)| (name.to_owned(), self.example(property, depth - 1))).collect()
            }
            "array" => json!([self.example(&schema["items"], depth - 1)]),
            "integer" => schema["minimum"].as_f64().map_or(json!(7), |minimum| json!(minimum.max(1.0) as i64)),
            "number" => json!(0.5),
            "boolean" => json!(true),
            "string" if schema["format"] == "date-time" => json!("2026-12-01T09:00:00Z"),
            "string" if schema["format"] == "email" => json!("anna@example.org"),
            "string" if schema["format"] == "uuid" => json!("0b8a7d1e-6a39-4f35-9d5e-3f6f4d0c1a52"),
            "string" => json!("…"),
            _ => Value::Null,
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

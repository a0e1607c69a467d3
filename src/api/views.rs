//! The document as a page: made here, from the binary, so that it is there without a script and without anybody else's server.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Parser, html::push_html};
use serde_json::Value;

use super::{
    PATH,
    reading::{Answer, Body, Field, Group, Operation, Reader},
};
use crate::{
    config::Config,
    i18n::{self, Language},
    t,
    ui::{self, Shell, badge, badge::Kind as Tone, button, page_header},
    users::Visitor,
    web::{
        Chrome,
        api::problem::{Kind, TYPES},
    },
};

/// The whole page.
pub fn docs_page(visitor: &Visitor, chrome: &Chrome, config: &Config, reader: &Reader) -> Markup {
    let title = t!("api-docs-title");
    let shell = Shell { ..visitor.shell(chrome, &title, ui::Section::None) };
    let groups = reader.groups();
    let download = button::secondary_link("/api/v1/openapi.json", &t!("api-docs-document"));
    ui::page(
        &shell,
        html! {
            (page_header(&title, Some(&t!("api-docs-subtitle")), Some(download)))
            div .row .api-docs {
                nav .col-lg-3 .mb-4 aria-label=(t!("api-docs-contents")) { (contents(&groups)) }
                // It is in English for everybody, as programs are.
                div .col-lg-9 lang="en" {
                    section .card .mb-4 { div .card-body .markdown { (markdown(reader.description())) } }
                    @for group in &groups { (section(group, config)) }
                    (i18n::with(Language::default(), problems))
                }
            }
        },
    )
}

fn contents(groups: &[Group]) -> Markup {
    html! {
        div .card .api-contents {
            div .list-group .list-group-flush lang="en" {
                @for group in groups {
                    a .list-group-item .list-group-item-action href={ "#" (anchor(group.name)) } { (group.name) }
                }
                a .list-group-item .list-group-item-action href="#problems" { "Problems" }
            }
        }
    }
}

fn anchor(tag: &str) -> String {
    tag.to_lowercase().replace(' ', "-")
}

fn section(group: &Group, config: &Config) -> Markup {
    html! {
        section .card .mb-4 #(anchor(group.name)) aria-labelledby={ (anchor(group.name)) "-title" } {
            div .card-header { div {
                h2 .card-title #{ (anchor(group.name)) "-title" } { (group.name) }
                div .card-subtitle .mb-0 { (group.description) }
            } }
            div .list-group .list-group-flush {
                @for operation in &group.operations { (operation_details(operation, config)) }
                @for event in &group.events { (event_details(event)) }
            }
        }
    }
}

fn operation_details(operation: &Operation, config: &Config) -> Markup {
    html! {
        details .list-group-item .api-operation #(operation.id) {
            summary {
                (badge(tone(&operation.method), &operation.method)) " "
                code { (operation.path) } " "
                span .text-secondary { (operation.summary) }
            }
            div .mt-3 {
                @if let Some(description) = operation.description { (markdown(description)) }
                @if !operation.scopes.is_empty() {
                    p { "Scopes of the token: " @for scope in &operation.scopes { code { (scope) } " " } }
                }
                @if !operation.parameters.is_empty() { h3 { "Parameters" } (fields(&operation.parameters)) }
                @if let Some(body) = &operation.body { (body_of(body)) }
                h3 { "Example" }
                pre tabindex="0" { code { (curl(operation, config)) } }
                h3 { "Answers" }
                (answers(&operation.answers))
            }
        }
    }
}

/// A request that a program of the reader's own gets.
fn event_details(event: &Operation) -> Markup {
    html! {
        details .list-group-item .api-operation #(event.id) {
            summary {
                (badge(Tone::Neutral, "Event")) " "
                code { (event.path) } " "
                span .text-secondary { (event.summary) }
            }
            div .mt-3 {
                @if let Some(description) = event.description { (markdown(description)) }
                h3 { "Headers" } (fields(&event.parameters))
                @if let Some(body) = &event.body {
                    (body_of(body))
                    @if let Some(example) = &body.example { h3 { "Example" } pre tabindex="0" { code { (pretty(example)) } } }
                }
                h3 { "What to answer" }
                (answers(&event.answers))
            }
        }
    }
}

fn tone(method: &str) -> Tone {
    match method {
        "GET" => Tone::Info,
        "POST" => Tone::Success,
        "PUT" => Tone::Warning,
        _ => Tone::Danger,
    }
}

fn fields(fields: &[Field]) -> Markup {
    html! {
        div .table-responsive .mb-3 tabindex="0" {
            table .table .table-sm .table-vcenter {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Type" } th scope="col" { "Meaning" } } }
                tbody {
                    @for field in fields {
                        tr {
                            td .text-nowrap {
                                code { (field.name) }
                                @if field.is_required { " " span .text-secondary { "required" } }
                                @if !field.place.is_empty() { div .text-secondary { "in the " (field.place) } }
                            }
                            td { (field.kind) }
                            td .api-meaning { (markdown(field.description)) }
                        }
                    }
                }
            }
        }
    }
}

fn body_of(body: &Body) -> Markup {
    html! {
        h3 { "Body: " code { (body.media_type) } }
        @if !body.fields.is_empty() { (fields(&body.fields)) }
    }
}

/// What one would type into a shell.
fn curl(operation: &Operation, config: &Config) -> String {
    let mut lines = vec![format!("curl {}", config.link(&format!("{PATH}{}", operation.path)))];
    if operation.method != "GET" {
        lines[0] = format!("curl -X {} {}", operation.method, config.link(&format!("{PATH}{}", operation.path)));
    }
    lines.push("-H \"Authorization: Bearer $TOKEN\"".to_owned());
    if operation.parameters.iter().any(|parameter| parameter.name == "If-Match") {
        lines.push("-H 'If-Match: *'".to_owned());
    }
    if let Some(body) = &operation.body {
        lines.push(format!("-H 'Content-Type: {}'", body.media_type));
        match &body.example {
            Some(example) => lines.push(format!("-d '{}'", example.to_string().replace('\'', "'\\''"))),
            None => lines.push("--data-binary @FILE".to_owned()),
        }
    }
    lines.join(" \\\n  ")
}

fn answers(answers: &[Answer]) -> Markup {
    html! {
        dl .row .mb-0 {
            @for answer in answers {
                dt .col-2 .col-md-1 { (answer.status) }
                dd .col-10 .col-md-11 {
                    (answer.description)
                    @if let Some(example) = &answer.example { pre .mt-2 tabindex="0" { code { (pretty(example)) } } }
                }
            }
        }
    }
}

fn pretty(example: &Value) -> String {
    format!("{example:#}")
}

/// Where the `type` of a problem leads.
fn problems() -> Markup {
    html! {
        section .card .mb-4 #problems aria-labelledby="problems-title" {
            div .card-header { h2 .card-title #problems-title { "Problems" } }
            div .card-body {
                p { "A problem's " code { "type" } " is one of these, in every language." }
                dl .row .mb-0 {
                    @for kind in Kind::ALL {
                        dt .col-sm-4 .api-problem #{ "problem-" (kind.name()) } { code { (TYPES) (kind.name()) } }
                        dd .col-sm-8 { (kind.status().as_u16()) " " (kind.title()) }
                    }
                }
            }
        }
    }
}

/// Ours alone: it is part of the program.
fn markdown(source: &str) -> Markup {
    let mut markup = String::new();
    push_html(&mut markup, Parser::new(source));
    PreEscaped(markup)
}

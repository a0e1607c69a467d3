//! Fields with a fixed set of answers: select, radio group, list of checkboxes.

use maud::{Markup, html};

use super::form::Field;
use crate::{rich, t};

/// One answer: what is sent, what is read, and a second line where the answer needs one.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    pub value: &'a str,
    pub label: &'a str,
    pub detail: Option<&'a str>,
}

impl<'a> Choice<'a> {
    pub fn new(value: &'a str, label: &'a str) -> Self {
        Choice { value, label, detail: None }
    }

    /// A second, quieter line.
    pub fn detail(self, detail: &'a str) -> Self {
        Choice { detail: Some(detail), ..self }
    }
}

/// A drop-down; the field's value is the chosen one.
pub fn select<'a>(field: &Field, choices: impl IntoIterator<Item = Choice<'a>>) -> Markup {
    select_control(field, choices, false)
}

/// A drop-down of IANA zones. While nobody has chosen (`chosen` false), app.js takes the browser's zone.
pub fn zone_select<'a>(field: &Field, zones: impl IntoIterator<Item = &'a str>, chosen: bool) -> Markup {
    select_control(field, zones.into_iter().map(|zone| Choice::new(zone, zone)), !chosen)
}

fn select_control<'a>(field: &Field, choices: impl IntoIterator<Item = Choice<'a>>, browser_zone: bool) -> Markup {
    field.wrap(html! {
        select .form-select .is-invalid[field.error.is_some()] id=(field.id()) name=(field.name)
            required[field.required] data-browser-zone[browser_zone] aria-invalid=[field.error.map(|_| "true")]
            aria-describedby=[field.described_by()] {
            @for choice in choices {
                option value=(choice.value) selected[choice.value == field.value] { (choice.label) }
            }
        }
    })
}

/// All answers in view, one of them chosen.
pub fn radio_group<'a>(field: &Field, choices: impl IntoIterator<Item = Choice<'a>>) -> Markup {
    html! {
        fieldset .field .mb-3 aria-describedby=[field.described_by()] {
            legend class=(field.label_class()) { (field.label) }
            div .choice-cards {
                @for choice in choices {
                    label .form-selectgroup-item {
                        input .form-selectgroup-input type="radio" name=(field.name) value=(choice.value)
                            checked[choice.value == field.value] required[field.required]
                            aria-invalid=[field.error.map(|_| "true")];
                        span .form-selectgroup-label .choice-card {
                            span .form-selectgroup-check aria-hidden="true" {}
                            span {
                                span .choice-title { (choice.label) }
                                @if let Some(detail) = choice.detail {
                                    span .choice-detail { (detail) }
                                }
                            }
                        }
                    }
                }
            }
            (field.notes())
        }
    }
}

/// One tick, as "Keep me signed in".
pub fn checkbox(field: &Field, checked: bool) -> Markup {
    html! {
        div .field .mb-3 {
            label .form-check .mb-0 {
                input .form-check-input .is-invalid[field.error.is_some()] type="checkbox" id=(field.id())
                    name=(field.name) value="true" checked[checked] aria-invalid=[field.error.map(|_| "true")]
                    aria-describedby=[field.described_by()];
                span .form-check-label { (field.label) }
            }
            (field.notes())
        }
    }
}

/// A few to tick, as an account's roles; each is sent as `name=value`.
pub fn checkboxes<'a>(field: &Field, choices: impl IntoIterator<Item = (Choice<'a>, bool)>) -> Markup {
    html! {
        fieldset .field .mb-3 aria-describedby=[field.described_by()] {
            legend class=(field.label_class()) { (field.label) }
            @for (choice, ticked) in choices {
                label .form-check {
                    input .form-check-input .is-invalid[field.error.is_some()] type="checkbox" name=(field.name) value=(choice.value)
                        checked[ticked] aria-invalid=[field.error.map(|_| "true")];
                    span .form-check-label { (choice.label) }
                    @if let Some(detail) = choice.detail { span .form-check-description { (detail) } }
                }
            }
            (field.notes())
        }
    }
}

/// Many to tick, as a mailing's recipients; each is sent as `name=value`.
///
/// app.js adds "tick all" and keeps the count; without it the count is the one the page came with.
pub fn checkbox_list<'a>(field: &Field, choices: impl IntoIterator<Item = (Choice<'a>, bool)>) -> Markup {
    let choices: Vec<(Choice, bool)> = choices.into_iter().collect();
    let ticked = choices.iter().filter(|(_, ticked)| *ticked).count();
    html! {
        fieldset .field .mb-3 data-picker aria-describedby=[field.described_by()] {
            legend class=(field.label_class()) { (field.label) }
            div .picker .is-invalid[field.error.is_some()] {
                div .picker-head {
                    // Hidden until app.js shows it: without JavaScript it would do nothing.
                    label .form-check .mb-0 data-tick-all-label hidden {
                        input .form-check-input type="checkbox" data-tick-all autocomplete="off";
                        span .form-check-label { (t!("ui-tick-all")) }
                    }
                    span .text-secondary .ms-auto role="status" {
                        (rich!("ui-ticked", ticked = html! { strong data-tick-count { (ticked) } }, count = html! { span data-choice-count { (choices.len()) } }))
                    }
                }
                div .picker-list {
                    @for (choice, ticked) in &choices {
                        label .picker-item {
                            input .form-check-input type="checkbox" name=(field.name) value=(choice.value) checked[*ticked]
                                aria-invalid=[field.error.map(|_| "true")];
                            span .picker-text {
                                span { (choice.label) }
                                @if let Some(detail) = choice.detail {
                                    span .text-secondary { (detail) }
                                }
                            }
                        }
                    }
                }
            }
            (field.notes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_starts_with_what_is_ticked() {
        let choices = [(Choice::new("1", "Ada"), true), (Choice::new("2", "Bob"), false)];
        let markup = checkbox_list(&Field::new("Recipients", "recipient_id"), choices).into_string();
        assert!(markup.contains("data-tick-count>1</strong> of <span data-choice-count>2</span> ticked"), "{markup}");
        assert!(markup.contains(r#"name="recipient_id" value="1" checked"#), "{markup}");
    }

    #[test]
    fn only_an_unchosen_zone_is_filled_in_by_the_browser() {
        let field = Field::new("Time zone", "time_zone").value("Europe/Riga");
        assert!(zone_select(&field, ["Europe/Riga"], false).into_string().contains("data-browser-zone"));
        assert!(!zone_select(&field, ["Europe/Riga"], true).into_string().contains("data-browser-zone"));
    }
}

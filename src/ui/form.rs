//! Form fields. Each shows its label, the reader's own value, a hint, and its error beside it.

use maud::{Markup, Render, html};
use uuid::Uuid;

use super::alert::{Tone, alert};

/// What concerns a form as a whole, to stand above its fields.
pub fn whole(text: Option<&str>) -> Markup {
    html! {
        @if let Some(text) = text { (alert(Tone::Warning, text)) }
    }
}

/// One field of a form, built up by its setters: `Field::new("E-mail", "email").value(&form.email).required()`.
///
/// The name is the column's name; the id is the name too, unless [`Field::scope`] makes it another.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    pub(super) label: &'a str,
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) hint: Option<&'a str>,
    pub(super) error: Option<&'a str>,
    pub(super) required: bool,
    max_length: Option<usize>,
    autocomplete: Option<&'a str>,
    scope: Option<&'a str>,
    autofocus: bool,
}

impl<'a> Field<'a> {
    pub fn new(label: &'a str, name: &'a str) -> Self {
        Field {
            label,
            name,
            value: "",
            hint: None,
            error: None,
            required: false,
            max_length: None,
            autocomplete: None,
            scope: None,
            autofocus: false,
        }
    }

    /// What the field holds: after an error, exactly what was typed.
    pub fn value(self, value: &'a str) -> Self {
        Field { value, ..self }
    }

    /// A sentence under the field, read out with it.
    pub fn hint(self, hint: &'a str) -> Self {
        Field { hint: Some(hint), ..self }
    }

    /// What is wrong with the value and how to mend it.
    pub fn error(self, error: Option<&'a str>) -> Self {
        Field { error, ..self }
    }

    pub fn required(self) -> Self {
        Field { required: true, ..self }
    }

    /// The limit in characters; the browser stops typing there.
    pub fn max_length(self, characters: usize) -> Self {
        Field { max_length: Some(characters), ..self }
    }

    /// The browser's autofill token: `username`, `current-password`, `new-password`, `name`, `off`.
    pub fn autocomplete(self, token: &'a str) -> Self {
        Field { autocomplete: Some(token), ..self }
    }

    /// Makes ids unique where a page holds the same form twice, as rows edited in place: `recipient-ID`.
    pub fn scope(self, scope: &'a str) -> Self {
        Field { scope: Some(scope), ..self }
    }

    pub fn autofocus(self) -> Self {
        Field { autofocus: true, ..self }
    }

    pub(super) fn id(&self) -> String {
        match self.scope {
            Some(scope) => format!("{scope}-{}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// The ids of hint and error, for `aria-describedby`.
    pub(super) fn described_by(&self) -> Option<String> {
        let id = self.id();
        let mut ids = Vec::new();
        if self.error.is_some() {
            ids.push(format!("{id}-error"));
        }
        if self.hint.is_some() {
            ids.push(format!("{id}-hint"));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    pub(super) fn label_class(&self) -> &'static str {
        if self.required { "form-label required" } else { "form-label" }
    }

    /// Error and hint, as they stand under the control.
    pub(super) fn notes(&self) -> Markup {
        html! {
            @if let Some(error) = self.error {
                div .invalid-feedback .d-block id={ (self.id()) "-error" } role="alert" { (error) }
            }
            @if let Some(hint) = self.hint {
                small .form-hint id={ (self.id()) "-hint" } { (hint) }
            }
        }
    }

    /// A control for files of one's own; what was chosen cannot be given back.
    pub fn files(&self) -> Markup {
        let id = self.id();
        self.wrap(html! {
            input .form-control .is-invalid[self.error.is_some()] type="file" id=(id) name=(self.name) multiple
                aria-describedby=[self.described_by()] aria-invalid=[self.error.map(|_| "true")];
        })
    }

    /// Label, control and notes in the usual distance from the next field.
    pub(super) fn wrap(&self, control: Markup) -> Markup {
        html! {
            div .field .mb-3 {
                label class=(self.label_class()) for=(self.id()) { (self.label) }
                (control)
                (self.notes())
            }
        }
    }

    fn input(&self, kind: &str) -> Markup {
        self.wrap(html! {
            input .form-control .is-invalid[self.error.is_some()] type=(kind) id=(self.id()) name=(self.name)
                value=[(kind != "password").then_some(self.value)] required[self.required] maxlength=[self.max_length]
                autocomplete=[self.autocomplete] autofocus[self.autofocus]
                aria-invalid=[self.error.map(|_| "true")] aria-describedby=[self.described_by()];
        })
    }
}

/// One line of text.
pub fn text(field: &Field) -> Markup {
    field.input("text")
}

/// An e-mail address; phones show the keyboard with `@`. The server's rules decide, so put `novalidate` on the form.
pub fn email(field: &Field) -> Markup {
    field.input("email")
}

/// A password; never sent back to the browser, whatever [`Field::value`] holds.
pub fn password(field: &Field) -> Markup {
    field.input("password")
}

/// Civil date and time, `2026-03-01T09:00`, in the zone the form names beside it.
pub fn date_time(field: &Field) -> Markup {
    field.input("datetime-local")
}

/// A day, `2026-03-01`.
pub fn date(field: &Field) -> Markup {
    field.input("date")
}

/// Several lines of text.
pub fn textarea(field: &Field, rows: usize) -> Markup {
    field.wrap(html! {
        // HTML drops one newline right after the tag; without this one it would be the reader's own.
        textarea .form-control .is-invalid[field.error.is_some()] id=(field.id()) name=(field.name) rows=(rows)
            required[field.required] maxlength=[field.max_length]
            autofocus[field.autofocus] aria-invalid=[field.error.map(|_| "true")]
            aria-describedby=[field.described_by()] { "\n" (field.value) }
    })
}

/// Proof that the form came from our own page.
pub fn csrf_field(token: &str) -> Markup {
    hidden("csrf_token", token)
}

/// Names this one filling-in of the form, so that sending it twice does it once.
pub fn submission_field(submission: Uuid) -> Markup {
    hidden("submission_id", submission.to_string())
}

/// `put` or `delete`, for a form sent without htmx: browsers only know GET and POST.
pub fn method_field(method: &str) -> Markup {
    hidden("_method", method)
}

fn hidden(name: &str, value: impl Render) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_tied_to_its_field_for_screen_readers() {
        let markup = email(&Field::new("E-mail", "email").value("a@").error(Some("Add a domain.")).hint("Yours.")).into_string();
        assert!(markup.contains(r#"aria-invalid="true" aria-describedby="email-error email-hint""#), "{markup}");
        assert!(markup.contains(r#"id="email-error" role="alert">Add a domain.<"#), "{markup}");
        assert!(markup.contains(r#"value="a@""#), "{markup}");
    }

    #[test]
    fn a_password_is_never_sent_back() {
        let markup = password(&Field::new("Password", "password").value("secret")).into_string();
        assert!(!markup.contains("secret"), "{markup}");
    }

    #[test]
    fn a_leading_newline_of_the_reader_survives() {
        let markup = textarea(&Field::new("Body", "body").value("\nhello"), 5).into_string();
        assert!(markup.contains(">\n\nhello</textarea>"), "{markup}");
    }

    #[test]
    fn values_are_escaped() {
        let markup = text(&Field::new("Name", "full_name").value("\"><b>")).into_string();
        assert!(markup.contains(r#"value="&quot;&gt;&lt;b&gt;""#), "{markup}");
    }
}

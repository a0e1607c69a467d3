//! The Fluent files, parsed once, and how a message becomes text or markup.

use std::{borrow::Cow, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use maud::{Markup, PreEscaped, Render};
use rust_embed::RustEmbed;

use super::{Language, current, format};

#[derive(RustEmbed)]
#[folder = "assets/locales"]
#[include = "*.ftl"]
struct Locales;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));
static RUSSIAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Russian));

fn bundle_of(language: Language) -> &'static Bundle {
    match language {
        Language::English => &ENGLISH,
        Language::Russian => &RUSSIAN,
    }
}

/// Every file of the language. A broken file costs its broken messages and a line in the log; a test reads them all.
fn bundle(language: Language) -> Bundle {
    let id = language.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Marks around every variable for mixed directions of writing: both languages run the same way.
    bundle.set_use_isolating(false);
    // A function pointer knows nothing around it: one each.
    bundle.set_formatter(Some(match language {
        Language::English => |value, _| grouped(Language::English, value),
        Language::Russian => |value, _| grouped(Language::Russian, value),
    }));
    let folder = format!("{}/", language.tag());
    for path in Locales::iter().filter(|path| path.starts_with(&folder)) {
        let Some(file) = Locales::get(&path) else { continue };
        let source = String::from_utf8_lossy(&file.data).into_owned();
        let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, errors)| {
            tracing::error!(file = %path, ?errors, "A file of texts has errors");
            resource
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(file = %path, ?errors, "Texts are there twice");
        }
    }
    bundle
}

fn grouped(language: Language, value: &FluentValue) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => Some(format::whole_number(language, number.value as i64)),
        _ => None,
    }
}

/// What can stand for a message's variable.
#[derive(Debug)]
pub struct Argument<'a>(FluentValue<'a>);

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Self(FluentValue::String(Cow::Borrowed(text)))
    }
}

impl<'a> From<&'a &'a String> for Argument<'a> {
    fn from(text: &'a &'a String) -> Self {
        Self(FluentValue::String(Cow::Borrowed(text)))
    }
}

impl<'a> From<&'a &str> for Argument<'a> {
    fn from(text: &'a &str) -> Self {
        Self(FluentValue::String(Cow::Borrowed(text)))
    }
}

macro_rules! numbers {
    ($($number:ty),+) => { $(
        impl From<&$number> for Argument<'_> {
            fn from(number: &$number) -> Self {
                Self(FluentValue::from(*number))
            }
        }
    )+ };
}

numbers!(i32, i64, u16, u32, u64, usize);

/// The message of `key` in the reader's language.
pub fn text(key: &'static str, arguments: Vec<(&'static str, Argument)>) -> String {
    let arguments = arguments.into_iter().map(|(name, Argument(value))| (name, value)).collect();
    format_message(current(), key, &arguments).into_owned()
}

/// Private-use characters, which no text holds, keep the places of the markup while the words are escaped.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// The message of `key` with markup in the places of its variables.
pub fn markup(key: &'static str, arguments: Vec<(&'static str, Markup)>) -> Markup {
    let places =
        arguments.iter().enumerate().map(|(number, (name, _))| (*name, FluentValue::from(format!("{OPEN}{number}{CLOSE}")))).collect();
    let markup: Vec<Markup> = arguments.into_iter().map(|(_, markup)| markup).collect();
    spliced(&format_message(current(), key, &places), &markup)
}

fn spliced(message: &str, arguments: &[Markup]) -> Markup {
    let mut parts = message.split(OPEN);
    let mut html = parts.next().unwrap_or_default().render().into_string();
    for part in parts {
        let (number, words) = part.split_once(CLOSE).unwrap_or(("", part));
        if let Some(argument) = number.parse().ok().and_then(|number: usize| arguments.get(number)) {
            html.push_str(&argument.0);
        }
        html.push_str(&words.render().into_string());
    }
    PreEscaped(html)
}

fn format_message<'a>(language: Language, key: &'static str, arguments: &'a FluentArgs<'a>) -> Cow<'a, str> {
    let bundle = bundle_of(language);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        debug_assert!(false, "no text for `{key}` in {language:?}");
        return Cow::Borrowed(key);
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
    debug_assert!(errors.is_empty(), "the text `{key}` in {language:?}: {errors:?}");
    text
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;
    use crate::i18n::with;

    #[test]
    fn plural_forms_follow_the_language_and_numbers_are_grouped() {
        let words = |count: i64| crate::t!("common-recipients", count = count);
        assert_eq!(words(1), "1 recipient");
        assert_eq!(words(1234), "1,234 recipients");
        with(Language::Russian, || {
            let counted =
                [(1, "1 клиент"), (3, "3 клиента"), (5, "5 клиентов"), (21, "21 клиент"), (1_234_567, "1\u{a0}234\u{a0}567 клиентов")];
            for (count, expected) in counted {
                assert_eq!(words(count), expected);
            }
        });
    }

    #[test]
    fn markup_in_a_sentence_stays_markup_and_words_are_escaped() {
        let message = format!("Words & {OPEN}1{CLOSE} and {OPEN}0{CLOSE}.");
        let arguments = [html! { b { "<one>" } }, html! { a href="/?a=1&b=2" { "two" } }];
        assert_eq!(spliced(&message, &arguments).into_string(), r#"Words &amp; <a href="/?a=1&amp;b=2">two</a> and <b>&lt;one&gt;</b>."#);
    }
}

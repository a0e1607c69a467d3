//! What a page that the public finds says of itself in its head: to search engines, feed readers, and whoever is sent its link.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use crate::i18n::Language;

/// The head of a public page. Addresses are absolute.
#[derive(Debug, Clone)]
pub struct Head {
    /// The page's own name, as it stands alone.
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// The one address of what is shown here.
    pub canonical: String,
    /// Of what is shown here.
    pub language: Language,
    /// The same in every language there is, with its address.
    pub translations: Vec<(Language, String)>,
    /// Feeds: the language, the title in it, the address.
    pub feeds: Vec<(Language, String, String)>,
    pub kind: Kind,
    pub image: Option<Image>,
    /// What is shown here, in the words of schema.org.
    pub data: Option<Value>,
}

/// What a page is (The Open Graph protocol, "Object Types").
#[derive(Debug, Clone)]
pub enum Kind {
    Website,
    /// With the moments as RFC 3339 writes them.
    Article {
        published: String,
        modified: String,
    },
}

/// The picture beside the page's link.
#[derive(Debug, Clone)]
pub struct Image {
    pub url: String,
    pub width: i32,
    pub height: i32,
    pub alt: String,
}

/// The elements, beside `title` and the description.
pub fn head(head: &Head) -> Markup {
    html! {
        link rel="canonical" href=(head.canonical);
        @for (language, address) in &head.translations { link rel="alternate" hreflang=(language.tag()) href=(address); }
        @for (language, title, address) in &head.feeds {
            link rel="alternate" type="application/atom+xml" lang=(language.tag()) hreflang=(language.tag()) title=(title) href=(address);
        }
        meta property="og:site_name" content="Periodical";
        meta property="og:title" content=(head.title);
        meta property="og:description" content=(head.description);
        meta property="og:url" content=(head.canonical);
        meta property="og:locale" content=(locale(head.language));
        @match &head.kind {
            Kind::Website => meta property="og:type" content="website";,
            Kind::Article { published, modified } => {
                meta property="og:type" content="article";
                meta property="article:published_time" content=(published);
                meta property="article:modified_time" content=(modified);
            }
        }
        @if let Some(image) = &head.image {
            meta property="og:image" content=(image.url);
            meta property="og:image:width" content=(image.width);
            meta property="og:image:height" content=(image.height);
            meta property="og:image:alt" content=(image.alt);
        }
        // The rest of a card is read from the above.
        meta name="twitter:card" content=(if head.image.is_some() { "summary_large_image" } else { "summary" });
        @if let Some(data) = &head.data { script type="application/ld+json" { (json(data)) } }
    }
}

fn locale(language: Language) -> &'static str {
    match language {
        Language::English => "en_GB",
        Language::Russian => "ru_RU",
    }
}

/// JSON that may stand in a `script` element, whose text is not unescaped: nothing in it ends the element or begins a comment.
fn json(data: &Value) -> Markup {
    PreEscaped(data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_title_gets_out_of_the_structured_data() {
        let title = "</script><script>alert(1)</script> <!-- & \"quoted\"";
        let text = super::json(&json!({ "headline": title })).into_string();
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON")["headline"], title);
    }
}

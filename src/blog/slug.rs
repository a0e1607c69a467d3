//! The last part of a post's address.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The longest, in characters.
pub const MAX: usize = 80;

/// What stands at the same place of addresses beside posts, or may one day.
const RESERVED: [&str; 22] = [
    "admin", "archive", "atom", "author", "authors", "category", "comments", "draft", "edit", "feed", "index", "latest", "new", "page",
    "pictures", "preview", "rss", "search", "sitemap", "static", "tag", "tags",
];

/// A post's own part of its address: small Latin letters and digits in words with hyphens between, at most [`MAX`] characters,
/// and no reserved word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

/// Why a text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlugError {
    /// There is a character that has no place in one, or a hyphen too many.
    Malformed,
    TooLong,
    Reserved,
}

impl Slug {
    /// # Errors
    /// The text is no slug; capitals are forgiven.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let text = text.trim().to_lowercase();
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !text.split('-').all(is_word) {
            return Err(SlugError::Malformed);
        }
        if text.len() > MAX {
            return Err(SlugError::TooLong);
        }
        if RESERVED.contains(&text.as_str()) {
            return Err(SlugError::Reserved);
        }
        Ok(Self(text))
    }

    /// Of a title's words, as many as there is room for. None where none of them has a letter or digit that Latin knows.
    pub fn of_title(title: &str) -> Option<Self> {
        let mut slug = String::new();
        for word in latin(title).split('-').filter(|word| !word.is_empty()) {
            let word = &word[..word.len().min(MAX)];
            let hyphen = usize::from(!slug.is_empty());
            if slug.len() + hyphen + word.len() > MAX {
                break;
            }
            if hyphen == 1 {
                slug.push('-');
            }
            slug.push_str(word);
        }
        // A title may be a reserved word; its post is not.
        if RESERVED.contains(&slug.as_str()) {
            slug.push_str("-1");
        }
        Self::parse(&slug).ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In small Latin letters and digits, with hyphens for everything else: Russian and Ukrainian as they are commonly transliterated,
/// other letters without their accents.
fn latin(text: &str) -> String {
    let mut latin = String::with_capacity(text.len());
    for character in text.to_lowercase().chars() {
        match transliterated(character) {
            Some(letters) => latin.push_str(letters),
            // A letter and then its accents, which are left out; ½ and № become what they are made of.
            None => DecomposingNormalizerBorrowed::new_nfkd().normalize_iter(std::iter::once(character)).for_each(|part| {
                if part.is_ascii_alphanumeric() {
                    latin.push(part.to_ascii_lowercase());
                } else if !is_accent(part) {
                    latin.push('-');
                }
            }),
        }
    }
    latin
}

fn is_accent(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

fn transliterated(character: char) -> Option<&'static str> {
    Some(match character {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ё' => "yo",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'й' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' | '\'' | '’' => "",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'є' => "ye",
        'і' => "i",
        'ї' => "yi",
        // Letters that are no others with an accent.
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(title: &str) -> Option<String> {
        Slug::of_title(title).map(|slug| slug.0)
    }

    #[test]
    fn a_title_in_russian_is_transliterated_and_one_with_accents_loses_them() {
        assert_eq!(of("Как писать письма, которые читают: ещё 5 советов").unwrap(), "kak-pisat-pisma-kotorye-chitayut-eshchyo-5-sovetov");
        assert_eq!(of("Йод, объём и съезд").unwrap(), "yod-obyom-i-sezd");
        // The same letters, written as a letter and its accent.
        assert_eq!(of("Crème brûlée & Straße — it’s №\u{a0}1!").unwrap(), "creme-brulee-strasse-its-no-1");
        assert_eq!(of("Cre\u{300}me").unwrap(), "creme");
    }

    #[test]
    fn a_title_without_a_letter_of_ours_makes_none_and_a_long_one_ends_with_a_word() {
        assert_eq!(of("🎉 — 東京"), None);
        assert_eq!(of(""), None);
        let slug = of(&"eleven wide ".repeat(20)).unwrap();
        assert!(slug.len() <= MAX && slug.ends_with("eleven"), "{slug}");
        assert_eq!(of(&"x".repeat(200)).unwrap().len(), MAX);
        assert_eq!(of("New").unwrap(), "new-1");
    }

    #[test]
    fn what_is_typed_has_to_be_one() {
        assert_eq!(Slug::parse(" Spring-2026 ").unwrap().as_str(), "spring-2026");
        for bad in ["a b", "a--b", "-a", "a-", "а", "a/b", "a.b", "", "é"] {
            assert_eq!(Slug::parse(bad), Err(SlugError::Malformed), "{bad:?}");
        }
        assert_eq!(Slug::parse(&"a".repeat(81)), Err(SlugError::TooLong));
        assert_eq!(Slug::parse("Feed"), Err(SlugError::Reserved));
    }
}

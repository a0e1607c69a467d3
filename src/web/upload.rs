//! Files of a form.

use poem::{FromRequest, Request, RequestBody, web::Multipart};

use crate::{error::Error, t};

/// Characters of a file's name.
const NAME_MAX: usize = 200;

/// A file of a form, as the browser names it.
#[derive(Debug, Default)]
pub struct Upload {
    pub name: String,
    pub content_type: String,
    pub content: Vec<u8>,
}

/// The files of the field `files`, of which there may be `MOST`; one more is read, so that it can be refused.
pub struct Uploads<const MOST: usize>(pub Vec<Upload>);

impl<'a, const MOST: usize> FromRequest<'a> for Uploads<MOST> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        // A form of another kind holds no file: nothing was uploaded.
        let Ok(mut form) = Multipart::from_request(request, body).await else { return Ok(Self(Vec::new())) };
        let broken = |_| Error::BadRequest { why: t!("form-broken-off") };
        let mut uploads = Vec::new();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            if field.name() != Some("files") || uploads.len() > MOST {
                continue;
            }
            let name = field.file_name().unwrap_or_default().to_owned();
            let content_type = field.content_type().unwrap_or_default().to_owned();
            let content = field.bytes().await.map_err(broken)?;
            // Browsers send an empty part where nothing was chosen.
            if !(name.is_empty() && content.is_empty()) {
                uploads.push(Upload { name, content_type, content });
            }
        }
        Ok(Self(uploads))
    }
}

/// Without folders, without characters that nobody sees or that turn what stands beside them around, not too long.
pub fn clean_name(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_hidden = |character: char| {
        character.is_control()
            || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let name: String = name.chars().filter(|character| !is_hidden(*character)).collect();
    // Windows drops dots and spaces at the end, so they would hide an ending.
    let name = name.trim_start().trim_end_matches(|character: char| character == '.' || character.is_whitespace());
    if name.is_empty() {
        return t!("form-unnamed-file");
    }
    let length = name.chars().count();
    if length <= NAME_MAX {
        return name.to_owned();
    }
    // The ending stays: it says what the file is.
    let ending: String = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() < 20 => format!(".{ending}"),
        _ => String::new(),
    };
    name.chars().take(NAME_MAX - ending.chars().count()).chain(ending.chars()).collect()
}

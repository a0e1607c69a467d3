//! What a picture is.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    limits::{PICTURE_BYTES, PICTURE_PIXELS, PICTURE_SIDE},
    t,
    web::form::optional_line,
};

/// In which a picture is served: two are enough for `srcset` to spare telephones the large one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    Small,
    Large,
}

impl Size {
    pub const ALL: [Self; 2] = [Self::Small, Self::Large];

    /// As its address and the table have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Large => "large",
        }
    }

    /// Pixels across, at the most; what was smaller stays as it was.
    pub fn max_width(self) -> u32 {
        match self {
            Self::Small => 640,
            Self::Large => 1600,
        }
    }
}

/// A picture of a post, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub id: Uuid,
    pub post_id: i64,
    /// The file's name when it was uploaded.
    pub name: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Width and height in pixels, of each size.
    pub small: (i32, i32),
    pub large: (i32, i32),
}

impl Picture {
    /// What an author writes into the post.
    pub fn markdown(&self) -> String {
        // What would end the brackets early.
        let alt = self.alt.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        format!("![{alt}]({})", root(self.id))
    }

    /// The address of one size.
    pub fn address(&self, size: Size) -> String {
        format!("{}/{}", root(self.id), size.name())
    }
}

const ROOT: &str = "/blog/pictures/";

/// What a picture's addresses begin with, and what stands in the Markdown.
fn root(id: Uuid) -> String {
    format!("{ROOT}{id}")
}

/// The picture that an address in Markdown means, whether or not it names a size.
pub fn id_in(address: &str) -> Option<Uuid> {
    let (id, size) = address.strip_prefix(ROOT).map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
    let is_size = size.is_empty() || Size::ALL.iter().any(|known| known.name() == size);
    if is_size { id.parse().ok() } else { None }
}

/// One file as it is stored, without its bytes.
#[derive(Debug)]
pub struct Stored {
    pub media_type: String,
    /// SHA-256 of the content.
    pub digest: Vec<u8>,
    /// Bytes.
    pub length: i32,
}

/// Why a file is not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Too many bytes.
    Bytes,
    /// No picture of a kind that is taken, whatever its name says.
    Kind,
    /// Too many pixels.
    Pixels,
    /// Cut short, or damaged.
    Broken,
}

impl Fault {
    /// A sentence for the reader.
    pub fn words(self, name: &str) -> String {
        match self {
            Self::Bytes => t!("pictures-bytes", name = name, most = PICTURE_BYTES / 1024 / 1024),
            Self::Kind => t!("pictures-kind", name = name),
            Self::Pixels => t!("pictures-pixels", name = name, side = PICTURE_SIDE, millions = PICTURE_PIXELS / 1_000_000),
            Self::Broken => t!("pictures-broken", name = name),
        }
    }
}

/// A post and the pictures it has.
#[derive(Debug, Clone)]
pub struct Gallery {
    pub post_id: i64,
    pub title: String,
    /// Whether the public sees what is changed here.
    pub is_published: bool,
    pub cover_id: Option<Uuid>,
    pub pictures: Vec<Picture>,
}

/// Characters that say what a picture shows; more than a sentence or two nobody listens to.
pub const ALT_MAX: usize = 300;

/// What the form of a picture's words sends.
#[derive(Debug, Deserialize)]
pub struct AltForm {
    #[serde(default)]
    pub alt: String,
}

impl AltForm {
    /// # Errors
    /// A sentence for the reader.
    pub fn parse(&self) -> Result<String, String> {
        optional_line(&self.alt, ALT_MAX)
    }
}

//! From an uploaded file to the two that are kept: decoded within limits, turned upright, and encoded anew, so that nothing of the file
//! itself reaches a reader: no metadata, no place where it was taken, nothing hidden behind the picture.
//!
//! JPEG, PNG and WebP, by the file's first bytes. Of an animated file it is the first picture. No AVIF: what decodes it is the C library
//! dav1d (`image` with `avif-native`), which would have to be there wherever Periodical is built; its feature `avif` only encodes.
//! No SVG: it is a document with scripts and not a picture.

use std::{io::Cursor, num::TryFromIntError, sync::LazyLock};

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
    imageops::FilterType,
    metadata::Orientation,
};
use moxcms::{ColorProfile, Layout, TransformOptions};
use sha2::{Digest, Sha256};

use super::model::{Fault, Size};
use crate::{
    error::{Error, Result},
    limits::{HEAVY_WAITING, PICTURE_ALLOCATION, PICTURE_PIXELS, PICTURE_SIDE, PICTURES_AT_ONCE},
    web::off_thread::Queue,
};

/// Files of fewer bytes show no difference at this width.
const JPEG_QUALITY: u8 = 82;

/// A file that is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct Remade {
    pub size: Size,
    /// Pixels.
    pub width: i32,
    pub height: i32,
    pub media_type: &'static str,
    /// SHA-256 of the content.
    pub digest: Vec<u8>,
    pub content: Vec<u8>,
}

/// Apart from what else users give to read: what decoding takes is bounded whoever uploads how much.
static PLACES: LazyLock<Queue> = LazyLock::new(|| Queue::new(PICTURES_AT_ONCE, HEAVY_WAITING));

/// Makes the files of a picture, away from the tasks that answer requests, or says what is wrong with it.
///
/// # Errors
/// Too many wait already.
pub async fn remake(content: Vec<u8>) -> Result<Result<[Remade; 2], Fault>> {
    match PLACES.run(move || files(&content)).await {
        // A decoder has panicked, which no file should bring about, and one has.
        Err(Error::Internal(error)) => {
            tracing::error!(error = format!("{error:#}"), "Decoding a picture failed in a way it should not");
            Ok(Err(Fault::Broken))
        }
        made => made,
    }
}

fn files(content: &[u8]) -> Result<[Remade; 2], Fault> {
    let large = decode(content)?;
    let small = reduced(&large, target((large.width(), large.height()), Size::Small));
    // Both alike, so that a page's picture has one type.
    let is_opaque = !large.color().has_alpha() || large.to_rgba8().pixels().all(|pixel| pixel.0[3] == u8::MAX);
    Ok([encode(Size::Small, &small, is_opaque)?, encode(Size::Large, &large, is_opaque)?])
}

/// The picture upright, in sRGB, and no wider than it is kept.
fn decode(content: &[u8]) -> Result<DynamicImage, Fault> {
    let format = match image::guess_format(content) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => format,
        _ => return Err(Fault::Kind),
    };
    if !is_whole(format, content) {
        return Err(Fault::Broken);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE);
    limits.max_image_height = Some(PICTURE_SIDE);
    limits.max_alloc = Some(PICTURE_ALLOCATION);
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PICTURE_PIXELS {
        return Err(Fault::Pixels);
    }
    // What all of it will take, before any of it is taken.
    limits.reserve(decoder.total_bytes()).map_err(fault)?;
    decoder.set_limits(limits).map_err(fault)?;
    // Without them it is as it lies, in sRGB.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();

    let whole = DynamicImage::from_decoder(decoder).map_err(fault)?;
    let is_turned =
        matches!(orientation, Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH);
    // Turned when it is small: turning the whole would take its memory twice.
    let mut picture = if is_turned {
        let (height, width) = target((height, width), Size::Large);
        reduced(&whole, (width, height))
    } else {
        reduced(&whole, target((width, height), Size::Large))
    };
    drop(whole);
    picture.apply_orientation(orientation);
    Ok(in_srgb(picture, profile.as_deref()))
}

fn fault(error: ImageError) -> Fault {
    match error {
        ImageError::Limits(_) => Fault::Pixels,
        _ => Fault::Broken,
    }
}

/// Whether the file goes on to its end. Decoders of JPEG fill what is missing with grey, which is not what the author has seen; those
/// of the other kinds say so themselves, but for a WebP that is cut in its last bytes.
fn is_whole(format: ImageFormat, content: &[u8]) -> bool {
    match format {
        ImageFormat::Jpeg => jpeg_ends(content),
        // RIFF counts what follows its first eight bytes.
        ImageFormat::WebP => {
            let length = content.get(4..8).and_then(|length| length.try_into().ok()).map(u32::from_le_bytes);
            length.is_some_and(|length| content.len() as u64 >= u64::from(length) + 8)
        }
        _ => true,
    }
}

/// Looks for the end by the segments' lengths: a small preview inside of one has an end of its own (ITU T.81, annex B).
fn jpeg_ends(content: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xFF, marker]) = content.get(at..at + 2) {
        at += 2;
        match marker {
            0xD9 => return true,
            // Fill bytes.
            0xFF => at -= 1,
            // Without a length.
            0x01 | 0xD0..=0xD7 => {}
            _ => {
                let Some(length) = content.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([length[0], length[1]]));
                if marker == 0xDA {
                    // Coded data, in which a marker is what neither a zero nor a number of a restart follows.
                    let Some(data) = content.get(at..) else { return false };
                    let next = data.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF | 0xD0..=0xD7));
                    let Some(next) = next else { return false };
                    at += next;
                }
            }
        }
    }
    false
}

/// Width and height in a size: as wide as that is, or as it came.
fn target((width, height): (u32, u32), size: Size) -> (u32, u32) {
    let most = size.max_width();
    if width <= most {
        return (width, height);
    }
    let scaled = (u64::from(height) * u64::from(most) + u64::from(width) / 2) / u64::from(width);
    // No more than the height it came from.
    (most, u32::try_from(scaled).unwrap_or(height).max(1))
}

/// In two steps where it is far: the first, averaging whole numbers, goes over all pixels once and takes no memory to speak of; the
/// second, over the few that are left, keeps edges sharp.
fn reduced(image: &DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image.clone();
    }
    if image.width() > width * 3 && image.height() > height * 3 {
        return image.thumbnail_exact(width * 2, height * 2).resize_exact(width, height, FilterType::Lanczos3);
    }
    image.resize_exact(width, height, FilterType::Lanczos3)
}

/// As browsers take it once there is no profile in the file: telephones take photographs in wider colours, which would look dull.
fn in_srgb(picture: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    let Some(profile) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok()) else { return picture };
    let layout = if picture.color().has_alpha() { Layout::Rgba } else { Layout::Rgb };
    // A profile that is of no use (of printing inks, of greys) leaves the picture as it is.
    let Ok(transform) = profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), layout, TransformOptions::default()) else {
        return picture;
    };
    let mut converted = picture.clone();
    let target = match &mut converted {
        DynamicImage::ImageRgba8(pixels) => pixels.as_mut(),
        DynamicImage::ImageRgb8(pixels) => pixels.as_mut(),
        _ => return picture,
    };
    match transform.transform(picture.as_bytes(), target) {
        Ok(()) => converted,
        Err(_) => picture,
    }
}

/// What is opaque as JPEG: every browser shows it, and a photograph is a tenth of what it would be without loss. What is not, as WebP
/// without loss: JPEG has no transparency, and `image` writes no other WebP (that would be libwebp, in C). It is smaller than PNG by
/// a quarter, and pictures with transparency are mostly drawings, which it suits.
fn encode(size: Size, picture: &DynamicImage, is_opaque: bool) -> Result<Remade, Fault> {
    let mut content = Vec::new();
    let media_type = if is_opaque {
        let encoder = JpegEncoder::new_with_quality(&mut content, JPEG_QUALITY);
        picture.to_rgb8().write_with_encoder(encoder).map_err(fault)?;
        "image/jpeg"
    } else {
        picture.to_rgba8().write_with_encoder(WebPEncoder::new_lossless(&mut content)).map_err(fault)?;
        "image/webp"
    };
    let pixels = |side: u32| side.try_into().map_err(|_: TryFromIntError| Fault::Pixels);
    Ok(Remade {
        size,
        width: pixels(picture.width())?,
        height: pixels(picture.height())?,
        media_type,
        digest: Sha256::digest(&content).to_vec(),
        content,
    })
}

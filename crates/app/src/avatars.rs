//! Avatars made with the crate `image`. What strangers send is decoded within bounds of pixels and memory, one at a time,
//! and only what was drawn anew is kept: nothing of the file survives, its metadata least of all.

use std::io::Cursor;

use async_trait::async_trait;
use chatapp_domain::avatar::Avatar;
use chatapp_domain::ports::avatars::{AvatarMaker, PictureError};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageReader, Limits, Rgb, RgbImage, Rgba, RgbaImage,
};

use crate::workers::{NotDone, Workers};

/// How many may wait for the one thread; one more is refused.
const WAITING: usize = 4;
const MOST_PIXELS: u64 = PictureError::MEGAPIXELS * 1_000_000;
/// The most bytes that a decoded picture may have: four for each pixel. One with more for each may have fewer pixels.
const MOST_BYTES: u64 = 4 * MOST_PIXELS;
/// What a decoder may use besides, for what it keeps between rows and frames.
const DECODER_BYTES: u64 = 64 * 1024 * 1024;
/// A larger picture is first made this large, by a quick average.
const HALFWAY: u32 = 2 * Avatar::SIDE;
const QUALITY: u8 = 85;

/// Makes avatars on a thread of its own.
pub(crate) struct ImageMaker(Workers);

impl ImageMaker {
    /// A maker whose thread ends with it.
    pub(crate) fn start() -> std::io::Result<Self> {
        Workers::start("avatars", 1, WAITING).map(Self)
    }
}

#[async_trait]
impl AvatarMaker for ImageMaker {
    async fn make(&self, picture: Vec<u8>) -> Result<Avatar, PictureError> {
        self.0.run(move || make(&picture)).await.unwrap_or_else(|not_done| match not_done {
            NotDone::Full => Err(PictureError::Busy),
            // A decoder that gives up in a panic has met no picture.
            NotDone::Failed => Err(PictureError::Unreadable),
        })
    }
}

fn make(picture: &[u8]) -> Result<Avatar, PictureError> {
    let (decoded, orientation) = decode(picture)?;
    let small = square(&decoded);
    drop(decoded);
    let mut small = DynamicImage::ImageRgb8(on_white(&small));
    small.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    let written = small.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY));
    written.map_err(refusal)?;
    Ok(Avatar::from_jpeg(jpeg))
}

/// The picture (of several, the first), and which way it is meant to be seen.
fn decode(picture: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(|_| PictureError::Unreadable)?;
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(PictureError::TooLarge);
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BYTES + DECODER_BYTES);
    decoder.set_limits(limits).map_err(refusal)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(refusal)?, orientation))
}

fn refusal(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Unreadable,
    }
}

/// The middle of a picture, without a copy of it at its full size.
fn square(picture: &DynamicImage) -> RgbaImage {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let middle = imageops::crop_imm(picture, (width - side) / 2, (height - side) / 2, side, side);
    let halfway = if side > HALFWAY { imageops::thumbnail(&*middle, HALFWAY, HALFWAY) } else { middle.to_image() };
    imageops::resize(&halfway, Avatar::SIDE, Avatar::SIDE, FilterType::Lanczos3)
}

/// What a picture looks like on white: a JPEG knows no transparency.
fn on_white(picture: &RgbaImage) -> RgbImage {
    let blend = |Rgba([red, green, blue, alpha]): &Rgba<u8>| {
        let over = |colour: u8| {
            let alpha = u16::from(*alpha);
            let mixed = (u16::from(colour) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([over(*red), over(*green), over(*blue)])
    };
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| blend(picture.get_pixel(x, y)))
}

#[cfg(test)]
mod tests;

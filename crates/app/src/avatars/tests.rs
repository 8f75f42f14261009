//! What the maker of avatars promises.

use image::codecs::gif::GifEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, Frame, ImageEncoder, ImageFormat, Luma};

use super::*;

/// Left half red, right half blue.
fn two_colours(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| colour(x)))
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn drawn(file: &[u8]) -> RgbImage {
    let avatar = make(file).unwrap();
    let shown = image::load_from_memory_with_format(avatar.jpeg(), ImageFormat::Jpeg).unwrap().into_rgb8();
    assert_eq!(shown.dimensions(), (Avatar::SIDE, Avatar::SIDE));
    shown
}

#[track_caller]
fn looks(shown: &RgbImage, at: (u32, u32), like: [u8; 3]) {
    let Rgb(colour) = shown.get_pixel(at.0, at.1);
    let near = colour.iter().zip(like).all(|(one, other)| one.abs_diff(other) < 32);
    assert!(near, "{at:?}: {colour:?}, not {like:?}");
}

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const WHITE: [u8; 3] = [255, 255, 255];

#[test]
fn each_kind_of_file_becomes_a_small_square_with_the_middle_of_it() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        for (width, height) in [(1200, 700), (700, 1200), (512, 512), (300, 40), (1, 1), (3, 2000)] {
            let shown = drawn(&written(&two_colours(width, height), format));
            if width > 1 {
                looks(&shown, (20, 128), RED);
            }
            looks(&shown, (235, 128), BLUE);
        }
    }
}

/// A JPEG with an orientation, a place and a camera in its EXIF block.
fn with_exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0]);
    // The camera's maker: ASCII, 16 bytes, right behind the directory.
    exif.extend(b"\x0f\x01\x02\0\x10\0\0\0\x26\0\0\0\0\0\0\0SecretCamera 7\0\0");
    let mut block = vec![0xff, 0xe1];
    block.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    block.extend(exif);
    let file = written(&two_colours(600, 600), ImageFormat::Jpeg);
    [&file[..2], &block, &file[2..]].concat()
}

#[test]
fn a_picture_stands_the_right_way_up_and_says_nothing_of_where_it_was_taken() {
    let shown = drawn(&with_exif(1));
    looks(&shown, (20, 128), RED);
    // Taken with the camera turned: what was left is on top, or the other way round.
    let shown = drawn(&with_exif(6));
    looks(&shown, (128, 20), RED);
    looks(&shown, (128, 235), BLUE);
    let shown = drawn(&with_exif(8));
    looks(&shown, (128, 20), BLUE);
    let shown = drawn(&with_exif(3));
    looks(&shown, (20, 128), BLUE);
    let file = with_exif(6);
    let avatar = make(&file).unwrap();
    for secret in [&b"SecretCamera"[..], b"Exif"] {
        let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
        assert!(holds(&file) && !holds(avatar.jpeg()));
    }
}

#[test]
fn what_is_transparent_is_white() {
    let clear = RgbaImage::from_fn(400, 400, |x, _| Rgba([255, 0, 0, if x < 200 { 255 } else { 0 }]));
    let mut file = Vec::new();
    PngEncoder::new(&mut file).write_image(&clear, 400, 400, ExtendedColorType::Rgba8).unwrap();
    let shown = drawn(&file);
    looks(&shown, (20, 128), RED);
    looks(&shown, (235, 128), WHITE);
}

#[test]
fn of_a_film_the_first_frame_counts() {
    let frame = |colour| Frame::new(RgbaImage::from_pixel(300, 300, Rgba(colour)));
    let mut file = Vec::new();
    GifEncoder::new(&mut file).encode_frames([frame([255, 0, 0, 255]), frame([0, 0, 255, 255])]).unwrap();
    looks(&drawn(&file), (128, 128), RED);
}

#[test]
fn what_is_no_picture_is_refused_wherever_it_breaks() {
    let unreadable = |file: &[u8]| assert_eq!(make(file).unwrap_err(), PictureError::Unreadable);
    for nothing in [&b""[..], b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"BM", &[0; 1000]] {
        unreadable(nothing);
    }
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let file = written(&two_colours(300, 300), format);
        for length in [8, 20, file.len() / 4] {
            unreadable(&file[..length]);
        }
    }
    // Whatever else comes of it, it comes of it without a panic that anybody sees.
    let file = written(&two_colours(64, 64), ImageFormat::Jpeg);
    for place in (0..file.len()).step_by(17) {
        let mut broken = file.clone();
        broken[place] ^= 0xff;
        let _ = std::panic::catch_unwind(|| make(&broken));
    }
}

/// A PNG that says it is so large, and holds nothing.
fn claiming(width: u32, height: u32, bits: u8, colour: u8) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([bits, colour, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&header);
    file.extend(crc32(&header).to_be_bytes());
    file.extend(b"\0\0\0\0IDAT");
    file.extend(crc32(b"IDAT").to_be_bytes());
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

#[test]
fn a_bomb_is_refused_by_what_it_claims() {
    for bomb in [
        claiming(40_001, 1000, 8, 2),
        claiming(1, 50_000_000, 8, 0),
        claiming(u32::MAX >> 1, u32::MAX >> 1, 8, 2),
        // Within the pixels, but of eight bytes each.
        claiming(30_000, 1000, 16, 6),
    ] {
        assert_eq!(make(&bomb).unwrap_err(), PictureError::TooLarge);
    }
}

#[test]
fn the_largest_picture_is_taken() {
    let wide = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(40_000, 1000, Luma([0])));
    looks(&drawn(&written(&wide, ImageFormat::Png)), (128, 128), [0; 3]);
    let lossless = RgbaImage::from_pixel(4000, 3000, Rgba([0, 0, 255, 255]));
    let mut file = Vec::new();
    WebPEncoder::new_lossless(&mut file).write_image(&lossless, 4000, 3000, ExtendedColorType::Rgba8).unwrap();
    looks(&drawn(&file), (128, 128), BLUE);
}

#[tokio::test]
async fn too_many_at_once_are_refused() {
    let maker = ImageMaker::start().unwrap();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let mut running = vec![maker.0.run(Box::new(move || held.recv().unwrap()) as Box<dyn FnOnce() + Send>)];
    running.extend((0..WAITING).map(|_| maker.0.run(Box::new(|| ()) as Box<dyn FnOnce() + Send>)));
    let full = futures_util::future::join_all(running);
    let refused = async {
        assert_eq!(maker.make(Vec::new()).await.unwrap_err(), PictureError::Busy);
        release.send(()).unwrap();
    };
    let (done, ()) = tokio::join!(full, refused);
    assert!(done.iter().all(|done| *done == Ok(())));
    assert_eq!(maker.make(Vec::new()).await.unwrap_err(), PictureError::Unreadable);
}

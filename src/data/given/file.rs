//! A whole file as the command line reads it: a table, or a picture that we decode ourselves.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_png::PngDecoder;

use super::picture::{self, Header, Ink, PIXELS_MAX};
use super::raster::Raster;
use super::{csv, text};
use crate::data::Given;
use crate::error::Error;

/// EXIF's tag of how the camera was held.
const ORIENTATION: u16 = 0x0112;

/// What a file holds, by its bytes and whatever its name is: a picture's ink, or the points of a table with the note on
/// what was done to them.
///
/// # Errors
/// A sentence when it is neither, cannot be decoded, or is larger than [`super::BYTES_MAX`] or [`PIXELS_MAX`].
pub fn read(bytes: &[u8]) -> Result<(Given, Option<String>), Error> {
    let Some(header) = picture::header(bytes) else {
        let (points, note) = csv::points(&text::decode(bytes)?)?;
        return Ok((Given::Points(points), Some(note)));
    };
    let raster = header.check().map_err(|error| error.to_string()).and_then(|()| decode(bytes, header));
    let failed = |problem: String| Error::Input(format!("the picture cannot be used: {problem}"));
    raster.map(|raster| (Given::Raster(raster), None)).map_err(failed)
}

/// Rows of pixels, and how they were meant to be turned.
struct Decoded {
    pixels: Vec<u8>,
    size: [usize; 2],
    colours: ColorSpace,
    exif: Vec<u8>,
}

fn decode(bytes: &[u8], Header { format, .. }: Header) -> Result<Raster, String> {
    let decoded = match format {
        "PNG" => png(bytes)?,
        "JPEG" => jpeg(bytes)?,
        _ => return Err(format!("it is a {format}; save it as a PNG or a JPEG")),
    };
    let [width, height] = decoded.size;
    let channels = decoded.pixels.len() / (width * height).max(1);
    if width * height == 0 || channels * width * height != decoded.pixels.len() {
        return Err("it has no size".into());
    }
    let rgba = |p: &[u8]| match (channels, decoded.colours.has_alpha()) {
        (1, _) => [p[0], p[0], p[0], 255],
        (2, _) => [p[0], p[0], p[0], p[1]],
        (3, _) => [p[0], p[1], p[2], 255],
        (_, has_alpha) => [p[0], p[1], p[2], if has_alpha { p[3] } else { 255 }],
    };
    let turn = Turn { exif: orientation(&decoded.exif), size: decoded.size };
    let [columns, rows] = turn.turned_size();
    let mut ink = Ink::new(columns, rows).map_err(|error| error.to_string())?;
    let mut row = Vec::with_capacity(4 * columns);
    for y in 0..rows {
        row.clear();
        row.extend((0..columns).flat_map(|x| {
            let k = channels * turn.origin(x, y);
            rgba(&decoded.pixels[k..k + channels])
        }));
        ink.add_rows(&row).map_err(|error| error.to_string())?;
    }
    ink.raster().map_err(|error| error.to_string())
}

fn options() -> DecoderOptions {
    // The header was looked at before, for both sides together.
    DecoderOptions::default().set_max_width(PIXELS_MAX).set_max_height(PIXELS_MAX).png_set_strip_to_8bit(true)
}

fn png(bytes: &[u8]) -> Result<Decoded, String> {
    let mut decoder = PngDecoder::new_with_options(ZCursor::new(bytes), options());
    let pixels = decoder.decode_raw().map_err(|error| format!("{error:?}"))?;
    let (Some((width, height)), Some(colours)) = (decoder.dimensions(), decoder.colorspace()) else {
        return Err("it has no size".into());
    };
    let exif = decoder.info().and_then(|info| info.exif.clone()).unwrap_or_default();
    Ok(Decoded { pixels, size: [width, height], colours, exif })
}

fn jpeg(bytes: &[u8]) -> Result<Decoded, String> {
    // Asked for its own three channels, the decoder converts nothing. It takes components named R, G and B for YCbCr,
    // where no segment of Adobe's tells the colours; libjpeg, which browsers have, takes them for what they are called.
    let colours = if is_rgb_by_name(bytes) { ColorSpace::YCbCr } else { ColorSpace::RGB };
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options().jpeg_set_out_colorspace(colours));
    let pixels = decoder.decode().map_err(|error| format!("{error:?}"))?;
    let (width, height) = decoder.dimensions().ok_or("it has no size")?;
    let exif = decoder.exif().cloned().unwrap_or_default();
    Ok(Decoded { pixels, size: [width, height], colours: ColorSpace::RGB, exif })
}

/// Whether a JPEG without segments of JFIF or Adobe names its three components R, G and B.
fn is_rgb_by_name(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let [0xff, marker, high, low, body @ ..] = &bytes[at.min(bytes.len())..] {
        match marker {
            0xe0 if body.starts_with(b"JFIF") => return false,
            0xee if body.starts_with(b"Adobe") => return false,
            0xc0..=0xc2 => {
                return body.get(5) == Some(&3)
                    && [6, 9, 12].map(|k| body.get(k)) == [b'R', b'G', b'B'].each_ref().map(Some);
            }
            _ => at += 2 + usize::from(*high) * 256 + usize::from(*low),
        }
    }
    false
}

/// EXIF's orientation, 1 to 8; 1 where there is none (TIFF 6.0: a first directory of twelve bytes an entry).
fn orientation(exif: &[u8]) -> u16 {
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let is_little = exif.starts_with(b"II");
    let two = |k: usize| {
        let pair = [*exif.get(k)?, *exif.get(k + 1)?];
        Some(if is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four = |k: usize| {
        let (a, b) = (two(k)? as usize, two(k + 2)? as usize);
        Some(if is_little { b << 16 | a } else { a << 16 | b })
    };
    let found = || {
        let directory = four(4)?;
        let entries = two(directory)? as usize;
        let mut entry = (0..entries).map(|k| directory + 2 + 12 * k).find(|&at| two(at) == Some(ORIENTATION))?;
        entry += 8;
        two(entry).filter(|value| (1..=8).contains(value))
    };
    found().unwrap_or(1)
}

/// A picture as it is meant to be seen.
struct Turn {
    exif: u16,
    size: [usize; 2],
}

impl Turn {
    fn turned_size(&self) -> [usize; 2] {
        let [width, height] = self.size;
        if self.exif >= 5 { [height, width] } else { [width, height] }
    }

    /// Where the pixel seen in column `x`, row `y` stands in the file.
    fn origin(&self, x: usize, y: usize) -> usize {
        let [width, height] = self.size;
        let (column, row) = match self.exif {
            2 => (width - 1 - x, y),
            3 => (width - 1 - x, height - 1 - y),
            4 => (x, height - 1 - y),
            5 => (y, x),
            6 => (y, height - 1 - x),
            7 => (width - 1 - y, height - 1 - x),
            8 => (width - 1 - y, x),
            _ => (x, y),
        };
        row * width + column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_hold_a_camera_is_turned_upright() {
        // What is seen, 2 × 3; how each orientation stores it (EXIF 2.3, 4.6.4: the 0th row and column are the visual
        // …).
        let seen = b"abcdef";
        for (exif, size, stored) in [
            (1, [2, 3], b"abcdef"),
            (2, [2, 3], b"badcfe"), // top, right
            (3, [2, 3], b"fedcba"), // bottom, right
            (4, [2, 3], b"efcdab"), // bottom, left
            (5, [3, 2], b"acebdf"), // left, top
            (6, [3, 2], b"bdface"), // right, top
            (7, [3, 2], b"fdbeca"), // right, bottom
            (8, [3, 2], b"ecafdb"), // left, bottom
        ] {
            let turn = Turn { exif, size };
            assert_eq!(turn.turned_size(), [2, 3]);
            let found: Vec<u8> = (0..6).map(|k| stored[turn.origin(k % 2, k / 2)]).collect();
            assert_eq!(found, seen, "orientation {exif}");
        }
    }

    #[test]
    fn orientation_is_read_in_both_orders_of_bytes_and_never_panics() {
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
        assert_eq!([orientation(big), orientation(little), orientation(b""), orientation(b"MM")], [6, 8, 1, 1]);
        for cut in 0..big.len() {
            orientation(&big[..cut]);
        }
    }
}

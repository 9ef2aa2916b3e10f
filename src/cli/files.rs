//! Points from files: CSV, PNG, JPEG.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use flow_lab::data::Given;
use flow_lab::data::given::points::Points;
use flow_lab::data::given::raster::{Raster, SIDE_MAX};
use flow_lab::data::images::{self, Pack};
use flow_lab::error::Error;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_png::PngDecoder;

/// Greys as near as this to the ground belong to it.
const PAPER: f32 = 0.1;

/// Reads the file given under `flag`; says on stderr what was done to its points.
pub fn read(flag: &str, path: &Path) -> Result<Given, Error> {
    let named = |problem: String| Error::Input(format!("--{flag} {}: {problem}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| named(format!("the file cannot be read ({error})")))?;
    if let Some(picture) = picture(&bytes) {
        let raster = picture.and_then(|picture| ink(&picture).map_err(|error| error.to_string()));
        return raster.map(Given::Raster).map_err(|problem| named(format!("the picture cannot be used: {problem}")));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| named("is neither a PNG, nor a JPEG, nor text: give CSV".into()))?;
    let (points, note) = Points::from_csv(&text).map_err(|error| named(error.to_string()))?;
    eprintln!("flow-lab: --{flag}: {note}");
    Ok(Given::Points(points))
}

/// Reads the pack of digits named by `--digits`, or the one that build.sh made, if there is one.
pub fn digits(arguments: &ArgMatches) -> Result<Option<Arc<Pack>>, Error> {
    let named = arguments.try_get_one::<String>("digits").ok().flatten();
    let path = named.map_or_else(images::path, PathBuf::from);
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let failed = |problem: String| Error::Input(format!("--digits {}: {problem}", path.display()));
    let bytes = std::fs::read(&path).map_err(|error| failed(format!("the file cannot be read ({error})")))?;
    Pack::from_bytes(&bytes).map(|pack| Some(Arc::new(pack))).map_err(|error| failed(error.to_string()))
}

/// Rows of pixels with their grey and their opacity, from 0 to 1.
struct Picture {
    width: usize,
    pixels: Vec<[f32; 2]>,
}

/// Decodes a PNG or a JPEG; `None` for anything else.
fn picture(bytes: &[u8]) -> Option<Result<Picture, String>> {
    let options = DecoderOptions::default().png_set_strip_to_8bit(true);
    let (decoded, size, colours) = if bytes.starts_with(b"\x89PNG") {
        let mut decoder = PngDecoder::new_with_options(ZCursor::new(bytes), options);
        let pixels = decoder.decode_raw().map_err(|error| format!("{error:?}"));
        (pixels, decoder.dimensions(), decoder.colorspace())
    } else if bytes.starts_with(&[0xff, 0xd8]) {
        let options = options.jpeg_set_out_colorspace(ColorSpace::Luma);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        let pixels = decoder.decode().map_err(|error| format!("{error:?}"));
        (pixels, decoder.dimensions(), decoder.output_colorspace())
    } else {
        return None;
    };
    let (Ok(pixels), Some((width, height)), Some(colours)) = (&decoded, size, colours) else {
        return Some(Err(decoded.err().unwrap_or_else(|| "it has no size".into())));
    };
    let channels = pixels.len() / (width * height).max(1);
    let pixel = |p: &[u8]| {
        let value = |k: usize| p[k] as f32 / 255.0;
        let grey = if channels >= 3 { 0.2126 * value(0) + 0.7152 * value(1) + 0.0722 * value(2) } else { value(0) };
        [grey, if colours.has_alpha() { value(channels - 1) } else { 1.0 }]
    };
    Some(Ok(Picture { width, pixels: pixels.chunks_exact(channels.max(1)).map(pixel).collect() }))
}

/// How far each pixel is from the ground, which is what the border shows: dark ink on light paper, or light on dark. Where
/// all round is transparent, what is opaque is ink.
fn ink(picture: &Picture) -> Result<Raster, Error> {
    let (width, height) = (picture.width, picture.pixels.len() / picture.width.max(1));
    let block = width.max(height).div_ceil(SIDE_MAX).max(1);
    let is_border = |k: usize| {
        let (x, y) = (k % width, k / width);
        x == 0 || y == 0 || x + 1 == width || y + 1 == height
    };
    let border = picture.pixels.iter().enumerate().filter(|(k, [_, alpha])| is_border(*k) && *alpha > 0.5);
    let (sum, count) = border.fold((0.0, 0), |(sum, count), (_, [grey, _])| (sum + grey, count + 1));
    let ground = (count > 0).then(|| sum / count as f32);
    let darkness = |[grey, alpha]: [f32; 2]| {
        let distance = match ground {
            None => 1.0,
            Some(ground) if ground > 0.5 => ground - grey,
            Some(ground) => grey - ground,
        };
        alpha * if distance < PAPER { 0.0 } else { distance }
    };
    // Larger pictures are averaged down, block by block.
    let (columns, rows) = (width / block, height / block);
    let average = |k: usize| {
        let (x, y) = (k % columns * block, k / columns * block);
        let inside = (0..block * block).map(|i| picture.pixels[(y + i / block) * width + x + i % block]);
        inside.map(darkness).sum::<f32>() / (block * block) as f32
    };
    Raster::new(columns, rows, (0..columns * rows).map(average).collect())
}

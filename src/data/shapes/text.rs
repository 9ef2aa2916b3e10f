//! Letters as a picture, in Noto Sans Mono, bold, 32 pixels high.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, RasterizedChar, get_raster, get_raster_width};

use crate::data::given::raster::{Raster, SIDE_MAX};
use crate::error::Error;

const WEIGHT: FontWeight = FontWeight::Bold;
const SIZE: RasterHeight = RasterHeight::Size32;

fn glyph(letter: char) -> Option<RasterizedChar> {
    get_raster(letter, WEIGHT, SIZE)
}

/// The letters, each once, that the font lacks; it has those of a plain English keyboard.
pub fn unknown(text: &str) -> Vec<char> {
    let mut unknown = Vec::new();
    for letter in text.chars() {
        if glyph(letter).is_none() && !unknown.contains(&letter) {
            unknown.push(letter);
        }
    }
    unknown
}

/// The picture of a line of letters; unknown ones are left out, and with none left it shows a full stop.
///
/// It holds 36 letters; later ones are left out.
///
/// # Errors
/// None for any text; the picture's own checks pass their errors through.
pub fn raster(text: &str) -> Result<Raster, Error> {
    let longest = SIDE_MAX / get_raster_width(WEIGHT, SIZE);
    let mut glyphs: Vec<_> = text.chars().filter_map(glyph).take(longest).collect();
    let is_blank = |glyph: &RasterizedChar| glyph.raster().iter().all(|row| row.iter().all(|&value| value == 0));
    if glyphs.iter().all(is_blank) {
        glyphs = glyph('.').into_iter().collect();
    }
    let row = |row: usize| glyphs.iter().flat_map(move |glyph| glyph.raster()[row]);
    let values: Vec<f32> = (0..SIZE.val()).flat_map(row).map(|&value| value as f32).collect();
    Raster::new(values.len() / SIZE.val(), SIZE.val(), values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_upright_and_in_order() {
        // "L" has its bar at the bottom, to the right of its stem; "." beside it lies low.
        let picture = raster("L.").unwrap();
        let (width, values) = (picture.width(), picture.values());
        let mass = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| -> f32 {
            rows.flat_map(|row| &values[row * width..][columns.clone()]).sum()
        };
        let lit: Vec<usize> = (0..32).filter(|&row| mass(row..row + 1, 0..width) > 0.0).collect();
        let (top, bottom) = (lit[0], lit[lit.len() - 1]);
        assert!(mass(bottom - 1..bottom, 0..width / 2) > 2.0 * mass(top + 1..top + 2, 0..width / 2));
        assert_eq!(mass(0..(top + bottom) / 2, width / 2..width), 0.0);
        assert!(mass((top + bottom) / 2..32, width / 2..width) > 0.0);
    }

    #[test]
    fn unknown_letters_are_named_once_and_left_out_and_blank_text_is_a_full_stop() {
        assert_eq!(unknown("flöw 漢漢!"), ['ö', '漢']);
        assert_eq!(raster("flöw").unwrap().values(), raster("flw").unwrap().values());
        for blank in ["", "   ", "漢", "\n\t"] {
            assert_eq!(raster(blank).unwrap().values(), raster(".").unwrap().values(), "{blank:?}");
        }
        assert_eq!(raster(&"M".repeat(1_000)).unwrap().width(), 36 * 14);
    }
}

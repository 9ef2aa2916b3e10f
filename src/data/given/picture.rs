//! A picture as ink: how much each pixel stands out from the ground. Where there is more ink, there are more points.

use super::raster::Raster;
use crate::error::Error;

/// Longest side of what is made of a picture, in pixels: the exact field looks at every run of equal neighbours.
const SIDE_MAX: usize = 200;
/// Levels of grey above none: the fewer, the longer are the runs of equal neighbours.
const LEVELS: f64 = 4.0;
/// Least difference of brightness between ground and ink, of black to white.
const CONTRAST_MIN: f64 = 0.05;
/// Most pixels of a picture: 200 MB of red, green, blue and alpha.
pub const PIXELS_MAX: usize = 50_000_000;

/// A picture that comes row by row, averaged down to 200 pixels along its longer side.
///
/// One reader for the page, where the browser decodes, and for the command line, where `file` does: the same pixels are
/// the same points.
#[derive(Clone, Debug)]
pub struct Ink {
    width: usize,
    height: usize,
    columns: usize,
    rows: usize,
    /// Of each column of the picture: see [`shares`].
    shares: Vec<(usize, f64, f64)>,
    /// Rows that have come.
    taken: usize,
    /// Opacity, and opacity times brightness, of each averaged pixel.
    sums: Vec<[f64; 2]>,
}

impl Ink {
    /// # Errors
    /// When a side is 0, or there are more than [`PIXELS_MAX`] pixels.
    pub fn new(width: usize, height: usize) -> Result<Ink, Error> {
        check_size(width, height)?;
        let scale = (SIDE_MAX as f64 / width.max(height) as f64).min(1.0);
        let [columns, rows] = [width, height].map(|side| (side as f64 * scale).round().max(1.0) as usize);
        let shares = (0..width).map(|x| shares(x, width, columns)).collect();
        Ok(Ink { width, height, columns, rows, shares, taken: 0, sums: vec![[0.0; 2]; columns * rows] })
    }

    /// Takes the next rows.
    ///
    /// # Shapes
    /// `rgba` holds whole rows of `width` pixels of four bytes: red, green, blue, alpha, not premultiplied.
    ///
    /// # Errors
    /// When they are not whole rows, or more than the picture has.
    pub fn add_rows(&mut self, rgba: &[u8]) -> Result<(), Error> {
        let rows = rgba.len() / (4 * self.width);
        if !rgba.len().is_multiple_of(4 * self.width) || rows > self.height - self.taken {
            return Err(Error::Input(format!(
                "the picture has {} bytes; {} × {} pixels need 4 each",
                rgba.len(),
                self.width,
                self.height
            )));
        }
        let mut line = vec![[0.0; 2]; self.columns];
        for row in rgba.chunks_exact(4 * self.width) {
            line.fill([0.0; 2]);
            for (pixel, &(column, here, next)) in row.chunks_exact(4).zip(&self.shares) {
                let [red, green, blue, alpha] = [0, 1, 2, 3].map(|k| pixel[k] as f64 / 255.0);
                let bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
                add(&mut line[column], [alpha, alpha * bright], here);
                if next > 0.0 {
                    add(&mut line[column + 1], [alpha, alpha * bright], next);
                }
            }
            let (row, here, next) = shares(self.taken, self.height, self.rows);
            for (column, &sum) in line.iter().enumerate() {
                add(&mut self.sums[row * self.columns + column], sum, here);
                if next > 0.0 {
                    add(&mut self.sums[(row + 1) * self.columns + column], sum, next);
                }
            }
            self.taken += 1;
        }
        Ok(())
    }

    /// The ink, in four levels of grey: how far each pixel is from the ground, which the border shows, dark ink on a
    /// light ground or light on dark. Where the border is transparent, the ground is white under a dark picture and
    /// black under a light one.
    ///
    /// # Errors
    /// When rows are missing, or every pixel is about as bright as the ground.
    pub fn raster(&self) -> Result<Raster, Error> {
        let Ink { columns, rows, .. } = *self;
        if self.taken < self.height {
            return Err(Error::Input(format!("the picture ends after {} of {} rows", self.taken, self.height)));
        }
        let is_border = |k: usize| {
            let (x, y) = (k % columns, k / columns);
            x == 0 || y == 0 || x + 1 == columns || y + 1 == rows
        };
        // Of each averaged pixel, in pixels of the picture.
        let area = (self.width * self.height) as f64 / (columns * rows) as f64;
        let border = self.sums.iter().enumerate().filter(|(k, _)| is_border(*k)).map(|(_, pixel)| pixel);
        let [count, cover, light] = total(border);
        let ground = if cover < 0.5 * area * count {
            let [_, cover, light] = total(self.sums.iter());
            if light < 0.5 * cover { 1.0 } else { 0.0 }
        } else {
            light / cover
        };
        let sign = if ground >= 0.5 { -1.0 } else { 1.0 };
        let ink = self.sums.iter().map(|[alpha, light]| (sign * (light - ground * alpha)).max(0.0) / area);
        let ink: Vec<f64> = ink.collect();
        let most = ink.iter().copied().fold(0.0, f64::max);
        if most < CONTRAST_MIN {
            return Err(Error::Input(
                "the picture is blank: every pixel is about as bright as its border; give one with more contrast"
                    .into(),
            ));
        }
        let level = |ink: f64| ((LEVELS * ink / most).round() / LEVELS) as f32;
        Raster::new(columns, rows, ink.into_iter().map(level).collect())
    }
}

/// How many pixels there are, and the sums of their opacity and of opacity times brightness.
fn total<'a>(pixels: impl Iterator<Item = &'a [f64; 2]>) -> [f64; 3] {
    pixels.fold([0.0; 3], |[count, cover, light], pixel| [count + 1.0, cover + pixel[0], light + pixel[1]])
}

fn add(sum: &mut [f64; 2], value: [f64; 2], share: f64) {
    sum[0] += share * value[0];
    sum[1] += share * value[1];
}

/// Into which of `few` equal parts number `k` of `many` falls, with how much of itself, and with how much into the
/// next.
fn shares(k: usize, many: usize, few: usize) -> (usize, f64, f64) {
    // In whole numbers, which on the web need 64 bits: part p begins at p · many, and number k spans [k · few, (k + 1)
    // · few].
    let [k, many, few] = [k, many, few].map(|count| count as u64);
    let part = k * few / many;
    let beyond = ((k + 1) * few).saturating_sub((part + 1) * many) as f64 / few as f64;
    (part as usize, 1.0 - beyond, beyond)
}

/// What the first bytes of a file tell of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header {
    /// PNG, JPEG, GIF, …
    pub format: &'static str,
    /// Width and height in pixels, where the format is one whose header is read here.
    pub size: Option<[usize; 2]>,
}

/// The header of a picture, by its first bytes, whatever the file is called; `None` for anything else.
pub fn header(bytes: &[u8]) -> Option<Header> {
    let at = |k: usize| bytes.get(k).copied().unwrap_or(0) as usize;
    let big = |k: usize, n: usize| (0..n).fold(0, |sum, i| sum << 8 | at(k + i));
    let little = |k: usize, n: usize| (0..n).rev().fold(0, |sum, i| sum << 8 | at(k + i));
    let is = |k: usize, word: &[u8]| bytes.get(k..k + word.len()) == Some(word);
    let (format, size) = if is(0, b"\x89PNG") {
        ("PNG", is(12, b"IHDR").then(|| [big(16, 4), big(20, 4)]))
    } else if is(0, b"\xff\xd8\xff") {
        ("JPEG", jpeg_size(bytes))
    } else if is(0, b"GIF8") {
        ("GIF", Some([little(6, 2), little(8, 2)]))
    } else if is(0, b"RIFF") && is(8, b"WEBP") {
        let size = match bytes.get(12..16) {
            Some(b"VP8X") => Some([little(24, 3) + 1, little(27, 3) + 1]),
            Some(b"VP8L") => Some([(little(21, 4) & 0x3fff) + 1, (little(21, 4) >> 14 & 0x3fff) + 1]),
            Some(b"VP8 ") => Some([little(26, 2) & 0x3fff, little(28, 2) & 0x3fff]),
            _ => None,
        };
        ("WebP", size.filter(|_| bytes.len() >= 30))
    } else if is(0, b"BM") && is(6, &[0; 4]) {
        ("BMP", Some([little(18, 4), little(22, 4)]))
    } else if is(4, b"ftypavif") {
        ("AVIF", None)
    } else if is(4, b"ftyphei") || is(4, b"ftypmif1") {
        ("HEIC", None)
    } else if is(0, b"II*\0") || is(0, b"MM\0*") {
        ("TIFF", None)
    } else {
        return None;
    };
    Some(Header { format, size })
}

impl Header {
    /// # Errors
    /// When the picture has more than [`PIXELS_MAX`] pixels, or none.
    pub fn check(&self) -> Result<(), Error> {
        self.size.map_or(Ok(()), |[width, height]| check_size(width, height))
    }
}

fn check_size(width: usize, height: usize) -> Result<(), Error> {
    if width.saturating_mul(height) <= PIXELS_MAX && width * height > 0 {
        return Ok(());
    }
    let most = PIXELS_MAX / 1_000_000;
    Err(Error::Input(format!("the picture has {width} × {height} pixels: give one of 1 × 1 to {most} million pixels")))
}

/// Height and width stand in the first frame header (T.81, B.2.2), behind segments that tell their length.
fn jpeg_size(bytes: &[u8]) -> Option<[usize; 2]> {
    let two = |k: usize| Some(usize::from(*bytes.get(k)?) << 8 | usize::from(*bytes.get(k + 1)?));
    let mut at = 2;
    loop {
        let marker = two(at)?;
        match marker {
            0xffff => at += 1, // fill bytes
            0xffc4 | 0xffc8 | 0xffcc => at += 2 + two(at + 2)?,
            0xffc0..=0xffcf => return Some([two(at + 7)?, two(at + 5)?]),
            0xff01 | 0xffd0..=0xffd8 => at += 2,
            0xff00.. => at += 2 + two(at + 2)?,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_those_of_areas() {
        // 300 pixels become 200: pixel 1 gives half of itself to each of 0 and 1.
        assert_eq!(
            (0..3).map(|k| shares(k, 300, 200)).collect::<Vec<_>>(),
            [(0, 1.0, 0.0), (0, 0.5, 0.5), (1, 1.0, 0.0)]
        );
        for (many, few) in [(1, 1), (7, 7), (401, 200), (1_000, 13), (9_999, 200)] {
            let mut sums = vec![0.0; few];
            for k in 0..many {
                let (part, here, next) = shares(k, many, few);
                sums[part] += here;
                if next > 0.0 {
                    sums[part + 1] += next;
                }
            }
            assert!(sums.iter().all(|sum| (sum - many as f64 / few as f64).abs() < 1e-9), "{many} to {few}: {sums:?}");
        }
    }

    #[test]
    fn a_header_tells_the_size_before_anything_is_decoded() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x40\0\0\0\x40\0\x08\0\0\0\0";
        let found = header(png).unwrap();
        assert_eq!(found, Header { format: "PNG", size: Some([16_384, 16_384]) });
        assert!(found.check().unwrap_err().to_string().contains("16384 × 16384 pixels: give one of"));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04xx\xff\xff\xc2\0\x11\x08\x01\x02\x03\x04\x03";
        assert_eq!(header(jpeg).unwrap().size, Some([0x304, 0x102]));
        assert_eq!(header(b"GIF89a\x05\0\x04\0").unwrap().size, Some([5, 4]));
        assert_eq!(header(b"RIFF....WEBPVP8X\x0a\0\0\0\0\0\0\0\x05\0\0\x04\0\0").unwrap().size, Some([6, 5]));
        for text in [&b"1,2\n3,4"[..], b"BMI,height\n", b"", b"\xff\xd8", b"MM,II"] {
            assert_eq!(header(text), None);
        }
        for cut in 0..jpeg.len() {
            let _ = header(&jpeg[..cut]); // and does not panic
        }
    }
}

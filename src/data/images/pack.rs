//! The file that digits come in, which `build.sh` makes from MNIST's original ones with `www/tools/pack-digits.js`: the
//! eight letters of [`MAGIC`], the counts of training and of held-out digits (32-bit, little-endian), a byte for the
//! class of each, and 784 bytes for the pixels of each.

use crate::error::Error;

/// Pixels along a side.
pub const SIDE: usize = 28;
/// Pixels of a digit: its coordinates.
pub const PIXELS: usize = SIDE * SIDE;
/// Classes.
pub const CLASSES: usize = 10;
/// How a pack begins.
pub const MAGIC: &[u8; 8] = b"digits1\n";
/// Of [`MAGIC`] and two counts.
const HEADER: usize = 16;

/// The digits of a pack: for training, and held out.
#[derive(Debug)]
pub struct Pack {
    classes: Vec<u8>,
    pixels: Vec<u8>,
    training: usize,
}

/// Training and held-out digits, by a pack's first 16 bytes; `None` where they are no pack's.
fn counts(bytes: &[u8]) -> Option<[u32; 2]> {
    let count = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    bytes.starts_with(MAGIC).then_some([count(8)?, count(12)?])
}

/// Bytes of a whole pack, by its first 16; `None` where they are no pack's.
pub fn pack_length(bytes: &[u8]) -> Option<u64> {
    let [training, held_out] = counts(bytes)?;
    Some(HEADER as u64 + (u64::from(training) + u64::from(held_out)) * (1 + PIXELS as u64))
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// When the bytes are not a whole pack, or it has no digits to train on.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pack, Error> {
        let broken =
            |what: String| Error::File(format!("not a pack of digits: {what}; make it with `./build.sh setup`"));
        let (Some([training, held_out]), Some(length)) = (counts(bytes), pack_length(bytes)) else {
            return Err(broken("it does not begin like one".into()));
        };
        let total = u64::from(training) + u64::from(held_out);
        if bytes.len() as u64 != length {
            return Err(broken(format!("it has {} bytes where its {total} digits take {length}", bytes.len())));
        }
        // Now that so many bytes are there, their numbers fit a usize.
        let (training, total) = (training as usize, total as usize);
        let (classes, pixels) = bytes[HEADER..].split_at(total);
        if let Some(class) = classes.iter().find(|&&class| class as usize >= CLASSES) {
            return Err(broken(format!("it has a digit of class {class}")));
        }
        if training == 0 {
            return Err(broken("it has no digits to train on".into()));
        }
        Ok(Pack { classes: classes.into(), pixels: pixels.into(), training })
    }

    /// Digits for training.
    pub fn training(&self) -> usize {
        self.training
    }

    /// All digits.
    pub fn count(&self) -> usize {
        self.classes.len()
    }

    /// Whether a digit for training has this class.
    pub fn holds(&self, class: u8) -> bool {
        self.classes[..self.training].contains(&class)
    }

    /// The class of digit `k`; those held out come last.
    pub fn class(&self, k: usize) -> u8 {
        self.classes[k]
    }

    /// The pixels of digit `k`, from 0 to 1.
    ///
    /// # Shapes
    /// [`PIXELS`] numbers, row after row.
    pub fn digit(&self, k: usize) -> impl Iterator<Item = f32> {
        self.pixels[k * PIXELS..(k + 1) * PIXELS].iter().map(|&byte| byte as f32 / 255.0)
    }
}

//! MNIST: handwritten digits of 28 × 28 pixels (LeCun, Cortes and Burges 1998).
//!
//! The numbers come in a pack, which `build.sh` makes from the original files with `www/tools/pack-digits.js`: the eight letters
//! of [`MAGIC`], the counts of training and of held-out digits (32-bit, little-endian), a byte for the class of each, and
//! 784 bytes for the pixels of each.

pub mod classifier;

use std::sync::{Arc, OnceLock};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Distribution;
use super::images::classifier::Classifier;
use super::mixture::Mixture;
use crate::data::Label;
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

/// What is said where there is no pack.
pub const MISSING: &str = if cfg!(target_arch = "wasm32") {
    "needs the file digits.gz beside the page, which could not be read"
} else {
    "needs the pack of digits: `./build.sh setup` makes it, or name its file with --digits"
};

/// The digits of a pack: for training, and held out.
#[derive(Debug)]
pub struct Pack {
    classes: Vec<u8>,
    pixels: Vec<u8>,
    training: usize,
    classifier: OnceLock<Classifier>,
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// When the bytes are not a whole pack, or hold too few digits to tell classes apart.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pack, Error> {
        let broken =
            |what: String| Error::File(format!("not a pack of digits: {what}; make it with `./build.sh setup`"));
        if bytes.len() < HEADER || !bytes.starts_with(MAGIC) {
            return Err(broken("it does not begin like one".into()));
        }
        let count = |at: usize| bytes[at..at + 4].iter().rev().fold(0, |sum, &byte| sum << 8 | byte as usize);
        let (training, held_out) = (count(8), count(12));
        let total = training + held_out;
        let length = HEADER + total * (1 + PIXELS);
        if bytes.len() != length {
            return Err(broken(format!("it has {} bytes where its {total} digits take {length}", bytes.len())));
        }
        let (classes, pixels) = bytes[HEADER..].split_at(total);
        if let Some(class) = classes.iter().find(|&&class| class as usize >= CLASSES) {
            return Err(broken(format!("it has a digit of class {class}")));
        }
        let missing = (0..CLASSES as u8).find(|class| !classes[..training].contains(class));
        if let Some(class) = missing.filter(|_| training < 100) {
            return Err(broken(format!("of its {training} training digits none is a {class}")));
        }
        Ok(Pack { classes: classes.into(), pixels: pixels.into(), training, classifier: OnceLock::new() })
    }

    /// Digits for training.
    pub fn training(&self) -> usize {
        self.training
    }

    /// All digits.
    pub fn count(&self) -> usize {
        self.classes.len()
    }

    /// The class of digit `k`; those held out come last.
    pub fn class(&self, k: usize) -> u8 {
        self.classes[k]
    }

    /// The pixels of digit `k`, from 0 to 1.
    pub fn digit(&self, k: usize) -> impl Iterator<Item = f32> {
        self.pixels[k * PIXELS..(k + 1) * PIXELS].iter().map(|&byte| byte as f32 / 255.0)
    }

    /// Which class pixels look like, by the training digits.
    pub fn classifier(&self) -> &Classifier {
        self.classifier.get_or_init(|| Classifier::of(self))
    }
}

/// Some digits of a pack, each as likely.
#[derive(Clone, Debug)]
pub struct Mnist {
    pack: Arc<Pack>,
    /// The one class that it holds, or all.
    only: Label,
    /// Numbers of its digits in the pack: for training, and held out.
    training: Arc<[u32]>,
    held_out: Arc<[u32]>,
}

impl Mnist {
    /// The digits of class `only`, or all.
    pub fn new(pack: Arc<Pack>, only: Label) -> Mnist {
        let chosen = |range: std::ops::Range<usize>| -> Arc<[u32]> {
            range.filter(|&k| only.is_none_or(|class| pack.class(k) == class)).map(|k| k as u32).collect()
        };
        let (training, held_out) = (chosen(0..pack.training()), chosen(pack.training()..pack.count()));
        Mnist { pack, only, training, held_out }
    }

    fn draw(&self, from: &[u32], n: usize, rng: &mut ChaCha8Rng) -> (Vec<f32>, Vec<Label>) {
        let mut drawn = (Vec::with_capacity(n * PIXELS), Vec::with_capacity(n));
        for _ in 0..n {
            let k = from[rng.random_range(0..from.len())] as usize;
            drawn.0.extend(self.pack.digit(k));
            drawn.1.push(Some(self.pack.class(k)));
        }
        drawn
    }
}

impl Distribution for Mnist {
    fn dim(&self) -> usize {
        PIXELS
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        self.draw(&self.training, n, rng).0
    }

    fn labelled(&self, n: usize, rng: &mut ChaCha8Rng) -> (Vec<f32>, Vec<Label>) {
        self.draw(&self.training, n, rng)
    }

    fn held_out(&self, n: usize, rng: &mut ChaCha8Rng) -> (Vec<f32>, Vec<Label>) {
        let from = if self.held_out.is_empty() { &self.training } else { &self.held_out };
        self.draw(from, n, rng)
    }

    fn modes(&self) -> usize {
        if self.only.is_some() { 1 } else { CLASSES }
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let class = self.pack.classifier().nearby(point)?;
        match self.only {
            None => Some(class as usize),
            Some(only) => (class == only).then_some(0),
        }
    }

    fn class(&self, point: &[f32]) -> Label {
        self.pack.classifier().class(point)
    }

    fn mixture(&self) -> Mixture {
        let points: Vec<f32> = self.training.iter().flat_map(|&k| self.pack.digit(k as usize)).collect();
        Mixture::of_points(&points, PIXELS)
    }
}

/// Where `build.sh` puts the pack of all 60,000 and 10,000 digits: the environment's `FLOW_LAB_DIGITS`, or a file in
/// `FLOW_LAB_CACHE`, which is `flow-lab` in the user's cache unless it is said otherwise.
#[cfg(not(target_arch = "wasm32"))]
pub fn path() -> std::path::PathBuf {
    use std::env::var_os;
    use std::path::PathBuf;
    let cache = || {
        let caches = var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let caches = caches.unwrap_or_else(|| PathBuf::from(var_os("HOME").unwrap_or_default()).join(".cache"));
        var_os("FLOW_LAB_CACHE").map_or_else(|| caches.join("flow-lab"), PathBuf::from)
    };
    var_os("FLOW_LAB_DIGITS").map_or_else(|| cache().join("mnist.digits"), PathBuf::from)
}

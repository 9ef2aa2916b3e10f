//! MNIST: handwritten digits of 28 × 28 pixels (LeCun, Cortes and Burges 1998).

pub mod classifier;
mod pack;

use std::sync::{Arc, OnceLock};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Distribution;
use super::mixture::Mixture;
use crate::data::Label;
use crate::error::Error;
use classifier::Classifier;
pub use pack::{CLASSES, MAGIC, PIXELS, Pack, SIDE, pack_length};

/// What is said where there is no pack.
pub const MISSING: &str = if cfg!(target_arch = "wasm32") {
    "needs the file digits.gz beside the page, which could not be read"
} else {
    "needs the pack of digits: `./build.sh setup` makes it, or name its file with --digits"
};

/// A pack, and its classifier once it is asked for, which takes a second to make: all runs share both.
#[derive(Debug)]
pub struct Digits {
    /// The digits themselves.
    pub pack: Pack,
    classifier: OnceLock<Classifier>,
}

impl Digits {
    /// Reads a pack.
    ///
    /// # Errors
    /// As [`Pack::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Digits, Error> {
        Ok(Digits { pack: Pack::from_bytes(bytes)?, classifier: OnceLock::new() })
    }

    /// Which class pixels look like, by the training digits.
    pub fn classifier(&self) -> &Classifier {
        self.classifier.get_or_init(|| Classifier::of(&self.pack))
    }

    /// What is said where a class is asked for that the pack does not hold.
    pub fn lacks(&self, class: u8) -> String {
        format!(
            "of the {} digits for training in this pack none is a {class}: choose another class, or a pack that holds it",
            self.pack.training()
        )
    }
}

/// Some digits of a pack, each as likely.
#[derive(Clone, Debug)]
pub struct Mnist {
    digits: Arc<Digits>,
    /// The one class that it holds, or all.
    only: Label,
    /// Numbers of its digits in the pack: for training, and held out.
    training: Arc<[u32]>,
    held_out: Arc<[u32]>,
}

impl Mnist {
    /// The digits of class `only`, or all.
    ///
    /// # Errors
    /// When the pack has none of that class to train on.
    pub fn new(digits: Arc<Digits>, only: Label) -> Result<Mnist, Error> {
        let pack = &digits.pack;
        if let Some(class) = only.filter(|&class| !pack.holds(class)) {
            return Err(Error::Input(format!("digit = {class}: {}", digits.lacks(class))));
        }
        let chosen = |range: std::ops::Range<usize>| -> Arc<[u32]> {
            range.filter(|&k| only.is_none_or(|class| pack.class(k) == class)).map(|k| k as u32).collect()
        };
        let (training, held_out) = (chosen(0..pack.training()), chosen(pack.training()..pack.count()));
        Ok(Mnist { digits, only, training, held_out })
    }

    fn draw(&self, from: &[u32], n: usize, rng: &mut ChaCha8Rng) -> (Vec<f32>, Vec<Label>) {
        let mut drawn = (Vec::with_capacity(n * PIXELS), Vec::with_capacity(n));
        for _ in 0..n {
            let k = from[rng.random_range(0..from.len())] as usize;
            drawn.0.extend(self.digits.pack.digit(k));
            drawn.1.push(Some(self.digits.pack.class(k)));
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
        let class = self.digits.classifier().nearby(point)?;
        match self.only {
            None => Some(class as usize),
            Some(only) => (class == only).then_some(0),
        }
    }

    fn class(&self, point: &[f32]) -> Label {
        self.digits.classifier().class(point)
    }

    fn mixture(&self) -> Mixture {
        let points: Vec<f32> = self.training.iter().flat_map(|&k| self.digits.pack.digit(k as usize)).collect();
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

//! A network's lists of numbers.

/// One of a network's lists of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `time.0.weight`, `layers.2.bias`, …: its name in files.
    pub name: String,
    /// Its extents; the last one runs fastest.
    pub shape: Vec<usize>,
    /// Inputs that are summed into one output: its first values are drawn from U(-1/√fan_in, 1/√fan_in), PyTorch's
    /// default for linear layers and convolutions.
    pub fan_in: usize,
}

impl Parameter {
    /// How many numbers it is.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

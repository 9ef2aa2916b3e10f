//! The one record of every option: type, range, default and one-line doc.
//!
//! The page's controls, the URL hash, the JavaScript API, the command line's flags and the
//! table in the README are all read from [`options()`]; [`Config::read`] is the only way in, and
//! a bad value never panics: it becomes a [`Note`], and the nearest good value is used.

use crate::data::text;
use crate::option::{self, Choice, Spec, choices, options};
use crate::preset;

choices! {
    /// A ready-made experiment of a published text; other options given beside it win.
    Preset {
        None = "none": "no preset: the defaults below",
        Moons = "moons": "8 Gaussians to two moons (F. Mirković, Notes on Flow Matching)",
        MoonsOt = "moons-ot": "the same with minibatch optimal transport pairs",
        Ring = "ring": "Gaussian to 1,000 points of a ring of 8 Gaussians (M. Fuge, chapter 17)",
        Checkerboard = "checkerboard": "Gaussian to a 4×4 board (W. Gao, Generative Models: Flow Matching)",
        Checkerboard8 = "checkerboard-8": "Gaussian to an 8×8 board, a wide network (L. Pinchbeck, Flow matching for multi-modal density estimation)",
        Checkerboard5 = "checkerboard-5": "the same with a 5×5 board",
    }
}

choices! {
    /// A distribution; gaussian, uniform and checkerboard in any dimension, the others in the plane. Either end of the flow may be any of them.
    Shape {
        Gaussian = "gaussian": "one Gaussian, mean 0, standard deviation 1",
        Uniform = "uniform": "uniform on [-3.5, 3.5] along every axis",
        EightGaussians = "8gaussians": "8 Gaussians of standard deviation 1 on a circle of radius 5",
        Moons = "moons": "two interleaved half circles of radius 2, noise 0.1",
        Ring = "ring": "8 Gaussians of standard deviation 0.2 on a circle of radius 3",
        Checkerboard = "checkerboard": "the dark cells of a board on [-2, 2] along every axis",
        Scurve = "scurve": "an S of two arcs of radius 1.5, noise 0.075",
        Spiral = "spiral": "a swiss roll of one and a half turns, radius up to 3.5, noise 0.1",
        Pinwheel = "pinwheel": "five bent arms, radius about 2",
        Circles = "circles": "two circles of radius 1.75 and 3.5, noise 0.175",
        Text = "text": "the letters of the option `text`",
        Points = "points": "points from outside: drawn, pasted, or read from a CSV file or an image",
    }
}

choices! {
    /// Which x0 goes with which x1.
    Coupling {
        Independent = "independent": "any with any",
        Ot = "ot": "minibatch optimal transport: the pairing of each batch, or group, with the least squared distance",
        Reflow = "reflow": "the pairs that a trained model made, its own samples with their starting points",
    }
}

choices! {
    /// The path xt = α(t) x1 + β(t) x0 from x0 to x1.
    Schedule {
        Linear = "linear": "α = t, β = 1 - (1 - sigmaMin) t: straight lines at even speed",
        Cosine = "cosine": "α = sin(πt/2), β = cos(πt/2)",
        Vp = "vp": "variance preserving diffusion: α = exp(-T/2), β = √(1 - α²), T from 10.05 to 0 as s = 1 - t runs from 1 to 0",
    }
}

choices! {
    /// The nonlinearity after every hidden layer.
    Activation {
        Relu = "relu": "max(0, x)",
        Silu = "silu": "x · sigmoid(x)",
        Gelu = "gelu": "x · Φ(x), with the exact error function",
        Selu = "selu": "self-normalising exponential unit (Klambauer et al. 2017)",
        Tanh = "tanh": "hyperbolic tangent",
    }
}

choices! {
    /// How time t joins the point x at the network's input.
    TimeInput {
        Raw = "raw": "t itself, one number",
        Mlp = "mlp": "a small network 1→16→16→16 with ReLU between",
        Sinusoidal = "sinusoidal": "sines and cosines of t at 64 frequencies from 1 to e⁶",
        Joined = "joined": "t and x each through layers of their own to the network's width, then joined",
    }
}

choices! {
    /// The rule that turns gradients into weight changes; PyTorch's defaults.
    Optimiser {
        Adam = "adam": "Adam: β = (0.9, 0.999), ε = 1e-8, no weight decay",
        Adamw = "adamw": "AdamW: as Adam, with decoupled weight decay",
    }
}

choices! {
    /// How the times of training are drawn.
    TimeSampling {
        Uniform = "uniform": "every time alike",
        Late = "late": "t = ∛u with u uniform, density 3t²: looks more often at late times, where sharp edges are made",
    }
}

choices! {
    /// The integrator of dx/dt = v(x, t).
    SolverKind {
        Euler = "euler": "first order, one velocity evaluation a step",
        Midpoint = "midpoint": "second order, two evaluations a step; never looks at t = 1",
        Heun = "heun": "second order, two evaluations a step",
        Rk4 = "rk4": "fourth order, four evaluations a step",
        Dopri5 = "dopri5": "Dormand–Prince 5(4): chooses its steps to keep within `tolerance`",
    }
}

choices! {
    /// Where the arithmetic runs.
    DeviceChoice {
        Auto = "auto": "a hardware GPU where there is one, else the CPU",
        Gpu = "gpu": "the GPU, a software adapter included; the CPU if there is none",
        Cpu = "cpu": "the CPU",
    }
}

options! {
    /// Every option of a run. Build it with [`Config::read`]; every value is then within range.
    pub struct Config {
        run       preset        "preset":       Preset       = Preset::None,        (), "a published experiment to start from";
        data      source        "source":       Shape        = Shape::Gaussian,     (), "where the points start, at t = 0";
        data      target        "target":       Shape        = Shape::Moons,        (), "where the points shall end, at t = 1";
        data      dim           "dim":          usize        = 2,     (2, 8),           "coordinates of a point; more than 2 for gaussian, uniform and checkerboard";
        data      text          "text":         String       = "flow".into(), 16,       "the letters of the shape `text`: plain English keyboard characters";
        data      board         "board":        usize        = 4,     (2, 12),          "cells along each side of the checkerboard";
        data      points        "points":       usize        = 0,     (0, 100_000),     "training points drawn once and reused; 0 draws fresh ones for every batch";
        data      source_points "sourcePoints": usize        = 0,     (0, 100_000),     "source points drawn once and reused; 0 draws fresh ones for every batch";
        path      coupling      "coupling":     Coupling     = Coupling::Independent, (), "which source point goes with which target point";
        path      group         "group":        usize        = 0,     (0, 4_096),       "optimal transport within groups of so many pairs of a batch; 0 takes the whole batch";
        path      schedule      "schedule":     Schedule     = Schedule::Linear,    (), "the path from x0 to x1";
        path      sigma_min     "sigmaMin":     f64          = 0.0,   (0.0, 0.5),       "share of x0 that is left at t = 1 on the linear path";
        path      sigma         "sigma":        f64          = 0.0,   (0.0, 1.0),       "standard deviation of the noise added to xt in training";
        network   width         "width":        usize        = 64,    (1, 1024),        "neurons in every hidden layer";
        network   depth         "depth":        usize        = 3,     (1, 16),          "number of hidden layers";
        network   activation    "activation":   Activation   = Activation::Silu,    (), "nonlinearity after every hidden layer";
        network   time          "time":         TimeInput    = TimeInput::Raw,      (), "how the network is told the time t";
        training  optimiser     "optimiser":    Optimiser    = Optimiser::Adamw,    (), "rule that turns gradients into weight changes";
        training  learning_rate "learningRate": f64          = 2e-3,  (1e-6, 1.0),      "size of a training step";
        training  weight_decay  "weightDecay":  f64          = 0.01,  (0.0, 1.0),       "share of each weight, times the learning rate, that AdamW removes per step";
        training  batch         "batch":        usize        = 256,   (1, 65_536),      "pairs of points in one training step";
        training  steps         "steps":        usize        = 3_000, (1, 1_000_000),   "training steps of a whole run";
        training  time_sampling "timeSampling": TimeSampling = TimeSampling::Uniform, (), "how often training looks at which time";
        training  ema           "ema":          f64          = 0.0,   (0.0, 0.9999),    "weight averaging: share of the average that stays at each step; samples come from the average; 0 turns it off";
        sampling  solver        "solver":       SolverKind   = SolverKind::Euler,   (), "integrator that carries points from t = 0 to t = 1";
        sampling  solver_steps  "solverSteps":  usize        = 50,    (1, 1_000),       "steps of the integrator";
        sampling  tolerance     "tolerance":    f64          = 1e-4,  (1e-8, 0.1),      "error that dopri5 allows each step, absolute and relative";
        sampling  count         "count":        usize        = 1_000, (1, 100_000),     "points to generate";
        run       seed          "seed":         usize        = 1,     (0, 4_294_967_295), "the seed of every random draw: data, weights, batches, noise";
        run       device        "device":       DeviceChoice = DeviceChoice::Auto,  (), "where the arithmetic runs";
    }
}

/// Hidden activations of one training step, `batch × width × depth`, that fit every device.
const ACTIVATIONS_MAX: usize = 1 << 25;
/// Points of all trajectories together, `count × (solverSteps + 1)`, that fit a browser's memory.
const POSITIONS_MAX: usize = 1 << 24;

/// Pairs whose optimal transport is found together at most: 4,096 take about half a second.
const GROUP_MAX: usize = 4_096;
/// Cells of a board in many dimensions, of which half are modes.
const CELLS_MAX: usize = 1 << 16;

impl Shape {
    /// Whether it exists in any number of dimensions, and takes the option `dim`.
    pub fn takes_dim(self) -> bool {
        matches!(self, Shape::Gaussian | Shape::Uniform | Shape::Checkerboard)
    }
}

/// What was wrong with one given value, and what is used in its place.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Note {
    /// The option's name, in camelCase.
    pub option: String,
    /// The value as it was given.
    pub value: String,
    /// What the value should have been, with its range.
    pub problem: String,
    /// The value used instead; `None` for an unknown option, which is left out.
    pub used: Option<String>,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {}: {}", self.option, self.value, self.problem)
    }
}

impl Config {
    /// Reads options from `(name, text)` pairs, in any order; names in camelCase or kebab-case.
    ///
    /// A preset among them sets its own values first. Every bad value is replaced by the
    /// nearest good one and reported in a [`Note`]; an empty list of notes means that all was good.
    pub fn read<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> (Config, Vec<Note>) {
        let mut notes = Vec::new();
        let is_preset = |name: &str| option::camel_case(name) == "preset";
        let mut config = Config::default();
        for (name, text) in pairs.iter().filter(|(name, _)| is_preset(name.as_ref())) {
            notes.extend(config.set(name.as_ref(), text.as_ref()));
        }
        config = Config::of_preset(config.preset);
        for (name, text) in pairs.iter().filter(|(name, _)| !is_preset(name.as_ref())) {
            notes.extend(config.set(name.as_ref(), text.as_ref()));
        }
        notes.extend(config.validate());
        (config, notes)
    }

    /// The values that a preset stands for.
    pub fn of_preset(preset: Preset) -> Config {
        let mut config = Config { preset, ..Config::default() };
        for (name, text) in preset::values(preset) {
            let note = config.set(name, text);
            debug_assert_eq!(note, None, "a preset names a bad value");
        }
        config
    }

    /// Brings combinations of options, each good alone, back to what fits in memory.
    pub fn validate(&mut self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |option: &str, value: String, problem: String, used: String| {
            notes.push(Note { option: option.into(), value, problem, used: Some(used) });
        };
        let unknown = text::unknown(&self.text);
        if !unknown.is_empty() {
            let letters: String = unknown.iter().collect();
            let known: String = self.text.chars().filter(|c| !unknown.contains(c)).collect();
            let used = if known.trim().is_empty() { Config::default().text } else { known };
            note("text", self.text.clone(), format!("has no picture of {letters}: use letters of ASCII"), used.clone());
            self.text = used;
        }
        let flat = [self.source, self.target].into_iter().find(|shape| !shape.takes_dim() && *shape != Shape::Points);
        if let Some(shape) = flat.filter(|_| self.dim != 2) {
            let problem = format!("must be 2 for {}, which lies in the plane", shape.name());
            note("dim", self.dim.to_string(), problem, "2".into());
            self.dim = 2;
        }
        let has_board = [self.source, self.target].contains(&Shape::Checkerboard);
        let cells = |board: usize| board.pow(self.dim as u32);
        if has_board && cells(self.board) > CELLS_MAX {
            let largest = (2..self.board).rev().find(|&board| cells(board) <= CELLS_MAX).unwrap_or(2);
            let problem =
                format!("must be at most {largest} in {} dimensions, so that the cells can be counted", self.dim);
            note("board", self.board.to_string(), problem, largest.to_string());
            self.board = largest;
        }
        let batch_max = (ACTIVATIONS_MAX / (self.width * self.depth)).max(1);
        if self.batch > batch_max {
            let problem = format!(
                "must be at most {batch_max} at width {} and depth {}, so that batch × width × depth fits in memory",
                self.width, self.depth
            );
            note("batch", self.batch.to_string(), problem, batch_max.to_string());
            self.batch = batch_max;
        }
        if self.coupling == Coupling::Ot && self.group == 0 && self.batch > GROUP_MAX {
            let problem = format!(
                "must be 1 to {GROUP_MAX} where a batch has {} pairs, whose transport as a whole would take seconds a step",
                self.batch
            );
            note("group", "0".into(), problem, GROUP_MAX.to_string());
            self.group = GROUP_MAX;
        }
        let count_max = POSITIONS_MAX * 2 / self.dim / (self.solver_steps + 1);
        if self.count > count_max {
            let problem = format!(
                "must be at most {count_max} with {} solver steps, so that all trajectories fit in memory",
                self.solver_steps
            );
            note("count", self.count.to_string(), problem, count_max.to_string());
            self.count = count_max;
        }
        notes
    }

    /// The options that differ from their preset's values, as `(name, text)`: what a link holds.
    pub fn changed(&self) -> Vec<(&'static str, String)> {
        let usual = Config::of_preset(self.preset);
        let mut changed: Vec<_> = self
            .pairs()
            .into_iter()
            .zip(usual.pairs())
            .filter(|(mine, theirs)| mine.1 != theirs.1)
            .map(|(mine, _)| mine)
            .collect();
        if self.preset != Preset::None {
            changed.insert(0, ("preset", self.preset.name().into()));
        }
        changed
    }
}

/// The table of options and presets as JSON: what the page and the docs are made from.
pub fn options_json() -> serde_json::Value {
    let presets: serde_json::Map<_, _> = Preset::ALL
        .iter()
        .map(|&preset| {
            let values = preset::values(preset).iter().map(|&(name, text)| (name.to_string(), text.into()));
            (preset.name().to_string(), serde_json::Value::Object(values.collect()))
        })
        .collect();
    serde_json::json!({ "options": options(), "presets": presets })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_presets_are_within_their_own_ranges() {
        for &preset in Preset::ALL {
            let pairs = Config::of_preset(preset).pairs();
            assert_eq!(Config::read(&pairs), (Config::of_preset(preset), vec![]));
        }
    }

    #[test]
    fn changed_options_read_back_to_the_same_record() {
        let (config, notes) =
            Config::read(&[("preset", "ring"), ("width", "64"), ("seed", "7"), ("learning-rate", "0.005")]);
        assert_eq!(notes, vec![]);
        let names: Vec<_> = config.changed().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["preset", "width", "learningRate", "seed"]);
        assert_eq!(Config::read(&config.changed()).0, config);
    }

    #[test]
    fn bad_values_become_notes_and_the_nearest_good_value() {
        for (name, text, used) in [
            ("width", "0", "1"),
            ("width", "-3", "1"),
            ("width", "12.5", "64"),
            ("batch", "1000000000", "65536"),
            ("batch", "99999999999999999999999999", "65536"),
            ("learningRate", "NaN", "0.002"),
            ("learningRate", "inf", "0.002"),
            ("learningRate", "7", "1"),
            ("learningRate", "-1", "0.000001"),
            ("target", "mons", "moons"),
            ("target", "", "moons"),
        ] {
            let (config, notes) = Config::read(&[(name, text)]);
            assert_eq!(notes.len(), 1, "{name} = {text}");
            assert_eq!(notes[0].used.as_deref(), Some(used), "{name} = {text}");
            let value = config.pairs().into_iter().find(|(n, _)| *n == name).unwrap().1;
            assert_eq!(value, used);
        }
    }

    #[test]
    fn unknown_options_are_left_out_with_a_note() {
        let (config, notes) = Config::read(&[("wdith", "3")]);
        assert_eq!(config, Config::default());
        assert_eq!(notes[0].used, None);
        assert!(notes[0].problem.contains("width"), "{}", notes[0]);
    }

    #[test]
    fn combinations_that_fill_memory_are_brought_back() {
        let (config, notes) = Config::read(&[
            ("batch", "65536"),
            ("width", "1024"),
            ("depth", "16"),
            ("count", "100000"),
            ("solverSteps", "1000"),
        ]);
        assert_eq!((config.batch, config.count), (2048, 16760));
        assert_eq!(notes.len(), 2);
        let (config, notes) = Config::read(&[("batch", "8192"), ("coupling", "ot")]);
        assert_eq!((config.group, notes.len()), (4096, 1));
        let (config, notes) = Config::read(&[("target", "checkerboard"), ("dim", "8"), ("board", "12")]);
        assert_eq!((config.board, notes.len()), (4, 1));
        let (config, notes) = Config::read(&[("source", "moons"), ("dim", "3")]);
        assert_eq!((config.dim, notes[0].option.as_str()), (2, "dim"));
        let (config, notes) = Config::read(&[("text", "añb")]);
        assert_eq!((config.text.as_str(), notes.len()), ("ab", 1));
    }
}

//! The one record of every option: type, range, default and one-line doc.
//!
//! The page's controls, the URL hash, the JavaScript API, the command line's flags and the
//! table in the README are all read from [`options()`]; [`Config::read`] is the only way in, and
//! a bad value never panics: it becomes a [`Note`], and the nearest good value is used.

pub mod option;
mod preset;
mod validate;

use option::{Choice, Spec, choices, options};

use crate::data::images::PIXELS;

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
        Digit3 = "digit-3": "Gaussian to the handwritten 3s of MNIST (L. Pinchbeck)",
        Digits = "digits": "the same with all digits and their labels",
    }
}

choices! {
    /// A distribution; gaussian, uniform and checkerboard in any dimension, digits in 784, the others in the plane.
    /// Either end of the flow may be any of them.
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
        Digits = "digits": "handwritten digits, MNIST: 28 × 28 pixels from 0 to 1, each a coordinate",
    }
}

choices! {
    /// One of the handwritten digits, or all.
    Digit {
        All = "all": "all ten",
        Zero = "0": "0",
        One = "1": "1",
        Two = "2": "2",
        Three = "3": "3",
        Four = "4": "4",
        Five = "5": "5",
        Six = "6": "6",
        Seven = "7": "7",
        Eight = "8": "8",
        Nine = "9": "9",
    }
}

choices! {
    /// Whether the network is told the class of a point.
    Classes {
        Ignored = "ignored": "it is not",
        Told = "told": "by a label embedding, joined to x and t",
    }
}

choices! {
    /// What the last layer puts out.
    Predict {
        Velocity = "velocity": "the velocity itself",
        Target = "target": "the point x1, from which the velocity follows: on the linear path (x1 - x) / (1 - t)",
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
    /// How the learning rate falls while a run goes on.
    Annealing {
        None = "none": "it stays",
        Cosine = "cosine": "along half a cosine from the learning rate to 0 over all steps of the run (Loshchilov and Hutter 2017)",
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
        data      dim           "dim":          usize        = 2,     (2, 784),         "coordinates of a point; more than 2 for gaussian, uniform and checkerboard (16 at most), 784 for digits";
        data      digit         "digit":        Digit        = Digit::All,          (), "which handwritten digits the shape `digits` holds";
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
        network   classes       "classes":      Classes      = Classes::Ignored,    (), "whether the network is told the class of a point; for digits";
        network   embedding     "embedding":    usize        = 0,     (0, 1024),        "neurons that x, t and the class go to each before they are joined; 0 takes `width`";
        network   predict       "predict":      Predict      = Predict::Velocity,   (), "what the network puts out: a narrow network cannot put out the noise of many dimensions, but can put out x1";
        training  optimiser     "optimiser":    Optimiser    = Optimiser::Adamw,    (), "rule that turns gradients into weight changes";
        training  learning_rate "learningRate": f64          = 2e-3,  (1e-6, 1.0),      "size of a training step";
        training  annealing     "annealing":    Annealing    = Annealing::None,     (), "how the learning rate falls over the run: large steps first, small ones that settle at the end";
        training  weight_decay  "weightDecay":  f64          = 0.01,  (0.0, 1.0),       "share of each weight, times the learning rate, that AdamW removes per step";
        training  batch         "batch":        usize        = 256,   (1, 65_536),      "pairs of points in one training step";
        training  steps         "steps":        usize        = 3_000, (1, 1_000_000),   "training steps of a whole run";
        training  time_sampling "timeSampling": TimeSampling = TimeSampling::Uniform, (), "how often training looks at which time";
        training  ema           "ema":          f64          = 0.0,   (0.0, 0.9999),    "weight averaging: share of the average that stays at each step; samples come from the average; 0 turns it off";
        training  label_drop    "labelDrop":    f64          = 0.0,   (0.0, 0.9),       "share of the pairs whose class is withheld, so that the network learns the velocity without one as well: see guidance";
        sampling  label         "label":        Digit        = Digit::All,          (), "the class to generate; all takes them in turn";
        sampling  guidance      "guidance":     f64          = 1.0,   (0.0, 10.0),      "how far samples lean to their class: v(none) + guidance · (v(class) - v(none)); other than 1 it needs labelDrop";
        sampling  solver        "solver":       SolverKind   = SolverKind::Euler,   (), "integrator that carries points from t = 0 to t = 1";
        sampling  solver_steps  "solverSteps":  usize        = 50,    (1, 1_000),       "steps of the integrator";
        sampling  tolerance     "tolerance":    f64          = 1e-4,  (1e-8, 0.1),      "error that dopri5 allows each step, absolute and relative";
        sampling  count         "count":        usize        = 1_000, (1, 100_000),     "points to generate";
        run       seed          "seed":         usize        = 1,     (0, 4_294_967_295), "the seed of every random draw: data, weights, batches, noise";
        run       device        "device":       DeviceChoice = DeviceChoice::Auto,  (), "where the arithmetic runs";
    }
}

impl Shape {
    /// Whether it exists in any number of dimensions, and takes the option `dim`.
    pub fn takes_dim(self) -> bool {
        matches!(self, Shape::Gaussian | Shape::Uniform | Shape::Checkerboard)
    }

    /// Numbers of coordinates that its points can have, as far as its name says it: the shape `points` can have any.
    pub fn dims(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Shape::Gaussian | Shape::Uniform | Shape::Points => 2..=PIXELS,
            Shape::Checkerboard => 2..=validate::BOARD_DIM_MAX,
            Shape::Digits => PIXELS..=PIXELS,
            _ => 2..=2,
        }
    }
}

impl Digit {
    /// Its class; `None` for all.
    pub fn class(self) -> Option<u8> {
        Digit::ALL.iter().position(|&digit| digit == self).and_then(|k| (k as u8).checked_sub(1))
    }
}

impl Classes {
    /// Classes that the network is told.
    pub fn count(self) -> usize {
        match self {
            Classes::Ignored => 0,
            Classes::Told => Digit::ALL.len() - 1,
        }
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
    /// nearest good one and reported in a [`Note`]; an empty list of notes means that all was good. A value that nobody
    /// asked for gives way without a note.
    pub fn read<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> (Config, Vec<Note>) {
        let (mut config, mut notes) = Config::read_each(pairs);
        let asked: Vec<String> = pairs.iter().map(|(name, _)| option::camel_case(name.as_ref())).collect();
        notes.extend(config.fit(&|name, _| asked.iter().any(|asked| asked == name)));
        (config, notes)
    }

    /// The same, each value by its own range alone, whatever they come to together.
    pub fn read_each<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> (Config, Vec<Note>) {
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
        (config, notes)
    }

    /// These options with those of `asked` in place of their own, for samples of which positions at
    /// `times(solverSteps)` times are kept. A count that nobody asked for is no larger than what fits in memory.
    ///
    /// # Errors
    /// What is wrong with the first value that is not good.
    pub fn for_samples<N: AsRef<str>, V: AsRef<str>>(
        &self,
        asked: &[(N, V)],
        times: impl FnOnce(usize) -> usize,
    ) -> Result<Config, Note> {
        let mut config = self.clone();
        for (name, text) in asked {
            if let Some(note) = config.set(name.as_ref(), text.as_ref()) {
                return Err(note);
            }
        }
        config.dim = self.dim; // the run's points have as many, whatever is asked
        let is_asked = |name: &str| asked.iter().any(|(asked, _)| option::camel_case(asked.as_ref()) == name);
        let times = times(config.solver_steps);
        match config.fit_samples(times, &|name, _| is_asked(name)).into_iter().next() {
            Some(note) => Err(note),
            None => Ok(config),
        }
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

    /// Whether an end is made of handwritten digits, which must be brought.
    pub fn needs_digits(&self) -> bool {
        [self.source, self.target].contains(&Shape::Digits)
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

//! Saved runs: read by a second program that knows docs/saved-run.md alone, tampered with, and saved twice.

use std::collections::HashMap;

use flow_lab::config::{Config, SolverKind};
use flow_lab::data::Given;
use flow_lab::data::given::points::Points;
use flow_lab::data::images::{CLASSES, Digits, MAGIC, PIXELS};
use flow_lab::data::inputs::Ends;
use flow_lab::device::open_cpu;
use flow_lab::error::Error;
use flow_lab::experiment::{Experiment, SampleRequest};
use flow_lab::solver::{Kept, Solver};
use flow_lab::store::{self, Named, Saved};
use pollster::block_on;

/// What a file holds: options, and matrices with their shapes.
struct File {
    options: HashMap<String, String>,
    tensors: HashMap<String, ([usize; 2], Vec<f64>)>,
}

/// Read by hand, as the document says.
fn read(bytes: &[u8]) -> File {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let data = &bytes[8 + length..];
    let notes = &header["__metadata__"];
    assert_eq!(notes["flow-lab"], "1");
    let options = serde_json::from_str(notes["options"].as_str().unwrap()).unwrap();
    let mut tensors = HashMap::new();
    for (name, about) in header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__") {
        let is_wide = name.ends_with(".standard");
        assert_eq!(about["dtype"], if is_wide { "F64" } else { "F32" });
        let number = |value: &serde_json::Value| value.as_u64().unwrap() as usize;
        let shape = [number(&about["shape"][0]), number(&about["shape"][1])];
        let (from, to) = (number(&about["data_offsets"][0]), number(&about["data_offsets"][1]));
        let values = match is_wide {
            true => data[from..to].chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect(),
            false => data[from..to].chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()) as f64).collect(),
        };
        tensors.insert(name.clone(), (shape, values));
    }
    File { options, tensors }
}

/// The error function by its series, which converges everywhere.
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= -x * x / n as f64;
        sum += term / (2 * n + 1) as f64;
    }
    2.0 / std::f64::consts::PI.sqrt() * sum
}

impl File {
    fn option(&self, name: &str) -> &str {
        &self.options[name]
    }

    fn number(&self, name: &str) -> f64 {
        self.option(name).parse().unwrap()
    }

    /// y = x · weight + bias, by the averaged weights where there are any.
    fn layer(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let tensor = |kind: &str| {
            let name = format!("{name}.{kind}");
            self.tensors.get(&format!("ema.{name}")).unwrap_or_else(|| &self.tensors[&name])
        };
        let ([inputs, outputs], weight) = tensor("weight");
        let (_, bias) = tensor("bias");
        assert_eq!(*inputs, x.len(), "{name}");
        (0..*outputs).map(|o| bias[o] + (0..*inputs).map(|i| x[i] * weight[i * outputs + o]).sum::<f64>()).collect()
    }

    fn output(&self, x: &[f64], t: f64, class: Option<usize>) -> Vec<f64> {
        let relu = |x: Vec<f64>| x.into_iter().map(|x| x.max(0.0)).collect::<Vec<_>>();
        let label = |reads: &mut Vec<f64>| {
            if self.option("classes") == "told" {
                let one_hot: Vec<f64> = (0..10).map(|k| if Some(k) == class { 1.0 } else { 0.0 }).collect();
                reads.extend(self.layer("label", &one_hot));
            }
        };
        let mut reads = x.to_vec();
        match self.option("time") {
            "raw" => reads.push(t),
            "sinusoidal" => {
                let f = |k: i32| (6.0 * k as f64 / 63.0).exp();
                reads.extend((0..64).map(|k| (f(k) * t).sin()));
                reads.extend((0..64).map(|k| (f(k) * t).cos()));
            }
            "mlp" => {
                let hidden = relu(self.layer("time.1", &relu(self.layer("time.0", &[t]))));
                reads.extend(self.layer("time.2", &hidden));
            }
            _ => {
                reads = self.layer("points", x);
                reads.extend(self.layer("time.1", &relu(self.layer("time.0", &[t]))));
            }
        }
        label(&mut reads);
        if self.option("time") == "joined" {
            reads = self.layer("joined", &reads);
        }
        let depth = self.number("depth") as usize;
        for k in 0..depth {
            reads = self.layer(&format!("layers.{k}"), &reads).into_iter().map(|x| self.activation(x)).collect();
        }
        self.layer(&format!("layers.{depth}"), &reads)
    }

    fn activation(&self, x: f64) -> f64 {
        match self.option("activation") {
            "relu" => x.max(0.0),
            "silu" => x / (1.0 + (-x).exp()),
            "gelu" => x * (1.0 + erf(x / 2f64.sqrt())) / 2.0,
            "selu" if x > 0.0 => 1.0507009873554805 * x,
            "selu" => 1.0507009873554805 * 1.6732632423543772 * (x.exp() - 1.0),
            _ => x.tanh(),
        }
    }

    /// α and β; their derivatives by differences, which the document does not write out.
    fn path(&self, t: f64) -> [f64; 2] {
        match self.option("schedule") {
            "linear" => [t, 1.0 - (1.0 - self.number("sigmaMin")) * t],
            "cosine" => [(std::f64::consts::FRAC_PI_2 * t).sin(), (std::f64::consts::FRAC_PI_2 * t).cos()],
            _ => {
                let s = 1.0 - 0.999 * t;
                let alpha = (-(0.1 * s + 9.95 * s * s) / 2.0).exp();
                [alpha, (1.0 - alpha * alpha).sqrt()]
            }
        }
    }

    fn velocity(&self, x: &[f64], t: f64, class: Option<usize>) -> Vec<f64> {
        let output = self.output(x, t, class);
        if self.option("predict") == "velocity" {
            return output;
        }
        let h = 1e-6;
        let ([alpha, beta], before, after) = (self.path(t), self.path(t - h), self.path(t + h));
        let slope = |k: usize| (after[k] - before[k]) / (2.0 * h);
        let r = slope(1) / beta.max(0.05);
        output.iter().zip(x).map(|(o, x)| (slope(0) - alpha * r) * o + r * x).collect()
    }

    /// Euler steps from `x0`, with the time as float32 tells it.
    fn sample(&self, x0: &[f32], class: Option<usize>) -> Vec<f64> {
        let mut x: Vec<f64> = x0.iter().map(|&x| x as f64).collect();
        let (steps, w) = (self.number("solverSteps") as usize, self.number("guidance"));
        for k in 0..steps {
            let (t, next) = (k as f64 / steps as f64, (k + 1) as f64 / steps as f64);
            let mut v = self.velocity(&x, t as f32 as f64, class);
            if w != 1.0 {
                let none = self.velocity(&x, t as f32 as f64, None);
                v = v.iter().zip(none).map(|(v, none)| none + w * (v - none)).collect();
            }
            x.iter_mut().zip(v).for_each(|(x, v)| *x += (next - t) * v);
        }
        x
    }
}

/// A pack of twenty digits, each of its class's own grey.
fn greys() -> Ends {
    let mut bytes = MAGIC.to_vec();
    (0..2).for_each(|_| bytes.extend(20u32.to_le_bytes()));
    let classes = (0..40).map(|k| (k % CLASSES) as u8);
    bytes.extend(classes.clone());
    bytes.extend(classes.flat_map(|class| [25 * class; PIXELS]));
    Ends { digits: Some(Digits::from_bytes(&bytes).unwrap().into()), ..Ends::default() }
}

fn trained(options: &[(&str, &str)], ends: Ends, steps: usize) -> Experiment {
    let (mut config, notes) = Config::read(options);
    assert!(notes.is_empty(), "{notes:?}");
    let notes = ends.reconcile(&mut config);
    assert!(notes.is_empty(), "{notes:?}");
    let mut run = Experiment::new(config, open_cpu("test"), ends).unwrap();
    run.train(steps);
    run
}

#[test]
fn a_network_rebuilt_from_the_document_gives_the_same_samples() {
    let small = [("width", "9"), ("depth", "2"), ("batch", "32"), ("solverSteps", "20"), ("count", "25")];
    let digits =
        [("target", "digits"), ("classes", "told"), ("embedding", "6"), ("labelDrop", "0.2"), ("solverSteps", "5")];
    let runs: [&[(&str, &str)]; 9] = [
        &[("time", "raw"), ("activation", "silu")],
        &[("time", "sinusoidal"), ("activation", "gelu"), ("ema", "0.9")],
        &[("time", "mlp"), ("activation", "selu")],
        &[("time", "joined"), ("activation", "relu"), ("ema", "0.9")],
        &[("time", "raw"), ("activation", "tanh"), ("target", "gaussian"), ("dim", "5")],
        &[("predict", "target"), ("sigmaMin", "0.1")],
        &[("predict", "target"), ("schedule", "cosine")],
        &[("predict", "target"), ("schedule", "vp")],
        &[("time", "joined"), ("guidance", "2"), ("count", "3")],
    ];
    for (k, options) in runs.into_iter().enumerate() {
        let is_told = k == 8;
        let (ends, digits) = if is_told { (greys(), &digits[..]) } else { (Ends::default(), &[][..]) };
        let mut run = trained(&[&small[..], digits, options].concat(), ends, 20);
        let file = read(&block_on(run.save()).unwrap());
        assert_eq!(file.tensors.contains_key("ema.layers.0.weight"), options.contains(&("ema", "0.9")));
        let samples = block_on(run.sample(SampleRequest::of(run.config(), 0))).unwrap();
        let points = samples.first().chunks(samples.dim).zip(samples.last().chunks(samples.dim));
        for (number, (x0, x1)) in points.enumerate() {
            let rebuilt = file.sample(x0, is_told.then_some(number % 10));
            for (a, b) in rebuilt.iter().zip(x1) {
                let off = (a - *b as f64).abs();
                assert!(off < 2e-6 * (1.0 + a.abs()), "{options:?}: {a} for {b}");
            }
        }
    }
}

#[test]
fn the_same_run_saved_twice_is_the_same_file() {
    let save = || block_on(trained(&[("points", "50"), ("ema", "0.5")], Ends::default(), 5).save()).unwrap();
    let first = save();
    for _ in 0..5 {
        assert!(save() == first);
    }
    // The header stays what the format asks for: as long as it says, and a multiple of eight.
    assert_eq!(u64::from_le_bytes(first[..8].try_into().unwrap()) % 8, 0);
    safetensors::SafeTensors::deserialize(&first).unwrap();
}

fn tampered(bytes: &[u8], change: impl FnOnce(&mut Saved)) -> Vec<u8> {
    let mut saved = store::from_bytes(bytes).unwrap();
    change(&mut saved);
    store::to_bytes(&saved).unwrap()
}

fn named<'a>(saved: &'a mut Saved, name: &str) -> &'a mut Named {
    saved.tensors.iter_mut().find(|tensor| tensor.name == name).unwrap()
}

#[test]
fn pairs_that_are_not_the_runs_are_refused() {
    let plane = {
        let mut run = trained(&[("width", "4"), ("depth", "1")], Ends::default(), 2);
        block_on(run.reflow(SampleRequest { count: 12, ..SampleRequest::of(run.config(), 0) })).unwrap();
        run.train(1);
        block_on(run.save()).unwrap()
    };
    let told = {
        let options = [("target", "digits"), ("classes", "told"), ("width", "4"), ("depth", "1"), ("batch", "4")];
        let mut run = trained(&options, greys(), 1);
        let request = SampleRequest { count: 4, steps: 1, ..SampleRequest::of(run.config(), 0) };
        block_on(run.reflow(request)).unwrap();
        run.train(1);
        block_on(run.save()).unwrap()
    };
    let open = |bytes: &[u8]| {
        let mut run = Experiment::new(Config::default(), open_cpu("test"), greys()).unwrap();
        block_on(run.load(bytes)).map(|()| run)
    };
    open(&plane).unwrap();
    open(&told).unwrap();
    for (rows, columns) in [(16, 3), (24, 2), (8, 6), (48, 1), (1, 48), (4, 12)] {
        let bytes = tampered(&plane, |saved| named(saved, "pairs").shape = vec![rows, columns]);
        let error = open(&bytes).err().unwrap();
        assert!(matches!(error, Error::File(_)) && error.to_string().contains("pairs"), "{error}");
    }
    let bytes = tampered(&plane, |saved| {
        let pairs = named(saved, "pairs");
        (pairs.shape, pairs.values) = (vec![0, 4], Vec::new());
    });
    assert!(open(&bytes).err().unwrap().to_string().contains("needs a trained model's own pairs"));
    for class in [10.0, 255.0, 1e30, -2.0, -0.5, 0.5, 9.5, -1.5] {
        let bytes = tampered(&told, |saved| {
            *named(saved, "pairs").values.last_mut().unwrap() = class;
        });
        let error = open(&bytes).err().unwrap();
        assert!(error.to_string().contains("row 3 has the class"), "{class}: {error}");
    }
    for class in [-1.0, 0.0, 9.0] {
        let bytes = tampered(&told, |saved| {
            *named(saved, "pairs").values.last_mut().unwrap() = class;
        });
        open(&bytes).unwrap().train(2);
    }
}

#[test]
fn a_file_whose_options_name_another_dimension_than_its_data_is_opened_with_that_of_its_data() {
    let values: Vec<f32> = (0..6 * PIXELS).map(|k| (k % 17) as f32).collect();
    let ends = Ends { target: Some(Given::Points(Points::new(values, PIXELS).unwrap().0)), ..Ends::default() };
    let mut run = trained(&[("target", "points"), ("width", "4"), ("depth", "1"), ("batch", "4")], ends, 1);
    assert_eq!(run.config().dim, PIXELS);
    let bytes = tampered(&block_on(run.save()).unwrap(), |saved| saved.config.dim = 2);
    let mut opened = Experiment::new(Config::default(), open_cpu("test"), Ends::default()).unwrap();
    block_on(opened.load(&bytes)).unwrap();
    assert_eq!((opened.config().dim, opened.config()), (PIXELS, run.config()));
    let samples = block_on(opened.sample(SampleRequest::of(opened.config(), 0))).unwrap();
    assert!(samples.positions.len() <= 1 << 25, "{} numbers", samples.positions.len());
    let bytes = tampered(&bytes, |saved| (saved.config.dim, saved.config.count) = (2, 100_000));
    assert!(block_on(opened.load(&bytes)).unwrap_err().to_string().contains("count = 100000: must be at most 839"));
    // Asked for directly, with nobody's options between.
    for (count, steps) in [(100_000, 50), (1_000, 50), (1, 0), (1, 1_001), (0, 1)] {
        let request = SampleRequest { count, steps, ..SampleRequest::of(opened.config(), 0) };
        assert!(matches!(block_on(opened.sample(request)), Err(Error::Input(_))), "{count} in {steps} steps");
    }
    let request = SampleRequest { count: 1_000, steps: 50, kept: Kept::Ends, ..SampleRequest::of(opened.config(), 0) };
    assert_eq!(block_on(opened.sample(request)).unwrap().positions.len(), 2 * 1_000 * PIXELS);
    let impossible = SampleRequest { label: Some(12), ..SampleRequest::of(opened.config(), 0) };
    assert!(block_on(opened.sample(impossible)).is_err());
    let solver = Solver { kind: SolverKind::Dopri5, tolerance: 0.0 };
    assert!(block_on(opened.sample(SampleRequest { solver, ..SampleRequest::of(opened.config(), 0) })).is_err());
}

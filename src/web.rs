//! The browser's door: the only file that knows wasm-bindgen. `www/worker.js` is its only caller.

use std::cell::RefCell;

use js_sys::{Float32Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::config::{self, Config, Note};
use crate::device;
use crate::error::Error;
use crate::experiment::{Experiment, SampleRequest};
use crate::seed::{self, Purpose};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

thread_local! {
    /// Error-level log records that nobody has asked for yet.
    static ERRORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps error-level records: on the web a kernel that the browser rejects says so only there.
struct ErrorLog;

impl log::Log for ErrorLog {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() == log::Level::Error
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            ERRORS.with(|errors| errors.borrow_mut().push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
    // Starting twice is no failure: the first logger stays.
    let _ = log::set_logger(&ErrorLog).map(|()| log::set_max_level(log::LevelFilter::Error));
}

/// One run.
#[wasm_bindgen]
pub struct FlowLab {
    experiment: Experiment,
    notes: Vec<Note>,
}

#[wasm_bindgen]
impl FlowLab {
    /// Opens the device and draws the initial weights.
    ///
    /// `pairs` is a JSON list of `[name, text]`; `reason`, if not empty, is why the CPU was chosen
    /// before this module was asked.
    pub async fn create(pairs: String, reason: String) -> Result<FlowLab, JsError> {
        let (config, notes) = read(&pairs)?;
        let opened = match reason.as_str() {
            "" => device::open(&config).await,
            reason => device::open_cpu(reason),
        };
        Ok(FlowLab { experiment: Experiment::new(config, opened), notes })
    }

    /// Kind, adapter, reason and self-check, as JSON.
    pub fn device(&self) -> String {
        json(&self.experiment.device().info)
    }

    /// The options as they are, as they differ from the defaults, and what was corrected: see [`check`].
    pub fn describe(&self) -> String {
        describe(self.experiment.config(), &self.notes)
    }

    /// Training steps taken.
    pub fn steps(&self) -> usize {
        self.experiment.steps_taken()
    }

    /// Takes `n` training steps.
    pub fn train(&mut self, n: usize) {
        self.experiment.train(n);
    }

    /// The loss of every step so far.
    pub async fn losses(&mut self) -> Result<Float32Array, JsError> {
        Ok(Float32Array::from(self.experiment.losses().await?))
    }

    /// Generated points with their trajectories: `{ times, positions, count, dim, evaluations }`.
    pub async fn sample(&self, count: f64, steps: f64, seed: f64) -> Result<Object, JsError> {
        let request = SampleRequest {
            count: whole("count", count)?,
            steps: whole("steps", steps)?,
            seed: whole("seed", seed)? as u64,
        };
        let samples = self.experiment.sample(request).await?;
        let result = Object::new();
        set(&result, "times", Float32Array::from(samples.times.as_slice()).into());
        set(&result, "positions", Float32Array::from(samples.positions.as_slice()).into());
        set(&result, "count", (samples.count as f64).into());
        set(&result, "dim", (samples.dim as f64).into());
        set(&result, "evaluations", (samples.evaluations as f64).into());
        Ok(result)
    }

    /// The learned velocity at `points`, all at time `t`.
    pub async fn velocity(&self, points: Vec<f32>, t: f32) -> Result<Float32Array, JsError> {
        Ok(Float32Array::from(self.experiment.velocity(&points, t).await?.as_slice()))
    }

    /// Fresh points of the `source` or the `target`.
    pub fn reference(&self, end: &str, count: f64) -> Result<Float32Array, JsError> {
        let distribution = match end {
            "source" => self.experiment.source(),
            "target" => self.experiment.target(),
            _ => return Err(Error::Input(format!("end = {end}: must be source or target")).into()),
        };
        let config = self.experiment.config();
        let mut rng = seed::stream(config.seed as u64, Purpose::Metrics, u64::from(end == "source"));
        let (count, notes) = Config::read(&[("count", whole("count", count)?.to_string())]);
        match notes.first() {
            Some(note) => Err(Error::from(note).into()),
            None => Ok(Float32Array::from(distribution.sample(count.count, &mut rng).as_slice())),
        }
    }

    /// Share of `points` inside the target's support.
    pub fn inside(&self, points: Vec<f32>) -> f64 {
        crate::data::inside_share(self.experiment.target().as_ref(), &points)
    }

    /// The run as a safetensors file.
    pub async fn save(&mut self) -> Result<Uint8Array, JsError> {
        Ok(Uint8Array::from(self.experiment.save().await?.as_slice()))
    }

    /// Opens a saved run on this device.
    pub fn load(&mut self, bytes: Vec<u8>) -> Result<(), JsError> {
        Ok(self.experiment.load(&bytes)?)
    }
}

/// What the options in `pairs`, a JSON list of `[name, text]`, come to: `{ options, changed, notes }`, where
/// `options` maps every name to its value, `changed` lists what a link must hold, `notes` what was corrected.
#[wasm_bindgen]
pub fn check(pairs: &str) -> Result<String, JsError> {
    let (config, notes) = read(pairs)?;
    Ok(describe(&config, &notes))
}

/// Error-level log records since the last call, as JSON.
#[wasm_bindgen(js_name = takeErrors)]
pub fn take_errors() -> String {
    json(&ERRORS.with(RefCell::take))
}

fn read(pairs: &str) -> Result<(Config, Vec<Note>), JsError> {
    let pairs: Vec<(String, String)> = serde_json::from_str(pairs)?;
    Ok(Config::read(&pairs))
}

fn describe(config: &Config, notes: &[Note]) -> String {
    let is_word = config::options().into_iter().map(|spec| spec.kind["type"] == "choice");
    let options: serde_json::Map<_, _> = config
        .pairs()
        .into_iter()
        .zip(is_word)
        .map(|((name, text), is_word)| {
            let number = text.parse().ok().filter(|_| !is_word);
            (name.to_string(), number.map_or(text.into(), number_json))
        })
        .collect();
    json(&serde_json::json!({ "options": options, "changed": config.changed(), "notes": notes }))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain records always serialise")
}

/// 3 rather than 3.0 for whole numbers, as JavaScript prints them.
fn number_json(value: f64) -> serde_json::Value {
    if value.fract() == 0.0 { (value as i64).into() } else { value.into() }
}

fn whole(name: &str, value: f64) -> Result<usize, Error> {
    if value.fract() == 0.0 && (0.0..=u32::MAX as f64).contains(&value) {
        Ok(value as usize)
    } else {
        Err(Error::Input(format!("{name} = {value}: must be a whole number from 0 to {}", u32::MAX)))
    }
}

fn set(object: &Object, key: &str, value: JsValue) {
    Reflect::set(object, &key.into(), &value).expect("a plain object takes any key");
}

/// The table of options and presets, as JSON: what `dist/options.json` holds.
#[wasm_bindgen(js_name = optionsJson)]
pub fn options_json() -> String {
    json(&config::options_json())
}

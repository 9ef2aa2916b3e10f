//! The browser's door: nothing else knows wasm-bindgen. `www/worker.js` is its only caller.

mod fault;
mod given;
mod helper;
mod peak;

use std::cell::RefCell;
use std::sync::Arc;

use js_sys::{Float32Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::config::{self, Config, Note};
use crate::data::Distribution;
use crate::data::images::Digits;
use crate::data::inputs::Ends;
use crate::device;
use crate::error::Error;
use crate::experiment::{Experiment, SampleRequest, Samples};
use crate::experiment::{evaluation, open};
use crate::random::seed::{self, Purpose};
use crate::store;
use fault::Fault;
use given::{given, given_back, units, whole};

thread_local! {
    /// Error-level log records that nobody has asked for yet.
    static ERRORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// The handwritten digits, once they were given.
    static DIGITS: RefCell<Option<Arc<Digits>>> = const { RefCell::new(None) };
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
    console_error_panic_hook::set_once();
    // Starting twice is no failure: the first logger stays.
    let _ = log::set_logger(&ErrorLog).map(|()| log::set_max_level(log::LevelFilter::Error));
}

/// One run.
#[wasm_bindgen]
pub struct FlowLab {
    experiment: Experiment,
    notes: Vec<Note>,
    remarks: Vec<String>,
}

#[wasm_bindgen]
impl FlowLab {
    /// Opens the device and draws the initial weights.
    ///
    /// `pairs` is a JSON list of `[name, text]`; `reason`, if not empty, is why the CPU was chosen
    /// before this module was asked; `source` and `target` are what is given for the shape `points`: see [`given()`].
    pub async fn create(pairs: String, reason: String, source: JsValue, target: JsValue) -> Result<FlowLab, Fault> {
        let (mut config, mut notes) = read(&pairs)?;
        let (source, source_note) = given("source", &source)?;
        let (target, target_note) = given("target", &target)?;
        let ends = Ends { source, target, pairs: Vec::new(), digits: DIGITS.with_borrow(Option::clone) };
        notes.extend(ends.reconcile(&mut config));
        let opened = match reason.as_str() {
            "" => open::open(&config, &ends).await,
            reason => device::open_cpu(reason),
        };
        let remarks = [source_note, target_note].into_iter().flatten().collect();
        Ok(FlowLab { experiment: Experiment::new(config, opened, ends)?, notes, remarks })
    }

    /// What was done to the given points, as a JSON list of sentences.
    pub fn remarks(&self) -> String {
        json(&self.remarks)
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

    /// A promise that the device has taken the steps so far, which does not hold the run; undefined where they are
    /// taken already, or where only `losses` tells.
    pub fn done(&self) -> Option<Promise> {
        let done = self.experiment.done()?;
        Some(wasm_bindgen_futures::future_to_promise(async move {
            done.await;
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Takes one training step and tells what happened in it: `{ step, x0, x1, t, xt, ut, before, after, loss, dim }`.
    #[wasm_bindgen(js_name = recordStep)]
    pub async fn record_step(&mut self) -> Result<Object, Fault> {
        let recorded = self.experiment.record_step().await?;
        let result = Object::new();
        let batch = &recorded.batch;
        let arrays =
            [("x0", &batch.x0), ("x1", &batch.x1), ("t", &batch.t), ("xt", &recorded.xt), ("ut", &recorded.ut)];
        for (name, values) in arrays.into_iter().chain([("before", &recorded.before), ("after", &recorded.after)]) {
            set(&result, name, Float32Array::from(values.as_slice()).into());
        }
        set(&result, "step", (recorded.step as f64).into());
        set(&result, "loss", recorded.loss.into());
        set(&result, "dim", (self.experiment.dim() as f64).into());
        Ok(result)
    }

    /// The loss of every step from number `first` on.
    pub async fn losses(&mut self, first: usize) -> Result<Float32Array, Fault> {
        let losses = self.experiment.losses().await?;
        Ok(Float32Array::from(losses.get(first..).unwrap_or_default()))
    }

    /// Generated points with their trajectories: `{ times, positions, count, dim, evaluations }`.
    ///
    /// `asked` is a JSON list of `[name, text]` of the sampling options; those not named are the run's own.
    pub async fn sample(&self, asked: &str) -> Result<Object, Fault> {
        Ok(object_of(&self.experiment.sample(self.request(asked)?).await?))
    }

    /// The trajectories of `points`, by the flow of `weights` or, without any, the present one: as [`FlowLab::sample`].
    ///
    /// They are number `first` and on of those that are generated.
    pub async fn carry(&self, points: Vec<f32>, asked: &str, weights: Vec<f32>, first: usize) -> Result<Object, Fault> {
        let request = self.request(asked)?;
        Ok(object_of(&self.experiment.replay(&weights)?.carry(&points, first, request).await?))
    }

    /// The weights that samples come from now.
    pub async fn weights(&self) -> Result<Float32Array, Fault> {
        Ok(Float32Array::from(self.experiment.weights().await?.as_slice()))
    }

    /// What training step number `step` sees: `{ x0, x1, t, xt, ut }`.
    pub fn batch(&self, step: f64) -> Result<Object, Fault> {
        let (batch, sample) = self.experiment.batch(whole("step", step)?);
        let result = Object::new();
        for (key, values) in [("x0", batch.x0), ("x1", batch.x1), ("t", batch.t), ("xt", sample.xt), ("ut", sample.ut)]
        {
            set(&result, key, Float32Array::from(values.as_slice()).into());
        }
        Ok(result)
    }

    /// Generates points and measures them; the metrics as JSON. `asked` as for [`FlowLab::sample`].
    pub async fn metrics(&self, asked: &str) -> Result<String, Fault> {
        Ok(json(&evaluation::evaluate(&self.experiment, self.request(asked)?).await?))
    }

    /// ln p₁ at `points` by the learned flow, in nats. `asked` as for [`FlowLab::sample`], `weights` as for
    /// [`FlowLab::carry`].
    #[wasm_bindgen(js_name = logDensity)]
    pub async fn log_density(&self, points: Vec<f32>, asked: &str, weights: Vec<f32>) -> Result<Float32Array, Fault> {
        let SampleRequest { solver, steps, .. } = self.request(asked)?;
        Ok(Float32Array::from(self.experiment.replay(&weights)?.log_density(&points, solver, steps).await?.as_slice()))
    }

    /// The exact velocity at `points`, all at time `t`, or null where there is none.
    #[wasm_bindgen(js_name = exactVelocity)]
    pub fn exact_velocity(&self, points: Vec<f32>, t: f32) -> Result<Option<Float32Array>, Fault> {
        let exact = self.experiment.exact_velocity(&points, t)?;
        Ok(exact.map(|velocity| Float32Array::from(velocity.as_slice())))
    }

    /// The lowest loss that training can reach, `{ loss, standardError, exactness }`, or `null`, as JSON.
    #[wasm_bindgen(js_name = lossFloor)]
    pub fn loss_floor(&self) -> String {
        json(&self.experiment.loss_floor())
    }

    /// How long pairing one batch takes, in ms; undefined where pairs are not sought.
    #[wasm_bindgen(js_name = pairingMs)]
    pub fn pairing_ms(&self) -> Option<f64> {
        self.experiment.pairing_ms()
    }

    /// How long one of `steps` training steps takes when burn differentiates by itself, in ms: for the bench.
    #[cfg(feature = "burn")]
    #[wasm_bindgen(js_name = autodiffMs)]
    pub async fn autodiff_ms(&self, steps: usize) -> Result<f64, Fault> {
        Ok(self.experiment.autodiff_ms(steps).await?)
    }

    /// Starts the next rectification, on generated pairs. `asked` as for [`FlowLab::sample`].
    pub async fn reflow(&mut self, asked: String) -> Result<(), Fault> {
        // Its pairs are both ends of the way, and as many fit in memory.
        let mut asked: Vec<(String, String)> = serde_json::from_str(&asked)?;
        asked.push(("ends".into(), "true".into()));
        let request = SampleRequest::asked(self.experiment.config(), &asked)?;
        self.experiment.reflow(request).await?;
        self.settled();
        Ok(())
    }

    /// The learned velocity at `points`, all at time `t`. `weights` as for [`FlowLab::carry`].
    pub async fn velocity(&self, points: Vec<f32>, t: f32, weights: Vec<f32>) -> Result<Float32Array, Fault> {
        Ok(Float32Array::from(self.experiment.replay(&weights)?.velocity(&points, t).await?.as_slice()))
    }

    /// Fresh points of the `source` or the `target`.
    pub fn reference(&self, end: &str, count: f64) -> Result<Float32Array, Fault> {
        let distribution = self.end(end)?;
        let config = self.experiment.config();
        let mut rng = seed::stream(config.seed as u64, Purpose::Metrics, u64::from(end == "source"));
        let (count, notes) = Config::read(&[("count", whole("count", count)?.to_string())]);
        match notes.first() {
            Some(note) => Err(Error::from(note).into()),
            None => Ok(Float32Array::from(distribution.sample(count.count, &mut rng).as_slice())),
        }
    }

    /// The units of the data of the `source` or the `target`, `{ mean, std, places }`: see [`units()`].
    pub fn units(&self, end: &str) -> Result<Object, Fault> {
        Ok(units(self.end(end)?.as_ref()))
    }

    /// What was given for the `source` or the `target`, in the form that [`FlowLab::create`] takes; undefined where
    /// nothing was.
    pub fn given(&self, end: &str) -> JsValue {
        let ends = self.experiment.ends();
        given_back(if end == "source" { ends.source.as_ref() } else { ends.target.as_ref() })
    }

    /// Share of `points` inside the target's support.
    pub fn inside(&self, points: Vec<f32>) -> f64 {
        crate::data::inside_share(self.experiment.target().as_ref(), &points)
    }

    /// The run as a safetensors file. `chosen` is a JSON list of `[name, text]` of the sampling options that it shall
    /// keep.
    pub async fn save(&mut self, chosen: &str) -> Result<Uint8Array, Fault> {
        let chosen: Vec<(String, String)> = serde_json::from_str(chosen)?;
        self.experiment.choose(&chosen)?;
        Ok(Uint8Array::from(self.experiment.save().await?.as_slice()))
    }

    /// Opens a saved run on this device.
    pub async fn load(&mut self, bytes: Vec<u8>) -> Result<(), Fault> {
        if let Some(digits) = DIGITS.with_borrow(Option::clone) {
            self.experiment.bring_digits(digits);
        }
        self.experiment.load(&bytes).await?;
        self.settled();
        Ok(())
    }
}

impl FlowLab {
    fn end(&self, end: &str) -> Result<Box<dyn Distribution>, Error> {
        match end {
            "source" => Ok(self.experiment.source()),
            "target" => Ok(self.experiment.target()),
            _ => Err(Error::Input(format!("end = {end}: must be source or target"))),
        }
    }

    /// What was corrected at the start does not belong to the run that is there now.
    fn settled(&mut self) {
        self.notes.clear();
        self.remarks.clear();
    }

    /// The run's sampling options, with those in `asked` in place of its own.
    fn request(&self, asked: &str) -> Result<SampleRequest, Fault> {
        let asked: Vec<(String, String)> = serde_json::from_str(asked)?;
        Ok(SampleRequest::asked(self.experiment.config(), &asked)?)
    }
}

/// What the options in `pairs`, a JSON list of `[name, text]`, come to: `{ options, changed, notes }`, where
/// `options` maps every name to its value, `changed` lists what a link must hold, `notes` what was corrected.
#[wasm_bindgen]
pub fn check(pairs: &str) -> Result<String, Fault> {
    let (config, notes) = read(pairs)?;
    Ok(describe(&config, &notes))
}

/// Multiplications and additions of float32 numbers that this thread can do in a second: for the bench.
#[wasm_bindgen(js_name = peakFlops)]
pub fn peak_flops() -> f64 {
    crate::web::peak::flops()
}

/// Takes the pack of handwritten digits, for every run from now on.
#[wasm_bindgen(js_name = giveDigits)]
pub fn give_digits(bytes: &[u8]) -> Result<(), Fault> {
    let digits = Arc::new(Digits::from_bytes(bytes)?);
    DIGITS.set(Some(digits));
    Ok(())
}

/// Whether they were given.
#[wasm_bindgen(js_name = hasDigits)]
pub fn has_digits() -> bool {
    DIGITS.with_borrow(Option::is_some)
}

/// Whether a saved run needs them.
#[wasm_bindgen(js_name = savedNeedsDigits)]
pub fn saved_needs_digits(bytes: &[u8]) -> bool {
    store::from_bytes(bytes).is_ok_and(|saved| saved.config.needs_digits())
}

/// Error-level log records since the last call, as JSON.
#[wasm_bindgen(js_name = takeErrors)]
pub fn take_errors() -> String {
    json(&ERRORS.with(RefCell::take))
}

fn read(pairs: &str) -> Result<(Config, Vec<Note>), Fault> {
    let pairs: Vec<(String, String)> = serde_json::from_str(pairs)?;
    Ok(Config::read(&pairs))
}

fn describe(config: &Config, notes: &[Note]) -> String {
    let is_word =
        config::options().into_iter().map(|spec| spec.kind["type"] == "choice" || spec.kind["type"] == "text");
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

fn object_of(samples: &Samples) -> Object {
    let result = Object::new();
    set(&result, "times", Float32Array::from(samples.times.as_slice()).into());
    set(&result, "positions", Float32Array::from(samples.positions.as_slice()).into());
    set(&result, "count", (samples.count as f64).into());
    set(&result, "dim", (samples.dim as f64).into());
    set(&result, "evaluations", (samples.evaluations as f64).into());
    result
}

fn set(object: &Object, key: &str, value: JsValue) {
    Reflect::set(object, &key.into(), &value).expect("a plain object takes any key");
}

/// The table of options and presets, as JSON: what `dist/options.json` holds.
#[wasm_bindgen(js_name = optionsJson)]
pub fn options_json() -> String {
    json(&config::options_json())
}

//! A model's past: weights taken out at one step, given back in after others; and the pairs that a step sees.

use flow_lab::config::{Config, SolverKind};
use flow_lab::data::inputs::Ends;
use flow_lab::device::open_cpu;
use flow_lab::experiment::{Experiment, SampleRequest};
use flow_lab::solver::{Kept, Solver};
use pollster::block_on;

const EULER: Solver = Solver { kind: SolverKind::Euler, tolerance: 1e-4 };
const REQUEST: SampleRequest =
    SampleRequest { count: 50, steps: 6, solver: EULER, seed: 0, label: None, guidance: 1.0, kept: Kept::All };
const POINTS: [f32; 6] = [0.1, -0.3, 1.2, 0.4, -2.0, 1.0];

fn run(options: &[(&str, &str)]) -> Experiment {
    let small = [("width", "16"), ("depth", "2"), ("batch", "32")];
    let (config, notes) = Config::read(&[&small, options].concat());
    assert!(notes.is_empty(), "{notes:?}");
    Experiment::new(config, open_cpu("test"), Ends::default()).unwrap()
}

#[test]
fn weights_given_back_in_repeat_velocity_samples_and_likelihood_of_their_step() {
    for options in [vec![], vec![("ema", "0.9")], vec![("time", "joined")], vec![("time", "mlp")]] {
        let mut run = run(&options);
        run.train(20);
        let weights = block_on(run.weights()).unwrap();
        let velocity = block_on(run.velocity(&POINTS, 0.4)).unwrap();
        let samples = block_on(run.sample(REQUEST)).unwrap();
        let density = block_on(run.log_density(&POINTS, EULER, 5)).unwrap();
        run.train(20);
        assert_ne!(block_on(run.velocity(&POINTS, 0.4)).unwrap(), velocity);
        let past = run.replay(&weights).unwrap();
        assert_eq!(block_on(past.velocity(&POINTS, 0.4)).unwrap(), velocity);
        assert_eq!(block_on(past.carry(samples.first(), 0, SampleRequest { steps: 6, ..REQUEST })).unwrap(), samples);
        assert_eq!(block_on(past.log_density(&POINTS, EULER, 5)).unwrap(), density);
    }
}

#[test]
fn no_weights_are_the_present_ones_and_another_networks_are_refused() {
    let mut run = run(&[]);
    run.train(5);
    let present = run.replay(&[]).unwrap();
    assert_eq!(block_on(present.velocity(&POINTS, 0.4)).unwrap(), block_on(run.velocity(&POINTS, 0.4)).unwrap());
    let refused = run.replay(&[0.0; 7]).map(|_| ()).unwrap_err().to_string();
    assert_eq!(refused, "weights: 7 numbers, where the network has 370: they are another run's.");
}

#[test]
fn a_steps_batch_lies_on_the_lines_between_its_pairs_and_ot_shortens_them() {
    let length = |run: &Experiment| {
        let (batch, sample) = run.batch(3);
        assert_eq!(batch.t.len(), 32);
        for (i, (x0, x1)) in batch.x0.iter().zip(&batch.x1).enumerate() {
            let t = batch.t[i / 2];
            assert!((sample.xt[i] - (t * x1 + (1.0 - t) * x0)).abs() < 1e-5);
            assert!((sample.ut[i] - (x1 - x0)).abs() < 1e-5);
        }
        batch.x0.iter().zip(&batch.x1).map(|(x0, x1)| (x1 - x0).powi(2)).sum::<f32>()
    };
    assert!(length(&run(&[("coupling", "ot")])) < 0.8 * length(&run(&[])));
    let run = run(&[]);
    assert_eq!(run.batch(3), run.batch(3));
    assert_ne!(run.batch(3), run.batch(4));
}

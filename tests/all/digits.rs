//! MNIST: its pack, its moments, its classifier, and a network that is told the class.

use std::sync::{Arc, OnceLock};

use flow_lab::batch::sampler::Batches;
use flow_lab::config::{Config, SolverKind};
use flow_lab::data::images::classifier::Classifier;
use flow_lab::data::images::{self, CLASSES, Digits, MAGIC, Mnist, PIXELS, Pack};
use flow_lab::data::inputs::Ends;
use flow_lab::data::{Distribution, inside_share, worst_mode};
use flow_lab::device::open_cpu;
use flow_lab::experiment::evaluation::{class_accuracy, evaluate};
use flow_lab::experiment::{Experiment, SampleRequest};
use flow_lab::random::seed::{Purpose, stream};
use flow_lab::solver::{Kept, Solver};
use pollster::block_on;

/// The pack that build.sh made, read once.
fn digits() -> Arc<Digits> {
    static PACK: OnceLock<Arc<Digits>> = OnceLock::new();
    let read = || {
        let path = images::path();
        let bytes = std::fs::read(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read ({error}): `./build.sh setup` makes it", path.display()));
        Arc::new(Digits::from_bytes(&bytes).unwrap())
    };
    PACK.get_or_init(read).clone()
}

fn ends() -> Ends {
    Ends { digits: Some(digits()), ..Ends::default() }
}

/// A pack of `n` training and `n` held-out digits, each of its class's own grey.
fn greys(n: usize) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    (0..2).for_each(|_| bytes.extend((n as u32).to_le_bytes()));
    let classes = (0..2 * n).map(|k| (k % CLASSES) as u8);
    bytes.extend(classes.clone());
    bytes.extend(classes.flat_map(|class| [25 * class; PIXELS]));
    bytes
}

#[test]
fn the_pack_holds_all_of_mnist_with_its_known_moments() {
    let pack = &digits().pack;
    assert_eq!((pack.training(), pack.count()), (60_000, 70_000));
    let (sum, squares) = (0..60_000).flat_map(|k| pack.digit(k)).fold((0.0, 0.0), |(sum, squares), x| {
        assert!((0.0..=1.0).contains(&x));
        (sum + x as f64, squares + (x as f64).powi(2))
    });
    let n = (60_000 * PIXELS) as f64;
    let (mean, std) = (sum / n, (squares / n - (sum / n).powi(2)).sqrt());
    // The figures that everybody standardises MNIST with: .1307 and .3081.
    assert!((mean - 0.1307).abs() < 5e-5 && (std - 0.3081).abs() < 5e-5, "{mean}, {std}");
    // Digits of each class among the first 60,000, as published with the data.
    let counts: Vec<usize> = (0..10).map(|c| (0..60_000).filter(|&k| pack.class(k) == c).count()).collect();
    assert_eq!(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
}

#[test]
fn draws_are_digits_of_the_pack_with_their_own_labels_and_the_moments_of_all() {
    let (digits, mut rng) = (digits(), stream(1, Purpose::Metrics, 0));
    let pack = &digits.pack;
    let of = |only| Mnist::new(digits.clone(), only).unwrap();
    let (points, labels) = of(None).labelled(20_000, &mut rng);
    let mean = points.iter().map(|&x| x as f64).sum::<f64>() / points.len() as f64;
    // The mean over a digit's pixels has a standard deviation of .04.
    assert!((mean - 0.1307).abs() < 5.0 * 0.04 / 20_000f64.sqrt(), "{mean}");
    let ones = labels.iter().filter(|label| **label == Some(1)).count() as f64 / 20_000.0;
    assert!((ones - 6742.0 / 60_000.0).abs() < 5.0 * (0.1 / 20_000f64).sqrt(), "{ones}");
    let (threes, of_three) = of(Some(3)).labelled(50, &mut rng);
    assert_eq!(of_three, [Some(3); 50]);
    for three in threes.chunks_exact(PIXELS) {
        let found = (0..60_000).find(|&k| pack.digit(k).eq(three.iter().copied())).expect("a digit of the pack");
        assert_eq!(pack.class(found), 3);
    }
    let (held_out, _) = of(Some(3)).held_out(5, &mut rng);
    for digit in held_out.chunks_exact(PIXELS) {
        assert!(
            (60_000..70_000).any(|k| pack.digit(k).eq(digit.iter().copied())),
            "held-out digits are not trained on"
        );
    }
}

#[test]
fn the_classifier_knows_held_out_digits_and_sees_noise() {
    let all = Mnist::new(digits(), None).unwrap();
    let (points, labels) = all.held_out(2_000, &mut stream(2, Purpose::Metrics, 0));
    let accuracy = class_accuracy(&all, &points, &labels).unwrap();
    println!("{accuracy} of 2,000 held-out digits are told right");
    assert!(accuracy > 0.96, "{accuracy}");
    assert!(inside_share(&all, &points) > 0.95 && worst_mode(&all, &points) > 0.7);
    // Noise as strong as the pixels vary themselves makes no digit of it.
    let noisy: Vec<f32> = points.iter().enumerate().map(|(i, x)| x + if i % 2 == 0 { 0.3 } else { -0.3 }).collect();
    let share = inside_share(&all, &noisy);
    assert!(share < 0.2, "{share} of noisy digits count as digits");
    assert_eq!(inside_share(&all, &vec![0.5; 3 * PIXELS]), 0.0);
    assert_eq!(all.class(&[f32::NAN; PIXELS]), None);
    let threes = Mnist::new(digits(), Some(3)).unwrap();
    let share = inside_share(&threes, &points);
    assert!((0.05..0.16).contains(&share), "{share} of all digits are threes");
}

#[test]
fn a_few_greys_are_told_apart_exactly() {
    let pack = Pack::from_bytes(&greys(100)).unwrap();
    let classifier = Classifier::of(&pack);
    for class in 0..CLASSES as u8 {
        assert_eq!(classifier.class(&[(25 * class) as f32 / 255.0 + 0.01; PIXELS]), Some(class));
    }
}

#[test]
fn broken_packs_are_refused_with_a_sentence() {
    let good = greys(100);
    assert!(Pack::from_bytes(&good).is_ok());
    for length in [0, 7, 15, 16, 100, good.len() - 1] {
        let sentence = Pack::from_bytes(&good[..length]).unwrap_err().to_string();
        assert!(sentence.contains("not a pack of digits"), "{sentence}");
    }
    let mut eleventh = good.clone();
    eleventh[20] = 10;
    assert!(Pack::from_bytes(&eleventh).unwrap_err().to_string().contains("class 10"));
    let mut empty = MAGIC.to_vec();
    empty.extend([0; 8]);
    assert!(Pack::from_bytes(&empty).unwrap_err().to_string().contains("no digits to train on"));
    // Counts whose digits would be more bytes than there are addresses in a browser.
    let mut endless = MAGIC.to_vec();
    endless.extend([0xff; 8]);
    assert!(Pack::from_bytes(&endless).unwrap_err().to_string().contains("take 6743"));
}

/// Packs with few and with many digits, none of them a 9: in every place where a 9 is asked for.
#[test]
fn a_class_that_the_pack_does_not_hold_is_a_sentence() {
    for n in [9, 200] {
        let mut bytes = greys(n);
        bytes[16..16 + 2 * n].iter_mut().filter(|class| **class == 9).for_each(|class| *class = 8);
        let lacking = Arc::new(Digits::from_bytes(&bytes).unwrap());
        assert!(Mnist::new(lacking.clone(), Some(9)).unwrap_err().to_string().contains("none is a 9"));
        let ends = Ends { digits: Some(lacking.clone()), ..Ends::default() };
        let nines: [&[(&str, &str)]; 3] = [
            &[("target", "digits"), ("digit", "9")],
            &[("source", "digits"), ("target", "digits"), ("digit", "9")],
            &[("source", "digits"), ("target", "gaussian"), ("digit", "9")],
        ];
        let small = [("width", "4"), ("depth", "1"), ("batch", "4"), ("count", "4")];
        for nine in nines {
            let (config, notes) = Config::read(&[nine, &small].concat());
            assert!(notes.is_empty(), "{notes:?}");
            // The page goes on with all digits, and says so; the command line says so and ends.
            let mut reconciled = config.clone();
            let notes = ends.reconcile(&mut reconciled);
            assert!(notes.len() == 1 && notes[0].problem.contains("none is a 9"), "{notes:?}");
            let mut run = Experiment::new(reconciled, open_cpu("test"), ends.clone()).unwrap();
            run.train(2);
            assert!(Experiment::new(config.clone(), open_cpu("test"), ends.clone()).is_err());
            // A model of nines, opened behind this pack.
            let whole = Ends { digits: Some(Arc::new(Digits::from_bytes(&greys(10)).unwrap())), ..Ends::default() };
            let mut of_nines = Experiment::new(config, open_cpu("test"), whole).unwrap();
            of_nines.train(1);
            let bytes = block_on(of_nines.save()).unwrap();
            assert!(block_on(run.load(&bytes)).unwrap_err().to_string().contains("none is a 9"));
        }
    }
}

#[test]
fn every_pair_of_a_batch_keeps_its_label_through_transport_and_through_points_drawn_once() {
    let digits = digits();
    let pack = &digits.pack;
    for options in
        [vec![], vec![("coupling", "ot")], vec![("points", "300")], vec![("coupling", "ot"), ("points", "300")]]
    {
        let (config, notes) = Config::read(&[vec![("preset", "digits"), ("batch", "40")], options].concat());
        assert!(notes.is_empty(), "{notes:?}");
        let ends = ends();
        let (source, target) = (ends.source(&config).unwrap(), ends.target(&config).unwrap());
        let mut batches = Batches::new(&config, source, target, Vec::new());
        let batch = batches.batch(3);
        assert_eq!(batch.labels.len(), 40);
        for (digit, label) in batch.x1.chunks_exact(PIXELS).zip(&batch.labels) {
            let found = (0..60_000).find(|&k| pack.digit(k).eq(digit.iter().copied())).expect("a digit of the pack");
            assert_eq!(Some(pack.class(found)), *label, "{config:?}");
        }
    }
}

#[test]
fn a_share_of_the_labels_is_withheld() {
    let (config, _) = Config::read(&[("preset", "digits"), ("batch", "4000"), ("labelDrop", "0.2"), ("width", "8")]);
    let ends = ends();
    let (source, target) = (ends.source(&config).unwrap(), ends.target(&config).unwrap());
    let labels = Batches::new(&config, source, target, Vec::new()).batch(0).labels;
    let share = labels.iter().filter(|label| label.is_none()).count() as f64 / 4_000.0;
    assert!((share - 0.2).abs() < 5.0 * (0.16f64 / 4_000.0).sqrt(), "{share}");
}

fn experiment(options: &[(&str, &str)], steps: usize) -> Experiment {
    let (config, notes) = Config::read(options);
    assert!(notes.is_empty(), "{notes:?}");
    let mut run = Experiment::new(config, open_cpu("test"), ends()).unwrap();
    run.train(steps);
    run
}

#[test]
fn digits_of_the_class_asked_for_come_out_after_a_short_training() {
    // A network that learns faster than the preset's eight layers.
    let network = [("width", "256"), ("depth", "2"), ("embedding", "0"), ("learningRate", "0.002"), ("ema", "0.99")];
    let run = experiment(&[&[("preset", "digits")][..], &network].concat(), 800);
    let solver = Solver { kind: SolverKind::Euler, tolerance: 1e-4 };
    let request = SampleRequest { count: 200, steps: 20, solver, seed: 1, label: None, guidance: 1.0, kept: Kept::All };
    let metrics = block_on(evaluate(&run, request)).unwrap();
    println!("{metrics:?}");
    // One in ten is chance.
    assert!(metrics.class_accuracy > Some(0.55), "{metrics:?}");
    assert!(metrics.class_accuracy_target > Some(0.93), "{metrics:?}");
    assert!(metrics.inside_share > 0.6, "{metrics:?}");
    // Noise is some 28 away from any digit. (Blurred digits lie nearer to fresh ones than fresh ones do to each other,
    // so that W2 may be below its floor here.)
    assert!((0.7..1.3).contains(&(metrics.w2 / metrics.w2_floor)), "{metrics:?}");
    // All of one class, from the same noise.
    let sevens = block_on(run.sample(SampleRequest { label: Some(7), ..request })).unwrap();
    let labels = run.labels(0..200, Some(7));
    let accuracy = class_accuracy(run.target().as_ref(), sevens.last(), &labels).unwrap();
    assert!(accuracy > 0.5, "{accuracy}");
    assert!(sevens.first() == block_on(run.sample(request)).unwrap().first());
    // In so many dimensions there is no field to draw, and no floor; the likelihood is an estimate.
    assert!(run.exact().is_none() && run.loss_floor().is_none());
    let nats = block_on(run.log_density(&sevens.last()[..2 * PIXELS], solver, 5)).unwrap();
    assert!(nats.iter().all(|x| x.is_finite()));
}

#[test]
fn guidance_mixes_the_velocities_with_and_without_the_class() {
    let run = experiment(
        &[("preset", "digits"), ("width", "16"), ("depth", "2"), ("embedding", "0"), ("labelDrop", "0.3")],
        20,
    );
    let solver = Solver { kind: SolverKind::Euler, tolerance: 1e-4 };
    let request = SampleRequest { count: 6, steps: 1, solver, seed: 1, label: Some(4), guidance: 1.0, kept: Kept::All };
    let step = |request: SampleRequest| {
        let samples = block_on(run.sample(request)).unwrap();
        let moved: Vec<f32> = samples.last().iter().zip(samples.first()).map(|(b, a)| b - a).collect();
        (moved, samples.evaluations)
    };
    let (of_class, once) = step(request);
    let (none, _) = step(SampleRequest { guidance: 0.0, ..request });
    let (triple, twice) = step(SampleRequest { guidance: 3.0, ..request });
    assert_eq!((once, twice), (1, 2));
    assert!(none != of_class);
    for ((none, of_class), triple) in none.iter().zip(&of_class).zip(&triple) {
        assert!((none + 3.0 * (of_class - none) - triple).abs() < 1e-3);
    }
}

#[test]
fn a_run_on_digits_is_saved_without_them_opened_with_them_and_rectified() {
    let options = [("preset", "digits"), ("width", "16"), ("depth", "2"), ("embedding", "0"), ("batch", "20")];
    let mut run = experiment(&options, 5);
    let bytes = block_on(run.save()).unwrap();
    assert!(bytes.len() < 2_000_000, "{} bytes", bytes.len());
    let mut opened = experiment(&[], 0);
    block_on(opened.load(&bytes)).unwrap();
    opened.train(5);
    run.train(5);
    assert_eq!(block_on(opened.losses()).unwrap(), block_on(run.losses()).unwrap());
    let mut without = Experiment::new(Config::default(), open_cpu("test"), Ends::default()).unwrap();
    assert!(block_on(without.load(&bytes)).unwrap_err().to_string().contains("needs the pack of digits"));

    let solver = Solver { kind: SolverKind::Euler, tolerance: 1e-4 };
    let request = SampleRequest { count: 30, steps: 2, solver, seed: 1, label: None, guidance: 1.0, kept: Kept::All };
    block_on(run.reflow(request)).unwrap();
    run.train(3);
    assert!(block_on(run.losses()).unwrap().iter().all(|x| x.is_finite()));
    let bytes = block_on(run.save()).unwrap();
    block_on(opened.load(&bytes)).unwrap();
    assert_eq!(block_on(opened.sample(request)).unwrap(), block_on(run.sample(request)).unwrap());
}

#[test]
fn options_that_do_not_fit_digits_are_corrected_with_a_sentence() {
    for (options, option, says) in [
        (&[("target", "digits"), ("source", "moons")][..], "source", "digits have 784 coordinates"),
        (&[("target", "digits"), ("dim", "3")], "dim", "must be 784"),
        (&[("classes", "told")], "classes", "those of target=digits"),
        (&[("preset", "digits"), ("digit", "3")], "classes", "digit=all"),
        (&[("preset", "digit-3"), ("label", "3")], "label", "must be all"),
        (&[("preset", "digits"), ("guidance", "2")], "guidance", "labelDrop is above 0"),
        (&[("target", "checkerboard"), ("dim", "700")], "dim", "at most 16"),
    ] {
        let (config, notes) = Config::read(options);
        let note = notes.iter().find(|note| note.option == option).unwrap_or_else(|| panic!("{options:?}: {notes:?}"));
        assert!(note.problem.contains(says), "{note}");
        // What was corrected is good.
        assert_eq!(Config::read(&config.pairs()).1, []);
    }
    let (mut config, _) = Config::read(&[("target", "digits"), ("count", "64")]);
    let notes = Ends::default().reconcile(&mut config);
    assert!(notes[0].problem.contains("needs the pack of digits") && config.dim == 2, "{notes:?}");
}

/// Greys that belong to their classes: a network that is told the class knows them, and their likelihood says so.
#[test]
fn the_likelihood_of_a_network_that_is_told_classes_is_that_of_each_points_own() {
    let pack = Arc::new(Digits::from_bytes(&greys(10)).unwrap());
    let ends = Ends { digits: Some(pack), ..Ends::default() };
    let options =
        [("target", "digits"), ("classes", "told"), ("width", "32"), ("depth", "2"), ("learningRate", "0.01")];
    let (config, notes) = Config::read(&options);
    assert!(notes.is_empty(), "{notes:?}");
    let mut run = Experiment::new(config, open_cpu("test"), ends).unwrap();
    run.train(150);
    let solver = Solver { kind: SolverKind::Euler, tolerance: 1e-4 };
    let (points, own) = run.target().labelled(40, &mut stream(3, Purpose::Metrics, 0));
    let mean = |labels: &[Option<u8>]| {
        let nats = block_on(run.log_density_of(&points, labels, solver, 10)).unwrap();
        nats.iter().map(|&x| x as f64).sum::<f64>() / 40.0
    };
    let other: Vec<_> = own.iter().map(|class| class.map(|class| (class + 5) % 10)).collect();
    assert!(mean(&own) > mean(&other) + 10.0, "{} nats for {}", mean(&own), mean(&other));
    assert_eq!(
        block_on(run.log_density(&points, solver, 10)).unwrap(),
        block_on(run.log_density_of(&points, &[], solver, 10)).unwrap()
    );
    assert_ne!(mean(&own), mean(&[]));
}

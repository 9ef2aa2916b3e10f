//! Whatever is asked for, options come to a run that is possible, and what was corrected is good.

use flow_lab::config::{self, Config, Shape};
use flow_lab::data::Given;
use flow_lab::data::given::points::Points;
use flow_lab::data::given::raster::Raster;
use flow_lab::data::images::{Digits, MAGIC, PIXELS};
use flow_lab::data::inputs::Ends;
use flow_lab::device::open_cpu;
use flow_lab::experiment::Experiment;
use proptest::prelude::*;

/// An option of the table, or something else, with a value of its own, one beside its range, or anything.
fn pair() -> impl Strategy<Value = (String, String)> {
    let table = config::options();
    let name = prop_oneof![
        20 => prop::sample::select(table.iter().map(|spec| spec.name.to_string()).collect::<Vec<_>>()),
        1 => ".{0,12}",
    ];
    name.prop_flat_map(move |name| {
        let kind = table.iter().find(|spec| spec.name == name).map(|spec| spec.kind.clone()).unwrap_or_default();
        let choices: Vec<String> =
            kind["choices"].as_array().into_iter().flatten().map(|c| c["name"].as_str().unwrap().into()).collect();
        let (min, max) = (kind["min"].as_f64().unwrap_or(0.0), kind["max"].as_f64().unwrap_or(9.0));
        let mut values: Vec<BoxedStrategy<String>> =
            vec![".{0,20}".boxed(), any::<f64>().prop_map(|x| x.to_string()).boxed()];
        if choices.is_empty() {
            values.push((min..=max).prop_map(|x| x.round().to_string()).boxed());
            values.push((min..=max).prop_map(|x| x.to_string()).boxed());
            values.push(prop::sample::select(vec![min, max, min - 1.0, max + 1.0]).prop_map(|x| x.to_string()).boxed());
        } else {
            values.extend((0..4).map(|_| prop::sample::select(choices.clone()).boxed()));
        }
        (Just(name), proptest::strategy::Union::new(values))
    })
}

/// Ends of every kind: nothing, points of some dimension, a picture; a pack with and without a class.
fn ends() -> impl Strategy<Value = Ends> {
    let points = |dim: usize| {
        let values = (0..4 * dim).map(|k| (k * k % 11) as f32).collect();
        Some(Given::Points(Points::new(values, dim).unwrap().0))
    };
    let given = prop_oneof![
        Just(None),
        prop::sample::select(vec![2usize, 3, 16, 17, PIXELS]).prop_map(points),
        Just(Some(Given::Raster(Raster::new(2, 2, vec![1.0, 0.0, 0.0, 1.0]).unwrap()))),
    ];
    let pack = |classes: u8| {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([classes as u32, 0].map(u32::to_le_bytes).concat());
        bytes.extend(0..classes);
        bytes.extend(vec![7; PIXELS * classes as usize]);
        Some(Digits::from_bytes(&bytes).unwrap().into())
    };
    let digits = prop_oneof![Just(None), prop::sample::select(vec![1u8, 5, 10]).prop_map(pack)];
    (given.clone(), given, digits).prop_map(|(source, target, digits)| Ends {
        source,
        target,
        digits,
        pairs: Vec::new(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_was_corrected_reads_back_without_a_note(pairs in prop::collection::vec(pair(), 0..12)) {
        let (config, _) = Config::read(&pairs);
        prop_assert_eq!(Config::read(&config.pairs()), (config.clone(), vec![]));
        prop_assert_eq!(Config::read(&config.changed()), (config.clone(), vec![]));
        prop_assert_eq!(config.clone().validate(), vec![]);
        // What fits in memory: 32 MB of numbers an array of a batch, 200 of points, 128 of positions.
        prop_assert!(config.batch * config.dim <= 1 << 23);
        prop_assert!(config.points.max(config.source_points) * config.dim <= 3 << 24);
        prop_assert!(config.count * (config.solver_steps + 1) * config.dim <= 1 << 25);
    }

    #[test]
    fn what_is_reconciled_with_the_data_is_a_run(pairs in prop::collection::vec(pair(), 0..12), ends in ends()) {
        let (mut config, _) = Config::read(&pairs);
        ends.reconcile(&mut config);
        let reconciled = config.clone();
        prop_assert_eq!(ends.reconcile(&mut config), vec![]);
        prop_assert_eq!(&config, &reconciled);
        prop_assert_eq!(Config::read(&config.pairs()), (config.clone(), vec![]));
        let dims = (ends.source(&config).unwrap().dim(), ends.target(&config).unwrap().dim());
        prop_assert_eq!(dims, (config.dim, config.dim));
        // The network alone would take most of the time.
        let small = Config { width: config.width.min(4), depth: 1, embedding: config.embedding.min(4), ..config };
        let few = Config { batch: small.batch.min(4), points: small.points.min(9), source_points: small.source_points.min(9), ..small };
        prop_assert!(Experiment::new(few, open_cpu("test"), ends).is_ok());
    }
}

#[test]
fn a_batch_and_points_that_do_not_fit_in_memory_become_the_nearest_that_do() {
    let (config, notes) = Config::read(&[
        ("target", "gaussian"),
        ("dim", "784"),
        ("batch", "65536"),
        ("width", "8"),
        ("points", "100000"),
    ]);
    assert_eq!((config.batch, config.points, notes.len()), (10_699, 64_198, 2));
    let sentences: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(sentences[0].contains("batch = 65536: must be at most 10699 in 784 coordinates"), "{sentences:?}");
    let (config, notes) =
        Config::read(&[("time", "joined"), ("embedding", "1024"), ("width", "1"), ("batch", "65536")]);
    assert_eq!((config.batch, notes.len()), (10_922, 1));
}

#[test]
fn digits_and_a_board_come_to_a_run_with_a_note() {
    for (source, target, end) in [("checkerboard", "digits", "source"), ("digits", "checkerboard", "target")] {
        let (config, notes) = Config::read(&[("source", source), ("target", target)]);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert_eq!((notes[0].option.as_str(), notes[0].used.as_deref()), (end, Some("gaussian")));
        assert!(notes[0].problem.contains("at most 16 coordinates, and digits have 784"), "{}", notes[0]);
        assert!(config.dim == PIXELS && [config.source, config.target].contains(&Shape::Gaussian));
    }
}

/// What nobody asked for gives way without a word; what somebody asked for does not.
#[test]
fn a_default_that_does_not_fit_is_no_fault_of_the_readers() {
    for options in [
        &[("target", "gaussian"), ("dim", "784")][..],
        &[("target", "digits")],
        &[("target", "checkerboard"), ("dim", "16")],
        &[("solverSteps", "1000"), ("target", "gaussian"), ("dim", "700")],
    ] {
        let (config, notes) = Config::read(options);
        assert_eq!(notes, [], "{options:?}");
        let asked = [options, &[("count", "100000"), ("board", "12")]].concat();
        assert!(!Config::read(&asked).1.is_empty(), "{options:?}");
        assert!(config.count >= 40);
    }
}

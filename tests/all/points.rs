//! Points from outside: what is read, what is done to them, and what is refused.

use std::time::Instant;

use flow_lab::data::given::csv;
use flow_lab::data::given::points::Points;
use flow_lab::data::mixture::Exactness;
use flow_lab::data::{Distribution, inside_share};
use flow_lab::random::seed::{Purpose, stream};
use proptest::prelude::*;
use rand::RngExt;

fn refusal(text: &str) -> String {
    let error = csv::points(text).unwrap_err();
    assert!(error.is_input());
    error.to_string()
}

/// The numbers as they were before they were standardised.
fn restored(points: &Points) -> Vec<f64> {
    let dim = points.dim();
    points.values().iter().enumerate().map(|(k, &x)| x as f64 * points.std() + points.mean()[k % dim]).collect()
}

#[test]
fn points_are_centred_and_divided_by_one_standard_deviation() {
    // Mean (2, 10); squares from it 4 · 1 and 4 · 9 over 8 numbers: std √5. The aspect, 1 to 3, stays.
    let (points, note) = csv::points("1,7\n3,7\n1,13\n3,13\n").unwrap();
    assert_eq!((points.dim(), points.mean(), points.std()), (2, &[2.0, 10.0][..], 5f64.sqrt()));
    assert_eq!(note, "4 points: shifted by (-2, -10), divided by 2.2361");
    let (a, b) = ((1.0 / 5f64.sqrt()) as f32, (3.0 / 5f64.sqrt()) as f32);
    assert_eq!(points.values(), [-a, -b, a, -b, -a, b, a, b]);
    // Steps of 2, 1,234 of them, each way: std 2 √((1234² - 1)/12).
    let (points, note) = Points::new((0..2_468).map(|k| k as f32).collect(), 2).unwrap();
    assert_eq!(note, "1,234 points: shifted by (-1233, -1234), divided by 712.45");
    assert_eq!(points.values().len(), 2_468);
}

#[test]
fn drawn_points_stay_where_they_were_drawn() {
    let values = vec![1.0, 7.0, 3.0, 7.0, 2.5, -1.0];
    let points = Points::in_place(values.clone(), 2).unwrap();
    assert_eq!((points.values(), points.mean(), points.std()), (&values[..], &[0.0, 0.0][..], 1.0));
    assert!(Points::in_place(vec![1.0, 2.0], 2).unwrap_err().is_input());
    assert!(Points::in_place(vec![1.0, f32::NAN, 0.0, 0.0], 2).unwrap_err().is_input());
}

#[test]
fn every_usual_layout_reads_the_same() {
    let plain = csv::points("1,2.5\n-3,4e0\n0,-1.25").unwrap().0;
    for text in [
        "1,2.5\n-3,4\n0,-1.25\n",
        "x,y\n1,2.5\n-3,4\n0,-1.25\n",
        "\u{feff}\"x\",\"y\"\r\n\"1\",\"2.5\"\r\n\r\n-3 , 4\r\n0,-1.25\r\n",
        "1;2,5\n-3;4\n0;-1,25",
        "a;b\n1;2.5\n-3;4\n0;-1.25",
        "1\t2.5\n-3\t4\n0\t-1.25",
        "\n\n  1 2.5\n -3    4\n  0 -1.25  \n\n",
        "# x y\n1 2.5\n-3 4\n0 -1.25",
        "name of x, name of y\n1 2.5\n-3 4\n0 -1.25",
        "1,2.5\r-3,4\r0,-1.25\r",
    ] {
        assert_eq!(csv::points(text).unwrap().0.values(), plain.values(), "{text:?}");
    }
}

#[test]
fn bad_tables_are_refused_with_line_column_and_value() {
    for (text, sentence) in [
        ("", "there are no points"),
        ("\n \r\n", "there are no points"),
        ("x,y\n", "there are no points"),
        ("1,2", "only one point"),
        ("x,y\n1,2\n\n", "only one point"),
        ("1,2\n1,2\n1,2", "all 3 points are equal"),
        ("1\n2\n", "line 1 has 1 cell: points need 2 to 784"),
        (&"1 ".repeat(785), "line 1 has 785 cells: points need 2 to 784"),
        ("1,2\n\n3,4,5\n", "line 3 has 3 cells, the first row 2"),
        ("1,2,3\n3,4\n", "line 2 has 2 cells, the first row 3"),
        ("x,y\n1,2\n3,four\n", "line 3, column 2: \"four\" is not a finite number"),
        ("1,2\nNaN,2\n", "line 2, column 1: \"NaN\" is not a finite number"),
        ("1,2\n3,-inf\n", "line 2, column 2: \"-inf\" is not a finite number"),
        ("1,2\n3,1e999\n", "line 2, column 2: \"1e999\" is not a finite number"),
        ("1,2\n3,1e31\n", "line 2, column 2: 1e31 is beyond ±1e30"),
        ("1,2\n3,\n", "line 2, column 2: the cell is empty"),
        ("x,y,label\n1,2,a\n", "line 2, column 3: \"a\" is not a finite number"),
        (",\n", "line 1, column 1: the cell is empty"),
        ("{\"x\": [1, 2]}", "there are no points"),
    ] {
        let error = refusal(text);
        assert!(error.contains(sentence), "{text:?}: {error}");
    }
    let many = "1 2\n".repeat(1_000_001);
    assert!(refusal(&many).contains("line 1000001 is beyond the most points, 1,000,000"));
    // An endless cell is cut in the sentence.
    assert!(refusal(&format!("1,2\n1,{}", "z".repeat(10_000))).len() < 200);
}

#[test]
fn bad_numbers_are_refused_with_their_place() {
    for (values, dim, sentence) in [
        (vec![], 2, "there are no points"),
        (vec![1.0, 2.0], 2, "only one point"),
        (vec![0.1; 20], 2, "all 10 points are equal"),
        (vec![1.0; 20], 1, "1 coordinates"),
        (vec![1.0; 20], 0, "0 coordinates"),
        (vec![1.0; 7850], 785, "785 coordinates"),
        (vec![1.0; 5], 2, "5 numbers are not points of 2 coordinates"),
        (vec![1.0, 2.0, 3.0, f32::NAN], 2, "point 2, coordinate 2 is NaN"),
        (vec![1.0, 2.0, f32::NEG_INFINITY, 1.0], 2, "point 2, coordinate 1 is -inf"),
        (vec![1.0; 2_000_002], 2, "1,000,001 points: give at most 1,000,000"),
    ] {
        let error = Points::new(values, dim).unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
    let good = vec![1.0, 2.0, 3.0, 4.0];
    assert!(Points::standardised(good.clone(), 2, vec![0.0, 0.0], 1.0).is_ok());
    for (mean, std) in [(vec![0.0], 1.0), (vec![0.0, f64::NAN], 1.0), (vec![0.0, 0.0], 0.0), (vec![0.0, 0.0], f64::NAN)]
    {
        assert!(Points::standardised(good.clone(), 2, mean, std).is_err());
    }
    assert!(Points::standardised(vec![1.0; 4], 2, vec![0.0, 0.0], 1.0).is_err());
}

#[test]
fn a_million_equal_points_have_no_spread_whatever_the_rounding() {
    let error = Points::new(vec![0.1; 2_000_000], 2).unwrap_err().to_string();
    assert!(error.contains("all 1,000,000 points are equal"), "{error}");
}

#[test]
fn a_saved_run_s_points_come_back() {
    let (points, _) = csv::points("1,7\n3,7\n1,13\n3,14\n").unwrap();
    let again = Points::standardised(points.values().to_vec(), 2, points.mean().to_vec(), points.std()).unwrap();
    assert_eq!((again.values(), again.mean(), again.std()), (points.values(), points.mean(), points.std()));
}

#[test]
fn draws_are_the_points_themselves_and_support_is_near_them() {
    let (points, _) = csv::points("0 0\n1 0\n0 1\n1 1\n5 5\n5 5\n").unwrap();
    let drawn = points.sample(1_000, &mut stream(1, Purpose::Metrics, 0));
    let rows: Vec<&[f32]> = points.values().chunks(2).collect();
    let count = |row: &[f32]| drawn.chunks(2).filter(|point| *point == row).count();
    assert_eq!(rows[..5].iter().map(|row| count(row)).sum::<usize>(), 1_000);
    // Two of six points lie at (5, 5): 333 draws of 1,000, with five standard errors of 15.
    assert!(count(rows[5]).abs_diff(333) < 75);
    // Nearest distances 1, 1, 1, 1 and √32: the radius is 3 of the data's units.
    let at = |x: f64, y: f64| {
        let place = [(x - points.mean()[0]) / points.std(), (y - points.mean()[1]) / points.std()];
        points.mode(&place.map(|x| x as f32))
    };
    assert_eq!([at(0.5, 0.5), at(-2.9, 0.0), at(1.0, 3.9), at(5.0, 7.9)], [Some(0); 4]);
    assert_eq!([at(-3.1, 0.0), at(5.0, 8.1), at(f64::NAN, 0.0), at(f64::INFINITY, 0.0)], [None; 4]);
}

#[test]
fn few_points_are_the_mixture_and_many_are_estimated() {
    let mut rng = stream(2, Purpose::Metrics, 0);
    let mut set = |n: usize| Points::new((0..3 * n).map(|_| rng.random::<f32>()).collect(), 3).unwrap().0;
    let few = set(5_000);
    assert_eq!(few.mixture().exactness, Exactness::Exact);
    assert_eq!(few.mixture().weights.len(), 5_000);
    let means: Vec<f64> = few.mixture().laws[2].iter().map(|law| law.mean()).collect();
    assert!(means.iter().zip(few.values().chunks(3)).all(|(mean, point)| *mean == point[2] as f64));
    let many = set(5_001);
    assert_eq!(many.mixture().exactness, Exactness::Estimate(2_000));
    assert_eq!(many.mixture(), many.mixture());
    assert_eq!((few.log_density(&[0.0; 3]), many.log_density(&[0.0; 3])), (None, None));
}

#[test]
fn a_million_points_load_and_ten_thousand_queries_run_in_seconds() {
    let mut rng = stream(3, Purpose::Metrics, 0);
    let text: String = (0..1_000_000)
        .map(|_| format!("{:.6},{:.6}\n", rng.random_range(-50.0..50.0f64), rng.random_range(0.0..9.0f64)))
        .collect();
    let start = Instant::now();
    let (_, note) = csv::points(&text).unwrap();
    let loaded = start.elapsed().as_secs_f64();
    assert!(note.starts_with("1,000,000 points: shifted by ("), "{note}");
    println!("1,000,000 points read in {loaded:.2} s");
    // A second or so; three times that for a machine with other work to do.
    assert!(loaded < 4.0, "{loaded} s");
    for (dim, count) in [(2, 100_000), (2, 1_000_000), (8, 100_000)] {
        let values = (0..dim * count).map(|_| rng.random::<f32>()).collect();
        let (points, _) = Points::new(values, dim).unwrap();
        let queries = points.sample(10_000, &mut rng);
        let start = Instant::now();
        assert_eq!(inside_share(&points, &queries), 1.0);
        let first = start.elapsed().as_secs_f64();
        let aside: Vec<f32> = queries.iter().map(|x| 1.1 * x).collect();
        let start = Instant::now();
        let share = inside_share(&points, &aside);
        let second = start.elapsed().as_secs_f64();
        println!("{count} points, {dim} dimensions: first {first:.2} s, then {second:.3} s, share {share:.3}");
        assert!(first < 10.0 && second < 10.0, "{first} s, {second} s");
    }
    // Two places, each half a million times.
    let values = (0..1_000_000).flat_map(|k| [(k % 2) as f32, 0.0]).collect();
    let start = Instant::now();
    assert_eq!(Points::new(values, 2).unwrap().0.mode(&[90.0, 0.0]), None);
    assert!(start.elapsed().as_secs_f64() < 4.0);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_never_panics(text in "[-0-9.,;\t \r\nexNa\"inf]{0,80}|\\PC{0,60}") {
        if let Ok((points, note)) = csv::points(&text) {
            prop_assert!(points.values().iter().all(|x| x.is_finite()));
            prop_assert!(note.contains("points: shifted by ("));
            prop_assert_eq!(points.mode(&points.values()[..points.dim()]), Some(0));
        }
    }

    #[test]
    fn numbers_written_as_a_table_come_back(
        dim in 2usize..=8,
        numbers in prop::collection::vec(-1e6f64..1e6, 16..80),
        separator in prop::sample::select(vec![",", ";", "\t", " ", ", "]),
        end in prop::sample::select(vec!["\n", "\r\n", "\n\n"]),
    ) {
        let numbers = &numbers[..numbers.len() / dim * dim];
        let row = |row: &[f64]| row.iter().map(f64::to_string).collect::<Vec<_>>().join(separator);
        let text = numbers.chunks(dim).map(row).collect::<Vec<_>>().join(end);
        let (points, _) = csv::points(&text).unwrap();
        prop_assert_eq!(points.dim(), dim);
        for (found, expected) in restored(&points).iter().zip(numbers) {
            // Float32 keeps 24 bits of at most nine standard deviations.
            prop_assert!((found - expected).abs() <= 1e-6 * points.std(), "{} for {}", found, expected);
        }
        let square: f64 = points.values().iter().map(|&x| (x as f64).powi(2)).sum();
        prop_assert!((square / points.values().len() as f64 - 1.0).abs() < 1e-5);
    }
}

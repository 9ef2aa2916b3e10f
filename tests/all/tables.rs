//! Tables as programs write them: separators, decimals, thousands, names, row numbers, encodings.

use flow_lab::data::Distribution;
use flow_lab::data::Given;
use flow_lab::data::given::points::Points;
use flow_lab::data::given::{csv, file};
use proptest::prelude::*;

fn case(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/cases/{name}")).unwrap()
}

/// The points of a file of `tests/cases`, with the note.
fn points_of(name: &str) -> (Points, String) {
    match file::read(&case(name)).unwrap_or_else(|error| panic!("{name}: {error}")) {
        (Given::Points(points), note) => (points, note.unwrap()),
        _ => panic!("{name} is no table"),
    }
}

fn shape(points: &Points) -> (usize, usize) {
    (points.values().len() / points.dim(), points.dim())
}

fn numbers(text: &str) -> Vec<f64> {
    csv::read(text).unwrap_or_else(|error| panic!("{text:?}: {error}")).values
}

fn notes(text: &str) -> String {
    csv::read(text).unwrap().notes.join("; ")
}

/// Rows of two numbers that are plainly no row numbers.
fn rows(first: &str, count: usize) -> String {
    let row = |k: usize| format!("{}.{k}25,{}.5\n", 50 + k % 3, 99 + k % 2);
    [first.to_string(), (0..count).map(row).collect()].concat()
}

#[test]
fn quoted_numbers_with_thousands_are_two_columns() {
    let (points, note) = points_of("01-thousands.csv");
    assert_eq!(shape(&points), (200, 2));
    assert!(note.starts_with("200 points: shifted by ("), "{note}");
    // The file's first row, and no thousandth of it.
    let x = points.mean()[0] + points.std() * points.values()[0] as f64;
    assert!((x - 1946.0).abs() < 1e-3, "{x}");
    for text in [
        "\"1,234.5\",\"2,345\"\n\"-1,000\",\"0.5\"\n",
        "x,y\n\"1,234.5\",2345\n\"-1,000\",.5\n",
        "1'234.5,2'345\n-1'000,0.5\n",
        "1\u{a0}234.5\t2\u{202f}345\n-1 000\t0.5\n",
        "\"1 234.5\",\"2 345\"\n\"-1 000\",\"0.5\"\n",
        "1.234,5;2.345\n-1.000;0,5\n",
        "1 234,5;2 345\n-1 000;0,5\n",
        "1,234.5\t2,345\n-1,000\t0.5\n",
        "\"1.234,5\",\"2.345\"\n\"-1.000\",\"0,5\"\n",
        "1.234,5|2.345\n\u{2212}1.000|0,5\n",
        "1,234.5 2,345\n-1,000 0.5\n",
    ] {
        assert_eq!(numbers(text), [1234.5, 2345.0, -1000.0, 0.5], "{text:?}");
    }
}

#[test]
fn a_decimal_comma_is_a_decimal_point() {
    let (comma, point) = (points_of("02-decimal-comma.csv"), points_of("02-decimal-point.csv"));
    assert_eq!((comma.0.values(), comma.1), (point.0.values(), point.1));
    assert_eq!(shape(&comma.0), (40, 2));
    for text in
        ["0,5;1,25\n2;3\n", "0,5\t1,25\n2\t3\n", "\"0,5\",\"1,25\"\n2,3\n", "0,5 1,25\n2 3\n", "x y\n0,5 1,25\n2 3"]
    {
        assert_eq!(numbers(text), [0.5, 1.25, 2.0, 3.0], "{text:?}");
    }
    // Beside semicolons three digits behind a comma are decimals, beside commas thousands; either is said.
    assert_eq!((numbers("1,234;5\n2;3\n")[0], notes("1,234;5\n2;3\n")), (1.234, "1,234 was read as 1.234".into()));
    assert_eq!(
        (numbers("\"1,234\",5\n2,3\n")[0], notes("\"1,234\",5\n2,3\n")),
        (1234.0, "1,234 was read as 1234".into())
    );
    // Unless another cell decides.
    assert_eq!((numbers("1,234;0,5\n2;3\n")[0], notes("1,234;0,5\n2;3\n")), (1.234, String::new()));
    assert_eq!((numbers("1,234;0.5\n2;3\n")[0], notes("1,234;0.5\n2;3\n")), (1234.0, String::new()));
    let error = csv::read("0.5;1\n2;0,75\n").unwrap_err().to_string();
    let says = "line 1, column 1: \"0.5\" has a decimal point, where \"0,75\" in line 2, column 2 has a decimal comma";
    assert!(error.starts_with(says), "{error}");
}

#[test]
fn a_nameless_column_of_row_numbers_is_left_out_and_named() {
    let ((index, note), (plain, _)) = (points_of("03-index.csv"), points_of("03-plain.csv"));
    assert_eq!((index.values(), index.mean(), index.std()), (plain.values(), plain.mean(), plain.std()));
    assert_eq!(shape(&index), (300, 2));
    assert!(note.contains("divided by 0.70345; the first column, which has no name"), "{note}");
    for text in [
        ",x,y\n0,1.5,2\n1,3,4\n",
        ",x,y\n17,1.5,2\n3,3,4\n",                    // shuffled
        "\"\",\"x\",\"y\"\n\"1\",1.5,2\n\"2\",3,4\n", // R's write.csv
        "\"x\" \"y\"\n\"1\" 1.5 2\n\"2\" 3 4\n",      // R's write.table
        "     x  y\n0  1.5  2\n1    3  4\n",          // as pandas prints it
        ",x,y\na,1.5,2\nb,3,4\n",
        ";x;y\n0;1,5;2\n1;3;4\n",
        "\tx\ty\n0\t1.5\t2\n1\t3\t4\n",
        "Unnamed: 0,x,y\n0,1.5,2\n1,3,4\n",
        ",0,1\n0,1.5,2\n1,3,4\n", // and names that are numbers
    ] {
        assert_eq!(numbers(text), [1.5, 2.0, 3.0, 4.0], "{text:?}");
        assert!(
            notes(text).contains("the first column, which has no name and only numbers the rows, was left out"),
            "{text:?}"
        );
    }
    // A named column stays, and so does one with decimals.
    assert_eq!(numbers("id,x,y\n0,1.5,2\n1,3,4\n").len(), 6);
    assert_eq!(numbers(",x,y\n0.5,1.5,2\n1.5,3,4\n").len(), 6);
    let error = csv::read(",x\n0,1.5\n1,3\n").unwrap_err().to_string();
    assert!(error.contains("line 2 has 2 cells, of which the first only numbers the rows: points need 2"), "{error}");
}

#[test]
fn names_that_are_numbers_are_no_point_and_points_are_no_names() {
    let ((named, note), (plain, _)) = (points_of("03-numbers-as-names.csv"), points_of("03-plain.csv"));
    assert_eq!((named.values(), shape(&named)), (plain.values(), (300, 2)));
    assert!(note.ends_with("; the first row (0, 1) was taken for names"), "{note}");
    for first in ["0,1\n", "1,2\n", "2019,2020\n", "\"0\",\"1\"\n"] {
        assert_eq!(csv::read(&rows(first, 10)).unwrap().values.len(), 20, "{first}");
    }
    // Few rows: they must count the columns, and lie outside all that is below; or be in quotes that the others have
    // not.
    for first in ["0,1\n", "1,2\n", "\"7\",\"9\"\n"] {
        assert_eq!(csv::read(&rows(first, 3)).unwrap().values.len(), 6, "{first}");
    }
    for text in [
        "0,1\n2,3\n4,5\n",             // whole numbers like all others
        "0,1\n0.5,1.5\n-0.5,0.5\n",    // within the others
        "5,7\n0.5,1.5\n0.25,0.5\n",    // counts nothing
        "1,1\n50.5,99.5\n51.5,98.5\n", // one name twice
        "0.5,1.5\n2.5,3.5\n4.5,5.5\n", // has decimals itself
    ] {
        assert_eq!((numbers(text).len(), notes(text)), (6, String::new()), "{text:?}");
    }
}

#[test]
fn every_encoding_reads_the_same() {
    let (utf_8, windows) = (points_of("05-utf-8.csv"), points_of("05-windows-1252.csv"));
    assert_eq!((utf_8.0.values(), shape(&utf_8.0)), (windows.0.values(), (200, 2)));
    let (wide, _) = points_of("06-utf16-no-bom.txt");
    assert_eq!(shape(&wide), (200, 2));
    let bytes = case("06-utf16-no-bom.txt");
    for marked in [
        [&b"\xff\xfe"[..], &bytes].concat(),
        bytes.chunks(2).fold(b"\xfe\xff".to_vec(), |mut all, pair| {
            all.extend([pair[1], pair[0]]);
            all
        }),
    ] {
        let Ok((Given::Points(points), _)) = file::read(&marked) else { panic!("with its mark") };
        assert_eq!(points.values(), wide.values());
    }
    assert!(csv::points("x\0,\0").unwrap_err().to_string().contains("zero bytes"));
}

#[test]
fn a_line_that_tells_the_separator_is_obeyed() {
    let (points, _) = points_of("06-sep-line.csv");
    assert_eq!(shape(&points), (200, 2));
    for text in [
        "sep=;\nx;y\n0,5;1\n2;3\n",
        "SEP=,\r\n0.5,1\r\n2,3\r\n",
        "\"sep=|\"\n0.5|1\n2|3",
        "sep=\t\n0.5\t1\n2\t3",
        "sep=:\n\"0.5\":1\n2:3",
    ] {
        assert_eq!(numbers(text), [0.5, 1.0, 2.0, 3.0], "{text:?}");
    }
    let error = csv::read("sep=;\nx;y\n1;2\n3;four\n").unwrap_err().to_string();
    assert!(error.starts_with("line 4, column 2: \"four\""), "{error}");
}

#[test]
fn quotes_comments_and_ends_of_lines_are_no_numbers() {
    for text in [
        "\"x\n(m)\",\"y, \"\"north\"\"\"\n0.5,1\n2,3\n",
        "# made by hand\n# x y\n0.5,1\n2,3\n",
        "\u{feff}x,y\r\n\"0.5\" , \"1\"\r\n\r\n2,3\r\n",
        "x,y\r0.5,1\r2,3\r",
        "height 5\", width\n0.5,1\n2,3\n",
    ] {
        assert_eq!(numbers(text), [0.5, 1.0, 2.0, 3.0], "{text:?}");
    }
    // Lines are counted as an editor counts them.
    for (text, says) in [
        ("\"x\n(m)\",y\n1,2\n3,four\n", "line 4, column 2"),
        ("x,y\r1,2\r3,four\r", "line 3, column 2"),
        ("x,y\r\n1,2\r\n\r\n3,four\r\n", "line 4, column 2"),
        ("# x\n1,2\n3,four\n", "line 3, column 2"),
        (",x,y\n0,1,2\n1,3,four\n", "line 3, column 3"),
        ("1,2\n3,\"4\n", "line 2, column 2: \"\"4\" is not"),
        ("1,2\n\u{1b}[31m,4\n", "line 2, column 1: \"\u{fffd}[31m\" is not"),
        ("NA,NA\n1,2\n3,4\n", "line 1, column 1: \"NA\" is not"),
        ("<!doctype html><p>1,2", "this is HTML"),
    ] {
        let error = csv::read(text).unwrap_err().to_string();
        assert!(error.starts_with(says), "{text:?}: {error}");
    }
}

#[test]
fn large_numbers_keep_their_digits() {
    for name in ["07-utm.csv", "07-epoch.csv"] {
        let text = String::from_utf8(case(name)).unwrap();
        let expected: Vec<f64> =
            text.lines().skip(1).flat_map(|row| row.split(',')).map(|x| x.parse().unwrap()).collect();
        let (points, _) = points_of(name);
        let units = points.units().unwrap();
        for (found, expected) in units.of_data(points.values()).iter().zip(&expected) {
            assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{name}: {found} for {expected}");
        }
        // The same numbers through the API.
        let (again, _) = Points::new(expected, 2).unwrap();
        assert_eq!((again.values(), again.mean(), again.std()), (points.values(), points.mean(), points.std()));
    }
    let (utm, _) = points_of("07-utm.csv");
    let mut northings: Vec<u32> = utm.values().iter().skip(1).step_by(2).map(|x| x.to_bits()).collect();
    northings.sort_unstable();
    northings.dedup();
    assert!(northings.len() >= 190, "{} different northings", northings.len());
}

#[test]
fn samples_written_in_the_units_of_the_data_are_read_as_the_data() {
    let (points, _) = points_of("08-lonlat.csv");
    let text = csv::write(points.values(), 2, points.units().as_ref());
    let (again, _) = csv::points(&text).unwrap();
    for (a, b) in points.mean().iter().zip(again.mean()) {
        assert!((a - b).abs() < 1e-8 * points.std(), "{a} and {b}");
    }
    for (a, b) in points.values().iter().zip(again.values()) {
        assert!((a - b).abs() < 1e-6, "{a} and {b}");
    }
    assert_eq!(csv::write(&[0.1, -2.0], 2, None), "x,y\n0.1,-2\n");
    assert_eq!(csv::write(&[0.5, 1.0, 2.0], 3, None), "x1,x2,x3\n0.5,1,2\n");
    // Drawn points have no units but the plane's.
    assert_eq!(Points::in_place(vec![1.0, 2.0, 3.0, 4.0], 2).unwrap().units(), None);
}

#[test]
fn seven_hundred_and_eighty_four_columns_are_points() {
    let text: String =
        (0..3).map(|k| (0..784).map(|d| format!("{}", (k * d) % 7)).collect::<Vec<_>>().join(",") + "\n").collect();
    let Ok((Given::Points(points), _)) = file::read(text.as_bytes()) else { panic!("they are no picture") };
    assert_eq!(shape(&points), (3, 784));
}

proptest! {
    #[test]
    fn numbers_in_any_country_s_writing_come_back(
        numbers in prop::collection::vec(-1_000_000i64..1_000_000, 8..40),
        style in 0usize..6,
    ) {
        let numbers = &numbers[..numbers.len() & !1];
        // Two decimals, so that no cell can mean two things.
        let (apart, point, separator, quote) = [
            (",", ".", ",", "\""), (".", ",", ";", ""), (" ", ",", ";", ""),
            ("'", ".", ",", ""), ("\u{202f}", ",", "\t", ""), (",", ".", " ", ""),
        ][style];
        let cell = |&hundredths: &i64| {
            let digits = (hundredths.abs() / 100).to_string();
            let (thousands, rest) = digits.split_at(digits.len().saturating_sub(3));
            let groups = [thousands, rest].map(String::from).into_iter().filter(|group| !group.is_empty());
            let groups: Vec<String> = groups.collect();
            let sign = if hundredths < 0 { "-" } else { "" };
            format!("{quote}{sign}{}{point}{:02}{quote}", groups.join(apart), hundredths.abs() % 100)
        };
        let row = |row: &[i64]| row.iter().map(cell).collect::<Vec<_>>().join(separator) + "\n";
        let text: String = numbers.chunks(2).map(row).collect();
        let table = csv::read(&text).unwrap();
        let expected: Vec<f64> = numbers.iter().map(|&x| x as f64 / 100.0).collect();
        prop_assert_eq!((table.values, table.dim, table.notes), (expected, 2, vec![]), "{}", text);
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0";
        for first in [&b""[..], png, b"\xff\xd8\xff", b"\xff\xfe", b"1,2\n"] {
            let _ = file::read(&[first, &bytes[..]].concat());
        }
    }
}

//! Tables of numbers as text.
//!
//! Not the crate `csv`: it has no tables whose cells stand apart by runs of spaces, and takes one separator that the
//! caller must know, where here the numbers themselves decide which one it is.

use super::cells::{Rows, Separator, separator_line, shown};
use super::number::{self, Decimals};
use super::points::{DIM_MAX, DIM_MIN, Points, VALUE_MAX, grouped, most};
use super::survey::{Head, Survey, Told, is_words};
use super::{BYTES_MAX, text};
use crate::data::Units;
use crate::error::Error;

/// Reads a table of numbers, a point a row, and standardises it; the text is a note on what was done.
///
/// Cells stand apart by semicolons, tabs, commas, bars or spaces, and may be quoted. Decimals follow a point or a
/// comma, whichever the table's numbers ask for; thousands may be set apart. A first row of names is skipped, and so
/// are blank rows, rows that begin with #, and a first column without a name that only counts or names the rows.
///
/// # Errors
/// A sentence that names line and column of a cell that is empty or not a finite number, the line of a row that is
/// shorter or longer than the first, or what [`Points::new`] refuses.
pub fn points(text: &str) -> Result<(Points, String), Error> {
    let Table { values, dim, notes } = read(text)?;
    let (points, note) = Points::new(values, dim)?;
    Ok((points, notes.into_iter().fold(note, |all, note| format!("{all}; {note}"))))
}

/// The numbers of a table, as they stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// # Shapes
    /// `rows × dim` numbers, row after row.
    pub values: Vec<f64>,
    /// Numbers of a row.
    pub dim: usize,
    /// What a reader may not expect: a column or a row that was left out, a sign that could mean two things.
    pub notes: Vec<String>,
}

/// Points as a table: a first row of names, then a point a row, in the units of the data where those are told.
///
/// # Shapes
/// `points` are `n × dim` numbers.
pub fn write(points: &[f32], dim: usize, units: Option<&Units>) -> String {
    let mut csv = match dim {
        2 => String::from("x,y"),
        dim => (1..=dim).map(|d| format!("x{d}")).collect::<Vec<_>>().join(","),
    };
    for point in points.chunks_exact(dim) {
        csv.push('\n');
        let cells: Vec<String> = match units {
            None => point.iter().map(f32::to_string).collect(),
            Some(units) => {
                let places = units.decimal_places();
                units.of_data(point).iter().map(|x| format!("{x:.places$}")).collect()
            }
        };
        csv.push_str(&cells.join(","));
    }
    csv.push('\n');
    csv
}

/// Reads the numbers of a table: see [`points`].
///
/// # Errors
/// As [`points`], except for what [`Points::new`] refuses.
pub fn read(text: &str) -> Result<Table, Error> {
    let text = text.trim_start_matches('\u{feff}');
    if text.len() > BYTES_MAX {
        return Err(text::too_long());
    }
    if text.contains('\0') {
        return refuse(
            "the text holds zero bytes, as text in UTF-16 does where it was taken for another one: save it as UTF-8"
                .into(),
        );
    }
    if text.trim_start().starts_with('<') {
        return refuse("this is HTML, SVG or other XML, and no table: give rows of numbers, such as 0.5, 1.2".into());
    }
    let mut rows = Rows { rest: text, line: 1, quotes_after: None };
    let told = rows.clone().next().and_then(|(_, row)| separator_line(row));
    if told.is_some() {
        rows.next();
    }
    rows.quotes_after = told;
    let mut rows = rows.filter(|(_, row)| !row.trim().is_empty() && !row.trim_start().starts_with('#'));
    let empty = || refuse("there are no points: give rows of numbers, such as 0.5, 1.2".into());
    let Some(first) = rows.next() else { return empty() };
    let has_words = is_words(first.1, told);
    let Some(sample) = (if has_words { rows.clone().next() } else { Some(first) }) else { return empty() };
    let separator = told.map_or_else(|| Separator::of_numbers(sample.1), Separator::told);

    let head = Head::of(first, separator, told);
    let below = || rows.clone();
    let survey = Survey::of(below(), separator);
    let decimals = survey.decimals(separator, if has_words { Told::default() } else { Told::of(separator, first) })?;
    let is_index = survey.rows > 0
        && match (has_words, head.is_nameless) {
            (true, true) => survey.labels_rows(),
            // R's way: row names have no cell in the first row.
            (true, false) => head.cells > 1 && head.cells + 1 == survey.cells && survey.counts_rows(),
            (false, true) => head.has_whole_names && survey.cells > 2 && survey.counts_rows(),
            (false, false) => false,
        };
    let is_names =
        has_words || is_index || head.are_names_of(&survey, || survey.spans(below(), separator, decimals.sign));

    let mut notes = Vec::new();
    if is_index {
        notes.push("the first column, which has no name and only numbers the rows, was left out".into());
    }
    if is_names && !has_words {
        let names: Vec<&str> = head.texts.iter().map(String::as_str).take(4).collect();
        let more = if head.cells > names.len() { ", …" } else { "" };
        notes.push(format!("the first row ({}{more}) was taken for names", names.join(", ").trim_start_matches(", ")));
    }
    notes.extend(decimals.note);
    let skipped = is_index as usize;
    let rows = (!is_names).then_some(first).into_iter().chain(rows);
    let (values, dim) = numbers(rows, separator, decimals.sign, skipped)?;
    Ok(Table { values, dim, notes })
}

/// The numbers of the rows, without the first `skipped` columns, and how many a row has.
fn numbers<'a>(
    rows: impl Iterator<Item = (usize, &'a str)>,
    separator: Separator,
    decimals: Decimals,
    skipped: usize,
) -> Result<(Vec<f64>, usize), Error> {
    let (mut values, mut width) = (Vec::new(), 0);
    for (line, row) in rows {
        let (mut column, mut bad) = (0, None);
        separator.cells(row, |cell| {
            column += 1;
            if column <= skipped {
                return;
            }
            let number = number::read(cell.text, decimals, separator.is_spaced(cell)).unwrap_or(f64::NAN);
            if number.abs() <= VALUE_MAX {
                values.push(number);
            } else if bad.is_none() {
                bad = Some(format!("line {line}, column {column}: {}", complaint(cell.text, number)));
            }
        });
        if let Some(sentence) = bad {
            return refuse(sentence);
        }
        if width == 0 {
            width = column;
        }
        let dim = width - skipped;
        if column != width {
            return refuse(format!("line {line} has {}, the first row {width}: give all rows as many", cells(column)));
        }
        if !(DIM_MIN..=DIM_MAX).contains(&dim) {
            let of_them = if skipped > 0 { ", of which the first only numbers the rows" } else { "" };
            let range = format!("points need {DIM_MIN} to {DIM_MAX} coordinates");
            return refuse(format!("line {line} has {}{of_them}: {range}", cells(width)));
        }
        if values.len() > most(dim) * dim {
            return refuse(format!("line {line} is beyond the most points, {}: give fewer rows", grouped(most(dim))));
        }
    }
    match values.is_empty() {
        true => refuse("there are no points: give rows of numbers, such as 0.5, 1.2".into()),
        false => Ok((values, width - skipped)),
    }
}

fn cells(count: usize) -> String {
    format!("{count} {}", if count == 1 { "cell" } else { "cells" })
}

fn refuse<T>(sentence: String) -> Result<T, Error> {
    Err(Error::Input(sentence))
}

fn complaint(cell: &str, number: f64) -> String {
    let shown = shown(cell);
    match cell {
        "" => "the cell is empty: fill it, or leave the row out".into(),
        _ if number.is_finite() => format!("{shown} is beyond ±{VALUE_MAX:e}: scale the numbers down"),
        _ => format!("\"{shown}\" is not a finite number: mend it, or leave the row out"),
    }
}

//! Tables of numbers as text.

use super::points::{DIM_MAX, DIM_MIN, VALUE_MAX, grouped, most};
use crate::error::Error;

/// What stands between two cells.
#[derive(Clone, Copy, PartialEq)]
enum Separator {
    Sign(char),
    Spaces,
}

impl Separator {
    fn of(line: &str) -> Self {
        match [';', '\t', ','].into_iter().find(|&sign| line.contains(sign)) {
            Some(sign) => Separator::Sign(sign),
            None => Separator::Spaces,
        }
    }

    fn cells(self, line: &str, mut each: impl FnMut(&str)) {
        match self {
            Separator::Sign(sign) => line.split(sign).for_each(|cell| each(cell.trim().trim_matches('"').trim())),
            Separator::Spaces => line.split_whitespace().for_each(|cell| each(cell.trim_matches('"'))),
        }
    }

    /// A cell's number; beside another separator than the comma, a comma marks the decimals.
    fn number(self, cell: &str) -> Option<f64> {
        if self != Separator::Sign(',') && cell.contains(',') {
            cell.replace(',', ".").parse().ok()
        } else {
            cell.parse().ok()
        }
    }
}

/// The numbers, row after row, and how many a row has.
///
/// Cells stand apart by semicolons, tabs, commas or spaces, whichever of these comes first in this list and is there;
/// the first line may hold names; blank lines are skipped.
///
/// # Errors
/// A sentence that names line and column of what is not a finite number, of a row of another length than the first,
/// of too many rows or columns, or of too few.
pub fn read(text: &str) -> Result<(Vec<f64>, usize), Error> {
    let end = if text.contains('\n') { '\n' } else { '\r' };
    let text = text.trim_start_matches('\u{feff}');
    let lines = text.split(end).enumerate().map(|(k, line)| (k + 1, line.trim_matches(['\r', ' '])));
    let mut lines = lines.filter(|(_, line)| !line.trim().is_empty()).peekable();
    lines.next_if(|(_, line)| is_header(line));
    let Some((_, first)) = lines.peek() else {
        return refuse("there are no points: give rows of numbers, such as 0.5, 1.2".into());
    };
    let separator = Separator::of(first);
    let mut dim = 0;
    separator.cells(first, |_| dim += 1);
    let mut values = Vec::new();
    for (line, row) in lines {
        let before = values.len();
        let mut bad = None;
        separator.cells(row, |cell| {
            let number = separator.number(cell).unwrap_or(f64::NAN);
            if number.abs() <= VALUE_MAX {
                values.push(number);
            } else if bad.is_none() {
                bad = Some(format!("line {line}, column {}: {}", values.len() - before + 1, complaint(cell, number)));
            }
        });
        if let Some(sentence) = bad {
            return refuse(sentence);
        }
        let columns = values.len() - before;
        if columns != dim {
            return refuse(format!("line {line} has {}, the first row {dim}: give all rows as many", cells(columns)));
        }
        if !(DIM_MIN..=DIM_MAX).contains(&dim) {
            return refuse(format!("line {line} has {}: points need {DIM_MIN} to {DIM_MAX} coordinates", cells(dim)));
        }
        if values.len() > most(dim) * dim {
            return refuse(format!("line {line} is beyond the most points, {}: give fewer rows", grouped(most(dim))));
        }
    }
    Ok((values, dim))
}

fn cells(count: usize) -> String {
    format!("{count} {}", if count == 1 { "cell" } else { "cells" })
}

fn refuse<T>(sentence: String) -> Result<T, Error> {
    Err(Error::Input(sentence))
}

/// Whether a line holds names: some text, and no number.
fn is_header(line: &str) -> bool {
    let separator = Separator::of(line);
    let (mut words, mut numbers) = (0, 0);
    separator.cells(line, |cell| match separator.number(cell) {
        Some(_) => numbers += 1,
        None => words += !cell.is_empty() as usize,
    });
    words > 0 && numbers == 0
}

fn complaint(cell: &str, number: f64) -> String {
    let shown: String = cell.chars().take(40).collect();
    match cell {
        "" => "the cell is empty: fill it, or leave the row out".into(),
        _ if number.is_finite() => format!("{shown} is beyond ±{VALUE_MAX:e}: scale the numbers down"),
        _ => format!("\"{shown}\" is not a finite number: mend it, or leave the row out"),
    }
}

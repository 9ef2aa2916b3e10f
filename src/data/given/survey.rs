//! What a table's rows tell of its names, its row numbers and its decimals.

use super::cells::{Separator, shown};
use super::number::{self, Decimals, Evidence};
use super::points::{DIM_MAX, short};
use crate::error::Error;

/// Rows below a first row of whole numbers that make names of it, when all their cells have decimals.
const ROWS_ENOUGH: usize = 10;
/// What stands for a number that is missing; it is no name of a column.
const MISSING: [&str; 9] = ["na", "n/a", "#n/a", "nan", "null", "none", "-", "?", "."];

/// Whether a row holds names: some text, and no number.
pub(super) fn is_words(row: &str, told: Option<char>) -> bool {
    let separator = told.map_or_else(|| Separator::of(row), Separator::told);
    let (mut words, mut numbers) = (0, 0);
    separator.cells(row, |cell| match number::is_number(cell.text, separator.is_spaced(cell)) {
        true => numbers += 1,
        false => words += (!cell.text.is_empty() && !is_missing(cell.text)) as usize,
    });
    words > 0 && numbers == 0
}

fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell.to_lowercase().as_str())
}

/// The first row, as it may be names.
pub(super) struct Head {
    pub(super) texts: Vec<String>,
    pub(super) cells: usize,
    /// The first cell is empty, or what pandas writes for an empty one, and the others are not.
    pub(super) is_nameless: bool,
    /// All cells but an empty first one are whole numbers, no two alike.
    pub(super) has_whole_names: bool,
    all_quoted: bool,
}

impl Head {
    pub(super) fn of((_, row): (usize, &str), separator: Separator, told: Option<char>) -> Head {
        // Names may stand apart in another way than the numbers: "name of x, name of y" over "1 2".
        let own = if is_words(row, told) && told.is_none() { Separator::of(row) } else { separator };
        let (mut texts, mut all_quoted) = (Vec::new(), true);
        own.cells(row, |cell| {
            texts.push(shown(cell.text));
            all_quoted &= cell.is_quoted;
        });
        let nameless = |text: &String| text.is_empty() || text.starts_with("Unnamed:");
        let is_nameless = texts.len() > 1 && nameless(&texts[0]) && texts[1..].iter().all(|text| !text.is_empty());
        let names = &texts[is_nameless as usize..];
        let are_distinct = || names.iter().enumerate().all(|(k, name)| !names[..k].contains(name));
        // More columns than a point can have are no names, and comparing all with all would take long.
        let are_few = (2..=DIM_MAX).contains(&names.len());
        let has_whole_names = are_few && names.iter().all(|name| number::is_whole(name)) && are_distinct();
        Head { cells: texts.len(), texts, is_nameless, has_whole_names, all_quoted }
    }

    /// Whether a first row of numbers is names: whole numbers in quotes over numbers without; or whole numbers, no two
    /// alike, over numbers that all have decimals. Over few rows they must also count the columns, and lie outside all
    /// that is below.
    pub(super) fn are_names_of(&self, survey: &Survey, spans: impl FnOnce() -> Vec<[f64; 2]>) -> bool {
        if survey.rows == 0 || self.cells != survey.cells || self.is_nameless {
            return false;
        }
        if self.all_quoted && survey.quoted == 0 && self.texts.iter().all(|name| number::is_whole(name)) {
            return true;
        }
        if !self.has_whole_names || survey.without_decimals > 0 {
            return false;
        }
        let names: Vec<f64> = self.texts.iter().filter_map(|name| name.parse().ok()).collect();
        let counts = |from: usize| names.iter().enumerate().all(|(k, &name)| name == (k + from) as f64);
        let outside = |(name, [low, high]): (&f64, [f64; 2])| *name < low || *name > high;
        survey.rows >= ROWS_ENOUGH || ((counts(0) || counts(1)) && names.iter().zip(spans()).all(outside))
    }
}

/// What the rows below the first one have in common.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) rows: usize,
    /// Cells of the first of them.
    pub(super) cells: usize,
    quoted: usize,
    without_decimals: usize,
    told: Told,
    /// First cells that are whole numbers, that are the number of the row counted from the first one, that are no
    /// numbers.
    whole: usize,
    counting: usize,
    words: usize,
    first: i64,
}

impl Survey {
    pub(super) fn of<'a>(rows: impl Iterator<Item = (usize, &'a str)>, separator: Separator) -> Survey {
        let mut survey = Survey::default();
        for (line, row) in rows {
            let mut column = 0;
            separator.cells(row, |cell| {
                column += 1;
                survey.quoted += cell.is_quoted as usize;
                survey.without_decimals += !cell.text.contains(['.', ',', 'e', 'E']) as usize;
                if column == 1 {
                    survey.label(cell.text, separator.is_spaced(cell));
                }
                survey.told.add(cell.text, separator.is_spaced(cell), (line, column));
            });
            if survey.rows == 0 {
                survey.cells = column;
            }
            survey.rows += 1;
        }
        survey
    }

    fn label(&mut self, cell: &str, spaced: bool) {
        if number::is_whole(cell) {
            let number: i64 = cell.parse().unwrap_or(i64::MIN);
            if self.rows == 0 {
                self.first = number;
            }
            self.whole += 1;
            self.counting += (number == self.first.saturating_add(self.rows as i64)) as usize;
        } else {
            self.words += (!cell.is_empty() && !number::is_number(cell, spaced)) as usize;
        }
    }

    /// Whether the first cells number the rows one after the other, from 0 or 1, or are words.
    pub(super) fn counts_rows(&self) -> bool {
        (self.counting == self.rows && [0, 1].contains(&self.first)) || self.words == self.rows
    }

    /// Whether the first cells are labels: whole numbers, as of rows that were shuffled or picked out, or words.
    pub(super) fn labels_rows(&self) -> bool {
        self.whole == self.rows || self.words == self.rows
    }

    /// Lowest and highest number of each column.
    pub(super) fn spans<'a>(
        &self,
        rows: impl Iterator<Item = (usize, &'a str)>,
        separator: Separator,
        decimals: Decimals,
    ) -> Vec<[f64; 2]> {
        let mut spans = vec![[f64::INFINITY, f64::NEG_INFINITY]; self.cells];
        for (_, row) in rows {
            let mut all = spans.iter_mut();
            separator.cells(row, |cell| {
                let number = number::read(cell.text, decimals, separator.is_spaced(cell));
                if let (Some(number), Some([low, high])) = (number, all.next()) {
                    (*low, *high) = (low.min(number), high.max(number));
                }
            });
        }
        spans
    }

    /// The sign before the decimals of all numbers: what the writing of any of them asks for; else, beside a comma
    /// between the cells, the point, and otherwise the comma where it is there.
    pub(super) fn decimals(&self, separator: Separator, first: Told) -> Result<Chosen, Error> {
        let told = first.and(&self.told);
        let found = match (&told.point, &told.comma) {
            (Some(point), Some(comma)) => {
                let (comma_place, point_place) = (comma.place(), point.place());
                let [point, comma] = [&point.cell, &comma.cell];
                return Err(Error::Input(format!(
                    "{point_place}: \"{point}\" has a decimal point, where \"{comma}\" in {comma_place} has a decimal \
                     comma: write all alike"
                )));
            }
            (Some(_), None) => Some(Decimals::Point),
            (None, Some(_)) => Some(Decimals::Comma),
            (None, None) => None,
        };
        let Some(cell) = told.either else { return Ok(Chosen { sign: found.unwrap_or(Decimals::Point), note: None }) };
        let sign = found.unwrap_or(match separator {
            Separator::Sign(',') => Decimals::Point,
            _ if cell.contains(',') => Decimals::Comma,
            _ => Decimals::Point,
        });
        // A point before three decimals is what everybody expects.
        let is_plain = sign == Decimals::Point && !cell.contains(',');
        let number = number::read(&cell, sign, true).unwrap_or(f64::NAN);
        let note = (found.is_none() && !is_plain).then(|| format!("{} was read as {}", shown(&cell), short(number)));
        Ok(Chosen { sign, note })
    }
}

pub(super) struct Chosen {
    pub(super) sign: Decimals,
    pub(super) note: Option<String>,
}

/// The first cells that tell of a decimal point, of a decimal comma, and of either.
#[derive(Clone, Default)]
pub(super) struct Told {
    point: Option<Witness>,
    comma: Option<Witness>,
    either: Option<String>,
}

#[derive(Clone)]
struct Witness {
    cell: String,
    line: usize,
    column: usize,
}

impl Witness {
    fn place(&self) -> String {
        format!("line {}, column {}", self.line, self.column)
    }
}

impl Told {
    /// What the cells of a row of numbers tell.
    pub(super) fn of(separator: Separator, (line, row): (usize, &str)) -> Told {
        let (mut told, mut column) = (Told::default(), 0);
        separator.cells(row, |cell| {
            column += 1;
            told.add(cell.text, separator.is_spaced(cell), (line, column));
        });
        told
    }

    fn add(&mut self, cell: &str, spaced: bool, (line, column): (usize, usize)) {
        let slot = match number::evidence(cell, spaced) {
            Evidence::None => return,
            Evidence::Either => {
                // A comma tells more than a point, which has its usual meaning.
                if self.either.as_ref().is_none_or(|before| cell.contains(',') && !before.contains(',')) {
                    self.either = Some(cell.into());
                }
                return;
            }
            Evidence::Only(Decimals::Point) => &mut self.point,
            Evidence::Only(Decimals::Comma) => &mut self.comma,
        };
        if slot.is_none() {
            *slot = Some(Witness { cell: shown(cell), line, column });
        }
    }

    fn and(self, other: &Told) -> Told {
        Told {
            point: self.point.or_else(|| other.point.clone()),
            comma: self.comma.or_else(|| other.comma.clone()),
            either: self.either.or_else(|| other.either.clone()),
        }
    }
}

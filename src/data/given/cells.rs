//! A table's text, cut into rows and cells.

use super::number;

/// Bytes that a quoted cell can have; a quote that is not closed before is a letter like any other.
const QUOTED_MAX: usize = 4_096;
/// The signs that can stand between two cells, in the order in which they are looked for.
const SIGNS: [char; 4] = [';', '\t', ',', '|'];

/// The rows of a text with the numbers of their lines, ended by LF, CR LF or CR; a quoted cell may hold such an end.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    pub(super) rest: &'a str,
    pub(super) line: usize,
    /// A separator beside the usual ones, behind which a cell may begin with a quote.
    pub(super) quotes_after: Option<char>,
}

impl<'a> Iterator for Rows<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<(usize, &'a str)> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, text) = (self.line, self.rest);
        let end = self.end_of_row();
        let row = &text[..end];
        let length = if text[end..].starts_with("\r\n") { 2 } else { 1 };
        self.rest = text.get(end + length..).unwrap_or_default();
        // Of CR LF, and of CR alone, the latter counts where there is no LF.
        self.line += 1 + if row.contains('\n') { row.matches('\n').count() } else { row.matches('\r').count() };
        Some((line, row.trim_matches(' ')))
    }
}

impl Rows<'_> {
    fn end_of_row(&self) -> usize {
        let bytes = self.rest.as_bytes();
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let first_end = bytes.iter().position(is_end).unwrap_or(bytes.len());
        if !bytes[..first_end].contains(&b'"') {
            return first_end;
        }
        let (mut opened, mut may_open) = (None, true);
        for (k, &byte) in bytes.iter().enumerate() {
            match (byte, opened) {
                (b'"', Some(_)) => (opened, may_open) = (None, true), // a second quote at once opens again
                (b'"', None) if may_open => opened = Some(k),
                (_, Some(from)) if k - from > QUOTED_MAX => return first_end,
                (b'\n' | b'\r', None) => return k,
                (_, None) => {
                    let is_other = self.quotes_after.is_some_and(|sign| sign.is_ascii() && sign as u8 == byte);
                    may_open = matches!(byte, b';' | b'\t' | b',' | b'|' | b' ') || is_other;
                }
                _ => (),
            }
        }
        if opened.is_some() { first_end } else { bytes.len() }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) text: &'a str,
    pub(super) is_quoted: bool,
}

/// What stands between two cells.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Separator {
    Sign(char),
    Spaces,
}

impl Separator {
    pub(super) fn told(sign: char) -> Self {
        if sign == ' ' { Separator::Spaces } else { Separator::Sign(sign) }
    }

    /// The first that is there.
    pub(super) fn of(row: &str) -> Self {
        SIGNS.into_iter().find(|&sign| row.contains(sign)).map_or(Separator::Spaces, Separator::Sign)
    }

    /// The first that makes numbers of all cells, or of all but the first; else the first that is there.
    pub(super) fn of_numbers(row: &str) -> Self {
        let there = SIGNS.into_iter().filter(|&sign| row.contains(sign)).map(Separator::Sign);
        let fits = |separator: &Separator, skipped: usize| {
            let (mut count, mut good) = (0, true);
            separator.cells(row, |cell| {
                count += 1;
                good &= count <= skipped || number::is_number(cell.text, separator.is_spaced(cell));
            });
            count > 1 + skipped && good
        };
        let all = there.chain([Separator::Spaces]);
        all.clone()
            .find(|separator| fits(separator, 0))
            .or_else(|| all.clone().find(|separator| fits(separator, 1)))
            .unwrap_or_else(|| Separator::of(row))
    }

    pub(super) fn cells<'a>(self, row: &'a str, mut each: impl FnMut(Cell<'a>)) {
        let Separator::Sign(sign) = self else {
            let mut rest = row.trim_start_matches(is_space);
            while !rest.is_empty() {
                let (cell, after) = quoted(rest).unwrap_or_else(|| {
                    let (text, after) = rest.split_at(rest.find(is_space).unwrap_or(rest.len()));
                    (Cell { text, is_quoted: false }, after)
                });
                each(cell);
                rest = after.trim_start_matches(is_space);
            }
            return;
        };
        let mut rest = Some(row);
        while let Some(text) = rest {
            let start = text.trim_start_matches(' ');
            let whole = quoted(start).map(|(cell, after)| (cell, after.trim_start_matches(' ')));
            // What goes on behind its closing quote is no quoted cell.
            let (cell, after) = match whole.filter(|(_, after)| after.is_empty() || after.starts_with(sign)) {
                Some((cell, after)) => (cell, after.strip_prefix(sign)),
                None => {
                    let (text, after) = text.split_once(sign).map_or((text, None), |(text, rest)| (text, Some(rest)));
                    (Cell { text: text.trim(), is_quoted: false }, after)
                }
            };
            each(cell);
            rest = after;
        }
    }

    /// Whether plain spaces may set thousands apart in a cell: where they do not stand between cells, as one may
    /// mistake them to do beside a comma.
    pub(super) fn is_spaced(self, cell: Cell) -> bool {
        cell.is_quoted || !matches!(self, Separator::Sign(',') | Separator::Spaces)
    }
}

/// Not the no-break spaces, which set thousands apart.
fn is_space(c: char) -> bool {
    c.is_ascii_whitespace()
}

/// A cell in quotes at the start of `text`, and what follows it.
fn quoted(text: &str) -> Option<(Cell<'_>, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut from = 0;
    loop {
        let end = from + inside[from..].find('"')?;
        if inside[end + 1..].starts_with('"') {
            from = end + 2;
            continue;
        }
        return Some((Cell { text: inside[..end].trim(), is_quoted: true }, &inside[end + 1..]));
    }
}

/// The separator that a first line such as `sep=;` tells, as spreadsheets write it.
pub(super) fn separator_line(row: &str) -> Option<char> {
    let row = row.strip_prefix('"').and_then(|row| row.strip_suffix('"')).unwrap_or(row);
    let (word, sign) = row.split_at_checked(4)?;
    let mut signs = sign.chars();
    match (word.eq_ignore_ascii_case("sep="), signs.next(), signs.next()) {
        (true, None, _) => Some(' '), // trimmed away
        (true, Some(sign), None) => Some(sign),
        _ => None,
    }
}

/// A cell as a sentence names it: an endless one cut, and nothing in it that a terminal would obey.
pub(super) fn shown(cell: &str) -> String {
    cell.chars().take(40).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

//! Numbers as people write them: with a decimal point or a decimal comma, with thousands apart or not.

/// Which sign stands before the decimals; the other one, of point and comma, may set thousands apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimals {
    /// 1,234.5
    Point,
    /// 1.234,5
    Comma,
}

/// What sets thousands apart beside the comma or the point: Swiss, French and SI style, with every space that is in
/// use.
const APART: [char; 6] = ['\'', '’', ' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// What the writing of a number tells of its table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Evidence {
    /// No number, or one that reads the same with both signs.
    None,
    /// Another number with the other sign: 1,234.
    Either,
    /// A number with this sign alone: 0,5 or 1.234,5.
    Only(Decimals),
}

/// The number that `cell` holds. `spaced` says whether plain spaces may set thousands apart.
///
/// "NaN" and "inf" are numbers here, as they are for Rust.
pub(super) fn read(cell: &str, decimals: Decimals, spaced: bool) -> Option<f64> {
    // A plain number has no sign that could mean two things.
    if (decimals == Decimals::Point || !cell.contains('.'))
        && let Ok(number) = cell.parse()
    {
        return Some(number);
    }
    let (sign, rest) = match cell.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", cell.strip_prefix('+').unwrap_or(cell)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.replace('\u{2212}', "-").parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (point, other) = match decimals {
        Decimals::Point => ('.', ','),
        Decimals::Comma => (',', '.'),
    };
    let (whole, fraction) = mantissa.split_once(point).unwrap_or((mantissa, ""));
    let digits = whole_digits(whole, other, spaced)?;
    let is_grouped = digits.len() < whole.len();
    if !is_digits(fraction) || digits.len() + fraction.len() == 0 || (is_grouped && exponent != 0) {
        return None;
    }
    format!("{sign}0{digits}.{fraction}0e{exponent}").parse().ok()
}

/// What `cell` tells of its table.
pub(super) fn evidence(cell: &str, spaced: bool) -> Evidence {
    if !cell.contains(['.', ',']) {
        return Evidence::None;
    }
    match (read(cell, Decimals::Point, spaced), read(cell, Decimals::Comma, spaced)) {
        (Some(a), Some(b)) if a != b => Evidence::Either,
        (Some(_), None) => Evidence::Only(Decimals::Point),
        (None, Some(_)) => Evidence::Only(Decimals::Comma),
        _ => Evidence::None,
    }
}

/// Whether `cell` is a number, whichever sign its decimals have.
pub(super) fn is_number(cell: &str, spaced: bool) -> bool {
    [Decimals::Point, Decimals::Comma].into_iter().any(|decimals| read(cell, decimals, spaced).is_some())
}

/// Whether `cell` is a whole number written in digits alone.
pub(super) fn is_whole(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    !digits.is_empty() && is_digits(digits)
}

/// The digits before the decimals, without what sets thousands apart; `None` where groups are not of three.
fn whole_digits(whole: &str, other: char, spaced: bool) -> Option<String> {
    let Some(apart) = whole.chars().find(|c| !c.is_ascii_digit()) else { return Some(whole.into()) };
    if (apart != other && !APART.contains(&apart)) || (apart == ' ' && !spaced) {
        return None;
    }
    let groups: Vec<&str> = whole.split(apart).collect();
    let (first, last) = (groups[0], groups.len() - 1);
    // India sets two digits apart above the first thousand: 12,34,567.
    let fits = |(k, group): (usize, &&str)| match k {
        0 => (1..=3).contains(&group.len()) && !first.starts_with('0'),
        k if k == last => group.len() == 3,
        _ => group.len() == 3 || (group.len() == 2 && apart == ','),
    };
    let good = groups.iter().enumerate().all(fits) && groups.iter().all(|group| is_digits(group));
    good.then(|| groups.concat())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_every_country_s_writing() {
        let point =
            ["1234.5", "1,234.5", "1'234.5", "1’234.5", "1\u{a0}234.5", "1\u{202f}234.5", "1.2345e3", "+1234.50"];
        for cell in point {
            assert_eq!(read(cell, Decimals::Point, false), Some(1234.5), "{cell}");
        }
        for cell in ["1234,5", "1.234,5", "1'234,5", "1\u{2009}234,5", "1,2345e3", "1,2345E+3", "12345e-1"] {
            assert_eq!(read(cell, Decimals::Comma, false), Some(1234.5), "{cell}");
        }
        assert_eq!(read("1 234,5", Decimals::Comma, true), Some(1234.5));
        assert_eq!(read("\u{2212}1.234.567", Decimals::Comma, true), Some(-1_234_567.0));
        assert_eq!(read("12,34,567.25", Decimals::Point, true), Some(1_234_567.25));
        assert_eq!([read(",5", Decimals::Comma, false), read("5,", Decimals::Comma, false)], [Some(0.5), Some(5.0)]);
    }

    #[test]
    fn what_is_grouped_otherwise_than_by_three_is_no_number() {
        for cell in [
            "1,23",
            "1234,567",
            "1,2345",
            "1 234",
            "1,234 567",
            "0,123",
            "12.05.2024",
            "1,234e2",
            "",
            ",",
            "-",
            "1,,234",
        ] {
            assert_eq!(read(cell, Decimals::Point, false), None, "{cell}");
        }
        for cell in ["1.5", "0.512", "12.05.2024", "1.2345", "1.234e2", "1,2,3"] {
            assert_eq!(read(cell, Decimals::Comma, true), None, "{cell}");
        }
    }

    #[test]
    fn a_sign_that_can_mean_two_things_is_no_evidence() {
        for cell in ["1,234", "1.234", "-12,345"] {
            assert_eq!(evidence(cell, false), Evidence::Either, "{cell}");
        }
        for cell in ["0.5", "1.23", "1,234.5", "1,234,567", "0.512", "1.234e2"] {
            assert_eq!(evidence(cell, false), Evidence::Only(Decimals::Point), "{cell}");
        }
        for cell in ["0,5", "1,23", "1.234,5", "1.234.567", "0,512"] {
            assert_eq!(evidence(cell, false), Evidence::Only(Decimals::Comma), "{cell}");
        }
        for cell in ["12", "x", "", "1.5,2.5", "nan"] {
            assert_eq!(evidence(cell, false), Evidence::None, "{cell}");
        }
    }
}

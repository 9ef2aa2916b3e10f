//! Bytes as text, whatever program wrote them.

use std::borrow::Cow;

use super::BYTES_MAX;
use crate::error::Error;

/// Bytes that are looked at where no mark tells the encoding.
const LOOKED_AT: usize = 4_096;

/// What Windows-1252 has at 0x80 to 0x9F; the rest of it is Latin-1 (WHATWG, index-windows-1252).
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text that `bytes` are: UTF-8, UTF-16 with or without its mark, or else Windows-1252.
///
/// # Errors
/// When there are more than [`BYTES_MAX`] bytes, or they are no text: zero bytes, an archive, a document.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Error> {
    let refuse = |sentence: &str| Err(Error::Input(sentence.into()));
    if bytes.len() > BYTES_MAX {
        return Err(too_long());
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return refuse("this is an archive, or a spreadsheet's own file: save the sheet as CSV, and give that");
    }
    if bytes.starts_with(b"%PDF") || bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return refuse("this is a document or a packed file, and no table: give rows of numbers as text");
    }
    let text = match (bytes, utf_16(bytes)) {
        ([0xef, 0xbb, 0xbf, rest @ ..], _) => plain(rest),
        ([0xff, 0xfe, rest @ ..], _) => wide(rest, u16::from_le_bytes).into(),
        ([0xfe, 0xff, rest @ ..], _) => wide(rest, u16::from_be_bytes).into(),
        (_, Some(order)) => wide(bytes, order).into(),
        _ => plain(bytes),
    };
    if text.contains('\0') {
        return refuse("this is neither a picture nor text: it holds zero bytes; save the table as CSV in UTF-8");
    }
    Ok(text)
}

/// What is said of more than [`BYTES_MAX`] bytes.
pub fn too_long() -> Error {
    Error::Input(format!("this is longer than {} MB, the most that is read: give fewer rows", BYTES_MAX >> 20))
}

fn plain(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|&byte| windows(byte)).collect::<String>().into(),
    }
}

fn windows(byte: u8) -> char {
    match byte {
        0x80..0xa0 => WINDOWS[byte as usize - 0x80],
        _ => byte as char,
    }
}

fn wide(bytes: &[u8], order: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The order of bytes of UTF-16 without its mark: of digits and signs every second byte is zero, and no other is.
fn utf_16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT) & !1];
    let zeros = |first: usize| looked_at.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), looked_at.len() / 2);
    match pairs {
        0 | 1 => None,
        _ if even == 0 && 2 * odd > pairs => Some(u16::from_le_bytes),
        _ if odd == 0 && 2 * even > pairs => Some(u16::from_be_bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_table_is_the_same_text() {
        let text = "Länge;Höhe\n0,5;1,25\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
            little,
            big,
            latin,
        ] {
            assert_eq!(decode(&bytes).unwrap(), text, "{bytes:?}");
        }
        assert_eq!(decode(b"\x80 \x96 \xb5").unwrap(), "€ – µ");
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn what_is_no_text_is_refused_with_a_sentence() {
        for (bytes, sentence) in [
            (&b"PK\x03\x04 xlsx"[..], "spreadsheet's own file"),
            (b"%PDF-1.7", "document"),
            (b"1,2\n\x00\x00\x00\x003,4", "zero bytes"),
            (b"\xff\xfe\0\0x\0\0\0", "zero bytes"),
        ] {
            let error = decode(bytes).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(sentence), "{error}");
        }
        assert!(decode(&vec![b'1'; BYTES_MAX + 1]).unwrap_err().to_string().contains("256 MB"));
    }
}

//! Files that are read: tables, pictures, packs of digits and models, each kind up to a limit of its own.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use flow_lab::data::Given;
use flow_lab::data::given::{self, file};
use flow_lab::data::images::{self, Digits};
use flow_lab::error::Error;

use crate::terminal::say;

/// Bytes of a table or a picture.
const TABLE_MAX: u64 = given::BYTES_MAX as u64;
/// Bytes of a pack of digits: MNIST's 70,000 take 55 MB.
const PACK_MAX: u64 = 256 << 20;
/// Bytes of a saved run: the largest network takes 270 MB with its moments and average, points and pairs as much again.
const MODEL_MAX: u64 = 1 << 30;
/// Bytes of a study's rows.
const ROWS_MAX: u64 = 16 << 20;
/// Bytes that show what a file is.
const HEAD: u64 = 16;
/// Bytes of a safetensors header, as its crate takes it.
const HEADER_MAX: u64 = 100_000_000;

/// A file that is read no further than it must: one that is a pipe or a device has no size, and may have no end.
///
/// What fails is a sentence without the file's name.
struct Input {
    file: File,
    bytes: Vec<u8>,
}

impl Input {
    /// Opens it, and reads what shows its kind.
    fn open(path: &Path) -> Result<Input, String> {
        let mut file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err("is a folder: name a file".into());
        }
        let mut bytes = Vec::new();
        (&mut file).take(HEAD).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(Input { file, bytes })
    }

    /// Reads on until so many bytes are there, or the file ends.
    fn read_to(&mut self, length: u64) -> Result<(), String> {
        let rest = length.saturating_sub(self.bytes.len() as u64);
        (&mut self.file).take(rest).read_to_end(&mut self.bytes).map(drop).map_err(unreadable)
    }

    /// The whole file, of `length` bytes by its own word and one more where it has them; that word is taken up to
    /// `most`.
    fn of_length(mut self, length: u64, most: u64) -> Result<Vec<u8>, String> {
        if length > most {
            return Err(format!("holds {length} bytes by its own word: {most} are the most that are read"));
        }
        self.read_to(length + 1)?;
        Ok(self.bytes)
    }

    /// The whole file, if it has at most so many bytes.
    fn up_to(mut self, most: u64) -> Result<Vec<u8>, String> {
        self.read_to(most + 1)?;
        match self.bytes.len() as u64 > most {
            true => Err(format!("holds more than {} MiB, the most that is read: give a smaller file", most >> 20)),
            false => Ok(self.bytes),
        }
    }
}

fn unreadable(error: std::io::Error) -> String {
    format!("the file cannot be read ({error})")
}

/// The bytes of a saved run; of anything else no more than what shows that it is none.
///
/// # Errors
/// A sentence without the file's name.
pub fn model(path: &Path) -> Result<Vec<u8>, String> {
    let mut input = Input::open(path)?;
    let length = input.bytes.first_chunk().map(|&first| u64::from_le_bytes(first));
    let header = length.filter(|&length| length <= HEADER_MAX && input.bytes.get(8) == Some(&b'{'));
    let Some(header) = header else { return Ok(input.bytes) };
    input.read_to(8 + header)?;
    let tensors = input.bytes.get(8..).map(serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>);
    let Some(Ok(tensors)) = tensors else { return Ok(input.bytes) };
    let end = tensors.values().filter_map(|tensor| tensor["data_offsets"][1].as_u64()).max().unwrap_or(0);
    input.of_length(end.saturating_add(8 + header), MODEL_MAX)
}

/// The text of a study's rows; `None` if there is no file.
///
/// # Errors
/// A sentence without the file's name.
pub fn rows(path: &Path) -> Result<Option<String>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let bytes = Input::open(path)?.up_to(ROWS_MAX)?;
    String::from_utf8(bytes).map(Some).map_err(|_| "is no text".into())
}

/// Reads the file given under `flag`; says on stderr what was done to its points.
pub fn read(flag: &str, path: &Path) -> Result<Given, Error> {
    let named = |problem: String| Error::Input(format!("--{flag} {}: {problem}", path.display()));
    let bytes = Input::open(path).and_then(|input| input.up_to(TABLE_MAX)).map_err(named)?;
    let (given, note) = file::read(&bytes).map_err(|error| named(error.to_string()))?;
    if let Some(note) = note {
        say(&format!("flow-lab: --{flag}: {note}"));
    }
    Ok(given)
}

/// Where the pack of digits lies: the file that `--digits` names, or the one that build.sh makes.
pub fn digits_path(arguments: &ArgMatches) -> PathBuf {
    let named = arguments.try_get_one::<String>("digits").ok().flatten();
    named.map_or_else(images::path, PathBuf::from)
}

/// Reads the pack of digits, if there is one or one is named.
pub fn digits(arguments: &ArgMatches) -> Result<Option<Arc<Digits>>, Error> {
    let path = digits_path(arguments);
    if arguments.try_get_one::<String>("digits").ok().flatten().is_none() && !path.exists() {
        return Ok(None);
    }
    let failed = |problem: String| Error::Input(format!("--digits {}: {problem}", path.display()));
    let bytes = pack(&path).map_err(failed)?;
    Digits::from_bytes(&bytes).map(|digits| Some(Arc::new(digits))).map_err(|error| failed(error.to_string()))
}

/// The bytes of a pack; of anything else no more than what shows that it is none.
fn pack(path: &Path) -> Result<Vec<u8>, String> {
    let input = Input::open(path)?;
    match images::pack_length(&input.bytes) {
        Some(length) => input.of_length(length, PACK_MAX),
        None => Ok(input.bytes),
    }
}

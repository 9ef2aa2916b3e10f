//! Points from files: CSV, PNG, JPEG.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use flow_lab::data::Given;
use flow_lab::data::given::file;
use flow_lab::data::images::{self, Pack};
use flow_lab::error::Error;

/// Reads the file given under `flag`; says on stderr what was done to its points.
pub fn read(flag: &str, path: &Path) -> Result<Given, Error> {
    let named = |problem: String| Error::Input(format!("--{flag} {}: {problem}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| named(format!("the file cannot be read ({error})")))?;
    let (given, note) = file::read(&bytes).map_err(|error| named(error.to_string()))?;
    if let Some(note) = note {
        eprintln!("flow-lab: --{flag}: {note}");
    }
    Ok(given)
}

/// Reads the pack of digits named by `--digits`, or the one that build.sh made, if there is one.
pub fn digits(arguments: &ArgMatches) -> Result<Option<Arc<Pack>>, Error> {
    let named = arguments.try_get_one::<String>("digits").ok().flatten();
    let path = named.map_or_else(images::path, PathBuf::from);
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let failed = |problem: String| Error::Input(format!("--digits {}: {problem}", path.display()));
    let bytes = std::fs::read(&path).map_err(|error| failed(format!("the file cannot be read ({error})")))?;
    Pack::from_bytes(&bytes).map(|pack| Some(Arc::new(pack))).map_err(|error| failed(error.to_string()))
}

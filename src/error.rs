//! What can go wrong, each a sentence for a reader.

use crate::config::Note;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option's value, or an argument, is out of its range.
    #[error("{0}")]
    Input(String),
    /// A file is not a model of ours, or not whole.
    #[error("{0}")]
    File(String),
    /// The device could not be opened, or stopped answering.
    #[error("{0}")]
    Device(String),
    /// The work was well asked for but did not succeed.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// Whether the fault lies in what was asked for; the command line's exit code is then 2, else 1.
    pub fn is_input(&self) -> bool {
        matches!(self, Error::Input(_) | Error::File(_))
    }
}

impl From<&Note> for Error {
    fn from(note: &Note) -> Self {
        Error::Input(note.to_string())
    }
}

//! Files that are written whole or not at all.
//!
//! The bytes go into a file beside the one that is named, and when all of them are on the disk it takes that one's
//! place. A run that fails, is interrupted or fills the disk leaves what was there, and nothing new.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use flow_lab::error::Error;

use crate::files;

/// Flags whose files are read.
const INPUTS: [&str; 3] = ["model", "source-file", "target-file"];
/// Symbolic links that lead one to the other, at most: what Linux follows.
const LINKS_MAX: usize = 40;

/// A file that will be written.
pub struct Output {
    flag: &'static str,
    /// As it was named.
    path: PathBuf,
}

impl Output {
    /// The file that `flag` names, if any, once it is sure that it can be written and is none of those that are read.
    /// Nothing is left of the trial: so a wrong path is found before the work, not after it.
    ///
    /// # Errors
    /// A sentence with flag, path and reason.
    pub fn asked(arguments: &ArgMatches, flag: &'static str) -> Result<Option<Output>, Error> {
        let Some(path) = arguments.get_one::<String>(flag).map(PathBuf::from) else { return Ok(None) };
        let output = Output { flag, path };
        let named = INPUTS.into_iter().filter_map(|flag| {
            let path = arguments.try_get_one::<String>(flag).ok().flatten()?;
            Some((flag, PathBuf::from(path)))
        });
        let digits = arguments.try_contains_id("digits").is_ok().then(|| ("digits", files::digits_path(arguments)));
        if let Some((input, _)) = named.chain(digits).find(|(_, input)| is_same_file(input, &output.path)) {
            return Err(output.input(format!("is the file of --{input}, which would be lost: name another")));
        }
        match output.trial() {
            Ok(()) => Ok(Some(output)),
            // The disk is full: what was asked for is good.
            Err(error) if is_full(&error) => Err(output.failed(error)),
            Err(error) => Err(output.input(format!("the file cannot be written ({error})"))),
        }
    }

    /// The path as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is, or will be, a file, to which one can come back: no pipe and no device.
    pub fn is_file(&self) -> bool {
        std::fs::metadata(&self.path).map_or(true, |about| about.is_file())
    }

    fn trial(&self) -> std::io::Result<()> {
        let ends_as_folder =
            self.path.file_name().is_none() || self.path.as_os_str().as_encoded_bytes().ends_with(b"/");
        match std::fs::metadata(&self.path) {
            Ok(about) if about.is_dir() => Err(ErrorKind::IsADirectory.into()),
            Ok(about) if !about.is_file() => Ok(()),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ if ends_as_folder => Err(ErrorKind::IsADirectory.into()),
            there => {
                if there.is_ok() {
                    OpenOptions::new().write(true).open(&self.path)?;
                }
                Part::beside(&place(&self.path)).map(drop)
            }
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When not all of it could be written: what was there before is as it was.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        if !self.is_file() {
            // A pipe or a device takes what comes; a reader that has left is no failure.
            let opened = OpenOptions::new().write(true).open(&self.path);
            return match opened.and_then(|mut file| file.write_all(bytes)) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(self.failed(error)),
                _ => Ok(()),
            };
        }
        let place = place(&self.path);
        let mut part = Part::beside(&place).map_err(|error| self.failed(error))?;
        part.fill(&place, bytes).map_err(|error| self.failed(error))?;
        part.put(&place).map_err(|(error, kept)| match kept {
            None => self.failed(error),
            Some(kept) => Error::Failed(format!(
                "--{} {}: the file could not be put in its place ({error}); it lies whole in {}",
                self.flag,
                self.path.display(),
                kept.display()
            )),
        })
    }

    /// A fault of what was asked for.
    pub fn input(&self, problem: String) -> Error {
        Error::Input(format!("--{} {}: {problem}", self.flag, self.path.display()))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::Failed(format!("--{} {}: the file could not be written ({error})", self.flag, self.path.display()))
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// Where a path leads through symbolic links, the last of which may lead to a file that is not there yet.
fn place(path: &Path) -> PathBuf {
    let mut place = path.to_path_buf();
    for _ in 0..LINKS_MAX {
        let Ok(next) = std::fs::read_link(&place) else { break };
        place = place.parent().map_or_else(|| next.clone(), |folder| folder.join(&next));
    }
    place
}

/// Whether both paths lead to one file, by whatever links.
#[cfg(unix)]
fn is_same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |path: &Path| {
        let about = std::fs::metadata(path).ok().filter(|about| about.is_file())?;
        Some((about.dev(), about.ino()))
    };
    id(a).is_some_and(|a| Some(a) == id(b))
}

/// Whether both paths lead to one file.
#[cfg(not(unix))]
fn is_same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// A file in the making; it goes when it is dropped before it has its place.
struct Part {
    file: File,
    /// Its name beside the place; none where the system can do without until it is whole, and nothing is left whenever
    /// the program ends.
    path: Option<PathBuf>,
}

impl Part {
    fn beside(place: &Path) -> std::io::Result<Part> {
        if let Some(file) = nameless(folder_of(place)) {
            return Ok(Part { file, path: None });
        }
        let path = part_path(place);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Part { file, path: Some(path) })
    }

    /// Writes it, with the permissions of what it replaces, and waits until the disk has it.
    fn fill(&mut self, place: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)?;
        if let Ok(about) = std::fs::metadata(place) {
            let _ = self.file.set_permissions(about.permissions());
        }
        match self.file.sync_all() {
            // Some file systems have nothing to wait for.
            Err(error) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Err(error),
            _ => Ok(()),
        }
    }

    /// Moves it into its place. Where that fails and its bytes are kept, the second value is where.
    fn put(mut self, place: &Path) -> Result<(), (std::io::Error, Option<PathBuf>)> {
        let path = match self.path.clone() {
            Some(path) => path,
            None => {
                let path = part_path(place);
                name(&self.file, &path).map_err(|error| (error, None))?;
                path
            }
        };
        self.path = None; // from here on it stays
        std::fs::rename(&path, place).map_err(|error| (error, Some(path)))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name that no other run takes.
fn part_path(place: &Path) -> PathBuf {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanoseconds = now.map_or(0, |now| now.as_nanos());
    folder_of(place).join(format!(".flow-lab-{}-{nanoseconds}.part", std::process::id()))
}

/// A file without a name, on the disk of `folder`.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    if !Path::new("/proc/self/fd").is_dir() {
        return None; // by which it gets its name
    }
    let mode = Mode::from_raw_mode(0o666);
    open(folder, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, mode).ok().map(File::from)
}

/// Gives it one.
#[cfg(target_os = "linux")]
fn name(file: &File, path: &Path) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, linkat};
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn name(_: &File, _: &Path) -> std::io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

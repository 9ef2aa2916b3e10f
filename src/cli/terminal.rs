//! What the program says: results on stdout, all else on stderr, and nothing that steers the reader's terminal.

use std::io::{ErrorKind, Write};

use flow_lab::error::Error;

/// Prints to stdout; a reader that closed the pipe early, like `head`, is no failure.
///
/// # Errors
/// When stdout cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Failed(format!("The result could not be written to stdout ({error}).")))
        }
        _ => Ok(()),
    }
}

/// Says a line on stderr. Where nobody can hear it the work goes on: what it makes is worth more than what it says.
pub fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{}\n", printable(line)).as_bytes());
}

/// `text` with its control characters written out, as `\u{1b}`: a file's name, a cell or an option's value may hold
/// escapes that colour, move or overwrite what the terminal shows, or that turn the direction of what follows.
pub fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// The same of a text of several lines.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Does `work` while stderr goes into memory: graphics drivers complain there in their own words, of an
/// `XDG_RUNTIME_DIR` for one, where nobody asked for a GPU. What was caught is shown only if `work` panics.
#[cfg(target_os = "linux")]
pub fn unheard<T>(work: impl FnOnce() -> T) -> T {
    let caught = Caught::start().ok();
    let done = work();
    drop(caught);
    done
}

/// Does `work`; drivers elsewhere keep quiet.
#[cfg(not(target_os = "linux"))]
pub fn unheard<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// The program's own stderr, while another stands in its place.
#[cfg(target_os = "linux")]
struct Caught {
    own: std::os::fd::OwnedFd,
    memory: std::fs::File,
}

#[cfg(target_os = "linux")]
impl Caught {
    fn start() -> std::io::Result<Caught> {
        use std::os::fd::AsFd;

        use rustix::fs::{MemfdFlags, memfd_create};
        let own = std::io::stderr().as_fd().try_clone_to_owned()?;
        let memory = std::fs::File::from(memfd_create("stderr", MemfdFlags::CLOEXEC)?);
        rustix::stdio::dup2_stderr(&memory)?;
        Ok(Caught { own, memory })
    }
}

#[cfg(target_os = "linux")]
impl Drop for Caught {
    fn drop(&mut self) {
        use std::io::{Read, Seek};
        let _ = rustix::stdio::dup2_stderr(&self.own);
        if std::thread::panicking() {
            let mut said = Vec::new();
            let read = self.memory.rewind().and_then(|()| self.memory.read_to_end(&mut said));
            let _ = read.and_then(|_| std::io::stderr().write_all(&said));
        }
    }
}

//! Reading, writing and moving files, each with one meaning.
//!
//! Everything that changes the disk passes a fault point, at which tests kill the program or let the
//! disk fail.

use super::fault;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use chrono::NaiveDate;

/// The whole content of a file.
///
/// # Errors
///
/// What the operating system says.
pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    fs::read(path)
}

/// Writes a file that must not be there yet.
///
/// # Errors
///
/// What the operating system says, also that the file is there.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)
}

/// Makes a folder that must not be there yet.
///
/// # Errors
///
/// What the operating system says, also that the folder is there.
pub fn new_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Who is at work, as the operating system calls them.
pub(super) fn user() -> String {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "unknown".to_owned())
}

/// The moment, in UTC.
pub(super) fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let moment = i64::try_from(since.as_secs()).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    moment.map_or_else(String::new, |m| m.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Writes a file, flushes it to disk and reads it back.
pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fault::point("create")?;
    let mut file = fs::File::create(path)?;
    if let Err(error) = fault::point("write") {
        // A disk that is full takes a part.
        file.write_all(&bytes[..bytes.len() / 2])?;
        return Err(error);
    }
    file.write_all(bytes)?;
    fault::point("flush")?;
    file.sync_all()?;
    if fs::read(path)? == bytes { Ok(()) } else { Err(io::Error::other("what was read back is not what was written")) }
}

/// Flushes a folder, so that names in it survive a crash.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    fault::point("flush folder")?;
    fs::File::open(path)?.sync_all()
}

/// Makes a folder and those above it.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    fault::point("create folder")?;
    fs::create_dir_all(path)
}

/// Removes a file.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    fault::point("remove file")?;
    fs::remove_file(path)
}

/// Length and CRC-32 of a file, read in pieces: it finds every flipped bit. A cryptographic digest would
/// take longer and say no more: whoever can change the file could write it anew.
pub(super) fn checksum(path: &Path) -> io::Result<String> {
    use std::io::Read;
    let (mut crc, mut length, mut piece) = (crc32fast::Hasher::new(), 0, vec![0; 1 << 18]);
    let mut file = fs::File::open(path)?;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(format!("{length} bytes, crc-32 {:08x}", crc.finalize()));
        }
        crc.update(&piece[..read]);
        length += read;
    }
}

/// Removes a file that may be there.
pub(super) fn remove_if_there(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Gives a file or folder another name on the same file system.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fault::point("rename")?;
    fs::rename(from, to)
}

/// Removes a folder with all that is in it.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    fault::point("remove folder")?;
    fs::remove_dir_all(path)
}

/// Copies a file, so that the name appears only when the copy is whole.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let part = beside(to, ".part");
    write_durably(&part, &fs::read(from)?)?;
    rename(&part, to)
}

/// Moves a file, across file systems too.
pub(super) fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            copy(from, to)?;
            fs::remove_file(from)
        }
        other => other,
    }
}

/// A path with another ending behind its own.
pub(super) fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    std::path::PathBuf::from(format!("{}{ending}", path.display()))
}

/// `name`, or `name-2`, `name-3`… before its ending, whichever is not there and not `taken`.
pub(super) fn free_name(folder: &Path, name: &str, taken: &dyn Fn(&Path) -> bool) -> std::path::PathBuf {
    let (stem, ending) = name.find('.').filter(|at| *at > 0).map_or((name, ""), |at| name.split_at(at));
    (1..10_000)
        .map(|n: u32| if n == 1 { folder.join(name) } else { folder.join(format!("{stem}-{n}{ending}")) })
        .find(|path| !path.exists() && !taken(path))
        .unwrap_or_else(|| folder.join(name))
}

/// The machine's date: the default business date, read once at the edge.
#[must_use]
pub fn today() -> NaiveDate {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let days = i32::try_from(seconds / 86_400).unwrap_or(0);
    NaiveDate::from_epoch_days(days).unwrap_or_default()
}

/// Measures how long stages take, for people and schedulers; no decision hangs on it.
#[derive(Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Milliseconds since the start or the last lap.
    pub fn lap_milliseconds(&mut self) -> u64 {
        let now = std::time::Instant::now();
        let lap = now.duration_since(self.0);
        self.0 = now;
        u64::try_from(lap.as_millis()).unwrap_or(u64::MAX)
    }
}

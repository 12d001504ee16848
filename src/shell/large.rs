//! Statements too large to be held in memory.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::inbox::{Stamp, stamp};
use super::{container, files};
use crate::model::{BankFile, Content, Finding, Origin, Stream};

/// Bytes from which on a plain document is read as it comes. Archives are unpacked in memory.
const LARGE: u64 = 64 << 20;

/// A file as it was when the night took it.
struct OnDisk {
    path: PathBuf,
    stamp: Option<Stamp>,
}

/// The content of a file that is large enough not to be read at once; `None` for all others.
pub(super) fn content(path: &Path) -> Option<Content> {
    let is_plain = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
    let is_large = is_plain && fs::metadata(path).is_ok_and(|m| m.len() >= LARGE);
    is_large.then(|| Content::Large(Arc::new(OnDisk { path: path.to_path_buf(), stamp: stamp(path) })))
}

/// The documents of a file: itself, or the members of an archive.
///
/// # Errors
///
/// A finding that says why it cannot be read or opened.
pub fn documents(path: &Path, name: &Arc<str>) -> Result<Vec<BankFile>, Finding> {
    if let Some(content) = content(path) {
        return Ok(vec![(Arc::clone(name), content)]);
    }
    let bytes = files::read_bytes(path).map_err(|error| {
        let what = format!("expected a readable file, but found {}", super::in_words(&error));
        Finding::error(Origin::file(name), "file", what).effect("It is not read").remedy("Check its path and its rights")
    })?;
    container::unpack(name, bytes)
}

/// The first and the last bytes of a file.
pub(super) fn edges(path: &Path, bytes: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut file = File::open(path)?;
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    (&mut file).take(bytes).read_to_end(&mut head)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
    file.take(bytes).read_to_end(&mut tail)?;
    Ok((head, tail))
}

impl Stream for OnDisk {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(Unchanged { file: File::open(&self.path)?, of: self }))
    }
}

/// Reads a file, and says at its end when it is not the one that the night took.
struct Unchanged<'a> {
    file: File,
    of: &'a OnDisk,
}

impl Read for Unchanged<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        if read == 0 && stamp(&self.of.path) != self.of.stamp {
            return Err(io::Error::other("somebody changed it while it was read"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_while_it_is_read_is_no_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grows.xml");
        fs::write(&path, "one").unwrap();
        let file = OnDisk { path: path.clone(), stamp: stamp(&path) };
        let mut bytes = Vec::new();
        file.open().unwrap().read_to_end(&mut bytes).unwrap();
        fs::write(&path, "one and more").unwrap();
        assert!(file.open().unwrap().read_to_end(&mut bytes).is_err());
    }
}

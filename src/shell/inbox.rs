//! The drop folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::{Project, RunError, container, io, large, manifest};
use crate::model::{BankFile, Finding, Origin};

/// Endings of files that are still being written, and of office programs' own.
const UNFINISHED: [&str; 5] = [".part", ".tmp", ".crdownload", ".filepart", ".partial"];

/// Bytes of the beginning and the end of a file that tell whether it is whole: an archive ends with at
/// most so many bytes of index end and comment.
const EDGE: usize = 66_000;

/// A document that does not end is waited for so many times as long as a file has to stand still.
const PAUSE: u32 = 12;

/// A file of the inbox, unpacked.
#[derive(Debug)]
pub(super) struct InboxFile {
    /// Its path below the inbox, as the user knows it.
    pub name: Arc<str>,
    /// Its bytes as dropped, for the manifest.
    pub digest: String,
    /// Its size.
    pub size: u64,
    /// What is in it.
    pub documents: Vec<BankFile>,
}

/// What lies in the inbox tonight.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Files that could be opened, in the order of their names.
    pub files: Vec<InboxFile>,
    /// Files that could not, with the reason.
    pub refused: Vec<(InboxFile, Finding)>,
    /// Files that are still being written.
    pub waiting: Vec<String>,
    /// Links and other things that are no files.
    pub skipped: Vec<Finding>,
}

impl Gathered {
    /// What is wrong with the files that could not be opened.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.refused.iter().map(|(_, finding)| finding).chain(&self.skipped).cloned().collect()
    }

    /// All documents of all files.
    pub(super) fn documents(&self) -> Vec<BankFile> {
        self.files.iter().flat_map(|f| f.documents.iter().cloned()).collect()
    }
}

/// Takes all files of the inbox that have settled: those whose size and time stood still.
pub(super) fn gather(project: &Project) -> Result<Gathered, RunError> {
    let folder = project.path(&project.settings.inbox.path);
    let settle = Duration::from_secs(project.settings.inbox.settle_seconds);
    let mut gathered = Gathered::default();
    if !folder.is_dir() {
        gathered.skipped.push(missing(&project.settings.inbox.path));
        return Ok(gathered);
    }
    let mut paths = Vec::new();
    walk(&folder, &mut paths).map_err(|error| io("cannot list", &folder, &error))?;
    paths.sort();
    wait_until_settled(&paths, settle);
    for path in paths {
        let name: Arc<str> = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/").into();
        if !is_file(&path) {
            gathered.skipped.push(
                Finding::warning(Origin::file(&name), "inbox-not-a-file", "expected a file, but found a link or something else")
                    .effect("It is left where it is, and not read")
                    .remedy("Drop the file itself, not a link to it"),
            );
            continue;
        }
        if !is_settled(&path, settle) {
            gathered.waiting.push(name.to_string());
            continue;
        }
        let before = stamp(&path);
        let unreadable = |error| io("cannot read", &path, &error);
        // A writer that goes on while it is read, or one that paused in the middle of a document.
        let is_written = |head: &[u8], tail: &[u8]| {
            stamp(&path) != before || (!ends(&name, head, tail) && age(&path).is_some_and(|a| a < settle * PAUSE))
        };
        if let Some(content) = large::content(&path) {
            let digest = manifest::sha256_of(&path).map_err(unreadable)?;
            let (head, tail) = large::edges(&path, EDGE as u64).map_err(unreadable)?;
            if is_written(&head, &tail) {
                gathered.waiting.push(name.to_string());
                continue;
            }
            let size = before.map_or(0, |(size, ..)| size);
            gathered.files.push(InboxFile { digest, size, documents: vec![(Arc::clone(&name), content)], name });
            continue;
        }
        let bytes = fs::read(&path).map_err(unreadable)?;
        let edge = EDGE.min(bytes.len());
        let is_packed = name.to_ascii_lowercase().ends_with(".gz");
        let is_cut = || is_packed && age(&path).is_some_and(|a| a < settle * PAUSE) && !container::gzip_ends(&bytes);
        if is_written(&bytes[..edge], &bytes[bytes.len() - edge..]) || is_cut() {
            gathered.waiting.push(name.to_string());
            continue;
        }
        gathered.open(&name, bytes);
    }
    Ok(gathered)
}

/// A folder that is not there gets no statements, however long one waits.
fn missing(inbox: &str) -> Finding {
    Finding::warning(
        Origin::file(&inbox.into()),
        "inbox-missing",
        "expected the folder of the inbox, but found none of that name",
    )
    .effect("No statement was read: only what waited for a person was looked at")
    .remedy("Create it, or correct [inbox] path in pipeline.toml, then run the same date again")
}

impl Gathered {
    /// Opens a file: its documents, or why it has none.
    fn open(&mut self, name: &Arc<str>, bytes: Vec<u8>) {
        let digest = manifest::sha256(&bytes);
        let size = bytes.len() as u64;
        let file = |documents| InboxFile { name: Arc::clone(name), digest: digest.clone(), size, documents };
        let lower = name.to_ascii_lowercase();
        if ![".xml", ".xml.gz", ".gz", ".zip"].iter().any(|ending| lower.ends_with(ending)) {
            let finding = Finding::error(
                Origin::file(name),
                "inbox-file",
                "expected a .xml, .xml.gz or .zip file, but found another".to_owned(),
            )
            .effect("The file is set aside: nothing of it is used")
            .remedy("Drop only the bank's account statements into this folder");
            self.refused.push((file(Vec::new()), finding));
            return;
        }
        match container::unpack(name, bytes) {
            Ok(documents) => self.files.push(file(documents)),
            Err(finding) => self.refused.push((file(Vec::new()), finding)),
        }
    }
}

/// Files of a night that is over, by name and digest, wherever they lie now; and the names of those
/// that lie nowhere.
pub(super) fn gather_by_digest(places: &[PathBuf], wanted: &[(Arc<str>, String)]) -> Result<(Gathered, Vec<String>), RunError> {
    let mut found: Vec<Option<Vec<u8>>> = wanted.iter().map(|_| None).collect();
    for place in places.iter().filter(|p| p.is_dir()) {
        let mut paths = Vec::new();
        walk(place, &mut paths).map_err(|error| io("cannot list", place, &error))?;
        paths.retain(|path| is_file(path));
        paths.sort();
        for path in paths {
            if found.iter().all(Option::is_some) {
                break;
            }
            let bytes = fs::read(&path).map_err(|error| io("cannot read", &path, &error))?;
            let digest = super::manifest::sha256(&bytes);
            for (index, _) in wanted.iter().enumerate().filter(|(_, (_, sha256))| *sha256 == digest) {
                found[index] = Some(bytes.clone());
            }
        }
    }
    let (mut gathered, mut missing) = (Gathered::default(), Vec::new());
    for ((name, _), bytes) in wanted.iter().zip(found) {
        match bytes {
            Some(bytes) => gathered.open(name, bytes),
            None => missing.push(name.to_string()),
        }
    }
    Ok((gathered, missing))
}

/// What lies in the inbox, as far as it tells whether something new does.
pub(super) fn seen(project: &Project) -> Vec<(PathBuf, Option<Stamp>)> {
    let folder = project.path(&project.settings.inbox.path);
    let mut paths = Vec::new();
    // A folder that cannot be listed now may be there again the next time.
    let _ = walk(&folder, &mut paths);
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), stamp(&path))).collect()
}

/// All files of a folder and its sub-folders, but for hidden and unfinished ones.
fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if name.starts_with('.') || name.starts_with("~$") || UNFINISHED.iter().any(|u| name.ends_with(u)) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), paths)?;
        } else {
            paths.push(entry.path());
        }
    }
    Ok(())
}

/// A file itself, no link to one.
fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file())
}

/// A run that starts just after a drop waits once for the files to settle, no longer than that.
fn wait_until_settled(paths: &[PathBuf], settle: Duration) {
    let youngest = paths.iter().filter_map(|p| age(p)).min();
    if let Some(age) = youngest
        && age < settle
    {
        sleep(settle.saturating_sub(age));
    }
}

/// Size, time and place of a file: when one of them changes, somebody writes it.
pub(super) type Stamp = (u64, Option<SystemTime>, u64);

pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let place = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let place = 0;
    Some((metadata.len(), metadata.modified().ok(), place))
}

/// Whether a file that begins and ends so can be all of it: a document ends with the end of its first
/// element, an archive with its index.
fn ends(name: &str, head: &[u8], tail: &[u8]) -> bool {
    if name.to_ascii_lowercase().ends_with(".zip") {
        return memchr::memmem::find(tail, b"PK\x05\x06").is_some();
    }
    if !name.to_ascii_lowercase().ends_with(".xml") {
        return true;
    }
    // UTF-16 has a zero beside each letter of a tag.
    let letters = |part: &[u8]| -> Vec<u8> { part.iter().filter(|b| **b != 0 && !b.is_ascii_whitespace()).copied().collect() };
    let head: Vec<u8> = head.iter().take(4_000).filter(|b| **b != 0).copied().collect();
    let start = head.windows(2).position(|w| w[0] == b'<' && (w[1].is_ascii_alphabetic() || w[1] == b'_'));
    let Some(name) = start.map(|at| &head[at + 1..]) else { return true };
    let name = name.split(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).next().unwrap_or_default();
    let tail = letters(&tail[tail.len().saturating_sub(1_000)..]);
    tail.ends_with(b"/>") || tail.ends_with(&[b"</", name, b">"].concat())
}

fn is_settled(path: &Path, settle: Duration) -> bool {
    age(path).is_none_or(|age| age >= settle)
}

/// Time since the file was written; `None` when it lies in the future: clocks of shares differ.
fn age(path: &Path) -> Option<Duration> {
    let written = fs::metadata(path).and_then(|m| m.modified()).ok()?;
    SystemTime::now().duration_since(written).ok()
}

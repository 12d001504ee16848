//! The drop folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::{Project, RunError, container, io};
use crate::model::{BankFile, Finding, Origin};

/// Endings of files that are still being written, and of office programs' own.
const UNFINISHED: [&str; 5] = [".part", ".tmp", ".crdownload", ".filepart", ".partial"];

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
        let bytes = fs::read(&path).map_err(|error| io("cannot read", &path, &error))?;
        let digest = super::manifest::sha256(&bytes);
        let size = bytes.len() as u64;
        let file = |documents| InboxFile { name: Arc::clone(&name), digest: digest.clone(), size, documents };
        let lower = name.to_ascii_lowercase();
        if ![".xml", ".xml.gz", ".gz", ".zip"].iter().any(|ending| lower.ends_with(ending)) {
            let finding = Finding::error(
                Origin::file(&name),
                "inbox-file",
                "expected a .xml, .xml.gz or .zip file, but found another".to_owned(),
            )
            .effect("The file is set aside: nothing of it is used")
            .remedy("Drop only the bank's account statements into this folder");
            gathered.refused.push((file(Vec::new()), finding));
            continue;
        }
        match container::unpack(&name, bytes) {
            Ok(documents) => gathered.files.push(file(documents)),
            Err(finding) => gathered.refused.push((file(Vec::new()), finding)),
        }
    }
    Ok(gathered)
}

/// The documents of all files below a folder whose digest is among the wanted.
pub(super) fn find_by_digest(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<BankFile>, RunError> {
    let mut paths = Vec::new();
    if folder.is_dir() {
        walk(folder, &mut paths).map_err(|error| io("cannot list", folder, &error))?;
    }
    paths.retain(|path| is_file(path));
    paths.sort();
    let mut documents = Vec::new();
    for path in paths {
        let bytes = fs::read(&path).map_err(|error| io("cannot read", &path, &error))?;
        if wanted(&super::manifest::sha256(&bytes)) {
            let name: Arc<str> = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()).into();
            documents.extend(container::unpack(&name, bytes).unwrap_or_default());
        }
    }
    Ok(documents)
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

fn is_settled(path: &Path, settle: Duration) -> bool {
    age(path).is_none_or(|age| age >= settle)
}

/// Time since the file was written; `None` when it lies in the future: clocks of shares differ.
fn age(path: &Path) -> Option<Duration> {
    let written = fs::metadata(path).and_then(|m| m.modified()).ok()?;
    SystemTime::now().duration_since(written).ok()
}

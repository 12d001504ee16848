//! Nights that are over: their inputs kept beside the archive, and the same night again.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;

use super::inbox::{self, Gathered};
use super::manifest::{Kind, sha256};
use super::{Project, RunError, State, files, io};
use crate::config::{self, Settings};
use crate::ledger::{LedgerFile, LedgerFiles};
use crate::model::{BankFile, History};
use crate::pipeline::{self, NightInput, Reading};

/// Folder below the archive with configurations and ledgers, by their digests.
const INPUTS: &str = "inputs";

#[derive(Deserialize)]
struct Manifest {
    version: String,
    inputs: Vec<Input>,
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Input {
    name: String,
    sha256: String,
    #[serde(default)]
    kind: String,
}

#[derive(Deserialize)]
struct Output {
    name: String,
}

/// What a run of the past was decided on.
pub(super) struct PastNight {
    pub as_of: NaiveDate,
    /// The configuration of that night; `None` where it was not kept.
    pub settings: Option<Settings>,
    /// The ledger of that night; `None` where it was not kept.
    pub ledger: Option<LedgerFiles>,
    pub gathered: Gathered,
    /// Bank files that lie nowhere any more.
    pub missing: Vec<String>,
    version: String,
    outputs: Vec<String>,
    folder: PathBuf,
}

impl PastNight {
    /// Reads a night, and asks the state for what was known before it.
    pub(super) fn input<'a>(
        &self,
        run: &str,
        state: Option<&State>,
        settings: &'a Settings,
        ledger: &LedgerFiles,
    ) -> Result<NightInput<'a>, RunError> {
        let statements: Vec<BankFile> = self.gathered.documents();
        let reading: Reading = pipeline::read(settings, &statements, ledger)?;
        let history = state.map_or_else(|| Ok(History::default()), |s| s.history(Some(run), &reading.wanted(self.as_of)))?;
        Ok(NightInput { as_of: self.as_of, settings, reading, findings: self.gathered.findings(), history })
    }
}

/// Keeps a configuration or a ledger for later, once however many nights use it.
pub(super) fn keep(project: &Project, name: &str, bytes: &[u8]) -> Result<(), RunError> {
    let folder = project.path(&project.settings.outbox.archive).join(INPUTS);
    files::create_folder(&folder).map_err(|error| io("cannot create", &folder, &error))?;
    let base = Path::new(name).file_name().map_or_else(|| "input".into(), |n| n.to_string_lossy().into_owned());
    let path = folder.join(format!("{}-{base}.gz", &sha256(bytes)[..16]));
    if path.exists() {
        return Ok(());
    }
    // A fixed header: the same input gives the same file.
    let mut packed = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::fast());
    let packed = packed.write_all(bytes).and_then(|()| packed.finish()).map_err(|error| io("cannot pack", &path, &error))?;
    let staged = folder.join(".input.part");
    files::write_durably(&staged, &packed).map_err(|error| io("cannot write", &staged, &error))?;
    files::rename(&staged, &path).map_err(|error| io("cannot rename", &staged, &error))
}

/// The kept inputs whose digest is wanted.
fn kept(project: &Project, wanted: &Input) -> Option<Vec<u8>> {
    let folder = project.path(&project.settings.outbox.archive).join(INPUTS);
    let listed = fs::read_dir(&folder).ok()?;
    let begins = wanted.sha256.get(..16)?;
    for path in listed.flatten().map(|e| e.path()) {
        if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(begins)) {
            let mut bytes = Vec::new();
            let packed = fs::read(&path).ok()?;
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes).ok()?;
            if sha256(&bytes) == wanted.sha256 {
                return Some(bytes);
            }
        }
    }
    None
}

/// What a run was decided on, found by the digests of its manifest.
///
/// # Errors
///
/// A run that is not there, or whose manifest cannot be read.
pub(super) fn load(project: &Project, run: &str) -> Result<PastNight, RunError> {
    let folder = project.path(&project.settings.outbox.path).join(run);
    let path = folder.join("manifest.json");
    let bytes = fs::read(&path).map_err(|error| io("cannot read", &path, &error))?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| RunError::Io(format!("{}: {error}", path.display())))?;
    let of_kind = |kind: Kind| manifest.inputs.iter().find(|i| i.kind == kind.as_str());
    let settings = of_kind(Kind::Configuration).and_then(|input| {
        let text = String::from_utf8(kept(project, input)?).ok()?;
        let mut settings = config::read(&input.name.as_str().into(), &text).ok()?;
        for layout in manifest.inputs.iter().filter(|i| i.kind == Kind::Layout.as_str()) {
            let file = LedgerFile { name: layout.name.as_str().into(), bytes: kept(project, layout)?.into() };
            super::take_text(&mut settings, &file).ok()?;
        }
        Some(settings)
    });
    let table = |kind| {
        let input = of_kind(kind)?;
        Some(LedgerFile { name: input.name.as_str().into(), bytes: kept(project, input)?.into() })
    };
    let ledger = table(Kind::Invoices).zip(table(Kind::Debtors));
    let ledger = ledger.map(|(invoices, debtors)| LedgerFiles { invoices, debtors, contacts: table(Kind::Contacts) });
    let outbox = &project.settings.outbox;
    let places = [&project.settings.inbox.path, &outbox.archive, &outbox.duplicates, &outbox.quarantine];
    let places: Vec<PathBuf> = places.iter().map(|place| project.path(place)).collect();
    // Manifests of earlier versions do not tell the kinds: then what is no ledger must be a bank file.
    let is_table = |i: &&Input| !i.kind.is_empty() && i.kind != Kind::Statement.as_str();
    let wanted: Vec<(Arc<str>, String)> =
        manifest.inputs.iter().filter(|i| !is_table(i)).map(|i| (i.name.as_str().into(), i.sha256.clone())).collect();
    let (gathered, mut missing) = inbox::gather_by_digest(&places, &wanted)?;
    let without_kind = |name: &String| manifest.inputs.iter().any(|i| i.name == *name && i.kind.is_empty());
    missing.retain(|name| !without_kind(name));
    let as_of = run.get(..10).and_then(|d| d.parse().ok()).unwrap_or_default();
    let outputs = manifest.outputs.into_iter().map(|o| o.name).collect();
    Ok(PastNight { as_of, settings, ledger, gathered, missing, version: manifest.version, outputs, folder })
}

/// A file of a run, and whether the night gives it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// Its name.
    pub file: String,
    /// Byte for byte the same.
    pub same: bool,
}

/// What a replay found.
#[derive(Debug)]
pub struct Replay {
    /// Version of the program that ran the night.
    pub version: String,
    /// Each file that the run published, but for the manifest.
    pub files: Vec<Replayed>,
}

/// Decides a night again, from the inputs it had and the state as it was, and compares every file.
///
/// # Errors
///
/// [`RunError::Io`], when an input of that night is not there any more.
pub fn replay(project: &Project, run: &str) -> Result<Replay, RunError> {
    let past = load(project, run)?;
    let gone = |what: &str| RunError::Io(format!("run {run}: expected {what} in the archive, but found none of its digest"));
    if !past.missing.is_empty() {
        return Err(gone(&past.missing.join(", ")));
    }
    let settings = past.settings.as_ref().ok_or_else(|| gone("its configuration"))?;
    let ledger = past.ledger.as_ref().ok_or_else(|| gone("its ledger"))?;
    let state = State::open_existing(&project.path(&project.settings.state_path))?;
    let input = past.input(run, state.as_ref(), settings, ledger)?;
    let night = pipeline::night(input, &|_| {})?;
    let mut found: Vec<Replayed> = Vec::new();
    let mut names: Vec<&String> = past.outputs.iter().chain(night.files.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let published = fs::read(past.folder.join(name)).ok();
        found.push(Replayed { file: name.clone(), same: published.is_some() && published.as_ref() == night.files.get(name) });
    }
    Ok(Replay { version: past.version, files: found })
}

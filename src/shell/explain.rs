//! Which night dealt with a bank transaction, and that night again.

use std::fs;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Project, RunError, State, inbox, io, manifest};
use crate::model::{BankFile, History};
use crate::pipeline::{self, Explanation, NightInput};

#[derive(Deserialize)]
struct Manifest {
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    sha256: String,
}

/// The explanations of a reference, and the night they are of.
pub struct Explained {
    /// The run that dealt with it; `None`: no run has yet, so it is explained as of today.
    pub run: Option<String>,
    /// The ledger is no longer the one of that night.
    pub ledger_changed: bool,
    /// One for each bank transaction of that reference.
    pub found: Vec<Explanation>,
}

/// Explains a bank transaction by its bank reference or identity.
///
/// The night that dealt with it is decided again: its bank files are found by their digests, and the
/// state is read as it was before.
///
/// # Errors
///
/// [`RunError`], when inputs of that night are missing.
pub fn explain(project: &Project, reference: &str, today: NaiveDate) -> Result<Explained, RunError> {
    let (invoices, debtors) = project.ledger_files()?;
    let state = State::open_existing(&project.path(&project.settings.state_path))?;
    let settings = &project.settings;
    let explained = |as_of, statements: &[BankFile], before: Option<&str>| -> Result<Vec<Explanation>, RunError> {
        let reading = pipeline::read(settings, statements, &invoices, &debtors)?;
        let history = state.as_ref().map_or_else(|| Ok(History::default()), |s| s.history(before, &reading.wanted()))?;
        let findings = Vec::new();
        Ok(pipeline::explain(NightInput { as_of, settings, reading, findings, history }, reference))
    };
    let Some((run, folder)) = run_of(project, reference)? else {
        let statements = inbox::gather(project)?.documents();
        let found = explained(today, &statements, None)?;
        return Ok(Explained { run: None, ledger_changed: false, found });
    };
    let path = folder.join("manifest.json");
    let bytes = fs::read(&path).map_err(|error| io("cannot read", &path, &error))?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| RunError::Io(format!("{}: {error}", path.display())))?;
    let wanted = |digest: &str| manifest.inputs.iter().any(|i| i.sha256 == digest);
    let ledger_changed = !wanted(&manifest::sha256(&invoices.bytes)) || !wanted(&manifest::sha256(&debtors.bytes));
    let outbox = &settings.outbox;
    let mut statements = Vec::new();
    for place in [&settings.inbox.path, &outbox.archive, &outbox.quarantine, &outbox.duplicates] {
        statements.extend(inbox::find_by_digest(&project.path(place), &wanted)?);
    }
    let as_of = run.get(..10).and_then(|d| d.parse().ok()).unwrap_or(today);
    Ok(Explained { found: explained(as_of, &statements, Some(&run))?, run: Some(run), ledger_changed })
}

/// The newest run whose files name the reference.
fn run_of(project: &Project, reference: &str) -> Result<Option<(String, PathBuf)>, RunError> {
    let outbox = project.path(&project.settings.outbox.path);
    if !outbox.is_dir() {
        return Ok(None);
    }
    let listed = fs::read_dir(&outbox).map_err(|error| io("cannot list", &outbox, &error))?;
    let mut runs: Vec<PathBuf> = listed.flatten().map(|e| e.path()).filter(|p| p.join("manifest.json").is_file()).collect();
    runs.sort();
    for run in runs.into_iter().rev() {
        let files = fs::read_dir(&run).map_err(|error| io("cannot list", &run, &error))?;
        for file in files.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "csv")) {
            let bytes = fs::read(&file).map_err(|error| io("cannot read", &file, &error))?;
            if names(&bytes, reference) {
                let name = run.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
                return Ok(Some((name, run)));
            }
        }
    }
    Ok(None)
}

/// Whether a row of a CSV file has the reference as bank reference or identity.
fn names(bytes: &[u8], reference: &str) -> bool {
    let mut reader = csv::Reader::from_reader(bytes);
    let Ok(header) = reader.headers().cloned() else { return false };
    let columns: Vec<usize> =
        ["bank_reference", "remittance_id"].iter().filter_map(|c| header.iter().position(|h| h == *c)).collect();
    // A night that only saw it again did not decide about it.
    let decided = |row: &csv::StringRecord| !row.iter().any(|field| field == "already_booked");
    reader.records().flatten().any(|row| decided(&row) && columns.iter().any(|c| row.get(*c) == Some(reference)))
}

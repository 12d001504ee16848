//! Which night dealt with a bank transaction, and that night again.

use std::fs;
use std::path::PathBuf;

use chrono::NaiveDate;

use super::{Project, RunError, State, inbox, io, past};
use crate::model::History;
use crate::pipeline::{self, Explanation, NightInput};

/// The explanations of a reference, and the night they are of.
pub struct Explained {
    /// The run that dealt with it; `None`: no run has yet, so it is explained as of today.
    pub run: Option<String>,
    /// The ledger of that night was not kept: it is explained with the one of now.
    pub ledger_changed: bool,
    /// One for each bank transaction of that reference.
    pub found: Vec<Explanation>,
    /// Of each, the later run that took its lettrage back.
    pub taken_back: Vec<Option<String>>,
}

/// Explains a bank transaction by its bank reference or identity.
///
/// The night that dealt with it is decided again: its inputs are found by their digests, and the state
/// is read as it was before.
///
/// # Errors
///
/// [`RunError`], when the ledger, the outbox or the state cannot be read.
pub fn explain(project: &Project, reference: &str, today: NaiveDate) -> Result<Explained, RunError> {
    let state = State::open_existing(&project.path(&project.settings.state_path))?;
    let Some(run) = run_of(project, state.as_ref(), reference)? else {
        let settings = &project.settings;
        let ledger = project.ledger_files()?;
        let gathered = inbox::gather(project)?;
        let reading = pipeline::read(settings, &gathered.documents(), &ledger)?;
        let history = state.as_ref().map_or_else(|| Ok(History::default()), |s| s.history(None, &reading.wanted(today)))?;
        let input = NightInput { as_of: today, settings, reading, findings: Vec::new(), history };
        let found = pipeline::explain(input, reference);
        return Ok(Explained { run: None, ledger_changed: false, taken_back: vec![None; found.len()], found });
    };
    let night = past::load(project, &run)?;
    let settings = night.settings.as_ref().unwrap_or(&project.settings);
    let now = if night.ledger.is_none() { Some(project.ledger_files()?) } else { None };
    let Some(ledger) = night.ledger.as_ref().or(now.as_ref()) else {
        return Err(RunError::Io(format!("run {run}: expected a ledger, but found none")));
    };
    let input = night.input(&run, state.as_ref(), settings, ledger)?;
    let ledger_changed = night.ledger.is_none();
    let found = pipeline::explain(input, reference);
    let later = |explanation: &Explanation| state.as_ref().map_or(Ok(None), |s| s.taken_back_by(&explanation.line.id));
    let taken_back = found.iter().map(later).collect::<Result<_, _>>()?;
    Ok(Explained { run: Some(run), ledger_changed, taken_back, found })
}

/// The run whose files name the reference, of several the one that ran last, whatever its business date.
fn run_of(project: &Project, state: Option<&State>, reference: &str) -> Result<Option<String>, RunError> {
    let outbox = project.path(&project.settings.outbox.path);
    if !outbox.is_dir() {
        return Ok(None);
    }
    let listed = fs::read_dir(&outbox).map_err(|error| io("cannot list", &outbox, &error))?;
    let mut runs: Vec<PathBuf> = listed.flatten().map(|e| e.path()).filter(|p| p.join("manifest.json").is_file()).collect();
    let in_order = state.map_or_else(|| Ok(Vec::new()), State::run_names)?;
    let place = |run: &PathBuf| {
        let name = run.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        (in_order.iter().position(|known| *known == name).unwrap_or(usize::MAX), name)
    };
    runs.sort_by_cached_key(place);
    for run in runs.into_iter().rev() {
        let files = fs::read_dir(&run).map_err(|error| io("cannot list", &run, &error))?;
        for file in files.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "csv")) {
            let bytes = fs::read(&file).map_err(|error| io("cannot read", &file, &error))?;
            if names(&bytes, reference) {
                let name = run.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
                return Ok(Some(name));
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

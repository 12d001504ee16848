//! Nights whose truth is known: worlds with their truth beside them, or the project's own past.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Project, RunError, State, inbox, io, past};
use crate::matching::TrainingSet;
use crate::model::{History, InvoiceId};
use crate::pipeline::{self, NightInput};

/// What remittances paid, by bank reference or identity: items with what was applied to each.
type Known = BTreeMap<String, Vec<(InvoiceId, i64)>>;

/// A line of `truth.jsonl`.
#[derive(Deserialize)]
struct TruthLine {
    bank_reference: String,
    /// `ambiguous` is what nobody can know from the data: it teaches nothing.
    #[serde(default)]
    klass: String,
    lines: Vec<(String, i64)>,
}

/// Reads a project folder with a `truth.jsonl` in it.
///
/// # Errors
///
/// [`RunError`], when the folder is no project, or its truth cannot be read.
pub fn training_sets_of(folder: &Path) -> Result<Vec<TrainingSet>, RunError> {
    let project = Project::open(&folder.join("pipeline.toml"))?;
    let path = folder.join("truth.jsonl");
    let text = fs::read_to_string(&path).map_err(|error| io("cannot read", &path, &error))?;
    let mut known = Known::new();
    for (number, line) in text.lines().enumerate() {
        let line: TruthLine = serde_json::from_str(line)
            .map_err(|error| RunError::Io(format!("{}, line {}: {error}", path.display(), number + 1)))?;
        if line.klass != "ambiguous" {
            let lines = line.lines.into_iter().map(|(invoice, applied)| (InvoiceId(invoice.into()), applied));
            known.insert(line.bank_reference, lines.collect());
        }
    }
    let gathered = inbox::gather(&project)?;
    let reading = pipeline::read(&project.settings, &gathered.documents(), &project.ledger_files()?)?;
    // No file is of the future: these nights are over.
    let input = NightInput {
        as_of: NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default(),
        settings: &project.settings,
        reading,
        findings: Vec::new(),
        history: History::default(),
    };
    Ok(pipeline::training_sets(input, &known))
}

/// Reads the project's own nights: what their remittances settle as of today, by the matching or by a
/// person, is their truth. Each remittance counts once, in the night that first saw it.
///
/// # Errors
///
/// [`RunError`], when the state or the outbox cannot be read. Nights whose inputs are not kept any more
/// teach nothing.
pub fn past_training_sets(project: &Project) -> Result<Vec<TrainingSet>, RunError> {
    let Some(state) = State::open_existing(&project.path(&project.settings.state_path))? else {
        return Ok(Vec::new());
    };
    let known = state.all_settled()?.into_iter().map(|settled| {
        let lines = settled.lines.into_iter().filter(|line| line.reopens() != 0);
        (settled.remittance.line.id.to_string(), lines.filter_map(|line| Some((line.invoice?, line.applied))).collect())
    });
    let mut known: Known = known.collect();
    let mut sets = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for run in state.run_names()? {
        let Ok(past) = past::load(project, &run) else { continue };
        let (Some(settings), Some(ledger)) = (&past.settings, &past.ledger) else { continue };
        if !past.missing.is_empty() {
            continue;
        }
        let input = past.input(&run, Some(&state), settings, ledger)?;
        let of_night = pipeline::training_sets(input, &known);
        for (remittance, truth) in of_night.iter().flat_map(|l| &l.remittances) {
            if truth.is_some() {
                seen.insert(remittance.line.id.to_string());
            }
        }
        known.retain(|id, _| !seen.contains(id));
        sets.extend(of_night);
    }
    Ok(sets)
}

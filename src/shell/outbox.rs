//! Publishing: all or nothing.
//!
//! The state is the commit point: (1) every file of the run is written into a staging folder, flushed
//! and read back; (2) one transaction records the run and what it leaves to do; (3) the folder is
//! renamed into place; (4) the inbox files move. A start after a crash finishes 3 and 4 of a
//! committed run and sweeps an uncommitted staging folder away.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::files::{beside, copy, create_folder, free_name, move_file, remove_folder, rename, sync_folder, write_durably};
use super::inbox::{Gathered, InboxFile};
use super::manifest::{FileRow, Kind, manifest, sha256};
use super::state::{Move, Run, State};
use super::{Project, RunError, combined, fault, io, keeps_inbox, past};
use crate::model::{Disposition, Finding, Origin};
use crate::pipeline::Night;

const STAGING: &str = ".staging";

/// Publishes a night; returns its folder, and what could not be finished after it was recorded.
pub(super) fn publish(
    project: &Project,
    state: &mut State,
    as_of: NaiveDate,
    night: &Night,
    gathered: &Gathered,
    inputs: &[(Kind, &str, &Arc<[u8]>)],
) -> Result<(PathBuf, Option<Finding>), RunError> {
    let outbox = project.path(&project.settings.outbox.path);
    let others = [&project.settings.outbox.archive, &project.settings.outbox.quarantine].map(|path| project.path(path));
    for folder in [&outbox].into_iter().chain(&others) {
        create_folder(folder).map_err(|error| io("cannot create", folder, &error))?;
    }
    for (_, name, bytes) in inputs {
        past::keep(project, name, bytes)?;
    }
    let name = run_name(&outbox, state, as_of)?;
    let staging = outbox.join(STAGING);
    if staging.is_dir() {
        remove_folder(&staging).map_err(|error| io("cannot remove", &staging, &error))?;
    }
    create_folder(&staging).map_err(|error| io("cannot create", &staging, &error))?;

    let row =
        |(kind, name, bytes): &(Kind, &'_ str, &Arc<[u8]>)| (kind.as_str(), name.to_string(), bytes.len() as u64, sha256(bytes));
    let read: Vec<_> = inputs.iter().map(row).collect();
    let mut rows: Vec<FileRow<'_>> =
        read.iter().map(|(kind, name, size, sha256)| FileRow { name, size: *size, sha256: sha256.clone(), kind }).collect();
    let dropped = gathered.files.iter().chain(gathered.refused.iter().map(|(file, _)| file));
    let kind = Kind::Statement.as_str();
    rows.extend(dropped.map(|file| FileRow { name: &file.name, size: file.size, sha256: file.digest.clone(), kind }));
    let previous = state.last_manifest()?;
    let manifest = manifest(&name, as_of, previous, rows, &night.files).map_err(|error| RunError::Io(error.to_string()))?;
    let digest = sha256(&manifest);
    for (file, bytes) in night.files.iter().chain([(&"manifest.json".to_owned(), &manifest)]) {
        let path = staging.join(file);
        write_durably(&path, bytes).map_err(|error| io("cannot write", &path, &error))?;
    }
    sync_folder(&staging).map_err(|error| io("cannot flush", &staging, &error))?;

    let moves = moves(project, as_of, night, gathered);
    state.unseal()?;
    state.commit(&Run { name: &name, as_of, manifest: &digest }, &night.memory, &moves)?;
    // From here on the night is recorded. What fails now is done by the next run.
    let folder = outbox.join(name);
    let late = finish(project, state).err().map(|error| late(&folder, error));
    Ok((folder, late))
}

/// What is still to be done of a night that is already recorded.
fn late(folder: &Path, error: RunError) -> Finding {
    let what = match error {
        RunError::Io(what) => what,
        other => format!("{other:?}"),
    };
    Finding::error(
        Origin::file(&folder.display().to_string().into()),
        "publishing-late",
        format!("expected to move the files of the night, but found: {what}"),
    )
    .effect("The night itself is decided and recorded: do not run it again with other inputs")
    .remedy("Mend this; the next run puts folder and files in place before it begins")
}

/// Refuses to go on when the outbox has runs that the state does not know: a lost state would letter
/// everything a second time.
pub(super) fn check_known(project: &Project, state: Option<&State>) -> Result<(), RunError> {
    let outbox = project.path(&project.settings.outbox.path);
    let Ok(listed) = fs::read_dir(&outbox) else { return Ok(()) };
    for folder in listed.flatten().map(|e| e.path()).filter(|p| p.join("manifest.json").is_file()) {
        let name = folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let known = state.map_or(Ok(false), |s| s.knows(&name))?;
        if !name.starts_with('.') && !known {
            return Err(RunError::Io(format!(
                "state {}: expected to know the run {name} of the outbox, but found no record of it: what it lettered would be lettered again\n  Restore the state of that time, or move the outbox away if it belongs to another state.",
                project.path(&project.settings.state_path).display()
            )));
        }
    }
    Ok(())
}

/// Finishes a run that was committed before a crash, and sweeps what was not committed; says which it finished.
pub(super) fn recover(project: &Project, state: &mut State) -> Result<Option<Finding>, RunError> {
    let staging = project.path(&project.settings.outbox.path).join(STAGING);
    let unpublished = state.unpublished()?;
    if unpublished.is_none() && staging.is_dir() {
        remove_folder(&staging).map_err(|error| io("cannot remove", &staging, &error))?;
    }
    finish(project, state)?;
    Ok(unpublished.map(|run| {
        let folder = project.path(&project.settings.outbox.path).join(&run).display().to_string();
        let what = format!("expected each night whole, but found {run} cut short before its files were in place");
        Finding::warning(Origin::file(&folder.into()), "run-finished", what)
            .effect("Its folder is in place now, as it was decided")
            .remedy("Read its report too, and send its lettrage to the factor")
    }))
}

/// Steps 3 and 4 of whatever is committed; doing them again changes nothing.
fn finish(project: &Project, state: &mut State) -> Result<(), RunError> {
    let outbox = project.path(&project.settings.outbox.path);
    fault::point("recorded").map_err(|error| io("cannot finish", &outbox, &error))?;
    let unpublished = state.unpublished()?;
    let moves = state.moves()?;
    if unpublished.is_none() && moves.is_empty() && state.is_sealed() {
        return Ok(());
    }
    if let Some(name) = unpublished {
        let (staging, folder) = (outbox.join(STAGING), outbox.join(&name));
        if staging.is_dir() && !folder.is_dir() {
            rename(&staging, &folder).map_err(|error| io("cannot rename", &staging, &error))?;
        }
        sync_folder(&outbox).map_err(|error| io("cannot flush", &outbox, &error))?;
        state.published(&name)?;
    }
    for planned in moves {
        carry_out(project, &planned)?;
        state.moved(&planned)?;
    }
    state.seal()
}

/// Doing it again after a crash changes nothing: where the file goes was planned before.
fn carry_out(project: &Project, planned: &Move) -> Result<(), RunError> {
    let from = project.path(&project.settings.inbox.path).join(&planned.file);
    let to = project.path(&planned.target);
    if let Some(folder) = to.parent() {
        create_folder(folder).map_err(|error| io("cannot create", folder, &error))?;
    }
    if from.is_file() && planned.copy {
        copy(&from, &to).map_err(|error| io("cannot copy", &from, &error))?;
    } else if from.is_file() {
        move_file(&from, &to).map_err(|error| io("cannot move", &from, &error))?;
    } else if !to.is_file() {
        return Ok(());
    }
    // The reason of a refused file, for people and for machines, beside it.
    for (ending, text) in [(".reason.txt", &planned.reason_text), (".reason.json", &planned.reason_json)] {
        if !text.is_empty() {
            let path = beside(&to, ending);
            write_durably(&path, text.as_bytes()).map_err(|error| io("cannot write", &path, &error))?;
        }
    }
    Ok(())
}

/// `<business date>-<nnn>`, the next free number of that date.
fn run_name(outbox: &Path, state: &State, as_of: NaiveDate) -> Result<String, RunError> {
    let used = state.runs_of(as_of)?;
    Ok((used + 1..used + 1_000)
        .map(|n| format!("{as_of}-{n:03}"))
        .find(|name| !outbox.join(name).exists())
        .unwrap_or_else(|| format!("{as_of}-{:03}", used + 1)))
}

/// Where each file of the inbox goes.
fn moves(project: &Project, as_of: NaiveDate, night: &Night, gathered: &Gathered) -> Vec<Move> {
    let archive = format!("{}/{:04}/{:02}", project.settings.outbox.archive, as_of.year(), as_of.month());
    let duplicates = format!("{}/{:04}/{:02}", project.settings.outbox.duplicates, as_of.year(), as_of.month());
    let quarantine = &project.settings.outbox.quarantine;
    let keep = keeps_inbox(project);
    let mut moves: Vec<Move> = Vec::new();
    for file in &gathered.files {
        let of =
            combined(file.documents.iter().map(|(name, _)| night.dispositions.get(name).copied().unwrap_or(Disposition::Taken)));
        let findings: Vec<&Finding> =
            night.findings.iter().filter(|f| file.documents.iter().any(|(name, _)| f.origin.file == *name)).collect();
        let aside = |copy| refused(project, file, quarantine, &findings, copy);
        match of {
            Disposition::Taken if !keep => moves.push(taken(file, &archive)),
            Disposition::Known if !keep => moves.push(taken(file, &duplicates)),
            Disposition::Taken | Disposition::Known | Disposition::Held => {}
            Disposition::Partly => {
                moves.push(aside(true));
                if !keep {
                    moves.push(taken(file, &archive));
                }
            }
            Disposition::Refused => moves.push(aside(false)),
        }
    }
    moves.extend(gathered.refused.iter().map(|(file, finding)| refused(project, file, quarantine, &[finding], false)));
    let mut taken: Vec<PathBuf> = Vec::new();
    for planned in &mut moves {
        let folder = PathBuf::from(&planned.target);
        let name =
            Path::new(&planned.file).file_name().map_or_else(|| planned.file.clone(), |n| n.to_string_lossy().into_owned());
        let is_taken = |path: &Path| taken.iter().any(|t| project.root.join(t) == path);
        let free = free_name(&project.root.join(&folder), &name, &is_taken);
        let target = folder.join(free.file_name().unwrap_or_default());
        planned.target = target.to_string_lossy().into_owned();
        taken.push(target);
    }
    moves
}

fn taken(file: &InboxFile, archive: &str) -> Move {
    Move {
        file: file.name.to_string(),
        target: archive.to_owned(),
        copy: false,
        reason_text: String::new(),
        reason_json: String::new(),
    }
}

#[derive(Serialize)]
struct Reason<'a> {
    file: &'a str,
    problems: Vec<BTreeMap<&'static str, String>>,
}

fn refused(project: &Project, file: &InboxFile, quarantine: &str, findings: &[&Finding], copy: bool) -> Move {
    let french = project.settings.language == crate::config::Language::French;
    let head = match (french, copy) {
        (true, false) => "Ce fichier a été mis de côté : rien n'en a été utilisé.",
        (true, true) => "Une partie de ce fichier a été mise de côté ; le reste a été utilisé.",
        (false, false) => "This file was set aside: nothing of it was used.",
        (false, true) => "A part of this file was set aside; the rest was used.",
    };
    let text = findings.iter().fold(format!("{head}\n\n"), |text, finding| {
        let said = crate::report::in_french(finding.rule).filter(|_| french);
        let said = said.map_or_else(String::new, |(what, remedy)| format!("{what}\nÀ faire : {remedy}\nLe détail :\n"));
        text + &said + &crate::text::visible_lines(&finding.to_string()) + "\n\n"
    });
    let problems = findings
        .iter()
        .map(|f| {
            BTreeMap::from([
                ("rule", f.rule.to_owned()),
                ("severity", f.severity.as_str().to_owned()),
                ("line", f.origin.line.to_string()),
                ("column", f.origin.column.to_string()),
                ("message", f.message()),
            ])
        })
        .collect();
    let json = serde_json::to_string_pretty(&Reason { file: &file.name, problems }).unwrap_or_default();
    Move { file: file.name.to_string(), target: quarantine.to_owned(), copy, reason_text: text, reason_json: json + "\n" }
}

//! The world: disk, clock, locks, state. Everything else is a pure function.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the shell owns the world")]

mod answers;
mod container;
mod decisions;
mod attention;
mod explain;
mod fault;
mod fec;
mod files;
mod fit;
mod inbox;
mod large;
mod lock;
mod manifest;
mod memory;
mod outbox;
mod past;
mod state;
mod status;
mod verify;
mod watch;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::audit::Difference;
use crate::config::{self, AfterRead, Layout, Settings};
use crate::ledger::{LedgerFile, LedgerFiles};
use crate::model::{Disposition, Finding, History};
use manifest::Kind;

use crate::pipeline::{self, Counts, Night, NightError, NightInput, Stage};

pub use answers::{Answered, answers};
pub use container::unpack;
pub use decisions::{Asked, decide};
pub use explain::{Explained, explain};
#[doc(hidden)]
pub use fault::{CutOff, cut_off_at};
pub use fec::letter as letter_fec;
pub use files::{Stopwatch, new_folder, read_bytes, today, write_new};
pub use fit::{past_training_sets, training_sets_of};
pub use large::documents;
pub use memory::{forget, memories};
pub use past::{Replay, Replayed, replay};
pub use state::State;
pub use status::{AccountStatus, ContractStatus, status};
pub use verify::{Verified, verify};
pub use watch::{Watched, watch};

/// A configuration with the folder that relative paths in it are relative to.
#[derive(Clone, Debug)]
pub struct Project {
    /// `pipeline.toml`, checked.
    pub settings: Settings,
    /// Its folder.
    pub root: PathBuf,
    /// Its name, as the user wrote it.
    pub name: Arc<str>,
    /// Its text, for the manifest.
    pub text: Arc<[u8]>,
    /// Layouts and wordings of its own, by the paths that the configuration names.
    pub texts: Vec<LedgerFile>,
}

/// Why a run gives nothing. Each kind has its exit code.
#[derive(Debug)]
pub enum RunError {
    /// Configuration or ledger: exit code 2.
    Config(Vec<Finding>),
    /// Another run holds the lock: exit code 3.
    Locked(PathBuf),
    /// The audit refused the night: exit code 4.
    Audit(Vec<Difference>),
    /// Disk, permission, state: exit code 5.
    Io(String),
}

impl From<NightError> for RunError {
    fn from(error: NightError) -> Self {
        match error {
            NightError::Ledger(findings) => Self::Config(findings),
            NightError::Audit(differences) => Self::Audit(differences),
            NightError::Render(what) => Self::Io(what),
        }
    }
}

/// An input or output error, with what was being done.
fn io(doing: &str, path: &Path, error: &std::io::Error) -> RunError {
    RunError::Io(format!("{doing} {}: {}", path.display(), in_words(error)))
}

/// What went wrong, for a person: the system's words where they help her more.
fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "nothing at that place".to_owned(),
        std::io::ErrorKind::PermissionDenied => "no permission".to_owned(),
        std::io::ErrorKind::IsADirectory => "a folder".to_owned(),
        _ => error.to_string(),
    }
}

impl Project {
    /// Reads and checks a configuration.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or all problems of its content.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let name: Arc<str> = path.display().to_string().into();
        let bytes = files::read_bytes(path).map_err(|error| {
            let what = format!("expected a configuration, but found {}", in_words(&error));
            let remedy = "Name it with --config, or let `lettrage init` write one.";
            RunError::Config(vec![
                Finding::error(crate::model::Origin::file(&name), "config-file", what).effect("Nothing was run").remedy(remedy),
            ])
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let what = format!("expected UTF-8, but found: {error}");
            RunError::Config(vec![
                Finding::error(crate::model::Origin::file(&name), "config-encoding", what)
                    .effect("Nothing was run")
                    .remedy("Save the file as UTF-8"),
            ])
        })?;
        let settings = config::read(&name, &text).map_err(RunError::Config)?;
        let root = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let mut project = Self { settings, root, name, text: text.into_bytes().into(), texts: Vec::new() };
        project.read_texts().map_err(RunError::Config)?;
        Ok(project)
    }

    /// Reads the layouts and wordings that the configuration names by their paths.
    fn read_texts(&mut self) -> Result<(), Vec<Finding>> {
        let outputs = self.settings.contracts.iter().flat_map(|c| &c.outputs);
        let layouts: BTreeSet<String> = outputs.filter(|o| config::is_layout_path(o)).cloned().collect();
        let layouts = layouts.into_iter().map(|name| (name, "layout-missing", "a layout", "outputs"));
        let wordings = self.settings.dunning.wordings.iter().cloned();
        let named: Vec<_> =
            layouts.chain(wordings.map(|name| (name, "wording-missing", "a wording", "dunning.wordings"))).collect();
        for (name, rule, what, key) in named {
            let file = self.ledger_file(&name).map_err(|error| {
                let what = error.what.replace("a file of the ledger", what);
                vec![Finding { rule, what, remedy: format!("Put the file there, or correct {key}"), ..error }]
            })?;
            take_text(&mut self.settings, &file)?;
            self.texts.push(file);
        }
        Ok(())
    }

    /// A path of the configuration.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Reads a file of the ledger.
    ///
    /// # Errors
    ///
    /// That the file is not there or cannot be read.
    pub fn ledger_file(&self, relative: &str) -> Result<LedgerFile, Finding> {
        let name: Arc<str> = relative.into();
        let path = self.path(relative);
        files::read_bytes(&path).map(|bytes| LedgerFile { name: Arc::clone(&name), bytes: bytes.into() }).map_err(|error| {
            let what = format!("expected a file of the ledger at {}, but found {}", path.display(), in_words(&error));
            Finding::error(crate::model::Origin::file(&name), "ledger-file", what)
                .effect("Nothing was run")
                .remedy("Put the export there, or correct its path in [ledger]")
        })
    }

    /// The files of the ledger.
    ///
    /// # Errors
    ///
    /// What is wrong with any of them.
    pub fn ledger_files(&self) -> Result<LedgerFiles, RunError> {
        let ledger = &self.settings.ledger;
        let contacts = ledger.contacts.as_ref().map(|path| self.ledger_file(path)).transpose();
        match (self.ledger_file(&ledger.invoices), self.ledger_file(&ledger.debtors), contacts) {
            (Ok(invoices), Ok(debtors), Ok(contacts)) => Ok(LedgerFiles { invoices, debtors, contacts }),
            (invoices, debtors, contacts) => {
                Err(RunError::Config([invoices.err(), debtors.err(), contacts.err()].into_iter().flatten().collect()))
            }
        }
    }
}

/// Takes a layout or a wording into the settings that name it.
fn take_text(settings: &mut Settings, file: &LedgerFile) -> Result<(), Vec<Finding>> {
    if settings.dunning.wordings.iter().any(|name| **name == *file.name) {
        let wording = config::read_wording(&file.name, utf8(file)?)?;
        settings.wordings.retain(|known| known.language != wording.language);
        settings.wordings.push(wording);
    } else {
        settings.layouts.insert(file.name.to_string(), read_layout_bytes(file)?);
    }
    Ok(())
}

fn utf8(file: &LedgerFile) -> Result<&str, Vec<Finding>> {
    std::str::from_utf8(&file.bytes).map_err(|error| {
        let what = format!("expected UTF-8, but found: {error}");
        vec![
            Finding::error(crate::model::Origin::file(&file.name), "config-encoding", what)
                .effect("Nothing was run")
                .remedy("Save the file as UTF-8"),
        ]
    })
}

/// A layout from the bytes of its file.
///
/// # Errors
///
/// All problems of the file.
pub fn read_layout_bytes(file: &LedgerFile) -> Result<Layout, Vec<Finding>> {
    config::read_layout(&file.name, utf8(file)?)
}

/// What a run did.
#[derive(Debug)]
pub struct Done {
    /// The run folder; `None` for a dry run.
    pub folder: Option<PathBuf>,
    /// Problems of the data.
    pub findings: Vec<Finding>,
    /// Remittances by what became of them.
    pub counts: Counts,
    /// Bank files read.
    pub files: usize,
    /// Files that wait in the inbox.
    pub waiting: Vec<String>,
    /// Nothing was set aside.
    pub complete: bool,
    /// The summary of the night.
    pub summary: Vec<u8>,
}

/// Runs one night: inbox → outbox.
///
/// With `dry_run`, nothing is written and nothing is moved.
///
/// # Errors
///
/// [`RunError`]; then nothing is published and nothing is remembered.
pub fn run(project: &Project, as_of: NaiveDate, dry_run: bool, progress: &dyn Fn(Stage)) -> Result<Done, RunError> {
    let path = project.path(&project.settings.state_path);
    let ledger = project.ledger_files();
    if dry_run {
        let ledger = ledger?;
        let state = State::open_existing(&path)?;
        let gathered = inbox::gather(project)?;
        let night = decide_night(project, as_of, &gathered, &ledger, state.as_ref(), progress)?;
        return Ok(done(None, night, &gathered));
    }
    let ledger = ledger.inspect_err(|error| attention::tell(project, as_of, error))?;
    let _lock = lock::acquire(&path)?;
    // Another configuration may share the inbox.
    let _inbox = lock::acquire_inbox(&project.path(&project.settings.inbox.path))?;
    let done = publish_night(project, as_of, &path, &ledger, progress);
    match &done {
        Ok(_) => attention::clear(project),
        Err(error) => attention::tell(project, as_of, error),
    }
    done
}

fn publish_night(
    project: &Project,
    as_of: NaiveDate,
    path: &Path,
    ledger: &LedgerFiles,
    progress: &dyn Fn(Stage),
) -> Result<Done, RunError> {
    // A night that is refused leaves no empty state behind.
    let mut earlier = State::open_existing(path)?;
    let mut finished = None;
    if let Some(state) = &mut earlier {
        state.check_seal()?;
        finished = outbox::recover(project, state)?;
    }
    outbox::check_known(project, earlier.as_ref())?;
    let gathered = inbox::gather(project)?;
    let night = decide_night(project, as_of, &gathered, ledger, earlier.as_ref(), progress)?;
    let tables = [
        (Kind::Invoices, Some(&ledger.invoices)),
        (Kind::Debtors, Some(&ledger.debtors)),
        (Kind::Contacts, ledger.contacts.as_ref()),
    ];
    let tables = tables.into_iter().filter_map(|(kind, file)| file.map(|file| (kind, &*file.name, &file.bytes)));
    let texts = project.texts.iter().map(|file| (Kind::Layout, &*file.name, &file.bytes));
    let inputs: Vec<_> = [(Kind::Configuration, &*project.name, &project.text)].into_iter().chain(tables).chain(texts).collect();
    let mut state = match earlier {
        Some(state) => state,
        None => State::open(path)?,
    };
    let (folder, late) = outbox::publish(project, &mut state, as_of, &night, &gathered, &inputs)?;
    let mut done = done(Some(folder), night, &gathered);
    done.complete &= late.is_none();
    // Of the night before, and no finding of this one: its files do not tell it.
    done.findings.extend(finished.into_iter().chain(late));
    Ok(done)
}

/// Reads what lies there, asks the state for what that needs, and decides.
fn decide_night(
    project: &Project,
    as_of: NaiveDate,
    gathered: &inbox::Gathered,
    ledger: &LedgerFiles,
    state: Option<&State>,
    progress: &dyn Fn(Stage),
) -> Result<Night, RunError> {
    progress(Stage::Read);
    let settings = &project.settings;
    let reading = pipeline::read(settings, &gathered.documents(), ledger)?;
    let history = state.map_or_else(|| Ok(History::default()), |s| s.history(None, &reading.wanted(as_of)))?;
    Ok(pipeline::night(NightInput { as_of, settings, reading, findings: gathered.findings(), history }, progress)?)
}

fn done(folder: Option<PathBuf>, night: Night, gathered: &inbox::Gathered) -> Done {
    Done {
        complete: night.is_complete() && gathered.refused.is_empty(),
        folder,
        counts: night.counts,
        files: gathered.files.len(),
        waiting: gathered.waiting.clone(),
        summary: night.files.get("summary.json").cloned().unwrap_or_default(),
        findings: night.findings,
    }
}

/// Reads what a run would read, and tells every problem; writes nothing.
///
/// # Errors
///
/// [`RunError`], when there is nothing to check.
pub fn check(project: &Project, as_of: NaiveDate) -> Result<Vec<Finding>, RunError> {
    let gathered = inbox::gather(project)?;
    let ledger = project.ledger_files()?;
    let state = State::open_existing(&project.path(&project.settings.state_path))?;
    Ok(decide_night(project, as_of, &gathered, &ledger, state.as_ref(), &|_| {})?.findings)
}

/// Whether the bank files of a project are left in place.
fn keeps_inbox(project: &Project) -> bool {
    project.settings.inbox.after == AfterRead::Keep
}

/// The worst of what became of the documents of one file.
fn combined(dispositions: impl Iterator<Item = Disposition>) -> Disposition {
    let all: Vec<Disposition> = dispositions.collect();
    let any = |wanted: Disposition| all.contains(&wanted);
    let used = any(Disposition::Taken) || any(Disposition::Known);
    if !all.is_empty() && all.iter().all(|d| *d == Disposition::Known) {
        Disposition::Known
    } else if all.iter().all(|d| matches!(d, Disposition::Taken | Disposition::Known)) {
        Disposition::Taken
    } else if all.iter().all(|d| *d == Disposition::Refused) {
        Disposition::Refused
    } else if any(Disposition::Held) && (!used || !(any(Disposition::Refused) || any(Disposition::Partly))) {
        Disposition::Held
    } else {
        Disposition::Partly
    }
}

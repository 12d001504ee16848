//! `lettrage run`.

use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{exit, failed, parse_date, tell};
use crate::model::Severity;
use crate::pipeline::Stage;
use crate::shell::{self, Done, Project, RunError, Stopwatch};

#[derive(Args)]
pub(super) struct RunArguments {
    /// The configuration.
    #[arg(long, default_value = "pipeline.toml")]
    config: PathBuf,
    /// The business date; the machine's date when not given.
    #[arg(long, value_parser = parse_date)]
    date: Option<NaiveDate>,
    /// Decide, but write and move nothing.
    #[arg(long)]
    dry_run: bool,
    /// Threads to use; all cores when not given.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Events as JSON lines on standard output, for schedulers.
    #[arg(long)]
    json: bool,
}

/// What a scheduler reads.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    Started {
        business_date: String,
        dry_run: bool,
    },
    Stage {
        stage: &'static str,
    },
    StageDone {
        stage: &'static str,
        milliseconds: u64,
    },
    Finding {
        severity: &'static str,
        rule: &'static str,
        origin: String,
        message: String,
    },
    Done {
        run_folder: Option<&'a str>,
        lettered: usize,
        suggested: usize,
        unmatched: usize,
        taken_back: usize,
        dunning_actions: usize,
        files: usize,
        complete: bool,
    },
    Failed {
        kind: &'static str,
        exit_code: u8,
    },
}

impl Event<'_> {
    fn print(&self) {
        say!("{}", serde_json::to_string(self).unwrap_or_default());
    }
}

pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    match go(arguments) {
        Ok(code) => code,
        Err(error) => {
            if arguments.json {
                let (kind, exit_code) = match &error {
                    RunError::Config(_) => ("configuration", exit::CONFIG),
                    RunError::Locked(_) => ("locked", exit::LOCKED),
                    RunError::Audit(_) => ("audit", exit::AUDIT),
                    RunError::Io(_) => ("io", exit::IO),
                };
                Event::Failed { kind, exit_code }.print();
            }
            failed(&error, "Nothing was published. Mend this and run the same date again.")
        }
    }
}

fn go(arguments: &RunArguments) -> Result<ExitCode, RunError> {
    if let Some(threads) = arguments.threads {
        // Fails only when a pool is there already, which then serves.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let project = Project::open(&arguments.config)?;
    let as_of = arguments.date.unwrap_or_else(shell::today);
    if arguments.json {
        Event::Started { business_date: as_of.to_string(), dry_run: arguments.dry_run }.print();
    }
    let progress = Progress::new(arguments.json);
    let done = shell::run(&project, as_of, arguments.dry_run, &|stage| progress.enter(Some(stage)))?;
    progress.enter(None);
    if arguments.json {
        events(&done);
    } else {
        tell(&done.findings);
        print_summary(&done, as_of);
    }
    Ok(if done.complete { ExitCode::SUCCESS } else { ExitCode::from(exit::SET_ASIDE) })
}

fn events(done: &Done) {
    for finding in &done.findings {
        Event::Finding {
            severity: finding.severity.as_str(),
            rule: finding.rule,
            origin: finding.origin.to_string(),
            message: finding.message(),
        }
        .print();
    }
    let folder = done.folder.as_ref().map(|f| f.display().to_string());
    Event::Done {
        run_folder: folder.as_deref(),
        lettered: done.counts.lettered,
        suggested: done.counts.suggested,
        unmatched: done.counts.unmatched,
        taken_back: done.counts.taken_back,
        dunning_actions: done.counts.actions,
        files: done.files,
        complete: done.complete,
    }
    .print();
}

pub(super) fn print_summary(done: &Done, as_of: NaiveDate) {
    let counts = done.counts;
    let remittances = counts.lettered + counts.suggested + counts.unmatched;
    say!("Night of {as_of}: {} bank files, {remittances} remittances", done.files);
    say!("  {:>7}  lettered without a person", counts.lettered - counts.confirmed);
    if counts.confirmed > 0 {
        say!("  {:>7}  lettered as a person said", counts.confirmed);
    }
    say!("  {:>7}  suggested, for a person to confirm", counts.suggested);
    say!("  {:>7}  unmatched", counts.unmatched);
    if counts.taken_back > 0 {
        say!("  {:>7}  of earlier nights taken back", counts.taken_back);
    }
    say!("  {:>7}  items to chase", counts.actions);
    let errors = done.findings.iter().filter(|f| f.severity == Severity::Error).count();
    if errors > 0 {
        say!("  {errors:>7}  problems of the data set something aside: see above and findings.csv");
    }
    for name in &done.waiting {
        say!("  {name} is still being written: it waits for the next run");
    }
    let written = done.folder.as_ref().map(|folder| format!("Report: {}", folder.join("report.html").display()));
    say!("{}", written.unwrap_or_else(|| "Dry run: nothing was written and nothing was moved.".to_owned()));
}

/// Tells the stages: a spinner on a terminal, events for schedulers, else nothing.
struct Progress {
    json: bool,
    bar: Option<ProgressBar>,
    watch: RefCell<Stopwatch>,
    current: Cell<Option<Stage>>,
}

impl Progress {
    fn new(json: bool) -> Self {
        let bar = (!json && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg} ({elapsed})").unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            bar
        });
        Self { json, bar, watch: RefCell::new(Stopwatch::start()), current: Cell::new(None) }
    }

    fn enter(&self, stage: Option<Stage>) {
        let milliseconds = self.watch.borrow_mut().lap_milliseconds();
        if let Some(ended) = self.current.replace(stage)
            && self.json
        {
            Event::StageDone { stage: name(ended), milliseconds }.print();
        }
        match (stage, &self.bar) {
            (Some(stage), _) if self.json => Event::Stage { stage: name(stage) }.print(),
            (Some(stage), Some(bar)) => bar.set_message(name(stage)),
            (None, Some(bar)) => bar.finish_and_clear(),
            _ => {}
        }
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "read",
        Stage::Decide => "decide",
        Stage::Audit => "audit",
        Stage::Render => "render",
    }
}

//! `lettrage run`.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use super::{exit, failed, parse_date, tell};
use crate::shell::{self, Project, RunError};

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
    #[arg(long)]
    threads: Option<usize>,
    /// Events as JSON lines on standard output, for schedulers.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &RunArguments) -> ExitCode {
    match go(arguments) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn go(arguments: &RunArguments) -> Result<ExitCode, RunError> {
    if let Some(threads) = arguments.threads {
        // Fails only when a pool is there already, which then serves.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    let project = Project::open(&arguments.config)?;
    let as_of = arguments.date.unwrap_or_else(shell::today);
    let done = shell::run(&project, as_of, arguments.dry_run, &|_| {})?;
    tell(&done.findings);
    println!("{:?} {:?}", done.folder, done.counts);
    Ok(if done.complete { ExitCode::SUCCESS } else { ExitCode::from(exit::SET_ASIDE) })
}

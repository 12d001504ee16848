//! `lettrage verify`: whether outbox and state are what the runs left.

use std::path::Path;
use std::process::ExitCode;

use super::{exit, tell};
use crate::shell::{self, Project, RunError};

pub(super) fn run(config: &Path) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let verified = shell::verify(&project)?;
    tell(&verified.broken);
    if verified.unsealed {
        eprintln!("The last run was cut short: the next one finishes it, and seals the state again.");
    }
    say!(
        "{}, {}, {} lettered: {}",
        counted(verified.runs, "run"),
        counted(verified.files, "file"),
        counted(verified.lettered, "remittance"),
        match verified.broken.len() {
            0 => "nothing is broken".to_owned(),
            1 => "1 link is broken".to_owned(),
            several => format!("{several} links are broken"),
        }
    );
    Ok(if verified.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::SET_ASIDE) })
}

/// `1 run`, `2 runs`.
fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

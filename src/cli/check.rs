//! `lettrage check`: every problem, and nothing written.

use std::path::Path;
use std::process::ExitCode;

use super::{exit, tell};
use crate::model::Severity;
use crate::shell::{self, Project, RunError};

pub(super) fn run(config: &Path) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let findings = shell::check(&project, shell::today())?;
    tell(&findings);
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    say!("{}: configuration is good; {errors} errors and {warnings} warnings in ledger and inbox", project.name);
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(exit::SET_ASIDE) })
}

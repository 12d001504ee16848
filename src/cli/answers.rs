//! `lettrage answers`: the factor's answers to the lettrage.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::shell::{self, Project, RunError};

pub(super) fn run(config: &Path, file: &Path) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let answered = shell::answers(&project, file)?;
    say!("{} accepted, {} rejected", answered.accepted, answered.rejected);
    if answered.rejected > 0 {
        say!("The next night takes the lettrage of the rejected back, and leaves them for a person.");
    }
    super::tell(&answered.findings);
    Ok(if answered.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::SET_ASIDE) })
}

//! `lettrage confirm`, `reject`, `set-aside` and `undo`: what a person decides about a remittance.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::shell::{self, Asked, Project, RunError};
use crate::text::visible;

pub(super) fn run(config: &Path, reference: &str, asked: &Asked) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    match shell::decide(&project, reference, asked)? {
        Ok(told) => {
            say!("{}", visible(&told));
            say!("The next night applies it.");
            Ok(ExitCode::SUCCESS)
        }
        Err(finding) => {
            eprintln!("{}", crate::text::visible_lines(&finding.to_string()));
            Ok(ExitCode::from(exit::CONFIG))
        }
    }
}

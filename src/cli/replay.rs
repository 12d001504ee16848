//! `lettrage replay`: a night of the past again, for auditors.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::shell::{self, Project, RunError};
use crate::text::visible;

pub(super) fn run(config: &Path, run: &str) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let replay = shell::replay(&project, run)?;
    for file in &replay.files {
        say!("{}  {}", if file.same { "same   " } else { "differs" }, visible(&file.file));
    }
    let differing = replay.files.iter().filter(|f| !f.same).count();
    if differing == 0 {
        say!("{run}: all {} files are the same, byte for byte.", replay.files.len());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{run}: {differing} of {} files differ from what was published.", replay.files.len());
    if replay.version != env!("CARGO_PKG_VERSION") {
        eprintln!("  The night was run by version {}, this is {}.", replay.version, env!("CARGO_PKG_VERSION"));
    }
    eprintln!("  Run `lettrage verify`: it says whether the published files were changed.");
    Ok(ExitCode::from(exit::SET_ASIDE))
}

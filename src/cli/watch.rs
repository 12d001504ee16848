//! `lettrage watch`: nights as files arrive.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::{failed, run, tell};
use crate::shell::{self, RunError, Watched};

pub(super) fn run(config: &Path, every: u64) -> Result<ExitCode, RunError> {
    shell::watch(config, Duration::from_secs(every), &mut |event| {
        match event {
            Watched::Watching { inbox, events } => {
                let how = if events { "as files arrive, and" } else { "the folder tells of nothing, so only" };
                eprintln!("Watching {}: {how} every {every} s. Stop with Ctrl-C.", inbox.display());
            }
            Watched::Night(Ok(done)) => {
                tell(&done.findings);
                run::print_summary(&done, shell::today());
            }
            Watched::Night(Err(error)) => {
                failed(&error, "Nothing was published. Mend this; the next file that is dropped starts a night again.");
            }
        }
        true
    })?;
    Ok(ExitCode::SUCCESS)
}

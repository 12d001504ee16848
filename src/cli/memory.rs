//! `lettrage memory`: what confirmed payments taught about payers.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::exit;
use crate::shell::{self, Project, RunError};
use crate::text::visible;

#[derive(Subcommand)]
pub(super) enum MemoryCommand {
    /// What is remembered: number, contract, payer, debtor, how often confirmed and rejected, since when.
    List {
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Forget what is remembered of a payer, as `list` writes it (`account:FR76…`, `name:…`, `words:…`).
    Forget {
        /// The payer.
        payer: String,
        /// Only for this debtor.
        #[arg(long)]
        debtor: Option<String>,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
}

pub(super) fn run(command: &MemoryCommand) -> Result<ExitCode, RunError> {
    match command {
        MemoryCommand::List { config } => {
            let project = Project::open(config)?;
            let memories = shell::memories(&project)?;
            if memories.is_empty() {
                eprintln!("Nothing is remembered yet: `lettrage confirm` teaches who pays for whom.");
            }
            for memory in memories {
                say!(
                    "{}  {}  {}  confirmed {}, rejected {}, last {}",
                    memory.contract,
                    visible(&memory.key),
                    memory.debtor,
                    memory.confirmed,
                    memory.rejected,
                    memory.day
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        MemoryCommand::Forget { payer, debtor, config } => {
            let project = Project::open(config)?;
            let forgotten = shell::forget(&project, payer, debtor.as_deref())?;
            if forgotten == 0 {
                eprintln!("{}: memory-unknown", visible(payer));
                eprintln!("  expected a payer of `lettrage memory list`, but found none of that name");
                eprintln!("  Nothing was changed.\n  Copy it from the list.");
                return Ok(ExitCode::from(exit::CONFIG));
            }
            say!("{forgotten} decisions about {} do not count any more.", visible(payer));
            Ok(ExitCode::SUCCESS)
        }
    }
}

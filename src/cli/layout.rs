//! `lettrage layout`: the factor's own file layouts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::{exit, tell};
use crate::config;
use crate::ledger::LedgerFile;
use crate::shell::{self, RunError};
use crate::text::visible_lines;

#[derive(Subcommand)]
pub(super) enum LayoutCommand {
    /// Check a layout; all problems with line and column.
    Check {
        /// The layout, a .toml file.
        file: PathBuf,
    },
    /// Show a rendered file under a ruler of positions.
    Preview {
        /// A file that was rendered, of a run folder.
        file: PathBuf,
    },
    /// Write a layout that comes with the program to standard output, to start another from.
    Show {
        /// factor360 or semicolon.
        name: String,
    },
}

pub(super) fn run(command: &LayoutCommand) -> Result<ExitCode, RunError> {
    match command {
        LayoutCommand::Check { file } => check(file),
        LayoutCommand::Preview { file } => preview(file),
        LayoutCommand::Show { name } => {
            let Some(text) = config::layout_text(name) else {
                eprintln!("{name}: expected one of {}, but found no layout of that name", config::LAYOUTS.join(", "));
                return Ok(ExitCode::from(exit::CONFIG));
            };
            let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, RunError> {
    shell::read_bytes(file).map_err(|error| RunError::Io(format!("cannot read {}: {error}", file.display())))
}

fn check(file: &Path) -> Result<ExitCode, RunError> {
    let layout = LedgerFile { name: file.display().to_string().into(), bytes: read(file)?.into() };
    match shell::read_layout_bytes(&layout) {
        Ok(layout) => {
            say!("{}: {} records, nothing is wrong with it", layout.name, layout.records.len());
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            tell(&problems);
            Ok(ExitCode::from(exit::CONFIG))
        }
    }
}

fn preview(file: &Path) -> Result<ExitCode, RunError> {
    let bytes = read(file)?;
    // One character a byte: positions are what the factor counts.
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    let width = text.lines().map(|l| l.chars().count()).max().unwrap_or(0);
    for start in (0..width).step_by(100) {
        let end = (start + 100).min(width);
        let tens: String = (start + 1..=end)
            .map(|n| if n % 10 == 0 { char::from_digit(u32::try_from(n / 10 % 10).unwrap_or(0), 10).unwrap_or(' ') } else { '.' })
            .collect();
        say!("{:>4}  {tens}", start + 1);
        for line in text.lines() {
            let part: String = line.chars().skip(start).take(100).collect();
            say!("      {}", visible_lines(&part));
        }
    }
    Ok(ExitCode::SUCCESS)
}

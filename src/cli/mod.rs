//! Arguments → command. Standard output is for data, standard error for messages.

/// A line on standard output. Whoever closed the pipe has read enough.
macro_rules! say {
    () => { say!("") };
    ($($said:tt)*) => {{
        let line = format!($($said)*);
        $crate::cli::is_out(::std::io::Write::write_all(&mut ::std::io::stdout(), format!("{line}\n").as_bytes()));
    }};
}

/// A line on standard error, for people: that of the standard library panics when nobody reads it.
macro_rules! eprintln {
    ($($said:tt)*) => {{
        let line = format!($($said)*);
        let _ = ::std::io::Write::write_all(&mut ::std::io::stderr(), format!("{line}\n").as_bytes());
    }};
}

mod answers;
mod check;
mod decide;
mod explain;
mod fec;
mod fit;
mod init;
mod inspect;
mod layout;
mod memory;
mod replay;
mod run;
mod status;
mod verify;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

use crate::model::Finding;
use crate::shell::{Asked, RunError};
use crate::text::visible_lines;

/// From the bank statement of the dedicated account to the factor's lettrage.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run one night: inbox → outbox.
    Run(run::RunArguments),
    /// Check configuration, ledger and waiting statements; write nothing.
    Check {
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Tell why a remittance was matched as it was: evidence, weights, rivals, thresholds.
    Explain {
        /// The bank's reference of the remittance, or its remittance id.
        reference: String,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
        /// As one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Say what a waiting remittance pays: a suggestion, or items by number; the next night letters it.
    Confirm {
        /// The bank's reference of the remittance, or its remittance id.
        reference: String,
        /// The suggestion of that rank in the newest run. Without it and without --invoice: the first.
        #[arg(long, conflicts_with = "invoice")]
        rank: Option<u32>,
        /// An item by its number, with what is paid of it; without =AMOUNT all that is open. What the
        /// items leave stays on account for their debtor.
        #[arg(long, value_name = "NUMBER[=AMOUNT]")]
        invoice: Vec<String>,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Say that what is suggested for a waiting remittance is wrong: it is not suggested again.
    Reject {
        /// The bank's reference of the remittance, or its remittance id.
        reference: String,
        /// Only the suggestion of that rank in the newest run; without it all of them.
        #[arg(long)]
        rank: Option<u32>,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Take back what an earlier night lettered or set aside: the next night reverses it, and the remittance waits
    /// for a person again.
    Undo {
        /// The bank's reference of the remittance, or its remittance id.
        reference: String,
        /// Why; it is kept with who and when.
        #[arg(long)]
        reason: String,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Read the factor's answers to the lettrage: what it accepts is confirmed, what it rejects is taken back.
    Answers {
        /// A CSV with `remittance_id` or `bank_reference`, `status` (accepted, rejected) and `reason`.
        file: PathBuf,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Write the codes of what is lettered onto the accountant's FEC, beside it; nothing else changes.
    Fec {
        /// The FEC, as the accounting program exports it.
        file: PathBuf,
        /// Where the lettered one goes; must not be there yet. Default: FILE with the ending .lettrage.txt.
        #[arg(long)]
        output: Option<PathBuf>,
        /// How customers' accounts begin.
        #[arg(long, default_value = "411")]
        account: String,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Fit the weights of the matching to remittances whose truth is known, and print them.
    Fit {
        /// Project folders with a truth.jsonl, such as `cargo run --example worlds` writes. Without any:
        /// the project's own nights, as they stand settled today.
        folder: Vec<PathBuf>,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Check, preview or start a layout of the factor's lettrage file.
    Layout {
        #[command(subcommand)]
        command: layout::LayoutCommand,
    },
    /// Show or drop what confirmed payments taught about payers.
    Memory {
        #[command(subcommand)]
        command: memory::MemoryCommand,
    },
    /// Take a waiting remittance out of the tables, with a reason: it is not to be lettered; `undo` brings it back.
    SetAside {
        /// The bank's reference of the remittance, or its remittance id.
        reference: String,
        /// Why; it is kept with who and when.
        #[arg(long)]
        reason: String,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Tell where each contract stands: last statement, gaps, what waits for a person.
    Status {
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
        /// One JSON object a contract and line.
        #[arg(long)]
        json: bool,
    },
    /// Walk all runs of the outbox and the state: digests, the chain, every cent, each remittance once.
    Verify {
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Decide a run again, from the archive and the state as it was, and compare every file byte by byte.
    Replay {
        /// The run, as its folder in the outbox is called: 2026-11-20-001.
        run: String,
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
    },
    /// Stay up, and run a night each time dropped files have settled.
    Watch {
        /// The configuration.
        #[arg(long, default_value = "pipeline.toml")]
        config: PathBuf,
        /// Seconds after which the inbox is looked at even where the share tells of nothing.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
        every: u64,
    },
    /// Write a commented pipeline.toml and a small ledger to start from; never overwrite.
    Init {
        /// The folder.
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Show what a bank file says; needs no configuration.
    Inspect {
        /// Bank files: .xml, .xml.gz, .zip.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON object a statement and line.
        #[arg(long)]
        json: bool,
    },
}

/// Parses the arguments of the process, does what they ask, and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let command = Arguments::parse().command;
    // A night that is published is, whoever reads what it says.
    let is_night = matches!(command, Command::Run(_) | Command::Watch { .. });
    let code = done(command);
    if is_night || !IS_LOST.load(Relaxed) {
        return code;
    }
    eprintln!(
        "standard output: expected to write there, but it takes no more\n  What was asked for is not whole. Make room, and ask again."
    );
    ExitCode::from(exit::IO)
}

fn done(command: Command) -> ExitCode {
    let done = match command {
        Command::Run(arguments) => return run::run(&arguments),
        Command::Check { config } => check::run(&config),
        Command::Explain { reference, config, json } => explain::run(&config, &reference, json),
        Command::Confirm { reference, rank, invoice, config } => {
            let item = |text: &String| match text.rsplit_once('=') {
                Some((number, amount)) => (number.to_owned(), Some(amount.to_owned())),
                None => (text.clone(), None),
            };
            let asked = if invoice.is_empty() {
                Asked::Rank(rank.unwrap_or(1))
            } else {
                Asked::Items(invoice.iter().map(item).collect())
            };
            decide::run(&config, &reference, &asked)
        }
        Command::Reject { reference, rank, config } => decide::run(&config, &reference, &Asked::Reject { rank }),
        Command::Undo { reference, reason, config } => decide::run(&config, &reference, &Asked::Undo { reason }),
        Command::Layout { command } => layout::run(&command),
        Command::Answers { file, config } => answers::run(&config, &file),
        Command::Fec { file, output, account, config } => fec::run(&config, &file, output, &account),
        Command::Fit { folder, config } => fit::run(&config, &folder),
        Command::Memory { command } => memory::run(&command),
        Command::SetAside { reference, reason, config } => decide::run(&config, &reference, &Asked::SetAside { reason }),
        Command::Status { config, json } => status::run(&config, json),
        Command::Verify { config } => verify::run(&config),
        Command::Replay { run, config } => replay::run(&config, &run),
        Command::Watch { config, every } => watch::run(&config, every),
        Command::Init { folder } => return init::run(&folder),
        Command::Inspect { files, json } => return inspect::run(&files, json),
    };
    done.unwrap_or_else(|error| failed(&error, "Nothing was changed. Mend this, and try again."))
}

/// Something could not be written to standard output, though somebody reads it.
static IS_LOST: AtomicBool = AtomicBool::new(false);

/// Whether data went out. A disk that is full is told at the end; whoever closed the pipe has read enough.
fn is_out(written: std::io::Result<()>) -> bool {
    written
        .inspect_err(|error| {
            if error.kind() != std::io::ErrorKind::BrokenPipe {
                IS_LOST.store(true, Relaxed);
            }
        })
        .is_ok()
}

/// Exit codes, stable.
pub(crate) mod exit {
    pub const SET_ASIDE: u8 = 1;
    pub const CONFIG: u8 = 2;
    pub const LOCKED: u8 = 3;
    pub const AUDIT: u8 = 4;
    pub const IO: u8 = 5;
}

/// Tells why a command gave nothing, with what holds and helps after an input or output error, and gives
/// its exit code.
fn failed(error: &RunError, after_io: &str) -> ExitCode {
    match error {
        RunError::Config(findings) => {
            tell(findings);
            ExitCode::from(exit::CONFIG)
        }
        RunError::Locked(path) => {
            eprintln!("{}: lock-held", path.display());
            eprintln!("  expected to be the only run, but found another one at work");
            eprintln!("  Nothing was run.\n  Wait until it has ended; the lock goes with it.");
            ExitCode::from(exit::LOCKED)
        }
        RunError::Audit(differences) => {
            eprintln!("audit: the night does not add up, so nothing is published");
            for difference in differences.iter().take(20) {
                eprintln!("  {difference}");
            }
            eprintln!("  Keep the inbox and the ledger as they are and report this: it is a fault of the program.");
            ExitCode::from(exit::AUDIT)
        }
        RunError::Io(what) => {
            eprintln!("{}", visible_lines(what));
            eprintln!("  {after_io}");
            ExitCode::from(exit::IO)
        }
    }
}

/// All findings on standard error.
fn tell(findings: &[Finding]) {
    for finding in findings {
        eprintln!("{}", visible_lines(&finding.to_string()));
    }
}

fn parse_date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "expected a date such as 2026-11-21".to_owned())
}

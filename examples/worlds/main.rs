//! Writes invented worlds: ledger, statements and truth.
//!
//! ```text
//! cargo run --example worlds -- FOLDER [mixed|hard|rare] [SEED] [REMITTANCES] [ITEMS] [DEBTORS] [DIAL=VALUE…]
//! lettrage run --config FOLDER/pipeline.toml --date 2026-06-07
//! ```
//!
//! Dials are `days`, the shares in percent `recurring`, `with_iban`, `name_noise`, `oldest_first` and `rare_damage`, and the
//! weight of each habit among all, by its name: `Range=50`, `Silent=0`.
#![expect(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, reason = "a tool for the command line")]

mod bank;
mod damage;
mod dials;
mod names;
mod random;
mod world;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use world::{Dials, Truth, world};

fn main() -> ExitCode {
    let (turned, arguments): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|argument| argument.contains('='));
    let Some(folder) = arguments.first().map(PathBuf::from) else {
        eprintln!("usage: worlds FOLDER [mixed|hard|rare] [SEED] [REMITTANCES] [ITEMS] [DEBTORS] [DIAL=VALUE…]");
        return ExitCode::from(2);
    };
    let number = |at: usize, default: u64| arguments.get(at).and_then(|a| a.parse::<u64>().ok()).unwrap_or(default);
    let size = |at, default| usize::try_from(number(at, default)).unwrap_or(0);
    let make = match arguments.get(1).map(String::as_str) {
        Some("hard") => Dials::hard,
        Some("rare") => Dials::rare,
        _ => Dials::mixed,
    };
    let mut dials = make(number(2, 1), size(3, 1_500), size(4, 4_000), size(5, 350));
    for dial in &turned {
        if let Err(expected) = turn(&mut dials, dial) {
            eprintln!("{dial}: expected {expected}; nothing was written");
            return ExitCode::from(2);
        }
    }
    let made = world(&dials);
    let mut files = vec![
        ("pipeline.toml".to_owned(), made.pipeline),
        ("ledger/invoices.csv".to_owned(), made.invoices),
        ("ledger/debtors.csv".to_owned(), made.debtors),
        ("truth.jsonl".to_owned(), made.truth.iter().map(line).collect()),
    ];
    files.extend(made.statements.into_iter().map(|(name, text)| (format!("inbox/{name}"), text)));
    for (name, text) in files {
        let path = folder.join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
        if let Err(error) = written {
            eprintln!("{}: {error}", path.display());
            return ExitCode::from(5);
        }
    }
    println!("{}: {} remittances, business date {}", folder.display(), made.truth.len(), made.business_date);
    ExitCode::SUCCESS
}

/// Turns a dial, given as `NAME=VALUE`; the error says what was expected.
fn turn(dials: &mut Dials, given: &str) -> Result<(), String> {
    let (name, value) = given.split_once('=').unwrap_or_default();
    let value: u64 = value.parse().map_err(|_| format!("a whole number behind {name}="))?;
    let share = match name {
        "days" => {
            dials.days = usize::try_from(value).unwrap_or(usize::MAX).max(1);
            return Ok(());
        }
        "recurring" => &mut dials.recurring,
        "with_iban" => &mut dials.with_iban,
        "name_noise" => &mut dials.name_noise,
        "oldest_first" => &mut dials.oldest_first,
        "rare_damage" => &mut dials.rare_damage,
        _ => {
            let mut habits = dials.habits.to_vec();
            let names: Vec<String> = habits.iter().map(|(habit, _)| format!("{habit:?}")).collect();
            let Some(at) = names.iter().position(|habit| habit == name) else {
                let shares = "days, recurring, with_iban, name_noise, oldest_first, rare_damage";
                return Err(format!("one of {shares}, {}", names.join(", ")));
            };
            habits[at].1 = value;
            // Once for each dial of one run.
            dials.habits = habits.leak();
            return Ok(());
        }
    };
    if value > 100 {
        return Err("a share in percent".to_owned());
    }
    *share = value;
    Ok(())
}

/// One remittance of the truth as a line of JSON.
fn line(truth: &Truth) -> String {
    let klass = match (truth.lines.is_empty(), truth.knowable) {
        (true, _) => "none",
        (false, true) => "matchable",
        (false, false) => "ambiguous",
    };
    let value = serde_json::json!({
        "bank_reference": truth.bank_reference,
        "habit": format!("{:?}", truth.habit),
        "klass": klass,
        "amount": truth.amount,
        "lines": truth.lines,
    });
    format!("{value}\n")
}

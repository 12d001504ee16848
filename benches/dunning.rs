//! Dunning alone: a night of so many open items, all of them overdue.
//!
//! `cargo bench --bench dunning -- 1000000`: items; 100,000 and 1,000,000 without an argument. Prints what
//! a run took once: deciding, letters, and all tables of the dunning.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first surprise")]
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads arguments and the clock itself")]

#[path = "../examples/worlds/mod.rs"]
#[expect(dead_code, reason = "a part of the generator serves here")]
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::Days;
use lettrage::model::{History, Invoice};
use lettrage::{dunning, ledger};
use worlds::night::NightFiles;
use worlds::world::{Dials, world};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    println!("open items   debtors   actions   letters   deciding   drafting   tables");
    for items in if sizes.is_empty() { vec![100_000, 1_000_000] } else { sizes } {
        row(items);
    }
}

fn row(items: usize) {
    let mut made = world(&Dials::mixed(1, 100, items, items / 20));
    made.pipeline.push_str("\n[company]\nname = \"Exemple SA\"\naddress = \"1 rue du Test, 75001 Paris\"\n");
    let files = NightFiles::new(&made);
    let ledger = ledger::read(&files.settings.ledger, &files.settings.contracts, &files.ledger).unwrap().ledger;
    let as_of = files.as_of + Days::new(60);
    let open_after: Vec<i64> = ledger.invoices.iter().map(|i: &Invoice| i.open.minor()).collect();
    let statements: BTreeMap<_, _> = files.settings.contracts.iter().map(|c| (c.id.clone(), as_of)).collect();
    let history = History::default();
    let (settings, waiting) = (&files.settings, BTreeSet::new());
    let start = Instant::now();
    let situation = dunning::Situation {
        settings: &settings.dunning,
        late_payment: &settings.late_payment,
        contracts: &settings.contracts,
        ledger: &ledger,
        open_after: &open_after,
        lines: &[],
        waiting: &waiting,
        statements: &statements,
        contacts: &[],
        history: &history,
        as_of,
    };
    let (mut actions, _) = dunning::actions(&situation);
    let deciding = start.elapsed();
    let start = Instant::now();
    let desk = dunning::Desk {
        company: &settings.company,
        language: settings.language,
        wordings: &settings.wordings,
        late_payment: &settings.late_payment,
        contracts: &settings.contracts,
        ledger: &ledger,
        as_of,
    };
    let (letters, _) = dunning::drafts(&desk, &mut actions);
    let drafting = start.elapsed();
    let start = Instant::now();
    let defunding = dunning::defunding(&settings.contracts, &ledger, &open_after, as_of);
    let tables_of_items =
        [dunning::dunning_csv(&actions), dunning::calls_csv(&ledger, &actions, as_of), dunning::defunding_csv(&defunding)];
    let summing_up = [dunning::defunding_weeks_csv(&defunding), dunning::quality_csv(&situation)];
    let bytes: usize = tables_of_items.iter().chain(&summing_up).map(Vec::len).sum();
    let tables = start.elapsed();
    let (items, debtors, count) = (ledger.invoices.len(), ledger.debtors.len(), actions.len());
    println!(
        "{items:>10} {debtors:>9} {count:>9} {:>9} {deciding:>10.2?} {drafting:>10.2?} {tables:>8.2?}  {bytes} bytes",
        letters.len()
    );
}

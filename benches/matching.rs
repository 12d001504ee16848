//! The matching stage alone: remittances a second, peak memory, and how both grow.
//!
//! ```sh
//! cargo bench --bench matching                    # 10⁴, 10⁵ and 10⁶ remittances, and two skewed trades
//! cargo bench --bench matching -- 100000          # one size
//! cargo bench --bench matching -- few equal       # the skewed trades: 100 debtors; nine in ten amounts equal
//! cargo bench --bench matching -- 100000 shuffled # rows and files in reverse order: the same digest
//! ```
//!
//! Prints what a run took once; machines are shared, and the growth within one run is what counts.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first surprise")]
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads arguments and the clock itself")]
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "rates for people")]

#[path = "../examples/worlds/mod.rs"]
#[expect(dead_code, reason = "a part of the generator serves here")]
mod worlds;

use std::time::Instant;

use lettrage::config::Settings;
use lettrage::model::{History, Ledger, Remittance, Verdict};
use lettrage::{camt, ledger, matching, remittance};
use sha2::{Digest, Sha256};
use worlds::night::NightFiles;
use worlds::world::{Dials, world};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let sizes: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    let shuffled = arguments.iter().any(|a| a == "shuffled");
    let asked = |name: &str| arguments.is_empty() || arguments.iter().any(|a| a == name);
    println!("trade                  remittances   open items   debtors   seconds   a second   lettered   peak MB   digest");
    for size in if arguments.is_empty() { vec![10_000, 100_000, 1_000_000] } else { sizes } {
        row("ordinary", &Dials::mixed(1, size, size, size / 20), shuffled);
    }
    if asked("few") {
        row("100 debtors", &Dials::mixed(2, 100_000, 500_000, 100), shuffled);
    }
    if asked("equal") {
        row("subscriptions", &Dials { recurring: 90, ..Dials::mixed(3, 100_000, 200_000, 10_000) }, shuffled);
    }
}

fn row(name: &str, dials: &Dials, shuffled: bool) {
    let (settings, ledger, remittances) = prepared(dials, shuffled);
    let numbered: Vec<(usize, &Remittance)> = remittances.iter().enumerate().collect();
    settle();
    // Peak memory from here on: what was prepared, and what the stage adds.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let start = Instant::now();
    let verdicts = matching::decide(
        &settings.matching,
        &settings.contracts[0],
        &ledger,
        &numbered,
        &std::collections::BTreeMap::new(),
        (&[], chrono::NaiveDate::default()),
        None,
    );
    let seconds = start.elapsed().as_secs_f64();
    let lettered = verdicts.iter().filter(|v| matches!(v, Verdict::Match(_))).count();
    println!(
        "{name:20} {:>13} {:>12} {:>9} {seconds:>9.2} {:>10.0} {lettered:>10} {:>9.0}   {}",
        remittances.len(),
        ledger.invoices.len(),
        ledger.debtors.len(),
        remittances.len() as f64 / seconds,
        status_bytes("VmHWM:") as f64 / 1e6,
        digest(&verdicts),
    );
}

/// A trade as the stage gets it; the files it came from are gone.
fn prepared(dials: &Dials, shuffled: bool) -> (Settings, Ledger, Vec<Remittance>) {
    let mut world = world(dials);
    if shuffled {
        world.statements.reverse();
        for rows in [&mut world.invoices, &mut world.debtors] {
            let (header, rest) = rows.split_once('\n').unwrap();
            *rows = format!("{header}\n{}\n", rest.lines().rev().collect::<Vec<_>>().join("\n"));
        }
    }
    let files = NightFiles::new(&world);
    let book = ledger::read(&files.settings.ledger, &files.settings.contracts, &files.ledger).unwrap();
    let mut read = Vec::new();
    for reading in camt::read_all(&files.statements) {
        read.extend(reading.unwrap().statements.into_iter().map(|s| (s.statement, s.faults)));
    }
    let history = History::default();
    let admission = remittance::admit(&files.settings, read, &history, files.as_of);
    let sorted = remittance::sort(&files.settings.contracts, &admission.statements, &history);
    (files.settings, book.ledger, sorted.remittances)
}

/// Waits until the allocator has given back what the preparation freed: a second after, and only while it
/// is asked for more. The clock and the peak are those of the stage.
fn settle() {
    let mut before = u64::MAX;
    for _ in 0..10 {
        std::thread::sleep(std::time::Duration::from_millis(1_200));
        rayon::broadcast(|_| (0..20_000).map(|_| Vec::with_capacity(1_024)).collect::<Vec<Vec<u8>>>());
        let now = status_bytes("VmRSS:");
        if now >= before {
            break;
        }
        before = now;
    }
}

/// Of what was decided: the same for any number of threads.
fn digest(verdicts: &[Verdict]) -> String {
    let mut digest = Sha256::new();
    for verdict in verdicts {
        digest.update(format!("{verdict:?}"));
    }
    digest.finalize().iter().take(6).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A figure of the process, as Linux tells it.
fn status_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

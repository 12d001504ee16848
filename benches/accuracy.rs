//! Accuracy: precision, share settled without a person, cents wrong, first suggestions, and whether
//! the claimed probability is true, habit by habit, on worlds of the project's own generator.
//!
//! ```text
//! cargo bench --bench accuracy            # five ordinary and five hard worlds
//! cargo bench --bench accuracy -- 40      # forty of each
//! cargo bench --bench accuracy -- skewed  # nine in ten amounts equal; items that run out; few debtors;
//!                                         # damage seldom seen; payers without a word who pay the oldest first
//! ```
#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, reason = "a report on the terminal")]
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "shares for people")]

#[path = "../examples/worlds/mod.rs"]
#[expect(dead_code, reason = "a part of the generator serves here")]
mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use lettrage::pipeline;
use worlds::night::{NightFiles, input};
use worlds::world::{Dials, Habit, World, world};

#[derive(Default, Clone, Copy)]
struct Tally {
    remittances: u64,
    knowable: u64,
    lettered: u64,
    right: u64,
    settled: u64,
    first_right: u64,
    cents: u64,
    cents_wrong: u64,
}

/// A trade: its name, and its worlds by their seed.
type Trade = (&'static str, fn(u64) -> Dials);

const ORDINARY: [Trade; 2] =
    [("mixed", |seed| Dials::mixed(seed, 1_500, 4_000, 350)), ("hard", |seed| Dials::hard(seed, 1_500, 4_000, 350))];
const SKEWED: [Trade; 11] = [
    ("equal amounts", |seed| Dials { recurring: 90, ..Dials::mixed(seed, 1_500, 3_000, 150) }),
    ("equal amounts, hard", |seed| Dials { recurring: 90, ..Dials::hard(seed, 1_500, 3_000, 150) }),
    ("items run out", |seed| Dials::mixed(seed, 1_500, 1_500, 75)),
    ("items run out, hard", |seed| Dials::hard(seed, 1_500, 1_500, 75)),
    ("four debtors", |seed| Dials::mixed(seed, 1_500, 7_500, 4)),
    ("twenty debtors, hard", |seed| Dials::hard(seed, 1_500, 3_000, 20)),
    ("rare damage", |seed| Dials { rare_damage: 100, ..Dials::mixed(seed, 1_500, 4_000, 350) }),
    ("rare damage, hard", |seed| Dials::rare(seed, 1_500, 4_000, 350)),
    ("rare names, hard", |seed| Dials { name_noise: 60, with_iban: 0, ..Dials::rare(seed, 1_500, 4_000, 350) }),
    ("oldest first", |seed| Dials { oldest_first: 100, recurring: 40, ..Dials::mixed(seed, 1_500, 4_000, 350) }),
    ("oldest first, hard", |seed| Dials { oldest_first: 100, recurring: 40, ..Dials::hard(seed, 1_500, 4_000, 350) }),
];

/// Claims of a probability, and how many were right.
type Reliability = BTreeMap<u32, (u64, u64)>;

fn main() {
    let worlds: u64 = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(5);
    let trades = if std::env::args().any(|a| a == "skewed") { &SKEWED[..] } else { &ORDINARY[..] };
    for (name, dials) in trades {
        let mut habits: BTreeMap<Habit, Tally> = BTreeMap::new();
        let mut claims = Reliability::new();
        for seed in 1..=worlds {
            judge((name, seed), &world(&dials(seed)), &mut habits, &mut claims);
        }
        println!("\n{name}: {worlds} worlds of 1500 remittances");
        println!("{:20} {:>7} {:>8} {:>6} {:>10} {:>9}", "habit", "number", "lettered", "wrong", "settled", "first");
        let mut all = Tally::default();
        for (habit, tally) in &habits {
            print(&format!("{habit:?}"), tally);
            add(&mut all, tally);
        }
        print("all", &all);
        println!("cents lettered wrongly: {:.6} of those lettered", all.cents_wrong as f64 / all.cents.max(1) as f64);
        println!("claimed probability   claims   right");
        for (from, (claimed, right)) in &claims {
            println!("from {:<16.4} {claimed:>7} {:>7.4}", f64::from(*from) / 1e6, *right as f64 / *claimed as f64);
        }
    }
}

fn print(name: &str, tally: &Tally) {
    let share = |part: u64, whole: u64| if whole == 0 { "-".to_owned() } else { format!("{:.4}", part as f64 / whole as f64) };
    println!(
        "{name:20} {:>7} {:>8} {:>6} {:>10} {:>9}",
        tally.remittances,
        tally.lettered,
        tally.lettered - tally.right,
        share(tally.settled, tally.knowable),
        share(tally.first_right, tally.knowable - tally.settled),
    );
}

fn add(all: &mut Tally, one: &Tally) {
    all.remittances += one.remittances;
    all.knowable += one.knowable;
    all.lettered += one.lettered;
    all.right += one.right;
    all.settled += one.settled;
    all.first_right += one.first_right;
    all.cents += one.cents;
    all.cents_wrong += one.cents_wrong;
}

/// Items and cents applied to each, by bank reference, with the probability claimed.
type Applied = BTreeMap<String, (BTreeSet<(String, i64)>, u32)>;

fn applied(csv: &[u8], rank: Option<&str>) -> Applied {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|h| h == name);
    let (reference, kind, invoice) = (at("bank_reference").unwrap(), at("line_kind").unwrap(), at("invoice_id").unwrap());
    let (amount, confidence) = (at("applied_amount").unwrap(), at("confidence").unwrap());
    let mut found = Applied::new();
    for row in reader.records().map(Result::unwrap) {
        if rank.is_some() && at("rank").and_then(|c| row.get(c)) != rank || !matches!(&row[kind], "invoice" | "credit_note") {
            continue;
        }
        let entry = found.entry(row[reference].to_owned()).or_default();
        entry.0.insert((row[invoice].to_owned(), row[amount].replace('.', "").parse().unwrap()));
        entry.1 = row[confidence].replace('.', "").parse().unwrap();
    }
    found
}

/// A wrong lettrage is told with the world that it stands in: `cargo run --release --example worlds -- FOLDER
/// mixed SEED 1500 4000 350` writes one of the ordinary trade.
fn judge((name, seed): (&str, u64), world: &World, habits: &mut BTreeMap<Habit, Tally>, claims: &mut Reliability) {
    let files = NightFiles::new(world);
    let night = pipeline::night(input(&files), &|_| {}).unwrap();
    let lettered = applied(&night.files["lettrage-CT01.csv"], None);
    let suggested = applied(&night.files["suggestions.csv"], Some("1"));
    for truth in &world.truth {
        let wanted: BTreeSet<(String, i64)> = truth.lines.iter().cloned().collect();
        let knowable = truth.knowable && !wanted.is_empty();
        let tally = habits.entry(truth.habit).or_default();
        tally.remittances += 1;
        tally.knowable += u64::from(knowable);
        let claim = lettered.get(&truth.bank_reference).or_else(|| suggested.get(&truth.bank_reference));
        if let Some((items, claimed)) = claim
            && (truth.knowable || wanted.is_empty())
        {
            let from = [999_000, 995_000, 990_000, 950_000, 900_000, 700_000, 500_000, 300_000, 0]
                .into_iter()
                .find(|f| claimed >= f)
                .unwrap();
            let bin = claims.entry(from).or_default();
            bin.0 += 1;
            bin.1 += u64::from(*items == wanted);
        }
        if let Some((items, _)) = lettered.get(&truth.bank_reference) {
            let cents: u64 = items.iter().map(|(_, c)| c.unsigned_abs()).sum();
            tally.lettered += 1;
            tally.cents += cents;
            if *items == wanted {
                tally.right += 1;
                tally.settled += u64::from(knowable);
            } else {
                println!("wrong in {name} {seed}: {} has {items:?}, and pays {wanted:?}", truth.bank_reference);
                tally.cents_wrong +=
                    items.iter().filter(|line| !wanted.contains(line)).map(|(_, c)| c.unsigned_abs()).sum::<u64>();
            }
        } else if knowable && suggested.get(&truth.bank_reference).is_some_and(|(items, _)| *items == wanted) {
            tally.first_right += 1;
        }
    }
}

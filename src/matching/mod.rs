//! Remittance × open items → lettered, or left for a person with what speaks for each candidate.
//!
//! Each remittance is explained on its own, in parallel: which items the text may name, who may have
//! paid, and how the amount fits. Every explanation has a weight, "nothing that is open" included,
//! so that a probability follows. Then all remittances are solved together, because an item is paid
//! once, and only what is probable, uncontested and supported by two kinds of evidence is lettered.
//! What is lettered leaves the open items, and the rest is explained again with what remains.

mod book;
mod confirmed;
mod decide;
mod explain;
mod fit;
mod foreign;
mod garbled;
mod multimap;
mod name_index;
mod names;
mod numbers;
mod payers;
mod probability;
mod readings;
mod references;
mod series;
mod solve;
mod ties;
mod touched;
mod weights;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::config::MatchingSettings;
use crate::model::{Candidate, Contract, Ledger, PayerMemory, Remittance, Verdict};

pub use confirmed::confirmed;
pub use fit::{Fitted, Score, TrainingSet, Truth, fit};
pub use payers::payer_keys;

/// A place or number among the night's remittances, items, debtors or words, kept in half the room: there
/// are fewer than four thousand million of each.
fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Remittances whose texts are fetched together: they fit into the processor's own memory.
const FETCHED: usize = 32;

/// Touches some texts: memory brings them side by side then, and not each when it is read, one after the other.
fn fetch<'t>(texts: impl Iterator<Item = &'t str>) {
    let first = |text: &str| usize::from(text.as_bytes().first().copied().unwrap_or_default());
    std::hint::black_box(texts.map(first).sum::<usize>());
}

/// Decides on every remittance of a contract.
///
/// `remittances` are those of the contract in booking order, with their index in the night's list.
/// The verdicts come in the same order. What people `confirmed`, by that index, takes its items first;
/// what they decided earlier about payers, seen from the business date, is evidence. The answer does
/// not depend on the number of threads. The candidates of the remittance `told`, if any, carry notes
/// for people; they change nothing else.
#[must_use]
pub fn decide(
    settings: &MatchingSettings,
    contract: &Contract,
    ledger: &Ledger,
    remittances: &[(usize, &Remittance)],
    confirmed: &BTreeMap<usize, Candidate>,
    (memories, as_of): (&[PayerMemory], NaiveDate),
    told: Option<usize>,
) -> Vec<Verdict> {
    let debtors = book::DebtorBook::new(ledger, remittances);
    let payers = payers::Payers::new(&settings.weights, &contract.id, ledger, memories, as_of);
    let book = book::Book::new(contract, settings, ledger, &debtors, payers);
    let unplaced = decide::decide(settings, &book, remittances, confirmed, told);
    drop(book);
    // Hundreds of thousands of names are given back while the verdicts are put in their places.
    rayon::join(|| unplaced.in_place(), || drop(debtors)).0
}

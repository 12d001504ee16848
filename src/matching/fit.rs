//! Remittances whose truth is known → weights under which that truth is most probable.
//!
//! The measure is the logarithm of the probability that the matching gives to what was really paid:
//! it is best when claimed probabilities are true. Weights are moved one by one, by smaller and
//! smaller steps, with the very code that letters at night; half of the remittances only judge.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::book::{Book, DebtorBook};
use super::explain::debts::Debts;
use super::explain::{Draft, Explained, explain};
use super::payers::Payers;
use super::probability::log2_cb;
use super::readings::Readings;
use crate::config::{MatchingSettings, Weights};
use crate::model::{Contract, Ledger, Remittance};

/// Steps by which weights are moved, in hundredths of a bit.
const STEPS: [i64; 3] = [100, 50, 25];
/// A weight that moved by this much costs half a nat more: so much must the remittances speak for it.
const USUAL_MOVE: i64 = 150;
/// What is not explained at all counts as one in a million.
const FLOOR_CB: i64 = 1_993;

/// What a remittance paid: the items, by their index in the ledger, with what was applied to each, in
/// minor units; nothing for what paid nothing that was open.
pub type Truth = Vec<(usize, i64)>;

/// Remittances of one contract whose truth is known, with what they were held against.
#[derive(Debug)]
pub struct TrainingSet {
    /// The contract.
    pub contract: Contract,
    /// Thresholds and weights in force.
    pub settings: MatchingSettings,
    /// Open items before any of them.
    pub ledger: Ledger,
    /// The remittances in booking order, each with its truth where it is known.
    pub remittances: Vec<(Remittance, Option<Truth>)>,
}

/// How well weights explain remittances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Remittances of which the truth is known.
    pub known: i64,
    /// Improbability of the truth, summed over them, in hundredths of a bit.
    pub cost_cb: i64,
}

impl Score {
    fn add(self, other: Self) -> Self {
        Self { known: self.known + other.known, cost_cb: self.cost_cb + other.cost_cb }
    }

    /// Improbability of the truth of one remittance, on average, in thousandths of a bit.
    #[must_use]
    pub fn millibits(&self) -> i64 {
        self.cost_cb * 10 / self.known.max(1)
    }
}

/// What fitting found.
#[derive(Clone, Copy, Debug)]
pub struct Fitted {
    /// The weights to use.
    pub weights: Weights,
    /// The remittances that it learned from: with the weights in force, and with these.
    pub learned: (Score, Score),
    /// The remittances that it did not see: the same.
    pub unseen: (Score, Score),
}

/// Remittances of a day, by their number in the set, and what was open of each item before them.
struct Day {
    numbers: Vec<usize>,
    open: Vec<i64>,
}

struct Prepared<'a> {
    set: &'a TrainingSet,
    debtors: DebtorBook,
    days: Vec<Day>,
}

/// Fits weights to what is known, from those in force on. `progress` is told of each pass: its step, and the score of the
/// remittances that are learned from.
#[must_use]
pub fn fit(sets: &[TrainingSet], start: Weights, progress: &dyn Fn(i64, Score)) -> Fitted {
    let prepared: Vec<Prepared<'_>> = sets.iter().map(Prepared::new).collect();
    let score = |weights: &Weights| {
        let each = prepared.iter().map(|p| p.score(weights));
        each.fold((Score::default(), Score::default()), |sum, one| (sum.0.add(one.0), sum.1.add(one.1)))
    };
    let first = score(&start);
    let mut weights = start;
    let mut best = first.0.cost_cb;
    for step in STEPS {
        loop {
            let before = best;
            for name in Weights::NAMES {
                for moved in [step, -step] {
                    let mut tried = weights;
                    let Some(weight) = tried.named(name) else { continue };
                    *weight += moved;
                    let cost = score(&tried).0.cost_cb + strangeness_cb(&start, &tried);
                    if cost < best {
                        (best, weights) = (cost, tried);
                        break;
                    }
                }
            }
            progress(step, score(&weights).0);
            // A pass that gains less than a hundredth of a percent is the last of its step.
            if before - best <= before / 10_000 {
                break;
            }
        }
    }
    let last = score(&weights);
    Fitted { weights, learned: (first.0, last.0), unseen: (first.1, last.1) }
}

/// How improbable it is that weights differ so much from those in force, in hundredths of a bit: a
/// normal law around each.
fn strangeness_cb(start: &Weights, weights: &Weights) -> i64 {
    let (mut start, mut weights) = (*start, *weights);
    let moves = Weights::NAMES.iter().map(|name| match (start.named(name), weights.named(name)) {
        (Some(from), Some(to)) => *to - *from,
        _ => 0,
    });
    // Half a nat is 72 hundredths of a bit.
    moves.map(|moved| moved * moved * 72 / (USUAL_MOVE * USUAL_MOVE)).sum()
}

impl<'a> Prepared<'a> {
    fn new(set: &'a TrainingSet) -> Self {
        let numbered: Vec<(usize, &Remittance)> = set.remittances.iter().map(|(r, _)| r).enumerate().collect();
        let debtors = DebtorBook::new(&set.ledger, &numbered);
        let book = set.book(&set.settings, &debtors);
        let ids: FxHashMap<usize, usize> = book.items.iter().enumerate().map(|(id, item)| (item.invoice(), id)).collect();
        let mut by_day: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
        for (number, remittance) in &numbered {
            by_day.entry(remittance.line.booking_date).or_default().push(*number);
        }
        let mut open = book.opening.clone();
        let mut days = Vec::new();
        for numbers in by_day.into_values() {
            let before = open.clone();
            for (invoice, applied) in numbers.iter().filter_map(|n| set.remittances[*n].1.as_ref()).flatten() {
                if let Some(id) = ids.get(invoice) {
                    open[*id] -= applied;
                }
            }
            days.push(Day { numbers, open: before });
        }
        drop(book);
        Self { set, debtors, days }
    }

    /// Of the remittances that are learned from, and of those that only judge.
    fn score(&self, weights: &Weights) -> (Score, Score) {
        let settings = MatchingSettings { weights: *weights, ..self.set.settings };
        let book = self.set.book(&settings, &self.debtors);
        let remittances: Vec<(usize, &Remittance)> = self.set.remittances.iter().map(|(r, _)| r).enumerate().collect();
        let numbers: Vec<usize> = (0..remittances.len()).collect();
        let readings = Readings::new(&book, &remittances, &numbers);
        let numbers: Vec<(usize, &Day)> = self.days.iter().flat_map(|day| day.numbers.iter().map(move |n| (*n, day))).collect();
        numbers
            .into_par_iter()
            .filter_map(|(number, day)| {
                let truth = &self.set.remittances[number].1;
                let explained = explain(&mut Debts::new(&book, &day.open), &readings.at(number), false, false)?;
                let cost_cb = cost_cb(&book, &explained, truth.as_ref()?);
                let score = Score { known: 1, cost_cb };
                Some(if number % 2 == 0 { (score, Score::default()) } else { (Score::default(), score) })
            })
            .reduce(Default::default, |a, b| (a.0.add(b.0), a.1.add(b.1)))
    }
}

impl TrainingSet {
    fn book<'a>(&'a self, settings: &'a MatchingSettings, debtors: &'a DebtorBook) -> Book<'a> {
        Book::new(&self.contract, settings, &self.ledger, debtors, Payers::default())
    }
}

/// How improbable the matching takes the truth for.
fn cost_cb(book: &Book<'_>, explained: &Explained, truth: &Truth) -> i64 {
    let settles = |draft: &Draft| {
        let mut uses: Truth = draft.uses.iter().map(|u| (book.items[u.item as usize].invoice(), u.applied)).collect();
        uses.sort_unstable();
        uses == *truth
    };
    let millionths: u32 = if truth.is_empty() {
        explained.unpaid.confidence.0
    } else {
        explained.drafts.iter().filter(|draft| settles(draft)).map(|draft| draft.confidence.0).sum()
    };
    FLOOR_CB - log2_cb(u64::from(millionths.clamp(1, 1_000_000)))
}

//! Which explanations a round can have changed, so that only these are made again.
//!
//! A round closes items. An explanation holds against its remittance the items that the text names and
//! those that the amount fits; while all of these stay as they are, closing others changes it only in
//! few ways: all that is due up to a day or in a month, or all but an item, may be the amount now, and a debtor
//! may have so few items left that more sets of them are tried. Everything else, such as an item paid in part,
//! has all explanations of its debtor made again.

use rayon::prelude::*;

use super::book::Book;
use super::explain::debts::Debts;
use super::explain::subsets::{PAIR_ITEMS_MAX, TRIPLE_ITEMS_MAX};
use super::explain::{Explained, Sensitivity};

/// What happened to the items of a debtor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    None,
    /// Invoices of it were closed.
    Closed,
    /// Anything else.
    Other,
}

/// What a round did to the open items.
pub(super) struct Touched {
    debtors: Vec<Change>,
    items: Vec<bool>,
}

impl Touched {
    /// After a round that took of these items, some of them perhaps more than once; `open` is what it left of each.
    pub(super) fn new(book: &Book<'_>, open: &[i64], mut taken: Vec<u32>) -> Self {
        let mut touched = Self { debtors: vec![Change::None; book.ledger.debtors.len()], items: vec![false; book.items.len()] };
        // Items are numbered by debtor.
        taken.par_sort_unstable();
        taken.dedup();
        for of_debtor in taken.chunk_by(|a, b| book.debtor(*a) == book.debtor(*b)) {
            let debtor = book.debtor(of_debtor[0]);
            for item in of_debtor.iter().map(|item| *item as usize) {
                let change = if open[item] == 0 && book.opening[item] > 0 { Change::Closed } else { Change::Other };
                touched.debtors[debtor] = touched.debtors[debtor].max(change);
                touched.items[item] = true;
            }
            let left = book.of(debtor).filter(|i| open[*i as usize] != 0).count();
            let crossed = |most: usize| left <= most && left + of_debtor.len() > most;
            if crossed(PAIR_ITEMS_MAX) || crossed(TRIPLE_ITEMS_MAX) {
                touched.debtors[debtor] = Change::Other;
            }
        }
        touched
    }

    /// Whether anything of the debtors changed that a remittance was held against.
    pub(super) fn concerns(&self, explained: &Explained) -> bool {
        explained.debtors.iter().any(|d| self.debtors[*d as usize] != Change::None)
    }

    /// Whether a remittance may be explained otherwise with the `debts` of now. Its amount is asked for
    /// only where it counts.
    pub(super) fn changes(&self, explained: &Explained, debts: &mut Debts<'_>, amount: impl Fn() -> i64) -> bool {
        let changed = explained.debtors.iter().map(|d| (*d as usize, self.debtors[*d as usize]));
        let mut changed = changed.filter(|(_, change)| *change != Change::None).peekable();
        if changed.peek().is_none() {
            return false;
        }
        if explained.sensitivity == Sensitivity::Everything || explained.watched.iter().any(|i| self.items[*i as usize]) {
            return true;
        }
        changed.any(|(debtor, change)| {
            let due = explained.sensitivity == Sensitivity::Dues;
            change == Change::Other || (due && debts.is_due_sum(debtor, amount()))
        })
    }
}

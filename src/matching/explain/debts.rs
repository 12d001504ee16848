//! What the debtors owe that remittances are held against.
//!
//! Remittances stand by payer, and homonyms side by side: what is worked out of a debtor's open items serves
//! dozens of them in a row. Each part is worked out when it is first asked for.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::super::book::Book;
use super::Owed;
use super::dues::{Counted, counted};

/// Debtors kept at one time: the homonyms of a few payers.
const KEPT_MAX: usize = 64;

/// What debtors owe, with what is open of each item at one time.
pub(in super::super) struct Debts<'a> {
    pub(super) book: &'a Book<'a>,
    /// Open amount of each item, in minor units.
    pub(super) open: &'a [i64],
    of: FxHashMap<usize, Owing>,
}

/// Open items of one debtor, in minor units.
pub(super) struct Owing {
    /// By due date.
    pub items: Vec<Owed>,
    by_amount: OnceCell<Vec<Owed>>,
    by_net: OnceCell<Vec<Owed>>,
    before: OnceCell<Vec<i64>>,
    dues: OnceCell<Vec<Counted>>,
}

impl<'a> Debts<'a> {
    pub(in super::super) fn new(book: &'a Book<'a>, open: &'a [i64]) -> Self {
        Self { book, open, of: FxHashMap::default() }
    }

    /// What these debtors owe, each with its index in the ledger.
    pub(super) fn of(&mut self, debtors: &[usize]) -> Vec<(usize, &Owing)> {
        if self.of.len() + debtors.len() > KEPT_MAX {
            self.of.clear();
        }
        for debtor in debtors {
            self.of.entry(*debtor).or_insert_with(|| Owing::of_debtor(self.book, self.open, *debtor));
        }
        debtors.iter().filter_map(|debtor| Some((*debtor, self.of.get(debtor)?))).collect()
    }

    /// Whether all that a debtor owes up to some day, or in some month, or all but one item, is the amount.
    pub(in super::super) fn is_due_sum(&mut self, debtor: usize, amount: i64) -> bool {
        let (book, open) = (self.book, self.open);
        let is_due = |owing: &Owing| owing.dues(book).iter().any(|counted| counted.holds(open, amount));
        self.of(&[debtor]).into_iter().any(|(_, owing)| is_due(owing))
    }
}

impl Owing {
    fn of_debtor(book: &Book<'_>, open: &[i64], debtor: usize) -> Self {
        Self::new(book.of(debtor).map(|item| (item, open[item as usize])).filter(|(_, open)| *open != 0).collect())
    }

    /// Of these items, by due date, with what is open of each.
    pub(super) fn new(items: Vec<Owed>) -> Self {
        Self { items, by_amount: OnceCell::new(), by_net: OnceCell::new(), before: OnceCell::new(), dues: OnceCell::new() }
    }

    /// The open items by amount, those of one amount by due date.
    pub(super) fn by_amount(&self) -> &[Owed] {
        self.by_amount.get_or_init(|| sorted(self.items.iter().copied()))
    }

    /// The items of which that amount is open, by due date.
    pub(super) fn of_amount(&self, amount: i64) -> impl Iterator<Item = u32> {
        between(self.by_amount(), amount, amount)
    }

    /// The items of which that amount is open when the discount of their terms is taken, give or take that much.
    pub(super) fn of_amount_with_discount(&self, book: &Book<'_>, amount: i64, off: i64) -> impl Iterator<Item = u32> {
        let net = || {
            let discount = |item: u32| Some(book.discounts[item as usize]).filter(|discount| *discount > 0);
            sorted(self.items.iter().filter_map(|(item, open)| Some((*item, open - discount(*item)?))))
        };
        between(self.by_net.get_or_init(net), amount - off, amount + off)
    }

    /// How many items had that amount open before the night, or were of that amount and closed earlier.
    pub(super) fn count_before(&self, book: &Book<'_>, debtor: usize, amount: i64) -> usize {
        let before = self.before.get_or_init(|| {
            let own = book.of(debtor);
            let mut before = book.opening[own.start as usize..own.end as usize].to_vec();
            before.extend(book.closed_of(debtor).map(|item| book.invoice(item).amount.minor()));
            before.sort_unstable();
            before
        });
        let from = before.partition_point(|open| *open < amount);
        before[from..].iter().take_while(|open| **open == amount).count()
    }

    /// What is due up to each day and in each month, in each way to count it.
    pub(super) fn dues(&self, book: &Book<'_>) -> &[Counted] {
        self.dues.get_or_init(|| counted(book, &self.items))
    }
}

/// Items by amount, those of one amount in their order.
fn sorted(items: impl Iterator<Item = Owed>) -> Vec<Owed> {
    let mut sorted: Vec<Owed> = items.collect();
    sorted.sort_unstable_by_key(|(item, amount)| (*amount, *item));
    sorted
}

/// Of items by amount, those from one amount to another.
fn between(by_amount: &[Owed], least: i64, most: i64) -> impl Iterator<Item = u32> {
    let from = by_amount.partition_point(|(_, amount)| *amount < least);
    by_amount[from..].iter().take_while(move |(_, amount)| *amount <= most).map(|(item, _)| *item)
}

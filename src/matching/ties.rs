//! Ties, and the law: which items a debtor pays that named none.
//!
//! Code civil, art. 1342-10: payments go to the debts that are due; of these to those that the debtor
//! has most interest in settling, and of equal interest to the oldest; all else equal, to each in
//! proportion. The interest a debtor has is not in a ledger, and a proportional part is for a person:
//! what is told apart here is due or not, and older or not. Off unless `ties = "oldest"`.

use rustc_hash::FxHashMap;

use super::book::Book;
use super::explain::Draft;
use crate::model::{Confidence, Remittance};

/// What an imputation orders items by: not due before due, then the older.
type Age = (bool, chrono::NaiveDate, chrono::NaiveDate);

/// The explanation that the law prefers, and the probability that the law applies: that the debtor
/// pays, and is not known to mean something else. What it may have meant in silence, the law does not
/// ask.
///
/// `None` when the debtor named something, when the explanations that tie do not reach `auto`
/// together, when another remittance names one of the items, or when two of them are equally old.
pub(super) fn oldest(
    book: &Book<'_>,
    remittance: &Remittance,
    drafts: &[Draft],
    silent: Confidence,
    auto: Confidence,
    named_by_another: &dyn Fn(u32) -> bool,
) -> Option<(usize, Confidence)> {
    let best = drafts.first()?;
    let says_nothing = |d: &Draft| d.weakest_citation == 0 && d.has_unnamed && d.fit.is_exact() && d.on_account == 0;
    let ties = |d: &Draft| says_nothing(d) && d.debtor == best.debtor && d.uses.len() == best.uses.len();
    let tied: Vec<usize> = (0..drafts.len()).filter(|i| ties(&drafts[*i])).collect();
    let together = (silent.0 + tied.iter().map(|i| drafts[*i].confidence.0).sum::<u32>()).min(Confidence::ONE.0);
    let contested = tied.iter().flat_map(|i| &drafts[*i].uses).any(|u| named_by_another(u.item));
    if tied.len() < 2 || Confidence(together) < auto || contested || !ties(best) {
        return None;
    }
    let paid_on = remittance.line.booking_date;
    let mut by_age: Vec<(Vec<Age>, usize)> = tied.iter().map(|i| (ages(book, &drafts[*i], paid_on), *i)).collect();
    by_age.sort();
    let [(first, chosen), (second, _), ..] = by_age.as_slice() else { return None };
    (first != second).then_some((*chosen, Confidence(together)))
}

/// The items of an explanation by age, the oldest first.
fn ages(book: &Book<'_>, draft: &Draft, paid_on: chrono::NaiveDate) -> Vec<Age> {
    let mut ages: Vec<Age> = draft
        .uses
        .iter()
        .map(|u| {
            let invoice = book.invoice(u.item);
            (invoice.due_date > paid_on, invoice.due_date, invoice.issue_date)
        })
        .collect();
    ages.sort();
    ages
}

/// Items that any of these explanations names, with the remittances that they explain.
pub(super) fn named_by<'d>(explanations: impl Iterator<Item = (usize, &'d Draft)>) -> FxHashMap<u32, Vec<usize>> {
    let mut named: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (number, draft) in explanations.filter(|(_, d)| d.weakest_citation > 0) {
        for used in &draft.uses {
            named.entry(used.item).or_default().push(number);
        }
    }
    named
}

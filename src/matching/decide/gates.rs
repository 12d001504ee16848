//! The gates that a lettrage must pass, however probable it is.

use super::super::book::Book;
use super::super::explain::{Draft, Explained, Fit};
use super::super::readings::Facts;
use crate::model::{Evidence, Reason};

/// Identification that a part payment or an excess needs besides the number.
const IDENTITY_OF_PARTS_CB: i64 = 500;
/// The same where the number is so short that it might stand in a text by chance.
const IDENTITY_OF_SHORT_NUMBERS_CB: i64 = 1_300;
/// Identification that stands for itself beside the amount.
const IDENTITY_ALONE_CB: i64 = 800;
/// The same beside all that is due, of so many items: that is one sum, and not any.
const IDENTITY_OF_STATEMENTS_CB: i64 = 250;
const STATEMENT_ITEMS_MIN: usize = 3;

/// Of what the items take, less than this may be paid too much: as much again, or nearly, is rather a second payment.
const EXCESS_PERCENT: i64 = 90;

/// Why an explanation of a remittance may not be lettered, however probable it is.
pub(super) fn gate(book: &Book<'_>, facts: &Facts<'_>, explained: &Explained, best: &Draft) -> Option<Reason> {
    if facts.is_blind_batch {
        return Some(Reason::BatchWithoutDetails);
    }
    if let Some(doubt) = facts.doubt {
        return Some(doubt);
    }
    if explained.incomplete {
        return Some(Reason::SearchIncomplete);
    }
    let currency = facts.currency;
    if best.uses.iter().map(|u| &book.items[u.item as usize]).any(|item| item.disagrees || item.currency != currency) {
        return Some(Reason::Unsure);
    }
    // What it pays besides, or all of it, may be for the number that is not open.
    let pays_besides = best.has_unnamed || best.fit == Fit::Excess;
    if pays_besides && !explained.settled.is_empty() {
        return Some(Reason::AlreadySettled);
    }
    if pays_besides && !explained.strangers.is_empty() {
        return Some(Reason::NotOpen);
    }
    // Nobody pays too much to several debtors at once, and no bank's charges are told from what another's item costs more.
    if matches!(best.fit, Fit::Excess | Fit::Charges)
        && best.uses.iter().any(|used| book.debtor(used.item) != best.debtor as usize)
    {
        return Some(Reason::Unsure);
    }
    if explained.doubt.is_some() {
        return Some(Reason::Unsure);
    }
    if is_doubtful_difference(best) || (explained.says_range && !best.is_range) {
        return Some(Reason::Unsure);
    }
    if best.has_twin {
        return Some(Reason::Ambiguous);
    }
    (!has_two_families(best)).then_some(Reason::OneFamily)
}

/// A part payment that misses so little may be charges or a deduction; an excess that is so large
/// may pay something else: a person must look.
fn is_doubtful_difference(draft: &Draft) -> bool {
    let paid: i64 = draft.uses.iter().map(|u| u.applied).sum();
    match draft.fit {
        Fit::Partial => draft.leaves_little,
        Fit::Excess => draft.on_account * 100 >= paid * EXCESS_PERCENT,
        _ => false,
    }
}

/// What names the items or the payer, and what the amount says, must both speak for it.
fn has_two_families(draft: &Draft) -> bool {
    match draft.fit {
        Fit::Exact | Fit::Discount => {
            let alone = if is_statement(draft) { IDENTITY_OF_STATEMENTS_CB } else { IDENTITY_ALONE_CB };
            draft.is_named() || draft.identity >= alone
        }
        Fit::Rounding => draft.is_named(),
        // A stranger's number may be any, and so may the little that is missing.
        Fit::Charges => draft.is_named() && draft.identity > 0,
        // The amount says nothing: the number and the payer must.
        Fit::Partial | Fit::Excess => {
            let needed = if draft.is_fully_named() { IDENTITY_OF_PARTS_CB } else { IDENTITY_OF_SHORT_NUMBERS_CB };
            draft.is_given_whole() && draft.identity >= needed
        }
    }
}

/// All that a debtor owes, or all that is due up to a day or in a month.
fn is_statement(draft: &Draft) -> bool {
    let evidence = &draft.lines.evidence;
    let is_due = evidence.contains(Evidence::Balance) || evidence.contains(Evidence::DueUpTo);
    is_due && !draft.leaves_out && draft.uses.len() >= STATEMENT_ITEMS_MIN
}

//! What a text says against an explanation, however probable it is: then a person looks at it.

use super::super::foreign;
use super::super::references::{Citation, NUMBER_WORDS};
use super::super::weights;
use super::super::words::{self, Gap};
use super::draft::{Draft, Fit, NAMED_CB, Place};
use super::{Case, Evidence};
use crate::model::Reason;

/// Why the text does not let an explanation be lettered. `all` are the numbers that it may name, open or not, and
/// `in_text` the debtors whose names stand in it.
pub(super) fn against<'c>(
    case: &Case<'_>,
    best: &Draft,
    all: impl Iterator<Item = &'c Citation> + Clone,
    in_text: &[u32],
) -> Option<Reason> {
    let used = |item: u32| best.uses.iter().any(|own| own.item == item);
    let places = || case.reading.places.iter();
    let is_of = |place: &Place| place.citations.iter().any(|c| used(c.item));
    let pays_besides = best.has_unnamed || best.fit == Fit::Excess;
    let says = |words: &[&str]| case.reading.says(words);
    // What it says that money is for, and that something is not paid.
    if says(&weights::NO_PAYMENT_WORDS) || best.is_unnamed() && says(&weights::OTHER_PURPOSE_WORDS) {
        return Some(Reason::Unsure);
    }
    if places().any(|place| is_of(place) && case.is_set_aside(place)) {
        return Some(Reason::Unsure);
    }
    // A part, or more than the items, while another open item that it names is left out.
    let leaves_out = || places().any(|place| place.best() >= NAMED_CB && !is_of(place) && !case.is_set_aside(place));
    if matches!(best.fit, Fit::Partial | Fit::Excess) && (leaves_out() || places().any(|p| is_of(p) && is_lookalike(case, p))) {
        return Some(Reason::Unsure);
    }
    if best.fit == Fit::Excess && (words::ends_early(case.facts.remittance) || best.uses.iter().any(|used| used.applied < 0)) {
        return Some(Reason::Unsure);
    }
    if pays_besides && case.book.references.has_unread(&case.tokens, all, used) {
        return Some(Reason::Unsure);
    }
    if !best.has_unnamed {
        return None;
    }
    let is_named = |item: u32| case.reading.names(item);
    let awaited = || says(&weights::AWAITED_WORDS) && best.uses.iter().any(|used| used.applied < 0 && !is_named(used.item));
    let is_early = || {
        let booked = case.facts.remittance.line.booking_date;
        best.uses.iter().any(|used| !is_named(used.item) && case.book.invoice(used.item).issue_date > booked)
    };
    let of_another_time = || case.times().speak_against(case.book, &best.uses.iter().map(|used| used.item));
    let names_another = || !in_text.is_empty() && !in_text.contains(&best.debtor);
    (awaited() || is_early() || names_another() || of_another_time()).then_some(Reason::Unsure)
}

/// Whether what stands at a place may be no number of a document: a date, a telephone's pairs of digits, or what a word
/// calls something else.
fn is_lookalike(case: &Case<'_>, place: &Place) -> bool {
    let tokens = &case.tokens;
    // A word before it may be read as a part of it.
    let at = (place.from..place.to).find(|at| tokens[*at].has_digit()).unwrap_or(place.from);
    let before = tokens[..at].iter().rev().find(|token| !NUMBER_WORDS.contains(&token.text));
    let is_pair = |at: usize| tokens[at].text.len() == 2 && tokens[at].text.bytes().all(|byte| byte.is_ascii_digit());
    before.is_some_and(|token| weights::OTHER_NUMBER_WORDS.contains(&token.text) && tokens[at].gap != Gap::Start)
        || foreign::is_foreign(tokens, (at, ""))
        || place.to - at > 1 && (at..place.to).all(is_pair)
}

impl Draft {
    /// Nothing in the text names any of its items.
    fn is_unnamed(&self) -> bool {
        let kinds = [
            Evidence::RefExact,
            Evidence::RefStructured,
            Evidence::RefDigits,
            Evidence::RefSuffix,
            Evidence::RefTypo,
            Evidence::RefCut,
            Evidence::RefRange,
            Evidence::CreditorRef,
            Evidence::OrderRef,
        ];
        kinds.into_iter().all(|kind| !self.lines.evidence.contains(kind))
    }
}

//! What is said of a remittance in the end: its lettrage, or why it is left and what a person may choose from.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::super::book::Book;
use super::super::explain::{Draft, Explained, Fit, Use};
use super::super::words;
use super::Night;
use super::gates::gate;
use crate::model::{Application, Candidate, Closing, Confidence, InvoiceId, Match, Reason, Remittance, Suggestion};

/// Explanations listed for a person.
pub(super) const SUGGESTIONS_MAX: usize = 3;
/// Remittances named for one that is contested.
const RIVALS_MAX: usize = 3;

/// The lettrage by one of the drafts, with its rivals.
pub(super) fn matched(book: &Book<'_>, remittance: usize, mut drafts: Vec<Draft>, index: usize, confidence: Confidence) -> Match {
    let chosen = Candidate { confidence, ..candidate(book, drafts.remove(index)) };
    let rivals = drafts.into_iter().take(SUGGESTIONS_MAX).map(|draft| candidate(book, draft)).collect();
    Match { remittance, chosen, rivals }
}

fn candidate(book: &Book<'_>, draft: Draft) -> Candidate {
    // In the room of what they are made of: there are millions.
    let application = |u: Use| Application {
        invoice: book.items[u.item as usize].invoice(),
        applied: u.applied,
        discount: u.discount,
        charges: u.charges,
        rounding: u.rounding,
    };
    Candidate {
        applications: draft.uses.into_iter().map(application).collect(),
        on_account: draft.on_account,
        debtor: draft.debtor as usize,
        confidence: draft.confidence,
        evidence: draft.lines.evidence,
        score_cb: draft.lines.score,
        weights: draft.lines.told(),
    }
}

/// Whether a person said that the remittance does not pay these items.
fn is_rejected(book: &Book<'_>, remittance: &Remittance, candidate: &Candidate) -> bool {
    if remittance.rejected.is_empty() {
        return false;
    }
    let mut items: Vec<_> = candidate.applications.iter().map(|a| &book.ledger.invoices[a.invoice].id).collect();
    items.sort();
    remittance.rejected.iter().any(|set| set.iter().collect::<Vec<_>>() == items)
}

/// An item that is not open, with what closed it in an earlier night, as far as that is known.
fn closed(book: &Book<'_>, invoice: &InvoiceId) -> String {
    let Some(Closing { day, reference }) = book.closing(invoice) else { return invoice.to_string() };
    let by: Vec<String> = reference.iter().map(ToString::to_string).chain(day.iter().map(ToString::to_string)).collect();
    if by.is_empty() { invoice.to_string() } else { format!("{invoice} ← {}", by.join(", ")) }
}

/// Why a remittance is left, and what a person may choose from.
pub(super) fn suggestion(
    night: &Night<'_>,
    position: usize,
    explained: Explained,
    (settled_by, rivals): (&[u32], &FxHashMap<u32, Vec<usize>>),
) -> Suggestion {
    let Night { settings, book, remittances, .. } = night;
    let facts = night.readings.at(position).facts;
    let (index, remittance) = remittances[facts.number];
    let confidence = |at: usize| explained.drafts.get(at).map(|draft| draft.confidence).unwrap_or_default();
    let (best, second) = (confidence(0), confidence(1));
    let together: u32 = explained.drafts.iter().map(|draft| draft.confidence.0).sum();
    let id = |item: u32| &book.invoice(item).id;
    let told =
        |number: usize| remittances.get(number).map(|(_, r)| format!("{}, {}", r.line.bank_reference, r.line.booking_date));
    let pays_besides = explained.drafts.first().is_some_and(|best| best.has_unnamed || best.fit == Fit::Excess);
    let (reason, note) = if facts.is_blind_batch {
        (Reason::BatchWithoutDetails, String::new())
    } else if let Some(item) = explained.settled.first().filter(|_| best < settings.auto || pays_besides) {
        // What was closed before the night is no item that another remittance paid.
        if book.opening[*item as usize] == 0 {
            (Reason::NotOpen, closed(book, id(*item)))
        } else {
            let by = told(settled_by[*item as usize] as usize).map_or_else(String::new, |earlier| format!(" ← {earlier}"));
            (Reason::AlreadySettled, format!("{}{by}", id(*item)))
        }
    } else if !explained.strangers.is_empty() && explained.drafts.first().is_none_or(|d| d.has_unnamed) {
        let tokens = night.readings.at(position).tokens();
        let quoted = words::quoted(remittance, &explained.strangers).into_iter().zip(&explained.strangers);
        let told = quoted.map(|(quoted, place)| book.gone_between(&tokens, *place).map_or(quoted, |id| closed(book, id)));
        (Reason::NotOpen, told.collect::<Vec<_>>().join("; "))
    } else if best >= settings.auto {
        let gate = explained.drafts.first().and_then(|d| gate(book, facts, &explained, d));
        let claimed = || explained.drafts.iter().take(1).flat_map(|best| &best.uses).filter_map(|used| rivals.get(&used.item));
        let rivals: BTreeSet<usize> = claimed().flatten().copied().filter(|number| *number != facts.number).collect();
        let told = || rivals.into_iter().take(RIVALS_MAX).filter_map(told).collect::<Vec<_>>().join("; ");
        let doubt = || explained.doubt.filter(|(from, to)| from < to).map(|place| words::quoted(remittance, &[place]).concat());
        gate.map_or_else(
            || (Reason::Contested, told()),
            |reason| (reason, doubt().filter(|_| reason == Reason::Unsure).unwrap_or_default()),
        )
    } else if explained.drafts.is_empty() || together < settings.suggest.0 {
        (Reason::NoCandidate, String::new())
    } else if second.0 * 4 > best.0 {
        (Reason::Ambiguous, String::new())
    } else if best < settings.suggest {
        (Reason::NoCandidate, String::new())
    } else {
        (Reason::BelowThreshold, String::new())
    };
    let candidates = explained.drafts.into_iter().map(|draft| candidate(book, draft));
    let listed: Vec<Candidate> = candidates.filter(|c| !is_rejected(book, remittance, c)).take(SUGGESTIONS_MAX).collect();
    let best = listed.first().map(|c| c.confidence).unwrap_or_default();
    Suggestion {
        remittance: index,
        candidates: listed,
        reason,
        suggested: best >= settings.suggest,
        payer: explained.payer.map(|(debtor, _)| debtor),
        note,
    }
}

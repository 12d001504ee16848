//! The export against what earlier nights lettered.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::model::{Contract, ContractId, Finding, History, InvoiceId, Ledger, LetteredItem, Money, Origin};

/// Takes off what earlier nights lettered and the export does not show yet.
///
/// An export may or may not contain last night's postings. When its open amount is one of the points
/// through which earlier nights brought the item, what was lettered after that point is taken off; so it is when only
/// some of it is posted, in whatever order. Any other open amount disagrees with the state: the item is told, and never
/// lettered without a person.
#[must_use]
pub fn take_off_earlier(ledger: &mut Ledger, file: &Arc<str>, history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    if history.lettered.is_empty() {
        return findings;
    }
    for invoice in &mut ledger.invoices {
        let Some(chain) = history.lettered.get(&(invoice.contract.clone(), invoice.id.clone())) else { continue };
        let (Some(last), currency) = (chain.last(), invoice.open.currency()) else { continue };
        if is_point(chain, invoice.open.minor()) || is_posted_in_part(chain, invoice.open.minor()) {
            invoice.open = Money::from_minor(last.open_after, currency);
            continue;
        }
        invoice.disagrees = true;
        let now = Money::from_minor(last.open_after, currency);
        let what = format!(
            "expected {now} {currency} to be open of {}, as earlier nights left it, but found {}",
            invoice.id, invoice.open
        );
        findings.push(
            Finding::warning(Origin::file(file), "ledger-disagrees", what)
                .effect("The export's amount is used, and the item is not lettered without a person")
                .remedy("Compare the postings of the item with the lettrage files sent to the factor"),
        );
    }
    findings
}

/// Tells documents apart that bear one number, as where a house begins to count again each year: an item that is dated
/// behind the booking that closed the earlier one of its number is another one, and nothing that earlier nights know of
/// that number is its own.
pub fn tell_apart(ledger: &Ledger, file: &Arc<str>, history: &mut History) -> Vec<Finding> {
    let mut findings = Vec::new();
    for invoice in &ledger.invoices {
        let Some((issued, closed_on)) = history.earlier_of_its_number(invoice) else { continue };
        let key = (invoice.contract.clone(), invoice.id.clone());
        if let Some(chain) = history.lettered.get_mut(&key) {
            let of_earlier = |step: &LetteredItem| step.open_after == 0 && step.day.is_none_or(|day| day <= closed_on);
            let behind = chain.iter().rposition(of_earlier).map_or(0, |last| last + 1);
            chain.drain(..behind);
            if chain.is_empty() {
                history.lettered.remove(&key);
            }
        }
        if let Some(steps) = history.dunning.get_mut(&key) {
            steps.retain(|step| step.day >= invoice.issue_date);
        }
        let what = format!(
            "expected a number of its own for each document, but found {} of {} again: the one of {issued} was closed on {closed_on}",
            invoice.id, invoice.issue_date
        );
        findings.push(Finding::info(Origin::file(file), "ledger-number-again", what).effect("It is taken for another document"));
    }
    findings
}

/// Keeps what earlier nights closed, and the numbers of what of it the export does not show any more: who names one of
/// them again pays no other item for it.
pub fn closed_earlier(ledger: &mut Ledger, history: &History) {
    if history.closed.is_empty() {
        return;
    }
    let exported: FxHashSet<(&ContractId, &InvoiceId)> = ledger.invoices.iter().map(|i| (&i.contract, &i.id)).collect();
    let gone = history.closed.iter().filter(|(contract, invoice, _)| !exported.contains(&(contract, invoice)));
    let gone: Vec<(ContractId, InvoiceId)> = gone.map(|(contract, invoice, _)| (contract.clone(), invoice.clone())).collect();
    ledger.gone.extend(gone);
    ledger.closed.clone_from(&history.closed);
}

/// Whether the chain of an item passes through that open amount.
fn is_point(chain: &[LetteredItem], open: i64) -> bool {
    chain.iter().any(|step| step.open_before == open || step.open_after == open)
}

/// Steps of an item of which any may be posted and any not, at most: 4,096 sums.
const STEPS_MAX: usize = 12;

/// Whether that amount is open when some of the last steps are posted, that go on from one another, and others are not.
fn is_posted_in_part(chain: &[LetteredItem], open: i64) -> bool {
    let breaks = chain.windows(2).rposition(|pair| pair[0].open_after != pair[1].open_before);
    let steps = &chain[breaks.map_or(0, |at| at + 1).max(chain.len().saturating_sub(STEPS_MAX))..];
    let mut sums: Vec<i64> = steps.first().map(|first| first.open_before).into_iter().collect();
    for step in steps {
        let moved = step.open_before - step.open_after;
        let posted: Vec<i64> = sums.iter().map(|sum| sum - moved).collect();
        sums.extend(posted);
    }
    sums.contains(&open)
}

/// Items that are gone from the export while earlier nights left something of them open, and the
/// findings about those that no earlier night told.
#[must_use]
pub fn vanished(
    contracts: &[Contract],
    ledger: &Ledger,
    file: &Arc<str>,
    history: &History,
) -> (BTreeSet<(ContractId, InvoiceId)>, Vec<Finding>) {
    let (mut gone, mut findings) = (BTreeSet::new(), Vec::new());
    if history.lettered.is_empty() {
        return (gone, findings);
    }
    let exported: BTreeSet<(&ContractId, &InvoiceId)> = ledger.invoices.iter().map(|i| (&i.contract, &i.id)).collect();
    for ((contract, invoice), chain) in &history.lettered {
        let Some(last) = chain.last().filter(|step| step.open_after != 0) else { continue };
        if exported.contains(&(contract, invoice)) {
            continue;
        }
        let key = (contract.clone(), invoice.clone());
        if !history.vanished.contains(&key) {
            let Some(known) = contracts.iter().find(|c| c.id == *contract) else { continue };
            let currency = known.currency;
            let open = Money::from_minor(last.open_after, currency);
            let what = format!(
                "expected {invoice} of contract {contract} in the export, with {open} {currency} open as earlier nights left it, but found it gone"
            );
            findings.push(
                Finding::warning(Origin::file(file), "ledger-item-gone", what)
                    .effect("It is in no table of open items, and is not chased")
                    .remedy("If it was paid or written off outside, nothing is to be done; if not, export it again"),
            );
        }
        gone.insert(key);
    }
    (gone, findings)
}

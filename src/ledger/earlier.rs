//! The export against what earlier nights lettered.

use std::sync::Arc;

use crate::model::{Finding, History, Ledger, LetteredItem, Money, Origin};

/// Takes off what earlier nights lettered and the export does not show yet.
///
/// An export may or may not contain last night's postings. When its open amount is one of the points
/// through which earlier nights brought the item, what was lettered after that point is taken off.
/// Any other open amount disagrees with the state: the item is told, and never lettered without a
/// person.
#[must_use]
pub fn take_off_earlier(ledger: &mut Ledger, file: &Arc<str>, history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    if history.lettered.is_empty() {
        return findings;
    }
    for invoice in &mut ledger.invoices {
        let Some(chain) = history.lettered.get(&(invoice.contract.clone(), invoice.id.clone())) else { continue };
        let (Some(last), currency) = (chain.last(), invoice.open.currency()) else { continue };
        if is_point(chain, invoice.open.minor()) {
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

/// Whether the chain of an item passes through that open amount.
fn is_point(chain: &[LetteredItem], open: i64) -> bool {
    chain.iter().any(|step| step.open_before == open || step.open_after == open)
}

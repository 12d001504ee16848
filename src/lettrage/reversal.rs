//! Lettrage of earlier nights taken back: lines of opposite sign, never an edit of what was sent.

use std::collections::{BTreeMap, HashMap};

use crate::model::{
    Cause, ContractId, Finding, History, InvoiceId, Ledger, LettrageLine, LineKind, Money, Origin, SettledLine, TakenBack,
};

/// Writes the lines that take earlier lettrage back, and opens its items again in the ledger.
///
/// An item that the export does not list any more is reopened in its history only, and told: the
/// next export must show it again. One whose number a later document bears is told alone: that one has the history now.
#[must_use]
pub fn take_back(ledger: &mut Ledger, taken_back: &[TakenBack], history: &History) -> (Vec<LettrageLine>, Vec<Finding>) {
    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    if taken_back.is_empty() {
        return (lines, findings);
    }
    let mut index: HashMap<(ContractId, InvoiceId), usize> = HashMap::new();
    for (at, invoice) in ledger.invoices.iter().enumerate() {
        index.insert((invoice.contract.clone(), invoice.id.clone()), at);
    }
    let mut away: BTreeMap<(ContractId, InvoiceId), i64> = BTreeMap::new();
    for taken in taken_back {
        let remittance = &taken.settled.remittance.line;
        let currency = remittance.amount.currency();
        for line in &taken.settled.lines {
            let moves = line.reopens();
            let mut open = None;
            if let Some(invoice) = &line.invoice {
                let key = (remittance.contract.clone(), invoice.clone());
                let own = index.get(&key).map(|at| &ledger.invoices[*at]);
                let earlier = own.and_then(|item| history.earlier_of_its_number(item));
                if earlier.is_some_and(|(_, closed_on)| remittance.booking_date <= closed_on) {
                    findings.extend((moves != 0).then(|| not_exported(taken, invoice, moves)));
                    lines.push(reversed(taken, line, None));
                    continue;
                }
                let before = if let Some(at) = index.get(&key) {
                    let item = &mut ledger.invoices[*at];
                    let before = item.open.minor();
                    item.open = Money::from_minor(before + moves, currency);
                    before
                } else {
                    let left = || history.lettered.get(&key).and_then(|chain| chain.last()).map_or(0, |step| step.open_after);
                    let before = away.entry(key.clone()).or_insert_with(left);
                    *before += moves;
                    let before = *before - moves;
                    if moves != 0 {
                        findings.push(not_exported(taken, invoice, moves));
                    }
                    before
                };
                open = Some((Money::from_minor(before, currency), Money::from_minor(before + moves, currency)));
            }
            lines.push(reversed(taken, line, open));
        }
    }
    (lines, findings)
}

fn reversed(taken: &TakenBack, line: &SettledLine, open: Option<(Money, Money)>) -> LettrageLine {
    let remittance = &taken.settled.remittance.line;
    let evidence = match &taken.cause {
        Cause::Returned(_) => "returned",
        Cause::Undone { .. } => "undone",
    };
    LettrageLine {
        code: Some(line.code.clone()),
        remittance: taken.booking().clone(),
        debtor: line.debtor.clone(),
        kind: LineKind::Reversal,
        invoice: line.invoice.clone(),
        applied: Money::from_minor(-line.applied, remittance.amount.currency()),
        open_before: open.map(|(before, _)| before),
        open_after: open.map(|(_, after)| after),
        destination: line.destination,
        confidence: line.confidence,
        evidence: evidence.into(),
        rank: 1,
        reverses: Some(remittance.id.clone()),
    }
}

fn not_exported(taken: &TakenBack, invoice: &InvoiceId, moves: i64) -> Finding {
    let line = &taken.settled.remittance.line;
    let amount = Money::from_minor(moves, line.amount.currency());
    let what = format!(
        "expected {invoice} in the export, because the lettrage of {} ({}) is taken back and {amount} {} of it is open again, but found it gone",
        line.bank_reference,
        line.booking_date,
        line.amount.currency()
    );
    Finding::warning(Origin::file(&taken.booking().statement_id), "reversal-not-exported", what)
        .effect("The lettrage is taken back, but the item is in no table of open items and is not chased")
        .remedy("Post the return in the ledger, so that the next export shows the item again")
}

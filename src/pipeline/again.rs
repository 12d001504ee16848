//! A night decided again: to explain it, to learn from it, and to hold a decision against it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{NightInput, Prepared, Reading, decide, prepare};
use crate::ledger;
use crate::matching::{self, TrainingSet};
use crate::model::{BankLine, Contract, Decision, Finding, History, InvoiceId, Ledger, NonRemittanceKind, Remittance, Verdict};

/// One remittance, what was decided about it, and what it was decided on.
#[derive(Debug)]
pub struct Explanation {
    /// The remittance, or the booking that is none.
    pub line: BankLine,
    /// The verdict, with notes; `None` for a booking that is no remittance.
    pub verdict: Option<Verdict>,
    /// Why it is no remittance.
    pub other: Option<(NonRemittanceKind, &'static str)>,
    /// The ledger it was held against.
    pub ledger: Ledger,
    /// Its contract, where that is still configured.
    pub contract: Option<Contract>,
    /// The business date of the night.
    pub as_of: NaiveDate,
}

/// Decides a night again, and explains one bank transaction of it, by its bank reference or identity.
pub fn explain(input: NightInput<'_>, reference: &str) -> Vec<Explanation> {
    let NightInput { as_of, settings, reading, mut history, .. } = input;
    let Prepared { ledger, sorted, confirmed, .. } = prepare(settings, reading, &mut history, as_of);
    let is_meant = |line: &BankLine| &*line.bank_reference == reference || &*line.id.0 == reference;
    let explained = |line: &BankLine, verdict, other| {
        let contract = settings.contracts.iter().find(|contract| contract.id == line.contract).cloned();
        Explanation { line: line.clone(), verdict, other, ledger: ledger.clone(), contract, as_of }
    };
    let mut found = Vec::new();
    for (index, remittance) in sorted.remittances.iter().enumerate().filter(|(_, r)| is_meant(&r.line)) {
        let verdicts = decide(settings, &ledger, &sorted.remittances, &confirmed, &history, as_of, Some(index));
        let verdict = verdicts.into_iter().find(|v| v.remittance() == index);
        found.push(explained(&remittance.line, verdict, None));
    }
    for other in sorted.others.iter().filter(|o| is_meant(&o.line)) {
        found.push(explained(&other.line, None, Some((other.kind, other.reason))));
    }
    found
}

/// The remittances of a night, with what they are `known` to pay, by bank reference or identity: one
/// training set a contract. Decisions of people take nothing beforehand: they are what is to be learned.
#[must_use]
pub fn training_sets(input: NightInput<'_>, known: &BTreeMap<String, Vec<(InvoiceId, i64)>>) -> Vec<TrainingSet> {
    let NightInput { as_of, settings, reading, mut history, .. } = input;
    let Prepared { ledger, sorted, .. } = prepare(settings, reading, &mut history, as_of);
    let of_contract = |contract: &Contract| {
        let places: BTreeMap<&InvoiceId, usize> =
            ledger.invoices.iter().enumerate().filter(|(_, i)| i.contract == contract.id).map(|(at, i)| (&i.id, at)).collect();
        let truth = |remittance: &Remittance| -> Option<matching::Truth> {
            let line = &remittance.line;
            let lines = known.get(&*line.bank_reference).or_else(|| known.get(&*line.id.0))?;
            let mut truth: Option<matching::Truth> =
                lines.iter().map(|(invoice, applied)| Some((*places.get(invoice)?, *applied))).collect();
            if let Some(lines) = &mut truth {
                lines.sort_unstable();
            }
            truth
        };
        let own = sorted.remittances.iter().filter(|r| r.line.contract == contract.id);
        let remittances = own.map(|r| (r.clone(), truth(r))).collect();
        TrainingSet { contract: contract.clone(), settings: settings.matching, ledger: ledger.clone(), remittances }
    };
    settings.contracts.iter().map(of_contract).collect()
}

/// Whether a decision about a waiting remittance could be applied tonight; the finding says why not.
#[must_use]
pub fn unfit(reading: Reading, mut history: History, remittance: &Remittance, decision: Decision) -> Option<Finding> {
    let mut ledger = reading.book.ledger;
    let _ = ledger::tell_apart(&ledger, &reading.invoices, &mut history);
    let _ = ledger::take_off_earlier(&mut ledger, &reading.invoices, &history);
    let (_, stale) = matching::confirmed(&ledger, std::slice::from_ref(remittance), &[decision]);
    stale.into_iter().next()
}

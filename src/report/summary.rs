//! `summary.json`: the night in figures, for machines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Outcome;
use crate::model::{ExceptionStatus, HeldReason, LineKind, Money, Release, Severity};

#[derive(Serialize)]
struct Summary<'a> {
    business_date: String,
    program: &'static str,
    version: &'static str,
    files_read: usize,
    files_set_aside: usize,
    findings: BTreeMap<&'static str, usize>,
    remittances: Remittances,
    contracts: Vec<ContractSummary<'a>>,
    /// Wall times differ from run to run and would make two runs of one night differ: they are told
    /// on the standard output of the run (`--json`) and kept in the state.
    timings: &'static str,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the file")]
struct Remittances {
    lettered: usize,
    suggested: usize,
    unmatched: usize,
    not_remittances: usize,
}

#[derive(Serialize)]
struct ContractSummary<'a> {
    contract_id: &'a str,
    currency: String,
    statements: usize,
    credits: String,
    debits: String,
    to_factor: String,
    to_client: String,
    on_hold: String,
    suggested: String,
    unmatched: String,
    excluded: String,
    reversed: String,
    remittances: Remittances,
    open_after: String,
    dunning_actions: usize,
    dunning_held: usize,
}

/// The summary as pretty JSON with a final line end.
///
/// # Errors
///
/// What `serde_json` refuses; nothing is known to.
pub fn summary_json(outcome: &Outcome<'_>) -> serde_json::Result<Vec<u8>> {
    let mut findings: BTreeMap<&'static str, usize> =
        [Severity::Error, Severity::Warning, Severity::Info].into_iter().map(|s| (s.as_str(), 0)).collect();
    for finding in outcome.findings {
        *findings.entry(finding.severity.as_str()).or_default() += 1;
    }
    let summary = Summary {
        business_date: outcome.as_of.to_string(),
        program: "lettrage",
        version: env!("CARGO_PKG_VERSION"),
        files_read: outcome.files.0,
        files_set_aside: outcome.files.1,
        findings,
        remittances: remittances(outcome, |_| true),
        contracts: outcome.contracts.iter().map(|c| contract(outcome, c)).collect(),
        timings: "told by `lettrage run --json`",
    };
    let mut bytes = serde_json::to_vec_pretty(&summary)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn remittances(outcome: &Outcome<'_>, of: impl Fn(&str) -> bool) -> Remittances {
    let mut lettered: Vec<&str> = outcome
        .lines
        .iter()
        .filter(|l| l.kind != LineKind::Reversal && of(&l.remittance.contract.0))
        .map(|l| &*l.remittance.id.0)
        .collect();
    lettered.sort_unstable();
    lettered.dedup();
    let count = |wanted: fn(ExceptionStatus) -> bool| {
        outcome.exceptions.iter().filter(|e| of(&e.line.contract.0) && wanted(e.status)).count()
    };
    Remittances {
        lettered: lettered.len(),
        suggested: count(|s| s == ExceptionStatus::Suggested),
        unmatched: count(|s| s == ExceptionStatus::Unmatched),
        not_remittances: count(|s| matches!(s, ExceptionStatus::Other(_))),
    }
}

fn contract<'a>(outcome: &Outcome<'_>, contract: &'a crate::model::Contract) -> ContractSummary<'a> {
    let own: Vec<&Release> = outcome.releases.iter().filter(|r| r.contract == contract.id).collect();
    let sum = |field: fn(&Release) -> i64| Money::from_minor(own.iter().map(|r| field(r)).sum(), contract.currency).to_string();
    let open: i64 = outcome
        .ledger
        .invoices
        .iter()
        .zip(outcome.open_after)
        .filter(|(i, _)| i.contract == contract.id)
        .map(|(_, open)| *open)
        .sum();
    let actions = outcome.actions.iter().filter(|a| a.contract == contract.id);
    let is_held = |held: &Option<HeldReason>| held.is_some();
    ContractSummary {
        contract_id: &contract.id.0,
        currency: contract.currency.to_string(),
        statements: own.iter().filter(|r| !r.carried).count(),
        credits: sum(|r| r.credits),
        debits: sum(|r| r.debits),
        to_factor: sum(|r| r.to_factor),
        to_client: sum(|r| r.to_client),
        on_hold: sum(|r| r.on_hold),
        suggested: sum(|r| r.suggested),
        unmatched: sum(|r| r.unmatched),
        excluded: sum(|r| r.excluded),
        reversed: sum(|r| r.reversed),
        remittances: remittances(outcome, |id| *id == *contract.id.0),
        open_after: Money::from_minor(open, contract.currency).to_string(),
        dunning_actions: actions.clone().filter(|a| !is_held(&a.held)).count(),
        dunning_held: actions.filter(|a| is_held(&a.held)).count(),
    }
}

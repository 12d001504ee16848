//! Decisions of people → explanations that are certain, held against what is open tonight.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    Application, Candidate, Confidence, DecidedItem, Decision, Evidence, Finding, Ledger, Origin, Remittance, Resolution, Weighed,
};

/// What people confirmed, by the index of the remittance, and what cannot be applied any more.
#[must_use]
pub fn confirmed(
    ledger: &Ledger,
    remittances: &[Remittance],
    decisions: &[Decision],
) -> (BTreeMap<usize, Candidate>, Vec<Finding>) {
    let mut open: BTreeMap<usize, i64> = BTreeMap::new();
    let (mut found, mut findings) = (BTreeMap::new(), Vec::new());
    for decision in decisions {
        let Resolution::Confirm(items) = &decision.resolution else { continue };
        let Some(index) = remittances.iter().position(|r| r.line.id == decision.remittance) else {
            findings.push(gone(decision));
            continue;
        };
        match candidate(ledger, &remittances[index], items, &mut open, &decision.by) {
            Ok(candidate) => {
                found.insert(index, candidate);
            }
            Err(what) => findings.push(stale(&remittances[index], &what)),
        }
    }
    (found, findings)
}

/// The bank took it back, or it was set aside: there is nothing left to letter.
fn gone(decision: &Decision) -> Finding {
    let what =
        format!("expected remittance {} to wait, as it was confirmed, but found that it does not any more", decision.remittance);
    Finding::warning(Origin::file(&decision.remittance.0), "decision-stale", what)
        .effect("The decision is dropped")
        .remedy("Look the remittance up in exceptions.csv: perhaps the bank took it back")
}

fn stale(remittance: &Remittance, what: &str) -> Finding {
    let line = &remittance.line;
    let file: Arc<str> = Arc::clone(&line.statement_id);
    let what = format!("expected to letter {} as it was confirmed, but found {what}", line.bank_reference);
    Finding::warning(Origin::file(&file), "decision-stale", what)
        .effect("The decision is dropped, and the remittance waits for a person again")
        .remedy("Look at the newest exceptions.csv and decide again")
}

fn candidate(
    ledger: &Ledger,
    remittance: &Remittance,
    items: &[DecidedItem],
    open: &mut BTreeMap<usize, i64>,
    by: &str,
) -> Result<Candidate, String> {
    let (amount, currency) = (remittance.line.amount.minor(), remittance.line.amount.currency());
    let mut left = amount;
    let mut taken: Vec<(usize, i64)> = Vec::new();
    let mut applications = Vec::new();
    for item in items {
        let of_contract = |i: &crate::model::Invoice| i.contract == remittance.line.contract && i.id == item.invoice;
        let invoice =
            ledger.invoices.iter().position(of_contract).ok_or_else(|| format!("no item {} in the ledger", item.invoice))?;
        let is_open = open.get(&invoice).copied().unwrap_or_else(|| ledger.invoices[invoice].open.minor());
        let applied = item.applied.unwrap_or(is_open);
        let fits = applied != 0 && applied.signum() == is_open.signum() && applied.abs() <= is_open.abs();
        if !fits || ledger.invoices[invoice].open.currency() != currency || taken.iter().any(|(i, _)| *i == invoice) {
            let shown = |minor: i64| crate::model::Money::from_minor(minor, currency);
            let meant = item.applied.map_or_else(String::new, |applied| format!(", of which {} cannot be paid", shown(applied)));
            return Err(format!("{} with {} {currency} open{meant}", item.invoice, shown(is_open)));
        }
        let (discount, charges, rounding) = (item.discount, item.charges, item.rounding);
        left -= applied + discount + charges + rounding;
        taken.push((invoice, is_open - applied));
        applications.push(Application { invoice, applied, discount, charges, rounding });
    }
    let debtor = ledger.debtor_index().get(&ledger.invoices[taken.first().ok_or("no item")?.0].debtor).copied();
    let debtor = debtor.ok_or("an item of an unknown debtor")?;
    if left < 0 {
        return Err(format!("more than its amount: {} too much", crate::model::Money::from_minor(-left, currency)));
    }
    open.extend(taken);
    let line = Weighed { evidence: Some(Evidence::Confirmed), weight_cb: 0, note: by.to_owned() };
    let evidence = Evidence::Confirmed.into();
    Ok(Candidate {
        applications,
        on_account: left,
        debtor,
        confidence: Confidence::ONE,
        evidence,
        score_cb: 0,
        weights: vec![line],
    })
}

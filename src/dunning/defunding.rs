//! Open items on their way back from the factor (définancement).

use chrono::NaiveDate;
use rayon::prelude::*;

use super::order::open_invoices;
use crate::model::{Contract, Defunding, Ledger, Money};

/// Every open assigned invoice, the next définancement first. A dispute does not stop the clock, and
/// neither does what the dunning does or holds back.
#[must_use]
pub fn defunding(contracts: &[Contract], ledger: &Ledger, open_after: &[i64], as_of: NaiveDate) -> Vec<Defunding> {
    let lent = open_invoices(ledger, open_after).into_par_iter().filter_map(|place| {
        let invoice = &ledger.invoices[place.invoice];
        let contract = contracts.iter().find(|c| c.id == invoice.contract)?;
        let date = contract.defunding_date(invoice, as_of)?;
        Some((date, place.contract, place.debtor, place.invoice, contract.advance_of(invoice)))
    });
    let mut lent: Vec<_> = lent.collect();
    lent.par_sort_unstable();
    let item = |(date, _, debtor, at, advance): (NaiveDate, usize, usize, usize, i64)| {
        let invoice = &ledger.invoices[at];
        Defunding {
            contract: invoice.contract.clone(),
            debtor: invoice.debtor.clone(),
            debtor_name: ledger.debtors.get(debtor).map_or_else(String::new, |d| d.name.clone()),
            invoice: invoice.id.clone(),
            due_date: invoice.due_date,
            date,
            days: (date - as_of).num_days(),
            open: Money::from_minor(open_after[at], invoice.open.currency()),
            financed: invoice.financed,
            advance: Money::from_minor(advance, invoice.open.currency()),
        }
    };
    lent.into_par_iter().map(item).collect()
}

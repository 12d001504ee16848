//! Open items on their way back from the factor (définancement).

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::model::{Contract, Defunding, Ledger, Money};

/// Every open assigned invoice, the next définancement first. A dispute does not stop the clock, and
/// neither does what the dunning does or holds back.
#[must_use]
pub fn defunding(contracts: &[Contract], ledger: &Ledger, open_after: &[i64], as_of: NaiveDate) -> Vec<Defunding> {
    let lent = ledger.invoices.par_iter().zip(open_after).filter(|(i, open)| **open > 0 && !i.is_credit_note());
    let mut items: Vec<Defunding> = lent
        .filter_map(|(invoice, open)| {
            let date = contracts.iter().find(|c| c.id == invoice.contract)?.defunding_date(invoice, as_of)?;
            Some(Defunding {
                contract: invoice.contract.clone(),
                debtor: invoice.debtor.clone(),
                debtor_name: ledger.debtor(&invoice.debtor).map_or_else(String::new, |d| d.name.clone()),
                invoice: invoice.id.clone(),
                due_date: invoice.due_date,
                date,
                days: (date - as_of).num_days(),
                open: Money::from_minor(*open, invoice.open.currency()),
                financed: invoice.financed,
            })
        })
        .collect();
    items.par_sort_by(|a, b| (a.date, &a.contract, &a.debtor, &a.invoice).cmp(&(b.date, &b.contract, &b.debtor, &b.invoice)));
    items
}

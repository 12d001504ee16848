//! Open items by debtor, without holding their names against one another.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::model::{DebtorId, Invoice, Ledger};

/// An open invoice, by numbers that are ordered as the names they stand for.
///
/// The ledger is sorted: contracts and invoices are where their names put them, and so are debtors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Which of the ledger's contracts.
    pub contract: usize,
    /// Index in the ledger; `usize::MAX` for one that is not there.
    pub debtor: usize,
    /// Index in the ledger.
    pub invoice: usize,
}

/// The invoices with something open, in the order of the ledger: contract, number.
pub(super) fn open_invoices(ledger: &Ledger, open_after: &[i64]) -> Vec<Place> {
    let debtors: FxHashMap<&DebtorId, usize> = ledger.debtors.iter().enumerate().map(|(at, d)| (&d.id, at)).collect();
    let mut first = 0;
    let mut places = Vec::new();
    for (contract, own) in ledger.invoices.chunk_by(|a, b| a.contract == b.contract).enumerate() {
        let open = own.par_iter().enumerate().filter(|(at, invoice)| is_open(invoice, open_after[first + at]));
        places.par_extend(open.map(|(at, invoice)| Place {
            contract,
            debtor: debtors.get(&invoice.debtor).copied().unwrap_or(usize::MAX),
            invoice: first + at,
        }));
        first += own.len();
    }
    places
}

fn is_open(invoice: &Invoice, open: i64) -> bool {
    open > 0 && !invoice.is_credit_note()
}

//! The open items with those who owe them.

use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::{ContractId, Debtor, DebtorId, Invoice, InvoiceId};

/// All trusted rows of the ledger, in an order that does not depend on the files'.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Sorted by contract and number. Items whose open amount is zero are kept: a remittance that
    /// names one is told apart from one that names nothing.
    pub invoices: Vec<Invoice>,
    /// Sorted by id.
    pub debtors: Vec<Debtor>,
    /// Numbers of documents that are not among these and are known all the same: earlier nights closed them, or
    /// their row was set aside. A remittance that names one pays no other item for it.
    pub gone: Vec<(ContractId, InvoiceId)>,
    /// What earlier nights closed, among these or not, the latest first.
    pub closed: Vec<(ContractId, InvoiceId, Closing)>,
}

/// What closed an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// Day on which the money was booked; `None` where a program lettered it that did not keep that.
    pub day: Option<NaiveDate>,
    /// The bank's reference of that money; `None` likewise.
    pub reference: Option<Arc<str>>,
}

impl Ledger {
    /// Puts rows into their fixed order.
    #[must_use]
    pub fn new(mut invoices: Vec<Invoice>, mut debtors: Vec<Debtor>) -> Self {
        invoices.sort_by(|a, b| (&a.contract, &a.id).cmp(&(&b.contract, &b.id)));
        debtors.sort_by(|a, b| a.id.cmp(&b.id));
        Self { invoices, debtors, gone: Vec::new(), closed: Vec::new() }
    }

    /// Index of each debtor by its id.
    #[must_use]
    pub fn debtor_index(&self) -> FxHashMap<&DebtorId, usize> {
        self.debtors.iter().enumerate().map(|(index, debtor)| (&debtor.id, index)).collect()
    }

    /// The debtor with that id.
    #[must_use]
    pub fn debtor(&self, id: &DebtorId) -> Option<&Debtor> {
        self.debtors.binary_search_by(|d| d.id.cmp(id)).ok().map(|index| &self.debtors[index])
    }
}

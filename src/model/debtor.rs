//! Debtors: the companies that owe the invoices (débiteurs cédés).

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Iban;

/// Identifies a debtor in the client's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DebtorId(pub Arc<str>);

impl fmt::Display for DebtorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One row of the debtors file.
#[derive(Clone, Debug)]
pub struct Debtor {
    /// Identifies it.
    pub id: DebtorId,
    /// Name in the ledger.
    pub name: String,
    /// Other names it pays under.
    pub aliases: Vec<String>,
    /// Accounts it is known to pay from. One account may belong to several debtors.
    pub ibans: Vec<Iban>,
    /// Group of companies that pay for one another.
    pub group_id: Option<String>,
    /// SIREN number.
    pub siren: Option<String>,
    /// VAT number.
    pub vat_number: Option<String>,
    /// ISO 3166 country.
    pub country: Option<String>,
    /// ISO 639 language for letters.
    pub language: Option<String>,
    /// Address for e-mails.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Person to speak to.
    pub contact: Option<String>,
    /// Payment terms, as agreed.
    pub payment_terms: Option<String>,
    /// Largest outstanding that the factor approves (agrément).
    pub credit_limit: Option<Limit>,
    /// Largest outstanding that the client's own credit insurer covers.
    pub insured_limit: Option<Limit>,
    /// It is not to be chased.
    pub excluded: bool,
    /// Since when it is in insolvency proceedings.
    pub insolvent_since: Option<NaiveDate>,
    /// A private person: no interest between professionals, no flat indemnity.
    pub consumer: bool,
    /// When it was told of the assignment.
    pub notified_on: Option<NaiveDate>,
    /// Where letters go, one line each.
    pub address: Vec<String>,
}

/// Up to how much an outstanding is covered, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// In units of the contract's currency.
    pub amount: Decimal,
    /// Last day on which it holds; `None`: until it is withdrawn.
    pub until: Option<NaiveDate>,
}

impl Limit {
    /// A limit, where there is an amount.
    #[must_use]
    pub fn new(amount: Option<Decimal>, until: Option<NaiveDate>) -> Option<Self> {
        amount.map(|amount| Self { amount, until })
    }

    /// What it covers on a day: nothing once it is over.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Decimal {
        if self.until.is_none_or(|until| day <= until) { self.amount } else { Decimal::ZERO }
    }
}

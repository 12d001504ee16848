//! Debtors: the companies that owe the invoices (débiteurs cédés).

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

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
    /// Largest outstanding that the factor or insurer covers, in whole units as written.
    pub credit_limit: Option<String>,
    /// It is not to be chased.
    pub excluded: bool,
    /// Since when it is in insolvency proceedings.
    pub insolvent_since: Option<NaiveDate>,
    /// A private person: no interest between professionals, no flat indemnity.
    pub consumer: bool,
    /// When it was told of the assignment.
    pub notified_on: Option<NaiveDate>,
}

//! What the decisions of people say of who pays for whom.

use chrono::NaiveDate;

use super::{ContractId, DebtorId};

/// Whom a payer paid for, as people said: an account, a name, or the words of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayerMemory {
    /// The contract.
    pub contract: ContractId,
    /// What the payer is known by: `account:…`, `name:…` or `words:…`.
    pub key: String,
    /// For whom it paid, or did not.
    pub debtor: DebtorId,
    /// Day of the newest of these decisions.
    pub day: NaiveDate,
    /// How often people said that it paid for that debtor.
    pub confirmed: u32,
    /// How often they said that it did not.
    pub rejected: u32,
}

/// What one decision teaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lesson {
    /// The contract.
    pub contract: ContractId,
    /// What the payer is known by.
    pub key: String,
    /// The debtor.
    pub debtor: DebtorId,
    /// It paid for that debtor, or it did not.
    pub confirmed: bool,
}

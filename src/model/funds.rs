//! The funds of a contract on their way from the dedicated account to the factor.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{ContractId, Currency, DebtorId, RemittanceId};

/// What earlier nights know of the funds of one contract, in minor units of its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Funds {
    /// What each night lettered for the factor, in their order.
    pub sent: Vec<Sent>,
    /// What the factor's sweeps (nivellement) have taken up in all.
    pub swept: i64,
}

/// What a night lettered for the factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Business date of the night.
    pub day: NaiveDate,
    /// To release; negative when more was taken back than lettered.
    pub amount: i64,
    /// What the factor accepted of it.
    pub confirmed: i64,
    /// What it rejected.
    pub rejected: i64,
}

/// What a night adds to the funds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FundsMove {
    /// Lettered for the factor.
    Sent(i64),
    /// A sweep on the statements.
    Swept {
        /// When it was booked.
        day: NaiveDate,
        /// Minor units; negative when the bank takes one back.
        amount: i64,
        /// The bank's reference.
        reference: String,
    },
}

/// What became of the funds of one night, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The contract.
    pub contract: ContractId,
    /// Currency of the contract.
    pub currency: Currency,
    /// Business date of the night that lettered them, and what it lettered.
    pub sent: Sent,
    /// What the factor has still to sweep of it.
    pub to_sweep: i64,
    /// What reversals of later nights took back of it.
    pub taken_back: i64,
    /// Business days since.
    pub business_days: i64,
    /// Stable code of where they are.
    pub status: &'static str,
    /// In the row of the business date: swept without having been lettered.
    pub ahead: i64,
}

/// An excess that is kept for a debtor until somebody says what it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnAccount {
    /// The remittance that brought it.
    pub remittance: RemittanceId,
    /// Its contract.
    pub contract: ContractId,
    /// For whom it is kept.
    pub debtor: DebtorId,
    /// The bank's reference.
    pub reference: String,
    /// When it was booked.
    pub day: NaiveDate,
    /// In minor units, positive.
    pub amount: i64,
}

/// What is open of each debtor of a balance contract, in minor units.
pub type Balances = BTreeMap<(ContractId, DebtorId), i64>;

//! Statements that a night is decided on.

use chrono::NaiveDate;

use super::{Account, Bank, Money, Statement};

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disposition {
    /// Every statement of it was taken, or is known already.
    Taken,
    /// Every statement of it is known already.
    Known,
    /// It waits in the inbox: a page is missing, or it is from the future.
    Held,
    /// Some statements of it were taken, others set aside.
    Partly,
    /// Nothing of it is used.
    Refused,
}

/// A statement that is used, with its contract.
#[derive(Debug)]
pub struct AdmittedStatement {
    /// Index of the contract.
    pub contract: usize,
    /// The statement, complete and balanced.
    pub statement: Statement,
    /// The account it is on.
    pub account: Account,
    /// `CLBD`.
    pub closing: Money,
    /// `OPBD` or `PRCD`.
    pub opening: Money,
    /// Digest of what it says: the same statement sent again has the same.
    pub digest: String,
    /// Day of the closing balance.
    pub date: NaiveDate,
    /// Habits of the bank it is from.
    pub bank: Bank,
}

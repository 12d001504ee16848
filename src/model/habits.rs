//! How a debtor pays, as far as its items were lettered.

use chrono::NaiveDate;

use super::{ContractId, DebtorId, InvoiceId};

/// Days of a period over which habits are told.
pub const HABIT_DAYS: u64 = 90;

/// An invoice that a night's lettrage closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The contract.
    pub contract: ContractId,
    /// Who owed it.
    pub debtor: DebtorId,
    /// The invoice.
    pub invoice: InvoiceId,
    /// Date of the document.
    pub issued: NaiveDate,
    /// Days from the due date to the booking that closed it; negative when it was paid before.
    pub late_days: i64,
    /// That booking's day.
    pub day: NaiveDate,
    /// Tax included, in minor units.
    pub amount: i64,
}

/// What a debtor paid in the last [`HABIT_DAYS`], and in as many days before them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Invoices closed in the last period.
    pub items: i64,
    /// Their amounts, in minor units.
    pub amount: i64,
    /// Amounts times days late, summed.
    pub late: i64,
    /// The same of the period before.
    pub amount_before: i64,
    /// The same of the period before.
    pub late_before: i64,
    /// Of invoices issued in the last period, those closed: their amounts.
    pub sold: i64,
}

impl Habits {
    /// Average days late in the last period, weighted by amount.
    #[must_use]
    pub fn late_days(&self) -> Option<i64> {
        average(self.late, self.amount)
    }

    /// Average days late in the period before.
    #[must_use]
    pub fn late_days_before(&self) -> Option<i64> {
        average(self.late_before, self.amount_before)
    }
}

fn average(weighted: i64, amount: i64) -> Option<i64> {
    (amount > 0).then(|| (weighted + amount / 2).div_euclid(amount))
}

//! Where the money of a night went, beside the lettrage itself.

use std::sync::Arc;

use super::remittance::BankLine;
use super::{Account, Confidence, ContractId, Currency, DebtorId, NonRemittanceKind};

/// What became of a bank transaction that is not fully lettered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionStatus {
    /// There are candidates for a person.
    Suggested,
    /// Nobody knows yet what it pays.
    Unmatched,
    /// It is no remittance.
    Other(NonRemittanceKind),
}

impl ExceptionStatus {
    /// The word for it in `exceptions.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suggested => "suggested",
            Self::Unmatched => "unmatched",
            Self::Other(kind) => kind.as_str(),
        }
    }
}

/// One row of `exceptions.csv`.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The bank transaction.
    pub line: BankLine,
    /// What became of it.
    pub status: ExceptionStatus,
    /// Stable code of the reason.
    pub reason: &'static str,
    /// More words for the reason, for people.
    pub note: String,
    /// The debtor it most probably comes from.
    pub best_debtor: Option<DebtorId>,
    /// Probability of the best candidate.
    pub best_confidence: Option<Confidence>,
    /// Whether it counts in the booked balances.
    pub booked: bool,
}

/// One row of `release.csv`: where the credits of a statement went, in minor units.
///
/// `credits = to_factor + to_client + on_hold + suggested + unmatched + excluded + reversed`, and
/// `opening + credits − debits = closing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The contract.
    pub contract: ContractId,
    /// The dedicated account.
    pub account: Account,
    /// `Stmt/Id`.
    pub statement_id: Arc<str>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Opening booked balance.
    pub opening: i64,
    /// Booked credits.
    pub credits: i64,
    /// Booked debits, positive.
    pub debits: i64,
    /// Closing booked balance.
    pub closing: i64,
    /// Lettered on assigned items: funds to release to the factor.
    pub to_factor: i64,
    /// Lettered on items that are not assigned: money to hand back to the client.
    pub to_client: i64,
    /// Kept on account.
    pub on_hold: i64,
    /// For a person, with candidates.
    pub suggested: i64,
    /// For a person, without candidates.
    pub unmatched: i64,
    /// No remittances: known already, from the factor, debits taken back.
    pub excluded: i64,
    /// Credits that the bank took back.
    pub reversed: i64,
    /// No statement of the night, but what became of remittances that an earlier one left: nothing
    /// came in, and the amounts say from where to where they went.
    pub carried: bool,
}

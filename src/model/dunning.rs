//! Dunning (relance): what to do about an item that stays open.

use chrono::NaiveDate;

use super::{ContractId, DebtorId, InvoiceId, ManagedBy, Money};

/// How far the recovery of an item has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not due yet: has the invoice been approved for payment (bon à payer)?
    BeforeDue,
    /// Past the due date: reminders (relance amiable).
    Overdue,
    /// Formal notice (mise en demeure).
    FormalNotice,
    /// To be handed to the courts or a lawyer (contentieux).
    Contentious,
}

impl Stage {
    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeDue => "before_due",
            Self::Overdue => "overdue",
            Self::FormalNotice => "formal_notice",
            Self::Contentious => "contentious",
        }
    }
}

/// Why an action is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldReason {
    /// The debtor contests the item.
    Dispute,
    /// The debtor promised to pay by a date that has not passed.
    Promise,
    /// A remittance that may be the debtor's is still on the desk.
    RemittanceOpen,
}

impl HeldReason {
    /// The code in the `held_reason` column.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::Promise => "promise",
            Self::RemittanceOpen => "remittance_open",
        }
    }
}

/// One row of `dunning.csv`.
#[derive(Clone, Debug)]
pub struct DunningAction {
    /// Contract of the item.
    pub contract: ContractId,
    /// Who owes it.
    pub debtor: DebtorId,
    /// Name of the debtor.
    pub debtor_name: String,
    /// The item.
    pub invoice: InvoiceId,
    /// When it is or was due.
    pub due_date: NaiveDate,
    /// As of the business date; negative before the due date.
    pub days_overdue: i64,
    /// What is open after this night's lettrage.
    pub open: Money,
    /// How far the recovery has come.
    pub stage: Stage,
    /// What to do, as a stable code.
    pub action: &'static str,
    /// How, as a stable code.
    pub channel: &'static str,
    /// Who does it.
    pub owner: ManagedBy,
    /// Why it is held back; `None`: it is to be done.
    pub held: Option<HeldReason>,
    /// When the factor takes its advance back; `None` for an item that is not assigned.
    pub defunding_date: Option<NaiveDate>,
    /// Days from the business date to it; negative when it has passed.
    pub days_to_defunding: Option<i64>,
    /// What the factor advanced on it.
    pub financed: Option<Money>,
}

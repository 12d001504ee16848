//! Factoring contracts.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Account, Currency, Invoice, Money, Stage};

/// Identifies a contract within one configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContractId(pub Arc<str>);

impl fmt::Display for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The names under which factors sell contracts. Each is a preset of the other fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractKind {
    /// The factor manages everything; debtors are told.
    Full,
    /// The client manages by mandate; debtors are told (affacturage avec mandat de gestion).
    Mandate,
    /// The client manages; debtors are told (affacturage non géré).
    NonManaged,
    /// The client manages; debtors are not told and must not learn of it.
    Confidential,
    /// The whole ledger is assigned (cession de balance); the client manages.
    Balance,
}

impl ContractKind {
    /// All kinds with their names in `pipeline.toml`.
    pub const ALL: [(&'static str, Self); 5] = [
        ("full", Self::Full),
        ("mandate", Self::Mandate),
        ("non_managed", Self::NonManaged),
        ("confidential", Self::Confidential),
        ("balance", Self::Balance),
    ];

    /// The name in `pipeline.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Who collects and duns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ManagedBy {
    /// The company that assigned its invoices (cédant, adhérent).
    Client,
    /// The factor.
    Factor,
}

impl ManagedBy {
    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Factor => "factor",
        }
    }
}

/// How invoices are assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// Invoice by invoice (ligne à ligne).
    Line,
    /// The whole ledger (cession de balance).
    Balance,
}

/// One contract between the client and a factor, in one currency.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Identifies it in every file.
    pub id: ContractId,
    /// Name of the factor. Never shown to a debtor of a confidential contract.
    pub factor: String,
    /// The preset it was made from.
    pub kind: ContractKind,
    /// The dedicated accounts (comptes dédiés).
    pub accounts: Vec<Account>,
    /// Currency of the contract and of all its items.
    pub currency: Currency,
    /// Who collects and duns.
    pub managed_by: ManagedBy,
    /// Whether debtors know of the assignment.
    pub notified: bool,
    /// Line by line, or by balance.
    pub assignment: Assignment,
    /// Where the funds go: a debit to this account is a sweep (nivellement).
    pub factor_account: Option<Account>,
    /// Business days within which the factor sweeps what is lettered; 0: it is not asked.
    pub sweep_days: i64,
    /// Days after the due date when the factor takes its advance back (définancement).
    pub defunding_days: u32,
    /// Share of the face value that the factor advances, 0 to 1 (quotité), where the export does not say how much.
    pub advance_rate: Decimal,
    /// The factor takes its advance back when a debtor does not pay (avec recours).
    pub recourse: bool,
    /// Credit insurance.
    pub insurance: Insurance,
    /// Who owns stages of the dunning that are not the manager's.
    pub owners: Vec<(Stage, ManagedBy)>,
    /// What the mandate allows, and when; `None` where nothing is said of it.
    pub mandate: Option<Mandate>,
    /// What changes from a day on, in the order of the days.
    pub changes: Vec<ContractChange>,
    /// What the factor's layout asks for: seller code and the like.
    pub params: Vec<(String, String)>,
    /// Lettrage renderings for this factor, besides the CSV that is always written.
    pub outputs: Vec<String>,
}

/// Whose credit insurance covers the debtors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Insurer {
    /// The factor's approval: `credit_limit` of the debtors.
    #[default]
    Factor,
    /// The client's own policy beside it: of `credit_limit` and `insured_limit` the lower counts.
    Own,
    /// Nobody's.
    None,
}

/// Credit insurance of a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insurance {
    /// Whose it is.
    pub insurer: Insurer,
    /// Days after the due date by which the policy wants an unpaid item declared; `None`: it does not say.
    pub declare_days: Option<u32>,
}

/// A mandate to manage the assigned items (mandat de gestion): checked and granted by the factor, for a
/// time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mandate {
    /// When the factor checked how the client duns.
    pub checked_on: Option<NaiveDate>,
    /// When it was granted.
    pub granted_on: Option<NaiveDate>,
    /// Last day on which it holds; `None`: until it is withdrawn.
    pub ends_on: Option<NaiveDate>,
    /// It covers reminders (relance).
    pub reminders: bool,
    /// It covers recovery: formal notice and what follows (recouvrement).
    pub recovery: bool,
}

/// A dated change of a contract: it takes effect that day, not before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractChange {
    /// First day on which it holds.
    pub from: NaiveDate,
    /// Who collects and duns from then on.
    pub managed_by: Option<ManagedBy>,
    /// Whether debtors know of the assignment from then on.
    pub notified: Option<bool>,
}

impl Contract {
    /// When the factor takes the advance on an item back; `None` for one that is not assigned on a day, and
    /// where the factor has no recourse.
    #[must_use]
    pub fn defunding_date(&self, invoice: &Invoice, day: NaiveDate) -> Option<NaiveDate> {
        let after = chrono::Days::new(u64::from(self.defunding_days));
        invoice.due_date.checked_add_days(after).filter(|_| self.recourse && self.is_assigned(invoice.assigned_on, day))
    }

    /// What the factor advanced on an item, in minor units of its currency: as the export says, or by the advance rate.
    #[must_use]
    pub fn advance_of(&self, invoice: &Invoice) -> i64 {
        let by_rate = || (Decimal::from(invoice.amount.minor()) * self.advance_rate).round().to_i64().unwrap_or(i64::MAX);
        invoice.financed.map_or_else(by_rate, Money::minor)
    }

    /// Who collects and duns on a day.
    #[must_use]
    pub fn managed_by(&self, day: NaiveDate) -> ManagedBy {
        let changed = self.changes.iter().filter(|c| c.from <= day).filter_map(|c| c.managed_by).next_back();
        changed.unwrap_or(self.managed_by)
    }

    /// Whether debtors know of the assignment on a day.
    #[must_use]
    pub fn notified(&self, day: NaiveDate) -> bool {
        let changed = self.changes.iter().filter(|c| c.from <= day).filter_map(|c| c.notified).next_back();
        changed.unwrap_or(self.notified)
    }

    /// Who owns a stage of the dunning on a day.
    #[must_use]
    pub fn owner(&self, stage: Stage, day: NaiveDate) -> ManagedBy {
        self.owners.iter().find(|(s, _)| *s == stage).map_or_else(|| self.managed_by(day), |(_, owner)| *owner)
    }

    /// Whether the client may do a stage on a day: with a mandate that says otherwise it may not.
    #[must_use]
    pub fn allows(&self, stage: Stage, day: NaiveDate) -> bool {
        let Some(mandate) = &self.mandate else { return true };
        let granted = mandate.checked_on.is_some_and(|d| d <= day) && mandate.granted_on.is_some_and(|d| d <= day);
        let covered = match stage {
            Stage::BeforeDue | Stage::Overdue => mandate.reminders,
            Stage::FormalNotice | Stage::Contentious => mandate.recovery,
        };
        granted && covered && mandate.ends_on.is_none_or(|d| day <= d)
    }

    /// Whether the money of an item that is paid on a day is the factor's, as known at `as_of`: the item is assigned, and
    /// the factor has not taken its advance back before.
    #[must_use]
    pub fn is_factors(&self, invoice: &Invoice, as_of: NaiveDate, paid_on: NaiveDate) -> bool {
        let defunded = self.defunding_date(invoice, as_of).is_some_and(|day| day < paid_on);
        self.is_assigned(invoice.assigned_on, as_of) && !defunded
    }

    /// Whether an item is the factor's: it carries an assignment date not after `as_of`, or none in a contract
    /// that assigns the whole ledger.
    #[must_use]
    pub fn is_assigned(&self, assigned_on: Option<NaiveDate>, as_of: NaiveDate) -> bool {
        assigned_on.map_or(self.assignment == Assignment::Balance, |date| date <= as_of)
    }
}

//! Dunning (relance): what to do about an item that stays open.

use chrono::NaiveDate;
use rust_decimal::Decimal;

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

/// How a debtor is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// By telephone.
    Phone,
    /// By e-mail.
    Email,
    /// By letter.
    Letter,
    /// By registered letter.
    RegisteredLetter,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Email, Self::Letter, Self::RegisteredLetter];

    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Letter => "letter",
            Self::RegisteredLetter => "registered_letter",
        }
    }
}

/// Why an action is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldReason {
    /// The debtor is not to be chased.
    Excluded,
    /// The debtor is in insolvency proceedings: nothing is claimed from it.
    Insolvency,
    /// The debtor contests the item.
    Dispute,
    /// The debtor says that it has not received the invoice.
    NotReceived,
    /// The debtor promised to pay by a date that has not passed.
    Promise,
    /// It is paid by an instalment plan that is kept.
    Instalments,
    /// Somebody outside recovers it already.
    HandedOver,
    /// A remittance that may be the debtor's is still on the desk.
    RemittanceOpen,
    /// No statement tells what was paid up to now.
    StatementsStale,
    /// Open credit notes of the debtor are at least as large.
    CreditsOpen,
    /// What is open is not worth an action.
    Residual,
    /// The mandate does not cover it.
    MandateMissing,
    /// The debtor must be told of the assignment first.
    NoticeMissing,
    /// Nothing proves the claim: it is not certain.
    ProofMissing,
    /// Its letter says what it must not, or not what it must.
    LetterStopped,
    /// The debtor was spoken to too short a time ago.
    Spacing,
}

impl HeldReason {
    /// The code in the `held_reason` column.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::Insolvency => "insolvency",
            Self::Dispute => "dispute",
            Self::NotReceived => "not_received",
            Self::Promise => "promise",
            Self::Instalments => "instalments",
            Self::HandedOver => "handed_over",
            Self::RemittanceOpen => "remittance_open",
            Self::StatementsStale => "statements_stale",
            Self::CreditsOpen => "credits_open",
            Self::Residual => "residual",
            Self::MandateMissing => "mandate_missing",
            Self::NoticeMissing => "notice_missing",
            Self::ProofMissing => "proof_missing",
            Self::LetterStopped => "letter_stopped",
            Self::Spacing => "spacing",
        }
    }
}

/// An action that a night gave out; the history of an item only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DunningStep {
    /// Name of the level.
    pub level: String,
    /// Business date of the night.
    pub day: NaiveDate,
}

/// What came of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody answered.
    NoAnswer,
    /// The invoice is approved for payment.
    Approved,
    /// The debtor contests it.
    Disputed,
    /// The dispute is settled.
    Settled,
    /// The debtor promised to pay.
    Promised,
    /// The debtor has not received the invoice.
    NotReceived,
    /// The debtor says that it, or another, has paid.
    Paid,
}

impl Outcome {
    /// All outcomes with their words in `contacts.csv`.
    pub const ALL: [(&'static str, Self); 7] = [
        ("no_answer", Self::NoAnswer),
        ("approved", Self::Approved),
        ("disputed", Self::Disputed),
        ("settled", Self::Settled),
        ("promised", Self::Promised),
        ("not_received", Self::NotReceived),
        ("paid", Self::Paid),
    ];
}

/// A row of `contacts.csv`: what came of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// When.
    pub day: NaiveDate,
    /// The item, and its contract where the number alone does not say it.
    pub invoice: InvoiceId,
    /// The contract; `None` where there is only one.
    pub contract: Option<ContractId>,
    /// What came of it.
    pub outcome: Outcome,
    /// Level that it counts as, for a contact outside this program.
    pub level: Option<String>,
    /// Promised date.
    pub promised_on: Option<NaiveDate>,
}

/// Days of a delay with one rate and one open amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First day that counts.
    pub from: NaiveDate,
    /// Last day that counts.
    pub to: NaiveDate,
    /// Open on these days, in minor units, tax included.
    pub open: i64,
    /// Percent a year.
    pub rate: Decimal,
}

/// Interest for late payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    /// The sum, rounded to the minor unit, half up, once.
    pub amount: Money,
    /// How it is made up.
    pub segments: Vec<Segment>,
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
    /// Level of the policy.
    pub level: String,
    /// What to do, as a stable code.
    pub action: &'static str,
    /// How.
    pub channel: Channel,
    /// Who does it.
    pub owner: ManagedBy,
    /// Why it is held back; `None`: it is to be done.
    pub held: Option<HeldReason>,
    /// Interest up to the business date; `None` where none is owed or no rate is known.
    pub interest: Option<Interest>,
    /// Flat indemnity for recovery costs, once an item; in euros, whatever the item is in (art. D441-5).
    pub indemnity: Option<Money>,
    /// When the factor takes its advance back; `None` for an item that is not assigned.
    pub defunding_date: Option<NaiveDate>,
    /// Days from the business date to it; negative when it has passed.
    pub days_to_defunding: Option<i64>,
    /// What the factor advanced on it.
    pub financed: Option<Money>,
    /// Day of the last action or contact about it.
    pub last_contact: Option<NaiveDate>,
}

/// An open item on its way back from the factor.
#[derive(Clone, Debug)]
pub struct Defunding {
    /// Contract of the item.
    pub contract: ContractId,
    /// Who owes it.
    pub debtor: DebtorId,
    /// Name of the debtor.
    pub debtor_name: String,
    /// The item.
    pub invoice: InvoiceId,
    /// When it was due.
    pub due_date: NaiveDate,
    /// When the factor takes its advance back.
    pub date: NaiveDate,
    /// Days to it; zero or less: taken back.
    pub days: i64,
    /// What is open.
    pub open: Money,
    /// What the factor advanced on it, where the export says so.
    pub financed: Option<Money>,
    /// The same, or what the contract's advance rate gives of its amount (quotité).
    pub advance: Money,
}

impl Defunding {
    /// What has to be given back, in minor units: the advance, as far as it is not paid.
    #[must_use]
    pub fn at_risk(&self) -> i64 {
        self.advance.minor().min(self.open.minor())
    }

    /// How near it is.
    #[must_use]
    pub fn bucket(&self) -> &'static str {
        match self.days {
            ..=-1 => "passed",
            0 => "today",
            1..=7 => "within_7",
            8..=15 => "within_15",
            _ => "within_30",
        }
    }
}

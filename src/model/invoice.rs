//! Open items.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ContractId, DebtorId, Money};

/// The number printed on an invoice or credit note; unique within a contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InvoiceId(pub Arc<str>);

impl fmt::Display for InvoiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An open item on the evening before the night: an invoice, or a credit note (negative amounts).
#[derive(Clone, Debug)]
pub struct Invoice {
    /// The number on the document.
    pub id: InvoiceId,
    /// The contract it belongs to.
    pub contract: ContractId,
    /// Who owes it.
    pub debtor: DebtorId,
    /// Date of the document.
    pub issue_date: NaiveDate,
    /// Date by which it is to be paid.
    pub due_date: NaiveDate,
    /// Tax included; negative for a credit note.
    pub amount: Money,
    /// What is still open, same sign as `amount`.
    pub open: Money,
    /// Date of assignment to the factor; `None`: not assigned, the money is the client's.
    pub assigned_on: Option<NaiveDate>,
    /// What the factor advanced on it.
    pub financed: Option<Money>,
    /// The customer's order number.
    pub order_ref: Option<String>,
    /// The creditor reference printed on it (ISO 11649 `RF…`).
    pub payment_ref: Option<String>,
    /// Early-payment discount (escompte), in percent.
    pub discount_rate: Option<Decimal>,
    /// Last day on which the discount may be taken.
    pub discount_until: Option<NaiveDate>,
    /// Reason code of a dispute (litige).
    pub dispute: Option<String>,
    /// Since when it is disputed.
    pub dispute_since: Option<NaiveDate>,
    /// Date of a promise to pay.
    pub promise_date: Option<NaiveDate>,
    /// Amount promised; the open amount when absent.
    pub promise_amount: Option<Money>,
    /// Documents that prove it (créance certaine): `order`, `delivery`, `invoice`, `notice`, or whatever the
    /// ledger calls them.
    pub proof: Vec<String>,
    /// When somebody outside took its recovery over: agency, lawyer, insurer.
    pub handed_over_on: Option<NaiveDate>,
    /// How it is recovered then.
    pub route: Option<Route>,
    /// What the debtor was allowed to pay when, by day.
    pub instalments: Vec<(NaiveDate, Money)>,
    /// The export and the state of earlier nights do not agree on what is open.
    pub disagrees: bool,
}

/// A way to recover a claim that reminders do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Order to pay on papers (code de procédure civile, art. 1405 s.).
    InjonctionDePayer,
    /// Fast hearing for what is not seriously disputable.
    RefereProvision,
    /// Full trial.
    Assignation,
    /// Declared to the credit insurer.
    CreditInsurer,
    /// Collection agency.
    Agency,
}

impl Route {
    /// All routes.
    pub const ALL: [Self; 5] =
        [Self::InjonctionDePayer, Self::RefereProvision, Self::Assignation, Self::CreditInsurer, Self::Agency];

    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InjonctionDePayer => "injonction_de_payer",
            Self::RefereProvision => "refere_provision",
            Self::Assignation => "assignation",
            Self::CreditInsurer => "credit_insurer",
            Self::Agency => "agency",
        }
    }
}

impl Invoice {
    /// Whether documents prove it.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        !self.proof.is_empty()
    }

    /// What may still be open on a day under the instalment plan, in minor units, when each instalment may
    /// come so many days late; `None` without a plan.
    #[must_use]
    pub fn planned_open(&self, day: NaiveDate, grace_days: i64) -> Option<i64> {
        let later = self.instalments.iter().filter(|(date, _)| (day - *date).num_days() <= grace_days);
        (!self.instalments.is_empty()).then(|| later.map(|(_, amount)| amount.minor()).fold(0, i64::saturating_add))
    }

    /// A credit note (avoir) lowers what the debtor owes.
    #[must_use]
    pub fn is_credit_note(&self) -> bool {
        self.amount.minor() < 0
    }

    /// The discount in minor units that the debtor may take when it pays on `paid_on`, zero when
    /// its terms do not allow one.
    ///
    /// Commercial rounding to the minor unit, half away from zero, on the invoice amount.
    #[must_use]
    pub fn discount_minor(&self, paid_on: NaiveDate) -> i64 {
        let (Some(rate), Some(until)) = (self.discount_rate, self.discount_until) else { return 0 };
        if paid_on > until || self.is_credit_note() {
            return 0;
        }
        let exact = Decimal::from(self.amount.minor()) * rate / Decimal::ONE_HUNDRED;
        let rounded = exact.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        i64::try_from(rounded.mantissa()).unwrap_or(0)
    }
}

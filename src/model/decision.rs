//! What a person decided about a remittance that waits.

use super::{InvoiceId, RemittanceId};

/// A decision, applied by the next night.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Number in the state.
    pub number: i64,
    /// The remittance.
    pub remittance: RemittanceId,
    /// What becomes of it.
    pub resolution: Resolution,
    /// Who decided, when, and why, in one text for people.
    pub by: String,
}

/// What becomes of a remittance by decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// It pays these items; what they leave stays on account for their debtor.
    Confirm(Vec<DecidedItem>),
    /// It is nobody's to letter: out of the tables, with its reason.
    SetAside,
    /// These explanations of it are wrong; each is a set of items, in their order.
    Reject(Vec<Vec<InvoiceId>>),
    /// What a night lettered of it was wrong, or that it set it aside: that is taken back, and it waits for a person.
    Undo,
    /// The factor rejects what a night lettered of it: it is taken back as at a person's request, but says
    /// nothing of who paid.
    Refused,
}

impl Resolution {
    /// Whether an earlier lettrage is taken back.
    #[must_use]
    pub fn takes_back(&self) -> bool {
        matches!(self, Self::Undo | Self::Refused)
    }
}

/// What a person says a remittance pays of one item, in minor units of the contract's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedItem {
    /// The item.
    pub invoice: InvoiceId,
    /// Positive for an invoice, negative for a credit note; `None`: all that is open.
    pub applied: Option<i64>,
    /// Of which granted as discount, negative.
    pub discount: i64,
    /// Of which bank charges taken on the way, negative.
    pub charges: i64,
    /// Rounding difference.
    pub rounding: i64,
}

//! Lettrage that can be taken back: what earlier nights settled, and what undoes it.

use std::sync::Arc;

use super::{BankLine, Confidence, DebtorId, Destination, InvoiceId, LettrageCode, LettrageLine, LineKind, Remittance};

/// A remittance that an earlier night lettered, with its lines.
#[derive(Clone, Debug)]
pub struct Settled {
    /// As the statement brought it.
    pub remittance: Remittance,
    /// The lines that went to the factor, in their order.
    pub lines: Vec<SettledLine>,
}

/// A line of an earlier lettrage, as far as taking it back needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledLine {
    /// Code of its group.
    pub code: LettrageCode,
    /// Who owes the item.
    pub debtor: DebtorId,
    /// What the line said.
    pub kind: LineKind,
    /// The item; `None` for an excess kept on account.
    pub invoice: Option<InvoiceId>,
    /// Signed as [`LineKind`] says, in minor units.
    pub applied: i64,
    /// Whose the money was.
    pub destination: Destination,
    /// Probability of the explanation.
    pub confidence: Confidence,
}

impl SettledLine {
    /// What taking the line back makes of the open amount of its item, in minor units.
    #[must_use]
    pub fn reopens(&self) -> i64 {
        if matches!(self.kind, LineKind::Invoice | LineKind::CreditNote) { self.applied } else { 0 }
    }
}

impl From<&LettrageLine> for SettledLine {
    fn from(line: &LettrageLine) -> Self {
        Self {
            code: line.code.clone().unwrap_or_else(|| LettrageCode(String::new())),
            debtor: line.debtor.clone(),
            kind: line.kind,
            invoice: line.invoice.clone(),
            applied: line.applied.minor(),
            destination: line.destination,
            confidence: line.confidence,
        }
    }
}

/// Why an earlier lettrage does not hold any more.
#[derive(Clone, Debug)]
pub enum Cause {
    /// The bank took the money back with this debit: transfer recalled, cheque or direct debit unpaid.
    Returned(Box<BankLine>),
    /// A person asked for it, or the factor rejected it.
    Undone {
        /// Who, when and why, in one text.
        by: Arc<str>,
        /// The factor rejected it.
        by_factor: bool,
    },
}

/// An earlier lettrage that this night takes back.
#[derive(Clone, Debug)]
pub struct TakenBack {
    /// What was lettered.
    pub settled: Settled,
    /// Why it is taken back.
    pub cause: Cause,
}

impl TakenBack {
    /// The booking under which the lines are taken back: the return, or the remittance itself.
    #[must_use]
    pub fn booking(&self) -> &BankLine {
        match &self.cause {
            Cause::Returned(debit) => debit,
            Cause::Undone { .. } => &self.settled.remittance.line,
        }
    }
}

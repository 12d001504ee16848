//! Verdicts → lettrage lines, and their bytes.
//!
//! The lines of one remittance always add up to its amount. What an item has open before and after
//! each line follows the order in which the lines are listed.

mod balance;
mod codes;
mod csv;
mod fec;
mod follow;
mod layout;
mod outcome;
mod remt;
mod reversal;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::model::{
    Candidate, CodeCounter, Confidence, Contract, ContractId, Currency, DebtorId, Destination, History, Ledger, LettrageLine,
    LineKind, Money, OnAccount, Remittance, TakenBack, Verdict,
};

pub use balance::{After, balances};
pub use csv::{lettrage_csv, lettrage_jsonl, suggestions_csv};
pub use fec::{Left, Lettered, letter_fec};
pub use follow::{Follow, follow, follow_csv};
pub use layout::{Rendered, Rendering};
pub use outcome::{exceptions, exceptions_csv, release_csv, releases};
pub use remt::remittance_advice;
pub use reversal::take_back;

/// Probability from which the candidates of a remittance are listed for a person although none of them is
/// probable enough to be suggested.
const LISTED_MIN: Confidence = Confidence(10_000);

/// The lettrage of a night.
#[derive(Debug, Default)]
pub struct Lettrage {
    /// Lines of remittances that are certain enough for the factor.
    pub lines: Vec<LettrageLine>,
    /// Lines of remittances for a person, best rank first; without code.
    pub suggestions: Vec<LettrageLine>,
    /// What is open of each item of the ledger after the night, in minor units.
    pub open_after: Vec<i64>,
    /// Codes given so far, with those of this night, for the debtors it touched.
    pub codes: BTreeMap<(ContractId, DebtorId), CodeCounter>,
}

/// Writes verdicts as lines, and gives the groups their codes.
///
/// `verdicts` come in the order of `remittances`. The lines that take earlier lettrage back come first:
/// the ledger has their items open again.
#[must_use]
pub fn letter(
    contracts: &[Contract],
    ledger: &Ledger,
    remittances: &[Remittance],
    verdicts: &[Verdict],
    reversals: Vec<LettrageLine>,
    history: &History,
    as_of: NaiveDate,
) -> Lettrage {
    let open_after = ledger.invoices.iter().map(|i| i.open.minor()).collect();
    let mut lettrage = Lettrage { open_after, lines: reversals, ..Lettrage::default() };
    for verdict in verdicts {
        let remittance = &remittances[verdict.remittance()];
        let Some(contract) = contracts.iter().find(|c| c.id == remittance.line.contract) else { continue };
        match verdict {
            Verdict::Match(found) => {
                let mut writer = LineWriter { contract, ledger, remittance, as_of, open: &mut lettrage.open_after, rank: 1 };
                lettrage.lines.extend(writer.lines(&found.chosen));
            }
            Verdict::Unmatched(left) => {
                let listed = left.candidates.iter().take_while(|c| left.suggested || c.confidence >= LISTED_MIN);
                for (index, candidate) in listed.enumerate() {
                    // Each candidate is shown against the ledger as the night found it.
                    let mut open: BTreeMap<usize, i64> = BTreeMap::new();
                    let rank = u32::try_from(index + 1).unwrap_or(u32::MAX);
                    let mut scratch = Scratch { ledger, open: &mut open };
                    let mut writer = LineWriter { contract, ledger, remittance, as_of, open: &mut scratch, rank };
                    lettrage.suggestions.extend(writer.lines(candidate));
                }
            }
        }
    }
    lettrage.codes = codes::assign(&mut lettrage.lines, history);
    lettrage
}

/// What is kept on account after the night: of earlier nights, but for what is taken back, and of this one.
/// The latter is given apart too, to be remembered.
#[must_use]
pub fn on_account(lines: &[LettrageLine], taken_back: &[TakenBack], history: &History) -> (Vec<OnAccount>, Vec<OnAccount>) {
    let of = |line: &LettrageLine| OnAccount {
        remittance: line.remittance.id.clone(),
        contract: line.remittance.contract.clone(),
        debtor: line.debtor.clone(),
        reference: line.remittance.bank_reference.to_string(),
        day: line.remittance.booking_date,
        amount: line.applied.minor(),
    };
    let new: Vec<OnAccount> = lines.iter().filter(|l| l.kind == LineKind::OnAccount).map(of).collect();
    let gone = |kept: &&OnAccount| taken_back.iter().any(|t| t.settled.remittance.line.id == kept.remittance);
    let all = history.on_account.iter().filter(|kept| !gone(kept)).chain(&new).cloned().collect();
    (all, new)
}

/// What is open of the items, while lines are written.
trait OpenAmounts {
    fn open(&mut self, invoice: usize) -> &mut i64;
}

impl OpenAmounts for Vec<i64> {
    fn open(&mut self, invoice: usize) -> &mut i64 {
        &mut self[invoice]
    }
}

/// Open amounts of the few items of one suggestion.
struct Scratch<'a> {
    ledger: &'a Ledger,
    open: &'a mut BTreeMap<usize, i64>,
}

impl OpenAmounts for Scratch<'_> {
    fn open(&mut self, invoice: usize) -> &mut i64 {
        self.open.entry(invoice).or_insert_with(|| self.ledger.invoices[invoice].open.minor())
    }
}

struct LineWriter<'a> {
    contract: &'a Contract,
    ledger: &'a Ledger,
    remittance: &'a Remittance,
    as_of: NaiveDate,
    open: &'a mut dyn OpenAmounts,
    rank: u32,
}

impl LineWriter<'_> {
    fn lines(&mut self, candidate: &Candidate) -> Vec<LettrageLine> {
        let evidence: Arc<str> = candidate.evidence.codes().into();
        let currency = self.contract.currency;
        let mut lines = Vec::new();
        for application in &candidate.applications {
            let invoice = &self.ledger.invoices[application.invoice];
            let is_factors = self.contract.is_factors(invoice, self.as_of, self.remittance.line.booking_date);
            let destination = if is_factors { Destination::Factor } else { Destination::Client };
            let settled = if application.applied < 0 { LineKind::CreditNote } else { LineKind::Invoice };
            let parts = [
                (settled, application.applied),
                (LineKind::Discount, application.discount),
                (LineKind::Charges, application.charges),
                (LineKind::Rounding, application.rounding),
            ];
            for (kind, minor) in parts.into_iter().filter(|(_, minor)| *minor != 0) {
                let open = self.open.open(application.invoice);
                let before = *open;
                if kind == settled {
                    *open -= minor;
                }
                let after = *open;
                lines.push(LettrageLine {
                    invoice: Some(invoice.id.clone()),
                    debtor: invoice.debtor.clone(),
                    open_before: Some(Money::from_minor(before, currency)),
                    open_after: Some(Money::from_minor(after, currency)),
                    destination,
                    ..self.line(kind, minor, currency, candidate, &evidence)
                });
            }
        }
        if candidate.on_account != 0 {
            lines.push(LettrageLine {
                debtor: self.ledger.debtors[candidate.debtor].id.clone(),
                ..self.line(LineKind::OnAccount, candidate.on_account, currency, candidate, &evidence)
            });
        }
        lines
    }

    fn line(&self, kind: LineKind, minor: i64, currency: Currency, candidate: &Candidate, evidence: &Arc<str>) -> LettrageLine {
        LettrageLine {
            code: None,
            remittance: self.remittance.line.clone(),
            debtor: DebtorId("".into()),
            kind,
            invoice: None,
            applied: Money::from_minor(minor, currency),
            open_before: None,
            open_after: None,
            destination: Destination::Hold,
            confidence: candidate.confidence,
            evidence: Arc::clone(evidence),
            rank: self.rank,
            reverses: None,
        }
    }
}

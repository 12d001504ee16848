//! Statements → remittances: which entries need explaining, in comparable words.

mod admit;
mod classify;
mod identity;

use crate::model::{AdmittedStatement, Contract, Finding, History, NonRemittance, NonRemittanceKind, Remittance};

pub use admit::{Admission, admit};

/// What the entries of the admitted statements are.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Credits to explain, in a fixed order: contract, account, booking date, identity.
    pub remittances: Vec<Remittance>,
    /// Everything else, in the same order.
    pub others: Vec<NonRemittance>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
}

/// Sorts the entries of admitted statements.
///
/// A booking that an earlier statement of the night, or an earlier night, already brought is kept
/// as excluded, so that the credits of every statement are still accounted for.
#[must_use]
pub fn sort(contracts: &[Contract], statements: &[AdmittedStatement], history: &History) -> Sorted {
    let mut sorted = Sorted::default();
    let mut seen = std::collections::BTreeSet::new();
    for admitted in statements {
        let contract = &contracts[admitted.contract];
        for piece in classify::pieces(contract, admitted) {
            let line = piece.line();
            let known = history.seen.contains(&line.id) || !seen.insert(line.id.clone());
            match piece {
                piece if known => sorted.others.push(NonRemittance {
                    line: piece.line().clone(),
                    kind: NonRemittanceKind::Excluded,
                    reason: "already_booked",
                    booked: true,
                }),
                classify::Piece::Remittance(remittance) => sorted.remittances.push(*remittance),
                classify::Piece::Other(other) => sorted.others.push(*other),
            }
        }
    }
    pair_returns(&mut sorted);
    sorted.remittances.sort_by_cached_key(|r| key(&r.line));
    sorted.others.sort_by_cached_key(|o| (key(&o.line), o.reason));
    sorted
}

fn key(line: &crate::model::BankLine) -> impl Ord + use<> {
    (
        line.contract.clone(),
        line.account.clone(),
        line.booking_date,
        line.statement_id.clone(),
        line.bank_reference.clone(),
        line.id.clone(),
    )
}

/// A credit that the bank took back the same night is no money to letter.
///
/// The returned credit is found by its end-to-end id or bank reference and its amount; when not
/// exactly one fits, nothing is paired and the return stays an alert.
fn pair_returns(sorted: &mut Sorted) {
    for index in 0..sorted.others.len() {
        let other = &sorted.others[index];
        if other.kind != NonRemittanceKind::Reversal || other.line.direction == crate::model::Direction::Credit {
            continue;
        }
        let returned = &other.line;
        let same = |r: &Remittance| {
            r.line.account == returned.account
                && r.line.amount == returned.amount
                && ((!returned.end_to_end_id.is_empty() && r.line.end_to_end_id == returned.end_to_end_id)
                    || (!returned.bank_reference.is_empty() && r.line.bank_reference == returned.bank_reference))
        };
        let found: Vec<usize> = (0..sorted.remittances.len()).filter(|i| same(&sorted.remittances[*i])).collect();
        if let [only] = found[..] {
            let remittance = sorted.remittances.remove(only);
            sorted.others.push(NonRemittance {
                line: remittance.line,
                kind: NonRemittanceKind::Reversal,
                reason: "returned_same_night",
                booked: true,
            });
        }
    }
}

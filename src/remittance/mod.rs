//! Statements → remittances: which entries need explaining, in comparable words.

mod admit;
mod classify;
mod identity;
mod notifications;
mod returns;

use std::collections::BTreeSet;

use crate::model::{AdmittedStatement, Contract, Finding, History, NonRemittance, NonRemittanceKind, Remittance, RemittanceId};

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
    let (mut seen, mut bookings) = (BTreeSet::new(), BTreeSet::new());
    for admitted in statements {
        let mut of_statement = Vec::new();
        let contract = &contracts[admitted.contract];
        for piece in classify::pieces(contract, admitted) {
            let line = piece.line();
            // The parts of a booking share its identity: that counts from the next statement on.
            let known_booking = |id: &RemittanceId| history.seen.contains(id) || bookings.contains(id);
            let known = history.seen.contains(&line.id)
                || !seen.insert(line.id.clone())
                || line.booking.as_ref().is_some_and(known_booking);
            of_statement.extend(line.booking.clone());
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
        bookings.extend(of_statement);
    }
    returns::pair(&mut sorted);
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

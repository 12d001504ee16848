//! Statements → remittances: which entries need explaining, in comparable words.

mod admit;
mod chain;
mod classify;
mod identity;
mod notifications;
mod pages;
mod returns;

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::model::{
    Account, AdmittedStatement, BankLine, Contract, Currency, Finding, History, KnownStatement, NonRemittance, NonRemittanceKind,
    Origin, Reason, Remittance, RemittanceId, Resolution, StatementLink, TakenBack, Waiting,
};

pub use admit::{Admission, admit};

/// The gaps among the statements that earlier nights took of an account, in words.
#[must_use]
pub fn breaks(history: &History, account: &Account, currency: Currency) -> Vec<String> {
    chain::breaks(history, account, currency)
}

/// What the next nights must know of a statement.
#[must_use]
pub fn known(admitted: &AdmittedStatement) -> KnownStatement {
    let link = StatementLink {
        day: admitted.date,
        sequence: chain::sequence(&admitted.statement),
        opening: admitted.opening.minor(),
        closing: admitted.closing.minor(),
    };
    KnownStatement { digest: admitted.digest.clone(), link: Some(link) }
}

/// What the entries of the admitted statements are.
#[derive(Debug, Default)]
pub struct Sorted {
    /// Credits to explain, in a fixed order: contract, account, booking date, identity.
    pub remittances: Vec<Remittance>,
    /// Everything else, in the same order.
    pub others: Vec<NonRemittance>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
    /// Those of them that earlier nights left, as they left them.
    pub carried: Vec<Waiting>,
    /// Lettrage of earlier nights that this night takes back.
    pub taken_back: Vec<TakenBack>,
    /// Returns of which the payment is not found, of tonight and of earlier nights.
    pub returns: Vec<BankLine>,
    /// What earlier nights left for contracts that are not configured any more: it goes on waiting.
    pub parked: Vec<Waiting>,
}

/// Sorts the entries of admitted statements.
///
/// A booking that an earlier statement of the night, or an earlier night, already brought is kept
/// as excluded, so that the credits of every statement are still accounted for. Where the balances show that it cannot be
/// the same one, it is another of the same content, for a person. What earlier nights
/// left for a person is looked at again, among the remittances of the night.
#[must_use]
pub fn sort(contracts: &[Contract], statements: &[AdmittedStatement], history: &History) -> Sorted {
    let mut sorted = Sorted::default();
    let (mut seen, mut bookings) = (FxHashSet::default(), FxHashSet::default());
    let pieces = statements.par_iter().map(|admitted| classify::pieces(&contracts[admitted.contract], admitted));
    let pieces: Vec<Vec<classify::Piece>> = pieces.collect();
    // A million of them are not moved each time that their room grows.
    let count: usize = pieces.iter().map(Vec::len).sum();
    sorted.remittances.reserve(count);
    seen.reserve(count);
    bookings.reserve(count);
    for (at, of_statement) in pieces.into_iter().enumerate() {
        let mut booked = Vec::new();
        // Asked for once a statement, and only where a booking seems to be known.
        let mut is_behind_all: Option<bool> = None;
        for piece in of_statement {
            let line = piece.line();
            // The parts of a booking share its identity: that counts from the next statement on.
            let known_booking = |id: &RemittanceId| history.seen.contains(id) || bookings.contains(id);
            let known = history.seen.contains(&line.id)
                || !seen.insert(line.id.clone())
                || line.booking.as_ref().is_some_and(known_booking);
            booked.extend(line.booking.clone());
            if known && *is_behind_all.get_or_insert_with(|| chain::goes_on_behind_all(statements, at, history)) {
                let id = identity::free(line, |id| history.seen.contains(id) || seen.contains(id));
                seen.insert(id.clone());
                match piece.beside(id) {
                    classify::Piece::Remittance(remittance) => sorted.remittances.push(*remittance),
                    classify::Piece::Other(other) => sorted.others.push(*other),
                }
                continue;
            }
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
        bookings.extend(booked);
    }
    let mut decisions: BTreeMap<&RemittanceId, Vec<&Resolution>> = BTreeMap::new();
    for decision in &history.decisions {
        decisions.entry(&decision.remittance).or_default().push(&decision.resolution);
    }
    for waiting in &history.waiting {
        let decided = decisions.get(&waiting.remittance.line.id).map_or(&[][..], Vec::as_slice);
        if decided.contains(&&Resolution::SetAside) {
            sorted.others.push(NonRemittance {
                line: waiting.remittance.line.clone(),
                kind: NonRemittanceKind::Excluded,
                reason: "set_aside",
                booked: true,
            });
            sorted.carried.push(waiting.clone());
        } else if contracts.iter().any(|c| c.id == waiting.remittance.line.contract) {
            sorted.remittances.push(with_rejections(waiting, decided));
            sorted.carried.push(waiting.clone());
        } else {
            sorted.findings.push(parked(waiting));
            sorted.parked.push(waiting.clone());
        }
    }
    returns::pair(&mut sorted, history);
    returns::undo(&mut sorted, history);
    sorted.remittances.par_sort_by_cached_key(|r| key(&r.line));
    sorted.others.par_sort_by_cached_key(|o| (key(&o.line), o.reason));
    sorted
}

/// A waiting remittance, with what people said since that it does not pay.
fn with_rejections(waiting: &Waiting, decided: &[&Resolution]) -> Remittance {
    let mut remittance = waiting.remittance.clone();
    for resolution in decided {
        let Resolution::Reject(sets) = resolution else { continue };
        remittance.doubt = Some(Reason::Rejected);
        remittance.rejected.extend(sets.iter().cloned());
    }
    remittance.rejected.sort();
    remittance.rejected.dedup();
    remittance
}

fn parked(waiting: &Waiting) -> Finding {
    let line = &waiting.remittance.line;
    let what = format!(
        "expected contract {} in pipeline.toml, because {} {} of {} ({}) waits for a person, but found none",
        line.contract,
        line.amount,
        line.amount.currency(),
        line.booking_date,
        line.bank_reference
    );
    Finding::warning(Origin::file(&line.statement_id), "waiting-contract", what)
        .effect("It goes on waiting, in no table of tonight")
        .remedy("Put the contract back until its money is settled")
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

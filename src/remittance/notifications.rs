//! Notifications (camt.054) → the details of batch bookings.
//!
//! Some banks book a batch of transfers as one entry of the statement, and tell the transfers in a
//! notification. It is matched by account, reference, amount, sign and day, and only used where it
//! says the same as the statement.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::model::{Account, AdmittedStatement, Direction, Entry, Field, Finding, Money, Origin, Statement};

/// A booking that a notification tells about.
struct Told<'a> {
    entry: &'a Entry,
    notification: usize,
}

/// What became of the notifications of a night.
pub(super) struct Supplied {
    /// For each notification, whether one of its bookings is in a statement of the night.
    pub(super) known: Vec<bool>,
    /// Where the two disagree.
    pub(super) findings: Vec<Finding>,
}

type Key = (Account, Direction, Money);

/// Gives the entries of statements that lack their details those of the notifications.
pub(super) fn supply(statements: &mut [AdmittedStatement], notifications: &[Statement]) -> Supplied {
    let mut supplied = Supplied { known: vec![false; notifications.len()], findings: Vec::new() };
    let mut by_amount: HashMap<Key, Vec<Told<'_>>> = HashMap::new();
    let mut by_reference: HashMap<(&Account, &str), Vec<(&Entry, usize)>> = HashMap::new();
    for (index, notification) in notifications.iter().enumerate() {
        let Some(account) = &notification.account else { continue };
        for entry in &notification.entries {
            let (Some(amount), Some(direction)) = (entry.amount, entry.direction) else { continue };
            let told = Told { entry, notification: index };
            by_amount.entry((account.clone(), direction, amount)).or_default().push(told);
            if let Some(reference) = entry.text(Field::BankReference) {
                by_reference.entry((account, reference)).or_default().push((entry, index));
            }
        }
    }
    for admitted in statements {
        let origin = Origin::line(&admitted.statement.file, admitted.statement.line_number);
        let day = admitted.date;
        for entry in &mut admitted.statement.entries {
            let (Some(amount), Some(direction)) = (entry.amount, entry.direction) else { continue };
            let key = (admitted.account.clone(), direction, amount);
            let told = by_amount.get(&key).map(Vec::as_slice).unwrap_or_default();
            let same: Vec<&Told<'_>> = told.iter().filter(|t| is_same(entry, t.entry, day)).collect();
            for told in &same {
                supplied.known[told.notification] = true;
            }
            if !lacks_details(entry) {
                continue;
            }
            let warning = |rule, what: String| {
                Finding::warning(origin.clone(), rule, what)
                    .effect("The entry is taken without details, and left for a person")
                    .remedy("Ask the bank which of the two holds")
            };
            let reference = entry.text(Field::BankReference).unwrap_or("without reference").to_owned();
            match same[..] {
                [only] if has_details(only.entry) => {
                    let sum = sum_of(only.entry, direction, amount);
                    if sum == Some(amount) {
                        entry.transactions.clone_from(&only.entry.transactions);
                    } else {
                        let found = sum.map_or_else(|| "amounts in another currency, or none".to_owned(), |s| s.to_string());
                        supplied.findings.push(warning(
                            "notification-sum",
                            format!(
                                "expected the notified details of entry {reference} to add up to {amount}, but found {found}"
                            ),
                        ));
                    }
                }
                [] => {
                    // The same reference with another amount or day is the same booking told otherwise.
                    let others =
                        by_reference.get(&(&admitted.account, reference.as_str())).map(Vec::as_slice).unwrap_or_default();
                    for (other, index) in others {
                        supplied.known[*index] = true;
                        let shown = other.signed_amount().map_or_else(|| "no amount".to_owned(), |a| a.to_string());
                        let date = date_of(other).map_or_else(|| "no day".to_owned(), |d| d.to_string());
                        let booked = date_of(entry).unwrap_or(day);
                        let what = format!(
                            "expected the notification of entry {reference} to say {amount} on {booked}, but found {shown} on {date}"
                        );
                        supplied.findings.push(warning("notification-disagrees", what));
                    }
                }
                [_] => {}
                _ => supplied.findings.push(warning(
                    "notification-ambiguous",
                    format!("expected one notification of entry {reference} of {amount}, but found {}", same.len()),
                )),
            }
        }
    }
    supplied
}

/// A batch or a lump without the payments it is made of.
fn lacks_details(entry: &Entry) -> bool {
    let says_something = |t: &crate::model::Transaction| {
        !t.debtor().is_empty() || t.texts.all(Field::Unstructured).next().is_some() || !t.documents.is_empty()
    };
    match entry.transactions.as_slice() {
        [] => true,
        [only] => entry.batch_count.is_some_and(|n| n > 1) && !says_something(only),
        _ => false,
    }
}

fn has_details(entry: &Entry) -> bool {
    !entry.transactions.is_empty()
}

/// Equal references say it; where one of the two has none, the same day does.
fn is_same(booked: &Entry, told: &Entry, day: NaiveDate) -> bool {
    match (booked.text(Field::BankReference), told.text(Field::BankReference)) {
        (Some(booked), Some(told)) => booked == told,
        _ => date_of(booked).unwrap_or(day) == date_of(told).unwrap_or(day),
    }
}

fn date_of(entry: &Entry) -> Option<NaiveDate> {
    entry.booking_date.or(entry.value_date)
}

/// What the details add up to, in the sense of the entry.
fn sum_of(entry: &Entry, direction: Direction, amount: Money) -> Option<Money> {
    if let [only] = entry.transactions.as_slice()
        && only.amount.is_none()
    {
        return Some(amount);
    }
    let mut sum = 0_i64;
    for transaction in &entry.transactions {
        let part = transaction.amount.filter(|a| a.currency() == amount.currency())?.minor();
        let sense = if transaction.direction.is_none_or(|d| d == direction) { 1 } else { -1 };
        sum = sum.checked_add(sense * part)?;
    }
    Some(Money::from_minor(sum, amount.currency()))
}

//! Content-addressed identities.

use std::fmt::Write;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use crate::model::{Account, BankLine, Direction, Entry, Money, RemittanceId, Statement};

/// Gives out identities; equal bookings of one statement get ordinals.
#[derive(Default)]
pub(super) struct Identities {
    /// How many bookings of each content there were, by its digest: a statement may have a million.
    ordinals: FxHashMap<[u8; 16], u32>,
    content: String,
}

impl Identities {
    /// Identity by account, bank reference, amount, sign, booking date, and ordinal among equals.
    pub(super) fn of(
        &mut self,
        account: &Account,
        reference: &str,
        amount: Money,
        direction: Direction,
        booking_date: NaiveDate,
    ) -> RemittanceId {
        let of_content = content_digest(&mut self.content, account, reference, amount, direction, booking_date);
        let mut key = [0; 16];
        key.copy_from_slice(&of_content.clone().finalize()[..16]);
        let ordinal = self.ordinals.entry(key).or_default();
        *ordinal += 1;
        numbered(of_content, *ordinal - 1)
    }
}

/// Of what tells a booking from others.
fn content_digest(
    content: &mut String,
    account: &Account,
    reference: &str,
    amount: Money,
    direction: Direction,
    booking_date: NaiveDate,
) -> Sha256 {
    content.clear();
    let (currency, direction) = (amount.currency(), direction.as_str());
    let _ = write!(content, "{account}\0{reference}\0{amount} {currency}\0{direction}\0{booking_date}");
    Sha256::new_with_prefix(&*content)
}

fn numbered(mut of_content: Sha256, ordinal: u32) -> RemittanceId {
    of_content.update(format!("\0{ordinal}"));
    RemittanceId(hexadecimal(&of_content.finalize()[..10]).into())
}

/// The first identity of a booking's content that no other booking has.
pub(super) fn free(line: &BankLine, is_taken: impl Fn(&RemittanceId) -> bool) -> RemittanceId {
    let of_content =
        content_digest(&mut String::new(), &line.account, &line.bank_reference, line.amount, line.direction, line.booking_date);
    let mut ids = (0..).map(|ordinal| numbered(of_content.clone(), ordinal));
    ids.find(|id| !is_taken(id)).unwrap_or_else(|| line.id.clone())
}

/// Digest of what a statement says, without the names of file and message: the same statement sent
/// again has the same digest.
///
/// Written out field by field: the digest is kept for years, and must not change with a type.
pub(super) fn statement_digest(statement: &Statement) -> String {
    let mut digest = Sha256::new();
    let mut line = String::new();
    for balance in &statement.balances {
        let _ = writeln!(line, "balance {} {} {}", balance.code, shown(balance.amount), date(balance.date));
    }
    for entry in &statement.entries {
        entry_content(entry, &mut line);
        digest.update(line.as_bytes());
        line.clear();
    }
    digest.update(line.as_bytes());
    hexadecimal(&digest.finalize())
}

fn entry_content(entry: &Entry, out: &mut String) {
    let _ = writeln!(
        out,
        "entry {} {} {} {} {} {} {:?} {}",
        shown(entry.amount),
        sign(entry.direction),
        entry.reversal,
        date(entry.booking_date),
        date(entry.value_date),
        shown(entry.charges),
        entry.batch_count,
        entry.texts.as_joined(),
    );
    for transaction in &entry.transactions {
        let _ = writeln!(
            out,
            "transaction {} {} {} {} {} {}",
            shown(transaction.amount),
            sign(transaction.direction),
            shown(transaction.instructed),
            shown(transaction.charges),
            transaction.returned,
            transaction.texts.as_joined(),
        );
        for document in &transaction.documents {
            let text = |t: &Option<String>| t.clone().unwrap_or_default();
            let _ = writeln!(
                out,
                "document {}\0{}\0{} {}",
                text(&document.number),
                text(&document.code),
                date(document.date),
                shown(document.amount),
            );
        }
    }
}

fn shown(amount: Option<Money>) -> String {
    amount.map_or_else(|| "-".to_owned(), |a| format!("{a} {}", a.currency()))
}

fn sign(direction: Option<Direction>) -> &'static str {
    direction.map_or("-", Direction::as_str)
}

fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "-".to_owned(), |d| d.to_string())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

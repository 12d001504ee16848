//! Content-addressed identities.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::model::{Account, Direction, Money, RemittanceId, Statement};

/// Gives out identities; equal bookings of one statement get ordinals.
#[derive(Default)]
pub(super) struct Identities {
    ordinals: HashMap<String, u32>,
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
        let content = format!("{account}\0{reference}\0{amount} {}\0{}\0{booking_date}", amount.currency(), direction.as_str());
        let ordinal = self.ordinals.entry(content.clone()).or_default();
        let digest = Sha256::digest(format!("{content}\0{ordinal}"));
        *ordinal += 1;
        RemittanceId(hexadecimal(&digest[..10]).into())
    }
}

/// Digest of what a statement says, without the names of file and message: the same statement sent
/// again has the same digest.
pub(super) fn statement_digest(statement: &Statement) -> String {
    let mut content = String::new();
    for balance in &statement.balances {
        let _ = writeln!(content, "{} {:?} {:?}", balance.code, balance.amount, balance.date);
    }
    for entry in &statement.entries {
        let mut same = entry.clone();
        same.offset = 0;
        let _ = writeln!(content, "{same:?}");
    }
    hexadecimal(&Sha256::digest(content))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

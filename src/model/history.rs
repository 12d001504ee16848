//! What earlier nights left behind.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{ContractId, DebtorId, Decision, InvoiceId, Remittance, RemittanceId};

/// State carried from night to night, as plain values.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Booked bank transactions that an earlier night has seen: none is lettered twice.
    pub seen: BTreeSet<RemittanceId>,
    /// Statements taken by earlier nights, by account and number.
    pub statements: BTreeMap<(String, String), KnownStatement>,
    /// Next lettrage code of each debtor, and codes of groups that are still partly open.
    pub codes: BTreeMap<(ContractId, DebtorId), CodeCounter>,
    /// What earlier nights lettered of each item.
    pub lettered: BTreeMap<(ContractId, InvoiceId), Vec<LetteredItem>>,
    /// Remittances that earlier nights left for a person, and that nothing has settled since.
    pub waiting: Vec<Waiting>,
    /// What people decided about some of them, in the order of their decisions.
    pub decisions: Vec<Decision>,
    /// SHA-256 of the previous run's manifest.
    pub previous_manifest: Option<String>,
}

/// A statement that a night took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownStatement {
    /// Digest of its content.
    pub digest: String,
    /// Its place in the chain; `None` where a program took it that did not keep that.
    pub link: Option<StatementLink>,
}

/// What joins a statement to the one before and the one behind, amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLink {
    /// Day of the closing balance.
    pub day: NaiveDate,
    /// Number that the bank counts its statements with.
    pub sequence: Option<u64>,
    /// Opening balance.
    pub opening: i64,
    /// Closing balance.
    pub closing: i64,
}

/// A remittance that waits for a person.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// As the statement brought it.
    pub remittance: Remittance,
    /// The last night suggested what it may pay.
    pub suggested: bool,
}

/// Lettrage codes given to one debtor of one contract so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeCounter {
    /// Ordinal of the next code.
    pub next: u64,
    /// Items that stay partly open, with the ordinal of their group's code.
    pub open: BTreeMap<InvoiceId, u64>,
}

/// One step in what earlier nights lettered of an item, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetteredItem {
    /// Open before that night.
    pub open_before: i64,
    /// Open after it.
    pub open_after: i64,
}

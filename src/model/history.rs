//! What earlier nights left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    Balances, BankLine, Closed, Closing, ContractId, DebtorId, Decision, DunningStep, Funds, FundsMove, Habits, Invoice,
    InvoiceId, Lesson, OnAccount, PayerMemory, Remittance, RemittanceId, Settled,
};

/// State carried from night to night, as plain values.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Business date of the latest night.
    pub newest: Option<NaiveDate>,
    /// Booked bank transactions that an earlier night has seen: none is lettered twice.
    pub seen: BTreeSet<RemittanceId>,
    /// Statements taken by earlier nights, by account and number.
    pub statements: BTreeMap<(String, String), KnownStatement>,
    /// Next lettrage code of each debtor, and codes of groups that are still partly open.
    pub codes: BTreeMap<(ContractId, DebtorId), CodeCounter>,
    /// What earlier nights lettered of each item.
    pub lettered: BTreeMap<(ContractId, InvoiceId), Vec<LetteredItem>>,
    /// What earlier nights closed, the latest first, as far as it is remembered.
    pub closed: Vec<(ContractId, InvoiceId, Closing)>,
    /// Of the items that are wanted and were closed: the date of the document, and the day of the booking that closed it.
    pub closings: BTreeMap<(ContractId, InvoiceId), (NaiveDate, NaiveDate)>,
    /// What earlier nights lettered and tonight may take back: what a return of the night, or a person,
    /// can be about.
    pub settled: Vec<Settled>,
    /// Remittances that earlier nights left for a person, and that nothing has settled since.
    pub waiting: Vec<Waiting>,
    /// What people decided about some of them, in the order of their decisions.
    pub decisions: Vec<Decision>,
    /// Actions that earlier nights gave out about the items that are wanted, in their order.
    pub dunning: BTreeMap<(ContractId, InvoiceId), Vec<DunningStep>>,
    /// Day of the last action for each debtor.
    pub contacted: BTreeMap<(ContractId, DebtorId), NaiveDate>,
    /// Number of the last file of each contract and layout.
    pub sequences: BTreeMap<(ContractId, String), u64>,
    /// Returns of which no night has found the payment yet: its statement may still come.
    pub returns: Vec<BankLine>,
    /// What people's decisions say of who pays for whom.
    pub payers: Vec<PayerMemory>,
    /// Items that an earlier night told as gone from the export while something of them was open.
    pub vanished: BTreeSet<(ContractId, InvoiceId)>,
    /// What was lettered for the factor, and what it has swept.
    pub funds: BTreeMap<ContractId, Funds>,
    /// Closing balances of the last night, of balance contracts.
    pub balances: Balances,
    /// What is kept on account.
    pub on_account: Vec<OnAccount>,
    /// How debtors paid of late.
    pub habits: BTreeMap<(ContractId, DebtorId), Habits>,
}

impl History {
    /// Where a document bears the number of an earlier one that was closed: the date of the earlier one, and the day of the
    /// booking that closed it. It is dated behind that.
    #[must_use]
    pub fn earlier_of_its_number(&self, invoice: &Invoice) -> Option<(NaiveDate, NaiveDate)> {
        let closing = self.closings.get(&(invoice.contract.clone(), invoice.id.clone())).copied();
        closing.filter(|(issued, closed_on)| invoice.issue_date != *issued && invoice.issue_date > *closed_on)
    }
}

/// What a night needs to know of earlier ones, beside what is still open and what was closed last: so that a night
/// does not take longer and longer the more nights lie behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// First and last day of the bookings in its statements.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Amounts of its debits, in minor units: returns may be among them.
    pub debits: BTreeSet<i64>,
    /// The items of its ledger.
    pub items: BTreeSet<(ContractId, InvoiceId)>,
    /// Its business date, for what debtors paid before it.
    pub as_of: Option<NaiveDate>,
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
    /// An earlier night set it aside, as somebody had decided who now takes that back: from tonight on it waits again.
    pub set_aside: bool,
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
    /// Day on which the money was booked; `None` where a program lettered it that did not keep that.
    pub day: Option<NaiveDate>,
    /// The bank's reference of it; `None` likewise.
    pub reference: Option<Arc<str>>,
}

/// What a night leaves to the next ones.
#[derive(Debug, Default)]
pub struct Memory {
    /// Booked bank transactions of this night, with the day of each.
    pub seen: Vec<(RemittanceId, NaiveDate)>,
    /// Statements taken: account, number, and what to know of each.
    pub statements: Vec<(String, String, KnownStatement)>,
    /// Lettrage codes of the debtors touched.
    pub codes: BTreeMap<(ContractId, DebtorId), CodeCounter>,
    /// What was lettered of each item, or taken back.
    pub lettered: Vec<(ContractId, InvoiceId, LetteredItem)>,
    /// What was lettered of each remittance.
    pub settled: Vec<Settled>,
    /// Remittances of which the lettrage is taken back.
    pub taken_back: Vec<RemittanceId>,
    /// Returns of which the payment is not found, all of them.
    pub returns: Vec<BankLine>,
    /// Everything that waits for a person after the night.
    pub waiting: Vec<Waiting>,
    /// Numbers of the decisions that it applied, or dropped because they do not fit any more.
    pub decided: Vec<i64>,
    /// What these decisions teach.
    pub lessons: Vec<Lesson>,
    /// Actions that the night gave out: item, its debtor, and the step.
    pub dunning: Vec<(ContractId, InvoiceId, DebtorId, DunningStep)>,
    /// Numbers of the last files that the night wrote, by contract and layout.
    pub sequences: BTreeMap<(ContractId, String), u64>,
    /// All items that are gone from the export while something of them is open.
    pub vanished: BTreeSet<(ContractId, InvoiceId)>,
    /// What the night lettered for the factor, and the sweeps that it saw.
    pub funds: Vec<(ContractId, FundsMove)>,
    /// All balances of balance contracts.
    pub balances: Balances,
    /// What it put on account.
    pub on_account: Vec<OnAccount>,
    /// Invoices that the night closed.
    pub closed: Vec<Closed>,
    /// Items that it opened again.
    pub reopened: Vec<(ContractId, InvoiceId)>,
}

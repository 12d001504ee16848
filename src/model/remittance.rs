//! Remittances: credits on the dedicated account that need explaining.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Account, ContractId, Direction, InvoiceId, Money, Reason};

/// Identity of a bank transaction: 20 hexadecimal digits made of its content (account, bank
/// reference, amount, sign, booking date, ordinal among equals), so that the same booking has the
/// same identity whatever file or message brings it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RemittanceId(pub Arc<str>);

impl fmt::Display for RemittanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What identifies a bank transaction in every file this program writes.
#[derive(Clone, Debug)]
pub struct BankLine {
    /// Contract whose dedicated account it is on.
    pub contract: ContractId,
    /// The dedicated account.
    pub account: Account,
    /// `Stmt/Id`.
    pub statement_id: Arc<str>,
    /// `NtryRef`, else the number of the entry in its statement.
    pub entry_reference: Arc<str>,
    /// Content-addressed identity.
    pub id: RemittanceId,
    /// Identity of the whole entry, where the bank gives it a reference: the same booking is known
    /// again when another extract tells more or less of its parts.
    pub booking: Option<RemittanceId>,
    /// `TxDtls/Refs/AcctSvcrRef`, else `Ntry/AcctSvcrRef`, else `TxId`, else `NtryRef`.
    pub bank_reference: Arc<str>,
    /// `EndToEndId`, empty when not provided.
    pub end_to_end_id: Arc<str>,
    /// `BookgDt`, else `ValDt`, else the statement's closing date.
    pub booking_date: NaiveDate,
    /// `ValDt`, else the booking date.
    pub value_date: NaiveDate,
    /// Name of the other party, as the bank gives it.
    pub payer_name: Arc<str>,
    /// Account of the other party.
    pub payer_account: Option<Account>,
    /// What moved on the account. Never negative.
    pub amount: Money,
    /// Whether it came in or went out.
    pub direction: Direction,
    /// All texts of the remittance information, one a line.
    pub text: Arc<str>,
}

/// A credit that needs explaining.
#[derive(Clone, Debug)]
pub struct Remittance {
    /// Identity and raw facts.
    pub line: BankLine,
    /// Name of the party behind the payer (`UltmtDbtr`).
    pub ultimate_name: Option<Arc<str>>,
    /// `RmtInf/Ustrd`, the lines as the bank cut them.
    pub unstructured: Vec<String>,
    /// `RmtInf/Strd/CdtrRefInf/Ref`.
    pub creditor_references: Vec<String>,
    /// `RmtInf/Strd/RfrdDocInf/Nb` with the amount given for each, in minor units.
    pub documents: Vec<(String, Option<i64>)>,
    /// Other texts: `AddtlRmtInf`, `AddtlTxInf`, `AddtlNtryInf`.
    pub other_texts: Vec<String>,
    /// Paid across a border: charges may have been taken on the way.
    pub cross_border: bool,
    /// The bank says that it stands for that many payments, without saying which.
    pub bulk_count: Option<u64>,
    /// Why it must not be lettered without a person, whatever it matches.
    pub doubt: Option<Reason>,
    /// Sets of items that a person said it does not pay, each in the order of their numbers.
    pub rejected: Vec<Vec<InvoiceId>>,
}

/// Why an entry is not a remittance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NonRemittanceKind {
    /// A debit to the factor's account: the funds go up (nivellement).
    Internal,
    /// Bank fees: they should not be on a dedicated account.
    Fee,
    /// A return or reversal of an earlier booking.
    Reversal,
    /// Not booked yet, of zero amount, or otherwise not to be explained.
    Excluded,
    /// A debit that is neither a sweep nor a known fee: somebody must look at once.
    Alert,
}

impl NonRemittanceKind {
    /// The word for it in `exceptions.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Fee => "fee",
            Self::Reversal => "reversal",
            Self::Excluded => "excluded",
            Self::Alert => "alert",
        }
    }
}

/// An entry that needs no explaining, or not by matching.
#[derive(Clone, Debug)]
pub struct NonRemittance {
    /// Identity and raw facts.
    pub line: BankLine,
    /// What it is.
    pub kind: NonRemittanceKind,
    /// Stable code of the reason.
    pub reason: &'static str,
    /// Whether it counts in the booked balances.
    pub booked: bool,
}

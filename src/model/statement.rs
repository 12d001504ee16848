//! What a bank file says, before anybody thinks about it.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Account, Currency, Field, Money, Texts};

/// Which message a statement came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementKind {
    /// camt.053, end of day: the only kind a night is decided on.
    Statement,
    /// camt.052, intraday: not final.
    Report,
    /// camt.054: details of bookings, without balances.
    Notification,
}

impl StatementKind {
    /// The word for it in `inspect --json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Report => "report",
            Self::Notification => "notification",
        }
    }
}

/// Seen from the account's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// `CRDT`: money came in.
    Credit,
    /// `DBIT`: money went out.
    Debit,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Credit => Self::Debit,
            Self::Debit => Self::Credit,
        }
    }

    /// The word for it in `exceptions.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
        }
    }
}

/// One statement, report or notification: `Stmt`, `Rpt`, `Ntfctn`.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Name of the file (and member of an archive) it was read from.
    pub file: Arc<str>,
    /// Line of its first tag, from 1.
    pub line_number: usize,
    /// `camt.053.001.08`; without a namespace, as much of it as is known.
    pub message: Arc<str>,
    /// 053, 052 or 054.
    pub kind: StatementKind,
    /// `Id`: the bank's number of the statement.
    pub id: String,
    /// `ElctrncSeqNb`.
    pub electronic_sequence: Option<String>,
    /// `LglSeqNb`.
    pub legal_sequence: Option<String>,
    /// `StmtPgntn/PgNb` or `GrpHdr/MsgPgntn/PgNb`.
    pub page: Option<String>,
    /// `StmtPgntn/LastPgInd` or `GrpHdr/MsgPgntn/LastPgInd`.
    pub last_page: Option<bool>,
    /// These are of the message, `MsgPgntn`, not of the statement.
    pub message_pages: bool,
    /// Files of its other pages, where it was put together of several.
    pub other_files: Vec<Arc<str>>,
    /// `CreDtTm`, as written.
    pub created: Option<String>,
    /// `Acct/Id`.
    pub account: Option<Account>,
    /// The text of `Acct/Id/IBAN` was given, but its check number is wrong.
    pub account_iban_invalid: bool,
    /// `Acct/Ownr/Nm`.
    pub owner_name: Option<String>,
    /// `Acct/Svcr/FinInstnId/BIC` or `BICFI`.
    pub servicer_bic: Option<String>,
    /// `Acct/Ccy`, else the currency of the balances, else of the entries.
    pub currency: Option<Currency>,
    /// All balances, in the order of the file.
    pub balances: Vec<Balance>,
    /// All entries, in the order of the file.
    pub entries: Vec<Entry>,
}

impl Statement {
    /// The files it was read from, that of its first page first.
    pub fn files(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.file).chain(&self.other_files)
    }

    /// The opening booked balance: `OPBD`, else the previous closing balance, `PRCD`.
    #[must_use]
    pub fn opening(&self) -> Option<&Balance> {
        self.balance("OPBD").or_else(|| self.balance("PRCD"))
    }

    /// The closing booked balance, `CLBD`.
    #[must_use]
    pub fn closing(&self) -> Option<&Balance> {
        self.balance("CLBD")
    }

    fn balance(&self, code: &str) -> Option<&Balance> {
        self.balances.iter().find(|b| b.code == code && b.amount.is_some())
    }

    /// Sum of the booked entries in minor units, credits positive.
    ///
    /// Entries that are pending or for information (`PDNG`, `INFO`, `FUTR`) are in no booked
    /// balance and are left out.
    #[must_use]
    pub fn movements_minor(&self) -> i128 {
        self.entries.iter().filter(|e| e.is_booked()).filter_map(Entry::signed_amount).map(|m| i128::from(m.minor())).sum()
    }

    /// Whether opening balance and booked entries give the closing balance; `None` when a balance
    /// is missing.
    #[must_use]
    pub fn balanced(&self) -> Option<bool> {
        let opening = self.opening()?.amount?;
        let closing = self.closing()?.amount?;
        Some(
            opening.currency() == closing.currency()
                && i128::from(opening.minor()) + self.movements_minor() == i128::from(closing.minor()),
        )
    }
}

/// `Bal`.
#[derive(Clone, Debug)]
pub struct Balance {
    /// `Tp/CdOrPrtry/Cd` or `Prtry`: `OPBD`, `CLBD`, `CLAV`…
    pub code: String,
    /// Negative when `CdtDbtInd` is `DBIT`; without an indicator, as a credit. `None`: unreadable.
    pub amount: Option<Money>,
    /// `Dt`.
    pub date: Option<NaiveDate>,
}

/// `Ntry`: one booking on the account (écriture).
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// References, status, codes and information.
    pub texts: Texts,
    /// What moved. Never negative: `direction` gives the sense. `None` when it could not be read;
    /// such a statement is set aside.
    pub amount: Option<Money>,
    /// `Amt/@Ccy`, known even where the number is unreadable.
    pub currency: Option<Currency>,
    /// `CdtDbtInd`.
    pub direction: Option<Direction>,
    /// `RvslInd`: the booking undoes an earlier one. It never flips `direction`.
    pub reversal: bool,
    /// `BookgDt`.
    pub booking_date: Option<NaiveDate>,
    /// `ValDt`.
    pub value_date: Option<NaiveDate>,
    /// `NtryDtls/Btch/NbOfTxs`, summed over details.
    pub batch_count: Option<u64>,
    /// `Chrgs`: charges the bank took on this booking, positive when they lower the credit.
    pub charges: Option<Money>,
    /// `NtryDtls/TxDtls`.
    pub transactions: Vec<Transaction>,
}

impl Entry {
    /// A text of the entry itself.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.texts.get(field)
    }

    /// The amount, negative for a debit.
    #[must_use]
    pub fn signed_amount(&self) -> Option<Money> {
        let amount = self.amount?;
        Some(match self.direction? {
            Direction::Credit => amount,
            Direction::Debit => amount.negated(),
        })
    }

    /// Whether it counts in the booked balances. An entry without a status is booked.
    #[must_use]
    pub fn is_booked(&self) -> bool {
        self.text(Field::Status).is_none_or(|s| s == "BOOK")
    }
}

/// `TxDtls`: one payment inside a booking.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// References, parties, remittance information.
    pub texts: Texts,
    /// `Amt`, else `AmtDtls/TxAmt/Amt`. Never negative.
    pub amount: Option<Money>,
    /// `CdtDbtInd`; the entry's when absent.
    pub direction: Option<Direction>,
    /// `AmtDtls/InstdAmt/Amt`: what the payer ordered, perhaps in another currency.
    pub instructed: Option<Money>,
    /// `Chrgs`: positive when they lower the credit.
    pub charges: Option<Money>,
    /// `RmtInf/Strd/RfrdDocInf`.
    pub documents: Vec<Document>,
    /// Whether there is a `RtrInf`.
    pub returned: bool,
}

/// A party with what identifies it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Party<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its account, as written.
    account: Option<&'a str>,
    /// Its bank.
    pub bic: Option<&'a str>,
    /// The name of the party behind it (`UltmtDbtr`, `UltmtCdtr`).
    pub ultimate_name: Option<&'a str>,
}

impl Party<'_> {
    /// Nothing is known of it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.account.is_none() && self.bic.is_none()
    }

    /// Its account: an IBAN where the number is one.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.account.map(Account::parse)
    }
}

/// `RfrdDocInf`: a document the payer names.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// `Nb`.
    pub number: Option<String>,
    /// `Tp/CdOrPrtry/Cd`: `CINV`, `CREN`…
    pub code: Option<String>,
    /// `RltdDt`.
    pub date: Option<NaiveDate>,
    /// `RfrdDocAmt/RmtdAmt`, else `DuePyblAmt`, else `CdtNoteAmt`.
    pub amount: Option<Money>,
}

/// Payer and payee as seen from the account's owner.
impl Transaction {
    /// A text of the transaction.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.texts.get(field)
    }

    /// `RltdPties/Dbtr` with account and agent.
    #[must_use]
    pub fn debtor(&self) -> Party<'_> {
        self.party([Field::DebtorName, Field::DebtorAccount, Field::DebtorBic, Field::UltimateDebtor])
    }

    /// `RltdPties/Cdtr` with account and agent.
    #[must_use]
    pub fn creditor(&self) -> Party<'_> {
        self.party([Field::CreditorName, Field::CreditorAccount, Field::CreditorBic, Field::UltimateCreditor])
    }

    fn party(&self, [name, account, bic, ultimate]: [Field; 4]) -> Party<'_> {
        let text = |field| self.texts.get(field);
        Party { name: text(name), account: text(account), bic: text(bic), ultimate_name: text(ultimate) }
    }

    /// Who stands on the other side: the debtor of a credit, the creditor of a debit. A return
    /// keeps the roles of the original payment, so that there it is whichever party is not the
    /// account's owner.
    #[must_use]
    pub fn counterparty(
        &self,
        direction: Direction,
        reversed: bool,
        owner: Option<&Account>,
        owner_name: Option<&str>,
    ) -> Party<'_> {
        let payer_of = |direction: Direction| match direction {
            Direction::Credit => self.debtor(),
            Direction::Debit => self.creditor(),
        };
        let usual = payer_of(direction);
        if !(reversed || self.returned) {
            return usual;
        }
        let other = payer_of(direction.opposite());
        if other.is_empty() {
            return usual;
        }
        let is_owner = |party: &Party<'_>| {
            (owner.is_some() && party.account().as_ref() == owner)
                || (party.account.is_none() && owner_name.is_some() && party.name == owner_name)
        };
        if is_owner(&usual) || (usual.is_empty() && !is_owner(&other)) { other } else { usual }
    }
}

//! Envelope, group header and statements.

use std::sync::Arc;

use super::cursor::{Cursor, Tag};
use super::values::{self, Faults};
use super::{Fault, ReadStatement, Reading, entry, origin_of};
use crate::model::{Account, Balance, Direction, Finding, Iban, Statement, StatementKind};

/// Newest version of the messages that this program was held against.
const VERSION_MAX: u32 = 14;
/// Faults that are told of one statement; more of them say nothing new.
const FAULTS_TOLD_MAX: usize = 50;

/// Reads all messages of a text: one after the other, alone or inside envelopes.
pub(super) fn read(file: &Arc<str>, text: &str) -> Result<Reading, Fault> {
    let mut cursor = Cursor::new(text);
    let mut reader = MessageReader { file, text, reading: Reading::default(), messages: 0, first_root: None };
    while let Some(root) = cursor.child()? {
        reader.first_root.get_or_insert_with(|| String::from_utf8_lossy(root.name()).into_owned());
        reader.descend(&mut cursor, &root, None)?;
    }
    if reader.messages == 0 {
        let found = reader.first_root.unwrap_or_default();
        return Err(Fault::new(
            0,
            "message-unknown",
            format!("expected a bank statement (camt.053), but found a document <{found}> without one"),
        )
        .remedy("Drop only the bank's account statements into this folder"));
    }
    Ok(reader.reading)
}

struct MessageReader<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    reading: Reading,
    messages: usize,
    first_root: Option<String>,
}

/// Pagination of the whole message, and where it was found.
#[derive(Default, Clone)]
struct Page {
    number: Option<String>,
    last: Option<bool>,
}

impl MessageReader<'_> {
    /// Looks for a message in this element and in those inside it.
    fn descend(&mut self, cursor: &mut Cursor<'_>, tag: &Tag<'_>, namespace: Option<String>) -> Result<(), Fault> {
        let own = if tag.prefix().is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{}", String::from_utf8_lossy(&tag.prefix()[..tag.prefix().len() - 1]))
        };
        let namespace = tag
            .attributes()
            .into_iter()
            .filter(|(name, value)| *name == own || message_name(value).is_some())
            .map(|(_, value)| value)
            .next_back()
            .or(namespace);
        if let Some(kind) = kind_of_root(tag.name()) {
            self.messages += 1;
            cursor.set_prefix(tag.prefix());
            return self.message(cursor, kind, namespace.as_deref());
        }
        while let Some(inner) = cursor.child()? {
            self.descend(cursor, &inner, namespace.clone())?;
        }
        Ok(())
    }

    fn message(&mut self, cursor: &mut Cursor<'_>, root: StatementKind, namespace: Option<&str>) -> Result<(), Fault> {
        let at = cursor.offset;
        let named = namespace.and_then(message_name);
        if let Some(other) = namespace.filter(|_| named.is_none()).and_then(iso_message) {
            let what = format!("expected a bank statement (camt.053), but found one in the namespace of {other}");
            return Err(Fault::new(at, "message-unknown", what).remedy("Ask the sender what this file is"));
        }
        let kind = match named.map(|n| &n[5..8]) {
            Some("052") => StatementKind::Report,
            Some("053") => StatementKind::Statement,
            Some("054") => StatementKind::Notification,
            _ => root,
        };
        if let Some(version) = named.and_then(|n| n[13..].parse::<u32>().ok())
            && !(1..=VERSION_MAX).contains(&version)
        {
            return Err(Fault::new(
                at,
                "message-version",
                format!("expected a version from 001.01 to 001.{VERSION_MAX}, but found {}", named.unwrap_or_default()),
            )
            .remedy("Ask the bank for a version this program reads, or look for a newer release of the program"));
        }
        let message: Arc<str> = match (named, kind) {
            (Some(named), _) => named.into(),
            (None, StatementKind::Statement) => "camt.053".into(),
            (None, StatementKind::Report) => "camt.052".into(),
            (None, StatementKind::Notification) => "camt.054".into(),
        };
        let mut page = Page::default();
        let mut statements = 0_usize;
        while let Some(tag) = cursor.own_child()? {
            match tag.name() {
                b"GrpHdr" => page = group_header(cursor)?,
                b"Stmt" | b"Rpt" | b"Ntfctn" => {
                    statements += 1;
                    let read = self.statement(cursor, kind, &message, &page)?;
                    self.reading.statements.push(read);
                }
                _ => cursor.skip()?,
            }
        }
        if statements == 0 {
            return Err(Fault::new(at, "statement-missing", "expected at least one statement in the message, but found none"));
        }
        Ok(())
    }

    fn statement(
        &self,
        cursor: &mut Cursor<'_>,
        kind: StatementKind,
        message: &Arc<str>,
        page: &Page,
    ) -> Result<ReadStatement, Fault> {
        let start = cursor.offset;
        let mut faults = Faults::new();
        let mut statement = Statement {
            file: Arc::clone(self.file),
            line_number: origin_of(self.file, self.text.as_bytes(), start).line,
            message: Arc::clone(message),
            kind,
            id: String::new(),
            electronic_sequence: None,
            legal_sequence: None,
            page: page.number.clone(),
            last_page: page.last,
            created: None,
            account: None,
            account_iban_invalid: false,
            owner_name: None,
            servicer_bic: None,
            currency: None,
            balances: Vec::new(),
            entries: Vec::new(),
        };
        cursor.account_currency = None;
        while let Some(tag) = cursor.own_child()? {
            match tag.name() {
                b"Id" => statement.id = values::string(cursor)?.unwrap_or_default(),
                b"ElctrncSeqNb" => statement.electronic_sequence = values::string(cursor)?,
                b"LglSeqNb" => statement.legal_sequence = values::string(cursor)?,
                b"CreDtTm" => statement.created = values::string(cursor)?,
                b"StmtPgntn" | b"RptPgntn" | b"NtfctnPgntn" => {
                    let own = pagination(cursor)?;
                    (statement.page, statement.last_page) = (own.number, own.last);
                }
                b"Acct" => {
                    account(cursor, &mut statement, &mut faults)?;
                    cursor.account_currency = statement.currency;
                }
                b"Bal" => {
                    let balance = balance(cursor, &mut faults)?;
                    statement.balances.push(balance);
                }
                b"Ntry" => {
                    let entry = entry::read(cursor, &mut faults)?;
                    statement.entries.push(entry);
                }
                _ => cursor.skip()?,
            }
        }
        if statement.id.is_empty() {
            faults.push(Fault::new(start, "statement-id", "expected the number of the statement (Id), but found none"));
        }
        let of_balances = statement.balances.iter().find_map(|b| b.amount);
        let of_entries = statement.entries.iter().find_map(|e| e.amount);
        statement.currency =
            statement.currency.or_else(|| of_balances.or(of_entries).map(super::super::model::money::Money::currency));
        let faults = self.findings(faults);
        Ok(ReadStatement { statement, faults })
    }

    fn findings(&self, faults: Faults) -> Vec<Finding> {
        let told = faults.len().min(FAULTS_TOLD_MAX);
        faults
            .into_iter()
            .take(told)
            .map(|fault| {
                Finding::error(origin_of(self.file, self.text.as_bytes(), fault.offset), fault.rule, fault.what)
                    .effect("The statement is set aside: none of its entries is used")
                    .remedy(fault.remedy)
            })
            .collect()
    }
}

/// `camt.053.001.08` out of a namespace of ISO, of a bank association or of an archive.
fn message_name(namespace: &str) -> Option<&str> {
    let at = ["camt.052.001.", "camt.053.001.", "camt.054.001."].iter().find_map(|name| namespace.find(name))?;
    let name = namespace.get(at..at + 15)?;
    name.as_bytes()[13..].iter().all(u8::is_ascii_digit).then_some(name)
}

/// The name of the ISO 20022 message that a namespace ends with: `pain.001.001.03`.
fn iso_message(namespace: &str) -> Option<&str> {
    let name = namespace.rsplit(':').next()?;
    let parts: Vec<&str> = name.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_message = parts.len() == 4 && parts[0].len() == 4 && parts[1..].iter().all(digits);
    is_message.then_some(name)
}

fn kind_of_root(name: &[u8]) -> Option<StatementKind> {
    match name {
        b"BkToCstmrStmt" | b"BkToCstmrStmtV01" => Some(StatementKind::Statement),
        b"BkToCstmrAcctRpt" | b"BkToCstmrAcctRptV01" => Some(StatementKind::Report),
        b"BkToCstmrDbtCdtNtfctn" | b"BkToCstmrDbtCdtNtfctnV01" => Some(StatementKind::Notification),
        _ => None,
    }
}

fn group_header(cursor: &mut Cursor<'_>) -> Result<Page, Fault> {
    let mut page = Page::default();
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"MsgPgntn" => page = pagination(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(page)
}

fn pagination(cursor: &mut Cursor<'_>) -> Result<Page, Fault> {
    let mut page = Page::default();
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"PgNb" => page.number = values::string(cursor)?,
            b"LastPgInd" => page.last = values::indicator(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(page)
}

/// `Acct`: number, currency, owner, servicer.
fn account(cursor: &mut Cursor<'_>, statement: &mut Statement, faults: &mut Faults) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Id" => {
                let offset = cursor.offset;
                let (found, is_iban) = account_id(cursor)?;
                if is_iban && let Some(Account::Other(text)) = &found {
                    statement.account_iban_invalid = true;
                    faults.push(Fault::new(
                        offset,
                        "account-iban",
                        format!("expected an IBAN with a right check number, but found {text:?}"),
                    ));
                }
                statement.account = found;
            }
            b"Ccy" => {
                let text = values::string(cursor)?;
                statement.currency = text.as_deref().and_then(crate::model::Currency::parse);
            }
            b"Ownr" => statement.owner_name = entry::party_name(cursor)?,
            b"Svcr" => {
                let (_, bic) = entry::agent(cursor)?;
                statement.servicer_bic = bic;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `Id` of an account: `IBAN`, or `Othr/Id` (version 01: `PrtryAcct/Id`, `BBAN`, `UPIC`).
///
/// An IBAN wins over any other number. The flag says that it stood in `IBAN`.
pub(super) fn account_id(cursor: &mut Cursor<'_>) -> Result<(Option<Account>, bool), Fault> {
    let (mut found, mut is_iban) = (None, false);
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"IBAN" => {
                if let Some(text) = cursor.text()? {
                    is_iban = true;
                    found = Some(Iban::parse(&text).map_or_else(|| Account::Other(text.as_ref().into()), Account::Iban));
                }
            }
            b"BBAN" | b"UPIC" if !is_iban => found = cursor.text()?.map(|t| Account::parse(&t)).or(found),
            b"Othr" | b"PrtryAcct" if !is_iban => {
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Id" => found = cursor.text()?.map(|t| Account::parse(&t)).or(found),
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok((found, is_iban))
}

/// `Bal`. Without an indicator it is a credit.
fn balance(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Balance, Fault> {
    let mut balance = Balance { code: String::new(), amount: None, date: None };
    let mut direction = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Tp" => balance.code = balance_code(cursor)?,
            b"Amt" => balance.amount = values::amount(cursor, &tag, faults)?,
            b"CdtDbtInd" => direction = values::direction(cursor, faults)?,
            b"Dt" => balance.date = values::date_choice(cursor, faults)?,
            _ => cursor.skip()?,
        }
    }
    if direction == Some(Direction::Debit) {
        balance.amount = balance.amount.map(crate::model::Money::negated);
    }
    Ok(balance)
}

/// `Tp/CdOrPrtry/Cd` or `Prtry`; version 01 has `Tp/Cd`.
fn balance_code(cursor: &mut Cursor<'_>) -> Result<String, Fault> {
    let mut code = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"CdOrPrtry" => {
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Cd" | b"Prtry" => code = values::string(cursor)?.or(code),
                        _ => cursor.skip()?,
                    }
                }
            }
            b"Cd" | b"Prtry" => code = values::string(cursor)?.or(code),
            _ => cursor.skip()?,
        }
    }
    Ok(code.unwrap_or_default())
}

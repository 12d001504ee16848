//! Envelope, group header and statements.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use super::cursor::Cursor;
use super::encoding::Marks;
use super::names as n;
use super::split::List;
use super::stream::Run;
use super::values::{self, Faults};
use super::{Fault, Lines, ReadStatement, Reading, entry};
use crate::model::{Account, Balance, Direction, Entry, Finding, Statement, StatementKind};

/// Newest version of the messages that this program was held against.
const VERSION_MAX: u32 = 14;
/// Faults that are told of one statement; more of them say nothing new.
const FAULTS_TOLD_MAX: usize = 50;

/// Reads all messages of a text: one after the other, alone or inside envelopes.
///
/// Where entries were cut out of the text, `runs` holds them, and gives them away.
pub(super) fn read(file: &Arc<str>, text: &str, marks: Marks, runs: &mut [Run]) -> Result<Reading, Fault> {
    let mut cursor = Cursor::new(text, marks);
    let lines = Lines::of_skeleton(text.as_bytes(), runs);
    let mut reader = MessageReader {
        file,
        text,
        marks,
        lines: &lines,
        is_skeleton: !runs.is_empty(),
        runs: Mutex::new(runs),
        statements: Vec::new(),
        messages: 0,
        first_root: None,
    };
    while cursor.child()? {
        reader.first_root.get_or_insert_with(|| String::from_utf8_lossy(cursor.tag.name()).into_owned());
        reader.descend(&mut cursor, None)?;
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
    Ok(Reading { statements: reader.statements, findings: Vec::new() })
}

struct MessageReader<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    marks: Marks,
    lines: &'a Lines<'a>,
    /// Entries were cut out of the text; then it is read in order, since each is given away once.
    is_skeleton: bool,
    /// They. Locked, since statements of other texts are read side by side.
    runs: Mutex<&'a mut [Run]>,
    statements: Vec<ReadStatement>,
    messages: usize,
    first_root: Option<String>,
}

/// What all statements of a message share.
struct Message {
    kind: StatementKind,
    name: Arc<str>,
}

/// Pagination of the whole message, and where it was found.
#[derive(Default, Clone)]
struct Page {
    number: Option<String>,
    last: Option<bool>,
}

impl MessageReader<'_> {
    /// Looks for a message in this element and in those inside it.
    fn descend(&mut self, cursor: &mut Cursor<'_>, namespace: Option<String>) -> Result<(), Fault> {
        let tag = cursor.tag;
        let own = if tag.prefix().is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{}", String::from_utf8_lossy(&tag.prefix()[..tag.prefix().len() - 1]))
        };
        // A declaration of the tag's own prefix, else any other that names a message. What
        // schemaLocation says is a hint, often of another version.
        let mut declared: Vec<(String, String)> =
            tag.attributes().into_iter().filter(|(name, _)| name.starts_with("xmlns")).collect();
        declared.retain(|(name, value)| *name == own || message_name(value).is_some());
        declared.sort_by_key(|(name, _)| *name != own);
        let namespace = declared.into_iter().next().map(|(_, value)| value).or(namespace);
        if let Some(kind) = kind_of_root(tag.name()) {
            self.messages += 1;
            cursor.set_prefix(tag.prefix());
            return self.message(cursor, kind, namespace.as_deref());
        }
        cursor.check_name()?;
        while cursor.child()? {
            self.descend(cursor, namespace.clone())?;
        }
        Ok(())
    }

    fn message(&mut self, cursor: &mut Cursor<'_>, root: StatementKind, namespace: Option<&str>) -> Result<(), Fault> {
        let around = cursor.tag.full_name;
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
        let name: Arc<str> = match (named, kind) {
            (Some(named), _) => named.into(),
            (None, StatementKind::Statement) => "camt.053".into(),
            (None, StatementKind::Report) => "camt.052".into(),
            (None, StatementKind::Notification) => "camt.054".into(),
        };
        let message = Message { kind, name };
        let mut page = Page::default();
        let before = self.statements.len();
        while let Some(element) = cursor.own_child()? {
            match element {
                n::GrpHdr => page = group_header(cursor)?,
                n::Stmt | n::Rpt | n::Ntfctn => {
                    let list = List { text: self.text, marks: self.marks, element: cursor.tag.full_name, parent: around };
                    let read = self.statement(cursor, &message, &page)?;
                    self.statements.push(read);
                    if self.statements.len() == before + 1 && !self.is_skeleton {
                        let parts = list.read_on(cursor, |part| {
                            let mut read = Vec::new();
                            while let Some(element) = part.own_child()? {
                                match element {
                                    n::Stmt | n::Rpt | n::Ntfctn => read.push(self.statement(part, &message, &page)?),
                                    _ => part.skip()?,
                                }
                            }
                            Ok(read)
                        });
                        self.statements.extend(parts.into_iter().flatten());
                    }
                }
                _ => cursor.skip()?,
            }
        }
        if self.statements.len() == before {
            return Err(Fault::new(at, "statement-missing", "expected at least one statement in the message, but found none"));
        }
        Ok(())
    }

    fn statement(&self, cursor: &mut Cursor<'_>, message: &Message, page: &Page) -> Result<ReadStatement, Fault> {
        let around = cursor.tag.full_name;
        let start = cursor.offset;
        let mut faults = Faults::new();
        let mut scratch = entry::Scratch::default();
        let mut statement = Statement {
            file: Arc::clone(self.file),
            line_number: self.lines.line(start),
            message: Arc::clone(&message.name),
            kind: message.kind,
            id: String::new(),
            electronic_sequence: None,
            legal_sequence: None,
            page: page.number.clone(),
            last_page: page.last,
            message_pages: true,
            other_files: Vec::new(),
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
        while let Some(element) = cursor.own_child()? {
            match element {
                n::Id => statement.id = values::string(cursor)?.unwrap_or_default(),
                n::ElctrncSeqNb => statement.electronic_sequence = values::string(cursor)?,
                n::LglSeqNb => statement.legal_sequence = values::string(cursor)?,
                n::CreDtTm => statement.created = values::string(cursor)?,
                n::StmtPgntn | n::RptPgntn | n::NtfctnPgntn => {
                    let own = pagination(cursor)?;
                    (statement.page, statement.last_page, statement.message_pages) = (own.number, own.last, false);
                }
                n::Acct => {
                    account(cursor, &mut statement, &mut faults)?;
                    cursor.account_currency = statement.currency;
                }
                n::Bal => {
                    let balance = balance(cursor, &mut faults)?;
                    statement.balances.push(balance);
                }
                n::Ntry if self.is_skeleton => {
                    // An entry that was not cut out is one that the cutting did not know.
                    let run = self.run_at(cursor.offset).ok_or_else(|| cursor.fault("split", "expected a run of entries"))?;
                    cursor.skip()?;
                    statement.entries.reserve_exact(run.iter().map(Vec::len).sum());
                    statement.entries.extend(run.into_iter().flatten());
                }
                n::Ntry => {
                    let list = List { text: self.text, marks: self.marks, element: cursor.tag.full_name, parent: around };
                    let entry = entry::read(cursor, &mut scratch, &mut faults)?;
                    statement.entries.push(entry);
                    if statement.entries.len() == 1 {
                        let parts = list.read_on(cursor, entries);
                        statement.entries.reserve_exact(parts.iter().map(|part| part.0.len()).sum());
                        for part in parts {
                            statement.entries.extend(part.0);
                            faults.extend(part.1);
                        }
                    }
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

    /// The entries that stood at a place of the text before they were cut out.
    fn run_at(&self, offset: usize) -> Option<Vec<Vec<Entry>>> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let index = runs.binary_search_by_key(&offset, |run| run.at).ok()?;
        Some(std::mem::take(&mut runs[index].entries))
    }

    fn findings(&self, faults: Faults) -> Vec<Finding> {
        let effect = "The statement is set aside: none of its entries is used";
        faults.into_iter().take(FAULTS_TOLD_MAX).map(|fault| fault.into_finding_with(self.lines, self.file, effect)).collect()
    }
}

/// Entries that follow one another, and what is wrong with them. Anything else between them that
/// says something about the statement must be read by whoever reads the statement.
fn entries(cursor: &mut Cursor<'_>) -> Result<(Vec<Entry>, Faults), Fault> {
    // Room for entries of a usual size.
    let (mut entries, mut faults) = (Vec::with_capacity(cursor.rest().1.len() / 512), Faults::new());
    let mut scratch = entry::Scratch::default();
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Ntry => entries.push(entry::read(cursor, &mut scratch, &mut faults)?),
            n::AddtlStmtInf | n::AddtlRptInf | n::AddtlNtfctnInf => cursor.skip()?,
            _ => return Err(cursor.fault("split", "expected an entry")),
        }
    }
    Ok((entries, faults))
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
    while let Some(element) = cursor.own_child()? {
        match element {
            n::MsgPgntn => page = pagination(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(page)
}

fn pagination(cursor: &mut Cursor<'_>) -> Result<Page, Fault> {
    let mut page = Page::default();
    while let Some(element) = cursor.own_child()? {
        match element {
            n::PgNb => page.number = values::string(cursor)?,
            // Where it is neither, all pages are waited for.
            n::LastPgInd => page.last = values::indicator(cursor, &mut Faults::new())?,
            _ => cursor.skip()?,
        }
    }
    Ok(page)
}

/// `Acct`: number, currency, owner, servicer.
fn account(cursor: &mut Cursor<'_>, statement: &mut Statement, faults: &mut Faults) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Id => {
                let offset = cursor.offset;
                let (text, is_iban) = account_id(cursor)?;
                let found = text.as_deref().map(Account::parse);
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
            n::Ccy => {
                let text = values::string(cursor)?;
                statement.currency = text.as_deref().and_then(crate::model::Currency::parse);
            }
            n::Ownr => statement.owner_name = entry::party_name(cursor)?.map(Cow::into_owned),
            n::Svcr => {
                let [_, bic] = entry::agent(cursor)?;
                statement.servicer_bic = bic.map(Cow::into_owned);
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `Id` of an account: `IBAN`, or `Othr/Id` (version 01: `PrtryAcct/Id`, `BBAN`, `UPIC`), as written.
///
/// An IBAN wins over any other number. The flag says that it stood in `IBAN`.
pub(super) fn account_id<'a>(cursor: &mut Cursor<'a>) -> Result<(Option<Cow<'a, str>>, bool), Fault> {
    let (mut found, mut is_iban) = (None, false);
    while let Some(element) = cursor.own_child()? {
        match element {
            n::IBAN => {
                if let Some(text) = cursor.text()? {
                    is_iban = true;
                    found = Some(text);
                }
            }
            n::BBAN | n::UPIC if !is_iban => found = cursor.text()?.or(found),
            n::Othr | n::PrtryAcct if !is_iban => {
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Id => found = cursor.text()?.or(found),
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
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Tp => balance.code = balance_code(cursor)?,
            n::Amt => balance.amount = values::amount(cursor, faults)?,
            n::CdtDbtInd => direction = values::direction(cursor, faults)?,
            n::Dt => balance.date = values::date_choice(cursor, faults)?,
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
    while let Some(element) = cursor.own_child()? {
        match element {
            n::CdOrPrtry => {
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Cd | n::Prtry => code = values::string(cursor)?.or(code),
                        _ => cursor.skip()?,
                    }
                }
            }
            n::Cd | n::Prtry => code = values::string(cursor)?.or(code),
            _ => cursor.skip()?,
        }
    }
    Ok(code.unwrap_or_default())
}

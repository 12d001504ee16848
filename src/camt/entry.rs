//! Entries and their transactions.

use super::Fault;
use super::cursor::Cursor;
use super::message::account_id;
use super::values::{self, Faults, string};
use crate::model::{Direction, Document, Entry, Money, Transaction};

/// `Ntry`.
pub(super) fn read(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Entry, Fault> {
    let start = cursor.offset;
    let mut entry = Entry { offset: start, ..Entry::default() };
    let (mut amount_seen, mut sign_seen) = (false, false);
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"NtryRef" => entry.entry_reference = string(cursor)?,
            b"Amt" => {
                amount_seen = true;
                entry.currency = values::currency(&tag);
                entry.amount = values::amount(cursor, &tag, faults)?;
            }
            b"CdtDbtInd" => {
                sign_seen = true;
                entry.direction = values::direction(cursor, faults)?;
            }
            b"RvslInd" => entry.reversal = values::indicator(cursor)?.unwrap_or(false),
            b"Sts" => entry.status = code_or_text(cursor)?,
            b"BookgDt" => entry.booking_date = values::date_choice(cursor, faults)?,
            b"ValDt" => entry.value_date = values::date_choice(cursor, faults)?,
            b"AcctSvcrRef" => entry.bank_reference = string(cursor)?,
            b"BkTxCd" => (entry.bank_code, entry.proprietary_code) = bank_code(cursor)?,
            b"Chrgs" => entry.charges = add(entry.charges, charges(cursor, faults)?),
            b"AddtlNtryInf" => entry.additional_info = string(cursor)?,
            b"NtryDtls" => details(cursor, &mut entry, faults)?,
            // Version 01 has the transactions directly under the entry.
            b"TxDtls" => {
                let transaction = transaction(cursor, faults)?;
                entry.transactions.push(transaction);
            }
            b"Btch" => batch(cursor, &mut entry)?,
            _ => cursor.skip()?,
        }
    }
    if !amount_seen {
        faults.push(Fault::new(start, "amount", "expected the amount (Amt) of the entry, but found none"));
    }
    if entry.direction.is_none() && !sign_seen {
        faults.push(Fault::new(start, "sign", "expected CRDT or DBIT (CdtDbtInd) for the entry, but found none"));
    }
    Ok(entry)
}

/// `NtryDtls`.
fn details(cursor: &mut Cursor<'_>, entry: &mut Entry, faults: &mut Faults) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Btch" => batch(cursor, entry)?,
            b"TxDtls" => {
                let transaction = transaction(cursor, faults)?;
                entry.transactions.push(transaction);
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `Btch/NbOfTxs`, added up over the details of an entry.
fn batch(cursor: &mut Cursor<'_>, entry: &mut Entry) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"NbOfTxs" => {
                let count = cursor.text()?.and_then(|t| t.parse::<u64>().ok());
                if let Some(count) = count {
                    entry.batch_count = Some(entry.batch_count.unwrap_or(0).saturating_add(count));
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `TxDtls`.
fn transaction(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Transaction, Fault> {
    let mut transaction = Transaction::default();
    let mut detailed = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Refs" => references(cursor, &mut transaction)?,
            b"Amt" => transaction.amount = values::amount(cursor, &tag, faults)?,
            b"CdtDbtInd" => transaction.direction = values::direction(cursor, faults)?,
            b"AmtDtls" => detailed = amount_details(cursor, &mut transaction, faults)?,
            b"BkTxCd" => transaction.bank_code = bank_code(cursor)?.0,
            b"Chrgs" => transaction.charges = add(transaction.charges, charges(cursor, faults)?),
            b"RltdPties" => related_parties(cursor, &mut transaction)?,
            b"RltdAgts" => related_agents(cursor, &mut transaction)?,
            b"RmtInf" => remittance_information(cursor, &mut transaction, faults)?,
            b"RtrInf" => {
                transaction.returned = true;
                transaction.return_reason = return_reason(cursor)?;
            }
            b"AddtlTxInf" => transaction.additional_info = string(cursor)?,
            _ => cursor.skip()?,
        }
    }
    transaction.amount = transaction.amount.or(detailed);
    Ok(transaction)
}

/// `Refs`.
fn references(cursor: &mut Cursor<'_>, transaction: &mut Transaction) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"AcctSvcrRef" => transaction.bank_reference = string(cursor)?,
            b"EndToEndId" => transaction.end_to_end_id = string(cursor)?,
            b"TxId" => transaction.transaction_id = string(cursor)?,
            b"InstrId" => transaction.instruction_id = string(cursor)?,
            b"PmtInfId" => transaction.payment_information_id = string(cursor)?,
            b"MndtId" => transaction.mandate_id = string(cursor)?,
            b"UETR" => transaction.uetr = string(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `AmtDtls`: what was ordered, and the amount of the transaction where `TxDtls/Amt` is absent.
fn amount_details(cursor: &mut Cursor<'_>, transaction: &mut Transaction, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let mut amount = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"InstdAmt" => transaction.instructed = inner_amount(cursor, faults)?,
            b"TxAmt" => amount = inner_amount(cursor, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(amount)
}

/// The `Amt` inside the current element.
fn inner_amount(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let mut amount = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Amt" => amount = values::amount(cursor, &tag, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(amount)
}

/// `BkTxCd`: the ISO code joined by `-`, and the bank's own.
fn bank_code(cursor: &mut Cursor<'_>) -> Result<(Option<String>, Option<String>), Fault> {
    let (mut domain, mut family, mut sub_family, mut own) = (None, None, None, None);
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Domn" => {
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Cd" => domain = cursor.text()?,
                        b"Fmly" => {
                            while let Some(tag) = cursor.own_child()? {
                                match tag.name() {
                                    b"Cd" => family = cursor.text()?,
                                    b"SubFmlyCd" => sub_family = cursor.text()?,
                                    _ => cursor.skip()?,
                                }
                            }
                        }
                        _ => cursor.skip()?,
                    }
                }
            }
            b"Prtry" => {
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Cd" => own = string(cursor)?,
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    let mut code = String::with_capacity(14);
    for part in [domain, family, sub_family].iter().flatten() {
        if !code.is_empty() {
            code.push('-');
        }
        code.push_str(part);
    }
    Ok(((!code.is_empty()).then_some(code), own))
}

/// `Chrgs`: records added up where there are any, else the total. Positive: taken from the owner.
fn charges(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let (mut total, mut flat, mut flat_sign, mut records) = (None, None, None, None);
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"TtlChrgsAndTaxAmt" => total = values::amount(cursor, &tag, faults)?,
            b"Amt" => flat = values::amount(cursor, &tag, faults)?,
            b"CdtDbtInd" => flat_sign = values::direction(cursor, faults)?,
            b"Rcrd" => {
                let (mut amount, mut sign) = (None, None);
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Amt" => amount = values::amount(cursor, &tag, faults)?,
                        b"CdtDbtInd" => sign = values::direction(cursor, faults)?,
                        _ => cursor.skip()?,
                    }
                }
                records = add(records, taken(amount, sign));
            }
            _ => cursor.skip()?,
        }
    }
    Ok(records.or_else(|| taken(flat, flat_sign)).or(total))
}

/// A charge credited to the owner lowers what was taken.
fn taken(amount: Option<Money>, sign: Option<Direction>) -> Option<Money> {
    amount.map(|a| if sign == Some(Direction::Credit) { a.negated() } else { a })
}

/// The sum of two amounts of one currency; of two currencies, the first.
fn add(left: Option<Money>, right: Option<Money>) -> Option<Money> {
    match (left, right) {
        (Some(l), Some(r)) if l.currency() == r.currency() => {
            Some(Money::from_minor(l.minor().saturating_add(r.minor()), l.currency()))
        }
        (left, right) => left.or(right),
    }
}

/// `RltdPties`.
fn related_parties(cursor: &mut Cursor<'_>, transaction: &mut Transaction) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Dbtr" => transaction.debtor.name = party_name(cursor)?,
            b"DbtrAcct" => transaction.debtor.account = party_account(cursor)?,
            b"UltmtDbtr" => transaction.ultimate_debtor = party_name(cursor)?,
            b"Cdtr" => transaction.creditor.name = party_name(cursor)?,
            b"CdtrAcct" => transaction.creditor.account = party_account(cursor)?,
            b"UltmtCdtr" => transaction.ultimate_creditor = party_name(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `Nm`, `Pty/Nm`, or the name of an agent that stands in for the party (`Agt/FinInstnId/Nm`).
pub(super) fn party_name(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    let mut name = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Nm" => name = string(cursor)?.or(name),
            b"Pty" => name = party_name(cursor)?.or(name),
            b"Agt" => name = agent(cursor)?.0.or(name),
            _ => cursor.skip()?,
        }
    }
    Ok(name)
}

/// `DbtrAcct`, `CdtrAcct`.
fn party_account(cursor: &mut Cursor<'_>) -> Result<Option<crate::model::Account>, Fault> {
    let mut account = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Id" => account = account_id(cursor)?.0,
            _ => cursor.skip()?,
        }
    }
    Ok(account)
}

/// `RltdAgts`: the banks of both sides.
fn related_agents(cursor: &mut Cursor<'_>, transaction: &mut Transaction) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"DbtrAgt" => transaction.debtor.bic = agent(cursor)?.1,
            b"CdtrAgt" => transaction.creditor.bic = agent(cursor)?.1,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Name and BIC of a bank: `FinInstnId/Nm`, `FinInstnId/BIC` or `BICFI`.
pub(super) fn agent(cursor: &mut Cursor<'_>) -> Result<(Option<String>, Option<String>), Fault> {
    let (mut name, mut bic) = (None, None);
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"FinInstnId" => {
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"BIC" | b"BICFI" => bic = string(cursor)?,
                        b"Nm" => name = string(cursor)?,
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok((name, bic))
}

/// `RmtInf`.
fn remittance_information(cursor: &mut Cursor<'_>, transaction: &mut Transaction, faults: &mut Faults) -> Result<(), Fault> {
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Ustrd" => transaction.unstructured.extend(string(cursor)?),
            b"Strd" => structured(cursor, transaction, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `RmtInf/Strd`: the amounts belong to the documents of the same element.
fn structured(cursor: &mut Cursor<'_>, transaction: &mut Transaction, faults: &mut Faults) -> Result<(), Fault> {
    let first = transaction.documents.len();
    let mut amount = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"RfrdDocInf" => {
                let document = document(cursor, faults)?;
                transaction.documents.push(document);
            }
            b"RfrdDocAmt" => amount = document_amount(cursor, faults)?,
            b"CdtrRefInf" => {
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Ref" | b"CdtrRef" => transaction.creditor_references.extend(string(cursor)?),
                        _ => cursor.skip()?,
                    }
                }
            }
            b"AddtlRmtInf" => transaction.additional_remittance.extend(string(cursor)?),
            _ => cursor.skip()?,
        }
    }
    if let [document] = &mut transaction.documents[first..] {
        document.amount = document.amount.or(amount);
    }
    Ok(())
}

/// `RfrdDocInf`.
fn document(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Document, Fault> {
    let mut document = Document::default();
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Nb" | b"RfrdDocNb" => document.number = string(cursor)?,
            b"Tp" | b"RfrdDocTp" => document.code = document_code(cursor)?,
            b"RltdDt" | b"RfrdDocRltdDt" => document.date = document_date(cursor, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(document)
}

/// `Tp/CdOrPrtry/Cd` or `Prtry`; version 01 has `RfrdDocTp/Cd`.
fn document_code(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    let mut code = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"CdOrPrtry" => code = document_code(cursor)?,
            b"Cd" | b"Prtry" => code = string(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(code)
}

/// `RltdDt`: a date, or from version 12 on `Tp` and `Dt`.
fn document_date(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<chrono::NaiveDate>, Fault> {
    let offset = cursor.offset;
    let text = cursor.text_or_child(&[b"Dt"])?;
    Ok(text.and_then(|text| values::checked_date(&text, offset, faults)))
}

/// `RfrdDocAmt`: remitted, else due, else credited; from version 12 on inside `RmtAmtAndTp`.
fn document_amount(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let (mut remitted, mut due, mut credited) = (None, None, None);
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"RmtdAmt" => remitted = values::amount(cursor, &tag, faults)?,
            b"DuePyblAmt" => due = values::amount(cursor, &tag, faults)?,
            b"CdtNoteAmt" => credited = values::amount(cursor, &tag, faults)?,
            b"RmtAmtAndTp" => {
                let (mut code, mut amount) = (None, None);
                while let Some(tag) = cursor.own_child()? {
                    match tag.name() {
                        b"Tp" => code = document_code(cursor)?,
                        b"Amt" => amount = values::amount(cursor, &tag, faults)?,
                        _ => cursor.skip()?,
                    }
                }
                match code.as_deref() {
                    Some("DUPA") => due = amount,
                    Some("CRDT" | "CREN") => credited = amount,
                    _ => remitted = amount,
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(remitted.or(due).or(credited))
}

/// `RtrInf/Rsn/Cd` or `Prtry`; version 01 has `RtrInf/RtrRsn`.
fn return_reason(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    let mut reason = None;
    while let Some(tag) = cursor.own_child()? {
        match tag.name() {
            b"Rsn" | b"RtrRsn" => reason = code_or_text(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(reason)
}

/// A bare text, or a choice of `Cd` and `Prtry`.
fn code_or_text(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    Ok(cursor.text_or_child(&[b"Cd", b"Prtry"])?.map(std::borrow::Cow::into_owned))
}

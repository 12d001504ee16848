//! Entries and their transactions.

use std::borrow::Cow;

use super::Fault;
use super::cursor::Cursor;
use super::message::account_id;
use super::names as n;
use super::values::{self, Faults, keep, string};
use crate::model::{Direction, Document, Entry, Field, Money, TextsBuilder, Transaction};

/// Memory for the texts of one entry and of one of its transactions, used again for the next.
#[derive(Default)]
pub(super) struct Scratch {
    entry: TextsBuilder,
    transaction: TextsBuilder,
}

/// `Ntry`.
pub(super) fn read(cursor: &mut Cursor<'_>, scratch: &mut Scratch, faults: &mut Faults) -> Result<Entry, Fault> {
    let start = cursor.offset;
    let mut entry = Entry::default();
    let (mut amount_seen, mut sign_seen) = (false, false);
    while let Some(element) = cursor.own_child()? {
        match element {
            n::NtryRef => keep(cursor, &mut scratch.entry, Field::EntryReference)?,
            n::Amt => {
                amount_seen = true;
                entry.currency = cursor.tag.currency().ok();
                entry.amount = values::amount(cursor, faults)?;
            }
            n::CdtDbtInd => {
                sign_seen = true;
                entry.direction = values::direction(cursor, faults)?;
            }
            n::RvslInd => entry.reversal = values::indicator(cursor, faults)?.unwrap_or(false),
            n::Sts => keep_code(cursor, &mut scratch.entry, Field::Status)?,
            n::BookgDt => entry.booking_date = values::date_choice(cursor, faults)?,
            n::ValDt => entry.value_date = values::date_choice(cursor, faults)?,
            n::AcctSvcrRef => keep(cursor, &mut scratch.entry, Field::BankReference)?,
            n::BkTxCd => bank_code(cursor, &mut scratch.entry)?,
            n::Chrgs => entry.charges = add(entry.charges, charges(cursor, faults)?),
            n::AddtlNtryInf => keep(cursor, &mut scratch.entry, Field::AdditionalInfo)?,
            n::NtryDtls => details(cursor, scratch, &mut entry, faults)?,
            // Version 01 has the transactions directly under the entry.
            n::TxDtls => {
                let transaction = transaction(cursor, &mut scratch.transaction, faults)?;
                entry.transactions.push(transaction);
            }
            n::Btch => batch(cursor, &mut entry)?,
            _ => cursor.skip()?,
        }
    }
    if !amount_seen {
        faults.push(Fault::new(start, "amount", "expected the amount (Amt) of the entry, but found none"));
    }
    if entry.direction.is_none() && !sign_seen {
        faults.push(Fault::new(start, "sign", "expected CRDT or DBIT (CdtDbtInd) for the entry, but found none"));
    }
    entry.texts = scratch.entry.take();
    Ok(entry)
}

/// `NtryDtls`.
fn details(cursor: &mut Cursor<'_>, scratch: &mut Scratch, entry: &mut Entry, faults: &mut Faults) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Btch => batch(cursor, entry)?,
            n::TxDtls => {
                let transaction = transaction(cursor, &mut scratch.transaction, faults)?;
                if entry.transactions.is_empty() {
                    entry.transactions.reserve_exact(1);
                }
                entry.transactions.push(transaction);
            }
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `Btch/NbOfTxs`, added up over the details of an entry.
fn batch(cursor: &mut Cursor<'_>, entry: &mut Entry) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        match element {
            n::NbOfTxs => {
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
fn transaction(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder, faults: &mut Faults) -> Result<Transaction, Fault> {
    let mut transaction = Transaction::default();
    let mut detailed = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Refs => references(cursor, texts)?,
            n::Amt => transaction.amount = values::amount(cursor, faults)?,
            n::CdtDbtInd => transaction.direction = values::direction(cursor, faults)?,
            n::AmtDtls => detailed = amount_details(cursor, &mut transaction, faults)?,
            n::BkTxCd => bank_code(cursor, texts)?,
            n::Chrgs => transaction.charges = add(transaction.charges, charges(cursor, faults)?),
            n::RltdPties => related_parties(cursor, texts)?,
            n::RltdAgts => related_agents(cursor, texts)?,
            n::RmtInf => remittance_information(cursor, texts, &mut transaction.documents, faults)?,
            n::RtrInf => {
                transaction.returned = true;
                return_reason(cursor, texts)?;
            }
            n::AddtlTxInf => keep(cursor, texts, Field::AdditionalInfo)?,
            _ => cursor.skip()?,
        }
    }
    transaction.amount = transaction.amount.or(detailed);
    transaction.texts = texts.take();
    Ok(transaction)
}

/// `Refs`.
fn references(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        let field = match element {
            n::AcctSvcrRef => Field::BankReference,
            n::EndToEndId => Field::EndToEndId,
            n::TxId => Field::TransactionId,
            n::InstrId => Field::InstructionId,
            n::PmtInfId => Field::PaymentInformationId,
            n::MndtId => Field::MandateId,
            n::UETR => Field::Uetr,
            _ => {
                cursor.skip()?;
                continue;
            }
        };
        keep(cursor, texts, field)?;
    }
    Ok(())
}

/// `AmtDtls`: what was ordered, and the amount of the transaction where `TxDtls/Amt` is absent.
fn amount_details(cursor: &mut Cursor<'_>, transaction: &mut Transaction, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let mut amount = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::InstdAmt => transaction.instructed = inner_amount(cursor, faults)?,
            n::TxAmt => amount = inner_amount(cursor, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(amount)
}

/// The `Amt` inside the current element.
fn inner_amount(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let mut amount = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Amt => amount = values::amount(cursor, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(amount)
}

/// `BkTxCd`: the ISO code joined by `-`, and the bank's own.
fn bank_code(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder) -> Result<(), Fault> {
    let (mut domain, mut family, mut sub_family) = (None, None, None);
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Domn => {
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Cd => domain = cursor.text()?,
                        n::Fmly => {
                            while let Some(element) = cursor.own_child()? {
                                match element {
                                    n::Cd => family = cursor.text()?,
                                    n::SubFmlyCd => sub_family = cursor.text()?,
                                    _ => cursor.skip()?,
                                }
                            }
                        }
                        _ => cursor.skip()?,
                    }
                }
            }
            n::Prtry => {
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Cd => keep(cursor, texts, Field::ProprietaryCode)?,
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    texts.push_joined(Field::BankCode, [domain, family, sub_family].iter().flatten().map(AsRef::as_ref), '-');
    Ok(())
}

/// `Chrgs`: records added up where there are any, else the total. Positive: taken from the owner.
fn charges(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let (mut total, mut flat, mut flat_sign, mut records) = (None, None, None, None);
    while let Some(element) = cursor.own_child()? {
        match element {
            n::TtlChrgsAndTaxAmt => total = values::amount(cursor, faults)?,
            n::Amt => flat = values::amount(cursor, faults)?,
            n::CdtDbtInd => flat_sign = values::direction(cursor, faults)?,
            n::Rcrd => {
                let (mut amount, mut sign) = (None, None);
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Amt => amount = values::amount(cursor, faults)?,
                        n::CdtDbtInd => sign = values::direction(cursor, faults)?,
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
fn related_parties(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        let (field, found) = match element {
            n::Dbtr => (Field::DebtorName, party_name(cursor)?),
            n::DbtrAcct => (Field::DebtorAccount, party_account(cursor)?),
            n::UltmtDbtr => (Field::UltimateDebtor, party_name(cursor)?),
            n::Cdtr => (Field::CreditorName, party_name(cursor)?),
            n::CdtrAcct => (Field::CreditorAccount, party_account(cursor)?),
            n::UltmtCdtr => (Field::UltimateCreditor, party_name(cursor)?),
            _ => {
                cursor.skip()?;
                continue;
            }
        };
        if let Some(found) = found {
            texts.push(field, &found);
        }
    }
    Ok(())
}

/// `Nm`, `Pty/Nm`, or the name of an agent that stands in for the party (`Agt/FinInstnId/Nm`).
pub(super) fn party_name<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
    let mut name = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Nm => name = cursor.text()?.or(name),
            n::Pty => name = party_name(cursor)?.or(name),
            n::Agt => name = agent(cursor)?[0].take().or(name),
            _ => cursor.skip()?,
        }
    }
    Ok(name)
}

/// `DbtrAcct`, `CdtrAcct`.
fn party_account<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
    let mut account = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Id => account = account_id(cursor)?.0,
            _ => cursor.skip()?,
        }
    }
    Ok(account)
}

/// `RltdAgts`: the banks of both sides.
fn related_agents(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        let field = match element {
            n::DbtrAgt => Field::DebtorBic,
            n::CdtrAgt => Field::CreditorBic,
            _ => {
                cursor.skip()?;
                continue;
            }
        };
        if let Some(bic) = agent(cursor)?[1].take() {
            texts.push(field, &bic);
        }
    }
    Ok(())
}

/// Name and BIC of a bank: `FinInstnId/Nm`, `FinInstnId/BIC` or `BICFI`.
pub(super) fn agent<'a>(cursor: &mut Cursor<'a>) -> Result<[Option<Cow<'a, str>>; 2], Fault> {
    let (mut name, mut bic) = (None, None);
    while let Some(element) = cursor.own_child()? {
        match element {
            n::FinInstnId => {
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::BIC | n::BICFI => bic = cursor.text()?,
                        n::Nm => name = cursor.text()?,
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok([name, bic])
}

/// `RmtInf`.
fn remittance_information(
    cursor: &mut Cursor<'_>,
    texts: &mut TextsBuilder,
    documents: &mut Vec<Document>,
    faults: &mut Faults,
) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Ustrd => keep(cursor, texts, Field::Unstructured)?,
            n::Strd => structured(cursor, texts, documents, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// `RmtInf/Strd`: the amounts belong to the documents of the same element.
fn structured(
    cursor: &mut Cursor<'_>,
    texts: &mut TextsBuilder,
    documents: &mut Vec<Document>,
    faults: &mut Faults,
) -> Result<(), Fault> {
    let first = documents.len();
    let mut amount = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::RfrdDocInf => documents.push(document(cursor, faults)?),
            n::RfrdDocAmt => amount = document_amount(cursor, faults)?,
            n::CdtrRefInf => {
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Ref | n::CdtrRef => keep(cursor, texts, Field::CreditorReference)?,
                        _ => cursor.skip()?,
                    }
                }
            }
            n::AddtlRmtInf => keep(cursor, texts, Field::AdditionalRemittance)?,
            _ => cursor.skip()?,
        }
    }
    if let [document] = &mut documents[first..] {
        document.amount = document.amount.or(amount);
    }
    Ok(())
}

/// `RfrdDocInf`.
fn document(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Document, Fault> {
    let mut document = Document::default();
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Nb | n::RfrdDocNb => document.number = string(cursor)?,
            n::Tp | n::RfrdDocTp => document.code = document_code(cursor)?,
            n::RltdDt | n::RfrdDocRltdDt => document.date = document_date(cursor, faults)?,
            _ => cursor.skip()?,
        }
    }
    Ok(document)
}

/// `Tp/CdOrPrtry/Cd` or `Prtry`; version 01 has `RfrdDocTp/Cd`.
fn document_code(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    let mut code = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::CdOrPrtry => code = document_code(cursor)?,
            n::Cd | n::Prtry => code = string(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(code)
}

/// `RltdDt`: a date, or from version 12 on `Tp` and `Dt`.
fn document_date(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<chrono::NaiveDate>, Fault> {
    let offset = cursor.offset;
    let text = cursor.text_or_child(&[n::Dt])?;
    Ok(text.and_then(|text| values::checked_date(&text, offset, faults)))
}

/// `RfrdDocAmt`: remitted, else due, else credited; from version 12 on inside `RmtAmtAndTp`.
fn document_amount(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let (mut remitted, mut due, mut credited) = (None, None, None);
    while let Some(element) = cursor.own_child()? {
        match element {
            n::RmtdAmt => remitted = values::amount(cursor, faults)?,
            n::DuePyblAmt => due = values::amount(cursor, faults)?,
            n::CdtNoteAmt => credited = values::amount(cursor, faults)?,
            n::RmtAmtAndTp => {
                let (mut code, mut amount) = (None, None);
                while let Some(element) = cursor.own_child()? {
                    match element {
                        n::Tp => code = document_code(cursor)?,
                        n::Amt => amount = values::amount(cursor, faults)?,
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
fn return_reason(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder) -> Result<(), Fault> {
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Rsn | n::RtrRsn => keep_code(cursor, texts, Field::ReturnReason)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

/// Keeps a bare text, or the one of a choice of `Cd` and `Prtry`.
fn keep_code(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder, field: Field) -> Result<(), Fault> {
    if let Some(text) = cursor.text_or_child(&[n::Cd, n::Prtry])? {
        texts.push(field, &text);
    }
    Ok(())
}

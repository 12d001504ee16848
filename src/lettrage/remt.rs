//! ISO 20022 `remt.001.001.05` (RemittanceAdvice): one `RmtInf` a remittance, one `Strd` an item.
//!
//! In each `RmtInf`, the remitted amounts less the credit notes are the amount of the payment.
//!
//! The message knows no payment that is taken back. Lettrage taken back is an `RmtInf` without an
//! amount of the payment, in which 0.00 is remitted for each item, and an adjustment for the reason
//! [`TAKEN_BACK`] says what is taken off (`DBIT`) or given again (`CRDT`). A reader that passes over
//! adjustments reads that nothing is paid; it never reads a second payment.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use chrono::NaiveDate;

use crate::model::{Account, Contract, Finding, Invoice, InvoiceId, Ledger, LettrageLine, LineKind, Money, Origin};
use crate::text::single_line;

/// Longest identification (`Max35Text`) and text (`Max140Text`) of ISO 20022.
const ID_MAX: usize = 35;
const TEXT_MAX: usize = 140;

/// Reason of an adjustment that takes earlier lettrage back: ours, as `Rsn` is a free `Max4Text`.
const TAKEN_BACK: &str = "REVR";

/// The message, and the remittances that it cannot carry; `None` when nothing is left to say.
#[must_use]
pub fn remittance_advice(
    contract: &Contract,
    company: &str,
    ledger: &Ledger,
    lines: &[&LettrageLine],
    as_of: NaiveDate,
    sequence: u64,
) -> (Option<Vec<u8>>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut body = String::new();
    let named: HashSet<&InvoiceId> = lines.iter().filter_map(|line| line.invoice.as_ref()).collect();
    let of_contract = ledger.invoices.iter().filter(|i| i.contract == contract.id && named.contains(&i.id));
    let items: HashMap<&InvoiceId, &Invoice> = of_contract.map(|i| (&i.id, i)).collect();
    for group in lines.chunk_by(|a, b| a.remittance.id == b.remittance.id && a.reverses == b.reverses) {
        match advice(ledger, &items, group) {
            Ok(text) => body.push_str(&text),
            Err(fault) => findings.push(held(group[0], &fault)),
        }
    }
    if body.is_empty() {
        return (None, findings);
    }
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:remt.001.001.05\">\n<RmtAdvc>\n",
    );
    let _ = writeln!(
        out,
        "<GrpHdr><MsgId>LET-{}-{sequence:06}</MsgId><CreDtTm>{as_of}T00:00:00Z</CreDtTm><InitgPty>{}</InitgPty><MsgRcpt>{}</MsgRcpt></GrpHdr>",
        as_of.format("%Y%m%d"),
        name(company),
        name(&contract.factor)
    );
    out.push_str(&body);
    out.push_str("</RmtAdvc>\n</Document>\n");
    (Some(out.into_bytes()), findings)
}

fn advice(ledger: &Ledger, items: &HashMap<&InvoiceId, &Invoice>, group: &[&LettrageLine]) -> Result<String, String> {
    let line = group[0];
    let bank = &line.remittance;
    let mut out = String::from("<RmtInf>");
    if let Some(code) = &line.code {
        let _ = write!(out, "<RmtId>{}</RmtId>", id("lettrage code", &code.0)?);
    }
    for of_item in group.chunk_by(|a, b| a.invoice == b.invoice) {
        let first = of_item[0];
        out.push_str("<Strd>");
        if let Some(number) = &first.invoice {
            let kind = if is_credit_note(of_item) { "CREN" } else { "CINV" };
            let document = id("invoice number", &number.0)?;
            let _ = write!(out, "<RfrdDocInf><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Nb>{document}</Nb>");
            if let Some(invoice) = items.get(number) {
                let _ = write!(out, "<RltdDt>{}</RltdDt>", invoice.issue_date);
            }
            out.push_str("</RfrdDocInf>");
        }
        let amounts = if first.kind == LineKind::Reversal { taken_back(of_item) } else { paid(of_item) };
        let _ = write!(out, "<RfrdDocAmt>{amounts}</RfrdDocAmt>");
        if let Some(debtor) = ledger.debtor(&first.debtor) {
            let _ = write!(out, "<Invcee>{}</Invcee>", name(&debtor.name));
        }
        if first.kind == LineKind::OnAccount {
            out.push_str("<AddtlRmtInf>kept on account</AddtlRmtInf>");
        }
        out.push_str("</Strd>");
    }
    let mut key =
        format!("statement {} entry {} booked {} id {}", bank.statement_id, bank.entry_reference, bank.booking_date, bank.id);
    if let Some(earlier) = &line.reverses {
        // First, as a text that is too long is cut.
        key = format!("takes back the lettrage of id {earlier}; {key}");
    }
    let _ = writeln!(out, "<Strd><AddtlRmtInf>{}</AddtlRmtInf></Strd>{}</RmtInf>", text(&key), payment(line)?);
    Ok(out)
}

/// A credit note taken back gives money to the payment again, where all else takes it off.
fn is_credit_note(of_item: &[&LettrageLine]) -> bool {
    match of_item[0].kind {
        LineKind::Reversal => net(of_item).minor() > 0,
        kind => kind == LineKind::CreditNote,
    }
}

fn net(of_item: &[&LettrageLine]) -> Money {
    Money::from_minor(of_item.iter().map(|l| l.applied.minor()).sum(), of_item[0].applied.currency())
}

/// What is remitted for an item, or which credit note is used up.
fn paid(of_item: &[&LettrageLine]) -> String {
    let first = of_item[0];
    let of = |kind: LineKind| of_item.iter().filter(move |l| l.kind == kind).map(|l| l.applied);
    let money = net(of_item);
    if first.kind == LineKind::CreditNote {
        return amount("CdtNoteAmt", money.negated());
    }
    let mut out = first.open_before.map_or(String::new(), |open| amount("DuePyblAmt", open));
    for discount in of(LineKind::Discount) {
        let _ = write!(out, "<DscntApldAmt>{}</DscntApldAmt>", amount("Amt", discount.negated()));
    }
    for (kind, reason) in [(LineKind::Charges, "CHRG"), (LineKind::Rounding, "ROND")] {
        out.extend(of(kind).map(|adjusted| adjustment(adjusted, reason)));
    }
    out + &amount("RmtdAmt", money)
}

/// What is taken off an item again, or given to it again.
fn taken_back(of_item: &[&LettrageLine]) -> String {
    let adjusted: String = of_item.iter().map(|line| adjustment(line.applied, TAKEN_BACK)).collect();
    adjusted + &amount("RmtdAmt", Money::zero(of_item[0].applied.currency()))
}

fn adjustment(adjusted: Money, reason: &str) -> String {
    let sense = if adjusted.minor() < 0 { "DBIT" } else { "CRDT" };
    let size = amount("Amt", if adjusted.minor() < 0 { adjusted.negated() } else { adjusted });
    format!("<AdjstmntAmtAndRsn>{size}<CdtDbtInd>{sense}</CdtDbtInd><Rsn>{reason}</Rsn></AdjstmntAmtAndRsn>")
}

fn amount(tag: &str, money: Money) -> String {
    format!("<{tag} Ccy=\"{}\">{money}</{tag}>", money.currency())
}

/// The payment as the bank tells it; of lettrage that is taken back, without its amount.
fn payment(line: &LettrageLine) -> Result<String, String> {
    let bank = &line.remittance;
    let end_to_end = if bank.end_to_end_id.is_empty() { "NOTPROVIDED" } else { &*bank.end_to_end_id };
    let mut out = format!("<OrgnlPmtInf><Refs><EndToEndId>{}</EndToEndId>", id("end-to-end id", end_to_end)?);
    if let Ok(reference) = id("bank reference", &bank.bank_reference)
        && !reference.is_empty()
    {
        let _ = write!(out, "<TxId>{reference}</TxId>");
    }
    out.push_str("</Refs>");
    if line.kind != LineKind::Reversal {
        let _ = write!(out, "<Amt>{}</Amt>", amount("InstdAmt", bank.amount));
    }
    if !bank.payer_name.is_empty() {
        let _ = write!(out, "<Dbtr>{}</Dbtr>", name(&bank.payer_name));
    }
    if let Some(Account::Iban(iban)) = &bank.payer_account {
        let _ = write!(out, "<DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct>", iban.as_str());
    }
    let account = match &bank.account {
        Account::Iban(iban) => format!("<IBAN>{}</IBAN>", iban.as_str()),
        Account::Other(number) => format!("<Othr><Id>{}</Id></Othr>", id("account", number)?),
    };
    let _ = write!(out, "<CdtrAcct><Id>{account}</Id></CdtrAcct></OrgnlPmtInf>");
    Ok(out)
}

fn held(line: &LettrageLine, fault: &str) -> Finding {
    let bank = &line.remittance;
    let what = format!(
        "expected to write {} ({} {}) into remt.001, but found that {fault}",
        bank.bank_reference,
        bank.amount,
        bank.amount.currency()
    );
    Finding::warning(Origin::file(&"remt.001".into()), "layout-line", what)
        .effect("It is not in this rendering; lettrage-<contract>.csv has it")
        .remedy("Give the factor these lines another way")
}

/// An identification that is never cut.
fn id(what: &str, value: &str) -> Result<String, String> {
    let value = single_line(value);
    if value.chars().count() > ID_MAX {
        return Err(format!("its {what} {value:?} is longer than {ID_MAX} characters"));
    }
    Ok(escaped(&value))
}

/// A name for people; what does not fit is left out as a whole.
fn name(value: &str) -> String {
    let value = single_line(value);
    if value.is_empty() || value.chars().count() > TEXT_MAX { String::new() } else { format!("<Nm>{}</Nm>", escaped(&value)) }
}

/// A text for people.
fn text(value: &str) -> String {
    escaped(&single_line(value).chars().take(TEXT_MAX).collect::<String>())
}

/// What XML 1.0 allows, escaped.
fn escaped(value: &str) -> String {
    let allowed = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    quick_xml::escape::escape(value.chars().filter(allowed).collect::<String>()).into_owned()
}

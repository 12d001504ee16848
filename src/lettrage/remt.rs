//! ISO 20022 `remt.001.001.05` (RemittanceAdvice): one `RmtInf` a remittance, one `Strd` an item.
//!
//! In each `RmtInf`, the remitted amounts less the credit notes are the amount of the payment. The
//! message has no place for money that goes back: reversals are told, and are in the CSV.

use std::fmt::Write;

use chrono::NaiveDate;

use crate::model::{Account, Contract, Finding, Ledger, LettrageLine, LineKind, Money, Origin};
use crate::text::single_line;

/// Longest identification (`Max35Text`) and text (`Max140Text`) of ISO 20022.
const ID_MAX: usize = 35;
const TEXT_MAX: usize = 140;

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
    for group in lines.chunk_by(|a, b| a.remittance.id == b.remittance.id && a.reverses == b.reverses) {
        match advice(ledger, contract, group) {
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

fn advice(ledger: &Ledger, contract: &Contract, group: &[&LettrageLine]) -> Result<String, String> {
    let line = group[0];
    if line.kind == LineKind::Reversal {
        return Err("it takes an earlier lettrage back, for which the message has no place".to_owned());
    }
    let bank = &line.remittance;
    let currency = bank.amount.currency();
    let ccy = |tag: &str, minor: i64| format!("<{tag} Ccy=\"{currency}\">{}</{tag}>", Money::from_minor(minor, currency));
    let mut out = String::from("<RmtInf>");
    if let Some(code) = &line.code {
        let _ = write!(out, "<RmtId>{}</RmtId>", id("lettrage code", &code.0)?);
    }
    for of_item in group.chunk_by(|a, b| a.invoice == b.invoice) {
        let first = of_item[0];
        let of = |kind: LineKind| of_item.iter().filter(move |l| l.kind == kind).map(|l| l.applied.minor());
        let money: i64 = of_item.iter().map(|l| l.applied.minor()).sum();
        out.push_str("<Strd>");
        let invoice =
            first.invoice.as_ref().and_then(|id| ledger.invoices.iter().find(|i| i.contract == contract.id && i.id == *id));
        if let Some(number) = &first.invoice {
            let kind = if first.kind == LineKind::CreditNote { "CREN" } else { "CINV" };
            let _ = write!(
                out,
                "<RfrdDocInf><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Nb>{}</Nb>",
                id("invoice number", &number.0)?
            );
            if let Some(invoice) = invoice {
                let _ = write!(out, "<RltdDt>{}</RltdDt>", invoice.issue_date);
            }
            out.push_str("</RfrdDocInf>");
        }
        out.push_str("<RfrdDocAmt>");
        if first.kind == LineKind::CreditNote {
            out.push_str(&ccy("CdtNoteAmt", -money));
        } else {
            if let Some(open) = first.open_before {
                out.push_str(&ccy("DuePyblAmt", open.minor()));
            }
            for discount in of(LineKind::Discount) {
                let _ = write!(out, "<DscntApldAmt>{}</DscntApldAmt>", ccy("Amt", -discount));
            }
            for (kind, reason) in [(LineKind::Charges, "CHRG"), (LineKind::Rounding, "ROND")] {
                for adjusted in of(kind) {
                    let sense = if adjusted < 0 { "DBIT" } else { "CRDT" };
                    let amount = ccy("Amt", adjusted.abs());
                    let _ = write!(
                        out,
                        "<AdjstmntAmtAndRsn>{amount}<CdtDbtInd>{sense}</CdtDbtInd><Rsn>{reason}</Rsn></AdjstmntAmtAndRsn>"
                    );
                }
            }
            out.push_str(&ccy("RmtdAmt", money));
        }
        out.push_str("</RfrdDocAmt>");
        if let Some(debtor) = ledger.debtor(&first.debtor) {
            let _ = write!(out, "<Invcee>{}</Invcee>", name(&debtor.name));
        }
        if first.kind == LineKind::OnAccount {
            out.push_str("<AddtlRmtInf>kept on account</AddtlRmtInf>");
        }
        out.push_str("</Strd>");
    }
    let _ = write!(
        out,
        "<Strd><AddtlRmtInf>{}</AddtlRmtInf></Strd>",
        text(&format!(
            "statement {} entry {} booked {} id {}",
            bank.statement_id, bank.entry_reference, bank.booking_date, bank.id
        ))
    );
    let end_to_end = if bank.end_to_end_id.is_empty() { "NOTPROVIDED" } else { &*bank.end_to_end_id };
    let _ = write!(out, "<OrgnlPmtInf><Refs><EndToEndId>{}</EndToEndId>", id("end-to-end id", end_to_end)?);
    if let Ok(reference) = id("bank reference", &bank.bank_reference)
        && !reference.is_empty()
    {
        let _ = write!(out, "<TxId>{reference}</TxId>");
    }
    let _ = write!(out, "</Refs><Amt>{}</Amt>", ccy("InstdAmt", bank.amount.minor()));
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
    let _ = writeln!(out, "<CdtrAcct><Id>{account}</Id></CdtrAcct></OrgnlPmtInf></RmtInf>");
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

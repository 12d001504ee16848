//! Remittances, their lettrage, and decisions, as the state keeps them.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::model::{
    Account, BankLine, Confidence, ContractId, Currency, DebtorId, DecidedItem, Destination, Direction, InvoiceId, LettrageCode,
    LineKind, Money, Reason, Remittance, RemittanceId, Resolution, Settled, SettledLine,
};

/// A remittance as a row. The names of the fields are kept for years.
#[derive(Serialize, Deserialize)]
struct RemittanceRow {
    contract: String,
    account: String,
    statement_id: String,
    entry_reference: String,
    remittance_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    booking_id: Option<String>,
    bank_reference: String,
    end_to_end_id: String,
    booking_date: String,
    value_date: String,
    payer_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payer_account: Option<String>,
    amount: String,
    currency: String,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ultimate_name: Option<String>,
    unstructured: Vec<String>,
    creditor_references: Vec<String>,
    documents: Vec<(String, Option<i64>)>,
    other_texts: Vec<String>,
    cross_border: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bulk_count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rejected: Vec<Vec<String>>,
}

/// Doubts that a remittance can bear from one night to the next.
const DOUBTS: [Reason; 4] = [Reason::TwinSuspected, Reason::ReturnSuspected, Reason::Rejected, Reason::Undone];

/// A debit as a row: the remittance that it would be, turned round.
pub(super) fn booking_text(line: &BankLine) -> serde_json::Result<String> {
    remittance_text(&Remittance {
        line: line.clone(),
        ultimate_name: None,
        unstructured: Vec::new(),
        creditor_references: Vec::new(),
        documents: Vec::new(),
        other_texts: Vec::new(),
        cross_border: false,
        bulk_count: None,
        doubt: None,
        rejected: Vec::new(),
    })
}

/// The debit of a text; `None` when it is none.
pub(super) fn booking(text: &str) -> Option<BankLine> {
    remittance(text).map(|r| BankLine { direction: Direction::Debit, ..r.line })
}

/// The text of a remittance in the state.
pub(super) fn remittance_text(remittance: &Remittance) -> serde_json::Result<String> {
    let line = &remittance.line;
    serde_json::to_string(&RemittanceRow {
        contract: line.contract.to_string(),
        account: line.account.to_string(),
        statement_id: line.statement_id.to_string(),
        entry_reference: line.entry_reference.to_string(),
        remittance_id: line.id.to_string(),
        booking_id: line.booking.as_ref().map(ToString::to_string),
        bank_reference: line.bank_reference.to_string(),
        end_to_end_id: line.end_to_end_id.to_string(),
        booking_date: line.booking_date.to_string(),
        value_date: line.value_date.to_string(),
        payer_name: line.payer_name.to_string(),
        payer_account: line.payer_account.as_ref().map(ToString::to_string),
        amount: line.amount.to_string(),
        currency: line.amount.currency().to_string(),
        text: line.text.to_string(),
        ultimate_name: remittance.ultimate_name.as_deref().map(str::to_owned),
        unstructured: remittance.unstructured.clone(),
        creditor_references: remittance.creditor_references.clone(),
        documents: remittance.documents.clone(),
        other_texts: remittance.other_texts.clone(),
        cross_border: remittance.cross_border,
        bulk_count: remittance.bulk_count,
        doubt: remittance.doubt.map(|d| d.code().to_owned()),
        rejected: remittance.rejected.iter().map(|set| set.iter().map(ToString::to_string).collect()).collect(),
    })
}

/// The remittance of a text; `None` when it is none.
pub(super) fn remittance(text: &str) -> Option<Remittance> {
    let row: RemittanceRow = serde_json::from_str(text).ok()?;
    let shared = |text: &str| -> Arc<str> { text.into() };
    let date = |text: &str| text.parse::<NaiveDate>().ok();
    Some(Remittance {
        line: BankLine {
            contract: ContractId(shared(&row.contract)),
            account: Account::parse(&row.account),
            statement_id: shared(&row.statement_id),
            entry_reference: shared(&row.entry_reference),
            id: RemittanceId(shared(&row.remittance_id)),
            booking: row.booking_id.as_deref().map(|id| RemittanceId(shared(id))),
            bank_reference: shared(&row.bank_reference),
            end_to_end_id: shared(&row.end_to_end_id),
            booking_date: date(&row.booking_date)?,
            value_date: date(&row.value_date)?,
            payer_name: shared(&row.payer_name),
            payer_account: row.payer_account.as_deref().map(Account::parse),
            amount: Money::parse(&row.amount, Currency::parse(&row.currency)?).ok()?,
            direction: Direction::Credit,
            text: shared(&row.text),
        },
        ultimate_name: row.ultimate_name.as_deref().map(shared),
        unstructured: row.unstructured,
        creditor_references: row.creditor_references,
        documents: row.documents,
        other_texts: row.other_texts,
        cross_border: row.cross_border,
        bulk_count: row.bulk_count,
        doubt: row.doubt.and_then(|code| DOUBTS.into_iter().find(|d| d.code() == code)),
        rejected: row.rejected.iter().map(|set| set.iter().map(|id| InvoiceId(shared(id))).collect()).collect(),
    })
}

/// A resolution as the state keeps it. The names are kept for years.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ResolutionRow {
    Confirm { items: Vec<ItemRow> },
    SetAside,
    Reject { sets: Vec<Vec<String>> },
    Undo,
    Refused,
}

#[derive(Serialize, Deserialize)]
struct ItemRow {
    invoice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applied: Option<i64>,
    #[serde(default)]
    discount: i64,
    #[serde(default)]
    charges: i64,
    #[serde(default)]
    rounding: i64,
}

pub(super) fn resolution_text(resolution: &Resolution) -> serde_json::Result<String> {
    let row = match resolution {
        Resolution::SetAside => ResolutionRow::SetAside,
        Resolution::Undo => ResolutionRow::Undo,
        Resolution::Refused => ResolutionRow::Refused,
        Resolution::Reject(sets) => {
            ResolutionRow::Reject { sets: sets.iter().map(|set| set.iter().map(ToString::to_string).collect()).collect() }
        }
        Resolution::Confirm(items) => ResolutionRow::Confirm {
            items: items
                .iter()
                .map(|i| ItemRow {
                    invoice: i.invoice.to_string(),
                    applied: i.applied,
                    discount: i.discount,
                    charges: i.charges,
                    rounding: i.rounding,
                })
                .collect(),
        },
    };
    serde_json::to_string(&row)
}

pub(super) fn resolution(text: &str) -> Option<Resolution> {
    Some(match serde_json::from_str(text).ok()? {
        ResolutionRow::SetAside => Resolution::SetAside,
        ResolutionRow::Undo => Resolution::Undo,
        ResolutionRow::Refused => Resolution::Refused,
        ResolutionRow::Reject { sets } => {
            Resolution::Reject(sets.iter().map(|set| set.iter().map(|id| InvoiceId(id.as_str().into())).collect()).collect())
        }
        ResolutionRow::Confirm { items } => Resolution::Confirm(
            items
                .into_iter()
                .map(|i| DecidedItem {
                    invoice: InvoiceId(i.invoice.into()),
                    applied: i.applied,
                    discount: i.discount,
                    charges: i.charges,
                    rounding: i.rounding,
                })
                .collect(),
        ),
    })
}

/// A line of an earlier lettrage. The names of the fields are kept for years.
#[derive(Serialize, Deserialize)]
struct LineRow {
    code: String,
    debtor: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice: Option<String>,
    applied: i64,
    destination: String,
    confidence: u32,
}

/// A lettered remittance and its lines, as texts.
pub(super) fn settled_text(settled: &Settled) -> serde_json::Result<(String, String)> {
    let rows: Vec<LineRow> = settled
        .lines
        .iter()
        .map(|l| LineRow {
            code: l.code.0.clone(),
            debtor: l.debtor.to_string(),
            kind: l.kind.as_str().to_owned(),
            invoice: l.invoice.as_ref().map(ToString::to_string),
            applied: l.applied,
            destination: l.destination.as_str().to_owned(),
            confidence: l.confidence.0,
        })
        .collect();
    Ok((remittance_text(&settled.remittance)?, serde_json::to_string(&rows)?))
}

/// A lettered remittance; `None` when the texts are none.
pub(super) fn settled(remittance_text: &str, lines: &str) -> Option<Settled> {
    let rows: Vec<LineRow> = serde_json::from_str(lines).ok()?;
    let line = |row: LineRow| {
        Some(SettledLine {
            code: LettrageCode(row.code),
            debtor: DebtorId(row.debtor.into()),
            kind: LineKind::ALL.into_iter().find(|k| k.as_str() == row.kind)?,
            invoice: row.invoice.map(|id| InvoiceId(id.into())),
            applied: row.applied,
            destination: Destination::ALL.into_iter().find(|d| d.as_str() == row.destination)?,
            confidence: Confidence(row.confidence),
        })
    };
    let lines = rows.into_iter().map(line).collect::<Option<Vec<_>>>()?;
    Some(Settled { remittance: remittance(remittance_text)?, lines })
}

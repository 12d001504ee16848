//! Remittances that wait for a person, as the state keeps them.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::model::{Account, BankLine, ContractId, Currency, Direction, Money, Reason, Remittance, RemittanceId};

/// A remittance as a row. The names of the fields are kept for years.
#[derive(Serialize, Deserialize)]
struct Row {
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
}

/// Doubts that a remittance can bear from one night to the next.
const DOUBTS: [Reason; 2] = [Reason::TwinSuspected, Reason::ReturnSuspected];

/// The text of a remittance in the state.
pub(super) fn to_json(remittance: &Remittance) -> serde_json::Result<String> {
    let line = &remittance.line;
    serde_json::to_string(&Row {
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
    })
}

/// The remittance of a text; `None` when it is none.
pub(super) fn from_json(text: &str) -> Option<Remittance> {
    let row: Row = serde_json::from_str(text).ok()?;
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
    })
}

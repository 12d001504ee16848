//! Rows of `contacts.csv`: what came of earlier actions.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::row::{Formats, Row};
use super::table::{ColumnSpec, Table};
use crate::config::LedgerSettings;
use crate::model::{Contact, ContractId, Finding, Invoice, InvoiceId, Origin, Outcome};

/// Items named in one message.
const NAMED_MAX: usize = 10;

const fn column(name: &'static str, required: bool) -> ColumnSpec {
    ColumnSpec { name, required }
}

/// `channel` and `reason` are for the people who keep the file.
pub(super) const COLUMNS: [ColumnSpec; 8] = [
    column("date", true),
    column("invoice_id", true),
    column("outcome", true),
    column("contract_id", false),
    column("channel", false),
    column("level", false),
    column("reason", false),
    column("promised_date", false),
];

/// Reads all rows; returns the good ones, in the order of their days.
pub(super) fn read(settings: &LedgerSettings, table: &Table, findings: &mut Vec<Finding>) -> Vec<Contact> {
    let [date, invoice, outcome, contract, _channel, level, _reason, promised] = COLUMNS.map(|spec| table.column(spec.name));
    let formats = Formats { date: &settings.date_format, decimal: settings.decimal };
    let mut contacts = Vec::new();
    for index in 0..table.height() {
        let mut row = Row { file: &table.file, line: table.line(index), index, formats, findings, good: true };
        row.required(&date, "date");
        let day = row.date(&date, "date");
        let number = row.required(&invoice, "invoice_id").to_owned();
        let word = row.required(&outcome, "outcome").to_owned();
        let found = Outcome::ALL.iter().find(|(name, _)| *name == word).map(|(_, outcome)| *outcome);
        if found.is_none() && !word.is_empty() {
            let known: Vec<&str> = Outcome::ALL.iter().map(|(name, _)| *name).collect();
            let what = format!("expected an outcome among {}, but found {word:?}", known.join(", "));
            row.fault(&outcome, "contact-outcome", what, "Write one of these words");
        }
        let promised_on = row.date(&promised, "promised_date");
        if found == Some(Outcome::Promised) && promised_on.is_none() && row.good {
            let what = "expected the promised date, but found none".to_owned();
            row.fault(&promised, "contact-promise", what, "Write the date in promised_date");
        }
        let (Some(day), Some(outcome), true) = (day, found, row.good) else { continue };
        contacts.push(Contact {
            day,
            invoice: InvoiceId(number.into()),
            contract: row.text(&contract).map(|id| ContractId(id.into())),
            outcome,
            level: row.owned(&level),
            promised_on,
        });
    }
    contacts.sort_by_key(|c| c.day);
    contacts
}

/// Contacts of items that the ledger does not hold: settled meanwhile, or misspelt. They change nothing.
pub(super) fn without_items(table: &Table, contacts: &[Contact], invoices: &[Invoice]) -> Option<Finding> {
    let held: BTreeSet<&InvoiceId> = invoices.iter().map(|i| &i.id).collect();
    let gone: BTreeSet<&InvoiceId> = contacts.iter().map(|c| &c.invoice).filter(|id| !held.contains(id)).collect();
    if gone.is_empty() {
        return None;
    }
    let what = format!(
        "expected items of the ledger, but found contacts of {} that it does not hold: {}",
        gone.len(),
        some(gone.iter().map(ToString::to_string))
    );
    let finding = Finding::info(Origin::file(&table.file), "contact-unknown", what);
    Some(finding.effect("These contacts change nothing").remedy("If such an item is still open, correct its number"))
}

/// Contacts that are probably slips: of days to come, or of a level that the configuration does not have.
#[must_use]
pub fn doubtful(contacts: &[Contact], levels: &BTreeSet<&str>, as_of: NaiveDate) -> Vec<Finding> {
    let origin = || Origin::file(&"contacts".into());
    let to_come: Vec<&Contact> = contacts.iter().filter(|c| c.day > as_of).collect();
    let level = |contact: &Contact| contact.level.clone().filter(|level| !levels.contains(level.as_str()));
    let unknown: Vec<(&Contact, String)> = contacts.iter().filter_map(|c| Some((c, level(c)?))).collect();
    let mut findings = Vec::new();
    if !to_come.is_empty() {
        let named = some(to_come.iter().map(|c| format!("{} on {}", c.invoice, c.day)));
        let what = format!("expected contacts up to {as_of}, but found {} after it: {named}", to_come.len());
        findings.push(
            Finding::warning(origin(), "contact-future", what)
                .effect("They count from their day on")
                .remedy("If a date is a slip, correct it"),
        );
    }
    if !unknown.is_empty() {
        let known: Vec<&str> = levels.iter().copied().collect();
        let named = some(unknown.iter().map(|(c, level)| format!("{level:?} of {}", c.invoice)));
        let what = format!("expected levels among {}, but found {named}", known.join(", "));
        findings.push(
            Finding::warning(origin(), "contact-level", what)
                .effect("These contacts count for the days between two letters, but no level counts as done")
                .remedy("Write the name of the level as in [dunning]"),
        );
    }
    findings
}

/// The first few, for a message.
fn some(all: impl Iterator<Item = String>) -> String {
    let mut named: Vec<String> = all.take(NAMED_MAX + 1).collect();
    let more = if named.len() > NAMED_MAX { ", …" } else { "" };
    named.truncate(NAMED_MAX);
    named.join(", ") + more
}

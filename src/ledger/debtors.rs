//! Rows of the debtors file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::row::{Formats, Row};
use super::table::{ColumnSpec, Table, TextColumn};
use crate::config::LedgerSettings;
use crate::model::{Debtor, DebtorId, Finding, Iban, Limit};

const fn column(name: &'static str, required: bool) -> ColumnSpec {
    ColumnSpec { name, required }
}

pub(super) const COLUMNS: [ColumnSpec; 22] = [
    column("debtor_id", true),
    column("name", true),
    column("aliases", false),
    column("ibans", false),
    column("group_id", false),
    column("siren", false),
    column("vat_number", false),
    column("country", false),
    column("language", false),
    column("email", false),
    column("phone", false),
    column("contact", false),
    column("payment_terms", false),
    column("credit_limit", false),
    column("dunning", false),
    column("insolvent_since", false),
    column("consumer", false),
    column("notified_on", false),
    column("address", false),
    column("credit_limit_until", false),
    column("insured_limit", false),
    column("insured_until", false),
];

/// Reads all rows; returns the good ones.
pub(super) fn read(settings: &LedgerSettings, table: &Table, findings: &mut Vec<Finding>) -> Vec<Debtor> {
    let [
        id,
        name,
        aliases,
        ibans,
        group,
        siren,
        vat,
        country,
        language,
        email,
        phone,
        contact,
        terms,
        limit,
        dunning,
        insolvent,
        consumer,
        notified,
        address,
        limit_until,
        insured,
        insured_until,
    ] = COLUMNS.map(|spec| table.column(spec.name));
    let mut debtors: BTreeMap<DebtorId, (usize, Debtor)> = BTreeMap::new();
    let mut twice: Vec<DebtorId> = Vec::new();
    for index in 0..table.height() {
        let line = table.line(index);
        let formats = Formats { date: &settings.date_format, decimal: settings.decimal };
        let mut row = Row { file: &table.file, line, index, formats, findings, good: true };
        let debtor = Debtor {
            id: DebtorId(row.required(&id, "debtor_id").into()),
            name: row.required(&name, "name").to_owned(),
            aliases: split(row.text(&aliases)).map(str::to_owned).collect(),
            ibans: split(row.text(&ibans))
                .filter_map(|text| {
                    let iban = Iban::parse(text);
                    if iban.is_none() {
                        let what = format!("expected an IBAN with a right check number, but found {text:?}");
                        row.note(&ibans, "debtor-iban", what, "The account is not used");
                    }
                    iban
                })
                .collect(),
            group_id: row.owned(&group),
            siren: row.owned(&siren),
            vat_number: row.owned(&vat),
            country: row.owned(&country),
            language: row.owned(&language),
            email: row.owned(&email),
            phone: row.owned(&phone),
            contact: row.owned(&contact),
            payment_terms: row.owned(&terms),
            credit_limit: Limit::new(row.number(&limit, "credit_limit"), row.spare_date(&limit_until, "credit_limit_until")),
            insured_limit: Limit::new(row.number(&insured, "insured_limit"), row.spare_date(&insured_until, "insured_until")),
            excluded: yes_or_no(&mut row, &dunning, true).is_some_and(|chased| !chased),
            insolvent_since: row.date(&insolvent, "insolvent_since"),
            consumer: yes_or_no(&mut row, &consumer, false).unwrap_or(false),
            notified_on: row.date(&notified, "notified_on"),
            address: split(row.text(&address)).map(str::to_owned).collect(),
        };
        if let Some((first, _)) = debtors.get(&debtor.id) {
            let what = format!("expected the debtor {} once, but found it in line {first} too", debtor.id);
            row.fault(&id, "debtor-duplicate", what, "Keep one row for each debtor");
            twice.push(debtor.id.clone());
        }
        if row.good {
            debtors.insert(debtor.id.clone(), (line, debtor));
        }
    }
    for id in twice {
        if let Some((line, _)) = debtors.remove(&id) {
            let origin = crate::model::Origin::line(&Arc::clone(&table.file), line);
            findings.push(
                Finding::error(
                    origin,
                    "debtor-duplicate",
                    format!("expected the debtor {id} once, but found it again further down"),
                )
                .effect("The row is set aside: which of them is right is not known")
                .remedy("Keep one row for each debtor"),
            );
        }
    }
    debtors.into_values().map(|(_, debtor)| debtor).collect()
}

/// `yes` or `no`, in French too; anything else is told, and counts as `otherwise`.
fn yes_or_no(row: &mut Row<'_, '_>, column: &TextColumn<'_>, otherwise: bool) -> Option<bool> {
    let text = row.text(column)?.to_ascii_lowercase();
    match text.as_str() {
        "yes" | "oui" | "true" | "1" => Some(true),
        "no" | "non" | "false" | "0" => Some(false),
        _ => {
            row.note(column, "debtor-yes-no", format!("expected yes or no, but found {text:?}"), "It is not used");
            Some(otherwise)
        }
    }
}

/// Several values in one field, separated by `|`.
fn split(field: Option<&str>) -> impl Iterator<Item = &str> {
    field.unwrap_or_default().split('|').map(str::trim).filter(|part| !part.is_empty())
}

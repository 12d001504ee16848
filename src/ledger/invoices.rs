//! Rows of the open items.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::row::{Formats, Row};
use super::table::{ColumnSpec, Table, TextColumn};
use super::terms::{DueDates, Terms};
use crate::config::LedgerSettings;
use crate::model::{Contract, ContractId, Currency, Debtor, DebtorId, Finding, Invoice, InvoiceId, Money, Origin, Route};

const NAMES: [&str; 23] = [
    "invoice_id",
    "contract_id",
    "debtor_id",
    "issue_date",
    "due_date",
    "currency",
    "amount",
    "open_amount",
    "assigned_on",
    "financed_amount",
    "order_ref",
    "payment_ref",
    "discount_rate",
    "discount_until",
    "dispute",
    "dispute_since",
    "promise_date",
    "promise_amount",
    "proof",
    "handed_over_on",
    "payment_terms",
    "instalments",
    "route",
];

/// The columns; the contract is required where there are several.
pub(super) fn columns(contracts: &[Contract]) -> Vec<ColumnSpec> {
    let required = ["invoice_id", "debtor_id", "issue_date", "due_date", "amount"];
    NAMES
        .iter()
        .map(|name| ColumnSpec { name, required: required.contains(name) || (*name == "contract_id" && contracts.len() > 1) })
        .collect()
}

/// Reads all rows; returns the good ones, and the numbers of those that are set aside.
pub(super) fn read(
    settings: &LedgerSettings,
    table: &Table,
    contracts: &[Contract],
    debtors: &[Debtor],
    findings: &mut Vec<Finding>,
) -> (Vec<Invoice>, Vec<(ContractId, InvoiceId)>) {
    let [
        id,
        contract_id,
        debtor_id,
        issue,
        due,
        currency,
        amount,
        open,
        assigned,
        financed,
        order,
        payment,
        rate,
        until,
        dispute,
        since,
        promise,
        promised,
        proof,
        handed_over,
        payment_terms,
        instalments,
        route,
    ] = NAMES.map(|name| table.column(name));
    let debtors_by_id: HashMap<&DebtorId, &Debtor> = debtors.iter().map(|d| (&d.id, d)).collect();
    let mut due_dates = DueDates::new(settings.longest_terms.as_deref(), &table.file, findings);
    let formats = Formats { date: &settings.date_format, decimal: settings.decimal };
    let mut seen: HashMap<(ContractId, InvoiceId), (usize, bool)> = HashMap::new();
    let mut invoices: Vec<(usize, Invoice)> = Vec::new();
    for index in 0..table.height() {
        let line = table.line(index);
        let mut row = Row { file: &table.file, line, index, formats, findings, good: true };
        let number = InvoiceId(row.required(&id, "invoice_id").into());
        let contract = match row.text(&contract_id) {
            None if contracts.len() == 1 => contracts.first(),
            None => {
                row.required(&contract_id, "contract_id");
                None
            }
            Some(text) => {
                let found = contracts.iter().find(|c| &*c.id.0 == text);
                if found.is_none() {
                    let ids: Vec<&str> = contracts.iter().map(|c| &*c.id.0).collect();
                    let what = format!("expected a contract of pipeline.toml ({}), but found {text:?}", ids.join(", "));
                    row.fault(&contract_id, "ledger-contract-unknown", what, "Correct the contract, or add it to pipeline.toml");
                }
                found
            }
        };
        let debtor = DebtorId(row.required(&debtor_id, "debtor_id").into());
        if !debtor.0.is_empty() && !debtors_by_id.contains_key(&debtor) {
            let what = format!("expected a debtor of the debtors file, but found {:?}", debtor.0);
            row.fault(&debtor_id, "ledger-debtor-unknown", what, "Add the debtor to the debtors file, or mend its row there");
        }
        let issue_date = row.date(&issue, "issue_date");
        let terms = row.text(&payment_terms).and_then(Terms::read);
        if let (Some(text), None) = (row.text(&payment_terms), terms) {
            let what = format!("expected terms such as \"45 jours fin de mois\", but found {text:?}");
            row.note(&payment_terms, "ledger-terms", what, "The due date of the row counts, if it has one");
        }
        // Where the item has no terms of its own, those of its debtor count.
        let of_debtor = || debtors_by_id.get(&debtor)?.payment_terms.as_deref().and_then(Terms::read);
        let terms = if row.text(&payment_terms).is_none() { of_debtor() } else { terms };
        let declared = row.date(&due, "due_date");
        let computed = terms.filter(|_| row.text(&due).is_none()).zip(issue_date).map(|(terms, issued)| terms.due(issued));
        let due_date = declared.or(computed);
        if row.text(&issue).is_none() {
            row.required(&issue, "issue_date");
        }
        if row.text(&due).is_none() && terms.is_none() {
            row.required(&due, "due_date");
        }
        let of_contract = contract.map_or(Currency::EUR, |c| c.currency);
        if let Some(code) = row.text(&currency)
            && code != of_contract.as_str()
            && contract.is_some()
        {
            let what = format!("expected {of_contract}, the currency of the contract, but found {code:?}");
            row.fault(&currency, "ledger-currency", what, "Move the item to a contract in its currency");
        }
        row.required(&amount, "amount");
        let total = row.money(&amount, "amount", of_contract);
        let still = row.money(&open, "open_amount", of_contract).or_else(|| total.filter(|_| row.text(&open).is_none()));
        if let (Some(total), Some(still)) = (total, still)
            && !is_part(still, total)
        {
            let what = format!("expected an open amount between 0 and {total}, but found {still}");
            row.fault(&open, "ledger-open-amount", what, "Mend the open amount: same sign as the amount, and no more than it");
        }
        let invoice = Invoice {
            id: number.clone(),
            contract: contract.map_or_else(|| ContractId("".into()), |c| c.id.clone()),
            debtor,
            issue_date: issue_date.unwrap_or_default(),
            due_date: due_date.unwrap_or_default(),
            amount: total.unwrap_or(Money::zero(of_contract)),
            open: still.unwrap_or(Money::zero(of_contract)),
            assigned_on: row.date(&assigned, "assigned_on"),
            financed: row.money(&financed, "financed_amount", of_contract),
            order_ref: row.owned(&order),
            payment_ref: row.owned(&payment),
            discount_rate: row.decimal(&rate, "discount_rate"),
            discount_until: row.date(&until, "discount_until"),
            dispute: row.owned(&dispute),
            dispute_since: row.date(&since, "dispute_since"),
            promise_date: row.date(&promise, "promise_date"),
            promise_amount: row.money(&promised, "promise_amount", of_contract),
            proof: documents(row.text(&proof)),
            handed_over_on: row.date(&handed_over, "handed_over_on"),
            route: route_of(&mut row, &route),
            instalments: plan(&mut row, &instalments, total.unwrap_or(Money::zero(of_contract))),
            disagrees: false,
        };
        if invoice.id.0.chars().any(char::is_control) {
            row.fault(
                &id,
                "ledger-value",
                "expected a number of visible characters, but found a control character".to_owned(),
                "Mend it",
            );
        }
        if let Some(financed_minor) = invoice.financed.map(Money::minor)
            && (financed_minor < 0 || financed_minor > invoice.amount.minor().abs())
        {
            let what = format!(
                "expected a financed amount between 0 and {}, but found {}",
                invoice.amount,
                Money::from_minor(financed_minor, of_contract)
            );
            row.fault(&financed, "ledger-financed", what, "Mend the amount that the factor advanced");
        }
        if row.good && invoice.issue_date > invoice.due_date {
            let what =
                format!("expected a due date after the date of issue {}, but found {}", invoice.issue_date, invoice.due_date);
            row.note(&due, "ledger-due-before-issue", what, "The item is used as it is");
        }
        if contract.is_some() && !number.0.is_empty() {
            let first = seen.entry((invoice.contract.clone(), number)).or_insert((line, false));
            if first.0 != line {
                first.1 = true;
                let what = format!(
                    "expected the number {} once in contract {}, but found it in line {} too",
                    invoice.id, invoice.contract, first.0
                );
                row.fault(&id, "ledger-invoice-duplicate", what, "Keep one row for each document");
            }
        }
        if row.good {
            if declared.is_some() && invoice.amount.minor() > 0 {
                let country = debtors_by_id.get(&invoice.debtor).and_then(|d| d.country.as_deref());
                due_dates.look_at(&invoice, terms, country == Some("FR"));
            }
            invoices.push((line, invoice));
        }
    }
    findings.extend(due_dates.findings(&table.file));
    invoices.retain(|(line, invoice)| {
        let key = (invoice.contract.clone(), invoice.id.clone());
        let doubled = seen.get(&key).is_some_and(|(_, doubled)| *doubled);
        if doubled {
            let mut origin = Origin::line(&table.file, *line);
            origin.column = id.position;
            let what = format!(
                "expected the number {} once in contract {}, but found it again further down",
                invoice.id, invoice.contract
            );
            findings.push(
                Finding::error(origin, "ledger-invoice-duplicate", what)
                    .effect("The row is set aside: which of them is right is not known")
                    .remedy("Keep one row for each document"),
            );
        }
        !doubled
    });
    let invoices: Vec<Invoice> = invoices.into_iter().map(|(_, invoice)| invoice).collect();
    for invoice in &invoices {
        seen.remove(&(invoice.contract.clone(), invoice.id.clone()));
    }
    let mut set_aside: Vec<(ContractId, InvoiceId)> = seen.into_keys().collect();
    set_aside.sort();
    (invoices, set_aside)
}

/// The documents that prove an item, separated by `|`; `no` is none.
fn documents(text: Option<&str>) -> Vec<String> {
    let words = text.unwrap_or_default().split('|').map(|word| word.trim().to_lowercase());
    words.filter(|word| !matches!(word.as_str(), "" | "no" | "non" | "0" | "false")).collect()
}

fn route_of(row: &mut Row<'_, '_>, column: &TextColumn<'_>) -> Option<Route> {
    let text = row.text(column)?;
    let found = Route::ALL.into_iter().find(|route| route.as_str() == text);
    if found.is_none() {
        let known: Vec<&str> = Route::ALL.iter().map(|route| route.as_str()).collect();
        row.note(column, "ledger-route", format!("expected one of {}, but found {text:?}", known.join(", ")), "It is not used");
    }
    found
}

/// An instalment plan: `2026-10-15=500.00|2026-11-15=500.00`.
fn plan(row: &mut Row<'_, '_>, column: &TextColumn<'_>, whole: Money) -> Vec<(NaiveDate, Money)> {
    let currency = whole.currency();
    let Some(text) = row.text(column) else { return Vec::new() };
    let one = |part: &str| {
        let (date, amount) = part.split_once('=')?;
        let date = NaiveDate::parse_from_str(date.trim(), row.formats.date).ok()?;
        let amount = Money::parse(&row.with_point(column, amount.trim()), currency).ok()?;
        (amount.minor() > 0).then_some((date, amount))
    };
    let read: Option<Vec<(NaiveDate, Money)>> = text.split('|').map(one).collect();
    let mut plan = read.unwrap_or_else(|| {
        let what = format!("expected instalments such as 2026-10-15=500.00|2026-11-15=500.00, but found {text:?}");
        row.note(column, "ledger-instalments", what, "The plan is not used: the item is chased as if there were none");
        Vec::new()
    });
    plan.sort_unstable_by_key(|(date, _)| *date);
    let planned = Money::from_minor(plan.iter().map(|(_, amount)| amount.minor()).fold(0, i64::saturating_add), currency);
    if planned.minor() > whole.minor() {
        let what = format!("expected instalments of no more than {whole}, the amount of the item, but found {planned}");
        row.note(column, "ledger-instalments", what, "The plan is used: the item is chased later than it should be");
    }
    plan
}

/// Same sign as the whole, and not more of it.
fn is_part(part: Money, whole: Money) -> bool {
    let (part, whole) = (part.minor(), whole.minor());
    part == 0 || (part.signum() == whole.signum() && part.abs() <= whole.abs())
}

//! A FEC as the ledger: unlettered entries of customers' accounts → open items and debtors.
//!
//! The rules. Entries of accounts that begin with `[ledger.fec] account` and are not lettered are added up by
//! customer (`CompAuxNum`, else `CompteNum`) and document (`PieceRef`, or the writing where `document` says so).
//! A number under which several customers have documents is that of none, and is told. A code of small letters is one of a
//! lettering in part: such entries are open. Entries whose writing (`JournalCode` and `EcritureNum`) also
//! moves a bank account are payments, but for those of opening journals (à-nouveaux), in which everything
//! stands in one writing; the others are the document: an invoice where they are debits, a credit note
//! where they are credits. A payment under the number of a document is a part of it that is paid; under
//! another number it is no open item, and is told. A FEC is in euros and has no due dates: the payment terms
//! of `[ledger.fec]` give them.

use std::collections::{BTreeMap, BTreeSet};

use super::LedgerFile;
use super::table::{Raw, refused};
use super::terms::Terms;
use crate::config::LedgerSettings;
use crate::fec::{self, Columns, Documents};
use crate::model::{Currency, Finding, Money, Origin};

/// What is known of a document, in cents.
#[derive(Default)]
struct Document {
    line: usize,
    date: String,
    /// Debits less credits of the document itself.
    amount: i128,
    /// Debits less credits of payments under its number.
    paid: i128,
    /// Not of payments alone.
    has_entry: bool,
}

/// An unlettered entry of a customer.
struct Entry {
    line: usize,
    fields: Vec<String>,
    /// `CompAuxNum`, else `CompteNum`.
    customer: String,
    cents: i64,
    is_payment: bool,
}

/// The open items.
pub(super) fn invoices(settings: &LedgerSettings, file: &LedgerFile) -> Result<Raw, Finding> {
    let columns = columns(file)?;
    if Terms::read(&settings.fec.payment_terms).is_none() {
        let what = format!("expected terms such as \"45 jours fin de mois\", but found {:?}", settings.fec.payment_terms);
        let finding = refused(file, "ledger-terms", what, "Correct payment_terms of [ledger.fec] in pipeline.toml");
        return Err(Finding { origin: Origin::file(&"[ledger.fec]".into()), ..finding });
    }
    let mut raw = raw(&[
        "invoice_id",
        "debtor_id",
        "issue_date",
        "due_date",
        "currency",
        "amount",
        "open_amount",
        "payment_terms",
        "assigned_on",
    ]);
    let mut documents: BTreeMap<(String, String), Document> = BTreeMap::new();
    for entry in entries(settings, &columns, file, &mut raw.notes) {
        let customer = entry.customer.clone();
        let piece = columns.document(&entry.fields, settings.fec.documents);
        if piece.is_empty() && !entry.is_payment {
            raw.notes.push(skipped(
                file,
                entry.line,
                "fec-piece",
                &format!("expected the number of a document ({}), but found none", name_of(settings.fec.documents)),
            ));
            continue;
        }
        let date = columns.piece_date.map(|at| &entry.fields[at]).filter(|date| !date.is_empty());
        let date = date.unwrap_or(&entry.fields[columns.date]).clone();
        let document = documents.entry((customer, piece)).or_insert_with(|| Document { line: entry.line, ..Document::default() });
        if entry.is_payment {
            document.paid += i128::from(entry.cents);
        } else {
            if !document.has_entry {
                (document.line, document.date) = (entry.line, date);
            }
            document.has_entry = true;
            document.amount += i128::from(entry.cents);
        }
    }
    raw.notes.extend(leave_shared(file, settings.fec.documents, &mut documents));
    let mut unapplied: BTreeMap<String, (usize, i128, i128)> = BTreeMap::new();
    for ((customer, piece), document) in documents {
        let open = document.amount + document.paid;
        let same_sense = open.signum() == document.amount.signum() && open.abs() <= document.amount.abs();
        if !document.has_entry || (open != 0 && !same_sense) {
            let of = unapplied.entry(customer).or_insert((document.line, 0, 0));
            let cents = if document.has_entry { open } else { document.paid };
            *(if cents < 0 { &mut of.1 } else { &mut of.2 }) += cents;
            continue;
        }
        if open == 0 {
            continue;
        }
        let day = iso(&document.date);
        let assigned = settings.fec.assigned.then(|| day.clone());
        let values = [
            Some(piece),
            Some(customer),
            Some(day),
            None,
            Some("EUR".to_owned()),
            Some(euros(document.amount).to_string()),
            Some(euros(open).to_string()),
            Some(settings.fec.payment_terms.clone()),
            assigned,
        ];
        for (column, value) in raw.columns.iter_mut().zip(values) {
            column.push(value);
        }
        raw.lines.push(document.line);
    }
    for (customer, (line, credits, debits)) in unapplied.into_iter().filter(|(_, of)| (of.1, of.2) != (0, 0)) {
        let what = format!(
            "expected the payments of {customer} lettered with what they pay, but found credits of {} EUR and debits of {} EUR unlettered under other numbers",
            euros(credits.abs()),
            euros(debits)
        );
        raw.notes.push(
            Finding::warning(Origin::line(&file.name, line), "fec-unapplied", what)
                .effect("They are no open items, and what they pay is open in this ledger")
                .remedy("Letter them in the accounting program, and export the FEC again"),
        );
    }
    Ok(raw)
}

/// Leaves out the documents of numbers that several customers have.
fn leave_shared(file: &LedgerFile, documents: Documents, found: &mut BTreeMap<(String, String), Document>) -> Option<Finding> {
    let mut customers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for ((_, number), document) in found.iter().filter(|(_, document)| document.has_entry) {
        customers.entry(number).or_default().push(document.line);
    }
    let shared: BTreeMap<String, Vec<usize>> =
        customers.into_iter().filter(|(_, lines)| lines.len() > 1).map(|(number, lines)| (number.to_owned(), lines)).collect();
    let (number, lines) = shared.first_key_value()?;
    let (first, last) = (lines.iter().min()?, lines.iter().max()?);
    let name = name_of(documents);
    let what = format!(
        "expected {name} to be the number of one document, but found {number} with {} customers, first in line {first} and last in line {last} ({} such numbers in all)",
        lines.len(),
        shared.len()
    );
    let finding = Finding::error(Origin::line(&file.name, *first), "fec-document", what)
        .effect("The entries of these numbers are set aside: their items are not open in this ledger")
        .remedy("Where PieceRef is no invoice number, set document = \"EcritureNum\" in [ledger.fec] of pipeline.toml; else mend the numbers");
    found.retain(|(_, number), _| !shared.contains_key(number));
    Some(finding)
}

fn name_of(documents: Documents) -> &'static str {
    match documents {
        Documents::Piece => "PieceRef",
        Documents::Writing => "EcritureNum",
    }
}

/// The customers, each once, under the name that it has last.
pub(super) fn debtors(settings: &LedgerSettings, file: &LedgerFile) -> Result<Raw, Finding> {
    let columns = columns(file)?;
    let mut raw = raw(&["debtor_id", "name"]);
    let mut names: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for entry in entries(settings, &columns, file, &mut Vec::new()) {
        let id = entry.customer;
        let given = [columns.customer_name, columns.account_name].into_iter().flatten();
        let name = given.map(|at| entry.fields[at].clone()).find(|name| !name.is_empty());
        names.insert(id.clone(), (entry.line, name.unwrap_or(id)));
    }
    for (id, (line, name)) in names {
        raw.columns[0].push(Some(id));
        raw.columns[1].push(Some(name));
        raw.lines.push(line);
    }
    Ok(raw)
}

fn columns(file: &LedgerFile) -> Result<Columns, Finding> {
    let head = file.bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    fec::columns(head).map_err(|what| refused(file, "ledger-fec", what, "Export the FEC again with its eighteen columns"))
}

fn raw(names: &[&str]) -> Raw {
    Raw {
        header: names.iter().map(|name| (*name).to_owned()).collect(),
        columns: vec![Vec::new(); names.len()],
        typed: vec![true; names.len()],
        lines: Vec::new(),
        notes: Vec::new(),
    }
}

/// The unlettered entries of customers.
fn entries(settings: &LedgerSettings, columns: &Columns, file: &LedgerFile, notes: &mut Vec<Finding>) -> Vec<Entry> {
    let lines = || file.bytes.split(|b| *b == b'\n').enumerate().skip(1);
    let writing = |fields: &[String]| {
        let (journal, number) = columns.writing(fields);
        (journal.to_owned(), number.to_owned())
    };
    let moves_bank: BTreeSet<(String, String)> = lines()
        .filter_map(|(_, line)| columns.fields(line))
        .filter(|fields| settings.fec.bank_accounts.iter().any(|bank| fields[columns.account].starts_with(bank.as_str())))
        .map(|fields| writing(&fields))
        .collect();
    let is_opening = |fields: &[String]| {
        columns
            .journal
            .is_some_and(|at| settings.fec.opening_journals.iter().any(|journal| journal.eq_ignore_ascii_case(&fields[at])))
    };
    let mut entries = Vec::new();
    for (index, text) in lines() {
        let line = index + 1;
        let Some(fields) = columns.fields(text) else {
            if !text.iter().all(u8::is_ascii_whitespace) {
                let what = format!("expected the {} fields of the first line, but found fewer", columns.count);
                notes.push(skipped(file, line, "fec-fields", &what));
            }
            continue;
        };
        let in_part = |code: &str| code.chars().all(char::is_lowercase);
        if !fields[columns.account].starts_with(&settings.fec.account) || !in_part(&fields[columns.code]) {
            continue;
        }
        let own = [&fields[columns.customer], &fields[columns.account]].into_iter().find(|name| !name.is_empty());
        let customer = own.cloned().unwrap_or_default();
        if customer.chars().all(|c| c.is_ascii_digit()) && fields[columns.customer].is_empty() {
            notes.push(skipped(file, line, "fec-customer", "expected a customer (CompAuxNum), but found none"));
            continue;
        }
        let is_payment = !is_opening(&fields) && moves_bank.contains(&writing(&fields));
        if let Some(cents) = columns.cents(&fields) {
            entries.push(Entry { line, fields, customer, cents, is_payment });
        } else {
            let what = "expected a debit or a credit such as 1234,50, but found something else";
            notes.push(skipped(file, line, "fec-amount", what));
        }
    }
    entries
}

/// What no amount may be (more than eighteen digits) stays so: the row is set aside for it.
fn euros(cents: i128) -> Money {
    let bound = if cents < 0 { i64::MIN } else { i64::MAX };
    Money::from_minor(i64::try_from(cents).unwrap_or(bound), Currency::EUR)
}

fn skipped(file: &LedgerFile, line: usize, rule: &'static str, what: &str) -> Finding {
    Finding::error(Origin::line(&file.name, line), rule, what)
        .effect("The entry is set aside")
        .remedy("Mend it in the accounting program, and export the FEC again")
}

/// `20261010` as `2026-10-10`; anything else as it is, to be told by whoever reads it.
fn iso(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..)) {
        (Some(year), Some(month), Some(day)) if date.len() == 8 => format!("{year}-{month}-{day}"),
        _ => date.to_owned(),
    }
}

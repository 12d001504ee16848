//! Ledger bytes → open items and debtors.
//!
//! Tables are read as text columns (`polars` frames), and every value is parsed here, exactly, with
//! its line and column: no library rounds an amount in this program. A row that cannot be trusted is
//! set aside with what depends on it, and told; it never becomes a zero.

mod contacts;
mod debtors;
mod earlier;
mod fec;
mod invoices;
mod row;
mod sheet;
mod table;
mod terms;

use std::sync::Arc;

pub use contacts::doubtful as doubtful_contacts;
pub use earlier::{closed_earlier, take_off_earlier, tell_apart, vanished};

use crate::config::LedgerSettings;
use crate::model::{Assignment, Contact, Contract, Finding, Ledger, Origin};

/// A ledger file in memory.
#[derive(Clone, Debug)]
pub struct LedgerFile {
    /// Its name, for messages; the ending tells the format.
    pub name: Arc<str>,
    /// Its content.
    pub bytes: Arc<[u8]>,
}

/// The files of the ledger.
#[derive(Clone, Debug)]
pub struct LedgerFiles {
    /// The open items.
    pub invoices: LedgerFile,
    /// Those who owe them.
    pub debtors: LedgerFile,
    /// What came of earlier actions, where it is kept.
    pub contacts: Option<LedgerFile>,
}

/// The ledger, and what is wrong with its rows.
#[derive(Debug, Default)]
pub struct LedgerReading {
    /// The rows that can be trusted.
    pub ledger: Ledger,
    /// What came of earlier actions, in the order of the days.
    pub contacts: Vec<Contact>,
    /// Every problem, in the order of the files.
    pub findings: Vec<Finding>,
}

/// Reads open items and debtors.
///
/// # Errors
///
/// A ledger that is no table at all, or lacks a required column: without it, every remittance would
/// be told as unmatched, which is worse than no answer. All such problems are returned together.
pub fn read(settings: &LedgerSettings, contracts: &[Contract], files: &LedgerFiles) -> Result<LedgerReading, Vec<Finding>> {
    let LedgerFiles { invoices, debtors, contacts } = files;
    let unknown = unknown_mappings(settings, &invoices::columns(contracts));
    if !unknown.is_empty() {
        return Err(unknown);
    }
    if contracts.len() > 1 && crate::fec::is_fec(&invoices.bytes) {
        let what = format!(
            "expected a ledger that names the contract of each item, since there are {}, but found a FEC",
            contracts.len()
        );
        let remedy = "Configure one contract for a FEC, or export the open items as a table with the column contract_id";
        return Err(vec![table::refused(invoices, "ledger-fec", what, remedy)]);
    }
    let debtors_table = table::read(settings, debtors, &debtors::COLUMNS, fec::debtors);
    let invoices_table = table::read(settings, invoices, &invoices::columns(contracts), fec::invoices);
    let contacts_table = contacts.as_ref().map(|file| table::read(settings, file, &contacts::COLUMNS, table::no_fec)).transpose();
    let (debtors_table, invoices_table, contacts_table) = match (debtors_table, invoices_table, contacts_table) {
        (Ok(d), Ok(i), Ok(c)) => (d, i, c),
        (d, i, c) => return Err([d.err(), i.err(), c.err()].into_iter().flatten().flatten().collect()),
    };
    let table_name = Arc::clone(&invoices.name);
    let mut findings = Vec::new();
    findings.extend(debtors_table.notes.iter().cloned());
    findings.extend(invoices_table.notes.iter().cloned());
    findings.extend(not_said(contracts, &invoices_table));
    let debtors = debtors::read(settings, &debtors_table, &mut findings);
    let (invoices, set_aside) = invoices::read(settings, &invoices_table, contracts, &debtors, &mut findings);
    if invoices.is_empty() {
        let what = "expected at least one open item that can be trusted, but found none";
        findings.push(
            Finding::error(Origin::file(&table_name), "ledger-empty", what)
                .effect("Nothing was run, and the statements wait: without open items every remittance would be unmatched")
                .remedy("Export the open items again"),
        );
        return Err(findings);
    }
    let contacts = contacts_table.map_or_else(Vec::new, |table| {
        let contacts = contacts::read(settings, &table, &mut findings);
        findings.extend(contacts::without_items(&table, &contacts, &invoices));
        contacts
    });
    let ledger = Ledger { gone: set_aside, ..Ledger::new(invoices, debtors) };
    Ok(LedgerReading { ledger, contacts, findings })
}

/// What an export of open items that tells no day of assignment leaves to be guessed.
fn not_said(contracts: &[Contract], invoices: &table::Table) -> Option<Finding> {
    let by_line = contracts.iter().any(|contract| contract.assignment == Assignment::Line);
    if invoices.has("assigned_on") || !by_line {
        return None;
    }
    let unused = match &invoices.unused[..] {
        [] => "no other column".to_owned(),
        names => format!("these, which are not used: {}", names.join(", ")),
    };
    let what = format!("expected a column assigned_on, the day on which an item was assigned to the factor, but found {unused}");
    Some(
        Finding::warning(Origin::line(&invoices.file, 1), "ledger-not-assigned", what)
            .effect("No item counts as assigned: all money is the client's, and nothing is released to the factor")
            .remedy("Export the column, or map the export's name for it in [ledger.columns]; open_amount and the others are in docs/ledger.md"),
    )
}

/// Columns of `[ledger.columns]` that stand for a column which neither file has.
fn unknown_mappings(settings: &LedgerSettings, invoices: &[table::ColumnSpec]) -> Vec<Finding> {
    let known: Vec<&str> = invoices.iter().chain(&debtors::COLUMNS).chain(&contacts::COLUMNS).map(|spec| spec.name).collect();
    let wrong = settings.columns.iter().filter(|(_, ours)| !known.contains(&ours.as_str()));
    wrong
        .map(|(theirs, ours)| {
            let near = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, ours)).copied().unwrap_or_default();
            let origin = Origin::file(&"[ledger.columns]".into());
            Finding::error(
                origin,
                "ledger-column-unknown",
                format!("expected a column of the ledger for {theirs:?}, but found {ours:?}"),
            )
            .effect("Nothing was run")
            .remedy(format!("Did you mean {near:?}?"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_every_column() {
        let manual = include_str!("../../docs/ledger.md");
        let invoices = invoices::columns(&[]);
        let all = invoices.iter().chain(&debtors::COLUMNS).chain(&contacts::COLUMNS).map(|spec| spec.name);
        let missing: Vec<&str> = all.filter(|name| !manual.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

//! `lettrage-<contract>.csv` and `suggestions.csv`.

use crate::config::LINE_SOURCES;
use crate::model::{LettrageLine, LineKind, Money};
use crate::text::{Csv, single_line};

/// The lettrage of one contract.
#[must_use]
pub fn lettrage_csv<'a>(lines: impl Iterator<Item = &'a LettrageLine>) -> Vec<u8> {
    let mut csv = Csv::new(&LINE_SOURCES);
    for (number, line) in lines.enumerate() {
        csv.row(row(number, line));
    }
    csv.into_bytes()
}

/// The same as JSON Lines: one object a line, all values as text, for machines that read no CSV.
///
/// # Errors
///
/// What `serde_json` refuses; nothing is known to.
pub fn lettrage_jsonl<'a>(lines: impl Iterator<Item = &'a LettrageLine>) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, line) in lines.enumerate() {
        let object: serde_json::Map<String, serde_json::Value> =
            LINE_SOURCES.into_iter().zip(row(number, line)).map(|(name, value)| (name.to_owned(), value.into())).collect();
        serde_json::to_writer(&mut out, &object)?;
        out.push(b'\n');
    }
    Ok(out)
}

/// The values of each line, in the order of the columns.
pub(super) fn rows(lines: &[&LettrageLine]) -> Vec<Vec<String>> {
    lines.iter().enumerate().map(|(number, line)| row(number, line).collect()).collect()
}

fn row(number: usize, line: &LettrageLine) -> impl Iterator<Item = String> {
    let code = line.code.as_ref().map(|c| c.0.clone()).unwrap_or_default();
    [(number + 1).to_string(), code].into_iter().chain(shared(line))
}

/// What a person may confirm, over all contracts.
#[must_use]
pub fn suggestions_csv(lines: &[LettrageLine]) -> Vec<u8> {
    let mut csv = Csv::new(["rank", "line"].iter().chain(&LINE_SOURCES[2..]));
    for (number, line) in lines.iter().enumerate() {
        csv.row([line.rank.to_string(), (number + 1).to_string()].into_iter().chain(shared(line)));
    }
    csv.into_bytes()
}

fn shared(line: &LettrageLine) -> [String; 23] {
    let bank = &line.remittance;
    let money = |m: Option<Money>| m.map_or_else(String::new, |m| m.to_string());
    // Lines of a reversal add up to the money that goes back.
    let sign = if line.kind == LineKind::Reversal { -1 } else { 1 };
    let remittance_amount = Money::from_minor(sign * bank.amount.minor(), bank.amount.currency()).to_string();
    [
        bank.contract.to_string(),
        bank.account.to_string(),
        single_line(&bank.statement_id),
        single_line(&bank.entry_reference),
        bank.id.to_string(),
        single_line(&bank.bank_reference),
        single_line(&bank.end_to_end_id),
        bank.booking_date.to_string(),
        bank.value_date.to_string(),
        single_line(&bank.payer_name),
        bank.payer_account.as_ref().map_or_else(String::new, |a| single_line(a.as_str())),
        remittance_amount,
        bank.amount.currency().to_string(),
        line.debtor.to_string(),
        line.kind.as_str().to_owned(),
        line.invoice.as_ref().map_or_else(String::new, ToString::to_string),
        line.applied.to_string(),
        money(line.open_before),
        money(line.open_after),
        line.destination.as_str().to_owned(),
        line.confidence.to_string(),
        line.evidence.to_string(),
        line.reverses.as_ref().map_or_else(String::new, ToString::to_string),
    ]
}

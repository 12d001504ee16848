//! Real bank files from public projects, against an independent reading of them.
//!
//! `tests/corpus/` holds the files with their licences (`INDEX.tsv`), `REFERENCE.jsonl`, the reading
//! of another program in the form of `inspect --json`, and `EXPECTED.tsv`, what the tests of other
//! projects say of 27 of the files (and a script where they say nothing), as pointers into that form.
//! Where we differ, it is said here. `OUTCOMES.tsv` says of every file what becomes of it.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::project::{assert_kept, lettrage, root};

/// Fields of the reference that hold no value that a program could use, and what we do instead.
fn differs_on_purpose(file: &str, field: &str, reference: &Value) -> bool {
    let text = reference.as_str().unwrap_or_default();
    // Templates and test code instead of values: we give nothing.
    let is_placeholder = text.contains('{');
    // 12345.678 CHF has more decimals than the currency: refused, never rounded.
    let is_sub_cent = file.ends_with("test_transaction.py.embedded1.xml") && field == "amount";
    is_placeholder || is_sub_cent
}

fn inspect(file: &str) -> Vec<Value> {
    let path = root().join("tests/corpus").join(file);
    let output = lettrage().arg("inspect").arg("--json").arg(&path).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn inspect_agrees_with_an_independent_reading() {
    let reference = std::fs::read_to_string(root().join("tests/corpus/REFERENCE.jsonl")).unwrap();
    let mut by_file: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in reference.lines() {
        let statement: Value = serde_json::from_str(line).unwrap();
        by_file.entry(statement["file"].as_str().unwrap().to_owned()).or_default().push(statement);
    }
    assert!(by_file.len() >= 100, "files went missing: {}", by_file.len());
    let mut wrong = Vec::new();
    for (file, expected) in &by_file {
        let found = inspect(file);
        if found.len() != expected.len() {
            wrong.push(format!("{file}: expected {} statements, but found {}", expected.len(), found.len()));
            continue;
        }
        for (expected, found) in expected.iter().zip(&found) {
            compare(file, "", expected, found, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every field of the reference; fields that it leaves out are free.
fn compare(file: &str, path: &str, expected: &Value, found: &Value, wrong: &mut Vec<String>) {
    for (field, value) in expected.as_object().unwrap() {
        let path = format!("{path}/{field}");
        if field == "file" || differs_on_purpose(file, field, value) {
            continue;
        }
        let Some(found) = found.get(field) else {
            wrong.push(format!("{file}{path}: expected {value}, but found nothing"));
            continue;
        };
        match (value, found) {
            (Value::Array(expected), Value::Array(found)) if expected.iter().all(Value::is_object) => {
                if expected.len() == found.len() {
                    for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                        compare(file, &format!("{path}[{index}]"), expected, found, wrong);
                    }
                } else {
                    wrong.push(format!("{file}{path}: expected {} of them, but found {}", expected.len(), found.len()));
                }
            }
            _ if !same(value, found) => wrong.push(format!("{file}{path}: expected {value}, but found {found}")),
            _ => {}
        }
    }
}

/// Equal as texts, or as numbers: the reference keeps the decimals of the file, we those of the currency.
fn same(expected: &Value, found: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::String(text) => Decimal::from_str(text).ok(),
        Value::Number(number) => Decimal::from_str(&number.to_string()).ok(),
        _ => None,
    };
    expected == found || number(expected).is_some_and(|e| number(found) == Some(e))
}

#[test]
fn a_file_that_cannot_be_read_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.xml");
    std::fs::write(&bad, "<Document>").unwrap();
    let good = root().join("samples/exact-reference/inbox/ST-001.xml");
    let output = lettrage().arg("inspect").arg("--json").arg(&bad).arg(&good).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1, "one line on standard error");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
}

/// Where `EXPECTED.tsv` says otherwise, and why we are right. Each row of these files and fields
/// differs; a row that agrees after all fails the test.
const DIFFERS: &[(&str, &str, &str)] = &[
    (
        "xkikeg+okane/iso_camt.xml",
        "/0/entries/3/booking_date",
        "the ledger of the peer writes the value date first; the file says BookgDt",
    ),
    ("xkikeg+okane/iso_camt.xml", "/0/entries/3/value_date", "the same"),
    ("xkikeg+okane/iso_camt.xml", "/0/entries/6/booking_date", "the same"),
    ("xkikeg+okane/iso_camt.xml", "/0/entries/6/value_date", "the same"),
    ("xkikeg+okane/iso_camt.xml", "/0/entries/7/booking_date", "the same"),
    ("xkikeg+okane/iso_camt.xml", "/0/entries/7/value_date", "the same"),
    (
        "genkgo+camt/camt054.v4.xml",
        "/0/entries/0/transactions/0/counterparty_name",
        "the transaction is CRDT inside a DBIT entry; the counterparty of a credit is its debtor",
    ),
    ("genkgo+camt/camt054.v4.xml", "/0/entries/0/transactions/1/counterparty_name", "the same"),
    ("genkgo+camt/camt054.v4.xml", "/0/entries/0/transactions/2/counterparty_name", "the same"),
    (
        "moov-io+iso20022/FI_camt_053_sample.xml.xml",
        "/0/entries/0/transactions/0/amount",
        "the transaction gives no amount; that of the entry stands on the entry",
    ),
    (
        "darko-mijic+iso-20022-camt-053-parser/ISO20022_camt053_extended_SE_incoming_payments_incl_CB_example.xml",
        "/0/entries/0/transactions/0/amount",
        "the same",
    ),
    (
        "darko-mijic+iso-20022-camt-053-parser/ISO20022_camt053_extended_SE_incoming_payments_incl_CB_example.xml",
        "/0/entries/1/transactions/0/amount",
        "the same",
    ),
    (
        "darko-mijic+iso-20022-camt-053-parser/ISO20022_camt053_extended_SE_incoming_payments_incl_CB_example.xml",
        "/0/entries/2/transactions/0/amount",
        "the same",
    ),
    ("howeyc+ledger/sample.xml", "/0/entries/1/transactions/0/amount", "the same"),
    ("Subite-eu+camt-to-coda/2024-07-22.xml", "/0/created", "the statement has no CreDtTm; that of the header is the message's"),
    ("Subite-eu+camt-to-coda/2024-07-22.xml", "/1/created", "the same"),
];

#[test]
fn inspect_agrees_with_what_other_projects_expect() {
    let table = std::fs::read_to_string(root().join("tests/corpus/EXPECTED.tsv")).unwrap();
    let mut read: BTreeMap<String, Value> = BTreeMap::new();
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in table.lines().skip(1) {
        let [file, pointer, expected, kind] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        rows += 1;
        let statements = read.entry(file.to_owned()).or_insert_with(|| Value::Array(inspect(file)));
        let found = match pointer.strip_suffix("/#") {
            Some(list) => Value::from(statements.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)),
            None => statements.pointer(pointer).cloned().unwrap_or(Value::Null),
        };
        let differs = DIFFERS.iter().any(|(f, p, _)| *f == file && *p == pointer);
        if agrees(expected, kind, &found) == differs {
            wrong.push(format!("{file}{pointer}: expected {expected:?}, but found {found}"));
        }
    }
    assert!(rows > 2_000, "rows went missing: {rows}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Equal as numbers, as days, or as texts whose white space does not count.
fn agrees(expected: &str, kind: &str, found: &Value) -> bool {
    let text = match found {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    match kind {
        "number" if !expected.is_empty() => Decimal::from_str(expected).ok() == Decimal::from_str(&text).ok(),
        "date" => expected.get(..10) == text.get(..10),
        _ => words(expected) == words(&text),
    }
}

#[test]
fn every_bank_file_is_read_or_refused_with_a_reason() {
    let index = std::fs::read_to_string(root().join("tests/corpus/INDEX.tsv")).unwrap();
    let column = index.lines().next().unwrap().split('\t').position(|c| c == "file" || c == "path").unwrap_or(0);
    let mut told = "file\tstatements\tentries\trules\n".to_owned();
    for row in index.lines().skip(1) {
        let file = row.split('\t').nth(column).unwrap();
        let bytes = std::fs::read(root().join("tests/corpus").join(file)).unwrap();
        let (mut statements, mut entries, mut rules) = (0, 0, std::collections::BTreeSet::new());
        for reading in lettrage::camt::read_all(&lettrage::shell::unpack(&file.into(), bytes).unwrap()) {
            match reading {
                Ok(reading) => {
                    let faults = reading.statements.iter().flat_map(|s| &s.faults).chain(&reading.findings);
                    rules.extend(faults.map(|f| f.rule));
                    statements += reading.statements.len();
                    entries += reading.statements.iter().map(|s| s.statement.entries.len()).sum::<usize>();
                }
                Err(finding) => {
                    rules.insert(finding.rule);
                }
            }
        }
        let rules = rules.into_iter().collect::<Vec<_>>().join(" ");
        assert!(statements > 0 || !rules.is_empty(), "{file} is neither read nor refused");
        told += &[file, &statements.to_string(), &entries.to_string(), &rules].join("\t");
        told.push('\n');
    }
    assert_kept("tests/corpus/OUTCOMES.tsv", &told);
}

//! Real bank files from public projects, against an independent reading of them.
//!
//! `tests/corpus/` holds the files with their licences (`INDEX.tsv`) and `REFERENCE.jsonl`, the
//! reading of another program in the form of `inspect --json`. Where we differ, it is said here.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::project::{lettrage, root};

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

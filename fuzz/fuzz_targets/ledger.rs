//! Any bytes as open items and debtors (in one input, apart at a line of `%%`): no panic, and what is
//! not told as wrong is there.
#![no_main]

use std::sync::LazyLock;

use lettrage::config::{self, Settings};
use lettrage::ledger::{self, LedgerFile, LedgerFiles};
use libfuzzer_sys::fuzz_target;

static SETTINGS: LazyLock<Settings> =
    LazyLock::new(|| config::read(&"pipeline.toml".into(), include_str!("../../samples/exact-reference/pipeline.toml")).unwrap());

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.windows(4).position(|w| w == b"\n%%\n").unwrap_or(bytes.len());
    let file = |name: &str, bytes: &[u8]| LedgerFile { name: name.into(), bytes: bytes.into() };
    let files = LedgerFiles {
        invoices: file("invoices.csv", &bytes[..at]),
        debtors: file("debtors.csv", bytes.get(at + 4..).unwrap_or_default()),
        contacts: None,
    };
    match ledger::read(&SETTINGS.ledger, &SETTINGS.contracts, &files) {
        Ok(reading) => assert!(reading.ledger.invoices.len() <= bytes.len()),
        Err(findings) => assert!(!findings.is_empty()),
    }
});

//! A night in memory: one contract, one debtor, a few open items.

use lettrage::config;
use lettrage::ledger::{LedgerFile, LedgerFiles};
use lettrage::model::{BankFile, History};
use lettrage::pipeline::{self, Night, NightInput};

pub const ACCOUNT: &str = "FR7630006000011234567890189";

const SETTINGS: &str = r#"
[inbox]
settle = "0s"

[ledger]
invoices = "invoices.csv"
debtors  = "debtors.csv"

[[contracts]]
id      = "CT01"
factor  = "Factor SA"
kind    = "mandate"
account = "FR7630006000011234567890189"
"#;

/// The night of 2026-10-05 on these bank files, with more of `pipeline.toml` and these open items
/// of SARL Dupont: number and amount.
pub fn night(more_settings: &str, items: &[(&str, &str)], statements: &[BankFile]) -> Night {
    let mut invoices = "invoice_id,debtor_id,issue_date,due_date,amount,assigned_on\n".to_owned();
    for (number, amount) in items {
        invoices.push_str(&[number, "D1", "2026-09-01", "2026-10-01", amount, "2026-09-02"].join(","));
        invoices.push('\n');
    }
    let file = |name: &str, text: &str| LedgerFile { name: name.into(), bytes: text.as_bytes().into() };
    let settings = config::read(&"pipeline.toml".into(), &format!("{SETTINGS}{more_settings}")).unwrap();
    let ledger = LedgerFiles {
        invoices: file("invoices.csv", &invoices),
        debtors: file("debtors.csv", "debtor_id,name\nD1,SARL Dupont\n"),
        contacts: None,
    };
    let input = NightInput {
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 10, 5).unwrap(),
        settings: &settings,
        reading: pipeline::read(&settings, statements, &ledger).unwrap(),
        findings: Vec::new(),
        history: History::default(),
    };
    pipeline::night(input, &|_| {}).unwrap()
}

/// Rules of the findings of a night, in order, each once.
pub fn rules(night: &Night) -> Vec<&'static str> {
    let rules: std::collections::BTreeSet<&str> = night.findings.iter().map(|f| f.rule).collect();
    rules.into_iter().collect()
}

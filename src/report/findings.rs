//! `findings.csv`.

use crate::model::Finding;
use crate::text::{Csv, single_line};

/// Every problem of the data, in the order of files and lines.
#[must_use]
pub fn findings_csv(findings: &[Finding]) -> Vec<u8> {
    let mut csv = Csv::new(&["severity", "rule", "file", "line", "column", "message"]);
    for finding in findings {
        let place = |number: usize| if number == 0 { String::new() } else { number.to_string() };
        csv.row([
            finding.severity.as_str().to_owned(),
            finding.rule.to_owned(),
            single_line(&finding.origin.file),
            place(finding.origin.line),
            place(finding.origin.column),
            single_line(&finding.message()),
        ]);
    }
    csv.into_bytes()
}

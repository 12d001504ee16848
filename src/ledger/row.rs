//! One row of a table, read field by field; the row is good when no field was faulty.

use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::table::TextColumn;
use crate::model::{Currency, Finding, Money, Origin, Severity};

/// How values that are not typed are written in the file.
#[derive(Clone, Copy)]
pub(super) struct Formats<'a> {
    pub date: &'a str,
    pub decimal: char,
}

/// A row being read.
pub(super) struct Row<'a, 'f> {
    pub file: &'a Arc<str>,
    pub line: usize,
    pub index: usize,
    pub formats: Formats<'a>,
    pub findings: &'f mut Vec<Finding>,
    pub good: bool,
}

impl Row<'_, '_> {
    /// Sets the row aside, with the reason.
    pub(super) fn fault(&mut self, column: &TextColumn<'_>, rule: &'static str, what: String, remedy: &str) {
        self.good = false;
        let origin = Origin { file: Arc::clone(self.file), line: self.line, column: column.position };
        self.findings.push(Finding::error(origin, rule, what).effect("The row is set aside").remedy(remedy));
    }

    /// Notes something without setting the row aside.
    pub(super) fn note(&mut self, column: &TextColumn<'_>, rule: &'static str, what: String, effect: &str) {
        let origin = Origin { file: Arc::clone(self.file), line: self.line, column: column.position };
        self.findings.push(Finding::warning(origin, rule, what).effect(effect).remedy("Correct it where the export is made"));
    }

    pub(super) fn text<'c>(&self, column: &TextColumn<'c>) -> Option<&'c str> {
        column.values[self.index]
    }

    pub(super) fn owned(&self, column: &TextColumn<'_>) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    pub(super) fn required<'c>(&mut self, column: &TextColumn<'c>, name: &str) -> &'c str {
        self.text(column).unwrap_or_else(|| {
            self.fault(column, "ledger-value-missing", format!("expected a value for {name}, but found none"), "Fill it in");
            ""
        })
    }

    pub(super) fn date(&mut self, column: &TextColumn<'_>, name: &str) -> Option<NaiveDate> {
        let text = self.text(column)?;
        let pattern = if column.typed { "%Y-%m-%d" } else { self.formats.date };
        let date = NaiveDate::parse_from_str(text.get(..10).filter(|_| column.typed).unwrap_or(text), pattern).ok();
        if date.is_none() {
            let what = format!("expected {name} as {pattern}, but found {text:?}");
            self.fault(column, "ledger-date", what, "Mend the date, or set date_format in [ledger]");
        }
        date
    }

    /// A date that the row can do without: one that cannot be read is told, and not used.
    pub(super) fn spare_date(&mut self, column: &TextColumn<'_>, name: &str) -> Option<NaiveDate> {
        let (good, told) = (self.good, self.findings.len());
        let date = self.date(column, name);
        self.good = good;
        for finding in &mut self.findings[told..] {
            *finding = Finding { severity: Severity::Warning, ..finding.clone() }.effect("It is not used");
        }
        date
    }

    pub(super) fn money(&mut self, column: &TextColumn<'_>, name: &str, currency: Currency) -> Option<Money> {
        let text = self.text(column)?;
        match Money::parse(&self.with_point(column, text), currency) {
            Ok(money) => Some(money),
            Err(fault) => {
                let example = format!("1234{}50", if column.typed { '.' } else { self.formats.decimal });
                let what = format!("expected {name} in {currency} such as {example}, but found {text:?}: {fault}");
                self.fault(column, "ledger-amount", what, "Mend the amount, or set decimal in [ledger]");
                None
            }
        }
    }

    pub(super) fn decimal(&mut self, column: &TextColumn<'_>, name: &str) -> Option<Decimal> {
        let text = self.text(column)?;
        let read = Decimal::from_str(&self.with_point(column, text))
            .ok()
            .filter(|d| !d.is_sign_negative() && *d <= Decimal::ONE_HUNDRED);
        if read.is_none() {
            let what = format!("expected {name} as a percentage from 0 to 100, but found {text:?}");
            self.fault(column, "ledger-percentage", what, "Mend the value");
        }
        read
    }

    /// A number that is not negative.
    pub(super) fn number(&mut self, column: &TextColumn<'_>, name: &str) -> Option<Decimal> {
        let text = self.text(column)?;
        let read = Decimal::from_str(&self.with_point(column, text)).ok().filter(|d| !d.is_sign_negative());
        if read.is_none() {
            let what = format!("expected {name} as a number that is not negative, but found {text:?}");
            self.note(column, "ledger-number", what, "It is not used");
        }
        read
    }

    /// The number with a point: a point where a comma is configured is no decimal sign.
    pub(super) fn with_point(&self, column: &TextColumn<'_>, text: &str) -> String {
        if column.typed || self.formats.decimal == '.' {
            text.to_owned()
        } else {
            text.replace('.', "?").replace(self.formats.decimal, ".")
        }
    }
}

//! One row of a table, read field by field; the row is good when no field was faulty.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::table::TextColumn;
use crate::model::{Currency, Finding, Money, Origin, Severity};

/// Years that a ledger may hold; 26 is none of them.
const YEARS: RangeInclusive<i32> = 1900..=2199;

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
        let read =
            |text: &str, pattern: &str| NaiveDate::parse_from_str(text, pattern).ok().filter(|date| YEARS.contains(&date.year()));
        // A sheet may hold dates and texts in one column.
        let of_sheet = || read(text.get(..10).unwrap_or(text), "%Y-%m-%d");
        let own = self.formats.date;
        let date = if column.typed { of_sheet().or_else(|| read(text, own)) } else { read(text, own) };
        if date.is_none() {
            let short = own.contains("%Y") && read(text, &own.replace("%Y", "%y")).is_some();
            let remedy = if short {
                format!("Write the year with four digits, or set date_format = {:?} in [ledger]", own.replace("%Y", "%y"))
            } else {
                "Mend the date, or set date_format in [ledger]".to_owned()
            };
            self.fault(column, "ledger-date", format!("expected {name} as {own}, but found {text:?}"), &remedy);
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
        let plain = without_signs(text, self.formats.decimal, currency);
        let as_written = || Money::parse(&self.point_for(&plain), currency);
        let read = if column.typed { Money::parse(&plain, currency).or_else(|_| as_written()) } else { as_written() };
        match read {
            Ok(money) => Some(money),
            Err(fault) => {
                let cents = if currency.decimals() == 0 { String::new() } else { format!("{}50", self.formats.decimal) };
                let example = format!("1234{cents}");
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
        if column.typed { text.to_owned() } else { self.point_for(text) }
    }

    fn point_for(&self, text: &str) -> String {
        if self.formats.decimal == '.' { text.to_owned() } else { text.replace('.', "?").replace(self.formats.decimal, ".") }
    }
}

/// An amount without the blanks between its thousands and without its currency: "1 234,50 €". Blanks elsewhere stay, so
/// that it is refused.
fn without_signs(text: &str, decimal: char, currency: Currency) -> String {
    let signs: &[&str] = if currency == Currency::EUR { &["€", "EUR"] } else { &[currency.as_str()] };
    let is_blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}');
    let bare = signs.iter().find_map(|sign| text.strip_suffix(sign)).unwrap_or(text).trim_end_matches(is_blank);
    let end = bare.find(decimal).unwrap_or(bare.len());
    let (whole, fraction) = bare.split_at(end);
    let mut groups = whole.trim_start_matches('-').split(is_blank);
    let is_first = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
    if is_first && groups.all(|group| group.len() == 3) && whole.contains(is_blank) {
        whole.chars().filter(|c| !is_blank(*c)).chain(fraction.chars()).collect()
    } else {
        bare.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_between_thousands_and_the_currency_are_no_part_of_an_amount() {
        let plain = |text: &str| without_signs(text, ',', Currency::EUR);
        assert_eq!(plain("1 200,00"), "1200,00");
        assert_eq!(plain("-1\u{202f}234\u{a0}567,80 €"), "-1234567,80");
        assert_eq!(plain("12,50 EUR"), "12,50");
        for kept in ["12 00,00", "1  200,00", "1200 00,00", "1 2000", "1200,0 0", "12,50 USD", "1234.5"] {
            assert_eq!(plain(kept), kept);
        }
    }
}

//! `[late_payment]`: interest and indemnity for late payment. One part for the stage `dunning`.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::reader::{Document, Section};

/// Rates of a half-year, in percent a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HalfYear {
    /// 1 January or 1 July.
    pub from: NaiveDate,
    /// Reference rate (main refinancing rate of the ECB) on that day.
    pub reference: Decimal,
    /// Legal interest rate for professionals (taux de l'intérêt légal).
    pub legal: Decimal,
    /// Where the figures are from.
    pub source: String,
}

/// Which rate is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// The reference rate plus ten points (code de commerce, art. L441-10 II): what holds when the terms
    /// of sale say nothing.
    ReferencePlusTen,
    /// What the terms of sale say, in percent; not below three times the legal rate.
    Contractual(Decimal),
}

/// `[late_payment]`.
#[derive(Clone, Debug)]
pub struct LatePaymentSettings {
    /// Which rate is claimed.
    pub rate: Rate,
    /// Days of the year: 365, or 366 in leap years is not settled law; 365 by default.
    pub days_of_year: i64,
    /// Flat indemnity for recovery costs, once an item (art. D441-5), in euros.
    pub indemnity: Decimal,
    /// Known half-years, in order.
    pub rates: Vec<HalfYear>,
}

impl LatePaymentSettings {
    /// The rates of the half-year that holds a day; `None` when the table does not have it.
    #[must_use]
    pub fn of(&self, day: NaiveDate) -> Option<&HalfYear> {
        let from = half_year(day);
        self.rates.iter().find(|r| r.from == from)
    }
}

/// First day of the half-year that holds a day.
#[must_use]
pub fn half_year(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year(), if day.month() < 7 { 1 } else { 7 }, 1).unwrap_or(day)
}

pub(super) fn read(root: &mut Section<'_>) -> LatePaymentSettings {
    let mut rates = built_in();
    let mut section = root.section("late_payment");
    let text = section.text("rate", "reference+10");
    let rate = if text == "reference+10" {
        Rate::ReferencePlusTen
    } else {
        match text.parse::<Decimal>() {
            Ok(percent) if percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED => Rate::Contractual(percent),
            _ => {
                let what = format!(
                    "expected \"reference+10\", or the percent of the terms of sale such as \"12.00\", but found {text:?}"
                );
                section.problem("rate", "config-rate", what);
                Rate::ReferencePlusTen
            }
        }
    };
    let days_of_year = section.days("days_of_year", 365).max(1);
    let indemnity = section.amount("indemnity", "40.00");
    for own in half_years(section.sections("rates")) {
        rates.retain(|r| r.from != own.from);
        rates.push(own);
    }
    rates.sort_by_key(|r| r.from);
    section.finish();
    LatePaymentSettings { rate, days_of_year, indemnity, rates }
}

/// The table that comes with the program.
fn built_in() -> Vec<HalfYear> {
    let name: Arc<str> = "rates.toml".into();
    let Ok(document) = Document::parse(&name, include_str!("rates.toml")) else { return Vec::new() };
    let mut root = document.root();
    half_years(root.sections("rates"))
}

fn half_years(sections: Vec<Section<'_>>) -> Vec<HalfYear> {
    let mut found = Vec::new();
    for mut section in sections {
        let text = section.required_text("from");
        let from = text.parse::<NaiveDate>().ok().filter(|day| half_year(*day) == *day);
        if from.is_none() {
            let what = format!("expected the first day of a half-year such as \"2027-01-01\", but found {text:?}");
            section.problem("from", "config-date", what);
        }
        let (reference, legal) = (section.amount("reference", "0.00"), section.amount("legal", "0.00"));
        let source = section.required_text("source");
        section.finish();
        found.extend(from.map(|from| HalfYear { from, reference, legal, source }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::built_in;

    #[test]
    fn the_table_has_every_half_year_from_2022_to_2026() {
        let rates = built_in();
        assert_eq!(rates.len(), 10);
        assert!(rates.windows(2).all(|w| w[0].from < w[1].from));
        assert!(rates.iter().all(|r| !r.source.is_empty()));
    }
}

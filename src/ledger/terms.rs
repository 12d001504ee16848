//! Payment terms as invoices print them → due dates, and what the law allows.
//!
//! Code de commerce, art. L441-10 I: at most sixty days after the invoice, or forty-five days end of
//! month where that was agreed. "45 days end of month" is counted in two ways, both tolerated: the days,
//! then the end of that month; or the end of the month of the invoice, then the days. The order of the
//! words says which is meant. Trades with a cap of their own (art. L441-11) name it as `longest_terms`.

use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::model::{Finding, Invoice, Origin};

/// Days that the law allows from the invoice on.
const DAYS_MAX: u64 = 60;
/// Days that it allows with the end of a month.
const END_OF_MONTH_DAYS_MAX: u64 = 45;
/// Days that any term may name.
const NAMED_MAX: u64 = 366;

/// When an invoice is due, counted from its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    days: u64,
    end: End,
    /// On that day of a month, the next one.
    on_day: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    None,
    /// The days, then the end of that month.
    After,
    /// The end of the month of the invoice, then the days.
    Before,
}

impl Terms {
    /// Reads terms such as `30 jours`, `45 jours fin de mois`, `end of month 45`, `60 days net`, `30 j fdm
    /// le 10`, `comptant`; `None` for what is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        let mut terms = Self { days: 0, end: End::None, on_day: None };
        let (mut said, mut has_days) = (false, false);
        let mut words = split_numbers(&spaced).into_iter().peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                "le" | "on" => {
                    let _ = words.next_if(|w| w == "the");
                    let day = words.peek().and_then(|w| w.parse::<u32>().ok()).filter(|d| (1..=31).contains(d));
                    if let Some(day) = day {
                        terms.on_day = Some(day);
                        said = true;
                        words.next();
                    }
                }
                "fin" | "end" | "eom" | "fdm" => {
                    terms.end = if has_days { End::After } else { End::Before };
                    said = true;
                }
                "comptant" | "receipt" | "reception" | "réception" | "immediate" | "immédiat" => said = true,
                "jours" | "jour" | "j" | "days" | "day" | "d" | "net" | "nets" | "de" | "of" | "the" | "mois" | "month" | "à"
                | "a" | "due" | "upon" | "date" | "facture" | "invoice" | "from" | "th" | "st" | "nd" | "rd" | "paiement"
                | "payment" => {}
                number => {
                    let days = number.parse::<u64>().ok().filter(|d| *d <= NAMED_MAX && !has_days)?;
                    (terms.days, has_days, said) = (days, true, true);
                }
            }
        }
        said.then_some(terms)
    }

    /// When an invoice of that day is due.
    pub(super) fn due(self, issued: NaiveDate) -> NaiveDate {
        let due = match self.end {
            End::None => issued + Days::new(self.days),
            End::After => end_of_month(issued + Days::new(self.days)),
            End::Before => end_of_month(issued) + Days::new(self.days),
        };
        self.on_day.map_or(due, |day| next_day(due, day))
    }
}

/// What due dates of a file are not as their terms or the law have them: told once, with some of them.
#[derive(Default)]
pub(super) struct DueDates {
    /// The cap of the trade, and how it is written.
    cap: Option<(Terms, String)>,
    other_than_terms: Vec<String>,
    late: Vec<String>,
}

/// Items named in one message.
const TOLD_MAX: usize = 5;

impl DueDates {
    /// Under the cap of the trade where one is configured; one that cannot be read is told.
    pub(super) fn new(longest: Option<&str>, file: &Arc<str>, findings: &mut Vec<Finding>) -> Self {
        let cap = longest.and_then(|text| Some((Terms::read(text)?, text.to_owned())));
        if let (Some(text), None) = (longest, &cap) {
            let what = format!("expected longest_terms in [ledger] such as \"30 jours\", but found {text:?}");
            findings.push(
                Finding::warning(Origin::file(file), "ledger-terms", what)
                    .effect("Due dates are held against the general cap")
                    .remedy("Write the terms as an invoice prints them"),
            );
        }
        Self { cap, ..Self::default() }
    }

    /// Holds a declared due date against its terms and the law. The law is that of a debtor in France.
    pub(super) fn look_at(&mut self, invoice: &Invoice, terms: Option<Terms>, in_france: bool) {
        let (issued, due) = (invoice.issue_date, invoice.due_date);
        if let Some(terms) = terms.filter(|terms| terms.due(issued) != due) {
            self.other_than_terms.push(format!("{} (due {due}, by its terms {})", invoice.id, terms.due(issued)));
        }
        let latest = self.cap.as_ref().map_or_else(|| latest_allowed(issued), |(cap, _)| cap.due(issued));
        if in_france && due > latest {
            self.late.push(format!("{} (of {issued}, due {due})", invoice.id));
        }
    }

    /// What is to be told of the file.
    pub(super) fn findings(self, file: &Arc<str>) -> Vec<Finding> {
        let told = |rule, expected: &str, found: &[String], effect: &str, remedy: &str| {
            let more = if found.len() > TOLD_MAX { ", …" } else { "" };
            let some = found.iter().take(TOLD_MAX).cloned().collect::<Vec<_>>().join(", ");
            let what = format!("expected {expected}, but found {} others: {some}{more}", found.len());
            (!found.is_empty()).then(|| Finding::warning(Origin::file(file), rule, what).effect(effect).remedy(remedy))
        };
        let terms = told(
            "ledger-due-terms",
            "due dates as the terms of payment have them",
            &self.other_than_terms,
            "The due dates of the export count",
            "Correct due_date or payment_terms of these items",
        );
        let (cap, remedy) = match &self.cap {
            Some((_, cap)) => (
                format!("due dates within {cap}, the cap of the trade ([ledger] longest_terms; code de commerce, art. L441-11)"),
                "Check these terms",
            ),
            None => (
                "due dates within 60 days of the invoice or 45 days end of month (code de commerce, art. L441-10 I)".to_owned(),
                "Check these terms. If the trade has a cap of its own (art. L441-11), name it as longest_terms in [ledger]",
            ),
        };
        let law = told("ledger-due-late", &cap, &self.late, "The due dates of the export count", remedy);
        terms.into_iter().chain(law).collect()
    }
}

/// The last day that the law allows for an invoice, however the end of the month is counted.
fn latest_allowed(issued: NaiveDate) -> NaiveDate {
    let days = Days::new(END_OF_MONTH_DAYS_MAX);
    (issued + Days::new(DAYS_MAX)).max(end_of_month(issued + days)).max(end_of_month(issued) + days)
}

/// Words, and numbers apart from letters that stick to them: `30j` is `30 j`.
fn split_numbers(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        words.extend(letters.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()).map(|run| run.iter().collect::<String>()));
    }
    words
}

fn end_of_month(day: NaiveDate) -> NaiveDate {
    let first = day.with_day(1).unwrap_or(day);
    (first + Months::new(1)).pred_opt().unwrap_or(day)
}

/// The next such day of a month, that day itself included; the last one of a shorter month.
fn next_day(from: NaiveDate, day: u32) -> NaiveDate {
    let in_month = |month: NaiveDate| month.with_day(day).unwrap_or_else(|| end_of_month(month));
    let own = in_month(from.with_day(1).unwrap_or(from));
    if own >= from { own } else { in_month(from.with_day(1).unwrap_or(from) + Months::new(1)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(terms: &str, issued: &str) -> Option<String> {
        Some(Terms::read(terms)?.due(issued.parse().unwrap()).to_string())
    }

    #[test]
    fn terms_as_invoices_print_them() {
        let told = [
            ("30 jours", "2026-01-31", "2026-03-02"),
            ("30j", "2026-11-01", "2026-12-01"),
            ("60 days net", "2026-12-15", "2027-02-13"),
            ("45 jours fin de mois", "2026-01-20", "2026-03-31"),
            ("fin de mois 45 jours", "2026-01-20", "2026-03-17"),
            ("end of month 45", "2026-01-20", "2026-03-17"),
            ("30 jours fin de mois le 10", "2026-01-20", "2026-03-10"),
            ("30 days, on the 10th", "2026-01-05", "2026-02-10"),
            ("30 J FDM", "2024-01-31", "2024-03-31"),
            ("le 31", "2026-02-03", "2026-02-28"),
            ("comptant", "2026-11-20", "2026-11-20"),
            ("à réception de facture", "2026-11-20", "2026-11-20"),
        ];
        for (terms, issued, wanted) in told {
            assert_eq!(due(terms, issued).as_deref(), Some(wanted), "{terms} from {issued}");
        }
        for none in ["", "selon accord", "30 ou 45 jours", "9999 jours", "net"] {
            assert_eq!(Terms::read(none), None, "{none}");
        }
    }

    #[test]
    fn the_law_allows_the_later_of_its_ways() {
        // Sixty days: 31 March; forty-five days end of month: 31 March; end of month and forty-five days: 17 March.
        assert_eq!(latest_allowed("2026-01-30".parse().unwrap()).to_string(), "2026-03-31");
        assert_eq!(latest_allowed("2026-01-01".parse().unwrap()).to_string(), "2026-03-17");
        assert_eq!(latest_allowed("2026-04-20".parse().unwrap()).to_string(), "2026-06-30");
    }
}

//! What a text says besides the numbers of documents: amounts, days and months.

use chrono::{Datelike, Days, NaiveDate};

use super::super::book::Book;
use super::super::foreign::DOCUMENT_WORDS;
use super::super::weights;
use super::super::words::{Gap, Token, line_goes_on};
use super::Owed;
use crate::model::Remittance;

/// The months as payers write them, at home and abroad.
const MONTHS: [(&str, u32); 64] = [
    ("JANVIER", 1),
    ("JANV", 1),
    ("FEVRIER", 2),
    ("FEVR", 2),
    ("MARS", 3),
    ("AVRIL", 4),
    ("AVR", 4),
    ("MAI", 5),
    ("JUIN", 6),
    ("JUILLET", 7),
    ("JUIL", 7),
    ("AOUT", 8),
    ("SEPTEMBRE", 9),
    ("SEPT", 9),
    ("OCTOBRE", 10),
    ("OCT", 10),
    ("NOVEMBRE", 11),
    ("NOV", 11),
    ("DECEMBRE", 12),
    ("JAN", 1),
    ("FEV", 2),
    ("AOU", 8),
    ("SEP", 9),
    ("OCTO", 10),
    ("NOVE", 11),
    ("DEC", 12),
    ("DECE", 12),
    ("JANUAR", 1),
    ("FEBRUAR", 2),
    ("MAERZ", 3),
    ("MARZ", 3),
    ("JUNI", 6),
    ("JULI", 7),
    ("OKTOBER", 10),
    ("DEZEMBER", 12),
    ("JANUARY", 1),
    ("FEBRUARY", 2),
    ("MARCH", 3),
    ("APRIL", 4),
    ("MAY", 5),
    ("JUNE", 6),
    ("JULY", 7),
    ("AUGUST", 8),
    ("SEPTEMBER", 9),
    ("OCTOBER", 10),
    ("NOVEMBER", 11),
    ("DECEMBER", 12),
    ("ENERO", 1),
    ("FEBRERO", 2),
    ("MARZO", 3),
    ("ABRIL", 4),
    ("MAYO", 5),
    ("JUNIO", 6),
    ("JULIO", 7),
    ("AGOSTO", 8),
    ("SEPTIEMBRE", 9),
    ("OCTUBRE", 10),
    ("NOVIEMBRE", 11),
    ("DICIEMBRE", 12),
    ("GENNAIO", 1),
    ("FEBBRAIO", 2),
    ("MAGGIO", 5),
    ("GIUGNO", 6),
    ("LUGLIO", 7),
];
/// Tokens before a day among which such a word stands: "facture n° … du".
const DOCUMENT_WORDS_BEFORE: usize = 3;
/// Behind these, four digits may be a month and its year.
const MONTHLY_WORDS: [&str; 4] = ["FACTURES", "FACT", "RELEVE", "MOIS"];
/// The word for a month.
const MONTH: &str = "MOIS";
/// What is billed for a month may be issued so many days before it.
const BILLED_BEFORE_DAYS: u64 = 12;
/// Years of two digits that a text may mean behind a month.
const SHORT_YEARS: std::ops::RangeInclusive<i32> = 2_020..=2_039;
/// Years that a text may mean.
const YEARS: std::ops::RangeInclusive<i32> = 1_990..=2_099;

/// Days and months that a text names.
#[derive(Default)]
pub(super) struct Times {
    days: Vec<Day>,
    periods: Vec<Period>,
    /// These are what is billed for: "abonnement août".
    are_billed: bool,
}

/// A month, with its year where the text gives it, or all days from one to another.
#[derive(Clone, Copy)]
enum Period {
    Month(u32, Option<i32>),
    Days(NaiveDate, NaiveDate),
}

impl Period {
    fn holds(self, date: NaiveDate) -> bool {
        match self {
            Self::Month(month, year) => date.month() == month && year.is_none_or(|year| date.year() == year),
            Self::Days(from, to) => (from..=to).contains(&date),
        }
    }
}

struct Day {
    date: NaiveDate,
    /// "Facture du …".
    is_of_document: bool,
}

/// How well what a text says of time fits some items.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timely {
    /// They were issued, or are due, in a month that it names.
    Month,
    /// On a day that it names.
    Day,
    /// On the day that it gives as the document's.
    OfDocument,
}

impl Times {
    /// Of the tokens of a text.
    pub(super) fn of(tokens: &[Token<'_>]) -> Self {
        let is_billed = |token: &Token<'_>| weights::PERIOD_WORDS.contains(&token.text);
        let mut times = Self { are_billed: tokens.iter().any(is_billed), ..Self::default() };
        let mut behind_day = 0;
        for (at, token) in tokens.iter().enumerate() {
            if at < behind_day {
                continue;
            }
            if let Some((from, to)) = days(tokens, at) {
                times.periods.push(Period::Days(from, to));
                behind_day = at + 7;
            } else if let Some(date) = tokens.get(at..at + 3).and_then(day) {
                let before = &tokens[at.saturating_sub(DOCUMENT_WORDS_BEFORE)..at];
                times.days.push(Day { date, is_of_document: before.iter().any(|t| DOCUMENT_WORDS.contains(&t.text)) });
                behind_day = at + 3;
            } else if let Some((month, year)) = month(tokens, at) {
                times.periods.push(Period::Month(month, year));
            } else if let Some((_, month)) = MONTHS.iter().find(|(name, _)| *name == token.text) {
                times.periods.push(Period::Month(*month, tokens.get(at + 1).and_then(|next| year(next.text))));
            }
        }
        times
    }

    /// Of some items, those that were issued, and those that are due, in each period that it names; of a month that it gives
    /// without its year, all must be of one year.
    pub(super) fn sets<'t>(&'t self, book: &'t Book<'_>, own: &'t [Owed]) -> impl Iterator<Item = Vec<Owed>> + 't {
        let dates = [&book.issued, &book.due];
        self.periods.iter().flat_map(move |period| dates.map(|dates| (*period, dates))).filter_map(move |(period, dates)| {
            let date = |item: &u32| dates[*item as usize];
            let of_period: Vec<Owed> = own.iter().filter(|(item, _)| period.holds(date(item))).copied().collect();
            let is_of_year = |first: u32| of_period.iter().all(|(item, _)| date(item).year() == date(&first).year());
            let is_one = matches!(period, Period::Days(..)) || of_period.first().is_some_and(|(first, _)| is_of_year(*first));
            is_one.then_some(of_period)
        })
    }

    /// Whether it names any month, or days from one to another.
    pub(super) fn name_periods(&self) -> bool {
        !self.periods.is_empty()
    }

    /// Whether it gives the day of a document, and some of these items were issued on no such day; or days from one to
    /// another, and they are not all of these; or a month, and the only one of them was not issued, and is not due, in it.
    pub(super) fn speak_against(&self, book: &Book<'_>, items: &(impl ExactSizeIterator<Item = u32> + Clone)) -> bool {
        let gives_day = self.days.iter().any(|day| day.is_of_document);
        let of_day = |item| self.days.iter().any(|day| day.is_of_document && day.date == book.issued[item as usize]);
        let is_told = |period: &Period| items.len() == 1 || matches!(period, Period::Days(..));
        gives_day && !items.clone().all(of_day) || self.periods.iter().any(is_told) && self.fit(book, items).is_none()
    }

    /// How well these items fit all of them.
    pub(super) fn fit(&self, book: &Book<'_>, items: &(impl Iterator<Item = u32> + Clone)) -> Option<Timely> {
        let dates = |item: u32| [book.issued[item as usize], book.due[item as usize]];
        let of_document = |day: &Day| day.is_of_document && items.clone().all(|item| dates(item)[0] == day.date);
        let on_day = |day: &Day| items.clone().all(|item| dates(item).contains(&day.date));
        // All issued in it, or all due. What is billed for a month is issued in it, or shortly before.
        let in_period = |period: &Period| {
            let is_in = |date: NaiveDate| period.holds(date);
            let all = |is: &dyn Fn([NaiveDate; 2]) -> bool| items.clone().all(|item| is(dates(item)));
            let is_soon = |[issued, due]: [NaiveDate; 2]| is_in(due) && is_in(issued + Days::new(BILLED_BEFORE_DAYS));
            all(&|[issued, _]| is_in(issued)) || if self.are_billed { all(&is_soon) } else { all(&|[_, due]| is_in(due)) }
        };
        if self.days.iter().any(of_document) {
            Some(Timely::OfDocument)
        } else if self.days.iter().any(on_day) {
            Some(Timely::Day)
        } else {
            self.periods.iter().any(in_period).then_some(Timely::Month)
        }
    }
}

/// Days from one to another, from a token on: `12/04/2026 AU 30/04/2026`.
fn days(tokens: &[Token<'_>], at: usize) -> Option<(NaiveDate, NaiveDate)> {
    let joint = tokens.get(at + 3).filter(|joint| matches!(joint.text, "AU" | "A" | "ET"))?;
    let is_said = joint.text == "AU" || at > 0 && matches!(tokens[at - 1].text, "DU" | "ENTRE" | "LE");
    let (from, to) = (day(tokens.get(at..at + 3)?)?, day(tokens.get(at + 4..at + 7)?)?);
    (is_said && from <= to).then_some((from, to))
}

/// A day written in three tokens: `12/04/2026`, `12.04.26`, `2026-04-12`.
fn day(tokens: &[Token<'_>]) -> Option<NaiveDate> {
    let [first, second, third] = tokens else { return None };
    let is_sign = |gap: Gap| matches!(gap, Gap::Narrow | Gap::Cut);
    let month: u32 = second.text.parse().ok().filter(|_| second.text.len() <= 2)?;
    if !is_sign(second.gap) || !is_sign(third.gap) {
        return None;
    }
    let day = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 2);
    match (first.text.len(), third.text.len()) {
        (1 | 2, 2 | 4) => NaiveDate::from_ymd_opt(year(third.text)?, month, day(first.text)?),
        (4, 1 | 2) => NaiveDate::from_ymd_opt(year(first.text)?, month, day(third.text)?),
        _ => None,
    }
}

/// A month written in digits: `11/2026`, `10-26`, `MOIS 07`, `FACTURES 0426`.
fn month(tokens: &[Token<'_>], at: usize) -> Option<(u32, Option<i32>)> {
    let both = tokens[at].text.split_at_checked(2).filter(|_| tokens[at].text.len() == 4);
    let is_called = at > 0 && tokens[at].gap == Gap::Blank && MONTHLY_WORDS.contains(&tokens[at - 1].text);
    if let Some((month, own_year)) = both.filter(|_| is_called) {
        let month = month.parse().ok().filter(|month| (1..=12).contains(month))?;
        return Some((month, Some(year(own_year).filter(|year| SHORT_YEARS.contains(year))?)));
    }
    let number = |token: &Token<'_>| token.text.parse::<u32>().ok().filter(|n| token.text.len() <= 2 && (1..=12).contains(n));
    let next = tokens.get(at + 1)?;
    if tokens[at].text == MONTH {
        return Some((
            number(next)?,
            tokens.get(at + 2).filter(|third| third.gap == Gap::Narrow).and_then(|third| year(third.text)),
        ));
    }
    let is_part = |token: Option<&Token<'_>>| token.is_some_and(|token| token.gap == Gap::Narrow && token.has_digit());
    let begins = at == 0 || tokens[at].gap != Gap::Narrow && tokens[at - 1].text != MONTH;
    let is_year = |year: &i32| next.text.len() == 4 || SHORT_YEARS.contains(year);
    let year = year(next.text).filter(is_year).filter(|_| next.gap == Gap::Narrow && begins && !is_part(tokens.get(at + 2)))?;
    Some((number(&tokens[at])?, Some(year)))
}

/// A year of four digits or two.
fn year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(year).filter(|year| YEARS.contains(year)),
        2 => Some(2_000 + year),
        _ => None,
    }
}

/// Behind an amount, in whole units or with cents.
pub(super) const CURRENCY_WORDS: [&str; 3] = ["EUR", "EUROS", "EURO"];

/// The amounts that the unstructured text states, in hundredths: with two decimals, `45,00`, `1 234.56`, `1.234,56`, or whole,
/// `12 EUR`.
pub(super) fn amounts(remittance: &Remittance) -> Vec<i64> {
    let mut text = String::new();
    for line in &remittance.unstructured {
        text.push_str(line);
        if !line_goes_on(line) {
            text.push(' ');
        }
    }
    let mut found = Vec::new();
    for (at, _) in text.match_indices([',', '.']) {
        let (before, after) = (&text[..at], &text.as_bytes()[at + 1..]);
        let decimals = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if decimals != 2 {
            continue;
        }
        let whole = whole_amount(before);
        let cents = std::str::from_utf8(&after[..2]).unwrap_or_default();
        found.extend(format!("{whole}{cents}").parse::<i64>().ok().filter(|_| !whole.is_empty()));
    }
    for (at, _) in text.match_indices(CURRENCY_WORDS[0]) {
        let before = text[..at].trim_end();
        let whole = whole_amount(before);
        // Behind a comma stand cents.
        let is_whole = !before.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with([',', '.']);
        found.extend(format!("{whole}00").parse::<i64>().ok().filter(|_| is_whole && !whole.is_empty()));
    }
    found
}

/// The digits at the end of a text, with those that stand in groups of three before them.
fn whole_amount(text: &str) -> String {
    let digits_before = |text: &str| text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let mut rest = text;
    let mut groups: Vec<&str> = Vec::new();
    loop {
        let count = digits_before(rest);
        let (before, group) = rest.split_at(rest.len() - count);
        groups.push(group);
        // Another group stands before three digits.
        let Some(next) = before.strip_suffix([' ', '.']).filter(|next| count == 3 && (1..=3).contains(&digits_before(next)))
        else {
            break;
        };
        rest = next;
    }
    groups.reverse();
    groups.concat()
}

#[cfg(test)]
mod tests {
    use super::super::super::words::Words;
    use super::*;

    #[test]
    fn days_and_months_are_read_as_payers_write_them() {
        let told = |text: &str| {
            let words = Words::of_text(text);
            let times = Times::of(&words.tokens());
            let days =
                times.days.iter().map(|day| format!("{}{}", day.date, if day.is_of_document { " of a document" } else { "" }));
            let period = |period: &Period| match period {
                Period::Month(month, year) => format!("{month} {year:?}"),
                Period::Days(from, to) => format!("{from} to {to}"),
            };
            days.chain(times.periods.iter().map(period)).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(told("FACTURE DU 04/05/26"), "2026-05-04 of a document");
        assert_eq!(told("ECH 30.06.2026 VIR"), "2026-06-30");
        assert_eq!(told("REGLEMENT 2026-06-30"), "2026-06-30");
        assert_eq!(told("FACTURES DU 04/05/26 AU 27/05/26"), "2026-05-04 to 2026-05-27");
        assert_eq!(told("MAINTENANCE AVRIL 26"), "4 Some(2026)");
        assert_eq!(told("LOYER AOUT"), "8 None");
        assert_eq!(told("FACTURE 11/2026 ET 10-26, MOIS 07"), "11 Some(2026); 10 Some(2026); 7 None");
        assert_eq!(told("05/11/2026 F-11-26 11-26-4 11 2026 11-51 13/2026"), "2026-11-05", "days, numbers, blanks, no month");
        assert_eq!(told("FACTURES 45/13/2026 ET 12 04 2026"), "", "no month 13; blanks are no signs");
    }

    #[test]
    fn an_amount_is_read_with_its_groups() {
        let read = |text: &str| whole_amount(text);
        assert_eq!(read("DEDUCTION 45"), "45");
        assert_eq!(read("MONTANT 1 234"), "1234");
        assert_eq!(read("MONTANT 1.234"), "1234");
        assert_eq!(read("2026/7135 88"), "88");
        assert_eq!(read("CLIENT 4711 120"), "120", "four digits are no group");
    }
}

//! Series of document numbers: what the numbers of a contract's items look like, and what of a text does.

use std::ops::RangeInclusive;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::numbers::{Number, Written, misread};
use super::words::Token;

/// Numbers that are mostly years.
const YEARS: RangeInclusive<u64> = 1_990..=2_099;

/// Documents that are numbered alike: same letters, same length.
#[derive(Clone, Debug)]
struct Series {
    prefix: String,
    digits: usize,
    lowest: u64,
    highest: u64,
}

/// The series of a contract's documents.
pub(super) struct AllSeries {
    plain: Vec<Series>,
    /// Of documents with letters among their digits, such as a check letter at the end: what each looks like.
    lettered: FxHashSet<String>,
}

/// What a number looks like: its first letters, and where behind them it has digits and where letters.
fn shape(alnum: &str, prefix_len: usize) -> String {
    let class = |c: char| if c.is_ascii_digit() { '9' } else { 'A' };
    alnum[..prefix_len].chars().chain(alnum[prefix_len..].chars().map(class)).collect()
}

/// The lowest and the highest number of documents with the same letters and as many digits.
type Ranges<'a> = FxHashMap<(&'a str, usize), (u64, u64)>;

fn widened<'a>(mut ranges: Ranges<'a>, (series, (low, high)): ((&'a str, usize), (u64, u64))) -> Ranges<'a> {
    let range = ranges.entry(series).or_insert((low, high));
    *range = (range.0.min(low), range.1.max(high));
    ranges
}

impl AllSeries {
    /// Of the documents with these numbers.
    pub(super) fn of(numbers: &[Number]) -> Self {
        let numbered = numbers.par_iter().filter_map(|number| {
            let value = number.digits().parse::<u64>().ok()?;
            Some(((number.prefix(), number.digits().len()), (value, value)))
        });
        let ranges = numbered.fold(Ranges::default, widened).reduce(Ranges::default, |a, b| b.into_iter().fold(a, widened));
        let all = ranges.into_iter();
        let mut series: Vec<Series> = all
            .map(|((prefix, digits), (lowest, highest))| Series { prefix: prefix.to_owned(), digits, lowest, highest })
            .collect();
        series.sort_by(|a, b| (&a.prefix, a.digits).cmp(&(&b.prefix, b.digits)));
        let lettered = numbers.par_iter().filter(|number| number.has_letters_behind());
        let lettered = lettered.map(|number| shape(&number.alnum, number.prefix().len())).collect();
        Self { plain: series, lettered }
    }

    /// Whether a number could be a document of one of the series: same letters, same length, and not further from
    /// the numbers seen than these are from one another.
    pub(super) fn may_hold(&self, number: &Written<'_>) -> bool {
        let Ok(value) = number.digits.parse::<u64>() else { return false };
        self.plain.iter().any(|s| {
            let span = s.highest - s.lowest;
            s.digits == number.digits.len()
                && number.digits.len() >= 5
                && (s.prefix == number.prefix() || (number.prefix().is_empty() || !self.have_letters(number.prefix())))
                && value >= s.lowest.saturating_sub(span)
                && value <= s.highest.saturating_add(span)
        })
    }

    /// Whether a number looks like a document with letters among its digits.
    pub(super) fn may_hold_lettered(&self, number: &Written<'_>) -> bool {
        !self.lettered.is_empty() && self.lettered.contains(&shape(number.alnum, number.prefix_len))
    }

    /// Whether a number of four digits lies among those of a series: it says less than a longer one, and the
    /// years of our time say nothing.
    pub(super) fn may_hold_short(&self, number: &Written<'_>) -> bool {
        let Ok(value) = number.digits.parse::<u64>() else { return false };
        let holds = |s: &Series| s.digits == 4 && s.prefix == number.prefix() && (s.lowest..=s.highest).contains(&value);
        number.digits.len() == 4 && !YEARS.contains(&value) && self.plain.iter().any(holds)
    }

    /// Whether it is several numbers of a series without letters, and nothing between them.
    pub(super) fn are_glued_in(&self, number: &Written<'_>) -> bool {
        let digits = &*number.digits;
        let of_series = |s: &&Series| s.prefix.is_empty() && digits.len() > s.digits && digits.len().is_multiple_of(s.digits);
        number.prefix_len == 0
            && self.plain.iter().filter(of_series).any(|s| {
                let mut values = (0..digits.len()).step_by(s.digits).map(|at| digits[at..at + s.digits].parse::<u64>());
                s.digits >= 5 && values.all(|value| value.is_ok_and(|value| (s.lowest..=s.highest).contains(&value)))
            })
    }

    /// Whether the numbers of a series begin with these letters.
    pub(super) fn have_letters(&self, prefix: &str) -> bool {
        self.plain.iter().any(|s| s.prefix == prefix)
    }

    /// The letters of series that stand behind others: `FACTFA` ends with `FA`.
    pub(super) fn letters_behind(&self, prefix: &str) -> impl Iterator<Item = &str> {
        let behind = move |letters: &&str| !letters.is_empty() && prefix.len() > letters.len() && prefix.ends_with(*letters);
        self.plain.iter().map(|s| s.prefix.as_str()).filter(behind)
    }

    /// The token with which a number begins, and the word glued to it: letters of a series are part of the
    /// number.
    pub(super) fn beginning<'t>(&self, tokens: &[Token<'t>], from: usize, number: &Written<'_>) -> (usize, &'t str) {
        if number.prefix_len == 0 || self.have_letters(number.prefix()) {
            return (from, "");
        }
        let first = (from..tokens.len()).find(|at| tokens[*at].has_digit()).unwrap_or(from);
        (first, tokens[first].text.trim_end_matches(|c: char| c.is_ascii_digit()))
    }

    /// Reads a number of a text. Its digits begin with the first digit, or with a letter misread for
    /// one behind the letters of a series: `INVO004104` is `INV` and `0004104`.
    pub(super) fn read<'t>(&self, alnum: &'t str) -> Written<'t> {
        let first_digit = alnum.find(|c: char| c.is_ascii_digit()).unwrap_or(alnum.len());
        let letters = &alnum[..first_digit];
        let misread_from = letters.trim_end_matches(|c| misread(c).is_some()).len();
        let begins = if misread_from < first_digit
            && !self.have_letters(letters)
            && misread_from > 0
            && self.have_letters(&letters[..misread_from])
        {
            misread_from
        } else {
            first_digit
        };
        Written::new(alnum, begins)
    }

    /// Digits that all numbers of that document's series have in common.
    pub(super) fn shared_front(&self, own: &Number) -> usize {
        let series = self.plain.iter().find(|s| s.prefix == own.prefix() && s.digits == own.digits().len());
        series.map_or(0, |s| {
            let (low, high) =
                (format!("{:0width$}", s.lowest, width = s.digits), format!("{:0width$}", s.highest, width = s.digits));
            low.bytes().zip(high.bytes()).take_while(|(l, h)| l == h).count()
        })
    }
}

//! Numbers of documents that are known though the ledger does not have them: earlier nights closed them, or their row was
//! set aside. Who gives one pays no other for it.

use rustc_hash::FxHashMap;

use super::super::foreign;
use super::super::numbers::Number;
use super::super::words::Token;
use super::{Citation, JOINED_MAX, NUMBER_BYTES_MAX, ReferenceIndex, hash, stands_alone};
use crate::model::Evidence;

/// Characters of a reference without letters, from which it is known wherever it stands.
const SURE_BYTES_MIN: usize = 6;
/// Digits of a number that is given without its letters.
const DIGITS_MIN: usize = 5;

/// What is known of them.
#[derive(Default)]
pub(super) struct Closed {
    /// Each by its place among them.
    whole: FxHashMap<u64, usize>,
    /// Of the longer ones, their digits without zeros in front.
    digits: FxHashMap<u64, usize>,
}

impl Closed {
    pub(super) fn of(numbers: &[Number]) -> Self {
        // Of those of one number, the first.
        let numbered = || numbers.iter().enumerate().rev();
        let long = numbered().filter(|(_, number)| number.significant().len() >= DIGITS_MIN);
        Self {
            whole: numbered().map(|(at, number)| (hash(&number.alnum), at)).collect(),
            digits: long.map(|(at, number)| (hash(number.significant()), at)).collect(),
        }
    }
}

/// Whether a citation gives the whole reference.
pub(super) fn is_whole(kind: Evidence) -> bool {
    matches!(kind, Evidence::RefExact | Evidence::RefStructured | Evidence::CreditorRef | Evidence::OrderRef)
}

impl ReferenceIndex<'_> {
    /// Where the text gives such a reference, and none of an open item: tokens from, to.
    pub(in super::super) fn closed_places(&self, tokens: &[Token<'_>], citations: &[Citation]) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        if self.closed.whole.is_empty() {
            return places;
        }
        let is_open = |from: usize, to: usize| citations.iter().any(|c| is_whole(c.kind) && c.from < to && from < c.to);
        let mut from = 0;
        while from < tokens.len() {
            let place = self.closed_at(tokens, from).filter(|to| !is_open(from, *to));
            places.extend(place.map(|to| (from, to)));
            from = place.unwrap_or(from + 1);
        }
        places
    }

    /// Where such a reference ends that begins with a token: the longest.
    fn closed_at(&self, tokens: &[Token<'_>], from: usize) -> Option<usize> {
        let (mut joined, mut found) = (String::new(), None);
        for to in from + 1..=(from + JOINED_MAX).min(tokens.len()) {
            let token = &tokens[to - 1];
            joined.push_str(token.text);
            if to > from + 1 && !token.gap.joins() || joined.len() > NUMBER_BYTES_MAX {
                break;
            }
            if token.has_digit() && self.closed_number(&joined, tokens, (from, to)).is_some() {
                found = Some(to);
            }
        }
        found
    }

    /// The one of them that stands from one token to another, by its place among them.
    pub(in super::super) fn closed_between(&self, tokens: &[Token<'_>], (from, to): (usize, usize)) -> Option<usize> {
        let joined: String = tokens[from..to].iter().map(|token| token.text).collect();
        self.closed_number(&joined, tokens, (from, to))
    }

    fn closed_number(&self, joined: &str, tokens: &[Token<'_>], (from, to): (usize, usize)) -> Option<usize> {
        let number = self.series.read(joined);
        let beginning = self.series.beginning(tokens, from, &number);
        if let Some(at) = self.closed.whole.get(&hash(joined)) {
            let is_sure = joined.len() >= SURE_BYTES_MIN || joined.bytes().any(|byte| byte.is_ascii_alphabetic());
            let is_meant = is_sure || !foreign::is_of_another(tokens, beginning) && stands_alone(tokens, (from, to));
            return is_meant.then_some(*at);
        }
        let is_of_series = !number.prefix().is_empty() && self.series.have_letters(number.prefix());
        let is_meant = number.is_numeric() && !is_of_series && number.significant().len() >= DIGITS_MIN;
        let at = self.closed.digits.get(&hash(number.significant())).filter(|_| is_meant)?;
        (!foreign::is_foreign(tokens, beginning)).then_some(*at)
    }
}

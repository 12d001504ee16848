//! Lists of numbers: those of which only the ends stand in the text, and what of a list was not read.

use std::borrow::Cow;

use super::super::foreign;
use super::super::numbers::Number;
use super::super::weights;
use super::super::words::{Gap, Token};
use super::{Citation, JOINED_TO_ONE_MAX, NUMBER_WORDS, ReferenceIndex, covered};
use crate::model::Evidence;

/// Words between two numbers of a list: "et n°".
const SIBLING_WORDS_MAX: usize = 2;
/// Digits with which numbers of one series begin.
const FRONT_DIGITS: usize = 3;

impl ReferenceIndex<'_> {
    /// A list where the front of the number stands once: `FA2026-1001/1002/1003`, the first of which may be `closed`.
    pub(super) fn siblings(&self, tokens: &[Token<'_>], closed: &[(usize, usize)], found: &mut Vec<Citation>) {
        let mut ends: Vec<(usize, i64, u32)> =
            found.iter().filter(|c| c.weight >= 500).map(|c| (c.to, c.weight, c.item)).collect();
        if ends.is_empty() && closed.is_empty() {
            return;
        }
        ends.sort_unstable();
        let mut ends = ends.chunk_by(|a, b| a.0 == b.0).filter_map(|of_token| of_token.last()).peekable();
        let mut whole: Option<(usize, Cow<'_, str>)> = None;
        for at in 0..tokens.len() {
            if let Some((_, _, item)) = ends.next_if(|(to, ..)| *to == at + 1) {
                whole = Some((at, Cow::Borrowed(&self.number(*item).alnum)));
                continue;
            }
            if let Some((from, to)) = closed.iter().find(|(_, to)| *to == at + 1) {
                let number = tokens[*from..*to].iter().map(|token| token.text).collect();
                whole = Some((at, Cow::Owned(number)));
                continue;
            }
            let Some((last, model)) = &mut whole else { continue };
            let is_between = |token: &Token<'_>| NUMBER_WORDS.contains(&token.text) || is_list_word(token.text);
            let follows = (*last + 1..=*last + SIBLING_WORDS_MAX + 1).contains(&at)
                && tokens[*last + 1..at].iter().all(is_between)
                && !foreign::is_in_date(tokens, at);
            let Some((text, to)) = follows.then(|| whole_token(tokens, at)) else { continue };
            if text.len() >= model.len() || !is_end_like(&text, model) {
                continue;
            }
            let sibling = format!("{}{text}", &model[..model.len() - text.len()]);
            for (item, source) in self.sources(&sibling) {
                if source == Evidence::RefExact && *self.number(item).alnum == *sibling {
                    let weight = weights::citation(self.weights, Evidence::RefSuffix, text.len(), 0).max(300) + 400;
                    found.push(Citation { from: at, to, item, kind: Evidence::RefSuffix, weight });
                    *last = to - 1;
                }
            }
        }
    }

    /// Whether a list of numbers goes on with one that names none of the items that are `used`: a part of it was not
    /// read.
    pub(in super::super) fn has_unread<'c>(
        &self,
        tokens: &[Token<'_>],
        citations: impl Iterator<Item = &'c Citation> + Clone,
        used: impl Fn(u32) -> bool,
    ) -> bool {
        let is_cited = covered(tokens.len(), citations.clone().filter(|c| used(c.item)), 1);
        citations.filter(|c| c.weight >= 500).any(|citation| {
            let model = self.number(citation.item);
            self.is_unread_behind(tokens, citation.to, model, &is_cited)
                || is_unread_before(tokens, citation.from, model, &is_cited)
        })
    }

    /// Whether what a list goes on with after a number looks like another one, or its end.
    fn is_unread_behind(&self, tokens: &[Token<'_>], to: usize, model: &Number, is_cited: &[bool]) -> bool {
        let at = if tokens.get(to).is_some_and(|token| is_list_word(token.text)) { to + 1 } else { to };
        let Some(first) = tokens.get(at).filter(|first| first.gap != Gap::Start && !is_cited[at]) else { return false };
        let is_listed = at > to || matches!(first.gap, Gap::Narrow | Gap::Wide | Gap::Glued | Gap::Range);
        if !is_listed || foreign::is_in_date(tokens, at) {
            return false;
        }
        let mut joined = String::new();
        let mut goes_on = tokens[at..].iter().take(JOINED_TO_ONE_MAX).enumerate();
        is_end_like(&whole_token(tokens, at).0, &model.alnum)
            || goes_on.by_ref().take_while(|(n, token)| *n == 0 || token.gap.joins()).any(|(_, token)| {
                joined.push_str(token.text);
                let number = self.series.read(&joined);
                !number.prefix().is_empty() && number.prefix() == model.prefix() && number.digits.len() >= 2
            })
    }
}

/// Whether what stands before a number looks like several like it, with nothing between them.
fn is_unread_before(tokens: &[Token<'_>], from: usize, model: &Number, is_cited: &[bool]) -> bool {
    let Some(at) = from.checked_sub(1).filter(|at| !is_cited[*at]) else { return false };
    let (text, digits) = (tokens[at].text, model.digits());
    let is_longer = text.len() > digits.len() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_longer && tokens[from].gap != Gap::Start && digits.get(..FRONT_DIGITS).is_some_and(|front| text.starts_with(front))
}

/// A token, with what of it the bank cut off into the next line; and where it ends.
fn whole_token<'t>(tokens: &[Token<'t>], at: usize) -> (Cow<'t, str>, usize) {
    match tokens.get(at + 1) {
        Some(rest) if rest.gap == Gap::Cut => (Cow::Owned([tokens[at].text, rest.text].concat()), at + 2),
        _ => (Cow::Borrowed(tokens[at].text), at + 1),
    }
}

/// Whether a text has letters and digits where the end of that number has them.
fn is_end_like(text: &str, number: &str) -> bool {
    let (text, number) = (text.as_bytes(), number.as_bytes());
    let is_alike = |(own, other): (&u8, &u8)| own.is_ascii_digit() == other.is_ascii_digit();
    (2..=number.len()).contains(&text.len())
        && text.iter().any(u8::is_ascii_digit)
        && text.iter().rev().zip(number.iter().rev()).all(is_alike)
}

fn is_list_word(word: &str) -> bool {
    matches!(word, "ET" | "AND" | "A" | "AU" | "UND" | "TO")
}

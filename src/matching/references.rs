//! Numbers in a text → the open items that they may name.

mod closed;
mod lists;

use std::hash::Hasher;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::foreign;
use super::multimap::Multimap;
use super::numbers::{Ends, Fronts, Number, Written, ends};
use super::series::AllSeries;
use super::short;
use super::weights;
use super::words::{Field, Gap, Token, one_edit_apart};
use crate::config::Weights;
use crate::model::{Evidence, Invoice};
use closed::Closed;

/// Tokens joined to one number at most: `RF09 FA20 2607 8022 …` has up to seven groups of four.
const JOINED_MAX: usize = 8;
/// Tokens joined to one number, where it is damaged.
const JOINED_TO_ONE_MAX: usize = 3;
/// Characters of a joined number: a creditor reference has at most 25.
const NUMBER_BYTES_MAX: usize = 25;
/// Digits that the end of a number needs to be found in the whole contract.
const SUFFIX_DIGITS: usize = 5;
/// Digits that a number without some zeros needs to be found among its debtor's.
const ZEROS_LACKING_DIGITS_MIN: usize = 5;
/// Such a number weighs no more than this: it is not the whole.
const LACKING_ZEROS_MOST: i64 = 1_400;
/// Digits that a number with one of them wrong needs to be found among its debtor's.
const TYPO_DIGITS_MIN: usize = 5;
/// Items that share the end of a number, beyond which it names none of them.
const SUFFIX_ITEMS_MAX: usize = 64;
/// Words that stand before a number: "n°", "no".
pub(super) const NUMBER_WORDS: [&str; 5] = ["N", "NO", "NR", "NUM", "NUMERO"];
/// No item.
const NO_ITEM: u32 = u32::MAX;

/// A place in the text that may name an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Citation {
    /// Tokens from, to (exclusive).
    pub from: usize,
    pub to: usize,
    pub item: u32,
    pub kind: Evidence,
    pub weight: i64,
}

/// The numbers of a contract's items, open and closed.
pub(super) struct ReferenceIndex<'a> {
    weights: &'a Weights,
    /// By the whole text, in the order of [`SOURCES`].
    exact: Multimap<(u32, u8)>,
    shapes: Shapes,
    digits: Multimap<u32>,
    suffix: Multimap<u32>,
    series: AllSeries,
    closed: Closed,
    /// Of each item, the number of its document.
    numbers: Vec<Number>,
    /// Of each item, what a second look compares first.
    ends: Vec<Ends>,
}

/// Where a reference of an item stands in the ledger.
const SOURCES: [Evidence; 3] = [Evidence::RefExact, Evidence::OrderRef, Evidence::CreditorRef];

/// Of a folded text.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Which lengths and first characters the references have: most of what a text joins has neither.
#[derive(Default)]
struct Shapes([AtomicU64; NUMBER_BYTES_MAX + 1]);

impl Shapes {
    /// The first characters seen at a text's length, and its own: capitals and digits differ in their
    /// last six bits.
    fn place(&self, text: &str) -> (&AtomicU64, u64) {
        let first = text.as_bytes().first().copied().unwrap_or_default();
        (&self.0[text.len().min(NUMBER_BYTES_MAX)], 1 << (first % 64))
    }

    fn add(&self, text: &str) {
        let (firsts, own) = self.place(text);
        // Most were seen before: what all threads only read stays near each of them.
        if firsts.load(Relaxed) & own == 0 {
            firsts.fetch_or(own, Relaxed);
        }
    }

    fn may_hold(&self, text: &str) -> bool {
        let (firsts, own) = self.place(text);
        firsts.load(Relaxed) & own != 0
    }
}

impl<'a> ReferenceIndex<'a> {
    /// Of the items, whose documents have these `numbers`, and of the numbers of documents that the ledger does not
    /// have.
    pub(super) fn new(
        weights: &'a Weights,
        numbers: Vec<Number>,
        invoice: impl Fn(usize) -> &'a Invoice + Sync,
        gone: &[Number],
    ) -> Self {
        let numbered = || numbers.par_iter().enumerate().map(|(id, number)| (short(id), number));
        let shapes = Shapes::default();
        let entry = |alnum: &str, id: u32, source: u8| {
            shapes.add(alnum);
            (hash(alnum), (id, source))
        };
        let exact = || {
            let others = numbered().flat_map_iter(|(id, number)| {
                let invoice = invoice(id as usize);
                let others = [(&invoice.order_ref, 1), (&invoice.payment_ref, 2)].into_iter();
                others.filter_map(move |(reference, source)| {
                    let alnum = super::words::folded(reference.as_ref()?);
                    (alnum.len() >= 4 && *alnum != *number.alnum).then(|| entry(&alnum, id, source))
                })
            });
            let mut entries: Vec<_> = numbered().map(|(id, number)| entry(&number.alnum, id, 0)).collect();
            entries.par_extend(others);
            Multimap::new(entries)
        };
        // Those of all items, of which most are long enough: memory for them is asked for once.
        let of_long = |key: &(dyn Fn(&Number) -> Option<u64> + Sync)| {
            let entries = numbered().map(|(id, number)| key(number).map_or((0, NO_ITEM), |key| (key, id)));
            let mut entries: Vec<(u64, u32)> = entries.collect();
            entries.retain(|(_, id)| *id != NO_ITEM);
            Multimap::new(entries)
        };
        let digits = || of_long(&|number| (number.significant().len() >= 4).then(|| hash(number.significant())));
        let suffix = || {
            of_long(&|number| {
                let tail = number.digits().len().checked_sub(SUFFIX_DIGITS).filter(|before| *before > 0)?;
                Some(hash(&number.digits()[tail..]))
            })
        };
        let rest =
            || (AllSeries::of(&numbers), Closed::of(gone), numbers.par_iter().map(|number| ends(number.digits())).collect());
        let ((exact, digits), (suffix, (series, closed, ends))) =
            rayon::join(|| rayon::join(exact, digits), || rayon::join(suffix, rest));
        Self { weights, exact, shapes, digits, suffix, series, closed, numbers, ends }
    }

    /// The number of an item's document.
    pub(super) fn number(&self, item: u32) -> &Number {
        &self.numbers[item as usize]
    }

    /// All places that name items, the strongest of overlapping ones first.
    pub(super) fn citations(&self, tokens: &[Token<'_>]) -> Vec<Citation> {
        let mut found = Vec::new();
        let mut joined = String::new();
        for from in 0..tokens.len() {
            joined.clear();
            for to in from + 1..=(from + JOINED_MAX).min(tokens.len()) {
                let token = &tokens[to - 1];
                if to > from + 1 && !token.gap.joins() {
                    break;
                }
                joined.push_str(token.text);
                if joined.len() > NUMBER_BYTES_MAX {
                    break;
                }
                if joined.bytes().any(|b| b.is_ascii_digit()) {
                    self.probe(&joined, tokens, from, to, &mut found);
                }
            }
        }
        let closed = self.closed_places(tokens, &found);
        found.retain(|c| closed::is_whole(c.kind) || !closed.iter().any(|(from, to)| c.from < *to && *from < c.to));
        self.siblings(tokens, &closed, &mut found);
        strongest(found)
    }

    /// The items that have this very text as a reference.
    fn sources(&self, text: &str) -> impl Iterator<Item = (u32, Evidence)> + '_ {
        let found = self.shapes.may_hold(text).then(|| self.exact.get(hash(text)));
        found.into_iter().flatten().map(|(item, source)| (item, SOURCES[usize::from(source)]))
    }

    fn probe(&self, joined: &str, tokens: &[Token<'_>], from: usize, to: usize, found: &mut Vec<Citation>) {
        let number = self.series.read(joined);
        let field = tokens[from].field;
        let mut push = |item: u32, kind: Evidence, digits: usize, letters: usize| {
            found.push(Citation { from, to, item, kind, weight: weights::citation(self.weights, kind, digits, letters) });
        };
        let mut exact = false;
        // A word glued to the number: FACT90016542, RF1890016525.
        let tails = std::iter::once(joined).chain((number.prefix_len > 0).then(|| &joined[number.prefix_len..]));
        for (tail_index, tail) in tails.enumerate() {
            for (item, source) in self.sources(tail) {
                let own = self.number(item);
                if source == Evidence::RefExact && *own.alnum != *tail {
                    continue;
                }
                if tail_index == 1 && self.series.have_letters(number.prefix()) {
                    continue;
                }
                let kind = match (field, source) {
                    (Field::Document, Evidence::RefExact) => Evidence::RefStructured,
                    (_, source) => source,
                };
                exact = true;
                push(item, kind, number.digits.len(), number.letters());
            }
        }
        // FACTFA2026078119: a word glued to a number with letters of its own.
        for letters in self.series.letters_behind(number.prefix()) {
            if !exact {
                let tail = &joined[number.prefix_len - letters.len()..];
                for (item, source) in self.sources(tail) {
                    if source == Evidence::RefExact && self.number(item).alnum == tail {
                        exact = true;
                        push(item, Evidence::RefExact, number.digits.len(), letters.len());
                    }
                }
            }
        }
        // A structured creditor reference holds the number behind RF and two check digits.
        if number.prefix() == "RF" && joined.len() > 8 && !exact {
            for (item, source) in self.sources(&joined[4..]) {
                if source == Evidence::RefExact && self.number(item).alnum[..] == joined[4..] {
                    exact = true;
                    push(item, Evidence::CreditorRef, number.digits.len() - 2, 2);
                }
            }
        }
        if exact || number.digits.len() < 4 || !number.is_numeric() {
            return;
        }
        let foreign = foreign::is_foreign(tokens, self.series.beginning(tokens, from, &number));
        // "VX-10073" is no 10073 of another series, whichever of its tokens are read, or what stands before it.
        let before = || from.checked_sub(1).filter(|_| tokens[from].gap == Gap::Narrow).map_or("", |before| tokens[before].text);
        let behind = || self.series.letters_behind(number.prefix()).filter(|letters| letters.len() > 1).max_by_key(|l| l.len());
        let letters = if number.prefix().is_empty() { before() } else { behind().unwrap_or(number.prefix()) };
        let other_series = !letters.is_empty() && self.series.have_letters(letters);
        let fits = |own: &Number| !other_series || own.prefix() == letters;
        let significant = number.significant();
        let mut by_digits = false;
        for item in self.digits.get(hash(significant)) {
            let own = self.number(item);
            if own.significant() == significant && fits(own) && (!foreign || significant.len() >= 7) {
                by_digits = true;
                push(item, Evidence::RefDigits, significant.len(), 0);
            }
        }
        if by_digits || foreign || number.digits.len() < SUFFIX_DIGITS || foreign::is_year(&number.digits) {
            return;
        }
        let tail = &number.digits[number.digits.len() - SUFFIX_DIGITS..];
        let ending: Vec<u32> = self
            .suffix
            .get(hash(tail))
            .filter(|item| {
                let own = self.number(*item);
                own.digits().len() > number.digits.len() && own.digits().ends_with(&*number.digits) && fits(own)
            })
            .collect();
        if ending.len() <= SUFFIX_ITEMS_MAX {
            for item in ending {
                push(item, Evidence::RefSuffix, number.digits.len(), 0);
            }
        }
    }

    /// Weaker readings, against the items of the likely debtors only: a number cut off at the end of the
    /// text, four digits of its end, one character wrong. What is known to be `closed` is read as nothing else.
    pub(super) fn second_look(
        &self,
        tokens: &[Token<'_>],
        (taken, closed): (&[Citation], &[(usize, usize)]),
        items: &(impl Iterator<Item = u32> + Clone),
    ) -> Vec<Citation> {
        let mut found = Vec::new();
        let mut joined = String::new();
        let mut is_cited = covered(tokens.len(), taken.iter(), 1_000);
        for (from, to) in closed {
            is_cited[*from..*to].fill(true);
        }
        for (from, token) in tokens.iter().enumerate() {
            if !token.has_digit() || is_cited[from] {
                continue;
            }
            let before = found.len();
            for to in from + 1..=(from + JOINED_TO_ONE_MAX).min(tokens.len()) {
                if to > from + 1 && (!tokens[to - 1].gap.joins() || closed.iter().any(|place| place.0 == to - 1)) {
                    break;
                }
                joined.clear();
                tokens[from..to].iter().for_each(|t| joined.push_str(t.text));
                let number = self.series.read(&joined);
                let is_long = joined.len() > NUMBER_BYTES_MAX;
                if number.digits.len() < 3 || is_long || goes_on(tokens, to) || foreign::is_month(&tokens[from..to]) {
                    continue;
                }
                if !number.is_numeric() {
                    let read = items.clone().filter_map(|item| Some((item, self.weak_lettered_reading(&number, item)?)));
                    found.extend(read.map(|(item, (kind, weight))| Citation { from, to, item, kind, weight }));
                    continue;
                }
                if foreign::is_foreign(tokens, self.series.beginning(tokens, from, &number)) {
                    continue;
                }
                // Numbers of a series that is told by its letters are held against that series alone.
                let own_letters = !number.prefix().is_empty() && self.series.have_letters(number.prefix());
                // With its letters, a number is whole: what of it stands before a sign is no end of another.
                if own_letters && self.series.may_hold(&number) {
                    found.truncate(before);
                }
                let last = to == tokens.len();
                // "2025/11" of "2025/11/0835" was not cut off there.
                let is_in_number = tokens.get(to).is_some_and(|next| next.gap == Gap::Narrow && next.has_digit());
                let ends = ends(&number.digits);
                let mut fronts = Fronts::new(&number, ends.front);
                for item in items.clone() {
                    // The end of a number has its last digits; one digit off leaves either those or
                    // the front; a number cut off has the front as far as it goes.
                    let own = &self.ends[item as usize];
                    let may_be = ends.last == own.last || last || fronts.of(usize::from(own.digits)) == own.front;
                    if !may_be {
                        continue;
                    }
                    let own = self.number(item);
                    if own_letters && number.prefix() != own.prefix() {
                        // All its digits, with the letters of another series.
                        if *number.digits == *own.digits() {
                            found.push(Citation { from, to, item, kind: Evidence::RefTypo, weight: self.weights.typo_plausible });
                        }
                        continue;
                    }
                    let weak = self.weak_reading(&number, own, last);
                    if let Some((kind, weight)) = weak.filter(|(kind, _)| *kind != Evidence::RefCut || !is_in_number) {
                        found.push(Citation { from, to, item, kind, weight });
                    }
                }
            }
        }
        found
    }

    /// The same of a number with letters among its digits, which the text gives too: its end, or one character wrong.
    fn weak_lettered_reading(&self, written: &Written<'_>, item: u32) -> Option<(Evidence, i64)> {
        let own = self.number(item);
        let (written, length) = (written.alnum, written.alnum.len());
        if !own.has_letters_behind() || length > own.alnum.len() + 1 {
            return None;
        }
        if length >= 4 && length < own.alnum.len() && own.alnum.ends_with(written) {
            let digits = written.bytes().filter(u8::is_ascii_digit).count();
            return Some((Evidence::RefSuffix, weights::citation(self.weights, Evidence::RefSuffix, digits, 0)));
        }
        (length >= 6 && one_edit_apart(written, &own.alnum)).then_some((Evidence::RefTypo, self.weights.typo_plausible))
    }

    fn weak_reading(&self, written: &Written<'_>, own: &Number, last: bool) -> Option<(Evidence, i64)> {
        let length = written.digits.len();
        let is_end = (3..own.digits().len()).contains(&length) && own.digits().ends_with(&*written.digits);
        let is_year = foreign::is_year(&written.digits);
        if is_end && !is_year {
            return Some((Evidence::RefSuffix, weights::citation(self.weights, Evidence::RefSuffix, length, 0)));
        }
        if length >= TYPO_DIGITS_MIN && one_edit_apart(&written.digits, own.digits()) {
            let weight =
                if length < 6 || self.series.may_hold(written) { self.weights.typo_plausible } else { self.weights.typo };
            return Some((Evidence::RefTypo, weight));
        }
        if lacks_zeros(&written.digits, own.digits()) {
            let weight = weights::citation(self.weights, Evidence::RefDigits, length, 0);
            return Some((Evidence::RefDigits, weight.min(LACKING_ZEROS_MOST)));
        }
        if length >= 4 && length < own.digits().len() && !is_year && own.digits().starts_with(&*written.digits) {
            // All numbers of the series share its front: only what is beyond that says something.
            let shared = self.series.shared_front(own);
            let telling = length.saturating_sub(shared);
            let inside = if last { 0 } else { self.weights.cut_inside };
            let weight = 332 * i64::try_from(telling).unwrap_or(0) + self.weights.cut + inside;
            return (telling > 0 && weight > 0).then_some((Evidence::RefCut, weight));
        }
        None
    }

    /// Places that look like one of the contract's numbers, but name no open item, those known to be `closed` among
    /// them: tokens from, to.
    pub(super) fn plausible_strangers<'c>(
        &self,
        tokens: &[Token<'_>],
        closed: &[(usize, usize)],
        citations: impl Iterator<Item = &'c Citation>,
    ) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut joined = String::new();
        let is_cited = covered(tokens.len(), citations, 500);
        let mut from = 0;
        while from < tokens.len() {
            let mut next = from + 1;
            if let Some(place) = closed.iter().find(|place| place.0 == from) {
                found.push(*place);
                from = place.1;
                continue;
            }
            let end = closed.iter().map(|place| place.0).find(|begin| *begin > from).unwrap_or(tokens.len());
            for to in (from + 1..=(from + JOINED_TO_ONE_MAX).min(end)).rev() {
                let joinable = (from + 1..to).all(|i| tokens[i].gap.joins());
                if !joinable || is_cited[from..to].contains(&true) {
                    continue;
                }
                joined.clear();
                tokens[from..to].iter().for_each(|t| joined.push_str(t.text));
                let number = self.series.read(&joined);
                let of_another = || foreign::is_of_another(tokens, self.series.beginning(tokens, from, &number));
                let is_short = || self.series.may_hold_short(&number) && stands_alone(tokens, (from, to));
                let is_ours = || self.series.may_hold(&number) || self.series.are_glued_in(&number) || is_short();
                let is_lettered = || self.series.may_hold_lettered(&number);
                if (number.is_numeric() && is_ours() || is_lettered()) && !of_another() {
                    found.push((from, to));
                    next = to;
                    break;
                }
            }
            from = next;
        }
        found
    }
}

/// Whether a number that ends before that token goes on in the next line of the text.
fn goes_on(tokens: &[Token<'_>], to: usize) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let next = tokens.get(to).filter(|next| next.gap == Gap::Cut);
    next.is_some_and(|next| is_digit(tokens[to - 1].text.as_bytes().last()) && is_digit(next.text.as_bytes().first()))
}

/// Whether no sign joins these tokens to digits before or behind them: they are no part of a longer number or of an
/// amount.
fn stands_alone(tokens: &[Token<'_>], (from, to): (usize, usize)) -> bool {
    let is_apart = |gap: Gap| matches!(gap, Gap::Start | Gap::Blank);
    let is_amount = |next: &Token<'_>| next.text.len() == 2 && next.has_digit();
    let before = tokens[from].gap;
    let is_behind_digits = from > 0 && tokens[from - 1].has_digit();
    (is_apart(before) || !is_behind_digits)
        && tokens.get(to).is_none_or(|next| is_apart(next.gap) || !next.has_digit() || next.gap == Gap::Wide && !is_amount(next))
}

/// Whether a number lacks only zeros of another that stand inside it: `2647731` for `2600047731`.
fn lacks_zeros(written: &str, own: &str) -> bool {
    let length = written.len();
    if length < ZEROS_LACKING_DIGITS_MIN || length >= own.len() {
        return false;
    }
    let front = written.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
    let back = written.bytes().rev().zip(own.bytes().rev()).take_while(|(a, b)| a == b).count();
    front + back >= length && own[length - back.min(length)..own.len() - back.min(length)].bytes().all(|b| b == b'0')
}

/// Which tokens belong to a citation of that weight at least.
fn covered<'c>(tokens: usize, citations: impl Iterator<Item = &'c Citation>, least: i64) -> Vec<bool> {
    let mut covered = vec![false; tokens];
    citations.filter(|c| c.weight >= least).for_each(|c| covered[c.from..c.to].fill(true));
    covered
}

/// Of citations that overlap, the stronger, and of equally strong ones the shorter; those of one
/// place all stay: the number is ambiguous.
fn strongest(mut found: Vec<Citation>) -> Vec<Citation> {
    found.sort_by_key(|c| c.from);
    let mut kept: Vec<Citation> = Vec::with_capacity(found.len());
    // Only those of one stretch of the text overlap: a text may name as many items as there are.
    let mut to = 0;
    let mut stretch = 0;
    for at in 0..=found.len() {
        if at < found.len() && (at == stretch || found[at].from < to) {
            to = to.max(found[at].to);
            continue;
        }
        let own = &mut found[stretch..at];
        own.sort_by_key(|c| (std::cmp::Reverse(c.weight), c.to - c.from, c.from, c.item));
        let before = kept.len();
        for citation in own.iter() {
            let own = &kept[before..];
            let beaten = own.iter().any(|k| {
                k.from < citation.to
                    && citation.from < k.to
                    && ((k.from, k.to) != (citation.from, citation.to) || k.weight > citation.weight + 300)
            });
            if !beaten && !own.contains(citation) {
                kept.push(citation.clone());
            }
        }
        stretch = at;
        to = found.get(at).map_or(0, |next| next.to);
    }
    kept.sort_by_key(|a| (a.from, a.to, a.item));
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Holds each against all that are kept already.
    fn plainly(mut found: Vec<Citation>) -> Vec<Citation> {
        found.sort_by_key(|c| (std::cmp::Reverse(c.weight), c.to - c.from, c.from, c.item));
        let mut kept: Vec<Citation> = Vec::new();
        for new in found {
            let overlaps = |k: &&Citation| k.from < new.to && new.from < k.to;
            let beats = |k: &Citation| (k.from, k.to) != (new.from, new.to) || k.weight > new.weight + 300;
            if !kept.iter().filter(overlaps).any(beats) && !kept.contains(&new) {
                kept.push(new);
            }
        }
        kept.sort_by_key(|c| (c.from, c.to, c.item));
        kept
    }

    fn citation() -> impl Strategy<Value = Citation> {
        (0_usize..12, 1_usize..4, 0_u32..3, 0_i64..4).prop_map(|(from, length, item, weight)| Citation {
            from,
            to: from + length,
            item,
            kind: Evidence::RefExact,
            weight: weight * 200,
        })
    }

    proptest! {
        #[test]
        fn the_strongest_of_each_stretch_are_the_strongest_of_all(found in prop::collection::vec(citation(), 0..12)) {
            prop_assert_eq!(strongest(found.clone()), plainly(found));
        }
    }
}

//! Numbers in a text → the open items that they may name.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::book::Item;
use super::weights;
use super::words::{Field, Token, one_edit_apart};
use crate::model::{Evidence, Invoice};

/// Tokens joined to one number at most: `RF09 FA20 2607 8022 …` has up to seven groups of four.
const JOINED_MAX: usize = 8;
/// Characters of a joined number: a creditor reference has at most 25.
const NUMBER_BYTES_MAX: usize = 25;
/// Digits that the end of a number needs to be found in the whole contract.
const SUFFIX_DIGITS: usize = 5;
/// Items that share the end of a number, beyond which it names none of them.
const SUFFIX_ITEMS_MAX: usize = 64;

/// A document number as letters and digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Number {
    /// Capitals and digits.
    pub alnum: String,
    /// Letters before the first digit.
    pub prefix_len: usize,
    /// All digits from the first one on.
    pub digits: String,
    /// Its last three digits, and all but its last four, as numbers: what is alike agrees in one.
    ends: (u64, u64),
}

impl Number {
    /// Of a document: letters stand as printed.
    pub(super) fn of_document(text: &str) -> Self {
        let alnum = super::words::folded_words(text).concat();
        let prefix_len = alnum.find(|c: char| c.is_ascii_digit()).unwrap_or(alnum.len());
        let digits: String = alnum[prefix_len..].chars().filter(char::is_ascii_digit).collect();
        let ends = (number(&digits[digits.len().saturating_sub(3)..]), front(&digits, digits.len()));
        Self { alnum, prefix_len, digits, ends }
    }

    /// Of a text: letters from `prefix_len` on that are often misread for digits are taken for them.
    fn of_text(alnum: &str, prefix_len: usize) -> Self {
        let digits: String = alnum[prefix_len..].chars().filter_map(misread).collect();
        let ends = (number(&digits[digits.len().saturating_sub(3)..]), front(&digits, digits.len()));
        Self { alnum: alnum.to_owned(), prefix_len, digits, ends }
    }

    pub(super) fn prefix(&self) -> &str {
        &self.alnum[..self.prefix_len]
    }

    fn significant(&self) -> &str {
        self.digits.trim_start_matches('0')
    }

    fn letters(&self) -> usize {
        self.alnum.len() - self.digits.len()
    }
}

/// The value of digits; of more than nineteen, a number that still tells most of them apart.
fn number(digits: &str) -> u64 {
    digits.bytes().fold(0_u64, |n, b| n.wrapping_mul(10).wrapping_add(u64::from(b.wrapping_sub(b'0'))))
}

/// All but the last four digits that a number of that length would have.
fn front(digits: &str, length: usize) -> u64 {
    number(digits.get(..length.saturating_sub(4)).unwrap_or_default())
}

/// The digit that a character stands for, as clerks and scanners misread it.
fn misread(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'Q' => Some('0'),
        'I' | 'L' => Some('1'),
        'S' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}

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

/// Documents that are numbered alike: same letters, same length.
#[derive(Clone, Debug)]
struct Series {
    prefix: String,
    digits: usize,
    lowest: u64,
    highest: u64,
}

/// The numbers of a contract's open items.
#[derive(Default)]
pub(super) struct ReferenceIndex {
    exact: FxHashMap<u64, Vec<(u32, Evidence)>>,
    digits: FxHashMap<u64, Vec<u32>>,
    suffix: FxHashMap<u64, Vec<u32>>,
    series: Vec<Series>,
    /// Numbers of closed items that are still in the ledger.
    closed: FxHashSet<u64>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl ReferenceIndex {
    pub(super) fn new(items: &[Item], invoices: &[Invoice]) -> Self {
        let mut index = Self::default();
        let mut series: FxHashMap<(String, usize), (u64, u64)> = FxHashMap::default();
        for (id, item) in items.iter().enumerate() {
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            let number = &item.number;
            let invoice = &invoices[item.invoice];
            index.exact.entry(hash(&number.alnum)).or_default().push((id, Evidence::RefExact));
            let others = [(&invoice.order_ref, Evidence::OrderRef), (&invoice.payment_ref, Evidence::CreditorRef)];
            for (reference, kind) in others {
                let Some(reference) = reference else { continue };
                let alnum = super::words::folded_words(reference).concat();
                if alnum.len() >= 4 && alnum != number.alnum {
                    index.exact.entry(hash(&alnum)).or_default().push((id, kind));
                }
            }
            if number.significant().len() >= 4 {
                index.digits.entry(hash(number.significant())).or_default().push(id);
            }
            if number.digits.len() > SUFFIX_DIGITS {
                let tail = &number.digits[number.digits.len() - SUFFIX_DIGITS..];
                index.suffix.entry(hash(tail)).or_default().push(id);
            }
            if let Ok(value) = number.digits.parse::<u64>() {
                let range = series.entry((number.prefix().to_owned(), number.digits.len())).or_insert((value, value));
                *range = (range.0.min(value), range.1.max(value));
            }
        }
        let ranges = series.into_iter();
        index.series = ranges.map(|((prefix, digits), (lowest, highest))| Series { prefix, digits, lowest, highest }).collect();
        index.series.sort_by(|a, b| (&a.prefix, a.digits).cmp(&(&b.prefix, b.digits)));
        index
    }

    /// Remembers the number of an item that has nothing open.
    pub(super) fn add_closed(&mut self, number: &Number) {
        self.closed.insert(hash(&number.alnum));
    }

    /// Whether a number could be a document of one of the contract's series, open or closed: same
    /// letters, same length, and not further from the numbers seen than these are from one another.
    fn is_plausible(&self, number: &Number) -> bool {
        if self.closed.contains(&hash(&number.alnum)) {
            return true;
        }
        let Ok(value) = number.digits.parse::<u64>() else { return false };
        self.series.iter().any(|s| {
            let span = s.highest - s.lowest;
            s.digits == number.digits.len()
                && number.digits.len() >= 5
                && (s.prefix == number.prefix() || (number.prefix().is_empty() || !self.is_series_prefix(number.prefix())))
                && value >= s.lowest.saturating_sub(span)
                && value <= s.highest.saturating_add(span)
        })
    }

    fn is_series_prefix(&self, prefix: &str) -> bool {
        self.series.iter().any(|s| s.prefix == prefix)
    }

    /// Reads a number of a text. Its digits begin with the first digit, or with a letter misread for
    /// one behind the letters of a series: `INVO004104` is `INV` and `0004104`.
    fn read(&self, alnum: &str) -> Number {
        let first_digit = alnum.find(|c: char| c.is_ascii_digit()).unwrap_or(alnum.len());
        let letters = &alnum[..first_digit];
        let misread_from = letters.trim_end_matches(|c| misread(c).is_some()).len();
        let begins = if misread_from < first_digit
            && !self.is_series_prefix(letters)
            && misread_from > 0
            && self.is_series_prefix(&letters[..misread_from])
        {
            misread_from
        } else {
            first_digit
        };
        Number::of_text(alnum, begins)
    }

    /// All places that name open items, the strongest of overlapping ones first.
    pub(super) fn citations(&self, tokens: &[Token], items: &[Item]) -> Vec<Citation> {
        let mut found = Vec::new();
        for from in 0..tokens.len() {
            let mut joined = String::new();
            for to in from + 1..=(from + JOINED_MAX).min(tokens.len()) {
                let token = &tokens[to - 1];
                if to > from + 1 && !token.gap.joins() {
                    break;
                }
                joined.push_str(&token.text);
                if joined.len() > NUMBER_BYTES_MAX {
                    break;
                }
                if joined.bytes().any(|b| b.is_ascii_digit()) {
                    self.probe(&joined, tokens, from, to, items, &mut found);
                }
            }
        }
        self.siblings(tokens, items, &mut found);
        strongest(found)
    }

    fn probe(&self, joined: &str, tokens: &[Token], from: usize, to: usize, items: &[Item], found: &mut Vec<Citation>) {
        let number = self.read(joined);
        let field = tokens[from].field;
        let mut push = |item: u32, kind: Evidence, digits: usize, letters: usize| {
            found.push(Citation { from, to, item, kind, weight: weights::citation(kind, digits, letters) });
        };
        let mut exact = false;
        // A word glued to the number: FACT90016542, RF1890016525.
        let tails = std::iter::once(joined).chain((number.prefix_len > 0).then(|| &joined[number.prefix_len..]));
        for (tail_index, tail) in tails.enumerate() {
            for (item, source) in self.exact.get(&hash(tail)).into_iter().flatten() {
                let own = &items[*item as usize].number;
                if *source == Evidence::RefExact && own.alnum != tail {
                    continue;
                }
                if tail_index == 1 && self.is_series_prefix(number.prefix()) {
                    continue;
                }
                let kind = match (field, source) {
                    (Field::Document, Evidence::RefExact) => Evidence::RefStructured,
                    (_, source) => *source,
                };
                exact = true;
                push(*item, kind, number.digits.len(), number.letters());
            }
        }
        // FACTFA2026078119: a word glued to a number with letters of its own.
        for series in self.series.iter().filter(|s| !s.prefix.is_empty() && number.prefix().len() > s.prefix.len()) {
            if !exact && number.prefix().ends_with(&series.prefix) {
                let tail = &joined[number.prefix_len - series.prefix.len()..];
                for (item, source) in self.exact.get(&hash(tail)).into_iter().flatten() {
                    if *source == Evidence::RefExact && items[*item as usize].number.alnum == tail {
                        exact = true;
                        push(*item, Evidence::RefExact, number.digits.len(), series.prefix.len());
                    }
                }
            }
        }
        // A structured creditor reference holds the number behind RF and two check digits.
        if number.prefix() == "RF" && joined.len() > 8 && !exact {
            for (item, source) in self.exact.get(&hash(&joined[4..])).into_iter().flatten() {
                if *source == Evidence::RefExact && items[*item as usize].number.alnum == joined[4..] {
                    exact = true;
                    push(*item, Evidence::CreditorRef, number.digits.len() - 2, 2);
                }
            }
        }
        if exact || number.digits.len() < 4 || !is_numeric(joined, &number) {
            return;
        }
        let foreign = from > 0 && weights::FOREIGN_NUMBER_WORDS.contains(&tokens[from - 1].text.as_str());
        let other_series = self.is_series_prefix(number.prefix()) && !number.prefix().is_empty();
        let fits = |item: &Item| !other_series || item.number.prefix() == number.prefix();
        let significant = number.significant();
        let mut by_digits = false;
        for item in self.digits.get(&hash(significant)).into_iter().flatten() {
            let own = &items[*item as usize];
            if own.number.significant() == significant && fits(own) && (!foreign || significant.len() >= 7) {
                by_digits = true;
                push(*item, Evidence::RefDigits, significant.len(), 0);
            }
        }
        if by_digits || foreign || number.digits.len() < SUFFIX_DIGITS {
            return;
        }
        let tail = &number.digits[number.digits.len() - SUFFIX_DIGITS..];
        let ending: Vec<u32> = self
            .suffix
            .get(&hash(tail))
            .into_iter()
            .flatten()
            .copied()
            .filter(|item| {
                let own = &items[*item as usize];
                own.number.digits.len() > number.digits.len() && own.number.digits.ends_with(&number.digits) && fits(own)
            })
            .collect();
        if ending.len() <= SUFFIX_ITEMS_MAX {
            for item in ending {
                push(item, Evidence::RefSuffix, number.digits.len(), 0);
            }
        }
    }

    /// A list where the front of the number stands once: `FA2026-1001/1002/1003`.
    fn siblings(&self, tokens: &[Token], items: &[Item], found: &mut Vec<Citation>) {
        let mut whole: Option<(usize, String)> = None;
        for at in 0..tokens.len() {
            let ends_here = found.iter().filter(|c| c.to == at + 1 && c.weight >= 500).max_by_key(|c| (c.weight, c.item));
            if let Some(citation) = ends_here {
                whole = Some((at, items[citation.item as usize].number.alnum.clone()));
                continue;
            }
            let Some((last, model)) = &mut whole else { continue };
            let text = &tokens[at].text;
            let follows = at == *last + 1 || (at == *last + 2 && is_list_word(&tokens[at - 1].text));
            if !follows || text.len() < 2 || text.len() >= model.len() || !text.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            let sibling = format!("{}{text}", &model[..model.len() - text.len()]);
            for (item, source) in self.exact.get(&hash(&sibling)).into_iter().flatten() {
                if *source == Evidence::RefExact && items[*item as usize].number.alnum == sibling {
                    let weight = weights::citation(Evidence::RefSuffix, text.len(), 0).max(300) + 400;
                    found.push(Citation { from: at, to: at + 1, item: *item, kind: Evidence::RefSuffix, weight });
                    *last = at;
                }
            }
        }
    }

    /// Weaker readings, against the items of one debtor only: a number cut off at the end of the
    /// text, four digits of its end, one character wrong.
    pub(super) fn second_look(
        &self,
        tokens: &[Token],
        taken: &[Citation],
        debtor_items: &[u32],
        items: &[Item],
    ) -> Vec<Citation> {
        let mut found = Vec::new();
        for (from, token) in tokens.iter().enumerate() {
            if !token.has_digit() || taken.iter().any(|c| c.from <= from && from < c.to && c.weight >= 1_000) {
                continue;
            }
            let foreign = from > 0 && weights::FOREIGN_NUMBER_WORDS.contains(&tokens[from - 1].text.as_str());
            if foreign {
                continue;
            }
            for to in from + 1..=(from + 3).min(tokens.len()) {
                if to > from + 1 && !tokens[to - 1].gap.joins() {
                    break;
                }
                let joined: String = tokens[from..to].iter().map(|t| t.text.as_str()).collect();
                let number = self.read(&joined);
                if number.digits.len() < 3 || joined.len() > NUMBER_BYTES_MAX || !is_numeric(&joined, &number) {
                    continue;
                }
                let last = to == tokens.len();
                let mut fronts = Fronts::new(&number);
                for item in debtor_items {
                    let own = &items[*item as usize].number;
                    // The end of a number has its last digits; one digit off leaves either those or
                    // the front; a number cut off has the front as far as it goes.
                    let may_be = number.ends.0 == own.ends.0 || last || fronts.of(own.digits.len()) == own.ends.1;
                    if !may_be {
                        continue;
                    }
                    if let Some((kind, weight)) = self.weak_reading(&number, own, last) {
                        found.push(Citation { from, to, item: *item, kind, weight });
                    }
                }
            }
        }
        found
    }

    fn weak_reading(&self, written: &Number, own: &Number, last: bool) -> Option<(Evidence, i64)> {
        let other_series =
            self.is_series_prefix(written.prefix()) && !written.prefix().is_empty() && written.prefix() != own.prefix();
        if other_series {
            return None;
        }
        let length = written.digits.len();
        if (3..own.digits.len()).contains(&length) && own.digits.ends_with(&written.digits) {
            return Some((Evidence::RefSuffix, weights::citation(Evidence::RefSuffix, length, 0)));
        }
        if length >= 6 && one_edit_apart(&written.digits, &own.digits) {
            let weight = if self.is_plausible(written) { weights::TYPO_PLAUSIBLE } else { weights::TYPO };
            return Some((Evidence::RefTypo, weight));
        }
        if last && length >= 4 && length < own.digits.len() && own.digits.starts_with(&written.digits) {
            // All numbers of the series share its front: only what is beyond that says something.
            let shared = self.shared_front(own);
            let telling = length.saturating_sub(shared);
            let weight = 332 * i64::try_from(telling).unwrap_or(0) + weights::CUT;
            return (telling > 0).then_some((Evidence::RefCut, weight));
        }
        None
    }

    /// Digits that all numbers of an item's series have in common.
    fn shared_front(&self, own: &Number) -> usize {
        let series = self.series.iter().find(|s| s.prefix == own.prefix() && s.digits == own.digits.len());
        series.map_or(0, |s| {
            let (low, high) =
                (format!("{:0width$}", s.lowest, width = s.digits), format!("{:0width$}", s.highest, width = s.digits));
            low.bytes().zip(high.bytes()).take_while(|(l, h)| l == h).count()
        })
    }

    /// Places that look like one of the contract's numbers, but name no open item: tokens from, to.
    pub(super) fn plausible_strangers(&self, tokens: &[Token], citations: &[Citation]) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut from = 0;
        while from < tokens.len() {
            let mut next = from + 1;
            for to in (from + 1..=(from + 3).min(tokens.len())).rev() {
                let joinable = (from + 1..to).all(|i| tokens[i].gap.joins());
                let cited = citations.iter().any(|c| c.from < to && from < c.to && c.weight >= 500);
                if !joinable || cited {
                    continue;
                }
                let joined: String = tokens[from..to].iter().map(|t| t.text.as_str()).collect();
                let number = self.read(&joined);
                if is_numeric(&joined, &number) && self.is_plausible(&number) {
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

/// The fronts of a number as written, for the lengths of the numbers it is held against.
struct Fronts<'a> {
    digits: &'a str,
    known: (usize, u64),
}

impl<'a> Fronts<'a> {
    fn new(number: &'a Number) -> Self {
        Self { digits: &number.digits, known: (number.digits.len(), number.ends.1) }
    }

    fn of(&mut self, length: usize) -> u64 {
        if self.known.0 != length {
            self.known = (length, front(self.digits, length));
        }
        self.known.1
    }
}

/// Behind its letters, the number has only digits and what is misread for them.
fn is_numeric(joined: &str, number: &Number) -> bool {
    !number.digits.is_empty() && number.digits.len() == joined.len() - number.prefix_len
}

fn is_list_word(word: &str) -> bool {
    matches!(word, "ET" | "AND" | "A" | "AU" | "UND" | "TO")
}

/// Of citations that overlap, the stronger, and of equally strong ones the shorter; those of one
/// place all stay: the number is ambiguous.
fn strongest(mut found: Vec<Citation>) -> Vec<Citation> {
    found.sort_by_key(|c| (std::cmp::Reverse(c.weight), c.to - c.from, c.from, c.item));
    let mut kept: Vec<Citation> = Vec::new();
    for citation in found {
        let beaten = kept.iter().any(|k| {
            k.from < citation.to
                && citation.from < k.to
                && ((k.from, k.to) != (citation.from, citation.to) || k.weight > citation.weight + 300)
        });
        if !beaten && !kept.contains(&citation) {
            kept.push(citation);
        }
    }
    kept.sort_by_key(|a| (a.from, a.to, a.item));
    kept
}

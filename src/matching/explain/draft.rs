//! One explanation, and what the text says for or against it.

use super::super::references::{Citation, NUMBER_WORDS};
use super::super::short;
use super::super::weights;
use super::super::words::Token;
use super::Case;
use super::debtor::Known;
use super::lines::Lines;
use super::said::{Timely, Times};
use crate::model::{Confidence, Evidence};

/// Weight from which a citation is as good as the whole number.
pub(crate) const STRONG_CB: i64 = 1_500;
/// Weight from which a citation names its item.
pub(super) const NAMED_CB: i64 = 700;

/// What an explanation takes of one item, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub item: u32,
    pub applied: i64,
    pub discount: i64,
    pub charges: i64,
    pub rounding: i64,
}

impl Use {
    pub(super) fn whole(item: u32, open: i64) -> Self {
        Self { item, applied: open, discount: 0, charges: 0, rounding: 0 }
    }
}

/// How the amount fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// To the cent, credit notes included.
    Exact,
    /// To the cent with the discount of the terms.
    Discount,
    /// Within the rounding tolerance.
    Rounding,
    /// Within the charges tolerance.
    Charges,
    /// A part of one item.
    Partial,
    /// The items, and more.
    Excess,
}

impl Fit {
    /// The amount itself says that the items are right.
    pub(crate) fn is_exact(self) -> bool {
        matches!(self, Self::Exact | Self::Discount)
    }
}

/// One explanation of a remittance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub uses: Vec<Use>,
    pub on_account: i64,
    /// Debtor of the items, by its index in the ledger; of several debtors, that of the first.
    pub debtor: u32,
    pub lines: Lines,
    pub fit: Fit,
    /// Weakest citation among the items; 0 when one is not named.
    pub weakest_citation: i64,
    /// What speaks for the payer being the debtor.
    pub identity: i64,
    /// It is the range of numbers that the text gives.
    pub is_range: bool,
    /// It leaves out items of what it says is paid: of a range, or of all that is due.
    pub leaves_out: bool,
    /// A part, of which so little stays open that it may be charges or a deduction.
    pub leaves_little: bool,
    /// The debtor owes the amount of one of these items for another one too: that may be meant.
    pub has_twin: bool,
    /// It holds an item that nothing in the text names.
    pub has_unnamed: bool,
    /// Its probability among all explanations of its remittance; none before these are all known.
    pub confidence: Confidence,
}

impl Draft {
    /// Every item is named by its whole number.
    pub(crate) fn is_fully_named(&self) -> bool {
        self.weakest_citation >= STRONG_CB
    }

    /// Nothing but the amount speaks for it: who pays is not known, and nothing is named. It is never lettered, and no item
    /// is contested by it: all others of that amount are as probable.
    pub(crate) fn is_by_amount_alone(&self) -> bool {
        self.identity < 0 && self.weakest_citation == 0
    }

    /// Every item is named by its whole number, short as that may be.
    pub(crate) fn is_given_whole(&self) -> bool {
        let parts = [Evidence::RefDigits, Evidence::RefSuffix, Evidence::RefTypo, Evidence::RefCut];
        self.is_fully_named() || self.is_named() && parts.iter().all(|kind| !self.lines.evidence.contains(*kind))
    }

    /// Every item is named, if only by a part of its number.
    pub(crate) fn is_named(&self) -> bool {
        self.weakest_citation >= NAMED_CB
    }
}

/// What the text says: the places that name items, and its words.
pub(super) struct TextReading<'a> {
    /// Citations grouped by their place.
    pub(super) places: Vec<Place>,
    strangers: usize,
    /// It gives a number like the contract's, of whatever item, open or not.
    gives_numbers: bool,
    words: Vec<&'a str>,
}

/// A place in the text with the items that it may name.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) citations: Vec<Citation>,
}

impl Place {
    pub(super) fn best(&self) -> i64 {
        self.citations.iter().map(|c| c.weight).max().unwrap_or(0)
    }

    pub(super) fn is_strong(&self) -> bool {
        self.best() >= STRONG_CB
    }
}

impl<'a> TextReading<'a> {
    pub(super) fn new(mut citations: Vec<Citation>, strangers: usize, is_read: bool, tokens: &[Token<'a>]) -> Self {
        citations.sort_by(|a, b| (a.from, a.to, b.weight, a.item).cmp(&(b.from, b.to, a.weight, b.item)));
        citations.dedup_by(|a, b| (a.from, a.to, a.item) == (b.from, b.to, b.item));
        let mut places: Vec<Place> = Vec::new();
        for citation in citations {
            match places.last_mut() {
                Some(place) if (place.from, place.to) == (citation.from, citation.to) => place.citations.push(citation),
                _ => places.push(Place { from: citation.from, to: citation.to, citations: vec![citation] }),
            }
        }
        let words = tokens.iter().filter(|t| !t.has_digit()).map(|t| t.text).collect();
        let gives_numbers = is_read || !places.is_empty() || strangers > 0;
        Self { places, strangers, gives_numbers, words }
    }

    pub(super) fn strong_places(&self) -> i64 {
        i64::try_from(self.places.iter().filter(|p| p.is_strong()).count().min(2)).unwrap_or(0)
    }

    /// Numbers that look like ours and name nothing that is open; more than two say no more than two.
    pub(super) fn strangers(&self) -> i64 {
        i64::try_from(self.strangers.min(2)).unwrap_or(0)
    }

    pub(super) fn says(&self, words: &[&str]) -> bool {
        self.words.iter().any(|w| words.contains(w))
    }

    /// Whether any place names this item.
    pub(super) fn names(&self, item: u32) -> bool {
        self.places.iter().any(|p| p.citations.iter().any(|c| c.item == item && c.weight > 0))
    }

    /// Whether any place gives the whole number of this item.
    pub(super) fn names_whole(&self, item: u32) -> bool {
        self.places.iter().flat_map(|p| &p.citations).any(|c| c.item == item && c.weight >= STRONG_CB)
    }
}

impl Case<'_> {
    /// Builds an explanation: adds what the text and the payer say to the given lines.
    pub(super) fn draft(&self, uses: Vec<Use>, on_account: i64, fit: Fit, mut lines: Lines) -> Draft {
        let mut debtors = uses.iter().map(|u| self.book.debtor(u.item));
        let debtor = debtors.next().unwrap_or(0);
        let mut several: Vec<usize> = Vec::new();
        let debtors: &[usize] = if debtors.all(|other| other == debtor) {
            &[debtor]
        } else {
            several.extend(uses.iter().map(|u| self.book.debtor(u.item)));
            several.sort_unstable();
            several.dedup();
            &several
        };
        let leaves_little = fit == Fit::Partial
            && uses.iter().any(|u| self.open[u.item as usize] - u.applied <= self.book.charges)
            && !self.keeps_a_part();
        let best = self.identities.best_of(self.book, debtors.iter().copied());
        let best = best.unwrap_or_else(|| self.identities.of(self.book, debtor));
        lines.add(None, -self.book.debtors_cb * i64::try_from(debtors.len()).unwrap_or(1), || {
            format!("one of the debtors with open items{}", if debtors.len() > 1 { ", each" } else { "" })
        });
        if debtors.len() > 1 {
            lines.add(None, self.book.weights.several_debtors, || "items of several debtors".to_owned());
        }
        self.payer_lines(debtors, best, fit, &mut lines);
        let weakest_citation = self.text_lines(&uses, &mut lines);
        Draft {
            uses,
            on_account,
            debtor: short(debtor),
            lines,
            fit,
            weakest_citation,
            identity: best.weight,
            is_range: false,
            leaves_out: false,
            leaves_little,
            has_twin: false,
            has_unnamed: weakest_citation == 0,
            confidence: Confidence::default(),
        }
    }

    /// Adds who paid: the debtor itself, or another known debtor for it, whichever is likelier.
    fn payer_lines(&self, debtors: &[usize], best: Known, fit: Fit, lines: &mut Lines) {
        let other = self.identities.best().filter(|payer| !debtors.contains(&payer.debtor));
        if let Some(payer) = other
            && payer.weight - self.book.debtors_cb + self.book.weights.for_another > best.weight
        {
            if matches!(fit, Fit::Partial | Fit::Excess) {
                lines.add(None, self.book.weights.part_for_another, || "who pays for another pays the whole".to_owned());
            }
            self.identities.add_lines(self, payer, false, lines);
            let cost = self.book.weights.for_another - self.book.debtors_cb;
            lines.add(None, cost, || "a debtor that pays for another".to_owned());
        } else {
            self.identities.add_lines(self, best, true, lines);
        }
    }

    /// Adds what the text says for these items and against them; returns the weakest citation.
    fn text_lines(&self, uses: &[Use], lines: &mut Lines) -> i64 {
        let mut best: Vec<(u32, i64)> = uses.iter().map(|u| (u.item, 0)).collect();
        best.sort_unstable();
        for place in &self.reading.places {
            // One number names one item: its best reading among the items of the explanation.
            let own = place.citations.iter().filter(|c| c.weight > 0 && best.binary_search_by_key(&c.item, |b| b.0).is_ok());
            let fresh = own
                .clone()
                .filter(|c| best.binary_search_by_key(&c.item, |b| b.0).is_ok_and(|i| best[i].1 == 0))
                .max_by_key(|c| (c.weight, c.item));
            match fresh {
                Some(citation) => {
                    if self.is_set_aside(place) {
                        lines.add(None, self.unexplained(place.from), || {
                            format!("the text says that {:?} is not paid", self.quoted(place.from, place.to))
                        });
                        continue;
                    }
                    if let Ok(index) = best.binary_search_by_key(&citation.item, |b| b.0) {
                        best[index].1 = citation.weight;
                    }
                    lines.add(Some(citation.kind), citation.weight, || {
                        let invoice = self.book.invoice(citation.item);
                        format!("{:?} names {}", self.quoted(citation.from, citation.to), invoice.id)
                    });
                }
                None if place.is_strong() && own.clone().next().is_none() && !self.is_set_aside(place) => {
                    let weight = self.unexplained(place.from);
                    lines.add(None, weight, || {
                        format!("{:?} names an open item that this leaves out", self.quoted(place.from, place.to))
                    });
                }
                None => {}
            }
        }
        let strangers = self.reading.strangers();
        if strangers > 0 {
            lines.add(None, strangers * self.book.weights.number_unexplained, || {
                "the text holds a number like ours that is not open".to_owned()
            });
        }
        let weakest = best.iter().map(|b| b.1).min().unwrap_or(0);
        // Beside a number, a day says little: it is the number that names the document.
        if weakest == 0 && !self.reading.gives_numbers {
            let times = self.times();
            let unnamed = best.iter().filter(|(_, weight)| *weight == 0).map(|(item, _)| *item);
            let weights = self.book.weights;
            let said = times.fit(self.book, &unnamed).map(|timely| match timely {
                Timely::Month => (weights.month_named, "the text names their month, or the days between which they are"),
                Timely::Day => (weights.day_named, "the text names their day"),
                Timely::OfDocument => (weights.day_of_document, "the text gives the day on which they were issued"),
            });
            if let Some((weight, note)) = said {
                lines.add(Some(Evidence::Wording), weight, || note.to_owned());
            }
        }
        weakest
    }

    /// Days and months that the text names.
    pub(super) fn times(&self) -> &Times {
        self.times.get_or_init(|| Times::of(&self.tokens))
    }

    /// Whether the text names months or spans of days, and no document by its number: it pays what is of them, perhaps.
    pub(super) fn names_periods(&self) -> bool {
        !self.reading.gives_numbers && self.times().name_periods()
    }

    /// Whether the text says that the number at a place is not paid: "sauf …", "… non reçue", "… en attente".
    pub(super) fn is_set_aside(&self, place: &Place) -> bool {
        let before = self.tokens[..place.from].iter().rev().find(|token| !NUMBER_WORDS.contains(&token.text));
        before.is_some_and(|token| weights::BUT_WORDS.contains(&token.text))
            || self.tokens.get(place.to).is_some_and(|token| {
                let next = self.tokens.get(place.to + 1).map_or("", |next| next.text);
                token.field_index == self.tokens[place.from].field_index
                    && (weights::NOT_PAID_WORDS.contains(&token.text) || token.text == "EN" && weights::IN_WORDS.contains(&next))
            })
    }

    /// Whether the text says that the payer keeps a part back.
    pub(super) fn keeps_a_part(&self) -> bool {
        self.reading.says(&weights::RETENTION_WORDS) || self.keeps_a_guarantee()
    }

    /// Whether it says that it is a guarantee: "RG 5 %", and not "RG-NR 1801".
    pub(super) fn keeps_a_guarantee(&self) -> bool {
        let is_percent = |next: &Token<'_>| next.has_digit() && next.text.len() == 1;
        let may_follow = |next: &Token<'_>| is_percent(next) || weights::BEHIND_GUARANTEE_WORDS.contains(&next.text);
        let is_sign = |at: usize| {
            let next = self.tokens.get(at + 1).filter(|next| next.field_index == self.tokens[at].field_index);
            self.tokens[at].text == weights::GUARANTEE_SIGN && at > 0 && next.is_none_or(may_follow)
        };
        self.reading.says(&weights::GUARANTEE_WORDS) || (0..self.tokens.len()).any(is_sign)
    }

    /// Whether the payer calls the number that begins at a token its own.
    pub(super) fn is_own_reference(&self, from: usize) -> bool {
        let before: Vec<&str> = self.tokens[from.saturating_sub(2)..from].iter().map(|t| t.text).collect();
        weights::OWN_REFERENCE_WORDS.contains(&before.join(" ").as_str())
    }

    /// What it costs to leave out a number: less when the payer calls it its own.
    fn unexplained(&self, from: usize) -> i64 {
        if self.is_own_reference(from) { self.book.weights.own_number_unexplained } else { self.book.weights.number_unexplained }
    }

    /// A line for words of the text that fit, none when they do not stand there.
    pub(super) fn wording(&self, words: &[&str], weight: i64, lines: &mut Lines) {
        if self.reading.says(words) {
            lines.add(Some(Evidence::Wording), weight, || "the text says so".to_owned());
        }
    }
}

//! Who paid: names, accounts, groups, and names in the text.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::super::book::Book;
use super::super::name_index::Likeness;
use super::super::names::{Name, SIMILAR_BP};
use super::super::readings::Facts;
use super::super::references::Citation;
use super::super::weights;
use super::Case;
use super::lines::Lines;
use crate::model::{Account, Evidence, EvidenceSet};

/// What is known of who paid.
pub(super) struct Identities<'a> {
    /// The payer's name and the ultimate debtor's, as far as the bank gives them.
    names: [Option<&'a Name>; 2],
    /// Debtors that the payer's or the ultimate debtor's name is like.
    by_name: Cow<'a, [Likeness]>,
    /// Debtors that the text names.
    in_text: &'a [u32],
    /// It says that the only one of them is paid for.
    is_paid_for: bool,
    /// An office pays, and the text does not name for whom: it may be any money of the state.
    is_unknown_office: bool,
    /// Debtors whose account it is; `None`: the account is not known.
    by_account: Option<&'a [usize]>,
    /// Debtors that people named for this payer earlier, or said it was not.
    remembered: Vec<(usize, i64)>,
    /// The group of the debtor whose name the payer bears.
    group: Option<(&'a str, usize)>,
    /// Best first. Debtors that a name is like are here only where they may have paid: they are most of
    /// them, and looked up at once.
    ranked: Vec<Known>,
}

/// What speaks for one debtor.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub debtor: usize,
    pub weight: i64,
    evidence: EvidenceSet,
}

/// How alike a debtor's name is to the payer's, in basis points, and whether legal forms agree.
type Similarity = (u16, Option<bool>);

impl<'a> Identities<'a> {
    /// What the payer's names, its account and the text tell of any debtor.
    pub(super) fn new(book: &Book<'a>, facts: &Facts<'_>, in_text: &'a [u32], is_on_behalf: bool) -> Self {
        let mut names = [None; 2];
        let mut by_name: Cow<'a, [Likeness]> = Cow::default();
        for (own, (name, found)) in names.iter_mut().zip(book.debtors.names_of_payer(facts.payer)) {
            *own = Some(name);
            if by_name.is_empty() {
                by_name = Cow::Borrowed(found);
                continue;
            }
            let by_name = by_name.to_mut();
            for like in found {
                match by_name.iter_mut().find(|known| known.0 == like.0) {
                    Some(known) if like.1 > known.1 => *known = *like,
                    Some(_) => {}
                    None => by_name.push(*like),
                }
            }
        }
        let by_account = book.debtors.owners(facts.payer);
        let best_name = by_name.iter().filter(|(_, s, _)| *s >= 9_000).max_by_key(|(d, s, f)| (*s, *f, Reverse(*d)));
        let group = best_name.and_then(|(d, ..)| Some((book.ledger.debtors[*d].group_id.as_deref()?, *d)));
        let remembered = book.payers.of(facts.remittance);
        let is_paid_for = is_on_behalf && in_text.len() == 1;
        let is_unknown_office = in_text.is_empty() && book.debtors.is_office(facts.payer);
        Self { names, by_name, in_text, is_paid_for, is_unknown_office, by_account, remembered, group, ranked: Vec::new() }
    }

    /// Ranks the debtors that may have paid, those of the items that the text names among them.
    pub(super) fn rank(&mut self, book: &Book<'a>, citations: &[Citation]) {
        let by_name = &self.by_name;
        let mut others: Vec<usize> = self.in_text.iter().map(|d| *d as usize).collect();
        others.extend(self.by_account.into_iter().flatten());
        others.extend(self.remembered.iter().map(|(d, _)| d));
        others.extend(citations.iter().map(|c| book.debtor(c.item)));
        others.retain(|debtor| by_name.iter().all(|(known, ..)| known != debtor));
        others.sort_unstable();
        others.dedup();
        let mut ranked: Vec<Known> = Vec::with_capacity(by_name.len() + others.len());
        let by_name = by_name.iter().map(|(d, bp, forms)| self.weigh(book, *d, (*bp, *forms), |_, _| {}));
        ranked.extend(by_name.filter(|known| known.weight > 0));
        ranked.extend(others.into_iter().map(|d| self.weigh(book, d, self.close_look(book, d), |_, _| {})));
        ranked.sort_unstable_by(|a, b| b.weight.cmp(&a.weight).then(a.debtor.cmp(&b.debtor)));
        self.ranked = ranked;
    }

    /// Whether the payer's names, its account, its group, people or the text speak for that debtor.
    pub(super) fn point_to(&self, book: &Book<'_>, debtor: usize) -> bool {
        let is_known = self.in_text.iter().any(|d| *d as usize == debtor)
            || self.by_account.is_some_and(|owners| owners.contains(&debtor))
            || self.remembered.iter().any(|(d, _)| *d == debtor)
            || self.by_name.iter().any(|(d, ..)| *d == debtor)
            || self.is_in_group(book, debtor);
        is_known && self.weigh(book, debtor, self.similarity(book, debtor), |_, _| {}).weight > 0
    }

    /// The debtors identified at least so well that have open items, best first.
    pub(super) fn likely(&self, at_least: i64, most: usize) -> Vec<usize> {
        self.ranked.iter().filter(|r| r.weight >= at_least).take(most).map(|r| r.debtor).collect()
    }

    /// Whether that debtor may have paid.
    pub(super) fn is_likely(&self, debtor: usize) -> bool {
        self.ranked.iter().any(|r| r.debtor == debtor && r.weight > 0)
    }

    /// The best identified debtor.
    pub(super) fn best(&self) -> Option<Known> {
        self.ranked.first().filter(|r| r.weight > 0).copied()
    }

    /// What speaks for a debtor.
    pub(super) fn of(&self, book: &Book<'_>, debtor: usize) -> Known {
        let known = self.ranked.iter().find(|r| r.debtor == debtor).copied();
        known.unwrap_or_else(|| self.weigh(book, debtor, self.similarity(book, debtor), |_, _| {}))
    }

    /// The best identified of some debtors.
    pub(super) fn best_of(&self, book: &Book<'_>, debtors: impl IntoIterator<Item = usize>) -> Option<Known> {
        debtors.into_iter().map(|debtor| self.of(book, debtor)).max_by_key(|known| (known.weight, Reverse(known.debtor)))
    }

    /// Adds what speaks for a debtor; when another debtor pays for it, not as evidence.
    pub(super) fn add_lines(&self, case: &Case<'_>, known: Known, is_evidence: bool, lines: &mut Lines) {
        if !case.notes {
            lines.add_sum(if is_evidence { known.evidence } else { EvidenceSet::default() }, known.weight);
            return;
        }
        let name = &case.book.ledger.debtors[known.debtor].name;
        let (similarity, forms) = self.similarity(case.book, known.debtor);
        let mut sum = 0;
        let total = self.weigh(case.book, known.debtor, (similarity, forms), |evidence, weight| {
            sum += weight;
            lines.add(Some(evidence).filter(|_| is_evidence && weight > 0), weight, || match evidence {
                Evidence::Iban => {
                    let account = case.facts.remittance.line.payer_account.as_ref().map_or("", Account::as_str);
                    let whose = if weight > 0 { "known for" } else { "known, but not for" };
                    format!("account {account} is {whose} {name:?}")
                }
                Evidence::Memory if weight > 0 => format!("people confirmed this payer for {name:?} before"),
                Evidence::Memory => format!("people said before that this payer does not pay for {name:?}"),
                Evidence::NameInText => format!("the text names {name:?}"),
                Evidence::Group => format!("payer belongs to the group of {name:?}"),
                _ => {
                    let payer = &case.facts.remittance.line.payer_name;
                    format!("payer {payer:?} against debtor {name:?}: {}.{:02} % alike", similarity / 100, similarity % 100)
                }
            });
        });
        if total.weight != sum {
            lines.add(None, total.weight - sum, || "name and account are not independent".to_owned());
        }
    }

    /// How alike the payer's name is to the debtor's.
    fn similarity(&self, book: &Book<'_>, debtor: usize) -> Similarity {
        let known = self.by_name.iter().find(|(d, ..)| *d == debtor);
        known.map_or_else(|| self.close_look(book, debtor), |(_, similarity, forms)| (*similarity, *forms))
    }

    /// Weighs a debtor, telling each part.
    fn weigh(
        &self,
        book: &Book<'_>,
        debtor: usize,
        (similarity, forms): Similarity,
        mut tell: impl FnMut(Evidence, i64),
    ) -> Known {
        let (mut sum, mut evidence, mut strongest) = (0, EvidenceSet::default(), i64::MIN);
        let mut add = |kind: Evidence, weight: i64| {
            sum += weight;
            if weight > 0 {
                evidence.insert(kind);
            }
            tell(kind, weight);
        };
        let is_in_text = self.in_text.iter().any(|d| *d as usize == debtor);
        let in_text = if self.is_paid_for { book.weights.name_95 } else { book.weights.name_in_text };
        // Who pays for another bears another name.
        if self.names[0].is_some() && !(self.is_paid_for && is_in_text && similarity < SIMILAR_BP) {
            strongest = weights::name(book.weights, similarity, forms);
            add(if similarity >= 9_950 { Evidence::Name } else { Evidence::NameFuzzy }, strongest);
        }
        if self.is_unknown_office {
            add(Evidence::NameFuzzy, book.weights.name_of_another);
        }
        if is_in_text && strongest < in_text {
            add(Evidence::NameInText, in_text);
        }
        match &self.by_account {
            Some(owners) if owners.contains(&debtor) => add(Evidence::Iban, book.weights.iban),
            Some(_) => add(Evidence::Iban, book.weights.iban_of_another),
            None => {}
        }
        if let Some((_, weight)) = self.remembered.iter().find(|(d, _)| *d == debtor) {
            add(Evidence::Memory, *weight);
        }
        if self.is_in_group(book, debtor) {
            add(Evidence::Group, book.weights.group - book.weights.name_of_another);
        }
        Known { debtor, weight: sum.min(book.weights.identity_most), evidence }
    }

    /// Whether the payer bears the name of another debtor of its group.
    fn is_in_group(&self, book: &Book<'_>, debtor: usize) -> bool {
        let is_of = |(group, bearer)| bearer != debtor && book.ledger.debtors[debtor].group_id.as_deref() == Some(group);
        self.group.is_some_and(is_of)
    }

    fn close_look(&self, book: &Book<'_>, debtor: usize) -> Similarity {
        self.names
            .iter()
            .flatten()
            .map(|n| book.debtors.names.similarity_to(n, &book.debtors.names_of[debtor]))
            .max_by_key(|(s, f)| (*s, *f))
            .unwrap_or((0, None))
    }
}

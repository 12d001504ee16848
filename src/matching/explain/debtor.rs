//! Who paid: names, accounts, groups, and names in the text.

use super::super::book::Book;
use super::super::names::{Likeness, Name};
use super::super::references::Citation;
use super::super::weights;
use super::Case;
use super::lines::Lines;
use crate::model::{Account, Evidence, EvidenceSet, Remittance};

/// What is known of who paid.
pub(super) struct Identities<'a> {
    /// The payer's name and the ultimate debtor's, as far as the bank gives them.
    names: Vec<&'a Name>,
    /// Debtors that the payer's or the ultimate debtor's name is like.
    by_name: Vec<Likeness>,
    /// Debtors that the text names.
    in_text: &'a [u32],
    /// Debtors whose account it is; `None`: the account is not known.
    by_account: Option<&'a [usize]>,
    /// Debtors that people named for this payer earlier, or said it was not.
    remembered: Vec<(usize, i64)>,
    /// The group of the debtor whose name the payer bears.
    group: Option<(&'a str, usize)>,
    ranked: Vec<Known>,
}

/// What speaks for one debtor.
#[derive(Clone, Copy)]
struct Known {
    debtor: usize,
    weight: i64,
    evidence: EvidenceSet,
}

impl<'a> Identities<'a> {
    pub(super) fn new(
        book: &Book<'a>,
        (number, remittance): (usize, &Remittance),
        in_text: &'a [u32],
        citations: &[Citation],
    ) -> Self {
        let mut names = Vec::with_capacity(2);
        let mut by_name: Vec<Likeness> = Vec::new();
        for (name, found) in book.debtors.payers(number) {
            names.push(name);
            if by_name.is_empty() {
                by_name.clone_from(found);
                continue;
            }
            for like in found {
                match by_name.iter_mut().find(|known| known.0 == like.0) {
                    Some(known) if like.1 > known.1 => *known = *like,
                    Some(_) => {}
                    None => by_name.push(*like),
                }
            }
        }
        let by_account = match &remittance.line.payer_account {
            Some(Account::Iban(iban)) => book.debtors.ibans.get(iban.as_str()).map(Vec::as_slice),
            _ => None,
        };
        let best_name = by_name.iter().filter(|(_, s, _)| *s >= 9_000).max_by_key(|(d, s, f)| (*s, *f, std::cmp::Reverse(*d)));
        let group = best_name.and_then(|(d, ..)| Some((book.ledger.debtors[*d].group_id.as_deref()?, *d)));
        let remembered = book.payers.of(remittance);
        let mut identities = Self { names, by_name, in_text, by_account, remembered, group, ranked: Vec::new() };
        let mut candidates: Vec<usize> = identities.by_name.iter().map(|(d, ..)| *d).collect();
        candidates.extend(identities.in_text.iter().map(|d| *d as usize));
        candidates.extend(identities.by_account.into_iter().flatten());
        candidates.extend(identities.remembered.iter().map(|(d, _)| d));
        candidates.extend(citations.iter().map(|c| book.items[c.item as usize].debtor));
        candidates.sort_unstable();
        candidates.dedup();
        let mut ranked: Vec<Known> = candidates.into_iter().map(|d| identities.weigh(book, d, |_, _| {})).collect();
        ranked.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.debtor.cmp(&b.debtor)));
        identities.ranked = ranked;
        identities
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
    pub(super) fn best(&self) -> Option<(usize, i64)> {
        self.ranked.first().filter(|r| r.weight > 0).map(|r| (r.debtor, r.weight))
    }

    /// How much speaks for a debtor.
    pub(super) fn weight(&self, case: &Case<'_>, debtor: usize) -> i64 {
        self.of(case, debtor).weight
    }

    fn of(&self, case: &Case<'_>, debtor: usize) -> Known {
        let known = self.ranked.iter().find(|r| r.debtor == debtor).copied();
        known.unwrap_or_else(|| self.weigh(case.book, debtor, |_, _| {}))
    }

    /// Adds what speaks for a debtor; when another debtor pays for it, not as evidence.
    pub(super) fn add_lines(&self, case: &Case<'_>, debtor: usize, is_evidence: bool, lines: &mut Lines) {
        if !case.notes {
            let own = self.of(case, debtor);
            lines.add_sum(if is_evidence { own.evidence } else { EvidenceSet::default() }, own.weight);
            return;
        }
        let name = &case.book.ledger.debtors[debtor].name;
        let mut sum = 0;
        let total = self.weigh(case.book, debtor, |evidence, weight| {
            sum += weight;
            lines.add(Some(evidence).filter(|_| is_evidence && weight > 0), weight, || match evidence {
                Evidence::Iban => {
                    let account = case.remittance.line.payer_account.as_ref().map_or("", Account::as_str);
                    let whose = if weight > 0 { "known for" } else { "known, but not for" };
                    format!("account {account} is {whose} {name:?}")
                }
                Evidence::Memory if weight > 0 => format!("people confirmed this payer for {name:?} before"),
                Evidence::Memory => format!("people said before that this payer does not pay for {name:?}"),
                Evidence::NameInText => format!("the text names {name:?}"),
                Evidence::Group => format!("payer belongs to the group of {name:?}"),
                _ => {
                    let payer = &case.remittance.line.payer_name;
                    let (similarity, _) = self.similarity(case.book, debtor);
                    format!("payer {payer:?} against debtor {name:?}: {}.{:02} % alike", similarity / 100, similarity % 100)
                }
            });
        });
        if total.weight != sum {
            lines.add(None, total.weight - sum, || "name and account are not independent".to_owned());
        }
    }

    /// How alike the payer's name is to the debtor's.
    fn similarity(&self, book: &Book<'_>, debtor: usize) -> (u16, Option<bool>) {
        let known = self.by_name.iter().find(|(d, ..)| *d == debtor);
        known.map_or_else(|| self.close_look(book, debtor), |(_, similarity, forms)| (*similarity, *forms))
    }

    /// Weighs a debtor, telling each part.
    fn weigh(&self, book: &Book<'_>, debtor: usize, mut tell: impl FnMut(Evidence, i64)) -> Known {
        let (mut sum, mut evidence, mut strongest) = (0, EvidenceSet::default(), i64::MIN);
        let mut add = |kind: Evidence, weight: i64| {
            sum += weight;
            if weight > 0 {
                evidence.insert(kind);
            }
            tell(kind, weight);
        };
        if !self.names.is_empty() {
            let (similarity, forms) = self.similarity(book, debtor);
            strongest = weights::name(book.weights, similarity, forms);
            add(if similarity >= 9_950 { Evidence::Name } else { Evidence::NameFuzzy }, strongest);
        }
        if self.in_text.iter().any(|d| *d as usize == debtor) && strongest < book.weights.name_in_text {
            add(Evidence::NameInText, book.weights.name_in_text);
        }
        match &self.by_account {
            Some(owners) if owners.contains(&debtor) => add(Evidence::Iban, book.weights.iban),
            Some(_) => add(Evidence::Iban, book.weights.iban_of_another),
            None => {}
        }
        if let Some((_, weight)) = self.remembered.iter().find(|(d, _)| *d == debtor) {
            add(Evidence::Memory, *weight);
        }
        let in_group = self
            .group
            .is_some_and(|(group, bearer)| bearer != debtor && book.ledger.debtors[debtor].group_id.as_deref() == Some(group));
        if in_group {
            add(Evidence::Group, book.weights.group - book.weights.name_of_another);
        }
        Known { debtor, weight: sum.min(book.weights.identity_most), evidence }
    }

    fn close_look(&self, book: &Book<'_>, debtor: usize) -> (u16, Option<bool>) {
        self.names
            .iter()
            .map(|n| book.debtors.names.similarity_to(n, &book.debtors.names_of[debtor]))
            .max_by_key(|(s, f)| (*s, *f))
            .unwrap_or((0, None))
    }
}

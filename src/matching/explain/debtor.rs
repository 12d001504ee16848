//! Who paid: names, accounts, groups, and names in the text.

use rustc_hash::FxHashMap;

use super::super::book::Book;
use super::super::names::Name;
use super::super::references::Citation;
use super::super::weights;
use super::super::words::Token;
use super::Case;
use crate::model::{Account, Evidence, Remittance, Weighed};

/// Similarity from which a name in the text counts: texts hold many words.
const NAME_IN_TEXT_BP: u16 = 9_000;
/// Words that stand around names and numbers in remittance texts.
const TEXT_WORDS: [&str; 40] = [
    "FACTURE",
    "FACTURES",
    "FACT",
    "FAC",
    "FACTUE",
    "VIREMENT",
    "VIR",
    "SEPA",
    "REGLEMENT",
    "REGLT",
    "REGL",
    "PAIEMENT",
    "PAYMENT",
    "INVOICE",
    "INV",
    "REF",
    "REFERENCE",
    "VOTRE",
    "NOTRE",
    "NOS",
    "VOS",
    "MERCI",
    "SOLDE",
    "COMPTE",
    "RELEVE",
    "ECHEANCE",
    "ACOMPTE",
    "AVOIR",
    "CLIENT",
    "BORD",
    "BORDEREAU",
    "DU",
    "AU",
    "ECH",
    "GROUPE",
    "PC",
    "POUR",
    "LE",
    "PAR",
    "SUR",
];

/// What is known of who paid.
pub(super) struct Identities<'a> {
    /// The payer's name and the ultimate debtor's, as far as the bank gives them.
    names: Vec<&'a Name>,
    /// Similarity of the payer's or ultimate debtor's name, and whether legal forms agree.
    by_name: FxHashMap<usize, (u16, Option<bool>)>,
    /// Debtors that the text names.
    in_text: Vec<usize>,
    /// Debtors whose account it is; `None`: the account is not known.
    by_account: Option<Vec<usize>>,
    /// Debtors that people named for this payer earlier, or said it was not.
    remembered: Vec<(usize, i64)>,
    /// The group of the debtor whose name the payer bears.
    group: Option<(String, usize)>,
    ranked: Vec<(usize, i64)>,
}

impl<'a> Identities<'a> {
    pub(super) fn new(book: &Book<'a>, remittance: &Remittance, tokens: &[Token], citations: &[Citation]) -> Self {
        let mut names = Vec::with_capacity(2);
        let mut by_name: FxHashMap<usize, (u16, Option<bool>)> = FxHashMap::default();
        let given = [Some(&remittance.line.payer_name), remittance.ultimate_name.as_ref()];
        for (name, found) in given.into_iter().flatten().filter_map(|text| book.debtors.payer(text)) {
            names.push(name);
            for (debtor, similarity, forms) in found {
                let known = by_name.entry(*debtor).or_insert((*similarity, *forms));
                if *similarity > known.0 {
                    *known = (*similarity, *forms);
                }
            }
        }
        let in_text = names_in_text(book, tokens);
        let by_account = match &remittance.line.payer_account {
            Some(Account::Iban(iban)) => book.debtors.ibans.get(iban.as_str()).cloned(),
            _ => None,
        };
        let best_name =
            by_name.iter().filter(|(_, (s, _))| *s >= 9_000).max_by_key(|(d, (s, f))| (*s, *f, std::cmp::Reverse(**d)));
        let group = best_name.and_then(|(d, _)| Some((book.ledger.debtors[*d].group_id.clone()?, *d)));
        let remembered = book.payers.of(remittance);
        let mut identities = Self { names, by_name, in_text, by_account, remembered, group, ranked: Vec::new() };
        let mut candidates: Vec<usize> = identities.by_name.keys().chain(&identities.in_text).copied().collect();
        candidates.extend(identities.by_account.iter().flatten());
        candidates.extend(identities.remembered.iter().map(|(d, _)| d));
        candidates.extend(citations.iter().map(|c| book.items[c.item as usize].debtor));
        candidates.sort_unstable();
        candidates.dedup();
        let mut ranked: Vec<(usize, i64)> = candidates.into_iter().map(|d| (d, identities.weigh(book, d).0)).collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        identities.ranked = ranked;
        identities
    }

    /// The debtors identified at least so well that have open items, best first.
    pub(super) fn likely(&self, at_least: i64, most: usize) -> Vec<usize> {
        self.ranked.iter().filter(|(_, w)| *w >= at_least).take(most).map(|(d, _)| *d).collect()
    }

    /// Whether that debtor may have paid.
    pub(super) fn is_likely(&self, debtor: usize) -> bool {
        self.ranked.iter().any(|(d, weight)| *d == debtor && *weight > 0)
    }

    /// The best identified debtor.
    pub(super) fn best(&self) -> Option<(usize, i64)> {
        self.ranked.first().copied().filter(|(_, w)| *w > 0)
    }

    /// How much speaks for a debtor.
    pub(super) fn weight(&self, case: &Case<'_>, debtor: usize) -> i64 {
        self.ranked.iter().find(|(d, _)| *d == debtor).map_or_else(|| self.weigh(case.book, debtor).0, |(_, w)| *w)
    }

    /// The same, line by line.
    pub(super) fn lines(&self, case: &Case<'_>, debtor: usize) -> Vec<Weighed> {
        let (total, parts) = self.weigh(case.book, debtor);
        let name = &case.book.ledger.debtors[debtor].name;
        let mut lines: Vec<Weighed> = parts
            .iter()
            .map(|(evidence, weight)| {
                case.weighed(Some(*evidence).filter(|_| *weight > 0), *weight, || {
                    let payer = &case.remittance.line.payer_name;
                    match evidence {
                        Evidence::Iban => {
                            let account = case.remittance.line.payer_account.as_ref().map_or("", Account::as_str);
                            let whose = if *weight > 0 { "known for" } else { "known, but not for" };
                            format!("account {account} is {whose} {name:?}")
                        }
                        Evidence::Memory if *weight > 0 => format!("people confirmed this payer for {name:?} before"),
                        Evidence::Memory => format!("people said before that this payer does not pay for {name:?}"),
                        Evidence::NameInText => format!("the text names {name:?}"),
                        Evidence::Group => format!("payer belongs to the group of {name:?}"),
                        _ => {
                            let (similarity, _) = self.similarity(case.book, debtor);
                            format!(
                                "payer {payer:?} against debtor {name:?}: {}.{:02} % alike",
                                similarity / 100,
                                similarity % 100
                            )
                        }
                    }
                })
            })
            .collect();
        let sum: i64 = parts.iter().map(|(_, w)| w).sum();
        if total != sum {
            lines.push(case.weighed(None, total - sum, || "name and account are not independent".to_owned()));
        }
        lines
    }

    /// How alike the payer's name is to the debtor's.
    fn similarity(&self, book: &Book<'_>, debtor: usize) -> (u16, Option<bool>) {
        self.by_name.get(&debtor).copied().unwrap_or_else(|| self.close_look(book, debtor))
    }

    fn weigh(&self, book: &Book<'_>, debtor: usize) -> (i64, Vec<(Evidence, i64)>) {
        let mut parts = Vec::with_capacity(3);
        let (similarity, forms) = self.similarity(book, debtor);
        if !self.names.is_empty() {
            let weight = weights::name(similarity, forms);
            let kind = if similarity >= 9_950 { Evidence::Name } else { Evidence::NameFuzzy };
            parts.push((kind, weight));
        }
        if self.in_text.contains(&debtor) && parts.iter().all(|(_, w)| *w < weights::NAME_IN_TEXT) {
            parts.push((Evidence::NameInText, weights::NAME_IN_TEXT));
        }
        match &self.by_account {
            Some(owners) if owners.contains(&debtor) => parts.push((Evidence::Iban, weights::IBAN)),
            Some(_) => parts.push((Evidence::Iban, weights::IBAN_OF_ANOTHER)),
            None => {}
        }
        if let Some((_, weight)) = self.remembered.iter().find(|(d, _)| *d == debtor) {
            parts.push((Evidence::Memory, *weight));
        }
        let in_group = self
            .group
            .as_ref()
            .is_some_and(|(group, bearer)| *bearer != debtor && book.ledger.debtors[debtor].group_id.as_deref() == Some(group));
        if in_group {
            parts.push((Evidence::Group, weights::GROUP - weights::NAME_OF_ANOTHER));
        }
        let sum: i64 = parts.iter().map(|(_, w)| w).sum();
        (sum.min(weights::IDENTITY_MAX), parts)
    }

    fn close_look(&self, book: &Book<'_>, debtor: usize) -> (u16, Option<bool>) {
        self.names
            .iter()
            .map(|n| book.debtors.names.similarity_to(n, &book.debtors.names_of[debtor]))
            .max_by_key(|(s, f)| (*s, *f))
            .unwrap_or((0, None))
    }
}

/// Debtors that the text names: after "pour le compte de", or with its words that are no numbers.
fn names_in_text(book: &Book<'_>, tokens: &[Token]) -> Vec<usize> {
    let mut words: Vec<&str> = Vec::new();
    for token in tokens {
        let word = token.text.as_str();
        if !token.has_digit() && !TEXT_WORDS.contains(&word) && (word.len() > 1 || !words.is_empty()) {
            words.push(word);
        }
    }
    while words.first().is_some_and(|w| w.len() == 1) {
        words.remove(0);
    }
    let name = Name::new(&words.join(" "));
    if words.len() < 2 || name.is_empty() {
        return Vec::new();
    }
    let found = book.debtors.names.find(&name);
    found.into_iter().filter(|(_, s, _)| *s >= NAME_IN_TEXT_BP).map(|(d, ..)| d).collect()
}

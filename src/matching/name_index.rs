//! Payer names against debtor names: trigrams find few, a close look decides among them.

use std::cell::RefCell;
use std::cmp::Reverse;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::garbled;
use super::names::{ALIKE_BP, Name, SIMILAR_BP, similarity_bp, trigrams};
use super::references::hash;
use super::short;
use crate::model::Debtor;

/// Debtors looked at closely for one name, those that share most and rarest trigrams with it.
const CLOSE_LOOKS_MAX: usize = 24;
/// Share of the best name's overlap that another needs for a close look, in percent.
const OVERLAP_LEAST_PERCENT: u32 = 30;
/// The same once the very name was found, and once one very like it was: a homonym shares most.
const HOMONYM_OVERLAP_PERCENT: u32 = 65;
const ALIKE_OVERLAP_PERCENT: u32 = 50;
/// Distinct wordings that the trigrams and words of one name may bring up.
const POSTINGS_MAX: usize = 2_048;
/// Of these, the wordings whose trigrams are all compared, those with most of the rare ones first.
const COMPARED_MAX: usize = 48;
/// Wordings that have a word from which it is common: it is walked as one.
const COMMON_WORD: usize = 64;

thread_local! {
    /// One counter a wording, kept from one look to the next: clearing what was touched is cheaper than
    /// a map.
    static OVERLAPS: RefCell<Overlaps> = RefCell::default();
}

/// What each wording shares with the name that is looked for.
#[derive(Default)]
struct Overlaps {
    counts: Vec<u32>,
    /// Room for the wordings that have a count.
    touched: Vec<u32>,
    /// How many of the touched have each count.
    with_count: Vec<u32>,
    /// Of each trigram of the index, what sharing it weighs; 0 where the name does not have it.
    weights: Vec<u8>,
}

/// What sharing a trigram that so many names have weighs: rare ones tell more.
fn rarity(names: usize) -> u8 {
    1 + 64 / u8::try_from(names.max(1).ilog2() + 1).unwrap_or(u8::MAX)
}

impl Overlaps {
    /// The wordings that share most of the rare terms, with the weight of what was counted of each.
    /// Counting stops where one that is not among them yet cannot come near the best any more.
    fn gather(&mut self, terms: &[Term<'_>], wordings: usize, whole: bool) -> Vec<(u32, u32)> {
        if self.counts.len() < wordings {
            self.counts.resize(wordings, 0);
            self.touched.resize(wordings + 1, 0);
        }
        let mut touched = 0;
        let mut left: u32 = terms.iter().map(|term| term.weight).sum();
        // Where the very name is there, it shares all.
        let mut most = if whole { left } else { 0 };
        for Term { postings, weight } in terms {
            if touched >= POSTINGS_MAX || left * 100 < most * OVERLAP_LEAST_PERCENT {
                break;
            }
            left -= weight;
            for id in *postings {
                let count = &mut self.counts[*id as usize];
                // As many are new as are not: writing each down is cheaper than guessing which.
                self.touched[touched] = *id;
                touched += usize::from(*count == 0);
                *count += weight;
                most = most.max(*count);
            }
        }
        // What the best have at least: those with more are fewer than are compared.
        self.with_count.clear();
        self.with_count.resize(most as usize + 1, 0);
        let touched = &self.touched[..touched];
        for id in touched {
            self.with_count[self.counts[*id as usize] as usize] += 1;
        }
        let mut better = 0;
        let least = (1..=most).rev().find(|count| {
            better += self.with_count[*count as usize] as usize;
            better >= COMPARED_MAX
        });
        let least = least.unwrap_or(1);
        let counts = &mut self.counts;
        let all = touched.iter().map(|id| (std::mem::take(&mut counts[*id as usize]), *id));
        let mut near: Vec<(u32, u32)> = all.filter(|(count, _)| *count >= least).collect();
        if near.len() > COMPARED_MAX {
            near.select_nth_unstable_by_key(COMPARED_MAX, |(shared, id)| (Reverse(*shared), *id));
            near.truncate(COMPARED_MAX);
        }
        near
    }

    /// The weights of the trigrams that names have in common with one that has these.
    fn weigh(&mut self, index: &NameIndex, grams: &[u32], near: &mut [(u32, u32)]) {
        self.weights.resize(index.postings.len(), 0);
        for gram in grams {
            self.weights[*gram as usize] = rarity(index.postings[*gram as usize].len());
        }
        for (shared, id) in near {
            *shared = index.grams_of(*id).iter().map(|gram| u32::from(self.weights[*gram as usize])).sum();
        }
        for gram in grams {
            self.weights[*gram as usize] = 0;
        }
    }
}

/// A debtor that a name may be: index, similarity, and whether legal forms agree.
pub(super) type Likeness = (usize, u16, Option<bool>);

/// What a name has in common with others: a trigram, or a word that many have.
struct Term<'a> {
    /// The wordings that have it too.
    postings: &'a [u32],
    weight: u32,
}

/// All names of all debtors, in alphabetical order.
pub(super) struct NameIndex {
    /// Name and debtor; a debtor has one for its name and one for each alias.
    names: Vec<(Name, u32)>,
    /// Where the names of each wording begin: those of homonyms, which differ in legal form only, are looked
    /// at as one. One more than there are wordings.
    wordings: Vec<u32>,
    /// Every trigram by its number, and the wordings that have each.
    grams: FxHashMap<u32, u32>,
    postings: Vec<Vec<u32>>,
    /// The trigrams of all wordings, one behind the other, and where those of each begin; one more than
    /// there are wordings.
    all_grams: Vec<u32>,
    starts: Vec<u32>,
    /// All names, their words in a fixed order.
    whole: FxHashSet<u64>,
    /// The words that tell something, and the wordings that have each.
    words: FxHashMap<u64, Vec<u32>>,
    debtors: usize,
}

impl NameIndex {
    pub(super) fn new(debtors: &[Debtor]) -> Self {
        let of_debtor = |(number, debtor): (usize, &Debtor)| {
            let texts = std::iter::once(&debtor.name).chain(&debtor.aliases);
            let spelled = texts.clone().filter_map(|text| garbled::spelled_out(text)).map(|text| Name::new(&text));
            let names = texts.map(|text| Name::new(text)).chain(spelled).filter(|name| !name.is_empty());
            names.map(|name| (name, short(number))).collect::<Vec<_>>()
        };
        let mut names: Vec<(Name, u32)> = debtors.par_iter().enumerate().flat_map_iter(of_debtor).collect();
        names.par_sort_unstable();
        let mut index = Self {
            names,
            wordings: Vec::new(),
            grams: FxHashMap::default(),
            postings: Vec::new(),
            all_grams: Vec::new(),
            starts: vec![0],
            whole: FxHashSet::default(),
            words: FxHashMap::default(),
            debtors: debtors.len(),
        };
        let mut begin = 0;
        for bearers in index.names.chunk_by(|a, b| a.0.has_words_of(&b.0)) {
            let (name, id) = (&bearers[0].0, short(index.wordings.len()));
            index.wordings.push(begin);
            begin += short(bearers.len());
            for gram in &name.grams {
                let next = short(index.postings.len());
                let gram = *index.grams.entry(*gram).or_insert(next);
                if gram == next {
                    index.postings.push(Vec::new());
                }
                index.postings[gram as usize].push(id);
                index.all_grams.push(gram);
            }
            index.starts.push(short(index.all_grams.len()));
            index.whole.insert(hash(&name.sorted));
            for word in name.telling_words() {
                let postings = index.words.entry(hash(word)).or_default();
                if postings.last() != Some(&id) {
                    postings.push(id);
                }
            }
        }
        index.wordings.push(begin);
        index
    }

    /// The trigrams of a wording.
    fn grams_of(&self, id: u32) -> &[u32] {
        &self.all_grams[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize]
    }

    /// The names that have a wording, with their debtors.
    fn bearers(&self, id: u32) -> &[(Name, u32)] {
        &self.names[self.wordings[id as usize] as usize..self.wordings[id as usize + 1] as usize]
    }

    /// Whether any debtor's name has that word.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.contains_key(&hash(word))
    }

    /// The debtors that a name may be, best first.
    pub(super) fn find(&self, name: &Name) -> Vec<Likeness> {
        self.find_each(std::slice::from_ref(name)).concat()
    }

    /// The debtors that each of some names may be, best first; the names have the same words, those that have
    /// them in the same order follow one another.
    pub(super) fn find_each(&self, names: &[Name]) -> Vec<Vec<Likeness>> {
        let near = names.first().filter(|name| !name.is_empty()).map_or_else(Vec::new, |name| self.near(name));
        let mut found = Vec::with_capacity(names.len());
        for in_order in names.chunk_by(Name::is_written_like) {
            let alike = self.closely(&in_order[0], &near);
            found.extend(in_order.iter().map(|name| bearing(name, &alike)));
        }
        found
    }

    /// The wordings that share most trigrams with a name, with the weight of those; they depend on its
    /// words alone, in whatever order.
    fn near(&self, name: &Name) -> Vec<(u32, u32)> {
        let grams: Vec<u32> = name.grams.iter().filter_map(|gram| self.grams.get(gram).copied()).collect();
        let terms = self.terms(name, &grams);
        let whole = self.whole.contains(&hash(&name.sorted));
        let mut near = OVERLAPS.with_borrow_mut(|overlaps| {
            let mut near = overlaps.gather(&terms, self.wordings.len(), whole);
            overlaps.weigh(self, &grams, &mut near);
            near
        });
        near.sort_unstable_by_key(|(shared, id)| (Reverse(*shared), *id));
        near.truncate(CLOSE_LOOKS_MAX);
        // Names that share far fewer trigrams than the best cannot be nearly as alike.
        let least = near.first().map_or(0, |(overlap, _)| overlap * OVERLAP_LEAST_PERCENT / 100);
        near.retain(|(overlap, _)| *overlap >= least);
        near
    }

    /// What a name with these trigrams may have in common with others, the rarest first. The trigrams of a word
    /// that many names have stand in the same names, but for a few: these are walked once.
    fn terms(&self, name: &Name, grams: &[u32]) -> Vec<Term<'_>> {
        let weight = |gram: &u32| u32::from(rarity(self.postings[*gram as usize].len()));
        let mut rest = grams.to_vec();
        let mut terms: Vec<Term<'_>> = Vec::with_capacity(rest.len());
        // In one order for all names of these words: a trigram that two of them have counts for the first.
        let mut words: Vec<&str> = name.telling_words().collect();
        words.sort_unstable();
        for word in words {
            let Some(postings) = self.words.get(&hash(word)).filter(|postings| postings.len() >= COMMON_WORD) else { continue };
            let of_word: Vec<u32> = trigrams([word]).iter().filter_map(|gram| self.grams.get(gram).copied()).collect();
            let weight = of_word.iter().filter(|gram| rest.contains(gram)).map(weight).sum();
            rest.retain(|gram| !of_word.contains(gram));
            terms.push(Term { postings, weight });
        }
        terms.extend(rest.iter().map(|gram| Term { postings: &self.postings[*gram as usize], weight: weight(gram) }));
        terms.sort_by_key(|term| term.postings.len());
        terms
    }

    /// Which of the wordings near to a name are alike: those who bear them, as far as they are looked at, and how
    /// alike. Legal forms do not count yet.
    fn closely(&self, name: &Name, near: &[(u32, u32)]) -> Vec<(&[(Name, u32)], u16)> {
        let most = near.first().map_or(0, |(overlap, _)| *overlap);
        let (mut best, mut left) = (0, CLOSE_LOOKS_MAX);
        let mut alike = Vec::new();
        for (overlap, id) in near {
            // Once the name itself is found, only its near homonyms can still matter.
            let needed = match best {
                9_950.. => HOMONYM_OVERLAP_PERCENT,
                ALIKE_BP.. => ALIKE_OVERLAP_PERCENT,
                _ => 0,
            };
            if left == 0 || *overlap * 100 < most * needed {
                break;
            }
            let bearers = self.bearers(*id);
            let bearers = &bearers[..bearers.len().min(left)];
            left -= bearers.len();
            let similarity = similarity_bp(name, &bearers[0].0);
            best = best.max(similarity);
            if similarity >= SIMILAR_BP {
                alike.push((bearers, similarity));
            }
        }
        alike
    }

    /// How alike a name is to a debtor's best name.
    pub(super) fn similarity_to(&self, name: &Name, names_of: &[u32]) -> (u16, Option<bool>) {
        names_of
            .iter()
            .map(|id| &self.names[*id as usize].0)
            .map(|other| (similarity_bp(name, other), name.forms_agree(other)))
            .max_by_key(|(similarity, forms)| (*similarity, *forms))
            .unwrap_or((0, None))
    }

    /// Of each debtor, its place where all stand by name: homonyms stand together.
    pub(super) fn alphabetical(&self) -> Vec<u32> {
        let mut places = vec![u32::MAX; self.debtors];
        for (place, (_, debtor)) in (0..).zip(&self.names) {
            let own = &mut places[*debtor as usize];
            *own = place.min(*own);
        }
        places
    }

    /// Positions of the names of each debtor.
    pub(super) fn names_by_debtor(&self) -> Vec<Vec<u32>> {
        let mut by_debtor = vec![Vec::new(); self.debtors];
        for (id, (_, debtor)) in self.names.iter().enumerate() {
            by_debtor[*debtor as usize].push(short(id));
        }
        by_debtor
    }
}

/// The debtors that bear a name like that one, best first, and whether they have its legal form.
fn bearing(name: &Name, alike: &[(&[(Name, u32)], u16)]) -> Vec<Likeness> {
    let mut found: Vec<Likeness> = Vec::new();
    for (bearers, similarity) in alike {
        for (other, debtor) in *bearers {
            let (debtor, similarity) = (*debtor as usize, *similarity);
            let forms = name.forms_agree(other);
            match found.iter_mut().find(|(d, ..)| *d == debtor) {
                Some(known) if known.1 < similarity => (known.1, known.2) = (similarity, forms),
                Some(_) => {}
                None => found.push((debtor, similarity, forms)),
            }
        }
    }
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DebtorId;

    fn index(names: &[String]) -> NameIndex {
        let debtor = |name: &String| Debtor {
            id: DebtorId(name.as_str().into()),
            name: name.clone(),
            aliases: Vec::new(),
            ibans: Vec::new(),
            group_id: None,
            siren: None,
            vat_number: None,
            country: None,
            language: None,
            email: None,
            phone: None,
            contact: None,
            payment_terms: None,
            credit_limit: None,
            insured_limit: None,
            excluded: false,
            insolvent_since: None,
            consumer: false,
            notified_on: None,
            address: Vec::new(),
        };
        NameIndex::new(&names.iter().map(debtor).collect::<Vec<_>>())
    }

    /// Seventy trades and seventy surnames in all pairs: no word is rarer than another.
    fn common_words() -> Vec<String> {
        let letters = |at: u8| [b'A' + at / 10, b'K' + at % 10].map(char::from).iter().collect::<String>();
        (0..70).flat_map(|trade| (0..70).map(move |name| format!("Ateliers{} Dupont{}", letters(trade), letters(name)))).collect()
    }

    #[test]
    fn a_name_of_words_that_many_have_is_found_among_them() {
        let names = common_words();
        let index = index(&names);
        for (number, name) in names.iter().enumerate().step_by(97) {
            let found = index.find(&Name::new(name));
            assert_eq!((found[0].0, found[0].1), (number, 10_000), "{name}");
        }
        // With a letter wrong in the one word, the other and what is left of it still lead there.
        let found = index.find(&Name::new(&names[4_321].replace("Dupont", "Dupond")));
        assert!(found.iter().any(|(debtor, ..)| *debtor == 4_321), "{} {found:?}", names[4_321]);
    }

    #[test]
    fn names_of_the_same_words_are_found_together_as_each_is_alone() {
        let mut own = common_words();
        own.extend(["SARL AteliersCL DupontBM", "DupontBM AteliersCL Nord SAS", "AteliersDL DupontBM"].map(str::to_owned));
        let index = index(&own);
        // Cut off at the end of the one order, and inside the other.
        let orders = ["ATELIERSCL DUPONTBM", "DUPONTBM ATELIERSCL", "ATELIERSCL DUPONT", "DUPONT ATELIERSCL"];
        let forms = ["", " SARL", " SAS"];
        let mut names: Vec<Name> =
            orders.iter().flat_map(|words| forms.map(|form| Name::new(&format!("{words}{form}")))).collect();
        names.sort_by(Name::by_words);
        let groups: Vec<&[Name]> = names.chunk_by(Name::has_same_words_as).collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [6, 6]);
        let together: Vec<Vec<Likeness>> = groups.iter().flat_map(|group| index.find_each(group)).collect();
        let alone: Vec<Vec<Likeness>> = names.iter().map(|name| index.find(name)).collect();
        assert_eq!(together, alone);
        // Words that share trigrams: these count for the same word in both orders.
        let terms = |words: &str| {
            let name = Name::new(words);
            let grams: Vec<u32> = name.grams.iter().filter_map(|gram| index.grams.get(gram).copied()).collect();
            index.terms(&name, &grams).iter().map(|term| (term.postings.to_vec(), term.weight)).collect::<Vec<_>>()
        };
        assert_eq!(terms("ATELIERSCL ATELIERSDL DUPONTBM"), terms("ATELIERSDL DUPONTBM ATELIERSCL"));
        let found = |words: &str| index.find(&Name::new(words));
        assert_ne!(found(orders[2]), found(orders[3]), "the order tells something");
        assert_ne!(found("ATELIERSCL DUPONTBM SARL"), found("ATELIERSCL DUPONTBM SAS"), "and the legal form");
    }

    #[test]
    fn umlauts_and_lost_letters_are_found() {
        let index = index(&["Müller & Söhne GmbH".to_owned(), "Société Lefèvre".to_owned()]);
        let best = |name: &str| index.find(&Name::new(name)).first().map(|(debtor, similarity, _)| (*debtor, *similarity));
        assert_eq!(best("MUELLER & SOEHNE"), Some((0, 10_000)));
        assert_eq!(best("MUELLER UND SOEHNE").map(|(debtor, _)| debtor), Some(0));
        assert_eq!(best("SOCI?T? LEF?VRE"), Some((1, 9_700)));
    }

    #[test]
    fn homonyms_are_told_apart_by_their_legal_forms() {
        let mut names = common_words();
        names.extend(["SARL AteliersCL DupontBM".to_owned(), "AteliersCL DupontBM SAS".to_owned()]);
        let index = index(&names);
        let found = index.find(&Name::new("ATELIERSCL DUPONTBM SAS"));
        let alike: Vec<Likeness> = found.into_iter().filter(|(_, similarity, _)| *similarity == 10_000).collect();
        let bare = names.iter().position(|name| name == "AteliersCL DupontBM").unwrap();
        assert_eq!(alike, [(bare, 10_000, None), (4_900, 10_000, Some(false)), (4_901, 10_000, Some(true))]);
    }
}

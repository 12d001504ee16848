//! Payer names against debtor names: trigrams find few, a close look decides among them.

use std::cell::RefCell;
use std::cmp::Reverse;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::names::{ALIKE_BP, Name, SIMILAR_BP, similarity_bp};
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
/// Distinct names that the trigrams of one name may bring up.
const POSTINGS_MAX: usize = 2_048;
/// Of these, the names whose trigrams are all compared, those with most of the rare ones first.
const COMPARED_MAX: usize = 48;

thread_local! {
    /// One counter a name, kept from one look to the next: clearing what was touched is cheaper than
    /// a map.
    static OVERLAPS: RefCell<Overlaps> = RefCell::default();
}

/// How many trigrams each name shares with the one that is looked for.
#[derive(Default)]
struct Overlaps {
    counts: Vec<u32>,
    /// Room for the names that have a count.
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
    /// The names that share most of the rare trigrams, with the weight of what was counted of each.
    /// Counting stops where a name that is not among them yet cannot come near the best any more.
    fn gather(&mut self, grams: &[&[u32]], names: usize, whole: bool) -> Vec<(u32, u32)> {
        if self.counts.len() < names {
            self.counts.resize(names, 0);
            self.touched.resize(names + 1, 0);
        }
        let mut touched = 0;
        let mut left: u32 = grams.iter().map(|postings| u32::from(rarity(postings.len()))).sum();
        // Where the very name is there, only its homonyms are looked for besides.
        let (mut most, least_percent) = if whole { (left, HOMONYM_OVERLAP_PERCENT) } else { (0, OVERLAP_LEAST_PERCENT) };
        for postings in grams {
            if touched >= POSTINGS_MAX || left * 100 < most * least_percent {
                break;
            }
            let weight = u32::from(rarity(postings.len()));
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

/// All names of all debtors.
pub(super) struct NameIndex {
    /// Name and debtor; a debtor has one for its name and one for each alias.
    names: Vec<(Name, u32)>,
    /// Every trigram by its number, and the names that have each.
    grams: FxHashMap<u32, u32>,
    postings: Vec<Vec<u32>>,
    /// The trigrams of all names, one name behind the other, and where those of each begin; one more
    /// than there are names.
    all_grams: Vec<u32>,
    starts: Vec<u32>,
    /// All names, their words in a fixed order.
    whole: FxHashSet<u64>,
    /// The words that tell something, of all names.
    words: FxHashSet<u64>,
    debtors: usize,
}

impl NameIndex {
    pub(super) fn new(debtors: &[Debtor]) -> Self {
        let mut index = Self {
            names: Vec::new(),
            grams: FxHashMap::default(),
            postings: Vec::new(),
            all_grams: Vec::new(),
            starts: vec![0],
            whole: FxHashSet::default(),
            words: FxHashSet::default(),
            debtors: debtors.len(),
        };
        for (number, debtor) in debtors.iter().enumerate() {
            for text in std::iter::once(&debtor.name).chain(&debtor.aliases) {
                let name = Name::new(text);
                if name.is_empty() {
                    continue;
                }
                let id = short(index.names.len());
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
                index.words.extend(name.telling_words().map(hash));
                index.names.push((name, short(number)));
            }
        }
        index
    }

    /// The trigrams of a name.
    fn grams_of(&self, id: u32) -> &[u32] {
        &self.all_grams[self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize]
    }

    /// Whether any debtor's name has that word.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.words.contains(&hash(word))
    }

    /// The debtors that a name may be, best first.
    pub(super) fn find(&self, name: &Name) -> Vec<Likeness> {
        self.closely(name, &self.near(name))
    }

    /// The names that share most trigrams with a name, with the weight of those; they depend on its
    /// words alone.
    pub(super) fn near(&self, name: &Name) -> Vec<(u32, u32)> {
        let mut grams: Vec<u32> = name.grams.iter().filter_map(|gram| self.grams.get(gram).copied()).collect();
        grams.sort_by_key(|gram| self.postings[*gram as usize].len());
        let postings: Vec<&[u32]> = grams.iter().map(|gram| self.postings[*gram as usize].as_slice()).collect();
        let whole = self.whole.contains(&hash(&name.sorted));
        let mut near = OVERLAPS.with_borrow_mut(|overlaps| {
            let mut near = overlaps.gather(&postings, self.names.len(), whole);
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

    /// Which of the debtors near to a name it may be, best first.
    pub(super) fn closely(&self, name: &Name, near: &[(u32, u32)]) -> Vec<Likeness> {
        let most = near.first().map_or(0, |(overlap, _)| *overlap);
        let mut best = 0;
        let mut found: Vec<Likeness> = Vec::new();
        for (overlap, id) in near {
            // Once the name itself is found, only its near homonyms can still matter.
            let needed = match best {
                9_950.. => HOMONYM_OVERLAP_PERCENT,
                ALIKE_BP.. => ALIKE_OVERLAP_PERCENT,
                _ => 0,
            };
            if *overlap * 100 < most * needed {
                break;
            }
            let (other, debtor) = &self.names[*id as usize];
            let similarity = similarity_bp(name, other);
            best = best.max(similarity);
            if similarity < SIMILAR_BP {
                continue;
            }
            let debtor = *debtor as usize;
            let forms = name.forms_agree(other);
            match found.iter_mut().find(|(d, ..)| *d == debtor) {
                Some(known) if known.1 < similarity => (known.1, known.2) = (similarity, forms),
                Some(_) => {}
                None => found.push((debtor, similarity, forms)),
            }
        }
        found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        found
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
        let mut in_order: Vec<&(Name, u32)> = self.names.iter().collect();
        in_order.par_sort_unstable_by(|a, b| (&a.0.joined, a.1).cmp(&(&b.0.joined, b.1)));
        let mut places = vec![u32::MAX; self.debtors];
        for (place, (_, debtor)) in (0..).zip(in_order) {
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

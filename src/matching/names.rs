//! Payer names against debtor names: an index of trigrams finds few, `strsim` decides among them.

use std::cell::RefCell;
use std::cmp::Reverse;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::references::hash;
use super::short;
use super::words::{folded_words, one_edit_apart};
use crate::model::Debtor;

/// Legal forms, as they stand after folding; they tell homonyms apart but name nobody.
const LEGAL_FORMS: [&str; 52] = [
    "SARL", "SAS", "SASU", "SA", "EURL", "SNC", "SCOP", "SCI", "SCA", "SCS", "SCEA", "EARL", "GAEC", "SELARL", "SELAS", "GIE",
    "EI", "EIRL", "GMBH", "AG", "KG", "KGAA", "OHG", "UG", "EK", "MBH", "LTD", "LIMITED", "PLC", "LLP", "LLC", "INC", "CORP",
    "BV", "NV", "SPRL", "SRL", "SPA", "SAPA", "SL", "SLU", "LDA", "OY", "OYJ", "AB", "AS", "APS", "ASA", "SE", "SP", "ZOO",
    "KFT",
];
/// Words that stand in many names and tell little; they count a quarter.
const SMALL_WORDS: [&str; 14] = ["ET", "AND", "DE", "DU", "DES", "LA", "LE", "LES", "L", "D", "CO", "CIE", "STE", "SOCIETE"];

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
/// Similarity from which a name counts as found, in basis points.
pub(super) const SIMILAR_BP: u16 = 6_500;

/// As alike as a name of mixed scripts can be: it speaks neither for nor against.
const MIXED_SCRIPTS_BP: u16 = 7_000;

/// Similarity beyond which no other measure is asked.
const ALIKE_BP: u16 = 9_300;
/// Trigrams of the shorter name that the longer must share before edits are counted: two letters
/// wrong in a name of fifteen leave three fifths of them.
const SHARED_TRIGRAMS_PERCENT: usize = 45;

/// A name ready to compare; its parts lie close together in memory, since names are compared by the
/// million.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// All words, one behind the other.
    joined: Box<str>,
    words: Box<[Word]>,
    /// The words in alphabetical order.
    sorted: Box<str>,
    /// Its legal forms in alphabetical order.
    forms: Box<[String]>,
    /// Latin letters and letters of another script in one name.
    mixed_scripts: bool,
    grams: Box<[u32]>,
}

/// A word of a name, by its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    from: u32,
    to: u32,
    /// It stands in many names.
    is_small: bool,
}

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let mut forms = Vec::new();
        let mut words = Vec::new();
        for word in merge_initials(folded_words(text)) {
            if LEGAL_FORMS.contains(&word.as_str()) { forms.push(word) } else { words.push(word) }
        }
        if words.is_empty() {
            // A company whose whole name looks like a legal form.
            words.append(&mut forms);
        }
        forms.sort_unstable();
        let joined = words.concat().into_boxed_str();
        let grams = trigrams(&words).into();
        let mixed_scripts = joined.contains('?') && joined.bytes().any(|b| b.is_ascii_alphabetic());
        let mut to = 0;
        let places = words.iter().map(|word| {
            let from = to;
            to += u32::try_from(word.len()).unwrap_or(0);
            Word { from, to, is_small: SMALL_WORDS.contains(&word.as_str()) }
        });
        let places = places.collect();
        words.sort_unstable();
        Self { joined, words: places, sorted: words.concat().into(), forms: forms.into(), mixed_scripts, grams }
    }

    /// The words of the name, without its legal form.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|at| self.word(at))
    }

    fn word(&self, at: usize) -> &str {
        let Word { from, to, .. } = self.words[at];
        &self.joined[from as usize..to as usize]
    }

    /// How much sharing a word tells.
    fn word_weight(&self, at: usize) -> usize {
        if self.words[at].is_small { 1 } else { 2 + self.word(at).len() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether both have the same words in the same order, whatever their legal forms.
    pub(super) fn has_words_of(&self, other: &Self) -> bool {
        self.joined == other.joined && self.words == other.words
    }

    /// Whether both show a legal form, and which way it points.
    pub(super) fn forms_agree(&self, other: &Self) -> Option<bool> {
        (!self.forms.is_empty() && !other.forms.is_empty()).then(|| self.forms == other.forms)
    }
}

/// `S.A.R.L.` is `SARL`: single letters in a row are one word.
fn merge_initials(words: Vec<String>) -> Vec<String> {
    let mut merged: Vec<String> = Vec::with_capacity(words.len());
    let mut open = false;
    for word in words {
        let single = word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
        let after_form = merged.last().is_some_and(|last| open && last.len() < 5);
        match merged.last_mut() {
            Some(last) if (single || matches!(word.as_str(), "RL" | "PA")) && after_form => last.push_str(&word),
            _ => {
                merged.push(word);
                open = single || merged.last().is_some_and(|w| matches!(w.as_str(), "SA"));
                continue;
            }
        }
        open = true;
    }
    merged
}

fn trigrams(words: &[String]) -> Vec<u32> {
    let mut grams = Vec::new();
    for word in words {
        let padded: Vec<u8> = std::iter::once(b' ').chain(word.bytes()).chain(std::iter::once(b' ')).collect();
        grams.extend(padded.windows(3).map(|w| u32::from(w[0]) << 16 | u32::from(w[1]) << 8 | u32::from(w[2])));
    }
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// How alike two names are, 0 to 10 000: the best of shared words weighted by their length, and of
/// the edit distance of the names without blanks, in their order and sorted.
pub(super) fn similarity_bp(payer: &Name, debtor: &Name) -> u16 {
    if payer.joined.is_empty() || debtor.joined.is_empty() {
        return 0;
    }
    if payer.mixed_scripts || debtor.mixed_scripts {
        // A letter that only looks like a Latin one: never alike by name alone.
        return edits_bp(&payer.joined, &debtor.joined).min(MIXED_SCRIPTS_BP);
    }
    if payer.sorted == debtor.sorted || payer.joined == debtor.joined {
        return 10_000;
    }
    let by_words = cut_off(payer, debtor).max(shared_words_bp(payer, debtor));
    if by_words >= ALIKE_BP || shared_trigrams_percent(payer, debtor) < SHARED_TRIGRAMS_PERCENT {
        return by_words;
    }
    let in_order = edits_bp(&payer.joined, &debtor.joined);
    if in_order >= ALIKE_BP || payer.words.len() < 2 {
        return by_words.max(in_order);
    }
    by_words.max(in_order).max(edits_bp(&payer.sorted, &debtor.sorted))
}

/// How many of the shorter name's trigrams the other has too.
fn shared_trigrams_percent(payer: &Name, debtor: &Name) -> usize {
    let mut shared = 0;
    each_shared(&payer.grams, &debtor.grams, |_, both| shared += usize::from(both));
    shared * 100 / payer.grams.len().min(debtor.grams.len()).max(1)
}

/// Walks two sorted lists side by side, and tells for each place of the first whether the other has it,
/// more than once where it does not. Nothing is guessed: names share about half of their trigrams.
fn each_shared(left: &[u32], right: &[u32], mut tell: impl FnMut(usize, bool)) {
    let (mut l, mut r) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        tell(l, a == b);
        l += usize::from(a <= b);
        r += usize::from(b <= a);
    }
}

/// The payer's name ends inside a word of the debtor's: a bank cut it.
fn cut_off(payer: &Name, debtor: &Name) -> u16 {
    let inside = payer.joined.len() >= 8
        && debtor.joined.starts_with(&*payer.joined)
        && payer
            .words
            .last()
            .zip(debtor.words.get(payer.words.len() - 1))
            .is_some_and(|(cut, whole)| cut.to - cut.from < whole.to - whole.from);
    if inside { 9_600 } else { 0 }
}

/// Dice coefficient of the words, each weighted by its length; a word may be cut off or have one
/// letter wrong.
fn shared_words_bp(payer: &Name, debtor: &Name) -> u16 {
    let total: usize = (0..payer.words.len()).map(|i| payer.word_weight(i)).sum::<usize>()
        + (0..debtor.words.len()).map(|j| debtor.word_weight(j)).sum::<usize>();
    let mut used = vec![false; debtor.words.len()];
    let mut shared = 0;
    for (i, word) in payer.words().enumerate() {
        let exact = (0..debtor.words.len()).find(|j| !used[*j] && debtor.word(*j) == word);
        let near = || {
            (0..debtor.words.len())
                .find(|j| !used[*j] && word.len() >= 4 && debtor.word(*j).len() >= 4 && one_edit_apart(word, debtor.word(*j)))
        };
        if let Some(j) = exact {
            used[j] = true;
            shared += payer.word_weight(i) + debtor.word_weight(j);
        } else if let Some(j) = near() {
            used[j] = true;
            shared += (payer.word_weight(i) + debtor.word_weight(j)) * 9 / 10;
        }
    }
    u16::try_from(shared * 10_000 / total.max(1)).unwrap_or(10_000)
}

/// Share of the longer name that needs no edit (optimal string alignment).
fn edits_bp(left: &str, right: &str) -> u16 {
    let longest = left.len().max(right.len());
    let shortest = left.len().min(right.len());
    // The difference in length alone is that many edits.
    if longest == 0 || shortest * 10_000 < longest * usize::from(SIMILAR_BP) {
        return 0;
    }
    let edits = edits(left, right).min(longest);
    u16::try_from((longest - edits) * 10_000 / longest).unwrap_or(10_000)
}

/// Edits between two names (optimal string alignment): in bit-parallel where the shorter has no more
/// letters than a word has bits (H. Hyyrö, 2003, "A bit-vector algorithm for computing Levenshtein and
/// Damerau edit distances"), else by `strsim`.
fn edits(left: &str, right: &str) -> usize {
    let (pattern, text) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if pattern.is_empty() {
        return text.len();
    }
    if pattern.len() > 64 {
        return strsim::osa_distance(left, right);
    }
    // Folded names have capitals, digits and `?`, which differ in their last six bits.
    let slot = |letter: u8| usize::from(letter & 0x3F);
    let mut places = [0_u64; 64];
    for (at, letter) in pattern.bytes().enumerate() {
        places[slot(letter)] |= 1 << at;
    }
    let last = 1_u64 << (pattern.len() - 1);
    let (mut plus, mut minus, mut diagonal, mut before) = (u64::MAX, 0_u64, 0_u64, 0_u64);
    let mut distance = pattern.len();
    for letter in text.bytes() {
        let same = places[slot(letter)];
        let swapped = ((!diagonal & same) << 1) & before;
        diagonal = (((same & plus).wrapping_add(plus)) ^ plus) | same | minus | swapped;
        let up = minus | !(diagonal | plus);
        let down = diagonal & plus;
        distance += usize::from(up & last != 0);
        distance -= usize::from(down & last != 0);
        let up = (up << 1) | 1;
        plus = (down << 1) | !(diagonal | up);
        minus = up & diagonal;
        before = same;
    }
    distance
}

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
}

/// What sharing a trigram that so many names have weighs: rare ones tell more.
fn rarity(names: usize) -> u32 {
    1 + 64 / (names.max(1).ilog2() + 1)
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
        let mut left: u32 = grams.iter().map(|postings| rarity(postings.len())).sum();
        // Where the very name is there, only its homonyms are looked for besides.
        let (mut most, least_percent) = if whole { (left, HOMONYM_OVERLAP_PERCENT) } else { (0, OVERLAP_LEAST_PERCENT) };
        for postings in grams {
            if touched >= POSTINGS_MAX || left * 100 < most * least_percent {
                break;
            }
            let weight = rarity(postings.len());
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
        near.sort_unstable_by_key(|(shared, id)| (Reverse(*shared), *id));
        near.truncate(COMPARED_MAX);
        near
    }
}

/// The weights of the trigrams that both have.
fn shared_weight(grams: &[u32], weights: &[u32], others: &[u32]) -> u32 {
    let mut shared = 0;
    each_shared(grams, others, |at, both| shared += if both { weights[at] } else { 0 });
    shared
}

/// A debtor that a name may be: index, similarity, and whether legal forms agree.
pub(super) type Likeness = (usize, u16, Option<bool>);

/// All names of all debtors.
pub(super) struct NameIndex {
    /// Name and debtor; a debtor has one for its name and one for each alias.
    names: Vec<(Name, u32)>,
    postings: FxHashMap<u32, Vec<u32>>,
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
            postings: FxHashMap::default(),
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
                    index.postings.entry(*gram).or_default().push(id);
                }
                index.whole.insert(hash(&name.sorted));
                let telling = name.words().zip(&name.words).filter(|(_, place)| !place.is_small);
                index.words.extend(telling.map(|(word, _)| hash(word)));
                index.names.push((name, short(number)));
            }
        }
        index
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
        let mut grams: Vec<&[u32]> = name.grams.iter().filter_map(|g| self.postings.get(g).map(Vec::as_slice)).collect();
        grams.sort_by_key(|postings| postings.len());
        let whole = self.whole.contains(&hash(&name.sorted));
        let mut near = OVERLAPS.with_borrow_mut(|overlaps| overlaps.gather(&grams, self.names.len(), whole));
        let weights: Vec<u32> = name.grams.iter().map(|g| self.postings.get(g).map_or(0, |p| rarity(p.len()))).collect();
        for (overlap, id) in &mut near {
            *overlap = shared_weight(&name.grams, &weights, &self.names[*id as usize].0.grams);
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn edits_are_those_of_strsim(left in "[ABC1?]{0,70}", right in "[ABC1?]{0,70}") {
            prop_assert_eq!(edits(&left, &right), strsim::osa_distance(&left, &right));
        }
    }

    fn alike(payer: &str, debtor: &str) -> u16 {
        similarity_bp(&Name::new(payer), &Name::new(debtor))
    }

    #[test]
    fn word_order_accents_and_legal_forms_do_not_matter() {
        assert_eq!(alike("SUD LEMAIRE DUVAL NV", "NV Lemaire Duval Sud"), 10_000);
        assert_eq!(alike("PEPINIERES TESSIER", "Pépinières Tessier SARL"), 10_000);
        assert_eq!(alike("GMBH & CO. KG CHARLES NORD", "Charles Nord GmbH & Co. KG"), 10_000);
    }

    #[test]
    fn dotted_legal_forms_are_legal_forms() {
        assert_eq!(Name::new("S.A.R.L. Dupont").forms[..], ["SARL"]);
        assert_eq!(Name::new("S.à r.l. Meunier").forms[..], ["SARL"]);
        assert_eq!(Name::new("S.p.A. Huet").forms[..], ["SPA"]);
        assert_eq!(Name::new("Dupont S.A.").forms[..], ["SA"]);
    }

    #[test]
    fn a_cut_or_mistyped_name_is_still_found() {
        assert!(alike("SNC TRAITEUR DE BESA", "SNC Traiteur de Besançon") >= 9_000);
        assert!(alike("SA PELLETIERDFRANCE", "SA Pelletier France") >= 9_000);
        assert!(alike("EURL ADAM LEGRANE DEVELOPPEMENT", "EURL Adam Legrand Développement") >= 9_000);
        assert!(alike("URSSAF", "Usinage Safran") < SIMILAR_BP);
    }

    #[test]
    fn look_alike_letters_never_match_by_name_alone() {
        assert!(alike("C\u{410}RREFOUR", "Carrefour SA") <= MIXED_SCRIPTS_BP);
        assert_eq!(alike("CARREFOUR", "Carrefour SA"), 10_000);
    }

    #[test]
    fn homonyms_in_another_town_are_less_alike() {
        let own = alike("IB PEPINIERES", "IB Pépinières SASU");
        let other = alike("IB PEPINIERES", "IB Pépinières SARL Angers");
        assert!(own > other, "{own} {other}");
    }
}

//! Names of companies, and how alike two of them are.

mod apart;

use std::cmp::Ordering;

use super::garbled;
use super::words::{folded, folded_words, one_edit_apart, words_with_point};
use apart::OTHER_BP;

/// Legal forms, as they stand after folding; they tell homonyms apart but name nobody.
const LEGAL_FORMS: [&str; 52] = [
    "SARL", "SAS", "SASU", "SA", "EURL", "SNC", "SCOP", "SCI", "SCA", "SCS", "SCEA", "EARL", "GAEC", "SELARL", "SELAS", "GIE",
    "EI", "EIRL", "GMBH", "AG", "KG", "KGAA", "OHG", "UG", "EK", "MBH", "LTD", "LIMITED", "PLC", "LLP", "LLC", "INC", "CORP",
    "BV", "NV", "SPRL", "SRL", "SPA", "SAPA", "SL", "SLU", "LDA", "OY", "OYJ", "AB", "AS", "APS", "ASA", "SE", "SP", "ZOO",
    "KFT",
];
/// The longest of these.
const FORM_BYTES_MAX: usize = {
    let (mut most, mut at) = (0, 0);
    while at < LEGAL_FORMS.len() {
        if LEGAL_FORMS[at].len() > most {
            most = LEGAL_FORMS[at].len();
        }
        at += 1;
    }
    most
};
/// Words that stand in many names and tell little; they count a quarter.
const SMALL_WORDS: [&str; 15] = ["ET", "AND", "UND", "DE", "DU", "DES", "LA", "LE", "LES", "L", "D", "CO", "CIE", "STE", "ETS"];
/// Words of these and what they are short for.
const SHORT_FOR: [(&str, &str); 5] =
    [("ETS", "ETABLISSEMENTS"), ("ETS", "ETABLISSEMENT"), ("ETS", "ETABL"), ("STE", "SOCIETE"), ("CIE", "COMPAGNIE")];
/// Letters of an abbreviation, at least: "MENUIS.".
const ABBREVIATION_LETTERS_MIN: usize = 3;
/// Behind the whole name of a debtor: which of its places pays.
const PLACE_WORDS: [&str; 5] = ["AGENCE", "SUCCURSALE", "SITE", "USINE", "MAGASIN"];

/// Words of a place behind a legal form, or before the word that ends the place of a large addressee: "METZ CEDEX".
const PLACE_WORDS_MAX: usize = 3;
const PLACE_END: &str = "CEDEX";

/// What banks and payers add before or behind a name, and that names nobody.
const ADDED_BEFORE: [&[&str]; 11] = [
    &["M", "OU", "MME"],
    &["MR", "OU", "MME"],
    &["MONSIEUR", "OU", "MADAME"],
    &["M", "ET", "MME"],
    &["MR", "ET", "MME"],
    &["MONSIEUR", "ET", "MADAME"],
    &["MME"],
    &["MR"],
    &["MLLE"],
    &["MONSIEUR"],
    &["MADAME"],
];
const ADDED_BEHIND: [&[&str]; 8] = [
    &["SERVICE", "COMPTABILITE"],
    &["SERVICE", "COMPTABLE"],
    &["SERVICE", "FOURNISSEURS"],
    &["SERVICE", "FINANCIER"],
    &["COMPTABILITE", "FOURNISSEURS"],
    &["COMPTE", "COURANT"],
    &["CPTE", "COURANT"],
    &["FOURNISSEURS"],
];

/// Similarity from which a name counts as found, in basis points.
pub(super) const SIMILAR_BP: u16 = 6_500;

/// As alike as a name with the place that pays behind it, "DUPONT MENUISERIE AGENCE DE LILLE".
const PLACE_BP: u16 = 9_000;

/// As alike as a name written in one word with its legal form, "SARLDUPONTFRERES".
const GLUED_BP: u16 = 9_600;

/// As alike as a name of which letters were lost, "SOCI?T? DUPONT", or that has umlauts, to one that it may be.
const RESPELLED_BP: u16 = 9_700;

/// Offices that pay for public bodies: their name says nothing of who owes.
const PAYING_OFFICES: [&[&str]; 11] = [
    &["DGFIP"],
    &["DRFIP"],
    &["DDFIP"],
    &["SGC"],
    &["TRESORERIE"],
    &["TRESOR", "PUBLIC"],
    &["PAIERIE"],
    &["AGENCE", "COMPTABLE"],
    &["AGENT", "COMPTABLE"],
    &["SERVICE", "DE", "GESTION", "COMPTABLE"],
    &["FINANCES", "PUBLIQUES"],
];

/// As alike as a name of mixed scripts can be: it speaks neither for nor against.
const MIXED_SCRIPTS_BP: u16 = 7_000;

/// Similarity beyond which no other measure is asked.
pub(super) const ALIKE_BP: u16 = 9_300;
/// Words of a debtor's name that are held against those of a payer's.
const WORDS_COMPARED_MAX: usize = 64;
/// Trigrams of the shorter name that the longer must share before edits are counted: two letters
/// wrong in a name of fifteen leave three fifths of them.
const SHARED_TRIGRAMS_PERCENT: usize = 45;

/// A name ready to compare; its parts lie close together in memory, since names are compared by the
/// million.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// All words, one behind the other.
    pub(super) joined: Box<str>,
    words: Box<[Word]>,
    /// The words in alphabetical order.
    pub(super) sorted: Box<str>,
    /// Its legal forms in alphabetical order.
    forms: Box<[String]>,
    /// Latin letters and letters of another script in one name.
    mixed_scripts: bool,
    pub(super) grams: Box<[u32]>,
    /// A bit for each trigram, several may share one: what is not here is not there.
    signature: [u64; 4],
    /// Its words spelled otherwise: with a sign for each letter that was lost, or with two letters for an umlaut.
    respelled: Option<Box<str>>,
    /// How many words stand before its first legal form, where some do.
    before_form: Option<u8>,
    /// Its numbers: a house's, a branch's, a year.
    numerals: Box<str>,
    /// It is that of an office that pays for public bodies.
    pub(super) is_office: bool,
}

/// A word of a name, by its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    from: u32,
    to: u32,
    /// It stands in many names.
    is_small: bool,
    /// A point shows that it is the beginning of a longer word.
    is_short: bool,
}

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let text = &*garbled::mended(text);
        let (mut forms, mut before_form) = (Vec::new(), None);
        let mut words = Vec::new();
        let mut short = if text.contains('.') { words_with_point(text) } else { Vec::new() };
        short.retain(|word| word.len() >= ABBREVIATION_LETTERS_MIN);
        for word in without_additions(merge_initials(folded_words(text))) {
            let word = shortened(word, |word, long| word == long);
            if is_legal_form(&word) {
                before_form = before_form.or(u8::try_from(words.len()).ok()).filter(|before| *before > 0);
                forms.push(word);
            } else {
                words.push(word);
            }
        }
        if words.is_empty() {
            // A company whose whole name looks like a legal form.
            words.append(&mut forms);
        }
        forms.sort_unstable();
        let is_office = PAYING_OFFICES.iter().any(|office| words.iter().take(office.len()).eq(office.iter()));
        let joined = words.concat().into_boxed_str();
        let grams: Box<[u32]> = trigrams(&words).into();
        let mut signature = [0; 4];
        for gram in &grams {
            let bit = gram.wrapping_mul(0x9E37_79B9) >> 24;
            signature[bit as usize / 64] |= 1 << (bit % 64);
        }
        let mixed_scripts = joined.contains('?') && joined.bytes().any(|b| b.is_ascii_alphabetic());
        let mut to = 0;
        let places = words.iter().map(|word| {
            let from = to;
            to += u32::try_from(word.len()).unwrap_or(0);
            Word { from, to, is_small: SMALL_WORDS.contains(&word.as_str()), is_short: short.contains(word) }
        });
        let places = places.collect();
        words.sort_unstable();
        let telling = |word: String| Some(shortened(word, garbled::may_be)).filter(|word| !is_legal_form(word));
        let as_given = || Some(garbled::spelled_out(text)?.split(' ').map(folded).filter_map(telling).collect::<String>().into());
        let respelled = garbled::with_gaps(text, telling).or_else(as_given);
        let numerals = apart::numerals(&words).into();
        let (sorted, forms) = (words.concat().into(), forms.into());
        Self {
            joined,
            words: places,
            sorted,
            forms,
            mixed_scripts,
            grams,
            signature,
            respelled,
            before_form,
            numerals,
            is_office,
        }
    }

    /// The words of the name, without its legal form.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|at| self.word(at))
    }

    /// Of these, the ones that tell something.
    pub(super) fn telling_words(&self) -> impl Iterator<Item = &str> {
        self.words().zip(&self.words).filter(|(_, place)| !place.is_small).map(|(word, _)| word)
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

    /// The same, and what else makes a payer's name like a debtor's.
    pub(super) fn is_written_like(&self, other: &Self) -> bool {
        self.has_words_of(other) && self.respelled == other.respelled && self.before_form == other.before_form
    }

    /// Whether both have the same words in any order, whatever their legal forms.
    pub(super) fn has_same_words_as(&self, other: &Self) -> bool {
        self.sorted == other.sorted && self.grams == other.grams
    }

    /// Names of the same words one after another, and among them those of the same order.
    pub(super) fn by_words(&self, other: &Self) -> Ordering {
        self.sorted.cmp(&other.sorted).then_with(|| self.grams.cmp(&other.grams)).then_with(|| self.cmp(other))
    }

    /// Whether both show a legal form, and which way it points.
    pub(super) fn forms_agree(&self, other: &Self) -> Option<bool> {
        (!self.forms.is_empty() && !other.forms.is_empty()).then(|| self.forms == other.forms)
    }
}

/// A word, or the one that is short for it.
fn shortened(word: String, is: impl Fn(&str, &str) -> bool) -> String {
    SHORT_FOR.iter().find(|(_, long)| is(&word, long)).map_or(word, |(short, _)| (*short).to_owned())
}

fn is_legal_form(word: &str) -> bool {
    word.len() <= FORM_BYTES_MAX && LEGAL_FORMS.contains(&word)
}

/// The words of a name without what is added to it; never without all of them.
fn without_additions(mut words: Vec<String>) -> Vec<String> {
    let before = ADDED_BEFORE.iter().find(|added| words.len() > added.len() && words.iter().zip(**added).all(|(a, b)| a == b));
    words.drain(..before.map_or(0, |added| added.len()));
    let is_behind =
        |added: &&&[&str]| words.len() > added.len() && words.iter().rev().zip(added.iter().rev()).all(|(a, b)| a == b);
    let behind = ADDED_BEHIND.iter().find(is_behind);
    words.truncate(words.len() - behind.map_or(0, |added| added.len()));
    words
}

/// `S.A.R.L.` is `SARL`: single letters in a row are one word.
fn merge_initials(words: Vec<String>) -> Vec<String> {
    let mut merged: Vec<String> = Vec::with_capacity(words.len());
    let mut open = false;
    for word in words {
        let single = word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
        let after_form = merged.last().is_some_and(|last| open && last.len() < FORM_BYTES_MAX);
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

/// The trigrams of words, in order, each once; a blank stands before and behind each word.
pub(super) fn trigrams(words: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<u32> {
    let mut grams = Vec::new();
    for word in words {
        let padded: Vec<u8> = std::iter::once(b' ').chain(word.as_ref().bytes()).chain(std::iter::once(b' ')).collect();
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
    if payer.respelled.as_ref().is_some_and(|respelled| garbled::may_be(respelled, &debtor.joined)) {
        return RESPELLED_BP;
    }
    // Most names are not as alike as that.
    let at_most = |similarity: u16| if similarity > OTHER_BP && apart::is_another(payer, debtor) { OTHER_BP } else { similarity };
    let whole = cut_off(payer, debtor).max(glued(payer, debtor)).max(with_place(payer, debtor));
    let by_words = whole.max(shared_words_bp(payer, debtor));
    if by_words >= ALIKE_BP || !shares_trigrams(payer, debtor) {
        return at_most(by_words);
    }
    let in_order = edits_bp(&payer.joined, &debtor.joined);
    if in_order >= ALIKE_BP || payer.words.len() < 2 {
        return at_most(by_words.max(in_order));
    }
    at_most(by_words.max(in_order).max(edits_bp(&payer.sorted, &debtor.sorted)))
}

/// Whether the other name has so many of the shorter one's trigrams that edits may make them alike.
fn shares_trigrams(payer: &Name, debtor: &Name) -> bool {
    let needed = SHARED_TRIGRAMS_PERCENT * payer.grams.len().min(debtor.grams.len()).max(1);
    shared_most(payer, debtor).min(shared_most(debtor, payer)) * 100 >= needed
        && shared(&payer.grams, &debtor.grams) * 100 >= needed
}

/// Trigrams that a name can have in common with another at most: the others' bits are missing there.
fn shared_most(name: &Name, other: &Name) -> usize {
    let missing: u32 = name.signature.iter().zip(&other.signature).map(|(own, other)| (own & !other).count_ones()).sum();
    name.grams.len() - missing as usize
}

/// How many trigrams stand in both of two sorted lists. Nothing is guessed on the way: like names share
/// about half of them.
fn shared(left: &[u32], right: &[u32]) -> usize {
    let (mut l, mut r, mut both) = (0, 0, 0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        both += usize::from(a == b);
        l += usize::from(a <= b);
        r += usize::from(b <= a);
    }
    both
}

/// The payer's name ends inside a word of the debtor's: a bank cut it. Small words before both do not count.
fn cut_off(payer: &Name, debtor: &Name) -> u16 {
    let begin = |name: &Name| name.words.iter().position(|word| !word.is_small).unwrap_or(0);
    let (own, whole) = (begin(payer), begin(debtor));
    let text = |name: &Name, from: usize| name.words[from].from as usize;
    let given = &payer.joined[text(payer, own)..];
    let inside = given.len() >= 8
        && debtor.joined[text(debtor, whole)..].starts_with(given)
        && payer
            .words
            .last()
            .zip(debtor.words.get(whole + payer.words.len() - own - 1))
            .is_some_and(|(cut, whole)| cut.to - cut.from < whole.to - whole.from);
    if inside { 9_600 } else { 0 }
}

/// The debtor's whole name, with the place that pays behind it: behind its legal form, or behind a word for one.
fn with_place(payer: &Name, debtor: &Name) -> u16 {
    let words = debtor.words.len();
    let Some(behind) = payer.joined.strip_prefix(&*debtor.joined) else { return 0 };
    let begins = payer.words.get(words).is_some_and(|word| word.from as usize == debtor.joined.len());
    let ends_form = || payer.before_form == u8::try_from(words).ok() || behind.ends_with(PLACE_END);
    let is_behind_form = || payer.words.len() - words <= PLACE_WORDS_MAX && ends_form();
    let is_place = || PLACE_WORDS.iter().any(|word| behind.starts_with(word));
    if begins && (is_behind_form() || is_place()) { PLACE_BP } else { 0 }
}

/// The payer's name is the debtor's in one word with a legal form before or behind it.
fn glued(payer: &Name, debtor: &Name) -> u16 {
    let one_word = payer.words.len() == 1 && payer.joined.len() > debtor.joined.len();
    let form = || payer.joined.strip_prefix(&*debtor.joined).or_else(|| payer.joined.strip_suffix(&*debtor.joined));
    if one_word && debtor.words.len() > 1 && form().is_some_and(is_legal_form) { GLUED_BP } else { 0 }
}

/// Dice coefficient of the words, each weighted by its length; a word may be abbreviated or have one
/// letter wrong.
fn shared_words_bp(payer: &Name, debtor: &Name) -> u16 {
    let total: usize = (0..payer.words.len()).map(|i| payer.word_weight(i)).sum::<usize>()
        + (0..debtor.words.len()).map(|j| debtor.word_weight(j)).sum::<usize>();
    let compared = debtor.words.len().min(WORDS_COMPARED_MAX);
    let mut used = 0_u64;
    let mut shared = 0;
    for (i, word) in payer.words().enumerate() {
        let unused = (0..compared).filter(|j| used & (1 << j) == 0);
        let exact = unused.clone().find(|j| debtor.word(*j) == word);
        let near = || {
            let is_short = |j: usize| {
                let other = debtor.word(j);
                payer.words[i].is_short && other.starts_with(word) || debtor.words[j].is_short && word.starts_with(other)
            };
            let is_slip = |j: usize| word.len() >= 4 && debtor.word(j).len() >= 4 && one_edit_apart(word, debtor.word(j));
            let mut unused = unused;
            unused.find(|j| is_short(*j) || is_slip(*j))
        };
        if let Some(j) = exact {
            used |= 1 << j;
            shared += payer.word_weight(i) + debtor.word_weight(j);
        } else if let Some(j) = near() {
            used |= 1 << j;
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn signatures_rule_out_nothing_that_shares_enough(left in "[ABC]{1,9}( [ABC]{1,9}){0,3}", right in "[ABC]{1,9}( [ABC]{1,9}){0,3}") {
            let (left, right) = (Name::new(&left), Name::new(&right));
            let both = left.grams.iter().filter(|gram| right.grams.contains(gram)).count();
            let fewer = left.grams.len().min(right.grams.len());
            prop_assert_eq!(shares_trigrams(&left, &right), both * 100 >= fewer.max(1) * SHARED_TRIGRAMS_PERCENT);
        }

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
        assert_eq!(Name::new("S.E.L.A.R.L. Roger").forms[..], ["SELARL"]);
    }

    #[test]
    fn a_cut_or_mistyped_name_is_still_found() {
        assert!(alike("SNC TRAITEUR DE BESA", "SNC Traiteur de Besançon") >= 9_000);
        assert!(alike("SA PELLETIERDFRANCE", "SA Pelletier France") >= 9_000);
        assert!(alike("EURL ADAM LEGRANE DEVELOPPEMENT", "EURL Adam Legrand Développement") >= 9_000);
        assert!(alike("URSSAF", "Usinage Safran") < SIMILAR_BP);
    }

    #[test]
    fn what_is_added_to_a_name_does_not_matter() {
        for added in ["{} - SERVICE COMPTABILITE", "M OU MME {}", "{} CPTE COURANT", "{}/FOURNISSEURS"] {
            assert_eq!(alike(&added.replace("{}", "MASSON DUBOIS"), "Masson Dubois SARL"), 10_000, "{added}");
        }
        assert!(alike("MASSON COMPTABILITE", "Masson") < 9_000, "an accountant's name");
        assert!(!Name::new("Service Comptabilit\u{e9}").is_empty());
    }

    #[test]
    fn words_that_are_short_for_others_are_known() {
        assert!(alike("ETS LEFEVRE ET FILS", "\u{c9}tablissements Lef\u{e8}vre & Fils") >= 9_500);
        assert!(alike("ETS MARTIN", "Martin SAS") >= 9_000);
        assert!(alike("CLIN. DE DIJON EURL", "Clinique de Dijon EURL") >= 9_000);
        assert!(alike("TRANSP. MOREAU", "Transports Moreau") >= 9_000);
        assert!(alike("MART. SARL", "Martinez Fils SARL") < SIMILAR_BP);
        assert!(alike("MARTIN TRANSPORTS", "Martinez Transports") < 9_300, "no point, no abbreviation");
        assert!(alike("STE LAURENT ROBERT CARTONNA", "Laurent Robert Cartonnages SARL") >= 9_500);
    }

    #[test]
    fn the_place_that_pays_is_no_part_of_a_name() {
        assert_eq!(alike("MACONNERIE DUPONT AGENCE DE LILLE", "Ma\u{e7}onnerie Dupont SA"), PLACE_BP);
        assert_eq!(alike("MACONNERIE DUPONT AGENCE DE LILLE", "Ma\u{e7}onnerie Dupont Agence de Lille"), 10_000);
        assert!(alike("MACONNERIE DUPONT AGENCE DE LILLE", "Ma\u{e7}onnerie Dupont Agence de Lyon") < PLACE_BP);
        assert!(alike("DUPONTAGENCE LILLE", "Dupont") < PLACE_BP);
        assert_eq!(alike("LEROUX & FILS SA METZ CEDEX", "Leroux & Fils"), PLACE_BP);
        assert_eq!(alike("SA LEROUX & FILS METZ", "SA Leroux & Fils Metz"), 10_000);
        assert_eq!(alike("SA LEROUX & FILS METZ CEDEX", "Leroux & Fils"), PLACE_BP);
        assert!(alike("SA LEROUX & FILS METZ", "Leroux & Fils") < PLACE_BP, "a form before it ends no name");
    }

    #[test]
    fn a_name_in_one_word_with_its_legal_form_is_found() {
        assert!(alike("SARLLEROYMARTIN", "Leroy Martin SARL") >= 9_500);
        assert!(alike("LEROYMARTINSAS", "Leroy Martin SAS") >= 9_500);
        assert!(alike("LEROYMARTINOT", "Leroy Martin") < 9_500);
    }

    #[test]
    fn a_name_that_a_code_page_garbled_is_found() {
        assert_eq!(alike("SOCI?T? G?N?RALE D'AM?NAGEMENT SAS", "Société Générale d'Aménagement"), RESPELLED_BP);
        assert_eq!(alike("?TABLISSEMENTS LEF\u{FFFD}\u{FFFD}VRE", "ETS LEFEVRE"), RESPELLED_BP);
        assert_eq!(alike("SociÃ©tÃ© Dupont", "SOCIETE DUPONT"), 10_000);
        assert!(alike("SOCI?T? DUPOND", "Société Dupont") < RESPELLED_BP);
        assert!(alike("M\u{fc}ller & S\u{f6}hne", "Mueller & Soehne GmbH") >= 9_500);
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

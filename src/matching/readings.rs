//! What all remittances say, read once a night: their tokens, and the open items and debtors that
//! these may name.
//!
//! A remittance is looked at several times, as the rounds take items away. Its text does not change, so
//! it is folded and looked up once; what came of it lies close together, many remittances in a piece,
//! in the order in which they are looked at.

use rayon::prelude::*;

use super::book::Book;
use super::name_index::Likeness;
use super::names::Name;
use super::references::Citation;
use super::short;
use super::words::{Field, Gap, Token, Words};
use crate::model::Remittance;

/// Remittances whose readings share a piece of memory.
const PIECE: usize = 256;

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

/// The readings of the remittances that are to be explained.
pub(super) struct Readings {
    pieces: Vec<Piece>,
    /// Of each remittance, its place among the readings.
    places: Vec<u32>,
}

/// What one remittance says.
pub(super) struct Reading<'a> {
    folded: &'a str,
    spans: &'a [Span],
    /// The items that it may name, open before the night, the strongest of overlapping ones.
    pub citations: &'a [Citation],
    /// The debtors that it names, by their index in the ledger.
    pub debtors: &'a [u32],
}

#[derive(Default)]
struct Piece {
    folded: String,
    spans: Vec<Span>,
    citations: Vec<Citation>,
    debtors: Vec<u32>,
    /// Where each reading ends in these four.
    ends: Vec<[u32; 4]>,
}

/// A token, by its end among the folded texts of the piece: it begins where the one before it ends.
#[derive(Clone, Copy)]
struct Span {
    to: u32,
    field_index: u16,
    field: Field,
    gap: Gap,
}

impl Readings {
    /// Reads the remittances with these numbers.
    pub(super) fn new(book: &Book<'_>, remittances: &[(usize, &Remittance)], numbers: &[usize]) -> Self {
        let read = |numbers: &[usize]| {
            let (mut words, mut piece) = (Words::default(), Piece::default());
            for number in numbers {
                words.read(remittances[*number].1);
                piece.add(book, &words);
            }
            piece
        };
        let mut places = vec![0; remittances.len()];
        for (place, number) in (0_u32..).zip(numbers) {
            places[*number] = place;
        }
        Self { pieces: numbers.par_chunks(PIECE).map(read).collect(), places }
    }

    /// What the remittance with that number says, one of those that were read.
    pub(super) fn of(&self, number: usize) -> Reading<'_> {
        let place = self.places[number] as usize;
        self.pieces[place / PIECE].reading(place % PIECE)
    }
}

impl Piece {
    fn add(&mut self, book: &Book<'_>, words: &Words) {
        let tokens = words.tokens();
        self.citations.extend(book.references.citations(&tokens));
        self.debtors.extend(names_in_text(book, &tokens).into_iter().map(|(debtor, ..)| short(debtor)));
        for token in &tokens {
            self.folded.push_str(token.text);
            let to = short(self.folded.len());
            let field_index = u16::try_from(token.field_index).unwrap_or(u16::MAX);
            self.spans.push(Span { to, field_index, field: token.field, gap: token.gap });
        }
        let ends = [self.folded.len(), self.spans.len(), self.citations.len(), self.debtors.len()];
        self.ends.push(ends.map(short));
    }

    fn reading(&self, at: usize) -> Reading<'_> {
        let from = if at == 0 { [0; 4] } else { self.ends[at - 1].map(|end| end as usize) };
        let to = self.ends[at].map(|end| end as usize);
        Reading {
            folded: &self.folded[from[0]..to[0]],
            spans: &self.spans[from[1]..to[1]],
            citations: &self.citations[from[2]..to[2]],
            debtors: &self.debtors[from[3]..to[3]],
        }
    }
}

impl<'a> Reading<'a> {
    /// All tokens, in the order of the texts.
    pub(super) fn tokens(&self) -> Vec<Token<'a>> {
        let end = self.spans.last().map_or(0, |last| last.to as usize);
        // Places are those in the piece; the reading's text ends where its last token ends.
        let begins = end - self.folded.len();
        let mut from = 0;
        let token = |span: &Span| {
            let to = span.to as usize - begins;
            let text = &self.folded[from..to];
            from = to;
            Token { text, field_index: usize::from(span.field_index), field: span.field, gap: span.gap }
        };
        self.spans.iter().map(token).collect()
    }
}

/// Debtors that the text names: after "pour le compte de", or with its words that are no numbers.
fn names_in_text(book: &Book<'_>, tokens: &[Token<'_>]) -> Vec<Likeness> {
    let mut words: Vec<&str> = Vec::new();
    for token in tokens {
        let word = token.text;
        // A letter alone begins no name.
        if !token.has_digit() && !TEXT_WORDS.contains(&word) && (word.len() > 1 || !words.is_empty()) {
            words.push(word);
        }
    }
    if words.len() < 2 || !words.iter().any(|word| book.debtors.names.knows(word)) {
        return Vec::new();
    }
    let name = Name::new(&words.join(" "));
    if name.is_empty() {
        return Vec::new();
    }
    let mut found = book.debtors.names.find(&name);
    found.retain(|(_, similarity, _)| *similarity >= NAME_IN_TEXT_BP);
    found
}

//! What all remittances say, read once a night: their tokens, and the open items and debtors that
//! these may name.
//!
//! A remittance is looked at several times, as the rounds take items away. Its text does not change, so
//! it is folded and looked up once; what came of it lies close together, many remittances in a piece,
//! in the order in which they are looked at.

use std::borrow::Cow;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::book::{Book, Payer};
use super::name_index::Likeness;
use super::names::Name;
use super::references::Citation;
use super::words::{Field, Gap, Token, Words, texts};
use super::{FETCHED, fetch, short};
use crate::model::{Currency, Reason, Remittance};

/// Remittances whose readings share a piece of memory.
const PIECE: usize = 256;

/// Similarity from which a name in the text counts: texts hold many words.
const NAME_IN_TEXT_BP: u16 = 9_000;
/// Words that stand around names and numbers in remittance texts.
const TEXT_WORDS: [&str; 43] = [
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
    "PR",
    "CPTE",
    "MANDAT",
    "POUR",
    "LE",
    "PAR",
    "SUR",
];

/// Words that stand around the payer's name where the bank gives it in the text only.
const BANK_WORDS: [&str; 17] = [
    "MOTIF",
    "INST",
    "RECU",
    "RECUE",
    "EMIS",
    "FRM",
    "RNF",
    "ORDRE",
    "DONNEUR",
    "EMETTEUR",
    "LIB",
    "LIBELLE",
    "NOTPROVIDED",
    "OBJET",
    "ID",
    "EREF",
    "REMI",
];

/// The readings of the remittances that are to be explained, in the order in which they are looked at.
pub(super) struct Readings<'a> {
    pieces: Vec<Piece<'a>>,
}

/// What one remittance says.
pub(super) struct Reading<'a> {
    pub facts: &'a Facts<'a>,
    folded: &'a str,
    spans: &'a [Span],
    /// The items that it may name, open before the night, the strongest of overlapping ones.
    pub citations: &'a [Citation],
    /// The debtors that it names, by their index in the ledger.
    pub debtors: &'a [u32],
}

/// What is asked of a remittance again and again.
pub(super) struct Facts<'a> {
    pub remittance: &'a Remittance,
    /// Its number among the remittances.
    pub number: usize,
    /// In minor units.
    pub amount: i64,
    pub booked: NaiveDate,
    pub payer: Payer,
    pub currency: Currency,
    /// Why it must not be lettered without a person, whatever it matches.
    pub doubt: Option<Reason>,
    /// Several payments in one amount, and nothing said of any.
    pub is_blind_batch: bool,
    /// It names documents in fields of their own.
    pub has_documents: bool,
    /// People said of some items that it does not pay them.
    pub has_rejected: bool,
}

#[derive(Default)]
struct Piece<'a> {
    facts: Vec<Facts<'a>>,
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

impl<'a> Readings<'a> {
    /// Reads the remittances with these numbers.
    pub(super) fn new(book: &Book<'_>, remittances: &[(usize, &'a Remittance)], numbers: &[usize]) -> Self {
        let read = |numbers: &[usize]| {
            let (mut words, mut piece) = (Words::default(), Piece::default());
            for some in numbers.chunks(FETCHED) {
                piece.facts.extend(some.iter().map(|number| Facts::new(book, *number, remittances[*number].1)));
                fetch(some.iter().flat_map(|number| texts(remittances[*number].1)).map(|(_, text)| text));
                for number in some {
                    words.read(remittances[*number].1);
                    let has_payer = book.debtors.names_of_payer(book.debtors.payer(*number)).next().is_some();
                    piece.add(book, &words, has_payer);
                }
            }
            piece
        };
        Self { pieces: numbers.par_chunks(PIECE).map(read).collect() }
    }

    /// What the remittance at that place among those that were read says.
    pub(super) fn at(&self, place: usize) -> Reading<'_> {
        self.pieces[place / PIECE].reading(place % PIECE)
    }
}

impl<'a> Facts<'a> {
    fn new(book: &Book<'_>, number: usize, remittance: &'a Remittance) -> Self {
        let says_nothing = remittance.unstructured.is_empty() && remittance.documents.is_empty();
        Self {
            remittance,
            number,
            amount: remittance.line.amount.minor(),
            booked: remittance.line.booking_date,
            payer: book.debtors.payer(number),
            currency: remittance.line.amount.currency(),
            doubt: remittance.doubt,
            is_blind_batch: remittance.bulk_count.is_some() && says_nothing,
            has_documents: !remittance.documents.is_empty(),
            has_rejected: !remittance.rejected.is_empty(),
        }
    }
}

impl Piece<'_> {
    fn add(&mut self, book: &Book<'_>, words: &Words, has_payer: bool) {
        let tokens = words.tokens();
        self.citations.extend(book.references.citations(&tokens));
        self.debtors.extend(names_in_text(book, &tokens, has_payer).into_iter().map(|(debtor, ..)| short(debtor)));
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
            facts: &self.facts[at],
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

/// Debtors that the text names: after "pour le compte de", or with its words that are no numbers. Where the bank gives
/// no payer in a field of its own, the text may tell it among other words: "/DE … /MOTIF …".
fn names_in_text(book: &Book<'_>, tokens: &[Token<'_>], has_payer: bool) -> Vec<Likeness> {
    let mut runs: Vec<Vec<Cow<'_, str>>> = vec![Vec::new()];
    for token in tokens {
        let word = token.text;
        if token.has_digit() || TEXT_WORDS.contains(&word) || !has_payer && BANK_WORDS.contains(&word) {
            if !has_payer {
                runs.push(Vec::new());
            }
            continue;
        }
        let Some(run) = runs.last_mut() else { continue };
        match run.last_mut() {
            Some(cut) if !has_payer && token.gap == Gap::Cut => cut.to_mut().push_str(word),
            // A letter alone begins no name.
            None if word.len() < 2 => {}
            _ => run.push(Cow::Borrowed(word)),
        }
    }
    let found = runs.iter().map(|words| named_by(book, words, has_payer));
    if has_payer {
        return found.flatten().collect();
    }
    // Of a name that many are like, the likest.
    let likest = |found: Vec<Likeness>| {
        let most = found.iter().map(|(_, similarity, _)| *similarity).max();
        found.into_iter().filter(move |(_, similarity, _)| Some(*similarity) == most)
    };
    found.flat_map(likest).collect()
}

/// The debtors whose name these words are.
fn named_by(book: &Book<'_>, words: &[Cow<'_, str>], has_payer: bool) -> Vec<Likeness> {
    let least = if has_payer { 2 } else { 1 };
    if words.len() < least || !words.iter().any(|word| book.debtors.names.knows(word)) {
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

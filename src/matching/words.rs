//! Texts → tokens in capitals without accents, each with its place in the raw text.

use std::ops::Range;

use crate::model::Remittance;

/// Widths at which banks cut their text lines: one line of CFONB, two, four.
const LINE_WIDTHS: [usize; 3] = [35, 70, 140];

/// Characters from which a text may have been cut off at 140 (SEPA credit transfer, AT-T009): a number and a sign
/// before it may not have fitted.
const TEXT_CHARACTERS_FULL: usize = 128;

/// Signs after which a list of numbers goes on.
const LIST_SIGNS: [char; 7] = ['/', ',', ';', '+', '-', '&', '_'];

/// Signs for a range of numbers.
const RANGE_SIGNS: [&str; 4] = ["->", "...", "…", "→"];

/// Where a text stands in the bank's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Unstructured remittance information, end-to-end id, other texts.
    Text,
    /// A document number in a structured field.
    Document,
    /// A structured creditor reference.
    CreditorReference,
}

/// The texts of a remittance, folded.
#[derive(Default)]
pub(super) struct Words {
    /// All tokens, one behind the other.
    folded: String,
    spans: Vec<Span>,
}

/// A token, by its place among the folded texts.
struct Span {
    folded: Range<usize>,
    field_index: usize,
    field: Field,
    raw: Range<usize>,
    gap: Gap,
}

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// The beginning of a field.
    Start,
    /// One blank.
    Blank,
    /// One punctuation mark that stands inside numbers (`-`, `/`, `.`, `_`).
    Narrow,
    /// The end of a full line: the token may go on.
    Cut,
    /// Nothing: letters follow digits, as where numbers are listed without a sign between them.
    Glued,
    /// A sign for a range: `->`, `…`, `...`.
    Range,
    /// Anything else.
    Wide,
}

/// A run of letters and digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'w> {
    /// Capitals and digits; a letter of another script is `?`.
    pub text: &'w str,
    /// Which of the remittance's texts.
    pub field_index: usize,
    /// What kind of text it is.
    pub field: Field,
    pub gap: Gap,
}

impl Gap {
    /// What stands on both sides may be one number.
    pub(super) fn joins(self) -> bool {
        matches!(self, Self::Blank | Self::Narrow | Self::Cut | Self::Glued)
    }
}

impl Token<'_> {
    pub(super) fn has_digit(&self) -> bool {
        self.text.bytes().any(|b| b.is_ascii_digit())
    }
}

/// The texts of a remittance that may name an item, in a fixed order.
pub(super) fn texts(remittance: &Remittance) -> impl Iterator<Item = (Field, &str)> {
    let documents = remittance.documents.iter().map(|(number, _)| (Field::Document, number.as_str()));
    let references = remittance.creditor_references.iter().map(|r| (Field::CreditorReference, r.as_str()));
    let unstructured = remittance.unstructured.iter().map(|t| (Field::Text, t.as_str()));
    let end_to_end = std::iter::once((Field::Text, &*remittance.line.end_to_end_id));
    let others = remittance.other_texts.iter().map(|t| (Field::Text, t.as_str()));
    documents.chain(references).chain(unstructured).chain(end_to_end).chain(others)
}

/// Whether a line of the text is full: what stands at its end may go on in the next.
pub(super) fn line_goes_on(line: &str) -> bool {
    LINE_WIDTHS.contains(&line.chars().count())
}

/// Whether the text may go on where the bank cut it off: it is as long as a remittance's may be, or as some whole lines
/// of one, or ends in a sign of a list.
pub(super) fn ends_early(remittance: &Remittance) -> bool {
    let length: usize = remittance.unstructured.iter().map(|line| line.chars().count()).sum();
    let ends_in_sign = |line: &String| line.trim_end().ends_with(LIST_SIGNS);
    length >= TEXT_CHARACTERS_FULL || LINE_WIDTHS.contains(&length) || remittance.unstructured.last().is_some_and(ends_in_sign)
}

/// What stands in the texts from one token to another (exclusive), as the bank gave it: for each place.
pub(super) fn quoted(remittance: &Remittance, places: &[(usize, usize)]) -> Vec<String> {
    let words = Words::new(remittance);
    let (tokens, texts) = (words.tokens(), texts(remittance).collect::<Vec<_>>());
    let quote = |(from, to): &(usize, usize)| {
        let (first, last) = (&words.spans[*from], &words.spans[to - 1]);
        if first.field_index == last.field_index {
            return texts[first.field_index].1.get(first.raw.start..last.raw.end).unwrap_or_default().to_owned();
        }
        tokens[*from..*to].iter().map(|t| t.text).collect::<Vec<_>>().join(" ")
    };
    places.iter().map(quote).collect()
}

impl Words {
    /// Those of a remittance.
    pub(super) fn new(remittance: &Remittance) -> Self {
        let mut words = Self::default();
        words.read(remittance);
        words
    }

    /// Those of a text that stands alone.
    pub(super) fn of_text(text: &str) -> Self {
        let mut words = Self::default();
        words.split(text, Field::Text, 0, Gap::Start, false);
        words
    }

    /// Those of a remittance in the place of what was there. Lines of the unstructured text follow one
    /// another as one text.
    pub(super) fn read(&mut self, remittance: &Remittance) {
        self.folded.clear();
        self.spans.clear();
        let first_line = remittance.documents.len() + remittance.creditor_references.len();
        let lines = first_line..first_line + remittance.unstructured.len();
        for (index, (field, text)) in texts(remittance).enumerate() {
            let continues = lines.contains(&index) && index > first_line;
            let first_gap = if continues {
                if line_goes_on(&remittance.unstructured[index - first_line - 1]) { Gap::Cut } else { Gap::Blank }
            } else {
                Gap::Start
            };
            self.split(text, field, index, first_gap, true);
        }
    }

    /// All tokens, in the order of the texts.
    pub(super) fn tokens(&self) -> Vec<Token<'_>> {
        let token = |span: &Span| Token {
            text: &self.folded[span.folded.clone()],
            field_index: span.field_index,
            field: span.field,
            gap: span.gap,
        };
        self.spans.iter().map(token).collect()
    }

    /// With `unglued`, numbers are told apart from what follows them without a sign.
    fn split(&mut self, text: &str, field: Field, field_index: usize, first_gap: Gap, unglued: bool) {
        let mut current: Option<Span> = None;
        let mut between_from = 0;
        let mut first = true;
        for (at, folded) in pieces(text) {
            if folded == Folded::Mark || folded == Folded::Glue && !unglued {
                continue;
            }
            if matches!(folded, Folded::Separator | Folded::Glue) {
                if let Some(mut span) = current.take() {
                    (span.raw.end, span.folded.end) = (at, self.folded.len());
                    self.spans.push(span);
                    between_from = at;
                }
                continue;
            }
            current.get_or_insert_with(|| {
                let between = &text[between_from..at];
                let gap = if first {
                    // A line that ends or begins with a separator was not cut inside a word.
                    if between.is_empty() {
                        first_gap
                    } else if first_gap == Gap::Start {
                        Gap::Start
                    } else {
                        Gap::Wide
                    }
                } else {
                    gap(between)
                };
                first = false;
                let from = self.folded.len();
                Span { folded: from..from, field_index, field, raw: at..at, gap }
            });
            folded.push_to(&mut self.folded);
        }
        if let Some(mut span) = current.take() {
            (span.raw.end, span.folded.end) = (text.len(), self.folded.len());
            self.spans.push(span);
        }
    }
}

/// A piece of a text, as it is folded.
#[derive(PartialEq, Eq)]
enum Folded<'t> {
    /// Letters without accents and digits, as they stand: most of every text.
    Plain(&'t str),
    Latin(&'static str),
    /// A combining mark: part of the letter before it.
    Mark,
    /// A letter of a script that is not Latin: it may look like a Latin letter, but is none.
    Stranger,
    /// Between digits and the letters that follow them at once.
    Glue,
    Separator,
}

impl Folded<'_> {
    fn push_to(&self, text: &mut String) {
        let from = text.len();
        match self {
            Self::Plain(letters) | Self::Latin(letters) => text.push_str(letters),
            Self::Stranger => text.push('?'),
            Self::Mark | Self::Glue | Self::Separator => {}
        }
        text[from..].make_ascii_uppercase();
    }
}

/// The pieces of a text, each with its place.
fn pieces(text: &str) -> impl Iterator<Item = (usize, Folded<'_>)> {
    let (mut at, mut is_glue) = (0, false);
    std::iter::from_fn(move || {
        let (from, rest) = (at, &text[at..]);
        if std::mem::take(&mut is_glue) {
            return Some((from, Folded::Glue));
        }
        let (mut plain, mut turns, mut was_digit) = (0, false, false);
        for byte in rest.bytes().take_while(u8::is_ascii_alphanumeric) {
            let is_digit = byte.is_ascii_digit();
            turns |= was_digit && !is_digit;
            was_digit = is_digit;
            plain += 1;
        }
        if plain > 0 {
            if turns {
                let is_cut = plain == rest.len() && LINE_WIDTHS.contains(&text.chars().count());
                let end = number_end(&rest.as_bytes()[..plain], is_cut);
                is_glue = end.is_some();
                plain = end.unwrap_or(plain);
            }
            at += plain;
            return Some((from, Folded::Plain(&rest[..plain])));
        }
        let c = rest.chars().next()?;
        at += c.len_utf8();
        Some((from, fold(c)))
    })
}

/// Where a number ends and another begins, or a word: `059755` in `059755FA2026`, `56` in `56FA2026` or `56FA`.
/// Before two letters stand four digits at least, or behind these letters do, or nothing. Where a line `is_cut`, one
/// letter is enough: the others begin the next.
#[cold]
fn number_end(plain: &[u8], is_cut: bool) -> Option<usize> {
    let count = |from: usize, is: fn(&u8) -> bool| plain[from..].iter().take_while(|byte| is(byte)).count();
    let mut at = count(0, u8::is_ascii_alphabetic);
    while at < plain.len() {
        let end = at + count(at, u8::is_ascii_digit);
        let letters = count(end, u8::is_ascii_alphabetic);
        let behind = end + letters;
        let least = if is_cut && behind == plain.len() { 1 } else { 2 };
        if letters >= least && (end - at >= 4 || behind == plain.len() || count(behind, u8::is_ascii_digit) >= 4) {
            return Some(end);
        }
        at = behind;
    }
    None
}

/// A character that is no plain letter or digit.
fn fold(c: char) -> Folded<'static> {
    match c {
        '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' if c.is_alphabetic() => Folded::Latin(any_ascii::any_ascii_char(c)),
        '\u{300}'..='\u{36F}' => Folded::Mark,
        c if !c.is_ascii() && c.is_alphanumeric() => Folded::Stranger,
        _ => Folded::Separator,
    }
}

fn gap(between: &str) -> Gap {
    match between {
        "" => Gap::Glued,
        " " => Gap::Blank,
        "-" | "/" | "." | "_" => Gap::Narrow,
        // Few have a sign of which a range is made, and these are looked through.
        b if b.bytes().any(|b| matches!(b, b'>' | b'.') || !b.is_ascii()) && RANGE_SIGNS.iter().any(|sign| b.contains(sign)) => {
            Gap::Range
        }
        _ => Gap::Wide,
    }
}

/// Whether a text says that somebody pays for another: "P/C", "pour le compte de", "pr cpte", "pour Dupont".
pub(super) fn is_on_behalf(tokens: &[Token<'_>]) -> bool {
    let says = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.text == word);
    let is_short = |at: usize| says(at, "P") && says(at + 1, "C") && tokens[at + 1].gap == Gap::Narrow;
    let is_account = |at: usize| says(at, "COMPTE") || says(at, "CPTE");
    let is_long = |at: usize| says(at, "POUR") || says(at, "PR") && is_account(at + 1);
    (0..tokens.len()).any(|at| is_short(at) || is_long(at))
}

/// A text as words in capitals: for names.
pub(super) fn folded_words(text: &str) -> Vec<String> {
    let words = Words::of_text(text);
    words.tokens().iter().map(|t| t.text.to_owned()).collect()
}

/// The words of a text behind which a point stands.
pub(super) fn words_with_point(text: &str) -> Vec<String> {
    let words = Words::of_text(text);
    let spans = words.spans.iter().filter(|span| text[span.raw.end..].starts_with('.'));
    spans.map(|span| words.folded[span.folded.clone()].to_owned()).collect()
}

/// A text in capitals without what stands between its words: for numbers.
pub(super) fn folded(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    pieces(text).for_each(|(_, folded)| folded.push_to(&mut joined));
    joined
}

/// One character replaced, missing, added, or two neighbours swapped.
pub(super) fn one_edit_apart(left: &str, right: &str) -> bool {
    if left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let front = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    let (left, right) = (&left[front..], &right[front..]);
    let back = left.iter().rev().zip(right.iter().rev()).take_while(|(l, r)| l == r).count();
    let (left, right) = (&left[..left.len() - back], &right[..right.len() - back]);
    match (left, right) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_go_and_other_scripts_never_look_like_latin() {
        assert_eq!(folded_words("Société Générale – œuvre"), ["SOCIETE", "GENERALE", "OEUVRE"]);
        assert_eq!(folded_words("e\u{301}tude"), ["ETUDE"], "decomposed accents");
        assert_eq!(folded_words("C\u{410}RREFOUR"), ["C?RREFOUR"], "a Cyrillic A");
    }

    #[test]
    fn numbers_without_a_sign_between_them_are_told_apart() {
        let told_apart = |text: &str| {
            let mut words = Words::default();
            words.split(text, Field::Text, 0, Gap::Start, true);
            words.tokens().iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told_apart("FA2026-059755FA2026-065149"), "FA2026 059755 FA2026 065149");
        assert_eq!(
            told_apart("90016542MERCI VTE26055180VTE 56VTE26039025 67INV-0062400"),
            "90016542 MERCI VTE26055180 VTE 56 VTE26039025 67 INV 0062400"
        );
        assert_eq!(told_apart("FACTURES NUMEROS VTE26021VTE260246V"), "FACTURES NUMEROS VTE26021 VTE260246 V", "a full line");
        assert_eq!(told_apart("FR7630006000Z02 GB29NWBK601 1234X 12AB3"), "FR7630006000Z02 GB29NWBK601 1234X 12AB3");
        assert_eq!(folded_words("4711COSMETICS SARL"), ["4711COSMETICS", "SARL"], "names stay as they are");
    }

    #[test]
    fn one_edit_is_one_slip_of_the_finger() {
        assert!(one_edit_apart("90016523", "90016533"));
        assert!(one_edit_apart("90016523", "9001652"));
        assert!(one_edit_apart("90016523", "90061523"));
        assert!(!one_edit_apart("90016523", "90016523"));
        assert!(!one_edit_apart("90016523", "90017533"));
    }
}

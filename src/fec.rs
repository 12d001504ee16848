//! The FEC (fichier des écritures comptables, LPF art. A.47 A-1): where its columns are, and what its
//! amounts say. Accounting programs differ in separators, encodings, padding, and signs.

use crate::model::{Currency, Money};
use crate::text::utf8_or_1252;

/// Where the number of a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documents {
    /// `PieceRef`: the number printed on it.
    Piece,
    /// `JournalCode` and `EcritureNum`, for programs that give many documents one `PieceRef`.
    Writing,
}

/// Where the columns of a FEC are.
pub struct Columns {
    /// Tab or `|`.
    pub separator: u8,
    /// How many columns the first line has.
    pub count: usize,
    /// `JournalCode`.
    pub journal: Option<usize>,
    /// `EcritureNum`.
    pub number: Option<usize>,
    /// `EcritureDate`.
    pub date: usize,
    /// `CompteNum`.
    pub account: usize,
    /// `CompteLib`.
    pub account_name: Option<usize>,
    /// `CompAuxNum`.
    pub customer: usize,
    /// `CompAuxLib`.
    pub customer_name: Option<usize>,
    /// `PieceRef`.
    pub piece: usize,
    /// `PieceDate`.
    pub piece_date: Option<usize>,
    /// `EcritureLib`.
    pub label: usize,
    debit: usize,
    credit: usize,
    /// `Montant` and `Sens` stand for `Debit` and `Credit`.
    signed: bool,
    /// `EcritureLet`.
    pub code: usize,
    /// `DateLet`.
    pub code_date: usize,
}

/// Whether a file begins as a FEC does, perhaps one that lacks something.
#[must_use]
pub fn is_fec(bytes: &[u8]) -> bool {
    let head = bytes.split(|b| *b == b'\n').next().unwrap_or_default().to_ascii_lowercase();
    let telling = ["journalcode", "ecriturenum", "ecrituredate", "comptenum", "compauxnum", "pieceref", "ecriturelet"];
    telling.iter().filter(|name| memchr::memmem::find(&head, name.as_bytes()).is_some()).count() >= 4
}

/// Reads the first line.
///
/// # Errors
///
/// What is missing in it.
pub fn columns(header: &[u8]) -> Result<Columns, String> {
    let text = String::from_utf8_lossy(header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header)).to_lowercase();
    let count = |separator: char| text.matches(separator).count();
    let separator = if count('\t') > count('|') { '\t' } else { '|' };
    let names: Vec<&str> = text.split(separator).map(str::trim).collect();
    let place = |name: &str| names.iter().position(|n| *n == name);
    let required = |name: &str| {
        place(&name.to_lowercase()).ok_or_else(|| {
            format!(
                "expected the column {name} in the first line of a FEC, separated by tabs or |, but found {}",
                names.join(", ")
            )
        })
    };
    let signed = place("montant").is_some() && place("debit").is_none();
    Ok(Columns {
        separator: u8::try_from(separator).unwrap_or(b'|'),
        count: names.len(),
        journal: place("journalcode"),
        number: place("ecriturenum"),
        date: required("EcritureDate")?,
        account: required("CompteNum")?,
        account_name: place("comptelib"),
        customer: required("CompAuxNum")?,
        customer_name: place("compauxlib"),
        piece: required("PieceRef")?,
        piece_date: place("piecedate"),
        label: required("EcritureLib")?,
        debit: required(if signed { "Montant" } else { "Debit" })?,
        credit: required(if signed { "Sens" } else { "Credit" })?,
        signed,
        code: required("EcritureLet")?,
        code_date: required("DateLet")?,
    })
}

impl Columns {
    /// The journal and the number of the writing that a line is of.
    #[must_use]
    pub fn writing<'f>(&self, fields: &'f [String]) -> (&'f str, &'f str) {
        let part = |at: Option<usize>| at.map_or("", |at| fields[at].as_str());
        (part(self.journal), part(self.number))
    }

    /// The number of the document that a line is of; empty where it has none.
    #[must_use]
    pub fn document(&self, fields: &[String], documents: Documents) -> String {
        match (documents, self.writing(fields)) {
            (Documents::Piece, _) => fields[self.piece].clone(),
            (Documents::Writing, (_, "")) => String::new(),
            (Documents::Writing, (journal, number)) => format!("{journal}-{number}"),
        }
    }

    /// The fields of a line, without white space around them; `None` where it has too few.
    #[must_use]
    pub fn fields(&self, line: &[u8]) -> Option<Vec<String>> {
        let text = utf8_or_1252(line);
        let fields: Vec<String> = text.split(char::from(self.separator)).map(|field| field.trim().to_owned()).collect();
        (fields.len() >= self.count).then_some(fields)
    }

    /// Debit less credit, in cents; `None` when an amount cannot be read.
    #[must_use]
    pub fn cents(&self, fields: &[String]) -> Option<i64> {
        if self.signed {
            let sign = match fields[self.credit].as_str() {
                "D" | "+1" | "1" => 1,
                "C" | "-1" => -1,
                _ => return None,
            };
            return Some(sign * cents(&fields[self.debit])?);
        }
        Some(cents(&fields[self.debit])? - cents(&fields[self.credit])?)
    }
}

/// An amount with a decimal comma, its sign before or behind it, in cents; a FEC is in euros.
fn cents(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = text.trim_start_matches(['-', '+']).trim_end_matches(['-', '+']);
    if digits.is_empty() {
        return text.is_empty().then_some(0);
    }
    if text.len() > digits.len() + 1 || digits.contains(['-', '+']) {
        return None;
    }
    let amount = Money::parse(&digits.replace(',', "."), Currency::EUR).ok()?;
    Some(if text.contains('-') { amount.negated().minor() } else { amount.minor() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_accounting_programs_write_them() {
        let told = [
            ("1200,00", 120_000),
            ("0", 0),
            ("-1,5", -150),
            ("12,30-", -1_230),
            ("+7", 700),
            (" 000001437,12", 143_712),
            ("", 0),
        ];
        for (text, wanted) in told {
            assert_eq!(cents(text), Some(wanted), "{text}");
        }
        for none in ["1 200,005", "douze", "-", "-1-", "1-2"] {
            assert_eq!(cents(none), None, "{none}");
        }
    }
}

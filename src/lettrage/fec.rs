//! Lettrage codes written onto the accountant's FEC (fichier des écritures comptables, LPF art. A.47 A-1).
//!
//! Only `EcritureLet` and `DateLet` of unlettered entries of customers' accounts change; every other
//! byte stays as it was found: separator, encoding, line ends, padding, byte-order mark. A code is
//! written only where the debits and credits that it letters are equal, so that a lettrage whose
//! payment is not posted yet waits for the next FEC.

use std::collections::{BTreeMap, BTreeSet};

use crate::fec::{Columns, Documents, columns};
use crate::model::{ContractId, DebtorId, InvoiceId, LettrageCode, Settled};

/// What settles one another: the entries of one customer that name any of this belong together.
#[derive(Debug, Default)]
struct Group {
    items: BTreeSet<String>,
    /// Bank references and end-to-end references of the payments.
    payments: BTreeSet<String>,
    /// No item of it was left open in part.
    closed: bool,
}

/// A code that was not written, because its entries do not balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The customer.
    pub debtor: DebtorId,
    /// The code, as the lettrage files have it.
    pub code: LettrageCode,
    /// Debits less credits of its unlettered entries, in cents.
    pub difference: i64,
}

/// A FEC with codes.
#[derive(Debug)]
pub struct Lettered {
    /// The file.
    pub bytes: Vec<u8>,
    /// Entries that got a code.
    pub entries: usize,
    /// Codes that were written.
    pub codes: usize,
    /// Codes that another entry of the account had already: as the lettrage files have them, and as
    /// they were written.
    pub renamed: Vec<(DebtorId, LettrageCode, String)>,
    /// Codes whose entries do not balance: something of them is not posted yet, or posted otherwise.
    pub left: Vec<Left>,
    /// Codes of items that are still open in part: their turn comes when they are closed.
    pub in_part: usize,
    /// Codes without an unlettered entry in this file: lettered before, or of another year.
    pub elsewhere: usize,
}

/// An unlettered entry of a customer.
struct Entry {
    line: usize,
    date: String,
    customer: String,
    /// The number of the document.
    document: String,
    piece: String,
    label: String,
    /// Debit less credit, in cents.
    cents: i64,
}

/// Writes the codes of what is `settled` onto a FEC. Customers' accounts begin with `account`.
///
/// # Errors
///
/// What is missing, when the first line is not that of a FEC.
pub fn letter_fec(fec: &[u8], settled: &[Settled], account: &str, documents: Documents) -> Result<Lettered, String> {
    let mut lines: Vec<Vec<u8>> = fec.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let columns = columns(lines.first().map_or(&[][..], Vec::as_slice))?;
    let (entries, mut taken) = entries(&lines, &columns, account, documents);
    let mut lettered =
        Lettered { bytes: Vec::new(), entries: 0, codes: 0, renamed: Vec::new(), left: Vec::new(), in_part: 0, elsewhere: 0 };
    let mut of_customer: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &entries {
        of_customer.entry(&entry.customer).or_default().push(entry);
    }
    for ((_, debtor, ordinal), group) in groups(settled) {
        if !group.closed {
            lettered.in_part += 1;
            continue;
        }
        let code = LettrageCode::nth(ordinal, true);
        let customer = folded(&debtor.0);
        let all = of_customer.get(customer.as_str()).into_iter().flatten();
        let own: Vec<&Entry> = all.copied().filter(|e| group.names(e)).collect();
        let difference: i64 = own.iter().map(|e| e.cents).sum();
        if own.is_empty() {
            lettered.elsewhere += 1;
            continue;
        }
        if own.len() < 2 || difference != 0 {
            lettered.left.push(Left { debtor, code, difference });
            continue;
        }
        let used = taken.entry(customer).or_default();
        let mut written = code.0.clone();
        let mut next = ordinal;
        while used.contains(&written) {
            next += 1;
            written = LettrageCode::nth(next, true).0;
        }
        used.insert(written.clone());
        // The day on which the last of them was posted.
        let day = own.iter().map(|e| e.date.as_str()).max().unwrap_or_default().to_owned();
        for entry in &own {
            set(&mut lines[entry.line], &columns, columns.code, &written);
            set(&mut lines[entry.line], &columns, columns.code_date, &day);
        }
        lettered.entries += own.len();
        lettered.codes += 1;
        if written != code.0 {
            lettered.renamed.push((debtor, code, written));
        }
    }
    lettered.bytes = lines.concat();
    Ok(lettered)
}

impl Group {
    /// Whether an entry is of one of its items, by its number, or of one of its payments.
    fn names(&self, entry: &Entry) -> bool {
        let of_payment = |text: &str| self.payments.iter().any(|reference| text.contains(reference.as_str()));
        self.items.contains(&entry.document) || of_payment(&entry.piece) || of_payment(&entry.label)
    }
}

/// What settles one another, by contract, customer and code.
fn groups(settled: &[Settled]) -> BTreeMap<(ContractId, DebtorId, u64), Group> {
    let mut groups: BTreeMap<(ContractId, DebtorId, u64), Group> = BTreeMap::new();
    for payment in settled {
        let line = &payment.remittance.line;
        for of_item in &payment.lines {
            let Some(ordinal) = of_item.code.ordinal() else { continue };
            let group = groups.entry((line.contract.clone(), of_item.debtor.clone(), ordinal)).or_default();
            group.closed |= of_item.code == LettrageCode::nth(ordinal, true);
            group.items.extend(of_item.invoice.as_ref().map(|InvoiceId(number)| folded(number)));
            let references = [&line.bank_reference, &line.end_to_end_id].map(|r| folded(r));
            // A short reference stands in many labels by chance.
            group.payments.extend(references.into_iter().filter(|r| r.len() >= 4));
        }
    }
    groups
}

/// Letters and digits in capitals: how two programs write the same number.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The unlettered entries of customers, and the codes that each customer's account has.
fn entries(
    lines: &[Vec<u8>],
    columns: &Columns,
    account: &str,
    documents: Documents,
) -> (Vec<Entry>, BTreeMap<String, BTreeSet<String>>) {
    let mut entries = Vec::new();
    let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (line, bytes) in lines.iter().enumerate().skip(1) {
        let Some(fields) = columns.fields(bytes).filter(|fields| fields[columns.account].starts_with(account)) else { continue };
        let customer = folded(&fields[columns.customer]);
        if !fields[columns.code].is_empty() {
            codes.entry(customer).or_default().insert(fields[columns.code].clone());
            continue;
        }
        let Some(cents) = columns.cents(&fields) else { continue };
        entries.push(Entry {
            line,
            date: fields[columns.date].clone(),
            customer,
            document: folded(&columns.document(&fields, documents)),
            piece: folded(&fields[columns.piece]),
            label: folded(&fields[columns.label]),
            cents,
        });
    }
    (entries, codes)
}

/// Replaces one field of a line.
fn set(line: &mut Vec<u8>, columns: &Columns, column: usize, text: &str) {
    let end = line.iter().rposition(|b| !matches!(b, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let mut from = 0;
    for _ in 0..column {
        from += line[from..end].iter().position(|b| *b == columns.separator).map_or(0, |at| at + 1);
    }
    let to = line[from..end].iter().position(|b| *b == columns.separator).map_or(end, |at| from + at);
    line.splice(from..to, text.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_replaced_and_nothing_else() {
        let header = b"EcritureDate|CompteNum|CompAuxNum|PieceRef|EcritureLib|Debit|Credit|EcritureLet|DateLet\r\r\n";
        let columns = columns(header).unwrap();
        let mut line = b"20261101|411000|D1|FA1|\xe9|1,00|0,00||\r\r\n".to_vec();
        set(&mut line, &columns, columns.code_date, "20261102");
        set(&mut line, &columns, columns.code, "AAA");
        assert_eq!(line, b"20261101|411000|D1|FA1|\xe9|1,00|0,00|AAA|20261102\r\r\n");
    }
}

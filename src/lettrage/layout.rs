//! Lettrage lines → the factor's own file, as a layout describes it.
//!
//! Nothing is ever cut or filled up to fit: a value that its field cannot carry, or that folding makes
//! one with another, holds all lines of its remittance back, and is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::config::{Encoding, Field, Fold, Format, Justify, LINE_SOURCES, Layout, Record, Shorten, When};
use crate::model::{Contract, Finding, Invoice, InvoiceId, Ledger, LettrageLine, LineKind, Money, Origin};

/// What a layout is rendered with.
pub struct Rendering<'a> {
    /// The layout.
    pub layout: &'a Layout,
    /// The contract.
    pub contract: &'a Contract,
    /// Name of the client.
    pub company: &'a str,
    /// Items and debtors.
    pub ledger: &'a Ledger,
    /// Business date: the date of the file.
    pub as_of: NaiveDate,
    /// Number of the last file of this layout.
    pub last_sequence: u64,
}

/// The files of a night in one layout.
#[derive(Debug, Default)]
pub struct Rendered {
    /// By name, in the order of their sequence numbers.
    pub files: Vec<(String, Vec<u8>)>,
    /// Lines that the layout cannot carry.
    pub findings: Vec<Finding>,
    /// Number of the last file.
    pub last_sequence: u64,
}

/// A record that is written: its kind, its text, its amount in minor units.
type Written<'l> = (&'l Record, String, i64);

/// What a file counts.
type Counters = BTreeMap<String, (u64, i64)>;

impl Rendering<'_> {
    /// Writes the lines of the contract. A night without lines writes no file, and takes no number.
    #[must_use]
    pub fn render(&self, lines: &[&LettrageLine]) -> Rendered {
        let mut rendered = Rendered { last_sequence: self.last_sequence, ..Rendered::default() };
        let invoices: HashMap<&InvoiceId, &Invoice> =
            self.ledger.invoices.iter().filter(|i| i.contract == self.contract.id).map(|i| (&i.id, i)).collect();
        let collisions = self.collisions(lines);
        let rows = super::csv::rows(lines);
        let limit = if self.layout.max_records == 0 { usize::MAX } else { self.layout.max_records };
        let mut groups: Vec<(&str, Vec<Written<'_>>)> = Vec::new();
        let numbered: Vec<(usize, &LettrageLine)> = lines.iter().copied().enumerate().collect();
        for group in numbered.chunk_by(|(_, a), (_, b)| a.remittance.id == b.remittance.id && a.reverses == b.reverses) {
            let mut written = Vec::new();
            let mut faults: BTreeSet<String> = BTreeSet::new();
            for (index, line) in group {
                let Some(record) = self.record_of(line.kind) else {
                    faults.insert(format!("no record of the layout takes a line of kind {}", line.kind.as_str()));
                    continue;
                };
                if let Some(other) = line.invoice.as_ref().and_then(|id| collisions.get(id)) {
                    faults.insert(format!(
                        "the number {} cannot be told from {other} once it is folded",
                        line.invoice.as_ref().map_or("", |i| &*i.0)
                    ));
                }
                let source = Source {
                    line,
                    row: &rows[*index],
                    invoice: line.invoice.as_ref().and_then(|id| invoices.get(id).copied()),
                    of_item: money(group, line),
                };
                match self.record(record, |field| self.of_line(field, &source)) {
                    Ok(text) => written.push((record, text, source.of_item)),
                    Err(fault) => {
                        faults.insert(fault);
                    }
                }
            }
            let scopes: BTreeSet<&str> = group.iter().map(|(_, line)| self.scope(line)).collect();
            if scopes.len() > 1 {
                faults.insert("it pays for domestic and for export debtors, which have files of their own".to_owned());
            }
            if written.len() > limit {
                faults.insert(format!("it has {} lines, more than a file may hold", written.len()));
            }
            if faults.is_empty() {
                groups.push((self.scope(group[0].1), written));
            } else {
                let first = group[0].1;
                rendered.findings.extend(faults.into_iter().map(|fault| self.held(first, &fault)));
            }
        }
        groups.sort_by_key(|(scope, _)| *scope);
        for of_scope in groups.chunk_by_mut(|a, b| a.0 == b.0) {
            let scope = of_scope[0].0;
            let mut open: Vec<Vec<Written<'_>>> = Vec::new();
            let mut count = 0;
            for (_, group) in of_scope {
                if count + group.len() > limit && count > 0 {
                    self.file(scope, std::mem::take(&mut open), &mut rendered);
                    count = 0;
                }
                count += group.len();
                open.push(std::mem::take(group));
            }
            self.file(scope, open, &mut rendered);
        }
        rendered
    }

    /// Whether a line is of a domestic or an export debtor, in the word of the layout; empty where it does
    /// not tell them apart.
    fn scope(&self, line: &LettrageLine) -> &str {
        let Some(apart) = &self.layout.apart else { return "" };
        let country = self.ledger.debtor(&line.debtor).and_then(|d| d.country.as_deref()).unwrap_or_default().trim();
        let is_domestic = country.is_empty() || country.eq_ignore_ascii_case(&apart.country);
        if is_domestic { &apart.domestic } else { &apart.export }
    }

    fn record_of(&self, kind: LineKind) -> Option<&Record> {
        self.layout.records.iter().find(|r| matches!(&r.when, When::Lines(kinds) if kinds.contains(&kind)))
    }

    /// One file with its header, its trailer and its number.
    fn file(&self, scope: &str, groups: Vec<Vec<Written<'_>>>, rendered: &mut Rendered) {
        let sequence = rendered.last_sequence + 1;
        let mut counters = Counters::new();
        let mut body = Vec::new();
        for (record, text, minor) in groups.into_iter().flatten() {
            let counter = counters.entry(record.counter.clone()).or_default();
            *counter = (counter.0 + 1, counter.1 + minor);
            body.push(text);
        }
        let mut records = Vec::new();
        if self.layout.header_line {
            let of_lines = self.layout.records.iter().find(|r| matches!(r.when, When::Lines(_)));
            let separator = self.layout.separator.unwrap_or(';').to_string();
            records.extend(of_lines.map(|r| r.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(&separator)));
        }
        let total = body.len();
        let framed = |when: &When| -> Result<Vec<String>, String> {
            let of_kind = self.layout.records.iter().filter(|r| r.when == *when);
            of_kind.map(|record| self.record(record, |field| self.of_file(field, scope, sequence, total, &counters))).collect()
        };
        let file = match (framed(&When::Header), framed(&When::Trailer)) {
            (Ok(header), Ok(trailer)) => {
                records.extend(header);
                records.extend(body);
                records.extend(trailer);
                let text: String = records.into_iter().map(|r| r + self.layout.line_end).collect();
                encode(self.layout.encoding, &text)
            }
            (Err(fault), _) | (_, Err(fault)) => Err(fault),
        };
        match file {
            Ok(bytes) => {
                let date = self.as_of.to_string();
                let number = format!("{sequence:03}");
                let name = self
                    .layout
                    .file
                    .replace("{contract}", &self.contract.id.0)
                    .replace("{date}", &date)
                    .replace("{scope}", scope)
                    .replace("{sequence}", &number);
                rendered.files.push((name, bytes));
                rendered.last_sequence = sequence;
            }
            Err(fault) => {
                let what = format!(
                    "expected a file in layout {} for contract {}, but found that {fault}",
                    self.layout.name, self.contract.id
                );
                rendered.findings.push(
                    Finding::error(Origin::file(&self.layout.name.as_str().into()), "layout-file", what)
                        .effect("The file is not written; lettrage-<contract>.csv has all its lines")
                        .remedy("Correct the layout or the params of the contract, and send the lines from the CSV"),
                );
            }
        }
    }

    fn held(&self, line: &LettrageLine, fault: &str) -> Finding {
        let what = format!(
            "expected to write the lines of {} ({} {}) in layout {}, but found that {fault}",
            line.remittance.bank_reference,
            line.remittance.amount,
            line.remittance.amount.currency(),
            self.layout.name
        );
        Finding::error(Origin::file(&self.layout.name.as_str().into()), "layout-line", what)
            .effect("None of its lines is in this rendering; lettrage-<contract>.csv has them")
            .remedy("Give the factor these lines another way, or correct the layout with it")
    }

    /// Items whose numbers are one once they are folded and shortened, with one of the others.
    fn collisions<'l>(&self, lines: &[&'l LettrageLine]) -> HashMap<&'l InvoiceId, &'l InvoiceId> {
        let mut found = HashMap::new();
        let fields = self.layout.records.iter().flat_map(|r| &r.fields).filter(|f| f.source == "invoice_id");
        for field in fields {
            let mut written: HashMap<String, &InvoiceId> = HashMap::new();
            for id in lines.iter().filter_map(|l| l.invoice.as_ref()) {
                let Ok(text) = fitted(field, self.folded(&id.0)) else { continue };
                let first = *written.entry(text).or_insert(id);
                if first != id {
                    found.insert(first, id);
                    found.insert(id, first);
                }
            }
        }
        found
    }

    /// One record: its fields in their places.
    fn record(&self, record: &Record, value: impl Fn(&Field) -> Result<String, String>) -> Result<String, String> {
        let mut text = String::new();
        let mut length = 0;
        for (index, field) in record.fields.iter().enumerate() {
            let value = fitted(field, value(field)?)?;
            encode(self.layout.encoding, &value).map_err(|fault| format!("{} is {value:?}, in which {fault}", field.name))?;
            if let Some(separator) = self.layout.separator {
                if value.contains([separator, '"', '\n', '\r']) {
                    return Err(format!("{} is {value:?}, which holds a separator, a quote or a line end", field.name));
                }
                if index > 0 {
                    text.push(separator);
                }
                text.push_str(&value);
                continue;
            }
            let gap = (field.at - 1).saturating_sub(length);
            text.extend(std::iter::repeat_n(' ', gap));
            let fill: String = std::iter::repeat_n(field.pad, field.length - value.chars().count()).collect();
            text.push_str(&if field.justify == Justify::Left { value + &fill } else { fill + &value });
            length = field.at - 1 + field.length;
        }
        if self.layout.width > 0 {
            text.extend(std::iter::repeat_n(' ', self.layout.width - length));
        }
        Ok(text)
    }

    /// The value of a field of a line.
    fn of_line(&self, field: &Field, source: &Source<'_>) -> Result<String, String> {
        if field.source == "applied_amount" && self.splits_adjustments() {
            // Adjustments have records of their own: this one tells the money alone.
            return amount(&field.format, source.of_item, self.contract.currency);
        }
        if let Some(at) = LINE_SOURCES.iter().position(|name| *name == field.source) {
            return self.formatted(field, &source.row[at]);
        }
        let debtor = self.ledger.debtor(&source.line.debtor);
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        let raw = match field.source.as_str() {
            "debtor_name" => debtor.map_or_else(String::new, |d| d.name.clone()),
            "debtor_siren" => text(debtor.and_then(|d| d.siren.as_ref())),
            "debtor_country" => text(debtor.and_then(|d| d.country.as_ref())),
            "issue_date" => source.invoice.map_or_else(String::new, |i| i.issue_date.to_string()),
            "due_date" => source.invoice.map_or_else(String::new, |i| i.due_date.to_string()),
            "document_amount" => source.invoice.map_or_else(String::new, |i| i.amount.to_string()),
            "order_ref" => text(source.invoice.and_then(|i| i.order_ref.as_ref())),
            _ => return self.of_file(field, self.scope(source.line), 0, 0, &Counters::new()),
        };
        self.formatted(field, &raw)
    }

    /// Whether a layout has another record for what closes an item without money.
    fn splits_adjustments(&self) -> bool {
        let of = |kind| self.record_of(kind).map(std::ptr::from_ref);
        of(LineKind::Invoice) != of(LineKind::Discount)
    }

    /// The value of a field that is the same for all lines of a file.
    fn of_file(&self, field: &Field, scope: &str, sequence: u64, records: usize, counters: &Counters) -> Result<String, String> {
        if let Some(value) = &field.value {
            return Ok(value.clone());
        }
        if let Some(name) = field.source.strip_prefix("param:") {
            let known = self.contract.params.iter().find(|(key, _)| key == name);
            let (_, value) = known.ok_or_else(|| format!("the contract has no parameter {name} in [contracts.params]"))?;
            return Ok(self.folded(value));
        }
        if let Some(name) = field.source.strip_prefix("count:") {
            return Ok(counters.get(name).map_or(0, |c| c.0).to_string());
        }
        if let Some(name) = field.source.strip_prefix("sum:") {
            return amount(&field.format, counters.get(name).map_or(0, |c| c.1), self.contract.currency);
        }
        let raw = match field.source.as_str() {
            "file_date" => self.as_of.to_string(),
            "sequence" => sequence.to_string(),
            "scope" => scope.to_owned(),
            "records" => records.to_string(),
            "contract_id" => self.contract.id.to_string(),
            "factor" => self.contract.factor.clone(),
            "company_name" => self.company.to_owned(),
            "currency" => self.contract.currency.to_string(),
            "account" => self.contract.accounts.first().map_or_else(String::new, ToString::to_string),
            _ => String::new(),
        };
        self.formatted(field, &raw)
    }

    fn formatted(&self, field: &Field, raw: &str) -> Result<String, String> {
        if raw.is_empty() {
            return Ok(String::new());
        }
        match &field.format {
            Format::Text => Ok(self.folded(raw)),
            Format::Date(pattern) => {
                let date: NaiveDate = raw.parse().map_err(|_| format!("{} is {raw:?}, which is no date", field.name))?;
                Ok(date.format(pattern).to_string())
            }
            format => {
                let currency = self.contract.currency;
                let unsigned = Money::parse(raw.trim_start_matches('-'), currency);
                let minor = unsigned.map_err(|_| format!("{} is {raw:?}, which is no amount", field.name))?.minor();
                amount(format, if raw.starts_with('-') { -minor } else { minor }, currency)
            }
        }
    }

    /// Accents, small letters and punctuation as the layout has them.
    fn folded(&self, text: &str) -> String {
        let text = crate::text::single_line(text);
        let text = match self.layout.fold {
            Fold::None => text,
            Fold::Ascii => any_ascii::any_ascii(&text),
            Fold::UpperAscii => any_ascii::any_ascii(&text).to_uppercase(),
        };
        let Some(instead) = &self.layout.punctuation else { return text };
        text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
            if c.is_alphanumeric() || c == ' ' {
                out.push(c);
            } else {
                out.push_str(instead);
            }
            out
        })
    }
}

/// A value that its field can carry.
fn fitted(field: &Field, value: String) -> Result<String, String> {
    let length = value.chars().count();
    if field.length == 0 || length <= field.length {
        return Ok(value);
    }
    match field.shorten {
        Some(Shorten::First) => Ok(value.chars().take(field.length).collect()),
        Some(Shorten::Last) => Ok(value.chars().skip(length - field.length).collect()),
        None => Err(format!("{} is {value:?}, which is longer than {} characters", field.name, field.length)),
    }
}

/// What a field of a line can take.
struct Source<'a> {
    line: &'a LettrageLine,
    row: &'a [String],
    invoice: Option<&'a Invoice>,
    /// Money of the line: for an item, less what closes it without money.
    of_item: i64,
}

/// The money of a line in minor units: what is applied to an item, with its discount, charges and
/// rounding taken in; those lines themselves as they are.
fn money(group: &[(usize, &LettrageLine)], line: &LettrageLine) -> i64 {
    let own = line.applied.minor();
    if !matches!(line.kind, LineKind::Invoice | LineKind::CreditNote) {
        return own;
    }
    let closing = |l: &LettrageLine| matches!(l.kind, LineKind::Discount | LineKind::Charges | LineKind::Rounding);
    own + group.iter().filter(|(_, l)| closing(l) && l.invoice == line.invoice).map(|(_, l)| l.applied.minor()).sum::<i64>()
}

fn amount(format: &Format, minor: i64, currency: crate::model::Currency) -> Result<String, String> {
    let money = Money::from_minor(minor, currency).to_string();
    Ok(match format {
        Format::Cents => minor.unsigned_abs().to_string(),
        Format::Sign => if minor < 0 { "-" } else { "+" }.to_owned(),
        Format::Decimal(mark) => money.replace('.', &mark.to_string()),
        Format::Text => money,
        Format::Date(_) => return Err("an amount is no date".to_owned()),
    })
}

/// The bytes of a text; a character that the encoding does not have is an error.
/// The characters 128 to 255 of code page 850 (DOS, Western Europe), which older factor software reads.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

fn encode(encoding: Encoding, text: &str) -> Result<Vec<u8>, String> {
    let missing = |c: char| format!("{c:?} has no place in the encoding of the layout");
    let single = |fits: fn(char) -> Option<u8>| text.chars().map(|c| fits(c).ok_or_else(|| missing(c))).collect();
    match encoding {
        Encoding::Utf8 => Ok(text.as_bytes().to_vec()),
        Encoding::Utf8Bom => Ok([b"\xef\xbb\xbf", text.as_bytes()].concat()),
        Encoding::Ascii => single(|c| u8::try_from(c).ok().filter(u8::is_ascii)),
        Encoding::Latin1 => single(|c| u8::try_from(c).ok()),
        Encoding::Cp850 => single(|c| {
            let upper = || CP850.chars().position(|own| own == c).and_then(|at| u8::try_from(128 + at).ok());
            u8::try_from(c).ok().filter(u8::is_ascii).or_else(upper)
        }),
        Encoding::Latin9 | Encoding::Windows1252 => {
            let table = if encoding == Encoding::Latin9 { encoding_rs::ISO_8859_15 } else { encoding_rs::WINDOWS_1252 };
            let (bytes, _, replaced) = table.encode(text);
            if replaced {
                Err("a character has no place in the encoding of the layout".to_owned())
            } else {
                Ok(bytes.into_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_has_its_own_byte_for_a_letter_and_none_for_a_stranger() {
        let encoded = |encoding| encode(encoding, "Éé€°").ok();
        assert_eq!(CP850.chars().count(), 128);
        assert_eq!(encode(Encoding::Cp850, "Éé° A").unwrap(), [0x90, 0x82, 0xF8, b' ', b'A']);
        assert_eq!(encoded(Encoding::Cp850), None, "code page 850 has no euro");
        assert_eq!(encoded(Encoding::Latin1), None);
        assert_eq!(encoded(Encoding::Latin9).unwrap(), [0xC9, 0xE9, 0xA4, 0xB0]);
        assert_eq!(encoded(Encoding::Windows1252).unwrap(), [0xC9, 0xE9, 0x80, 0xB0]);
        assert_eq!(encoded(Encoding::Ascii), None);
    }
}

//! CSV, Parquet or spreadsheet bytes → a frame of text columns.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{Column as PolarsColumn, DataFrame, DataType, NamedFrom, ParquetReader, SerReader, Series};

use super::{LedgerFile, sheet};
use crate::config::LedgerSettings;
use crate::model::{Finding, Origin};

/// A column of a ledger file.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnSpec {
    pub name: &'static str,
    pub required: bool,
}

/// Text columns under our names, with the line each row stands on.
pub(super) struct Table {
    pub file: Arc<str>,
    /// Columns of the file that nothing is read from, by their names there.
    pub unused: Vec<String>,
    frame: DataFrame,
    lines: Vec<usize>,
    /// Position of each column in the file, from 1.
    positions: Vec<usize>,
    /// Columns that came typed (Parquet, spreadsheets): ISO dates and decimal points, whatever is configured.
    typed: Vec<bool>,
    pub notes: Vec<Finding>,
}

/// One column, ready to walk.
pub(super) struct TextColumn<'a> {
    pub values: Vec<Option<&'a str>>,
    pub position: usize,
    pub typed: bool,
}

impl Table {
    pub(super) fn height(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn line(&self, row: usize) -> usize {
        self.lines[row]
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.frame.get_column_index(name).is_some()
    }

    /// The values of a column; all absent when the file does not have it.
    pub(super) fn column(&self, name: &str) -> TextColumn<'_> {
        let index = self.frame.get_column_index(name);
        let texts = index.and_then(|i| self.frame.columns().get(i)).and_then(|c| c.str().ok());
        let values = match texts {
            Some(texts) => texts.iter().map(|v| v.map(str::trim).filter(|t| !t.is_empty())).collect(),
            None => vec![None; self.height()],
        };
        TextColumn { values, position: index.map_or(0, |i| self.positions[i]), typed: index.is_some_and(|i| self.typed[i]) }
    }
}

/// How a table is made of a FEC.
type OfFec = fn(&LedgerSettings, &LedgerFile) -> Result<Raw, Finding>;

/// For tables that no FEC has.
pub(super) fn no_fec(settings: &LedgerSettings, file: &LedgerFile) -> Result<Raw, Finding> {
    read_csv(settings, file)
}

/// Reads a table and checks its header; what begins as a FEC does is read by `of_fec`.
pub(super) fn read(
    settings: &LedgerSettings,
    file: &LedgerFile,
    specs: &[ColumnSpec],
    of_fec: OfFec,
) -> Result<Table, Vec<Finding>> {
    let ending = file.name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let raw = match ending.as_str() {
        "parquet" => read_parquet(file),
        "xlsx" => sheet::read(file),
        "xls" | "ods" => Err(refused(
            file,
            "ledger-format",
            format!("expected .csv, .parquet or .xlsx, but found .{ending}, which this version does not read"),
            "Save the sheet as CSV (UTF-8), and name that file in [ledger]",
        )),
        _ if crate::fec::is_fec(&file.bytes) => of_fec(settings, file),
        _ => read_csv(settings, file),
    }
    .map_err(|f| vec![f])?;
    rename(settings, file, raw, specs)
}

/// A table as it stands in the file.
pub(super) struct Raw {
    pub header: Vec<String>,
    pub columns: Vec<Vec<Option<String>>>,
    pub typed: Vec<bool>,
    pub lines: Vec<usize>,
    pub notes: Vec<Finding>,
}

pub(super) fn refused(file: &LedgerFile, rule: &'static str, what: String, remedy: &str) -> Finding {
    Finding::error(Origin::file(&file.name), rule, what).effect("The ledger cannot be used, so nothing was run").remedy(remedy)
}

fn read_csv(settings: &LedgerSettings, file: &LedgerFile) -> Result<Raw, Finding> {
    let bytes = file.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&file.bytes);
    let text = if settings.encoding == "windows-1252" {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
    } else {
        let checked = std::str::from_utf8(bytes).map_err(|fault| {
            let line = memchr::memchr_iter(b'\n', &bytes[..fault.valid_up_to()]).count() + 1;
            let mut finding = refused(
                file,
                "ledger-encoding",
                format!("expected UTF-8, but found the byte {:#04X}", bytes[fault.valid_up_to()]),
                "Save the file as UTF-8, or set encoding = \"windows-1252\" in [ledger]",
            );
            finding.origin.line = line;
            finding
        })?;
        std::borrow::Cow::Borrowed(checked)
    };
    let separator = separator(text.lines().next().unwrap_or_default());
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => return Err(refused(file, "ledger-header", format!("expected a header line, but found: {error}"), "")),
    };
    let mut raw = Raw {
        columns: vec![Vec::new(); header.len()],
        typed: vec![false; header.len()],
        header,
        lines: Vec::new(),
        notes: Vec::new(),
    };
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                return Err(refused(
                    file,
                    "ledger-row",
                    format!("expected a row of text, but found: {error}"),
                    "Mend that line of the file",
                ));
            }
        };
        let line = lines.of(record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0)));
        if record.iter().all(|value| value.trim().is_empty()) {
            continue;
        }
        if record.len() != raw.header.len() {
            raw.notes.push(
                Finding::error(
                    Origin::line(&file.name, line),
                    "ledger-row-fields",
                    format!("expected {} fields as in the header, but found {}", raw.header.len(), record.len()),
                )
                .effect("The row is set aside")
                .remedy("Put a field that holds the separator into double quotes"),
            );
            continue;
        }
        for (column, value) in raw.columns.iter_mut().zip(record.iter()) {
            column.push(Some(value.to_owned()));
        }
        raw.lines.push(line);
    }
    Ok(raw)
}

/// Lines of a text, whatever ends them: the reader of CSV counts those of Windows one too few.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line on which a record stands that begins at that byte, or behind the line ends there; records are asked
    /// for in their order.
    fn of(&mut self, byte: usize) -> usize {
        let blank = self.text.get(byte..).unwrap_or_default().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        while self.at < (byte + blank).min(self.text.len()) {
            let is_end = match self.text[self.at] {
                b'\n' => true,
                b'\r' => self.text.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += usize::from(is_end);
            self.at += 1;
        }
        self.line
    }
}

/// The separator of the header line: the one that stands there most.
fn separator(header: &str) -> u8 {
    *[b',', b';', b'\t', b'|'].iter().rev().max_by_key(|s| header.bytes().filter(|b| b == *s).count()).unwrap_or(&b',')
}

fn read_parquet(file: &LedgerFile) -> Result<Raw, Finding> {
    let wrong = |what: String| refused(file, "ledger-parquet", what, "Write the file again, amounts as decimals or texts");
    let frame = ParquetReader::new(Cursor::new(Arc::clone(&file.bytes)))
        .finish()
        .map_err(|error| wrong(format!("expected a Parquet file, but found: {error}")))?;
    let mut raw = Raw {
        header: frame.get_column_names().iter().map(std::string::ToString::to_string).collect(),
        columns: Vec::new(),
        typed: Vec::new(),
        lines: (2..frame.height() + 2).collect(),
        notes: Vec::new(),
    };
    for column in frame.columns() {
        if matches!(column.dtype(), DataType::Float32 | DataType::Float64) {
            return Err(wrong(format!("expected decimals or texts in column {}, but found binary fractions", column.name())));
        }
        let texts = column
            .cast(&DataType::String)
            .map_err(|error| wrong(format!("expected plain values in column {}, but found: {error}", column.name())))?;
        let texts = texts.str().map_err(|error| wrong(error.to_string()))?;
        raw.columns.push(texts.iter().map(|v| v.map(str::to_owned)).collect());
        raw.typed.push(!matches!(column.dtype(), DataType::String));
    }
    Ok(raw)
}

/// Gives the columns our names, and tells what is missing or misspelt.
fn rename(settings: &LedgerSettings, file: &LedgerFile, raw: Raw, specs: &[ColumnSpec]) -> Result<Table, Vec<Finding>> {
    let mut problems = Vec::new();
    if raw.header.iter().all(String::is_empty) {
        return Err(vec![refused(
            file,
            "ledger-header",
            "expected a header line, but the file is empty".to_owned(),
            "Export the file again",
        )]);
    }
    let notes = raw.notes;
    let mut kept: Vec<(usize, &'static str)> = Vec::new();
    for (index, name) in raw.header.iter().enumerate() {
        let mapped = settings.columns.iter().find(|(theirs, _)| theirs == name).map_or(name.as_str(), |(_, ours)| ours);
        let Some(spec) = specs.iter().find(|s| s.name == mapped) else {
            let is_near = |spec: &&ColumnSpec| strsim::damerau_levenshtein(spec.name, mapped) <= 1 + spec.name.len() / 10;
            let has = |spec: &ColumnSpec| raw.header.iter().any(|name| name == spec.name);
            if let Some(near) = specs.iter().find(is_near).filter(|spec| !has(spec)) {
                // Read as absent, it would give other answers: unassigned items, whole amounts open.
                let mut finding = refused(
                    file,
                    "ledger-column-unknown",
                    format!("expected a known column, but found {mapped:?}, which is like {:?}", near.name),
                    "Correct the header, or map the name in [ledger.columns]",
                );
                (finding.origin.line, finding.origin.column) = (1, index + 1);
                problems.push(finding);
            }
            continue;
        };
        if kept.iter().any(|(_, ours)| *ours == spec.name) {
            problems.push(refused(
                file,
                "ledger-column-twice",
                format!("expected the column {} once, but found it twice", spec.name),
                "",
            ));
            continue;
        }
        kept.push((index, spec.name));
    }
    for spec in specs.iter().filter(|s| s.required && kept.iter().all(|(_, ours)| *ours != s.name)) {
        problems.push(refused(
            file,
            "ledger-column-missing",
            format!("expected a column {}, but found {}", spec.name, raw.header.join(", ")),
            "Correct the header, or map the file's name for it in [ledger.columns]",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let is_used = |at: &usize| kept.iter().any(|(index, _)| index == at);
    let unused = (0..raw.header.len()).filter(|at| !is_used(at)).map(|at| raw.header[at].clone()).collect();
    let mut columns = raw.columns;
    let texts: Vec<PolarsColumn> =
        kept.iter().map(|(index, ours)| Series::new((*ours).into(), std::mem::take(&mut columns[*index])).into()).collect();
    let frame = DataFrame::new(raw.lines.len(), texts)
        .map_err(|error| vec![refused(file, "ledger-table", format!("expected a table, but found: {error}"), "")])?;
    Ok(Table {
        file: Arc::clone(&file.name),
        unused,
        frame,
        lines: raw.lines,
        positions: kept.iter().map(|(index, _)| index + 1).collect(),
        typed: kept.iter().map(|(index, _)| raw.typed[*index]).collect(),
        notes,
    })
}

#[cfg(test)]
mod tests {
    use polars::prelude::ParquetWriter;

    use super::*;

    const SPECS: [ColumnSpec; 3] = [
        ColumnSpec { name: "invoice_id", required: true },
        ColumnSpec { name: "amount", required: true },
        ColumnSpec { name: "due_date", required: false },
    ];

    fn settings() -> LedgerSettings {
        LedgerSettings {
            invoices: String::new(),
            debtors: String::new(),
            contacts: None,
            encoding: "utf-8".to_owned(),
            date_format: "%Y-%m-%d".to_owned(),
            decimal: '.',
            columns: vec![("number".to_owned(), "invoice_id".to_owned())],
            longest_terms: None,
            fec: crate::config::FecSettings::default(),
        }
    }

    fn parquet(amount: Series) -> LedgerFile {
        let days = Series::new("due_date".into(), [20_000_i32, 20_001]).cast(&DataType::Date).unwrap();
        let numbers = Series::new("number".into(), ["F1", "F2"]);
        let mut frame = DataFrame::new(2, vec![numbers.into(), amount.into(), days.into()]).unwrap();
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
        LedgerFile { name: "ledger/items.parquet".into(), bytes: bytes.into() }
    }

    #[test]
    fn a_parquet_ledger_keeps_decimals_and_dates_exactly() {
        let texts = Series::new("amount".into(), ["1234.50", "-0.05"]);
        let decimals = texts.cast(&DataType::Decimal(18, 2)).unwrap();
        let table = read(&settings(), &parquet(decimals), &SPECS, no_fec).map_err(|f| f[0].to_string()).unwrap();
        assert_eq!(table.column("amount").values, [Some("1234.50"), Some("-0.05")]);
        assert_eq!(table.column("due_date").values, [Some("2024-10-04"), Some("2024-10-05")]);
        assert_eq!(table.column("invoice_id").values, [Some("F1"), Some("F2")]);
        assert!(table.column("amount").typed && !table.column("invoice_id").typed);
    }

    #[test]
    fn binary_fractions_are_no_amounts() {
        let floats = Series::new("amount".into(), [1234.5_f64, -0.05]);
        let refused = read(&settings(), &parquet(floats), &SPECS, no_fec).err().unwrap();
        assert!(refused[0].what.contains("binary fractions"), "{}", refused[0]);
    }

    #[test]
    fn the_separator_is_the_one_that_stands_in_the_header_most() {
        assert_eq!(separator("a;b;c"), b';');
        assert_eq!(separator("a,b|c,d"), b',');
        assert_eq!(separator("a\tb"), b'\t');
        assert_eq!(separator("alone"), b',');
    }
}

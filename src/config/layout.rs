//! Layouts: how a factor wants its lettrage file. One TOML file a layout.

use std::sync::Arc;

use super::reader::{Document, Section};
use crate::model::{Finding, LineKind};

/// How a file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits; anything else is an error of its line.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-15, with the euro sign.
    Latin9,
    /// Code page 850.
    Cp850,
    /// Windows-1252.
    Windows1252,
    /// UTF-8.
    Utf8,
    /// UTF-8 behind a byte-order mark.
    Utf8Bom,
}

/// What becomes of letters that a factor's program may not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// They stay.
    None,
    /// Accents go.
    Ascii,
    /// Accents and small letters go.
    UpperAscii,
}

/// On which side of its field a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Justify {
    /// At its start.
    Left,
    /// At its end.
    Right,
}

/// How a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// As it is, folded.
    Text,
    /// An amount in minor units without its sign.
    Cents,
    /// An amount with its sign and that decimal separator.
    Decimal(char),
    /// `+` or `-`.
    Sign,
    /// A date by a pattern.
    Date(String),
}

/// Which part of a value that is too long is kept; its loss must not make two values one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shorten {
    /// Its start.
    First,
    /// Its end.
    Last,
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Column name in the header line of a delimited file.
    pub name: String,
    /// A constant, instead of a source.
    pub value: Option<String>,
    /// Where the value comes from: a column of the lettrage CSV, or what the manual lists.
    pub source: String,
    /// First position, from 1, of a fixed field.
    pub at: usize,
    /// Length of a fixed field, or the longest value of a delimited one; 0: any.
    pub length: usize,
    /// How it is written.
    pub format: Format,
    /// What fills a fixed field.
    pub pad: char,
    /// On which side the value stands.
    pub justify: Justify,
    /// What is kept of a value that is too long; `None`: it is an error of its line.
    pub shorten: Option<Shorten>,
}

/// When a record is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// Once before all others of a file.
    Header,
    /// Once behind all others.
    Trailer,
    /// For each line of these kinds.
    Lines(Vec<LineKind>),
}

/// One kind of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When it is written.
    pub when: When,
    /// Name of its counter and its total.
    pub counter: String,
    /// Its fields, in the order of their positions or columns.
    pub fields: Vec<Field>,
}

/// How a factor wants its lettrage file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its name.
    pub name: String,
    /// Pattern of the file's name.
    pub file: String,
    /// How it is encoded.
    pub encoding: Encoding,
    /// What ends a record.
    pub line_end: &'static str,
    /// Length of every record of a fixed-width file; 0 for a delimited one.
    pub width: usize,
    /// What stands between the fields of a delimited file.
    pub separator: Option<char>,
    /// What becomes of letters.
    pub fold: Fold,
    /// What stands for a character that is no letter, no digit and no blank; `None`: it stays.
    pub punctuation: Option<String>,
    /// A first line with the names of the columns.
    pub header_line: bool,
    /// Lines of a file at most; 0: any.
    pub max_records: usize,
    /// Domestic and export debtors in files of their own; `None`: in one.
    pub apart: Option<Apart>,
    /// Its records.
    pub records: Vec<Record>,
}

/// How a factor tells domestic debtors from export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// ISO 3166 country of domestic debtors; one without a country is domestic.
    pub country: String,
    /// What the source `scope` and `{scope}` say of domestic ones.
    pub domestic: String,
    /// And of the others.
    pub export: String,
}

/// Layouts that come with the program.
const BUILT_IN: [(&str, &str); 2] =
    [("factor360", include_str!("layouts/factor360.toml")), ("semicolon", include_str!("layouts/semicolon.toml"))];

/// Names of the layouts that come with the program.
pub const LAYOUTS: [&str; 2] = [BUILT_IN[0].0, BUILT_IN[1].0];

/// A layout that comes with the program.
#[must_use]
pub fn built_in_layout(name: &str) -> Option<Layout> {
    let (_, text) = BUILT_IN.iter().find(|(own, _)| *own == name)?;
    read_layout(&name.into(), text).ok()
}

/// Whether an output of a contract is the path of a layout.
#[must_use]
pub fn is_layout_path(output: &str) -> bool {
    std::path::Path::new(output).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
}

/// The text of a layout that comes with the program, to start another from.
#[must_use]
pub fn layout_text(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(own, _)| *own == name).map(|(_, text)| *text)
}

/// Sources of a header, a trailer, or any record, beside the columns of the lettrage CSV.
const SOURCES: [&str; 17] = [
    "file_date",
    "sequence",
    "contract_id",
    "factor",
    "company_name",
    "currency",
    "account",
    "debtor_name",
    "debtor_siren",
    "debtor_country",
    "issue_date",
    "due_date",
    "document_amount",
    "order_ref",
    "records",
    "scope",
    "blank",
];

/// The columns of the lettrage CSV, in their order: what a field of a layout can take of a line.
pub const LINE_SOURCES: [&str; 25] = [
    "line",
    "lettrage_code",
    "contract_id",
    "account",
    "statement_id",
    "entry_reference",
    "remittance_id",
    "bank_reference",
    "end_to_end_id",
    "booking_date",
    "value_date",
    "payer_name",
    "payer_iban",
    "remittance_amount",
    "currency",
    "debtor_id",
    "line_kind",
    "invoice_id",
    "applied_amount",
    "open_before",
    "open_after",
    "destination",
    "confidence",
    "evidence",
    "reverses",
];

/// Reads and checks a layout.
///
/// # Errors
///
/// All problems of the file, with line and column.
pub fn read_layout(file: &Arc<str>, text: &str) -> Result<Layout, Vec<Finding>> {
    let document = Document::parse(file, text)?;
    let mut root = document.root();
    let encodings = [
        ("ascii", Encoding::Ascii),
        ("latin-1", Encoding::Latin1),
        ("latin-9", Encoding::Latin9),
        ("cp850", Encoding::Cp850),
        ("windows-1252", Encoding::Windows1252),
        ("utf-8", Encoding::Utf8),
        ("utf-8-bom", Encoding::Utf8Bom),
    ];
    let separator = root.optional_text("separator");
    let mut layout = Layout {
        name: root.required_text("name"),
        file: root.required_text("file"),
        encoding: root.choice("encoding", &encodings, Encoding::Utf8),
        line_end: root.choice("line_end", &[("lf", "\n"), ("crlf", "\r\n")], "\n"),
        width: root.count("width", 0),
        separator: separator.as_ref().and_then(|s| s.chars().next()),
        fold: root.choice("fold", &[("none", Fold::None), ("ascii", Fold::Ascii), ("upper_ascii", Fold::UpperAscii)], Fold::None),
        punctuation: root.optional_text("punctuation"),
        header_line: root.optional_boolean("header_line").unwrap_or(false),
        max_records: root.count("max_records", 0),
        apart: apart(&mut root),
        records: Vec::new(),
    };
    let _ = root.optional_text("note");
    if !layout.file.contains("{sequence}") || layout.file.contains(['/', '\\']) {
        let what = format!(
            "expected a name with {{sequence}} and without folders, so that no file takes another's place, but found {:?}",
            layout.file
        );
        root.problem("file", "layout-name", what);
    }
    if (layout.width == 0) == layout.separator.is_none() || separator.is_some_and(|s| s.chars().count() != 1) {
        root.problem(
            "width",
            "layout-form",
            "expected either a width (fixed fields) or a separator of one character (delimited)".to_owned(),
        );
    }
    for section in root.sections("records") {
        let record = record(section, &layout);
        layout.records.push(record);
    }
    if !layout.records.iter().any(|r| matches!(r.when, When::Lines(_))) {
        root.problem("records", "layout-records", "expected at least one record for lines, but found none".to_owned());
    }
    check_names(&root, &layout);
    root.finish();
    let problems = document.problems();
    if problems.is_empty() { Ok(layout) } else { Err(problems) }
}

fn apart(root: &mut Section<'_>) -> Option<Apart> {
    let country = root.optional_text("apart");
    let (domestic, export) = (root.text("domestic", "D"), root.text("export", "E"));
    country.map(|country| Apart { country, domestic, export })
}

/// Counters that no record has, places of the file's name that nothing fills, countries that are none.
fn check_names(root: &Section<'_>, layout: &Layout) {
    for field in layout.records.iter().flat_map(|record| &record.fields) {
        let counter = ["count:", "sum:"].iter().find_map(|kind| field.source.strip_prefix(kind));
        if let Some(name) = counter.filter(|name| layout.records.iter().all(|record| record.counter != **name)) {
            let known: Vec<&str> = layout.records.iter().map(|r| r.counter.as_str()).filter(|c| !c.is_empty()).collect();
            let what = format!("expected a counter of a record ({}), but found {name:?}", known.join(", "));
            root.problem("records", "layout-counter", what);
        }
    }
    let known = ["{contract}", "{date}", "{scope}", "{sequence}"];
    let rest = known.iter().fold(layout.file.clone(), |name, place| name.replace(place, ""));
    if rest.contains(['{', '}']) {
        let what = format!("expected only {} in the name of the file, but found {:?}", known.join(", "), layout.file);
        root.problem("file", "layout-name", what);
    }
    if let Some(apart) =
        layout.apart.as_ref().filter(|a| a.country.len() != 2 || !a.country.bytes().all(|b| b.is_ascii_alphabetic()))
    {
        root.problem(
            "apart",
            "layout-country",
            format!("expected a country of two letters such as \"FR\", but found {:?}", apart.country),
        );
    }
}

fn record(mut section: Section<'_>, layout: &Layout) -> Record {
    let names = section.texts("when").unwrap_or_default();
    let when = match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["header"] => When::Header,
        ["trailer"] => When::Trailer,
        _ => {
            let kinds: Vec<LineKind> = names.iter().filter_map(|n| LineKind::ALL.into_iter().find(|k| k.as_str() == n)).collect();
            if kinds.len() != names.len() || kinds.is_empty() {
                let known: Vec<&str> = LineKind::ALL.iter().map(|k| k.as_str()).collect();
                section.problem(
                    "when",
                    "layout-when",
                    format!("expected [\"header\"], [\"trailer\"] or kinds of lines ({}), but found {names:?}", known.join(", ")),
                );
            }
            When::Lines(kinds)
        }
    };
    let counter = section.text("counter", "");
    let mut fields = Vec::new();
    let mut next = 1;
    for own in section.sections("fields") {
        let field = field(own, layout, &mut next, &when);
        fields.push(field);
    }
    if layout.width > 0 && next - 1 > layout.width {
        section.problem(
            "fields",
            "layout-width",
            format!("expected fields up to position {}, but found one up to {}", layout.width, next - 1),
        );
    }
    section.finish();
    Record { when, counter, fields }
}

fn field(mut section: Section<'_>, layout: &Layout, next: &mut usize, when: &When) -> Field {
    let value = section.optional_text("value");
    let source = section.text("source", if value.is_some() { "blank" } else { "" });
    let of_line = matches!(when, When::Lines(_)) && LINE_SOURCES.contains(&source.as_str());
    let counted = ["count:", "sum:", "param:"].iter().any(|p| source.starts_with(p));
    if !(of_line || counted || SOURCES.contains(&source.as_str())) {
        let known: Vec<&str> = LINE_SOURCES.iter().chain(&SOURCES).copied().collect();
        let near = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, &source)).copied().unwrap_or_default();
        section.problem(
            "source",
            "layout-source",
            format!("expected a known source for this record, but found {source:?}: did you mean {near:?}?"),
        );
    }
    let at = section.count("at", *next);
    let length = section.count("length", 0);
    if layout.width > 0 {
        if length == 0 {
            section.problem("length", "layout-length", "expected the length of a fixed field, but found none".to_owned());
        }
        if at < *next {
            section.problem("at", "layout-overlap", format!("expected position {next} or later, but found {at}: fields overlap"));
        }
        *next = at + length;
    }
    let format = section.text("format", "text");
    let format = match format.split_once(':').unwrap_or((format.as_str(), "")) {
        ("text", "") => Format::Text,
        ("cents", "") => Format::Cents,
        ("sign", "") => Format::Sign,
        ("decimal", mark) if mark.chars().count() == 1 => Format::Decimal(mark.chars().next().unwrap_or('.')),
        ("date", pattern) if super::is_date_pattern(pattern) => Format::Date(pattern.to_owned()),
        _ => {
            section.problem(
                "format",
                "layout-format",
                format!("expected text, cents, sign, decimal:, or date:%Y%m%d, but found {format:?}"),
            );
            Format::Text
        }
    };
    let pad = section.text("pad", " ");
    if pad.chars().count() != 1 {
        section.problem("pad", "layout-pad", format!("expected one character, but found {pad:?}"));
    }
    let number = format == Format::Cents;
    let field = Field {
        name: section.text("name", &source),
        value,
        source,
        at,
        length,
        format,
        pad: pad.chars().next().unwrap_or(' '),
        justify: section.choice(
            "justify",
            &[("left", Justify::Left), ("right", Justify::Right)],
            if number { Justify::Right } else { Justify::Left },
        ),
        shorten: section.optional_choice("shorten", &[("first", Shorten::First), ("last", Shorten::Last)]),
    };
    section.finish();
    field
}

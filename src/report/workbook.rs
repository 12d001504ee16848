//! `lettrage.xlsx`: the night's tables for people, one sheet each.
//!
//! Made from the same rows as the CSV files. Amounts, counts and dates are typed; everything else is text and
//! stays text, also where it begins like a formula.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

/// Rows of a sheet at most: what a spreadsheet holds.
const ROWS_MAX: u32 = 1_048_000;

/// The sheets in their order: name, and the file it is of. `lettrage` is of all contracts.
const SHEETS: [(&str, &str); 7] = [
    ("Lettrage", "lettrage-"),
    ("Suggestions", "suggestions.csv"),
    ("Exceptions", "exceptions.csv"),
    ("Release", "release.csv"),
    ("Aged balance", "aged-balance.csv"),
    ("Dunning", "dunning.csv"),
    ("Findings", "findings.csv"),
];

/// The workbook of a night, from the files that it publishes.
///
/// # Errors
///
/// What the writer refuses; nothing is known to.
pub fn workbook(files: &BTreeMap<String, Vec<u8>>, as_of: NaiveDate) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The moment of writing would make two runs of one night differ.
    let moment = excel_date(as_of)?;
    book.set_properties(&DocProperties::new().set_title(format!("Lettrage {as_of}")).set_creation_datetime(&moment));
    let (head, amount, date) =
        (Format::new().set_bold(), Format::new().set_num_format("#,##0.00"), Format::new().set_num_format("yyyy-mm-dd"));
    let count = Format::new().set_num_format("0.######");
    for (name, file) in SHEETS {
        let sheet = book.add_worksheet().set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        let (mut row, mut columns) = (0_u32, 0_u16);
        let is_meant = |n: &str| if file.ends_with('-') { n.starts_with(file) && is_csv(n) } else { n == file };
        for bytes in files.iter().filter(|(n, _)| is_meant(n)).map(|(_, bytes)| bytes) {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
            let header: Vec<String> = reader.headers().map(|h| h.iter().map(str::to_owned).collect()).unwrap_or_default();
            if row == 0 {
                for (column, title) in (0_u16..).zip(&header) {
                    sheet.write_string_with_format(0, column, title, &head)?;
                    columns = column;
                }
                row = 1;
            }
            for record in reader.records().flatten() {
                if row >= ROWS_MAX {
                    sheet.write_string(row, 0, format!("… more rows in {file}: a sheet holds no more"))?;
                    break;
                }
                for ((column, title), value) in (0_u16..).zip(&header).zip(record.iter()).filter(|(_, v)| !v.is_empty()) {
                    let form = if is_amount(title) { Some(&amount) } else { COUNTS.contains(&title.as_str()).then_some(&count) };
                    if let (Some(form), Ok(number)) = (form, value.parse::<f64>()) {
                        sheet.write_number_with_format(row, column, number, form)?;
                    } else if let (true, Ok(day)) = (is_date(title), value.parse::<NaiveDate>()) {
                        sheet.write_datetime_with_format(row, column, &excel_date(day)?, &date)?;
                    } else {
                        sheet.write_string(row, column, value)?;
                    }
                }
                row += 1;
            }
        }
        if row > 0 {
            sheet.autofilter(0, 0, row.saturating_sub(1), columns)?;
        }
        sheet.autofit();
    }
    book.save_to_buffer()
}

fn is_csv(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|ending| ending == "csv")
}

/// Columns of numbers that are no money.
const COUNTS: [&str; 6] = ["line", "rank", "days_overdue", "days_to_defunding", "confidence", "best_confidence"];

/// Columns of money.
fn is_amount(title: &str) -> bool {
    const OTHERS: [&str; 24] = [
        "opening",
        "credits",
        "debits",
        "closing",
        "to_factor",
        "to_client",
        "on_hold",
        "suggested",
        "unmatched",
        "excluded",
        "reversed",
        "open_before",
        "open_after",
        "penalty_interest",
        "fixed_indemnity",
        "not_due",
        "days_1_30",
        "days_31_60",
        "days_61_90",
        "over_90",
        "unapplied_cash",
        "disputed",
        "total",
        "amount",
    ];
    title.ends_with("_amount") || OTHERS.contains(&title)
}

fn is_date(title: &str) -> bool {
    title.ends_with("_date") || title == "last_contact"
}

fn excel_date(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), part(day.month()), part(day.day()))
}

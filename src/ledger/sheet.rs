//! The first sheet of an `.xlsx` → text columns.
//!
//! A spreadsheet keeps numbers as binary fractions and shows fifteen digits of them: these fifteen are
//! what is read, so that 1234.56 is 1234.56, and what is finer than the currency is refused as ever.

use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};

use super::LedgerFile;
use super::table::{Raw, refused};
use crate::model::{Finding, Origin};

pub(super) fn read(file: &LedgerFile) -> Result<Raw, Finding> {
    let wrong = |what: String| refused(file, "ledger-xlsx", what, "Save the sheet again, or save it as CSV (UTF-8)");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(Arc::clone(&file.bytes)))
        .map_err(|error| wrong(format!("expected an .xlsx workbook, but found: {error}")))?;
    let range = workbook
        .worksheet_range_at(0)
        .ok_or_else(|| wrong("expected a sheet, but found none".to_owned()))?
        .map_err(|error| wrong(format!("expected a readable first sheet, but found: {error}")))?;
    let first_line = usize::try_from(range.start().map_or(0, |(row, _)| row)).unwrap_or(0) + 1;
    let mut rows = range.rows();
    let header: Vec<String> =
        rows.next().unwrap_or_default().iter().map(|cell| text(cell).unwrap_or_default().trim().to_owned()).collect();
    let mut raw = Raw {
        columns: vec![Vec::new(); header.len()],
        typed: vec![false; header.len()],
        header,
        lines: Vec::new(),
        notes: Vec::new(),
    };
    for (index, row) in rows.enumerate() {
        if row.iter().all(|cell| matches!(cell, Data::Empty)) {
            continue;
        }
        let line = first_line + 1 + index;
        if let Some(column) = row.iter().position(|cell| matches!(cell, Data::Error(_))) {
            let mut origin = Origin::line(&file.name, line);
            origin.column = column + 1;
            raw.notes.push(
                Finding::error(origin, "ledger-xlsx-error", "expected a value, but found a formula that gives an error")
                    .effect("The row is set aside")
                    .remedy("Mend the formula, and save the sheet again"),
            );
            continue;
        }
        for (column, cell) in row.iter().enumerate().take(raw.header.len()) {
            raw.typed[column] |= matches!(cell, Data::Float(_) | Data::Int(_) | Data::DateTime(_) | Data::DateTimeIso(_));
            raw.columns[column].push(text(cell));
        }
        raw.lines.push(line);
    }
    Ok(raw)
}

/// A cell as text: dates in ISO 8601, numbers with a point.
fn text(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty | Data::Error(_) => None,
        Data::String(text) | Data::DurationIso(text) => Some(text.clone()),
        Data::DateTimeIso(text) => Some(text.get(..10).unwrap_or(text).to_owned()),
        Data::Int(number) => Some(number.to_string()),
        Data::Bool(value) => Some(if *value { "yes" } else { "no" }.to_owned()),
        Data::Float(number) => Some(fifteen_digits(*number)),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Some(format!("{year:04}-{month:02}-{day:02}"))
        }
    }
}

/// A number as a spreadsheet shows it at most: fifteen significant digits, without an exponent.
fn fifteen_digits(number: f64) -> String {
    let shortest = number.to_string();
    if shortest.bytes().filter(u8::is_ascii_digit).count() <= 15 {
        return shortest;
    }
    // d.dddddddddddddde±x
    let scientific = format!("{number:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return shortest };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    let Ok(exponent) = exponent.parse::<i32>() else { return shortest };
    let plain = match usize::try_from(exponent) {
        Ok(places) if places + 1 >= digits.len() => format!("{digits}{}", "0".repeat(places + 1 - digits.len())),
        Ok(places) => format!("{}.{}", &digits[..=places], &digits[places + 1..]),
        Err(_) => format!("0.{}{digits}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0))),
    };
    let trimmed = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { &plain };
    format!("{sign}{trimmed}")
}

#[cfg(test)]
mod tests {
    use super::fifteen_digits;

    #[test]
    fn a_number_is_what_the_sheet_shows() {
        let shown = [
            (1234.56, "1234.56"),
            (-0.07, "-0.07"),
            (0.1 + 0.2, "0.3"),
            (1_000_000.0, "1000000"),
            (5_431.200_000_000_001, "5431.2"),
            (12.345, "12.345"),
        ];
        for (number, text) in shown {
            assert_eq!(fifteen_digits(number), text);
        }
    }
}

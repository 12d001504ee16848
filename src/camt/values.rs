//! Texts of a bank file → amounts, dates, indicators.

use chrono::{Datelike, NaiveDate};

use super::Fault;
use super::cursor::Cursor;
use super::names as n;
use crate::model::{Direction, Field, Money, MoneyFault, TextsBuilder};

/// Years that a booking can be of. Banks write 9999 for "never".
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// Where a fault of a value goes: the statement has it, the reading goes on.
pub(super) type Faults = Vec<Fault>;

/// `Amt` with `@Ccy`: never negative, exact in the decimals of the currency.
pub(super) fn amount(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Money>, Fault> {
    let offset = cursor.offset;
    let named = cursor.tag.currency();
    let text = cursor.text()?.unwrap_or_default();
    let currency = match named {
        Ok(currency) => currency,
        Err(code) => {
            let found = code.as_ref().map_or_else(|| "none".to_owned(), |c| format!("{c:?}"));
            faults.push(Fault::new(
                offset,
                "currency",
                format!("expected a currency (Ccy) of three capital letters, but found {found}"),
            ));
            // The number is still shown by `inspect`, in the currency of the account.
            let assumed = cursor.account_currency.filter(|_| code.is_none());
            return Ok(assumed.and_then(|currency| Money::parse(&text, currency).ok()));
        }
    };
    let read =
        if text.starts_with('-') || cursor.had_elements { Err(MoneyFault::NotANumber) } else { Money::parse(&text, currency) };
    read.map(Some).or_else(|fault| {
        let rule = match fault {
            MoneyFault::NotANumber => "amount",
            MoneyFault::TooManyDecimals => "amount-decimals",
            MoneyFault::TooLarge => "amount-range",
        };
        let decimals = currency.decimals();
        let what = format!("expected an amount such as 1234.50 in {currency} ({decimals} decimals), but found {text:?}: {fault}");
        faults.push(Fault::new(offset, rule, what));
        Ok(None)
    })
}

/// `CdtDbtInd`.
pub(super) fn direction(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<Direction>, Fault> {
    let offset = cursor.offset;
    let text = cursor.text()?.unwrap_or_default();
    match text.as_ref() {
        "CRDT" => Ok(Some(Direction::Credit)),
        "DBIT" => Ok(Some(Direction::Debit)),
        "" => Ok(None),
        other => {
            faults.push(Fault::new(offset, "sign", format!("expected CRDT or DBIT, but found {other:?}")));
            Ok(None)
        }
    }
}

/// A choice of `Dt` and `DtTm` inside the current element.
pub(super) fn date_choice(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<NaiveDate>, Fault> {
    let mut found = None;
    while let Some(element) = cursor.own_child()? {
        match element {
            n::Dt | n::DtTm => found = date(cursor, faults)?.or(found),
            _ => cursor.skip()?,
        }
    }
    Ok(found)
}

/// A date, or the date of a time stamp as its zone wrote it: `2026-10-01`, `2026-10-01+02:00`,
/// `2026-10-01T22:00:00Z`, `20261001`.
pub(super) fn date(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<NaiveDate>, Fault> {
    let offset = cursor.offset;
    Ok(cursor.text()?.and_then(|text| checked_date(&text, offset, faults)))
}

/// A date within [`YEARS`]; anything else is a fault.
pub(super) fn checked_date(text: &str, offset: usize, faults: &mut Faults) -> Option<NaiveDate> {
    match parse_date(text) {
        Some(date) if YEARS.contains(&date.year()) => Some(date),
        Some(date) => {
            let what = format!("expected a year from {} to {}, but found {date}", YEARS.start(), YEARS.end());
            faults.push(Fault::new(offset, "date-range", what));
            None
        }
        None => {
            faults.push(Fault::new(offset, "date", format!("expected a date such as 2026-10-01, but found {text:?}")));
            None
        }
    }
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let dashed = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let (year, month, day) = if dashed { (0..4, 5..7, 8..10) } else { (0..4, 4..6, 6..8) };
    let number = |range: std::ops::Range<usize>| {
        let digits = bytes.get(range)?;
        digits.iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    NaiveDate::from_ymd_opt(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

/// `true`, `false`, `1`, `0` (XML Schema, `boolean`); some banks write capitals. Where it is none of these, it may matter.
pub(super) fn indicator(cursor: &mut Cursor<'_>, faults: &mut Faults) -> Result<Option<bool>, Fault> {
    let offset = cursor.offset;
    let text = cursor.text()?.unwrap_or_default();
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(Some(true)),
        "false" | "0" => Ok(Some(false)),
        "" => Ok(None),
        _ => {
            faults.push(Fault::new(offset, "indicator", format!("expected true or false, but found {text:?}")));
            Ok(None)
        }
    }
}

/// An owned text.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Result<Option<String>, Fault> {
    Ok(cursor.text()?.map(std::borrow::Cow::into_owned))
}

/// Adds the text of the current element, where it has one.
#[inline]
pub(super) fn keep(cursor: &mut Cursor<'_>, texts: &mut TextsBuilder, field: Field) -> Result<(), Fault> {
    if let Some(text) = cursor.text()? {
        texts.push(field, &text);
    }
    Ok(())
}

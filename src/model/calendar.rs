//! Days on which banks and offices work.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Whether people work that day in a country (ISO 3166): no weekend, and none of its public holidays.
///
/// France: the eleven days of the code du travail, art. L3133-1. Elsewhere only New Year, Easter
/// Monday and Christmas are known.
#[must_use]
pub fn is_business_day(day: NaiveDate, country: &str) -> bool {
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return false;
    }
    let easter = easter(day.year());
    let after_easter = (day - easter).num_days();
    let fixed = (day.month(), day.day());
    if country.eq_ignore_ascii_case("FR") {
        const FIXED: [(u32, u32); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
        return !FIXED.contains(&fixed) && ![1, 39, 50].contains(&after_easter);
    }
    ![(1, 1), (12, 25)].contains(&fixed) && after_easter != 1
}

/// How many business days lie after `from`, up to `to` and with it; none when `to` is not later.
#[must_use]
pub fn business_days_between(from: NaiveDate, to: NaiveDate, country: &str) -> i64 {
    let mut count = 0;
    let mut day = from;
    while day < to && count < 1_000 {
        let Some(next) = day.checked_add_days(Days::new(1)) else { break };
        day = next;
        count += i64::from(is_business_day(day, country));
    }
    count
}

/// Easter Sunday of a year (Gregorian; the method of Meeus, Jones and Butcher).
#[expect(clippy::many_single_char_names, reason = "the names of the published method")]
fn easter(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    let (month, day) = (u32::try_from(sum / 31).unwrap_or(4), u32::try_from(sum % 31 + 1).unwrap_or(1));
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn french_holidays_move_with_easter() {
        for holiday in ["2026-04-06", "2026-05-14", "2026-05-25", "2026-11-11", "2027-03-29", "2024-05-09", "2026-12-25"] {
            assert!(!is_business_day(day(holiday), "FR"), "{holiday}");
        }
        assert!(is_business_day(day("2026-11-11"), "DE"));
        assert!(is_business_day(day("2026-11-20"), "FR"));
        assert!(!is_business_day(day("2026-11-21"), "FR"));
    }

    #[test]
    fn business_days_skip_the_weekend() {
        assert_eq!(business_days_between(day("2026-11-19"), day("2026-11-20"), "FR"), 1);
        assert_eq!(business_days_between(day("2026-11-19"), day("2026-11-23"), "FR"), 2);
        assert_eq!(business_days_between(day("2026-11-20"), day("2026-11-20"), "FR"), 0);
    }
}

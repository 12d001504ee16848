//! Days on which banks and offices work.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Public holidays of a country: month and day, and days after Easter Sunday.
struct Holidays {
    country: &'static str,
    fixed: &'static [(u32, u32)],
    after_easter: &'static [i64],
}

/// Those of the whole country only: what regions add is not known. France: the eleven days of the code du
/// travail, art. L3133-1.
const HOLIDAYS: [Holidays; 11] = [
    Holidays {
        country: "FR",
        fixed: &[(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)],
        after_easter: &[1, 39, 50],
    },
    Holidays { country: "DE", fixed: &[(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)], after_easter: &[-2, 1, 39, 50] },
    Holidays {
        country: "BE",
        fixed: &[(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)],
        after_easter: &[1, 39, 50],
    },
    Holidays {
        country: "LU",
        fixed: &[(1, 1), (5, 1), (5, 9), (6, 23), (8, 15), (11, 1), (12, 25), (12, 26)],
        after_easter: &[1, 39, 50],
    },
    Holidays { country: "NL", fixed: &[(1, 1), (4, 27), (12, 25), (12, 26)], after_easter: &[1, 39, 50] },
    Holidays {
        country: "IT",
        fixed: &[(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)],
        after_easter: &[1],
    },
    Holidays {
        country: "ES",
        fixed: &[(1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25)],
        after_easter: &[-2],
    },
    Holidays {
        country: "PT",
        fixed: &[(1, 1), (4, 25), (5, 1), (6, 10), (8, 15), (10, 5), (11, 1), (12, 1), (12, 8), (12, 25)],
        after_easter: &[-2, 60],
    },
    Holidays {
        country: "AT",
        fixed: &[(1, 1), (1, 6), (5, 1), (8, 15), (10, 26), (11, 1), (12, 8), (12, 25), (12, 26)],
        after_easter: &[1, 39, 50, 60],
    },
    Holidays { country: "CH", fixed: &[(1, 1), (8, 1), (12, 25)], after_easter: &[39] },
    // The bank holidays of May and August are Mondays: see below.
    Holidays { country: "GB", fixed: &[(1, 1), (12, 25), (12, 26)], after_easter: &[-2, 1] },
];

/// For countries that are not in the list.
const USUAL: Holidays = Holidays { country: "", fixed: &[(1, 1), (12, 25)], after_easter: &[1] };

/// Whether people work that day in a country (ISO 3166): no weekend, and none of its public holidays.
///
/// Of countries without a list, New Year, Easter Monday and Christmas are known.
#[must_use]
pub fn is_business_day(day: NaiveDate, country: &str) -> bool {
    if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        return false;
    }
    let holidays = HOLIDAYS.iter().find(|h| h.country.eq_ignore_ascii_case(country)).unwrap_or(&USUAL);
    let fixed = holidays.fixed.contains(&(day.month(), day.day()));
    let moving = holidays.after_easter.contains(&(day - easter(day.year())).num_days());
    !(fixed || moving || holidays.country == "GB" && is_bank_holiday(day))
}

/// The Mondays of May and August, and what stands in for a holiday at a weekend.
fn is_bank_holiday(day: NaiveDate) -> bool {
    let is_monday = day.weekday() == Weekday::Mon;
    let last_of_month = day.day() > 24;
    let of_may = day.month() == 5 && is_monday && (day.day() <= 7 || last_of_month);
    let of_august = day.month() == 8 && is_monday && last_of_month;
    let after_new_year = day.month() == 1 && is_monday && (2..=3).contains(&day.day());
    let after_christmas = day.month() == 12
        && ((is_monday && (27..=28).contains(&day.day())) || (day.weekday() == Weekday::Tue && (27..=28).contains(&day.day())));
    of_may || of_august || after_new_year || after_christmas
}

/// The first business day from a day on.
#[must_use]
pub fn business_day_from(day: NaiveDate, country: &str) -> NaiveDate {
    day.iter_days().take(31).find(|day| is_business_day(*day, country)).unwrap_or(day)
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
        for (holiday, country) in [
            ("2026-04-03", "DE"),
            ("2026-07-21", "BE"),
            ("2026-06-04", "AT"),
            ("2026-12-08", "IT"),
            ("2026-10-12", "ES"),
            ("2026-05-04", "GB"),
            ("2026-08-31", "GB"),
            ("2026-12-28", "GB"),
            ("2027-12-28", "GB"),
        ] {
            assert!(!is_business_day(day(holiday), country), "{holiday} {country}");
            assert!(is_business_day(day(holiday), "US"), "{holiday}");
        }
        assert_eq!(business_day_from(day("2026-12-25"), "GB"), day("2026-12-29"));
        assert_eq!(business_day_from(day("2026-12-25"), "fr"), day("2026-12-28"));
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

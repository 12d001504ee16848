//! Interest for late payment, counted again day by day.

use chrono::NaiveDate;
use lettrage::config::{Settings, half_year};
use lettrage::dunning::{self, NoInterest};
use lettrage::model::{Currency, History, Money};

use crate::dunning::{day, one, settings, table};

/// Interest day by day, in hundredths of a percent times minor units: another way than the program's.
fn day_by_day(due: NaiveDate, to: NaiveDate, open: i64, payments: &[(NaiveDate, i64)], rates: &[(&str, i64)]) -> i64 {
    let mut sum: i128 = 0;
    let mut on = due.succ_opt().unwrap();
    while on <= to {
        let left = open + payments.iter().filter(|(paid, _)| *paid >= on).map(|(_, cents)| cents).sum::<i64>();
        let rate = rates.iter().rev().find(|(from, _)| day(from) <= on).unwrap().1;
        sum += i128::from(left.max(0)) * i128::from(rate);
        on = on.succ_opt().unwrap();
    }
    i64::try_from((sum * 2 + 3_650_000) / 7_300_000).unwrap()
}

const RATES: [(&str, i64); 10] = [
    ("2022-01-01", 1_000),
    ("2022-07-01", 1_000),
    ("2023-01-01", 1_250),
    ("2023-07-01", 1_400),
    ("2024-01-01", 1_450),
    ("2024-07-01", 1_425),
    ("2025-01-01", 1_315),
    ("2025-07-01", 1_215),
    ("2026-01-01", 1_215),
    ("2026-07-01", 1_240),
];

/// Due date, day of the computation, what is open on it, and what was paid before.
type Delay<'a> = (&'a str, &'a str, i64, &'a [(&'a str, i64)]);

#[test]
fn interest_over_a_year_end_a_february_a_rate_change_and_a_part_payment() {
    let settings = settings("kind = \"mandate\"", "");
    let cases: [Delay<'_>; 7] = [
        ("2026-09-01", "2026-10-31", 100_000, &[]),
        ("2024-02-10", "2024-03-10", 123_456, &[]),
        ("2023-12-15", "2024-01-15", 99_999, &[]),
        ("2026-06-15", "2026-07-15", 100_000, &[]),
        ("2026-06-01", "2026-08-01", 40_000, &[("2026-07-10", 60_000)]),
        ("2026-06-01", "2026-08-01", 40_000, &[("2026-06-30", 30_000), ("2026-07-01", 30_000)]),
        // A payment that was taken back: less was open between the two.
        ("2026-06-01", "2026-08-01", 100_000, &[("2026-06-20", 60_000), ("2026-07-05", -60_000)]),
    ];
    for (due, to, open, payments) in cases {
        let payments: Vec<(NaiveDate, i64)> = payments.iter().map(|(d, cents)| (day(d), *cents)).collect();
        let found =
            dunning::interest(&settings.late_payment, day(due), day(to), Money::from_minor(open, Currency::EUR), &payments)
                .unwrap();
        assert_eq!(found.amount.minor(), day_by_day(day(due), day(to), open, &payments, &RATES), "{due} to {to}: {found:?}");
    }
    // 1,000.00 for 60 days at 12.40 %.
    let sixty = dunning::interest(
        &settings.late_payment,
        day("2026-09-01"),
        day("2026-10-31"),
        Money::from_minor(100_000, Currency::EUR),
        &[],
    );
    assert_eq!(sixty.unwrap().amount.to_string(), "20.38");
}

#[test]
fn a_rate_that_is_not_known_or_too_low_gives_no_interest_and_is_told() {
    let plain = settings("kind = \"mandate\"", "");
    let of = |settings: &Settings, due: &str, to: &str| {
        dunning::interest(&settings.late_payment, day(due), day(to), Money::from_minor(100_000, Currency::EUR), &[])
    };
    assert_eq!(of(&plain, "2026-12-20", "2027-01-10"), Err(NoInterest::RateMissing(day("2027-01-01"))));
    assert_eq!(half_year(day("2027-06-30")), day("2027-01-01"));
    // The contractual rate may not lie below three times the legal one: 15.21 % in early 2024.
    let low = settings("kind = \"mandate\"", "[late_payment]\nrate = \"15.20\"");
    assert!(matches!(of(&low, "2024-02-01", "2024-03-01"), Err(NoInterest::BelowFloor(..))));
    let high = settings("kind = \"mandate\"", "[late_payment]\nrate = \"15.21\"");
    assert!(of(&high, "2024-02-01", "2024-03-01").is_ok());
    // The default stays the reference rate plus ten, also where that was below the floor.
    assert_eq!(of(&plain, "2024-01-31", "2024-02-29").unwrap().amount.minor(), 1_152);
    let night = one("2026-12-20").night(&plain, day("2027-01-10"), History::default());
    assert!(night.findings.iter().any(|f| f.rule == "interest-rate" && f.what.contains("2027-01-01")));
    assert_eq!(table(&night, "dunning.csv")[0]["penalty_interest"], "");
}

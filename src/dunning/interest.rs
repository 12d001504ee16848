//! Interest for late payment: piecewise on what was open, with the rate of each half-year.

use chrono::{Days, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::config::{LatePaymentSettings, Rate, half_year};
use crate::model::{Interest, Money, Segment};

/// Why no interest can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoInterest {
    /// The table has no rates for the half-year that begins on this day.
    RateMissing(NaiveDate),
    /// The contractual rate is below three times the legal one of that half-year, both in percent.
    BelowFloor(NaiveDate, Decimal, Decimal),
}

/// Interest on an item from the day after its due date to `to`, both counted, in percent a year over
/// the days of the year that the settings name (code de commerce, art. L441-10 II).
///
/// `open` is what is open on the day `to`; `payments` are what was paid before, with their days: the
/// day of a payment still counts with what it paid. The sum is rounded once, half up. An interest of
/// nothing has no segments.
///
/// # Errors
///
/// [`NoInterest`]: a missing rate is never taken for zero.
pub fn interest(
    settings: &LatePaymentSettings,
    due: NaiveDate,
    to: NaiveDate,
    open: Money,
    payments: &[(NaiveDate, i64)],
) -> Result<Interest, NoInterest> {
    let mut segments = Vec::new();
    let mut sum = Decimal::ZERO;
    let mut from = due.checked_add_days(Days::new(1)).unwrap_or(due);
    while from <= to {
        let next_half = half_year(half_year(from).checked_add_days(Days::new(190)).unwrap_or(to));
        let next_payment = payments.iter().map(|(day, _)| *day).filter(|day| *day >= from && *day < to).min();
        let mut last = to;
        if next_half > from {
            last = last.min(next_half.pred_opt().unwrap_or(to));
        }
        last = next_payment.map_or(last, |day| last.min(day));
        let amount = open.minor() + payments.iter().filter(|(day, _)| *day >= from).map(|(_, paid)| *paid).sum::<i64>();
        let rate = rate(settings, from)?;
        let days = (last - from).num_days() + 1;
        if amount > 0 {
            sum += Decimal::from(amount) * rate * Decimal::from(days);
            segments.push(Segment { from, to: last, open: amount, rate });
        }
        let Some(next) = last.checked_add_days(Days::new(1)) else { break };
        from = next;
    }
    let exact = sum / Decimal::from(100 * settings.days_of_year);
    let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let minor = i64::try_from(rounded.mantissa()).unwrap_or(i64::MAX);
    Ok(Interest { amount: Money::from_minor(minor, open.currency()), segments })
}

fn rate(settings: &LatePaymentSettings, day: NaiveDate) -> Result<Decimal, NoInterest> {
    let known = settings.of(day).ok_or(NoInterest::RateMissing(half_year(day)))?;
    match settings.rate {
        Rate::ReferencePlusTen => Ok(known.reference + Decimal::TEN),
        Rate::Contractual(percent) => {
            let floor = known.legal * Decimal::from(3);
            if percent < floor { Err(NoInterest::BelowFloor(known.from, percent, floor)) } else { Ok(percent) }
        }
    }
}

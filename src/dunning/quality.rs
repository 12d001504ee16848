//! `dunning-quality.csv`: what a factor looks at when it checks how its client chases.

use rayon::prelude::*;

use super::held::{dispute, promised_on};
use super::order::{Place, open_invoices};
use super::{Contacts, Situation};
use crate::model::{Contact, HABIT_DAYS, Invoice, Money, Outcome, Stage};
use crate::text::{Csv, single_line};

/// Days after the first reminder is called for within which a contact is in time.
const IN_TIME_DAYS: i64 = 7;

/// Days by which an average has to move to be a trend.
const TREND_DAYS: i64 = 2;

const COLUMNS: [&str; 22] = [
    "contract_id",
    "debtor_id",
    "debtor_name",
    "open_amount",
    "overdue_amount",
    "currency",
    "overdue_items",
    "oldest_days_overdue",
    "average_days_overdue",
    "to_contact",
    "contacted",
    "contacted_in_time",
    "approvals_asked",
    "approved",
    "disputes_open",
    "oldest_dispute_days",
    "promises_broken",
    "paid_items_90",
    "days_late_90",
    "days_late_before",
    "trend",
    "dso_days",
];

/// Of one debtor of a contract.
#[derive(Default)]
struct Quality {
    open: i64,
    overdue: i64,
    items: i64,
    oldest: i64,
    /// Days overdue times what is open, summed.
    weighted: i128,
    to_contact: i64,
    contacted: i64,
    in_time: i64,
    approvals_asked: i64,
    approved: i64,
    disputes: i64,
    oldest_dispute: i64,
    broken: i64,
    /// Issued in the last period, and still open.
    sold: i64,
}

/// A row a debtor of a contract with open invoices, in their order.
///
/// An item is to be contacted about from the first level after its due date on; it is contacted when a
/// night gave out a level for it after its due date, or a contact is in `contacts.csv`; in time when the
/// first of these came within seven days of that level. A promise is broken when its day and the grace
/// have passed and the item is open.
///
/// How the debtor pays is told of the invoices that lettrage closed in the last 90 days, and in the 90 before
/// them: average days after the due date, weighted by amount, and whether it gets `better` or `worse` by more
/// than two days. Days sales outstanding are what is open, in days of what was invoiced in the last 90 days,
/// as far as the ledger and the lettrage know it.
#[must_use]
pub fn quality_csv(situation: &Situation<'_>) -> Vec<u8> {
    let contacts = Contacts::new(situation.contacts, situation.as_of);
    let Situation { ledger, open_after, .. } = situation;
    let mut places = open_invoices(ledger, open_after);
    places.par_sort_unstable_by_key(|place| (place.contract, place.debtor, place.invoice));
    let of_debtor = |places: &[Place]| {
        let mut quality = Quality::default();
        for place in places {
            let invoice = &ledger.invoices[place.invoice];
            quality.count(situation, invoice, open_after[place.invoice], &contacts.about(invoice));
        }
        (quality, &ledger.invoices[places[0].invoice])
    };
    let debtors = places.par_chunk_by(|a, b| (a.contract, a.debtor) == (b.contract, b.debtor)).map(of_debtor);
    let debtors: Vec<(Quality, &Invoice)> = debtors.collect();
    let mut csv = Csv::new(&COLUMNS);
    for (quality, Invoice { contract, debtor, open, .. }) in debtors {
        let zero = Money::zero(open.currency());
        let money = |minor: i64| Money::from_minor(minor, zero.currency()).to_string();
        let habits = situation.history.habits.get(&(contract.clone(), debtor.clone())).copied().unwrap_or_default();
        let (late, before) = (habits.late_days(), habits.late_days_before());
        let average = quality.weighted.checked_div(i128::from(quality.overdue)).unwrap_or(0);
        csv.row([
            contract.to_string(),
            debtor.to_string(),
            situation.ledger.debtor(debtor).map_or_else(String::new, |d| single_line(&d.name)),
            money(quality.open),
            money(quality.overdue),
            zero.currency().to_string(),
            quality.items.to_string(),
            quality.oldest.to_string(),
            average.to_string(),
            quality.to_contact.to_string(),
            quality.contacted.to_string(),
            quality.in_time.to_string(),
            quality.approvals_asked.to_string(),
            quality.approved.to_string(),
            quality.disputes.to_string(),
            quality.oldest_dispute.to_string(),
            quality.broken.to_string(),
            habits.items.to_string(),
            shown(late),
            shown(before),
            trend(late, before).to_owned(),
            shown(dso(quality.open, quality.sold + habits.sold)),
        ]);
    }
    csv.into_bytes()
}

fn shown(days: Option<i64>) -> String {
    days.map_or_else(String::new, |days| days.to_string())
}

/// Whether a debtor pays later than before.
fn trend(late: Option<i64>, before: Option<i64>) -> &'static str {
    match (late, before) {
        (Some(late), Some(before)) if late > before + TREND_DAYS => "worse",
        (Some(late), Some(before)) if late < before - TREND_DAYS => "better",
        (Some(_), Some(_)) => "same",
        _ => "",
    }
}

/// What is open, in days of what was invoiced.
fn dso(open: i64, sold: i64) -> Option<i64> {
    let days = i128::from(open) * i128::from(HABIT_DAYS);
    days.checked_div(i128::from(sold)).and_then(|days| i64::try_from(days).ok())
}

impl Quality {
    fn count(&mut self, situation: &Situation<'_>, invoice: &Invoice, open: i64, contacts: &[&Contact]) {
        let Situation { settings, as_of, history, .. } = *situation;
        let days = (as_of - invoice.due_date).num_days();
        let steps = history.dunning.get(&(invoice.contract.clone(), invoice.id.clone())).map_or(&[][..], Vec::as_slice);
        let stage_of = |name: &str| settings.levels.iter().find(|level| level.name == name).map(|level| level.stage);
        self.open += open;
        if (as_of - invoice.issue_date).num_days() < HABIT_DAYS.cast_signed() {
            self.sold += invoice.amount.minor();
        }
        if days > 0 {
            self.overdue += open;
            self.items += 1;
            self.oldest = self.oldest.max(days);
            self.weighted += i128::from(days) * i128::from(open);
        }
        let first_level = settings.levels.iter().find(|level| level.stage != Stage::BeforeDue);
        if let Some(level) = first_level.filter(|level| days >= level.days.max(1)) {
            self.to_contact += 1;
            let given_out = steps.iter().filter(|s| stage_of(&s.level) != Some(Stage::BeforeDue)).map(|s| s.day);
            let first = given_out.chain(contacts.iter().map(|c| c.day)).filter(|day| *day >= invoice.due_date).min();
            self.contacted += i64::from(first.is_some());
            self.in_time += i64::from(first.is_some_and(|day| (day - invoice.due_date).num_days() <= level.days + IN_TIME_DAYS));
        }
        self.approvals_asked += i64::from(steps.iter().any(|s| stage_of(&s.level) == Some(Stage::BeforeDue)));
        self.approved += i64::from(contacts.iter().any(|c| c.outcome == Outcome::Approved));
        let last = contacts.last().copied();
        if let Some(dispute) = dispute(invoice, last) {
            self.disputes += 1;
            // A contact that hears of it again does not make it younger.
            let first = dispute.since.into_iter().chain(invoice.dispute_since).min();
            self.oldest_dispute = self.oldest_dispute.max(first.map_or(0, |day| (as_of - day).num_days()));
        }
        let broken = promised_on(invoice, last).is_some_and(|day| (as_of - day).num_days() > settings.promise_grace_days);
        self.broken += i64::from(broken);
    }
}

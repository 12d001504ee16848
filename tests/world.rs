//! Properties that hold on every invented trade.

#[path = "../examples/worlds/mod.rs"]
pub mod worlds;

use std::collections::BTreeMap;

use lettrage::pipeline::{self, Night};
use worlds::night::{NightFiles, input};
use worlds::world::{Dials, world};

use crate::project::rows;

fn night(dials: &Dials) -> (Night, worlds::world::World) {
    let made = world(dials);
    let files = NightFiles::new(&made);
    (pipeline::night(input(&files), &|_| {}).unwrap(), made)
}

fn table(night: &Night, name: &str) -> Vec<BTreeMap<String, String>> {
    rows(std::str::from_utf8(&night.files[name]).unwrap())
}

fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

#[test]
fn every_cent_that_came_in_goes_to_exactly_one_place() {
    for seed in 1..=3 {
        let (night, world) = night(&Dials::hard(seed, 200, 600, 60));
        let came_in: i64 = world.truth.iter().map(|t| t.amount).sum();
        let lettered: i64 = table(&night, "lettrage-CT01.csv").iter().map(|r| cents(&r["applied_amount"])).sum();
        let left: i64 = table(&night, "exceptions.csv").iter().map(|r| cents(&r["amount"])).sum();
        assert_eq!(came_in, lettered + left, "seed {seed}");
        let mut by_remittance: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for row in table(&night, "lettrage-CT01.csv") {
            let sum = by_remittance.entry(row["remittance_id"].clone()).or_insert((cents(&row["remittance_amount"]), 0));
            sum.1 += cents(&row["applied_amount"]);
        }
        assert!(by_remittance.values().all(|(amount, applied)| amount == applied), "lines add up to their remittance");
    }
}

#[test]
fn no_item_is_settled_beyond_what_was_open_and_nothing_settled_is_dunned() {
    let (night, _) = night(&Dials::hard(7, 300, 700, 60));
    let mut open: BTreeMap<String, i64> = BTreeMap::new();
    for row in table(&night, "lettrage-CT01.csv").iter().filter(|r| matches!(r["line_kind"].as_str(), "invoice" | "credit_note"))
    {
        let before = cents(&row["open_before"]);
        let left = open.entry(row["invoice_id"].clone()).or_insert(before);
        assert_eq!(*left, before, "{row:?}");
        *left -= cents(&row["applied_amount"]);
        assert_eq!(*left, cents(&row["open_after"]), "{row:?}");
        assert!(*left == 0 || left.signum() == before.signum(), "{row:?}");
    }
    for row in table(&night, "dunning.csv") {
        assert!(open.get(&row["invoice_id"]).is_none_or(|left| *left > 0), "{row:?}");
    }
}

#[test]
fn a_code_is_in_capitals_when_its_group_balances_and_is_never_shared_by_two_groups() {
    let (night, _) = night(&Dials::hard(9, 300, 700, 60));
    let mut groups: BTreeMap<(String, String), Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for row in table(&night, "lettrage-CT01.csv") {
        groups.entry((row["debtor_id"].clone(), row["lettrage_code"].to_uppercase())).or_default().push(row);
    }
    for ((debtor, code), rows) in groups {
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        for row in rows.iter().filter(|r| !r["open_after"].is_empty()) {
            last.insert(&row["invoice_id"], cents(&row["open_after"]));
        }
        let balanced = last.values().all(|open| *open == 0);
        for row in &rows {
            assert_eq!(row["lettrage_code"] == code, balanced, "{debtor} {code}: {row:?}");
        }
    }
}

/// How many remittances were lettered, how many could be, and which were lettered wrongly.
fn lettered(dials: &Dials) -> (u32, u32, Vec<String>) {
    let (mut lettered, mut wrong, mut knowable) = (0_u32, Vec::new(), 0_u32);
    let (night, world) = night(dials);
    let mut found: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for row in table(&night, "lettrage-CT01.csv") {
        if matches!(row["line_kind"].as_str(), "invoice" | "credit_note") {
            let own = found.entry(row["bank_reference"].clone()).or_default();
            own.push((row["invoice_id"].clone(), cents(&row["applied_amount"])));
        }
    }
    for truth in &world.truth {
        knowable += u32::from(truth.knowable && !truth.lines.is_empty());
        let Some(items) = found.get_mut(&truth.bank_reference) else { continue };
        let mut wanted = truth.lines.clone();
        items.sort();
        wanted.sort();
        lettered += 1;
        if *items != wanted {
            wrong.push(format!("seed {} {truth:?}: {items:?}", dials.seed));
        }
    }
    (lettered, knowable, wrong)
}

/// Nothing is lettered wrongly, and of a hundred that could be lettered at least so many are.
fn letters_rightly(worlds: impl Iterator<Item = Dials>, at_least: u32) {
    for dials in worlds {
        let (lettered, knowable, wrong) = lettered(&dials);
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(lettered * 100 >= knowable * at_least, "{lettered} of {knowable}");
    }
}

#[test]
fn the_share_lettered_wrongly_stays_nil_and_little_is_left_for_the_desk() {
    letters_rightly((11..=13).map(|seed| Dials::mixed(seed, 400, 1_100, 110)), 96);
}

#[test]
fn damages_that_are_seldom_seen_leave_more_for_the_desk_but_letter_nothing_wrongly() {
    letters_rightly((1..=3).map(|seed| Dials::rare(seed, 400, 1_100, 110)), 90);
}

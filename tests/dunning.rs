//! Dunning: levels and their rhythm, what holds them back, définancement.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::{Days, NaiveDate};
use lettrage::config::{self, Settings};
use lettrage::ledger::{LedgerFile, LedgerFiles};
use lettrage::model::{History, KnownStatement, StatementLink};
use lettrage::pipeline::{self, Night, NightInput};
use proptest::prelude::{ProptestConfig, any};
use proptest::{prop_assert, prop_assert_eq, proptest};

use crate::in_memory::ACCOUNT;
use crate::project::rows;

pub type Row = BTreeMap<String, String>;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn settings(contract: &str, more: &str) -> Settings {
    let text = format!(
        "[ledger]\ninvoices = \"i.csv\"\ndebtors = \"d.csv\"\n{more}\n[[contracts]]\nid = \"CT01\"\nfactor = \"Factor SA\"\naccount = \"{ACCOUNT}\"\n{contract}\n"
    );
    config::read(&"pipeline.toml".into(), &text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// What is exported on a day, and what is known of it.
pub struct Case {
    pub invoices: String,
    pub debtors: String,
    pub contacts: Option<String>,
}

impl Case {
    pub fn new(invoices: &str, debtors: &str) -> Self {
        Self { invoices: invoices.to_owned(), debtors: debtors.to_owned(), contacts: None }
    }

    /// The night, with a statement of the day before among the earlier ones.
    pub fn night(&self, settings: &Settings, as_of: NaiveDate, mut history: History) -> Night {
        let link = StatementLink { day: as_of.pred_opt().unwrap(), sequence: None, opening: 0, closing: 0 };
        let known = KnownStatement { digest: String::new(), link: Some(link) };
        history.statements.entry((ACCOUNT.to_owned(), as_of.to_string())).or_insert(known);
        self.night_without_statement(settings, as_of, history)
    }

    pub fn night_without_statement(&self, settings: &Settings, as_of: NaiveDate, history: History) -> Night {
        let file = |name: &str, text: &str| LedgerFile { name: name.into(), bytes: text.as_bytes().into() };
        let files = LedgerFiles {
            invoices: file("i.csv", &self.invoices),
            debtors: file("d.csv", &self.debtors),
            contacts: self.contacts.as_ref().map(|text| file("c.csv", text)),
        };
        let reading = pipeline::read(settings, &[], &files).unwrap();
        pipeline::night(NightInput { as_of, settings, reading, findings: Vec::new(), history }, &|_| {}).unwrap()
    }
}

pub fn table(night: &Night, name: &str) -> Vec<Row> {
    rows(std::str::from_utf8(&night.files[name]).unwrap())
}

pub const DEBTORS: &str = "debtor_id,name,email,phone\nD1,SARL Dupont,a@example.com,+33 1\n";
pub const HEAD: &str = "invoice_id,debtor_id,issue_date,due_date,amount,open_amount,assigned_on,financed_amount";

/// One item of 100.00, due that day, on a business day.
pub fn one(due: &str) -> Case {
    Case::new(&format!("{HEAD}\nFA1,D1,2026-01-02,{due},100.00,100.00,2026-01-03,90.00\n"), DEBTORS)
}

/// The only row of `dunning.csv`.
pub fn row(case: &Case, settings: &Settings, as_of: &str) -> Row {
    let mut found = table(&case.night(settings, day(as_of), History::default()), "dunning.csv");
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn the_due_date_and_the_days_around_it() {
    let (case, settings) = (one("2026-10-30"), settings("kind = \"mandate\"", ""));
    let none = case.night(&settings, day("2026-10-08"), History::default());
    assert!(table(&none, "dunning.csv").is_empty());
    let before = row(&case, &settings, "2026-10-09");
    assert_eq!(
        (before["level"].as_str(), before["action"].as_str(), before["channel"].as_str()),
        ("approval", "check_approval", "phone")
    );
    assert_eq!((before["penalty_interest"].as_str(), before["fixed_indemnity"].as_str()), ("", ""));
    let after = row(&case, &settings, "2026-11-02");
    assert_eq!(
        (after["level"].as_str(), after["channel"].as_str(), after["fixed_indemnity"].as_str()),
        ("reminder_1", "email", "40.00")
    );
}

#[test]
fn definancement_at_59_60_and_61_days() {
    let (case, settings) = (one("2026-09-01"), settings("kind = \"mandate\"", ""));
    for (as_of, days, bucket) in [
        ("2026-10-16", "15", "within_15"),
        ("2026-10-30", "1", "within_7"),
        ("2026-10-31", "0", "today"),
        ("2026-11-01", "-1", "passed"),
    ] {
        let night = case.night(&settings, day(as_of), History::default());
        let found = table(&night, "defunding.csv");
        assert_eq!((found[0]["days_to_defunding"].as_str(), found[0]["bucket"].as_str()), (days, bucket), "{as_of}");
        assert_eq!((found[0]["financed_amount"].as_str(), found[0]["defunding_date"].as_str()), ("90.00", "2026-10-31"));
    }
    assert!(table(&case.night(&settings, day("2026-09-30"), History::default()), "defunding.csv").is_empty(), "31 days to go");
}

#[test]
fn the_countdown_is_shown_also_on_nights_that_give_out_nothing_for_the_item() {
    let (case, settings) = (one("2026-10-02"), settings("kind = \"mandate\"", ""));
    let first = case.night(&settings, day("2026-11-16"), History::default());
    let mut history = History::default();
    for (contract, invoice, debtor, step) in first.memory.dunning {
        history.contacted.insert((contract.clone(), debtor), step.day);
        history.dunning.entry((contract, invoice)).or_default().push(step);
    }
    // Reminded, and too early for the next level.
    let contacts = "date,invoice_id,outcome,level\n2026-11-16,FA1,no_answer,hand_over\n";
    let second = Case { contacts: Some(contacts.to_owned()), ..case }.night(&settings, day("2026-11-17"), history);
    assert!(table(&second, "dunning.csv").is_empty());
    assert_eq!(table(&second, "defunding.csv").len(), 1);
    let report = String::from_utf8(second.files["report.html"].clone()).unwrap();
    assert!(report.contains("Définancement") && report.contains("01/12/2026"), "{report}");
}

#[test]
fn each_reason_that_holds_an_action_back() {
    let plain = settings("kind = \"mandate\"", "");
    let invoice = |columns: &str, values: &str| {
        Case::new(&format!("{HEAD}{columns}\nFA1,D1,2026-01-02,2026-11-02,100.00,100.00,2026-01-03,90.00{values}\n"), DEBTORS)
    };
    let debtor = |column: &str, value: &str| Case {
        debtors: format!("debtor_id,name,{column}\nD1,SARL Dupont,{value}\nD2,SARL Martin,\n"),
        ..invoice("", "")
    };
    let as_of = "2026-11-20";
    let held = |case: &Case, settings: &Settings| row(case, settings, as_of)["held_reason"].clone();
    assert_eq!(held(&invoice("", ""), &plain), "");
    assert_eq!(held(&invoice(",dispute,dispute_since", ",price,2026-11-10"), &plain), "dispute");
    assert_eq!(held(&invoice(",dispute,dispute_since", ",price,2026-08-10"), &plain), "", "a dispute expires");
    assert_eq!(held(&invoice(",promise_date", ",2026-11-17"), &plain), "promise", "three days of grace");
    assert_eq!(held(&invoice(",promise_date", ",2026-11-16"), &plain), "", "broken");
    assert_eq!(held(&invoice(",handed_over_on", ",2026-11-16"), &plain), "handed_over");
    assert_eq!(held(&debtor("dunning", "no"), &plain), "excluded");
    assert_eq!(held(&debtor("notified_on", "2026-11-21"), &plain), "notice_missing");
    assert_eq!(held(&debtor("notified_on", "2026-11-20"), &plain), "");
    let insolvent = row(&debtor("insolvent_since", "2026-11-01"), &plain, as_of);
    assert_eq!((insolvent["held_reason"].as_str(), insolvent["penalty_interest"].as_str()), ("insolvency", ""));
    let consumer = row(&debtor("consumer", "yes"), &plain, as_of);
    assert_eq!((consumer["penalty_interest"].as_str(), consumer["fixed_indemnity"].as_str()), ("", ""));
    let with_credit = Case {
        invoices: invoice("", "").invoices + "AV1,D1,2026-01-02,2026-11-02,-100.00,-100.00,2026-01-03,\n",
        ..invoice("", "")
    };
    assert_eq!(held(&with_credit, &plain), "credits_open");
    let small = Case::new(&format!("{HEAD}\nFA1,D1,2026-01-02,2026-11-02,100.00,5.00,,\n"), DEBTORS);
    assert_eq!(held(&small, &plain), "residual");
    let ended = settings(
        "kind = \"mandate\"\n[contracts.mandate]\nchecked_on = \"2026-01-01\"\ngranted_on = \"2026-01-02\"\nends_on = \"2026-11-19\"",
        "",
    );
    assert_eq!(held(&invoice("", ""), &ended), "mandate_missing");
    let unchecked = settings("kind = \"mandate\"\n[contracts.mandate]\ngranted_on = \"2026-01-02\"", "");
    assert_eq!(held(&invoice("", ""), &unchecked), "mandate_missing");
    let night = invoice("", "").night_without_statement(&plain, day(as_of), History::default());
    assert_eq!(table(&night, "dunning.csv")[0]["held_reason"], "statements_stale");
    // A dispute is the client's to settle, also where the factor manages.
    let full = settings("kind = \"full\"", "");
    let disputed = row(&invoice(",dispute", ",price"), &full, as_of);
    assert_eq!((disputed["action"].as_str(), disputed["owner"].as_str()), ("settle_dispute", "client"));
}

#[test]
fn what_came_of_a_contact_changes_the_next_night() {
    let plain = settings("kind = \"mandate\"", "");
    let told = |line: &str| Case {
        contacts: Some(format!("date,invoice_id,outcome,level,reason,promised_date\n{line}\n")),
        ..one("2026-11-02")
    };
    let found = |line: &str| row(&told(line), &plain, "2026-11-20");
    assert_eq!(found("2026-11-10,FA1,promised,,,2026-11-25")["held_reason"], "promise");
    // Of a promise of less than what is open, the rest is chased.
    let promised = |amount: &str| {
        let head = format!("{HEAD},promise_date,promise_amount");
        let case = format!("{head}\nFA1,D1,2026-01-02,2026-11-02,100.00,100.00,2026-01-03,90.00,2026-11-25,{amount}\n");
        row(&Case::new(&case, DEBTORS), &plain, "2026-11-20")["held_reason"].clone()
    };
    assert_eq!((promised("").as_str(), promised("100.00").as_str(), promised("10.00").as_str()), ("promise", "promise", ""));
    assert_eq!(found("2026-11-10,FA1,disputed,,price,")["held_reason"], "dispute");
    let again = found("2026-11-10,FA1,not_received,,,");
    assert_eq!((again["held_reason"].as_str(), again["action"].as_str()), ("not_received", "send_again"));
    let done = found("2026-11-04,FA1,no_answer,reminder_1,,");
    assert_eq!((done["level"].as_str(), done["last_contact"].as_str()), ("reminder_2", "2026-11-04"));
    assert_eq!(found("2026-11-18,FA1,no_answer,reminder_1,,")["held_reason"], "spacing");
}

#[test]
fn a_trade_with_a_cap_of_its_own_is_held_to_it() {
    let items = "FA1,D1,2026-09-10,2026-10-10,100.00\nFA2,D1,2026-09-10,2026-10-11,100.00\n";
    let items = format!("invoice_id,debtor_id,issue_date,due_date,amount\n{items}");
    let case = Case::new(&items, "debtor_id,name,country\nD1,SARL Dupont,FR\n");
    let told = |longest: &str| -> Vec<(&str, String)> {
        let mut settings = settings("kind = \"mandate\"", "");
        settings.ledger.longest_terms = Some(longest.to_owned());
        let night = case.night(&settings, day("2026-11-20"), History::default());
        let about_terms = night.findings.iter().filter(|f| matches!(f.rule, "ledger-due-late" | "ledger-terms"));
        about_terms.map(|f| (f.rule, f.what.clone())).collect()
    };
    let capped = told("30 jours");
    assert_eq!(capped.len(), 1, "{capped:?}");
    assert!(capped[0].1.contains("within 30 jours") && capped[0].1.ends_with("1 others: FA2 (of 2026-09-10, due 2026-10-11)"));
    assert!(told("45 jours fin de mois").is_empty());
    assert_eq!(told("sometime")[0].0, "ledger-terms");
}

#[test]
fn slips_in_what_people_write_are_told() {
    let plain = settings("kind = \"mandate\"", "");
    let as_of = day("2026-11-20");
    let told = |case: &Case, history: History| -> Vec<String> {
        case.night(&plain, as_of, history).findings.iter().map(|f| format!("{} {}", f.rule, f.message())).collect()
    };
    let contacts = |line: &str| Case { contacts: Some(format!("date,invoice_id,outcome,level\n{line}\n")), ..one("2026-11-02") };
    let has = |found: &[String], rule: &str, part: &str| found.iter().any(|f| f.starts_with(rule) && f.contains(part));

    let quiet = told(&contacts("2026-11-10,FA1,no_answer,reminder_1"), History::default());
    assert!(!quiet.iter().any(|f| f.starts_with("contact-") || f.starts_with("run-")), "{quiet:?}");
    let later = told(&contacts("2062-11-10,FA1,no_answer,reminder_1"), History::default());
    assert!(has(&later, "contact-future", "FA1 on 2062-11-10"), "{later:?}");
    let level = told(&contacts("2026-11-10,FA1,no_answer,remainder_1"), History::default());
    assert!(has(&level, "contact-level", "\"remainder_1\" of FA1"), "{level:?}");
    let plan = format!(
        "{HEAD},instalments\nFA1,D1,2026-01-02,2026-09-01,100.00,100.00,2026-01-03,90.00,{}\n",
        "2026-12-01=90.00|2027-01-01=20.00"
    );
    let plan = told(&Case::new(&plan, DEBTORS), History::default());
    assert!(has(&plan, "ledger-instalments", "110.00"), "{plan:?}");
    let back = told(&one("2026-11-02"), History { newest: Some(day("2026-11-21")), ..History::default() });
    assert!(has(&back, "run-date", "2026-11-21"), "{back:?}");
    let same = told(&one("2026-11-02"), History { newest: Some(as_of), ..History::default() });
    assert!(!has(&same, "run-date", ""), "{same:?}");
}

#[test]
fn contentious_only_what_is_certain_liquid_and_due() {
    let levels = "[[dunning.levels]]\nname = \"court\"\nstage = \"contentious\"\ndays = 1\nchannels = [\"registered_letter\"]\n";
    let settings = settings("kind = \"mandate\"", levels);
    for number in 0..8 {
        let (certain, liquid, due) = (number & 4 != 0, number & 2 != 0, number & 1 != 0);
        let case = Case::new(
            &format!(
                "{HEAD},proof,dispute\nFA1,D1,2026-01-02,{},100.00,100.00,2026-01-03,90.00,{},{}\n",
                if due { "2026-11-02" } else { "2026-11-20" },
                if certain { "order+delivery" } else { "" },
                if liquid { "" } else { "price" }
            ),
            DEBTORS,
        );
        let night = case.night(&settings, day("2026-11-20"), History::default());
        let opens = table(&night, "dunning.csv").iter().any(|r| r["action"] == "hand_over" && r["held_reason"].is_empty());
        assert_eq!(opens, certain && liquid && due, "certain {certain}, liquid {liquid}, due {due}");
    }
}

#[test]
fn a_change_of_the_contract_takes_effect_on_its_day() {
    let case = one("2026-11-02");
    let settings = settings(
        "kind = \"confidential\"\n[[contracts.changes]]\nfrom = \"2026-11-20\"\nmanaged_by = \"factor\"\nnotified = true",
        "",
    );
    assert_eq!(row(&case, &settings, "2026-11-19")["owner"], "client");
    assert_eq!(row(&case, &settings, "2026-11-20")["owner"], "factor");
}

#[test]
fn ten_thousand_overdue_items_of_a_full_contract_are_the_factors() {
    let mut invoices = format!("{HEAD}\n");
    for number in 0..10_000 {
        let _ = writeln!(invoices, "FA{number},D1,2026-01-02,2026-09-{:02},100.00,100.00,2026-01-03,90.00", 1 + number % 28);
    }
    let night = Case::new(&invoices, DEBTORS).night(&settings("kind = \"full\"", ""), day("2026-11-20"), History::default());
    let all = table(&night, "dunning.csv");
    assert!(all.len() == 10_000 && all.iter().all(|r| r["owner"] == "factor"));
    assert_eq!(table(&night, "factor-follow-up.csv").len(), 10_000);
    assert!(table(&night, "calls.csv").is_empty() && night.memory.dunning.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Nights with gaps between them; disputes and promises that come and go; part payments, settlements
    /// and returns that open an item again; a contract that the factor takes over on a day, and gives back
    /// on another.
    #[test]
    fn no_level_is_skipped_or_repeated_and_contacts_are_apart(seed in any::<u64>()) {
        let (over, back) = (day("2026-04-01") + Days::new(seed % 60), day("2026-06-15") + Days::new(seed % 40));
        let change = |from: NaiveDate, by: &str| format!("[[contracts.changes]]\nfrom = \"{from}\"\nmanaged_by = \"{by}\"\n");
        let settings = settings(&format!("kind = \"mandate\"\n{}{}", change(over, "factor"), change(back, "client")), "");
        let policy: Vec<&str> = settings.dunning.levels.iter().map(|l| l.name.as_str()).collect();
        let mut random = seed | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let items: Vec<(String, String, NaiveDate)> = (0..6)
            .map(|n| (format!("FA{n}"), format!("D{}", n % 3), day("2026-03-01") + Days::new(next(40))))
            .collect();
        let mut open = [100_i64; 6];
        let mut as_of = day("2026-02-01");
        let mut levels: BTreeMap<String, Vec<(String, NaiveDate)>> = BTreeMap::new();
        let mut contacts: BTreeMap<String, BTreeSet<NaiveDate>> = BTreeMap::new();
        let mut history = History::default();
        for _ in 0..40 {
            as_of = as_of + Days::new(1 + next(6));
            let mut invoices = format!("{HEAD},dispute,promise_date,proof\n");
            for (n, (number, debtor, due)) in items.iter().enumerate() {
                match next(60) {
                    0 | 1 => open[n] = 0,
                    2 | 3 => open[n] = 40,
                    // The bank took the payment back.
                    4..=7 => open[n] = 100,
                    _ => {}
                }
                let dispute = if next(8) == 0 { "price" } else { "" };
                let promise = if next(8) == 0 { as_of.to_string() } else { String::new() };
                let _ = writeln!(invoices, "{number},{debtor},2026-01-01,{due},100.00,{}.00,2026-01-02,90.00,{dispute},{promise},yes", open[n]);
            }
            let case = Case::new(&(invoices + "FA9,D3,2026-01-01,2030-01-01,1.00,1.00,,,,,\n"), "debtor_id,name,email\nD0,Un,a@b\nD1,Deux,a@b\nD2,Trois,a@b\nD3,Quatre,a@b\n");
            let night = case.night(&settings, as_of, history.clone());
            for row in table(&night, "dunning.csv") {
                let n: usize = row["invoice_id"][2..].parse().unwrap();
                prop_assert!(open[n] > 0, "nothing is asked for what is settled");
                let with_factor = (over..back).contains(&as_of);
                let of_client = !with_factor || ["settle_dispute", "send_again"].contains(&row["action"].as_str());
                prop_assert_eq!(&row["owner"], if of_client { "client" } else { "factor" }, "{:?}", row);
            }
            for (contract, invoice, debtor, step) in night.memory.dunning {
                prop_assert!(step.day == as_of && !(over..back).contains(&as_of), "{invoice}: {step:?}");
                let of_item = levels.entry(invoice.to_string()).or_default();
                of_item.push((step.level.clone(), step.day));
                contacts.entry(debtor.to_string()).or_default().insert(step.day);
                history.contacted.insert((contract.clone(), debtor), step.day);
                history.dunning.entry((contract, invoice)).or_default().push(step);
            }
        }
        for (item, steps) in &levels {
            let places: Vec<usize> = steps.iter().map(|(level, _)| policy.iter().position(|p| p == level).unwrap()).collect();
            // The approval before the due date is moot when no night fell into its weeks.
            prop_assert!(places[0] <= 1, "{item}: {steps:?}");
            prop_assert!(places.windows(2).all(|w| w[1] == w[0] + 1), "{item}: {steps:?}");
            let due = items.iter().find(|(number, ..)| number == item).unwrap().2;
            for (place, (_, on)) in places.iter().zip(steps) {
                prop_assert!((*on - due).num_days() >= settings.dunning.levels[*place].days, "{item}: {steps:?}");
            }
        }
        for (debtor, days) in &contacts {
            let days: Vec<&NaiveDate> = days.iter().collect();
            prop_assert!(days.windows(2).all(|w| (*w[1] - *w[0]).num_days() >= settings.dunning.spacing_days), "{debtor}: {days:?}");
        }
    }
}

#[test]
fn an_instalment_plan_holds_an_item_back_while_it_is_kept() {
    let plan = "2026-10-31=40.00|2026-11-30=30.00|2026-12-31=30.00";
    // What is open, as of when: the plan allows 60 until the 30th of November and its three days of grace.
    let held = [
        ("60.00", "2026-11-20", "instalments"),
        ("60.00", "2026-12-03", "instalments"),
        ("60.00", "2026-12-04", ""),
        ("30.00", "2026-12-04", "instalments"),
        ("100.00", "2026-11-03", "instalments"),
        ("100.00", "2026-11-04", ""),
        ("30.00", "2027-01-04", ""),
    ];
    for (open, as_of, reason) in held {
        let case = Case::new(
            &format!("{HEAD},instalments\nFA1,D1,2026-01-02,2026-09-01,100.00,{open},2026-01-03,90.00,{plan}\n"),
            DEBTORS,
        );
        let found = row(&case, &settings("kind = \"confidential\"", ""), as_of);
        assert_eq!(found["held_reason"], reason, "{open} on {as_of}");
        // It goes on at the level that it had.
        assert_eq!(found["level"], "reminder_1");
    }
    let case = Case::new(
        &format!("{HEAD},instalments\nFA1,D1,2026-01-02,2026-09-01,100.00,100.00,2026-01-03,90.00,next month\n"),
        DEBTORS,
    );
    let night = case.night(&settings("kind = \"confidential\"", ""), day("2026-11-20"), History::default());
    assert!(night.findings.iter().any(|f| f.rule == "ledger-instalments"), "{:?}", night.findings);
    assert_eq!(table(&night, "dunning.csv")[0]["held_reason"], "");
}

#[test]
fn of_two_limits_the_lower_counts_and_one_that_is_over_covers_nothing() {
    let debtors = |factor: &str, factor_until: &str, own: &str, own_until: &str| {
        format!(
            "debtor_id,name,credit_limit,credit_limit_until,insured_limit,insured_until\nD1,Dupont,{factor},{factor_until},{own},{own_until}\n"
        )
    };
    let contract = "kind = \"confidential\"\n[contracts.insurance]\ninsurer = \"own\"\ndeclare_days = 30";
    let cases = [
        (debtors("80.00", "", "70.00", ""), "70.00", "insurer", "30.00"),
        (debtors("60.00", "", "70.00", ""), "60.00", "factor", "40.00"),
        (debtors("80.00", "2026-11-19", "70.00", ""), "0.00", "factor", "100.00"),
        (debtors("80.00", "2026-11-20", "", ""), "80.00", "factor", "20.00"),
        (debtors("", "", "", ""), "", "", ""),
    ];
    for (debtors, limit, of, above) in cases {
        let case = Case { debtors, ..one("2026-11-02") };
        let night = case.night(&settings(contract, ""), day("2026-11-20"), History::default());
        let row = &table(&night, "credit-cover.csv")[0];
        assert_eq!([&row["limit"], &row["limit_of"], &row["above_limit"]], [limit, of, above], "{row:?}");
        assert_eq!([&row["declare_by"], &row["days_to_declare"]], ["2026-12-02", "12"]);
    }
    // Without a policy nothing counts down, and the factor's approval alone covers.
    let case = Case { debtors: debtors("80.00", "", "70.00", ""), ..one("2026-11-02") };
    let night = case.night(&settings("kind = \"confidential\"", ""), day("2026-11-20"), History::default());
    let row = &table(&night, "credit-cover.csv")[0];
    assert_eq!([&row["limit"], &row["declare_by"]], ["80.00", ""]);
}

#[test]
fn what_is_paid_of_an_item_with_an_agency_is_lettered_and_told() {
    let items = "invoice_id,debtor_id,issue_date,due_date,amount,assigned_on,handed_over_on,route\n\
                 FA2026-00117,D1,2026-10-10,2026-11-10,1200.00,2026-10-10,2026-11-15,agency\n";
    let project = crate::project::Project::of_sample("exact-reference");
    project.write("ledger/invoices.csv", items);
    assert_eq!(project.night().status.code(), Some(0));
    let lettered = rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
    assert_eq!(lettered[0]["invoice_id"], "FA2026-00117");
    let told = project.read("outbox/2026-11-20-001/findings.csv");
    assert!(told.contains("handed-over-paid") && told.contains("recovered by agency") && told.contains("1200.00 EUR"), "{told}");
}

#[test]
fn without_recourse_the_factor_takes_nothing_back() {
    let case = one("2026-08-02");
    let night = case.night(&settings("kind = \"confidential\"\nrecourse = false", ""), day("2026-11-20"), History::default());
    assert!(table(&night, "defunding.csv").is_empty());
}

#[test]
fn a_due_date_comes_from_the_terms_and_a_long_one_is_told() {
    let head = "invoice_id,debtor_id,issue_date,due_date,amount,payment_terms";
    let rows = [
        "FA1,D1,2026-09-10,,100.00,45 jours fin de mois",
        "FA2,D1,2026-09-10,2026-10-10,100.00,30 jours",
        "FA3,D1,2026-09-10,2026-10-20,100.00,30 jours",
        "FA4,D1,2026-06-10,2026-10-20,100.00,",
        "FA5,D1,2026-09-10,2026-10-20,100.00,selon accord",
    ];
    let case = Case::new(&format!("{head}\n{}\n", rows.join("\n")), "debtor_id,name,country\nD1,SARL Dupont,FR\n");
    let night = case.night(&settings("kind = \"mandate\"", ""), day("2026-11-20"), History::default());
    let due: BTreeMap<String, String> =
        table(&night, "dunning.csv").into_iter().map(|r| (r["invoice_id"].clone(), r["due_date"].clone())).collect();
    assert_eq!(due["FA1"], "2026-10-31");
    assert_eq!(due["FA3"], "2026-10-20", "what the export declares counts");
    let told = |rule: &str| -> Vec<&str> { night.findings.iter().filter(|f| f.rule == rule).map(|f| f.what.as_str()).collect() };
    assert_eq!(
        told("ledger-due-terms"),
        [
            "expected due dates as the terms of payment have them, but found 1 others: FA3 (due 2026-10-20, by its terms 2026-10-10)"
        ]
    );
    assert_eq!(told("ledger-due-late").len(), 1);
    assert!(told("ledger-due-late")[0].ends_with("found 1 others: FA4 (of 2026-06-10, due 2026-10-20)"));
    assert_eq!(told("ledger-terms"), ["expected terms such as \"45 jours fin de mois\", but found \"selon accord\""]);
    // Of items without terms of their own, the debtor's count.
    let items = "FA1,D1,2026-09-10,,100.00,\nFA2,D1,2026-09-10,,100.00,15 jours\n";
    let case = Case::new(&format!("{head}\n{items}"), "debtor_id,name,payment_terms\nD1,SARL Dupont,30 jours\n");
    let night = case.night(&settings("kind = \"mandate\"", ""), day("2026-11-20"), History::default());
    let due: Vec<String> = table(&night, "dunning.csv").iter().map(|r| r["due_date"].clone()).collect();
    assert_eq!(due, ["2026-09-25", "2026-10-10"]);
}

#[test]
fn the_factor_sees_how_the_client_chases() {
    let head = "invoice_id,debtor_id,issue_date,due_date,amount,open_amount,dispute,dispute_since,promise_date";
    let invoices = [
        "FA1,D1,2026-08-01,2026-10-01,100.00,100.00,,,",
        "FA2,D1,2026-08-01,2026-10-11,300.00,100.00,price,2026-11-01,",
        "FA3,D1,2026-08-01,2026-11-10,200.00,200.00,,,",
        "FA4,D1,2026-08-01,2026-12-24,50.00,50.00,,,",
        "FA5,D1,2026-08-01,2026-10-01,70.00,0.00,,,",
        "FA6,D2,2026-08-01,2026-10-21,10.00,10.00,,,2026-11-01",
        "FA7,D3,2026-08-01,2026-10-21,10.00,10.00,price,2026-11-01,",
    ];
    let mut case =
        Case::new(&format!("{head}\n{}\n", invoices.join("\n")), "debtor_id,name\nD1,SARL Dupont\nD2,Durand SA\nD3,Martin\n");
    case.contacts =
        Some("date,invoice_id,outcome\n2026-10-05,FA1,no_answer\n2026-11-15,FA2,disputed\n2026-11-19,FA4,approved\n2026-11-18,FA7,settled\n".to_owned());
    let night = case.night(&settings("kind = \"mandate\"", ""), day("2026-11-20"), History::default());
    let rows = table(&night, "dunning-quality.csv");
    let told = |row: usize, columns: &[&str]| columns.iter().map(|c| rows[row][*c].as_str()).collect::<Vec<_>>().join(" ");
    assert_eq!(rows.len(), 3);
    assert_eq!(told(2, &["debtor_id", "contacted", "disputes_open"]), "D3 1 0", "the dispute is settled");
    let amounts = ["debtor_id", "open_amount", "overdue_amount", "overdue_items", "oldest_days_overdue", "average_days_overdue"];
    // 50, 40 and 10 days, weighted by what is open: (50 × 100 + 40 × 100 + 10 × 200) / 400.
    assert_eq!(told(0, &amounts), "D1 450.00 400.00 3 50 27");
    let contacts = ["to_contact", "contacted", "contacted_in_time", "approvals_asked", "approved"];
    assert_eq!(told(0, &contacts), "3 2 1 0 1", "FA2 was spoken of late, FA3 not at all");
    assert_eq!(told(0, &["disputes_open", "oldest_dispute_days", "promises_broken"]), "1 19 0");
    assert_eq!(told(1, &["debtor_id", "overdue_amount", "to_contact", "contacted", "promises_broken"]), "D2 10.00 1 0 1");
}

#[test]
fn the_treasury_sees_week_by_week_what_the_factor_takes_back() {
    let rows_of = |due: [&str; 4]| -> String {
        let line = |(n, due): (usize, &&str)| format!("FA{n},D1,2026-01-02,{due},100.00,{}.00,2026-01-03,90.00", 100 - 10 * n);
        due.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
    };
    // Sixty days after the due date: Monday 28 December, Sunday 3 January, Monday 4 January, and long past.
    let case = Case::new(&format!("{HEAD}\n{}\n", rows_of(["2026-10-29", "2026-11-04", "2026-11-05", "2026-03-02"])), DEBTORS);
    let settings = settings("kind = \"mandate\"\ndefunding_days = 60", "");
    let night = case.night(&settings, day("2026-11-20"), History::default());
    let weeks: Vec<String> = table(&night, "defunding-weeks.csv")
        .iter()
        .map(|r| format!("{} {} {} {}", r["week"], r["items"], r["open_amount"], r["financed_amount"]))
        .collect();
    assert_eq!(weeks, ["2026-04-27 1 70.00 70.00", "2026-12-28 2 190.00 180.00", "2027-01-04 1 80.00 80.00"]);
    // Where the export does not say what was advanced, the contract's rate of the amount does; what is paid comes off.
    let silent = Case::new(&case.invoices.replace(",90.00", ","), DEBTORS);
    let given_back = |rate: &str| -> Vec<String> {
        let contract = format!("kind = \"mandate\"\ndefunding_days = 60\nadvance_rate = \"{rate}\"");
        let night = silent.night(&super::dunning::settings(&contract, ""), day("2026-11-20"), History::default());
        table(&night, "defunding-weeks.csv").iter().map(|r| r["financed_amount"].clone()).collect()
    };
    assert_eq!(given_back("0.85"), ["70.00", "170.00", "80.00"]);
    assert_eq!(given_back("0.10"), ["10.00", "20.00", "10.00"]);
}

//! What people decide about remittances that wait.

use std::fmt::Write;

use crate::project::{Project, rows, stderr, stdout};

/// The night of `no-reference`: B002 fits two items alike, B003 is half a name.
fn after_the_first_night() -> Project {
    let project = Project::of_sample("no-reference");
    assert_eq!(project.night().status.code(), Some(0));
    project
}

fn next_night(project: &Project) {
    let output = project.run(&["run", "--date", "2026-11-21"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

fn lettered(project: &Project, run: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    rows(&project.read(&format!("outbox/{run}/lettrage-CT01.csv")))
}

#[test]
fn a_confirmed_suggestion_is_lettered_the_next_night() {
    let project = after_the_first_night();
    let suggested = rows(&project.read("outbox/2026-11-20-001/suggestions.csv"));
    let second = suggested.iter().find(|r| r["bank_reference"] == "B002" && r["rank"] == "2").unwrap();
    let output = project.run(&["confirm", "B002", "--rank", "2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("confirmed as a payment of"), "{}", stdout(&output));
    next_night(&project);
    let lines = lettered(&project, "2026-11-21-001");
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["invoice_id"], second["invoice_id"]);
    assert_eq!((lines[0]["evidence"].as_str(), lines[0]["confidence"].as_str()), ("confirmed", "1.000000"));
    let release = rows(&project.read("outbox/2026-11-21-001/release.csv"));
    assert_eq!((release[0]["to_factor"].as_str(), release[0]["suggested"].as_str()), ("350.00", "-350.00"));
    let said = stdout(&project.run(&["explain", "B002"]));
    assert!(said.contains("decided by"), "{said}");
    // A decision is applied once.
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    assert!(lettered(&project, "2026-11-22-001").is_empty());
}

#[test]
fn explain_tells_what_a_person_said_of_the_run_that_ran_last() {
    let project = after_the_first_night();
    let explained = || stdout(&project.run(&["explain", "B002"]));
    assert!(explained().contains("Not lettered"), "{}", explained());
    // A day far ahead, by mistake, and then the day that was meant.
    assert_eq!(project.run(&["run", "--date", "2027-12-02"]).status.code(), Some(1), "no rates are known for that day");
    assert_eq!(project.run(&["confirm", "B002", "--rank", "1"]).status.code(), Some(0));
    let output = project.run(&["run", "--date", "2026-11-21"]);
    assert!(stdout(&output).contains("1  lettered as a person said"), "{}", stdout(&output));
    let said = explained();
    assert!(said.contains("Lettered as a person said.") && said.contains("run 2026-11-21-001"), "{said}");
}

#[test]
fn of_many_items_of_the_amount_those_are_offered_first_for_whose_debtor_something_speaks() {
    let project = Project::of_sample("no-reference");
    project.edit("inbox/ST-001.xml", "GARAGE DE LA GARE", "GARAGE MARTINOIS SAS");
    let (mut debtors, mut items) = (project.read("ledger/debtors.csv"), project.read("ledger/invoices.csv"));
    // Six strangers come before it in the alphabet; its name is like the payer's, but for the legal form.
    let names = ["Aubert", "Blanc", "Colin", "Denis", "Evrard", "Faure", "Garage Martin SARL"];
    for (at, name) in names.iter().enumerate() {
        writeln!(debtors, "D{at}9,{name},,FR,").unwrap();
        writeln!(items, "FA2026-0091{at},D{at}9,2026-10-10,2026-11-10,1234.56,1234.56,2026-10-10,,,,,").unwrap();
    }
    project.write("ledger/debtors.csv", &debtors);
    project.write("ledger/invoices.csv", &items);
    project.night();
    let suggested = rows(&project.read("outbox/2026-11-20-001/suggestions.csv"));
    let of_first = suggested.iter().filter(|row| row["bank_reference"] == "B001");
    let offered: Vec<&str> = of_first.map(|row| row["invoice_id"].as_str()).collect();
    assert_eq!(offered, ["FA2026-00916", "FA2026-00910", "FA2026-00911"]);
}

#[test]
fn items_by_number_and_what_they_leave_stays_on_account() {
    let project = after_the_first_night();
    let output = project.run(&["confirm", "B003", "--invoice", "FA2026-00905=700.00", "--invoice", "FA2026-00902=50.00"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    next_night(&project);
    let lines = lettered(&project, "2026-11-21-001");
    let told: Vec<(&str, &str)> = lines.iter().map(|l| (l["line_kind"].as_str(), l["applied_amount"].as_str())).collect();
    assert_eq!(told, [("invoice", "700.00"), ("invoice", "50.00"), ("on_account", "27.77")]);
}

#[test]
fn what_is_set_aside_leaves_the_tables_with_its_reason() {
    let project = after_the_first_night();
    let output = project.run(&["set-aside", "B003", "--reason", "refund of a supplier"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    next_night(&project);
    let of = |run: &str| {
        let all = rows(&project.read(&format!("outbox/{run}/exceptions.csv")));
        all.into_iter().find(|r| r["bank_reference"] == "B003").map(|r| (r["status"].clone(), r["reason"].clone()))
    };
    assert_eq!(of("2026-11-21-001"), Some(("excluded".to_owned(), "set_aside".to_owned())));
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    assert_eq!(of("2026-11-22-001"), None);
}

#[test]
fn what_was_set_aside_by_mistake_waits_again() {
    let project = after_the_first_night();
    let of = |day: &str| {
        let all = rows(&project.read(&format!("outbox/{day}-001/exceptions.csv")));
        all.into_iter().find(|row| row["bank_reference"] == "B003")
    };
    let before = of("2026-11-20");
    let set_aside = || project.run(&["set-aside", "B003", "--reason", "a mistake"]);
    assert!(stdout(&set_aside()).contains("undo takes it back"));
    let early = project.run(&["undo", "B003", "--reason", "too early: nothing is done yet"]);
    assert_eq!(early.status.code(), Some(2), "{}", stderr(&early));
    next_night(&project);
    let undone = project.run(&["undo", "B003", "--reason", "it was a payment"]);
    assert!(stdout(&undone).contains("it waits for a person again"), "{}", stderr(&undone));
    // Until the night, it does not wait.
    assert_eq!(project.run(&["set-aside", "B003", "--reason", "no"]).status.code(), Some(2));
    for day in ["2026-11-22", "2026-11-23"] {
        assert_eq!(project.run(&["run", "--date", day]).status.code(), Some(0));
        assert_eq!(of(day), before, "as if nothing had been decided");
    }
    let moved = rows(&project.read("outbox/2026-11-22-001/release.csv"));
    assert_eq!(moved.len(), 1, "its money goes from one column to another");
    assert_eq!((moved[0]["excluded"].as_str(), moved[0]["suggested"].as_str()), ("-777.77", "777.77"));
    // It may be decided on like any other, and set aside again.
    assert_eq!(set_aside().status.code(), Some(0));
    assert_eq!(project.run(&["run", "--date", "2026-11-24"]).status.code(), Some(0));
    let verified = project.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
    let replayed = project.run(&["replay", "2026-11-22-001"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", stderr(&replayed));
}

#[test]
fn a_decision_that_does_not_fit_any_more_is_dropped_and_told() {
    let project = after_the_first_night();
    assert_eq!(project.run(&["confirm", "B002", "--invoice", "FA2026-00903"]).status.code(), Some(0));
    let ledger = project.read("ledger/invoices.csv");
    let without: Vec<&str> = ledger.lines().filter(|l| !l.starts_with("FA2026-00903")).collect();
    project.write("ledger/invoices.csv", &(without.join("\n") + "\n"));
    let _ = project.run(&["run", "--date", "2026-11-21"]);
    assert!(project.read("outbox/2026-11-21-001/findings.csv").contains("decision-stale"));
}

#[test]
fn two_decisions_cannot_take_the_same_item() {
    let project = after_the_first_night();
    assert_eq!(project.run(&["confirm", "B002", "--invoice", "FA2026-00903"]).status.code(), Some(0));
    assert_eq!(project.run(&["confirm", "B003", "--invoice", "FA2026-00903=350.00"]).status.code(), Some(0));
    let _ = project.run(&["run", "--date", "2026-11-21"]);
    let lines = lettered(&project, "2026-11-21-001");
    assert_eq!(lines.iter().filter(|l| l["invoice_id"] == "FA2026-00903").count(), 1);
    assert!(project.read("outbox/2026-11-21-001/findings.csv").contains("decision-stale"));
}

#[test]
fn a_request_that_cannot_be_right_records_nothing() {
    let project = after_the_first_night();
    for (arguments, rule) in [
        (vec!["confirm", "B999"], "decision-unknown"),
        (vec!["confirm", "B001"], "decision-unknown"),
        (vec!["confirm", "B002", "--rank", "9"], "decision-rank"),
        (vec!["confirm", "B002", "--invoice", "FA2026-00903=12,50"], "decision-amount"),
        (vec!["confirm", "B002", "--invoice", "FA2026-99999"], "no item FA2026-99999 in the ledger"),
        (vec!["confirm", "B002", "--invoice", "FA2026-00903=350.01"], "with 350.00 EUR open"),
        (vec!["confirm", "B002", "--invoice", "FA2026-00903=-5.00"], "of which -5.00 cannot be paid"),
        (vec!["confirm", "B002", "--invoice", "FA2026-00903=0.00"], "decision-amount"),
        (vec!["confirm", "B002", "--invoice", "FA2026-00903", "--invoice", "FA2026-00903"], "found FA2026-00903 twice"),
        (vec!["set-aside", "B002", "--reason", " "], "decision-reason"),
        (vec!["confirm", "B002", "--invoice", "FA2026-00905"], "427.77 too much"),
    ] {
        let output = project.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(rule), "{arguments:?}: {}", stderr(&output));
    }
    next_night(&project);
    assert!(lettered(&project, "2026-11-21-001").is_empty());
}

/// Ten equal items of one debtor, of which the text of a payment names none.
fn tied(other: (&str, &str)) -> Project {
    let project = Project::of_sample("ties-oldest");
    let mut invoices = project.read("ledger/invoices.csv");
    for number in 10..18 {
        writeln!(invoices, "FA2026-009{number},D3,2026-10-10,2026-11-{number},351.27,351.27,2026-10-10,,,,,").unwrap();
    }
    project.write("ledger/invoices.csv", &invoices);
    let text = project.read("inbox/ST-001.xml");
    let more: i64 = other.0.replace('.', "").parse::<i64>().unwrap() - 77_777;
    let closing = format!("{}.{:02}", (336_360 + more) / 100, (336_360 + more) % 100);
    let text = text.replace("3363.60", &closing).replace("777.77", other.0).replace(
        "<Nm>LAMBERT</Nm></Pty></Dbtr></RltdPties>",
        &format!("<Nm>HOTEL BELLEVUE</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{}</Ustrd></RmtInf>", other.1),
    );
    project.write("inbox/ST-001.xml", &text);
    assert!(matches!(project.night().status.code(), Some(0 | 1)));
    project
}

#[test]
fn the_oldest_is_paid_also_where_it_is_the_least_probable_of_many() {
    let project = Project::of_sample("ties-oldest");
    let mut invoices = project.read("ledger/invoices.csv");
    for number in 10..18 {
        writeln!(invoices, "FA2026-009{number},D3,2026-10-10,2026-11-{number},351.27,351.27,2026-10-10,,,,,").unwrap();
    }
    // Less the two percent of its terms, the oldest is the same amount: 358.44 - 7.17.
    invoices += "FA2026-00930,D3,2026-08-10,2026-09-10,358.44,358.44,2026-08-10,,,,2,2026-12-31\n";
    project.write("ledger/invoices.csv", &invoices);
    assert!(matches!(project.night().status.code(), Some(0 | 1)));
    let lines = lettered(&project, "2026-11-20-001");
    let paid: Vec<&str> = lines.iter().filter(|l| l["bank_reference"] == "B002").map(|l| l["invoice_id"].as_str()).collect();
    assert_eq!(paid, ["FA2026-00930", "FA2026-00930"], "the item, and its discount");
}

#[test]
fn of_many_that_tie_the_oldest_is_paid_unless_another_payment_names_one_of_them() {
    let paid = |project: &Project| -> Vec<(String, String)> {
        let lines = lettered(project, "2026-11-20-001").into_iter().filter(|l| l["debtor_id"] == "D3");
        lines.map(|l| (l["bank_reference"].clone(), l["invoice_id"].clone())).collect()
    };
    let pair = |payment: &str, item: &str| (payment.to_owned(), item.to_owned());
    // The other payment names its own item, and pays it: the oldest of the rest is paid.
    let project = tied(("351.27", "FA2026-00917"));
    assert_eq!(paid(&project), [pair("B002", "FA2026-00903"), pair("B003", "FA2026-00917")]);
    // It names the youngest of them and pays a little less, so that a person must look: which of them it
    // leaves is not known, and the law is not asked.
    let project = tied(("345.00", "FA2026-00917"));
    assert_eq!(paid(&project), []);
    let waits = project.read("outbox/2026-11-20-001/exceptions.csv");
    assert!(waits.contains(",B002,") && waits.contains(",B003,"), "{waits}");
}

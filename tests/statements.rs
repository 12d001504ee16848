//! Statements of account, ranges and lists: what stands for many items in few words.

use crate::project::{Project, rows, stdout};

/// What `B003` of the sample `statements-of-account` says and pays, and the balance of the statement then.
fn third_pays(project: &Project, text: &str, amount: &str, balance: &str) {
    project.edit("inbox/ST-001.xml", "FACTURES FA2026-01021 A FA2026-01024", text);
    project.edit("inbox/ST-001.xml", ">2211.07<", &format!(">{amount}<"));
    project.edit("inbox/ST-001.xml", ">5457.50<", &format!(">{balance}<"));
}

/// The items that it settles, and what `explain` says of it.
fn settled_by_the_third(project: &Project) -> (Vec<String>, String) {
    project.night();
    let rows = rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
    let own = rows.iter().filter(|row| row["bank_reference"] == "B003");
    (own.map(|row| row["invoice_id"].clone()).collect(), stdout(&project.run(&["explain", "B003"])))
}

/// Why it was left after that night.
fn reason_of_the_third(project: &Project) -> String {
    let rows = rows(&project.read("outbox/2026-11-20-001/exceptions.csv"));
    rows.into_iter().find(|row| row["bank_reference"] == "B003").unwrap()["reason"].clone()
}

#[test]
fn of_ranges_that_tie_the_one_comes_first_that_leaves_the_oldest_item_out() {
    let project = Project::of_sample("statements-of-account");
    // Two items of 600.00 within the range, the one with the higher number due first; one of them is not paid.
    project.edit(
        "ledger/invoices.csv",
        "FA2026-01023,D1,2026-10-10,2026-11-10,700.00,700.00",
        "FA2026-01023,D1,2026-10-10,2026-11-05,600.00,600.00",
    );
    third_pays(&project, "FACTURES FA2026-01021 A FA2026-01024", "1511.07", "4757.50");
    project.night();
    let rows = rows(&project.read("outbox/2026-11-20-001/suggestions.csv"));
    let items = |rank: &str| {
        let of_rank = rows.iter().filter(|row| row["bank_reference"] == "B003" && row["rank"] == rank);
        of_rank.map(|row| row["invoice_id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(items("1"), ["FA2026-01021", "FA2026-01022", "FA2026-01024"]);
    assert_eq!(items("2"), ["FA2026-01023", "FA2026-01021", "FA2026-01024"]);
}

#[test]
fn a_statement_of_account_may_leave_out_one_item() {
    let project = Project::of_sample("statements-of-account");
    third_pays(&project, "VOTRE RELEVE", "1610.07", "4856.50");
    let (settled, told) = settled_by_the_third(&project);
    assert_eq!(settled, ["FA2026-01021", "FA2026-01022", "FA2026-01024", "FA2026-01025"]);
    assert!(told.contains("but FA2026-01023, as if paid in another way or in dispute"), "{told}");
}

#[test]
fn a_statement_of_account_that_leaves_out_one_of_two_equal_items_is_for_a_person() {
    let project = Project::of_sample("statements-of-account");
    project.edit("ledger/invoices.csv", "2026-11-10,600.00,600.00", "2026-11-10,700.00,700.00");
    third_pays(&project, "VOTRE RELEVE", "1710.07", "4956.50");
    let (settled, _) = settled_by_the_third(&project);
    assert!(settled.is_empty(), "{settled:?}");
    let suggestions = rows(&project.read("outbox/2026-11-20-001/suggestions.csv"));
    let first = suggestions.iter().filter(|row| row["bank_reference"] == "B003" && row["rank"] == "1");
    let items: Vec<&str> = first.map(|row| row["invoice_id"].as_str()).collect();
    assert_eq!(items, ["FA2026-01021", "FA2026-01023", "FA2026-01024", "FA2026-01025"]);
}

#[test]
fn a_set_that_leaves_something_out_is_for_a_person_where_another_item_has_the_amount_of_one_in_it() {
    let project = Project::of_sample("statements-of-account");
    project.edit(
        "ledger/invoices.csv",
        "FA2026-01025,D1,",
        "FA2026-01026,D1,2026-10-10,2026-12-10,600.00,600.00,2026-10-10,,,,,\nFA2026-01025,D1,",
    );
    third_pays(&project, "VOTRE RELEVE", "1610.07", "4856.50");
    let (settled, _) = settled_by_the_third(&project);
    assert!(settled.is_empty(), "{settled:?}");
    assert_eq!(reason_of_the_third(&project), "ambiguous");
}

#[test]
fn a_statement_of_account_may_be_of_one_month() {
    let project = Project::of_sample("statements-of-account");
    // The items of September and of December are left open.
    project.edit("ledger/invoices.csv", "FA2026-01021,D1,2026-10-10,2026-11-10", "FA2026-01021,D1,2026-08-10,2026-09-10");
    project.edit("ledger/invoices.csv", "FA2026-01022,D1,2026-10-10,2026-11-10", "FA2026-01022,D1,2026-08-10,2026-09-11");
    project.edit("ledger/invoices.csv", "FA2026-01025,D1,2026-10-10,2026-11-10", "FA2026-01025,D1,2026-10-10,2026-12-10");
    third_pays(&project, "VOTRE RELEVE", "1100.00", "4346.43");
    let (settled, told) = settled_by_the_third(&project);
    assert_eq!(settled, ["FA2026-01023", "FA2026-01024"]);
    assert!(told.contains("all due in 2026-11"), "{told}");
}

#[test]
fn a_range_of_numbers_may_leave_out_several_items() {
    let project = Project::of_sample("statements-of-account");
    project.edit(
        "ledger/invoices.csv",
        "FA2026-01025,D1,",
        "FA2026-01026,D1,2026-10-10,2026-11-10,250.00,250.00,2026-10-10,,,,,\n\
         FA2026-01027,D1,2026-10-10,2026-11-10,333.00,333.00,2026-10-10,,,,,\nFA2026-01025,D1,",
    );
    third_pays(&project, "FACTURES FA2026-01021 A FA2026-01027", "1793.07", "5039.50");
    let (settled, told) = settled_by_the_third(&project);
    assert_eq!(settled, ["FA2026-01021", "FA2026-01022", "FA2026-01025", "FA2026-01026", "FA2026-01027"]);
    assert!(told.contains("but FA2026-01023, FA2026-01024, as if paid in another way or in dispute"), "{told}");
}

#[test]
fn numbers_that_nothing_parts_are_read_each() {
    let project = Project::of_sample("statements-of-account");
    third_pays(&project, "FACTURE FA2026-01021FA2026-01023FA2026-01024MERCI", "1611.07", "4857.50");
    let (settled, told) = settled_by_the_third(&project);
    assert_eq!(settled, ["FA2026-01021", "FA2026-01023", "FA2026-01024"]);
    assert!(told.contains("[FA2026-01021][FA2026-01023][FA2026-01024]MERCI"), "{told}");
}

#[test]
fn money_beyond_the_items_is_for_a_person_where_the_text_names_what_is_not_open() {
    let project = Project::of_sample("statements-of-account");
    third_pays(&project, "FACTURES FA2026-01021 FA2026-01023 FA2026-01029", "1411.07", "4657.50");
    let (settled, _) = settled_by_the_third(&project);
    assert!(settled.is_empty(), "{settled:?}");
    assert_eq!(reason_of_the_third(&project), "not_open");
}

#[test]
fn numbers_of_digits_that_nothing_parts_are_for_a_person() {
    let project = Project::of_sample("statements-of-account");
    let ledger = project.read("ledger/invoices.csv").replace("FA2026-0", "9000");
    project.write("ledger/invoices.csv", &ledger);
    third_pays(&project, "FACTURES 9000102190001023", "1211.07", "4457.50");
    let (settled, told) = settled_by_the_third(&project);
    assert!(settled.is_empty(), "{told}");
    assert_eq!(reason_of_the_third(&project), "not_open", "{told}");
}

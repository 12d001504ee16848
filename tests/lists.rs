//! What a text names and does not pay, or pays and does not name; and who is meant where a name is only like another.

use crate::project::{Project, rows};
use crate::wordings::{DUPONT, Item, outcomes};

fn item(number: &'static str, due: &'static str, open: &'static str) -> Item<'static> {
    (number, "D1", due, open)
}

/// Five of D1, of which no two amounts are alike.
fn five() -> [Item<'static>; 5] {
    [
        item("4250101", "2026-10-02", "1055.31"),
        item("4250222", "2026-10-09", "132.25"),
        item("4250333", "2026-10-20", "257.34"),
        item("4250444", "2026-11-01", "618.07"),
        item("4250555", "2026-11-08", "95.00"),
    ]
}

#[test]
fn a_list_that_is_paid_but_for_one_is_no_sum_of_others() {
    let all = "FACT 4250101 4250222 4250333 4250444 4250555";
    let paid = "4250101 4250222 4250333 4250555";
    let items = five();
    assert_eq!(outcomes(&items, &[(DUPONT, all, "1539.90")]), [paid]);
    // Two that nobody named add up with one that is named.
    let others = [item("4250110", "2026-10-05", "352.88"), item("4250120", "2026-10-06", "131.71")];
    let more: Vec<Item<'_>> = items.iter().chain(&others).copied().collect();
    assert_eq!(outcomes(&more, &[(DUPONT, all, "1539.90")]), [paid]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FACT 4250101 4250222", "1055.31")]), ["4250101"]);
}

#[test]
fn of_equal_items_in_a_list_nobody_knows_which_was_left_out() {
    let items = [
        item("4250101", "2026-10-02", "79.00"),
        item("4250222", "2026-10-09", "79.00"),
        item("4250333", "2026-10-20", "79.00"),
        item("4250444", "2026-11-01", "99.68"),
    ];
    let told = outcomes(&items, &[(DUPONT, "4250101 4250222 4250333 4250444", "257.68")]);
    assert!(["ambiguous", "unsure 4250333", "unsure 4250222", "unsure 4250101"].contains(&told[0].as_str()), "{told:?}");
}

#[test]
fn who_names_one_item_pays_no_other_for_its_amount() {
    let items = [item("586", "2026-10-02", "378.51"), item("2775", "2026-10-09", "221.18")];
    assert_ne!(outcomes(&items, &[(DUPONT, "FACT 586", "221.18")]), ["2775"]);
    assert_ne!(outcomes(&five(), &[(DUPONT, "FACT 4250101", "257.34")]), ["4250333"]);
}

#[test]
fn a_number_and_those_that_follow_it() {
    let paid = ["4250222 4250333 4250444"];
    for text in ["FACT 4250222 ET SUIVANTES", "4250222 ET 2 AUTRES FACTURES", "FACT 4250222 ET LES 2 SUIVANTES"] {
        assert_eq!(outcomes(&five(), &[(DUPONT, text, "1007.66")]), paid, "{text}");
    }
    assert_ne!(outcomes(&five(), &[(DUPONT, "4250222 ET 3 AUTRES FACTURES", "1007.66")]), paid, "these are two");
}

#[test]
fn a_range_may_have_two_ends_and_nothing_between() {
    let items = [item("2026-90101", "2026-10-02", "1055.31"), item("2026-90222", "2026-10-09", "132.25"), five()[4]];
    for text in ["FACTURES 2026-90101 A 2026-90222", "FACTURES 2026-90101 AU 2026-90222"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "1187.56")]), ["2026-90101 2026-90222"], "{text}");
    }
}

#[test]
fn days_from_one_to_another_are_all_that_was_issued_between() {
    // They are issued a month before they are due.
    for text in ["FACTURES DU 02/09/26 AU 20/09/2026", "02/09/2026 AU 21/09/2026"] {
        assert_eq!(outcomes(&five(), &[(DUPONT, text, "1444.90")]), ["4250101 4250222 4250333"], "{text}");
    }
    assert_ne!(outcomes(&five(), &[(DUPONT, "FACTURES DU 03/09/26 AU 20/09/26", "1444.90")]), ["4250101 4250222 4250333"]);
}

#[test]
fn a_month_is_that_of_issue_or_that_of_the_due_date_for_all_of_a_set() {
    let items = [
        item("1839508", "2026-10-27|2026-08-28", "487.35"),
        item("1840009", "2026-11-06|2026-09-07", "1209.45"),
        item("1840668", "2026-11-20|2026-09-21", "1128.06"),
        item("1840957", "2026-11-28|2026-09-28", "487.35"),
        item("1841200", "2026-12-10|2026-10-11", "733.10"),
    ];
    assert_eq!(outcomes(&items, &[(DUPONT, "RELEVE SEPTEMBRE 2026", "2824.86")]), ["1840009 1840668 1840957"]);
}

#[test]
fn a_subscription_s_month_is_the_one_that_is_billed() {
    let (july, august) = (item("3310147", "2026-10-15|2026-09-01", "148.80"), item("3320147", "2026-11-15|2026-10-01", "148.80"));
    assert_eq!(outcomes(&[july, august], &[(DUPONT, "MENSUALITE OCTOBRE 2026", "148.80")]), ["3320147"]);
    assert_eq!(outcomes(&[july], &[(DUPONT, "ABONNEMENT OCTOBRE 2026", "148.80")]), ["unsure"]);
    let early = item("3310147", "2026-10-05|2026-09-25", "148.80");
    assert_eq!(outcomes(&[early], &[(DUPONT, "LOYER OCTOBRE 2026", "148.80")]), ["3310147"], "billed in advance");
}

#[test]
fn a_deduction_may_be_told_in_whole_euros() {
    let told = outcomes(&five(), &[(DUPONT, "FACT 4250444 - PENALITE RETARD 12 EUR", "606.07")]);
    assert_eq!(told, ["606.07 of 4250444"]);
}

#[test]
fn a_number_of_another_series_is_no_number_of_this_one() {
    let items = [
        ("VL-9582", "D1", "2026-10-02", "536.80"),
        ("VL-22126", "D3", "2026-10-02", "78.00"),
        ("VX-21001", "D3", "2026-10-02", "99.00"),
        ("VX-23001", "D3", "2026-10-02", "98.00"),
    ];
    assert_eq!(outcomes(&items, &[(DUPONT, "FACT VX-22126", "536.80")]), ["not_open"]);
    // The payer's own item of that number, to the cent: another letter was meant.
    assert_eq!(outcomes(&items, &[(DUPONT, "FACT VX-9582", "536.80")]), ["VL-9582"]);
}

#[test]
fn a_name_that_is_only_like_another_pays_nothing_for_its_amount() {
    let items = [("90001", "D2", "2026-10-02", "536.80"), ("90002", "D1", "2026-10-02", "78.00")];
    assert_eq!(outcomes(&items, &[("GARAGE DE LA GARE", "REGLEMENT", "536.80")]), ["90001"]);
    for other in ["GARAGE DE LA GARE 2", "GARAGE DE LA GARE SUD", "GARAGE DE LA GARELLE"] {
        assert_ne!(outcomes(&items, &[(other, "REGLEMENT", "536.80")]), ["90001"], "{other}");
        assert_eq!(outcomes(&items, &[(other, "FACT 90001", "536.80")]), ["90001"], "{other} names it");
    }
}

#[test]
fn who_pays_for_public_bodies_and_for_others_is_not_who_owes() {
    let items = [("4250101", "D2", "2026-10-02", "194.67"), ("4250102", "D1", "2026-10-02", "1194.10")];
    for (payer, text) in [
        ("DGFIP", "MANDAT 146 BORD 854 GARAGE DE LA GARE"),
        ("SGC LENS", "GARAGE DE LA GARE"),
        ("MICHAUD MICHEL", "POUR GARAGE DE LA GARE"),
        ("MICHAUD MICHEL", "PR CPTE DE GARAGE DE LA GARE"),
    ] {
        assert_eq!(outcomes(&items, &[(payer, text, "194.67")]), ["4250101"], "{payer}: {text}");
    }
    assert_ne!(outcomes(&items, &[("MICHAUD MICHEL", "REGLEMENT", "194.67")]), ["4250101"]);
}

#[test]
fn what_a_payer_keeps_back_is_told_by_words_or_percent() {
    let items = five();
    for (payer, text, paid) in [
        ("DRFIP 59", "FACT 4250101 RG 5%", "1002.54 of 4250101"),
        ("DRFIP 59", "FACT 4250101 RETENUE DE GARANTIE 3 %", "1023.65 of 4250101"),
        (DUPONT, "FACT 4250555 - PENALITE RETARD", "88.00 of 4250555"),
    ] {
        let amount = paid.split(' ').next().unwrap();
        assert_eq!(outcomes(&items, &[(payer, text, amount)]), [paid], "{payer}: {text}");
    }
    assert_ne!(outcomes(&items, &[(DUPONT, "RG-NR 4250555 KD-NR 4711", "88.00")]), ["88.00 of 4250555"], "an invoice, in German");
    assert_ne!(outcomes(&items, &[("DRFIP 59", "FACT 4250101 RG 3 %", "1002.54")]), ["1002.54 of 4250101"], "another percentage");
    assert_ne!(outcomes(&items, &[("DRFIP 59", "FACT 4250101 RG 5%", "1012.54")]), ["1012.54 of 4250101"], "no percentage");
}

#[test]
fn months_are_read_in_other_languages_and_in_four_digits() {
    for text in ["RECHNUNGEN SEPTEMBER 2026", "FACTURAS SEPTIEMBRE 2026", "FACTURES 0926", "RELEVE 0926"] {
        assert_eq!(outcomes(&five(), &[(DUPONT, text, "1444.90")]), ["4250101 4250222 4250333"], "{text}");
    }
}

/// What became of B001 of a sample of which some texts of the statement are changed: the kinds of its lines, or its reason.
fn of_first(sample: &str, changes: &[(&str, &str)]) -> Vec<String> {
    let project = Project::of_sample(sample);
    let statement = project.read("inbox/ST-001.xml");
    project.write("inbox/ST-001.xml", &changes.iter().fold(statement, |text, (from, to)| text.replace(from, to)));
    assert_eq!(project.night().status.code(), Some(0));
    let of = |name: &str, column: &str| {
        let all = rows(&project.read(&format!("outbox/2026-11-20-001/{name}.csv"))).into_iter();
        all.filter(|row| row["bank_reference"] == "B001").map(|row| row[column].clone()).collect::<Vec<String>>()
    };
    [of("lettrage-CT01", "line_kind"), of("exceptions", "reason")].concat()
}

#[test]
fn a_discount_that_the_text_explains_otherwise_is_for_a_person() {
    assert_eq!(of_first("discount", &[]), ["invoice", "discount"]);
    assert_eq!(of_first("discount", &[("ESCOMPTE 2%", "DEDUCTION ASSURANCE")]), ["unsure"]);
}

#[test]
fn no_bank_s_charges_are_told_from_what_something_else_explains() {
    assert_eq!(of_first("charges-abroad", &[]), ["invoice", "charges"]);
    let missing = of_first("charges-abroad", &[("INVOICE FA2026-00601", "INVOICE FA2026-00601 MANQUANT")]);
    assert!(!missing.contains(&"charges".to_owned()), "{missing:?}");
    // Another debtor's item in the list.
    let both = [("INVOICE FA2026-00601", "FA2026-00601 FA2026-00602"), ("1985.00", "2385.00"), ("3375.00", "3775.00")];
    assert_eq!(of_first("charges-abroad", &both), ["unsure"]);
}

#[test]
fn a_month_that_the_text_names_is_all_that_was_issued_in_it() {
    let items = [
        item("FA-2026-0091", "2026-09-30|2026-08-12", "512.30"),
        item("FA-2026-0101", "2026-10-15|2026-09-03", "412.37"),
        item("FA-2026-0109", "2026-10-20|2026-09-18", "188.20"),
        item("FA-2026-0117", "2026-11-10|2026-09-29", "95.11"),
        item("FA-2026-0119", "2026-11-30|2026-09-30", "12.40"),
        item("FA-2026-0125", "2026-11-12|2026-10-04", "731.00"),
        item("FA-2025-0877", "2025-10-20|2025-09-18", "64.90"),
    ];
    for text in ["FACTURES SEPTEMBRE 2026", "NOS FACTURES 09/2026", "SEPT 26"] {
        let settled = outcomes(&items, &[(DUPONT, text, "708.08")]);
        assert_eq!(settled, ["FA-2026-0101 FA-2026-0109 FA-2026-0117 FA-2026-0119"], "{text}");
    }
    // Without the year, last year's September may be meant as well; and all of it is paid, or nothing is said.
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURES SEPTEMBRE", "708.08")]), ["no_candidate"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURES AOUT 2026", "708.08")]), ["no_candidate"]);
    let this_year = &items[..6];
    assert_eq!(
        outcomes(this_year, &[(DUPONT, "FACTURES SEPTEMBRE", "708.08")]),
        ["FA-2026-0101 FA-2026-0109 FA-2026-0117 FA-2026-0119"]
    );
}

#[test]
fn a_credit_note_that_the_text_gives_by_its_amount_is_taken_off() {
    let items = [("FA-2026-0125", "D1", "2026-11-12", "731.00"), ("AV-2026-0007", "D1", "2026-11-10", "-45.00")];
    for text in ["FA-2026-0125 MOINS AVOIR 45,00", "FA-2026-0125 - AVOIR DE 45.00 EUR"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "686.00")]), ["credit_note FA-2026-0125"], "{text}");
    }
    // No credit note of that amount is open: it is kept back.
    assert_eq!(outcomes(&items[..1], &[(DUPONT, "FA-2026-0125 MOINS AVOIR 45,00", "686.00")]), ["686.00 of FA-2026-0125"]);
}

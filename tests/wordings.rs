//! What payers and their banks write, and what is settled by it: a line of a case is a remittance.

use std::fmt::Write;

use chrono::{Months, NaiveDate};

use crate::project::{Project, rows, stderr};

/// A ledger row: number, with the order behind a bar; debtor; due date, with the date of issue behind a bar where that is not
/// a month before; amount, with what is open behind a bar.
pub type Item<'a> = (&'a str, &'a str, &'a str, &'a str);

/// A remittance: payer, with who is behind it after a bar; text; amount.
pub type Paid<'a> = (&'a str, &'a str, &'a str);

/// A project with these items, and these remittances in its inbox.
fn project_of(items: &[Item<'_>], paid: &[Paid<'_>]) -> Project {
    let project = Project::of_sample("several-invoices");
    let header = project.read("ledger/invoices.csv").lines().next().unwrap().to_owned();
    let row = |(number, debtor, due, open): &Item<'_>| {
        let date = |text: &str| NaiveDate::parse_from_str(text, "%F").unwrap();
        let (due, issued) =
            due.split_once('|').map_or_else(|| (*due, date(due) - Months::new(1)), |(due, issued)| (due, date(issued)));
        let (number, order) = number.split_once('|').unwrap_or((number, ""));
        let (amount, open) = open.split_once('|').unwrap_or((open, open));
        format!("{number},{debtor},{issued},{due},{amount},{open},{issued},,{order},,,\n")
    };
    project.write("ledger/invoices.csv", &format!("{header}\n{}", items.iter().map(row).collect::<String>()));
    let text = project.read("inbox/ST-001.xml");
    let (before, rest) = text.split_once("   <Ntry>").unwrap();
    let (_, after) = rest.rsplit_once("</Ntry>").unwrap();
    let cents: i64 = paid.iter().map(|(.., amount)| amount.replace('.', "").parse::<i64>().unwrap()).sum();
    let mut statement = before.replace("6390.25", &format!("{}.{:02}", 1_000 + cents / 100, cents % 100));
    for (number, (payer, text, amount)) in (1..).zip(paid) {
        let lines: String = text.split('|').collect::<Vec<_>>().join("</Ustrd><Ustrd>");
        let (name, behind) = payer.split_once('|').unwrap_or((payer, ""));
        let behind = format!("<UltmtDbtr><Pty><Nm>{behind}</Nm></Pty></UltmtDbtr>");
        let behind = if payer.contains('|') { &behind } else { "" };
        let party = format!("<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>{behind}</RltdPties>");
        let party = if payer.is_empty() { "" } else { &party };
        writeln!(
            statement,
            "   <Ntry><NtryRef>{number:04}</NtryRef><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-19</Dt></BookgDt><ValDt><Dt>2026-11-19</Dt></ValDt>\
             <AcctSvcrRef>B{number:03}</AcctSvcrRef><NtryDtls><TxDtls><Refs><AcctSvcrRef>B{number:03}</AcctSvcrRef></Refs>\
             {party}<RmtInf><Ustrd>{lines}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
        .unwrap();
    }
    project.write("inbox/ST-001.xml", &(statement + after.trim_start()));
    project
}

/// What became of each remittance, in their order: what was lettered, or why nothing was.
pub fn outcomes(items: &[Item<'_>], paid: &[Paid<'_>]) -> Vec<String> {
    let project = project_of(items, paid);
    let output = project.night();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let lettered = rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
    let left = rows(&project.read("outbox/2026-11-20-001/exceptions.csv"));
    let of = |number: usize| {
        let reference = format!("B{number:03}");
        let own = lettered.iter().filter(|row| row["bank_reference"] == reference);
        let settled: Vec<String> = own
            .map(|row| match (row["line_kind"].as_str(), row["open_after"].as_str()) {
                ("invoice", "0.00") => row["invoice_id"].clone(),
                ("invoice", _) => format!("{} of {}", row["applied_amount"], row["invoice_id"]),
                (kind, _) => kind.to_owned(),
            })
            .collect();
        let own = left.iter().find(|row| row["bank_reference"] == reference);
        let reason = || {
            own.map(|row| match row["reason"].as_str() {
                reason @ ("unsure" | "already_settled") => format!("{reason} {}", row["note"]).trim_end().to_owned(),
                reason => reason.to_owned(),
            })
        };
        if settled.is_empty() { reason().unwrap_or_default() } else { settled.join(" ") }
    };
    (1..=paid.len()).map(of).collect()
}

pub const DUPONT: &str = "DUPONT MENUISERIE";
const GARAGE: &str = "GARAGE DE LA GARE";

/// Six invoices of D1 of which no two amounts are alike, numbered like this.
fn six(number: impl Fn(usize) -> String) -> Vec<(String, &'static str)> {
    (1..).map(number).zip(["101.10", "202.25", "303.37", "404.41", "505.59", "606.61"]).collect()
}

fn of_dupont(numbered: &[(String, &'static str)]) -> Vec<Item<'static>> {
    let leaked = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    numbered.iter().map(|(number, open)| (leaked(number), "D1", "2026-11-10", *open)).collect()
}

#[test]
fn a_range_is_read_whatever_stands_before_its_ends() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for text in [
        "FACTURES DU N° FA2026-02012 AU N° FA2026-02015",
        "N°FA2026-02012 A N°FA2026-02015",
        "DU NO FA2026-02012 AU NO FA2026-02015",
        "FACTURES ENTRE FA2026-02012 ET FA2026-02015",
        "DE LA FA2026-02012 A LA FA2026-02015",
        "FA2026-02012 JUSQU'A FA2026-02015",
        "DU N° FA2026-02012 AU N° 02015",
        "REGLT FACTURES DU N° FA2026-02012 A|U FA2026-02015",
    ] {
        let settled = outcomes(&items, &[(DUPONT, text, "1415.62")]);
        assert_eq!(settled, ["FA2026-02012 FA2026-02013 FA2026-02014 FA2026-02015"], "{text}");
    }
}

#[test]
fn what_a_list_names_that_was_not_read_is_no_excess() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    // The last number has a digit too many, in two ways to write the list.
    for text in ["FA2026-02011/02012/020183", "FA2026-02011, FA2026-02012, FA2026-0208133"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "850.00")]), ["unsure"], "{text}");
    }
    // Nor are these all that is due, though that happens to be the amount.
    let settled = outcomes(&items[..3], &[(DUPONT, "FA2026-02011/02012/020183", "606.72")]);
    assert_eq!(settled, ["unsure"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FA2026-02011 FA2026-02012", "353.35")]), ["FA2026-02011 FA2026-02012 on_account"]);
}

#[test]
fn the_last_part_of_an_item_may_be_rounded() {
    let items = [("FA-2026-2011", "D1", "2026-11-10", "1000.00")];
    let paid = |last| [(DUPONT, "ACOMPTE FA-2026-2011", "500.00"), (DUPONT, "SOLDE FA-2026-2011", last)];
    assert_eq!(outcomes(&items, &paid("499.97")), ["500.00 of FA-2026-2011", "FA-2026-2011 rounding"]);
    assert_eq!(outcomes(&items, &paid("500.00")), ["500.00 of FA-2026-2011", "FA-2026-2011"]);
    assert_eq!(outcomes(&items, &paid("400.00")), ["500.00 of FA-2026-2011", "400.00 of FA-2026-2011"]);
    assert_eq!(outcomes(&items, &paid("490.00")), ["500.00 of FA-2026-2011", "unsure"], "ten euros may be anything");
}

#[test]
fn a_part_of_an_item_is_none_where_another_is_paid_by_it_to_the_cent() {
    let items = [("FA-2026-0743", "D1", "2026-11-10", "1092.92"), ("FA-2026-2008", "D1", "2026-11-10", "982.57")];
    assert_eq!(outcomes(&items, &[(DUPONT, "VOTRE FACTURE FA-2026-0743", "982.57")]), ["unsure"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "VOTRE FACTURE FA-2026-2008", "1092.92")]), ["unsure"], "nor is it too much");
    assert_eq!(outcomes(&items, &[(DUPONT, "ACOMPTE FA-2026-0743", "982.57")]), ["982.57 of FA-2026-0743"], "it says so");
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE FA-2026-0743", "500.00")]), ["500.00 of FA-2026-0743"]);
}

#[test]
fn who_owes_just_that_pays_no_other_debtor_s_item() {
    let items = [("FA-2026-0743", "D1", "2026-11-10", "499.00"), ("FA-2026-2008", "D2", "2026-11-10", "499.00")];
    assert_eq!(outcomes(&items, &[(GARAGE, "NOTRE PIECE FA-2026-0743", "499.00")]), ["unsure"]);
    assert_eq!(outcomes(&items[..1], &[(GARAGE, "NOTRE PIECE FA-2026-0743", "499.00")]), ["FA-2026-0743"]);
}

#[test]
fn what_a_list_does_not_name_any_more_is_no_excess() {
    let item = |number, amount| (number, "D1", "2026-11-10", amount);
    let items = [
        item("FA-2026-1001", "300.10"),
        item("FA-2026-1002", "200.20"),
        item("FA-2026-1003", "77.33"),
        item("FA-2026-1004", "40.00"),
    ];
    for (text, amount) in
        [("FA-2026-1001 FA-2026-1002", "900.00"), ("FA-2026-1001 ET SUIV.", "340.00"), ("FA-2026-1001_FA-2026-1002_", "530.00")]
    {
        assert_eq!(outcomes(&items, &[(DUPONT, text, amount)])[0].split(' ').next(), Some("unsure"), "{text} {amount}");
    }
    let settled = outcomes(&items, &[(DUPONT, "FA-2026-1001 FA-2026-1002", "520.30")]);
    assert_eq!(settled, ["FA-2026-1001 FA-2026-1002 on_account"]);
}

#[test]
fn months_are_no_numbers() {
    let item = |number, amount| (number, "D1", "2026-11-10", amount);
    let of_month = [item("04266/26", "99.00"), item("03809/26", "99.00")];
    let settled = outcomes(&of_month, &[(DUPONT, "NETTOYAGE 04-26", "99.00")]);
    assert!(!settled[0].contains("/26"), "{settled:?}");
}

#[test]
fn a_stranger_s_charges_are_none() {
    let items = [("2026-05068", "D1", "2026-11-10", "3016.06")];
    assert_ne!(outcomes(&items, &[("SELARL CABINET ANDRE", "ACOMPTE DEVIS 202605068", "3012.77")]), ["2026-05068 charges"]);
}

#[test]
fn whom_a_text_says_is_paid_for_pays() {
    let items = [("FA-2026-0743", "D1", "2026-11-10", "499.17"), ("FA-2026-2008", "D2", "2026-11-10", "712.90")];
    for text in ["P/C DUPONT MENUISERIE FACTURES", "POUR LE COMPTE DE DUPONT MENUISERIE"] {
        assert_eq!(outcomes(&items, &[("HOLDING ATLAS", text, "499.17")]), ["FA-2026-0743"], "{text}");
    }
    assert_eq!(outcomes(&items, &[("HOLDING ATLAS", "DUPONT MENUISERIE", "499.17")]), ["one_family"], "it may be anybody's word");
    assert_ne!(outcomes(&items, &[("HOLDING ATLAS", "P/C DUPONT MENUISERIE", "712.90")]), ["FA-2026-2008"]);
}

/// Their money may be for any item of that amount: so many of them, held against one another, settle nothing.
#[test]
fn strangers_who_name_nothing_contest_nothing() {
    let numbers: Vec<String> = (0..12).map(|n| format!("FA-2026-20{:02}", n + 11)).collect();
    let mut items: Vec<Item<'_>> = numbers.iter().map(|number| (number.as_str(), "D2", "2026-11-10", "499.00")).collect();
    items[0].1 = "D1";
    items.extend([("FA-2026-3001", "D1", "2026-11-10", "120.50"), ("FA-2026-13", "D1", "2026-11-10", "31.00")]);
    let payers: Vec<String> = (0..20).map(|n| format!("VIGNOBLES {n} BLANC ROUGE")).collect();
    let mut paid: Vec<Paid<'_>> = payers.iter().map(|payer| (payer.as_str(), "VIREMENT", "499.00")).collect();
    paid.push((DUPONT, "FA-2026-2011 3001 13", "650.50"));
    let settled = outcomes(&items, &paid);
    assert_eq!(settled.last().map(String::as_str), Some("FA-2026-13 FA-2026-2011 FA-2026-3001"));
    assert!(settled[..20].iter().all(|stranger| !stranger.contains("FA-")), "{settled:?}");
}

#[test]
fn a_month_in_digits_tells_equal_items_apart() {
    let items = [("FA-2026-0743", "D1", "2026-09-30", "499.00"), ("FA-2026-2008", "D1", "2026-11-30", "499.00")];
    for text in ["LOYER 11/2026", "LOYER 11-26", "LOYER MOIS 11", "LOYER NOV 2026"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "499.00")]), ["FA-2026-2008"], "{text}");
    }
}

#[test]
fn as_much_again_as_the_item_is_no_excess() {
    let items = [("FA-2026-2011", "D1", "2026-11-10", "900.00")];
    for amount in ["1800.00", "1799.00", "1900.00"] {
        assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE FA-2026-2011", amount)]), ["unsure"], "{amount}");
    }
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE FA-2026-2011", "950.00")]), ["FA-2026-2011 on_account"]);
}

#[test]
fn what_a_bank_cut_off_is_no_excess() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    let full = "REGLEMENT PAR VIREMENT DE NOS FACTURES DE SEPTEMBRE ET DU MOIS D OCTOBRE SELON VOTRE RELEVE DE COMPTE JOINT FA2026-02011 FA2026-02012 FA2026";
    assert_eq!(full.len(), 140);
    for text in [full, "FA2026-02011 / FA2026-02012 /"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "353.35")]), ["unsure"], "{text}");
    }
}

#[test]
fn the_ends_of_numbers_with_a_check_letter_are_read_in_a_list() {
    let items = of_dupont(&six(|n| format!("BX2656{n}40{}", char::from(b'A' + u8::try_from(n).unwrap()))));
    let settled = outcomes(&items, &[(DUPONT, "BX2656140B-240C-340D-|FACTURE 440E", "606.72")]);
    assert_eq!(settled, ["BX2656140B BX2656240C BX2656340D"]);
    // Cut off in the middle of one of them.
    let first = "REGLEMENT BX2656140B/240C/340D/440E/5";
    let line = format!("{}{first}", "X".repeat(70 - first.len() - 1) + " ");
    assert_eq!(outcomes(&items, &[(DUPONT, &format!("{line}|40F"), "1516.72")])[0].split(' ').count(), 5);
    // The number of another document: nothing is taken for it by its amount alone.
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE BX2655967H", "303.37")]), ["not_open"]);
}

#[test]
fn a_short_number_that_is_not_open_is_told_from_a_year() {
    let items = of_dupont(&six(|n| format!("18{n}3")).into_iter().collect::<Vec<_>>());
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE 1834", "303.37")]), ["not_open"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE DE 2026", "303.37")]), ["1833"]);
}

#[test]
fn a_long_list_of_short_numbers_is_no_search() {
    let numbers: Vec<(String, &str)> = (0..16).map(|n| (format!("{}", 48_211 + 7 * n), "10.01")).collect();
    let text: Vec<&str> = numbers.iter().map(|(number, _)| number.as_str()).collect();
    let settled = outcomes(&of_dupont(&numbers), &[(DUPONT, &text[..14].join(" "), "140.14")]);
    assert_eq!(settled, [text[..14].join(" ")]);
}

#[test]
fn a_part_that_is_kept_back_was_not_taken_by_a_bank() {
    let abroad = |text: &str| {
        let project = Project::of_sample("charges-abroad");
        let statement = project.read("inbox/ST-001.xml");
        let (before, rest) = statement.split_once("<Ustrd>").unwrap();
        let (own, after) = rest.split_once("</Ustrd>").unwrap();
        project.write("inbox/ST-001.xml", &format!("{before}<Ustrd>{own}{text}</Ustrd>{after}"));
        project.night();
        let lettered = rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
        lettered.iter().any(|row| row["bank_reference"] == "B001" && row["line_kind"] == "charges")
    };
    assert!(abroad(""));
    for text in [" HORS RG 5%", " ESCOMPTE 1%", " LITIGE"] {
        assert!(!abroad(text), "{text}");
    }
}

#[test]
fn who_names_an_item_of_another_debtor_too_pays_nobody_too_much() {
    let items = [("FA2026-00201", "D1", "2026-11-10", "100.00"), ("FA2026-00211", "D2", "2026-11-10", "60.00")];
    assert_eq!(outcomes(&items, &[(DUPONT, "FA2026-00201 FA2026-00211", "187.35")]), ["unsure"]);
}

#[test]
fn a_part_of_an_item_waits_for_who_names_the_whole() {
    let items = [
        ("FA2026-00095", "D2", "2026-11-10", "503.80"),
        ("FA2026-00268", "D2", "2026-11-10", "241.13"),
        ("FA2026-00059", "D2", "2026-11-10", "118.94"),
    ];
    // Two digits of the first were swapped.
    let paid = [(GARAGE, "FA2026-00095", "118.94"), (GARAGE, "FA2026-00095 268", "744.93")];
    let settled = outcomes(&items, &paid);
    assert_eq!(settled[1], "FA2026-00095 FA2026-00268");
    assert_ne!(settled[0], "118.94 of FA2026-00095");
}

#[test]
fn who_names_some_of_equal_items_does_not_pay_the_others_for_being_due() {
    let mut items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    items.push(("FA2026-02021", "D1", "2026-11-11", "169.00"));
    items.push(("FA2026-02022", "D1", "2026-11-11", "77.70"));
    items.push(("FA2026-02023", "D1", "2026-11-12", "80.00"));
    let text = "FA2026-02011/02012/02013/02014/02015/02016 /";
    let settled = outcomes(&items, &[(DUPONT, text, "2370.03")]);
    assert_eq!(settled[0].split(' ').count(), 8, "{settled:?}");
    items[8].3 = "169.00";
    assert_eq!(outcomes(&items, &[(DUPONT, text, "2370.03")]), ["ambiguous"]);
}

#[test]
fn numbers_of_a_list_without_their_zeros_or_cut_short_are_read() {
    let mut items = of_dupont(&six(|n| format!("26000{n}7731")));
    // Two are alike: the number tells which.
    items[2].3 = "202.25";
    let settled = outcomes(&items, &[(DUPONT, "REGLEMENT FACTURES 2637731 ET 2657731", "707.84")]);
    assert_eq!(settled, ["2600037731 2600057731"]);
    let mut items = of_dupont(&six(|n| format!("FC-LYO-26-4{n}692")));
    items[2].3 = "202.25";
    let settled = outcomes(&items, &[(DUPONT, "FC-LYO-26-44692;FC-LYO-26-436;FC-LYO-26-45692", "1112.25")]);
    assert_eq!(settled, ["FC-LYO-26-43692 FC-LYO-26-44692 FC-LYO-26-45692"]);
}

#[test]
fn what_is_named_stays_with_who_names_it_whoever_else_may_pay_an_equal_item() {
    let mut items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    items[1].3 = "202.20";
    items[3].3 = "202.20";
    items.push(("FA2026-02031", "D1", "2026-11-20", "202.20"));
    items.push(("AV2026-00007", "D1", "2026-11-10", "-50.00"));
    // Without a word, one of three equal items is paid too.
    let silent = (DUPONT, "REGLEMENT FACTURE", "202.20");
    let range = (DUPONT, "FACTURES DU FA2026-02011 AU FA2026-02014", "808.87");
    let settled = outcomes(&items, &[silent, range]);
    assert_eq!(settled[1], "FA2026-02011 FA2026-02012 FA2026-02013 FA2026-02014");
    let list = (DUPONT, "FA2026-02012 FA2026-02013 MOINS AVOIR", "455.57");
    let settled = outcomes(&items, &[silent, list]);
    assert_eq!(settled[1], "credit_note FA2026-02012 FA2026-02013");
}

#[test]
fn an_amount_that_the_text_states_may_be_kept_of_one_of_the_items() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for text in
        ["FA2026-02012-FA2026-02015 DEDUCTION 45,00 SUR FA2026-02015", "FA2026-02012 FA2026-02015 LITIGE FA2026-02015 -45,00"]
    {
        let settled = outcomes(&items, &[(DUPONT, text, "662.84")]);
        assert_eq!(settled, ["FA2026-02012 460.59 of FA2026-02015"], "{text}");
        assert_eq!(outcomes(&items, &[(DUPONT, text, "661.84")])[0].split(' ').count(), 1, "another amount is missing");
    }
}

#[test]
fn a_number_that_the_text_sets_aside_is_not_paid() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for text in ["FA2026-02013 / FA2026-02015 NON RECUE", "FA2026-02013 SAUF N° FA2026-02015"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "303.37")]), ["FA2026-02013"], "{text}");
    }
}

#[test]
fn of_equal_items_the_one_of_the_day_that_the_text_gives_is_paid() {
    let items: Vec<Item<'_>> = [("FA2026-02012", "2026-10-12"), ("FA2026-02013", "2026-11-09"), ("FA2026-02014", "2026-12-08")]
        .map(|(number, due)| (number, "D1", due, "480.00"))
        .to_vec();
    // They are issued a month before they are due.
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE DU 09/10/2026", "480.00")]), ["FA2026-02013"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE DU 10/10/2026", "480.00")]), ["ambiguous"]);
}

#[test]
fn the_earlier_of_two_payments_of_one_item_settles_it() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    let paid = [(DUPONT, "FACTURE 02013", "303.37"); 2];
    assert_eq!(outcomes(&items, &paid), ["FA2026-02013", "already_settled FA2026-02013 ← B001, 2026-11-19"]);
    // Written otherwise, one of the two may mean another item.
    let paid = [(DUPONT, "FACTURE 02013", "303.37"), (DUPONT, "REGLEMENT 02013", "303.37")];
    assert_eq!(outcomes(&items, &paid), ["contested", "contested"]);
}

#[test]
fn an_item_that_a_later_list_names_again_is_paid_by_the_earlier_payment() {
    let items = [("FA-2026-2011", "100.00"), ("FA-2026-2012", "230.00"), ("FA-2026-2013", "345.60")];
    let items = items.map(|(number, amount)| (number, "D1", "2026-11-10", amount));
    let list = "FA-2026-2011 FA-2026-2012 FA-2026-2013";
    let paid = [(DUPONT, "FACTURE FA-2026-2011", "100.00"), (DUPONT, list, "675.60")];
    assert_eq!(outcomes(&items, &paid), ["FA-2026-2011", "already_settled FA-2026-2011 \u{2190} B001, 2026-11-19"]);
    let alone = [(DUPONT, "LOYER", "100.00"), (DUPONT, list, "675.60")];
    assert_eq!(outcomes(&items, &alone)[1], "FA-2026-2011 FA-2026-2012 FA-2026-2013", "nothing names it before");
}

#[test]
fn a_payer_that_only_the_text_names_is_known_by_it() {
    let items = [("FA2026-00211", "D2", "2026-11-10", "750.25"), ("FA2026-00221", "D3", "2026-11-10", "750.25")];
    for text in [
        "VIR SEPA RECU /DE SAS GARAGE DE LA GARE /MOTIF SOLDE",
        "VIREMENT EMIS DE : GARAGE DE LA GAR|E MOTIF: SOLDE",
        "VIR INST GARAGE DE LA GARE",
    ] {
        assert_eq!(outcomes(&items, &[("", text, "750.25")]), ["FA2026-00211"], "{text}");
    }
    assert_eq!(outcomes(&items, &[("", "VIR SEPA RECU /MOTIF SOLDE", "750.25")]), ["ambiguous"]);
}

#[test]
fn a_day_beside_a_number_says_nothing() {
    let items: Vec<Item<'_>> = ["90040668", "90042790", "90045042"]
        .iter()
        .zip(["2026-10-10", "2026-11-12", "2026-11-14"])
        .map(|(number, due)| (*number, "D1", due, "480.00"))
        .chain([("90040658", "D2", "2026-11-10", "60.00")])
        .collect();
    // The number is one off that of an item of the debtor, and is that of another debtor, paid the same night.
    let paid = [(GARAGE, "90040658", "60.00"), (DUPONT, "FACTURE DU 12.10.26 N 90040658", "480.00")];
    assert_eq!(outcomes(&items, &paid), ["90040658", "ambiguous"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FACTURE DU 12.10.26", "480.00")]), ["90042790"]);
}

#[test]
fn what_stands_unread_before_a_number_is_no_excess() {
    let items = of_dupont(&six(|n| format!("9003{n}244")));
    for text in ["FA 90031244900321679 | [90036244]", "90031244900321679,90036244"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "850.00")]), ["unsure"], "{text}");
    }
    let settled = outcomes(&items, &[(DUPONT, "[90036244]", "850.00")]);
    assert_eq!(settled, ["90036244 on_account"]);
}

#[test]
fn nothing_is_kept_on_account_while_an_item_that_is_named_stays_open() {
    let items = of_dupont(&six(|n| format!("5212{n}")));
    for text in ["52123 ET FACT 52125", "52123 - FACT 52125 LITIGE", "FACT 52125 52123 ACOMPTE"] {
        let settled = outcomes(&items, &[(DUPONT, text, "763.96")]);
        assert!(!settled[0].contains("on_account"), "{text}: {settled:?}");
    }
}

#[test]
fn money_that_the_text_says_is_for_something_else_waits_for_a_person() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    // The note quotes what speaks against it.
    for (text, note) in [
        ("Remboursement trop perçu", "Remboursement"),
        ("DEPOT DE GARANTIE", "DEPOT"),
        ("ACOMPTE SUR COMMANDE", "ACOMPTE"),
        ("AVOIR", "AVOIR"),
        ("SALAIRE AOUT 2026", "SALAIRE"),
        ("DEVIS", "DEVIS"),
        ("RBT FA2026-02013", "RBT"),
        ("FA2026-02013 ANNULATION", "ANNULATION"),
        ("DOUBLE PAIEMENT FA2026-02013", "DOUBLE"),
        ("COMPENSATION FA2026-02013", "COMPENSATION"),
    ] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "303.37")]), [format!("unsure {note}")], "{text}");
    }
    for text in ["REGLEMENT", "ACOMPTE FA2026-02013"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "303.37")]), ["FA2026-02013"], "{text}");
    }
}

#[test]
fn what_the_text_says_is_not_paid_is_never_taken_without_a_person() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for text in
        ["FA2026-02013 / FA2026-02015 NON RECUE", "FA2026-02013 / FA2026-02015 EN ATTENTE", "FA2026-02013 SAUF FA2026-02015"]
    {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "808.96")]), ["unsure FA2026-02015"], "{text}");
    }
}

#[test]
fn no_part_is_paid_of_an_item_whose_number_is_a_date_or_something_else() {
    let items = of_dupont(&six(|n| format!("01082{n}")));
    for text in ["VIREMENT DU 01.08.26", "COMMANDE 010826", "BL 010826", "TEL 01 08 26"] {
        assert_ne!(outcomes(&items, &[(DUPONT, text, "300.00")]), ["300.00 of 010826"], "{text}");
    }
    assert_eq!(outcomes(&items, &[(DUPONT, "ACOMPTE FACTURE 010826", "300.00")]), ["300.00 of 010826"]);
}

#[test]
fn who_names_another_day_or_month_pays_no_item_for_its_amount() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for text in ["FACTURE DU 15/03/2025", "FACTURE DE JANVIER"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "303.37")]), ["unsure"], "{text}");
    }
    for text in ["FACTURES 2026", "FACTURE DU 10/10/2026", "FACTURE DE NOVEMBRE"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "303.37")]), ["FA2026-02013"], "{text}");
    }
}

#[test]
fn without_a_word_nobody_pays_what_is_issued_after_the_day() {
    let items = [("FA2026-02011", "D1", "2026-12-25", "303.37")];
    assert_eq!(outcomes(&items, &[(DUPONT, "VIREMENT", "303.37")]), ["unsure"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "FA2026-02011", "303.37")]), ["FA2026-02011"]);
}

#[test]
fn a_credit_note_that_is_awaited_is_none_that_is_there() {
    let mut items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    items.push(("AV2026-00007", "D1", "2026-11-10", "-50.00"));
    assert_eq!(outcomes(&items, &[(DUPONT, "FA2026-02013 MOINS AVOIR", "253.37")]), ["credit_note FA2026-02013"]);
    assert_ne!(outcomes(&items, &[(DUPONT, "FA2026-02013 AVOIR A RECEVOIR", "253.37")]), ["credit_note FA2026-02013"]);
}

#[test]
fn who_pays_for_another_debtor_does_not_pay_its_own_item() {
    let items = [("FA2026-00201", "D1", "2026-11-10", "812.50"), ("FA2026-00211", "D2", "2026-11-10", "700.00")];
    assert_eq!(outcomes(&items, &[(DUPONT, "POUR LE COMPTE DE GARAGE DE LA GARE", "812.50")]), ["unsure"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "POUR SOLDE", "812.50")]), ["FA2026-00201"]);
    assert_eq!(outcomes(&items, &[("DUPONT MENUISERIE|GARAGE DE LA GARE", "VIREMENT", "812.50")]), ["unsure"]);
    assert_eq!(outcomes(&items, &[("DUPONT MENUISERIE|DUPONT SARL", "VIREMENT", "812.50")]), ["FA2026-00201"]);
}

#[test]
fn a_payer_that_nobody_knows_names_the_debtor_that_it_pays_for() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for payer in ["CABINET FIDUCIAIRE P/C DUPONT MENUISERIE", "HOLDING GESTION POUR LE COMPTE DE DUPONT MENUISERIE SARL"] {
        assert_eq!(outcomes(&items, &[(payer, "VIREMENT", "303.37")]), ["FA2026-02013"], "{payer}");
    }
}

#[test]
fn a_name_is_known_with_what_is_written_around_it() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for payer in ["DUPONT MENUISERIE - SERVICE COMPTABILITE", "M OU MME DUPONT MENUISERIE", "SARLDUPONTMENUISERIE"] {
        assert_eq!(outcomes(&items, &[(payer, "VIREMENT", "303.37")]), ["FA2026-02013"], "{payer}");
    }
}

#[test]
fn all_that_is_due_is_known_by_a_damaged_name_and_one_item_is_not() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    let payer = "DUPQNT MENUISRRIE SNB";
    let all = ["FA2026-02011 FA2026-02012 FA2026-02013 FA2026-02014 FA2026-02015 FA2026-02016"];
    assert_eq!(outcomes(&items, &[(payer, "RELEVE", "2123.33")]), all);
    assert_eq!(outcomes(&items, &[(payer, "RELEVE", "303.37")]), ["one_family"]);
}

#[test]
fn who_names_an_item_that_is_paid_by_then_pays_no_other_for_its_amount() {
    let items = [("FA2026-02011", "D1", "2026-11-10", "1000.00"), ("FA2026-02012", "D1", "2026-11-10", "412.37")];
    let paid = [(DUPONT, "FA2026-02011", "1000.00"), (DUPONT, "FA2026-02011 SOLDE", "412.37")];
    assert_eq!(outcomes(&items, &paid), ["FA2026-02011", "already_settled FA2026-02011 ← B001, 2026-11-19"]);
}

#[test]
fn what_a_bank_writes_of_its_own_holds_nothing_back() {
    let items = of_dupont(&six(|n| format!("FA2026-0201{n}")));
    for text in ["SEPA CREDIT TRANSFER", "COMMANDE 4500123456"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "303.37")]), ["FA2026-02013"], "{text}");
    }
}

#[test]
fn who_names_what_is_known_to_be_closed_pays_no_neighbour_for_it() {
    let item = |number, open| (number, "D1", "2026-11-10", open);
    let neighbours = [item("FA-2026-1001", "100.00|0.00"), item("FA-2026-1002", "100.00"), item("FA-2026-1004", "100.00")];
    for text in ["FACTURE FA-2026-1001", "FA20261001", "20261001", "FA 2026 1001"] {
        assert_eq!(outcomes(&neighbours[..2], &[(DUPONT, text, "100.00")]), ["not_open"], "{text}");
    }
    assert_eq!(outcomes(&neighbours[..2], &[(DUPONT, "FACTURE FA-2026-1002", "100.00")]), ["FA-2026-1002"]);
    // The list goes on with an open item, and what is left of the money is another one's amount.
    let mut items = neighbours.to_vec();
    items.push(item("FA-2026-1003", "100.00"));
    for text in ["FA-2026-1001 FA-2026-1003", "FA-2026-1001/1003"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "200.00")]), ["not_open"], "{text}");
        assert_eq!(outcomes(&items, &[(DUPONT, text, "100.00")]), ["FA-2026-1003"], "{text}");
    }
    let longer = [item("FA-2026-1001", "100.00|0.00"), item("FA-2026-10010", "100.00")];
    assert_eq!(outcomes(&longer, &[(DUPONT, "FA-2026-1001", "100.00")]), ["not_open"]);
    let orders = [item("FA-2026-1001|PO-778899", "100.00|0.00"), item("FA-2026-7345|PO-778898", "100.00")];
    assert_eq!(outcomes(&orders, &[(DUPONT, "COMMANDE PO-778899", "100.00")]), ["not_open"]);
    assert_eq!(outcomes(&orders, &[(DUPONT, "COMMANDE PO-778898", "100.00")]), ["FA-2026-7345"]);
    // A row that is set aside has a number all the same.
    let doubled = [item("FA-2026-1001", "100.00"), item("FA-2026-1001", "90.00"), item("FA-2026-1002", "100.00")];
    assert_eq!(outcomes(&doubled, &[(DUPONT, "FACTURE FA-2026-1001", "100.00")]), ["not_open"]);
}

#[test]
fn a_part_of_a_short_number_needs_its_payer_and_what_calls_it_a_document() {
    let items = [("1035", "D1", "2026-11-10", "812.50"), ("F-2207", "D2", "2026-11-10", "700.00")];
    for text in ["ACOMPTE FACTURE N 1035", "1035", "FACTURE 1035"] {
        assert_eq!(outcomes(&items, &[(DUPONT, text, "400.00")]), ["400.00 of 1035"], "{text}");
    }
    assert_eq!(outcomes(&items, &[(GARAGE, "LOYER F-2207", "350.00")]), ["350.00 of F-2207"]);
    assert_eq!(outcomes(&items, &[(DUPONT, "VIR INST 10H35 REF 1035", "400.00")]), ["unsure REF 1035"]);
    assert_ne!(outcomes(&items, &[("DUPQNT MENUISRRIE SNB", "FACTURE 1035", "400.00")]), ["400.00 of 1035"]);
}

/// What a night leaves for a person, the next one does not letter for having forgotten what the first one did.
#[test]
fn a_night_without_anything_new_letters_nothing() {
    let item = |number, open| (number, "D1", "2026-11-10", open);
    let twins = [item("FA-2026-1001", "100.00"), item("FA-2026-1002", "100.00")];
    let twice = [(DUPONT, "FACTURE FA-2026-1001", "100.00"), (DUPONT, "FACTURE FA-2026-1001", "100.00")];
    let rent = [item("FA-2026-1001", "100.00"), item("FA-2026-2002", "100.00"), item("FA-2026-3003", "100.00")];
    let last = [(DUPONT, "MENSUALITE", "100.00"), (DUPONT, "FA-2026-1001", "100.00"), (DUPONT, "FA-2026-3003", "100.00")];
    for (items, paid, lettered) in [(&twins[..], &twice[..], 1), (&rent[..], &last[..], 2)] {
        let project = project_of(items, paid);
        let lines = |run: &str| rows(&project.read(&format!("outbox/{run}/lettrage-CT01.csv"))).len();
        assert_eq!(project.night().status.code(), Some(0));
        assert_eq!(lines("2026-11-20-001"), lettered);
        assert_eq!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0));
        assert_eq!(lines("2026-11-21-001"), 0);
    }
}

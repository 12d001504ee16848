//! The funds on their way to the factor: lettered, swept, confirmed or rejected.

use std::collections::BTreeMap;

use crate::project::{Project, rows, stderr, stdout};

fn table(project: &Project, run: &str, name: &str) -> Vec<BTreeMap<String, String>> {
    rows(&project.read(&format!("outbox/{run}/{name}")))
}

fn done(project: &Project, date: &str) {
    let output = project.run(&["run", "--date", date]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// A statement with one sweep to the factor.
fn sweep(number: &str, day: &str, opening: i64, cents: i64) -> String {
    let amount = |cents: i64| format!("<Amt Ccy=\"EUR\">{}.{:02}</Amt>", cents / 100, cents % 100);
    let balance = |code: &str, cents: i64| {
        let amount = amount(cents);
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount}<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>{number}</Id>\
         <Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{}{}\
         <Ntry>{}<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
         <AcctSvcrRef>S-{number}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><CdtrAcct><Id><IBAN>FR2930002005500000157841025</IBAN></Id>\
         </CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", opening - cents),
        amount(cents)
    )
}

/// The sample `exact-reference` with the factor's account: 2,050.40 are lettered for the factor.
fn lettered() -> Project {
    let project = Project::of_sample("exact-reference");
    project.edit("pipeline.toml", "kind = \"mandate\"", "kind = \"mandate\"\nfactor_account = \"FR2930002005500000157841025\"");
    done(&project, "2026-11-20");
    project
}

fn states(project: &Project, run: &str) -> Vec<[String; 5]> {
    let row = |r: &BTreeMap<String, String>| ["sent_on", "sent", "to_sweep", "status", "ahead"].map(|name| r[name].clone());
    table(project, run, "follow.csv").iter().map(row).collect()
}

#[test]
fn what_is_lettered_is_followed_until_it_is_swept() {
    let project = lettered();
    let is = |run: &str, expected: &[[&str; 5]]| assert_eq!(states(&project, run), expected, "{run}");
    is("2026-11-20-001", &[["2026-11-20", "2050.40", "2050.40", "sent", "0.00"]]);
    project.write("inbox/ST-002.xml", &sweep("ST-002", "2026-11-23", 314_940, 100_000));
    done(&project, "2026-11-23");
    is("2026-11-23-001", &[["2026-11-20", "2050.40", "1050.40", "partly_swept", "0.00"]]);
    // Three business days are over on the 26th: told from then on, every night.
    done(&project, "2026-11-25");
    is("2026-11-25-001", &[["2026-11-20", "2050.40", "1050.40", "partly_swept", "0.00"]]);
    done(&project, "2026-11-26");
    is("2026-11-26-001", &[["2026-11-20", "2050.40", "1050.40", "late", "0.00"]]);
    let told = project.read("outbox/2026-11-26-001/findings.csv");
    assert!(told.contains("sweep-late") && told.contains("1050.40 EUR of contract CT01"), "{told}");
    project.write("inbox/ST-003.xml", &sweep("ST-003", "2026-11-27", 214_940, 110_000));
    done(&project, "2026-11-27");
    // 49.60 more than was lettered: the last row says so.
    is("2026-11-27-001", &[["2026-11-20", "2050.40", "0.00", "swept", "0.00"], ["2026-11-27", "0.00", "0.00", "ahead", "49.60"]]);
    let verified = project.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}{}", stdout(&verified), stderr(&verified));
    for run in ["2026-11-20-001", "2026-11-26-001", "2026-11-27-001"] {
        let replayed = project.run(&["replay", run]);
        assert_eq!(replayed.status.code(), Some(0), "{run}: {}{}", stdout(&replayed), stderr(&replayed));
    }
}

#[test]
fn what_the_factor_rejects_goes_back_to_a_person_and_what_it_accepts_is_confirmed() {
    let project = lettered();
    // As a French program writes it: code page 1252.
    std::fs::write(
        project.path("reponses.csv"),
        b"bank_reference;status;reason\nB001;accept\xe9;\nB002;rejected;unknown debtor\nB999;accepted;\nB001;peut-\xeatre;\n",
    )
    .unwrap();
    let output = project.run(&["answers", "reponses.csv"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(stdout(&output) + &stderr(&output), @r#"
1 accepted, 1 rejected
The next night takes the lettrage of the rejected back, and leaves them for a person.
reponses.csv:4: answer-unusable
  expected the reference of one remittance whose lettrage holds, but found 0 with "B999"
  The line is not used; the others are
  Take remittance_id or bank_reference from lettrage-<contract>.csv, and give the line again
reponses.csv:5: answer-unusable
  expected accepted or rejected, but found "peut-être"
  The line is not used; the others are
  Take remittance_id or bank_reference from lettrage-<contract>.csv, and give the line again
"#);
    // What was said is said once: the same file again changes nothing.
    assert_eq!(project.run(&["answers", "reponses.csv"]).status.code(), Some(1));
    done(&project, "2026-11-21");
    let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!([&lines[0]["line_kind"], &lines[0]["applied_amount"]], ["reversal", "-850.40"]);
    let left = table(&project, "2026-11-21-001", "exceptions.csv");
    let left = left.iter().find(|r| r["bank_reference"] == "B002").unwrap();
    assert_eq!([&left["status"], &left["reason"]], ["suggested", "undone"]);
    assert!(left["note"].contains("rejected by the factor: unknown debtor"), "{left:?}");
    let follow = table(&project, "2026-11-21-001", "follow.csv");
    let first = &follow[0];
    assert_eq!([&first["sent"], &first["confirmed"], &first["rejected"]], ["2050.40", "1200.00", "850.40"]);
    assert_eq!([&follow[1]["sent"], &follow[1]["sent_on"]], ["-850.40", "2026-11-21"]);
    let replayed = project.run(&["replay", "2026-11-20-001"]);
    assert_eq!(replayed.status.code(), Some(0), "{}{}", stdout(&replayed), stderr(&replayed));
}

#[test]
fn reversals_and_sweeps_taken_back_are_no_funds_on_their_way() {
    let project = lettered();
    assert_eq!(project.run(&["undo", "B002", "--reason", "wrong"]).status.code(), Some(0));
    project.write("inbox/ST-002.xml", &sweep("ST-002", "2026-11-23", 314_940, 120_000));
    done(&project, "2026-11-23");
    // 2,050.40 lettered, 850.40 of it taken back, 1,200.00 swept: nothing is on its way.
    assert_eq!(
        states(&project, "2026-11-23-001"),
        [["2026-11-20", "2050.40", "0.00", "swept", "0.00"], ["2026-11-23", "-850.40", "0.00", "taken_back", "0.00"]]
    );
    // The bank takes the sweep back: it is to be swept again.
    let back = sweep("ST-003", "2026-11-24", 194_940, 120_000)
        .replace("<Amt Ccy=\"EUR\">749.40</Amt>", "<Amt Ccy=\"EUR\">3149.40</Amt>")
        .replace("DBIT", "CRDT")
        .replace("CdtrAcct", "DbtrAcct")
        .replace("<TxDtls>", "<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>");
    project.write("inbox/ST-003.xml", &back);
    done(&project, "2026-11-24");
    let left = table(&project, "2026-11-24-001", "exceptions.csv");
    assert!(left.iter().any(|r| r["reason"] == "debtor_taken_back" || r["reason"] == "debit_taken_back"), "{left:?}");
    assert_eq!(states(&project, "2026-11-24-001"), [["2026-11-20", "2050.40", "1200.00", "sent", "0.00"]]);
}

#[test]
fn what_a_night_takes_back_is_not_of_what_it_sends() {
    let project = lettered();
    assert_eq!(project.run(&["undo", "B002", "--reason", "wrong"]).status.code(), Some(0));
    let confirmed = project.run(&["confirm", "B003", "--invoice", "FA2026-00119=99.00"]);
    assert_eq!(confirmed.status.code(), Some(0), "{}", stderr(&confirmed));
    done(&project, "2026-11-21");
    assert_eq!(
        states(&project, "2026-11-21-001"),
        [["2026-11-20", "2050.40", "1200.00", "sent", "0.00"], ["2026-11-21", "99.00", "99.00", "sent", "0.00"]]
    );
    let rows = table(&project, "2026-11-21-001", "follow.csv");
    assert_eq!(rows.iter().map(|row| row["taken_back"].as_str()).collect::<Vec<_>>(), ["850.40", "0.00"]);
    done(&project, "2026-11-22");
    assert_eq!(states(&project, "2026-11-22-001").len(), 2);
}

#[test]
fn money_on_account_stays_there_until_it_is_taken_back() {
    let project = Project::of_sample("rounding-and-excess");
    done(&project, "2026-11-20");
    let kept = |run: &str| -> Vec<String> {
        let rows = table(&project, run, "aged-balance.csv");
        rows.iter().map(|r| r["unapplied_cash"].clone()).filter(|amount| amount != "0.00").collect()
    };
    let first = kept("2026-11-20-001");
    assert!(!first.is_empty());
    done(&project, "2026-11-21");
    assert_eq!(kept("2026-11-21-001"), first);
    let status = stdout(&project.run(&["status"]));
    assert!(status.contains(&format!("kept on account of debtors: {}", first[0].trim_start_matches('-'))), "{status}");
    let on_account =
        table(&project, "2026-11-20-001", "lettrage-CT01.csv").into_iter().find(|r| r["line_kind"] == "on_account").unwrap();
    assert_eq!(project.run(&["undo", &on_account["bank_reference"], "--reason", "wrong"]).status.code(), Some(0));
    done(&project, "2026-11-22");
    assert!(kept("2026-11-22-001").len() < first.len());
}

#[test]
fn the_last_answer_counts_and_earlier_nights_stay_as_they_were() {
    let project = lettered();
    let answer = |text: &str| {
        project.write("reponses.csv", &format!("bank_reference,status,reason\n{text}"));
        let output = project.run(&["answers", "reponses.csv"]);
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    // Rejected, then accepted before the night: it is not taken back.
    assert_eq!(answer("B002,rejected,unknown\n").0, Some(0));
    assert_eq!(answer("B002,accepted,\n").0, Some(0));
    done(&project, "2026-11-23");
    assert!(table(&project, "2026-11-23-001", "lettrage-CT01.csv").is_empty());
    assert_eq!(table(&project, "2026-11-23-001", "follow.csv")[0]["confirmed"], "850.40");
    let (code, said) = answer("B001,accepted,\nB001,rejected,no\n");
    assert!(code == Some(1) && said.contains("accepted and rejected"), "{said}");
    done(&project, "2026-11-24");
    assert_eq!(table(&project, "2026-11-24-001", "lettrage-CT01.csv").len(), 1);
    for run in ["2026-11-23-001", "2026-11-24-001"] {
        let replayed = project.run(&["replay", run]);
        assert_eq!(replayed.status.code(), Some(0), "{run}: {}{}", stdout(&replayed), stderr(&replayed));
    }
    // What the factor says teaches nothing of who pays for whom.
    assert!(!stdout(&project.run(&["memory", "list"])).contains("does not pay"));
    // What a person takes back stays so, whatever the words, when the factor accepts it.
    let undone = project.run(&["undo", "B002", "--reason", "rejected by the factor on the phone"]);
    assert_eq!(undone.status.code(), Some(0), "{}", stderr(&undone));
    assert_eq!(answer("B002,accepted,\n").0, Some(0));
    done(&project, "2026-11-25");
    assert_eq!(table(&project, "2026-11-25-001", "lettrage-CT01.csv").len(), 1);
}

#[test]
fn the_page_to_sign_has_the_totals_of_the_files() {
    let project = lettered();
    let page = project.read("outbox/2026-11-20-001/release-CT01.html");
    let sum = |name: &str, column: &str| -> i64 {
        let rows = table(&project, "2026-11-20-001", name);
        rows.iter().map(|r| r[column].replace('.', "").parse::<i64>().unwrap()).sum()
    };
    let french = |cents: i64| lettrage::config::money(cents, lettrage::model::Currency::EUR, lettrage::config::Language::French);
    let released = sum("release.csv", "to_factor");
    assert_eq!(released, sum("lettrage-CT01.csv", "applied_amount"));
    for cents in [released, sum("release.csv", "credits"), sum("release.csv", "unmatched")] {
        assert!(page.contains(&french(cents)), "{cents}: {page}");
    }
}

#[test]
fn two_balances_and_what_lies_between_them() {
    let project = Project::of_sample("balance");
    done(&project, "2026-11-20");
    let balances = |run: &str| -> Vec<Vec<String>> {
        let columns =
            ["debtor_id", "previous_balance", "new_items", "payments", "credit_notes_used", "adjustments", "closing_balance"];
        table(&project, run, "balance-CT01.csv").iter().map(|r| columns.map(|c| r[c].clone()).to_vec()).collect()
    };
    assert_eq!(
        balances("2026-11-20-001"),
        [
            ["D1", "0.00", "1200.00", "1176.00", "0.00", "24.00", "0.00"],
            ["D2", "0.00", "1210.00", "850.40", "-50.40", "0.00", "410.00"]
        ]
    );
    let items = table(&project, "2026-11-20-001", "balance-items-CT01.csv");
    assert_eq!(items.iter().map(|r| r["invoice_id"].as_str()).collect::<Vec<_>>(), ["FA2026-00119"]);
    // The next day the ledger has a new invoice, and what was lettered is gone from it.
    project.write(
        "ledger/invoices.csv",
        "invoice_id,debtor_id,issue_date,due_date,amount,open_amount,assigned_on\n\
         FA2026-00119,D2,2026-10-10,2026-12-10,410.00,410.00,2026-10-10\n\
         FA2026-00120,D1,2026-11-20,2026-12-20,300.00,300.00,2026-11-20\n",
    );
    done(&project, "2026-11-21");
    assert_eq!(
        balances("2026-11-21-001"),
        [["D1", "0.00", "300.00", "0.00", "0.00", "0.00", "300.00"], ["D2", "410.00", "0.00", "0.00", "0.00", "0.00", "410.00"]]
    );
    let replayed = project.run(&["replay", "2026-11-21-001"]);
    assert_eq!(replayed.status.code(), Some(0), "{}{}", stdout(&replayed), stderr(&replayed));
}

#[test]
fn how_a_debtor_pays_is_known_from_what_was_lettered() {
    let project = lettered();
    let of = |run: &str, debtor: &str| table(&project, run, "dunning-quality.csv").into_iter().find(|r| r["debtor_id"] == debtor);
    // D2 has an item left; what the first night lettered is known the night after.
    let first = of("2026-11-20-001", "D2").unwrap();
    assert_eq!([&first["paid_items_90"], &first["days_late_90"], &first["trend"]], ["0", "", ""]);
    done(&project, "2026-11-21");
    // 850.40, due on the 10th, booked on the 19th; invoiced in 90 days: that, and 410.00 still open.
    let next = of("2026-11-21-001", "D2").unwrap();
    assert_eq!([&next["paid_items_90"], &next["days_late_90"], &next["days_late_before"], &next["trend"]], ["1", "9", "", ""]);
    assert_eq!(next["dso_days"], (41_000 * 90 / (41_000 + 85_040)).to_string());
    // When a person takes it back, the item is open and its habit is gone.
    assert_eq!(project.run(&["undo", "B002", "--reason", "wrong"]).status.code(), Some(0));
    done(&project, "2026-11-22");
    done(&project, "2026-11-23");
    assert_eq!(of("2026-11-23-001", "D2").unwrap()["paid_items_90"], "0");
    for run in ["2026-11-20-001", "2026-11-21-001", "2026-11-22-001", "2026-11-23-001"] {
        let replayed = project.run(&["replay", run]);
        assert_eq!(replayed.status.code(), Some(0), "{run}: {}{}", stdout(&replayed), stderr(&replayed));
    }
}

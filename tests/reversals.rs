//! Lettrage of earlier nights that is taken back: by the bank, and by people.

use std::collections::BTreeMap;

use crate::project::{Project, rows, stderr, stdout};

/// The night after `exact-reference`: B001 (1,200.00 of Dupont) comes back.
fn returned(more: &str) -> Project {
    let project = Project::of_sample("exact-reference");
    assert_eq!(project.night().status.code(), Some(0));
    project.write("inbox/ST-002.xml", &statement("ST-002", "2026-11-21", 314_940, -120_000, more));
    project
}

/// A statement with one return of 1,200.00 and the details given.
fn statement(number: &str, day: &str, opening: i64, movement: i64, details: &str) -> String {
    let balance = |code: &str, cents: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}.{:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <Dt><Dt>{day}</Dt></Dt></Bal>",
            cents / 100,
            cents % 100
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>{number}</Id>\
         <Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{}{}\
         <Ntry><Amt Ccy=\"EUR\">{}.{:02}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
         <AcctSvcrRef>R-{number}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>\
         <NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", opening + movement),
        -movement / 100,
        -movement % 100
    )
}

const PAYER: &str = "<RltdPties><Dbtr><Pty><Nm>DUPONT MENUISERIE</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>FR8120001020012000010472913</IBAN></Id></DbtrAcct></RltdPties>";
const WORDS: &str = "<RmtInf><Ustrd>FACTURE FA2026-00117 DU 10/10/2026</Ustrd></RmtInf>";

fn table(project: &Project, run: &str, name: &str) -> Vec<BTreeMap<String, String>> {
    rows(&project.read(&format!("outbox/{run}/{name}")))
}

fn done(project: &Project, date: &str) {
    let output = project.run(&["run", "--date", date]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

fn verified(project: &Project) {
    let output = project.run(&["verify"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_return_of_a_later_day_takes_the_lettrage_back_with_lines_of_opposite_sign() {
    let project = returned(&(PAYER.to_owned() + WORDS));
    done(&project, "2026-11-21");
    let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    let of = |name: &str| line[name].as_str();
    assert_eq!((of("line_kind"), of("invoice_id"), of("applied_amount")), ("reversal", "FA2026-00117", "-1200.00"));
    assert_eq!((of("open_before"), of("open_after"), of("remittance_amount")), ("0.00", "1200.00", "-1200.00"));
    assert_eq!((of("bank_reference"), of("evidence"), of("destination")), ("R-ST-002", "returned", "factor"));
    // It goes on under the code that it had; the item is open again, so in small letters.
    assert_eq!(of("lettrage_code"), "aaa");
    let first = table(&project, "2026-11-20-001", "lettrage-CT01.csv");
    assert_eq!(of("reverses"), first[0]["remittance_id"]);
    let moved = table(&project, "2026-11-21-001", "release.csv").into_iter().find(|r| r["statement_id"] == "ST-001").unwrap();
    assert_eq!(
        (moved["to_factor"].as_str(), moved["reversed"].as_str(), moved["credits"].as_str()),
        ("-1200.00", "1200.00", "0.00")
    );
    let chased = table(&project, "2026-11-21-001", "dunning.csv");
    assert!(chased.iter().any(|r| r["invoice_id"] == "FA2026-00117" && r["open_amount"] == "1200.00"), "{chased:?}");
    let exceptions = table(&project, "2026-11-21-001", "exceptions.csv");
    assert!(exceptions.iter().any(|r| r["status"] == "reversal" && r["reason"] == "lettrage_taken_back"), "{exceptions:?}");
    verified(&project);
    // A second payment of the item is lettered under the code that goes on.
    let again = project.read("archive/2026/11/ST-001.xml").replace("ST-001", "ST-003").replace("2026-11-19", "2026-11-22");
    let again = again.replace("1000.00", "1949.40").replace("3149.40", "4098.80").replace("B00", "B10");
    project.write("inbox/ST-003.xml", &again);
    done(&project, "2026-11-23");
    let paid = table(&project, "2026-11-23-001", "lettrage-CT01.csv");
    assert!(paid.iter().any(|l| l["invoice_id"] == "FA2026-00117" && l["lettrage_code"] == "AAA"), "{paid:?}");
    verified(&project);
}

#[test]
fn remt_001_takes_lettrage_back_and_never_reads_as_a_second_payment() {
    for sample in ["credit-note", "discount", "rounding-and-excess"] {
        let project = Project::of_sample(sample);
        project.edit("pipeline.toml", "[[contracts]]\n", "[[contracts]]\noutputs = [\"csv\", \"remt.001\"]\n");
        done(&project, "2026-11-20");
        let paid: Vec<String> =
            table(&project, "2026-11-20-001", "lettrage-CT01.csv").iter().map(|l| l["bank_reference"].clone()).collect();
        for reference in paid.iter().collect::<std::collections::BTreeSet<_>>() {
            let output = project.run(&["undo", reference, "--reason", "not theirs"]);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        }
        done(&project, "2026-11-21");
        let path = project.path("outbox/2026-11-21-001/lettrage-CT01.remt.001.xml");
        crate::layouts::assert_valid(&path, sample);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("InstdAmt") && !text.contains("CdtNoteAmt"), "{text}");
        let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
        let adjusted: Vec<String> = text
            .split("<AdjstmntAmtAndRsn><Amt Ccy=\"EUR\">")
            .skip(1)
            .map(|rest| {
                let one = rest.split("</AdjstmntAmtAndRsn>").next().unwrap();
                assert!(one.contains("<Rsn>REVR</Rsn>"), "{one}");
                (if one.contains("DBIT") { "-" } else { "" }).to_owned() + one.split('<').next().unwrap()
            })
            .collect();
        assert_eq!(adjusted, lines.iter().map(|l| l["applied_amount"].clone()).collect::<Vec<_>>(), "{text}");
        let remitted: Vec<&str> =
            text.split("<RmtdAmt Ccy=\"EUR\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        assert!(!remitted.is_empty() && remitted.iter().all(|amount| *amount == "0.00"), "{text}");
        for line in &lines {
            assert!(text.contains(&format!("takes back the lettrage of id {}", line["reverses"])), "{text}");
        }
        assert_eq!(text.contains("<Cd>CREN</Cd>"), sample == "credit-note", "{text}");
        assert!(!project.read("outbox/2026-11-21-001/findings.csv").contains("layout-line"));
    }
}

#[test]
fn a_return_is_taken_back_once_however_often_it_is_dropped() {
    let project = returned(&(PAYER.to_owned() + WORDS));
    let text = project.read("inbox/ST-002.xml");
    done(&project, "2026-11-21");
    let explained = stdout(&project.run(&["explain", "B001"]));
    assert!(explained.contains("Taken back since then, by run 2026-11-21-001."), "{explained}");
    project.write("inbox/again.xml", &text);
    done(&project, "2026-11-22");
    assert!(table(&project, "2026-11-22-001", "lettrage-CT01.csv").is_empty());
    assert!(project.path("duplicates/2026/11/again.xml").exists());
    verified(&project);
}

#[test]
fn a_return_that_is_only_like_a_payment_takes_nothing_back_and_is_told() {
    let project = returned(PAYER);
    done(&project, "2026-11-21");
    assert!(table(&project, "2026-11-21-001", "lettrage-CT01.csv").is_empty());
    let findings = project.read("outbox/2026-11-21-001/findings.csv");
    assert!(findings.contains("return-unclear") && findings.contains("one that is only like it"), "{findings}");
    // Until somebody says what it was.
    done(&project, "2026-11-21");
    assert!(project.read("outbox/2026-11-21-002/findings.csv").contains("return-unclear"));
    let status = stdout(&project.run(&["status"]));
    assert!(status.contains("1 returned by the bank, of payments that it does not name: 1200.00 EUR"), "{status}");
    // The person knows which payment it was.
    let output = project.run(&["undo", "B001", "--reason", "returned by the bank, R-ST-002"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    done(&project, "2026-11-22");
    let output = project.run(&["set-aside", "B001", "--reason", "returned by the bank, R-ST-002"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    done(&project, "2026-11-23");
    assert!(!project.read("outbox/2026-11-23-001/findings.csv").contains("return-unclear"));
    assert!(!stdout(&project.run(&["status"])).contains("returned by the bank"), "it is settled");
    verified(&project);
}

#[test]
fn a_return_of_nothing_that_is_known_is_told_until_somebody_sets_it_aside() {
    let project = Project::of_sample("exact-reference");
    done(&project, "2026-11-20");
    let details = "<RmtInf><Ustrd>REJET PARTIEL</Ustrd></RmtInf>";
    project.write("inbox/ST-002.xml", &statement("ST-002", "2026-11-21", 314_940, -4_000, details));
    let told = |day: &str| {
        done(&project, day);
        project.read(&format!("outbox/{day}-001/findings.csv")).contains("lettrage set-aside R-ST-002")
    };
    assert!(told("2026-11-21") && told("2026-11-22"), "each night");
    let output = project.run(&["set-aside", "R-ST-002", "--reason", "a fee of the bank"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!told("2026-11-23") && !stdout(&project.run(&["status"])).contains("returned by the bank"));
    verified(&project);
}

#[test]
fn a_return_that_quotes_its_payment_takes_it_back() {
    let project = returned(&(PAYER.to_owned() + "<RmtInf><Ustrd>REJET FACTURE FA2026-00117 DU 10/10/2026</Ustrd></RmtInf>"));
    done(&project, "2026-11-21");
    let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0]["line_kind"].as_str(), lines[0]["applied_amount"].as_str()), ("reversal", "-1200.00"));
    verified(&project);
}

#[test]
fn a_return_of_what_paid_an_earlier_document_opens_none_that_bears_its_number_again() {
    let project = Project::of_sample("exact-reference");
    done(&project, "2026-11-20");
    project.edit("ledger/invoices.csv", "FA2026-00117,D1,2026-10-10,2026-11-10", "FA2026-00117,D1,2026-11-25,2026-12-25");
    project.write("inbox/ST-002.xml", &statement("ST-002", "2026-11-28", 314_940, -120_000, &(PAYER.to_owned() + WORDS)));
    for day in ["2026-11-30", "2026-12-01"] {
        done(&project, day);
        let aged = table(&project, &format!("{day}-001"), "aged-balance.csv");
        let of_dupont: Vec<&str> = aged.iter().filter(|row| row["debtor_id"] == "D1").map(|row| row["total"].as_str()).collect();
        assert_eq!(of_dupont, ["1200.00"], "{day}: the later document, once");
        assert!(!project.read(&format!("outbox/{day}-001/findings.csv")).contains("ledger-disagrees"));
    }
    let lines = table(&project, "2026-11-30-001", "lettrage-CT01.csv");
    let told: Vec<[&str; 4]> =
        lines.iter().map(|l| ["line_kind", "invoice_id", "applied_amount", "open_after"].map(|c| l[c].as_str())).collect();
    assert_eq!(told, [["reversal", "FA2026-00117", "-1200.00", ""]]);
    assert!(project.read("outbox/2026-11-30-001/findings.csv").contains("reversal-not-exported"));
    verified(&project);
}

/// What somebody sets aside that day is another matter.
#[test]
fn a_return_that_names_its_payment_takes_it_back_whatever_else_of_its_amount_is_set_aside() {
    let project = Project::of_sample("exact-reference");
    project.edit("inbox/ST-001.xml", "99.00", "1200.00");
    project.edit("inbox/ST-001.xml", "3149.40", "4250.40");
    done(&project, "2026-11-20");
    let output = project.run(&["set-aside", "B003", "--reason", "a deposit"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    project.write("inbox/ST-002.xml", &statement("ST-002", "2026-11-21", 425_040, -120_000, &(PAYER.to_owned() + WORDS)));
    done(&project, "2026-11-21");
    let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0]["line_kind"].as_str(), lines[0]["applied_amount"].as_str()), ("reversal", "-1200.00"));
    verified(&project);
}

#[test]
fn an_item_that_left_the_export_is_reopened_and_told() {
    let project = returned(&(PAYER.to_owned() + WORDS));
    project.edit("ledger/invoices.csv", "FA2026-00117,D1,2026-10-10,2026-11-10,1200.00,1200.00,2026-10-10,,,,,\n", "");
    done(&project, "2026-11-21");
    let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
    assert_eq!((lines[0]["open_before"].as_str(), lines[0]["open_after"].as_str()), ("0.00", "1200.00"));
    assert!(project.read("outbox/2026-11-21-001/findings.csv").contains("reversal-not-exported"));
    done(&project, "2026-11-22");
    assert!(!project.read("outbox/2026-11-22-001/findings.csv").contains("ledger-item-gone"), "told once");
    verified(&project);
}

#[test]
fn what_a_person_undoes_is_reversed_and_waits_for_a_person() {
    let project = Project::of_sample("exact-reference");
    done(&project, "2026-11-20");
    let output = project.run(&["undo", "B002", "--reason", "paid FA2026-00119"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    done(&project, "2026-11-21");
    let lines = table(&project, "2026-11-21-001", "lettrage-CT01.csv");
    assert_eq!(lines.len(), 1, "it is not lettered again by itself: {lines:?}");
    assert_eq!((lines[0]["line_kind"].as_str(), lines[0]["applied_amount"].as_str()), ("reversal", "-850.40"));
    assert_eq!(lines[0]["remittance_amount"], "-850.40");
    let waits = table(&project, "2026-11-21-001", "exceptions.csv");
    assert!(waits.iter().any(|r| r["bank_reference"] == "B002" && r["reason"] == "undone"), "{waits:?}");
    verified(&project);
    let output = project.run(&["confirm", "B002", "--invoice", "FA2026-00119"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    done(&project, "2026-11-22");
    let lines = table(&project, "2026-11-22-001", "lettrage-CT01.csv");
    let told: Vec<(&str, &str)> = lines.iter().map(|l| (l["line_kind"].as_str(), l["applied_amount"].as_str())).collect();
    assert_eq!(told, [("invoice", "410.00"), ("on_account", "440.40")]);
    verified(&project);
    // It can be undone again.
    assert_eq!(project.run(&["undo", "B002", "--reason", "no"]).status.code(), Some(0));
    done(&project, "2026-11-23");
    assert_eq!(table(&project, "2026-11-23-001", "lettrage-CT01.csv").len(), 2);
    verified(&project);
}

#[test]
fn only_what_is_lettered_can_be_undone() {
    let project = Project::of_sample("exact-reference");
    done(&project, "2026-11-20");
    let output = project.run(&["undo", "B003", "--reason", "no"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("expected a remittance that is lettered or set aside, but found none"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_is_rejected_is_not_suggested_again_and_not_lettered_by_itself() {
    let project = Project::of_sample("no-reference");
    done(&project, "2026-11-20");
    let before = table(&project, "2026-11-20-001", "suggestions.csv");
    let first = before.iter().find(|r| r["bank_reference"] == "B002" && r["rank"] == "1").unwrap();
    let output = project.run(&["reject", "B002", "--rank", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // Another suggestion rejected the same morning does not bring the first one back.
    let both = Project::of_sample("no-reference");
    done(&both, "2026-11-20");
    for rank in ["1", "2"] {
        assert_eq!(both.run(&["reject", "B002", "--rank", rank]).status.code(), Some(0));
    }
    done(&both, "2026-11-21");
    let of_both = table(&both, "2026-11-21-001", "suggestions.csv");
    let rejected: Vec<&str> =
        before.iter().filter(|r| r["bank_reference"] == "B002").take(2).map(|r| r["invoice_id"].as_str()).collect();
    let left: Vec<_> = of_both.iter().filter(|r| r["bank_reference"] == "B002").collect();
    assert!(left.iter().all(|r| !rejected.contains(&r["invoice_id"].as_str())), "{left:?}");
    for date in ["2026-11-21", "2026-11-22"] {
        done(&project, date);
        let after = table(&project, &format!("{date}-001"), "suggestions.csv");
        let left: Vec<_> = after.iter().filter(|r| r["bank_reference"] == "B002").collect();
        assert!(!left.is_empty() && left.iter().all(|r| r["invoice_id"] != first["invoice_id"]), "{left:?}");
        assert!(table(&project, &format!("{date}-001"), "lettrage-CT01.csv").is_empty());
    }
    verified(&project);
}

#[test]
fn what_is_rejected_speaks_against_its_debtor_once_another_is_confirmed() {
    let project = Project::of_sample("no-reference");
    done(&project, "2026-11-20");
    // B002 is of D3 and may pay either of its items: the wrong one is refused.
    assert_eq!(project.run(&["reject", "B002", "--rank", "1"]).status.code(), Some(0));
    done(&project, "2026-11-21");
    assert_eq!(stdout(&project.run(&["memory", "list"])), "", "that D3 did not pay was not said");
    let output = project.run(&["confirm", "B002", "--invoice", "FA2026-00905=350.00"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    done(&project, "2026-11-22");
    let listed = stdout(&project.run(&["memory", "list"]));
    let told = |debtor: &str, how: &str| listed.lines().any(|line| line.contains(debtor) && line.contains(how));
    assert!(told("D4", "confirmed 1, rejected 0") && told("D3", "confirmed 0, rejected 1"), "{listed}");
}

#[test]
fn a_confirmed_payer_is_remembered_shown_and_forgotten() {
    let project = Project::of_sample("no-reference");
    done(&project, "2026-11-20");
    let output = project.run(&["confirm", "B003", "--invoice", "FA2026-00905=700.00", "--invoice", "FA2026-00902=50.00"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    done(&project, "2026-11-21");
    // Items of two debtors teach nothing; those of one do.
    let listed = stdout(&project.run(&["memory", "list"]));
    let items = rows(&project.read("ledger/invoices.csv"));
    let debtor = |number: &str| items.iter().find(|r| r["invoice_id"] == number).unwrap()["debtor_id"].clone();
    if debtor("FA2026-00905") == debtor("FA2026-00902") {
        assert!(listed.contains(&debtor("FA2026-00905")) && listed.contains("confirmed 1, rejected 0"), "{listed}");
        let key = listed.split("  ").find(|t| t.starts_with("name:") || t.starts_with("account:")).unwrap().to_owned();
        let output = project.run(&["memory", "forget", &key]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(!stdout(&project.run(&["memory", "list"])).contains(&key));
    } else {
        assert!(listed.is_empty(), "{listed}");
    }
    assert_eq!(project.run(&["memory", "forget", "name:NOBODY"]).status.code(), Some(2));
}

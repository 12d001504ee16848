//! Statements as a chain over the nights: pages, gaps, days sent again, and notifications behind them.

use crate::project::{Project, rows, stderr, stdout};

/// A statement of the sample's account without entries, from one balance to the same.
fn quiet_day(number: &str, sequence: u32, day: &str, balance: &str) -> String {
    let of = |code: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{balance}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>{number}</Id>\
         <ElctrncSeqNb>{sequence}</ElctrncSeqNb><Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{}{}</Stmt>\
         </BkToCstmrStmt></Document>",
        of("OPBD"),
        of("CLBD"),
    )
}

#[test]
fn a_page_waits_in_the_inbox_until_the_others_are_there() {
    let project = Project::of_sample("exact-reference");
    let whole = project.read("inbox/ST-001.xml");
    let (first, second, closing) =
        (whole.find("<Ntry>").unwrap(), whole.rfind("<Ntry>").unwrap(), whole.find("</Stmt>").unwrap());
    let paged = |number: u32, is_last: bool, bookings: &str| {
        let pages = format!("<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{is_last}</LastPgInd></StmtPgntn><Acct>");
        let code = if is_last { "OPBD" } else { "CLBD" };
        [&whole[..first], bookings, &whole[closing..]].concat().replacen("<Acct>", &pages, 1).replacen(code, "ITBD", 1)
    };
    std::fs::remove_file(project.path("inbox/ST-001.xml")).unwrap();
    project.write("inbox/page-2.xml", &paged(2, true, &whole[second..closing]));
    assert_eq!(project.night().status.code(), Some(0));
    assert!(project.path("inbox/page-2.xml").exists());
    project.write("inbox/page-1.xml", &paged(1, false, &whole[first..second]));
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let released = rows(&project.read("outbox/2026-11-20-002/release.csv"));
    assert_eq!([&released[0]["credits"], &released[0]["to_factor"], &released[0]["unmatched"]], ["2149.40", "2050.40", "99.00"]);
    assert!(std::fs::read_dir(project.path("inbox")).unwrap().next().is_none(), "both pages went to the archive");
    // One of them again is nothing to wait for: the whole was used.
    project.write("inbox/page-1.xml", &paged(1, false, &whole[first..second]));
    let again = project.night();
    assert!(stderr(&again).contains("statement-again") && !stderr(&again).contains("statement-page"), "{}", stderr(&again));
    assert!(!project.path("inbox/page-1.xml").exists());
    let verified = project.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
}

#[test]
fn a_notification_a_night_behind_its_statement_says_who_settles_its_booking() {
    let project = Project::of_sample("batches");
    let statement = project.read("inbox/ST-001.xml");
    let of_day = statement.replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replace("Stmt>", "Ntfctn>").replace("053", "054");
    project.write("inbox/notification.xml", &of_day);
    std::fs::rename(project.path("inbox/ST-001.xml"), project.path("later.xml")).unwrap();
    let told = || {
        let output = project.night();
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        stderr(&output)
    };
    let alone = told();
    assert!(alone.contains("Drop it again together with the statement of its day"), "{alone}");
    std::fs::rename(project.path("later.xml"), project.path("inbox/ST-001.xml")).unwrap();
    assert_eq!(project.night().status.code(), Some(0));
    project.write("inbox/notification.xml", &of_day);
    let behind = told();
    assert!(behind.contains("settle its booking with lettrage confirm"), "{behind}");
}

#[test]
fn a_gap_between_two_nights_is_told_and_seen_in_the_status() {
    let project = Project::of_sample("empty-inbox");
    project.write("inbox/a.xml", &quiet_day("ST-274", 274, "2026-11-17", "100.00"));
    assert_eq!(project.run(&["run", "--date", "2026-11-18"]).status.code(), Some(0));
    project.write("inbox/b.xml", &quiet_day("ST-277", 277, "2026-11-20", "150.00"));
    let _ = project.run(&["run", "--date", "2026-11-20"]);
    let findings = project.read("outbox/2026-11-20-001/findings.csv");
    assert!(findings.contains("statement-gap") && findings.contains("numbers 275 to 276 are missing"), "{findings}");
    let status = stdout(&project.run(&["status"]));
    assert!(status.contains("last statement ST-277 of 2026-11-20, closing 150.00 EUR"), "{status}");
    assert!(status.contains("gap: ST-274 of 2026-11-17 closed with 100.00 EUR"), "{status}");
}

#[test]
fn nobody_is_chased_while_a_statement_of_the_last_days_is_missing() {
    let project = Project::of_sample("empty-inbox");
    project.write("inbox/a.xml", &quiet_day("ST-274", 274, "2026-11-17", "100.00"));
    project.write("inbox/b.xml", &quiet_day("ST-276", 276, "2026-11-19", "150.00"));
    let held_on = |day: &str| {
        let _ = project.run(&["run", "--date", day]);
        let actions = rows(&project.read(&format!("outbox/{day}-001/dunning.csv")));
        assert!(!actions.is_empty());
        actions.iter().filter(|action| action["held_reason"] == "statements_stale").count() > 0
    };
    assert!(held_on("2026-11-20"));
    project.write("inbox/c.xml", &quiet_day("ST-277", 277, "2026-11-20", "150.00"));
    assert!(held_on("2026-11-21"), "the statement is as missing as the night before");
    let missing =
        quiet_day("ST-275", 275, "2026-11-18", "100.00").replacen("100.00", "150.00", 2).replacen("150.00", "100.00", 1);
    let entry = "<Ntry><Amt Ccy=\"EUR\">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt></Ntry></Stmt>";
    project.write("inbox/d.xml", &missing.replace("</Stmt>", entry));
    assert!(!held_on("2026-11-22"));
}

#[test]
fn a_day_sent_again_with_more_bookings_is_no_gap() {
    let project = Project::of_sample("exact-reference");
    let whole = project.read("inbox/ST-001.xml");
    let (last, end) = (whole.rfind("<Ntry>").unwrap(), whole.find("  </Stmt>").unwrap());
    project.write("inbox/ST-001.xml", &(whole[..last].to_owned() + &whole[end..]).replace("3149.40", "3050.40"));
    project.night();
    project.write("inbox/again.xml", &whole.replace("<Id>ST-001</Id>", "<Id>ST-001-B</Id>"));
    let told = stderr(&project.night());
    assert!(!told.contains("statement-gap"), "{told}");
    let released = rows(&project.read("outbox/2026-11-20-002/release.csv"));
    assert_eq!([&released[0]["unmatched"], &released[0]["excluded"]], ["99.00", "2050.40"], "what is new, and what is known");
    project.write("inbox/next.xml", &quiet_day("ST-002", 2, "2026-11-20", "3149.40"));
    let told = stderr(&project.run(&["run", "--date", "2026-11-21"]));
    assert!(!told.contains("statement-gap"), "{told}");
    assert!(!stdout(&project.run(&["status"])).contains("gap:"));
}

#[test]
fn behind_a_gap_the_night_can_wait() {
    let project = Project::of_sample("empty-inbox");
    let text = project.read("pipeline.toml");
    project.write("pipeline.toml", &format!("[statements]\ngap = \"hold\"\n\n{text}"));
    project.write("inbox/a.xml", &quiet_day("ST-274", 274, "2026-11-17", "100.00"));
    assert_eq!(project.run(&["run", "--date", "2026-11-18"]).status.code(), Some(0));
    project.write("inbox/c.xml", &quiet_day("ST-276", 276, "2026-11-19", "150.00"));
    let _ = project.run(&["run", "--date", "2026-11-20"]);
    assert!(project.path("inbox/c.xml").exists(), "it waits for the missing one");
    assert!(rows(&project.read("outbox/2026-11-20-001/release.csv")).is_empty());
    // The missing day moves the balance from one to the other.
    let missing =
        quiet_day("ST-275", 275, "2026-11-18", "100.00").replacen("100.00", "150.00", 2).replacen("150.00", "100.00", 1);
    let entry = "<Ntry><Amt Ccy=\"EUR\">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-18</Dt></BookgDt></Ntry></Stmt>";
    project.write("inbox/b.xml", &missing.replace("</Stmt>", entry));
    let _ = project.run(&["run", "--date", "2026-11-21"]);
    assert_eq!(rows(&project.read("outbox/2026-11-21-001/release.csv")).len(), 2);
    assert!(!project.path("inbox/c.xml").exists());
}

/// A file with a day behind a gap stays where it is, and so does what the gap does not concern.
#[test]
fn a_file_of_which_a_part_waits_stays_in_the_inbox() {
    let project = Project::of_sample("empty-inbox");
    let text = project.read("pipeline.toml");
    project.write("pipeline.toml", &format!("[statements]\ngap = \"hold\"\n\n{text}"));
    let first = quiet_day("ST-274", 274, "2026-11-17", "100.00");
    let second = quiet_day("ST-276", 276, "2026-11-19", "150.00");
    let declared = |text: &str| format!("<?xml version=\"1.0\"?>\n{text}\n");
    project.write("inbox/both.xml", &(declared(&first) + &declared(&second)));
    let _ = project.run(&["run", "--date", "2026-11-20"]);
    assert_eq!(rows(&project.read("outbox/2026-11-20-001/release.csv")).len(), 1);
    assert!(project.path("inbox/both.xml").exists());
    // The same day again, as an extract with another number, is no gap and holds nothing up.
    project.write("inbox/extract.xml", &quiet_day("EXTRACT", 274, "2026-11-17", "100.00"));
    project.write("inbox/zz-extract.xml", &quiet_day("ZZ-EXTRACT", 274, "2026-11-17", "100.00"));
    project.write("inbox/next.xml", &quiet_day("ST-275", 275, "2026-11-18", "100.00"));
    let _ = project.run(&["run", "--date", "2026-11-21"]);
    let taken: Vec<String> =
        rows(&project.read("outbox/2026-11-21-001/release.csv")).iter().map(|r| r["statement_id"].clone()).collect();
    assert!(taken.contains(&"ST-275".to_owned()), "{taken:?}");
}

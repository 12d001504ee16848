//! Scenarios over one night and the next.

use crate::project::{Project, files, rows, stderr, stdout};

#[test]
fn the_same_statement_dropped_again_letters_nothing_twice() {
    let project = Project::of_sample("exact-reference");
    let statement = project.read("inbox/ST-001.xml");
    assert_eq!(project.night().status.code(), Some(0));
    project.write("inbox/ST-001-again.xml", &statement.replace("MSG-", "RESENT-"));
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let second = files(&project.path("outbox/2026-11-20-002"));
    let lettrage = second.iter().find(|(name, _)| name == "lettrage-CT01.csv").unwrap();
    assert_eq!(lettrage.1.lines().count(), 1, "only the header: {}", lettrage.1);
}

#[test]
fn a_booking_that_two_statements_bring_is_lettered_once() {
    let project = Project::of_sample("exact-reference");
    let statement = project.read("inbox/ST-001.xml");
    project.write("inbox/overlap.xml", &statement.replace("<Id>ST-001</Id>", "<Id>EXTRACT</Id>"));
    assert_eq!(project.night().status.code(), Some(0));
    let lettered = rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
    assert_eq!(lettered.len(), 2);
    let released = rows(&project.read("outbox/2026-11-20-001/release.csv"));
    let mut excluded: Vec<&str> = released.iter().map(|r| r["excluded"].as_str()).collect();
    excluded.sort_unstable();
    assert_eq!(excluded, ["0.00", "2149.40"], "the credits of the second statement are accounted for, but go nowhere");
}

#[test]
fn a_contract_under_another_id_is_told() {
    let project = Project::of_sample("exact-reference");
    assert!(!stderr(&project.night()).contains("contract-renamed"));
    project.edit("pipeline.toml", "CT01", "CT-NEW");
    let told = stderr(&project.night());
    assert!(told.contains("contract-renamed") && told.contains("some of contract CT01, which is not in pipeline.toml"), "{told}");
    project.edit("pipeline.toml", "CT-NEW", "CT01");
    assert!(!stderr(&project.night()).contains("contract-renamed"));
}

#[test]
fn a_number_that_a_later_document_bears_again_is_another_item() {
    let project = Project::of_sample("exact-reference");
    let first = project.read("inbox/ST-001.xml");
    project.night();
    let again = first.replace("ST-001", "ST-002").replace("2026-11-19", "2026-11-28").replace(">B00", ">C00");
    let again = again.replace("1000.00", "TMP").replace("3149.40", "5298.80").replace("TMP", "3149.40");
    project.write("inbox/ST-002.xml", &again);
    project.edit("ledger/invoices.csv", "FA2026-00117,D1,2026-10-10,2026-11-10", "FA2026-00117,D1,2026-11-25,2026-12-25");
    let of_day = |day: &str| {
        let output = project.run(&["run", "--date", day]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let lettered = rows(&project.read(&format!("outbox/{day}-001/lettrage-CT01.csv")));
        let of_item = lettered.iter().filter(|row| row["invoice_id"] == "FA2026-00117").count();
        (stderr(&output).contains("ledger-number-again"), of_item)
    };
    assert_eq!(of_day("2026-11-30"), (true, 1), "the later document is paid");
    assert_eq!(of_day("2026-12-01"), (false, 0), "and the export is behind: it is no third one");
    assert!(!project.read("outbox/2026-12-01-001/aged-balance.csv").contains("1200.00"));
    let verified = project.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
}

#[test]
fn postings_in_another_order_are_no_disagreement() {
    let project = Project::of_sample("part-payments");
    project.night();
    // 1,000.00 and 2,450.00 of 3,450.00 are lettered, and only the second is posted.
    project.edit("ledger/invoices.csv", "3450.00,3450.00", "3450.00,1000.00");
    let told = stderr(&project.night());
    assert!(!told.contains("ledger-disagrees"), "{told}");
    assert!(!project.read("outbox/2026-11-20-002/dunning.csv").contains("FA2026-00401"));
    project.edit("ledger/invoices.csv", "3450.00,1000.00", "3450.00,1200.00");
    let told = stderr(&project.night());
    assert!(
        told.contains("expected 0.00 EUR to be open of FA2026-00401, as earlier nights left it, but found 1200.00"),
        "{told}"
    );
}

#[test]
fn a_dry_run_writes_and_moves_nothing() {
    let project = Project::of_sample("exact-reference");
    let output = project.run(&["run", "--date", "2026-11-20", "--dry-run"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("Dry run"), "{}", stdout(&output));
    assert!(!project.path("outbox").exists() && !project.path("state").exists());
    assert!(project.path("inbox/ST-001.xml").exists());
}

#[test]
fn check_tells_all_problems_and_writes_nothing() {
    let project = Project::of_sample("ledger-faults");
    let output = project.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    for rule in ["ledger-amount", "ledger-date", "ledger-invoice-duplicate", "debtor-duplicate", "ledger-row-fields"] {
        assert!(said.contains(rule), "{rule} is not told:\n{said}");
    }
    assert!(!project.path("outbox").exists() && !project.path("state").exists());
}

#[test]
fn explain_tells_the_evidence_after_the_night_and_before_it() {
    let project = Project::of_sample("part-payments");
    let before = stdout(&project.run(&["explain", "B001"]));
    assert!(before.contains("Lettered without a person"), "{before}");
    project.night();
    let after = stdout(&project.run(&["explain", "B001"]));
    assert!(after.contains("run 2026-11-20-001"), "{after}");
    assert!(after.contains("[FA2026-00401]"), "what matched is marked: {after}");
    assert!(after.contains("\"FA2026-00401\" names FA2026-00401"), "{after}");
    let unknown = project.run(&["explain", "NOBODY"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn explain_tells_whose_the_money_is() {
    let project = Project::of_sample("not-assigned");
    project.night();
    let told = stdout(&project.run(&["explain", "B002"]));
    let item = |number: &str| told.lines().find(|line| line.trim_start().starts_with(number)).unwrap_or_default().to_owned();
    assert!(item("FA2026-01302").ends_with("the factor's"), "{told}");
    assert!(item("FA2026-01303").ends_with("the client's: not assigned"), "{told}");
    let json: serde_json::Value = serde_json::from_str(stdout(&project.run(&["explain", "B001", "--json"])).trim()).unwrap();
    assert_eq!(json["candidates"][0]["items"][0]["destination"], "client");
}

#[test]
fn events_for_schedulers_are_lines_of_json() {
    let project = Project::of_sample("statements-set-aside");
    let output = project.run(&["run", "--date", "2026-11-20", "--json"]);
    let events: Vec<serde_json::Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.first().unwrap()["event"], "started");
    let last = events.last().unwrap();
    assert_eq!(
        (last["event"].as_str(), last["complete"].as_bool(), last["lettered"].as_u64()),
        (Some("done"), Some(false), Some(1))
    );
}

#[test]
fn refused_files_are_kept_with_their_reason() {
    let project = Project::of_sample("statements-set-aside");
    project.night();
    let reason = project.read("quarantine/unbalanced.xml.reason.txt");
    assert!(reason.contains("a difference of 0.01"), "{reason}");
    let machine: serde_json::Value = serde_json::from_str(&project.read("quarantine/unbalanced.xml.reason.json")).unwrap();
    assert_eq!(machine["problems"][0]["rule"], "statement-unbalanced");
    assert!(project.path("inbox/page-1-of-2.xml").exists(), "it waits for its other page");
    assert!(project.path("archive/2026/11/ST-001.xml").exists());
}

#[test]
fn the_reason_of_a_refused_file_is_in_the_language_of_the_company() {
    let project = Project::of_sample("statements-set-aside");
    let text = project.read("pipeline.toml");
    project.write("pipeline.toml", &format!("language = \"fr\"\n{}", text.replace("language = \"en\"\n", "")));
    project.night();
    let reason = project.read("quarantine/unbalanced.xml.reason.txt");
    let told = "Ce fichier a été mis de côté : rien n'en a été utilisé.\n\nLes soldes du relevé ne bouclent pas : ouverture \
                plus écritures ne donnent pas la clôture.\nÀ faire : Demander à la banque un relevé corrigé ; la différence est \
                dans le détail.\nLe détail :\n";
    assert!(reason.starts_with(told) && reason.contains("a difference of 0.01"), "{reason}");
}

#[test]
fn init_never_overwrites_and_gives_a_night_that_runs() {
    let project = Project::of_sample("init");
    project.write("pipeline.toml", "# mine\n");
    assert_eq!(project.run(&["init", "."]).status.code(), Some(0));
    assert_eq!(project.read("pipeline.toml"), "# mine\n");
    assert_eq!(project.run(&["init", "fresh"]).status.code(), Some(0));
    assert!(project.path("fresh/inbox").is_dir());
    let output = project.run(&["run", "--config", "fresh/pipeline.toml", "--date", "2026-11-20"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn the_totals_of_all_files_agree() {
    let project = Project::of_sample("statements-of-account");
    project.night();
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    let mut lettered = 0;
    for row in rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv")) {
        lettered += cents(&row["applied_amount"]);
    }
    let release = rows(&project.read("outbox/2026-11-20-001/release.csv"));
    let sum = |column: &str| release.iter().map(|r| cents(&r[column])).sum::<i64>();
    assert_eq!(lettered, sum("to_factor") + sum("to_client") + sum("on_hold"));
    let parts = ["to_factor", "to_client", "on_hold", "suggested", "unmatched", "excluded", "reversed"];
    assert_eq!(sum("credits"), parts.iter().map(|p| sum(p)).sum::<i64>());
    assert_eq!(sum("opening") + sum("credits") - sum("debits"), sum("closing"));
}

#[test]
fn an_export_that_still_shows_last_nights_item_as_open_is_not_lettered_again() {
    let project = Project::of_sample("exact-reference");
    let statement = project.read("inbox/ST-001.xml");
    assert_eq!(project.night().status.code(), Some(0));
    // The next day the debtor pays once more, and the export has no postings of last night.
    let next = statement.replace("ST-001", "ST-002").replace("B00", "N00").replace("2026-11-19", "2026-11-20");
    project.write("inbox/ST-002.xml", &next.replace("3149.40", "5298.80").replace("1000.00", "3149.40"));
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let second = project.read("outbox/2026-11-20-002/lettrage-CT01.csv");
    assert_eq!(second.lines().count(), 1, "paid twice is lettered once: {second}");
    let reasons: Vec<String> =
        rows(&project.read("outbox/2026-11-20-002/exceptions.csv")).into_iter().map(|r| r["reason"].clone()).collect();
    assert!(reasons.contains(&"not_open".to_owned()), "{reasons:?}");
    assert_eq!(notes_of_not_open(&project), EARLIER, "the earlier payment is told");
}

/// The payments of the sample night, of which the next night has each once more.
const EARLIER: [&str; 2] = ["FA2026-00117 ← B001, 2026-11-19", "FA2026-00118 ← B002, 2026-11-19"];

/// What last night's successor tells of remittances that name what is not open.
fn notes_of_not_open(project: &Project) -> Vec<String> {
    let left = rows(&project.read("outbox/2026-11-20-002/exceptions.csv")).into_iter();
    left.filter(|row| row["reason"] == "not_open").map(|row| row["note"].clone()).collect()
}

#[test]
fn what_an_earlier_night_closed_is_known_when_the_export_shows_it_no_more() {
    let project = Project::of_sample("exact-reference");
    let (statement, ledger) = (project.read("inbox/ST-001.xml"), project.read("ledger/invoices.csv"));
    assert_eq!(project.night().status.code(), Some(0));
    // The next day each is paid once more, and the export has their neighbours only, of the same amounts.
    let neighbours = [("FA2026-00117", "FA2026-00107"), ("FA2026-00118", "FA2026-00128"), ("FA2026-00119", "FA2026-00149")];
    project.write("ledger/invoices.csv", &neighbours.iter().fold(ledger, |rows, (paid, near)| rows.replace(paid, near)));
    let next = statement.replace("ST-001", "ST-002").replace("B00", "N00").replace("2026-11-19", "2026-11-20");
    project.write("inbox/ST-002.xml", &next.replace("3149.40", "5298.80").replace("1000.00", "3149.40"));
    assert_eq!(project.night().status.code(), Some(0));
    let second = project.read("outbox/2026-11-20-002/lettrage-CT01.csv");
    assert_eq!(second.lines().count(), 1, "nobody named a neighbour: {second}");
    assert_eq!(notes_of_not_open(&project), EARLIER, "the earlier payment is told");
}

#[test]
fn an_export_that_disagrees_with_the_state_goes_to_a_person() {
    let project = Project::of_sample("part-payments");
    let second = project.read("inbox/ST-002.xml");
    std::fs::remove_file(project.path("inbox/ST-002.xml")).unwrap();
    assert_eq!(project.night().status.code(), Some(0));
    // Last night left 2450.00 open; somebody posted 50.00 elsewhere.
    project.edit("ledger/invoices.csv", "3450.00,3450.00", "3450.00,3400.00");
    project.write("inbox/ST-002.xml", &second);
    let output = project.night();
    assert!(stderr(&output).contains("ledger-disagrees"), "{}", stderr(&output));
    let lettered = rows(&project.read("outbox/2026-11-20-002/lettrage-CT01.csv"));
    assert!(lettered.iter().all(|r| r["invoice_id"] != "FA2026-00401"), "{lettered:?}");
    let codes: Vec<&str> = lettered.iter().map(|r| r["lettrage_code"].as_str()).collect();
    assert_eq!(codes, ["aaa"], "the second instalment carries the code of the first");
}

/// A remittance names an invoice that is not in the export yet.
fn project_with_an_early_payment() -> (Project, String) {
    let project = Project::of_sample("exact-reference");
    let ledger = project.read("ledger/invoices.csv");
    let mut lines: Vec<&str> = ledger.lines().collect();
    let held_back = lines.remove(1).to_owned();
    project.write("ledger/invoices.csv", &(lines.join("\n") + "\n"));
    assert_eq!(project.night().status.code(), Some(0));
    (project, held_back)
}

/// What is left of the early payment; the sample has a stranger's 99.00 as well.
fn exceptions(project: &Project, run: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let all = rows(&project.read(&format!("outbox/{run}/exceptions.csv")));
    all.into_iter().filter(|r| r["amount"] != "99.00").collect()
}

#[test]
fn what_a_night_leaves_for_a_person_is_looked_at_again_the_next() {
    let (project, item) = project_with_an_early_payment();
    let left = exceptions(&project, "2026-11-20-001");
    assert_eq!(left.len(), 1);
    let amount = left[0]["amount"].clone();
    // The next night has no statement, and still nothing that fits.
    assert_eq!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0));
    let still = exceptions(&project, "2026-11-21-001");
    assert_eq!(still[0]["remittance_id"], left[0]["remittance_id"]);
    assert!(rows(&project.read("outbox/2026-11-21-001/release.csv")).is_empty(), "nothing moved");
    // Then the export has it.
    let ledger = project.read("ledger/invoices.csv");
    project.write("ledger/invoices.csv", &format!("{ledger}{item}\n"));
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    let lettered = rows(&project.read("outbox/2026-11-22-001/lettrage-CT01.csv"));
    assert_eq!(lettered.len(), 1);
    assert_eq!(lettered[0]["remittance_id"], left[0]["remittance_id"]);
    assert!(exceptions(&project, "2026-11-22-001").is_empty());
    let release = rows(&project.read("outbox/2026-11-22-001/release.csv"));
    assert_eq!(release.len(), 1);
    assert_eq!((&release[0]["statement_id"], &release[0]["credits"]), (&left[0]["statement_id"], &"0.00".to_owned()));
    assert_eq!(release[0]["to_factor"], amount);
    assert_eq!(release[0]["unmatched"], format!("-{amount}"), "it leaves where it waited");
    // And it is over.
    assert_eq!(project.run(&["run", "--date", "2026-11-23"]).status.code(), Some(0));
    assert_eq!(rows(&project.read("outbox/2026-11-23-001/lettrage-CT01.csv")).len(), 0);
    assert_eq!(exceptions(&project, "2026-11-23-001").len(), 0);
}

#[test]
fn explain_marks_a_number_that_a_line_cut_in_two() {
    let project = Project::of_sample("several-invoices");
    project.night();
    let said = stdout(&project.run(&["explain", "B002"]));
    assert!(said.contains("REGLEMENT FACTURES [00211] [00212] [0021 | 3] MERCI"), "{said}");
}

#[test]
fn explain_decides_an_earlier_night_with_what_waited_then() {
    let (project, item) = project_with_an_early_payment();
    let reference = exceptions(&project, "2026-11-20-001")[0]["bank_reference"].clone();
    let ledger = project.read("ledger/invoices.csv");
    project.write("ledger/invoices.csv", &format!("{ledger}{item}\n"));
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    let said = stdout(&project.run(&["explain", &reference]));
    assert!(said.contains("run 2026-11-22-001") && said.contains("Lettered without a person"), "{said}");
}

#[test]
fn a_waiting_remittance_that_the_bank_takes_back_waits_no_more() {
    let (project, _) = project_with_an_early_payment();
    let left = exceptions(&project, "2026-11-20-001");
    let (amount, reference) = (&left[0]["amount"], &left[0]["bank_reference"]);
    let entry = format!(
        "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2026-11-21</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef></Ntry>"
    );
    let balance = |code: &str, amount: &str, sign: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>\
             <Dt><Dt>2026-11-21</Dt></Dt></Bal>"
        )
    };
    let statement = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>ST-002</Id>\
         <Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{}{}{entry}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", "0.00", "CRDT"),
        balance("CLBD", amount, "DBIT"),
    );
    project.write("inbox/ST-002.xml", &statement);
    let output = project.run(&["run", "--date", "2026-11-21"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = exceptions(&project, "2026-11-21-001");
    let mut reasons: Vec<&str> = told.iter().map(|r| r["reason"].as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["credit_taken_back", "returned_same_night"]);
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    assert!(exceptions(&project, "2026-11-22-001").is_empty());
}

#[test]
fn money_of_a_contract_that_is_away_goes_on_waiting() {
    let (project, item) = project_with_an_early_payment();
    project.edit("pipeline.toml", "id = \"CT01\"", "id = \"CT02\"");
    let output = project.run(&["run", "--date", "2026-11-21"]);
    let said = stderr(&output) + &stdout(&output);
    assert!(said.contains("waiting-contract") || project.read("outbox/2026-11-21-001/findings.csv").contains("waiting-contract"));
    project.edit("pipeline.toml", "id = \"CT02\"", "id = \"CT01\"");
    let ledger = project.read("ledger/invoices.csv");
    project.write("ledger/invoices.csv", &format!("{ledger}{item}\n"));
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    assert_eq!(rows(&project.read("outbox/2026-11-22-001/lettrage-CT01.csv")).len(), 1);
}

#[test]
fn a_state_of_the_first_version_is_brought_up_to_date_beside_a_copy() {
    let project = Project::of_sample("exact-reference");
    assert_eq!(project.night().status.code(), Some(0));
    let path = project.path("state/lettrage.sqlite");
    let state = rusqlite::Connection::open(&path).unwrap();
    state
        .execute_batch(
            "DROP TABLE funds; DROP TABLE answers; DROP TABLE balances; DROP TABLE closed; DROP TABLE on_account; DROP TABLE settled; DROP TABLE payers; DROP TABLE open_items; DROP TABLE vanished; DROP TABLE returns; DROP TABLE dunning; DROP TABLE sequences; ALTER TABLE lettered DROP COLUMN day; ALTER TABLE lettered DROP COLUMN reference; \
         DROP INDEX lettered_items; DROP INDEX bookings_day; ALTER TABLE bookings DROP COLUMN day; DROP INDEX codes_now; \
         ALTER TABLE codes DROP COLUMN until; DROP TABLE waiting; DROP TABLE decisions; ALTER TABLE statements DROP COLUMN day; \
         ALTER TABLE statements DROP COLUMN sequence; ALTER TABLE statements DROP COLUMN opening; \
         ALTER TABLE statements DROP COLUMN closing; PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE);",
        )
        .unwrap();
    drop(state);
    assert_eq!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0));
    let copy = rusqlite::Connection::open(project.path("state/lettrage.v1.bak")).unwrap();
    let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}

#[test]
fn a_state_made_before_a_later_table_of_its_version_gets_the_table() {
    let project = Project::of_sample("exact-reference");
    let statement = project.read("inbox/ST-001.xml");
    assert_eq!(project.night().status.code(), Some(0));
    let state = rusqlite::Connection::open(project.path("state/lettrage.sqlite")).unwrap();
    let older = "DROP TABLE on_account; ALTER TABLE lettered DROP COLUMN reference; PRAGMA user_version = 4; \
                 PRAGMA wal_checkpoint(TRUNCATE);";
    state.execute_batch(older).unwrap();
    drop(state);
    // What it does not know is not told: only the day on which an item was paid.
    let next = statement.replace("ST-001", "ST-002").replace("B00", "N00").replace("2026-11-19", "2026-11-20");
    project.write("inbox/ST-002.xml", &next.replace("3149.40", "5298.80").replace("1000.00", "3149.40"));
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(notes_of_not_open(&project), ["FA2026-00117 ← 2026-11-19", "FA2026-00118 ← 2026-11-19"]);
}

#[test]
fn status_tells_what_waits() {
    let (project, _) = project_with_an_early_payment();
    let status = stdout(&project.run(&["status"]));
    assert!(status.contains("2 wait for a person, the oldest since 2026-11-19"), "{status}");
    let json: serde_json::Value =
        serde_json::from_str(stdout(&project.run(&["status", "--json"])).lines().next().unwrap()).unwrap();
    assert_eq!(json["unmatched"]["remittances"].as_u64().unwrap() + json["suggested"]["remittances"].as_u64().unwrap(), 2);
}

#[test]
fn sixteen_runs_at_once_letter_each_remittance_once() {
    let project = Project::of_sample("several-invoices");
    let expected = rows(
        &std::fs::read_to_string(crate::project::root().join("samples/several-invoices/expected/lettrage-CT01.csv")).unwrap(),
    );
    let folder = project.path("");
    let started: Vec<std::process::Child> = (0..16)
        .map(|_| {
            let mut command = crate::project::lettrage();
            command.args(["run", "--date", "2026-11-20"]).current_dir(&folder);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    let codes: Vec<Option<i32>> = started.into_iter().map(|mut run| run.wait().unwrap().code()).collect();
    // A run that starts when another has ended finds an empty inbox; the others find the lock.
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 3))), "{codes:?}");
    assert!(codes.contains(&Some(0)), "{codes:?}");
    let mut lettered: Vec<String> = Vec::new();
    for run in std::fs::read_dir(project.path("outbox")).unwrap() {
        let text = std::fs::read_to_string(run.unwrap().path().join("lettrage-CT01.csv")).unwrap();
        lettered.extend(rows(&text).iter().map(|r| r["remittance_id"].clone() + &r["invoice_id"]));
    }
    let mut wanted: Vec<String> = expected.iter().map(|r| r["remittance_id"].clone() + &r["invoice_id"]).collect();
    lettered.sort();
    wanted.sort();
    assert_eq!(lettered, wanted);
}

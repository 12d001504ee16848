//! Wrong input gets a message that says where, what was expected and found, what the run did, and
//! what to do.

use crate::project::{Project, lettrage, stderr};

/// Runs the night of a changed sample and returns its exit code and what it said.
fn said(project: &Project) -> String {
    let output = project.night();
    let folder = project.path("").display().to_string();
    format!("exit {}\n{}", output.status.code().unwrap(), stderr(&output).replace(&folder, ""))
}

fn changed(sample: &str, file: &str, from: &str, to: &str) -> String {
    let project = Project::of_sample(sample);
    project.edit(file, from, to);
    said(&project)
}

#[test]
fn a_misspelt_key() {
    insta::assert_snapshot!(changed("exact-reference", "pipeline.toml", "invoices =", "invoice ="), @r#"
exit 2
pipeline.toml:5:1: config-missing
  expected the key ledger.invoices, but found none
  Nothing was run
pipeline.toml:6:1: config-unknown-key
  expected a known key, but found ledger.invoice
  Nothing was run
  Did you mean "invoices"?
"#);
}

#[test]
fn a_wrong_type() {
    insta::assert_snapshot!(changed("exact-reference", "pipeline.toml", "settle = \"0s\"", "settle = 5"), @r#"
exit 2
pipeline.toml:3:10: config-type
  expected inbox.settle to be a duration such as "5s" or "2m", but found 5
  Nothing was run
"#);
}

#[test]
fn a_missing_configuration() {
    let project = Project::of_sample("exact-reference");
    std::fs::remove_file(project.path("pipeline.toml")).unwrap();
    insta::assert_snapshot!(said(&project), @r"
exit 2
pipeline.toml: config-file
  expected a configuration, but found nothing at that place
  Nothing was run
  Name it with --config, or let `lettrage init` write one.
");
}

#[test]
fn a_missing_ledger() {
    insta::assert_snapshot!(changed("exact-reference", "pipeline.toml", "ledger/invoices.csv", "ledger/open-items.csv"), @r"
exit 2
ledger/open-items.csv: ledger-file
  expected a file of the ledger at ledger/open-items.csv, but found nothing at that place
  Nothing was run
  Put the export there, or correct its path in [ledger]
");
}

#[test]
fn a_missing_column() {
    insta::assert_snapshot!(changed("exact-reference", "ledger/invoices.csv", "due_date", "due"), @r"
exit 2
ledger/invoices.csv: ledger-column-missing
  expected a column due_date, but found invoice_id, debtor_id, issue_date, due, amount, open_amount, assigned_on, financed_amount, order_ref, payment_ref, discount_rate, discount_until
  The ledger cannot be used, so nothing was run
  Correct the header, or map the file's name for it in [ledger.columns]
");
}

#[test]
fn an_unreadable_amount() {
    insta::assert_snapshot!(changed("exact-reference", "ledger/invoices.csv", "410.00,410.00", "4l0.00,410.00"), @r#"
exit 1
ledger/invoices.csv:4:5: ledger-amount
  expected amount in EUR such as 1234.50, but found "4l0.00": not a plain decimal number
  The row is set aside
  Mend the amount, or set decimal in [ledger]
"#);
}

#[test]
fn a_year_of_two_digits() {
    let project = Project::of_sample("exact-reference");
    let ledger = project.read("ledger/invoices.csv").replace("2026-11-10,410.00", "26-11-10,410.00");
    // Lines end as those of Windows do.
    project.write("ledger/invoices.csv", &ledger.replace('\n', "\r\n"));
    insta::assert_snapshot!(said(&project), @r#"
exit 1
ledger/invoices.csv:4:4: ledger-date
  expected due_date as %Y-%m-%d, but found "26-11-10"
  The row is set aside
  Write the year with four digits, or set date_format = "%y-%m-%d" in [ledger]
"#);
}

#[test]
fn an_export_that_does_not_say_what_is_assigned() {
    insta::assert_snapshot!(changed("exact-reference", "ledger/invoices.csv", "assigned_on", "date_cession"), @r"
exit 0
ledger/invoices.csv:1: ledger-not-assigned
  expected a column assigned_on, the day on which an item was assigned to the factor, but found these, which are not used: date_cession
  No item counts as assigned: all money is the client's, and nothing is released to the factor
  Export the column, or map the export's name for it in [ledger.columns]; open_amount and the others are in docs/ledger.md
");
}

#[test]
fn an_invoice_twice() {
    insta::assert_snapshot!(changed("exact-reference", "ledger/invoices.csv", "FA2026-00119", "FA2026-00118"), @r"
exit 1
ledger/invoices.csv:3:1: ledger-invoice-duplicate
  expected the number FA2026-00118 once in contract CT01, but found it again further down
  The row is set aside: which of them is right is not known
  Keep one row for each document
ledger/invoices.csv:4:1: ledger-invoice-duplicate
  expected the number FA2026-00118 once in contract CT01, but found it in line 3 too
  The row is set aside
  Keep one row for each document
");
}

#[test]
fn an_unknown_debtor() {
    insta::assert_snapshot!(changed("exact-reference", "ledger/invoices.csv", "FA2026-00119,D2", "FA2026-00119,D7"), @r#"
exit 1
ledger/invoices.csv:4:2: ledger-debtor-unknown
  expected a debtor of the debtors file, but found "D7"
  The row is set aside
  Add the debtor to the debtors file, or mend its row there
"#);
}

#[test]
fn a_wrong_currency() {
    let project = Project::of_sample("exact-reference");
    project.edit("pipeline.toml", "kind = \"mandate\"", "kind = \"mandate\"\ncurrency = \"USD\"");
    insta::assert_snapshot!(said(&project), @r"
exit 1
ST-001.xml:5: statement-currency
  expected USD, the currency of contract CT01, but found EUR in statement ST-001
  The statement is set aside: none of its entries is used tonight
  Give the account in that currency a contract of its own
");
}

#[test]
fn a_foreign_account() {
    let own = "<IBAN>FR7630006000011234567890189</IBAN></Id><Ccy>";
    let foreign = "<IBAN>DE89370400440532013000</IBAN></Id><Ccy>";
    insta::assert_snapshot!(changed("exact-reference", "inbox/ST-001.xml", own, foreign), @r"
exit 1
ST-001.xml:5: account-foreign
  expected a dedicated account of pipeline.toml (FR7630006000011234567890189), but found DE89370400440532013000 in statement ST-001
  The statement is set aside: none of its entries is used tonight
  If it is a dedicated account, add it to its contract in pipeline.toml
");
}

#[test]
fn a_statement_that_does_not_close() {
    insta::assert_snapshot!(changed("exact-reference", "inbox/ST-001.xml", ">3149.40<", ">3149.39<"), @r"
exit 1
ST-001.xml:5: statement-unbalanced
  expected a closing balance (CLBD) of 3149.40 EUR, but found 3149.39 EUR in statement ST-001: a difference of -0.01
  The statement is set aside: none of its entries is used tonight
  Ask the bank to send it again, then run the same date again
");
}

#[test]
fn a_doctype() {
    let doctype = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Document";
    insta::assert_snapshot!(changed("exact-reference", "inbox/ST-001.xml", "<Document", doctype), @r"
exit 1
ST-001.xml:2:1: xml-doctype
  expected a bank message, but found a DOCTYPE, which no bank message has
  The file is set aside: nothing of it is used
  Ask the sender what this file is; do not open it elsewhere
");
}

#[test]
fn another_message() {
    let project = Project::of_sample("exact-reference");
    let order = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\"><CstmrCdtTrfInitn/></Document>";
    project.write("inbox/ST-001.xml", order);
    insta::assert_snapshot!(said(&project), @r"
exit 1
ST-001.xml:1:1: message-unknown
  expected a bank statement (camt.053), but found a document <Document> without one
  The file is set aside: nothing of it is used
  Drop only the bank's account statements into this folder
");
}

#[test]
fn an_empty_inbox() {
    let project = Project::of_sample("exact-reference");
    std::fs::remove_file(project.path("inbox/ST-001.xml")).unwrap();
    insta::assert_snapshot!(said(&project), @r"
exit 0
inbox: inbox-empty
  expected the bank's statements in the inbox, but found none
  Only what waited for a person was looked at; the dunning is that of the ledger
  If the bank owes a statement of the day, ask for it, and run the same date again
");
    assert!(project.read("outbox/2026-11-20-001/report.html").contains("Aucun relevé"));
}

#[test]
fn an_inbox_that_does_not_exist() {
    let project = Project::of_sample("exact-reference");
    std::fs::remove_dir_all(project.path("inbox")).unwrap();
    insta::assert_snapshot!(said(&project), @r"
exit 0
inbox: inbox-missing
  expected the folder of the inbox, but found none of that name
  No statement was read: only what waited for a person was looked at
  Create it, or correct [inbox] path in pipeline.toml, then run the same date again
");
    assert!(project.read("outbox/2026-11-20-001/report.html").contains("Le dossier des relevés n"));
}

#[test]
fn a_second_run_at_the_same_time() {
    let project = Project::of_sample("exact-reference");
    std::fs::create_dir_all(project.path("state")).unwrap();
    let lock = std::fs::File::create(project.path("state/lettrage.lock")).unwrap();
    lock.try_lock().unwrap();
    insta::assert_snapshot!(said(&project), @r"
exit 3
state/lettrage.lock: lock-held
  expected to be the only run, but found another one at work
  Nothing was run.
  Wait until it has ended; the lock goes with it.
");
    assert!(!project.path("outbox").exists(), "nothing is published");
}

#[test]
fn an_outbox_that_cannot_be_written() {
    let project = Project::of_sample("exact-reference");
    project.write("outbox", "a file in the place of the folder");
    let text = said(&project);
    assert!(text.starts_with("exit 5\n"), "{text}");
    assert!(text.contains("Nothing was published."), "{text}");
    std::fs::remove_file(project.path("outbox")).unwrap();
    assert_eq!(project.night().status.code(), Some(0), "the next run gives what the first would have");
    assert!(project.published().iter().any(|(name, _)| name == "manifest.json"));
}

#[test]
fn an_empty_ledger_consumes_no_statement() {
    let project = Project::of_sample("exact-reference");
    let ledger = project.read("ledger/invoices.csv");
    project.write("ledger/invoices.csv", &format!("{}\n", ledger.lines().next().unwrap()));
    insta::assert_snapshot!(said(&project), @r"
exit 2
ledger/invoices.csv: ledger-empty
  expected at least one open item that can be trusted, but found none
  Nothing was run, and the statements wait: without open items every remittance would be unmatched
  Export the open items again
");
    assert!(project.path("inbox/ST-001.xml").exists() && !project.path("outbox").exists());
    assert!(!project.path("state/lettrage.sqlite").exists(), "nothing is written");
}

#[test]
fn a_misspelt_column_is_not_read_as_absent() {
    insta::assert_snapshot!(changed("exact-reference", "ledger/invoices.csv", "assigned_on", "assignd_on"), @r#"
exit 2
ledger/invoices.csv:1:7: ledger-column-unknown
  expected a known column, but found "assignd_on", which is like "assigned_on"
  The ledger cannot be used, so nothing was run
  Correct the header, or map the name in [ledger.columns]
"#);
}

#[test]
fn a_mapping_to_no_column() {
    insta::assert_snapshot!(changed("ledger-of-the-house", "pipeline.toml", "\"invoice_id\"", "\"invoice_nr\""), @r#"
exit 2
[ledger.columns]: ledger-column-unknown
  expected a column of the ledger for "N° facture", but found "invoice_nr"
  Nothing was run
  Did you mean "invoice_id"?
"#);
}

#[test]
fn an_archive_inside_the_inbox() {
    insta::assert_snapshot!(
        changed("exact-reference", "pipeline.toml", "[ledger]", "[outbox]\narchive = \"inbox/archive\"\n\n[ledger]"),
        @r#"
exit 2
pipeline.toml:5:2: config-folders
  expected outbox.archive apart from the inbox "inbox", but found "inbox/archive"
  Nothing was run
"#
    );
}

#[test]
fn a_lost_state_letters_nothing_a_second_time() {
    let project = Project::of_sample("exact-reference");
    project.night();
    std::fs::rename(project.path("archive/2026/11/ST-001.xml"), project.path("inbox/ST-001.xml")).unwrap();
    std::fs::remove_dir_all(project.path("state")).unwrap();
    insta::assert_snapshot!(said(&project), @r"
exit 5
state state/lettrage.sqlite: expected to know the run 2026-11-20-001 of the outbox, but found no record of it: what it lettered would be lettered again
  Restore the state of that time, or move the outbox away if it belongs to another state.
  Nothing was published. Mend this and run the same date again.
");
}

#[test]
fn an_archive_that_cannot_be_written() {
    let project = Project::of_sample("exact-reference");
    project.write("archive", "a file in the place of the folder");
    let text = said(&project);
    assert!(text.starts_with("exit 5\n") && text.contains("Nothing was published."), "{text}");
    assert!(!project.path("outbox/2026-11-20-001").exists(), "and so it is");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_inbox_is_told() {
    let project = Project::of_sample("exact-reference");
    std::fs::rename(project.path("inbox/ST-001.xml"), project.path("real.xml")).unwrap();
    std::os::unix::fs::symlink("../real.xml", project.path("inbox/ST-001.xml")).unwrap();
    insta::assert_snapshot!(said(&project), @r"
exit 0
ST-001.xml: inbox-not-a-file
  expected a file, but found a link or something else
  It is left where it is, and not read
  Drop the file itself, not a link to it
");
}

#[test]
fn settings_that_cannot_be_meant() {
    let own = "account = \"FR7630006000011234567890189\"";
    for (from, to, told) in [
        (
            "[ledger]\n",
            "[ledger]\ndate_format = \"jj/mm/aaaa\"\n",
            "expected a pattern such as \"%d/%m/%Y\", but found \"jj/mm/aaaa\"",
        ),
        ("[ledger]\n", "[matching]\nsuggest = 0.999\n[ledger]\n", "expected no more than auto (0.995000), but found 0.999000"),
        (own, &format!("{own}\nfactor_{own}"), "but found the dedicated account itself"),
    ] {
        let said = changed("exact-reference", "pipeline.toml", from, to);
        assert!(said.starts_with("exit 2\n") && said.contains(told), "{said}");
    }
}

#[test]
fn check_knows_what_earlier_nights_took() {
    let project = Project::of_sample("exact-reference");
    let statement = project.read("inbox/ST-001.xml");
    assert_eq!(project.night().status.code(), Some(0));
    project.write("inbox/again.xml", &statement.replace("SANS OBJET", "AUTRE TEXTE"));
    let output = project.run(&["check"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("statement-conflict"), "{}", stderr(&output));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_a_full_disk_cuts_off_is_told() {
    let project = Project::of_sample("exact-reference");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut inspect = lettrage();
    inspect.args(["inspect", "--json", "inbox/ST-001.xml"]).current_dir(project.path("")).stdout(full);
    let output = inspect.output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("Make room, and ask again"), "{}", stderr(&output));
}

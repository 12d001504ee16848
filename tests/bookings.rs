//! Bookings that are more than one payment, that are told twice, and that the bank takes back.

use crate::banks::{ITEM, balance, closing_at, credit, document, dupont, entry, file, statement_of};
use crate::in_memory::{ACCOUNT, night, rules};
use crate::project::rows;

// ── batches and notifications ────────────────────────────────────────────────────────────────────

fn batch(details: &str) -> String {
    entry("150.00", "CRDT", &format!("<Btch><NbOfTxs>2</NbOfTxs></Btch>{details}"))
}

fn parts(first: &str, second: &str) -> String {
    let part = |amount: &str, text: &str| {
        dupont(text).replace("<TxDtls>", &format!("<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"))
    };
    part(first, "FA-2026-0001") + &part(second, "FA-2026-0002")
}

fn notification(entry: &str) -> String {
    document("08", &format!("<Stmt><Id>NT-1</Id><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id></Acct>{entry}</Stmt>"))
        .replace("camt.053", "camt.054")
        .replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
        .replace("Stmt>", "Ntfctn>")
}

fn with_notification(entry: &str) -> (usize, Vec<&'static str>) {
    let items = [ITEM, ("FA-2026-0002", "50.00")];
    let statement = file("a.xml", document("08", &closing_at("150.00", &batch(""))));
    let night = night("", &items, &[statement, file("b.xml", notification(entry))]);
    (night.counts.lettered, rules(&night))
}

#[test]
fn a_batch_with_a_count_and_no_details_is_left_for_a_person() {
    let night = night("", &[("FA-2026-0001", "150.00")], &[file("a.xml", document("08", &closing_at("150.00", &batch(""))))]);
    assert_eq!(night.counts.lettered, 0);
}

#[test]
fn a_batch_is_split_by_what_was_instructed_and_told_where_it_cannot_be() {
    let instructed = |amount: &str, text: &str| {
        let amounts = format!("<AmtDtls><InstdAmt><Amt Ccy=\"EUR\">{amount}</Amt></InstdAmt></AmtDtls>");
        dupont(text).replace("<RltdPties>", &format!("{amounts}<RltdPties>"))
    };
    let of = |first: &str| {
        let details = instructed(first, "FA-2026-0001") + &instructed("50.00", "FA-2026-0002");
        let entries = entry("150.00", "CRDT", &details);
        let night =
            night("", &[ITEM, ("FA-2026-0002", "50.00")], &[file("a.xml", document("08", &closing_at("150.00", &entries)))]);
        let left = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
        (night.counts.lettered, left.first().map(|row| row["remittance_text"].clone()))
    };
    assert_eq!(of("100.00"), (2, None));
    assert_eq!(of("99.00"), (0, Some("SARL DUPONT: FA-2026-0001 | SARL DUPONT: FA-2026-0002".to_owned())));
}

#[test]
fn a_notification_supplies_the_payments_of_a_batch() {
    assert_eq!(with_notification(&batch(&parts("100.00", "50.00"))), (2, vec![]));
}

#[test]
fn a_notification_of_another_amount_is_told_and_not_used() {
    let other = batch(&parts("100.00", "50.00")).replace(">150.00<", ">151.00<");
    assert_eq!(with_notification(&other), (0, vec!["notification-disagrees"]));
}

#[test]
fn a_notification_that_does_not_add_up_is_told_and_not_used() {
    assert_eq!(with_notification(&batch(&parts("100.00", "49.00"))), (0, vec!["notification-sum"]));
}

#[test]
fn a_notification_alone_is_set_aside() {
    let night = night("", &[ITEM], &[file("b.xml", notification(&batch(&parts("100.00", "50.00"))))]);
    assert_eq!((night.counts.lettered, rules(&night)), (0, vec!["statement-notification"]));
}

#[test]
fn a_notification_without_references_is_known_by_its_day() {
    let plain = batch(&parts("100.00", "50.00")).replace("<AcctSvcrRef>B1</AcctSvcrRef>", "");
    assert_eq!(with_notification(&plain), (2, vec![]));
    let another_day = plain.replace("2026-10-01", "2026-09-30");
    assert_eq!(with_notification(&another_day), (0, vec!["statement-notification"]));
}

/// Two extracts that overlap, one with the parts of a booking and one without.
#[test]
fn a_booking_is_known_again_when_another_extract_tells_more_of_it() {
    let items = [ITEM, ("FA-2026-0002", "50.00")];
    let detailed = document("08", &closing_at("150.00", &batch(&parts("100.00", "50.00"))));
    let lump = document("08", &closing_at("150.00", &batch(""))).replace("ST-1", "ST-2");
    let night = night("", &items, &[file("a.xml", detailed), file("b.xml", lump)]);
    let exceptions = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
    let reasons: Vec<&str> = exceptions.iter().map(|r| r["reason"].as_str()).collect();
    assert_eq!((night.counts.lettered, reasons), (2, vec!["already_booked"]));
}

/// The bank books late, without a reference of its own, and the balances go on: it is other money.
#[test]
fn a_booking_like_one_of_the_statement_before_is_another_where_the_balances_go_on() {
    let plain = credit(&dupont("ACOMPTE")).replace("<AcctSvcrRef>B1</AcctSvcrRef>", "");
    let first = document("08", &closing_at("100.00", &plain));
    let statement = |opening: &str, closing: &str, entries: &str| {
        let balances = balance("OPBD", opening) + &balance("CLBD", closing);
        let text = document("08", &statement_of("ST-2", &balances, entries));
        // The entry keeps its day.
        text.replace("<Dt>2026-10-01</Dt></Dt></Bal>", "<Dt>2026-10-02</Dt></Dt></Bal>")
    };
    let reasons = |second: String| {
        let night = night("", &[ITEM], &[file("a.xml", first.clone()), file("b.xml", second)]);
        let exceptions = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
        let told = exceptions.iter().map(|row| (row["reason"].clone(), row["remittance_id"].clone()));
        let (reasons, ids): (Vec<String>, std::collections::BTreeSet<String>) = told.unzip();
        (reasons.contains(&"twin_suspected".to_owned()), reasons.contains(&"already_booked".to_owned()), ids.len())
    };
    assert_eq!(reasons(statement("100.00", "200.00", &plain)), (true, false, 2), "another, with an identity of its own");
    // An extract over both days opens where the first one does.
    let both_days = statement("0.00", "150.00", &(plain.clone() + &entry("50.00", "CRDT", "").replace(">B1<", ">B7<")));
    assert_eq!(reasons(both_days), (false, true, 2), "the same, told again");
    // And one that has both has no third.
    let third = statement("0.00", "200.00", &(plain.clone() + &plain)).replace("ST-2", "ST-3");
    let files = [file("a.xml", first.clone()), file("b.xml", statement("100.00", "200.00", &plain)), file("c.xml", third)];
    let night = night("", &[ITEM], &files);
    assert_eq!(night.memory.waiting.len(), 2, "{:?}", rules(&night));
}

#[test]
fn what_a_statement_should_not_say_is_told() {
    let late = credit(&dupont("FA-2026-0001")).replace("<BookgDt><Dt>2026-10-01", "<BookgDt><Dt>2027-02-01");
    let told = night("", &[ITEM], &[file("a.xml", document("08", &closing_at("100.00", &late)))]);
    assert_eq!((told.counts.lettered, rules(&told)), (0, vec!["booking-date"]));
    let debit = entry("120.00", "DBIT", "").replace(">B1<", ">B8<");
    let overdrawn = balance("CLBD", "20.00").replace("CRDT", "DBIT");
    let entries = credit(&dupont("FA-2026-0001")) + &debit;
    let statement = statement_of("ST-1", &(balance("OPBD", "0.00") + &overdrawn), &entries);
    let told = night("", &[ITEM], &[file("a.xml", document("08", &statement))]);
    assert!(rules(&told).contains(&"account-overdrawn"), "{:?}", rules(&told));
    assert_eq!(told.counts.lettered, 1);
}

/// Two statements of a day whose bank writes the same word instead of a reference.
#[test]
fn a_reference_that_is_none_makes_no_two_bookings_one() {
    let with_id =
        |id: &str| dupont("FA-2026-0001").replace("<TxDtls>", &format!("<TxDtls><Refs><AcctSvcrRef>{id}</AcctSvcrRef></Refs>"));
    let first = document("08", &closing_at("100.00", &credit(&with_id("T1")).replace(">B1<", ">NONREF<")));
    let balances = balance("OPBD", "100.00") + &balance("CLBD", "200.00");
    let second = document("08", &statement_of("ST-2", &balances, &credit(&with_id("T2")).replace(">B1<", ">NONREF<")));
    let night = night("", &[ITEM], &[file("a.xml", first), file("b.xml", second)]);
    let exceptions = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
    assert!(exceptions.iter().all(|r| r["reason"] != "already_booked"), "{exceptions:?}");
}

// ── returns ──────────────────────────────────────────────────────────────────────────────────────

fn returned(details: &str) -> String {
    entry("100.00", "DBIT", details).replace("</CdtDbtInd>", "</CdtDbtInd><RvslInd>true</RvslInd>").replace(">B1<", ">B9<")
}

#[test]
fn a_payment_taken_back_the_same_day_is_not_lettered() {
    let entries = credit(&dupont("FA-2026-0001")) + &returned(&dupont("FA-2026-0001"));
    let night = night("", &[ITEM], &[file("a.xml", document("02", &closing_at("0.00", &entries)))]);
    assert_eq!(night.counts.lettered, 0);
}

/// The return may be of an earlier night: the new payment must neither be lettered nor disappear.
#[test]
fn a_return_with_other_words_leaves_the_payment_to_a_person() {
    let entries = credit(&dupont("FA-2026-0001")) + &returned(&dupont("LOYER AOUT"));
    let night = night("", &[ITEM], &[file("a.xml", document("02", &closing_at("0.00", &entries)))]);
    let exceptions = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
    let waits: Vec<&str> = exceptions.iter().filter(|r| r["direction"] == "credit").map(|r| r["reason"].as_str()).collect();
    assert_eq!((night.counts.lettered, waits), (0, vec!["return_suspected"]));
    assert_eq!(night.memory.waiting.len(), 1);
}

#[test]
fn a_return_in_the_name_of_a_bank_leaves_the_only_payment_of_its_amount_to_a_person() {
    let of_bank = returned(&dupont("VIREMENT REJETE").replace("DUPONT", "BANQUE POPULAIRE"));
    assert!(of_bank.contains("BANQUE POPULAIRE"));
    let entries = credit(&dupont("FA-2026-0001")) + &of_bank;
    let night = night("", &[ITEM], &[file("a.xml", document("02", &closing_at("0.00", &entries)))]);
    assert_eq!((night.counts.lettered, rules(&night)), (0, vec!["return-unclear"]));
    let told = night.findings.iter().find(|f| f.rule == "return-unclear").unwrap();
    assert!(told.what.ends_with("found one that is only like it: B1"), "{}", told.what);
    assert!(told.remedy.contains("`lettrage undo B1`"), "{}", told.remedy);
}

#[test]
fn when_two_payments_fit_a_return_neither_is_lettered_without_a_person() {
    let second = credit(&dupont("FA-2026-0002")).replace(">B1<", ">B2<");
    let entries = credit(&dupont("FA-2026-0001")) + &second + &returned("");
    let items = [ITEM, ("FA-2026-0002", "100.00")];
    let night = night("", &items, &[file("a.xml", document("02", &closing_at("100.00", &entries)))]);
    let exceptions = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
    assert_eq!(exceptions.iter().filter(|r| r["reason"] == "return_suspected").count(), 2, "{exceptions:?}");
    assert_eq!(night.counts.lettered, 0);
}

/// The bank names the payment that it takes back first; the other return can then only be about the other.
#[test]
fn each_return_takes_another_payment_back() {
    let payment = dupont("FA-2026-0001");
    let second = |entry: &str| entry.replace(">B1<", ">B2<").replace(">B9<", ">B2<");
    let entries = credit(&payment) + &second(&credit(&payment)) + &second(&returned(&payment)) + &returned(&payment);
    let night = night("", &[ITEM], &[file("a.xml", document("02", &closing_at("0.00", &entries)))]);
    let exceptions = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap());
    let taken: Vec<&str> =
        exceptions.iter().filter(|r| r["reason"] == "returned_same_night").map(|r| r["bank_reference"].as_str()).collect();
    assert_eq!(taken, ["B1", "B2"], "{exceptions:?}");
    assert_eq!((night.counts.lettered, night.memory.waiting.len(), night.memory.returns.len()), (0, 0, 0));
}

/// A bank that begins to count again, or gives all its statements one number.
#[test]
fn a_number_given_again_for_another_day_is_another_statement() {
    let items = [ITEM, ("FA-2026-0002", "100.00")];
    let first = document("08", &closing_at("100.00", &credit(&dupont("FA-2026-0001"))));
    let balances = balance("OPBD", "100.00") + &balance("CLBD", "200.00");
    let entry = credit(&dupont("FA-2026-0002")).replace(">B1<", ">B2<");
    let same_day = document("08", &statement_of("ST-1", &balances, &entry));
    let next_day = same_day.replace("2026-10-01", "2026-10-02");
    let files = |second: String| [file("a.xml", first.clone()), file("b.xml", second)];
    let both = night("", &items, &files(next_day));
    assert_eq!((both.counts.lettered, rules(&both)), (2, vec!["statement-number-again"]));
    let told: Vec<String> = rows(std::str::from_utf8(&both.files["release.csv"]).unwrap())
        .into_iter()
        .map(|row| row["statement_id"].clone())
        .collect();
    assert_eq!(told, ["ST-1", "ST-1 (2026-10-02)"]);
    let conflict = night("", &items, &files(same_day));
    assert_eq!((conflict.counts.lettered, rules(&conflict)), (1, vec!["statement-conflict"]));
}

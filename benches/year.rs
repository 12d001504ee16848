//! A year of nights: does a night take longer, and its state more, the more nights lie behind it?
//!
//! `cargo bench --bench year -- 260 500`: nights, and remittances each. Each night 500 invoices are
//! written, 500 of three weeks before are paid, and a few payments are left for a person.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark measures and stops at the first surprise"
)]

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use lettrage::shell::{self, Project};

/// Nights between an invoice and its payment.
const TERM: usize = 21;
const SETTINGS: &str = "[inbox]\nsettle = \"0s\"\n[ledger]\ninvoices = \"invoices.csv\"\ndebtors = \"debtors.csv\"\n[[contracts]]\nid = \"CT01\"\nfactor = \"Factor SA\"\nkind = \"mandate\"\naccount = \"FR7630006000011234567890189\"\n";

fn cents(number: usize) -> usize {
    10_000 + number * 7_919 % 500_000
}

fn amount(cents: usize) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The statement of a night: the items of three weeks before, and every hundredth from a stranger.
fn statement(night: usize, day: NaiveDate, remittances: usize, opening: usize) -> (String, usize) {
    let mut entries = String::new();
    let mut closing = opening;
    for of_night in 0..remittances {
        let number = night * remittances + of_night;
        let paid = number.checked_sub(TERM * remittances);
        let (cents, name, text) = match paid.filter(|_| of_night % 100 != 99) {
            Some(item) => (cents(item), format!("CLIENT {} SARL", item % 400), format!("FACTURE FA{item:07}")),
            None => (cents(number) + 1, format!("INCONNU {number}"), "DIVERS".to_owned()),
        };
        closing += cents;
        let _ = write!(
            entries,
            "<Ntry><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>B{number:07}</AcctSvcrRef>\
             <NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
            amount(cents)
        );
    }
    let balance = |code: &str, cents: usize| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>",
            amount(cents)
        )
    };
    let text = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>ST-{night}</Id>\
         <Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing)
    );
    (text, closing)
}

/// The export: what was written and is not posted as paid yet, two nights late.
fn export(folder: &Path, night: usize, day: NaiveDate, remittances: usize) {
    let first = (night * remittances).saturating_sub((TERM + 2) * remittances);
    let mut text = "invoice_id,debtor_id,issue_date,due_date,amount,assigned_on\n".to_owned();
    for item in first..(night + 1) * remittances {
        let issued = day - Days::new((night - item / remittances) as u64);
        let _ =
            writeln!(text, "FA{item:07},D{},{issued},{},{},{issued}", item % 400, issued + Days::new(30), amount(cents(item)));
    }
    std::fs::write(folder.join("invoices.csv"), text).unwrap();
}

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let (nights, remittances) = (numbers.first().copied().unwrap_or(40), numbers.get(1).copied().unwrap_or(500));
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("inbox")).unwrap();
    std::fs::write(root.join("pipeline.toml"), SETTINGS).unwrap();
    let debtors = (0..400).fold("debtor_id,name\n".to_owned(), |text, n| text + &format!("D{n},Client {n} SARL\n"));
    std::fs::write(root.join("debtors.csv"), debtors).unwrap();
    println!("night   lettered  waiting  milliseconds (mean of the last 20)  state bytes  state bytes a night");
    let (mut balance, mut spent, mut last_size) = (10_000_000, Vec::new(), 0_u64);
    for night in 0..nights {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(night as u64);
        let (text, closing) = statement(night, day, remittances, balance);
        balance = closing;
        std::fs::write(root.join(format!("inbox/ST-{night}.xml")), text).unwrap();
        export(root, night, day, remittances);
        let project = Project::open(&root.join("pipeline.toml")).unwrap();
        let start = Instant::now();
        let done = shell::run(&project, day, false, &|_| {}).unwrap();
        spent.push(start.elapsed().as_secs_f64() * 1e3);
        if (night + 1) % 20 == 0 {
            let size = std::fs::metadata(root.join("state/lettrage.sqlite")).unwrap().len();
            let mean = spent.iter().rev().take(20).sum::<f64>() / 20.0;
            println!(
                "{:5} {:10} {:8} {mean:35.1} {size:12} {:20}",
                night + 1,
                done.counts.lettered,
                done.counts.suggested + done.counts.unmatched,
                (size - last_size) / 20
            );
            last_size = size;
        }
    }
    let start = Instant::now();
    let project = Project::open(&root.join("pipeline.toml")).unwrap();
    let verified = shell::verify(&project).unwrap();
    println!(
        "verify: {} runs, {} lettered, {} broken, {:.1} s",
        verified.runs,
        verified.lettered,
        verified.broken.len(),
        start.elapsed().as_secs_f64()
    );
}

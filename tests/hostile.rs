//! Files made to do harm or to mislead, each against what it must get.
//!
//! `tests/hostile/MANIFEST.tsv` says what is asked of each; `OUTCOMES.tsv` what it gets, in full:
//! what becomes of the file, the rules told, and the remittances lettered. Four large ones are made
//! here instead of kept.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use lettrage::model::{BankFile, Disposition};
use lettrage::pipeline::Night;
use lettrage::shell;

use crate::in_memory::{self, rules};
use crate::project::{assert_kept, root, rows};

/// Where the manifest asks for one thing and the file gets another, and why.
const CHOSEN: &[(&str, &str)] = &[
    ("150-duplicate-bytes.xml", "the first of its kind here; sent again it is taken once, see below"),
    ("151-duplicate-resent.xml", "the first of its kind here; sent again it is taken once, see below"),
    ("154-gap.xml", "the first statement here; after another one the gap is told, see below"),
    (
        "156-duplicate-entry.xml",
        "the balances close over both bookings, so both are the bank's word: taken, and neither is lettered",
    ),
];

fn night_of(statements: &[BankFile]) -> Night {
    in_memory::night("", &[("FA-2026-0001", "100.00")], statements)
}

fn hostile_files() -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = std::fs::read_dir(root().join("tests/hostile"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| !name.contains(".tsv"))
        .collect();
    let open = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr/>";
    let attributes: String = (0..50_000).fold(String::new(), |all, n| all + " a" + &n.to_string() + "=\"x\"");
    let name = "N".repeat(100_000);
    let entries = "<Ntry>".repeat(200_000);
    let made = [
        ("021-many-attributes.xml", format!("{open}<Stmt{attributes}/></BkToCstmrStmt></Document>")),
        ("023-long-name.xml", format!("{open}<Stmt><{name}></{name}></Stmt></BkToCstmrStmt></Document>")),
        ("024-many-entries-unclosed.xml", format!("{open}<Stmt>{entries}</Stmt></BkToCstmrStmt></Document>")),
    ];
    files.extend(made.map(|(name, text)| (name.to_owned(), text.into_bytes())));
    files.insert("305-zip-many-files.zip".to_owned(), zip_of(20_000));
    files
}

fn zip_of(members: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for number in 0..members {
        archive.start_file(format!("{number}.xml"), zip::write::SimpleFileOptions::default()).unwrap();
    }
    archive.write_all(b"").unwrap();
    archive.finish().unwrap().into_inner()
}

/// What becomes of a file: its disposition, the rules told, the remittances lettered.
fn outcome(name: &str, bytes: Vec<u8>) -> [String; 3] {
    let documents = match shell::unpack(&name.into(), bytes) {
        Ok(documents) => documents,
        Err(finding) => return ["set aside".to_owned(), finding.rule.to_owned(), "0".to_owned()],
    };
    let night = night_of(&documents);
    let word = |d: &Disposition| match d {
        Disposition::Taken | Disposition::Known => "taken",
        Disposition::Held => "held",
        Disposition::Partly => "partly taken",
        Disposition::Refused => "set aside",
    };
    let words: std::collections::BTreeSet<&str> = night.dispositions.values().map(word).collect();
    [words.into_iter().collect::<Vec<_>>().join(", "), rules(&night).join(" "), night.counts.lettered.to_string()]
}

/// Whether a disposition is among what the manifest allows.
fn is_asked(asked: &str, disposition: &str) -> bool {
    asked.split(" or ").any(|one| match disposition {
        "taken" => one.starts_with("ACCEPT"),
        "held" => one.starts_with("HOLD"),
        _ => one.starts_with("QUARANTINE"),
    })
}

#[test]
fn every_hostile_file_gets_what_is_asked() {
    let files = hostile_files();
    let manifest = std::fs::read_to_string(root().join("tests/hostile/MANIFEST.tsv")).unwrap();
    let mut told = "file\tdisposition\trules\tlettered\n".to_owned();
    let mut wrong = Vec::new();
    for row in manifest.lines().skip(1) {
        let [name, asked, _] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let [disposition, rules, lettered] = outcome(name, files[name].clone());
        let chosen = CHOSEN.iter().any(|(chosen, _)| *chosen == name);
        if is_asked(asked, &disposition) == chosen {
            wrong.push(format!("{name}: asked {asked}, but got {disposition} ({rules})"));
        }
        told += &[name, &disposition, &rules, &lettered].join("\t");
        told.push('\n');
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_kept("tests/hostile/OUTCOMES.tsv", &told);
}

#[test]
fn a_statement_sent_again_in_another_message_is_taken_once() {
    let files = hostile_files();
    let document = |name: &str| -> BankFile { (Arc::from(name), files[name].clone().into()) };
    for again in ["150-duplicate-bytes.xml", "151-duplicate-resent.xml"] {
        let night = night_of(&[document("041-utf8-bom.xml"), document(again)]);
        assert!(night.findings.iter().any(|f| f.rule == "statement-again"), "{again}: {:?}", night.findings);
        assert_eq!(night.counts.lettered, 1, "{again}");
    }
}

#[test]
fn a_gap_in_the_statements_is_told() {
    let files = hostile_files();
    let document = |name: &str| -> BankFile { (Arc::from(name), files[name].clone().into()) };
    let night = night_of(&[document("150-duplicate-bytes.xml"), document("154-gap.xml")]);
    assert!(night.findings.iter().any(|f| f.rule == "statement-gap"), "{:?}", night.findings);
    let night = night_of(&[document("150-duplicate-bytes.xml"), document("153-next-day.xml")]);
    assert!(night.findings.iter().all(|f| f.rule != "statement-gap"), "{:?}", night.findings);
}

/// No text of a bank changes what a CSV or a page is made of.
#[test]
fn hostile_texts_stay_texts() {
    for (name, bytes) in hostile_files().into_iter().filter(|(name, _)| name.contains("-text-")) {
        let night = night_of(&[(name.as_str().into(), bytes.into())]);
        let page = String::from_utf8(night.files["report.html"].clone()).unwrap();
        assert!(!page.contains("<script>alert") && !page.contains("onerror=\"") && !page.contains("<img src=x"), "{name}");
        assert!(!page.contains('\u{202E}') && !page.contains('\u{9B}'), "{name}: a control character in the page");
        let lines = rows(std::str::from_utf8(&night.files["exceptions.csv"]).unwrap()).len()
            + rows(std::str::from_utf8(&night.files["lettrage-CT01.csv"]).unwrap()).len();
        assert_eq!(lines, 1, "{name}: one remittance is one row");
    }
}

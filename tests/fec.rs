//! The accountant's FEC, in the ways in which accounting programs write it: only the codes change.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::project::{Project, stderr, stdout};

/// Invented entries: date, account, customer, piece, label, debit, credit, code, date of the code.
const ENTRIES: [[&str; 9]; 13] = [
    ["20261010", "411000", "D1", "FA2026-00201", "Facture Dupont", "1000,00", "0,00", "", ""],
    ["20261010", "706000", "", "FA2026-00201", "Facture Dupont", "0,00", "1000,00", "", ""],
    ["20261010", "411000", "D1", "FA2026 00202", "Facture Dupont", "1500,00", "0,00", "", ""],
    ["20261010", "411000", "D1", "FA2026-00203", "Facture Dupont", "500,00", "0,00", "", ""],
    ["20261010", "411000", "D1", "FA2026-00299", "Autre facture", "77,00", "0,00", "", ""],
    ["20261010", "411000", "D2", "FA2026-00211", "Facture garage", "750,25", "0,00", "", ""],
    ["20261010", "411000", "D2", "FA2026-00212", "Facture garage", "600,00", "0,00", "", ""],
    ["20261010", "411000", "D2", "FA2026-00213", "Facture garage", "400,00", "0,00", "", ""],
    ["20260901", "411000", "D3", "FA2026-00100", "Ancienne facture", "10,00", "0,00", "AAA", "20260902"],
    ["20261010", "411000", "D3", "FA2026-00221", "Facture hôtel", "300,10", "0,00", "", ""],
    ["20261010", "411000", "D3", "FA2026-00222", "Facture hôtel", "339,90", "0,00", "", ""],
    ["20261120", "411000", "D1", "BQ11", "VIR B001 DUPONT", "0,00", "3000,00", "", ""],
    ["20261121", "411000", "D3", "BQ12", "VIREMENT B003", "0,00", "640,00", "", ""],
];

/// A way to write a FEC. The ways are those of four FECs in the tests of the public program
/// neolegal-fr/fec-reader (MIT), which name real companies; the entries here are invented.
struct Dialect {
    separator: char,
    end: &'static str,
    /// `Montant` and `Sens`.
    signed: bool,
    /// Columns filled up with blanks, amounts with zeros, and a separator behind the last one.
    padded: bool,
    /// Columns of those who keep books of receipts and expenses (BNC): `DateRglt`, `ModeRglt`, `NatOp`, `IdClient`.
    receipts: bool,
    encode: fn(&str) -> Vec<u8>,
    decode: fn(&[u8]) -> String,
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

fn from_latin(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

fn with_mark(text: &str) -> Vec<u8> {
    [b"\xef\xbb\xbf", text.as_bytes()].concat()
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn fec(dialect: &Dialect) -> Vec<u8> {
    let amounts = if dialect.signed { ["Montant", "Sens"] } else { ["Debit", "Credit"] };
    let header = [
        "JournalCode",
        "JournalLib",
        "EcritureNum",
        "EcritureDate",
        "CompteNum",
        "CompteLib",
        "CompAuxNum",
        "CompAuxLib",
        "PieceRef",
        "PieceDate",
        "EcritureLib",
        amounts[0],
        amounts[1],
        "EcritureLet",
        "DateLet",
        "ValidDate",
        "Montantdevise",
        "Idevise",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut lines = vec![header];
    if dialect.receipts {
        lines[0].extend(["DateRglt", "ModeRglt", "NatOp", "IdClient"].map(str::to_owned));
    }
    for (number, [date, account, customer, piece, label, debit, credit, code, code_date]) in ENTRIES.iter().enumerate() {
        let (first, second) = match (dialect.signed, *credit) {
            (false, _) => (*debit, *credit),
            (true, "0,00") => (*debit, "D"),
            (true, _) => (*credit, "C"),
        };
        let number = (number + 1).to_string();
        let line = [
            "VE", "Ventes", &number, date, account, "Compte", customer, "", piece, date, label, first, second, code, code_date,
            date, "", "",
        ];
        lines.push(line.map(str::to_owned).to_vec());
        if dialect.receipts {
            lines.last_mut().unwrap().extend([date, "VIR", "", customer].map(str::to_owned));
        }
    }
    let text: String = lines
        .into_iter()
        .enumerate()
        .map(|(line, fields)| {
            let pad = |(column, f): (usize, String)| match (dialect.padded, column) {
                (false, _) => f,
                (true, _) if line == 0 => f,
                (true, 11 | 12) => format!("{f:0>13}"),
                (true, 13 | 14) => format!("{f:8}"),
                (true, _) => format!("{f:<20}"),
            };
            let mut line = fields.into_iter().enumerate().map(pad).collect::<Vec<_>>().join(&dialect.separator.to_string());
            if dialect.padded {
                line.push(dialect.separator);
            }
            line + dialect.end
        })
        .collect();
    (dialect.encode)(&text)
}

fn lettered_sample() -> Project {
    let project = Project::of_sample("several-invoices");
    assert!(matches!(project.night().status.code(), Some(0 | 1)));
    project
}

#[test]
fn only_the_lettrage_columns_change_however_the_file_is_written() {
    let dialects = [
        Dialect {
            separator: '\t',
            end: "\r\n",
            signed: false,
            padded: false,
            receipts: false,
            encode: latin,
            decode: from_latin,
        },
        Dialect { separator: '|', end: "\r\r\n", signed: false, padded: true, receipts: false, encode: with_mark, decode: utf8 },
        Dialect {
            separator: '|',
            end: "\n",
            signed: true,
            padded: false,
            receipts: true,
            encode: |t| t.as_bytes().to_vec(),
            decode: utf8,
        },
    ];
    let project = lettered_sample();
    for (index, dialect) in dialects.iter().enumerate() {
        let name = format!("000000000FEC2026123{index}.txt");
        let before = fec(dialect);
        std::fs::write(project.path(&name), &before).unwrap();
        let output = project.run(&["fec", &name]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let told = stdout(&output);
        assert!(told.contains("7 entries lettered under 2 codes"), "{told}");
        assert!(told.contains("D3  AAA stands as AAB"), "{told}");
        assert!(
            told.contains(
                "1 codes are not in it, because their entries do not balance:\n  D2  AAA  debits less credits 1750.25\n"
            ),
            "{told}"
        );
        assert_eq!(std::fs::read(project.path(&name)).unwrap(), before, "what was dropped stays as it was");
        let after = (dialect.decode)(&std::fs::read(project.path(&name.replace(".txt", ".lettrage.txt"))).unwrap());
        let before = (dialect.decode)(&before);
        let mut codes: BTreeMap<usize, (String, String)> = BTreeMap::new();
        assert_eq!(before.split('\n').count(), after.split('\n').count());
        for (number, (old, new)) in before.split('\n').zip(after.split('\n')).enumerate() {
            let (old, new): (Vec<&str>, Vec<&str>) =
                (old.split(dialect.separator).collect(), new.split(dialect.separator).collect());
            assert_eq!(old.len(), new.len());
            for (column, (old, new)) in old.iter().zip(&new).enumerate() {
                assert!(old == new || matches!(column, 13 | 14), "line {number}, column {column}: {old:?} became {new:?}");
            }
            if old.get(13) != new.get(13) {
                codes.insert(number, (new[13].to_owned(), new[14].to_owned()));
            }
        }
        let code = |code: &str, day: &str| (code.to_owned(), day.to_owned());
        let (dupont, hotel) = (code("AAA", "20261120"), code("AAB", "20261121"));
        let wanted = [(1, &dupont), (3, &dupont), (4, &dupont), (10, &hotel), (11, &hotel), (12, &dupont), (13, &hotel)];
        assert_eq!(codes, wanted.into_iter().map(|(line, code)| (line, code.clone())).collect());
        // Nothing is written over.
        assert_eq!(project.run(&["fec", &name]).status.code(), Some(5));
    }
}

#[test]
fn what_is_no_fec_is_told_with_what_is_missing() {
    let project = lettered_sample();
    project.write("ledger.txt", "JournalCode|EcritureDate|CompteNum\nVE|20261101|411\n");
    let output = project.run(&["fec", "ledger.txt"]);
    assert_eq!(output.status.code(), Some(5));
    let told = stderr(&output);
    assert!(told.contains("expected the column CompAuxNum") && told.contains("journalcode, ecrituredate"), "{told}");
    assert!(!project.path("ledger.lettrage.txt").exists());
}

#[test]
fn what_is_lettered_before_or_open_in_part_is_no_fault() {
    let plain = Dialect {
        separator: '|',
        end: "\r\n",
        signed: false,
        padded: false,
        receipts: false,
        encode: |t| t.as_bytes().to_vec(),
        decode: utf8,
    };
    let project = lettered_sample();
    // D2's payment is posted: everything balances.
    let fec = utf8(&fec(&plain)) + "BQ|Banque|14|20261122|411000|Compte|D2||BQ13|20261122|VIR B002|0,00|1750,25|||20261122||\r\n";
    project.write("fec.txt", &fec);
    let output = project.run(&["fec", "fec.txt"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    // The accountant imports the codes; the next FEC has them.
    let output = project.run(&["fec", "fec.lettrage.txt", "--output", "again.txt"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        stdout(&output).contains("0 entries lettered under 0 codes\n3 codes have no unlettered entry in it"),
        "{}",
        stdout(&output)
    );
    assert_eq!(project.read("again.txt"), project.read("fec.lettrage.txt"));

    let project = Project::of_sample("part-payments");
    assert!(matches!(project.night().status.code(), Some(0 | 1)));
    project.write("fec.txt", &fec);
    let told = stdout(&project.run(&["fec", "fec.txt"]));
    assert!(told.contains("codes are of items still open in part: they come when these are closed"), "{told}");
}

/// A FEC that serves as the ledger: journal, number, date, account, customer, its name, piece, debit, credit, code.
const LEDGER: [[&str; 10]; 14] = [
    ["VE", "1", "20261010", "411000", "D1", "Dupont Menuiserie SARL", "FA2026-00117", "1200,00", "0,00", ""],
    ["VE", "1", "20261010", "706000", "", "", "FA2026-00117", "0,00", "1200,00", ""],
    ["VE", "2", "20261010", "411000", "D2", "Garage de la Gare SAS à Béziers", "FA2026-00118", "1000,00", "0,00", ""],
    ["BQ", "3", "20261020", "411000", "D2", "Garage de la Gare SAS à Béziers", "FA2026-00118", "0,00", "149,60", ""],
    ["BQ", "3", "20261020", "512000", "", "", "VIR 8", "149,60", "0,00", ""],
    ["VE", "4", "20261011", "411000", "D2", "Garage de la Gare SAS à Béziers", "AV2026-00009", "0,00", "50,00", ""],
    ["VE", "5", "20260901", "411000", "D2", "Garage de la Gare SAS à Béziers", "FA2026-00050", "75,00", "0,00", "AAA"],
    ["BQ", "6", "20261101", "411000", "D1", "Dupont Menuiserie SARL", "VIR 9", "0,00", "10,00", ""],
    ["BQ", "6", "20261101", "512000", "", "", "VIR 9", "10,00", "0,00", ""],
    ["VE", "7", "20261101", "411000", "D1", "Dupont Menuiserie SARL", "FA2026-00130", "douze", "0,00", ""],
    // The year before, carried over in one writing, the bank's balance among it; and lettered in part.
    ["AN", "9", "20260101", "411000", "D2", "Garage de la Gare SAS à Béziers", "FA2025-00900", "700,00", "0,00", ""],
    ["AN", "9", "20260101", "512000", "", "", "AN", "9000,00", "0,00", ""],
    ["VE", "10", "20261012", "411BRUN", "", "", "FA2026-00140", "66,00", "0,00", "a"],
    ["VE", "8", "20261101", "445710", "", "", "FA2026-00130", "0,00", "12,00", ""],
];

#[test]
fn a_fec_serves_as_the_ledger() {
    let mut nights = Vec::new();
    for (separator, signed, encode) in [('\t', false, latin as fn(&str) -> Vec<u8>), ('|', true, with_mark)] {
        let amounts = if signed { ["Montant", "Sens"] } else { ["Debit", "Credit"] };
        let mut lines = vec![
            "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate EcritureLib"
                .split(' ')
                .chain(amounts)
                .chain(["EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"])
                .collect::<Vec<_>>(),
        ];
        for [journal, number, date, account, customer, name, piece, debit, credit, code] in LEDGER {
            let (first, second) = match (signed, credit) {
                (false, _) => (debit, credit),
                (true, "0,00") => (debit, "D"),
                (true, _) => (credit, "C"),
            };
            let mut line = vec![journal, "", number, date, account, "", customer, name, piece, date, "", first, second, code];
            line.extend(["", date, "", ""]);
            lines.push(line);
        }
        let text: String = lines.iter().map(|line| line.join(&separator.to_string()) + "\r\n").collect();
        let project = Project::of_sample("exact-reference");
        std::fs::write(project.path("ledger/fec.txt"), encode(&text)).unwrap();
        project.edit("pipeline.toml", "ledger/invoices.csv", "ledger/fec.txt");
        project.edit(
            "pipeline.toml",
            "ledger/debtors.csv\"",
            "ledger/fec.txt\"\n[ledger.fec]\nassigned = true\npayment_terms = \"30 jours fin de mois\"",
        );
        let output = project.night();
        // The entry whose amount is none is told as an error.
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let lettered = crate::project::rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
        let settled: Vec<[&str; 4]> = lettered
            .iter()
            .map(|r| ["invoice_id", "applied_amount", "open_before", "destination"].map(|c| r[c].as_str()))
            .collect();
        assert_eq!(settled, [["FA2026-00117", "1200.00", "1200.00", "factor"], ["FA2026-00118", "850.40", "850.40", "factor"]]);
        let aged = project.read("outbox/2026-11-20-001/aged-balance.csv");
        assert!(aged.contains("à Béziers") && aged.contains("-50.00"), "{aged}");
        let told = project.read("outbox/2026-11-20-001/findings.csv");
        assert!(told.contains("fec-unapplied") && told.contains("credits of 10.00 EUR and debits of 0.00 EUR"), "{told}");
        assert!(aged.contains("411BRUN") && aged.contains("66.00"), "{aged}");
        let d2 = crate::project::rows(&aged).into_iter().find(|r| r["debtor_id"] == "D2").unwrap();
        assert_eq!(d2["total"], "650.00", "the invoice carried over less the credit note: {d2:?}");
        assert!(told.contains("fec-amount,ledger/fec.txt,11"), "{told}");
        nights.push([lettered.iter().map(|r| r["invoice_id"].clone()).collect::<Vec<_>>().join(" "), aged]);
    }
    assert_eq!(nights[0], nights[1]);
}

/// Some programs give every writing of a month one `PieceRef`, fill columns up, and end lines with a separator.
#[test]
fn a_fec_whose_pieces_are_no_documents_serves_by_its_writings() {
    let mut fec = "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|MontantDevise|Idevise|\n".to_owned();
    for (number, customer, name, cents, code) in [
        (1, "D1", "Dupont Menuiserie SARL", 7_470, "AA"),
        (2, "D1", "Dupont Menuiserie SARL", 120_000, "  "),
        (3, "D2", "Garage de la Gare SAS", 85_040, "  "),
        (4, "D2", "Garage de la Gare SAS", 11_206, "  "),
    ] {
        let (whole, part) = (cents / 100, cents % 100);
        writeln!(
            fec,
            "VE  |VE11|{number:08}|20261009|41100000|CLIENTS         |{customer:<8}|{name:<30}|VE  1026|20261009|VENTE           |{whole:010},{part:02}|0000000000,00|{code}|        |20261031|||"
        )
        .unwrap();
    }
    let project = Project::of_sample("exact-reference");
    project.write("ledger/fec.txt", &fec);
    project.edit("pipeline.toml", "ledger/invoices.csv", "ledger/fec.txt");
    project.edit("pipeline.toml", "ledger/debtors.csv\"", "ledger/fec.txt\"\n[ledger.fec]\nassigned = true");
    let told = stderr(&project.night());
    assert!(
        told.contains("fec-document") && told.contains("found VE  1026 with 2 customers, first in line 3 and last in line 4"),
        "{told}"
    );
    assert!(told.contains("document = \"EcritureNum\""), "{told}");

    project.edit("pipeline.toml", "assigned = true", "assigned = true\ndocument = \"EcritureNum\"");
    let output = project.night();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let lettered = crate::project::rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"));
    let settled: Vec<(&str, &str)> = lettered.iter().map(|r| (r["invoice_id"].as_str(), r["applied_amount"].as_str())).collect();
    assert_eq!(settled, [("VE-00000002", "1200.00"), ("VE-00000003", "850.40")]);
    // The code goes back onto the writing.
    let posted = fec + "BQ|Banque|5|20261119|411000|Compte|D1||B001|20261119|VIR DUPONT|0,00|1200,00|||20261119|||\n";
    project.write("fec.txt", &posted);
    let told = stdout(&project.run(&["fec", "fec.txt"]));
    assert!(told.contains("2 entries lettered under 1 codes"), "{told}");
    let after = project.read("fec.lettrage.txt");
    let coded: Vec<&str> = after.lines().filter(|l| l.contains("|AAA|20261119|")).map(|l| &l[10..18]).collect();
    assert_eq!(coded.len(), 2, "{after}");
    assert_eq!(coded[0], "00000002");
}

#[test]
fn a_fec_that_cannot_serve_says_why() {
    let header = "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise";
    let good = "VE||1|20261010|411000||D1|Dupont|FA1|20261010||100,00|0,00|||20261010||";
    let said = |text: &str, more: &str| {
        let project = Project::of_sample("exact-reference");
        project.write("ledger/fec.txt", text);
        project.edit("pipeline.toml", "ledger/invoices.csv", "ledger/fec.txt");
        project.edit("pipeline.toml", "ledger/debtors.csv\"", &format!("ledger/fec.txt\"\n{more}"));
        let output = project.night();
        let findings = project.path("outbox/2026-11-20-001/findings.csv");
        stderr(&output) + &std::fs::read_to_string(findings).unwrap_or_default()
    };
    let cut = said(&format!("{header}\n{good}\nVE||2|20261010|411000||D1|Dupont|FA2\n"), "");
    assert!(cut.contains("fec-fields,ledger/fec.txt,3"), "{cut}");
    let lacks = said(&format!("{}\n{good}\n", header.replace("|EcritureLet", "")), "");
    assert!(lacks.contains("ledger-fec") && lacks.contains("EcritureLet"), "{lacks}");
    let terms = said(&format!("{header}\n{good}\n"), "[ledger.fec]\npayment_terms = \"trente\"");
    assert!(terms.contains("[ledger.fec]") && terms.contains("\"trente\""), "{terms}");
    // Ten of the largest amounts are more than an amount can be: never a smaller one.
    let largest = "VE||3|20261010|411000||D1|Dupont|FA3|20261010||9999999999999999,99|0,00|||20261010||\n".repeat(10);
    let much = said(&format!("{header}\n{good}\n{largest}"), "");
    assert!(much.contains("ledger-amount,ledger/fec.txt,3") && much.contains("more than 18 digits"), "{much}");
    let foreign = said(
        &format!("{header}\n{good}\n"),
        "[[contracts]]\nid = \"CT02\"\nfactor = \"F\"\naccount = \"FR2212345678901234567890106\"",
    );
    assert!(foreign.contains("but found a FEC"), "{foreign}");
}

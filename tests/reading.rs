//! However a bank file is read, it says the same.

use std::path::PathBuf;
use std::sync::Arc;

use lettrage::camt;

use crate::project::root;

/// Real bank files, and those made to do harm.
fn all_files() -> Vec<(String, Arc<[u8]>)> {
    let mut paths: Vec<PathBuf> =
        ["tests/corpus", "tests/hostile"].iter().flat_map(|folder| below(&root().join(folder))).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "xml"));
    paths.sort();
    assert!(paths.len() > 200, "files went missing: {}", paths.len());
    paths.into_iter().map(|path| (path.display().to_string(), std::fs::read(&path).unwrap().into())).collect()
}

fn below(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] }).collect()
}

#[test]
fn a_file_says_the_same_whole_and_in_windows() {
    for (name, bytes) in all_files() {
        let file: Arc<str> = name.as_str().into();
        let whole = format!("{:?}", camt::read(&file, &bytes));
        for window in [400, 1_500, 6_000, 1 << 20] {
            let in_windows = camt::read_stream(&file, &bytes, window);
            assert_eq!(format!("{in_windows:?}"), whole, "{name} in windows of {window} bytes");
        }
    }
}

/// White space before the `>` of each tag: it changes nothing, but no tag is a plain one any more.
fn unplain(text: &str) -> String {
    let mut inside = false;
    let mut made = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c == '<' {
            inside = true;
        } else if c == '>' && inside {
            inside = false;
            if made.ends_with(|last: char| last.is_alphanumeric() || last == '"') {
                made.push(' ');
            }
        }
        made.push(c);
    }
    made
}

#[test]
fn plain_tags_are_read_as_the_library_reads_all_others() {
    let mut compared = 0;
    for (name, bytes) in all_files() {
        let file: Arc<str> = name.as_str().into();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let Ok(plain) = camt::read(&file, text.as_bytes()) else { continue };
        // Of comments and CDATA sections, `unplain` would change what they say.
        if text.contains("<!") || plain.statements.iter().any(|s| !s.faults.is_empty()) {
            continue;
        }
        let other = camt::read(&file, unplain(text).as_bytes()).unwrap();
        assert_eq!(format!("{:?}", other.statements), format!("{:?}", plain.statements), "{name}");
        compared += 1;
    }
    assert!(compared > 100, "only {compared} files could be compared");
}

/// A statement with one entry.
fn statement(amount: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>1</Id>\
         <Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
}

#[test]
fn an_amount_is_digits_and_nothing_between_them() {
    let read = |text: &str| camt::read(&"a.xml".into(), text.as_bytes()).unwrap().statements.remove(0);
    for good in ["100.00", " 100.00\n", "<!-- net -->100.00", "<![CDATA[100.00]]>", "1&#48;0.00"] {
        let read = read(&statement(good));
        assert_eq!(read.statement.entries[0].amount.map(|a| a.to_string()).as_deref(), Some("100.00"), "{good}");
        assert!(read.faults.is_empty(), "{good}: {:?}", read.faults);
    }
    for bad in ["1<x>9</x>00.00", "1 00.00", "-100.00", "1e2", ""] {
        let read = read(&statement(bad));
        assert!(read.statement.entries[0].amount.is_none() && read.faults[0].rule == "amount", "{bad}: {:?}", read.faults);
    }
}

#[test]
fn a_declaration_stands_at_the_start() {
    let text = |head: &str| format!("{head}{}", statement("1.00").replace("<Id>1</Id>", "<Id>é</Id>"));
    for head in
        ["<?xml-stylesheet href=\"a\" encoding=\"ISO-8859-1\"?>", "<!-- <?xml version=\"1.0\" encoding=\"ISO-8859-1\"?> -->"]
    {
        let reading = camt::read(&"a.xml".into(), text(head).as_bytes()).unwrap();
        assert_eq!(reading.statements[0].statement.id, "é", "{head}");
    }
    let twice = camt::read(&"a.xml".into(), text("\u{FEFF}\u{FEFF}").as_bytes()).unwrap_err();
    assert!(twice.what.contains("one byte order mark"), "{twice}");
}

//! The conformance suite of the W3C for XML 1.0 (`tests/corpus/xmlts20130923.zip`, unmodified): every
//! document that is not well-formed is refused for what it is, and nothing else is.
//!
//! Source: <https://www.w3.org/XML/Test/>, W3C Test Suite Licence (redistributed as it is).

use std::collections::BTreeMap;
use std::io::Read;

use lettrage::camt;

use crate::project::root;

/// Documents that are not well-formed and that we do not refuse for it, with the reason.
const TOLERATED: &[(&str, &str)] = &[
    ("xmltest/not-wf/sa/147.xml", "an empty line before the declaration: banks put documents one after the other"),
    ("eduni/errata-2e/E61.xml", "UTF-16 declared, plain bytes: the file was converted on its way, and its bytes say how"),
    ("eduni/misc/007.xml", "a byte order mark against the declaration: the mark is what the bytes are"),
    ("eduni/misc/008.xml", "the same with UTF-16"),
    ("xmltest/not-wf/sa/168.xml", "undeclared bytes that are no UTF-8: read as windows-1252, with a warning"),
    ("xmltest/not-wf/sa/169.xml", "the same"),
    ("xmltest/not-wf/sa/170.xml", "the same"),
];

/// Rules that say that a text is no well-formed XML document, or one that we never read.
fn is_about_xml(rule: &str) -> bool {
    rule.starts_with("xml-") || rule == "encoding"
}

/// All files of the suite by their paths below `xmlconf/`.
fn suite() -> BTreeMap<String, Vec<u8>> {
    let file = std::fs::File::open(root().join("tests/corpus/xmlts20130923.zip")).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let name = member.name().unwrap().trim_start_matches("xmlconf/").to_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        files.insert(name, bytes);
    }
    files
}

/// A test of the catalogues: path of the document and type of the test.
fn tests(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, String> {
    let mut tests = BTreeMap::new();
    for (catalogue, bytes) in files.iter().filter(|(name, _)| name.contains(".xml")) {
        let text = String::from_utf8_lossy(bytes);
        let folder = catalogue.rsplit_once('/').map_or("", |(folder, _)| folder);
        for test in text.split("<TEST ").skip(1) {
            let attribute = |name: &str| {
                let value = test.split_once(&format!("{name}=\""))?.1;
                Some(value.split_once('"')?.0)
            };
            let (Some(kind), Some(uri)) = (attribute("TYPE"), attribute("URI")) else { continue };
            let other_standard = attribute("RECOMMENDATION").is_some_and(|r| r.starts_with("NS") || r == "XML1.1");
            let other_edition = attribute("EDITION").is_some_and(|editions| !editions.contains('5'));
            let path = format!("{folder}/{uri}");
            if !other_standard && !other_edition && files.contains_key(&path) {
                tests.insert(path, kind.to_owned());
            }
        }
    }
    tests
}

fn rule_of(path: &str, bytes: &[u8]) -> &'static str {
    camt::read(&path.into(), bytes).map_or_else(|finding| finding.rule, |_| "none")
}

#[test]
fn every_document_that_is_not_well_formed_is_refused_for_it() {
    let files = suite();
    let tests = tests(&files);
    let broken: Vec<&String> = tests.iter().filter(|(_, kind)| *kind == "not-wf").map(|(path, _)| path).collect();
    assert!(broken.len() > 500, "tests went missing: {}", broken.len());
    let passed: Vec<String> = broken
        .iter()
        .filter(|path| !is_about_xml(rule_of(path, &files[**path])))
        .filter(|path| !TOLERATED.iter().any(|(tolerated, _)| tolerated == **path))
        .map(|path| format!("{path}: {}", String::from_utf8_lossy(&files[*path]).chars().take(120).collect::<String>()))
        .collect();
    assert!(passed.is_empty(), "{} of {} not refused:\n{}", passed.len(), broken.len(), passed.join("\n"));
    for (tolerated, reason) in TOLERATED {
        assert!(!is_about_xml(rule_of(tolerated, &files[*tolerated])), "{tolerated} is refused after all ({reason})");
    }
}

/// A document without its DOCTYPE; `None` where it then lacks entities, or where the end of the
/// DOCTYPE is not easily told.
fn without_doctype(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let plain = match text.split_once("<!DOCTYPE") {
        None => text.to_owned(),
        Some((before, after)) => {
            let subset = after.find('[').filter(|at| after[..*at].find('>').is_none());
            let end = match subset {
                Some(_) => after.find("]>").map(|at| at + 2).filter(|end| after[*end..].find("]>").is_none())?,
                None => after.find('>')? + 1,
            };
            [before, &after[end..]].concat()
        }
    };
    let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"];
    let lacks = plain.match_indices('&').any(|(at, _)| !known.iter().any(|k| plain[at..].starts_with(k)));
    (!lacks).then_some(plain)
}

/// Without its DOCTYPE, a well-formed document is refused only because it is no bank message.
#[test]
fn no_well_formed_document_is_called_broken() {
    let files = suite();
    let mut looked_at = 0;
    let mut wrong = Vec::new();
    for (path, _) in tests(&files).iter().filter(|(_, kind)| ["valid", "invalid"].contains(&kind.as_str())) {
        let Some(text) = without_doctype(&files[path]) else { continue };
        looked_at += 1;
        let rule = rule_of(path, text.as_bytes());
        if rule != "message-unknown" {
            wrong.push(format!("{path}: {rule}: {}", text.chars().take(150).collect::<String>()));
        }
    }
    assert!(looked_at > 300, "only {looked_at}");
    assert!(wrong.is_empty(), "{} of {looked_at}\n{}", wrong.len(), wrong.join("\n"));
}

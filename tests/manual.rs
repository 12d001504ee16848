//! The manual knows every code and every key.

use std::fs;

use crate::project::root;

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The texts that a function of a source file gives: `Self::X => "code"`.
fn codes(path: &str, of: &str) -> Vec<String> {
    let source = text(path);
    let body = source.split(&format!("impl {of} {{")).nth(1).unwrap_or_else(|| panic!("{of} in {path}"));
    let body = body.split("\n}\n").next().unwrap();
    let quoted = body.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next());
    quoted.map(str::to_owned).collect()
}

#[test]
fn the_codes_of_the_files_are_in_the_manual() {
    let manual = text("docs/codes.md");
    let mut known = codes("src/model/dunning.rs", "HeldReason");
    known.extend(codes("src/model/matched.rs", "Reason"));
    known.extend(codes("src/model/matched.rs", "Evidence"));
    assert!(known.len() > 50, "{known:?}");
    let missing: Vec<&String> = known.iter().filter(|code| !manual.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_keys_of_the_configuration_are_in_its_manual() {
    let manual = text("pipeline.toml") + &text("docs/layouts.md") + &text("docs/wordings.md");
    let mut missing = Vec::new();
    for entry in fs::read_dir(root().join("src/config")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "rs") || path.ends_with("reader.rs") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for call in source.split("section.").chain(source.split("own.")).chain(source.split("root.")).skip(1) {
            let Some((method, rest)) = call.split_once("(\"") else { continue };
            let key = rest.split('"').next().unwrap();
            let reads = method.len() < 20
                && method.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                && method != "problem"
                && method != "has";
            if reads && !manual.contains(key) {
                missing.push(format!("{} ({})", key, path.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The rules that a table of the tests names.
fn rules_of(path: &str) -> Vec<String> {
    let words = text(path);
    let looks_like_one = |word: &&str| {
        let families =
            ["xml-", "encoding", "message-", "statement-", "container-", "inbox-", "account-", "amount", "date-", "entry-"];
        families.iter().any(|f| word.starts_with(f)) && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    words.split(['\t', '\n', ' ', ',', ';']).filter(looks_like_one).map(str::to_owned).collect()
}

#[test]
fn a_french_treasurer_reads_why_a_file_was_set_aside() {
    let tables = ["tests/hostile/OUTCOMES.tsv", "tests/corpus/OUTCOMES.tsv"];
    let mut rules: Vec<String> = tables.iter().flat_map(|table| rules_of(table)).collect();
    rules.sort();
    rules.dedup();
    assert!(rules.len() > 15, "{rules:?}");
    let missing: Vec<&String> = rules.iter().filter(|rule| lettrage::report::in_french(rule).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

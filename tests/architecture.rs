//! The floors of ARCHITECTURE.md, kept by reading the `use` lines.

use std::fs;
use std::path::{Path, PathBuf};

use crate::project::root;

/// Modules by floor, the lowest first. A module uses lower floors only.
const FLOORS: [&[&str]; 7] = [
    &["model", "text", "groups"],
    &["document", "fec"],
    &["config"],
    &["camt", "ledger", "remittance", "matching", "lettrage", "dunning", "report", "audit"],
    &["pipeline"],
    &["shell"],
    &["cli"],
];

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    found
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(root().join("src")).unwrap().to_path_buf();
            let first = relative.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
            let text = fs::read_to_string(&path).unwrap();
            (first, relative, text)
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Modules of the crate that a file names after `crate::`, but for tests.
fn used(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    code.match_indices("crate::")
        .filter_map(|(at, _)| {
            let rest = &code[at + 7..];
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            (!name.is_empty()).then_some(name)
        })
        .collect()
}

#[test]
fn modules_use_lower_floors_only_and_stages_do_not_use_stages() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        let Some(own) = floor(&module) else { continue };
        for other in used(&text) {
            let allowed = other == module || floor(&other).is_none_or(|f| f < own);
            if !allowed {
                wrong.push(format!("{} uses {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_its_floor() {
    for (module, path, _) in sources() {
        assert!(floor(&module).is_some() || matches!(module.as_str(), "lib" | "main"), "{} has no floor", path.display());
    }
}

#[test]
fn polars_and_rayon_stay_in_their_rooms() {
    let rooms: [(&str, &[&str]); 3] = [
        ("polars", &["ledger", "report"]),
        ("rayon", &["camt", "remittance", "matching", "dunning", "pipeline", "cli"]),
        ("rusqlite", &["shell"]),
    ];
    for (library, rooms) in rooms {
        for (module, path, text) in sources() {
            let names = text.contains(&format!("use {library}::")) || text.contains(&format!("{library}::prelude"));
            assert!(!names || rooms.contains(&module.as_str()), "{} uses {library}", path.display());
        }
    }
}

#[test]
fn nouns_have_no_file_format() {
    for (_, path, text) in sources().into_iter().filter(|(module, ..)| module == "model") {
        assert!(!text.contains("Serialize") && !text.contains("serde::"), "{} knows a file format", path.display());
    }
}

#[test]
fn files_are_short_enough_to_read_in_one_sitting() {
    for (_, path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 650, "{} has {lines} lines", path.display());
    }
}

#[test]
fn every_allowance_gives_its_reason() {
    for (_, path, text) in sources() {
        assert!(!text.contains("#[allow") && !text.contains("#![allow"), "{} has an allow", path.display());
        for (at, _) in text.match_indices("[expect(") {
            let rest: String = text[at..].chars().take_while(|c| *c != ']').collect();
            assert!(rest.contains("reason"), "{}: {rest}", path.display());
        }
    }
}

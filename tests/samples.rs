//! `samples/` is the manual and the golden test at once.
//!
//! Each folder is a behaviour: what lies in its inbox and ledger gives what lies in `expected`. After
//! a change that is meant, `LETTRAGE_BLESS=1 cargo test samples` writes the answers anew; read the
//! difference before committing it.

use std::fs;

use crate::project::{Project, files, root};

/// Not a night, or run in another way.
const NO_NIGHTS: [&str; 2] = ["init", "night"];

#[test]
fn every_sample_gives_what_its_folder_says() {
    let mut names: Vec<String> = fs::read_dir(root().join("samples"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| !NO_NIGHTS.contains(&name.as_str()))
        .collect();
    names.sort();
    assert!(names.len() >= 20, "samples went missing: {names:?}");
    let wrong: Vec<String> = names.iter().filter_map(|name| check(name)).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is not as expected, for people.
fn check(name: &str) -> Option<String> {
    let project = Project::of_sample(name);
    let output = project.night();
    let mut found = tables(&project.published());
    // What says again what other tables say is shown by one sample.
    let shown_by = |file: &str| match file {
        "dunning-quality.csv" | "defunding-weeks.csv" | "credit-cover.csv" => name == "dunning",
        "follow.csv" => name == "balance",
        _ => name == "balance" || !(file.starts_with("release-")),
    };
    found.retain(|(file, _)| shown_by(file));
    found.push(("exit-code".to_owned(), format!("{}\n", output.status.code().unwrap())));
    found.sort();
    let folder = root().join("samples").join(name).join("expected");
    if std::env::var_os("LETTRAGE_BLESS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (file, text) in &found {
            fs::write(folder.join(file), text).unwrap();
        }
    }
    let expected = files(&folder);
    let names = |files: &[(String, String)]| files.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    if names(&expected) != names(&found) {
        return Some(format!("{name}: expected the files {:?}, but found {:?}", names(&expected), names(&found)));
    }
    let differing = expected.iter().zip(&found).find(|((_, e), (_, f))| e != f)?;
    Some(format!("{name}/{}: expected\n{}\nbut found\n{}", differing.0.0, differing.0.1, differing.1.1))
}

/// The tables that have rows, renderings, and letters, without what changes with the version of the program.
fn tables(files: &[(String, String)]) -> Vec<(String, String)> {
    let endings = ["csv", "html", "jsonl", "txt", "xml"];
    let is_table = |name: &str| {
        let ending = std::path::Path::new(name).extension();
        ending.is_some_and(|ending| endings.iter().any(|known| ending == *known)) && name != "report.html"
    };
    files.iter().filter(|(name, text)| is_table(name) && text.lines().count() > 1).cloned().collect()
}

#[test]
fn the_sample_night_of_the_readme_runs_from_the_root() {
    let project = Project::of_sample("night");
    let text = fs::read_to_string(root().join("pipeline.toml")).unwrap();
    project.write("pipeline.toml", &text.replace("samples/night/", "").replace("target/night/", ""));
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let names: Vec<String> = project.published().into_iter().map(|(name, _)| name).collect();
    let wanted = [
        "aged-balance.csv",
        "calls.csv",
        "credit-cover.csv",
        "defunding-weeks.csv",
        "defunding.csv",
        "dunning-quality.csv",
        "dunning.csv",
        "exceptions.csv",
        "factor-follow-up.csv",
        "findings.csv",
        "follow.csv",
        "lettrage-ING-NL.csv",
        "lettrage-LUM-CONF.csv",
        "lettrage-LUM-MAND.csv",
        "manifest.json",
        "release-ING-NL.html",
        "release-ING-NL.pdf",
        "release-LUM-CONF.html",
        "release-LUM-CONF.pdf",
        "release-LUM-MAND.html",
        "release-LUM-MAND.pdf",
        "release.csv",
        "report.html",
        "suggestions.csv",
        "summary.json",
    ];
    assert_eq!(names, wanted);
    let lettered = crate::project::rows(&project.read("outbox/2026-11-20-001/lettrage-LUM-CONF.csv"));
    assert!(lettered.len() > 10, "{lettered:?}");
}

#[test]
fn the_dunning_sample_has_an_item_for_each_stage_and_each_reason() {
    let rows = crate::project::rows(&fs::read_to_string(root().join("samples/dunning/expected/dunning.csv")).unwrap());
    let manual = fs::read_to_string(root().join("docs/codes.md")).unwrap();
    let held = manual.split("## `held_reason`").nth(1).unwrap().split("\n## ").next().unwrap();
    let reasons: Vec<&str> = held.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(reasons.len() >= 16, "{reasons:?}");
    for reason in reasons {
        assert!(rows.iter().any(|row| row["held_reason"] == reason), "no item is held back for {reason}");
    }
    for stage in ["before_due", "overdue", "formal_notice", "contentious"] {
        assert!(
            rows.iter().any(|row| row["stage"] == stage && row["held_reason"].is_empty()),
            "nothing is to be done at {stage}"
        );
    }
}

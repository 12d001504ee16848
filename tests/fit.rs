//! Weights fitted to what is known to be true.

use crate::project::{Project, stderr, stdout};
use crate::world::worlds::world::{Dials, Truth, world};

/// A small trade with its truth beside it.
fn known_trade(more_settings: &str) -> Project {
    let project = Project::of_sample("night");
    let made = world(&Dials::mixed(5, 260, 700, 60));
    project.write("pipeline.toml", &format!("{}\n{more_settings}", made.pipeline));
    project.write("ledger/invoices.csv", &made.invoices);
    project.write("ledger/debtors.csv", &made.debtors);
    std::fs::remove_dir_all(project.path("inbox")).unwrap();
    for (name, text) in &made.statements {
        project.write(&format!("inbox/{name}"), text);
    }
    let truth = made.truth.iter().filter(|t| t.knowable || t.lines.is_empty());
    let line = |t: &Truth| serde_json::json!({ "bank_reference": t.bank_reference, "lines": t.lines }).to_string();
    project.write("truth.jsonl", &truth.map(line).collect::<Vec<_>>().join("\n"));
    project
}

/// Bits a remittance that the truth costs: before, and with what was fitted.
fn bits(told: &str, which: &str) -> (f64, f64) {
    let line = told.lines().find(|l| l.contains(which)).unwrap_or_else(|| panic!("{told}"));
    let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    (numbers[0], numbers[1])
}

#[test]
fn weights_that_are_wrong_are_found_and_mended() {
    // A number in the text says nothing, and most money is of strangers.
    let project = known_trade("[matching.weights]\nexact_digit = 0\nnull_stranger = 1500\n");
    let output = project.run(&["fit", "."]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (before, after) = bits(&told, "not seen");
    assert!(after < before * 0.8, "{told}");
    let section = told.split("[matching.weights]").nth(1).unwrap_or_else(|| panic!("{told}"));
    let weight = |name: &str| -> i64 {
        let line = section.lines().find(|l| l.starts_with(name)).unwrap_or_else(|| panic!("{name}: {told}"));
        line.split(['=', '#']).nth(1).unwrap().trim().parse().unwrap()
    };
    assert!(weight("exact_digit ") >= 100, "{told}");

    // What it prints is a section that the configuration takes.
    let text = project.read("pipeline.toml");
    project.write("pipeline.toml", &format!("{}[matching.weights]{section}", text.split("[matching.weights]").next().unwrap()));
    let output = project.run(&["run", "--date", "2026-06-07"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    // The nights that the company has behind it teach too: as many remittances as are settled.
    let lettered = settled(&project);
    let told = stdout(&project.run(&["fit"]));
    assert!(told.starts_with(&format!("# Fitted to {lettered} remittances.")), "{lettered}: {told}");
}

/// Remittances that the night lettered.
fn settled(project: &Project) -> usize {
    let table = crate::project::rows(&project.read("outbox/2026-06-07-001/lettrage-CT01.csv"));
    table.iter().map(|row| row["remittance_id"].as_str()).collect::<std::collections::BTreeSet<_>>().len()
}

#[test]
fn too_few_nights_teach_nothing() {
    let project = Project::of_sample("night");
    project.write("pipeline.toml", &sample_settings());
    assert_eq!(project.night().status.code(), Some(0));
    let output = project.run(&["fit"]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("expected 200 remittances or more whose truth is known, but found "), "{told}");
    assert!(!told.contains("found 0"), "the night lettered some: {told}");
}

fn sample_settings() -> String {
    let text = std::fs::read_to_string(crate::project::root().join("pipeline.toml")).unwrap();
    text.replace("samples/night/", "").replace("target/night/", "")
}

#[test]
fn a_weight_that_is_none_is_refused() {
    let project = Project::of_sample("night");
    project.write("pipeline.toml", &format!("{}\n[matching.weights]\nname_smae = 3\nexact = 20000\n", sample_settings()));
    let told = stderr(&project.night());
    assert!(told.contains("matching.weights.name_smae") && told.contains("name_same"), "{told}");
    assert!(told.contains("matching.weights.exact") && told.contains("from -10000 to 10000"), "{told}");
}

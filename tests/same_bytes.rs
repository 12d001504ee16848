//! Same input, same bytes: for any number of threads, and any order of files and rows.

use std::fs;

use crate::project::{Project, files, root};

fn sample_night() -> Project {
    let project = Project::of_sample("night");
    let text = fs::read_to_string(root().join("pipeline.toml")).unwrap();
    project.write("pipeline.toml", &text.replace("samples/night/", "").replace("target/night/", ""));
    project
}

fn night(project: &Project, threads: &str) -> Vec<(String, String)> {
    let output = project.run(&["run", "--date", "2026-11-20", "--threads", threads]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    project.published()
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let one = night(&sample_night(), "1");
    for threads in ["2", "3", "8"] {
        assert!(one == night(&sample_night(), threads), "{threads} threads give other bytes");
    }
}

#[test]
fn the_order_of_files_and_rows_changes_nothing() {
    let plain = night(&sample_night(), "2");
    let project = sample_night();
    for file in ["ledger/invoices.csv", "ledger/debtors.csv"] {
        let text = project.read(file);
        let (header, rest) = text.split_once('\n').unwrap();
        let mut lines: Vec<&str> = rest.lines().collect();
        lines.reverse();
        project.write(file, &format!("{header}\n{}\n", lines.join("\n")));
    }
    // The folder lists its files by name: other names give another order.
    for (index, (name, _)) in files(&project.path("inbox")).into_iter().enumerate() {
        fs::rename(project.path("inbox").join(&name), project.path("inbox").join(format!("{:02}-{name}", 99 - index))).unwrap();
    }
    let shuffled = night(&project, "2");
    for ((name, plain), (_, shuffled)) in plain.iter().zip(&shuffled) {
        // The manifest has the names and digests of the changed inputs.
        if name != "manifest.json" {
            assert!(plain == shuffled, "{name} depends on the order:\n{plain}\n{shuffled}");
        }
    }
}

#[test]
fn the_listing_order_of_the_bank_changes_no_lettrage() {
    let plain = night(&sample_night(), "2");
    let project = sample_night();
    for (name, text) in files(&project.path("inbox")).into_iter().filter(|(n, _)| n.starts_with("LUM")) {
        let (head, rest) = text.split_once("   <Ntry>").unwrap();
        let (entries, foot) = rest.split_once("  </Stmt>").unwrap();
        let mut entries: Vec<&str> = entries.split("   <Ntry>").collect();
        entries.reverse();
        project.write(&format!("inbox/{name}"), &format!("{head}   <Ntry>{}  </Stmt>{foot}", entries.join("   <Ntry>")));
    }
    let reversed = night(&project, "2");
    for ((name, plain), (_, reversed)) in
        plain.iter().zip(&reversed).filter(|((n, _), _)| n.starts_with("lettrage") || n == "release.csv")
    {
        assert!(plain == reversed, "{name} depends on the listing order");
    }
}

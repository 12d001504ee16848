//! The outbox and the state, walked and held against one another.

use crate::project::{Project, stderr, stdout};

/// Three nights: one that leaves something, one that confirms it, one without anything.
fn three_nights() -> Project {
    let project = Project::of_sample("no-reference");
    assert_eq!(project.night().status.code(), Some(0));
    assert_eq!(project.run(&["confirm", "B002", "--rank", "1"]).status.code(), Some(0));
    assert_eq!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0));
    assert_eq!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0));
    project
}

#[test]
fn verify_walks_all_runs_and_finds_nothing_broken() {
    let project = three_nights();
    let output = project.run(&["verify"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("3 runs") && stdout(&output).contains("2 remittances lettered: nothing is broken"));
}

#[test]
fn verify_finds_every_flipped_bit_of_the_outbox_and_of_the_state() {
    let project = three_nights();
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    let mut files: Vec<std::path::PathBuf> = Vec::new();
    for run in std::fs::read_dir(project.path("outbox")).unwrap() {
        files.extend(std::fs::read_dir(run.unwrap().path()).unwrap().map(|f| f.unwrap().path()));
    }
    files.sort();
    // As many flips of the state as of all files together.
    let state = project.path("state/lettrage.sqlite");
    files.extend(std::iter::repeat_n(state, files.len()));
    // The full count of the measurements: LETTRAGE_FLIPS=10000.
    let flips = std::env::var("LETTRAGE_FLIPS").map_or(80, |n| n.parse().unwrap());
    for _ in 0..flips {
        let path = &files[next(files.len())];
        let whole = std::fs::read(path).unwrap();
        if whole.is_empty() {
            continue;
        }
        let mut bytes = whole.clone();
        bytes[next(whole.len())] ^= 1 << next(8);
        std::fs::write(path, &bytes).unwrap();
        let output = project.run(&["verify"]);
        assert_eq!(output.status.code(), Some(1), "{}", path.display());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(stderr(&output).contains(&name), "{name}: {}", stderr(&output));
        std::fs::write(path, whole).unwrap();
    }
}

#[test]
fn verify_names_what_is_missing_added_or_not_known() {
    let project = three_nights();
    std::fs::remove_file(project.path("outbox/2026-11-21-001/release.csv")).unwrap();
    project.write("outbox/2026-11-22-001/extra.csv", "a\n");
    project.write("outbox/2026-11-23-001/manifest.json", "{}");
    let said = stderr(&project.run(&["verify"]));
    for rule in
        ["2026-11-21-001/release.csv: verify-missing", "2026-11-22-001/extra.csv: verify-file", "2026-11-23-001: verify-run"]
    {
        assert!(said.contains(rule), "{rule}: {said}");
    }
}

#[test]
fn a_state_that_was_changed_since_its_seal_letters_nothing() {
    let project = three_nights();
    let state = rusqlite::Connection::open(project.path("state/lettrage.sqlite")).unwrap();
    state.execute("UPDATE lettered SET invoice = 'FA2026-XXXXX'", []).unwrap();
    state.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(state);
    let output = project.run(&["run", "--date", "2026-11-23"]);
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("expected the state as the last run left it"), "{}", stderr(&output));
    assert!(!project.path("outbox/2026-11-23-001").exists());
    // Who changed it on purpose says so.
    std::fs::remove_file(project.path("state/lettrage.seal")).unwrap();
    assert_eq!(project.run(&["run", "--date", "2026-11-23"]).status.code(), Some(0));
}

#[test]
fn verify_holds_the_state_against_the_files() {
    let project = three_nights();
    let state = rusqlite::Connection::open(project.path("state/lettrage.sqlite")).unwrap();
    state.execute("UPDATE waiting SET until = 3 WHERE until IS NULL", []).unwrap();
    state.execute("DELETE FROM bookings", []).unwrap();
    drop(state);
    let said = stderr(&project.run(&["verify"]));
    assert!(said.contains("to wait for a person") && said.contains("to know the lettered remittance"), "{said}");
}

#[test]
fn verify_finds_an_item_that_two_nights_closed() {
    let project = Project::of_sample("exact-reference");
    let first = project.read("inbox/ST-001.xml");
    assert_eq!(project.night().status.code(), Some(0));
    // Somebody made the state forget what it lettered, and each debtor pays once more.
    let state = rusqlite::Connection::open(project.path("state/lettrage.sqlite")).unwrap();
    state.execute("DELETE FROM lettered", []).unwrap();
    drop(state);
    std::fs::remove_file(project.path("state/lettrage.seal")).unwrap();
    let next = first.replace("ST-001", "ST-002").replace("B00", "N00").replace("2026-11-19", "2026-11-20");
    project.write("inbox/ST-002.xml", &next.replace("3149.40", "5298.80").replace("1000.00", "3149.40"));
    assert_eq!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0));
    let output = project.run(&["verify"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let twice = "expected each item to be closed once, but found FA2026-00117 of CT01 closed in 2026-11-20-001 too";
    assert!(said.contains("verify-item") && said.contains(twice), "{said}");
}

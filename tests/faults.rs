//! A night that is killed, or whose disk fails, at every point at which it changes the disk.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;

use crate::project::{Project, lettrage, stderr};

/// A night with files for the archive, the quarantine and both, and one that an earlier night took.
fn prepared() -> Project {
    let project = Project::of_sample("several-invoices");
    project.write("inbox/letter.txt", "no statement");
    project.write("inbox/broken.xml", "<Document>");
    let other = Project::of_sample("exact-reference");
    let text = other.read("inbox/ST-001.xml").replace("ST-001", "ST-X").replace("3149.40", "1.00");
    project.write("inbox/unbalanced.xml", &text);
    project
}

fn run(project: &Project, fault: &str) -> Option<i32> {
    let mut command = lettrage();
    command.args(["run", "--date", "2026-11-20"]).current_dir(project.path("")).env("LETTRAGE_FAULT", fault);
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().code()
}

/// Everything that a night leaves: files with their bytes, and the rows of the state.
fn left(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in ["inbox", "outbox", "archive", "quarantine", "duplicates"] {
        walk(&project.path(folder), &mut found, &project.path(""));
    }
    let state = rusqlite::Connection::open(project.path("state/lettrage.sqlite")).unwrap();
    let tables: Vec<String> = {
        let mut query = state.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for table in tables {
        let mut query = state.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        let mut text = String::new();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                write!(text, "{:?} ", row.get_ref(column).unwrap()).unwrap();
            }
            text.push('\n');
        }
        found.insert(format!("state {table}"), text.into_bytes());
    }
    found
}

fn walk(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>, root: &Path) {
    let Ok(listed) = std::fs::read_dir(folder) else { return };
    for path in listed.map(|e| e.unwrap().path()) {
        if path.is_dir() {
            walk(&path, found, root);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

/// The night made up after a fault: when it was recorded already, the next run only finishes it.
fn make_up(project: &Project, point: &str) {
    for _ in 0..2 {
        if !project.path("outbox/2026-11-20-002").exists() {
            let code = project.night().status.code();
            assert!(matches!(code, Some(0 | 1)), "{point}: {code:?}");
        }
    }
    let verified = project.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{point}: {}", stderr(&verified));
}

fn differing(wanted: &BTreeMap<String, Vec<u8>>, found: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
    names.into_iter().filter(|name| wanted.get(*name) != found.get(*name)).cloned().collect()
}

#[test]
fn killed_or_failing_at_any_point_a_night_ends_as_one_that_was_never_interrupted() {
    let whole = prepared();
    let points = whole.path("points");
    assert_eq!(run(&whole, &format!("count:{}", points.display())), Some(1));
    let points: Vec<String> = whole.read("points").lines().map(str::to_owned).collect();
    assert!(points.len() > 60, "{points:?}");
    make_up(&whole, "whole");
    let wanted = left(&whole);
    for number in 1..=points.len() {
        for kind in ["kill", "fail"] {
            let project = prepared();
            let point = format!("{kind} at {number} ({})", points[number - 1]);
            let code = run(&project, &format!("{kind}:{number}"));
            assert!(if kind == "kill" { code.is_none() } else { matches!(code, Some(1 | 5)) }, "{point}: {code:?}");
            make_up(&project, &point);
            let found = left(&project);
            assert!(wanted == found, "{point}: {:?}", differing(&wanted, &found));
        }
    }
}

#[test]
fn a_failed_night_leaves_a_word_in_the_outbox_until_it_is_made_up() {
    let project = prepared();
    assert_eq!(run(&project, "fail:6"), Some(5));
    let word = project.read("outbox/ATTENTION.txt");
    assert!(word.contains("Nuit du 2026-11-20") && word.contains("no space left"), "{word}");
    assert!(word.contains("lettrage run --date 2026-11-20"), "{word}");
    assert_eq!(project.night().status.code(), Some(1));
    assert!(!project.path("outbox/ATTENTION.txt").exists());
}

#[test]
fn a_file_that_is_still_being_written_waits() {
    let project = Project::of_sample("several-invoices");
    project.edit("pipeline.toml", "settle = \"0s\"", "settle = \"1s\"");
    let whole = project.read("inbox/ST-001.xml");
    project.write("inbox/ST-001.xml", &whole[..whole.len() / 2]);
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(project.path("inbox/ST-001.xml").exists());
    project.write("inbox/ST-001.xml", &whole);
    assert_eq!(project.night().status.code(), Some(0));
    assert!(project.path("archive/2026/11/ST-001.xml").exists());
    // The same of one that is packed.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, whole.replace("ST-001", "ST-002").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    std::fs::write(project.path("inbox/ST-002.xml.gz"), &packed[..packed.len() - 9]).unwrap();
    assert_eq!(project.night().status.code(), Some(0));
    assert!(project.path("inbox/ST-002.xml.gz").exists());
}

#[test]
fn a_night_of_the_past_gives_the_same_bytes_again() {
    let project = prepared();
    assert_eq!(project.night().status.code(), Some(1));
    // Ledger and configuration go on; more nights pass.
    let ledger = project.read("ledger/invoices.csv");
    project.write("ledger/invoices.csv", ledger.lines().take(2).collect::<Vec<_>>().join("\n").as_str());
    project.edit("pipeline.toml", "settle = \"0s\"", "settle = \"0s\" # changed");
    assert!(matches!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0 | 1)));
    for run in ["2026-11-20-001", "2026-11-21-001"] {
        let output = project.run(&["replay", run]);
        let said = crate::project::stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("are the same, byte for byte"), "{said}");
    }
    // A published file that was changed is named.
    let report = project.read("outbox/2026-11-20-001/release.csv").replacen('1', "2", 1);
    project.write("outbox/2026-11-20-001/release.csv", &report);
    let output = project.run(&["replay", "2026-11-20-001"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::project::stdout(&output).contains("differs  release.csv"));
}

#[test]
fn watching_runs_a_night_when_a_file_has_settled() {
    let project = Project::of_sample("several-invoices");
    let whole = project.read("inbox/ST-001.xml");
    std::fs::remove_file(project.path("inbox/ST-001.xml")).unwrap();
    let mut watching = lettrage()
        .args(["watch", "--every", "1"])
        .current_dir(project.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    project.write("inbox/ST-001.xml.part", &whole[..whole.len() / 2]);
    project.write("inbox/ST-001.xml.part", &whole);
    std::fs::rename(project.path("inbox/ST-001.xml.part"), project.path("inbox/ST-001.xml")).unwrap();
    let mut nights = 0;
    for _ in 0..100 {
        nights = std::fs::read_dir(project.path("outbox"))
            .map_or(0, |listed| listed.flatten().filter(|e| e.path().join("manifest.json").exists()).count());
        if nights > 0 && !project.path("inbox/ST-001.xml").exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert_eq!(nights, 1);
}

#[test]
fn two_configurations_that_share_an_inbox_do_not_take_the_same_files() {
    let project = Project::of_sample("several-invoices");
    // Somebody else is at work in the inbox.
    let folder = std::fs::File::open(project.path("inbox")).unwrap();
    folder.try_lock().unwrap();
    assert_eq!(project.night().status.code(), Some(3));
    drop(folder);
    assert_eq!(project.night().status.code(), Some(0));
    assert!(std::fs::read_dir(project.path("inbox")).unwrap().next().is_none(), "nothing is left in the inbox");
}

#[test]
fn who_runs_after_a_crash_is_told_of_the_night_that_is_finished() {
    let counted = Project::of_sample("exact-reference");
    let points = counted.path("points");
    assert_eq!(run(&counted, &format!("count:{}", points.display())), Some(0));
    let points = std::fs::read_to_string(points).unwrap();
    let recorded = points.lines().position(|point| point.contains("recorded")).unwrap() + 1;
    let project = Project::of_sample("exact-reference");
    assert_ne!(run(&project, &format!("kill:{recorded}")), Some(0));
    assert!(!project.path("outbox/2026-11-20-001").exists());
    let verified = project.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
    assert!(stderr(&verified).contains("the next one finishes it"), "{}", stderr(&verified));
    let next = project.run(&["run", "--date", "2026-11-21"]);
    assert_eq!(next.status.code(), Some(0), "{}", stderr(&next));
    assert!(stderr(&next).contains("run-finished") && stderr(&next).contains("2026-11-20-001"), "{}", stderr(&next));
    assert!(project.path("outbox/2026-11-20-001/lettrage-CT01.csv").exists());
}

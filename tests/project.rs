//! A project in a folder of its own, and the program run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Where the repository is.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, ready to take arguments.
pub fn lettrage() -> Command {
    Command::new(env!("CARGO_BIN_EXE_lettrage"))
}

/// A copy of a folder of samples that a test may change.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    pub fn of_sample(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(&root().join("samples").join(name), folder.path());
        Self { folder }
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
    }

    /// Replaces a text of a file that must be there.
    pub fn edit(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert!(text.contains(from), "{relative} does not hold {from:?}");
        self.write(relative, &text.replace(from, to));
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        lettrage().args(arguments).current_dir(self.folder.path()).output().unwrap()
    }

    /// The night of 2026-11-20, which all samples are written for.
    pub fn night(&self) -> Output {
        self.run(&["run", "--date", "2026-11-20"])
    }

    /// The files of the first run folder of that night, by name.
    pub fn published(&self) -> Vec<(String, String)> {
        files(&self.path("outbox/2026-11-20-001"))
    }
}

/// The files of a folder, by name.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
            )
        })
        .collect();
    found.sort();
    found
}

/// Copies a folder, but for what a run of it would have left.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let target = to.join(&name);
        if path.is_dir() {
            if name != "expected" {
                fs::create_dir_all(&target).unwrap();
                copy(&path, &target);
            }
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Standard output as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The rows of a CSV file, each as pairs of column and value.
pub fn rows(text: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Holds a table against the one that is kept; `LETTRAGE_BLESS` writes it anew.
pub fn assert_kept(relative: &str, told: &str) {
    let path = root().join(relative);
    if std::env::var_os("LETTRAGE_BLESS").is_some() {
        fs::write(&path, told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(path).unwrap(), "LETTRAGE_BLESS=1 writes it anew: read the difference first");
}

//! `manifest.json`: what went into a run and what came out, chained to the run before.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

#[derive(Serialize)]
struct Manifest<'a> {
    run: &'a str,
    business_date: String,
    program: &'static str,
    version: &'static str,
    previous_manifest_sha256: Option<String>,
    inputs: Vec<FileRow<'a>>,
    outputs: Vec<FileRow<'a>>,
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Configuration,
    Invoices,
    Debtors,
    Contacts,
    Layout,
    Statement,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Invoices => "invoices",
            Self::Debtors => "debtors",
            Self::Contacts => "contacts",
            Self::Layout => "layout",
            Self::Statement => "statement",
        }
    }
}

/// One file of a manifest.
#[derive(Serialize)]
pub(super) struct FileRow<'a> {
    pub name: &'a str,
    pub size: u64,
    pub sha256: String,
    /// Of an input: what it is.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub kind: &'static str,
}

/// SHA-256 in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of a file, read in pieces.
pub(super) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    io::copy(&mut File::open(path)?, &mut digest)?;
    Ok(hexadecimal(&digest.finalize()))
}

/// The manifest as pretty JSON with a final line end.
pub(super) fn manifest(
    run: &str,
    as_of: chrono::NaiveDate,
    previous: Option<String>,
    mut inputs: Vec<FileRow<'_>>,
    outputs: &BTreeMap<String, Vec<u8>>,
) -> serde_json::Result<Vec<u8>> {
    inputs.sort_by(|a, b| (a.name, &a.sha256).cmp(&(b.name, &b.sha256)));
    let outputs =
        outputs.iter().map(|(name, bytes)| FileRow { name, size: bytes.len() as u64, sha256: sha256(bytes), kind: "" }).collect();
    let manifest = Manifest {
        run,
        business_date: as_of.to_string(),
        program: "lettrage",
        version: env!("CARGO_PKG_VERSION"),
        previous_manifest_sha256: previous,
        inputs,
        outputs,
    };
    let mut bytes = serde_json::to_vec_pretty(&manifest)?;
    bytes.push(b'\n');
    Ok(bytes)
}

//! `lettrage fec`: the accountant's FEC with the codes of what is lettered.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::exit;
use crate::shell::{self, Project, RunError};
use crate::text::visible;

/// Codes that are told one by one; the others are counted.
const TOLD_MAX: usize = 20;

pub(super) fn run(config: &Path, fec: &Path, output: Option<PathBuf>, account: &str) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let output = output.unwrap_or_else(|| fec.with_extension("lettrage.txt"));
    let lettered = shell::letter_fec(&project, fec, &output, account)?;
    println!("{}: {} entries lettered under {} codes", output.display(), lettered.entries, lettered.codes);
    for (debtor, code, written) in lettered.renamed.iter().take(TOLD_MAX) {
        println!("  {}  {code} stands as {written}: the account had that code already", visible(&debtor.0));
    }
    if lettered.left.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} codes are not in it:", lettered.left.len());
    for left in lettered.left.iter().take(TOLD_MAX) {
        let why = match left.difference {
            None => "no unlettered entry names its invoices or payments".to_owned(),
            Some(0) => "only one of its entries is there".to_owned(),
            Some(cents) => {
                let (sign, size) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
                format!("its entries differ by {sign}{}.{:02}: something is not posted yet", size / 100, size % 100)
            }
        };
        println!("  {}  {}  {why}", visible(&left.debtor.0), left.code);
    }
    if lettered.left.len() > TOLD_MAX {
        println!("  …");
    }
    Ok(ExitCode::from(exit::SET_ASIDE))
}

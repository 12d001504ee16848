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
    say!("{}: {} entries lettered under {} codes", output.display(), lettered.entries, lettered.codes);
    for (debtor, code, written) in lettered.renamed.iter().take(TOLD_MAX) {
        say!("  {}  {code} stands as {written}: the account had that code already", visible(&debtor.0));
    }
    if lettered.in_part > 0 {
        say!("{} codes are of items still open in part: they come when these are closed", lettered.in_part);
    }
    if lettered.elsewhere > 0 {
        say!("{} codes have no unlettered entry in it: lettered before, or of another year", lettered.elsewhere);
    }
    if lettered.left.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say!("{} codes are not in it, because their entries do not balance:", lettered.left.len());
    for left in lettered.left.iter().take(TOLD_MAX) {
        let (sign, size) = (if left.difference < 0 { "-" } else { "" }, left.difference.unsigned_abs());
        let difference = format!("{sign}{}.{:02}", size / 100, size % 100);
        say!("  {}  {}  debits less credits {difference}", visible(&left.debtor.0), left.code);
    }
    if lettered.left.len() > TOLD_MAX {
        say!("  …");
    }
    say!("Post what is missing of them, export the FEC again, and run this on it; or letter them by hand.");
    Ok(ExitCode::from(exit::SET_ASIDE))
}

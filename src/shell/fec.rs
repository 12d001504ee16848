//! The accountant's FEC, and what is lettered as of today.

use std::io::ErrorKind;
use std::path::Path;

use super::{Project, RunError, State, files, io};
use crate::lettrage::{Lettered, letter_fec};

/// Reads a FEC, and writes it with the codes of what is lettered to a file that must not be there yet.
///
/// # Errors
///
/// [`RunError::Io`]: a file cannot be read or written, or is no FEC.
pub fn letter(project: &Project, fec: &Path, output: &Path, account: &str) -> Result<Lettered, RunError> {
    let bytes = files::read_bytes(fec).map_err(|error| io("cannot read", fec, &error))?;
    let state = State::open_existing(&project.path(&project.settings.state_path))?;
    let settled = state.map_or_else(|| Ok(Vec::new()), |state| state.all_settled())?;
    let lettered = letter_fec(&bytes, &settled, account, project.settings.ledger.fec.documents)
        .map_err(|what| RunError::Io(format!("{}: {what}", fec.display())))?;
    files::write_new(output, &lettered.bytes).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => RunError::Io(format!(
            "{}: expected no such file yet, but found one\n  Remove it, or name another one with --output",
            output.display()
        )),
        _ => io("cannot write", output, &error),
    })?;
    Ok(lettered)
}

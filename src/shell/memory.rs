//! What people's decisions taught about payers, for people.

use super::{Project, RunError, State, lock};
use crate::model::{PayerMemory, Wanted};

/// Everything that is remembered, by contract, payer and debtor.
///
/// # Errors
///
/// A state that cannot be read.
pub fn memories(project: &Project) -> Result<Vec<PayerMemory>, RunError> {
    let state = State::open_existing(&project.path(&project.settings.state_path))?;
    state.map_or_else(|| Ok(Vec::new()), |s| Ok(s.history(None, &Wanted::default())?.payers))
}

/// Forgets a payer, or what it is to one debtor; says how many decisions do not count any more.
///
/// Nights that were decided with them are explained and replayed with them.
///
/// # Errors
///
/// Another run is at work, or the state cannot be written.
pub fn forget(project: &Project, payer: &str, debtor: Option<&str>) -> Result<usize, RunError> {
    let path = project.path(&project.settings.state_path);
    let _lock = lock::acquire(&path)?;
    let Some(state) = State::open_existing(&path)? else { return Ok(0) };
    state.unseal()?;
    let forgotten = state.forget(payer, debtor)?;
    state.seal()?;
    Ok(forgotten)
}

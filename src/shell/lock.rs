//! One run at a time.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::{RunError, io};

/// Held for the length of a run. The operating system lets it go when the process ends, however it
/// ends: there are no stale locks.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock beside the state.
pub(super) fn acquire(state: &Path) -> Result<Lock, RunError> {
    let path: PathBuf = state.with_extension("lock");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| io("cannot create", folder, &error))?;
    }
    let file = File::options().create(true).append(true).open(&path).map_err(|error| io("cannot open", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(RunError::Locked(path)),
        Err(TryLockError::Error(error)) => Err(io("cannot lock", &path, &error)),
    }
}

/// Takes the inbox, so that no run with another state takes the same files: the folder itself is locked,
/// and nothing is left in it. Where folders cannot be locked, the lock beside the state has to do.
pub(super) fn acquire_inbox(inbox: &Path) -> Result<Option<Lock>, RunError> {
    let Ok(folder) = File::open(inbox) else { return Ok(None) };
    match folder.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: folder })),
        Err(TryLockError::WouldBlock) => Err(RunError::Locked(inbox.to_path_buf())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

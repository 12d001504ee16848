//! Stays up, and runs a night each time dropped files have settled.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use notify::{RecursiveMode, Watcher};

use super::{Done, Project, RunError, inbox, today};

/// What happened while watching.
pub enum Watched<'a> {
    /// The inbox is watched; shares without events are looked at every so many seconds.
    Watching {
        /// The folder.
        inbox: &'a Path,
        /// Events come, or only the clock.
        events: bool,
    },
    /// A night was run.
    Night(Result<Done, RunError>),
}

/// Runs a night for whatever lies in the inbox, and again each time something else does.
///
/// What a run leaves there (files from the future, pages that miss others) does not start another one
/// before the inbox changes or the day does. The configuration is read anew for each night. Returns
/// when `told` says so.
///
/// # Errors
///
/// A configuration that cannot be used at the start; later it is told, and watching goes on.
pub fn watch(config: &Path, every: Duration, told: &mut dyn FnMut(Watched<'_>) -> bool) -> Result<(), RunError> {
    let project = Project::open(config)?;
    let folder = project.path(&project.settings.inbox.path);
    let (events, arrived) = channel();
    let mut watcher = notify::recommended_watcher(move |event| {
        let _ = events.send(event);
    })
    .ok();
    let by_events = watcher.as_mut().is_some_and(|w| w.watch(&folder, RecursiveMode::Recursive).is_ok());
    if !told(Watched::Watching { inbox: &folder, events: by_events }) {
        return Ok(());
    }
    let mut left = (Vec::new(), today());
    loop {
        match Project::open(config) {
            Ok(project) => {
                let now = (inbox::seen(&project), today());
                if !now.0.is_empty() && now != left {
                    let night = super::run(&project, now.1, false, &|_| {});
                    // A run that is refused is not tried again before something changes.
                    left = (inbox::seen(&project), now.1);
                    // What is still written, or what another run keeps from this one, is looked at again.
                    let again = match &night {
                        Ok(done) => !done.waiting.is_empty(),
                        Err(error) => matches!(error, RunError::Locked(_)),
                    };
                    if again {
                        left.0.clear();
                    }
                    if !told(Watched::Night(night)) {
                        return Ok(());
                    }
                }
            }
            Err(error) => {
                if !told(Watched::Night(Err(error))) {
                    return Ok(());
                }
            }
        }
        match arrived.recv_timeout(every) {
            // What is dropped together is read together.
            Ok(_) => while arrived.recv_timeout(Duration::from_millis(200)).is_ok() {},
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(every),
        }
    }
}

//! Fault points: where tests kill the program, or let the disk fail.
//!
//! In a debug build `LETTRAGE_FAULT` is `count:FILE` (each point adds a line to the file), `kill:N` (the
//! process dies at the Nth point) or `fail:N` (the Nth point fails as a full disk does). A release build
//! asks no such question. Random histories cut nights off with [`cut_off_at`] instead.

use std::cell::Cell;
use std::io;

thread_local! {
    /// Points until this thread is cut off; 0 for never.
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// What a thread that is cut off unwinds with.
#[derive(Debug)]
pub struct CutOff;

/// For tests: cuts this thread off at its Nth fault point from now, as a kill would: it unwinds with
/// [`CutOff`], and nothing after the point happens. 0 for never.
#[doc(hidden)]
pub fn cut_off_at(point: u64) {
    LEFT.set(point);
}

/// Passes a point, or does what a test asked for there.
pub(super) fn point(name: &str) -> io::Result<()> {
    let left = LEFT.get();
    if left > 0 {
        LEFT.set(left - 1);
        if left == 1 {
            std::panic::resume_unwind(Box::new(CutOff));
        }
    }
    asked_of_process(name)
}

#[cfg(not(debug_assertions))]
#[inline]
fn asked_of_process(_name: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(debug_assertions)]
fn asked_of_process(name: &str) -> io::Result<()> {
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static ASKED: OnceLock<Option<(String, String)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let asked = ASKED.get_or_init(|| {
        let text = std::env::var("LETTRAGE_FAULT").ok()?;
        text.split_once(':').map(|(kind, argument)| (kind.to_owned(), argument.to_owned()))
    });
    let Some((kind, argument)) = asked else { return Ok(()) };
    let number = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    match kind.as_str() {
        "count" => writeln!(std::fs::OpenOptions::new().create(true).append(true).open(argument)?, "{name}"),
        "kill" if argument.parse() == Ok(number) => std::process::abort(),
        "fail" if argument.parse() == Ok(number) => Err(io::Error::new(io::ErrorKind::StorageFull, "no space left (a test)")),
        _ => Ok(()),
    }
}

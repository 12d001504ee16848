//! Fault points: where tests of a debug build kill the program, or let the disk fail.
//!
//! `LETTRAGE_FAULT` is `count:FILE` (each point adds a line to the file), `kill:N` (the process dies at
//! the Nth point) or `fail:N` (the Nth point fails as a full disk does). A release build has none.

use std::io;

/// Passes a point.
#[cfg(not(debug_assertions))]
#[inline]
pub(super) fn point(_name: &str) -> io::Result<()> {
    Ok(())
}

/// Passes a point, or does what the test asked for there.
#[cfg(debug_assertions)]
pub(super) fn point(name: &str) -> io::Result<()> {
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

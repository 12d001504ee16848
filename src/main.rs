//! The `lettrage` command.

use std::process::ExitCode;

/// A night makes many small things on all cores at once, and most of them last as long as the night.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lettrage::cli::main()
}

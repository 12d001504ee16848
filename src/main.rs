//! The `lettrage` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    lettrage::cli::main()
}

//! `lettrage init`: something to start from.

use std::path::Path;
use std::process::ExitCode;

use super::exit;
use crate::shell;

/// The commented configuration of the manual, and a small ledger that fits it.
const FILES: [(&str, &str); 3] = [
    ("pipeline.toml", include_str!("../../samples/init/pipeline.toml")),
    ("ledger/invoices.csv", include_str!("../../samples/init/ledger/invoices.csv")),
    ("ledger/debtors.csv", include_str!("../../samples/init/ledger/debtors.csv")),
];

/// Where that configuration looks for statements.
const INBOX: &str = "inbox";

/// Writes what is not there yet; never overwrites.
pub(super) fn run(folder: &Path) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let files = FILES.map(|(name, text)| (name, Some(text)));
    for (name, text) in files.into_iter().chain([(INBOX, None)]) {
        let path = folder.join(name);
        match text.map_or_else(|| shell::new_folder(&path), |text| shell::write_new(&path, text.as_bytes())) {
            Ok(()) => say!("written   {}", path.display()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                say!("kept      {} (it was there)", path.display());
            }
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                code = ExitCode::from(exit::IO);
            }
        }
    }
    say!(
        "\nNext: put your accounts into pipeline.toml, your export into ledger/, bank files into inbox/, then `lettrage check` and `lettrage run`."
    );
    code
}

//! `.gz` and `.zip` → documents, within limits.

use std::io::{Cursor, Read};
use std::sync::Arc;

use crate::model::{BankFile, Finding, Origin};

/// Bytes of one file after decompression: generated statements have 674 bytes an entry, so a
/// million of them 0.7 GB.
const BYTES_MAX: u64 = 2_u64 << 30;
/// How much larger a member may be than its compressed form; the largest public
/// statements in `tests/corpus` reach 23 with gzip.
const RATIO_MAX: u64 = 400;
/// Files in one archive.
const MEMBERS_MAX: usize = 1_000;

/// The documents of a file, by their names: itself, or the members of an archive (`a.zip!b.xml`).
///
/// # Errors
///
/// A finding that says what is wrong with the container. Archives inside archives, links, encrypted
/// members and bombs are refused.
pub fn unpack(name: &Arc<str>, bytes: Vec<u8>) -> Result<Vec<BankFile>, Finding> {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "gz" => {
            let inner = gunzip(name, &bytes)?;
            Ok(vec![(Arc::clone(name), inner.into())])
        }
        "zip" => unzip(name, bytes),
        _ => Ok(vec![(Arc::clone(name), bytes.into())]),
    }
}

fn refused(name: &Arc<str>, rule: &'static str, what: String) -> Finding {
    Finding::error(Origin::file(name), rule, what)
        .effect("The file is set aside: nothing of it is used")
        .remedy("Drop the statements as plain .xml, or as .xml.gz or .zip made of them")
}

/// What a gzip file of that size may hold.
fn gzip_limit(bytes: &[u8]) -> u64 {
    BYTES_MAX.min(1 << 20 | (bytes.len() as u64).saturating_mul(RATIO_MAX))
}

/// Whether a gzip file is all there: one that is still being written ends too early.
pub(super) fn gzip_ends(bytes: &[u8]) -> bool {
    let mut inner = flate2::read::MultiGzDecoder::new(bytes).take(gzip_limit(bytes));
    let read = std::io::copy(&mut inner, &mut std::io::sink());
    !read.is_err_and(|error| error.kind() == std::io::ErrorKind::UnexpectedEof)
}

fn gunzip(name: &Arc<str>, bytes: &[u8]) -> Result<Vec<u8>, Finding> {
    let limit = gzip_limit(bytes);
    read_within(flate2::read::MultiGzDecoder::new(bytes), limit)
        .map_err(|what| refused(name, "container-gzip", format!("expected a gzip file, but found: {what}")))
}

fn read_within(reader: impl Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > limit { Err(format!("more than {limit} bytes when unpacked")) } else { Ok(bytes) }
}

fn unzip(name: &Arc<str>, bytes: Vec<u8>) -> Result<Vec<BankFile>, Finding> {
    let wrong = |rule, what: String| refused(name, rule, what);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| wrong("container-zip", format!("expected a zip archive, but found: {error}")))?;
    if archive.len() > MEMBERS_MAX {
        return Err(wrong(
            "container-members",
            format!("expected at most {MEMBERS_MAX} files in an archive, but found {}", archive.len()),
        ));
    }
    let mut documents = Vec::new();
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let member = archive
            .by_index(index)
            .map_err(|error| wrong("container-zip", format!("expected a readable member, but found: {error}")))?;
        let inner = member.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
        if member.is_dir() {
            continue;
        }
        if member.is_symlink() || member.enclosed_name().is_none() {
            return Err(wrong(
                "container-path",
                format!("expected files inside the archive, but found {inner:?}, which leads out of it"),
            ));
        }
        let ending = inner.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "xml" => {}
            "zip" | "gz" | "7z" | "rar" | "tar" => {
                return Err(wrong(
                    "container-nested",
                    format!("expected statements inside the archive, but found another archive, {inner:?}"),
                ));
            }
            _ => return Err(wrong("container-member", format!("expected .xml files inside the archive, but found {inner:?}"))),
        }
        let limit = (1 << 20 | member.compressed_size().saturating_mul(RATIO_MAX)).min(BYTES_MAX.saturating_sub(total));
        let read = read_within(member, limit)
            .map_err(|what| wrong("container-size", format!("expected a statement in {inner:?}, but found: {what}")))?;
        total += read.len() as u64;
        documents.push((format!("{name}!{inner}").into(), read.into()));
    }
    if documents.is_empty() {
        return Err(wrong("container-empty", "expected statements in the archive, but found none".to_owned()));
    }
    documents.sort_by(|a: &BankFile, b| a.0.cmp(&b.0));
    Ok(documents)
}

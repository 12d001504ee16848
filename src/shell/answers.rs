//! The factor's answers to the lettrage: what it accepts is confirmed, what it rejects is for a person again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::state::Answer;
use super::{Project, RunError, State, files, io, lock};
use crate::model::{Finding, Origin, Resolution};
use crate::text::utf8_or_1252;

/// What became of a file of answers.
#[derive(Debug, Default)]
pub struct Answered {
    /// Remittances that the factor accepts.
    pub accepted: usize,
    /// Remittances that it rejects: the next night takes their lettrage back.
    pub rejected: usize,
    /// Lines that say nothing that can be used.
    pub findings: Vec<Finding>,
}

/// Words for an answer, in English and French.
const WORDS: [(&str, bool); 10] = [
    ("accepted", true),
    ("accepté", true),
    ("acceptée", true),
    ("ok", true),
    ("acc", true),
    ("rejected", false),
    ("rejeté", false),
    ("rejetée", false),
    ("ko", false),
    ("rej", false),
];

/// Reads a file of answers: a CSV with the columns `remittance_id` or `bank_reference`, `status`, and
/// `reason` where there is one.
///
/// Several lines of one remittance count together: one rejected line rejects it, because a lettrage is taken
/// back whole.
///
/// # Errors
///
/// [`RunError`]: another run is at work, or a file or the state cannot be read or written.
pub fn answers(project: &Project, file: &Path) -> Result<Answered, RunError> {
    let bytes = files::read_bytes(file).map_err(|error| io("cannot read", file, &error))?;
    let path = project.path(&project.settings.state_path);
    let _lock = lock::acquire(&path)?;
    let name: Arc<str> = file.display().to_string().into();
    let mut answered = Answered::default();
    let Some(mut state) = State::open_existing(&path)? else {
        answered.findings.push(unusable(
            &name,
            1,
            "expected lettrage that the factor can answer to, but found no run yet".to_owned(),
        ));
        return Ok(answered);
    };
    let mut of_remittances: BTreeMap<String, (usize, bool, String)> = BTreeMap::new();
    for (line, row) in rows(&bytes, &name, &mut answered.findings) {
        match row {
            Ok((reference, accepted, reason)) => {
                let before = of_remittances.get(&reference).map(|of| of.1);
                if before.is_some_and(|before| before != accepted) {
                    let what = format!("expected one answer about {reference:?}, but found that it is accepted and rejected");
                    answered.findings.push(unusable(&name, line, what).effect("It counts as rejected"));
                }
                let of = of_remittances.entry(reference).or_insert((line, true, String::new()));
                if !accepted {
                    (of.1, of.2) = (false, reason);
                }
            }
            Err(what) => answered.findings.push(unusable(&name, line, what)),
        }
    }
    state.unseal()?;
    for (reference, (line, accepted, reason)) in of_remittances {
        let found = state.lettered_with(&reference)?;
        let [settled] = &found[..] else {
            let what = format!(
                "expected the reference of one remittance whose lettrage holds, but found {} with {reference:?}",
                found.len()
            );
            answered.findings.push(unusable(&name, line, what));
            continue;
        };
        let answer = Answer { accepted, reason: &reason, who: &files::user(), made: &files::now() };
        state.record_answer(settled, &answer)?;
        if accepted {
            answered.accepted += 1;
        } else {
            let why = format!("rejected by the factor: {reason}");
            state.record_decision(&settled.id, &Resolution::Refused, &why, answer.who, answer.made)?;
            answered.rejected += 1;
        }
    }
    state.seal()?;
    answered.findings.sort();
    Ok(answered)
}

type Row = Result<(String, bool, String), String>;

fn rows(bytes: &[u8], name: &Arc<str>, findings: &mut Vec<Finding>) -> Vec<(usize, Row)> {
    let text = utf8_or_1252(bytes);
    let text = text.trim_start_matches('\u{FEFF}');
    let head = text.lines().next().unwrap_or_default();
    let separator = [b';', b'\t', b',', b'|'].into_iter().max_by_key(|s| head.bytes().filter(|b| b == s).count()).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |wanted: &str| header.iter().position(|h| h.trim().eq_ignore_ascii_case(wanted));
    let reference = column("remittance_id").or_else(|| column("bank_reference"));
    let (Some(reference), Some(status)) = (reference, column("status")) else {
        let what = format!("expected the columns remittance_id (or bank_reference) and status, but found {head:?}");
        findings.push(unusable(name, 1, what));
        return Vec::new();
    };
    let reason = column("reason");
    let read = |record: csv::StringRecord| -> (usize, Row) {
        let line = record.position().map_or(0, |p| usize::try_from(p.line()).unwrap_or(0));
        let field = |at: usize| record.get(at).unwrap_or_default().trim();
        let word = field(status).to_lowercase();
        let Some((_, accepted)) = WORDS.iter().find(|(known, _)| *known == word) else {
            return (line, Err(format!("expected accepted or rejected, but found {word:?}")));
        };
        if field(reference).is_empty() {
            return (line, Err("expected the reference of a remittance, but found none".to_owned()));
        }
        (line, Ok((field(reference).to_owned(), *accepted, reason.map(field).unwrap_or_default().to_owned())))
    };
    reader.records().flatten().map(read).collect()
}

fn unusable(name: &Arc<str>, line: usize, what: String) -> Finding {
    Finding::error(Origin::line(name, line), "answer-unusable", what)
        .effect("The line is not used; the others are")
        .remedy("Take remittance_id or bank_reference from lettrage-<contract>.csv, and give the line again")
}

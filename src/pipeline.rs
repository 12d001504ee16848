//! The whole night on one screen: the only module that knows the order of the stages.
//!
//! [`night`] is a pure function: values and bytes in, values and bytes out, no clock and no disk.
//! The same input gives the same bytes, for any number of threads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::audit::{self, Difference};
use crate::camt;
use crate::config::Settings;
use crate::dunning;
use crate::ledger::{self, LedgerFile};
use crate::lettrage;
use crate::matching;
use crate::model::{
    BankFile, CodeCounter, ContractId, DebtorId, Decision, Disposition, ExceptionStatus, Finding, History, InvoiceId,
    KnownStatement, LetteredItem, RemittanceId, Severity, Verdict, Waiting,
};
use crate::remittance;
use crate::report::{self, Outcome};

/// Everything a night is decided on.
pub struct NightInput<'a> {
    /// Business date.
    pub as_of: NaiveDate,
    /// `pipeline.toml`, checked.
    pub settings: &'a Settings,
    /// Bank files, decompressed, by the names the user knows them under.
    pub statements: Vec<BankFile>,
    /// What was found wrong with dropped files before they could be opened.
    pub findings: Vec<Finding>,
    /// The open items.
    pub invoices: LedgerFile,
    /// Those who owe them.
    pub debtors: LedgerFile,
    /// What earlier nights left behind.
    pub history: History,
}

/// Everything a night decided.
#[derive(Debug)]
pub struct Night {
    /// Files of the run folder, by name; complete but for the manifest.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What becomes of each bank file.
    pub dispositions: BTreeMap<Arc<str>, Disposition>,
    /// Problems of the data, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What to remember.
    pub memory: Memory,
    /// Counts for the last line on the terminal.
    pub counts: Counts,
}

/// What the next nights must know.
#[derive(Debug, Default)]
pub struct Memory {
    /// Booked bank transactions of this night.
    pub seen: Vec<RemittanceId>,
    /// Statements taken: account, number, and what to know of each.
    pub statements: Vec<(String, String, KnownStatement)>,
    /// Lettrage codes of the debtors touched.
    pub codes: BTreeMap<(ContractId, DebtorId), CodeCounter>,
    /// What was lettered of each item.
    pub lettered: Vec<(ContractId, InvoiceId, LetteredItem)>,
    /// Everything that waits for a person after the night.
    pub waiting: Vec<Waiting>,
    /// Numbers of the decisions that it applied, or dropped because they do not fit any more.
    pub decided: Vec<i64>,
}

/// Remittances by what became of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Lettered without a person.
    pub lettered: usize,
    /// With candidates for a person.
    pub suggested: usize,
    /// Without candidates.
    pub unmatched: usize,
    /// Items to chase.
    pub actions: usize,
}

/// Why a night gives nothing.
#[derive(Debug)]
pub enum NightError {
    /// The ledger cannot be used at all.
    Ledger(Vec<Finding>),
    /// Two figures that should be one are not.
    Audit(Vec<Difference>),
    /// A table could not be written.
    Render(String),
}

/// Stages of a night, for progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Bank files and ledger.
    Read,
    /// Matching.
    Decide,
    /// Counting again.
    Audit,
    /// Writing the files.
    Render,
}

/// One night.
///
/// # Errors
///
/// [`NightError`]; then nothing may be published.
pub fn night(input: &NightInput<'_>, progress: &dyn Fn(Stage)) -> Result<Night, NightError> {
    let NightInput { as_of, settings, history, .. } = input;
    let contracts = &settings.contracts;

    progress(Stage::Read);
    let book = read_ledger(input)?;
    let (statements, mut findings, mut dispositions) = read_statements(&input.statements);
    let admission = remittance::admit(settings, statements, history, *as_of);
    let sorted = remittance::sort(contracts, &admission.statements, history);
    let ledger = &book.ledger;

    progress(Stage::Decide);
    let due = due_decisions(&sorted, history);
    let (confirmed, stale) = matching::confirmed(ledger, &sorted.remittances, &due);
    let verdicts = decide(settings, ledger, &sorted.remittances, &confirmed, None);
    let lettrage = lettrage::letter(contracts, ledger, &sorted.remittances, &verdicts, history, *as_of);
    let exceptions = lettrage::exceptions(ledger, &sorted.remittances, &verdicts, &sorted.others);
    let releases = lettrage::releases(contracts, &admission.statements, &sorted.carried, &lettrage.lines, &exceptions);
    let waiting = debtors_waited_for(ledger, &sorted.remittances, &verdicts);
    let actions = dunning::actions(&settings.dunning, contracts, ledger, &lettrage.open_after, &waiting, *as_of);

    progress(Stage::Audit);
    audit::check(&audit::Night {
        statements: &admission.statements,
        carried: &sorted.carried,
        invoices: &ledger.invoices,
        lines: &lettrage.lines,
        exceptions: &exceptions,
        releases: &releases,
        actions: &actions,
    })
    .map_err(NightError::Audit)?;

    progress(Stage::Render);
    findings.extend(input.findings.iter().cloned());
    findings.extend(empty_inbox(input));
    findings.extend(book.findings);
    findings.extend(admission.findings);
    findings.extend(sorted.findings.iter().cloned());
    findings.extend(stale);
    findings.extend(alerts(&exceptions));
    findings.sort();
    findings.dedup();
    dispositions.extend(admission.files);
    let aged = report::aged_balance(contracts, ledger, &lettrage.open_after, &lettrage.lines, *as_of)
        .map_err(|error| NightError::Render(error.to_string()))?;
    let outcome = Outcome {
        as_of: *as_of,
        language: settings.language,
        contracts,
        ledger,
        open_after: &lettrage.open_after,
        lines: &lettrage.lines,
        suggestions: &lettrage.suggestions,
        exceptions: &exceptions,
        releases: &releases,
        carried: &sorted.carried,
        actions: &actions,
        aged: &aged,
        findings: &findings,
        files: (
            input.statements.len() + input.findings.len(),
            input.findings.len() + dispositions.values().filter(|d| **d != Disposition::Taken).count(),
        ),
    };
    let files = render(&outcome).map_err(|error| NightError::Render(error.to_string()))?;
    let count = |status| exceptions.iter().filter(|e| e.status == status).count();
    Ok(Night {
        counts: Counts {
            lettered: verdicts.iter().filter(|v| matches!(v, Verdict::Match(_))).count(),
            suggested: count(ExceptionStatus::Suggested),
            unmatched: count(ExceptionStatus::Unmatched),
            actions: actions.iter().filter(|a| a.held.is_none()).count(),
        },
        memory: Memory {
            waiting: still_waiting(&sorted, &verdicts),
            decided: due.iter().map(|d| d.number).collect(),
            ..remember(&admission.statements, &exceptions, lettrage)
        },
        files,
        dispositions,
        findings,
    })
}

/// One remittance, what was decided about it, and what it was decided on.
#[derive(Debug)]
pub struct Explanation {
    /// The remittance, or the booking that is none.
    pub line: crate::model::BankLine,
    /// The verdict, with notes; `None` for a booking that is no remittance.
    pub verdict: Option<Verdict>,
    /// Why it is no remittance.
    pub other: Option<(crate::model::NonRemittanceKind, &'static str)>,
    /// The ledger it was held against.
    pub ledger: crate::model::Ledger,
}

/// Decides a night again, and explains one bank transaction of it, by its bank reference or identity.
///
/// # Errors
///
/// As [`night`].
pub fn explain(input: &NightInput<'_>, reference: &str) -> Result<Vec<Explanation>, NightError> {
    let settings = input.settings;
    let book = read_ledger(input)?;
    let (statements, ..) = read_statements(&input.statements);
    let admission = remittance::admit(settings, statements, &input.history, input.as_of);
    let sorted = remittance::sort(&settings.contracts, &admission.statements, &input.history);
    let is_meant = |line: &crate::model::BankLine| &*line.bank_reference == reference || &*line.id.0 == reference;
    let mut found = Vec::new();
    for (index, remittance) in sorted.remittances.iter().enumerate().filter(|(_, r)| is_meant(&r.line)) {
        let (confirmed, _) = matching::confirmed(&book.ledger, &sorted.remittances, &input.history.decisions);
        let verdicts = decide(settings, &book.ledger, &sorted.remittances, &confirmed, Some(index));
        let verdict = verdicts.into_iter().find(|v| v.remittance() == index);
        found.push(Explanation { line: remittance.line.clone(), verdict, other: None, ledger: book.ledger.clone() });
    }
    for other in sorted.others.iter().filter(|o| is_meant(&o.line)) {
        let kind = Some((other.kind, other.reason));
        found.push(Explanation { line: other.line.clone(), verdict: None, other: kind, ledger: book.ledger.clone() });
    }
    Ok(found)
}

/// Reads the ledger, and takes off what earlier nights lettered.
fn read_ledger(input: &NightInput<'_>) -> Result<ledger::LedgerReading, NightError> {
    let settings = input.settings;
    let mut book =
        ledger::read(&settings.ledger, &settings.contracts, &input.invoices, &input.debtors).map_err(NightError::Ledger)?;
    let disagreements = ledger::take_off_earlier(&mut book.ledger, &input.invoices.name, &input.history);
    book.findings.extend(disagreements);
    Ok(book)
}

/// Reads all bank files; a file that cannot be read is refused, and the others go on.
#[expect(clippy::type_complexity, reason = "three lists that are taken apart at once")]
fn read_statements(
    files: &[BankFile],
) -> (Vec<(crate::model::Statement, Vec<Finding>)>, Vec<Finding>, BTreeMap<Arc<str>, Disposition>) {
    let mut statements = Vec::new();
    let mut findings = Vec::new();
    let mut dispositions = BTreeMap::new();
    for ((name, _), reading) in files.iter().zip(camt::read_all(files)) {
        match reading {
            Ok(reading) => {
                statements.extend(reading.statements.into_iter().map(|s| (s.statement, s.faults)));
                findings.extend(reading.findings);
            }
            Err(finding) => {
                dispositions.insert(Arc::clone(name), Disposition::Refused);
                findings.push(finding);
            }
        }
    }
    (statements, findings, dispositions)
}

/// Matches the remittances of each contract; the verdicts come in the order of the remittances.
fn decide(
    settings: &Settings,
    ledger: &crate::model::Ledger,
    remittances: &[crate::model::Remittance],
    confirmed: &BTreeMap<usize, crate::model::Candidate>,
    told: Option<usize>,
) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = settings
        .contracts
        .par_iter()
        .flat_map_iter(|contract| {
            let own: Vec<_> = remittances.iter().enumerate().filter(|(_, r)| r.line.contract == contract.id).collect();
            matching::decide(&settings.matching, contract, ledger, &own, confirmed, told)
        })
        .collect();
    verdicts.sort_by_key(Verdict::remittance);
    verdicts
}

/// Debtors with a remittance on the desk: it may pay what would be chased.
fn debtors_waited_for(
    ledger: &crate::model::Ledger,
    remittances: &[crate::model::Remittance],
    verdicts: &[Verdict],
) -> BTreeSet<(ContractId, DebtorId)> {
    let mut waiting = BTreeSet::new();
    for verdict in verdicts {
        let Verdict::Unmatched(left) = verdict else { continue };
        let contract = &remittances[left.remittance].line.contract;
        let debtors = left.candidates.iter().filter(|_| left.suggested).map(|c| c.debtor).chain(left.payer);
        waiting.extend(debtors.map(|d| (contract.clone(), ledger.debtors[d].id.clone())));
    }
    waiting
}

/// A night without a bank file is worth a word: the bank may not have delivered.
fn empty_inbox(input: &NightInput<'_>) -> Option<Finding> {
    let inbox: Arc<str> = input.settings.inbox.path.as_str().into();
    (input.statements.is_empty() && input.findings.is_empty()).then(|| {
        Finding::warning(
            crate::model::Origin::file(&inbox),
            "inbox-empty",
            "expected the bank's statements in the inbox, but found none",
        )
        .effect("Nothing was lettered; the dunning is that of the ledger")
        .remedy("If the bank owes a statement of the day, ask for it, and run the same date again")
    })
}

/// A debit that is neither a sweep nor a fee is told at once.
fn alerts(exceptions: &[crate::model::Exception]) -> Vec<Finding> {
    use crate::model::{NonRemittanceKind, Origin};
    exceptions
        .iter()
        .filter(|e| e.status == ExceptionStatus::Other(NonRemittanceKind::Alert))
        .map(|e| {
            let what = format!(
                "expected only sweeps to the factor and bank fees as debits of {}, but found {} {} to {:?} on {} ({})",
                e.line.account,
                e.line.amount,
                e.line.amount.currency(),
                e.line.payer_name,
                e.line.booking_date,
                e.line.bank_reference
            );
            Finding::warning(Origin { file: Arc::clone(&e.line.statement_id), line: 0, column: 0 }, "debit-unexpected", what)
                .effect("It is listed among the exceptions as an alert")
                .remedy("Ask the bank at once: a dedicated account has no other debits. If it is the sweep, set factor_account in the contract")
        })
        .collect()
}

/// All files of the run folder but the manifest.
fn render(outcome: &Outcome<'_>) -> serde_json::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for contract in outcome.contracts {
        let own = outcome.lines.iter().filter(|l| l.remittance.contract == contract.id);
        files.insert(format!("lettrage-{}.csv", contract.id), lettrage::lettrage_csv(own));
    }
    files.insert("suggestions.csv".to_owned(), lettrage::suggestions_csv(outcome.suggestions));
    files.insert("exceptions.csv".to_owned(), lettrage::exceptions_csv(outcome.exceptions));
    files.insert("release.csv".to_owned(), lettrage::release_csv(outcome.releases));
    files.insert("dunning.csv".to_owned(), dunning::dunning_csv(outcome.actions));
    files.insert("aged-balance.csv".to_owned(), report::aged_balance_csv(outcome.aged));
    files.insert("findings.csv".to_owned(), report::findings_csv(outcome.findings));
    files.insert("summary.json".to_owned(), report::summary_json(outcome)?);
    files.insert("report.html".to_owned(), report::report_html(outcome));
    Ok(files)
}

/// What the next nights must know: every booking seen, what was lettered, the codes given.
fn remember(
    statements: &[crate::model::AdmittedStatement],
    exceptions: &[crate::model::Exception],
    lettrage: lettrage::Lettrage,
) -> Memory {
    let identities = |line: &crate::model::BankLine| [Some(line.id.clone()), line.booking.clone()].into_iter().flatten();
    let mut seen: Vec<RemittanceId> = lettrage.lines.iter().flat_map(|l| identities(&l.remittance)).collect();
    seen.extend(exceptions.iter().filter(|e| e.booked).flat_map(|e| identities(&e.line)));
    seen.sort();
    seen.dedup();
    let lettered = lettrage.lines.iter().filter_map(|line| {
        let item = LetteredItem { open_before: line.open_before?.minor(), open_after: line.open_after?.minor() };
        (item.open_before != item.open_after)
            .then(|| (line.remittance.contract.clone(), line.invoice.clone().unwrap_or(InvoiceId("".into())), item))
    });
    Memory {
        lettered: lettered.collect(),
        seen,
        statements: statements.iter().map(|s| (s.account.to_string(), s.statement.id.clone(), remittance::known(s))).collect(),
        codes: lettrage.codes,
        waiting: Vec::new(),
        decided: Vec::new(),
    }
}

/// Whether a decision about a waiting remittance could be applied tonight; the finding says why not.
///
/// # Errors
///
/// [`NightError::Ledger`].
pub fn unfit(
    input: &NightInput<'_>,
    remittance: &crate::model::Remittance,
    decision: Decision,
) -> Result<Option<Finding>, NightError> {
    let book = read_ledger(input)?;
    let (_, stale) = matching::confirmed(&book.ledger, std::slice::from_ref(remittance), &[decision]);
    Ok(stale.into_iter().next())
}

/// The decisions that tonight applies or drops; those about money of a contract that is away wait
/// with it.
fn due_decisions(sorted: &remittance::Sorted, history: &History) -> Vec<Decision> {
    let is_parked = |d: &&Decision| sorted.parked.iter().any(|w| w.remittance.line.id == d.remittance);
    history.decisions.iter().filter(|d| !is_parked(d)).cloned().collect()
}

/// What a person still has to settle: of tonight, of earlier nights, and of contracts that are away.
fn still_waiting(sorted: &remittance::Sorted, verdicts: &[Verdict]) -> Vec<Waiting> {
    let left = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Unmatched(left) => {
            Some(Waiting { remittance: sorted.remittances[left.remittance].clone(), suggested: left.suggested })
        }
        Verdict::Match(_) => None,
    });
    left.chain(sorted.parked.iter().cloned()).collect()
}

impl Night {
    /// Whether something was set aside, which the exit code tells.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_whole = |d: &Disposition| matches!(d, Disposition::Taken | Disposition::Held);
        self.dispositions.values().all(is_whole) && self.findings.iter().all(|f| f.severity != Severity::Error)
    }
}

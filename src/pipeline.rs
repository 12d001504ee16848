//! The whole night on one screen: the only module that knows the order of the stages.
//!
//! [`night`] is a pure function: values and bytes in, values and bytes out, no clock and no disk.
//! The same input gives the same bytes, for any number of threads.

mod again;
mod memory;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::audit::{self, Difference};
use crate::camt;
use crate::config::Settings;
use crate::dunning;
use crate::ledger::{self, LedgerFiles};
use crate::lettrage;
use crate::matching;
use crate::model::{
    Account, AdmittedStatement, BankFile, Candidate, Contact, Contract, ContractId, DebtorId, Decision, Direction, Disposition,
    Exception, ExceptionStatus, Finding, History, InvoiceId, Ledger, LettrageLine, Memory, Money, NonRemittanceKind, Origin,
    Remittance, Severity, Statement, Verdict, Wanted,
};
use crate::remittance;
use crate::report::{self, Outcome};

pub use again::{Explanation, explain, training_sets, unfit};

/// What a night takes in, read and checked.
#[derive(Debug, Default)]
pub struct Reading {
    statements: Vec<(Statement, Vec<Finding>)>,
    files: usize,
    findings: Vec<Finding>,
    dispositions: BTreeMap<Arc<str>, Disposition>,
    invoices: Arc<str>,
    book: ledger::LedgerReading,
}

/// Reads bank files, decompressed and by the names the user knows them under, and the ledger.
///
/// A bank file that cannot be read is refused, and the others go on.
///
/// # Errors
///
/// [`NightError::Ledger`].
pub fn read(settings: &Settings, files: &[BankFile], ledger: &LedgerFiles) -> Result<Reading, NightError> {
    let book = ledger::read(&settings.ledger, &settings.contracts, ledger).map_err(NightError::Ledger)?;
    let mut reading = Reading { files: files.len(), invoices: Arc::clone(&ledger.invoices.name), book, ..Reading::default() };
    for ((name, _), result) in files.iter().zip(camt::read_all(files)) {
        match result {
            Ok(file) => {
                reading.statements.extend(file.statements.into_iter().map(|s| (s.statement, s.faults)));
                reading.findings.extend(file.findings);
            }
            Err(finding) => {
                reading.dispositions.insert(Arc::clone(name), Disposition::Refused);
                reading.findings.push(finding);
            }
        }
    }
    Ok(reading)
}

impl Reading {
    /// What the night needs to know of earlier ones.
    #[must_use]
    pub fn wanted(&self, as_of: NaiveDate) -> Wanted {
        let mut wanted = Wanted { as_of: Some(as_of), ..Wanted::default() };
        for (statement, _) in &self.statements {
            let of_entries = statement.entries.iter().flat_map(|e| [e.booking_date, e.value_date]);
            for day in of_entries.chain(statement.balances.iter().map(|b| b.date)).flatten() {
                let (first, last) = wanted.days.unwrap_or((day, day));
                wanted.days = Some((first.min(day), last.max(day)));
            }
            // A bank's habits may turn the sign of reversals, and details have amounts of their own.
            for entry in statement.entries.iter().filter(|e| e.reversal || e.direction == Some(Direction::Debit)) {
                let amounts = entry.transactions.iter().map(|t| t.amount).chain([entry.amount]).flatten();
                wanted.debits.extend(amounts.map(Money::minor));
            }
        }
        wanted.items = self.book.ledger.invoices.iter().map(|i| (i.contract.clone(), i.id.clone())).collect();
        wanted
    }
}

/// Everything a night is decided on.
pub struct NightInput<'a> {
    /// Business date.
    pub as_of: NaiveDate,
    /// `pipeline.toml`, checked.
    pub settings: &'a Settings,
    /// Bank files and ledger.
    pub reading: Reading,
    /// What was found wrong with dropped files before they could be opened.
    pub findings: Vec<Finding>,
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

/// Remittances by what became of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Lettered.
    pub lettered: usize,
    /// Of these, by what a person said.
    pub confirmed: usize,
    /// With candidates for a person.
    pub suggested: usize,
    /// Without candidates.
    pub unmatched: usize,
    /// Of earlier nights, whose lettrage is taken back.
    pub taken_back: usize,
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
    /// Bank files and ledger: before the night.
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
pub fn night(input: NightInput<'_>, progress: &dyn Fn(Stage)) -> Result<Night, NightError> {
    let NightInput { as_of, settings, reading, findings: of_drop, mut history } = input;
    let contracts = &settings.contracts;

    progress(Stage::Decide);
    let (files, unopened) = (reading.files, of_drop.len());
    let prepared = prepare(settings, reading, &mut history, as_of);
    let Prepared {
        ledger,
        contacts,
        statements,
        incomplete,
        sorted,
        reversals,
        due,
        confirmed,
        vanished,
        dispositions,
        mut findings,
    } = prepared;
    let verdicts = decide(settings, &ledger, &sorted.remittances, &confirmed, &history, as_of, None);
    let lettrage = lettrage::letter(contracts, &ledger, &sorted.remittances, &verdicts, reversals, &history, as_of);
    let exceptions = lettrage::exceptions(&ledger, &sorted.remittances, &verdicts, &sorted.others, &sorted.taken_back);
    let follow = lettrage::follow(contracts, &lettrage.lines, &exceptions, &history, as_of);
    findings.extend(follow.findings);
    let (on_account, put_on_account) = lettrage::on_account(&lettrage.lines, &sorted.taken_back, &history);
    let after = lettrage::After { open: &lettrage.open_after, lines: &lettrage.lines, on_account: &on_account };
    let (balance_files, balances) = lettrage::balances(contracts, &ledger, &after, &history, as_of);
    let releases = lettrage::releases(contracts, &statements, &sorted.carried, &sorted.taken_back, &lettrage.lines, &exceptions);
    let waiting = debtors_waited_for(&ledger, &sorted.remittances, &verdicts);
    let last_statements = last_statements(contracts, &statements, &incomplete, &history);
    let situation = dunning::Situation {
        settings: &settings.dunning,
        late_payment: &settings.late_payment,
        contracts,
        ledger: &ledger,
        open_after: &lettrage.open_after,
        lines: &lettrage.lines,
        waiting: &waiting,
        statements: &last_statements,
        contacts: &contacts,
        history: &history,
        as_of,
    };
    let (mut actions, of_dunning) = dunning::actions(&situation);
    let (quality, cover) = (dunning::quality_csv(&situation), dunning::cover_csv(&situation));
    findings.extend(of_dunning);
    let desk = dunning::Desk {
        company: &settings.company,
        language: settings.language,
        wordings: &settings.wordings,
        late_payment: &settings.late_payment,
        contracts,
        ledger: &ledger,
        as_of,
    };
    let (mut letters, stopped) = dunning::drafts(&desk, &mut actions);
    findings.extend(stopped);
    letters.extend(dunning::dossiers(&situation, &desk, &actions));

    let renderings = renderings(settings, &ledger, &lettrage.lines, &history, as_of)?;
    findings.extend(renderings.findings);

    progress(Stage::Audit);
    audit::check(&audit::Night {
        statements: &statements,
        carried: &sorted.carried,
        taken_back: &sorted.taken_back,
        invoices: &ledger.invoices,
        lines: &lettrage.lines,
        exceptions: &exceptions,
        releases: &releases,
        actions: &actions,
    })
    .map_err(NightError::Audit)?;

    progress(Stage::Render);
    findings.extend((files + unopened == 0).then(|| empty_inbox(settings)));
    findings.extend(of_drop);
    findings.extend(alerts(&exceptions));
    findings.sort();
    findings.dedup();
    let set_aside = dispositions.values().filter(|d| !matches!(d, Disposition::Taken | Disposition::Known)).count();
    let aged = report::aged_balance(contracts, &ledger, &lettrage.open_after, &on_account, as_of)
        .map_err(|error| NightError::Render(error.to_string()))?;
    let outcome = Outcome {
        as_of,
        language: settings.language,
        company: settings.company.name.as_deref(),
        contracts,
        ledger: &ledger,
        open_after: &lettrage.open_after,
        lines: &lettrage.lines,
        suggestions: &lettrage.suggestions,
        exceptions: &exceptions,
        releases: &releases,
        followed: &follow.rows,
        on_account: &on_account,
        carried: &sorted.carried,
        actions: &actions,
        defunding: &dunning::defunding(contracts, &ledger, &lettrage.open_after, as_of),
        aged: &aged,
        findings: &findings,
        files: (files + unopened, unopened + set_aside),
    };
    let mut files = render(&outcome).map_err(|error| NightError::Render(error.to_string()))?;
    files.insert("dunning-quality.csv".to_owned(), quality);
    files.insert("credit-cover.csv".to_owned(), cover);
    files.extend(balance_files);
    files.extend(letters);
    files.extend(renderings.files);
    if settings.outbox.workbook {
        let book = report::workbook(&files, as_of).map_err(|error| NightError::Render(error.to_string()))?;
        files.insert("lettrage.xlsx".to_owned(), book);
    }
    let count = |status| exceptions.iter().filter(|e| e.status == status).count();
    let counts = Counts {
        lettered: verdicts.iter().filter(|v| matches!(v, Verdict::Match(_))).count(),
        confirmed: confirmed.len(),
        suggested: count(ExceptionStatus::Suggested),
        unmatched: count(ExceptionStatus::Unmatched),
        taken_back: sorted.taken_back.len(),
        actions: actions.iter().filter(|a| a.held.is_none()).count(),
    };
    let decided = memory::Decided {
        ledger: &ledger,
        statements: &statements,
        sorted: &sorted,
        due: &due,
        confirmed: &confirmed,
        verdicts: &verdicts,
        exceptions: &exceptions,
        actions: &actions,
        as_of,
        sequences: renderings.sequences,
        vanished,
        funds: follow.moves,
        balances,
        on_account: put_on_account,
    };
    Ok(Night { counts, memory: memory::remember(&decided, lettrage), files, dispositions, findings })
}

/// What a night holds ready before it matches.
struct Prepared {
    /// As earlier nights left it, and with what this one opens again.
    ledger: Ledger,
    /// What came of earlier actions.
    contacts: Vec<Contact>,
    statements: Vec<AdmittedStatement>,
    /// Accounts of which a statement is missing.
    incomplete: BTreeSet<Account>,
    sorted: remittance::Sorted,
    /// Lines that take earlier lettrage back.
    reversals: Vec<LettrageLine>,
    /// Decisions of people that this night applies or drops.
    due: Vec<Decision>,
    /// What they confirm, by remittance.
    confirmed: BTreeMap<usize, Candidate>,
    /// Items that are gone from the export while something of them is open.
    vanished: BTreeSet<(ContractId, InvoiceId)>,
    dispositions: BTreeMap<Arc<str>, Disposition>,
    findings: Vec<Finding>,
}

fn prepare(settings: &Settings, reading: Reading, history: &mut History, as_of: NaiveDate) -> Prepared {
    let Reading { statements, mut findings, mut dispositions, invoices, book, .. } = reading;
    findings.extend(back_in_time(history, as_of));
    let ledger::LedgerReading { mut ledger, contacts, findings: of_ledger } = book;
    findings.extend(of_ledger);
    let levels = settings.dunning.levels.iter().map(|level| level.name.as_str()).collect();
    findings.extend(ledger::doubtful_contacts(&contacts, &levels, as_of));
    findings.extend(ledger::tell_apart(&ledger, &invoices, history));
    findings.extend(ledger::take_off_earlier(&mut ledger, &invoices, history));
    ledger::closed_earlier(&mut ledger, history);
    let (vanished, gone) = ledger::vanished(&settings.contracts, &ledger, &invoices, history);
    findings.extend(gone);
    let admission = remittance::admit(settings, statements, history, as_of);
    findings.extend(admission.findings);
    dispositions.extend(admission.files);
    let sorted = remittance::sort(&settings.contracts, &admission.statements, history);
    findings.extend(sorted.findings.iter().cloned());
    let (reversals, of_reversals) = lettrage::take_back(&mut ledger, &sorted.taken_back, history);
    findings.extend(of_reversals);
    let due = due_decisions(&sorted, history);
    let (confirmed, stale) = matching::confirmed(&ledger, &sorted.remittances, &due);
    findings.extend(stale);
    Prepared {
        ledger,
        contacts,
        statements: admission.statements,
        incomplete: admission.incomplete,
        sorted,
        reversals,
        due,
        confirmed,
        vanished,
        dispositions,
        findings,
    }
}

/// A night before one that was run: it may be meant, to catch up, and it may be a slip.
fn back_in_time(history: &History, as_of: NaiveDate) -> Option<Finding> {
    let newest = history.newest.filter(|newest| as_of < *newest)?;
    let what = format!("expected a business date from {newest} on, the date of the latest night, but found {as_of}");
    let finding = Finding::warning(Origin::file(&"run".into()), "run-date", what)
        .effect("The night was run: what is overdue, and what may be chased, is counted on that day");
    Some(finding.remedy("If that day was not meant, run again with today's date; nothing is lettered twice"))
}

/// Matches the remittances of each contract; the verdicts come in the order of the remittances.
fn decide(
    settings: &Settings,
    ledger: &Ledger,
    remittances: &[Remittance],
    confirmed: &BTreeMap<usize, Candidate>,
    history: &History,
    as_of: NaiveDate,
    told: Option<usize>,
) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = settings
        .contracts
        .par_iter()
        .flat_map_iter(|contract| {
            let own: Vec<_> = remittances.iter().enumerate().filter(|(_, r)| r.line.contract == contract.id).collect();
            matching::decide(&settings.matching, contract, ledger, &own, confirmed, (&history.payers, as_of), told)
        })
        .collect();
    verdicts.sort_by_key(Verdict::remittance);
    verdicts
}

/// The lettrage as the factors want it, beside the CSV.
#[derive(Default)]
struct Renderings {
    files: BTreeMap<String, Vec<u8>>,
    findings: Vec<Finding>,
    sequences: BTreeMap<(ContractId, String), u64>,
}

fn renderings(
    settings: &Settings,
    ledger: &Ledger,
    lines: &[LettrageLine],
    history: &History,
    as_of: NaiveDate,
) -> Result<Renderings, NightError> {
    let mut all = Renderings::default();
    let company = settings.company.name.as_deref().unwrap_or_default();
    for contract in &settings.contracts {
        let own: Vec<&LettrageLine> = lines.iter().filter(|l| l.remittance.contract == contract.id).collect();
        for output in &contract.outputs {
            let key = (contract.id.clone(), output.clone());
            let last_sequence = history.sequences.get(&key).copied().unwrap_or(0);
            if output == "jsonl" {
                let bytes = lettrage::lettrage_jsonl(own.iter().copied()).map_err(|e| NightError::Render(e.to_string()))?;
                all.files.insert(format!("lettrage-{}.jsonl", contract.id), bytes);
            } else if output == "remt.001" {
                let (bytes, findings) = lettrage::remittance_advice(contract, company, ledger, &own, as_of, last_sequence + 1);
                all.findings.extend(findings);
                if let Some(bytes) = bytes {
                    all.files.insert(format!("lettrage-{}.remt.001.xml", contract.id), bytes);
                    all.sequences.insert(key, last_sequence + 1);
                }
            } else if let Some(layout) = settings.layouts.get(output) {
                let rendering = lettrage::Rendering { layout, contract, company, ledger, as_of, last_sequence };
                let rendered = rendering.render(&own);
                all.findings.extend(rendered.findings);
                for (name, bytes) in rendered.files {
                    // Two contracts may name their files alike.
                    let name = if all.files.contains_key(&name) { format!("{}-{name}", contract.id) } else { name };
                    all.files.insert(name, bytes);
                    all.sequences.insert(key.clone(), rendered.last_sequence);
                }
            }
        }
    }
    Ok(all)
}

/// Day of the last statement of each contract: of the account that is the furthest behind; none where one of them is
/// known to be missing.
fn last_statements(
    contracts: &[Contract],
    tonight: &[AdmittedStatement],
    incomplete: &BTreeSet<Account>,
    history: &History,
) -> BTreeMap<ContractId, NaiveDate> {
    let mut last: BTreeMap<String, NaiveDate> = BTreeMap::new();
    let earlier = history.statements.iter().filter_map(|((account, _), known)| Some((account.clone(), known.link.as_ref()?.day)));
    for (account, day) in earlier.chain(tonight.iter().map(|s| (s.account.to_string(), s.date))) {
        let known = last.entry(account).or_insert(day);
        *known = day.max(*known);
    }
    let of_contract = |c: &Contract| {
        let days: Option<Vec<NaiveDate>> = c.accounts.iter().map(|a| last.get(&a.to_string()).copied()).collect();
        Some((c.id.clone(), days?.into_iter().min()?))
    };
    let is_whole = |c: &&Contract| !c.accounts.iter().any(|account| incomplete.contains(account));
    contracts.iter().filter(is_whole).filter_map(of_contract).collect()
}

/// Debtors with a remittance on the desk: it may pay what would be chased.
fn debtors_waited_for(ledger: &Ledger, remittances: &[Remittance], verdicts: &[Verdict]) -> BTreeSet<(ContractId, DebtorId)> {
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
fn empty_inbox(settings: &Settings) -> Finding {
    let inbox: Arc<str> = settings.inbox.path.as_str().into();
    Finding::warning(Origin::file(&inbox), "inbox-empty", "expected the bank's statements in the inbox, but found none")
        .effect("Only what waited for a person was looked at; the dunning is that of the ledger")
        .remedy("If the bank owes a statement of the day, ask for it, and run the same date again")
}

/// A debit that is neither a sweep nor a fee is told at once.
fn alerts(exceptions: &[Exception]) -> Vec<Finding> {
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
    files.insert("follow.csv".to_owned(), lettrage::follow_csv(outcome.followed));
    files.insert("release.csv".to_owned(), lettrage::release_csv(outcome.releases));
    files.insert("dunning.csv".to_owned(), dunning::dunning_csv(outcome.actions));
    files.insert("calls.csv".to_owned(), dunning::calls_csv(outcome.ledger, outcome.actions, outcome.as_of));
    files.insert("factor-follow-up.csv".to_owned(), dunning::follow_up_csv(outcome.actions));
    files.insert("defunding.csv".to_owned(), dunning::defunding_csv(outcome.defunding));
    files.insert("defunding-weeks.csv".to_owned(), dunning::defunding_weeks_csv(outcome.defunding));
    files.insert("aged-balance.csv".to_owned(), report::aged_balance_csv(outcome.aged));
    files.insert("findings.csv".to_owned(), report::findings_csv(outcome.findings));
    files.extend(report::release_pages(outcome));
    files.insert("summary.json".to_owned(), report::summary_json(outcome)?);
    files.insert("report.html".to_owned(), report::report_html(outcome));
    Ok(files)
}

/// The decisions that tonight applies or drops; those about money of a contract that is away wait
/// with it.
fn due_decisions(sorted: &remittance::Sorted, history: &History) -> Vec<Decision> {
    let is_parked = |d: &&Decision| sorted.parked.iter().any(|w| w.remittance.line.id == d.remittance);
    history.decisions.iter().filter(|d| !is_parked(d)).cloned().collect()
}

impl Night {
    /// Whether something was set aside, which the exit code tells.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_whole = |d: &Disposition| matches!(d, Disposition::Taken | Disposition::Known | Disposition::Held);
        self.dispositions.values().all(is_whole) && self.findings.iter().all(|f| f.severity != Severity::Error)
    }
}

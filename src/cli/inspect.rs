//! `lettrage inspect`: what a bank file says.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use crate::camt::{self, ReadStatement};
use crate::model::{Account, Balance, Direction, Document, Entry, Field, Finding, Money, Statement, Transaction};
use crate::shell;
use crate::text::visible;

/// One statement as a line of JSON.
#[derive(Serialize)]
struct StatementRow<'a> {
    file: &'a str,
    message: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    statement_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    electronic_sequence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_sequence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_page: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balanced: Option<bool>,
    entries: Vec<EntryRow<'a>>,
}

#[derive(Serialize)]
struct EntryRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    reversal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proprietary_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_count: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transactions: Vec<TransactionRow<'a>>,
}

#[derive(Serialize)]
struct TransactionRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructed_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructed_currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charges: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_to_end_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_information_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uetr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterparty_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterparty_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counterparty_bic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ultimate_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unstructured: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    creditor_references: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    documents: Vec<DocumentRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_remittance: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct DocumentRow<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
}

/// One statement as one line of JSON, in the form of the interface's §5.
fn json_line(statement: &Statement) -> serde_json::Result<String> {
    let balance = |b: Option<&Balance>| b.and_then(|b| b.amount).map(|m| m.to_string());
    let (opening, closing) = (statement.opening(), statement.closing());
    serde_json::to_string(&StatementRow {
        file: &statement.file,
        message: &statement.message,
        kind: statement.kind.as_str(),
        statement_id: &statement.id,
        electronic_sequence: statement.electronic_sequence.as_deref(),
        legal_sequence: statement.legal_sequence.as_deref(),
        page: statement.page.as_deref(),
        last_page: statement.last_page,
        created: statement.created.as_deref(),
        account: statement.account.as_ref().map(Account::as_str),
        currency: statement.currency.map(|c| c.to_string()),
        opening: balance(opening),
        opening_type: opening.map(|b| b.code.as_str()),
        closing: balance(closing),
        closing_type: closing.map(|b| b.code.as_str()),
        opening_date: opening.and_then(|b| b.date).map(|d| d.to_string()),
        closing_date: closing.and_then(|b| b.date).map(|d| d.to_string()),
        balanced: statement.balanced(),
        entries: statement.entries.iter().map(|e| entry_row(statement, e)).collect(),
    })
}

fn entry_row<'a>(statement: &'a Statement, entry: &'a Entry) -> EntryRow<'a> {
    EntryRow {
        entry_reference: entry.text(Field::EntryReference),
        bank_reference: entry.text(Field::BankReference),
        // Without a sign, the amount as it stands: better than nothing for a look at the file.
        amount: entry.signed_amount().or(entry.amount).map(|m| m.to_string()),
        currency: entry.currency.map(|c| c.to_string()),
        reversal: entry.reversal,
        status: entry.text(Field::Status),
        booking_date: entry.booking_date.map(|d| d.to_string()),
        value_date: entry.value_date.map(|d| d.to_string()),
        bank_code: entry.text(Field::BankCode),
        proprietary_code: entry.text(Field::ProprietaryCode),
        additional_info: entry.text(Field::AdditionalInfo),
        batch_count: entry.batch_count,
        transactions: entry.transactions.iter().map(|t| transaction_row(statement, entry, t)).collect(),
    }
}

fn transaction_row<'a>(statement: &'a Statement, entry: &'a Entry, transaction: &'a Transaction) -> TransactionRow<'a> {
    let direction = transaction.direction.or(entry.direction).unwrap_or(Direction::Credit);
    let party = transaction.counterparty(direction, entry.reversal, statement.account.as_ref(), statement.owner_name.as_deref());
    let signed = |m: Money| if direction == Direction::Debit { m.negated() } else { m };
    TransactionRow {
        amount: transaction.amount.map(|m| signed(m).to_string()),
        currency: transaction.amount.map(|m| m.currency().to_string()),
        instructed_amount: transaction.instructed.map(|m| m.to_string()),
        instructed_currency: transaction.instructed.map(|m| m.currency().to_string()),
        charges: transaction.charges.map(|m| m.to_string()),
        bank_reference: transaction.text(Field::BankReference),
        end_to_end_id: transaction.text(Field::EndToEndId),
        transaction_id: transaction.text(Field::TransactionId),
        instruction_id: transaction.text(Field::InstructionId),
        payment_information_id: transaction.text(Field::PaymentInformationId),
        mandate_id: transaction.text(Field::MandateId),
        uetr: transaction.text(Field::Uetr),
        counterparty_name: party.name,
        counterparty_account: party.account().map(|a| a.to_string()),
        counterparty_bic: party.bic,
        ultimate_name: party.ultimate_name,
        unstructured: transaction.texts.all(Field::Unstructured).map(single_spaced).collect(),
        creditor_references: transaction.texts.all(Field::CreditorReference).collect(),
        documents: transaction.documents.iter().map(document_row).collect(),
        additional_remittance: transaction.texts.all(Field::AdditionalRemittance).collect(),
        return_reason: transaction.text(Field::ReturnReason),
    }
}

/// Runs of white space as one blank: banks pad and wrap their texts.
fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn document_row(document: &Document) -> DocumentRow<'_> {
    DocumentRow {
        number: document.number.as_deref(),
        code: document.code.as_deref(),
        date: document.date.map(|d| d.to_string()),
        amount: document.amount.map(|m| m.to_string()),
    }
}

/// One statement as a table that people read.
fn table(out: &mut dyn Write, statement: &Statement) -> std::io::Result<()> {
    let text = |o: Option<&str>| o.map_or_else(|| "-".to_owned(), visible);
    let money =
        |b: Option<&Balance>| b.and_then(|b| b.amount).map_or_else(|| "-".to_owned(), |m| format!("{m} {}", m.currency()));
    writeln!(out, "{}  {} {}", visible(&statement.file), statement.message, visible(&statement.id))?;
    writeln!(
        out,
        "  account {}   sequence {}   opening {}   closing {}   {}",
        text(statement.account.as_ref().map(Account::as_str)),
        text(statement.electronic_sequence.as_deref().or(statement.legal_sequence.as_deref())),
        money(statement.opening()),
        money(statement.closing()),
        match statement.balanced() {
            Some(true) => "balanced",
            Some(false) => "NOT balanced",
            None => "balances missing",
        },
    )?;
    for entry in &statement.entries {
        let amount = entry.signed_amount().map_or_else(|| "unreadable".to_owned(), |m| format!("{m} {}", m.currency()));
        let date = entry.booking_date.or(entry.value_date).map_or_else(|| "-".to_owned(), |d| d.to_string());
        let flag = if entry.reversal { "reversal " } else { "" };
        let code = entry.text(Field::BankCode).or(entry.text(Field::ProprietaryCode));
        let reference = entry.text(Field::BankReference).or(entry.text(Field::EntryReference));
        writeln!(out, "  {date:10} {amount:>18}  {flag}{}  {}", text(code), text(reference))?;
        for transaction in &entry.transactions {
            let row = transaction_row(statement, entry, transaction);
            let part = if entry.transactions.len() > 1 {
                row.amount.clone().map(|a| format!("{a} ")).unwrap_or_default()
            } else {
                String::new()
            };
            let mut words: Vec<String> = transaction.texts.all(Field::Unstructured).map(visible).collect();
            words.extend(transaction.texts.all(Field::CreditorReference).map(visible));
            words.extend(transaction.documents.iter().filter_map(|d| d.number.as_deref()).map(visible));
            writeln!(out, "             {part}{}  {}", text(row.counterparty_name), words.join(" | "))?;
        }
    }
    writeln!(out)
}

/// Shows what each file says; a file that cannot be read is told, and the others are still read.
pub(super) fn run(files: &[std::path::PathBuf], json: bool) -> ExitCode {
    let mut complete = true;
    let mut out = std::io::stdout().lock();
    for path in files {
        let name: Arc<str> = path.display().to_string().into();
        match read(path, &name) {
            Ok(statements) => {
                for read in &statements {
                    let written = if json {
                        json_line(&read.statement).map_err(std::io::Error::other).and_then(|line| writeln!(out, "{line}"))
                    } else {
                        table(&mut out, &read.statement)
                    };
                    // A closed pipe is no fault of the file.
                    if !super::is_out(written) {
                        return ExitCode::SUCCESS;
                    }
                    complete &= read.faults.is_empty();
                    super::tell(&read.faults);
                }
            }
            Err(finding) => {
                complete = false;
                eprintln!("{}: {}: {}", visible(&finding.origin.to_string()), finding.rule, visible(&finding.message()));
            }
        }
    }
    if complete { ExitCode::SUCCESS } else { ExitCode::from(super::exit::SET_ASIDE) }
}

fn read(path: &std::path::Path, name: &Arc<str>) -> Result<Vec<ReadStatement>, Finding> {
    let mut statements = Vec::new();
    for reading in camt::read_all(&shell::documents(path, name)?) {
        let reading = reading?;
        super::tell(&reading.findings);
        statements.extend(reading.statements);
    }
    Ok(statements)
}

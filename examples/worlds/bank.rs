//! How the bank and the ledger write: statements, references, accounts, amounts, days.

use std::fmt::Write;

use super::random::Random;
use super::world::{ACCOUNT, Credit, Truth};

pub(super) fn statement(index: usize, date: &str, opening: i64, closing: i64, credits: &[&(Credit, Truth)]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>M{index}</MsgId><CreDtTm>{date}T22:00:00</CreDtTm></GrpHdr><Stmt><Id>CT01-{date}</Id><ElctrncSeqNb>{}</ElctrncSeqNb><Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>\n",
        100 + index
    );
    for (code, balance) in [("OPBD", opening), ("CLBD", closing)] {
        let _ = writeln!(
            xml,
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{date}</Dt></Dt></Bal>",
            cents(balance)
        );
    }
    for (credit, truth) in credits {
        let code = if credit.cross_border { "XBCT" } else { "ESCT" };
        let _ = write!(
            xml,
            "<Ntry><NtryRef>{0}</NtryRef><Amt Ccy=\"EUR\">{1}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{date}</Dt></BookgDt><ValDt><Dt>{date}</Dt></ValDt><AcctSvcrRef>{0}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><AcctSvcrRef>{0}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy=\"EUR\">{1}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{2}</Nm></Pty></Dbtr>",
            truth.bank_reference,
            cents(credit.amount),
            escaped(&credit.name)
        );
        if let Some(iban) = &credit.iban {
            let _ = write!(xml, "<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>");
        }
        xml.push_str("</RltdPties><RmtInf>");
        // Banks cut the text into lines of 35 characters, wherever a line falls.
        let characters: Vec<char> = credit.text.chars().collect();
        for line in characters.chunks(35) {
            let _ = write!(xml, "<Ustrd>{}</Ustrd>", escaped(&line.iter().collect::<String>()));
        }
        for document in &credit.documents {
            let _ = write!(xml, "<Strd><RfrdDocInf><Nb>{document}</Nb></RfrdDocInf></Strd>");
        }
        if let Some(rf) = &credit.rf {
            let _ = write!(xml, "<Strd><CdtrRefInf><Ref>{rf}</Ref></CdtrRefInf></Strd>");
        }
        xml.push_str("</RmtInf></TxDtls></NtryDtls></Ntry>\n");
    }
    xml.push_str("</Stmt></BkToCstmrStmt></Document>\n");
    xml
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// `RF`, check digits, and the number (ISO 11649).
pub(super) fn creditor_reference(number: &str) -> String {
    let alnum: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let remainder = format!("{alnum}RF00").bytes().fold(0_u64, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u64::from(byte - b'0')) % 97,
        _ => (rest * 100 + u64::from(byte - b'A') + 10) % 97,
    });
    format!("RF{:02}{alnum}", 98 - remainder)
}

pub(super) fn iban(country: &str, random: &mut Random) -> String {
    let length = if country == "FR" { 23 } else { 18 };
    let bban: String = (0..length).map(|_| char::from(b'0' + u8::try_from(random.below(10)).unwrap_or(0))).collect();
    let remainder = format!("{bban}{country}00").bytes().fold(0_u64, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u64::from(byte - b'0')) % 97,
        _ => (rest * 100 + u64::from(byte - b'A') + 10) % 97,
    });
    format!("{country}{:02}{bban}", 98 - remainder)
}

pub(super) fn cents(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", amount.abs() / 100, amount.abs() % 100)
}

/// A day since 1970 as an ISO date.
pub(super) fn day(number: i64) -> String {
    let days = i32::try_from(number).unwrap_or(0);
    chrono::NaiveDate::from_epoch_days(days).map_or_else(String::new, |d| d.to_string())
}

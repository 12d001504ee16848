//! The texts of a booking, kept small.

use std::fmt;

/// Which element of a bank message a text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Field {
    /// `Ntry/NtryRef`.
    EntryReference = b'n',
    /// `AcctSvcrRef` of the entry, `Refs/AcctSvcrRef` of the transaction.
    BankReference = b'b',
    /// `Ntry/Sts`, `Sts/Cd` or `Sts/Prtry`: `BOOK`, `PDNG`, `INFO`, `FUTR`.
    Status = b's',
    /// `BkTxCd/Domn`: domain, family and sub-family joined by `-`.
    BankCode = b'k',
    /// `BkTxCd/Prtry/Cd`.
    ProprietaryCode = b'p',
    /// `AddtlNtryInf` of the entry, `AddtlTxInf` of the transaction.
    AdditionalInfo = b'a',
    /// `Refs/EndToEndId`.
    EndToEndId = b'e',
    /// `Refs/TxId`.
    TransactionId = b't',
    /// `Refs/InstrId`.
    InstructionId = b'i',
    /// `Refs/PmtInfId`.
    PaymentInformationId = b'f',
    /// `Refs/MndtId`.
    MandateId = b'm',
    /// `Refs/UETR`.
    Uetr = b'u',
    /// `RltdPties/Dbtr`: `Nm`, `Pty/Nm`, or the name of the agent that stands in for a party.
    DebtorName = b'D',
    /// `RltdPties/DbtrAcct/Id`: `IBAN`, else another number.
    DebtorAccount = b'E',
    /// `RltdAgts/DbtrAgt`: `BIC` or `BICFI`.
    DebtorBic = b'F',
    /// `RltdPties/UltmtDbtr`, as `DebtorName`.
    UltimateDebtor = b'G',
    /// `RltdPties/Cdtr`, as `DebtorName`.
    CreditorName = b'C',
    /// `RltdPties/CdtrAcct/Id`, as `DebtorAccount`.
    CreditorAccount = b'J',
    /// `RltdAgts/CdtrAgt`.
    CreditorBic = b'K',
    /// `RltdPties/UltmtCdtr`, as `DebtorName`.
    UltimateCreditor = b'L',
    /// `RmtInf/Ustrd`, once for each element.
    Unstructured = b'U',
    /// `RmtInf/Strd/CdtrRefInf/Ref`.
    CreditorReference = b'R',
    /// `RmtInf/Strd/AddtlRmtInf`.
    AdditionalRemittance = b'A',
    /// `RtrInf/Rsn`: why the payment came back.
    ReturnReason = b'r',
}

/// Ends each text; no XML document can hold it.
const END: char = '\0';

/// Texts by the element they stand in, in the order of the file.
///
/// One string holds them all, each as the letter of its field, its words and a NUL: a statement of a
/// million entries has some twenty million texts, and one allocation an entry costs a fraction of
/// twenty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Texts(Box<str>);

impl Texts {
    /// The text of a field; the last one where there are several.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        self.parts().rev().find_map(|part| part.strip_prefix(char::from(field as u8)))
    }

    /// All texts of a field, in the order of the file.
    pub fn all(&self, field: Field) -> impl Iterator<Item = &str> {
        self.parts().filter_map(move |part| part.strip_prefix(char::from(field as u8)))
    }

    fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split_terminator(END)
    }

    /// All of them as one text, for digests: equal exactly when every field and every text is.
    #[must_use]
    pub fn as_joined(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.parts()).finish()
    }
}

/// Collects the [`Texts`] of one booking after the other in the same memory.
#[derive(Debug, Default)]
pub struct TextsBuilder(String);

impl TextsBuilder {
    /// Adds a text. A NUL in it, which no bank file can hold, would end it.
    pub fn push(&mut self, field: Field, text: &str) {
        self.0.push(char::from(field as u8));
        self.0.push_str(text);
        self.0.push(END);
    }

    /// Adds texts as one, with a character between them; nothing when there are none.
    pub fn push_joined<'a>(&mut self, field: Field, parts: impl Iterator<Item = &'a str>, between: char) {
        for (index, part) in parts.enumerate() {
            self.0.push(if index == 0 { char::from(field as u8) } else { between });
            self.0.push_str(part);
        }
        if !self.0.is_empty() && !self.0.ends_with(END) {
            self.0.push(END);
        }
    }

    /// What was added since the last call.
    #[must_use]
    pub fn take(&mut self) -> Texts {
        let texts = Texts(self.0.as_str().into());
        self.0.clear();
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_by_field_in_order() {
        let mut builder = TextsBuilder::default();
        builder.push(Field::Unstructured, "FACTURE 1");
        builder.push(Field::EndToEndId, "E-1");
        builder.push(Field::Unstructured, "");
        builder.push(Field::Unstructured, "été");
        let texts = builder.take();
        assert_eq!(texts.all(Field::Unstructured).collect::<Vec<_>>(), ["FACTURE 1", "", "été"]);
        assert_eq!(texts.get(Field::EndToEndId), Some("E-1"));
        assert_eq!(texts.get(Field::Uetr), None);
        assert_eq!(builder.take(), Texts::default());
    }
}

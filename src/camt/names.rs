//! The names of the elements that are read, as ISO 20022 gives them.

#![expect(non_upper_case_globals, reason = "the names are those of the standard")]

/// The name of an element without its prefix, as one number: comparing two costs an instruction or
/// two, not a walk over their letters.
///
/// It holds the first fifteen bytes and the length. No two names of the messages are the same by that.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name(u128);

/// The first so many bytes of a number.
const KEPT: [u128; 16] = {
    let mut kept = [0; 16];
    let mut length = 1;
    while length < 16 {
        kept[length] = kept[length - 1] << 8 | 0xFF;
        length += 1;
    }
    kept
};

impl Name {
    const fn new(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut all = [0; 16];
        let mut index = 0;
        while index < bytes.len() && index < 15 {
            all[index] = bytes[index];
            index += 1;
        }
        Self(Self::with_length(u128::from_le_bytes(all), bytes.len()))
    }

    /// The name of so many bytes that begins there in a text.
    #[inline]
    pub(super) fn at(text: &[u8], start: usize, length: usize) -> Self {
        if let Some(bytes) = text.get(start..).and_then(|rest| rest.first_chunk::<16>()) {
            return Self(Self::with_length(u128::from_le_bytes(*bytes) & KEPT[length.min(15)], length));
        }
        let mut all = [0; 16];
        let taken = length.min(15);
        all[..taken].copy_from_slice(&text[start..start + taken]);
        Self(Self::with_length(u128::from_le_bytes(all), length))
    }

    const fn with_length(bytes: u128, length: usize) -> u128 {
        bytes | ((length & 0xFF) as u128) << 120
    }
}

macro_rules! names {
    ($($name:ident)*) => {
        $(pub(super) const $name: Name = Name::new(stringify!($name));)*

        #[cfg(test)]
        const ALL: &[&str] = &[$(stringify!($name)),*];
    };
}

// One constant a name.
names! {
    Acct
    AcctSvcrRef
    AddtlNtfctnInf
    AddtlNtryInf
    AddtlRmtInf
    AddtlRptInf
    AddtlStmtInf
    AddtlTxInf
    Agt
    Amt
    AmtDtls
    BBAN
    BIC
    BICFI
    Bal
    BkTxCd
    BookgDt
    Btch
    Ccy
    Cd
    CdOrPrtry
    CdtDbtInd
    CdtNoteAmt
    Cdtr
    CdtrAcct
    CdtrAgt
    CdtrRef
    CdtrRefInf
    Chrgs
    CreDtTm
    Dbtr
    DbtrAcct
    DbtrAgt
    Domn
    Dt
    DtTm
    DuePyblAmt
    ElctrncSeqNb
    EndToEndId
    FinInstnId
    Fmly
    GrpHdr
    IBAN
    Id
    InstdAmt
    InstrId
    LastPgInd
    LglSeqNb
    MndtId
    MsgPgntn
    Nb
    NbOfTxs
    Nm
    Ntfctn
    NtfctnPgntn
    Ntry
    NtryDtls
    NtryRef
    Othr
    Ownr
    PgNb
    PmtInfId
    Prtry
    PrtryAcct
    Pty
    Rcrd
    Ref
    Refs
    RfrdDocAmt
    RfrdDocInf
    RfrdDocNb
    RfrdDocRltdDt
    RfrdDocTp
    RltdAgts
    RltdDt
    RltdPties
    RmtAmtAndTp
    RmtInf
    RmtdAmt
    Rpt
    RptPgntn
    Rsn
    RtrInf
    RtrRsn
    RvslInd
    Stmt
    StmtPgntn
    Strd
    Sts
    SubFmlyCd
    Svcr
    Tp
    TtlChrgsAndTaxAmt
    TxAmt
    TxDtls
    TxId
    UETR
    UPIC
    UltmtCdtr
    UltmtDbtr
    Ustrd
    ValDt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_names_are_the_same_number() {
        let numbers: std::collections::HashSet<u128> = ALL.iter().map(|name| Name::new(name).0).collect();
        assert_eq!(numbers.len(), ALL.len());
    }

    #[test]
    fn a_name_is_found_in_a_text() {
        assert!(Name::at(b"<Amt Ccy=\"EUR\">100.00</Amt>", 1, 3) == Amt);
        assert!(Name::at(b"<Amt>", 1, 3) == Amt);
        assert!(Name::at(b"<TtlChrgsAndTaxAmt>1</TtlChrgsAndTaxAmt>", 1, 17) == TtlChrgsAndTaxAmt);
        assert!(Name::at(b"<Amtx>", 1, 4) != Amt);
        assert!(Name::at(b"<pre: a=\"0123456789\">", 5, 0) != Amt);
    }
}

//! Names as code pages and character sets garble them.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use super::words::folded;

/// What banks write for a letter that their character set does not have: a question mark, or the sign of Unicode.
const LOST: [char; 2] = ['?', char::REPLACEMENT_CHARACTER];
/// Letters that may be lost of a name, at most, and how many must be left for each.
const LOST_MAX: usize = 12;
const LEFT_FOR_EACH_MIN: usize = 2;
/// Letters that must be left in all: of a short name, any may be it.
const LEFT_MIN: usize = 6;

/// A name in UTF-8 that was read as windows-1252 or ISO 8859-1, as it was meant: `SociÃ©tÃ©` is "Société".
pub(super) fn mended(text: &str) -> Cow<'_, str> {
    let byte = |c: char| {
        u8::try_from(u32::from(c)).ok().or_else(|| {
            let mut letter = [0; 4];
            let (bytes, _, has_none) = WINDOWS_1252.encode(c.encode_utf8(&mut letter));
            bytes.first().copied().filter(|_| !has_none)
        })
    };
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let meant = text.chars().map(byte).collect::<Option<Vec<u8>>>().and_then(|bytes| String::from_utf8(bytes).ok());
    meant.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A name of which letters were lost inside words, `SOCI?T?`, as [`folded`], with `?` for each of them; `None` when
/// none was lost, or too many. `known` gives for a word what stands for it, and nothing for one that names nobody.
pub(super) fn with_gaps(text: &str, known: impl Fn(String) -> Option<String>) -> Option<Box<str>> {
    if !text.contains(LOST) {
        return None;
    }
    let words = text.split(|c: char| !c.is_alphanumeric() && !LOST.contains(&c));
    let word = |word: &str| word.split(LOST).map(folded).collect::<Vec<String>>().join("?");
    // A sign alone is one.
    let is_word = |word: &String| word.bytes().any(|letter| letter != b'?');
    let joined: String = words.map(word).filter(is_word).filter_map(known).collect();
    let lost = joined.bytes().filter(|letter| *letter == b'?').count();
    let is_enough = (1..=LOST_MAX).contains(&lost) && joined.len() - lost >= LEFT_MIN.max(lost * LEFT_FOR_EACH_MIN);
    is_enough.then(|| joined.into())
}

/// Whether a name with gaps may be that one, folded: for each letter lost stands one, or for two of them, since UTF-8
/// has two bytes for a letter with an accent.
pub(super) fn may_be(gapped: &str, name: &str) -> bool {
    fits(gapped.as_bytes(), name.as_bytes())
}

fn fits(gapped: &[u8], name: &[u8]) -> bool {
    let lost = gapped.iter().take_while(|letter| **letter == b'?').count();
    match gapped.get(lost) {
        None => (lost.div_ceil(2)..=lost).contains(&name.len()),
        Some(letter) => {
            let after = |taken: usize| name.get(taken) == Some(letter) && fits(&gapped[lost + 1..], &name[taken + 1..]);
            (lost.div_ceil(2)..=lost).any(after)
        }
    }
}

/// A name with its umlauts as two letters, as banks in German write them: "Müller" is MUELLER. `None` without one.
pub(super) fn spelled_out(text: &str) -> Option<String> {
    let letters = [("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "AE"), ("Ö", "OE"), ("Ü", "UE")];
    let spelled = letters.iter().fold(text.to_owned(), |text, (umlaut, letters)| text.replace(umlaut, letters));
    (spelled != text).then_some(spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_with_the_wrong_code_page_are_mended() {
        assert_eq!(mended("SociÃ©tÃ© GÃ©nÃ©rale d'AmÃ©nagement"), "Société Générale d'Aménagement");
        assert_eq!(mended("Ã‰tablissements LefÃ¨vre"), "Établissements Lefèvre", "windows-1252");
        assert_eq!(mended("Ã\u{89}tablissements"), "Établissements", "ISO 8859-1");
        for right in ["Société", "SÃO PAULO", "MÜLLER", "Œuvre", "ACME"] {
            assert_eq!(mended(right), right);
        }
    }

    #[test]
    fn letters_that_were_lost_stand_for_any() {
        let gaps = |text: &str| with_gaps(text, Some).map(String::from);
        assert_eq!(gaps("SOCI?T? G?N?RALE D'AM?NAGEMENT").as_deref(), Some("SOCI?T?G?N?RALEDAM?NAGEMENT"));
        assert_eq!(gaps("SOCIETE GENERALE"), None);
        for too_few in ["?A?B?", "QUI?", "DUPONT ?", "DUPONT MENUISERIE ??"] {
            assert_eq!(gaps(too_few), None, "{too_few}");
        }
        assert!(may_be("SOCI?T?G?N?RALE", "SOCIETEGENERALE"));
        assert!(may_be("SOCI??T??G??N??RALE", "SOCIETEGENERALE"));
        assert!(!may_be("SOCI?T?G?N?RALE", "SOCIETGENERALE"));
        assert!(!may_be("SOCI?T?G?N?RALE", "SOCIETEGENERALES"));
    }

    #[test]
    fn umlauts_are_spelled_out() {
        assert_eq!(spelled_out("Müller & Söhne").as_deref(), Some("Mueller & Soehne"));
        assert_eq!(spelled_out("Mueller"), None);
    }
}

//! What XML 1.0 (fifth edition) demands and the event reader leaves to its caller.

use crate::model::Currency;

/// `Name`, production [5].
pub(super) fn is_name(name: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    if name.first().is_some_and(u8::is_ascii_alphabetic) && name.iter().all(plain) {
        return true;
    }
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let mut characters = name.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

/// `NameStartChar`, production [4].
fn starts_name(c: char) -> bool {
    matches!(c,
        ':' | '_' | 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// `NameChar`, production [4a].
fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// `Char`, production [2].
fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// `CharRef`, production [66], without `&` and `;`: `#233`, `#xE9`.
pub(super) fn numbered_character(reference: &[u8]) -> Option<char> {
    let number = std::str::from_utf8(reference).ok()?.strip_prefix('#')?;
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hexadecimal| (hexadecimal, 16));
    // `from_str_radix` takes a sign.
    let code = digits.chars().all(|c| c.is_digit(radix)).then(|| u32::from_str_radix(digits, radix).ok())??;
    char::from_u32(code).filter(|c| is_character(*c))
}

/// The currency of ` Ccy="EUR"`, what almost every tag with attributes has.
#[inline]
pub(super) fn only_currency(attributes: &[u8]) -> Option<Currency> {
    let code = attributes.strip_prefix(b" Ccy=\"")?.strip_suffix(b"\"")?;
    Currency::parse(std::str::from_utf8(code).ok()?)
}

/// The attributes of a start tag, production [40]: each after white space, once, quoted, without `<`.
pub(super) fn attributes(raw: &[u8]) -> Result<Vec<(String, String)>, String> {
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut found = Vec::new();
    let mut rest = raw;
    loop {
        let (spaces, after) = white_space(rest);
        if after.is_empty() {
            return Ok(found);
        }
        if spaces == 0 {
            return Err("two of them without white space between".to_owned());
        }
        let [name, value, after] = attribute(after)?;
        if seen.contains(&name) {
            return Err(format!("{:?} twice", String::from_utf8_lossy(name)));
        }
        seen.push(name);
        check_value(value)?;
        found.push((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(value).into_owned()));
        rest = after;
    }
}

/// `Attribute`, production [41]: name, value, and what follows.
fn attribute(text: &[u8]) -> Result<[&[u8]; 3], String> {
    let end = text.iter().position(|b| *b == b'=' || b.is_ascii_whitespace()).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    if !is_name(name) {
        return Err(format!("{:?}, which is no name", String::from_utf8_lossy(name)));
    }
    let shown = || String::from_utf8_lossy(name).into_owned();
    let (_, after) = white_space(after);
    let after = after.strip_prefix(b"=").ok_or_else(|| format!("{} without a value", shown()))?;
    let (_, after) = white_space(after);
    let quote = *after.first().filter(|b| matches!(b, b'"' | b'\'')).ok_or_else(|| format!("{} without quotes", shown()))?;
    let length = memchr::memchr(quote, &after[1..]).ok_or_else(|| format!("{} without its closing quote", shown()))?;
    Ok([name, &after[1..=length], &after[length + 2..]])
}

/// `AttValue`, production [10].
fn check_value(value: &[u8]) -> Result<(), String> {
    if memchr::memchr(b'<', value).is_some() {
        return Err("< in a value".to_owned());
    }
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'&', rest) {
        let after = &rest[at + 1..];
        let end = memchr::memchr(b';', after).ok_or("& in a value, where &amp; should stand")?;
        let reference = &after[..end];
        if !matches!(reference, b"amp" | b"lt" | b"gt" | b"quot" | b"apos") && numbered_character(reference).is_none() {
            return Err(format!("&{};, which XML does not define", String::from_utf8_lossy(reference)));
        }
        rest = &after[end + 1..];
    }
    Ok(())
}

/// How many bytes of white space a text begins with, and what follows.
fn white_space(text: &[u8]) -> (usize, &[u8]) {
    let length = text.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(text.len());
    (length, &text[length..])
}

/// `XMLDecl`, production [23], without `<?` and `?>`: version, then encoding, then standalone.
pub(super) fn is_declaration(declaration: &[u8]) -> bool {
    let Some(mut rest) = declaration.strip_prefix(b"xml") else { return false };
    let mut place = 0;
    loop {
        let (spaces, after) = white_space(rest);
        if after.is_empty() {
            return place > 0;
        }
        let Ok([name, value, after]) = attribute(after) else { return false };
        let fits = match name {
            b"version" if place == 0 => is_version(value),
            b"encoding" if place == 1 => is_encoding(value),
            b"standalone" if place == 1 || place == 2 => matches!(value, b"yes" | b"no"),
            _ => false,
        };
        if spaces == 0 || !fits {
            return false;
        }
        place = match name {
            b"version" => 1,
            b"encoding" => 2,
            _ => 3,
        };
        rest = after;
    }
}

/// `VersionNum`, production [26].
fn is_version(value: &[u8]) -> bool {
    value.strip_prefix(b"1.").is_some_and(|minor| !minor.is_empty() && minor.iter().all(u8::is_ascii_digit))
}

/// `EncName`, production [81].
fn is_encoding(value: &[u8]) -> bool {
    let may_follow = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    value.first().is_some_and(u8::is_ascii_alphabetic) && value.iter().all(may_follow)
}

/// `PI`, production [16], without `<?` and `?>`: a name that is not `xml`, then white space.
pub(super) fn is_instruction(instruction: &[u8]) -> bool {
    let end = instruction.iter().position(u8::is_ascii_whitespace).unwrap_or(instruction.len());
    let target = &instruction[..end];
    is_name(target) && !target.eq_ignore_ascii_case(b"xml")
}

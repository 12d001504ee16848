//! One large file on all cores.
//!
//! The elements of a list (the entries of a statement, the statements of a message) are cut apart at
//! the literal text of their start tags, and the parts read side by side. That is right only where
//! such a text cannot stand inside a comment, a CDATA section or a processing instruction: a document
//! with `<!` or `<?` after the list's first element is read in one go. It is checked afterwards as
//! well: each part must be whole elements (a `<` inside an attribute, or an element of that name in
//! some other place, shows as a part that does not close). Where anything is amiss, nothing of it
//! counts, and the list is read in order: the messages are those of the reading in order.

use memchr::memmem;
use rayon::prelude::*;

use super::Fault;
use super::cursor::Cursor;
use super::encoding::Marks;

/// Bytes below which a list is read in one go. Under a fuzzer and in the unit tests nearly every list
/// is cut.
const WORTHWHILE: usize = if cfg!(any(fuzzing, test)) { 1 << 8 } else { 1 << 19 };
/// Bytes of a part: enough to be worth a task, few enough that no core waits long for the last.
const PART: usize = WORTHWHILE / 2;

/// Bytes of a prefix that is looked for before a name.
const PREFIX_MAX: usize = 32;

/// A list of elements in a document.
pub(super) struct List<'a> {
    /// The whole document.
    pub(super) text: &'a str,
    /// Where it may not be cut.
    pub(super) marks: Marks,
    /// Name of the list's elements, with its prefix.
    pub(super) element: &'a [u8],
    /// Name of the element around them, with its prefix.
    pub(super) parent: &'a [u8],
}

impl List<'_> {
    /// Reads what follows the first element in parts, and moves the cursor behind it.
    ///
    /// Empty when the rest must be read in order: the cursor is then where it was.
    pub(super) fn read_on<T: Send>(
        &self,
        cursor: &mut Cursor<'_>,
        read: impl Fn(&mut Cursor<'_>) -> Result<T, Fault> + Sync,
    ) -> Vec<T> {
        let (start, rest) = cursor.rest();
        let may_be_cut = !self.marks.has_section_end && self.marks.last.is_none_or(|last| last < start);
        if !may_be_cut || rest.len() < WORTHWHILE || rayon::current_num_threads() < 2 {
            return Vec::new();
        }
        let close = [b"</", self.parent].concat();
        let Some(length) = find(rest.as_bytes(), &close).filter(|length| *length >= WORTHWHILE) else { return Vec::new() };
        let Some(list) = self.text.get(start..start + length) else { return Vec::new() };
        let around = cursor.surroundings();
        let parts: Option<Vec<T>> = cut(list.as_bytes(), self.element)
            .par_windows(2)
            .map(|ends| {
                let part = list.get(ends[0]..ends[1])?;
                let mut cursor = Cursor::part(part, start + ends[0], around.clone());
                let done = read(&mut cursor).ok()?;
                // An end tag too many leaves something behind.
                cursor.rest().1.is_empty().then_some(done)
            })
            .collect();
        match parts {
            Some(parts) => {
                cursor.jump(length);
                parts
            }
            None => Vec::new(),
        }
    }
}

/// Where a text begins for the first time, looked for by all cores.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let blocks = bytes.len().div_ceil(PART);
    (0..blocks).into_par_iter().find_map_first(|number| {
        let start = number * PART;
        let end = bytes.len().min(start + PART + wanted.len());
        memmem::find(&bytes[start..end], wanted).map(|at| start + at)
    })
}

/// Where the parts of a list begin, and where it ends.
pub(super) fn cut(list: &[u8], element: &[u8]) -> Vec<usize> {
    let mut ends = vec![0];
    let mut from = PART;
    while let Some(at) = start_tag(list, element, from) {
        ends.push(at);
        from = at + PART;
    }
    ends.push(list.len());
    ends
}

/// Where the first start tag of an element begins, from a byte on.
pub(super) fn start_tag(text: &[u8], element: &[u8], from: usize) -> Option<usize> {
    memmem::find_iter(text.get(from..)?, element).map(|found| from + found).find_map(|found| exact_tag_at(text, element, found))
}

/// Where the last start tag of an element begins.
pub(super) fn last_start_tag(text: &[u8], element: &[u8]) -> Option<usize> {
    memmem::rfind_iter(text, element).find_map(|found| exact_tag_at(text, element, found))
}

/// The first start tag of an element whose prefix, if it has one, is not known: where it begins, and how long
/// its name is with the prefix.
pub(super) fn start_tag_with_any_prefix(text: &[u8], element: &[u8]) -> Option<(usize, usize)> {
    memmem::find_iter(text, element).find_map(|found| tag_at(text, element, found))
}

/// Where a start tag begins whose name stands there.
fn exact_tag_at(text: &[u8], element: &[u8], at: usize) -> Option<usize> {
    let start = at.checked_sub(1).filter(|before| text[*before] == b'<')?;
    text.get(at + element.len()).is_some_and(|after| ends_name(*after)).then_some(start)
}

fn ends_name(byte: u8) -> bool {
    matches!(byte, b'>' | b'/') || byte.is_ascii_whitespace()
}

/// The start tag whose name has `element` at its end there, if it is one.
fn tag_at(text: &[u8], element: &[u8], at: usize) -> Option<(usize, usize)> {
    let after = *text.get(at + element.len())?;
    let start = memchr::memrchr(b'<', &text[at.saturating_sub(PREFIX_MAX)..at])? + at.saturating_sub(PREFIX_MAX);
    let prefix = &text[start + 1..at];
    let is_prefix =
        prefix.is_empty() || (prefix.ends_with(b":") && prefix[..prefix.len() - 1].iter().all(u8::is_ascii_alphanumeric));
    (is_prefix && ends_name(after)).then_some((start, prefix.len() + element.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_at_start_tags_only() {
        let filler = "x".repeat(PART);
        let list = format!("<Ntry>{filler}<NtryRef/>Ntry<Ntry>b</Ntry>{filler}</Ntry><Ntry/>");
        let ends = cut(list.as_bytes(), b"Ntry");
        let parts: Vec<&str> = ends.windows(2).map(|e| &list[e[0]..e[1]]).collect();
        assert_eq!(parts.concat(), list);
        assert!(parts[1].starts_with("<Ntry>b"), "{}", &parts[1][..20]);
        assert_eq!(parts[2], "<Ntry/>");
    }
}

//! `[company]`: who the client is, as its letters say. One part for the stage `dunning`.

use super::reader::Section;

/// The company that sells, duns, and holds the dedicated account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanySettings {
    /// Its name; without one no letter is drafted.
    pub name: Option<String>,
    /// Its address, one line each.
    pub address: Vec<String>,
    /// Legal mentions: form, capital, SIREN, VAT number.
    pub mentions: Option<String>,
    /// Where debtors write to.
    pub email: Option<String>,
    /// Where debtors call.
    pub phone: Option<String>,
    /// Who signs.
    pub signature: Option<String>,
}

pub(super) fn read(root: &mut Section<'_>) -> CompanySettings {
    let mut section = root.section("company");
    let settings = CompanySettings {
        name: section.optional_text("name"),
        address: section.texts("address").unwrap_or_default(),
        mentions: section.optional_text("mentions"),
        email: section.optional_text("email"),
        phone: section.optional_text("phone"),
        signature: section.optional_text("signature"),
    };
    section.finish();
    settings
}

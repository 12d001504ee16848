//! Problems of the data, as values.

use std::fmt;
use std::sync::Arc;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something was set aside: a file, a statement, a ledger row.
    Error,
    /// Everything was used, but a person should look.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// The word for it in `findings.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Stable name of what is wrong, as in `findings.csv` and the manual: `statement-unbalanced`.
pub type Rule = &'static str;

/// Where something was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Name of the file, as the user knows it.
    pub file: Arc<str>,
    /// From 1; 0 when the finding is about the whole file.
    pub line: usize,
    /// From 1; 0 when it is about the whole line. In a table, the number of the column.
    pub column: usize,
}

impl Origin {
    /// A whole file.
    #[must_use]
    pub fn file(file: &Arc<str>) -> Self {
        Self { file: Arc::clone(file), line: 0, column: 0 }
    }

    /// A line of a file.
    #[must_use]
    pub fn line(file: &Arc<str>, line: usize) -> Self {
        Self { file: Arc::clone(file), line, column: 0 }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// A problem of the data. The item it is about is set aside or noted; the night goes on.
///
/// A message has four parts: where and which rule; what was expected and found; what the run did;
/// what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where.
    pub origin: Origin,
    /// How much it weighs.
    pub severity: Severity,
    /// Which rule.
    pub rule: Rule,
    /// What was expected and what was found, in one sentence.
    pub what: String,
    /// What the run did about it.
    pub effect: String,
    /// What a person can do.
    pub remedy: String,
}

impl Finding {
    /// A finding that sets something aside.
    pub fn error(origin: Origin, rule: Rule, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, origin, rule, what)
    }

    /// A finding that sets nothing aside.
    pub fn warning(origin: Origin, rule: Rule, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, origin, rule, what)
    }

    /// A finding that is only worth knowing.
    pub fn info(origin: Origin, rule: Rule, what: impl Into<String>) -> Self {
        Self::new(Severity::Info, origin, rule, what)
    }

    fn new(severity: Severity, origin: Origin, rule: Rule, what: impl Into<String>) -> Self {
        let (what, effect, remedy) = (what.into(), String::new(), String::new());
        Self { origin, severity, rule, what, effect, remedy }
    }

    /// Says what the run did.
    #[must_use]
    pub fn effect(mut self, effect: impl Into<String>) -> Self {
        self.effect = effect.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// The message on one line, for `findings.csv`.
    #[must_use]
    pub fn message(&self) -> String {
        [&self.what, &self.effect, &self.remedy]
            .into_iter()
            .filter(|s| !s.is_empty())
            .map(|s| if s.ends_with(['.', '!', '?']) { s.clone() } else { format!("{s}.") })
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.rule)?;
        for part in [&self.what, &self.effect, &self.remedy] {
            if !part.is_empty() {
                write!(f, "\n  {part}")?;
            }
        }
        Ok(())
    }
}

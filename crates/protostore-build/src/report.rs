//! What a command found and did, and the sentence that it ends with.

use std::fmt;

use crate::plan::Plan;

/// What is not as it should be, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, in a sentence without its full stop.
    pub title: String,
    /// More of it, line by line: changes, or a diff.
    pub details: Vec<String>,
    /// What to do, ending with the command.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        self.details.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        writeln!(f, "  -> {}", self.remedy)
    }
}

/// What a command found and did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The subcommand.
    pub command: &'static str,
    /// Number of store messages.
    pub stores: usize,
    /// Number of tables, child tables aside.
    pub tables: usize,
    /// Number of statements that SQLite was given.
    pub statements: usize,
    /// What is not as it should be. Where `codegen` has findings, it has written nothing.
    pub findings: Vec<Finding>,
    /// What is worth saying and needs nothing done.
    pub notes: Vec<String>,
    /// Files that were written.
    pub written: Vec<String>,
    /// Files that were removed.
    pub removed: Vec<String>,
}

impl Report {
    pub(crate) fn new(command: &'static str, plans: &[Plan], notes: Vec<String>) -> Self {
        let tables = plans.iter().map(|plan| plan.tables).sum();
        let statements = plans.iter().map(|plan| plan.statements).sum();
        Self { command, stores: plans.len(), tables, statements, notes, ..Self::default() }
    }

    /// Returns whether nothing was found.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.findings.is_empty()
    }

    /// Returns what happened, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let (stores, tables) = (count(self.stores, "store", "stores"), count(self.tables, "table", "tables"));
        let statements = count(self.statements, "statement", "statements");
        let engine = rusqlite::version();
        format!("{}: {stores}, {tables}, {statements} tried on SQLite {engine}; {}", self.command, self.outcome())
    }

    fn outcome(&self) -> String {
        let wrote = self.command == "codegen";
        match (self.findings.len(), self.written.len(), self.removed.len()) {
            (0, 0, 0) if wrote => "nothing changed".to_owned(),
            (0, _, _) if !wrote => "everything agrees".to_owned(),
            (0, written, 0) => format!("{} written", count(written, "file", "files")),
            (0, written, removed) => format!("{} written, {removed} removed", count(written, "file", "files")),
            (found, _, _) if wrote => format!("{}, so nothing was written", count(found, "finding", "findings")),
            (found, _, _) => count(found, "finding", "findings"),
        }
    }
}

/// The findings, the notes, and the sentence.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))?;
        f.write_str(&self.summary())
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

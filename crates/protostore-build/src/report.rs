//! What a command found and did, and the sentence that it ends with.

use std::fmt;

use crate::colours::Part;
use crate::plan::Plan;
use crate::{Colours, Failure, Finding, MadeVersion};

/// What a command found and did.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The versions that came about, or would: what each change does to whom.
    pub versions: Vec<MadeVersion>,
    /// What is worth saying and needs nothing done.
    pub notes: Vec<String>,
    /// Files that were written, or would be where nothing was to be written.
    pub written: Vec<String>,
    /// Files that were removed, or would be.
    pub removed: Vec<String>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// Whether it could not be computed what should be there: the findings are why.
    pub failed: bool,
    /// Whether hashes say that all is as it was when it was computed, and so was found to be as it should be.
    pub kept: bool,
}

/// Which verdicts make a check fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// None: they are shown.
    #[default]
    Nothing,
    /// Those that break clients, or keep the previous program from the new file.
    Breaking,
    /// Every change of a schema.
    Any,
}

impl Report {
    pub(crate) fn new(command: &'static str, plans: &[Plan], notes: Vec<String>) -> Self {
        let tables = plans.iter().map(|plan| plan.tables).sum();
        let statements = plans.iter().map(|plan| plan.statements).sum();
        Self { command, stores: plans.len(), tables, statements, notes, ..Self::default() }
    }

    /// Returns the report of a command that could not compute what should be there.
    #[must_use]
    pub fn of_failure(command: &'static str, failure: &Failure) -> Self {
        Self { command, findings: failure.findings(), failed: true, ..Self::default() }
    }

    /// Returns this report and that of another project as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let Self {
            command: _,
            stores,
            tables,
            statements,
            findings,
            versions,
            notes,
            written,
            removed,
            dry_run: _,
            failed,
            kept,
        } = other;
        self.failed |= failed;
        self.stores += stores;
        self.tables += tables;
        self.statements += statements;
        self.findings.extend(findings);
        self.versions.extend(versions);
        self.notes.extend(notes);
        self.written.extend(written);
        self.removed.extend(removed);
        self.kept &= kept;
        self
    }

    /// Returns whether nothing was found.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.findings.is_empty()
    }

    /// Returns the exit code of the command: 0 where everything agrees, 1 where something was found or is asked, 2 where
    /// nothing could be computed, 3 where a version came about that `fail_on` means.
    #[must_use]
    pub fn exit_code(&self, fail_on: FailOn) -> u8 {
        let fails = match fail_on {
            FailOn::Nothing => false,
            FailOn::Breaking => self.versions.iter().any(|version| version.plan.breaks()),
            FailOn::Any => !self.versions.is_empty(),
        };
        match (self.is_ok(), fails) {
            _ if self.failed => 2,
            (false, _) => 1,
            (true, true) => 3,
            (true, false) => 0,
        }
    }

    /// Returns the findings, the versions, the files, the notes and the sentence, for a terminal that shows these colours.
    #[must_use]
    pub fn in_colours(&self, colours: Colours) -> String {
        let findings = self.findings.iter().map(|finding| finding.text(colours) + "\n");
        let versions = self.versions.iter().map(|version| version.text(colours, self.dry_run) + "\n");
        let notes = self.notes.iter().map(|note| format!("{} {note}\n", colours.paint(Part::Noted, "note:")));
        let (wrote, gone) = if self.dry_run { ("would write", "would remove") } else { ("wrote", "removed") };
        let written = self.written.iter().map(|path| format!("{wrote} {path}\n"));
        let removed = self.removed.iter().map(|path| format!("{gone} {path}\n"));
        findings.chain(versions).chain(written).chain(removed).chain(notes).collect::<String>() + &self.summary()
    }

    /// Returns what happened, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.failed {
            return format!(
                "{}: {}, so nothing was computed",
                self.command,
                count(self.findings.len(), "problem", "problems")
            );
        }
        let (stores, tables) = (count(self.stores, "store", "stores"), count(self.tables, "table", "tables"));
        let statements = count(self.statements, "statement", "statements");
        let engine = rusqlite::version();
        format!("{}: {stores}, {tables}, {statements} tried on SQLite {engine}; {}", self.command, self.outcome())
    }

    fn outcome(&self) -> String {
        let wrote = self.command == "codegen";
        match (self.findings.len(), self.written.len(), self.removed.len()) {
            (0, _, _) if self.dry_run => "nothing was written, as asked".to_owned(),
            (0, _, _) if self.command == "upstream" => "the update can be taken".to_owned(),
            (0, 0, 0) if self.kept && wrote => "nothing changed since that was found".to_owned(),
            (0, 0, 0) if self.kept => "everything agrees, and nothing changed since that was found".to_owned(),
            (0, 0, 0) if wrote => "nothing changed".to_owned(),
            (0, _, _) if !wrote => "everything agrees".to_owned(),
            (0, written, 0) => format!("{} written", count(written, "file", "files")),
            (0, written, removed) => format!("{} written, {removed} removed", count(written, "file", "files")),
            (found, _, _) if wrote => format!("{}, so nothing was written", count(found, "finding", "findings")),
            (found, _, _) => count(found, "finding", "findings"),
        }
    }
}

/// The findings, the versions, the files, the notes, and the sentence.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_colours(Colours::None))
    }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

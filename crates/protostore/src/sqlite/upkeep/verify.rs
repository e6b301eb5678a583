//! What a verification looks at, and what it has found, as data.

use std::fmt;
use std::time::Duration;

use crate::record::Link;

/// What a verification compares the database with, beside the database itself.
///
/// Nothing in a file tells that an older copy of it was put back, or that the end of a chain of hashes is missing. Numbers
/// that were kept elsewhere do: an anchor.
///
/// ```
/// # fn f(store: &protostore::Store, sequence: u64, head: protostore::Link) -> protostore::Result<()> {
/// use protostore::upkeep::Anchor;
///
/// let report = store.verify(&Anchor::new().at_least(sequence).head("audit_entries", head))?;
/// assert!(report.is_sound(), "{report}");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Anchor {
    pub(in crate::sqlite) sequence: u64,
    pub(in crate::sqlite) heads: Vec<(String, Link)>,
}

impl Anchor {
    /// Compares with nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { sequence: 0, heads: Vec::new() }
    }

    /// Asks that the database has the commit of this sequence, which a [`Committed`](crate::Committed) has told or an
    /// earlier report, [`VerifyReport::sequence`].
    #[must_use]
    pub fn at_least(mut self, sequence: u64) -> Self {
        self.sequence = self.sequence.max(sequence);
        self
    }

    /// Asks that a table with a `hash_chain` still has this row with this hash, from an earlier report,
    /// [`VerifyReport::chains`].
    #[must_use]
    pub fn head(mut self, table: impl Into<String>, head: Link) -> Self {
        self.heads.push((table.into(), head));
        self
    }
}

/// What a verification has found.
///
/// It prints as a line for each check, with what each has found below it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// The sequence of the newest commit: an anchor for the next verification.
    pub sequence: u64,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Checked>,
    /// The chains of hashes: the last row of each that fits is an anchor for the next verification.
    pub chains: Vec<ChainHead>,
}

/// A check, and what it has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// Which.
    pub check: Check,
    /// Why it was not made; none where it was.
    pub left_out: Option<&'static str>,
    /// What is wrong, in sentences; none where all is well. At most a hundred.
    pub findings: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// A check of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Check {
    /// Each page has the authentication code of its contents: `PRAGMA cipher_integrity_check`.
    Cipher,
    /// Tables and indexes hold together: `PRAGMA integrity_check`.
    Pages,
    /// Each reference has its row: `PRAGMA foreign_key_check`.
    References,
    /// The list of versions goes from 1 to that of the database, without a gap.
    Versions,
    /// Tables, columns, indexes, constraints, views and triggers are those of the program's schema.
    Structure,
    /// Each hash of a `hash_chain` is that over the rows before it.
    Chains,
    /// The database is not older than its anchor.
    Anchor,
}

/// The state of one chain of hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChainHead {
    /// The table.
    pub table: String,
    /// How many rows fit.
    pub rows: u64,
    /// The last row that fits; none where there is none.
    pub head: Option<Link>,
}

impl VerifyReport {
    /// Says whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|checked| checked.findings.is_empty())
    }

    /// Returns what is wrong, in sentences.
    pub fn findings(&self) -> impl Iterator<Item = (Check, &str)> {
        self.checks.iter().flat_map(|checked| checked.findings.iter().map(|finding| (checked.check, finding.as_str())))
    }
}

impl Check {
    /// Returns its name in one word, `references`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cipher => "cipher",
            Self::Pages => "pages",
            Self::References => "references",
            Self::Versions => "versions",
            Self::Structure => "structure",
            Self::Chains => "chains",
            Self::Anchor => "anchor",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Checked { check, left_out, findings, took } in &self.checks {
            match (left_out, findings.len()) {
                (Some(why), _) => writeln!(f, "{check:<10}  not checked: {why}")?,
                (None, 0) => writeln!(f, "{check:<10}  sound ({:.1} ms)", took.as_secs_f64() * 1000.0)?,
                (None, 1) => writeln!(f, "{check:<10}  1 finding")?,
                (None, count) => writeln!(f, "{check:<10}  {count} findings")?,
            }
            findings.iter().try_for_each(|finding| writeln!(f, "  {finding}"))?;
        }
        Ok(())
    }
}

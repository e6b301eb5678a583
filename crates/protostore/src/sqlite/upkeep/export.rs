//! What an export is told, and what it and an import tell.

/// How a database is exported.
///
/// ```
/// # fn f(database: &protostore::upkeep::Database) -> protostore::Result<()> {
/// use protostore::upkeep::ExportOptions;
///
/// let mut lines = Vec::new();
/// database.export_lines(&mut lines, &ExportOptions::new())?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    pub(in crate::sqlite) reveal: bool,
    pub(in crate::sqlite) replace: bool,
}

/// What was exported or imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// How many tables had rows,
    pub tables: u64,
    /// and how many rows all of them.
    pub rows: u64,
    /// How many values were left out, as their fields are `debug_redact`.
    pub redacted: u64,
}

impl ExportOptions {
    /// Returns the defaults: what is `debug_redact` is left out, and no file is replaced.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exports the values of fields that are `debug_redact`, too.
    #[must_use]
    pub fn reveal_redacted(mut self, reveal: bool) -> Self {
        self.reveal = reveal;
        self
    }

    /// Lets the export take the place of a file that has its name already.
    #[must_use]
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }
}

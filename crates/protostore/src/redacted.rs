//! What is in a record's `Debug` for a value that is not to be shown.

/// Shows as `[redacted]`: generated code puts it where a field is `debug_redact`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Redacted;

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

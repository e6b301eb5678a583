//! CREATE TRIGGER: what SQL refuses to do to the rows of an append-only table.

use protostore_schema::{Table, trigger_name};

use super::{literal, quote};

/// Returns the triggers of `name`, which is the table itself or one of its child tables; none where rows may change.
///
/// The run time reads the table from the message.
pub(super) fn of(table: &Table, name: &str) -> String {
    if !table.append_only {
        return String::new();
    }
    let trigger = |refused: &str| {
        format!(
            "CREATE TRIGGER {} BEFORE {} ON {}\nBEGIN\n  SELECT RAISE(ABORT, {});\nEND;\n",
            quote(&trigger_name(name, refused)),
            refused.to_uppercase(),
            quote(name),
            literal(&format!("{} is append-only", table.name.sql))
        )
    };
    trigger("update") + &trigger("delete")
}

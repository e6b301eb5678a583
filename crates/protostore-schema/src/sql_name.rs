//! Names of what SQL has and a proto does not: constraints, triggers, indexes and views. They are on disk, hence for ever.

use sha2::{Digest, Sha256};

use crate::IndexColumn;

/// PostgreSQL's limit on identifiers, kept in every dialect so that adding one renames nothing.
///
/// See <https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS>.
pub const SQL_NAME_BYTES: usize = 63;
/// What is kept of a longer name, before `_` and 8 hexadecimal digits of its hash.
const KEPT: usize = 54;

/// Returns a name of [`SQL_NAME_BYTES`] at most: a longer one keeps its beginning, and ends in a hash of the whole.
#[must_use]
pub fn sql_name(long: &str) -> String {
    if long.len() <= SQL_NAME_BYTES {
        return long.to_owned();
    }
    let kept = (0..=KEPT).rev().find(|i| long.is_char_boundary(*i)).unwrap_or(0);
    let hash = Sha256::digest(long);
    let hex: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{}_{hex}", &long[..kept])
}

/// Returns the name of the constraint on a column's values.
#[must_use]
pub fn check_name(column: &str) -> String {
    sql_name(&format!("{column}__check"))
}

/// Returns the name of the constraint that ties a message's members to its presence column.
#[must_use]
pub fn presence_name(message: &str) -> String {
    sql_name(&format!("{message}__presence"))
}

/// Returns the name of the constraint that at most one member of a oneof is set.
#[must_use]
pub fn oneof_name(oneof: &str) -> String {
    sql_name(&format!("{oneof}__oneof"))
}

/// Returns the name of the readable view beside a table.
#[must_use]
pub fn view_name(table: &str) -> String {
    sql_name(&format!("{table}_readable"))
}

/// Returns the name of the trigger that keeps the immutable fields of a table as they were inserted.
#[must_use]
pub fn immutable_name(table: &str) -> String {
    sql_name(&format!("{table}__immutable"))
}

/// Returns the name of an index: its table, `by` or `unique`, and its columns, `desc` after one that descends.
#[must_use]
pub fn index_name(table: &str, unique: bool, columns: &[IndexColumn]) -> String {
    let word = if unique { "unique" } else { "by" };
    let columns = columns.iter().map(|c| format!("_{}{}", c.column, if c.descending { "_desc" } else { "" }));
    sql_name(&format!("{table}_{word}{}", columns.collect::<String>()))
}

/// Returns the name of a trigger that refuses something, `update` or `delete`.
#[must_use]
pub fn trigger_name(table: &str, refused: &str) -> String {
    sql_name(&format!("{table}__no_{refused}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, descending: bool) -> IndexColumn {
        IndexColumn { column: name.to_owned(), descending }
    }

    #[test]
    fn a_name_says_what_it_is_of() {
        assert_eq!(check_name("id"), "id__check");
        assert_eq!(presence_name("root_drive"), "root_drive__presence");
        assert_eq!(oneof_name("guest"), "guest__oneof");
        assert_eq!(view_name("runs"), "runs_readable");
        assert_eq!(index_name("users", true, &[column("email", false)]), "users_unique_email");
    }

    #[test]
    fn indexes_that_differ_in_direction_differ_in_name() {
        let both = [column("status", false), column("create_time", false)];
        let back = [column("status", false), column("create_time", true)];
        assert_eq!(index_name("runs", false, &both), "runs_by_status_create_time");
        assert_eq!(index_name("runs", false, &back), "runs_by_status_create_time_desc");
    }

    #[test]
    fn long_names_keep_54_bytes_and_a_hash() {
        let fits = "a".repeat(SQL_NAME_BYTES);
        assert_eq!(sql_name(&fits), fits);
        let long = sql_name(&"a".repeat(64));
        assert_eq!(long, format!("{}_ffe054fe", "a".repeat(54)));
        assert_ne!(sql_name(&"a".repeat(65)), long);
        for name in [check_name(&fits), presence_name(&fits), oneof_name(&fits), view_name(&fits)] {
            assert_eq!(name.len(), SQL_NAME_BYTES, "{name}");
        }
    }
}

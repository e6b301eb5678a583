//! Names of what SQL has and a proto does not: constraints, triggers, indexes and views. They are on disk, and therefore permanent.

use sha2::{Digest, Sha256};

use crate::{Condition, IndexColumn};

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
    format!("{}_{}", &long[..kept], hash(long))
}

/// Returns the name of the constraint on a column's values.
#[must_use]
pub fn check_name(column: &str) -> String {
    sql_name(&format!("{column}__check"))
}

/// Returns the name of the constraint on what an API says of a column's values beside their type.
#[must_use]
pub fn rules_name(column: &str) -> String {
    sql_name(&format!("{column}__rules"))
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

/// Returns the name of a table's primary key, where the database can rename it: `nics___key`, as `nics__key` is the table of
/// a list `key`.
#[must_use]
pub fn key_name(table: &str) -> String {
    sql_name(&format!("{table}___key"))
}

/// Returns the name of the foreign key of these columns, where the database can rename it: `nics__machine_id__fk`.
#[must_use]
pub fn foreign_key_name<'c>(table: &str, columns: impl IntoIterator<Item = &'c str>) -> String {
    let columns: String = columns.into_iter().map(|column| format!("__{column}")).collect();
    sql_name(&format!("{table}{columns}__fk"))
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

/// Returns the name of the trigger by which the deletion of a row of `table` changes the revisions of the records that
/// name it in `column` of `relation`.
#[must_use]
pub fn revises_name(table: &str, relation: &str, column: &str) -> String {
    sql_name(&format!("{table}__revises__{relation}__{column}"))
}

/// Returns the name of an index: its table, `by` or `unique`, and its columns, `desc` after one that descends; of a
/// partial index also `where` and its condition, in words, and a hash where words may not tell it from another.
///
/// Words name enum values by their numbers, so that a new name for a value is none for the index.
#[must_use]
pub fn index_name(table: &str, unique: bool, columns: &[IndexColumn], condition: Option<&Condition>) -> String {
    let word = if unique { "unique" } else { "by" };
    let columns = columns.iter().map(|c| format!("_{}{}", c.column, if c.descending { "_desc" } else { "" }));
    let condition = condition.map(|condition| {
        let text = || serde_json::to_string(condition).expect("a condition is plain data");
        let hash = condition.is_ambiguous().then(|| format!("_{}", hash(&text())));
        format!("_where_{}{}", condition.words(&Condition::word), hash.unwrap_or_default())
    });
    sql_name(&format!("{table}_{word}{}{}", columns.collect::<String>(), condition.unwrap_or_default()))
}

/// Returns the first 8 hexadecimal digits of a text's SHA-256.
fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the name of a trigger that refuses something, `update` or `delete`.
#[must_use]
pub fn trigger_name(table: &str, refused: &str) -> String {
    sql_name(&format!("{table}__no_{refused}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Literal, Operator};

    fn column(name: &str, descending: bool) -> IndexColumn {
        IndexColumn { column: name.to_owned(), descending }
    }

    #[test]
    fn a_name_says_what_it_is_of() {
        assert_eq!(check_name("id"), "id__check");
        assert_eq!(rules_name("port"), "port__rules");
        assert_eq!(presence_name("root_drive"), "root_drive__presence");
        assert_eq!(oneof_name("guest"), "guest__oneof");
        assert_eq!(view_name("runs"), "runs_readable");
        assert_eq!(index_name("users", true, &[column("email", false)], None), "users_unique_email");
    }

    #[test]
    fn indexes_that_differ_in_direction_differ_in_name() {
        let both = [column("status", false), column("create_time", false)];
        let back = [column("status", false), column("create_time", true)];
        assert_eq!(index_name("runs", false, &both, None), "runs_by_status_create_time");
        assert_eq!(index_name("runs", false, &back, None), "runs_by_status_create_time_desc");
    }

    #[test]
    fn partial_indexes_say_of_which_rows() {
        let compare = |operator, literal| Condition::Compare { column: "status".to_owned(), operator, literal };
        let name = |condition: &Condition| index_name("runs", false, &[column("owner", false)], Some(condition));
        let one = compare(Operator::Equal, Literal::Integer(1));
        assert_eq!(name(&one), "runs_by_owner_where_status_is_1");
        let unset = Condition::Set { column: "end".to_owned(), set: false };
        let both = Condition::All(vec![compare(Operator::NotEqual, Literal::Text(String::new())), unset]);
        assert_eq!(name(&both), "runs_by_owner_where_status_is_not_empty_and_end_is_unset");
        // Words alone would be the same.
        let texts = ["a b", "a.b"].map(|text| name(&compare(Operator::Less, Literal::Text(text.to_owned()))));
        assert!(texts.iter().all(|text| text.starts_with("runs_by_owner_where_status_is_below_a_b_")), "{texts:?}");
        assert_ne!(texts[0], texts[1]);
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

//! Whether a statement is answered by an index: asked of SQLite's planner, statement by statement.

use protostore_emit::Statement;
use rusqlite::{Connection, Result};

/// Returns a sentence for each statement that reads a whole table to find some of its rows.
///
/// One that asks for all rows may.
pub(crate) fn scans(db: &Connection, statements: &[Statement]) -> Result<Vec<String>> {
    let mut sentences = Vec::new();
    for statement in statements.iter().filter(|statement| !statement.whole) {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql))?;
        // The planner needs no values.
        let steps = plan.raw_query().mapped(|row| row.get(3)).collect::<Result<Vec<String>>>()?;
        sentences.extend(
            steps.iter().filter(|step| is_scan(step)).map(|step| {
                format!("statement `{}` reads a whole table, as no index serves it: {step}", statement.name)
            }),
        );
    }
    Ok(sentences)
}

/// A list of keys is a virtual table, and is meant to be read as a whole; so are the rows of a subquery, which has steps of
/// its own.
fn is_scan(step: &str) -> bool {
    let whole = step.contains(" VIRTUAL TABLE ") || step.starts_with("SCAN (") || step == "SCAN CONSTANT ROW";
    step.starts_with("SCAN ") && !whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str, fields: &[&str]) -> Vec<String> {
        found_of(sql, fields, false)
    }

    fn found_of(sql: &str, fields: &[&str], whole: bool) -> Vec<String> {
        let db = Connection::open_in_memory().expect("a database in memory");
        db.execute_batch("CREATE TABLE hosts (id TEXT PRIMARY KEY, rack TEXT) STRICT").expect("a table");
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let statement = Statement {
            slot: 0,
            name: "hosts.list_by_rack".to_owned(),
            sql: sql.to_owned(),
            fields,
            live: None,
            whole,
        };
        scans(&db, &[statement]).expect("the planner answers")
    }

    #[test]
    fn a_condition_without_an_index_is_named() {
        let sentences = found("SELECT id FROM hosts WHERE rack = ?1", &["rack"]);
        let said = "statement `hosts.list_by_rack` reads a whole table, as no index serves it: SCAN hosts";
        assert_eq!(sentences, [said]);
    }

    #[test]
    fn a_subquery_without_an_index_is_named() {
        let count = |column: &str| format!("SELECT count(*) FROM (SELECT 1 FROM hosts WHERE {column} = ?1 LIMIT ?2)");
        assert!(found(&count("id"), &["id", ""]).is_empty());
        assert_eq!(found(&count("rack"), &["rack", ""]).len(), 1);
    }

    #[test]
    fn a_key_a_list_of_keys_and_a_page_of_everything_are_not() {
        assert!(found("SELECT rack FROM hosts WHERE id = ?1", &["id"]).is_empty());
        let keys = "SELECT h.rack FROM json_each(?1) o CROSS JOIN hosts h ON h.id = o.value";
        assert!(found(keys, &["id"]).is_empty());
        assert!(found_of("SELECT rack FROM hosts ORDER BY id", &[], true).is_empty());
    }

    #[test]
    fn a_statement_without_parameters_is_looked_at_too() {
        assert_eq!(found("SELECT id FROM hosts WHERE rack IS NULL", &[]).len(), 1);
    }
}

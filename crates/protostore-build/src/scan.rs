//! Whether an index answers a statement, and in the order that it needs: asked of SQLite's planner, statement by statement.

use protostore_emit::{Dialect, Statement};
use rusqlite::{Connection, Result};

use crate::trial::reason;

/// What SQLite says against statements, as sentences.
#[derive(Default)]
pub(crate) struct Against {
    /// It does not take them.
    pub(crate) refused: Vec<String>,
    /// They read a whole table to find some of its rows. One that asks for all rows may.
    scans: Vec<String>,
    /// They sort all rows that they select, for each page anew.
    sorts: Vec<String>,
    /// Their pages read the rows before their place to pass over them.
    skips: Vec<String>,
}

impl Against {
    /// Returns all sentences. Where a statement is refused, the others are asked for nothing else.
    pub(crate) fn sentences(self) -> Vec<String> {
        let Self { refused, scans, sorts, skips } = self;
        if refused.is_empty() { [scans, sorts, skips].concat() } else { refused }
    }
}

/// Tries each statement: SQLite takes it, and answers it by an index and in the order that it needs.
pub(crate) fn against(db: &Connection, statements: &[Statement]) -> Against {
    let mut against = Against::default();
    for statement in statements {
        let (name, sql) = (&statement.name, statement.sql(Dialect::Sqlite));
        // The plan of a statement is made of the statement, so SQLite takes both or none.
        let steps = if !statement.whole || statement.paged || statement.seeks {
            plan(db, &sql)
        } else {
            db.prepare(&sql).map(|_| Vec::new())
        };
        let steps = match steps {
            Ok(steps) => steps,
            Err(error) => {
                against.refused.push(format!("statement `{name}` is refused: {}", reason(&error)));
                continue;
            }
        };
        if !statement.whole {
            against.scans.extend(
                scanned(&steps)
                    .into_iter()
                    .map(|step| format!("statement `{name}` reads a whole table, as no index serves it: {step}")),
            );
        }
        if let Some(step) = steps.iter().find(|step| statement.paged && sorts_rows(step)) {
            let sentence = format!("statement `{name}` sorts for each page, as no index has its order: {step}");
            against.sorts.push(sentence);
        }
        if statement.seeks && !steps.iter().any(|step| is_entered(step)) {
            let steps = steps.join("; ");
            against.skips.push(format!("statement `{name}` passes over the rows before its place: {steps}"));
        }
    }
    against
}

/// Returns the steps of a statement's plan.
fn plan(db: &Connection, sql: &str) -> Result<Vec<String>> {
    let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    // The planner needs no values.
    plan.raw_query().mapped(|row| row.get(3)).collect()
}

/// Returns the steps of a statement's plan that read a whole table.
///
/// A list of keys is a virtual table, and is meant to be read as a whole; so are the rows of a subquery, which has steps of
/// its own.
fn scanned(steps: &[String]) -> Vec<String> {
    let mut subqueries: Vec<String> = Vec::new();
    for step in steps {
        let name = ["CO-ROUTINE ", "MATERIALIZE "].iter().find_map(|word| step.strip_prefix(word));
        subqueries.extend(name.map(|name| format!("SCAN {name}")));
    }
    // The scan of a subquery comes after those inside of it, which may be of a table with the same name.
    let mut found: Vec<String> = steps.iter().filter(|step| is_scan(step)).cloned().collect();
    for subquery in subqueries {
        if let Some(at) = found.iter().rposition(|step| *step == subquery) {
            found.remove(at);
        }
    }
    found
}

fn sorts_rows(step: &str) -> bool {
    step.starts_with("USE TEMP B-TREE")
}

/// Returns whether a step begins inside the rows that have given values: `(state=? AND (create_time,id)<(?,?))`.
fn is_entered(step: &str) -> bool {
    step.starts_with("SEARCH ") && step.contains(['<', '>'])
}

fn is_scan(step: &str) -> bool {
    let whole = step.contains(" VIRTUAL TABLE ") || step == "SCAN CONSTANT ROW";
    step.starts_with("SCAN ") && !whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<String> {
        let db = Connection::open_in_memory().expect("a database in memory");
        db.execute_batch("CREATE TABLE hosts (id TEXT PRIMARY KEY, rack TEXT) STRICT").expect("a table");
        db.execute_batch("CREATE TABLE c (id TEXT PRIMARY KEY, rack TEXT) STRICT").expect("a table");
        scanned(&plan(&db, sql).expect("the planner answers"))
    }

    #[test]
    fn a_condition_without_an_index_is_found() {
        assert_eq!(found("SELECT id FROM hosts WHERE rack = $1"), ["SCAN hosts"]);
        assert_eq!(found("SELECT id FROM hosts WHERE rack IS NULL"), ["SCAN hosts"]);
    }

    #[test]
    fn a_subquery_without_an_index_is_found() {
        for table in ["hosts", "c"] {
            let count = |column: &str| {
                format!("SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {column} = $1 LIMIT $2) AS \"c\"")
            };
            assert!(found(&count("id")).is_empty());
            assert_eq!(found(&count("rack")), [format!("SCAN {table}")]);
        }
    }

    #[test]
    fn a_page_that_sorts_is_found_where_no_index_has_its_order() {
        let page = |index: &str| {
            let db = Connection::open_in_memory().expect("a database in memory");
            let table = "CREATE TABLE hosts (id TEXT PRIMARY KEY, rack TEXT) STRICT";
            db.execute_batch(&format!("{table}; CREATE INDEX i ON hosts ({index})")).expect("a table");
            let steps = plan(&db, "SELECT id FROM hosts WHERE rack = $1 AND id > $2 ORDER BY id").expect("a plan");
            steps.iter().any(|step| sorts_rows(step))
        };
        assert!(page("rack"));
        assert!(!page("rack, id"));
        assert!(!page("rack, id DESC"));
    }

    #[test]
    fn a_page_that_passes_over_rows_is_found_where_no_index_has_its_place() {
        let enters = |index: &str, rows: &str, order: &str| {
            let db = Connection::open_in_memory().expect("a database in memory");
            let table = "CREATE TABLE hosts (id TEXT PRIMARY KEY, rack TEXT, size INTEGER) STRICT";
            db.execute_batch(&format!("{table}; CREATE INDEX i ON hosts ({index})")).expect("a table");
            let steps = plan(&db, &format!("SELECT id FROM hosts WHERE rack = $1 AND {rows} ORDER BY {order}"));
            steps.expect("a plan").iter().any(|step| is_entered(step))
        };
        assert!(enters("rack, id", "id > $2", "id"));
        assert!(enters("rack, size, id", "(size, id) > ($2, $3)", "size, id"));
        assert!(enters("rack, size DESC, id DESC", "(size, id) < ($2, $3)", "size DESC, id DESC"));
        assert!(enters("rack, size, id", "size IS NULL AND id > $2", "id"));
        // What SQLite cannot answer by the index.
        assert!(!enters("rack", "size > $2", "size"));
        assert!(!enters("rack, size", "(size + 0, id) > ($2, $3)", "size, id"));
    }

    #[test]
    fn a_key_and_a_list_of_keys_are_not() {
        assert!(found("SELECT rack FROM hosts WHERE id = $1").is_empty());
        assert!(found("SELECT h.rack FROM json_each($1) o CROSS JOIN hosts h ON h.id = o.value").is_empty());
    }
}

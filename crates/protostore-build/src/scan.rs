//! Whether an index answers a statement, and in the order that it needs: asked of SQLite's planner, statement by statement.

use protostore_emit::{Dialect, Statement};
use rusqlite::{Connection, Result};

/// Returns a sentence for each statement that reads a whole table to find some of its rows.
///
/// One that asks for all rows may.
pub(crate) fn scans(db: &Connection, statements: &[Statement]) -> Result<Vec<String>> {
    let found = statements.iter().filter(|statement| !statement.whole).map(|statement| {
        let steps = scanned(db, &statement.sql(Dialect::Sqlite))?;
        let sentence =
            |step| format!("statement `{}` reads a whole table, as no index serves it: {step}", statement.name);
        Ok(steps.into_iter().map(sentence).collect::<Vec<_>>())
    });
    found.collect::<Result<Vec<_>>>().map(|sentences| sentences.concat())
}

/// Returns a sentence for each page that reads the rows before its place to pass over them.
pub(crate) fn skips(db: &Connection, statements: &[Statement]) -> Result<Vec<String>> {
    let found = statements.iter().filter(|statement| statement.seeks).map(|statement| {
        let steps = plan(db, &statement.sql(Dialect::Sqlite))?;
        let is_entered = steps.iter().any(|step| is_entered(step));
        let steps = steps.join("; ");
        let sentence = || format!("statement `{}` passes over the rows before its place: {steps}", statement.name);
        Ok((!is_entered).then(sentence))
    });
    found.filter_map(Result::transpose).collect()
}

/// Returns a sentence for each statement that sorts all rows that it selects, for each page anew.
pub(crate) fn sorts(db: &Connection, statements: &[Statement]) -> Result<Vec<String>> {
    let found = statements.iter().filter(|statement| statement.paged).map(|statement| {
        let step = plan(db, &statement.sql(Dialect::Sqlite))?.into_iter().find(|step| sorts_rows(step));
        Ok(step.map(|step| {
            format!("statement `{}` sorts for each page, as no index has its order: {step}", statement.name)
        }))
    });
    found.filter_map(Result::transpose).collect()
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
fn scanned(db: &Connection, sql: &str) -> Result<Vec<String>> {
    let steps = plan(db, sql)?;
    let mut subqueries: Vec<String> = Vec::new();
    for step in &steps {
        let name = ["CO-ROUTINE ", "MATERIALIZE "].iter().find_map(|word| step.strip_prefix(word));
        subqueries.extend(name.map(|name| format!("SCAN {name}")));
    }
    // The scan of a subquery comes after those inside of it, which may be of a table with the same name.
    let mut found: Vec<String> = steps.into_iter().filter(|step| is_scan(step)).collect();
    for subquery in subqueries {
        if let Some(at) = found.iter().rposition(|step| *step == subquery) {
            found.remove(at);
        }
    }
    Ok(found)
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
        scanned(&db, sql).expect("the planner answers")
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

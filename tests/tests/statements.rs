//! Every statement of every store: what it asks for, what it is given, and what a bound limit does to its plan.

#[path = "statements/given.rs"]
mod given;
#[path = "where_text/proto.rs"]
mod proto;
#[path = "statements/stores.rs"]
mod stores;

use given::{Given, given, mismatch};
use protostore_emit::{Dialect, Statement};
use protostore_schema::Schema;
use protostore_sql::ParamRole;
use rusqlite::Connection;
use stores::stores;

fn params(statement: &Statement) -> Vec<(ParamRole, String)> {
    statement.params().iter().map(|param| (param.role, param.field.to_string())).collect()
}

#[test]
fn each_statement_asks_for_what_its_operation_gives() {
    let mut tried = 0;
    for (store, schema) in stores() {
        for statement in protostore_emit::statements(&schema) {
            let context = format!("{store}: {}", statement.name);
            let tables = schema.tables.iter();
            let found = tables.filter_map(|table| Some((table, given(table, &statement)?))).next();
            let (table, given) = found.unwrap_or_else(|| panic!("{context}: no operation is known to run it"));
            let key: Vec<&str> = table.key_columns().iter().map(|c| c.name.proto.as_str()).collect();
            assert_eq!(mismatch(&given, &params(&statement), &key), None, "{context}");
            tried += 1;
        }
    }
    assert!(tried > 3_900, "{tried}");
}

/// The control: what is wrong is noticed.
#[test]
fn a_statement_that_asks_for_anything_else_is_noticed() {
    let value = |field: &str| (ParamRole::Value, field.to_owned());
    let after = |field: &str| (ParamRole::After, field.to_owned());
    let (limit, now) =
        ((ParamRole::Limit, String::new()), (ParamRole::Now(protostore_sql::Clock::Nanos), String::new()));
    let page = Given { values: Some(vec!["a".into(), "b".into()]), after: true, limit: true, ..Given::default() };
    let good = vec![value("a"), value("b"), after("x"), after("y"), limit];
    assert_eq!(mismatch(&page, &good, &["x", "y"]), None);
    for (one, other) in [(0, 1), (2, 3)] {
        let mut swapped = good.clone();
        swapped.swap(one, other);
        assert!(mismatch(&page, &swapped, &["x", "y"]).is_some(), "{swapped:?}");
    }
    for at in 0..good.len() {
        let mut less = good.clone();
        less.remove(at);
        assert!(mismatch(&page, &less, &["x", "y"]).is_some(), "{less:?}");
    }
    let more = good.iter().cloned().chain([now]).collect::<Vec<_>>();
    assert!(mismatch(&page, &more, &["x", "y"]).is_some(), "no time is given");
    assert_eq!(mismatch(&Given { now: true, ..page }, &more, &["x", "y"]), None);
}

#[test]
#[expect(clippy::print_stdout, reason = "a figure that pages and people ask for")]
fn one_list_of_parameters_serves_the_texts_of_all_dialects() {
    let (mut all, mut same, mut of_products) = (0, 0, (0, 0));
    for (store, schema) in stores() {
        for statement in protostore_emit::statements(&schema) {
            let context = format!("{store}: {}", statement.name);
            let [(Dialect::Sqlite, sqlite), (Dialect::Postgres, postgres)] = &statement.texts[..] else {
                panic!("{context}: {:?}", statement.texts);
            };
            let lists = [sqlite, postgres]
                .map(|text| text.params.iter().map(|param| (param.role, param.field.clone())).collect::<Vec<_>>());
            assert_eq!(lists[0], lists[1], "{context}");
            assert_eq!(sqlite.head, postgres.head, "{context}: one macro begins all reads of a table");
            all += 1;
            same += usize::from(sqlite.rest == postgres.rest);
            if matches!(store.as_str(), "aurae" | "autoinstall" | "froyo" | "gantry" | "mesh") {
                of_products.0 += 1;
                of_products.1 += usize::from(sqlite.rest == postgres.rest);
            }
        }
    }
    println!("{same} of {all} statements have one text for both dialects; of the five stores' {of_products:?}");
    assert!(same * 10 > all * 6, "{same} of {all}");
}

#[test]
fn a_bound_limit_changes_no_plan() {
    let mut tried = 0;
    for (store, schema) in stores() {
        let db = laid(&schema);
        for statement in protostore_emit::statements(&schema) {
            let sql = statement.sql(Dialect::Sqlite);
            let Some((rest, number)) = sql.rsplit_once(" LIMIT $").or_else(|| sql.rsplit_once("\nLIMIT $")) else {
                continue;
            };
            if number.parse::<usize>().ok() != Some(statement.params().len()) {
                continue;
            }
            assert_eq!(plan(&db, &sql), plan(&db, rest), "{store}: {}", statement.name);
            tried += 1;
        }
    }
    assert!(tried > 600, "{tried}");
}

fn laid(schema: &Schema) -> Connection {
    let db = Connection::open_in_memory().expect("a database in memory");
    db.execute_batch("CREATE TABLE protostore__sequences (\"table\", path, last)").expect("a table");
    let sql = protostore_emit::schema_sql(schema, "cargo xtask codegen");
    db.execute_batch(&sql).unwrap_or_else(|e| panic!("{e}: {sql}"));
    db
}

fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|e| panic!("{e}: {sql}"));
    plan.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().expect("steps")
}

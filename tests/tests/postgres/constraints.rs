//! The constraints that PostgreSQL has are those of the layouts, by the same names and over the same columns.

use std::collections::BTreeSet;

use protostore::Layout;
use protostore_emit::Dialect;
use protostore_schema::Schema;

use super::server::Server;

/// Kind, table, name, and columns where the layout says them, in order.
const CONSTRAINTS: &str = "SELECT concat_ws(' ', c.contype, t.relname, c.conname, CASE WHEN c.contype <> 'c' THEN (
      SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(attnum, n)
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) END)
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('p', 'u', 'f', 'c') AND t.relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'i', t.relname, i.relname, (
      SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY k(attnum, n)
      JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum))
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE x.indisunique AND NOT x.indisprimary AND t.relnamespace = 'public'::regnamespace";

#[test]
fn each_constraint_that_postgresql_has_is_in_the_layout_under_its_name() {
    let Some(server) = Server::start() else { return };
    for store in [&life::SCHEMA, &rules::SCHEMA, &shapes::SCHEMA, &words::SCHEMA] {
        let schema = Schema::from_snapshot(store.snapshot()).expect("a snapshot of this version");
        let script = protostore_emit::definitions(&schema, Dialect::Postgres).concat();
        let refused = server.run(store.name, &format!("{}{script}", super::BOOKKEEPING));
        assert!(refused.is_empty(), "{}: {refused}", store.name);
        let (rows, errors) = server.answers(store.name, &format!("{}-constraints", store.name), CONSTRAINTS);
        assert!(errors.is_empty(), "{errors}");
        let own = rows.lines().filter(|row| !row.is_empty() && !row.contains(" protostore__"));
        let found: BTreeSet<String> = own.map(str::to_owned).collect();
        let layouts: Vec<&Layout> = store.tables.iter().flat_map(|table| table.layouts()).collect();
        // The types of a server imply some CHECKs, and the layout does not say the columns of any.
        let (checks, keys): (BTreeSet<String>, BTreeSet<String>) =
            layouts.iter().flat_map(|layout| constraints(layout)).partition(|line| line.starts_with("c "));
        let (found_checks, found_keys): (BTreeSet<String>, BTreeSet<String>) =
            found.into_iter().partition(|line| line.starts_with("c "));
        assert_eq!(found_keys, keys, "{}", store.name);
        // The key of a table of at most one row is no field, and only the store writes it.
        let unknown: Vec<_> =
            found_checks.difference(&checks).filter(|line| !line.ends_with("_singleton__check")).collect();
        assert!(unknown.is_empty() && !found_checks.is_empty(), "{}: {unknown:?}", store.name);
        for layout in layouts {
            for line in constraints(layout) {
                let name = line.split(' ').nth(2).expect("a name");
                assert!(layout.constraint(name).is_some(), "{line}");
            }
        }
    }
}

/// Returns the constraints of a layout, as the query does.
fn constraints(layout: &'static Layout) -> Vec<String> {
    let line =
        |kind: &str, name: &str, columns: &[&str]| format!("{kind} {} {name} {}", layout.name, columns.join(","));
    let key = line("p", layout.key.name, layout.key.columns);
    let uniques = layout.uniques.iter().map(|unique| line("i", unique.name, unique.columns));
    let owner = layout.owner.iter().map(|owner| line("f", owner.name, owner.columns));
    let references = layout.references.iter().map(|key| line("f", key.name, key.columns));
    let checks = layout.checks.iter().map(|check| format!("c {} {}", layout.name, check.name));
    std::iter::once(key).chain(uniques).chain(owner).chain(references).chain(checks).collect()
}

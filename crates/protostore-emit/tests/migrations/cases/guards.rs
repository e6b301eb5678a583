//! Each test, as a guard that stops for the rows that it means and for no others.

use protostore_evolve::plan::{ColumnId, Conversion, Number, Place, Step, Test};
use protostore_schema::{Role, Schema};

use super::{case, guard, said};
use crate::migrations::run::{fresh, migrate};
use crate::migrations::steps::{column, place, value};
use crate::migrations::store::schema;

fn store() -> Schema {
    schema(
        "repeated Note notes = 1 [(protostore.v1.table) = {primary_key: \"id\"}];\n\
         repeated Book books = 2 [(protostore.v1.table) = {primary_key: \"id\"}];",
        "message Note { string id = 1; optional int64 n = 2; double r = 3; string s = 4; Spec spec = 5; \
         repeated string tags = 6; google.protobuf.Timestamp at = 7; optional uint64 u = 8; string book = 9; } \
         message Spec { int32 a = 1; } message Book { string id = 1; }",
    )
}

/// Rows `a`, `b` and so on, with `n`, `r`, `s`, `spec`, `at` and `book`.
const ROWS: &str = "INSERT INTO notes (id, n, r, s, spec, spec__a, at, book) VALUES \
    ('a', NULL, 0.5, '', 0, NULL, NULL, ''), ('b', 0, 16777217.0, 'x', 1, 0, 1, 'b'), \
    ('c', 7, 9e999, 'x', 1, 5, 9000000000000000000, 'c'), \
    ('d', 9007199254740993, 9223372036854775807.0, 'y', 0, NULL, -1500000000, 'b'); \
    INSERT INTO notes__tags VALUES ('a', 0, 't'), ('a', 1, 'u'), ('b', 0, 't'); INSERT INTO books VALUES ('b');";

/// Says which rows a test finds: how many, and the first; nothing where it finds none.
fn finds(test: Test, at: &[u32]) -> Option<(usize, String)> {
    let mut found = None;
    for before in [true, false] {
        let case = case("guard", [store(), store()]);
        let case = crate::migrations::run::Case { up: said([guard(before, at, test.clone(), "wrong")]), ..case };
        let mut db = fresh(&case.old);
        db.execute_batch(ROWS).unwrap();
        let here = migrate(&mut db, &case.migration().up).err().map(|error| {
            let rest = error.strip_prefix("wrong: ").unwrap_or_else(|| panic!("{error}\n{}", case.migration().up));
            let (count, first) = rest.split_once(" rows, the first is ").unwrap();
            (count.parse().unwrap(), first.to_owned())
        });
        assert!(before || here == found, "{test:?}: {here:?} after, {found:?} before");
        found = here;
    }
    // What it does not mean is meant by its opposite.
    let all = if at.is_empty() { 4 } else { 3 };
    let sql = said([guard(true, at, Test::Not(Box::new(test.clone())), "wrong")]);
    let case = crate::migrations::run::Case { up: sql, ..case("guard", [store(), store()]) };
    let mut db = fresh(&case.old);
    db.execute_batch(ROWS).unwrap();
    let others = migrate(&mut db, &case.migration().up)
        .err()
        .map_or(0, |error| error.strip_prefix("wrong: ").unwrap().split(' ').next().unwrap().parse().unwrap());
    assert_eq!(found.as_ref().map_or(0, |(count, _)| *count) + others, all, "{test:?} is NULL for a row");
    found
}

fn some(count: usize, first: &str) -> Option<(usize, String)> {
    Some((count, first.to_owned()))
}

fn presence() -> ColumnId {
    column(&[], &[5], Role::Presence)
}

#[test]
fn of_one_column() {
    assert_eq!(finds(Test::Any, &[]), some(4, "a"));
    assert_eq!(finds(Test::Unset(value(&[2])), &[]), some(1, "a"));
    assert_eq!(finds(Test::Set(value(&[2])), &[]), some(3, "b"));
    assert_eq!(finds(Test::Set(presence()), &[]), some(2, "b"));
    assert_eq!(finds(Test::Zero(value(&[2])), &[]), some(1, "b"));
    assert_eq!(finds(Test::Zero(value(&[4])), &[]), some(1, "a"));
    assert_eq!(finds(Test::Zero(presence()), &[]), some(2, "a"));
    assert_eq!(finds(Test::NotZero(value(&[2])), &[]), some(2, "c"));
    assert_eq!(finds(Test::OutOfRange { column: value(&[2]), low: 1, high: 7 }, &[]), some(2, "b"));
    assert_eq!(finds(Test::NotIn { column: value(&[2]), numbers: vec![0, 7] }, &[]), some(1, "d"));
    assert_eq!(finds(Test::NotIn { column: value(&[2]), numbers: vec![] }, &[]), some(3, "b"));
    assert_eq!(finds(Test::Past(value(&[7])), &[]), some(2, "b"));
}

#[test]
fn of_values_that_do_not_come_back() {
    let inexact = |field: u32, by| finds(Test::Inexact { column: value(&[field]), by }, &[]);
    let number = |to| Conversion::Number { to };
    assert_eq!(inexact(2, number(Number::Double)), some(1, "d"));
    assert_eq!(inexact(2, number(Number::Float)), some(1, "d"));
    // Half is no integer, nor are infinity and 2^63.
    assert_eq!(inexact(3, number(Number::Integer)), some(3, "a"));
    assert_eq!(inexact(3, number(Number::Float)), some(1, "b"));
    assert_eq!(inexact(2, Conversion::Scale { up: 1_000_000_000, down: 1 }), some(1, "d"));
    assert_eq!(inexact(2, Conversion::Scale { up: 1, down: 7 }), some(1, "d"));
    assert_eq!(inexact(7, Conversion::Scale { up: 1, down: 1_000_000_000 }), some(2, "b"));
    assert_eq!(inexact(2, Conversion::FullRange { into: false }), some(3, "b"));
    assert_eq!(inexact(2, Conversion::Same), None);
    assert_eq!(
        inexact(7, Conversion::Then(vec![Conversion::Same, Conversion::Scale { up: 1, down: 1_000 }])),
        some(1, "b")
    );
    assert_eq!(inexact(2, Conversion::Rfc3339 { into: true, unit: 1_000_000_000 }), some(1, "d"));
}

#[test]
fn of_several_rows() {
    let duplicate = |among| Test::Duplicate { columns: vec![value(&[4])], among: Box::new(among) };
    assert_eq!(finds(duplicate(Test::Any), &[]), some(2, "b"));
    assert_eq!(finds(duplicate(Test::Zero(value(&[2]))), &[]), None);
    assert_eq!(finds(Test::Duplicate { columns: vec![value(&[2])], among: Box::new(Test::Any) }, &[]), None);
    assert_eq!(finds(Test::Several, &[]), some(4, "a"));
    assert_eq!(finds(Test::Several, &[6]), some(2, "a, 0"));
    assert_eq!(finds(Test::NoChild(place(&[6])), &[]), some(2, "c"));
    let books = Place { table: 2, path: vec![] };
    assert_eq!(finds(Test::Dangling { columns: vec![value(&[9])], target: books }, &[]), some(2, "a"));
}

#[test]
fn of_several_columns() {
    let both = vec![value(&[2]), presence()];
    assert_eq!(finds(Test::MoreThanOne(both.clone()), &[]), some(2, "b"));
    assert_eq!(finds(Test::None(both), &[]), some(1, "a"));
    let (set, zero) = (Test::Set(presence()), Test::Zero(value(&[2])));
    assert_eq!(finds(Test::All(vec![set.clone(), zero.clone()]), &[]), some(1, "b"));
    assert_eq!(finds(Test::Either(vec![Test::Unset(value(&[2])), zero]), &[]), some(2, "a"));
    let objects = protostore_emit::objects(&store());
    let check = objects.into_iter().find(|object| object.name == "spec__presence").unwrap();
    assert_eq!(finds(Test::Breaks(check), &[]), None);
    let _ = Step::References;
}

#[test]
fn a_guard_names_a_key_of_several_parts_and_of_bytes() {
    let store = |fields: &str, key: &str| {
        let tables = format!("repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: {key}}}];");
        schema(&tables, &format!("message Note {{ {fields} }}"))
    };
    let says = |fields: &str, key: &str, rows: &str| {
        let case = case("guard", [store(fields, key), store(fields, key)]);
        let case = crate::migrations::run::Case { up: said([guard(true, &[], Test::Any, "wrong")]), ..case };
        let mut db = fresh(&case.old);
        db.execute_batch(rows).unwrap();
        migrate(&mut db, &case.migration().up).unwrap_err()
    };
    let several = says("string a = 1; int32 b = 2;", "[\"a\", \"b\"]", "INSERT INTO notes VALUES ('x', 2), ('x', 1)");
    assert_eq!(several, "wrong: 2 rows, the first is x, 1");
    assert_eq!(says("bytes a = 1;", "\"a\"", "INSERT INTO notes VALUES (x'0aff')"), "wrong: 1 rows, the first is 0AFF");
    assert_eq!(says("int32 a = 1;", "\"a\"", "INSERT INTO notes VALUES (10), (9)"), "wrong: 2 rows, the first is 9");
}

//! Fills and conversions.

use protostore_evolve::plan::{Conversion, Fill, Step, Test};
use protostore_schema::Role;

use super::case;
use crate::migrations::run::Case;
use crate::migrations::steps::{Said, column, value};
use crate::migrations::store::{notes, notes_of};

fn convert(all: &[(u32, Conversion)]) -> Said {
    Said { converts: all.iter().map(|(field, by)| (value(&[*field]), by.clone())).collect(), ..Said::default() }
}

#[test]
fn bits_are_read_with_another_sign() {
    Case {
        up: convert(&[(2, Conversion::Bits32 { signed: false }), (3, Conversion::FullRange { into: true })]),
        down: convert(&[(2, Conversion::Bits32 { signed: true }), (3, Conversion::FullRange { into: false })]),
        rows: "INSERT INTO notes (id, a, b) VALUES ('a', -1, -1), ('b', 2147483647, 9223372036854775807), \
            ('c', -2147483648, -9223372036854775808), ('d', 0, 0);",
        after: (
            "SELECT a, b FROM notes",
            "4294967295,9223372036854775807;2147483647,-1;2147483648,0;0,-9223372036854775808",
        ),
        back: ("SELECT a, b FROM notes", "-1,-1;2147483647,9223372036854775807;-2147483648,-9223372036854775808;0,0"),
        ..case(
            "signs",
            [
                notes("int32 a = 2; int64 b = 3;"),
                notes("uint32 a = 2; uint64 b = 3 [(protostore.v1.column) = {encoding: FULL_RANGE}];"),
            ],
        )
    }
    .check();
}

const TIME: &str = "google.protobuf.Timestamp";

#[test]
fn times_get_another_unit_or_are_text() {
    let (up, down) = (1_000_000_000, 1);
    let finer = Conversion::Scale { up, down };
    let text = |into| Conversion::Rfc3339 { into, unit: 1 };
    Case {
        up: convert(&[(2, finer), (3, text(true))]),
        down: convert(&[(2, Conversion::Scale { up: down, down: up }), (3, text(false))]),
        rows: "INSERT INTO notes (id, a, b) VALUES ('a', -1, -1), ('b', 9223372036, 9223372036854775807), \
            ('c', -9223372036, -9223372036854775808), ('d', 0, 0), ('e', NULL, NULL);",
        after: (
            "SELECT a, b FROM notes",
            "-1000000000,1969-12-31T23:59:59.999999999Z;9223372036000000000,2262-04-11T23:47:16.854775807Z;\
             -9223372036000000000,1677-09-21T00:12:43.145224192Z;0,1970-01-01T00:00:00.000000000Z;NULL,NULL",
        ),
        back: (
            "SELECT a, b FROM notes",
            "-1,-1;9223372036,9223372036854775807;-9223372036,-9223372036854775808;0,0;NULL,NULL",
        ),
        ..case(
            "times",
            [
                notes(&format!("{TIME} a = 2 [(protostore.v1.column) = {{encoding: SECONDS}}]; {TIME} b = 3;")),
                notes(&format!("{TIME} a = 2; {TIME} b = 3 [(protostore.v1.column) = {{encoding: RFC3339}}];")),
            ],
        )
    }
    .check();
}

#[test]
fn a_required_field_is_backfilled() {
    let required = "[(google.api.field_behavior) = REQUIRED]";
    Case {
        up: Said {
            fills: vec![
                (value(&[3]), Fill::Sql("upper(id) || '!'".into())),
                (value(&[4]), Fill::Copy(value(&[2]))),
                (column(&[], &[5], Role::Presence), Fill::Sql("size > 1".into())),
                (value(&[5, 1]), Fill::ZeroWhereSet(column(&[], &[5], Role::Presence))),
            ],
            steps: vec![super::guard(false, &[], Test::Zero(value(&[3])), "notes.owner is not set")],
            ..Said::default()
        },
        rows: "INSERT INTO notes (id, size) VALUES ('a', 1), ('b', 2);",
        after: ("SELECT owner, other, spec, spec__a FROM notes", "A!,1,0,NULL;B!,2,1,0"),
        back: ("SELECT * FROM notes", "a,1;b,2"),
        ..case(
            "backfill",
            [
                notes("int64 size = 2;"),
                notes_of(
                    &format!("int64 size = 2; string owner = 3 {required}; optional int64 other = 4; Spec spec = 5;"),
                    "message Spec { int64 a = 1; }",
                ),
            ],
        )
    }
    .check();
}

#[test]
fn a_text_says_the_names_of_the_version_before() {
    let back = |to: u32, from: u32| (value(&[to]), Fill::Copy(value(&[from])));
    Case {
        up: Said {
            fills: vec![
                // The name of the column that goes is that of the column that comes.
                (value(&[3]), Fill::Sql("owner".into())),
                // Two names change places.
                (value(&[6]), Fill::Sql("\"x\" || ' before ' || y".into())),
            ],
            ..Said::default()
        },
        down: Said { fills: vec![back(2, 3)], ..Said::default() },
        rows: "INSERT INTO notes (id, owner, x, y) VALUES ('a', 'ada', 'x1', 'y1'), ('b', '', 'x2', 'y2');",
        after: ("SELECT owner, y, x, both FROM notes", "ada,x1,y1,x1 before y1;,x2,y2,x2 before y2"),
        back: ("SELECT owner, x, y FROM notes", "ada,x1,y1;,x2,y2"),
        ..case(
            "former_names",
            [
                notes("string owner = 2; string x = 4; string y = 5;"),
                notes("string owner = 3; string y = 4; string x = 5; string both = 6;"),
            ],
        )
    }
    .check();
}

#[test]
fn rows_without_a_value_get_one() {
    let required = "[(google.api.field_behavior) = REQUIRED]";
    let fill =
        Step::Fill { column: value(&[2]), rows: Test::Unset(value(&[2])), value: Fill::Sql("'of ' || id".into()) };
    Case {
        up: super::said([fill]),
        rows: "INSERT INTO notes (id, a) VALUES ('a', NULL), ('b', 'x');",
        after: ("SELECT a FROM notes", "of a;x"),
        back: ("SELECT a FROM notes", "of a;x"),
        ..case("fill", [notes("optional string a = 2;"), notes(&format!("optional string a = 2 {required};"))])
    }
    .check();
}

#[test]
fn many_changes_of_one_table_are_one_rebuild() {
    let old = notes("int32 a = 2; int32 b = 3; int32 c = 4; int32 d = 5; string gone = 6;");
    let new = notes(
        "optional int32 a = 2; optional int32 b = 3; optional int32 c = 4; optional int32 dd = 5; string come = 7;",
    );
    let all = |by: Conversion| convert(&[(2, by.clone()), (3, by.clone()), (4, by.clone()), (5, by)]);
    let mut up = all(Conversion::ZeroToUnset);
    up.fills.push((value(&[7]), Fill::Copy(value(&[6]))));
    up.steps.push(Step::Fill { column: value(&[2]), rows: Test::Unset(value(&[2])), value: Fill::Sql("9".into()) });
    up.steps.push(super::guard(
        false,
        &[],
        Test::OutOfRange { column: value(&[2]), low: 1, high: 9 },
        "notes.a is odd",
    ));
    let case = Case {
        up,
        down: all(Conversion::UnsetToZero),
        rows: "INSERT INTO notes VALUES ('a', 0, 1, 0, 1, 'x'), ('b', 1, 0, 1, 0, 'y');",
        after: ("SELECT a, b, c, dd, come FROM notes", "9,1,NULL,1,x;1,NULL,1,NULL,y"),
        back: ("SELECT a, b, c, d, gone FROM notes", "9,1,0,1,;1,0,1,0,"),
        ..case("rebuild", [old, new])
    };
    case.check();
    case.stops("INSERT INTO notes (id, a) VALUES ('z', 10), ('y', 10);", "notes.a is odd: 2 rows, the first is y");
}

#[test]
fn a_reference_comes_and_goes() {
    let tables = "repeated Note notes = 1 [(protostore.v1.table) = {primary_key: \"id\"}];\n\
        repeated Book books = 2 [(protostore.v1.table) = {primary_key: \"id\"}];";
    let messages = |column: &str| {
        format!("message Note {{ string id = 1; string book = 2 {column}; }} message Book {{ string id = 1; }}")
    };
    let schema = |column: &str| crate::migrations::store::schema(tables, &messages(column));
    let case = Case {
        up: Said {
            converts: vec![(value(&[2]), Conversion::ZeroToUnset)],
            steps: vec![
                super::guard(
                    true,
                    &[],
                    Test::All(vec![
                        Test::NotZero(value(&[2])),
                        Test::Dangling {
                            columns: vec![value(&[2])],
                            target: protostore_evolve::plan::Place { table: 2, path: vec![] },
                        },
                    ]),
                    "notes.book names no row of books",
                ),
                Step::References,
            ],
            ..Said::default()
        },
        down: Said { converts: vec![(value(&[2]), Conversion::UnsetToZero)], ..Said::default() },
        rows: "INSERT INTO books (id) VALUES ('b'); INSERT INTO notes (id, book) VALUES ('n', 'b'), ('o', '');",
        after: ("SELECT id, book FROM notes", "n,b;o,NULL"),
        back: ("SELECT id, book FROM notes", "n,b;o,"),
        ..case("reference", [schema(""), schema("[(protostore.v1.column) = {references: {table: \"books\"}}]")])
    };
    case.check();
    case.stops(
        "INSERT INTO notes (id, book) VALUES ('n', 'b'), ('o', '');",
        "notes.book names no row of books: 1 rows, the first is n",
    );
}

//! The cases: names, columns, values, tables, keys.

mod guards;
mod keys;
mod moves;
mod rust;
mod values;

use protostore_evolve::plan::{Conversion, Guard, Number, Step, Test};

use super::run::Case;
use super::steps::{Said, place, value};
use super::store::{notes, notes_of, schema};

fn case(name: &'static str, [old, new]: [protostore_schema::Schema; 2]) -> Case {
    Case {
        name,
        old,
        new,
        up: Said::default(),
        down: Said::default(),
        rows: "",
        after: ("SELECT 1", "1"),
        back: ("SELECT 1", "1"),
    }
}

fn said(steps: impl IntoIterator<Item = Step>) -> Said {
    Said { steps: steps.into_iter().collect(), ..Said::default() }
}

fn guard(before: bool, at: &[u32], rows: Test, says: &str) -> Step {
    Step::Guard(Guard { place: place(at), rows, before, says: says.into() })
}

#[test]
fn a_plan_without_steps_is_comments() {
    let case = case("nothing", [notes("string owner = 2;"), notes("string owner = 2;")]);
    assert!(case.migration().up.lines().all(|line| line.starts_with("--")));
    case.check();
}

#[test]
fn a_field_is_added_and_gone() {
    Case {
        rows: "INSERT INTO notes (id) VALUES ('a'), ('b');",
        after: ("SELECT id, size, owner, at, tag FROM notes", "a,0,,NULL,NULL;b,0,,NULL,NULL"),
        back: ("SELECT * FROM notes", "a;b"),
        ..case(
            "add",
            [
                notes(""),
                notes("int32 size = 2; string owner = 3; google.protobuf.Timestamp at = 4; optional string tag = 5;"),
            ],
        )
    }
    .check();
}

#[test]
fn fields_and_tables_have_other_names() {
    let old = schema(
        "repeated Note notes = 1 [(protostore.v1.table) = {primary_key: \"id\" index: {fields: [\"owner\"]}}];",
        "message Note { string id = 1; string owner = 2; string other = 3; repeated string tags = 4; Spec spec = 5; }\n\
         message Spec { int32 a = 1; optional int32 b = 2; }",
    );
    let new = schema(
        "repeated Note NOTES = 1 [(protostore.v1.table) = {primary_key: \"key\" index: {fields: [\"other\"]}}];",
        "message Note { string key = 1; string other = 2; string owner = 3; repeated string labels = 4; Spec mine = 5; }\n\
         message Spec { int32 a = 1; optional int32 b = 2; }",
    );
    Case {
        rows: "INSERT INTO notes (id, owner, other, spec, spec__a) VALUES ('a', 'x', 'y', 1, 3);
            INSERT INTO notes__tags VALUES ('a', 0, 't');",
        after: (
            "SELECT key, other, owner, mine, mine__a, value FROM NOTES JOIN NOTES__labels ON key = _owner_key",
            "a,x,y,1,3,t",
        ),
        back: ("SELECT id, owner, other, spec__a, value FROM notes, notes__tags", "a,x,y,3,t"),
        ..case("names", [old, new])
    }
    .check();
}

#[test]
fn a_number_of_another_kind_takes_the_name_of_one_that_is_gone() {
    Case {
        rows: "INSERT INTO notes (id, size) VALUES ('a', 'large');",
        after: ("SELECT size FROM notes", "0"),
        back: ("SELECT size FROM notes", ""),
        ..case("name_again", [notes("string size = 2;"), notes("int64 size = 3;")])
    }
    .check();
}

#[test]
fn presence_comes_and_goes() {
    let message = "message Spec { int32 a = 1; int32 c = 3; }";
    let optional = "message Spec { optional int32 a = 1; int32 c = 3; }";
    let up = Said {
        converts: vec![
            (value(&[2]), Conversion::ZeroToUnset),
            (value(&[3]), Conversion::ZeroToUnset),
            (value(&[4, 1]), Conversion::ZeroToUnset),
        ],
        ..Said::default()
    };
    let down = Said {
        converts: vec![
            (value(&[2]), Conversion::UnsetToZero),
            (value(&[3]), Conversion::UnsetToZero),
            (value(&[4, 1]), Conversion::UnsetToZero),
        ],
        ..Said::default()
    };
    Case {
        up,
        down,
        rows: "INSERT INTO notes (id, size, owner, spec, spec__a, spec__c) \
            VALUES ('a', 0, '', 1, 0, 1), ('b', 5, 'x', 1, 7, 1), ('c', 5, 'x', 0, NULL, NULL);",
        after: ("SELECT size, owner, spec__a FROM notes", "NULL,NULL,NULL;5,x,7;5,x,NULL"),
        back: ("SELECT size, owner, spec, spec__a FROM notes", "0,,1,0;5,x,1,7;5,x,0,NULL"),
        ..case(
            "presence",
            [
                notes_of("int32 size = 2; string owner = 3; Spec spec = 4;", message),
                notes_of("optional int32 size = 2; optional string owner = 3; Spec spec = 4;", optional),
            ],
        )
    }
    .check();
}

#[test]
fn values_get_another_type() {
    let up = Said {
        steps: vec![guard(
            true,
            &[],
            Test::Inexact { column: value(&[2]), by: Conversion::Number { to: Number::Double } },
            "notes.a is no double",
        )],
        converts: vec![
            (value(&[2]), Conversion::Number { to: Number::Double }),
            (value(&[3]), Conversion::TextToBytes),
        ],
        ..Said::default()
    };
    let case = Case {
        up,
        down: Said { converts: vec![(value(&[2]), Conversion::Number { to: Number::Integer })], ..Said::default() },
        rows: "INSERT INTO notes (id, a, b) VALUES ('a', 3, 'é'), ('b', -9007199254740992, '');",
        after: ("SELECT a, b FROM notes", "3.0,xc3a9;-9007199254740992.0,x"),
        back: ("SELECT a FROM notes", "3;-9007199254740992"),
        ..case("types", [notes("int64 a = 2; string b = 3;"), notes("double a = 2; bytes b = 3;")])
    };
    case.stops(
        "INSERT INTO notes (id, a) VALUES ('a', 1), ('b', 9007199254740993), ('c', 9223372036854775807);",
        "notes.a is no double: 2 rows, the first is b",
    );
    let Case { name, old, new, up, rows, after, .. } = case;
    // Bytes become text in the run time alone, so there is no way back in SQL.
    let down = Said { converts: vec![(value(&[2]), Conversion::Number { to: Number::Integer })], ..Said::default() };
    let back = Case { name, old, new, up, down, rows, after, back: ("SELECT 1", "1") };
    let text = back.migration();
    let mut db = super::run::fresh(&back.old);
    db.execute_batch(rows).unwrap();
    super::run::migrate(&mut db, &text.up).unwrap();
    assert_eq!(super::run::answer(&db, after.0), after.1);
}

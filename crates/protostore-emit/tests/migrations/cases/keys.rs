//! Keys, counters, and rows that go.

use protostore_evolve::plan::{ColumnId, Conversion, Fill, Number, Place, Step, Test};
use protostore_schema::Role;

use super::{case, said};
use crate::migrations::run::Case;
use crate::migrations::steps::{Said, column, place, value};
use crate::migrations::store::schema;

fn two(key: &str, note: &str, book: &str) -> protostore_schema::Schema {
    let tables = format!(
        "repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: \"{key}\"}}];\n\
         repeated Book books = 2 [(protostore.v1.table) = {{primary_key: \"id\"}}];"
    );
    schema(&tables, &format!("message Note {{ {note} }} message Book {{ string id = 1; {book} }}"))
}

#[test]
fn rows_are_identified_by_another_field() {
    let note = "string id = 1; string name = 2; repeated Part parts = 3; \
        string parent = 4 [(protostore.v1.column) = {references: {table: \"notes\"}}]; \
        message Part { repeated string words = 1; }";
    let book = "string note = 2 [(protostore.v1.column) = {references: {table: \"notes\" on_delete: CASCADE}}];";
    let rekey = || said([Step::Rekey { place: place(&[]) }, Step::References]);
    let duplicate = Test::Duplicate { columns: vec![value(&[2])], among: Box::new(Test::Any) };
    let mut up = rekey();
    up.steps.push(super::guard(true, &[], duplicate, "notes.name is there twice"));
    up.steps.push(super::guard(true, &[], Test::Zero(value(&[2])), "notes.name is empty"));
    let case = Case {
        up,
        down: rekey(),
        rows: "INSERT INTO notes (id, name, parent) VALUES ('1', 'a', NULL), ('2', 'b', '1');
            INSERT INTO notes__parts VALUES ('2', 0), ('2', 1); \
            INSERT INTO notes__parts__words VALUES ('2', 1, 0, 'w'); INSERT INTO books VALUES ('x', '2');",
        after: (
            "SELECT n.name, n.parent, p._position, w.value, b.note FROM notes n JOIN notes__parts p ON p._name = n.name \
             LEFT JOIN notes__parts__words w ON w._name = n.name AND w._position = p._position \
             JOIN books b ON b.note = n.name",
            "b,a,0,NULL,b;b,a,1,w,b",
        ),
        back: (
            "SELECT n.id, n.name, n.parent, p._position, b.note FROM notes n JOIN notes__parts p ON p._id = n.id \
             JOIN books b ON b.note = n.id",
            "2,b,1,0,2;2,b,1,1,2",
        ),
        ..case("rekey", [two("id", note, book), two("name", note, book)])
    };
    case.check();
    case.stops(
        "INSERT INTO notes (id, name) VALUES ('1', 'a'), ('2', 'a'), ('3', 'b');",
        "notes.name is there twice: 2 rows, the first is 1",
    );
    case.stops(
        "INSERT INTO notes (id, name) VALUES ('1', 'a'), ('2', '');",
        "notes.name is empty: 1 rows, the first is 2",
    );
}

#[test]
fn a_key_gets_another_type_with_what_names_it() {
    let note = |ty: &str| format!("{ty} id = 1; repeated string tags = 3;");
    let book =
        |ty: &str| format!("optional {ty} note = 2 [(protostore.v1.column) = {{references: {{table: \"notes\"}}}}];");
    let both = |by: Conversion| Said {
        converts: vec![
            (value(&[1]), by.clone()),
            (ColumnId { place: Place { table: 2, path: vec![] }, path: vec![2], role: Role::Value }, by),
        ],
        steps: vec![Step::References],
        ..Said::default()
    };
    let full = |into| Conversion::FullRange { into };
    let old = two("id", &note("uint64"), &book("uint64"));
    let column = "[(protostore.v1.column) = {encoding: FULL_RANGE}]";
    let new = two(
        "id",
        &format!("uint64 id = 1 {column}; repeated string tags = 3;"),
        "optional uint64 note = 2 [(protostore.v1.column) = {encoding: FULL_RANGE references: {table: \"notes\"}}];",
    );
    Case {
        up: both(full(true)),
        down: both(full(false)),
        rows: "INSERT INTO notes VALUES (1), (7); INSERT INTO notes__tags VALUES (7, 0, 't'); \
            INSERT INTO books VALUES ('x', 7), ('y', NULL);",
        after: (
            "SELECT n.id, t.value, b.id FROM notes n JOIN notes__tags t ON t._id = n.id JOIN books b ON b.note = n.id",
            "-9223372036854775801,t,x",
        ),
        back: (
            "SELECT n.id, t.value, b.id FROM notes n JOIN notes__tags t ON t._id = n.id JOIN books b ON b.note = n.id",
            "7,t,x",
        ),
        ..case("key_type", [old, new])
    }
    .check();
    let _ = Number::Integer;
}

#[test]
fn a_table_of_one_row_gets_many() {
    let messages = "message Note { string id = 1; string a = 2; repeated string tags = 3; }";
    let one = schema("Note notes = 1;", messages);
    let many = schema("repeated Note notes = 1 [(protostore.v1.table) = {primary_key: \"id\"}];", messages);
    Case {
        up: said([
            super::guard(true, &[], Test::Zero(value(&[1])), "notes.id is empty"),
            Step::Rekey { place: place(&[]) },
        ]),
        down: said([
            super::guard(true, &[], Test::Several, "notes has several rows"),
            Step::Rekey { place: place(&[]) },
        ]),
        rows: "INSERT INTO notes (id, a) VALUES ('x', 'y'); INSERT INTO notes__tags SELECT *, 0, 't' FROM (SELECT 1);",
        after: ("SELECT id, a, value FROM notes JOIN notes__tags ON _id = id", "x,y,t"),
        back: ("SELECT id, a, value FROM notes, notes__tags", "x,y,t"),
        ..case("one_row", [one, many])
    }
    .check();
}

#[test]
fn a_column_called_rowid_goes_with_its_references() {
    let rowid = |name: &str| {
        let tables = format!(
            "repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: \"{name}\"}}];\n\
             repeated Book books = 2 [(protostore.v1.table) = {{primary_key: \"id\"}}];"
        );
        let note = format!("message Note {{ string {name} = 1; int32 oid = 2; }}");
        schema(
            &tables,
            &format!(
                "{note} message Book {{ string id = 1; \
            string note = 2 [(protostore.v1.column) = {{references: {{table: \"notes\"}}}}]; }}"
            ),
        )
    };
    Case {
        rows: "INSERT INTO notes (rowid, oid) VALUES ('x', 3); INSERT INTO books VALUES ('b', 'x');",
        after: ("SELECT n.name, n.oid, b.note FROM notes n, books b", "x,3,x"),
        back: ("SELECT n.rowid, n.oid, b.note FROM notes n, books b", "x,3,x"),
        ..case("rowid", [rowid("rowid"), rowid("name")])
    }
    .check();
}

#[test]
fn rows_are_numbered_and_counters_go_on() {
    let table =
        |more: &str| format!("repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: \"id\" {more}}}];");
    let old = schema(&table(""), "message Note { string id = 1; string a = 2; }");
    let new = schema(&table("revision: \"etag\""), "message Note { string id = 1; string a = 2; string etag = 3; }");
    Case {
        up: Said {
            fills: vec![(value(&[3]), Fill::Numbered)],
            steps: vec![Step::Count { column: value(&[3]) }],
            ..Said::default()
        },
        rows: "INSERT INTO notes (id, a) VALUES ('b', 'y'), ('a', 'x');",
        after: ("SELECT id, etag, last FROM notes, protostore__sequences ORDER BY id", "a,1,2;b,2,2"),
        back: ("SELECT id, a FROM notes ORDER BY id", "a,x;b,y"),
        ..case("numbers", [old, new])
    }
    .check();
}

#[test]
fn rows_that_are_gone_go_with_what_belongs_to_them() {
    let time = "google.protobuf.Timestamp";
    let tables = |more: &str| {
        format!(
            "repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: \"id\" {more}}}];\n\
             repeated Book books = 2 [(protostore.v1.table) = {{primary_key: \"id\"}}];\n\
             repeated Word words = 3 [(protostore.v1.table) = {{primary_key: \"id\"}}];"
        )
    };
    let messages = format!(
        "message Note {{ string id = 1; {time} end = 2; repeated string tags = 3; }} \
         message Book {{ string id = 1; string note = 2 [(protostore.v1.column) = {{references: {{table: \"notes\" on_delete: CASCADE}}}}]; \
         repeated string pages = 3; }} \
         message Word {{ string id = 1; string book = 2 [(protostore.v1.column) = {{references: {{table: \"books\" on_delete: SET_NULL}}}}]; }}"
    );
    let (old, new) = (schema(&tables("expire: \"end\""), &messages), schema(&tables(""), &messages));
    Case {
        up: said([Step::Sweep { place: place(&[]), rows: Test::Past(value(&[2])) }, Step::References]),
        rows: "INSERT INTO notes (id, end) VALUES ('old', 1), ('new', 9000000000000000000), ('ever', NULL); \
            INSERT INTO notes__tags VALUES ('old', 0, 't'), ('new', 0, 't'); \
            INSERT INTO books (id, note) VALUES ('b', 'old'), ('c', 'new'); INSERT INTO books__pages VALUES ('b', 0, 'p'); \
            INSERT INTO words VALUES ('w', 'b'), ('v', 'c');",
        after: (
            "SELECT (SELECT group_concat(id) FROM notes), (SELECT group_concat(_id) FROM notes__tags), \
             (SELECT group_concat(id) FROM books), (SELECT count(*) FROM books__pages), \
             (SELECT group_concat(id || ifnull(book, '-')) FROM words)",
            "ever,new,new,c,0,w-,vc",
        ),
        ..case("sweep", [old, new])
    }
    .check();
}

#[test]
fn immutable_and_append_only_rows_are_converted() {
    let table =
        |more: &str| format!("repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: \"id\" {more}}}];");
    let note =
        |ty: &str| format!("message Note {{ string id = 1; {ty} a = 2 [(google.api.field_behavior) = IMMUTABLE]; }}");
    let schemas = |ty: &str| schema(&table(""), &note(ty));
    Case {
        up: Said { converts: vec![(value(&[2]), Conversion::Bits32 { signed: false })], ..Said::default() },
        down: Said { converts: vec![(value(&[2]), Conversion::Bits32 { signed: true })], ..Said::default() },
        rows: "INSERT INTO notes VALUES ('x', -1);",
        after: ("SELECT a FROM notes", "4294967295"),
        back: ("SELECT a FROM notes", "-1"),
        ..case("immutable", [schemas("int32"), schemas("uint32")])
    }
    .check();
    let appended =
        |fields: &str| schema(&table("append_only: true"), &format!("message Note {{ string id = 1; {fields} }}"));
    Case {
        up: Said { fills: vec![(value(&[3]), Fill::Sql("'root'".into()))], ..Said::default() },
        rows: "INSERT INTO notes VALUES ('x');",
        after: ("SELECT owner FROM notes", "root"),
        ..case("append_only", [appended(""), appended("string owner = 3 [(google.api.field_behavior) = REQUIRED];")])
    }
    .check();
    let _ = column;
}

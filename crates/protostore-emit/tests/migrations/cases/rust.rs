//! Steps of the run time: a line that says all, and a guard that stops where nobody carried it out.

use protostore_evolve::plan::{Conversion, Place, RustStep, Step};
use protostore_schema::Role;
use refinery_core::{Migration, Runner};
use rusqlite::Connection;

use super::{case, said};
use crate::migrations::run::{Case, answer, fresh, migrate};
use crate::migrations::steps::{Said, column, place, value};
use crate::migrations::store::{notes, notes_of, schema};
use crate::migrations::structure::structure;

/// Runs the way up without carrying the lines out: it stops where there is something to carry out, and only there.
fn needs_the_run_time(case: &Case, some: &str, none: &str) -> String {
    let up = case.migration().up;
    let mut db = fresh(&case.old);
    db.execute_batch(some).unwrap();
    let error = migrate(&mut db, &up).expect_err(&up);
    stops_refinery(case, some, &up);
    let mut db = fresh(&case.old);
    db.execute_batch(none).unwrap();
    migrate(&mut db, &up).unwrap_or_else(|error| panic!("{error}\n{up}"));
    case.check();
    assert_eq!(up.matches("-- protostore: {").count(), 1, "{up}");
    error
}

/// Runs the way up with stock refinery: it stops as well, and has changed nothing.
fn stops_refinery(case: &Case, rows: &str, up: &str) {
    let mut db = fresh(&case.old);
    db.execute_batch(rows).unwrap();
    let migration = Migration::unapplied("V2__change", up).expect("is a migration");
    let all = |db: &Connection| {
        let all = "SELECT group_concat(sql) FROM sqlite_schema WHERE name NOT LIKE '%refinery%'";
        db.query_row(all, [], |row| row.get::<_, String>(0)).expect("a definition")
    };
    let before = all(&db);
    Runner::new(&[migration]).run(&mut db).expect_err(up);
    assert_eq!(all(&db), before);
    let applied = "SELECT count(*) FROM refinery_schema_history";
    assert_eq!(db.query_row(applied, [], |row| row.get::<_, i64>(0)), Ok(0));
}

fn rust(by: RustStep) -> Step {
    Step::Rust { place: place(&[]), by }
}

#[test]
fn bits_and_text() {
    let bits = |into| said([rust(RustStep::Bits { column: value(&[2]), into })]);
    let case = Case {
        up: bits(true),
        down: bits(false),
        ..super::case(
            "bits",
            [notes("double a = 2;"), notes("double a = 2 [(protostore.v1.column) = {encoding: FLOAT_BITS}];")],
        )
    };
    let error = needs_the_run_time(&case, "INSERT INTO notes VALUES ('x', 0.5)", "");
    assert_eq!(error, "notes.a was not written: only protostore carries this out: 1 rows, the first is x");
    let case = Case {
        up: said([rust(RustStep::Text { column: value(&[2]) })]),
        down: Said { converts: vec![(value(&[2]), Conversion::TextToBytes)], ..Said::default() },
        ..super::case("text", [notes("optional bytes a = 2;"), notes("optional string a = 2;")])
    };
    let error =
        needs_the_run_time(&case, "INSERT INTO notes VALUES ('x', x'00')", "INSERT INTO notes VALUES ('x', NULL)");
    assert!(error.starts_with("notes.a was not written"), "{error}");
}

#[test]
fn messages_and_lists_in_one_column() {
    let spec = "message Spec { int32 a = 1; repeated string b = 2; Inner c = 3; map<string, bytes> d = 4; } \
        message Inner { optional double e = 1; }";
    let columns = notes_of("Spec spec = 2; repeated string tags = 3;", spec);
    let stored = |how: &str| {
        let storage = format!("[(protostore.v1.column) = {{storage: {how}}}]");
        notes_of(&format!("Spec spec = 2 {storage}; repeated string tags = 3;"), spec)
    };
    let (encode, decode) = (RustStep::Encode { into: value(&[2]) }, RustStep::Decode { from: value(&[2]) });
    let case =
        Case { up: said([rust(encode)]), down: said([rust(decode)]), ..case("encode", [columns, stored("BYTES")]) };
    let set = "INSERT INTO notes (id, spec, spec__a, spec__c) VALUES ('x', 1, 3, 0)";
    let error = needs_the_run_time(&case, set, "INSERT INTO notes (id) VALUES ('x')");
    assert!(error.starts_with("notes.spec was not written"), "{error}");
    let back = Case {
        name: "decode",
        old: case.new,
        new: case.old,
        up: case.down,
        down: case.up,
        ..super::case("decode", [notes(""), notes("")])
    };
    let error = needs_the_run_time(
        &back,
        "INSERT INTO notes (id, spec) VALUES ('x', x'0803')",
        "INSERT INTO notes (id) VALUES ('x')",
    );
    assert!(error.starts_with("what notes held was not taken apart"), "{error}");
    let list = |how: &str| notes(&format!("repeated string tags = 3 [(protostore.v1.column) = {{storage: {how}}}];"));
    let reform = || said([rust(RustStep::Reform { column: value(&[3]) })]);
    let case = Case { up: reform(), down: reform(), ..super::case("reform", [list("BYTES"), list("JSON")]) };
    let error = needs_the_run_time(&case, "INSERT INTO notes (id, tags) VALUES ('x', x'1a0161')", "");
    assert!(error.starts_with("notes.tags was not written"), "{error}");
}

/// The run time writes a column of the older table; the rebuilt one, its children and what refers to it take it from there.
#[test]
fn a_key_that_the_run_time_writes_is_followed() {
    let table = "repeated Note notes = 1 [(protostore.v1.table) = {primary_key: \"id\"}];";
    let of = |ty: &str| {
        let parent = "[(protostore.v1.column) = {references: {table: \"notes\"}}]";
        schema(table, &format!("message Note {{ {ty} id = 1; repeated string tags = 2; {ty} parent = 3 {parent}; }}"))
    };
    let text = rust(RustStep::Text { column: value(&[1]) });
    let case = Case { up: said([text, Step::References]), ..case("key_by_rust", [of("bytes"), of("string")]) };
    let up = case.migration().up;
    crate::migrations::forms::check("key_by_rust", &up);
    let (before, rest) = up.split_once("-- protostore: {\"text\":").unwrap();
    let rest = rest.split_once('\n').unwrap().1;
    let by_hand = format!("{before}UPDATE notes SET protostore__1 = CAST(id AS TEXT);\n{rest}");
    let mut db = fresh(&case.old);
    let rows = "INSERT INTO notes (id, parent) VALUES (x'61', NULL), (x'62', x'61'); INSERT INTO notes__tags VALUES (x'62', 0, 't')";
    db.execute_batch(rows).unwrap();
    migrate(&mut db, &by_hand).unwrap_or_else(|error| panic!("{error}\n{by_hand}"));
    assert_eq!(structure(&db), structure(&fresh(&case.new)));
    let found = answer(&db, "SELECT n.id, n.parent, t.value FROM notes n LEFT JOIN notes__tags t ON t._id = n.id");
    assert_eq!(found, "a,NULL,NULL;b,a,t", "{by_hand}");
    let error = migrate(
        &mut {
            let db = fresh(&case.old);
            db.execute_batch(rows).unwrap();
            db
        },
        &up,
    )
    .unwrap_err();
    assert!(error.starts_with("notes.id was not written"), "{error}");
}

/// A line that counts changes nothing, so that SQL alone goes on without it.
#[test]
fn rows_that_break_a_pattern_are_counted() {
    let case = Case {
        up: said([Step::Report { column: value(&[2]) }]),
        rows: "INSERT INTO notes VALUES ('x', 'B'), ('y', 'b');",
        after: ("SELECT * FROM notes", "x,B;y,b"),
        back: ("SELECT * FROM notes", "x,B;y,b"),
        ..case(
            "report",
            [notes("string a = 2;"), notes("string a = 2 [(buf.validate.field).string.pattern = \"^[a-z]*$\"];")],
        )
    };
    let up = case.migration().up;
    assert!(
        up.contains("\n-- protostore: {\"report\":{\"table\":\"notes\",\"key\":[\"id\"],\"column\":\"a\","),
        "{up}"
    );
    case.check();
}

/// As the line above, with the message around the list where there is one.
#[test]
fn lists_that_break_how_many_elements_there_may_be_are_counted() {
    let list = |rules: &str| notes(&format!("In inside = 2; }} message In {{ repeated string tags = 1 {rules};"));
    let case = Case {
        up: said([Step::ReportLists { place: Place { table: 1, path: vec![2, 1] } }]),
        rows: "INSERT INTO notes VALUES ('x', 1); INSERT INTO notes__inside__tags VALUES ('x', 0, 'a'), ('x', 1, 'a');",
        after: ("SELECT count(*) FROM notes__inside__tags", "2"),
        back: ("SELECT count(*) FROM notes__inside__tags", "2"),
        ..case(
            "report_lists",
            [list(""), list("[(buf.validate.field).repeated = {min_items: 2 max_items: 5 unique: true}]")],
        )
    };
    let up = case.migration().up;
    let line = "\n-- protostore: {\"lists\":{\"table\":\"notes\",\"key\":[\"id\"],\"within\":\"inside\",\"of\":\"notes__inside__tags\",\
                \"owner\":[\"_id\"],\"field\":\"notes.tags\",\"least\":2,\"most\":5,\"unique\":\"value\"}}\n";
    assert!(up.contains(line), "{up}");
    case.check();
}

#[test]
fn a_hash_chain_begins() {
    let table = |more: &str| {
        format!("repeated Note notes = 1 [(protostore.v1.table) = {{primary_key: \"id\" append_only: true {more}}}];")
    };
    let key = "uint64 id = 1 [(protostore.v1.column) = {generated: SEQUENCE}];";
    let old = schema(&table(""), &format!("message Note {{ {key} string a = 2; repeated string b = 3; }}"));
    let new = schema(
        &table("hash_chain: \"hash\""),
        &format!("message Note {{ {key} string a = 2; repeated string b = 3; bytes hash = 4; }}"),
    );
    let chain = RustStep::Chain { column: value(&[4]) };
    let case = Case { up: said([rust(chain)]), ..case("chain", [old, new]) };
    let error = needs_the_run_time(&case, "INSERT INTO notes (id, a) VALUES (1, 'x')", "");
    assert_eq!(error, "notes.hash has no hash: 1 rows, the first is 1");
    let _ = (column(&[], &[], Role::Value), Conversion::Same);
}

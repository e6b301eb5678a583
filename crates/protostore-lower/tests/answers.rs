//! `backfill` and `dropped`: what lowering hands to evolution, and that neither is a part of the schema.

use protostore_lower::{Backfill, Diagnostics, Inputs, Lowered, compile, lower, lower_after};
use protostore_schema::{Role, Schema};

fn lowered(table: &str, messages: &str, versions: Option<&[Schema]>) -> Result<Lowered, Diagnostics> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let text = format!(
        "syntax = \"proto3\";\npackage a.v1;\n\
         import \"google/api/field_behavior.proto\";\nimport \"protostore/v1/options.proto\";\n\
         message S {{ option (protostore.v1.store) = {{}}; \
         repeated Cell cells = 4 [(protostore.v1.table) = {{primary_key: \"name\" {table}}}]; }}\n{messages}"
    );
    std::fs::write(dir.path().join("s.proto"), text).expect("a file");
    let compiled = compile(&Inputs { includes: vec![dir.path().to_owned()], files: vec![dir.path().join("s.proto")] })?;
    let versions = versions.map(|versions| versions.iter().collect::<Vec<_>>());
    lower_after(&compiled, "a.v1.S", versions.as_deref())
}

fn schema(messages: &str) -> Schema {
    lowered("", messages, Some(&[])).unwrap_or_else(|problems| panic!("{}", problems.render_plain())).schema
}

fn problems(table: &str, messages: &str, versions: &[Schema]) -> String {
    lowered(table, messages, Some(versions)).expect_err("a mistake").render_plain()
}

const OLD: &str = "message Cell { string name = 1; Cpuset cpuset = 3; repeated Cpuset more = 5; map<string, Cpuset> by = 6; } \
                   message Cpuset { string mems = 1; string part = 3; Cpuset below = 4 \
                   [(protostore.v1.column) = {storage: BYTES}]; }";
const NEW: &str = "message Cell { string name = 1; Cpuset cpuset = 3; repeated Cpuset more = 5; map<string, Cpuset> by = 6; } \
                   message Cpuset { string mems = 1; Cpuset below = 4 [(protostore.v1.column) = {storage: BYTES}]; }";

#[test]
fn a_backfill_is_of_a_column_and_no_part_of_the_schema() {
    let with = "message Cell { string name = 1; \
                string owner = 2 [(protostore.v1.column) = {backfill: {sql: \"'root'\"}}]; \
                Cpuset cpuset = 3 [(protostore.v1.column) = {backfill: {sql: \"1\"}}]; \
                repeated Cpuset more = 5; } message Cpuset { string mems = 1; }";
    let table = "column: {field: \"more.mems\" backfill: {sql: \"'0'\"}}";
    let found = lowered(table, with, Some(&[])).unwrap_or_else(|problems| panic!("{}", problems.render_plain()));
    let seen: Vec<_> = found.backfills.iter().map(|b| (&*b.name, &*b.place, &*b.path, b.role, &*b.sql)).collect();
    let (none, more): (&[u32], &[u32]) = (&[], &[5]);
    assert_eq!(
        seen,
        [
            ("cells.owner", none, &[2][..], Role::Value, "'root'"),
            ("cells.cpuset", none, &[3], Role::Presence, "1"),
            ("cells.more.mems", more, &[5, 1], Role::Value, "'0'"),
        ]
    );
    assert_eq!((found.backfills[0].table, found.backfills[0].source.line), (4, 6));
    let places = found.backfills.iter().map(|of| {
        let table = &found.schema.tables[0];
        let columns = match table.descendants().into_iter().find(|child| child.path == of.place) {
            Some(child) => child.item_columns(),
            None => table.columns(),
        };
        columns.iter().any(|column| column.path == of.path && column.role == of.role)
    });
    assert!(places.eq([true, true, true]), "each is of a column of the schema");

    let mut without = with.to_owned();
    while let Some(at) = without.find(" [(protostore.v1.column)") {
        let end = at + without[at..].find(';').expect("an end");
        without.replace_range(at..end, "");
    }
    assert_eq!(schema(&without).to_snapshot(), found.schema.to_snapshot());
}

#[test]
fn a_hook_is_of_a_field_or_a_table_and_no_part_of_the_schema() {
    let with = "message Cell { string name = 1; \
                string owner = 2 [(protostore.v1.column) = {backfill: {rust: \"owner\"}}]; \
                Cpuset cpuset = 3 [(protostore.v1.column) = {backfill: {rust: \"cpuset\"}}]; } \
                message Cpuset { string mems = 1 [(protostore.v1.column) = {backfill: {rust: \"mems\"}}]; }";
    let found = lowered("backfill: {rust: \"cells\"}", with, Some(&[]));
    let found = found.unwrap_or_else(|problems| panic!("{}", problems.render_plain()));
    let seen: Vec<_> = found.hooks.iter().map(|hook| (&*hook.name, &*hook.path, &*hook.method)).collect();
    let (none, mems): (&[u32], &[u32]) = (&[], &[3, 1]);
    let expected = [("cells", none, "cells"), ("cells.owner", &[2], "owner"), ("cells.cpuset", &[3], "cpuset")];
    assert_eq!(seen, [&expected[..], &[("cells.cpuset.mems", mems, "mems")]].concat());
    assert!(found.backfills.is_empty());
    let without =
        "message Cell { string name = 1; string owner = 2; Cpuset cpuset = 3; } message Cpuset { string mems = 1; }";
    assert_eq!(schema(without).to_snapshot(), found.schema.to_snapshot());
    assert_eq!(found.hooks_left_behind(&schema(without)).len(), 3, "each field has its value");
    assert!(found.hooks_left_behind(&schema("message Cell { string name = 1; }")).is_empty());
}

#[test]
fn a_backfill_is_left_behind_once_its_column_is_as_it_asks() {
    let field = |behavior: &str| {
        format!(
            "message Cell {{ string name = 1; optional string owner = 2 [{behavior}(protostore.v1.column) = {{backfill: {{sql: \"'root'\"}}}}]; }}"
        )
    };
    let now = lowered("", &field("(google.api.field_behavior) = REQUIRED, "), Some(&[])).expect("a store");
    let left =
        |older: &Schema| now.left_behind(older).into_iter().map(|b: &Backfill| b.name.clone()).collect::<Vec<_>>();
    assert!(left(&schema("message Cell { string name = 1; }")).is_empty(), "the column is added");
    assert!(left(&schema(&field(""))).is_empty(), "the column becomes required");
    assert_eq!(left(&now.schema), ["cells.owner"]);
}

#[test]
fn a_backfill_of_a_message_in_a_table_of_its_own_says_whether_it_is_set() {
    let field = |behavior: &str| {
        let storage = "storage: CHILD_TABLE backfill: {sql: \"true\"}";
        let field = format!("Cpuset cpuset = 3 [{behavior}(protostore.v1.column) = {{{storage}}}];");
        format!("message Cell {{ string name = 1; {field} }} message Cpuset {{ string mems = 1; }}")
    };
    let now = lowered("", &field("(google.api.field_behavior) = REQUIRED, "), Some(&[])).expect("a store");
    let [of] = &now.backfills[..] else { panic!("{:?}", now.backfills) };
    assert_eq!((&of.place[..], &of.path[..], of.role), (&[3][..], &[3][..], Role::Presence));
    assert!(now.left_behind(&schema(&field(""))).is_empty(), "the message becomes required");
    assert_eq!(now.left_behind(&now.schema).len(), 1);
}

#[test]
fn what_is_dropped_was_in_a_version_and_is_gone() {
    let older = [schema(OLD), schema(NEW)];
    let paths = |table: &str, versions: Option<&[Schema]>| {
        let found = lowered(table, NEW, versions).unwrap_or_else(|problems| panic!("{}", problems.render_plain()));
        assert!(found.dropped.iter().all(|of| of.table == 4));
        found.dropped.into_iter().map(|of| of.path).collect::<Vec<_>>()
    };
    let one = "dropped: {path: [3, 3] field: \"cpuset.part\"}";
    assert_eq!(paths(one, Some(&older)), [[3, 3]]);
    assert_eq!(paths(one, Some(&older[..1])), [[3, 3]]);
    assert_eq!(paths(one, None), [[3, 3]]);

    // Wherever the message occurs, also inside of what is stored as bytes; what contains itself once.
    let each = "dropped: {message: \"a.v1.Cpuset\" path: 3 field: \"part\"}";
    let all: [&[u32]; 6] = [&[3, 3], &[3, 4, 3], &[5, 3], &[5, 4, 3], &[6, 2, 3], &[6, 2, 4, 3]];
    assert_eq!(paths(each, Some(&older)), all);
    assert_eq!(paths(each, None), all);

    let never = problems(one, NEW, &older[1..]);
    assert!(never.contains("no version of `cells` has the field 3.3, `cpuset.part` [protostore::P1002]"), "{never}");
    let other = problems("dropped: {path: [3, 3] field: \"cpuset.partition\"}", NEW, &older);
    assert!(other.contains("was called `cpuset.part`, not `cpuset.partition` [protostore::P1002]"), "{other}");
    let there = problems(one, OLD, &older);
    assert!(there.contains("`a.v1.Cpuset` still has the field `part`, number 3 [protostore::P1001]"), "{there}");
}

#[test]
fn a_store_without_a_version_drops_nothing() {
    let never = problems("dropped: {path: 9 field: \"owner\"}", NEW, &[]);
    assert!(never.contains("[protostore::P1002]"), "{never}");
}

#[test]
fn paths_have_names() {
    let schema = schema(OLD);
    for (path, names) in [
        (&[1][..], Some("name")),
        (&[3, 4, 4, 1], Some("cpuset.below.below.mems")),
        (&[6, 1], Some("by.key")),
        (&[6, 2, 3], Some("by.value.part")),
        (&[1, 1], None),
        (&[9], None),
    ] {
        assert_eq!(schema.path_names(4, path).as_deref(), names, "{path:?}");
    }
    assert_eq!(schema.path_names(5, &[1]), None);
    let _: fn(&protostore_lower::Compiled, &str) -> Result<Schema, Diagnostics> = lower;
}

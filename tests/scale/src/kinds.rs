//! The kinds of steps: a store, and what is edited in it.

/// The store that each kind begins with: machines with tags, and where they are.
pub(crate) const STORE: &str = r#"syntax = "proto3";
package lab;
import "buf/validate/validate.proto";
import "google/api/field_behavior.proto";
import "protostore/v1/options.proto";

message LabStore {
  option (protostore.v1.store) = {name: "lab"};
  repeated Machine machines = 1 [(protostore.v1.table) = {primary_key: "id"}];
  repeated Site sites = 2 [(protostore.v1.table) = {primary_key: "id"}];
}

message Machine {
  string id = 1;
  string title = 2;
  int64 size = 3;
  optional string owner = 4;
  string site = 5 [(protostore.v1.column) = {references: {table: "sites"}}];
  Disk disk = 6;
  repeated string tags = 7;
  Disk spare = 8 [(protostore.v1.column) = {storage: JSON}];
}

message Disk {
  string image = 1;
  int64 size_mb = 2;
}

message Site {
  string id = 1;
}
"#;

/// Rows of it, so many machines.
pub(crate) fn rows(machines: u64) -> String {
    format!(
        r#"INSERT INTO "sites" VALUES ('north'), ('south');
WITH RECURSIVE "up"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "up" WHERE "n" < {machines})
INSERT INTO "machines" ("id", "title", "size", "owner", "site", "disk", "disk__image", "disk__size_mb", "spare")
SELECT printf('machine-%08d', "n"), printf('title of %08d', "n"), "n" % 100000, printf('owner of %08d', "n"),
  iif("n" % 2, 'north', 'south'), 1, 'images/alpine.img', "n" % 1000, '{{"image":"images/spare.img","sizeMb":"' || "n" || '"}}'
FROM "up";
INSERT INTO "machines__tags" SELECT "id", 0, 'first of ' || "id" FROM "machines";
INSERT INTO "machines__tags" SELECT "id", 1, 'second of ' || "id" FROM "machines";
"#
    )
}

/// A kind of step.
pub(crate) struct Kind {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    /// What is written in place of what.
    pub(crate) edits: &'static [(&'static str, &'static str)],
}

const fn kind(name: &'static str, edits: &'static [(&'static str, &'static str)]) -> Kind {
    Kind { name, edits }
}

/// All of them.
pub(crate) const KINDS: [Kind; 17] = [
    kind("field renamed", &[("string title = 2;", "string label = 2;")]),
    kind("field added", &[("string title = 2;", "string title = 2;\n  int64 weight = 20;")]),
    kind(
        "required field added, filled by SQL",
        &[(
            "string title = 2;",
            "string title = 2;\n  string place = 20 [(google.api.field_behavior) = REQUIRED, (protostore.v1.column) = {backfill: {sql: \"site\"}}];",
        )],
    ),
    kind("field dropped", &[("  int64 size = 3;\n", "  reserved 3; reserved \"size\";\n")]),
    kind("list dropped", &[("  repeated string tags = 7;\n", "  reserved 7; reserved \"tags\";\n")]),
    kind(
        "table dropped",
        &[(
            "  repeated Machine machines = 1 [(protostore.v1.table) = {primary_key: \"id\"}];\n",
            "  reserved 1; reserved \"machines\";\n",
        )],
    ),
    kind("range narrowed", &[("int64 size = 3;", "int32 size = 3;")]),
    kind("column of another type", &[("string title = 2;", "bytes title = 2;")]),
    kind(
        "another key, table and list rebuilt",
        &[("primary_key: \"id\"}];\n  repeated Site", "primary_key: \"title\"}];\n  repeated Site")],
    ),
    kind(
        "index made",
        &[(
            "primary_key: \"id\"}];\n  repeated Site",
            "primary_key: \"id\" index: {fields: \"title\"}}];\n  repeated Site",
        )],
    ),
    kind("unique index made", &[("string title = 2;", "string title = 2 [(protostore.v1.column) = {unique: true}];")]),
    kind(
        "message moved to a side table",
        &[("Disk disk = 6;", "Disk disk = 6 [(protostore.v1.column) = {storage: CHILD_TABLE}];")],
    ),
    kind("value becomes a list", &[("optional string owner = 4;", "repeated string owner = 4;")]),
    kind(
        "message encoded as JSON, by the run time",
        &[("Disk disk = 6;", "Disk disk = 6 [(protostore.v1.column) = {storage: JSON}];")],
    ),
    kind(
        "message decoded from JSON, by the run time",
        &[("Disk spare = 8 [(protostore.v1.column) = {storage: JSON}];", "Disk spare = 8;")],
    ),
    kind(
        "pattern added, rows that break it counted",
        &[("string title = 2;", "string title = 2 [(buf.validate.field).string.pattern = \"^title\"];")],
    ),
    kind(
        "method of the program called for each row",
        &[(
            "string title = 2;",
            "string title = 2;\n  string place = 20 [(google.api.field_behavior) = REQUIRED, (protostore.v1.column) = {backfill: {rust: \"machine_place\"}}];",
        )],
    ),
];

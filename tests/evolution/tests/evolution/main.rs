//! Upgrades, shown: each change in each place, random chains of changes, upgrades that stop in the middle, and faults
//! that are planted on purpose and found.
//!
//! Protos go through the generator's own stages to a migration, which runs over rows that the model's interpreter wrote.
//! What they must be afterwards is said by protobuf's bytes and by a conversion that knows nothing of the generator.

#[path = "../../../tests/shapes/asked.rs"]
mod asked;
#[path = "../../../tests/interpreter/bytes.rs"]
mod bytes;
#[path = "../../../../crates/protostore-build/src/canonical.rs"]
mod canonical;
#[path = "../../../tests/interpreter/document.rs"]
mod document;
#[path = "../../../tests/shapes/drawer.rs"]
mod drawer;
#[path = "../../../tests/interpreter/json.rs"]
mod json;
#[path = "../../../tests/interpreter/keys.rs"]
mod keys;
#[path = "../../../tests/shapes/random.rs"]
#[allow(dead_code, reason = "rows are drawn by their options")]
mod random;
#[path = "../../../tests/shapes/same.rs"]
mod same;
#[path = "../../../../crates/protostore-build/src/sql.rs"]
mod sql;
#[path = "../../../../crates/protostore-build/src/structure.rs"]
#[allow(dead_code, reason = "structures are compared whole")]
mod structure;
#[path = "../../../tests/interpreter/table/mod.rs"]
mod table;
#[path = "../../../tests/interpreter/values.rs"]
mod values;
#[path = "../../../tests/shapes/wild.rs"]
mod wild;

mod chains;
mod complaints;
mod entries;
mod inside;
mod kills;
mod lab;
mod listed;
mod matrix;
mod mutants;
mod pitfalls;

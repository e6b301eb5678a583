//! A store from the text of a proto, by the generator's own stages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};
use protostore_emit::{Constraint, Statement};
use protostore_evolve::plan::{Answers, ColumnId, Place};
use protostore_lower::{Inputs, Lowered, compile, lower_after};
use protostore_schema::Schema;

use crate::asked::Asks;
use crate::json::Names;
use crate::structure::Structure;

/// What a file begins with, unless it says another syntax.
const SYNTAX: &str = "syntax = \"proto3\";\n";

/// What a file may import, and the words that need it.
const IMPORTS: [(&str, &[&str]); 10] = [
    ("google/api/field_behavior.proto", &["google.api.field_behavior"]),
    ("google/protobuf/any.proto", &["google.protobuf.Any"]),
    ("google/protobuf/duration.proto", &["google.protobuf.Duration"]),
    ("google/protobuf/empty.proto", &["google.protobuf.Empty"]),
    ("google/protobuf/field_mask.proto", &["google.protobuf.FieldMask"]),
    ("google/protobuf/struct.proto", &["google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue"]),
    ("google/protobuf/timestamp.proto", &["google.protobuf.Timestamp"]),
    (
        "google/protobuf/wrappers.proto",
        &["StringValue", "BytesValue", "BoolValue", "32Value", "64Value", "FloatValue", "DoubleValue"],
    ),
    ("buf/validate/validate.proto", &["buf.validate"]),
    ("protostore/v1/options.proto", &["protostore.v1"]),
];

/// One version of a store.
pub(crate) struct Store {
    /// The whole file.
    pub(crate) text: String,
    pub(crate) schema: Schema,
    /// What the protos answer by themselves: `backfill` and `dropped`.
    pub(crate) answers: Answers,
    /// The encoded descriptors, as generated code has them.
    pub(crate) descriptors: Vec<u8>,
    /// The store message, of whose fields each is a table.
    pub(crate) tables: MessageDescriptor,
    pub(crate) statements: BTreeMap<String, Statement>,
    pub(crate) constraints: Vec<Constraint>,
    /// The whole schema.
    pub(crate) sql: String,
    /// What earlier versions called what this one holds.
    pub(crate) names: Names,
    /// What a database of the whole schema consists of.
    pub(super) structure: OnceLock<Structure>,
}

impl Store {
    /// Compiles and lowers the body of a file, which has one store message; or says why not.
    pub(crate) fn new(body: &str) -> Result<Self, String> {
        let (syntax, body) = match body.split_once('\n') {
            Some((syntax, body)) if syntax.starts_with("syntax") => (format!("{syntax}\n"), body),
            _ => (SYNTAX.to_owned(), body),
        };
        let mut text = syntax + "package lab;\n";
        for (import, _) in IMPORTS.iter().filter(|(_, words)| words.iter().any(|word| body.contains(word))) {
            let _ = writeln!(text, "import \"{import}\";");
        }
        text.push_str(body);
        let folder = tempfile::tempdir().expect("a temporary directory");
        let file = folder.path().join("lab.proto");
        std::fs::write(&file, &text).expect("a proto file");
        let inputs = Inputs { includes: vec![folder.path().to_path_buf()], files: vec![file] };
        let failed = |why: protostore_lower::Diagnostics| format!("{text}\n{}", why.render_plain());
        let compiled = compile(&inputs).map_err(failed)?;
        let stores = compiled.stores();
        let [store] = &stores[..] else { return Err(format!("{text}\nhas the stores {stores:?}")) };
        let lowered = lower_after(&compiled, store, None).map_err(failed)?;
        let answers = answers(&lowered);
        let descriptors = compiled.descriptor_set(&lowered.schema);
        Ok(Self::of(text, lowered.schema, answers, descriptors))
    }

    fn of(text: String, schema: Schema, answers: Answers, descriptors: Vec<u8>) -> Self {
        let pool = DescriptorPool::decode(descriptors.as_slice()).expect("descriptors");
        let tables = pool.get_message_by_name(&schema.store).expect("the store is among its descriptors");
        let statements = protostore_emit::statements(&schema).into_iter().map(|s| (s.name.clone(), s)).collect();
        let constraints = protostore_emit::constraints(&schema);
        let sql = protostore_emit::schema_sql(&schema, "cargo xtask codegen");
        let (names, structure) = (Names::default(), OnceLock::new());
        Self { text, schema, answers, descriptors, tables, statements, constraints, sql, names, structure }
    }

    /// Returns the same store as the second mapping has it, which these tests alone know.
    pub(crate) fn by_second_mapping(self) -> Self {
        let Self { text, mut schema, answers, descriptors, .. } = self;
        super::mapping::second(&mut schema);
        Self::of(text, schema, answers, descriptors)
    }

    /// Learns the names of an earlier version, which JSON that it stored has.
    pub(crate) fn after(mut self, older: &Self) -> Self {
        self.names.learn(&older.tables, &self.tables);
        self
    }

    /// Returns the message of a table's records.
    pub(crate) fn record(&self, table: u32) -> Option<MessageDescriptor> {
        let kind = self.tables.get_field(table)?.kind();
        kind.as_message().cloned()
    }

    /// Returns what a table asks of the fields of its record.
    pub(crate) fn asks(&self, table: u32) -> Asks {
        Asks::of_table(&self.tables.get_field(table).expect("a table is a field of the store"))
    }
}

/// Returns the answers of the protos as evolution takes them.
fn answers(lowered: &Lowered) -> Answers {
    let backfills = lowered.backfills.iter().map(|of| {
        let place = Place { table: of.table, path: of.place.clone() };
        (ColumnId { place, path: of.path.clone(), role: of.role }, of.sql.clone())
    });
    let dropped = lowered.dropped.iter().map(|of| (of.table, of.path.clone(), of.field.clone()));
    Answers { backfills: backfills.collect(), dropped: dropped.collect(), ..Answers::default() }
}

//! Emits SQL, Rust and pages from a schema.
//!
//! Everything that could be refused was refused while lowering, so emission cannot fail, and it touches neither disk nor
//! environment: [`emit`] is a function from a schema and its history to the text of files.

mod describe;
mod evolve;
mod markup;
mod page;
mod picture;
mod plan;
mod rust;
mod sample;
mod says;
mod site;
mod sql;

use std::collections::BTreeMap;

use protostore_evolve::plan::Hook;
use protostore_schema::Schema;

pub use describe::{describe, describe_table};
pub use evolve::{Migration, migration, objects, passes};
pub use plan::Statement;
pub use protostore_sql::Dialect;
pub use site::{SiteStore, SiteVersion, site};

/// The files of a generated crate, by path below its directory.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a generated crate is made from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The command that writes the files, as they name it: `cargo protostore codegen`.
    pub command: &'a str,
    /// The schema today.
    pub schema: &'a Schema,
    /// Full names that the store message had before, oldest first.
    pub formerly: &'a [String],
    /// Every version of the schema, oldest first; never empty.
    pub versions: &'a [Version<'a>],
    /// The prost messages and tonic stubs, by path below `src/proto/`.
    pub stubs: &'a BTreeMap<String, String>,
    /// Whether the stubs hold services, so that the crate has the feature `grpc`.
    pub services: bool,
    /// The packages whose messages other crates have.
    pub external: &'a [String],
    /// The encoded descriptors of the messages and services, for reflection.
    pub descriptors: &'a [u8],
    /// The run-time crate as a Cargo dependency: `version = "0.1.0"`, `path = "../../crates/protostore"`.
    pub run_time: &'a str,
    /// The default features of the crate, of which it takes those that it has; `sqlcipher` where none is named.
    pub features: &'a [String],
    /// Further dependencies in Cargo's words, without braces.
    pub dependencies: &'a BTreeMap<String, String>,
    /// The licence of the crate as an SPDX expression, where its owner chose one: `MIT`.
    pub license: Option<&'a str>,
    /// The version of the tool, by which a check tells its own files from those of another.
    pub generator: &'a str,
}

/// One version of a store's schema, with the texts that the lock chains.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// From 1, without gaps.
    pub number: u32,
    /// What changed, in snake_case: `initial`.
    pub slug: &'a str,
    /// The version of the data, and of the generated crate.
    pub semver: &'a str,
    /// The schema as it was then, with the comments that it had.
    pub schema: &'a Schema,
    /// The SQL that leads to this version from the one before; of the first version, [`first_migration`]. None of a version
    /// that was dropped.
    pub up: Option<&'a str>,
    /// The SQL that leads back to the version before; the first version has none, nor one that was dropped.
    pub down: Option<&'a str>,
    /// What the way back loses, each as the end of a sentence.
    pub loses: &'a [String],
    /// SHA-256 over the chain of the version before and what this version is, in hex.
    pub chain: &'a str,
    /// The methods of the program that upgrades to this version call.
    pub hooks: &'a [Hook],
    /// The oldest version whose program may read a file of this version.
    pub reader: u32,
    /// The oldest version whose program may write a file of this version.
    pub writer: u32,
    /// Of a version that was dropped: the version whose program upgrades its files.
    pub until: Option<u32>,
    /// The snapshot of the schema.
    pub snapshot: &'a str,
}

impl Version<'_> {
    /// Returns the path of the version's migration below the crate's directory.
    #[must_use]
    pub fn migration_path(&self) -> String {
        protostore_evolve::migration_path("sqlite", self.number, self.slug)
    }

    /// Returns the path of the way back, below the crate's directory.
    #[must_use]
    pub fn down_path(&self) -> String {
        protostore_evolve::down_path("sqlite", self.number, self.slug)
    }

    /// Returns the path of the version's snapshot below the crate's directory.
    #[must_use]
    pub fn snapshot_path(&self) -> String {
        protostore_evolve::snapshot_path(self.number)
    }
}

/// A named CHECK, and what a refusal by it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// SQL name of the table.
    pub table: String,
    /// Its name, unique in the table.
    pub name: String,
    /// The path of the field that it guards; empty where it concerns the whole record.
    pub field: String,
    /// What a value must be, after the field's name: `must not be empty`.
    pub says: String,
}

/// Returns every file of the generated crate but `schema.lock` and the plans, which say how its versions came about.
///
/// # Panics
/// If `versions` is empty.
#[must_use]
pub fn emit(input: &Input<'_>) -> Files {
    let plan = plan::Plan::of(input.schema, plan::DIALECTS);
    let mut files = Files::new();
    let mut add = |path: String, text: String| {
        files.insert(path, text.into_bytes());
    };
    add(".gitattributes".into(), page::attributes(input.command));
    add("Cargo.toml".into(), page::manifest(input));
    add("README.md".into(), page::readme(input));
    add("schema.svg".into(), picture::file(input.schema, input.command));
    add("schema.sqlite.sql".into(), schema_sql(input.schema, input.command));
    for version in input.versions {
        if let Some(up) = version.up {
            add(version.migration_path(), up.to_owned());
        }
        if let Some(down) = version.down {
            add(version.down_path(), down.to_owned());
        }
        add(version.snapshot_path(), version.snapshot.to_owned());
    }
    for (path, text) in rust::emit(input, &plan) {
        add(format!("src/{path}"), text);
    }
    for (path, text) in rust::upgrade_tests(input) {
        add(path, text);
    }
    for (path, text) in input.stubs {
        add(format!("src/proto/{path}"), text.clone());
    }
    files.insert("src/proto/descriptors.bin".into(), input.descriptors.to_vec());
    files
}

/// Returns the whole schema as SQL for SQLite: tables, child tables, indexes and views. `command` is what its first line names.
#[must_use]
pub fn schema_sql(schema: &Schema, command: &str) -> String {
    sql::schema(schema, command)
}

/// Returns the SQL of the first version: the whole schema. `command` is what its first line names.
#[must_use]
pub fn first_migration(schema: &Schema, command: &str) -> String {
    sql::first_migration(schema, command)
}

/// Returns the definitions of the schema in a dialect, in the order in which a database takes them: tables, indexes,
/// triggers and views. Each ends with a semicolon and a line break.
#[must_use]
pub fn definitions(schema: &Schema, dialect: Dialect) -> Vec<String> {
    dialect.print_ddl(&sql::groups(schema).concat())
}

/// Returns every statement that the generated crate holds, by slot, in every dialect.
#[must_use]
pub fn statements(schema: &Schema) -> Vec<Statement> {
    plan::Plan::of(schema, plan::EVERY_DIALECT).into_statements()
}

/// Returns every statement that the generated crate holds, by slot, in some dialects.
#[must_use]
pub fn statements_in(schema: &Schema, dialects: &'static [Dialect]) -> Vec<Statement> {
    plan::Plan::of(schema, dialects).into_statements()
}

/// Returns rows of a schema's model as a script, as the tests of its upgrades have them: a line for each row, and before
/// those of a kind a comment, `-- kind 0`. The test that inserts them leaves out a row that a constraint rejects.
#[must_use]
pub fn sample_rows(schema: &Schema, version: u32, command: &str) -> String {
    sample::SampleRows::new(schema, None).script(version, command)
}

/// Returns every named CHECK of the schema, with what a refusal by it says.
#[must_use]
pub fn constraints(schema: &Schema) -> Vec<Constraint> {
    schema.tables.iter().flat_map(sql::constraints).collect()
}

/// Returns the names of the readable views.
#[must_use]
pub fn views(schema: &Schema) -> Vec<String> {
    sql::views(schema)
}

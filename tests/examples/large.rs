//! How long a large store takes from proto to SQLite, stage by stage, and how much memory; and, as a measure, how long
//! prost takes to write the messages of the same protos.
//!
//! `cargo run --package protostore-tests --example large -- [TABLES] [FIELDS]`; 1,000 tables of 200 fields unless told.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

use protostore_emit::{Input, Version};
use protostore_lower::{Inputs, compile, lower};

/// One field in so many is a reference to the table before, a list, or a message of three fields.
const SPECIAL: usize = 20;

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (tables, fields) = (sizes.next().unwrap_or(1_000), sizes.next().unwrap_or(200));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let files = write(folder.path(), tables, fields);
    println!("{tables} tables, {fields} fields each");

    let (_, compiled) = timed("compile", || {
        let inputs =
            Inputs { includes: vec![folder.path().to_path_buf()], files: vec![folder.path().join("store.proto")] };
        compile(&inputs).unwrap_or_else(|e| panic!("{}", e.render_plain()))
    });
    let (_, schema) =
        timed("lower", || lower(&compiled, "large.LargeStore").unwrap_or_else(|e| panic!("{}", e.render_plain())));
    let (files_of_messages, descriptors) = (compiled.message_files(&schema).file, compiled.descriptor_set(&schema));
    let (prost, stubs) = timed("messages by prost", || {
        protostore_stubs::emit(
            &files_of_messages,
            &compiled.service_names(&schema),
            &descriptors,
            "cargo xtask codegen",
            &protostore_stubs::StubOptions::default(),
        )
        .unwrap_or_else(|e| panic!("{e}"))
    });
    let (own, emitted) = timed("emit", || {
        let command = "cargo xtask codegen";
        let (up, snapshot) = (protostore_emit::first_migration(&schema, command), schema.to_snapshot());
        let version = Version {
            number: 1,
            slug: "initial",
            semver: "0.1.0",
            schema: &schema,
            up: Some(&up),
            down: None,
            loses: &[],
            chain: "",
            hooks: &[],
            reader: 1,
            writer: 1,
            until: None,
            snapshot: &snapshot,
        };
        protostore_emit::emit(&Input {
            schema: &schema,
            formerly: &[],
            versions: &[version],
            stubs: &BTreeMap::new(),
            services: false,
            external: &[],
            descriptors: &[],
            run_time: "version = \"0.1.0\"",
            features: &[],
            dependencies: &BTreeMap::new(),
            license: None,
            generator: "0.0.0",
            command,
        })
    });
    let sql = protostore_emit::schema_sql(&schema, "cargo xtask codegen");
    let db = rusqlite::Connection::open_in_memory().expect("a database in memory");
    timed("create in SQLite", || db.execute_batch(&sql).expect("SQLite accepts the schema"));
    let statements = protostore_emit::statements(&schema);
    timed("prepare every statement", || {
        for statement in &statements {
            db.prepare(&statement.sql(protostore_emit::Dialect::Sqlite))
                .unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
    });
    let bytes: usize = emitted.values().map(Vec::len).sum();
    let messages: usize = stubs.files.values().map(String::len).sum();
    let rate = |bytes: usize, seconds: f64| bytes as f64 / seconds / 1e6;
    println!(
        "{:.1} MB a second, where prost writes {:.1}; {:.1} times the time for {:.1} times the text",
        rate(bytes, own),
        rate(messages, prost),
        own / prost,
        bytes as f64 / messages as f64
    );
    println!(
        "{} proto files; {} files of {} MB emitted; {} statements; {} MB of memory at most",
        files,
        emitted.len(),
        bytes / 1_000_000,
        statements.len(),
        peak_megabytes()
    );
}

/// Runs a stage and returns its seconds; prints them with the most memory that was taken until its end.
fn timed<T>(stage: &str, run: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let out = run();
    let seconds = start.elapsed().as_secs_f64();
    println!("{stage:>24}  {seconds:>7.2} s  {:>6} MB at most until here", peak_megabytes());
    (seconds, out)
}

/// Writes a file for every hundred records, and the store; returns how many there are.
fn write(folder: &std::path::Path, tables: usize, fields: usize) -> usize {
    let types = ["string", "uint64", "int32", "bool", "double", "bytes", "optional int64", "optional string"];
    let mut store = String::from("syntax = \"proto3\";\npackage large;\nimport \"protostore/v1/options.proto\";\n");
    let chunks = tables.div_ceil(100);
    for chunk in 0..chunks {
        let mut text = String::from(
            "syntax = \"proto3\";\npackage large;\nimport \"google/api/field_behavior.proto\";\n\
             import \"google/protobuf/timestamp.proto\";\nimport \"protostore/v1/options.proto\";\n",
        );
        for table in chunk * 100..tables.min(chunk * 100 + 100) {
            let _ = writeln!(text, "// A record.\nmessage Record{table} {{");
            let _ = writeln!(text, "  string id = 1 [(google.api.field_behavior) = IDENTIFIER];");
            for field in 2..=fields {
                match field % SPECIAL {
                    0 => {
                        let other = table.saturating_sub(1);
                        let _ = writeln!(
                            text,
                            "  string f{field} = {field} [(protostore.v1.column) = {{references: {{table: \"t{other}\"}}}}];"
                        );
                    }
                    1 => {
                        let _ = writeln!(text, "  repeated string f{field} = {field};");
                    }
                    2 => {
                        let _ = writeln!(text, "  google.protobuf.Timestamp f{field} = {field};");
                    }
                    _ => {
                        let _ = writeln!(text, "  // A field.\n  {} f{field} = {field};", types[field % types.len()]);
                    }
                }
            }
            text.push_str("}\n");
        }
        std::fs::write(folder.join(format!("records{chunk}.proto")), text).expect("a proto file");
        let _ = writeln!(store, "import \"records{chunk}.proto\";");
    }
    store.push_str("message LargeStore {\n  option (protostore.v1.store) = {name: \"large\"};\n");
    for table in 0..tables {
        let _ = writeln!(store, "  repeated Record{table} t{table} = {};", table + 1);
    }
    store.push_str("}\n");
    std::fs::write(folder.join("store.proto"), store).expect("the store's file");
    chunks + 1
}

/// Returns what the kernel counted, 0 where it does not say.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|kb| kb.trim().trim_end_matches(" kB").parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}

//! What a history costs a new file: one of 20 versions beside one of a single version, with the same tables.
//!
//! `cargo run --release --package protostore-evolution --example fresh -- [ROUNDS] [SQL TABLES…]`; 15 rounds of 60 and 338
//! tables unless told. In each round both are made, and opened again, in turns. Each figure is the median of the ratios of
//! all rounds, by the clock and by the processor. `--features sqlcipher` encrypts the files.
//!
//! The command fails where a new file of 20 versions takes more than 1.2 times as long, by the processor.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use protostore::{Key, Migration, Options, Schema};
use protostore_evolve::plan::Answers;
use protostore_evolve::{History, Lock, MigrationTexts, VersionTexts, evolve};
use protostore_lower::{Inputs, compile, lower_after};

/// Versions of the longer history.
const VERSIONS: usize = 20;

/// What a new file of that history may take, as a multiple of one of a single version.
const MOST: f64 = 1.2;

/// Fields of a table, besides its list.
const FIELDS: usize = 23;

const TYPES: [&str; 7] = ["string", "uint64", "int32", "bool", "double", "optional int64", "optional string"];

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let rounds = numbers.next().unwrap_or(15).max(1);
    let sizes: Vec<usize> = numbers.collect();
    let sizes = if sizes.is_empty() { vec![60, 338] } else { sizes };
    let mut is_fast = true;
    for tables in sizes {
        let records = tables.div_ceil(2);
        let last = schema(records, VERSIONS - 1, &[]);
        let one = program(&History::first(last), &[]);
        let (history, texts) = history(records);
        let all = program(&history, &texts);
        assert_eq!(one.whole, all.whole, "both make the same tables");
        let ratio = compare(rounds, records * 2, one, all);
        is_fast &= ratio <= MOST;
    }
    if is_fast { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the schema of a store of some records, of which so many have a field more.
fn schema(records: usize, more: usize, before: &[&protostore_schema::Schema]) -> protostore_schema::Schema {
    let (mut store, mut messages) = (String::new(), String::new());
    for record in 0..records {
        let _ = writeln!(store, "  repeated Record{record} t{record} = {} [(protostore.v1.table) = {{}}];", record + 1);
        let _ = writeln!(messages, "message Record{record} {{");
        messages.push_str("  string id = 1 [(google.api.field_behavior) = IDENTIFIER];\n");
        for field in 2..=FIELDS {
            let _ = writeln!(messages, "  {} f{field} = {field};", TYPES[field % TYPES.len()]);
        }
        let _ = writeln!(messages, "  repeated string list = {};", FIELDS + 1);
        if record < more {
            let _ = writeln!(messages, "  int64 added = {};", FIELDS + 2);
        }
        messages.push_str("}\n");
    }
    let text = format!(
        "syntax = \"proto3\";\npackage large;\nimport \"google/api/field_behavior.proto\";\n\
         import \"protostore/v1/options.proto\";\n\
         message LargeStore {{\n  option (protostore.v1.store) = {{name: \"large\"}};\n{store}}}\n{messages}"
    );
    let folder = tempfile::tempdir().expect("a temporary directory");
    let file = folder.path().join("large.proto");
    std::fs::write(&file, text).expect("a proto file");
    let inputs = Inputs { includes: vec![folder.path().to_owned()], files: vec![file] };
    let compiled = compile(&inputs).unwrap_or_else(|why| panic!("{}", why.render_plain()));
    let before = (!before.is_empty()).then_some(before);
    let lowered = lower_after(&compiled, "large.LargeStore", before);
    lowered.unwrap_or_else(|why| panic!("{}", why.render_plain())).schema
}

/// Returns a history in which each version has a field more than the one before, and its texts.
fn history(records: usize) -> (History, Vec<VersionTexts>) {
    let first = schema(records, 0, &[]);
    let up = protostore_emit::first_migration(&first, "");
    let mut texts = vec![version(first.to_snapshot(), None, up, None)];
    let mut history = History::first(first);
    for more in 1..VERSIONS {
        let before: Vec<_> = history.versions.iter().map(|version| &*version.schema).collect();
        let next = schema(records, more, &before);
        let plan = evolve(&history, &next, &protostore_emit::objects, &Answers::default()).expect("a field more");
        let sql = protostore_emit::migration(&plan, &history.head().schema, &next, "");
        texts.push(version(next.to_snapshot(), Some(plan.to_file()), sql.up, Some(sql.down)));
        history = history.append(&plan, &next);
    }
    (history, texts)
}

fn version(snapshot: String, plan: Option<String>, up: String, down: Option<String>) -> VersionTexts {
    VersionTexts { snapshot, plan, migrations: [("sqlite".to_owned(), MigrationTexts { up, down })].into() }
}

/// Returns what a generated crate says of a store; it is never freed, as the statics of a crate are not.
fn program(history: &History, texts: &[VersionTexts]) -> &'static Schema {
    let head = &history.head().schema;
    let first;
    let texts = match texts {
        [] => {
            let up = protostore_emit::first_migration(head, "");
            first = [version(head.to_snapshot(), None, up, None)];
            &first[..]
        }
        texts => texts,
    };
    let lock = Lock::new(history, texts);
    let versions = history.versions.iter().zip(texts).zip(&lock.versions);
    let migrations = versions.map(|((version, texts), locked)| Migration {
        version: version.number,
        slug: own(&version.slug),
        store: own(&version.schema.store),
        semver: own(&version.semver),
        mapping: version.schema.mapping,
        text: own(&texts.migrations["sqlite"].up),
        down: texts.migrations["sqlite"].down.as_deref().map(own),
        loses: &[],
        chain: own(&locked.dialect["sqlite"].chain),
        reader: version.reader,
        writer: version.writer,
        until: version.until,
        snapshot: own(&texts.snapshot),
    });
    let migrations: &[Migration] = Box::leak(migrations.collect::<Vec<_>>().into_boxed_slice());
    Box::leak(Box::new(Schema {
        store: own(&history.store),
        formerly: &[],
        name: own(&head.name),
        version: history.head().number,
        semver: own(&history.head().semver),
        mapping: head.mapping,
        slots: 0,
        migrations,
        whole: own(&protostore_emit::schema_sql(head, "")),
        tables: &[],
        expiring: &[],
        soft_deleted: &[],
        chained: &[],
        descriptors: &[],
    }))
}

fn own(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Makes and opens files of both programs in turns; returns what a new one of the second takes beside one of the first.
fn compare(rounds: usize, tables: usize, one: &'static Schema, all: &'static Schema) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let names = ["a new file", "opened again"];
    let mut took: [[Vec<[f64; 2]>; 2]; 2] = Default::default();
    // The first round warms what the system keeps, and is not counted.
    for round in 0..=rounds {
        for (at, schema) in [one, all].into_iter().enumerate() {
            let path = folder.path().join(format!("{at}.db"));
            for times in &mut took[at] {
                let measured = open(schema, &path);
                if round > 0 {
                    times.push(measured);
                }
            }
            std::fs::remove_file(&path).expect("the file of a store that was closed");
        }
    }
    println!("{tables} SQL tables, 20 versions beside one {:>9} {:>9} {:>7} {:>7}", "ms", "of one", "time", "cpu");
    let mut ratio = f64::NAN;
    for (at, name) in names.into_iter().enumerate() {
        let [ones, alls] = [&took[0][at], &took[1][at]];
        let of = |by: usize| median(alls.iter().zip(ones).map(|(all, one)| all[by] / one[by]));
        let [ms, ms_of_one] = [alls, ones].map(|times| median(times.iter().map(|took| took[0] * 1e3)));
        let (time, cpu) = (of(0), of(1));
        println!("  {name:38} {ms:9.1} {ms_of_one:9.1} {time:6.2}x {cpu:6.2}x");
        if at == 0 {
            ratio = cpu;
        }
    }
    ratio
}

/// Opens a file, or makes it, and closes it; returns the seconds of the clock and of the processor until it was open.
fn open(schema: &'static Schema, path: &Path) -> [f64; 2] {
    let options = Options::new().readers(1).plaintext(!cfg!(feature = "sqlcipher"));
    let key = Key::from_secret([7; 32]);
    let (start, before) = (Instant::now(), processor());
    let store = options.open(schema, path, &key).unwrap_or_else(|why| panic!("{why}"));
    let took = [start.elapsed().as_secs_f64(), processor() - before];
    store.close().unwrap_or_else(|why| panic!("{why}"));
    took
}

/// Returns the processor's time of all threads of this process, in seconds.
fn processor() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn median(of: impl Iterator<Item = f64>) -> f64 {
    let mut of: Vec<f64> = of.collect();
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

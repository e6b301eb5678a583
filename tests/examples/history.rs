//! What the history of a store costs codegen and check, as ratios: 20 versions beside one, and one changed field beside a
//! first run.
//!
//! `cargo run --package protostore-tests --example history -- [TABLES] [VERSIONS]`; 169 records, which become 338 tables,
//! and 20 versions unless told. Times are of the processor, so that another program on the machine changes little.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

use std::fmt::Write as _;
use std::path::Path;

use protostore_build::{Comparison, Invocation, Mode, Project, Protos, Report, check, codegen};

/// Each time is the least of so many.
const RUNS: usize = 3;

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (records, versions) = (sizes.next().unwrap_or(169), sizes.next().unwrap_or(20));
    let dir = tempfile::tempdir().expect("a temporary directory");
    let project = project(dir.path());

    write(dir.path(), records, 0);
    let first = least(|| {
        // A first run begins with nothing.
        let _ = std::fs::remove_dir_all(&project.out);
        ok(codegen(&project, Mode::Write));
    });
    let codegen_of_one = least(|| drop(ok(codegen(&project, Mode::Write))));
    let check_of_one = least(|| drop(ok(check(&project, &Comparison::default()))));
    println!(
        "{records} records, {} SQL tables, version 1: codegen {first:.2} s, again {codegen_of_one:.2} s, check {check_of_one:.2} s",
        records * 2
    );

    write(dir.path(), records, 1);
    let changed = seconds(|| drop(ok(codegen(&project, Mode::Write))));
    let changed_check = least(|| drop(ok(check(&project, &Comparison::default()))));
    println!(
        "one field more: codegen {:.2} times a first run, check {:.2} times",
        changed / first,
        changed_check / check_of_one
    );

    for version in 3..=versions {
        write(dir.path(), records, version - 1);
        ok(codegen(&project, Mode::Write));
    }
    let codegen_of_all = least(|| drop(ok(codegen(&project, Mode::Write))));
    let check_of_all = least(|| drop(ok(check(&project, &Comparison::default()))));
    println!(
        "{versions} versions: codegen {:.2} times version 1, check {:.2} times",
        codegen_of_all / codegen_of_one,
        check_of_all / check_of_one
    );
}

fn project(dir: &Path) -> Project {
    Project {
        protos: Protos::Below(dir.join("proto")),
        includes: Vec::new(),
        out: dir.join("generated"),
        run_time: "path = \"protostore\"".to_owned(),
        crates: protostore_build::CrateOptions::default(),
        invocation: Invocation { program: "cargo xtask".to_owned(), arguments: String::new() },
    }
}

fn ok(report: Result<Report, protostore_build::Failure>) -> Report {
    let report = report.unwrap_or_else(|failure| panic!("{:?}", miette::Report::new(failure)));
    assert!(report.is_ok(), "{report}");
    report
}

fn least(mut run: impl FnMut()) -> f64 {
    (0..RUNS).map(|_| seconds(&mut run)).fold(f64::MAX, f64::min)
}

fn seconds(run: impl FnOnce()) -> f64 {
    let before = processor();
    run();
    processor() - before
}

/// Returns the time that this process took of the processor, in seconds; Linux counts in hundredths.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux has the times of a process");
    // The name of the program, which may have blanks, ends with the last parenthesis; the state follows it.
    let (_, rest) = stat.rsplit_once(')').expect("the name is in parentheses");
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<u32>().expect("a number of ticks");
    f64::from(ticks(11) + ticks(12)) / 100.0
}

/// Writes a store whose first records have a field more each, so many in all.
fn write(dir: &Path, records: usize, more: usize) {
    let types = ["string", "uint64", "int32", "bool", "double", "optional int64", "optional string"];
    let mut store = String::new();
    let mut messages = String::new();
    for record in 0..records {
        let _ = writeln!(store, "  repeated Record{record} t{record} = {} [(protostore.v1.table) = {{}}];", record + 1);
        let _ = writeln!(
            messages,
            "// A record.\nmessage Record{record} {{\n  string id = 1 [(google.api.field_behavior) = IDENTIFIER];"
        );
        for field in 2..=24 {
            let _ = match field {
                24 => writeln!(messages, "  repeated string f{field} = {field};"),
                _ => writeln!(messages, "  {} f{field} = {field};", types[field % types.len()]),
            };
        }
        if record < more {
            let _ = writeln!(messages, "  int64 added = 25;");
        }
        messages.push_str("}\n");
    }
    let text = format!(
        "syntax = \"proto3\";\npackage large;\nimport \"google/api/field_behavior.proto\";\n\
         import \"protostore/v1/options.proto\";\n\
         message LargeStore {{\n  option (protostore.v1.store) = {{name: \"large\"}};\n{store}}}\n{messages}"
    );
    std::fs::create_dir_all(dir.join("proto")).expect("a directory");
    std::fs::write(dir.join("proto/large.proto"), text).expect("a file");
}

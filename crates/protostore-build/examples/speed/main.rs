//! How long codegen and check take, and how much memory, beside `protoc` on the same files; and what a history adds to it.
//!
//! `cargo run --release --package protostore-build --example speed -- [tables|history] [ROUNDS] [SIZE…]`; both parts, five
//! rounds, and stores of 10, 100 and 1,000 tables of 20 fields unless told, and histories of 60 and 337 tables.
//!
//! Each figure is the median of the ratios of all rounds, in which everything takes its turn, so that another program on the
//! machine changes little. `time` is that of the clock, `cpu` that of the processor over all threads.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark speaks to a terminal")]

mod history;
mod measure;
mod stores;
mod tables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use protostore_build::{Comparison, CrateOptions, Invocation, Mode, Project, Protos, Request, check, codegen};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [run, command, dir, rest @ ..] = &words[..]
        && run == "run"
    {
        return run_once(command, Path::new(dir), rest.iter().any(|word| word == "--no-cache"));
    }
    let part = words.iter().find(|word| ["tables", "history"].contains(&word.as_str()));
    let mut numbers = words.iter().filter_map(|word| word.parse::<usize>().ok());
    let rounds = numbers.next().unwrap_or(5);
    let sizes: Vec<usize> = numbers.collect();
    let or = |usual: &[usize]| if sizes.is_empty() { usual.to_vec() } else { sizes.clone() };
    let folder = tempfile::tempdir().expect("a temporary directory");
    let wants = |name: &str| part.is_none_or(|part| part == name);
    if wants("tables") && !tables::print(folder.path(), rounds, &or(&[10, 100, 1_000])) {
        return ExitCode::FAILURE;
    }
    if wants("history") {
        history::print(folder.path(), rounds, &or(&[60, 337]));
    }
    ExitCode::SUCCESS
}

/// Runs one command on the store of a directory, as a process of its own: what is measured.
fn run_once(command: &str, dir: &Path, no_cache: bool) -> ExitCode {
    let project = Project {
        protos: Protos::Below(dir.join("proto")),
        includes: Vec::new(),
        out: dir.join("generated"),
        run_time: "path = \"protostore\"".to_owned(),
        crates: CrateOptions::default(),
        allow: Vec::new(),
        invocation: Invocation { program: "cargo xtask".to_owned(), arguments: String::new() },
    };
    let cache: Option<PathBuf> = (!no_cache).then(|| dir.join("target"));
    let report = match command {
        "codegen" => codegen(&project, Request { cache, ..Request::default() }),
        "amend" => codegen(&project, Request { cache, ..Mode::Amend.into() }),
        _ => check(&project, &Comparison { cache, ..Comparison::default() }),
    };
    match report {
        Ok(report) => {
            println!("{report}");
            ExitCode::from(u8::from(!report.is_ok()))
        }
        Err(failure) => {
            eprintln!("{:?}", miette::Report::new(failure));
            ExitCode::from(2)
        }
    }
}

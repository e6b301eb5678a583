//! The command line of protostore: `cargo protostore codegen`, `check`, `explain`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to a terminal")]

mod args;
mod directory;
mod explain;

use std::process::ExitCode;

use clap::Parser as _;
use protostore_build::{Failure, Mode, Report, check, codegen};

use crate::args::{Args, Command};

fn main() -> ExitCode {
    // Cargo repeats the subcommand: `cargo-protostore protostore codegen`.
    let cargo = std::env::args().nth(1).as_deref() == Some("protostore");
    let words: Vec<_> = std::env::args_os().enumerate().filter(|(at, _)| !(cargo && *at == 1)).collect();
    match Args::parse_from(words.into_iter().map(|(_, word)| word)).command {
        Command::Codegen { project, amend } => {
            finish(codegen(&project.project(), if amend { Mode::Amend } else { Mode::Write }))
        }
        Command::Check { project } => finish(check(&project.project())),
        Command::Explain { code } => explain::explain(&code),
    }
}

fn finish(result: Result<Report, Failure>) -> ExitCode {
    match result {
        Ok(report) => {
            println!("{report}");
            if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("{:?}", miette::Report::new(failure));
            ExitCode::FAILURE
        }
    }
}

//! The command line of protostore: `cargo protostore codegen`, `check`, `explain`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to a terminal")]

mod args;
mod directory;
mod explain;

use std::process::ExitCode;

use clap::Parser as _;
use protostore_build::{Colours, FailOn, Failure, Format, Report, check, codegen};

use crate::args::{Args, Command};

fn main() -> ExitCode {
    // Cargo repeats the subcommand: `cargo-protostore protostore codegen`.
    let cargo = std::env::args().nth(1).as_deref() == Some("protostore");
    let words: Vec<_> = std::env::args_os().enumerate().filter(|(at, _)| !(cargo && *at == 1)).collect();
    match Args::parse_from(words.into_iter().map(|(_, word)| word)).command {
        Command::Codegen { project, request } => {
            finish(codegen(&project.project(), request.request()), Format::Table, FailOn::Nothing)
        }
        Command::Check { project, check: wanted } => {
            let (format, fail_on) = (wanted.format, wanted.fail_on());
            finish(check(&project.project(), &wanted.comparison()), format, fail_on)
        }
        Command::Explain { code } => explain::explain(&code),
    }
}

fn finish(result: Result<Report, Failure>, format: Format, fail_on: FailOn) -> ExitCode {
    match result {
        Ok(report) => {
            let text = match report.command {
                "codegen" => report.in_colours(Colours::of(&std::io::stdout())),
                _ => report.in_format(format, fail_on),
            };
            println!("{text}");
            ExitCode::from(report.exit_code(fail_on))
        }
        Err(failure) => {
            eprintln!("{:?}", miette::Report::new(failure));
            ExitCode::from(2)
        }
    }
}

//! The command line of protostore: `cargo protostore init`, `codegen`, `check` and what helps with them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to a terminal")]

mod args;
mod docs;
mod explain;
mod export;
mod init;
mod on_file;
mod project;
mod shell;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _};
use protostore_build::arguments::OutputArgs;
use protostore_build::{FailOn, Failure, Format, Report, Update, check, codegen, upstream};

use crate::args::{Args, Command, DatabaseArgs};

fn main() -> ExitCode {
    let words = words();
    if on_file::is_on_file(&words) {
        return on_file::run(&words[1..]);
    }
    let Args { command, output } = arguments(words);
    match command {
        Command::Init(init) => init::init(init, &output),
        Command::Codegen { project, request } => {
            let result = project.project().and_then(|project| codegen(&project, request.request()));
            finish("codegen", result, &output, FailOn::Nothing)
        }
        Command::Check { project, database: database @ DatabaseArgs { database: Some(_), .. }, .. } => {
            match project.project().and_then(|project| project.histories()) {
                Ok(histories) => on_file::check(&database, &histories),
                Err(failure) => failed(&failure, &output),
            }
        }
        Command::Check { project, check: wanted, database: _ } => {
            let result = project.project().and_then(|project| check(&project, &wanted.comparison()));
            finish("check", result, &output, wanted.fail_on())
        }
        Command::Describe { project, table } => docs::describe(project, table.as_deref(), &output),
        Command::Docs { project, dir } => docs::docs(project, dir, &output),
        Command::Upstream { dir, replaces, project, fail_on } => {
            let result = project.project().and_then(|project| upstream(&project, &Update { dir, replaces }));
            finish("upstream", result, &output, fail_on.unwrap_or_default())
        }
        Command::ExportProtos { dir } => export::export(&dir, &output),
        Command::Explain { word } => explain::explain(word.as_deref()),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::man(),
    }
}

/// Returns the words of the command line, the program first.
fn words() -> Vec<OsString> {
    // Cargo repeats the subcommand: `cargo-protostore protostore codegen`.
    let cargo = std::env::args().nth(1).as_deref() == Some("protostore");
    std::env::args_os().enumerate().filter(|(at, _)| !(cargo && *at == 1)).map(|(_, word)| word).collect()
}

/// Reads the command line; the help of a wrong one has the colours that `--color` says.
fn arguments(words: Vec<OsString>) -> Args {
    let said = words.windows(2).find(|pair| pair[0] == "--color").map(|pair| pair[1].clone());
    let never = said.as_ref().is_some_and(|when| when == "never") || words.iter().any(|word| word == "--color=never");
    let always = said.is_some_and(|when| when == "always") || words.iter().any(|word| word == "--color=always");
    let choice = match (never, always) {
        (true, _) => ColorChoice::Never,
        (false, true) => ColorChoice::Always,
        (false, false) => ColorChoice::Auto,
    };
    let matches = Args::command().color(choice).get_matches_from(words);
    Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// Says what came of a command, and returns its exit code.
fn finish(command: &'static str, result: Result<Report, Failure>, output: &OutputArgs, fail_on: FailOn) -> ExitCode {
    let report = match result {
        Ok(report) => report,
        Err(failure) if output.message_format == Format::Human => return failed(&failure, output),
        Err(failure) => Report::of_failure(command, &failure),
    };
    let text = output.report(&report, fail_on);
    if !text.is_empty() {
        println!("{text}");
    }
    ExitCode::from(report.exit_code(fail_on))
}

/// Says why nothing could be done.
pub(crate) fn failed(failure: &Failure, output: &OutputArgs) -> ExitCode {
    eprintln!("{}", output.failure(failure));
    ExitCode::from(2)
}

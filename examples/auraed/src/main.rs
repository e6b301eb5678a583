//! The `auraed` command.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match auraed::run(auraed::Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

/// Says what went wrong, with the causes behind it, in one line.
#[expect(clippy::print_stderr, reason = "this is the command line")]
fn complain(failure: &dyn Error) {
    let mut line = format!("auraed: {failure}");
    let mut cause = failure.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    eprintln!("{line}");
}

//! What a shell and `man` read: completions, and the manual page.

use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Args;

/// The program as a shell calls it; cargo finds it by this name.
const PROGRAM: &str = "cargo-protostore";

/// Prints the completions of a shell.
pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut command = Args::command().bin_name(PROGRAM);
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut command, PROGRAM, &mut out);
    print(&out)
}

/// Prints the manual page: the command, and each of its subcommands.
pub(crate) fn man() -> ExitCode {
    let mut command = Args::command().name(PROGRAM);
    command.build();
    let mut out = Vec::new();
    let page = clap_mangen::Man::new(command.clone());
    let mut result = page.render(&mut out);
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let page = clap_mangen::Man::new(subcommand.clone());
        let title = format!(".SH \"{} {}\"\n", PROGRAM, subcommand.get_name());
        result = result.and_then(|()| out.write_all(title.as_bytes()));
        result = result.and_then(|()| page.render_description_section(&mut out));
        result = result.and_then(|()| page.render_options_section(&mut out));
    }
    match result {
        Ok(()) => print(&out),
        Err(error) => fail(&error),
    }
}

/// Prints bytes; a pipe that is closed has read enough.
fn print(bytes: &[u8]) -> ExitCode {
    match std::io::stdout().write_all(bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &std::io::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(2)
}

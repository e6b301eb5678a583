//! The command on a file: `protostore status`, `tables`, `show`, `shell`, over the file of any store; [`main`] is all of it.
//!
//! It has no generated code: what a file holds, its own snapshot and descriptors say. `docs/command-line.md` describes it.

mod args;
mod check;
mod copies;
mod downgrade;
mod exchange;
mod failure;
mod history;
mod key;
mod model;
mod open;
mod output;
mod record;
mod shell;
mod show;
mod status;
mod table;
mod tables;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::args::{Args, Command, KeyCommand};
use crate::failure::{Answer, Failure};
use crate::output::Output;

/// Runs the command that the arguments of this process ask for, and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let args = Args::parse();
    let mut out = Output::new(args.format, args.color);
    match run(args.command, &mut out).and_then(|answer| out.flush().map(|()| answer)) {
        Ok(answer) => answer.code(),
        // Who reads the output has seen enough.
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(failure) => {
            // What was printed before comes first.
            let _ = out.flush();
            out.complain(&failure);
            failure.code()
        }
    }
}

fn run(command: Command, out: &mut Output) -> Result<Answer, Failure> {
    match command {
        Command::Status { file, history } => status::run(&open::read(&file)?, &history, out),
        Command::Tables(file) => tables::run(&open::read(&file)?, out),
        Command::Show { file, what } => show::run(&open::read(&file)?, &what, out),
        Command::Shell { file, sql, write } => shell::run(open::shell(&file, write)?, &sql, out),
        Command::Export { file, plain, replace, reveal } => {
            let to = plain.as_deref().map_or(exchange::To::Lines, |path| exchange::To::Sqlite(path, replace));
            exchange::export(&open::read(&file)?, &to, reveal, out)
        }
        Command::Import { file, lines } => exchange::import(open::read(&file)?, lines.as_deref(), out),
        Command::Backup { file, to, replace } => copies::backup(&file, &to, replace, out),
        Command::Restore { backup, file, backup_key, replace } => {
            copies::restore(&backup, &file, backup_key.as_deref(), replace, out)
        }
        Command::Rotate { file, new_key } => copies::rotate(&file, &new_key, out),
        Command::Verify { file, at_least } => verify::run(open::read(&file)?, at_least, out),
        Command::Downgrade { file, to, yes } => downgrade::run(&file, to, yes, out),
        Command::Check { file, history } => check::run(&file, &history, out),
        Command::Key { command: KeyCommand::Id(file) } => key::id(&file, out),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "protostore", &mut script);
            out.write(&String::from_utf8_lossy(&script))?;
            Ok(Answer::Yes)
        }
    }
}

//! Commands on a database file, which the program `protostore` carries out: this one has no database engine, so that code
//! generation needs no OpenSSL.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::args::DatabaseArgs;

/// What `protostore` can do.
const COMMANDS: [&str; 12] = [
    "status",
    "tables",
    "show",
    "export",
    "import",
    "shell",
    "backup",
    "restore",
    "rotate",
    "downgrade",
    "verify",
    "key",
];

/// Says whether the words of a command line ask for one of them.
pub(crate) fn is_on_file(words: &[OsString]) -> bool {
    words.get(1).is_some_and(|word| COMMANDS.iter().any(|command| word == command))
}

/// Runs `protostore check` on a database, with the directories of the stores that were generated.
pub(crate) fn check(args: &DatabaseArgs, histories: &[PathBuf]) -> ExitCode {
    if histories.is_empty() {
        eprintln!(
            "no store was generated yet, so that a database has nothing to be compared with: run `cargo protostore codegen`"
        );
        return ExitCode::from(2);
    }
    let DatabaseArgs { database, key, plaintext } = args;
    let mut words: Vec<OsString> = vec!["check".into()];
    words.extend(database.iter().map(|file| file.clone().into_os_string()));
    words.extend(key.iter().flat_map(|key| ["--key".into(), key.clone().into_os_string()]));
    words.extend(plaintext.then(|| "--plaintext".into()));
    words.extend(histories.iter().flat_map(|dir| ["--history".into(), dir.clone().into_os_string()]));
    run(&words)
}

/// Runs `protostore` from the `PATH` with these words, the first of which is its command.
pub(crate) fn run(words: &[OsString]) -> ExitCode {
    let command = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    match Command::new("protostore").args(words).status() {
        // A signal that ended it has no code.
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(why) if why.kind() == ErrorKind::NotFound => {
            eprintln!(
                "`cargo protostore {command}` runs the program `protostore`, which is not in the PATH: install it with \
                 `cargo install protostore-cli`, or with `--features sqlcipher-vendored` where OpenSSL has no headers"
            );
            ExitCode::from(2)
        }
        Err(why) => {
            eprintln!("`protostore` cannot be run: {why}");
            ExitCode::from(2)
        }
    }
}

//! Why a command failed, in the words of the command line, and its exit code.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use protostore::Kind;

/// How a command that did not fail ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// All is as it was asked for.
    Yes,
    /// There is no such record, or a check found something.
    No,
}

impl Answer {
    pub(crate) fn code(self) -> ExitCode {
        match self {
            Self::Yes => ExitCode::SUCCESS,
            Self::No => ExitCode::from(1),
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The file, or a statement.
    Store(protostore::Error),
    /// No key file was given, and none is where it is looked for.
    NoKey(PathBuf),
    /// The file is open in a process: its number and name, where they are known.
    Held(PathBuf, Option<u32>, Option<String>),
    /// Standard output is closed.
    Closed,
    /// Something cannot be read or written: what, and why.
    Io(String, io::Error),
    /// What the file says about its schema cannot be used.
    Model(String),
    /// There is no such table: the name, and those that there are.
    NoTable(String, Vec<String>),
    /// A key does not fit its table.
    Key(String),
    /// A value cannot be read as its schema says: the record, and why.
    Value(String, String),
    /// Something was to be confirmed, and no terminal is there to ask: how it is confirmed.
    Unconfirmed(&'static str),
    /// The history of a store cannot be used: why.
    History(String),
    /// A script of SQL failed.
    Script(protostore::Error),
}

impl Failure {
    /// Returns the exit code, as `docs/command-line.md` lists them.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Script(_) => 1,
            Self::NoTable(..) | Self::Key(_) | Self::Unconfirmed(_) | Self::History(_) => 2,
            Self::NoKey(_) => 3,
            Self::Held(..) => 4,
            Self::Model(_) | Self::Value(..) => 5,
            Self::Closed | Self::Io(..) => 6,
            Self::Store(error) => match error.kind() {
                Kind::Key => 3,
                Kind::InUse => 4,
                Kind::Io | Kind::Exhausted => 6,
                _ => 5,
            },
        })
    }
}

/// What an error of the library names as an option of a program, and what it is here.
const SPELLINGS: [(&str, &str); 4] = [
    ("say replace(true)", "give --replace"),
    ("say Options::plaintext(true)", "give --plaintext"),
    ("without Options::plaintext(true)", "without --plaintext"),
    ("say Options::accept_lost_log(true)", "give --accept-lost-log"),
];

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => {
                let here = |text: String, (there, here): &(&str, &str)| text.replace(there, here);
                f.write_str(&SPELLINGS.iter().fold(error.to_string(), here))
            }
            Self::NoKey(looked) => write!(
                f,
                "no key: {} does not exist, and neither --key nor PROTOSTORE_KEY names a key file; give the one of the \
                 daemon, or --plaintext for a database that is not encrypted",
                looked.display()
            ),
            Self::Held(path, process, name) => {
                write!(f, "database {}: is open in ", path.display())?;
                match (process, name) {
                    (Some(process), Some(name)) => write!(f, "process {process} ({name})")?,
                    (Some(process), None) => write!(f, "process {process}")?,
                    (None, _) => f.write_str("another process")?,
                }
                f.write_str(
                    "; ask that process for it (auraed client --socket PATH status, verify or backup, of auraed), or stop it, \
                     or wait for it with --wait",
                )
            }
            Self::Closed => f.write_str("standard output is closed"),
            Self::Io(what, why) => write!(f, "cannot {what}: {why}"),
            Self::Model(why) => write!(f, "the schema in the database cannot be used: {why}"),
            Self::NoTable(name, known) => write!(f, "there is no table {name}; there are {}", known.join(", ")),
            Self::Key(why) | Self::History(why) => f.write_str(why),
            Self::Unconfirmed(how) => {
                write!(
                    f,
                    "standard input is no terminal to ask for a yes, so nothing was changed; if that is meant, give {how}"
                )
            }
            Self::Value(record, why) => write!(f, "{record}: {why}; `protostore shell` shows the columns as they are"),
            Self::Script(error) => write!(f, "{}", error.message()),
        }
    }
}

impl From<protostore::Error> for Failure {
    fn from(error: protostore::Error) -> Self {
        Self::Store(error)
    }
}

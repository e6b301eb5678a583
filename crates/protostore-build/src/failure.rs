//! Why nothing could be computed, so that nothing was written or compared.

use std::path::{Path, PathBuf};

use protostore_lower::Diagnostics;
use protostore_stubs::StubsError;

use crate::Protos;

/// Why nothing could be computed.
#[derive(Debug)]
pub enum Failure {
    /// The protos are wrong: every problem of every store.
    Protos(Vec<Diagnostics>),
    /// No file holds a store message.
    NoStore {
        /// Where one was looked for.
        protos: Protos,
        /// What was left out there, as sentences.
        left_out: Vec<String>,
    },
    /// What is named as a directory of protos is none.
    NoDirectory {
        /// Its full path.
        path: PathBuf,
    },
    /// The run-time crate is not named as a dependency in Cargo's words.
    RunTime {
        /// What was given.
        value: String,
        /// Why it is none.
        why: String,
    },
    /// Two store messages want one directory.
    SameName {
        /// The directory and crate.
        name: String,
        /// The full names of the messages.
        stores: [String; 2],
    },
    /// The messages cannot be written as Rust.
    Stubs {
        /// Full name of the store message.
        store: String,
        /// What prost says.
        error: StubsError,
    },
    /// A commit that is compared with cannot be read.
    Git {
        /// What it was called.
        reference: String,
        /// What git says.
        why: String,
    },
    /// A file or directory cannot be read or written.
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

/// How a store message is written.
const STORE: &str = "a store message lists the tables:\n    \
    import \"protostore/v1/options.proto\";\n    \
    message MyStore {\n      option (protostore.v1.store) = {};\n      \
    repeated Machine machines = 1 [(protostore.v1.table) = {primary_key: \"id\"}];\n    }";

impl Failure {
    /// Returns a function that puts a path to the system's error.
    pub(crate) fn at(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |error| Self::File { path: path.to_owned(), error }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Protos(all) => match all.iter().map(Diagnostics::len).sum() {
                1_usize => f.write_str("there is 1 problem in the protos"),
                count => write!(f, "there are {count} problems in the protos"),
            },
            Self::NoStore { protos: Protos::Below(root), left_out: _ } => {
                write!(f, "no file below {} holds a store message", root.display())
            }
            Self::NoStore { protos: Protos::Files(files), left_out: _ } => {
                let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
                write!(f, "no store message stands in {}", files.join(", "))
            }
            Self::NoDirectory { path } if path.exists() => write!(f, "{} is not a directory", path.display()),
            Self::NoDirectory { path } => write!(f, "the directory {} does not exist", path.display()),
            Self::RunTime { value, why } => {
                write!(f, "the run-time crate cannot be the dependency `protostore = {{ {value} }}`: {why}")
            }
            Self::SameName { name, stores: [first, second] } => {
                write!(f, "`{first}` and `{second}` both want to be the crate `{name}`")
            }
            Self::Stubs { store, error } => write!(f, "`{store}`: {error}"),
            Self::Git { reference, why } => write!(f, "`{reference}` cannot be compared with: {why}"),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Protos(_) | Self::NoStore { .. } | Self::NoDirectory { .. } => None,
            Self::RunTime { .. } | Self::SameName { .. } | Self::Git { .. } => None,
            Self::Stubs { error, .. } => Some(error),
            Self::File { error, .. } => Some(error),
        }
    }
}

impl miette::Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let help = match self {
            Self::NoStore { protos: _, left_out } => {
                let left_out: String = left_out.iter().map(|sentence| format!("{sentence}\n")).collect();
                left_out + STORE
            }
            Self::NoDirectory { .. } => {
                "give the directory that holds your protos; a path is looked up from where the command runs".to_owned()
            }
            Self::RunTime { .. } => {
                "write it as in a Cargo.toml: `version = \"0.1.0\"`, or `path = \"…\"` from the generated crate"
                    .to_owned()
            }
            Self::SameName { .. } => {
                "give one of them another name: option (protostore.v1.store) = {name: \"…\"};".to_owned()
            }
            Self::Git { .. } => "name a commit, branch or tag that this clone has, such as `origin/main`".to_owned(),
            Self::Protos(_) | Self::Stubs { .. } | Self::File { .. } => return None,
        };
        Some(Box::new(help))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        match self {
            Self::Protos(all) => {
                Some(Box::new(all.iter().flatten().map(|diagnostic| diagnostic as &dyn miette::Diagnostic)))
            }
            Self::NoStore { .. } | Self::NoDirectory { .. } | Self::RunTime { .. } => None,
            Self::SameName { .. } | Self::Stubs { .. } | Self::Git { .. } | Self::File { .. } => None,
        }
    }
}

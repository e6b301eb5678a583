//! Why nothing could be computed, so that nothing was written or compared.

use std::path::{Path, PathBuf};

use protostore_lower::Diagnostics;
use protostore_stubs::StubsError;

use crate::{ConfigError, Finding, Protos};

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
        /// What says so: `protos`, `include`.
        key: &'static str,
    },
    /// The directory in which the command runs cannot be found: it was removed, say.
    NoCurrentDir(std::io::Error),
    /// The configuration, or a flag, says what cannot be.
    Config(ConfigError),
    /// Nothing says where the run-time crate is.
    NoRunTime {
        /// The file that configures the project, if there is one.
        file: Option<PathBuf>,
    },
    /// A directory does not hold the crate that it is said to hold.
    RunTime {
        /// Its full path.
        path: PathBuf,
        /// The crate.
        name: String,
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
    /// A directory has files, and is not a site that can be written anew.
    NotASite {
        /// The directory.
        path: PathBuf,
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

/// Returns a directory beside one that does not exist, which has protos.
fn with_protos(missing: &Path) -> Option<PathBuf> {
    let parent = missing.parent()?;
    let mut beside: Vec<PathBuf> = std::fs::read_dir(parent).ok()?.flatten().map(|entry| entry.path()).collect();
    beside
        .retain(|path| path.is_dir() && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    // What is built and what is generated may have protos, and is not meant.
    beside.retain(|path| !path.ends_with("target") && crate::proto_files(path).is_ok_and(|files| !files.is_empty()));
    beside.sort();
    beside.into_iter().next()
}

/// Returns the directory in which the command runs, where paths begin.
///
/// # Errors
/// [`Failure::NoCurrentDir`], where it was removed or may not be entered.
pub fn current_dir() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(Failure::NoCurrentDir)
}

impl Failure {
    /// Returns a function that puts a path to the system's error.
    pub(crate) fn at(path: &Path) -> impl Fn(std::io::Error) -> Self {
        move |error| Self::File { path: path.to_owned(), error }
    }
}

impl Failure {
    /// Returns what is wrong as plain text, each problem with its place, its line of the file and what to write instead.
    #[must_use]
    pub fn plain(&self) -> String {
        if let Self::Protos(all) = self {
            let texts: Vec<String> = all.iter().map(Diagnostics::render_plain).collect();
            return format!("{}\nerror: {self}", texts.join("\n"));
        }
        let mut text = format!("error: {self}");
        if let Some(help) = miette::Diagnostic::help(self) {
            text += &format!("\n  help: {}", help.to_string().replace('\n', "\n        "));
        }
        text
    }

    /// Returns what is wrong as findings, one for each problem of the protos.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let help = |this: &dyn miette::Diagnostic| this.help().map(|help| help.to_string()).unwrap_or_default();
        match self {
            Self::Protos(all) => {
                let finding = |found: &protostore_lower::Diagnostic| Finding {
                    code: Some(found.code),
                    column: found.column,
                    ..Finding::new(found.message.clone(), Vec::new(), help(found)).at(found.file.clone(), found.line)
                };
                all.iter().flatten().map(finding).collect()
            }
            Self::Config(error) => {
                let finding = Finding::new(error.message.clone(), Vec::new(), error.help.clone());
                vec![Finding { column: error.column, ..finding.at(error.file.clone(), error.line) }]
            }
            _ => vec![Finding::new(self.to_string(), Vec::new(), help(self))],
        }
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
                write!(f, "no store message is in {}", files.join(", "))
            }
            Self::NoDirectory { path, .. } if path.exists() => write!(f, "{} is not a directory", path.display()),
            Self::NoDirectory { path, .. } => write!(f, "the directory {} does not exist", path.display()),
            Self::NoStore { protos: Protos::Set { name, .. }, left_out: _ } => {
                write!(f, "no file of {name} holds a store message")
            }
            Self::NoCurrentDir(error) => write!(f, "the directory in which this command runs cannot be found: {error}"),
            Self::Config(error) => write!(f, "{error}"),
            Self::NoRunTime { .. } => {
                f.write_str("generated crates depend on the run-time crate `protostore`, and nothing says where it is")
            }
            Self::RunTime { path, name } => write!(f, "{} does not hold the crate `{name}`", path.display()),
            Self::SameName { name, stores: [first, second] } => {
                write!(f, "`{first}` and `{second}` both want to be the crate `{name}`")
            }
            Self::Stubs { store, error } => write!(f, "`{store}`: {error}"),
            Self::Git { reference, why } => write!(f, "`{reference}` cannot be compared with: {why}"),
            Self::NotASite { path } => write!(f, "{} has files that are not pages of stores", path.display()),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Protos(_) | Self::NoStore { .. } | Self::NoDirectory { .. } => None,
            Self::Config(_) | Self::NoRunTime { .. } | Self::NotASite { .. } => None,
            Self::RunTime { .. } | Self::SameName { .. } | Self::Git { .. } => None,
            Self::Stubs { error, .. } => Some(error),
            Self::NoCurrentDir(error) | Self::File { error, .. } => Some(error),
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
            Self::NoDirectory { path: _, key: "include" } => {
                "correct `include` in the configuration, or `-I`: each is a directory from which imports begin, and a path \
                 of the configuration starts where its file is"
                    .to_owned()
            }
            Self::NoDirectory { path, .. } => match with_protos(path) {
                Some(near) => format!(
                    "did you mean {}? Write `protos = \"…\"` in the configuration, or give `--protos`",
                    near.display()
                ),
                None => "say where your protos are, with `protos = \"…\"` in the configuration, or with `--protos`"
                    .to_owned(),
            },
            Self::NoCurrentDir(_) => {
                "change into a directory that exists and that you may enter: this one was removed or renamed, or one above \
                 it keeps you out"
                    .to_owned()
            }
            Self::Config(error) => error.help.clone(),
            Self::NoRunTime { file } => {
                let place = file.as_ref().map_or_else(
                    || {
                        "write in the Cargo.toml of the workspace, or as a file protostore.toml without the first line"
                            .to_owned()
                    },
                    |file| format!("write in {}, where the table is", file.display()),
                );
                let table = if file.is_some() { "" } else { "    [workspace.metadata.protostore]\n" };
                let path = "    runtime = { path = \"../protostore/crates/protostore\" }";
                let git = "    runtime = { git = \"https://…/protostore\", rev = \"…\" }";
                format!(
                    "{place}:\n{table}{path}\nor, from a repository of git:\n{table}{git}\n`cargo protostore init` asks for it"
                )
            }
            Self::RunTime { name, .. } => {
                format!(
                    "give the directory whose Cargo.toml says `name = \"{name}\"`; a path starts where the configuration is"
                )
            }
            Self::SameName { .. } => {
                "give one of them another name: option (protostore.v1.store) = {name: \"…\"};".to_owned()
            }
            Self::Git { .. } => "name a commit, branch or tag that this clone has, such as `origin/main`".to_owned(),
            Self::NotASite { .. } => "name a directory that is new or empty, or one that this command wrote".to_owned(),
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
            Self::Config(_) | Self::NoRunTime { .. } | Self::NotASite { .. } | Self::NoCurrentDir(_) => None,
            Self::SameName { .. } | Self::Stubs { .. } | Self::Git { .. } | Self::File { .. } => None,
        }
    }
}

//! The arguments, and the project that they describe.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use protostore_build::arguments::{CheckArgs, RequestArgs};
use protostore_build::{Invocation, Project, Protos};

use crate::directory;

/// The directory of the protos, if none is given.
const ROOT: &str = "proto";
/// Where the stores go, if no place is given.
const OUT: &str = "generated";

/// Your .proto is the schema: migrations, records and services from store messages.
#[derive(Parser)]
#[command(name = "cargo protostore", bin_name = "cargo protostore", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write what the protos say; a schema that changed gets a version more.
    ///
    /// Exit codes: 0 written, or nothing changed; 1 something is asked or found, and nothing was written; 2 the command
    /// line is wrong, or nothing can be computed.
    Codegen {
        #[command(flatten)]
        project: ProjectArgs,
        #[command(flatten)]
        request: RequestArgs,
    },
    /// Compare what the protos say with what is there, and write nothing.
    ///
    /// Exit codes: 0 everything agrees; 1 something is asked or found; 2 the command line is wrong, or nothing can be
    /// computed; 3 a change is one that `--fail-on` means.
    Check {
        #[command(flatten)]
        project: ProjectArgs,
        #[command(flatten)]
        check: CheckArgs,
    },
    /// Say what a diagnostic's code means.
    Explain {
        /// The code, P0301.
        code: String,
    },
}

#[derive(clap::Args)]
pub(crate) struct ProjectArgs {
    /// The directory of your protos; imports are looked up here first. By default `proto`, here or beside the nearest
    /// Cargo.toml above.
    #[arg(long, value_name = "DIR")]
    proto_root: Option<PathBuf>,
    /// A further directory for imports: protos of others, which need not be changed.
    #[arg(short = 'I', value_name = "DIR")]
    include: Vec<PathBuf>,
    /// A file that holds a store message, instead of all below the root.
    #[arg(long, value_name = "FILE")]
    store_file: Vec<PathBuf>,
    /// Where each store gets a directory. By default `generated`, beside `proto`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The run-time crate as a dependency of the generated one, in Cargo's words.
    #[arg(long, value_name = "SPEC", default_value = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\""))]
    run_time: String,
}

impl ProjectArgs {
    pub(crate) fn project(self) -> Project {
        let invocation = Invocation { program: "cargo protostore".to_owned(), arguments: self.arguments() };
        let Self { proto_root, include, store_file, out, run_time } = self;
        // A root that is given says where it is; without one, both defaults are found together.
        let current = std::env::current_dir().unwrap_or_default();
        let base = if proto_root.is_some() { PathBuf::new() } else { directory::find(&current, ROOT) };
        let root = proto_root.clone().unwrap_or_else(|| base.join(ROOT));
        let out = out.unwrap_or_else(|| base.join(OUT));
        let (protos, includes) = if store_file.is_empty() {
            (Protos::Below(root), include)
        } else {
            // The files may all be below other directories.
            let root = Some(root).filter(|root| proto_root.is_some() || root.is_dir());
            (Protos::Files(store_file), root.into_iter().chain(include).collect())
        };
        Project { protos, includes, out, run_time, invocation }
    }

    /// Returns the arguments that differ from the defaults, as they would be typed.
    fn arguments(&self) -> String {
        let Self { proto_root, include, store_file, out, run_time } = self;
        let flag = |flag: &str, value: &PathBuf| format!("{flag} {}", quoted(&value.display().to_string()));
        let mut words = Vec::new();
        words.extend(proto_root.as_ref().map(|dir| flag("--proto-root", dir)));
        words.extend(include.iter().map(|dir| flag("-I", dir)));
        words.extend(store_file.iter().map(|file| flag("--store-file", file)));
        words.extend(out.as_ref().map(|dir| flag("--out", dir)));
        let own = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"");
        words.extend((run_time != own).then(|| format!("--run-time {}", quoted(run_time))));
        words.join(" ")
    }
}

/// Returns a word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Args, Command};
    use clap::Parser as _;

    #[test]
    fn a_finding_repeats_what_was_typed() {
        let line = ["cargo protostore", "check", "-I", "../their api", "--store-file", "store.proto"];
        let Command::Check { project, .. } = Args::parse_from(line).command else { panic!("not a check") };
        assert_eq!(project.project().invocation.arguments, "-I '../their api' --store-file store.proto");
    }
}

//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use protostore_build::arguments::{CheckArgs, OutputArgs, RequestArgs};

use crate::init::InitArgs;
use crate::project::ProjectArgs;

/// Your .proto is the schema: migrations, records and services from store messages.
#[derive(Parser)]
#[command(
    name = "cargo protostore",
    bin_name = "cargo protostore",
    version,
    after_help = "Commands on a database file, such as `cargo protostore status FILE`, are those of the program protostore."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Begin a store: a store message beside your protos, the configuration, the entry in the workspace.
    ///
    /// Without flags it asks on a terminal, and elsewhere lists the messages that could be tables. It never overwrites a
    /// file.
    Init(InitArgs),
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
    /// Write the annotations and what they import to a directory, for protoc, buf and editors.
    ExportProtos {
        /// The directory: give it to protoc as `-I DIR`, and to buf as a module of the workspace.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Say what a diagnostic's code, or the id of a change, means.
    Explain {
        /// The code, P0301; without one, all are listed.
        code: Option<String>,
    },
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, in the form that `man -l -` reads.
    Man,
}

//! The arguments of the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;
use protostore_build::FailOn;
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

/// A database that is looked at in place of the files, by the program `protostore`.
#[derive(clap::Args)]
pub(crate) struct DatabaseArgs {
    /// Look whether this database takes the upgrade to the newest version that was generated; it is only read.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["against", "fail_on"])]
    pub(crate) database: Option<PathBuf>,
    /// The private key that unlocks the database.
    #[arg(long, value_name = "FILE", requires = "database", conflicts_with = "plaintext")]
    pub(crate) key: Option<PathBuf>,
    /// The database is not encrypted.
    #[arg(long, requires = "database")]
    pub(crate) plaintext: bool,
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
    /// Compare what the protos say with what is there, and write nothing; or look whether a database takes the upgrade.
    ///
    /// Exit codes: 0 everything agrees; 1 something is asked or found; 2 the command line is wrong, or nothing can be
    /// computed; 3 a change is one that `--fail-on` means.
    Check {
        #[command(flatten)]
        project: ProjectArgs,
        #[command(flatten)]
        check: CheckArgs,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Write pages about your stores, which a browser reads from disk: tables, columns, functions, pictures, and a search.
    Docs {
        #[command(flatten)]
        project: ProjectArgs,
        /// The directory of the pages: a new one, or one that this command wrote. By default `protostore-docs` in Cargo's
        /// target directory.
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Print what is stored: the tables of your stores with the fields that no column holds, or one table with its columns,
    /// indexes, constraints and functions.
    Describe {
        #[command(flatten)]
        project: ProjectArgs,
        /// The table; without one, all tables are listed.
        table: Option<String>,
    },
    /// Say what an update of protos of others would do, before it is taken; nothing is written.
    ///
    /// Each change has what it does to clients, stored data and the previous program, and each question the line that
    /// answers it in the store message.
    ///
    /// Exit codes: 0 the update can be taken; 1 something is asked; 2 the command line is wrong, or the store messages do
    /// not compile with the update; 3 a change is one that `--fail-on` means.
    Upstream {
        /// The directory that has the newer files, from where imports begin.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// The included directory in whose place it is tried, where the project includes several.
        #[arg(long, value_name = "DIR")]
        replaces: Option<PathBuf>,
        #[command(flatten)]
        project: ProjectArgs,
        /// Exit with 3 where a change breaks clients or the previous program, or at any change: breaking or any.
        #[arg(long, value_name = "WHICH")]
        fail_on: Option<FailOn>,
    },
    /// Write the annotations and what they import to a directory, for protoc, buf and editors.
    ExportProtos {
        /// The directory: give it to protoc as `-I DIR`, and to buf as a module of the workspace.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Say what a diagnostic's code, the id of a change, or an option of the annotations means.
    Explain {
        /// The code, P0301, or the option, primary_key or TableOptions.primary_key; without one, all are listed.
        word: Option<String>,
    },
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, in the form that `man -l -` reads.
    Man,
}

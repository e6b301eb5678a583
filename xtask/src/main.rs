//! This repository's own commands: `cargo xtask codegen`, `check`, `test`, `run`, `bench`, `ci` and others.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to a terminal")]

mod bench;
mod cargo;
mod ci;
mod features;
mod histories;
mod openssl;
mod package;
mod postgres;
mod soak;
mod standalone;
mod stores;
mod weight;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use protostore_build::arguments::{CheckArgs, OutputArgs, RequestArgs};

/// This repository's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write what the store messages of this repository say.
    Codegen {
        #[command(flatten)]
        request: RequestArgs,
        #[command(flatten)]
        output: OutputArgs,
        /// A further directory for imports.
        #[arg(short = 'I', value_name = "DIR")]
        include: Vec<PathBuf>,
    },
    /// Compare what the store messages say with what is there.
    Check {
        #[command(flatten)]
        check: CheckArgs,
        #[command(flatten)]
        output: OutputArgs,
        /// A further directory for imports.
        #[arg(short = 'I', value_name = "DIR")]
        include: Vec<PathBuf>,
    },
    /// Write pages about the stores of this repository, and those of its tests, which a browser reads from disk.
    Docs {
        /// The directory of the pages.
        #[arg(value_name = "DIR", default_value = "target/protostore-docs")]
        dir: PathBuf,
    },
    /// Make the histories of the stores anew, from the protos of `tests/histories`: after a change of what migrations are,
    /// as long as nothing is released.
    Histories,
    /// Run all tests.
    #[command(disable_help_flag = true)]
    Test {
        /// What cargo test is given besides.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run a package of this repository.
    #[command(disable_help_flag = true)]
    Run {
        /// The package: auraed.
        package: String,
        /// Its own arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measure what stores cost beside rusqlite by hand, and write `docs/performance.md`.
    Bench {
        /// How many rows the tables have; may be said several times.
        #[arg(long, default_values_t = [5_000, 1_000_000])]
        rows: Vec<usize>,
        /// How many rounds each is measured.
        #[arg(long, default_value_t = 15)]
        rounds: usize,
    },
    /// Break what is below a store, again and again, and add what that has shown to `docs/faults.md`.
    Soak {
        /// For how long; each harness runs at least once.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
    },
    /// Go through the README's first hour in an empty directory, with nothing built before, and say how long each step takes.
    FirstHour,
    /// Build each crate that has features with each of them alone.
    Features,
    /// Build everything with the oldest Rust that `rust-version` promises, which must be installed.
    Minimum,
    /// Package the crates as a registry would take them.
    Package {
        /// Build each from what was packaged, too.
        #[arg(long)]
        verify: bool,
    },
    /// Build the example daemon static, and start it in an empty root.
    Static,
    /// Say what the history of its store adds to the example daemon, as it is released.
    Weight,
    /// Run everything that CI runs, in the same order.
    Ci {
        /// Leave out the tests, which ran just before.
        #[arg(long)]
        after_test: bool,
    },
}

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    if let Err(error) = std::env::set_current_dir(&root) {
        eprintln!("{}: {error}", root.display());
        return ExitCode::FAILURE;
    }
    let ok = match Args::parse().command {
        Command::Codegen { request, output, include } => {
            return stores::codegen(&include, &request.request(), &output);
        }
        Command::Check { check, output, include } => {
            return stores::check(&include, &check.comparison(), &output, check.fail_on());
        }
        Command::Docs { dir } => return stores::docs(&dir),
        Command::Histories => return histories::rewrite(),
        Command::Test { arguments } => cargo::test(&arguments),
        Command::Run { package, arguments } => cargo::run(&package, &arguments),
        Command::Bench { rows, rounds } => bench::run(&rows, rounds),
        Command::Soak { minutes } => soak::run(minutes),
        Command::FirstHour => cargo::first_hour(),
        Command::Features => features::each(),
        Command::Minimum => features::minimum(),
        Command::Package { verify } => package::package(verify),
        Command::Static => standalone::run(),
        Command::Weight => weight::run(),
        Command::Ci { after_test } => ci::run(after_test),
    };
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Looks into the file of any protostore store, by the schema that the file carries.
///
/// Exit codes: 0 done; 1 the answer is no: no such record, a script failed, a check found something; 2 the command line is
/// wrong; 3 the key is missing, cannot be read or does not open the file; 4 the file is open in another process; 5 the file
/// cannot be used: it does not exist, is damaged or is not a store; 6 the operating system failed.
#[derive(Debug, Parser)]
#[command(name = "protostore", version)]
pub(crate) struct Args {
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,

    /// When output is coloured: `auto` is on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what the file is: its store, its versions, its size, its key.
    Status {
        #[command(flatten)]
        file: File,
        /// A generated crate, the directory that has `schema.lock`: say which of its versions the database is yet to be
        /// upgraded to. Of several, the one of the database's store is taken.
        #[arg(long, value_name = "DIR")]
        history: Vec<PathBuf>,
    },
    /// List the tables, with the number of records in each.
    Tables(File),
    /// Print the records of a table, or one of them.
    ///
    /// A field with `debug_redact` is printed as [redacted].
    Show {
        #[command(flatten)]
        file: File,
        #[command(flatten)]
        what: What,
    },
    /// Run SQL: each argument is a script; without one, read from the terminal or from standard input.
    ///
    /// Nothing can be changed, unless --write is given. SQL is not redacted; the views `<table>_readable` leave out what is
    /// `debug_redact`.
    Shell {
        #[command(flatten)]
        file: File,
        /// SQL to run.
        #[arg(value_name = "SQL")]
        sql: Vec<String>,
        /// Let rows be changed. The constraints of the database hold; rules that only the store knows, such as patterns,
        /// revisions and chains of hashes, are not checked.
        #[arg(long)]
        write: bool,
    },
    /// Print all rows as lines of JSON, which `import` reads; or write them into a plain SQLite file.
    ///
    /// Values of fields with `debug_redact` are left out.
    Export {
        #[command(flatten)]
        file: File,
        /// Write a file of plain SQLite instead, which any program reads.
        #[arg(id = "sqlite", long = "sqlite", value_name = "TO")]
        plain: Option<PathBuf>,
        /// Replace the file that --sqlite names.
        #[arg(long, requires = "sqlite")]
        replace: bool,
        /// Export the values of fields with `debug_redact` too.
        #[arg(long)]
        reveal: bool,
    },
    /// Read the lines of an export into a database of the same version that has no rows: all of them, or none.
    ///
    /// A daemon makes such a database when it starts without one.
    Import {
        #[command(flatten)]
        file: File,
        /// The lines. Default: standard input.
        #[arg(value_name = "LINES")]
        lines: Option<PathBuf>,
    },
    /// Copy the database into another file, under the same key and with a salt of its own; the copy is checked, and only
    /// then gets its name.
    ///
    /// While a daemon has the file open, its own call makes the backup.
    Backup {
        #[command(flatten)]
        file: File,
        /// The copy.
        #[arg(value_name = "TO")]
        to: PathBuf,
        /// Replace a file that has the name already.
        #[arg(long)]
        replace: bool,
    },
    /// Put a backup in the place of a database, or where there is none yet; both are checked. The backup stays as it is.
    Restore {
        /// The backup.
        #[arg(value_name = "BACKUP")]
        backup: PathBuf,
        #[command(flatten)]
        file: File,
        /// The private key that unlocks the backup, where it is not that of the database.
        #[arg(long, value_name = "FILE")]
        backup_key: Option<PathBuf>,
        /// Replace the database that is there.
        #[arg(long)]
        replace: bool,
    },
    /// Encrypt the database anew, under another key. At each moment exactly one of the two keys opens it.
    ///
    /// Copies that were made before, such as backups, keep the old key.
    Rotate {
        #[command(flatten)]
        file: File,
        /// The new private key.
        #[arg(long, value_name = "FILE")]
        new_key: PathBuf,
    },
    /// Search the file for damage: cipher, pages, references, versions, structure. The exit code is 1 if anything is wrong.
    ///
    /// The chains of hashes take the program of the store.
    Verify {
        #[command(flatten)]
        file: File,
        /// Fail unless the database has the commit of this sequence, which was noted elsewhere: an older copy that was put
        /// back has not.
        #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
        at_least: u64,
    },
    /// Take the database back to an earlier version of its schema, by the steps that it has itself, or by the copy from before
    /// the upgrade. It first says what that loses, and asks for a yes.
    ///
    /// All or nothing: where a step fails, the database is as it was. `backup` makes a copy before.
    Downgrade {
        #[command(flatten)]
        file: File,
        /// The version to go back to.
        #[arg(long, value_name = "VERSION")]
        to: u32,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Look whether the newest version of a store would take the database: compare the structure, and make the upgrade in a
    /// copy that is thrown away. The exit code is 1 if anything is in the way.
    ///
    /// The database is only read. The copy is beside it, under the same key, until the command ends.
    Check {
        #[command(flatten)]
        file: File,
        /// The generated crate with the newest version: the directory that has `schema.lock`. Of several, the one of the
        /// database's store is taken.
        #[arg(long, value_name = "DIR", required = true)]
        history: Vec<PathBuf>,
    },
    /// About keys.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Print a script that completes this command in a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Print the id that the key has for this file: the one that a store logs when it opens the file with that key.
    ///
    /// It works while a daemon has the file open, and with a key that does not open it.
    Id(File),
}

/// A database file, and what unlocks it.
#[derive(Debug, clap::Args)]
pub(crate) struct File {
    /// The database file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The private key that unlocks the database. Default: the file that PROTOSTORE_KEY names, or else `server.key` in the
    /// directory of the database.
    #[arg(id = "key_file", long = "key", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,

    /// The database is not encrypted.
    #[arg(long, conflicts_with = "key_file")]
    pub(crate) plaintext: bool,

    /// Open a file whose log is gone, without the commits that were in it.
    #[arg(long)]
    pub(crate) accept_lost_log: bool,

    /// Wait so many seconds for a process that has the file open.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) wait: u64,
}

/// Which records are printed, and how.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct What {
    /// The table.
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,

    /// The key of one record; a key of several fields is several arguments, in their order.
    #[arg(id = "record_key", value_name = "KEY")]
    pub(crate) key: Vec<String>,

    /// Print at most so many records; 0 is all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u64,

    /// Print a line for each value: `auto` does so where a table is wider than the terminal.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) expanded: Expanded,

    /// Print fields with `debug_redact` too.
    #[arg(long)]
    pub(crate) reveal: bool,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns, for people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// When a table is printed as a line for each value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expanded {
    /// Where it is wider than the terminal.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}

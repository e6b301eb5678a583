//! A PostgreSQL server of the distribution, started for one test and stopped with it.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The user and group `nobody` of Debian, since the server refuses to run as root.
const NOBODY: u32 = 65534;

/// A running server.
pub(crate) struct Server {
    programs: PathBuf,
    dir: TempDir,
    is_root: bool,
}

impl Server {
    /// Starts a server; returns none where none is installed and none is required.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = std::env::var_os("PROTOSTORE_POSTGRES").is_some_and(|value| value == "required");
            assert!(!required, "PROTOSTORE_POSTGRES=required, and no PostgreSQL is installed");
            return None;
        };
        let dir = tempfile::tempdir().expect("a temporary directory");
        // The owner of a process's directory is the user that it runs as.
        let is_root = std::fs::metadata("/proc/self").expect("the process").uid() == 0;
        if is_root {
            chown(dir.path(), Some(NOBODY), Some(NOBODY)).expect("a directory of nobody");
        }
        let server = Self { programs, dir, is_root };
        let data = server.dir.path().join("data");
        let mut init = server.program("initdb");
        init.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--no-sync", "-D"]);
        succeeds(init.arg(&data));
        let options = format!("-k {} -c listen_addresses='' -c fsync=off", server.dir.path().display());
        let log = server.dir.path().join("log");
        let mut start = server.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "-D"]).arg(&data).arg("-o").arg(options).arg("-l").arg(log);
        succeeds(&mut start);
        Some(server)
    }

    /// Runs a script in a database of its own; returns the errors.
    pub(crate) fn run(&self, database: &str, script: &str) -> String {
        succeeds(self.client("createdb").arg(database));
        self.answers(database, database, script).1
    }

    /// Runs a script of this name in a database that is there; returns the rows, a line each, and the errors.
    pub(crate) fn answers(&self, database: &str, name: &str, script: &str) -> (String, String) {
        let path = self.dir.path().join(format!("{name}.sql"));
        std::fs::write(&path, script).expect("a script");
        let mut psql = self.client("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-d", database, "-f"]).arg(path);
        let Output { status, stdout, stderr } = psql.output().expect("psql runs");
        let [rows, errors] = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(status.success(), "{errors}");
        (rows, errors)
    }

    fn client(&self, name: &str) -> Command {
        let mut client = self.program(name);
        client.arg("-h").arg(self.dir.path()).args(["-U", "postgres"]);
        client
    }

    /// Returns a program of PostgreSQL, as a user that is not root.
    fn program(&self, name: &str) -> Command {
        let mut program = Command::new(self.programs.join(name));
        program.current_dir(self.dir.path()).env("LC_ALL", "C").env("PGOPTIONS", "-c client_min_messages=error");
        if self.is_root {
            program.uid(NOBODY).gid(NOBODY);
        }
        program
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        let stopped =
            stop.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(self.dir.path().join("data")).status();
        assert!(std::thread::panicking() || stopped.is_ok_and(|status| status.success()), "the server was not stopped");
    }
}

/// Returns the directory of the programs of the newest server that is installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &Path| path.file_name().and_then(OsStr::to_str).and_then(|name| name.parse::<u32>().ok());
    let of_debian = versions.map(|entry| entry.path()).max_by_key(|path| number(path)).map(|path| path.join("bin"));
    let in_path = std::env::var_os("PATH");
    let in_path = in_path.iter().flat_map(std::env::split_paths);
    of_debian.into_iter().chain(in_path).find(|dir| dir.join("initdb").is_file() && dir.join("pg_ctl").is_file())
}

fn succeeds(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{}: {e}", command.get_program().to_string_lossy()));
    assert!(output.status.success(), "{}: {}", command.get_program().to_string_lossy(), text(&output));
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

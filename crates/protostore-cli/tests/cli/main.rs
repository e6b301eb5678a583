//! The command as it is typed: each file of `cases` is a session, with what it prints and how it ends.
//!
//! A session begins in a directory of its own with the databases of `home.rs`. `PROTOSTORE_UPDATE=1` writes what is printed
//! into the files.

mod home;
mod json;
mod session;
#[cfg(target_os = "linux")]
mod terminal;

use std::path::{Path, PathBuf};

use home::Home;

fn cases() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = std::fs::read_dir(&dir).expect("the directory of the cases");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a case").path()).collect();
    files.sort();
    files
}

#[test]
fn each_session_prints_what_its_case_says() {
    let files = cases();
    assert!(files.len() > 5, "only {} cases were found", files.len());
    let update = std::env::var_os("PROTOSTORE_UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in files {
        let expected = std::fs::read_to_string(&path).expect("a case");
        let home = Home::new();
        let printed = session::replay(&expected, &home);
        if update {
            std::fs::write(&path, printed).expect("a case is written");
        } else if printed != expected {
            wrong.push(format!("{}:\n{printed}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "PROTOSTORE_UPDATE=1 writes what is printed now\n{}", wrong.join("\n"));
}

#[test]
fn reading_changes_no_byte() {
    let home = Home::new();
    let files = ["aurae.db", "crashed.db", "crashed.db-wal", "plain.db", "installs.db"];
    let read = || files.map(|file| std::fs::read(home.path().join(file)).expect("a database"));
    let before = read();
    for line in [
        "protostore status aurae.db",
        "protostore tables crashed.db",
        "protostore show aurae.db networks",
        "protostore show aurae.db networks --key other.key",
        "protostore status plain.db --plaintext",
        "protostore shell crashed.db 'SELECT * FROM networks' 'DELETE FROM networks'",
        "protostore shell aurae.db 'PRAGMA wal_checkpoint(TRUNCATE)'",
        "protostore shell aurae.db 'PRAGMA query_only = OFF; DELETE FROM networks'",
        "protostore status installs.db",
        "protostore status installs.db --history generated/autoinstall",
        "protostore check installs.db --history generated/autoinstall",
        "protostore check crashed.db --history generated/aurae",
        "protostore downgrade installs.db --to 3",
    ] {
        session::run(line, &home);
        assert!(read() == before, "{line} changed a file");
    }
}

/// The control of the test above: a command that writes is seen.
#[test]
fn writing_changes_bytes() {
    let home = Home::new();
    let read = || std::fs::read(home.path().join("aurae.db")).expect("a database");
    let before = read();
    session::run("protostore shell aurae.db --write 'DELETE FROM nics'", &home);
    assert!(read() != before);
}

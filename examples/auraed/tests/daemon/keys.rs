//! No key, no data.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;

use crate::process::{Daemon, refused, serve};
use crate::{create, get, machine};

/// Makes a directory with a store of one record, and returns what the database holds.
async fn stopped_store(data: &Path) -> Vec<u8> {
    let daemon = Daemon::start(data);
    create(&daemon.connect().await, machine("a-name-to-look-for")).await.unwrap();
    daemon.stop(Signal::TERM);
    fs::read(data.join("aurae.db")).unwrap()
}

#[tokio::test]
async fn the_files_tell_nothing() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let daemon = Daemon::start(&data);
    create(&daemon.connect().await, machine("a-name-to-look-for")).await.unwrap();
    daemon.kill();
    for entry in fs::read_dir(&data).unwrap().map(Result::unwrap).filter(|e| e.file_type().unwrap().is_file()) {
        let bytes = fs::read(entry.path()).unwrap();
        // The room that is set aside holds nothing.
        if entry.path().extension().is_some_and(|end| end == "reserve") {
            assert!(bytes.iter().all(|byte| *byte == 0), "{}", entry.path().display());
            continue;
        }
        for word in [&b"a-name-to-look-for"[..], b"virtual_machines", b"SQLite format"] {
            let found = bytes.windows(word.len()).any(|window| window == word);
            assert!(!found, "{} holds {:?}", entry.path().display(), String::from_utf8_lossy(word));
        }
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{} has mode {mode:o}", entry.path().display());
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (data, other) = (home.path().join("data"), home.path().join("other"));
    let before = stopped_store(&data).await;
    stopped_store(&other).await;
    let mut command = serve(&data);
    command.arg("--key").arg(other.join("server.key"));
    let said = refused(command);
    assert!(said.contains("key"), "{said}");
    assert_eq!(fs::read(data.join("aurae.db")).unwrap(), before);
    let daemon = Daemon::start(&data);
    get(&daemon.connect().await, "a-name-to-look-for").await.unwrap();
}

#[tokio::test]
async fn a_lost_key_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    stopped_store(&data).await;
    fs::rename(data.join("server.key"), home.path().join("server.key")).unwrap();
    let said = refused(serve(&data));
    assert!(said.contains("put the key back"), "{said}");
    assert!(!data.join("server.key").exists());
}

#[tokio::test]
async fn a_key_that_others_may_read_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    stopped_store(&data).await;
    fs::set_permissions(data.join("server.key"), Permissions::from_mode(0o644)).unwrap();
    let said = refused(serve(&data));
    assert!(said.contains("server.key"), "{said}");
}

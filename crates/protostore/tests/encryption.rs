//! Without the key there is nothing to be had from the files, and nothing to be done to them.
#![cfg(feature = "sqlcipher")]

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;
mod process;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fixture::{Network, SCHEMA};
use process::Process;
use protostore::{Key, Kind, Options};

const SECRETS: [&str; 6] =
    ["marker-network", "marker-cidr", "networks", "mac_address", "FixtureStore", "SQLite format 3"];

fn key() -> Key {
    Key::from_pem(fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/rsa-pkcs8.pem")).unwrap()).unwrap()
}

fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

#[track_caller]
fn nothing_readable(directory: &Path) {
    for (name, bytes) in contents(directory) {
        // The room that is set aside holds nothing.
        if name.ends_with(".reserve") {
            assert!(bytes.iter().all(|byte| *byte == 0), "{name}");
            continue;
        }
        for secret in SECRETS {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} can be read in {name}");
        }
    }
}

#[test]
#[ignore = "a process that other tests start"]
fn keeper() {
    let Some(path) = process::database() else { return };
    let store = Options::new().allow_tools(true).open(&SCHEMA, path, &key()).unwrap();
    store
        .write(|tx| {
            (0..300).try_for_each(|number| {
                let (id, cidr) = (format!("marker-network-{number}"), format!("marker-cidr-{number}"));
                tx.insert(&Network { id, cidr }).map(|_| ())
            })
        })
        .unwrap();
    process::say("written");
    loop {
        std::thread::park();
    }
}

#[test]
fn records_and_names_cannot_be_read() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("aurae.db");
    let mut process = Process::start("keeper", &path);
    assert_eq!(process.line(), "written");
    let names: Vec<_> = contents(home.path()).into_keys().collect();
    assert_eq!(names, ["aurae.db", "aurae.db-shm", "aurae.db-wal", "aurae.db.lock", "aurae.db.reserve"]);
    nothing_readable(home.path());
    process.kill();
    nothing_readable(home.path());

    let before = contents(home.path());
    let stranger = Options::new().open(&SCHEMA, &path, &Key::from_secret([1; 32])).unwrap_err();
    assert_eq!(stranger.kind(), Kind::Key);
    assert!(stranger.to_string().contains("wrong key or damaged file"), "{stranger}");
    assert!(before.iter().all(|(name, bytes)| name.ends_with(".lock") || contents(home.path())[name] == *bytes));

    let store = Options::new().open(&SCHEMA, &path, &key()).unwrap();
    let page = store.read(|view| view.page::<Network>(None, 1000)).unwrap();
    assert_eq!(page.records.len(), 300, "what was acknowledged is there");
    store.close().unwrap();
    nothing_readable(home.path());
}

//! The databases and key files that a session begins with.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use aurae::{Image, ImageFormat, Network, Nic, VirtualMachine};
use autoinstall::{User, UserCredential};
use protostore::{Duration, Key, Timestamp};
use tempfile::TempDir;

/// A directory with databases: `aurae.db` of the store of aurae; `plain.db`, the same without encryption; `crashed.db`, the
/// same with its log; `alone.db`, the same without its log; `installs.db` of another store; `held.db`, which this process
/// has open; `other.key`, which opens none of them; `generated`, the crates of this repository.
pub(crate) struct Home {
    dir: TempDir,
    _held: aurae::Store,
}

/// Noon of 30 November 2026.
const NOON: i64 = 1_796_040_000;

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = |name: &str| dir.path().join(name);
        key_file(&path("server.key"), "ed25519-pkcs8.pem");
        key_file(&path("other.key"), "ec-p256-pkcs8.pem");
        key_file(&path("exposed.key"), "ed25519-pkcs8.pem");
        fs::set_permissions(path("exposed.key"), Permissions::from_mode(0o644)).expect("a mode");
        let key = Key::from_pem_file(path("server.key")).expect("a key");

        fill(&path("aurae.db"), &key, false).close().expect("closes");
        fill(&path("plain.db"), &key, true).close().expect("closes");
        aurae::Options::new().open(path("empty.db"), &key).expect("opens").close().expect("closes");
        let running = fill(&path("running.db"), &key, false);
        for (from, to) in
            [("running.db", "crashed.db"), ("running.db-wal", "crashed.db-wal"), ("running.db", "alone.db")]
        {
            fs::copy(path(from), path(to)).expect("a copy");
        }
        running.close().expect("closes");

        let store = autoinstall::Options::new().open(path("installs.db"), &key).expect("opens");
        let user = User {
            id: "01980000-0000-7000-8000-000000000001".to_owned(),
            email: "ops@example.com".to_owned(),
            credential: Some(UserCredential::PasswordHash("$argon2id$secret".to_owned())),
            ..User::default()
        };
        store.write(move |tx| tx.insert(&user)).expect("inserts");
        store.close().expect("closes");

        fs::write(path("notes.db"), "not a database, but long enough to look like one: ".repeat(200)).expect("a file");
        fs::set_permissions(path("notes.db"), Permissions::from_mode(0o600)).expect("a mode");
        let generated = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../generated");
        std::os::unix::fs::symlink(generated, path("generated")).expect("a link");
        let held = fill(&path("held.db"), &key, false);
        Self { dir, _held: held }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Writes a private key that its owner alone may read.
fn key_file(path: &Path, vector: &str) {
    let vectors: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protostore/tests/vectors");
    fs::copy(vectors.join(vector), path).expect("a key");
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("a mode");
}

/// Makes a database with records.
fn fill(path: &Path, key: &Key, plaintext: bool) -> aurae::Store {
    let store = aurae::Options::new().plaintext(plaintext).open(path, key).expect("opens");
    let at = |seconds| Timestamp::new(NOON + seconds, 0);
    let image = Image {
        id: "alpine".into(),
        path: "/img/alpine.raw".into(),
        format: ImageFormat::Raw,
        create_time: at(0),
        ..Image::default()
    };
    let networks = ["dmz", "lan"].map(|id| Network {
        id: id.into(),
        cidr: if id == "lan" { "10.0.0.0/24".into() } else { "10.0.1.0/24".into() },
        nameservers: vec!["10.0.0.1".into(), "10.0.0.2".into()],
        lease_time: (id == "lan").then(|| Duration::new(3600, 500_000_000).expect("a duration")),
        create_time: at(1),
        ..Network::default()
    });
    let machine = VirtualMachine {
        id: "vm-1".into(),
        mem_size_mb: 512,
        vcpu_count: 2,
        image_ids: vec!["alpine".into()],
        tags: vec!["web\u{1b}[31m".into(), "front".into()],
        create_time: at(2),
        ..VirtualMachine::default()
    };
    let nics = ["52:54:00:00:00:01", "52:54:00:00:00:02"].map(|address| Nic {
        mac_address: address.into(),
        machine_id: "vm-1".into(),
        network_id: "lan".into(),
        create_time: at(3),
        ..Nic::default()
    });
    store
        .write(move |tx| {
            tx.insert(&image)?;
            networks.iter().try_for_each(|network| tx.insert(network).map(drop))?;
            tx.insert(&machine)?;
            nics.iter().try_for_each(|nic| tx.insert(nic).map(drop))
        })
        .expect("inserts");
    store
}

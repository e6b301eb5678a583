//! Damage is told as damage wherever it is met, and what is whole is still read and written.
#![cfg(feature = "sqlcipher")]

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fixture::{Image, Machine, Mount, Network, SCHEMA, State};
use protostore::{CheckInfo, CheckState, Error, Key, Kind, Options, Sqlite, Store};

const PAGE: usize = 4096;

fn key() -> Key {
    Key::from_secret([7; 32])
}

fn open(path: &Path) -> Result<Store<Sqlite>, Error> {
    Options::new().readers(1).open(&SCHEMA, path, &key())
}

/// Records of all sizes: within a page, over two, and over a long chain of them.
struct Records {
    networks: Vec<Network>,
    images: Vec<Image>,
    machines: Vec<Machine>,
}

impl Records {
    fn new() -> Self {
        let network = |n: usize| Network { id: format!("n{n:02}"), cidr: format!("{n}").repeat(n * 7 + 1) };
        let size = |n: u64| usize::try_from(n).expect("small") * 977;
        let digest = |n| (0..size(n)).map(|at| u8::try_from(at % 251).expect("small")).collect();
        let mounts = |n: usize| vec![Mount { host_path: "m".repeat(n * 400), size: 1, read_only: None }; n % 5];
        let machine = |n: usize| Machine {
            id: format!("m{n:02}"),
            state: State::Running,
            kernel_args: (0..n * 3).map(|at| at.to_string()).collect(),
            mounts: mounts(n),
            ..Machine::default()
        };
        Self {
            networks: (0..30).map(network).collect(),
            images: (1..25).map(|number| Image { number, digest: digest(number) }).collect(),
            machines: (0..20).map(machine).collect(),
        }
    }

    fn write(&self, path: &Path) {
        let store = open(path).expect("opens");
        let (networks, images, machines) = (self.networks.clone(), self.images.clone(), self.machines.clone());
        store
            .write(move |tx| {
                networks.iter().try_for_each(|r| tx.insert(r).map(drop))?;
                images.iter().try_for_each(|r| tx.insert(r).map(drop))?;
                machines.iter().try_for_each(|r| tx.insert(r).map(drop))
            })
            .expect("writes");
        store.close().expect("closes");
    }

    /// Writes each record again, all at once, so that they share commits, and returns what came of it.
    async fn rewrite(&self, store: &Store<Sqlite>) -> Vec<Result<(), Error>> {
        let mut writes = tokio::task::JoinSet::new();
        for r in self.images.iter().cloned() {
            let store = store.clone();
            writes.spawn(async move { store.table::<Image>().upsert(r).await.map(drop) });
        }
        for r in self.machines.iter().cloned() {
            let store = store.clone();
            writes.spawn(async move { store.table::<Machine>().upsert(r).await.map(drop) });
        }
        let written = writes.join_all().await;
        for e in written.iter().filter_map(|told| told.as_ref().err()) {
            assert_eq!(e.kind(), Kind::Damaged, "{e}");
        }
        written
    }

    /// Reads each record alone, and returns the names of those that are damaged; all others are as they were written.
    async fn damaged(&self, store: &Store<Sqlite>) -> BTreeSet<String> {
        let mut damaged = BTreeSet::new();
        let mut check = |name: String, told: Result<bool, Error>| match told {
            Ok(same) => assert!(same, "{name} is not as it was written"),
            Err(e) => {
                assert_eq!(e.kind(), Kind::Damaged, "{name}: {e}");
                damaged.insert(name);
            }
        };
        for r in &self.networks {
            let read = store.table::<Network>().get(&r.id).await;
            check(r.id.clone(), read.map(|read| read.as_ref() == Some(r)));
        }
        for r in &self.images {
            let read = store.table::<Image>().get(r.number).await;
            check(format!("image {}", r.number), read.map(|read| read.as_ref() == Some(r)));
        }
        for r in &self.machines {
            let read = store.table::<Machine>().get(&r.id).await;
            check(r.id.clone(), read.map(|read| read.as_ref() == Some(r)));
        }
        damaged
    }
}

#[tokio::test]
async fn a_flipped_byte_is_damage_and_nothing_else_wherever_it_is() {
    let home = tempfile::tempdir().expect("directory");
    let whole = home.path().join("whole.db");
    let records = Records::new();
    records.write(&whole);
    let bytes = fs::read(&whole).expect("is there");
    let mut random = fastrand::Rng::with_seed(41);
    let (mut refused, mut met, mut refused_writes) = (0, 0, 0);
    for page in (0..bytes.len() / PAGE).step_by(2) {
        let offset = page * PAGE + random.usize(0..PAGE);
        let path = home.path().join(format!("{page}.db"));
        let mut flipped = bytes.clone();
        flipped[offset] ^= 1 << random.u32(0..8);
        fs::write(&path, &flipped).expect("writes");
        fs::set_permissions(&path, fs::metadata(&whole).expect("is there").permissions()).expect("is ours");
        let store = match open(&path) {
            Ok(store) => store,
            Err(e) => {
                let first = page == 0 && e.kind() == Kind::Key;
                assert!(first || e.kind() == Kind::Damaged, "byte {offset} of page {page}: {:?}: {e}", e.kind());
                refused += 1;
                continue;
            }
        };
        let damaged = records.damaged(&store).await;
        met += usize::from(!damaged.is_empty());
        let all = records.networks.len() + records.images.len() + records.machines.len();
        assert!(damaged.len() < all, "a page is not everything: {page}");
        // What is read in pages is right as far as it goes.
        match store.table::<Image>().page(None, 1000).await {
            Ok(read) => assert!(read.records == records.images, "page {page}"),
            Err(e) => assert_eq!(e.kind(), Kind::Damaged, "byte {offset} of page {page}: {e}"),
        }
        assert_eq!(records.damaged(&store).await, damaged, "the same as before: page {page}");
        // A write that meets damage fails alone: the others of its group are kept, and the store goes on.
        let written = records.rewrite(&store).await;
        let after = records.damaged(&store).await;
        // A search compares with rows of its own table: where writes move a damaged one, more of that table meet it, and none
        // of another.
        let tables = |names: &BTreeSet<String>| names.iter().map(|name| name[..1].to_owned()).collect::<BTreeSet<_>>();
        if !damaged.is_empty() {
            assert!(tables(&after).is_subset(&tables(&damaged)), "page {page}: {damaged:?}, then {after:?}");
        }
        refused_writes += written.iter().filter(|told| told.is_err()).count();
        let network = |n: usize| Network { id: format!("x{n}"), cidr: format!("x{n}") };
        for n in 0..3 {
            match store.table::<Network>().insert(network(n)).await {
                Ok(_) => {
                    assert_eq!(store.table::<Network>().get(&format!("x{n}")).await.expect("reads"), Some(network(n)))
                }
                Err(e) => assert_eq!(e.kind(), Kind::Damaged, "byte {offset} of page {page}: {e}"),
            }
        }
        if let Err(e) = store.close() {
            assert_eq!(e.kind(), Kind::Damaged, "byte {offset} of page {page}: {e}");
        }
        for suffix in ["db", "db-wal", "db.lock"] {
            let _ = fs::remove_file(path.with_extension(suffix));
        }
    }
    assert!(refused > 0 && met > 10, "{refused} refused, {met} met while reading");
    assert!(refused_writes > 10, "{refused_writes} writes met damage");
}

/// A copy of the database as it would be after a crash, with one byte of this page changed; none changes nothing.
fn crashed(from: &Path, to: &Path, page: Option<usize>) {
    for suffix in ["", "-wal"] {
        let name = |path: &Path| path.with_extension(format!("db{suffix}"));
        fs::copy(name(from), name(to)).expect("copies");
    }
    if let Some(page) = page {
        let mut bytes = fs::read(to).expect("is there");
        bytes[page * PAGE + 100] ^= 1;
        fs::write(to, bytes).expect("writes");
    }
}

/// Waits for the search for damage to end.
fn searched(store: &Store<Sqlite>) -> CheckInfo {
    let start = Instant::now();
    loop {
        let check = store.info().engine.check;
        if check.state != CheckState::Running {
            return check;
        }
        assert!(start.elapsed() < Duration::from_secs(300), "{check:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[tokio::test]
async fn after_a_crash_the_store_serves_and_looks_for_damage_meanwhile() {
    let home = tempfile::tempdir().expect("directory");
    let path = home.path().join("whole.db");
    let records = Records::new();
    records.write(&path);
    let pages = fs::read(&path).expect("is there").len() / PAGE;
    let store = open(&path).expect("opens");
    assert_eq!(store.info().engine.check.state, CheckState::NotNeeded);
    store.table::<Network>().insert(Network { id: "newest".into(), cidr: "newest".into() }).await.expect("writes");
    let copy = |name: &str, page| {
        let to = home.path().join(name).with_extension("db");
        crashed(&path, &to, page);
        to
    };

    let whole = copy("crashed", None);
    let opened = open(&whole).expect("opens");
    assert!(opened.info().engine.recovered);
    assert!(opened.table::<Network>().exists("newest").await.expect("reads"));
    assert!(records.damaged(&opened).await.is_empty());
    let check = searched(&opened);
    assert_eq!((check.state, check.damaged, check.findings.len()), (CheckState::Done, 0, 0), "{check:?}");
    assert_eq!(check.tables, check.of);
    opened.close().expect("closes");
    let opened = Options::new().check_first(true).open(&SCHEMA, copy("first", None), &key()).expect("opens");
    assert_eq!(opened.info().engine.check.state, CheckState::Before);
    // Closing does not wait for a search: this one has just begun.
    open(&copy("closed", None)).expect("opens").close().expect("closes");

    let mut found = 0;
    for page in (pages / 3..pages).step_by(11) {
        let opened = match open(&copy(&page.to_string(), Some(page))) {
            Ok(opened) => opened,
            Err(e) => panic!("page {page}: {e}"),
        };
        let check = searched(&opened);
        let damaged = records.damaged(&opened).await;
        assert_eq!(check.state, CheckState::Done);
        assert_eq!(check.damaged > 0, !check.findings.is_empty());
        // What is met is found, unless it was in the newest log.
        assert!(check.damaged > 0 || damaged.is_empty(), "page {page}: {damaged:?}");
        assert!(damaged.len() < 40, "the others are served: page {page}");
        found += usize::from(check.damaged > 0);
        let first = Options::new().check_first(true).open(&SCHEMA, copy("again", Some(page)), &key());
        assert_eq!(first.expect_err("is damaged").kind(), Kind::Damaged);
        opened.close().expect("closes");
    }
    assert!(found > 2, "{found}");
}

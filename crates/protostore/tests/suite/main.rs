//! The run-time half, over a store as codegen would write it.

#[path = "../fixture/mod.rs"]
mod fixture;

mod again;
mod bounds;
mod call_options;
mod deadline_races;
mod deadlines;
#[cfg(feature = "prost")]
mod deep;
mod faces;
mod faults;
mod forks;
mod full;
mod given;
mod group;
mod joins;
mod lists;
mod log;
mod masks;
mod once;
mod one_writer;
mod parts;
mod records;
mod refusals;
mod refused;
mod restart;
mod sequences;
mod short_reads;
mod snapshots;
mod warm_reads;

use given::{fill, machine, nic, told};
use protostore::{Key, Options, Schema, Sqlite, Store};

/// The engine that the suite runs over. Those of its files that name it so run over another as well, in the library's own
/// tests: one that goes wrong as a server does.
type Db = Sqlite;

/// Where a store is, for as long as it is there.
type Place = tempfile::TempDir;

/// A TEST store with the network `lan` and the images 1 to 3.
fn store() -> Store<Db> {
    let store = fixture::open_test().expect("a TEST store opens");
    fill(&store);
    store
}

/// An empty TEST store of a schema.
fn empty(schema: &'static Schema) -> Store<Db> {
    Options::new().open_test(schema).expect("a TEST store opens")
}

/// An empty TEST store whose pages have so many bytes.
fn paged(bytes: usize) -> Store<Db> {
    Options::new().readers(2).page_bytes(bytes).open_test(&fixture::SCHEMA).expect("a TEST store opens")
}

/// Makes an empty store of a schema, and says where it is.
fn open(schema: &'static Schema) -> (Place, Store<Db>) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().canonicalize().expect("is there").join("suite.db");
    let key = Key::from_secret([7; 32]);
    (directory, Options::new().plaintext(true).open(schema, path, &key).expect("opens"))
}

/// Closes a store, and looks for references to what is not there.
fn close(directory: Place, store: Store<Db>) {
    let path = store.info().engine.path.clone();
    store.close().expect("closes");
    let file = rusqlite::Connection::open(path).expect("opens");
    let mut check = file.prepare("PRAGMA foreign_key_check").expect("prepares");
    assert!(check.query(()).expect("runs").next().expect("reads").is_none(), "a reference leads nowhere");
    drop(directory);
}

//! Upkeep through the public API: backups, restoring them, other keys, verification, what a store says about itself.
#![cfg(feature = "sqlcipher")]

#[path = "../fixture/mod.rs"]
#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;

mod backups;
mod caches;
#[cfg(feature = "prost")]
mod exports;
mod housework;
mod restores;
mod rotations;
mod verifies;

use std::path::{Path, PathBuf};

use fixture::{Network, SCHEMA};
use protostore::{Error, Key, Options, Store};
use tempfile::TempDir;

/// A directory with a database of so many networks, closed.
fn database(networks: usize) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a directory");
    let path = home.path().canonicalize().expect("is there").join("fixture.db");
    let store = open(&path, &key(1)).expect("opens");
    write(&store, 0..networks);
    store.close().expect("closes");
    (home, path)
}

fn key(number: u8) -> Key {
    Key::from_secret([number; 32])
}

fn open(path: &Path, key: &Key) -> Result<Store, Error> {
    Options::new().readers(1).open(&SCHEMA, path, key)
}

fn network(number: usize) -> Network {
    Network { id: format!("n{number:06}"), cidr: format!("{number} ").repeat(number % 50 + 1) }
}

/// Waits for the asynchronous face of a store.
fn here<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Writes networks in one transaction.
fn write(store: &Store, numbers: std::ops::Range<usize>) {
    let all: Vec<_> = numbers.map(network).collect();
    store.write(move |tx| all.iter().try_for_each(|network| tx.insert(network).map(drop))).expect("writes");
}

/// Reads all networks: they are those from 0 on, each as it was written. Returns how many there are.
fn read(store: &Store) -> usize {
    let all = store.read(|view| view.page::<Network>(None, 1_000_000)).expect("reads").records;
    all.iter().enumerate().for_each(|(number, found)| assert_eq!(*found, network(number)));
    all.len()
}

/// Opens a database, reads all networks and closes it.
fn count(path: &Path, key: &Key) -> usize {
    let store = open(path, key).expect("opens");
    let count = read(&store);
    store.close().expect("closes");
    count
}

/// Returns the names in the directory of a file, without those of locks and reserves.
fn names(beside: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(beside.parent().expect("has one")).expect("lists");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("is text")).collect();
    names.retain(|name| !name.ends_with(".lock") && !name.ends_with(".reserve"));
    names.sort();
    names
}

//! The page caches of a store's connections: together they have what the options say, and who misses pages gets it.

use protostore::{Options, Store};

use super::fixture::{Network, SCHEMA};
use super::{database, here, key, network};

/// How many networks there are: some 3 MiB.
const NETWORKS: usize = 24_000;

/// Reads every eighth network in a closure each, and returns how many pages were in no cache.
fn closures(store: &Store) -> u64 {
    missed(store, |id| drop(store.read(|view| view.get::<Network>(id)).expect("reads")))
}

/// The same, awaited.
fn awaited(store: &Store) -> u64 {
    missed(store, |id| drop(here(store.table::<Network>().get(id)).expect("reads")))
}

fn missed(store: &Store, read: impl Fn(&str)) -> u64 {
    let before = store.status().expect("says").cache.misses;
    (0..NETWORKS).step_by(8).for_each(|number| read(&network(number).id));
    store.status().expect("says").cache.misses - before
}

#[test]
fn a_connection_that_misses_pages_takes_the_room_of_those_that_do_not() {
    let (_home, path) = database(NETWORKS);
    let open = |cache: u64| Options::new().readers(1).cache(cache).open(&SCHEMA, &path, &key(1)).expect("opens");
    // One of the connections can have all pages of the file, and no two.
    let store = open(8 << 20);
    assert_eq!(store.status().expect("says").cache.bytes, 8 << 20);
    for read in [closures, awaited, closures] {
        let passes: Vec<u64> = (0..8).map(|_| read(&store)).collect();
        assert!(passes[0] > 300, "nothing is read for the first time, or since others had the room: {passes:?}");
        assert!(passes[7] < 50, "{passes:?}");
    }
    store.close().expect("closes");
    // The control: there is no room to take.
    let store = open(0);
    let passes: Vec<u64> = (0..8).map(|_| closures(&store)).collect();
    assert!(passes[7] > 300, "{passes:?}");
    store.close().expect("closes");
}

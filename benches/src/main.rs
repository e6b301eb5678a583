//! What a store costs beside rusqlite as it is ordinarily written by hand: ratios, of the same work over the same rows, in
//! turns.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -- [ROWS] [ROUNDS] [NAME]` prints lines with tabs: what, who, the
//! microseconds of the best round of both, their ratio, the median of the ratios of all rounds, the same of processor time, and for
//! each of both how many pages it has read from the file and how often it has synced. With a name, only those that contain it
//! are measured. Where the feature `metrics` is on and `recorder` follows, Prometheus' recorder listens.
//! `cargo xtask bench` makes a page of them.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

mod by_hand;
mod disk;
mod group;
mod rows;
mod table;

use std::hint::black_box;

use aurae::{Guest, Nic, guest, nic};
use by_hand::ByHand;
use protostore::{Cursor, Key};
use rows::{SPARE, guests, key, machine, machines, nics};
use table::Table;

/// How many records a page has.
const PAGE: usize = 100;

/// How many records a batch has.
const BATCH: usize = 1000;

/// How many keys a round reads at most: many more than a page has, and few enough for a large file.
const KEYS: usize = 50_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or| words.get(at).map_or(or, |word| word.parse().expect("a number"));
    let (count, rounds) = (number(0, 5_000), number(1, 15));
    if words.get(3).is_some_and(|word| word == "recorder") {
        listen();
    }
    disk::install();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let secret = Key::from_secret([7; 32]);
    let options = aurae::Options::new().plaintext(cfg!(feature = "sqlite"));
    let store = options.open(folder.path().join("store.db"), &secret).expect("a store");
    let hand = ByHand::open(&folder.path().join("hand.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");

    hand.fill(count);
    runtime.block_on(async {
        for machines in machines(count + SPARE).chunks(BATCH) {
            store.virtual_machines().insert_many(machines.to_vec()).await.expect("inserts");
        }
        for from in (0..count).step_by(BATCH) {
            store.guests().insert_many(guests(from, BATCH.min(count - from))).await.expect("inserts");
            store.nics().insert_many(nics(from, BATCH.min(count - from))).await.expect("inserts");
        }
    });

    let only = words.get(2).cloned().unwrap_or_default();
    let table = Table { rounds, only };
    let keys: Vec<String> = (0..count.min(KEYS)).map(|n| key(n * 7919 % count)).collect();
    let owners: Vec<String> = (0..count.min(KEYS)).map(|n| machine(n * 7919 % count)).collect();
    assert_eq!(hand.nics(&key(7)).len(), PAGE.min(count - 8));

    let by_key = || keys.iter().for_each(|key| drop(black_box(hand.guest(key))));
    table.row("get by key, awaited", keys.len(), by_key, || {
        keys.iter().for_each(|key| drop(black_box(runtime.block_on(store.guests().get(key)).expect("reads"))));
    });
    table.row("get by key, in a closure each", keys.len(), by_key, || {
        keys.iter().for_each(|key| drop(black_box(store.read(|view| view.get::<Guest>(key)).expect("reads"))));
    });
    let commit = |n: usize| hand.set_offset(&keys[n], n as i64);
    let with_commits = || {
        for (n, key) in keys.iter().enumerate() {
            if n % 1000 == 0 {
                commit(n);
            }
            drop(black_box(hand.guest(key)));
        }
    };
    table.row("get by key with a commit each 1,000, awaited", keys.len(), with_commits, || {
        for (n, key) in keys.iter().enumerate() {
            if n % 1000 == 0 {
                let changed = Guest { id: key.clone(), clock_offset_us: n as i64, ..Guest::default() };
                runtime.block_on(store.guests().update(changed, guest::clock_offset_us)).expect("updates");
            }
            drop(black_box(runtime.block_on(store.guests().get(key)).expect("reads")));
        }
    });
    let by_index = || owners.iter().for_each(|owner| drop(black_box(hand.guest_of(owner))));
    table.row("get by unique index, awaited", owners.len(), by_index, || {
        let get = |owner: &String| runtime.block_on(store.run(guest::get_by_machine_id(owner.as_str())));
        owners.iter().for_each(|owner| drop(black_box(get(owner).expect("reads"))));
    });
    let by_list = || owners.iter().for_each(|owner| drop(black_box(hand.nics_of(owner))));
    table.row("list by index of one row, awaited", owners.len(), by_list, || {
        let list = |owner: &String| runtime.block_on(store.run(nic::list_by_machine_id(owner.as_str())));
        owners.iter().for_each(|owner| drop(black_box(list(owner).expect("reads"))));
    });
    table.row("list by index of one row, in a closure each", owners.len(), by_list, || {
        let list = |owner: &String| store.read(|view| view.run(nic::list_by_machine_id(owner.as_str())));
        owners.iter().for_each(|owner| drop(black_box(list(owner).expect("reads"))));
    });
    let pages = (count / PAGE).min(KEYS / PAGE);
    let after = |page: usize| Cursor::of_key(key(page * PAGE).as_str()).expect("a key");
    let page_by_hand = || (0..pages).for_each(|page| drop(black_box(hand.page(&key(page * PAGE)))));
    table.row("page of 100, awaited", pages, page_by_hand, || {
        let page = |page| runtime.block_on(store.guests().page(Some(after(page)), PAGE));
        (0..pages).for_each(|n| drop(black_box(page(n).expect("reads"))));
    });
    table.row("page of 100, in a closure each", pages, page_by_hand, || {
        let page = |page| store.read(|view| view.page::<Guest>(Some(after(page)), PAGE));
        (0..pages).for_each(|n| drop(black_box(page(n).expect("reads"))));
    });
    let nics_after = |page: usize| Cursor::of_key(key(page * PAGE).as_str()).expect("a key");
    let lists_by_hand = || (0..pages).for_each(|page| drop(black_box(hand.nics(&key(page * PAGE)))));
    table.row("page of 100 with a list, awaited", pages, lists_by_hand, || {
        let page = |page| runtime.block_on(store.nics().page(Some(nics_after(page)), PAGE));
        (0..pages).for_each(|n| drop(black_box(page(n).expect("reads"))));
    });
    table.row("page of 100 with a list, in a closure each", pages, lists_by_hand, || {
        let page = |page| store.read(|view| view.page::<Nic>(Some(nics_after(page)), PAGE));
        (0..pages).for_each(|n| drop(black_box(page(n).expect("reads"))));
    });

    let batch = guests(0, BATCH.min(count));
    let empty = || {
        hand.delete(&batch);
        let keys = batch.iter().map(|guest| guest.id.as_str());
        runtime.block_on(store.guests().delete_many(keys)).expect("deletes");
    };
    let insert_by_hand = || hand.insert(&black_box(batch.clone()));
    table.prepared("insert_many of 1,000", batch.len(), empty, insert_by_hand, || {
        drop(black_box(runtime.block_on(store.guests().insert_many(batch.clone())).expect("inserts")));
    });
    table.prepared("1,000 inserts in a closure", batch.len(), empty, insert_by_hand, || {
        let batch = batch.clone();
        store.write(move |tx| batch.iter().try_for_each(|guest| tx.insert(guest).map(drop))).expect("inserts");
    });
    table.prepared("insert_many of 1,000 in a closure", batch.len(), empty, insert_by_hand, || {
        let mut batch = batch.clone();
        store.write(move |tx| tx.insert_many(std::mem::take(&mut batch)).map(drop)).expect("inserts");
    });
    let with_lists = nics(0, BATCH.min(count));
    let empty_lists = || {
        hand.delete_nics(&with_lists);
        let keys = with_lists.iter().map(|nic| nic.mac_address.as_str());
        runtime.block_on(store.nics().delete_many(keys)).expect("deletes");
    };
    let lists_by_hand = || hand.insert_nics(&black_box(with_lists.clone()));
    table.prepared("insert_many of 1,000 with lists", with_lists.len(), empty_lists, lists_by_hand, || {
        drop(black_box(runtime.block_on(store.nics().insert_many(with_lists.clone())).expect("inserts")));
    });
    table.prepared("1,000 inserts with lists in a closure", with_lists.len(), empty_lists, lists_by_hand, || {
        let batch = with_lists.clone();
        store.write(move |tx| batch.iter().try_for_each(|nic| tx.insert(nic).map(drop))).expect("inserts");
    });
    table.prepared(
        "insert_many of 1,000 with lists in a closure",
        with_lists.len(),
        empty_lists,
        lists_by_hand,
        || {
            let mut batch = with_lists.clone();
            store.write(move |tx| tx.insert_many(std::mem::take(&mut batch)).map(drop)).expect("inserts");
        },
    );
    let alone = &batch[..batch.len().min(100)];
    let insert_alone = || alone.iter().for_each(|guest| hand.insert(std::slice::from_ref(guest)));
    table.prepared("an insert with its commit, awaited", alone.len(), empty, insert_alone, || {
        let insert = |guest: &Guest| runtime.block_on(store.guests().insert(guest.clone()));
        alone.iter().for_each(|guest| drop(black_box(insert(guest).expect("inserts"))));
    });
    if "group commit".contains(&table.only) {
        group::measure(hand, &store, rounds.min(5), count);
    }
    store.close().expect("closes");
}

/// Installs the recorder of a daemon that Prometheus scrapes.
#[cfg(feature = "metrics")]
fn listen() {
    metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().expect("there is no other recorder");
}

#[cfg(not(feature = "metrics"))]
fn listen() {
    panic!("a recorder needs the feature `metrics`");
}

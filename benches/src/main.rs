//! What a store costs beside rusqlite as it is ordinarily written by hand: ratios, of the same work over the same rows, in
//! turns.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -- [ROWS] [ROUNDS] [NAME]`; a row of the table says what the best
//! round of each took, and the median of the ratios of all rounds. With a name, only those that contain it are measured.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

mod by_hand;
mod rows;

use std::hint::black_box;
use std::time::Instant;

use aurae::{Guest, Nic, guest, nic};
use by_hand::ByHand;
use protostore::{Cursor, Key};
use rows::{guests, key, machine, machines, nics};

/// How many records a page has.
const PAGE: usize = 100;

/// How many records a batch has.
const BATCH: usize = 1000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, or| words.get(at).map_or(or, |word| word.parse().expect("a number"));
    let (count, rounds) = (number(0, 5_000), number(1, 15));
    let folder = tempfile::tempdir().expect("a temporary directory");
    let secret = Key::from_secret([7; 32]);
    let options = aurae::Options::new().plaintext(cfg!(feature = "sqlite"));
    let store = options.open(folder.path().join("store.db"), &secret).expect("a store");
    let hand = ByHand::open(&folder.path().join("hand.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");

    hand.fill(count);
    runtime.block_on(async {
        store.virtual_machines().insert_many(machines(count)).await.expect("inserts");
        store.guests().insert_many(guests(0, count)).await.expect("inserts");
        store.nics().insert_many(nics(count)).await.expect("inserts");
    });

    let only = words.get(2).cloned().unwrap_or_default();
    let mut table = Table { rounds, count, only, lines: Vec::new() };
    let keys: Vec<String> = (0..count).map(|n| key(n * 7919 % count)).collect();
    let owners: Vec<String> = (0..count).map(|n| machine(n * 7919 % count)).collect();

    let by_key = || keys.iter().for_each(|key| drop(black_box(hand.guest(key))));
    table.row("get by key, awaited", count, by_key, || {
        keys.iter().for_each(|key| drop(black_box(runtime.block_on(store.guests().get(key)).expect("reads"))));
    });
    table.row("get by key, in a closure each", count, by_key, || {
        keys.iter().for_each(|key| drop(black_box(store.read(|view| view.get::<Guest>(key)).expect("reads"))));
    });
    let by_index = || owners.iter().for_each(|owner| drop(black_box(hand.guest_of(owner))));
    table.row("get by unique index, awaited", count, by_index, || {
        let get = |owner: &String| runtime.block_on(store.run(guest::get_by_machine_id(owner.as_str())));
        owners.iter().for_each(|owner| drop(black_box(get(owner).expect("reads"))));
    });
    let by_list = || owners.iter().for_each(|owner| drop(black_box(hand.nics_of(owner))));
    table.row("list by index of one row, awaited", count, by_list, || {
        let list = |owner: &String| runtime.block_on(store.run(nic::list_by_machine_id(owner.as_str())));
        owners.iter().for_each(|owner| drop(black_box(list(owner).expect("reads"))));
    });
    table.row("list by index of one row, in a closure each", count, by_list, || {
        let list = |owner: &String| store.read(|view| view.run(nic::list_by_machine_id(owner.as_str())));
        owners.iter().for_each(|owner| drop(black_box(list(owner).expect("reads"))));
    });
    let pages = count / PAGE;
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
    let alone = &batch[..batch.len().min(100)];
    let insert_alone = || alone.iter().for_each(|guest| hand.insert(std::slice::from_ref(guest)));
    table.prepared("an insert with its commit, awaited", alone.len(), empty, insert_alone, || {
        let insert = |guest: &Guest| runtime.block_on(store.guests().insert(guest.clone()));
        alone.iter().for_each(|guest| drop(black_box(insert(guest).expect("inserts"))));
    });
    table.print();
    store.close().expect("closes");
}

/// What was measured.
struct Table {
    rounds: usize,
    count: usize,
    /// What the names of the rows that are measured contain.
    only: String,
    lines: Vec<String>,
}

impl Table {
    fn row(&mut self, name: &str, each: usize, by_hand: impl Fn(), store: impl Fn()) {
        self.prepared(name, each, || (), by_hand, store);
    }

    /// Measures both in turns, each after `prepare`, and which is first in turns as well.
    fn prepared(&mut self, name: &str, each: usize, prepare: impl Fn(), by_hand: impl Fn(), store: impl Fn()) {
        if !name.contains(&self.only) {
            return;
        }
        let timed = |run: &dyn Fn()| {
            prepare();
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e6 / each as f64
        };
        let mut best = [f64::MAX; 2];
        let mut ratios = Vec::new();
        for round in 0..self.rounds {
            let (hand, own) = match round % 2 {
                0 => (timed(&by_hand), timed(&store)),
                _ => {
                    let own = timed(&store);
                    (timed(&by_hand), own)
                }
            };
            best = [best[0].min(hand), best[1].min(own)];
            ratios.push(own / hand);
        }
        ratios.sort_by(f64::total_cmp);
        let (median, least) = (ratios[ratios.len() / 2], best[1] / best[0]);
        self.lines.push(format!("| {name} | {:.2} | {:.2} | {least:.2} | {median:.2} |", best[1], best[0]));
    }

    fn print(&self) {
        println!("{} rows, {} rounds, microseconds each", self.count, self.rounds);
        println!("| what | store | by hand | ratio of the best | median ratio |");
        println!("| --- | --- | --- | --- | --- |");
        self.lines.iter().for_each(|line| println!("{line}"));
    }
}

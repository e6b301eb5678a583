//! What diesel, sqlx and sea-orm cost beside rusqlite as it is ordinarily written by hand: as each is shipped and shown in
//! its own guide, over one file, with one SQLite and the settings of the store.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml -- [ROWS] [ROUNDS]` prints lines with tabs.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

mod by_diesel;
mod by_sea_orm;
mod by_sqlx;
#[path = "../../shared/guest.rs"]
mod guest;

use std::hint::black_box;

use guest::{BATCH, ByHand, Compared, PAGE, arguments, guests, key};

fn main() {
    let (count, rounds) = arguments();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("guests.db");
    let hand = ByHand::open(&path, cfg!(feature = "sqlcipher"));
    hand.fill(count);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut diesel = by_diesel::open(&path);
    let mut sqlx = runtime.block_on(by_sqlx::open(&path));
    let sea = runtime.block_on(by_sea_orm::open(&path));

    let keys: Vec<String> = (0..count).map(|n| key(n * 7919 % count)).collect();
    let keys = &keys[..count.min(20_000)];
    let compared = Compared { rounds };
    let none = || ();
    let by_hand = || keys.iter().for_each(|key| drop(black_box(hand.guest(key))));
    // They read the same.
    let same = hand.guest(&keys[0]);
    assert_eq!(same, by_diesel::first(&mut diesel, &keys[0]).into());
    assert_eq!(same, by_diesel::get_result(&mut diesel, &keys[0]).into());
    assert_eq!(same, runtime.block_on(by_sqlx::get(&mut sqlx, &keys[0])).into());
    assert_eq!(same, runtime.block_on(by_sea_orm::get(&sea, &keys[0])).into());
    compared.row("get by key", "diesel .first()", keys.len(), none, by_hand, || {
        keys.iter().for_each(|key| drop(black_box(by_diesel::first(&mut diesel, key))));
    });
    compared.row("get by key", "diesel .get_result()", keys.len(), none, by_hand, || {
        keys.iter().for_each(|key| drop(black_box(by_diesel::get_result(&mut diesel, key))));
    });
    compared.row("get by key", "sqlx", keys.len(), none, by_hand, || {
        keys.iter().for_each(|key| drop(black_box(runtime.block_on(by_sqlx::get(&mut sqlx, key)))));
    });
    compared.row("get by key", "sea-orm", keys.len(), none, by_hand, || {
        keys.iter().for_each(|key| drop(black_box(runtime.block_on(by_sea_orm::get(&sea, key)))));
    });

    let pages = (count / PAGE).min(200);
    let by_hand = || (0..pages).for_each(|page| drop(black_box(hand.page(&key(page * PAGE)))));
    compared.row("page of 100", "diesel", pages, none, by_hand, || {
        (0..pages).for_each(|page| drop(black_box(by_diesel::page(&mut diesel, &key(page * PAGE)))));
    });
    compared.row("page of 100", "sqlx", pages, none, by_hand, || {
        (0..pages).for_each(|page| drop(black_box(runtime.block_on(by_sqlx::page(&mut sqlx, &key(page * PAGE))))));
    });
    compared.row("page of 100", "sea-orm", pages, none, by_hand, || {
        (0..pages).for_each(|page| drop(black_box(runtime.block_on(by_sea_orm::page(&sea, &key(page * PAGE))))));
    });

    let batch = guests(count, BATCH);
    let clear = || hand.clear(count);
    let by_hand = || hand.insert(&batch);
    compared.row("insert of 1,000", "diesel", BATCH, clear, by_hand, || by_diesel::insert(&mut diesel, &batch));
    compared.row("insert of 1,000", "sqlx", BATCH, clear, by_hand, || {
        runtime.block_on(by_sqlx::insert(&mut sqlx, &batch));
    });
    compared.row("insert of 1,000", "sea-orm", BATCH, clear, by_hand, || {
        runtime.block_on(by_sea_orm::insert(&sea, &batch));
    });
}

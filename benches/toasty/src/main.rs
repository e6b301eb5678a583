//! What toasty costs beside rusqlite as it is ordinarily written by hand: as it is shipped and shown in its guide, over one
//! file, with one SQLite.
//!
//! `cargo run --release --manifest-path benches/toasty/Cargo.toml -- [ROWS] [ROUNDS]` prints lines with tabs.
#![allow(clippy::print_stdout, reason = "a benchmark speaks to a terminal")]

#[path = "../../shared/guest.rs"]
mod guest;

use std::hint::black_box;

use guest::{ByHand, Compared, arguments, key};

#[derive(Debug, toasty::Model)]
#[table = "guests"]
struct Guest {
    #[key]
    id: String,
    machine_id: String,
    version: String,
    key_fingerprint: Vec<u8>,
    uptime: Option<i64>,
    load: f64,
    clock_offset_us: i64,
    report_time: Option<i64>,
}

impl From<Guest> for guest::Guest {
    fn from(of: Guest) -> Self {
        let Guest { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time } = of;
        Self { id, machine_id, version, key_fingerprint, uptime, load, clock_offset_us, report_time }
    }
}

fn main() {
    let (count, rounds) = arguments();
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("guests.db");
    let hand = ByHand::open(&path, false);
    hand.fill(count);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let models = toasty::models!(Guest);
    let open = toasty::Db::builder().models(models).connect(&format!("sqlite:{}", path.display()));
    let mut db = runtime.block_on(open).expect("opens");

    let keys: Vec<String> = (0..count).map(|n| key(n * 7919 % count)).collect();
    let keys = &keys[..count.min(20_000)];
    let compared = Compared { rounds };
    let same: guest::Guest = runtime.block_on(Guest::get_by_id(&mut db, &keys[0])).expect("reads").into();
    assert_eq!(hand.guest(&keys[0]), same);
    let by_hand = || keys.iter().for_each(|key| drop(black_box(hand.guest(key))));
    compared.row(
        "get by key",
        "toasty",
        keys.len(),
        || (),
        by_hand,
        || {
            keys.iter()
                .for_each(|key| drop(black_box(runtime.block_on(Guest::get_by_id(&mut db, key)).expect("reads"))));
        },
    );
}

//! What large records take in memory while they are listed. A process of its own: the engine counts for all threads.
#![allow(unsafe_code)]

#[allow(unused_imports, reason = "not every suite needs every record")]
mod fixture;

use fixture::{Machine, Mount, SCHEMA, State, machine as m};
use protostore::{Col, Options};

const MIB: usize = 1 << 20;

const MEMORY: Col<Machine, u32> = Col::member(2, "mem_size_mb");

/// Returns the most that the engine had from the allocator since it was asked last.
fn most() -> usize {
    // SAFETY: the call has no requirements; it reads and resets a counter of the engine.
    usize::try_from(unsafe { rusqlite::ffi::sqlite3_memory_highwater(1) }).expect("a size")
}

/// 80 records of a MiB in their rows and a MiB in their children: both are sorted where they are listed.
#[tokio::test]
async fn a_page_takes_no_more_memory_however_large_what_it_could_hold_is() {
    let store =
        Options::new().readers(1).plaintext(true).page_bytes(4 * MIB).open_test(&SCHEMA).expect("a TEST store opens");
    for n in 0..80 {
        let mounts = (0..2).map(|size| Mount { host_path: "m".repeat(MIB / 2), size, read_only: None }).collect();
        let boot = Some(fixture::Boot::Kernel("k".repeat(MIB)));
        let machine = Machine {
            id: n.to_string(),
            mem_size_mb: 80 - n,
            state: State::Running,
            boot,
            mounts,
            ..Machine::default()
        };
        store.table::<Machine>().insert(machine).await.expect("inserts");
    }
    most();
    let before = most();
    let bound = before + 56 * MIB;
    let mut read = 0;
    let mut after = None;
    loop {
        let page =
            store.run(MEMORY.ge(0_u32).find().order_by([MEMORY.asc()]).size(100).after(after)).await.expect("reads");
        assert!((1..=2).contains(&page.records.len()), "2 MiB each");
        read += page.records.len();
        after = page.next;
        if read >= 4 {
            break;
        }
    }
    let took = most();
    assert!(took < bound, "{} MiB more, of 80 that are sorted", (took - before) / MIB);

    let page = store.run(m::list_by_state(State::Running).size(100)).await.expect("reads");
    assert!((1..=2).contains(&page.records.len()) && page.next.is_some());
    let page = store.table::<Machine>().page(None, 100).await.expect("reads");
    assert!((1..=2).contains(&page.records.len()) && page.next.is_some());
    let took = most();
    assert!(took < bound, "{} MiB more, of 80 that are sorted", (took - before) / MIB);
}

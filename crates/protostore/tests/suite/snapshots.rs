//! What is read together is of one moment.

use std::sync::atomic::{AtomicBool, Ordering};

use super::fixture::{Machine, State};
use super::store;

/// A machine of which every part says the same number.
fn numbered(n: u32) -> Machine {
    Machine {
        id: "vm".into(),
        mem_size_mb: n,
        kernel_args: vec![n.to_string(); (n % 5) as usize],
        image_ids: vec![1; (n % 5) as usize],
        state: State::Running,
        ..Machine::default()
    }
}

fn check(record: &Machine) {
    assert_eq!(*record, numbered(record.mem_size_mb), "a torn read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_record_is_never_read_while_half_written() {
    let store = store();
    store.table::<Machine>().insert(numbered(0)).await.expect("inserts");
    let done = std::sync::Arc::new(AtomicBool::new(false));
    let mut readers = Vec::new();
    for reader in 0..3 {
        let (store, done) = (store.clone(), std::sync::Arc::clone(&done));
        readers.push(tokio::spawn(async move {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                match reader {
                    0 => check(&store.table::<Machine>().get("vm").await.expect("reads").expect("is there")),
                    1 => store.table::<Machine>().page(None, 5).await.expect("reads").records.iter().for_each(check),
                    _ => {
                        let (a, b) = store
                            .read_async(|view| {
                                let before = view.get::<Machine>("vm")?;
                                std::thread::yield_now();
                                Ok((before, view.get::<Machine>("vm")?))
                            })
                            .await
                            .expect("reads");
                        assert_eq!(a, b, "one closure, two moments");
                        a.iter().for_each(check);
                    }
                }
                reads += 1;
                tokio::task::yield_now().await;
            }
            reads
        }));
    }
    for n in 1..400 {
        store.table::<Machine>().upsert(numbered(n)).await.expect("writes");
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.expect("reader") > 0);
    }
}

#[tokio::test]
async fn a_write_is_seen_by_every_read_after_it() {
    let store = store();
    for n in 0..200 {
        store.table::<Machine>().upsert(numbered(n)).await.expect("writes");
        let get = store.table::<Machine>().get("vm").await.expect("reads");
        let page = store.table::<Machine>().page(None, 1).await.expect("reads").records.pop();
        assert_eq!((get, page), (Some(numbered(n)), Some(numbered(n))));
    }
}

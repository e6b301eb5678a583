//! Durable writes by many clients at once, against one transaction each behind a mutex: over disks that sync at once, a
//! millisecond later, and five.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use aurae::Guest;

use crate::by_hand::ByHand;
use crate::disk::{self, Disk};
use crate::rows::{guests, machine};

/// How many acknowledgements all clients wait for together.
const WRITES: usize = 1600;

/// What one side did: acknowledgements a second, syncs an acknowledgement, and the time that 99 in 100 wait at most.
struct Served {
    rate: f64,
    syncs: f64,
    late: Duration,
}

/// Prints a line for each number of clients and each delay.
pub(crate) fn measure(hand: ByHand, store: &aurae::Store, rounds: usize, count: usize) {
    let hand = Mutex::new(hand);
    for (clients, writes) in [(1, 200), (64, WRITES)] {
        for millis in [0, 1, 5] {
            disk::delay(Duration::from_millis(millis));
            let writes = if millis == 0 { writes } else { writes / 4 };
            let (mut hands, mut owns) = (Vec::new(), Vec::new());
            for round in 0..rounds {
                for turn in 0..2 {
                    let from = (round % 2) * writes;
                    let batch = batch(from, writes, count);
                    match (round + turn) % 2 {
                        0 => hands.push(by_hand(&hand, clients, &batch)),
                        _ => owns.push(own(store, clients, &batch)),
                    }
                }
            }
            print(clients, millis, &mut hands, &mut owns);
        }
    }
    disk::delay(Duration::ZERO);
}

/// Guests of machines that have none yet.
fn batch(from: usize, count: usize, machines: usize) -> Vec<Guest> {
    let mut all = guests(from, count);
    for (n, guest) in all.iter_mut().enumerate() {
        (guest.id, guest.machine_id) = (format!("group {}", from + n), machine(machines + from + n));
    }
    all
}

fn print(clients: usize, millis: u64, hands: &mut [Served], owns: &mut [Served]) {
    let middle = |sides: &mut [Served]| {
        sides.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        let Served { rate, syncs, late } = &sides[sides.len() / 2];
        (*rate, *syncs, late.as_secs_f64() * 1e3)
    };
    let (hand, own) = (middle(hands), middle(owns));
    println!(
        "group\t{clients}\t{millis}\t{:.0}\t{:.0}\t{:.2}\t{:.4}\t{:.4}\t{:.2}\t{:.2}",
        own.0,
        hand.0,
        own.0 / hand.0,
        own.1,
        hand.1,
        own.2,
        hand.2
    );
}

fn served(writes: usize, run: impl FnOnce() -> Vec<Duration>) -> Served {
    let (disk, start) = (Disk::now(), Instant::now());
    let mut waits = run();
    let (time, disk) = (start.elapsed().as_secs_f64(), disk.since());
    waits.sort();
    let late = waits[waits.len() * 99 / 100];
    Served { rate: writes as f64 / time, syncs: disk.syncs as f64 / writes as f64, late }
}

fn own(store: &aurae::Store, clients: usize, batch: &[Guest]) -> Served {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let keys = batch.iter().map(|guest| guest.id.as_str());
        store.guests().delete_many(keys).await.expect("deletes");
    });
    let each = batch.len() / clients;
    let clients: Vec<Vec<Guest>> = batch.chunks(each).map(<[Guest]>::to_vec).collect();
    served(batch.len(), || {
        let tasks = tokio::task::LocalSet::new();
        let clients = clients.into_iter().map(|own| tasks.spawn_local(client(store.clone(), own)));
        let clients: Vec<_> = clients.collect();
        let waits = tasks.run_until(async {
            let mut waits = Vec::with_capacity(batch.len());
            for client in clients {
                waits.extend(client.await.expect("no panic"));
            }
            waits
        });
        runtime.block_on(waits)
    })
}

/// Writes one after the other, and returns how long each has waited.
async fn client(store: aurae::Store, own: Vec<Guest>) -> Vec<Duration> {
    let mut waits = Vec::with_capacity(own.len());
    for guest in own {
        let start = Instant::now();
        store.guests().insert(guest).await.expect("inserts");
        waits.push(start.elapsed());
    }
    waits
}

fn by_hand(hand: &Mutex<ByHand>, clients: usize, batch: &[Guest]) -> Served {
    hand.lock().expect("no panic").delete(batch);
    served(batch.len(), || {
        std::thread::scope(|scope| {
            let each = batch.len() / clients;
            let threads: Vec<_> = batch
                .chunks(each)
                .map(|own| {
                    scope.spawn(move || {
                        let wait = |guest: &Guest| {
                            let start = Instant::now();
                            hand.lock().expect("no panic").insert(std::slice::from_ref(guest));
                            start.elapsed()
                        };
                        own.iter().map(wait).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
        })
    })
}

//! Every acknowledged write knows its commit, and the sequences of commits are in the order in which the store was written.

use protostore::{Committed, Kind, Store, Tx};

use super::fixture::Network;
use super::{Db, store};

fn network(id: impl ToString, cidr: impl ToString) -> Network {
    Network { id: id.to_string(), cidr: cidr.to_string() }
}

/// Counts in a record of the store, and returns how far.
pub(super) fn count(tx: &mut Tx<'_, Db>) -> protostore::Result<u64> {
    let before = tx.get::<Network>("counter")?.map_or(0, |counter| counter.cidr.parse().expect("a number"));
    tx.upsert(&network("counter", before + 1))?;
    Ok(before + 1)
}

#[tokio::test]
async fn each_entrance_for_writes_gives_the_commit_beside_the_value_and_without_asking_the_value_alone() {
    let store = store();
    let mut last = store.info().sequence;
    let mut later = |store: &Store<Db>, sequence: u64| {
        assert!(sequence > last, "{sequence} is not after {last}");
        assert_eq!(store.info().sequence, sequence, "it is the newest");
        last = sequence;
    };
    let networks = store.table::<Network>();
    let Committed { value, sequence } = networks.insert(network("a", "cidr-a")).committed().await.expect("inserts");
    assert_eq!(value, network("a", "cidr-a"));
    later(&store, sequence);
    let Committed { value, sequence } = networks.delete("a").committed().await.expect("deletes");
    assert!(value);
    later(&store, sequence);
    let Committed { value, sequence } =
        store.apply(protostore::Insert::new(network("b", "cidr-b"))).committed().await.expect("inserts");
    assert_eq!(value, network("b", "cidr-b"));
    later(&store, sequence);
    let Committed { value, sequence } = store.write_async(count).committed().await.expect("counts");
    assert_eq!(value, 1);
    later(&store, sequence);
    let Committed { value, sequence } = store.write_committed(count).expect("counts");
    assert_eq!(value, 2);
    later(&store, sequence);

    assert_eq!(networks.insert(network("c", "cidr-c")).await.expect("inserts"), network("c", "cidr-c"));
    assert_eq!(store.write_async(count).await.expect("counts"), 3);
    assert_eq!(store.write(count).expect("counts"), 4);
}

#[tokio::test]
async fn a_write_that_changes_nothing_has_the_newest_commit_and_makes_none() {
    let store = store();
    let written = store.write_committed(count).expect("counts").sequence;
    let nothing = store.table::<Network>().delete("none").committed().await.expect("deletes");
    assert_eq!(nothing, Committed { value: false, sequence: written });
    let refused = store.table::<Network>().insert(network("counter", 1)).await.expect_err("is there");
    assert_eq!(refused.kind(), Kind::AlreadyExists);
    assert_eq!(store.info().sequence, written);
}

/// The order of the commits is the order in which the writes saw one another, for many writers at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sequences_are_in_the_order_of_the_writes() {
    counted(&store()).await;
}

/// Counts by many writers at once, and returns each count with its commit, in their order.
pub(super) async fn counted(store: &Store<Db>) -> Vec<(u64, u64)> {
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut seen = Vec::new();
                for round in 0..24 {
                    let counted = match (writer + round) % 2 {
                        0 => store.write_async(count).committed().await,
                        _ => tokio::task::block_in_place(|| store.write_committed(count)),
                    };
                    seen.push(counted.map(|counted| (counted.value, counted.sequence)).expect("counts"));
                }
                seen
            })
        })
        .collect();
    let mut all = Vec::new();
    for writer in writers {
        let seen = writer.await.expect("no panic");
        // Each of its writes began after the one before was acknowledged.
        assert!(seen.is_sorted_by(|one, two| one.1 < two.1), "{seen:?}");
        all.extend(seen);
    }
    all.sort_unstable();
    assert!(all.iter().map(|(value, _)| *value).eq(1..=32 * 24), "each write counted once");
    assert!(all.is_sorted_by_key(|(_, sequence)| *sequence), "{all:?}");
    assert_eq!(all.last().map(|(_, sequence)| *sequence), Some(store.info().sequence));
    all
}

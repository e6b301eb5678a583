//! Many writers with tiny deadlines: what each was told is what is in the store.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use protostore::{CallOptions, Kind, Sqlite, Store};

use super::fixture::{self, Network};

/// How many writers race, and how often each writes in one round.
const WRITERS: u64 = 24;
const WRITES: u64 = 40;

/// After so many rounds, both outcomes must have been seen: the deadlines reach from none at all to an hour.
const ROUNDS: u64 = 20;

/// What a writer was told about the records of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// They are written, with this commit.
    Written(u64),
    /// They are not, since the time was over before the write began.
    NotBegun,
    /// They are not, since the time was over while it ran.
    Ended,
}

/// The records of one write.
fn records(id: u64) -> [Network; 2] {
    ["a", "b"].map(|part| Network { id: format!("{id:08}-{part}"), cidr: format!("{id:08}-{part}") })
}

async fn write(store: &Store<Sqlite>, id: u64, within: Duration) -> Told {
    let store = store.with(CallOptions::new().within(within));
    let (both, again) = (records(id), records(id));
    let written = match id % 4 {
        0 => store.table::<Network>().insert_many(both.into()).committed().await.map(|done| done.sequence),
        1 => {
            let each =
                move |tx: &mut protostore::Tx<'_, Sqlite>| both.iter().try_for_each(|one| tx.insert(one).map(drop));
            store.write_async(each).committed().await.map(|done| done.sequence)
        }
        2 => {
            let each =
                move |tx: &mut protostore::Tx<'_, Sqlite>| both.iter().try_for_each(|one| tx.insert(one).map(drop));
            tokio::task::block_in_place(|| store.write_committed(each)).map(|done| done.sequence)
        }
        // Writes until its time is over, or often enough.
        _ => {
            let often = move |tx: &mut protostore::Tx<'_, Sqlite>| {
                (0..200).try_for_each(|_| again.iter().try_for_each(|one| tx.upsert(one).map(drop)))
            };
            store.write_async(often).committed().await.map(|done| done.sequence)
        }
    };
    match written {
        Ok(sequence) => Told::Written(sequence),
        Err(e) if e.kind() == Kind::Deadline && e.message().contains("before it began") => Told::NotBegun,
        Err(e) if e.kind() == Kind::Deadline && e.message().contains("nothing that it wrote is kept") => Told::Ended,
        Err(e) => panic!("{id}: {e:?}"),
    }
}

/// Says what is wrong with what was told about writes, compared with what is there; both records of each, or neither.
fn check(told: &BTreeMap<u64, Told>, there: &BTreeSet<String>, newest: u64) -> Result<(), String> {
    for (id, told) in told {
        let found = records(*id).iter().filter(|record| there.contains(&record.id)).count();
        match told {
            Told::Written(sequence) if found == 2 && *sequence <= newest => {}
            Told::NotBegun | Told::Ended if found == 0 => {}
            _ => return Err(format!("{id}: {told:?}, and {found} of its 2 records are there")),
        }
    }
    if there.len() == told.values().filter(|told| matches!(told, Told::Written(_))).count() * 2 {
        Ok(())
    } else {
        Err("there are records that no writer wrote".to_owned())
    }
}

fn there(store: &Store<Sqlite>) -> BTreeSet<String> {
    let (mut all, mut after) = (BTreeSet::new(), None);
    loop {
        let page = store.read(|view| view.page::<Network>(after.clone(), 10_000)).expect("reads");
        all.extend(page.records.into_iter().map(|network| network.id));
        match page.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_write_with_a_deadline_was_told_is_what_is_there() {
    let store = fixture::open_test().expect("opens");
    let mut told = BTreeMap::new();
    for round in 0..ROUNDS {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut random = fastrand::Rng::with_seed(round * WRITERS + writer);
                    let mut told = Vec::new();
                    for write_ in 0..WRITES {
                        let id = (round * WRITERS + writer) * WRITES + write_;
                        let within = match random.u8(0..8) {
                            0 => Duration::ZERO,
                            1 => Duration::from_secs(3600),
                            _ => Duration::from_micros(random.u64(1..2 << (4 + round % 12))),
                        };
                        told.push((id, write(&store, id, within).await));
                    }
                    told
                })
            })
            .collect();
        for writer in writers {
            told.extend(writer.await.expect("no panic"));
        }
        assert_eq!(check(&told, &there(&store), store.info().sequence), Ok(()), "round {round}");
        let seen = |wanted: fn(&Told) -> bool| told.values().filter(|told| wanted(told)).count();
        let each = [
            seen(|told| matches!(told, Told::Written(_))),
            seen(|told| *told == Told::NotBegun),
            seen(|told| *told == Told::Ended),
        ];
        if round > 2 && each.iter().all(|count| *count > 8) {
            break;
        }
        assert!(round + 1 < ROUNDS || each[0] > 0 && each[1] > 0, "{each:?}: there were no races");
    }

    // The check finds a single write that was told the other way round.
    let there = there(&store);
    for wanted in [true, false] {
        let mut wrong = told.clone();
        let written = |told: &Told| matches!(told, Told::Written(_));
        let one = wrong.values_mut().find(|told| written(told) == wanted).expect("there are both");
        *one = if wanted { Told::Ended } else { Told::Written(1) };
        assert!(check(&wrong, &there, u64::MAX).is_err());
    }
}

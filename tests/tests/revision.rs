//! Revisions: every write changes them, a write that asks for another is refused, and none is given twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use fastrand::Rng;
use protostore::{Kind, Mask, Singleton};
use shapes::{Counted, State, Tagged, Target, counted, state, tagged};

fn store() -> shapes::Store {
    shapes::open_test().expect("a TEST store")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn tagged(id: &str) -> Tagged {
    Tagged { id: id.to_owned(), ..Tagged::default() }
}

fn get(store: &shapes::Store, id: &str) -> Tagged {
    wait(store.tagged().get(id)).expect("is read").expect("is there")
}

#[test]
fn every_write_returns_the_revision_that_it_gave() {
    let store = store();
    let inserted = wait(store.tagged().insert(tagged("a"))).unwrap();
    assert_eq!((inserted.etag.as_str(), get(&store, "a")), ("1", inserted.clone()));
    let text = Tagged { text: "b".to_owned(), ..inserted };
    let etag = wait(store.tagged().update(text.clone(), tagged::text)).unwrap();
    assert_eq!((etag.as_str(), get(&store, "a").etag), ("2", etag.clone()));
    let words = Tagged { etag, words: vec!["w".to_owned()], ..text };
    let etag = wait(store.tagged().update(words.clone(), tagged::words)).unwrap();
    assert_eq!((etag.as_str(), get(&store, "a").etag), ("3", etag.clone()), "a list alone is a write of the record");
    let upserted = wait(store.tagged().upsert(Tagged { etag, ..words })).unwrap();
    assert_eq!((upserted.etag.as_str(), get(&store, "a")), ("4", upserted.clone()));
    let etag = store.write(move |tx| tx.update(&upserted, Mask::of([]))).unwrap();
    assert_eq!((etag.as_str(), get(&store, "a").etag), ("5", etag.clone()), "as UPDATE_TIME, so the revision");
    assert_eq!(store.write(|tx| tx.insert(&tagged("b"))).unwrap().etag, "6", "the counter is that of the table");
}

#[test]
fn a_write_that_asks_for_another_revision_is_refused() {
    let store = store();
    let old = wait(store.tagged().insert(tagged("a"))).unwrap();
    let new = wait(store.tagged().upsert(Tagged { text: "new".to_owned(), ..old.clone() })).unwrap();
    let refused = |e: protostore::Error, field: &str| {
        assert_eq!((e.kind(), e.table(), e.field()), (Kind::Aborted, Some("tagged"), Some(field)), "{e}");
        assert_eq!(get(&store, "a"), new, "nothing is written");
    };
    refused(wait(store.tagged().update(old.clone(), tagged::text)).unwrap_err(), "etag");
    refused(wait(store.tagged().update(old.clone(), Mask::all())).unwrap_err(), "etag");
    refused(wait(store.tagged().upsert(old.clone())).unwrap_err(), "etag");
    refused(wait(store.tagged().delete_if("a", old.etag.clone())).unwrap_err(), "etag");
    refused(store.write(move |tx| tx.delete_if::<Tagged>("a", "01".to_owned())).unwrap_err(), "etag");
    let said = wait(store.tagged().upsert(old)).unwrap_err().to_string();
    assert_eq!(said, "tagged.etag: is another by now: the record has changed since it was read");

    // What was refused took no revision, and one that is not given is not asked for.
    let blind = Tagged { etag: String::new(), text: "blind".to_owned(), ..new.clone() };
    assert_eq!(wait(store.tagged().update(blind, tagged::text)).unwrap(), "3");
    assert!(wait(store.tagged().delete_if("a", "3".to_owned())).unwrap());
    assert!(!wait(store.tagged().delete_if("a", "3".to_owned())).unwrap(), "there is none");
    let gone = wait(store.tagged().upsert(new.clone())).unwrap_err();
    assert_eq!((gone.kind(), gone.message()), (Kind::Aborted, "belongs to a record that no longer exists"));
    let gone = wait(store.tagged().update(new.clone(), tagged::text)).unwrap_err();
    assert_eq!(gone.kind(), Kind::NotFound);
    let given = wait(store.tagged().insert(new)).unwrap_err();
    assert_eq!((given.kind(), given.field()), (Kind::Invalid, Some("etag")));
    let again = wait(store.tagged().insert(tagged("a"))).unwrap();
    assert_eq!(again.etag, "4", "the revision of a record that is gone is not given to the next of its key");
}

#[test]
fn an_edit_in_place_changes_the_revision() {
    let store = store();
    let target = Target { id: "t".to_owned(), ..Target::default() };
    wait(store.targets().insert(target)).unwrap();
    wait(store.tagged().insert(tagged("a"))).unwrap();
    wait(store.apply(tagged::targets.of("a").append("t"))).unwrap();
    assert_eq!((get(&store, "a").etag, get(&store, "a").targets.len()), ("2".to_owned(), 1));
    assert_eq!(wait(store.apply(tagged::targets.of("a").remove("other"))).unwrap(), 0);
    assert_eq!(get(&store, "a").etag, "2", "nothing was written");
    assert_eq!(wait(store.apply(tagged::targets.of("a").remove("t"))).unwrap(), 1);
    assert_eq!(get(&store, "a").etag, "3");
    assert_eq!(wait(store.apply(tagged::targets.of("none").append("t"))).unwrap_err().kind(), Kind::NotFound);
    wait(store.apply(tagged::targets.of("a").append("t"))).unwrap();
    assert_eq!(get(&store, "a").etag, "4", "what was refused took no revision");

    let key = || Counted { region: "r".to_owned(), number: 7, ..Counted::default() };
    assert_eq!(wait(store.counted().insert(key())).unwrap().revision, Some(1));
    wait(store.apply(counted::targets.of(("r", 7)).append("t"))).unwrap();
    assert_eq!(wait(store.counted().get(("r", 7))).unwrap().unwrap().revision, Some(2));
}

#[test]
fn a_deletion_elsewhere_changes_the_revision_of_what_named_the_row() {
    let store = store();
    for id in ["t1", "t2", "t3", "t4"] {
        wait(store.targets().insert(Target { id: id.to_owned(), ..Target::default() })).unwrap();
    }
    let link = |target: &str| shapes::TaggedLink { target: target.to_owned() };
    let both = |id: &str| Tagged { target: "t1".to_owned(), parent: "root".to_owned(), ..tagged(id) };
    let records = [
        Tagged { parent: "root".to_owned(), ..tagged("root") },
        both("a"),
        both("b"),
        Tagged { targets: vec!["t2".to_owned(), "t3".to_owned(), "t2".to_owned()], ..tagged("c") },
        Tagged { links: vec![link("t4"), link("t1")], ..tagged("d") },
    ];
    for record in records {
        wait(store.tagged().insert(record)).unwrap();
    }
    let counted = Counted { region: "r".to_owned(), targets: vec!["t2".to_owned()], ..Counted::default() };
    wait(store.counted().insert(counted)).unwrap();
    let etags = || ["root", "a", "b", "c", "d"].map(|id| get(&store, id).etag);
    assert_eq!(etags(), ["1", "2", "3", "4", "5"]);
    assert!(wait(store.targets().delete("t1")).unwrap());
    let (a, d) = (get(&store, "a"), get(&store, "d"));
    assert_eq!((a.target.as_str(), d.links), ("", vec![link("t4"), link("")]));
    let [root, a, b, c, d] = etags();
    assert_eq!((root.as_str(), c.as_str()), ("1", "4"), "the others are as they were");
    let numbers = [&a, &b, &d].map(|etag| etag.parse::<i64>().unwrap());
    assert!(numbers.iter().all(|number| *number > 5), "{numbers:?}");

    assert!(wait(store.targets().delete("t2")).unwrap());
    assert_eq!(get(&store, "c").targets, ["t3"]);
    assert_ne!(etags()[3], c);
    assert_eq!(etags()[1], a);
    assert_eq!(wait(store.counted().get(("r", 0))).unwrap().unwrap().revision, Some(2));

    // A record that named itself goes; those that named it as well are written.
    assert!(wait(store.tagged().delete("root")).unwrap());
    let (now_a, now_b) = (get(&store, "a"), get(&store, "b"));
    assert_eq!((now_a.parent.as_str(), now_b.parent.as_str()), ("", ""));
    assert!(now_a.etag != a && now_b.etag != b);
    let next = wait(store.tagged().insert(tagged("next"))).unwrap().etag.parse::<i64>().unwrap();
    assert!(next > now_a.etag.parse().unwrap(), "one counter for both");
}

#[test]
fn a_reference_of_several_fields_that_is_unset_changes_the_revision() {
    let store = store();
    let record = |number, other: Option<i64>| Counted {
        region: "r".to_owned(),
        number,
        other_region: if other.is_some() { "r".to_owned() } else { String::new() },
        other_number: other,
        ..Counted::default()
    };
    for record in [record(1, Some(1)), record(2, Some(1)), record(3, None)] {
        wait(store.counted().insert(record)).unwrap();
    }
    assert!(wait(store.counted().delete(("r", 1))).unwrap());
    let left = wait(store.counted().page(None, 10)).unwrap().records;
    let left: Vec<_> = left.iter().map(|r| (r.number, r.revision, r.other_region.as_str(), r.other_number)).collect();
    assert_eq!(left, [(2, Some(4), "", None), (3, Some(3), "", None)]);
}

#[test]
fn the_only_record_has_a_revision_too() {
    let store = store();
    let text = |revision, text: &str| State { revision, text: text.to_owned() };
    let first = wait(store.state().upsert(text(0, "a"))).unwrap();
    assert_eq!(first, text(1, "a"));
    assert_eq!(wait(store.state().update(text(1, "b"), state::text)).unwrap(), 2);
    assert_eq!(wait(store.state().update(text(1, "c"), state::text)).unwrap_err().kind(), Kind::Aborted);
    assert_eq!(store.write(|tx| tx.delete_if::<State>(Singleton, 1)).unwrap_err().kind(), Kind::Aborted);
    assert_eq!(wait(store.state().get()).unwrap(), Some(text(2, "b")));
    assert!(wait(store.state().delete_if(2)).unwrap());
    assert_eq!(wait(store.state().upsert(text(0, "d"))).unwrap(), text(3, "d"));
}

#[test]
fn of_two_writers_one_wins_and_no_write_is_lost() {
    let store = Arc::new(store());
    let key = ("r", 1);
    let first = Counted { region: key.0.to_owned(), number: key.1, text: "0".to_owned(), ..Counted::default() };
    wait(store.counted().insert(first)).unwrap();
    const WRITERS: usize = 4;
    const EACH: usize = 50;
    let start = Arc::new(Barrier::new(WRITERS));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (store, start) = (Arc::clone(&store), Arc::clone(&start));
            std::thread::spawn(move || {
                start.wait();
                let (mut won, mut lost) = (0, 0);
                while won < EACH {
                    let read = wait(store.counted().get(key)).unwrap().unwrap();
                    let number: usize = read.text.parse().unwrap();
                    let next = Counted { text: (number + 1).to_string(), ..read };
                    match wait(store.counted().update(next, counted::text)) {
                        Ok(_) => won += 1,
                        Err(e) if e.kind() == Kind::Aborted => lost += 1,
                        Err(e) => panic!("{e}"),
                    }
                }
                lost
            })
        })
        .collect();
    let lost: usize = writers.into_iter().map(|writer| writer.join().expect("a writer ends")).sum();
    let last = wait(store.counted().get(key)).unwrap().unwrap();
    assert_eq!(last.text, (WRITERS * EACH).to_string(), "{lost} writes were refused and tried again");
    assert_eq!(last.revision, Some(1 + (WRITERS * EACH) as i64), "what is refused takes no revision");
}

#[test]
fn random_writes_agree_with_a_naive_model() {
    let store = store();
    let mut rng = Rng::with_seed(0x7e71);
    let mut model: BTreeMap<i64, (i64, String)> = BTreeMap::new();
    let mut last = 0;
    let mut refused = 0;
    for step in 0..2_000 {
        let number = rng.i64(0..4);
        let there = model.get(&number).cloned();
        let given = match rng.u8(0..4) {
            0 => None,
            1 => Some(0),
            2 => there.as_ref().map(|(revision, _)| *revision),
            _ => Some(rng.i64(1..=last + 1)),
        };
        let text = format!("step {step}");
        let record =
            Counted { region: "r".to_owned(), number, revision: given, text: text.clone(), ..Counted::default() };
        let asked = given.filter(|given| *given != 0);
        let holds = |there: &Option<(i64, String)>| {
            asked.is_none_or(|asked| there.as_ref().is_some_and(|(revision, _)| *revision == asked))
        };
        let (result, expected) = match rng.u8(0..4) {
            0 => {
                let expected = match (asked, &there) {
                    (Some(_), _) => Err(Kind::Invalid),
                    (None, Some(_)) => Err(Kind::AlreadyExists),
                    (None, None) => Ok(Some(last + 1)),
                };
                (wait(store.counted().insert(record)).map(|record| record.revision), expected)
            }
            1 => {
                let expected = if holds(&there) { Ok(Some(last + 1)) } else { Err(Kind::Aborted) };
                (wait(store.counted().upsert(record)).map(|record| record.revision), expected)
            }
            2 => {
                let expected = match &there {
                    None => Err(Kind::NotFound),
                    Some(_) if holds(&there) => Ok(Some(last + 1)),
                    Some(_) => Err(Kind::Aborted),
                };
                let result = store.write(move |tx| tx.update(&record, [counted::text])).map(Some);
                (result, expected)
            }
            _ => {
                let expected = match &there {
                    None => Ok(Some(0)),
                    Some(_) if holds(&there) => Ok(None),
                    Some(_) => Err(Kind::Aborted),
                };
                let deleted = wait(store.counted().delete_if(("r", number), given.unwrap_or_default()));
                (deleted.map(|deleted| if deleted { None } else { Some(0) }), expected)
            }
        };
        assert_eq!(result.map_err(|e| e.kind()), expected, "step {step}: {there:?}, {given:?}");
        match expected {
            Ok(Some(0)) => {}
            Ok(Some(revision)) => {
                last = revision;
                model.insert(number, (revision, text));
            }
            Ok(None) => {
                model.remove(&number);
            }
            Err(_) => refused += 1,
        }
        let stored = wait(store.counted().page(None, 10)).unwrap().records;
        let stored: BTreeMap<_, _> = stored.into_iter().map(|r| (r.number, (r.revision.unwrap(), r.text))).collect();
        assert_eq!(stored, model, "step {step}");
    }
    assert!(refused > 200 && last > 200, "{refused} refused, {last} written");
}

//! Elements that are written in place, against plain lists and maps: random edits, each followed by every way to read.

use std::collections::BTreeMap;

use fastrand::Rng;
use protostore::{Kind, Record, Timestamp};
use shapes::{
    Choices, ChoicesListed, ChoicesMessage, Colour, Counted, Deep, DeepHost, DeepPort, DeepRack, DeepRackCabinet,
    Encodings, Event, Made, Maps, MapsInside, MapsShelf, Nested, NestedOuter, NestedOuterMiddle, Point, Repeated,
    Store, Tagged, TaggedLink, Target, choices, counted, deep, encodings, event, made, maps, nested, repeated, tagged,
};

fn store() -> Store {
    shapes::open_test().expect("a TEST store")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Compares what `get` and a page return with the plain record.
fn same<R: Record>(store: &Store, plain: &R) {
    let key = R::own_key(plain.key());
    let got = store.read(|r| r.get::<R>(R::borrow_key(&key))).expect("is read");
    assert_eq!(got.as_ref(), Some(plain));
    let page = store.read(|r| r.page::<R>(None, 10)).expect("a page").records;
    assert!(page.contains(plain), "{page:?}");
}

/// Inserts a record and another that must stay as it is, and edits a list of the first at random.
macro_rules! edit_list {
    ($seed:literal, $store:expr, $plain:expr, $other:expr, $column:expr, $key:expr, |$record:ident| $list:expr,
     |$rng:ident| $element:expr $(, remove |$value:ident| $given:expr)?) => {{
        let (store, mut $record, other) = ($store, $plain, $other);
        store.write({ let (a, b) = ($record.clone(), other.clone()); move |tx| tx.insert(&a).and(tx.insert(&b)).map(|_| ()) })
            .expect("both are inserted");
        let mut $rng = Rng::with_seed($seed);
        for _ in 0..60 {
            match $rng.u8(0..20) {
                0..10 => {
                    let element = $element;
                    wait(store.apply($column.of($key).append(element.clone()))).expect("is appended");
                    $list.push(element);
                }
                10..15 => {
                    let index = $rng.usize(0..$list.len() + 2);
                    let removed = wait(store.apply($column.of($key).remove_at(index))).expect("is removed");
                    assert_eq!(removed, index < $list.len());
                    if removed {
                        $list.remove(index);
                    }
                }
                15 => {
                    let removed = wait(store.apply($column.of($key).clear())).expect("is cleared");
                    assert_eq!(removed, $list.len() as u64);
                    $list.clear();
                }
                16 => store.write({ let r = $record.clone(); move |tx| tx.upsert(&r).map(|_| ()) }).expect("is replaced"),
                _ => {
                    $(
                        let $value = $element;
                        let removed = wait(store.apply($column.of($key).remove($given))).expect("are removed");
                        let before = $list.len();
                        $list.retain(|element| *element != $value);
                        assert_eq!(removed, (before - $list.len()) as u64);
                    )?
                }
            }
            assert_eq!(wait(store.run($column.of($key).read())).expect("is read"), $list);
            same(store, &$record);
        }
        same(store, &other);
    }};
}

/// The same for a map.
macro_rules! edit_map {
    ($seed:literal, $store:expr, $plain:expr, $other:expr, $column:expr, $key:expr, |$record:ident| $map:expr,
     |$rng:ident| $entry:expr, |$value:ident| $given:expr) => {{
        let (store, mut $record, other) = ($store, $plain, $other);
        store
            .write({
                let (a, b) = ($record.clone(), other.clone());
                move |tx| tx.insert(&a).and(tx.insert(&b)).map(|_| ())
            })
            .expect("both are inserted");
        let mut $rng = Rng::with_seed($seed);
        for _ in 0..60 {
            let ($value, value) = $entry;
            let was = wait(store.run($column.of($key).get($given))).expect("is read");
            assert_eq!(was.as_ref(), $map.get(&$value));
            match $rng.u8(0..20) {
                0..11 => {
                    let replaced = wait(store.apply($column.of($key).put($given, value.clone()))).expect("is put");
                    assert_eq!(replaced, $map.insert($value, value).is_some());
                }
                11..18 => {
                    let removed = wait(store.apply($column.of($key).remove($given))).expect("is removed");
                    assert_eq!(removed, $map.remove(&$value).is_some());
                }
                18 => {
                    let removed = wait(store.apply($column.of($key).clear())).expect("is cleared");
                    assert_eq!(removed, $map.len() as u64);
                    $map.clear();
                }
                _ => store
                    .write({
                        let r = $record.clone();
                        move |tx| tx.upsert(&r).map(|_| ())
                    })
                    .expect("is replaced"),
            }
            assert_eq!(wait(store.run($column.of($key).read())).expect("is read"), $map);
            same(store, &$record);
        }
        same(store, &other);
    }};
}

fn word(rng: &mut Rng) -> String {
    ["", "a", "b", "é'\""][rng.usize(0..4)].to_owned()
}

fn point(rng: &mut Rng) -> Point {
    Point {
        x: rng.i32(..),
        y: rng.bool().then_some(0),
        colour: Colour::default(),
        time: Timestamp::new(rng.i64(0..9), 5),
    }
}

fn host(rng: &mut Rng) -> DeepHost {
    let port = |rng: &mut Rng| DeepPort {
        number: rng.i32(..),
        frames: (0..rng.usize(0..3)).map(|_| word(rng).into_bytes()).collect(),
        labels: (0..rng.usize(0..3)).map(|_| (word(rng), word(rng))).collect(),
    };
    DeepHost {
        name: rng.bool().then(|| word(rng)),
        ports: (0..rng.usize(0..3)).map(|_| port(rng)).collect(),
        names: (0..rng.usize(0..3)).map(|_| word(rng)).collect(),
    }
}

fn rack(rng: &mut Rng) -> DeepRack {
    DeepRack {
        name: word(rng),
        hosts: (0..rng.usize(0..3)).map(|_| host(rng)).collect(),
        spares: (0..rng.usize(0..3)).map(|_| (word(rng), host(rng))).collect(),
        tags: (0..rng.usize(0..3)).map(|_| word(rng)).collect(),
        cabinet: rng.bool().then(|| DeepRackCabinet { slots: vec![1, 1], doors: vec![host(rng)] }),
    }
}

#[test]
fn lists_of_scalars_are_those_of_rust() {
    let store = &store();
    let of = |id: &str| Repeated { id: id.to_owned(), strings: vec!["a".to_owned()], ..Repeated::default() };
    edit_list!(
        1,
        store,
        of("a"),
        of("b"),
        repeated::strings,
        "a",
        |r| r.strings,
        |rng| word(&mut rng),
        remove | v | v.as_str()
    );
    edit_list!(2, store, of("c"), of("d"), repeated::bools, "c", |r| r.bools, |rng| rng.bool(), remove | v | v);
    edit_list!(
        3,
        store,
        of("e"),
        of("f"),
        repeated::doubles,
        "e",
        |r| r.doubles,
        |rng| f64::from(rng.i8(0..3)) / 2.0,
        remove | v | v
    );
    assert_eq!(wait(store.apply(repeated::doubles.of("e").remove(f64::NAN))).expect("nothing is NaN"), 0);
    let refused = wait(store.apply(repeated::doubles.of("e").append(f64::NAN))).expect_err("no column holds it");
    assert_eq!((refused.kind(), refused.field()), (Kind::Invalid, Some("doubles")));
}

#[test]
fn lists_of_messages_take_along_what_is_inside() {
    let store = &store();
    let of = |region: &str| Deep { region: region.to_owned(), number: 7, racks: vec![rack(&mut Rng::with_seed(0))] };
    edit_list!(4, store, of("a"), of("b"), deep::racks, ("a", 7), |r| r.racks, |rng| rack(&mut rng));
    wait(store.apply(deep::racks.of(("a", 7)).clear())).expect("is cleared");
    wait(store.deeps().delete(("b", 7))).expect("is deleted");
    let left: u64 = wait(store.deeps().filter(!deep::racks::hosts::ports.is_empty()).count()).expect("is counted");
    assert_eq!(left, 0);
}

#[test]
fn lists_in_messages_are_edited_where_the_message_is_set() {
    let store = &store();
    let outer = || Some(NestedOuter { middle: Some(NestedOuterMiddle::default()), ..NestedOuter::default() });
    let of = |id: &str| Nested { id: id.to_owned(), outer: outer(), ..Nested::default() };
    edit_list!(
        5,
        store,
        of("a"),
        of("b"),
        nested::outer::names,
        "a",
        |r| r.outer.as_mut().unwrap().names,
        |rng| word(&mut rng),
        remove | v | v.as_str()
    );
    edit_list!(
        6,
        store,
        of("c"),
        of("d"),
        nested::outer::middle::points,
        "c",
        |r| r.outer.as_mut().unwrap().middle.as_mut().unwrap().points,
        |rng| point(&mut rng)
    );
    edit_list!(
        7,
        store,
        of("e"),
        of("f"),
        nested::outer::always::points,
        "e",
        |r| r.outer.as_mut().unwrap().always.points,
        |rng| point(&mut rng)
    );
    let listed = |id: &str| Choices {
        id: id.to_owned(),
        message: Some(ChoicesMessage::Listed(ChoicesListed::default())),
        ..Choices::default()
    };
    fn numbers(record: &mut Choices) -> &mut Vec<u32> {
        let Some(ChoicesMessage::Listed(listed)) = &mut record.message else { unreachable!("it is set") };
        &mut listed.numbers
    }
    edit_list!(
        8,
        store,
        listed("a"),
        listed("b"),
        choices::message::listed::numbers,
        "a",
        |r| (*numbers(&mut r)),
        |rng| rng.u32(0..4),
        remove | v | v
    );

    let half = Nested { id: "half".to_owned(), outer: Some(NestedOuter::default()), ..Nested::default() };
    let none = Nested { id: "none".to_owned(), ..Nested::default() };
    let other = Choices {
        id: "other".to_owned(),
        message: Some(ChoicesMessage::Point(Point::default())),
        ..Choices::default()
    };
    store
        .write(move |tx| {
            tx.insert(&half)?;
            tx.insert(&none)?;
            tx.insert(&other).map(|_| ())
        })
        .expect("are inserted");
    let refused = |e: protostore::Error, table: &str, field: &str| {
        assert_eq!((e.kind(), e.table(), e.field()), (Kind::Precondition, Some(table), Some(field)), "{e}");
    };
    let points = nested::outer::middle::points;
    refused(wait(store.apply(points.of("half").append(Point::default()))).unwrap_err(), "nesteds", "outer.middle");
    refused(wait(store.run(points.of("none").read())).unwrap_err(), "nesteds", "outer.middle");
    refused(wait(store.apply(nested::outer::names.of("none").clear())).unwrap_err(), "nesteds", "outer");
    refused(
        wait(store.apply(nested::outer::always::points.of("none").clear())).unwrap_err(),
        "nesteds",
        "outer.always",
    );
    wait(store.apply(nested::outer::always::points.of("half").append(Point::default()))).expect("it is always set");
    let numbers = choices::message::listed::numbers;
    refused(wait(store.apply(numbers.of("other").append(1))).unwrap_err(), "choices", "listed");
}

#[test]
fn maps_are_those_of_rust() {
    let store = &store();
    let of = |id: &str| Maps {
        id: id.to_owned(),
        strings: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        inside: Some(MapsInside::default()),
        ..Maps::default()
    };
    let shelf = |rng: &mut Rng| MapsShelf {
        name: word(rng),
        point: rng.bool().then(|| point(rng)),
        kind: None,
        books: (0..rng.usize(0..3)).map(|_| word(rng)).collect(),
        labels: (0..rng.usize(0..3)).map(|_| (rng.u32(0..3), word(rng))).collect(),
        points: (0..rng.usize(0..3)).map(|_| point(rng)).collect(),
    };
    edit_map!(
        11,
        store,
        of("a"),
        of("b"),
        maps::strings,
        "a",
        |r| r.strings,
        |rng| (word(&mut rng), word(&mut rng)),
        |k| k.as_str()
    );
    edit_map!(12, store, of("c"), of("d"), maps::bools, "c", |r| r.bools, |rng| (rng.bool(), rng.bool()), |k| k);
    edit_map!(
        13,
        store,
        of("e"),
        of("f"),
        maps::points,
        "e",
        |r| r.points,
        |rng| (word(&mut rng), point(&mut rng)),
        |k| k.as_str()
    );
    edit_map!(
        14,
        store,
        of("g"),
        of("h"),
        maps::shelves,
        "g",
        |r| r.shelves,
        |rng| (word(&mut rng), shelf(&mut rng)),
        |k| k.as_str()
    );
    edit_map!(
        15,
        store,
        of("i"),
        of("j"),
        maps::inside::counts,
        "i",
        |r| r.inside.as_mut().unwrap().counts,
        |rng| (word(&mut rng), rng.i32(..)),
        |k| k.as_str()
    );
    let full = |id: &str| Encodings { id: id.to_owned(), ..Encodings::default() };
    edit_map!(
        16,
        store,
        full("a"),
        full("b"),
        encodings::full_by_full,
        "a",
        |r| r.full_by_full,
        |rng| (u64::MAX - rng.u64(0..3), rng.u64(..)),
        |k| k
    );
    assert_eq!(wait(store.run(maps::uint64s.of("a").get(u64::MAX))).expect("no column holds it"), None);
    assert!(!wait(store.apply(maps::uint64s.of("a").remove(u64::MAX))).expect("no column holds it"));
    let refused = wait(store.apply(maps::uint64s.of("a").put(u64::MAX, 1))).expect_err("no column holds it");
    assert_eq!(refused.kind(), Kind::OutOfRange);
}

#[test]
fn a_join_table_holds_only_what_is_there() {
    let store = &store();
    for id in ["x", "y", "z"] {
        wait(store.targets().insert(Target { id: id.to_owned(), ..Target::default() })).expect("a target");
    }
    let of = |region: &str| Counted { region: region.to_owned(), number: 7, ..Counted::default() };
    for region in ["a", "b"] {
        wait(store.counted().insert(of(region))).expect("is inserted");
    }
    let (mut plain, mut rng) = (Vec::new(), Rng::with_seed(21));
    let targets = || counted::targets.of(("a", 7));
    for _ in 0..80 {
        let before = wait(store.counted().get(("a", 7))).unwrap().unwrap().revision;
        let target = ["x", "y", "z", "none"][rng.usize(0..4)];
        let changed = match rng.u8(0..4) {
            0 | 1 if target == "none" => {
                let refused = wait(store.apply(targets().append(target))).expect_err("names nothing");
                let (table, field) = (Some("counted"), Some("targets"));
                assert_eq!((refused.kind(), refused.table(), refused.field()), (Kind::Reference, table, field));
                false
            }
            0 | 1 => {
                wait(store.apply(targets().append(target))).expect("is appended");
                plain.push(target.to_owned());
                true
            }
            2 => {
                let removed = wait(store.apply(targets().remove(target))).expect("is removed");
                let before = plain.len();
                plain.retain(|element| element != target);
                assert_eq!(removed, (before - plain.len()) as u64);
                removed > 0
            }
            _ => {
                let removed = wait(store.apply(targets().remove_at(1))).expect("is removed");
                if removed {
                    plain.remove(1);
                }
                removed
            }
        };
        let now = wait(store.counted().get(("a", 7))).unwrap().unwrap();
        assert_eq!((&now.targets, now.revision == before), (&plain, !changed));
        let named = store.read(|r| r.run(counted::targets_by_targets("a", 7))).unwrap();
        assert_eq!(named.into_iter().map(|t| t.id).collect::<Vec<_>>(), plain);
    }
    assert_eq!(wait(store.counted().get(("b", 7))).unwrap().unwrap().targets, [""; 0]);
}

#[test]
fn an_edit_is_a_write_of_its_record() {
    let store = store();
    let later = || std::thread::sleep(std::time::Duration::from_millis(1));
    let record = Tagged { id: "a".to_owned(), ..Tagged::default() };
    let mut last = wait(store.tagged().insert(record)).expect("is inserted");
    later();
    let mut changes = |changed: bool| {
        let now = wait(store.tagged().get("a")).unwrap().unwrap();
        let (etag, time) = (now.etag != last.etag, now.update_time > last.update_time);
        assert_eq!((etag, time), (changed, changed), "{last:?} {now:?}");
        last = now;
        later();
    };
    wait(store.apply(tagged::words.of("a").append("w"))).unwrap();
    changes(true);
    assert!(!wait(store.apply(tagged::words.of("a").remove_at(1))).unwrap());
    changes(false);
    wait(store.run(tagged::words.of("a").read())).unwrap();
    changes(false);
    wait(store.apply(tagged::links.of("a").append(TaggedLink::default()))).unwrap();
    changes(true);
    wait(store.apply(tagged::links.of("a").append(TaggedLink { target: "none".to_owned() }))).unwrap_err();
    changes(false);
    assert_eq!(wait(store.apply(tagged::words.of("a").clear())).unwrap(), 1);
    changes(true);
    assert_eq!(wait(store.apply(tagged::words.of("a").clear())).unwrap(), 0);
    changes(false);

    // A time without a revision, and one in another form.
    let made = wait(store.mades().insert(Made::default())).unwrap();
    later();
    wait(store.apply(made::words.of(&made.id).append("w"))).unwrap();
    let now = wait(store.mades().get(&made.id)).unwrap().unwrap();
    assert!(now.update_time > made.update_time && now.create_time == made.create_time && now.words == ["w"]);
    let logged = wait(store.events().insert(Event::default())).unwrap();
    later();
    wait(store.apply(event::words.of(logged.id).append("w"))).unwrap();
    assert!(wait(store.events().get(logged.id)).unwrap().unwrap().change_time > logged.change_time);
}

#[test]
fn an_edit_of_nothing_is_refused_and_a_part_of_a_transaction() {
    let store = store();
    let missing = |e: protostore::Error| {
        assert_eq!((e.kind(), e.table(), e.field()), (Kind::NotFound, Some("tagged"), None), "{e}");
    };
    missing(wait(store.apply(tagged::words.of("none").append("w"))).unwrap_err());
    missing(wait(store.apply(tagged::words.of("none").remove("w"))).unwrap_err());
    missing(wait(store.apply(tagged::words.of("none").clear())).unwrap_err());
    missing(wait(store.run(tagged::words.of("none").read())).unwrap_err());
    let words = store.write(|tx| {
        tx.insert(&Tagged { id: "a".to_owned(), ..Tagged::default() })?;
        tx.run(tagged::words.of("a").append("v"))?;
        let link = TaggedLink { target: "none".to_owned() };
        let refused = tx.run(tagged::links.of("a").append(link)).expect_err("names nothing");
        assert_eq!((refused.kind(), refused.field()), (Kind::Reference, Some("links.target")));
        tx.run(tagged::words.of("a").append("w"))?;
        tx.run(tagged::words.of("a").read())
    });
    assert_eq!(words.unwrap(), ["v", "w"]);
    let undone = store.write(|tx| {
        tx.run(tagged::words.of("a").clear())?;
        Err::<(), _>(protostore::Error::new(Kind::Aborted, "no"))
    });
    assert_eq!(undone.unwrap_err().kind(), Kind::Aborted);
    assert_eq!(store.read(|r| r.run(tagged::words.of("a").read())).unwrap(), ["v", "w"]);
}

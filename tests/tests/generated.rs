//! Values that the store makes: what `insert` returns is what `get` returns, and what is not left unset stays as it is given.

use protostore::{Kind, Mask, Timestamp, generate};
use shapes::{Event, Made, made};

fn store() -> shapes::Store {
    shapes::open_test().expect("a TEST store")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

fn insert(store: &shapes::Store, made: Made) -> Made {
    wait(store.mades().insert(made)).expect("is inserted")
}

fn get(store: &shapes::Store, id: &str) -> Made {
    wait(store.mades().get(id)).expect("is read").expect("is there")
}

#[test]
fn what_was_left_unset_is_made_and_returned() {
    let store = store();
    let before = Timestamp::now();
    let made = insert(&store, Made { name: "a".to_owned(), words: vec!["w".to_owned()], ..Made::default() });
    assert_eq!(get(&store, &made.id), made);
    assert!(generate::is_canonical_uuid(&made.id) && made.id.as_bytes()[14] == b'7');
    assert!(generate::is_canonical_uuid(&made.token) && made.token.as_bytes()[14] == b'4');
    assert!(generate::is_canonical_uuid(made.maybe_token.as_deref().unwrap()));
    assert_eq!((made.number, made.maybe_number), (1, Some(1)));
    assert!(before <= made.create_time.unwrap() && made.create_time == made.update_time);

    let other = store.write(|tx| tx.insert(&Made::default())).unwrap();
    assert_eq!((other.number, other.maybe_number), (2, Some(2)));
    assert!(other.id > made.id && get(&store, &other.id) == other);
    let upserted = store.write(|tx| tx.upsert(&Made::default())).unwrap();
    assert_eq!((upserted.number, get(&store, &upserted.id)), (3, upserted));
}

#[test]
fn what_is_given_is_kept() {
    let store = store();
    let given = Made {
        id: generate::uuid_v4(),
        token: generate::uuid_v7().unwrap(),
        maybe_token: Some(generate::uuid_v4()),
        number: 70,
        maybe_number: Some(7),
        create_time: Some(Timestamp::default()),
        update_time: Some(Timestamp::default()),
        ..Made::default()
    };
    // All but the time of the last write, which is the store's.
    let stored = insert(&store, given.clone());
    assert!(stored.update_time > given.update_time);
    assert_eq!(stored, Made { update_time: stored.update_time, ..given.clone() });
    assert_eq!(get(&store, &given.id), stored);
    let next = insert(&store, Made::default());
    assert_eq!((next.number, next.maybe_number), (71, Some(8)), "a number that is given raises the counter");
}

#[test]
fn a_uuid_that_is_not_canonical_is_refused() {
    let store = store();
    for (record, field) in [
        (Made { id: "ID-1".to_owned(), ..Made::default() }, "id"),
        (Made { token: generate::uuid_v4().to_uppercase(), ..Made::default() }, "token"),
        (Made { maybe_token: Some(String::new()), ..Made::default() }, "maybe_token"),
    ] {
        let refused = wait(store.mades().insert(record.clone())).unwrap_err();
        assert_eq!((refused.kind(), refused.table(), refused.field()), (Kind::Invalid, Some("mades"), Some(field)));
        let refused = store.write(move |tx| tx.upsert(&record)).unwrap_err();
        assert_eq!((refused.kind(), refused.field()), (Kind::Invalid, Some(field)));
    }
    let made = insert(&store, Made::default());
    let bad = Made { token: "x".to_owned(), ..made.clone() };
    let refused = wait(store.mades().update(bad.clone(), [made::token])).unwrap_err();
    assert_eq!((refused.kind(), refused.field()), (Kind::Invalid, Some("token")));
    wait(store.mades().update(bad, [made::name])).expect("what the mask does not name is not asked");
}

#[test]
fn an_update_sets_its_time_and_leaves_what_it_does_not_give() {
    let store = store();
    let made = insert(&store, Made::default());
    let name = Made { id: made.id.clone(), name: "b".to_owned(), ..Made::default() };
    wait(store.mades().update(name.clone(), [made::name])).unwrap();
    let found = get(&store, &made.id);
    assert!(found.update_time > made.update_time);
    assert_eq!(found, Made { name: "b".to_owned(), update_time: found.update_time, ..made.clone() });

    store.write(move |tx| tx.update(&name, Mask::all())).unwrap();
    let again = get(&store, &made.id);
    assert!(again.update_time > found.update_time);
    assert_eq!(again, Made { update_time: again.update_time, ..found });
    let given = Made { token: generate::uuid_v4(), create_time: Some(Timestamp::default()), ..again.clone() };
    wait(store.mades().update(given.clone(), Mask::all())).unwrap();
    let changed = get(&store, &made.id);
    assert_eq!((&changed.token, changed.create_time), (&given.token, again.create_time));
}

#[test]
fn an_upsert_keeps_the_time_of_the_insert_and_what_it_does_not_give() {
    let store = store();
    let made = insert(&store, Made::default());
    let name = Made { id: made.id.clone(), name: "b".to_owned(), ..Made::default() };
    let upserted = wait(store.mades().upsert(name)).unwrap();
    assert_eq!(get(&store, &made.id), upserted);
    assert!(upserted.update_time > made.update_time);
    assert_eq!(upserted, Made { name: "b".to_owned(), update_time: upserted.update_time, ..made.clone() });
    let given = Made { number: 90, create_time: None, ..upserted };
    let upserted = wait(store.mades().upsert(given)).unwrap();
    assert_eq!((upserted.number, upserted.create_time), (90, made.create_time));
    assert_eq!(insert(&store, Made::default()).number, 91);
}

#[test]
fn a_number_is_never_given_twice() {
    let store = store();
    let event = |text: &str| Event { text: text.to_owned(), ..Event::default() };
    let ids: Vec<i64> = (0..3).map(|n| wait(store.events().insert(event(&n.to_string()))).unwrap().id).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert!(wait(store.events().delete(3)).unwrap());
    assert_eq!(wait(store.events().insert(event("after"))).unwrap().id, 4);
    // A transaction that is undone gives its numbers back: no caller has seen them.
    let undone = store.write(move |tx| {
        tx.insert(&event("undone"))?;
        Err::<(), _>(protostore::Error::new(Kind::Precondition, "no"))
    });
    assert_eq!(undone.unwrap_err().kind(), Kind::Precondition);
    assert_eq!(wait(store.events().insert(event("next"))).unwrap().id, 5);
    // Of a write that is refused too.
    let taken = insert(&store, Made::default());
    assert_eq!(wait(store.mades().insert(taken.clone())).unwrap_err().kind(), Kind::AlreadyExists);
    assert_eq!(insert(&store, Made::default()).number, taken.number + 1);
}

#[test]
fn a_counter_ends_where_its_field_does() {
    let store = store();
    insert(&store, Made { number: i32::MAX, ..Made::default() });
    let refused = wait(store.mades().insert(Made::default())).unwrap_err();
    assert_eq!((refused.kind(), refused.field()), (Kind::OutOfRange, Some("number")));
    let refused = wait(store.mades().insert(Made { number: 5, maybe_number: Some(u64::MAX), ..Made::default() }));
    assert_eq!(refused.unwrap_err().field(), Some("maybe_number"));
    wait(store.events().insert(Event { id: i64::MAX, ..Event::default() })).unwrap();
    assert!(wait(store.events().insert(Event::default())).is_err());
}

#[test]
fn a_time_that_is_made_is_as_coarse_as_its_column() {
    let store = store();
    let event = wait(store.events().insert(Event::default())).unwrap();
    assert_eq!(event.time.unwrap().nanos(), 0);
    assert_eq!(wait(store.events().get(event.id)).unwrap(), Some(event.clone()));
    let upserted = wait(store.events().upsert(event.clone())).unwrap();
    assert!(upserted.time == event.time && upserted.change_time > event.change_time);
}

#[test]
fn an_upsert_by_another_index_keeps_the_key() {
    let store = store();
    let first =
        insert(&store, Made { number: 7, name: "a".to_owned(), words: vec!["x".to_owned()], ..Made::default() });
    let again =
        Made { number: 7, name: "b".to_owned(), words: vec!["y".to_owned(), "z".to_owned()], ..Made::default() };
    let stored = wait(store.apply(made::upsert_by_number(again.clone()))).expect("is written");
    let kept = (&first.id, &first.token, first.create_time);
    assert_eq!((&stored.id, &stored.token, stored.create_time), kept);
    assert_eq!((stored.name.as_str(), stored.words.len()), ("b", 2));
    assert!(stored.update_time >= first.update_time);
    assert_eq!(get(&store, &stored.id), stored);
    // The key may be given, and then it is the one of the row.
    let given = Made { id: first.id.clone(), ..again.clone() };
    assert_eq!(store.write(move |tx| tx.run(made::upsert_by_number(given.clone()))).unwrap().id, first.id);
    let other = Made { id: generate::uuid_v7().unwrap(), ..again };
    let refused = wait(store.apply(made::upsert_by_number(other))).unwrap_err();
    assert_eq!(refused.to_string(), "mades.number: is taken by another record");
    assert_eq!(refused.kind(), Kind::AlreadyExists);
    // Where there is none, it is inserted, and its number is one that is given.
    let new = wait(store.apply(made::upsert_by_number(Made { number: 9, ..Made::default() }))).unwrap();
    assert_eq!((get(&store, &new.id), wait(store.mades().count()).unwrap()), (new, 2));
    assert_eq!(insert(&store, Made::default()).number, 10);
}

#[test]
fn what_is_not_set_says_no_record() {
    let store = store();
    let target = shapes::Target { id: "t".to_owned(), ..Default::default() };
    wait(store.targets().insert(target)).unwrap();
    let source = |id: &str, code: Option<&str>| shapes::Source {
        id: id.to_owned(),
        must: "t".to_owned(),
        code: code.map(str::to_owned),
        ..Default::default()
    };
    let refused = wait(store.apply(shapes::source::upsert_by_code(source("a", None)))).unwrap_err();
    assert_eq!(refused.to_string(), "sources.code: must be set, to say which record is meant");
    wait(store.apply(shapes::source::upsert_by_code(source("a", Some("x"))))).unwrap();
    let mut again = source("a", Some("x"));
    again.targets = vec!["t".to_owned()];
    assert_eq!(wait(store.apply(shapes::source::upsert_by_code(again.clone()))).unwrap(), again);
    // A partial index knows nothing of the rows that are not in it.
    let job =
        |id: &str, address: &str| shapes::Job { id: id.to_owned(), address: address.to_owned(), ..Default::default() };
    wait(store.apply(shapes::job::upsert_by_address(job("a", "here")))).unwrap();
    let refused = wait(store.apply(shapes::job::upsert_by_address(job("b", "")))).unwrap_err();
    assert_eq!(refused.to_string(), "jobs.address: is not among the rows that the index tells apart");
    assert!(wait(store.jobs().get("b")).unwrap().is_none(), "nothing of it was done");
    let refused = wait(store.apply(shapes::job::upsert_by_address(job("b", "here")))).unwrap_err();
    assert_eq!(refused.kind(), Kind::AlreadyExists);
}

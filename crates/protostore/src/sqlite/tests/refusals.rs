//! Why a write was refused, where that takes constraints or numbers which the fixture does not have.

use super::fixture::{Machine, Mount, Network};
use super::{Held, held, machine};
use crate::error::Kind;
use crate::fixed::Fixed;
use crate::ops::{Insert, Op, Update};
use crate::record::{Numbered, Sequence};
use crate::session::{Session, now};

static COUNTER: Sequence = Sequence { field: "id", table: 1, path: "1", rows: "networks", column: "id", text: true };

/// A connection with a counter at a number.
fn counting(last: i64) -> Held {
    let held = held();
    let sql = format!(r#"INSERT INTO "protostore__sequences" ("table", "path", "last") VALUES (1, '1', {last})"#);
    held.connection().execute_batch(&sql).expect("a counter");
    held
}

#[test]
fn a_counter_ends_at_the_largest_number_of_every_type() {
    fn last<T: Numbered + Default>(most: i64) {
        let mut held = counting(most - 1);
        let mut field = T::default();
        let taken = now(held.advance(&COUNTER, None)).expect("takes").expect("one is left");
        assert!(taken == most && field.set_number(taken) && field.number() == Some(most));
        match now(held.advance(&COUNTER, None)).expect("is no fault of the engine") {
            None => assert_eq!(most, i64::MAX),
            Some(beyond) => assert!(!field.set_number(beyond), "{beyond}"),
        }
        assert_eq!(field.number(), Some(most), "is left as it was");
        assert!(now(held.advance(&COUNTER, Some(most))).expect("keeps one that is given").is_some());
    }
    last::<i32>(i32::MAX.into());
    last::<i64>(i64::MAX);
    last::<u32>(u32::MAX.into());
    last::<u64>(i64::MAX);
    last::<Option<i32>>(i32::MAX.into());
    last::<Option<i64>>(i64::MAX);
    last::<Option<u32>>(u32::MAX.into());
    last::<Option<u64>>(i64::MAX);
}

#[test]
fn a_counter_begins_after_the_greatest_number_and_never_goes_back() {
    for (ids, first) in [(&[][..], 1), (&["-5"], 1), (&["10", "2"], 11)] {
        let mut held = held();
        for id in ids {
            let network = Network { id: (*id).into(), cidr: format!("cidr of {id}") };
            now(Insert::new(network).run(&mut held, &Fixed::now())).expect("inserts");
        }
        for (given, expected) in [(None, 0), (Some(first + 5), 5), (Some(1), 5), (None, 6), (Some(0), 6), (None, 7)] {
            let advanced = now(held.advance(&COUNTER, given)).expect("advances");
            assert_eq!(advanced, Some(first + expected), "{ids:?} {given:?}");
        }
    }
}

#[test]
fn a_delete_whose_trigger_finds_no_number_left_says_so() {
    let mut held = counting(i64::MAX);
    let trigger = r#"CREATE TRIGGER "counts" BEFORE DELETE ON "networks" BEGIN
        UPDATE "protostore__sequences" SET "last" = "last" + 1; END"#;
    held.connection().execute_batch(trigger).expect("a trigger");
    now(Insert::new(Network { id: "n".into(), cidr: "c".into() }).run(&mut held, &Fixed::now())).expect("inserts");
    let e = now(crate::ops::Delete::<Network>::new("n".into()).run(&mut held, &Fixed::now()))
        .expect_err("no number is left");
    assert_eq!(
        (e.kind(), e.to_string()),
        (Kind::OutOfRange, "networks: a record that it changes has no revision left".into())
    );
}

#[test]
fn a_unique_value_that_a_record_has_twice_is_not_said_to_be_anothers() {
    let mut held = held();
    let unique = r#"CREATE UNIQUE INDEX "m" ON "machines__mounts" ("host_path")"#;
    held.connection().execute_batch(unique).expect("an index");
    let with = |id: &str, paths: &[&str]| {
        let mounts = paths.iter().map(|path| Mount { host_path: (*path).into(), ..Mount::default() }).collect();
        Machine { mounts, ..machine(id) }
    };
    let mut told =
        |op: Insert<Machine>| now(op.run(&mut held, &Fixed::now())).map(|_| ()).map_err(|e| (e.kind(), e.to_string()));
    let twice = "machines.mounts.host_path: is unique, and occurs twice in this record".to_owned();
    let twice = Err((Kind::Invalid, twice));
    assert_eq!(told(Insert::new(with("a", &["/a", "/b", "/a"]))), twice);
    held.connection().execute_batch(r#"DELETE FROM "machines""#).expect("nothing undoes it here");
    let mut told =
        |op: Insert<Machine>| now(op.run(&mut held, &Fixed::now())).map(|_| ()).map_err(|e| (e.kind(), e.to_string()));
    assert_eq!(told(Insert::new(with("a", &["/a", "/b"]))), Ok(()));
    let taken = Err((Kind::AlreadyExists, "machines.mounts.host_path: is taken by another record".to_owned()));
    assert_eq!(told(Insert::new(with("b", &["/c", "/b"]))), taken);
    let all = Update::new(with("a", &["/d", "/d"]), [super::fixture::machine::MOUNTS_FIELD]);
    assert_eq!(now(all.run(&mut held, &Fixed::now())).map(|_| ()).map_err(|e| (e.kind(), e.to_string())), twice);
}

#[test]
fn an_insert_whose_key_is_taken_names_the_key_whatever_else_is_taken() {
    let mut held = held();
    let network = |id: &str, cidr: &str| Network { id: id.into(), cidr: cidr.into() };
    let mut told = |record| {
        now(Insert::new(record).run(&mut held, &Fixed::now())).map(|_| ()).map_err(|e| (e.kind(), e.to_string()))
    };
    assert_eq!(told(network("a", "10/8")), Ok(()));
    assert_eq!(told(network("b", "11/8")), Ok(()));
    let taken = |field| Err((Kind::AlreadyExists, format!("networks.{field}: is taken by another record")));
    assert_eq!(told(network("a", "10/8")), taken("id"), "the same once more");
    assert_eq!(told(network("a", "11/8")), taken("id"));
    assert_eq!(told(network("c", "10/8")), taken("cidr"));
}

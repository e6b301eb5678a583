//! How many statements an operation runs, and which statements a connection runs at all.

use std::cell::Cell;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::fixture::machine::{IMAGE_LIST, LABEL_LIST};
use super::fixture::{Image, Machine, Network, SCHEMA};
use super::{Held, held, held_with, machine};
use crate::error::{Kind, Result};
use crate::filter::{Col, Cursor};
use crate::fixed::Fixed;
use crate::generated::stmt;
use crate::ops::{Exists, Get, Insert, Op, Page};
use crate::schema::Stmt;
use crate::session::{Session, now};

const NUMBER: Col<Image, u64> = Col::member(0, "number");

thread_local! {
    static RUN: Cell<u32> = const { Cell::new(0) };
}

/// A connection that counts what it runs.
fn counting() -> Held {
    let count = |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(..) = event {
            RUN.set(RUN.get() + 1);
        }
    };
    held_with(|connection| connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(count)).expect("traces"))
}

/// Returns how many statements `f` runs.
fn counted<T>(held: &mut Held, f: impl FnOnce(&mut Held) -> Result<T>) -> (u32, T) {
    RUN.set(0);
    let out = f(held).expect("runs");
    (RUN.get(), out)
}

fn of<O: Op>(held: &mut Held, op: &O) -> (u32, O::Out) {
    counted(held, |held| now(op.run(held, &Fixed::now())))
}

#[test]
fn a_read_runs_one_statement_and_one_more_for_each_child_table_however_many_records() {
    let mut held = counting();
    for n in 0..150 {
        now(Insert::new(machine(&format!("{n:03}"))).run(&mut held, &Fixed::now())).expect("inserts");
    }
    for size in [1, 10, 100] {
        let (run, page) = of(&mut held, &Page::<Machine> { after: None, size });
        assert_eq!((run, page.records.len()), (1 + 4, size));
        assert!(page.records.iter().all(|record| *record == machine(&record.id)));
    }
    assert_eq!(
        of(&mut held, &Page::<Machine> { after: Some(Cursor::of_key("zzz").unwrap()), size: 100 }).0,
        1,
        "no records, no children"
    );
    assert_eq!(of(&mut held, &Page::<Network> { after: None, size: 100 }).0, 1);
    assert_eq!(of(&mut held, &Get::<Machine>("007")).0, 1 + 4);
    assert_eq!(of(&mut held, &Get::<Machine>("none")).0, 1);
    assert_eq!(of(&mut held, &Exists::<Machine>("007")), (1, true));
    let (run, _) = counted(&mut held, |held| held.snapshot(|held| now(Get::<Machine>("007").run(held, &Fixed::now()))));
    assert_eq!(run, 1 + 4 + 2, "and BEGIN and COMMIT");
}

/// Rows of two networks and of one that no column holds, in every order, with and without repetition.
fn lists() -> Vec<Vec<(&'static str, &'static str)>> {
    let mut all = vec![Vec::new()];
    let mut from = 0;
    for _ in 0..4 {
        let longest = all.split_off(from);
        let longer = longest
            .iter()
            .flat_map(|list| ["a", "b", "no\0"].map(|id| list.iter().copied().chain([(id, "c")]).collect::<Vec<_>>()));
        let longer: Vec<_> = longer.collect();
        from += longest.len();
        all.extend(longest.into_iter().chain(longer));
    }
    all
}

#[test]
fn rows_in_bulk_are_written_and_refused_as_one_by_one() {
    let insert = &<Network as crate::Record>::TABLE.insert;
    let mut refused = 0;
    for list in lists() {
        let mut all = [held(), held()];
        let one_by_one = list.iter().enumerate().find_map(|(at, row)| Some((at, now(all[0].run(insert, row)).err()?)));
        let in_bulk = now(all[1].run_each(insert, list.iter()));
        let one_is_refused = one_by_one.is_some();
        let [expected, found] = [one_by_one, in_bulk.err()].map(|e| e.map(|(at, e)| (at, format!("{e:?}"))));
        assert_eq!(found, expected, "{list:?}");
        let [expected, found] = all
            .each_mut()
            .map(|held| now(Page::<Network> { after: None, size: 9 }.run(held, &Fixed::now())).expect("reads").records);
        assert_eq!(found, expected, "{list:?}");
        refused += usize::from(one_is_refused);
    }
    assert!(refused > 50, "only {refused} lists hold what is refused");
}

#[test]
fn no_row_in_bulk_prepares_nothing_and_each_is_a_run() {
    let mut held = counting();
    static ELSEWHERE: Stmt = stmt!(0, "INSERT INTO nowhere VALUES ($1)");
    let none = |held: &mut Held| now(held.run_each(&ELSEWHERE, std::iter::empty::<i64>())).map_err(|(_, e)| e);
    assert_eq!(counted(&mut held, none).0, 0);
    let machine = Machine { kernel_args: vec!["x".into(); 100], ..machine("a") };
    assert_eq!(of(&mut held, &Insert::new(machine)).0, 1 + 2 + 100 + 1);
}

#[test]
fn an_edit_runs_as_many_statements_however_long_the_list_is() {
    let mut held = counting();
    now(Insert::new(Image { number: 1, digest: Vec::new() }).run(&mut held, &Fixed::now())).expect("inserts");
    now(Insert::new(Machine { image_ids: Vec::new(), ..machine("a") }).run(&mut held, &Fixed::now())).expect("inserts");
    for length in 0..100 {
        let (run, ()) = of(&mut held, &IMAGE_LIST.of("a").append(1));
        assert_eq!(run, 3, "the owner, the last position, the row; {length} elements");
    }
    assert_eq!(of(&mut held, &IMAGE_LIST.of("a").remove_at(50)), (2, true));
    assert_eq!(of(&mut held, &IMAGE_LIST.of("a").remove(1_u64)), (2, 99));
    assert_eq!(of(&mut held, &LABEL_LIST.of("a").clear()), (3, 2), "and whether the message is set");
    assert_eq!(of(&mut held, &LABEL_LIST.of("a").read()), (3, Vec::new()));
}

#[test]
fn a_record_that_is_too_large_for_the_callers_thread_is_given_up_on_the_way() {
    let mut held = held();
    let long = Machine { kernel_args: vec!["x".into(); 50_000], ..machine("long") };
    for machine in [&machine("short"), &long] {
        now(Insert::new(machine.clone()).run(&mut held, &Fixed::now())).expect("inserts");
    }
    let get = |held: &mut Held, id: &str| now(Get::<Machine>(id).run(held, &Fixed::now()));
    assert_eq!(held.hasten(|held| get(held, "short")).expect("reads"), Some(Some(machine("short"))));
    assert_eq!(held.hasten(|held| get(held, "long")).expect("is given up"), None);
    assert_eq!(get(&mut held, "long").expect("reads"), Some(long));

    // A value that is longer than the connection may read is not read at all.
    now(Insert::new(Image { number: 1, digest: vec![7; 2 << 20] }).run(&mut held, &Fixed::now())).expect("inserts");
    held.connection().set_limit(Limit::SQLITE_LIMIT_LENGTH, 1 << 20).expect("limits");
    assert_eq!(held.hasten(|held| now(Get::<Image>(1).run(held, &Fixed::now()))).expect("is given up"), None);
    assert_eq!(held.hasten(|held| now(Exists::<Image>(1).run(held, &Fixed::now()))).expect("reads the row"), None);
}

#[test]
fn a_page_on_the_callers_thread_is_the_page_of_a_reader_or_none() {
    let mut held = held();
    let sizes = [0, 900, 3_000, 40_000, 70_000, 5, 5, 1 << 20, 9];
    for (number, size) in (0..180_u64).zip(sizes.into_iter().cycle()) {
        now(Insert::new(Image { number, digest: vec![7; size] }).run(&mut held, &Fixed::now())).expect("inserts");
    }
    let (mut near, mut far) = (0, 0);
    for first in 0..9 {
        for size in 1..60 {
            let page = Page::<Image> { after: Some(Cursor::of_key(first).expect("a key")), size };
            let whole = now(page.run(&mut held, &Fixed::now())).expect("reads").records;
            // No value is longer than a connection for short reads may read, or the last ones are.
            let longest = if first % 2 == 0 { 4 << 20 } else { 1 << 20 };
            let limit = held.connection().set_limit(Limit::SQLITE_LIMIT_LENGTH, longest).expect("limits");
            match held.hasten(|held| now(page.run(held, &Fixed::now()))).expect("reads") {
                Some(read) => {
                    assert_eq!(read.records, whole, "{first} {size}");
                    near += 1;
                }
                None => far += 1,
            }
            held.connection().set_limit(Limit::SQLITE_LIMIT_LENGTH, limit).expect("limits");
        }
    }
    assert!(near > 0 && far > 0, "{near} {far}");
    // A read that passes over many rows is given up as well, however little it returns.
    let many = "WITH n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
                INSERT INTO images (number, digest) SELECT i, x'' FROM n";
    held.connection().execute_batch(many).expect("inserts");
    let count = |held: &mut Held, from: u64| now(NUMBER.ge(from).count().run(held, &Fixed::now()));
    assert_eq!(held.hasten(|held| count(held, 59_000)).expect("counts"), Some(1001));
    assert_eq!(held.hasten(|held| count(held, 1000)).expect("is given up"), None);
    assert_eq!(count(&mut held, 1000).expect("nothing is counted out now"), 59_001);
}

/// What `Held` promises where it is `unsafe`: a statement that outlived its connection, or was left behind, would keep it
/// from closing, and a connection that moved without them would crash here.
#[test]
fn statements_go_before_their_connection_and_move_with_it() {
    let select = |held: &mut Held| {
        let statement = held.dynamic("SELECT count(*) FROM networks").expect("is prepared");
        let mut rows = statement.rows();
        let count: i64 = rows.next().expect("runs").expect("a row").get(0).expect("a number");
        count
    };
    let mut held = held();
    assert_eq!(select(&mut held), 0);
    // Moved by itself, and to another thread and back.
    let moved = Box::new(held);
    let mut held = std::thread::spawn(move || {
        let mut held = *moved;
        assert_eq!(select(&mut held), 0);
        held
    })
    .join()
    .expect("no panic");
    let other = super::held().into_connection();
    held.replace(other).expect("takes another connection");
    assert_eq!(select(&mut held), 0);
    let connection = held.into_connection();
    connection.close().map_err(|(_, why)| why).expect("no statement is left");
}

#[test]
fn a_statement_is_prepared_once() {
    let mut held = held();
    now(Insert::new(machine("a")).run(&mut held, &Fixed::now())).expect("inserts");
    let before = held.stmt(&<Machine as crate::Record>::TABLE.get).expect("prepares") as *const _;
    for _ in 0..10 {
        now(Get::<Machine>("a").run(&mut held, &Fixed::now())).expect("reads");
    }
    assert!(std::ptr::eq(before, held.stmt(&<Machine as crate::Record>::TABLE.get).expect("is there")));
}

#[test]
fn a_page_of_another_size_is_no_reason_to_prepare_its_statement_again() {
    // As every store sets it.
    let stable = |connection: &mut Connection| {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).expect("stable plans");
    };
    let mut held = held_with(stable);
    for id in ["a", "b", "c"] {
        now(Insert::new(machine(id)).run(&mut held, &Fixed::now())).expect("inserts");
    }
    let again =
        |held: &mut Held| held.stmt(&<Machine as crate::Record>::TABLE.page_first).expect("is there").prepared_again();
    for size in [1, 2, 3, 1000, usize::MAX] {
        let page = now(Page::<Machine> { after: None, size }.run(&mut held, &Fixed::now())).expect("reads");
        assert_eq!((page.records.len(), page.next.is_some()), (size.min(3), size < 3), "{size}");
    }
    assert_eq!(again(&mut held), 0);
    // A change of the schema is one.
    held.connection().execute_batch("CREATE TABLE another (a)").expect("a table");
    now(Page::<Machine> { after: None, size: 1 }.run(&mut held, &Fixed::now())).expect("reads");
    assert_eq!(again(&mut held), 1);
}

#[test]
fn the_statement_of_another_store_does_not_run() {
    static OURS: Stmt = stmt!(0, [], "SELECT 1");
    static THEIRS: Stmt = stmt!(0, [], "SELECT 2");
    static TWIN: Stmt = stmt!(0, [], concat!("SELECT", " 1"));
    static BEYOND: Stmt = stmt!(SCHEMA.slots, [], "SELECT 3");
    static FAR_BEYOND: Stmt = stmt!(u32::MAX, [], "SELECT 4");
    let mut held = held();
    assert_eq!(now(held.one::<_, i64>(&OURS, &())).expect("runs"), Some(1));
    assert_eq!(now(held.one::<_, i64>(&TWIN, &())).expect("is the same text"), Some(1));
    for stmt in [&THEIRS, &BEYOND, &FAR_BEYOND] {
        assert_eq!(now(held.one::<_, i64>(stmt, &())).map_err(|e| e.kind()), Err(Kind::Engine));
    }
}

#[test]
fn every_parameter_is_given_each_time() {
    static TWO: Stmt = stmt!(0, [a, b], "SELECT $1 + $2");
    let mut held = held();
    assert_eq!(now(held.one::<_, i64>(&TWO, &(1, 2))).expect("runs"), Some(3));
    let e = now(held.one::<_, i64>(&TWO, &(1,))).expect_err("one is missing");
    assert_eq!((e.kind(), e.message()), (Kind::Engine, "1 values were given for 2 parameters"));
    let e = now(held.one::<_, i64>(&TWO, &(1, 2, 3))).expect_err("one is too many");
    assert_eq!(e.kind(), Kind::Engine);
}

#[test]
fn what_no_program_of_this_schema_wrote_is_damage_with_its_place() {
    let mut held = held();
    for id in ["state", "label"] {
        now(Insert::new(machine(id)).run(&mut held, &Fixed::now())).expect("inserts");
    }
    let damage = r#"PRAGMA ignore_check_constraints = ON;
        UPDATE "machines" SET "state" = 1 << 40 WHERE "id" = 'state';
        UPDATE "machines" SET "root_drive" = 0 WHERE "id" = 'label';"#;
    held.connection().execute_batch(damage).expect("damages");
    let mut read = |id| now(Get::<Machine>(id).run(&mut held, &Fixed::now())).expect_err("is damaged").to_string();
    assert_eq!(read("state"), "machines.state: holds a value that is out of range");
    assert_eq!(
        read("label"),
        "machines: has rows of a record, message or member that does not exist, in machines__root_drive__labels"
    );
}

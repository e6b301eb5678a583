//! The writer when a transaction is lost or cannot be committed.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::fixture::{Machine, SCHEMA};
use super::{Held, count, held, held_with, machine};
use crate::error::{Error, Kind, Result};
use crate::generated::stmt;
use crate::ops;
use crate::schema::Stmt;
use crate::session::{Session, block, now};
use crate::sqlite::checkpoint::{Checkpoints, Watched};
use crate::sqlite::job::{Answer, Work};
use crate::sqlite::open::{Log, Reserve};
use crate::sqlite::patience::Patience;
use crate::sqlite::queue::Queue;
use crate::sqlite::state::State;
use crate::sqlite::warm::Warm;
use crate::sqlite::watch::Time;
use crate::sqlite::writer::{Requests, Writer};
use crate::store::Tx;
use crate::time::Timestamp;

/// Requests that will be one group.
struct Group {
    requests: Arc<Requests>,
    state: Arc<State>,
    answers: Vec<Answer<()>>,
}

impl Group {
    fn new() -> Self {
        Self { requests: Arc::new(Queue::new(64)), state: Arc::default(), answers: Vec::new() }
    }

    fn add(&mut self, compound: bool, work: impl FnMut(&mut Held) -> Result<()> + Send + 'static) {
        let (work, answer) = Work::new(compound, None, work);
        self.requests.push(work).expect("room");
        self.answers.push(answer);
    }

    fn insert(&mut self, record: Machine) {
        self.add(true, move |held| now(ops::insert(held, record.clone(), Timestamp::now())).map(|_| ()));
    }

    /// Runs them, and returns the connection and the answers.
    fn run(self, held: Held) -> (Held, Vec<Result<(), Kind>>) {
        self.requests.close();
        let writer = Writer::new(Warm::new(held), self.requests, self.state, no_checkpoints());
        let (held, _) = writer.serve().expect("has its connection");
        let answers = self
            .answers
            .into_iter()
            .map(|answer| block(answer).expect("is answered").map(|done| done.value).map_err(|e| e.kind()));
        (held, answers.collect())
    }
}

/// Checkpoints of a database in memory, which has no log.
fn no_checkpoints() -> Checkpoints {
    Checkpoints::new(Log::none(&SCHEMA), Reserve::none(), u64::MAX, Watched::default(), Arc::default())
}

/// A machine that does not fit into the room that is left.
fn huge() -> Machine {
    Machine { kernel_args: vec!["x".repeat(999); 4000], ..machine("huge") }
}

/// A connection that has little room left.
fn narrow() -> Held {
    let held = held();
    let pages: i64 = held.connection().query_row("PRAGMA page_count", (), |row| row.get(0)).expect("counts");
    let limit = pages + 20;
    let set = held.connection().query_row(&format!("PRAGMA max_page_count = {limit}"), (), |row| row.get::<_, i64>(0));
    assert_eq!(set.expect("limits"), limit);
    held
}

#[test]
fn a_request_that_loses_the_transaction_is_out_and_the_others_run_again() {
    let mut group = Group::new();
    group.insert(machine("a"));
    group.insert(huge());
    group.insert(machine("b"));
    let (held, answers) = group.run(narrow());
    assert_eq!(answers, [Ok(()), Err(Kind::Exhausted), Ok(())]);
    assert_eq!(count(&held), 2);
}

#[test]
fn a_closure_that_overlooks_the_loss_writes_nothing_more() {
    let mut group = Group::new();
    group.insert(machine("a"));
    group.add(true, |held| {
        let mut tx = Tx::<crate::Sqlite>::new(held);
        assert_eq!(tx.insert(&huge()).map_err(|e| e.kind()), Err(Kind::Exhausted));
        assert_eq!(tx.insert(&machine("later")).map_err(|e| e.kind()), Err(Kind::Aborted));
        assert_eq!(tx.exists::<Machine>("a").map_err(|e| e.kind()), Err(Kind::Aborted));
        Ok(())
    });
    let (held, answers) = group.run(narrow());
    assert_eq!(answers, [Ok(()), Err(Kind::Aborted)]);
    assert_eq!(count(&held), 1);
}

#[test]
fn a_group_is_not_run_again_for_ever() {
    let mut group = Group::new();
    for _ in 0..20 {
        group.insert(huge());
    }
    let (held, answers) = group.run(narrow());
    assert!(answers.iter().all(|answer| *answer == Err(Kind::Exhausted)));
    assert_eq!(count(&held), 0);
}

#[test]
fn a_commit_that_is_turned_into_a_rollback_fails_all_and_the_writer_goes_on() {
    let refuse = Arc::new(AtomicBool::new(false));
    let hook = Arc::clone(&refuse);
    let held = held_with(|connection| {
        connection.commit_hook(Some(move || hook.load(Ordering::Relaxed))).expect("hooks");
    });
    refuse.store(true, Ordering::Relaxed);
    let mut group = Group::new();
    group.insert(machine("a"));
    group.insert(machine("b"));
    let state = Arc::clone(&group.state);
    let (held, answers) = group.run(held);
    assert_eq!(answers, [Err(Kind::Engine), Err(Kind::Engine)]);
    assert!(state.accepts().is_ok(), "nothing was written, so that is known");
    refuse.store(false, Ordering::Relaxed);
    let mut group = Group::new();
    group.insert(machine("a"));
    let (held, answers) = group.run(held);
    assert_eq!((answers, count(&held)), (vec![Ok(())], 1));
}

#[test]
fn a_panic_without_a_savepoint_undoes_the_group_which_runs_again_without_it() {
    let mut group = Group::new();
    group.insert(machine("a"));
    group.add(false, |held| {
        now(ops::insert(held, machine("half"), Timestamp::now()))?;
        panic!("as planned")
    });
    group.insert(machine("b"));
    let (held, answers) = group.run(held());
    assert_eq!(answers, [Ok(()), Err(Kind::Engine), Ok(())]);
    assert_eq!(count(&held), 2);
}

thread_local! {
    static SAVEPOINTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[test]
fn a_closure_has_one_savepoint_and_its_operations_have_some_only_when_it_runs_again() {
    let note = |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(statement, _) = event {
            let sql = statement.sql().into_owned();
            if sql.starts_with("SAVEPOINT") || sql.starts_with("ROLLBACK TO") {
                SAVEPOINTS.with_borrow_mut(|all| all.push(sql));
            }
        }
    };
    let held =
        held_with(|connection| connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).expect("traces"));
    let noted = |work: fn(&mut Tx<'_, crate::Sqlite>) -> Result<()>, held: Held| {
        let mut group = Group::new();
        group.add(true, move |held| held.closure(|held| work(&mut Tx::new(held))));
        let (held, answers) = group.run(held);
        (held, answers, SAVEPOINTS.take())
    };
    let (held, answers, _) = noted(|tx| tx.insert(&machine("a")).map(|_| ()), held);
    assert_eq!(answers, [Ok(())]);
    let three = |tx: &mut Tx<'_, crate::Sqlite>| {
        tx.insert(&machine("b"))?;
        tx.delete::<Machine>("a")?;
        tx.insert(&machine("a")).map(|_| ())
    };
    let (held, _, all) = noted(three, held);
    assert_eq!(all, ["SAVEPOINT request"]);
    let caught = |tx: &mut Tx<'_, crate::Sqlite>| {
        tx.insert(&machine("c"))?;
        assert_eq!(tx.insert(&machine("a")).map_err(|e| e.kind()), Err(Kind::AlreadyExists));
        Ok(())
    };
    let (held, answers, all) = noted(caught, held);
    let undone = ["SAVEPOINT request", "ROLLBACK TO request"];
    assert_eq!(all, [&undone[..], &["SAVEPOINT part", "SAVEPOINT part", "ROLLBACK TO part"]].concat());
    assert_eq!((answers, count(&held)), (vec![Ok(())], 3));
}

#[test]
fn a_statement_that_leaves_something_behind_takes_its_group_along_which_runs_again_without_it() {
    // The engine keeps no journal for it, as the column has no constraint: but a number may grow into one that is none.
    static LATER: Stmt = stmt!(0, [], r#"UPDATE "machines" SET "created_at" = "created_at" + 1"#);
    let mut group = Group::new();
    group.insert(Machine { created_at: Timestamp::new(0, 5), ..machine("a") });
    group.insert(Machine { created_at: Timestamp::new(9_223_372_036, 854_775_807), ..machine("b") });
    group.add(false, |held| now(held.run(&LATER, &())).map(|_| ()));
    group.insert(machine("c"));
    let (held, answers) = group.run(held());
    assert_eq!(answers, [Ok(()), Ok(()), Err(Kind::Invalid), Ok(())]);
    let first = r#"SELECT "created_at" FROM "machines" WHERE "id" = 'a'"#;
    let first: i64 = held.connection().query_row(first, (), |row| row.get(0)).expect("reads");
    assert_eq!((first, count(&held)), (5, 3));
}

#[test]
fn what_is_never_committed_says_nothing_of_how_long_a_commit_takes() {
    let group = Group::new();
    let (requests, state) = (Arc::clone(&group.requests), Arc::clone(&group.state));
    let mut writer = Writer::new(Warm::new(held()), requests, state, no_checkpoints());
    writer.patience = Patience::after_commit(Duration::from_millis(2));
    let (job, _answer) = Work::<(), _>::new(true, None, |_: &mut Held| Ok(()));
    group.state.stop_because(&Error::new(Kind::Unknown, "the disk is gone"));
    writer.commit(vec![job]);
    assert_eq!(writer.patience, Patience::after_commit(Duration::from_millis(2)));
}

#[test]
fn after_a_failure_what_waits_is_refused() {
    let mut group = Group::new();
    group.insert(machine("a"));
    group.state.stop_because(&Error::new(Kind::Unknown, "the disk is gone"));
    let (held, answers) = group.run(held());
    assert_eq!((answers, count(&held)), (vec![Err(Kind::Stopped)], 0));
}

#[test]
fn a_statement_that_takes_too_long_ends_and_so_does_its_snapshot() {
    const ENDLESS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n";
    let mut held = held();
    let late = |held: &mut Held, within| {
        held.serve("test", Time { within: Some(within), until: None }, |held| {
            held.snapshot(|held| {
                let mut out: Vec<u64> = Vec::new();
                let e = now(held.all_dynamic(ENDLESS, &[], &(), &mut out)).expect_err("ends");
                assert_eq!((e.kind(), out.len()), (Kind::Deadline, 0), "{e}");
                assert!(held.connection().is_autocommit(), "the log can be emptied, though the closure goes on");
                let e = now(ops::exists::<Machine, _>(held, "a", None)).expect_err("is over");
                assert_eq!(e.kind(), Kind::Deadline, "{e}");
                Ok(())
            })
        })
    };
    for within in [Duration::from_millis(30), Duration::ZERO] {
        late(&mut held, within).expect("the closure returns");
        assert_eq!(count(&held), 0, "the next work has its own time");
        now(ops::exists::<Machine, _>(&mut held, "a", None)).expect("reads");
    }
}

const ENDLESS_INSERT: &str = r#"INSERT INTO "protostore__sequences" ("table", "path", "last")
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT 7, n, n FROM n"#;

/// Writes without end, until its own time is over.
fn endless(held: &mut Held) -> Result<()> {
    let time = Time { within: Some(Duration::from_millis(20)), until: None };
    held.serve_whole("test", time, |held| now(held.run_dynamic(ENDLESS_INSERT, &[], &())).map(|_| ()))
}

#[test]
fn a_statement_that_writes_too_long_is_ended_and_the_others_of_its_group_are_committed() {
    // More of them than a group is run again for, and each of them ends the transaction.
    let mut group = Group::new();
    for n in 0..12 {
        group.insert(machine(&n.to_string()));
        group.add(n % 2 == 0, endless);
    }
    let (held, answers) = group.run(held());
    let expected: Vec<_> = (0..12).flat_map(|_| [Ok(()), Err(Kind::Deadline)]).collect();
    assert_eq!((answers, count(&held)), (expected, 12));
    let left = held.connection().query_row(r#"SELECT count(*) FROM "protostore__sequences""#, (), |row| row.get(0));
    assert_eq!(left, Ok(0));
}

#[test]
fn a_closure_that_overlooks_that_its_time_is_over_has_written_nothing() {
    let mut group = Group::new();
    group.insert(machine("a"));
    group.add(true, |held| {
        let time = Time { within: Some(Duration::from_millis(20)), until: None };
        held.serve_whole("test", time, |held| {
            held.closure(|held| {
                let mut tx = Tx::<crate::Sqlite>::new(held);
                tx.insert(&machine("early"))?;
                while tx.exists::<Machine>("a").is_ok() {}
                Ok(())
            })
        })
    });
    group.insert(machine("b"));
    let (held, answers) = group.run(held());
    assert_eq!((answers, count(&held)), (vec![Ok(()), Err(Kind::Deadline), Ok(())], 2));
}

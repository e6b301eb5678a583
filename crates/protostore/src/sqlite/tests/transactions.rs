//! The writer when a transaction is lost or cannot be committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot::Receiver;

use super::fixture::{Machine, SCHEMA};
use super::{Held, count, held, held_with, machine};
use crate::error::{Error, Kind, Result};
use crate::open::Log;
use crate::ops;
use crate::session::{Session, block, now};
use crate::sqlite::checkpoint::{Checkpoints, Watched};
use crate::sqlite::job::Work;
use crate::sqlite::queue::Queue;
use crate::sqlite::state::State;
use crate::sqlite::writer::{Requests, Writer};
use crate::store::Tx;
use crate::time::Timestamp;

/// Requests that will be one group.
struct Group {
    requests: Arc<Requests>,
    state: Arc<State>,
    answers: Vec<Receiver<Result<()>>>,
}

impl Group {
    fn new() -> Self {
        Self { requests: Arc::new(Queue::new(64)), state: Arc::default(), answers: Vec::new() }
    }

    fn add(&mut self, compound: bool, work: impl FnMut(&mut Held) -> Result<()> + Send + 'static) {
        let (work, answer) = Work::new(compound, work);
        self.requests.push(Box::new(work)).expect("room");
        self.answers.push(answer);
    }

    fn insert(&mut self, record: Machine) {
        self.add(true, move |held| now(ops::insert(held, record.clone(), Timestamp::now())).map(|_| ()));
    }

    /// Runs them, and returns the connection and the answers.
    fn run(self, held: Held) -> (Held, Vec<Result<(), Kind>>) {
        self.requests.close();
        let log = Log::none(&SCHEMA);
        let checkpoints = Checkpoints::new(log, u64::MAX, Watched::default());
        let (held, _) = Writer::new(held, self.requests, self.state, checkpoints).serve();
        let answers = self.answers.into_iter().map(|answer| block(answer).expect("is answered").map_err(|e| e.kind()));
        (held, answers.collect())
    }
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
        held.serve("test", Some(within), |held| {
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

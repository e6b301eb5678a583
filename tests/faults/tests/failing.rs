//! The n-th operation on a file fails, once or from then on: an error changed nothing, and the file opens afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use protostore::Kind;
use protostore_faults::plan;
use protostore_faults::vfs::{self, Failure, Fault};
use protostore_faults::work::{self, Work};
use tempfile::TempDir;

/// How many writes a run has.
const WRITES: usize = 25;

/// How many failing operations CI tries; `PROTOSTORE_CASES` asks for others.
const IN_CI: u64 = 500;

/// How many are tried on one list of writes.
const OF_ONE_LIST: u64 = 100;

#[test]
fn a_failing_operation_loses_nothing() {
    vfs::install();
    let panics = count_panics();
    let (cases, seed) = (plan::cases(IN_CI), plan::seed());
    let mut rng = Rng::with_seed(seed);
    let (mut tried, mut failed) = (0, 0);
    while tried < cases {
        let list = List::draw(&mut rng);
        for _ in 0..OF_ONE_LIST.min(cases - tried) {
            let fault = Fault {
                at: rng.u64(..list.calls),
                lasting: rng.bool(),
                failure: *rng.choice(&[Failure::Io, Failure::Io, Failure::Full, Failure::Short]).expect("one"),
            };
            let run = list.run(fault);
            let (_, met) =
                run.unwrap_or_else(|wrong| panic!("case {tried}, PROTOSTORE_SEED={seed}, {fault:?}: {wrong}"));
            failed += u64::from(met);
            tried += 1;
        }
    }
    assert_eq!(panics.load(Ordering::Relaxed), 0, "a thread of the store has panicked (PROTOSTORE_SEED={seed})");
    assert!(failed * 2 > tried, "only {failed} of {tried} runs met their fault: the harness shows nothing");
    plan::report(&format!(
        "failing operations: {tried} runs, {failed} met their fault, nothing lost (PROTOSTORE_SEED={seed})"
    ));
    // The control: writes that say that they succeeded and do nothing.
    let list = List::draw(&mut rng);
    let noticed = (0..100).any(|_| {
        let fault = Fault { at: rng.u64(..list.calls), lasting: true, failure: Failure::Swallowed };
        list.run(fault).is_err()
    });
    assert!(noticed, "a disk that drops what is written was not noticed: the harness shows nothing");
}

/// Counts the panics of all threads from now on.
fn count_panics() -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let (counted, before) = (Arc::clone(&count), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |panic| {
        counted.fetch_add(1, Ordering::Relaxed);
        before(panic);
    }));
    count
}

/// A list of writes, the file that they begin with, and how many operations they take.
struct List {
    work: Work,
    calls: u64,
    empty: PathBuf,
    _home: TempDir,
}

impl List {
    fn draw(rng: &mut Rng) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let work = work::draw(rng, WRITES, &home.path().join("drawn.db"));
        let empty = home.path().join("life.db");
        work::open(&empty).expect("opens").close().expect("closes");
        let mut list = Self { work, calls: 0, empty, _home: home };
        // A run in which nothing fails tells how many operations there are.
        let never = Fault { at: u64::MAX, lasting: false, failure: Failure::Io };
        (list.calls, _) = list.run(never).unwrap_or_else(|wrong| panic!("where nothing fails: {wrong}"));
        list
    }

    /// Runs the writes with a fault; returns how many operations there were, and whether one failed, or what is wrong.
    fn run(&self, fault: Fault) -> Result<(u64, bool), String> {
        let home = tempfile::tempdir().expect("a directory");
        let database = home.path().join("life.db");
        fs::copy(&self.empty, &database).expect("copies");
        vfs::watch(home.path(), Some(fault));
        let (reached, acknowledged) = self.until_it_fails(&database)?;
        let (calls, failed) = vfs::heal();
        self.afterwards(&database, reached, acknowledged)?;
        vfs::watch(Path::new("/nowhere"), None);
        Ok((calls, !failed.is_empty()))
    }

    /// Writes until the store stops; an error after which it goes on must have changed nothing, so the write is tried again.
    /// Returns how far it came, and the newest commit that was acknowledged.
    fn until_it_fails(&self, database: &Path) -> Result<(Reached, u64), String> {
        let mut store = match work::open(database) {
            Ok(store) => Some(store),
            Err(e) => {
                blames_the_machine(&e)?;
                None
            }
        };
        let (mut retried, mut at, mut newest) = (0, 0, 0);
        while at < self.work.writes.len() {
            if store.is_none() {
                return Ok((Reached::Surely(at), newest));
            }
            match (work::perform(&mut store, &self.work.writes[at], database), self.work.rejected[at]) {
                (Ok(sequence), None) if sequence >= newest => (at, newest) = (at + 1, sequence),
                (Ok(sequence), None) => return Err(format!("write {at} has commit {sequence}, after {newest}")),
                (Ok(_), Some(kind)) => return Err(format!("write {at} succeeds, which is rejected as {kind:?}")),
                (Err(e), Some(kind)) if e.kind() == kind && !vfs::has_failed() => at += 1,
                (Err(_), Some(_)) if !vfs::has_failed() => {
                    return Err(format!("write {at} is rejected in other words"));
                }
                (Err(e), rejected) => {
                    blames_the_machine(&e)?;
                    if e.kind() == Kind::Unknown {
                        return Ok((Reached::Perhaps(at), newest));
                    }
                    // Reads may fail as well, as long as the fault lasts.
                    if let Some(found) = store.as_ref().and_then(|store| work::dump(store).ok()) {
                        self.is(&found, at).map_err(|wrong| format!("write {at} answers {e:?} and {wrong}"))?;
                        if rejected == Some(e.kind()) {
                            at += 1;
                            continue;
                        }
                    }
                    retried += 1;
                    if retried > 3 {
                        return Ok((Reached::Surely(at), newest));
                    }
                }
            }
        }
        if let Some(store) = store {
            // What was answered is in the log, wherever closing fails.
            let _ = store.close();
        }
        Ok((Reached::Surely(at), newest))
    }

    /// Opens the file where nothing fails any more, and finishes the list.
    fn afterwards(&self, database: &Path, reached: Reached, acknowledged: u64) -> Result<(), String> {
        let mut store = Some(work::open(database).map_err(|e| format!("does not open afterwards: {e:?}"))?);
        let opened = store.as_ref().expect("is open");
        let sequence = opened.info().sequence;
        if sequence < acknowledged {
            return Err(format!("is at commit {sequence}, and {acknowledged} was acknowledged"));
        }
        let found = work::dump(opened).map_err(|e| format!("cannot be read afterwards: {e:?}"))?;
        let from = match reached {
            Reached::Surely(at) => self.is(&found, at).map(|()| at),
            Reached::Perhaps(at) => {
                self.is(&found, at).map(|()| at).or_else(|_| self.is(&found, at + 1).map(|()| at + 1))
            }
        };
        let from = from.map_err(|wrong| format!("afterwards ({reached:?}) {wrong}"))?;
        for (at, write) in self.work.writes.iter().enumerate().skip(from) {
            let done = work::perform(&mut store, write, database);
            if done.as_ref().err().map(protostore::Error::kind) != self.work.rejected[at] {
                return Err(format!("write {at} afterwards answers {done:?}"));
            }
        }
        let store = store.expect("is open");
        let found = work::dump(&store).map_err(|e| format!("cannot be read in the end: {e:?}"))?;
        self.is(&found, self.work.writes.len()).map_err(|wrong| format!("in the end {wrong}"))?;
        store.close().map_err(|e| format!("does not close in the end: {e:?}"))
    }

    /// Compares with the state after so many writes.
    fn is(&self, found: &str, writes: usize) -> Result<(), String> {
        if self.work.states.get(writes).is_some_and(|state| state == found) {
            return Ok(());
        }
        Err(match self.work.states.iter().rposition(|state| state == found) {
            Some(other) => format!("holds the state after {other} writes, not after {writes}"),
            None => format!("holds a state that never was:\n{found}"),
        })
    }
}

/// Rejects an error that takes a failure of the machine for a damaged file or another key: one read that fails is no reason
/// to restore a backup.
fn blames_the_machine(e: &protostore::Error) -> Result<(), String> {
    let text = e.to_string();
    let blames_the_file = matches!(e.kind(), Kind::Damaged | Kind::Key)
        || ["wrong key", "another key", "damaged", "backup"].iter().any(|word| text.contains(word));
    if blames_the_file { Err(format!("blames the file or the key: {e:?}")) } else { Ok(()) }
}

/// How far the writes came.
#[derive(Clone, Copy, Debug)]
enum Reached {
    /// So many are there.
    Surely(usize),
    /// So many are there, or one more.
    Perhaps(usize),
}

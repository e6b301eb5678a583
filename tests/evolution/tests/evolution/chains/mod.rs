//! Random stores through random edits, with rows added at every version: step by step, in one leap, down, and up again.
//!
//! `PROTOSTORE_CASES` asks for more chains than CI takes, `PROTOSTORE_SEED` for other ones, and `PROTOSTORE_FROM` leaves
//! the first ones out; a failure prints the seed and the chain.

mod draw;
mod edit;
mod proto;
mod run;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use run::Chain;

/// How many chains a run of the tests takes, on each of the two builds: about two minutes on two processors.
const CHAINS: u64 = 1_000;

/// The seed of a run of the tests: both builds take the same chains, over the SQLite that each has.
const SEED: u64 = 0x5eed;

/// What came of the chains.
#[derive(Default, Debug)]
pub(crate) struct Tally {
    /// Upgrades that carried their rows.
    pub(crate) upgrades: u64,
    /// Upgrades that were refused over rows that do not fit.
    pub(crate) stopped: u64,
    /// Edits that made no proto, no version, or a question that only a developer answers; by name.
    pub(crate) declined: BTreeMap<&'static str, u64>,
    /// Changes that were carried, by id.
    pub(crate) kinds: BTreeMap<String, u64>,
    /// Ways back that were taken.
    pub(crate) back: u64,
    /// Versions whose files the program of an earlier version opened.
    pub(crate) skewed: u64,
    /// The records that those programs read, and wrote.
    pub(crate) read: u64,
    pub(crate) written: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.upgrades += other.upgrades;
        self.stopped += other.stopped;
        self.back += other.back;
        self.skewed += other.skewed;
        self.read += other.read;
        self.written += other.written;
        for (name, count) in other.declined {
            *self.declined.entry(name).or_default() += count;
        }
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |n| n.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// Returns the generator of one chain.
pub(crate) fn rng(seed: u64, chain: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed ^ chain.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[test]
fn rows_go_through_random_chains_of_changes_and_back() {
    let (seed, from) = (number("PROTOSTORE_SEED", SEED), number("PROTOSTORE_FROM", 0));
    let chains = number("PROTOSTORE_CASES", CHAINS);
    let next = AtomicU64::new(from);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let one = || {
            let mut tally = Tally::default();
            loop {
                let chain = next.fetch_add(1, Ordering::Relaxed);
                if chain >= from + chains {
                    return tally;
                }
                let mut rng = rng(seed, chain);
                let steps = rng.usize(2..9);
                let done = Chain::draw(&mut rng, steps, &mut tally).and_then(|mut chain| chain.prove(&mut tally));
                done.unwrap_or_else(|why| panic!("PROTOSTORE_SEED={seed}, chain {chain}\n{why}"));
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut all = Tally::default();
    tallies.into_iter().for_each(|tally| all.add(tally));
    assert!(all.upgrades >= chains * 2, "too few upgrades: {all:#?}");
    assert!(all.back >= chains, "too few ways back: {all:#?}");
    let (skewed, written) = (all.skewed, all.written);
    assert!(skewed * 2 >= chains && written >= skewed, "too little by earlier programs: {all:#?}");
    assert!(chains < CHAINS || all.kinds.len() >= 25, "too few kinds of changes: {all:#?}");
    if std::env::var_os("PROTOSTORE_CASES").is_some() {
        eprint(&format!("{chains} chains: {all:#?}"));
    }
}

/// Says what a long run came to.
#[allow(clippy::print_stderr, reason = "a run that was asked for says what it did")]
fn eprint(text: &str) {
    eprintln!("{text}");
}

//! How both sides are measured in turns, and what is printed.

use std::time::Instant;

use crate::disk::Disk;

/// What is measured.
pub(crate) struct Table {
    pub(crate) rounds: usize,
    /// What the names of the rows that are measured contain.
    pub(crate) only: String,
}

/// What one side took for each operation.
#[derive(Clone, Copy)]
struct Side {
    micros: f64,
    /// Of the processor, on all threads: what other processes do at the same time moves it little.
    cpu: f64,
    reads: f64,
    syncs: f64,
}

impl Table {
    pub(crate) fn row(&self, name: &str, each: usize, by_hand: impl Fn(), store: impl Fn()) {
        self.prepared(name, each, || (), by_hand, store);
    }

    /// Measures both in turns, each after `prepare`, and which is first in turns as well.
    pub(crate) fn prepared(&self, name: &str, each: usize, prepare: impl Fn(), by_hand: impl Fn(), store: impl Fn()) {
        if !name.contains(&self.only) {
            return;
        }
        let timed = |run: &dyn Fn()| {
            prepare();
            let (disk, cpu, start) = (Disk::now(), processor(), Instant::now());
            run();
            let (micros, cpu, disk) = (start.elapsed().as_secs_f64() * 1e6, processor() - cpu, disk.since());
            let each = each as f64;
            Side {
                micros: micros / each,
                cpu: cpu / each,
                reads: disk.reads as f64 / each,
                syncs: disk.syncs as f64 / each,
            }
        };
        let (mut hands, mut owns) = (Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let turns: [&dyn Fn(); 2] = [&by_hand, &store];
            for turn in 0..2 {
                let side = (round + turn) % 2;
                [&mut hands, &mut owns][side].push(timed(turns[side]));
            }
        }
        let median = |of: fn(&Side) -> f64| {
            let mut ratios: Vec<f64> = owns.iter().zip(&hands).map(|(own, hand)| of(own) / of(hand)).collect();
            ratios.sort_by(f64::total_cmp);
            ratios[ratios.len() / 2]
        };
        let best = |sides: &[Side]| sides.iter().map(|side| side.micros).fold(f64::MAX, f64::min);
        let (hand, own) = (best(&hands), best(&owns));
        // Counts are of the last round, in which nothing is read for the first time.
        let (by_hand, store) = (hands[self.rounds - 1], owns[self.rounds - 1]);
        println!(
            "{name}\tstore\t{own:.2}\t{hand:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.3}\t{:.3}\t{:.4}\t{:.4}",
            own / hand,
            median(|side| side.micros),
            median(|side| side.cpu),
            store.reads,
            by_hand.reads,
            store.syncs,
            by_hand.syncs
        );
    }
}

/// Returns the microseconds that this process has had of the processor.
fn processor() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

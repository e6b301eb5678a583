//! How the connections of a store share the bytes that their page caches may take together.

/// How many bytes each has, however little there is for all of them.
const LEAST: u64 = 2 << 20;

/// The page caches of a store's connections, in bytes.
///
/// The connection that writes, and the first and the last of those that read, which are lent before all others, have a
/// quarter each, since one client at a time meets no other; the rest is shared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caches {
    first: u64,
    other: u64,
    readers: usize,
}

impl Caches {
    /// Shares so many bytes among one connection that writes and those that read.
    pub(super) fn of(all: u64, readers: usize) -> Self {
        let others = readers.saturating_sub(2) as u64;
        let (first, other) = match others {
            0 => (all / (1 + readers as u64), 0),
            others => (all / 4, all / 4 / others),
        };
        Self { first: first.max(LEAST), other: other.max(LEAST), readers }
    }

    /// Returns the cache of the connection that writes.
    pub(super) fn writer(self) -> u64 {
        self.first
    }

    /// Returns the cache of a connection that reads, counted from 0.
    pub(super) fn reader(self, at: usize) -> u64 {
        if at == 0 || at + 1 == self.readers { self.first } else { self.other }
    }

    /// Returns the cache of a connection that reads in place of one that is broken.
    pub(super) fn renewed(self) -> u64 {
        self.other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn together_they_take_what_they_may_and_each_has_the_least() {
        for readers in 1..40 {
            for all in [0, 1 << 20, 64 << 20, 1 << 30] {
                let caches = Caches::of(all, readers);
                let each: Vec<u64> = (0..readers).map(|at| caches.reader(at)).chain([caches.writer()]).collect();
                assert!(each.iter().all(|cache| *cache >= LEAST));
                let sum: u64 = each.iter().sum();
                assert!(sum <= all + LEAST * each.len() as u64, "{readers} {all} {sum}");
                assert!(sum >= all / 2, "{readers} {all} {sum}");
            }
        }
        let large = Caches::of(64 << 20, 23);
        assert_eq!([large.writer(), large.reader(0), large.reader(22)], [16 << 20; 3]);
    }
}

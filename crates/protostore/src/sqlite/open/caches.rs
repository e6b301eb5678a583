//! How the connections of a store begin to share the bytes that their page caches may take together.

/// How many bytes each has, however little there is for all of them.
pub(crate) const LEAST: u64 = 2 << 20;

/// The page caches of a store's connections when it is opened, in bytes; what each has later depends on what it misses.
///
/// The connection that writes has three quarters: short reads are tried on it before all others, and it alone keeps its pages
/// when it commits. The last of those that read is lent to closures before all others, and has an eighth; the rest is shared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caches {
    writer: u64,
    last: u64,
    other: u64,
    readers: usize,
}

impl Caches {
    /// Shares so many bytes among one connection that writes and those that read.
    pub(super) fn of(all: u64, readers: usize) -> Self {
        let others = readers.saturating_sub(1).max(1) as u64;
        let [writer, last, other] = [all / 4 * 3, all / 8, all / 8 / others].map(|cache| cache.max(LEAST));
        Self { writer, last, other, readers }
    }

    /// Returns the cache of the connection that writes.
    pub(crate) fn writer(self) -> u64 {
        self.writer
    }

    /// Returns the cache of a connection that reads, counted from 0.
    pub(crate) fn reader(self, at: usize) -> u64 {
        if at + 1 == self.readers { self.last } else { self.other }
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
                assert!(sum >= all / 8 * 7, "{readers} {all} {sum}");
            }
        }
        let large = Caches::of(64 << 20, 23);
        let mebibytes = [large.writer(), large.reader(0), large.reader(22)].map(|cache| cache >> 20);
        assert_eq!(mebibytes, [48, 2, 8]);
    }
}

//! How the page caches of a store's connections share their bytes: a connection that misses pages takes room from those that
//! miss fewer, or are not used.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::fault::fault;
use super::held::Held;
use super::meter;
use super::near::Near;
use super::pool::Pool;
use super::warm::Warm;
use crate::error::Result;
use crate::sqlite::open::{LEAST_CACHE, cache_lookups, cache_used};
use crate::sqlite::upkeep::CacheStatus;

/// After how many uses a connection looks at what it has missed.
const OFTEN: u32 = 16;

/// What a page takes of a cache, about.
const PAGE: u64 = 4096;

/// A connection asks for no less.
const PART: u64 = 1 << 20;

/// The part of a connection in the page caches of its store.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    /// How many bytes its cache may have.
    pub(super) limit: u64,
    /// How many bytes it has read because its cache did not hold them, since room last changed hands.
    missed: u64,
    /// How many pages it has found and missed, since that was added to what all have.
    lookups: (u64, u64),
    /// How often it was used since room last changed hands,
    uses: u32,
    /// and since it has looked at what it misses.
    unseen: u32,
}

impl Share {
    /// Makes the share of a connection whose cache has so many bytes.
    pub(super) const fn of(limit: u64) -> Self {
        Self { limit, missed: 0, lookups: (0, 0), uses: 0, unseen: 0 }
    }

    /// Halves what it remembers.
    fn age(&mut self) {
        (self.missed, self.uses) = (self.missed / 2, self.uses / 2);
    }
}

/// The page caches of all connections.
///
/// Their sum stays what they were opened with; the shares change.
pub(super) struct Caches {
    warm: Arc<Warm>,
    near: Arc<Near>,
    far: Arc<Pool>,
    bytes: u64,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Caches {
    /// Takes the connections, whose caches may have so many bytes together.
    pub(super) fn new(warm: &Arc<Warm>, near: &Arc<Near>, far: &Arc<Pool>, bytes: u64) -> Arc<Self> {
        let (warm, near, far) = (Arc::clone(warm), Arc::clone(near), Arc::clone(far));
        Arc::new(Self { warm, near, far, bytes, hits: AtomicU64::new(0), misses: AtomicU64::new(0) })
    }

    /// Returns what all have found and missed, as far as it has been noted.
    pub(super) fn status(&self) -> CacheStatus {
        let [hits, misses] = [&self.hits, &self.misses].map(|count| count.load(Ordering::Relaxed));
        CacheStatus { bytes: self.bytes, hits, misses }
    }

    /// Notes that a connection has read, and gives it more room where it has too little: its holder calls this after each
    /// use.
    #[inline]
    pub(super) fn settle(&self, held: &mut Held) {
        held.share.unseen += 1;
        if held.share.unseen >= OFTEN {
            self.look(held, "reader");
        }
    }

    /// The same for the connection that writes, after each group.
    pub(super) fn settle_writer(&self, held: &mut Held) {
        held.share.unseen += 1;
        self.look(held, "writer");
    }

    fn look(&self, held: &mut Held, connection: &'static str) {
        let lacks = held.lacks_cache();
        let (hits, misses) = std::mem::take(&mut held.share.lookups);
        self.hits.fetch_add(hits, Ordering::Relaxed);
        self.misses.fetch_add(misses, Ordering::Relaxed);
        meter::cache(connection, (hits, misses));
        if lacks {
            self.grow(held);
        }
    }

    /// Gives a connection room of others that are idle: of those that were used least, and of one that is used no more than a
    /// quarter at once, and only where it has missed at most half as much.
    ///
    /// A connection asks only after it has missed as much as changes hands, so that two that need all of it do not take more
    /// from one another than they have missed anyway.
    #[cold]
    fn grow(&self, held: &mut Held) {
        let (missed, had) = (held.share.missed, held.share.limit);
        let mut wants = missed.clamp(PART, had.max(PART));
        let mut warm = self.warm.at_rest();
        let mut near = self.near.at_rest();
        let mut far = self.far.at_rest();
        let near = near.iter_mut().filter_map(|place| place.as_mut());
        let warm = warm.iter_mut().filter_map(|place| place.as_mut());
        let mut others: Vec<&mut Held> = warm.chain(near).chain(far.iter_mut()).collect();
        others.retain(|other| !other.broken && other.connection().is_autocommit());
        others.sort_by_key(|other| (other.share.uses, other.share.missed));
        let mut taken = 0;
        for other in others {
            let Share { limit, missed: others, uses, .. } = other.share;
            other.share.age();
            let spare = limit.saturating_sub(LEAST_CACHE);
            let given = wants.min(if uses == 0 { spare } else { spare.min(PART.max(spare / 4)) });
            if given == 0 || others > missed / 2 || other.set_cache(limit - given).is_err() {
                continue;
            }
            (taken, wants) = (taken + given, wants - given);
        }
        held.share.missed = 0;
        if taken > 0 && held.set_cache(had + taken).is_err() {
            tracing::warn!(bytes = taken, "a page cache could not be enlarged");
        }
    }
}

impl Held {
    /// Adds how many pages were in the cache since this was asked last, and how many were not.
    fn count_lookups(&mut self) {
        let (hits, misses) = cache_lookups(self.connection());
        self.share.missed += misses * PAGE;
        self.share.lookups = (self.share.lookups.0 + hits, self.share.lookups.1 + misses);
    }

    /// Says whether the cache is full and has missed enough to be worth more room.
    fn lacks_cache(&mut self) -> bool {
        self.share.uses = self.share.uses.saturating_add(std::mem::take(&mut self.share.unseen));
        self.count_lookups();
        let Share { limit, missed, .. } = self.share;
        if missed < PART.max(limit / 16) {
            return false;
        }
        // Pages that are read for the first time, or again after another connection has committed, are not for want of room.
        let is_full = cache_used(self.connection()) >= limit / 8 * 7;
        if !is_full {
            self.share.missed = 0;
        }
        is_full
    }

    /// Lets the cache have so many bytes; what is too much for it is freed at once.
    pub(super) fn set_cache(&mut self, bytes: u64) -> Result<()> {
        let kibibytes = i64::try_from(bytes / 1024).unwrap_or(i64::MAX);
        self.connection().pragma_update(None, "cache_size", -kibibytes).map_err(fault)?;
        self.share.limit = bytes;
        Ok(())
    }
}

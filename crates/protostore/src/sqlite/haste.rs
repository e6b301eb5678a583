//! What a read on the caller's thread may take: what turns out to take more is begun again by a reader thread.

use super::held::Held;
use crate::error::Result;
use crate::room::Room;

/// How many bytes of rows a read on the caller's thread takes: some hundred rows.
const BYTES: usize = 64 << 10;

/// How many times SQLite may ask whether to go on, which it does after 40 steps of its machine: a millisecond, in which
/// nothing else of a runtime's thread goes on.
const LOOKS: u32 = 1500;

/// How many bytes a read may still take; without an end where it is in no haste.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Haste {
    left: Option<usize>,
    over: bool,
}

impl Haste {
    /// Takes a row in, and says whether there was something left for it.
    #[inline(always)]
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        match self.left {
            None => true,
            Some(0) => {
                self.over = true;
                false
            }
            Some(left) => {
                self.left = Some(left.saturating_sub(bytes));
                true
            }
        }
    }

    /// Notes that the read met a value which is too long for it.
    pub(super) fn end(&mut self) {
        self.over = self.left.is_some();
    }
}

impl Held {
    /// Bounds nothing that follows: a read that panicked has not lifted its bounds.
    pub(super) fn hurry_no_more(&mut self) {
        self.haste = Haste::default();
        self.watch.is_counted_out();
        self.watch.free_memory();
    }

    /// Runs a read that is to be short; none where it is not.
    #[inline]
    pub(super) fn hasten<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        self.room = Room::ENDLESS;
        self.haste = Haste { left: Some(BYTES), over: false };
        self.watch.count(LOOKS);
        let read = read(self);
        // What it made of being cut short, such as a shorter page, is not what was asked for.
        if self.watch.is_counted_out() | std::mem::take(&mut self.haste).over { Ok(None) } else { read.map(Some) }
    }
}

//! How much one answer holds: pages and lists are bounded in bytes, not only in records.

use crate::error::{Error, Kind};

/// How many bytes of records one answer holds at most unless told by [`Options::page_bytes`](crate::Options::page_bytes):
/// 16 MiB.
pub(crate) const PAGE_BYTES: usize = 16 << 20;

/// How many bytes of rows a session may still read.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    left: usize,
    used: bool,
}

/// How a read of rows ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// No row is left, or as many were read as were asked for.
    Whole,
    /// There was no room for the next row.
    Cut,
}

impl Room {
    /// No bound.
    pub const ENDLESS: Self = Self::of(usize::MAX);

    /// Returns room for so many bytes.
    #[must_use]
    pub const fn of(bytes: usize) -> Self {
        Self { left: bytes, used: false }
    }

    /// Says whether there is a bound.
    #[inline]
    pub(crate) const fn is_bounded(&self) -> bool {
        self.left != usize::MAX
    }

    /// Returns how many bytes are left.
    #[inline]
    pub(crate) const fn left(&self) -> usize {
        self.left
    }

    /// Takes a row in, and says whether there was room; the first row always has it.
    #[inline]
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        if self.used && bytes > self.left {
            return false;
        }
        self.used = true;
        if self.is_bounded() {
            self.left = self.left.saturating_sub(bytes);
        }
        true
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::ENDLESS
    }
}

/// Says that an answer would hold more than it may.
#[cold]
pub(crate) fn too_large() -> Error {
    let why = "the answer would be larger than a page may be (Options::page_bytes): ask for fewer records at once";
    Error::new(Kind::Exhausted, why).marked_too_large()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_has_room_and_the_others_have_what_is_left() {
        let mut room = Room::of(10);
        assert!(room.take(11), "the first, however large");
        assert!(!room.take(1));
        assert!(room.take(0));
        let mut room = Room::of(10);
        assert!(room.take(4) && room.take(6) && !room.take(1));
        let mut room = Room::ENDLESS;
        assert!(room.take(usize::MAX) && room.take(usize::MAX));
    }
}

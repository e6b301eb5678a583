//! What an operation takes from outside: the present time, and the ids that are made for it.

use uuid::Uuid;

use crate::error::{Error, Kind, Result};
use crate::generate;
use crate::time::Timestamp;

/// What an operation takes from outside of its own data and of the database: the present time, and the ids that are made
/// for its records.
///
/// An operation is a function of its data, of the state of the database, and of this. Run twice from one state with the
/// same fixed values, it leaves one state and returns one result, whatever the clock says meanwhile. So a group that was
/// undone runs again, and so every replica of a log applies an operation alike.
///
/// It is fixed once, when the operation is prepared, and is plain data: a time, and for each id the record of the
/// operation, the member of that record and the id.
///
/// ```
/// use protostore::{Fixed, Timestamp};
///
/// let time = Timestamp::new(1_700_000_000, 0).expect("is a time");
/// let fixed = Fixed::at(time).with_id(0, 2, [7; 16]);
/// assert_eq!(fixed.time(), Some(time));
/// assert_eq!(fixed.ids().collect::<Vec<_>>(), [(0, 2, [7; 16])]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixed {
    time: Option<Timestamp>,
    pub(crate) ids: Vec<FixedId>,
}

/// An id that was made. They are in the order of their records and members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FixedId {
    record: u32,
    member: u16,
    id: Uuid,
}

impl Fixed {
    /// Fixes the present time.
    ///
    /// This and [`Ids::make`] are where operations get the time and ids from; nothing else that they consist of reads the
    /// clock or takes random numbers.
    pub(crate) fn now() -> Self {
        Self::at(Timestamp::now())
    }

    /// Fixes the present time for an operation that asks for it, and nothing for another.
    #[inline]
    pub(crate) fn begin(timed: bool) -> Self {
        if timed { Self::now() } else { Self::default() }
    }

    /// Fixes this time.
    #[must_use]
    pub const fn at(time: Timestamp) -> Self {
        Self { time: Some(time), ids: Vec::new() }
    }

    /// Fixes an id for a member of one of the operation's records, both counted from 0.
    #[must_use]
    pub fn with_id(mut self, record: u32, member: u16, id: [u8; 16]) -> Self {
        add(&mut self.ids, FixedId { record, member, id: Uuid::from_bytes(id) });
        self
    }

    /// Returns the time; none of an operation that does not ask for it.
    #[must_use]
    pub const fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// Returns the ids, each behind its record and its member, in their order.
    pub fn ids(&self) -> impl Iterator<Item = (u32, u16, [u8; 16])> {
        self.ids.iter().map(|made| (made.record, made.member, made.id.into_bytes()))
    }

    /// Returns the present time.
    ///
    /// # Errors
    /// [`Kind::Engine`] where none was fixed.
    pub(crate) fn present(&self) -> Result<Timestamp> {
        self.time.ok_or_else(untimed)
    }
}

/// Says that an operation asks for the time although it said that it would not.
#[cold]
pub(crate) fn untimed() -> Error {
    Error::new(Kind::Engine, "the operation asks for the present time, and none was fixed for it")
}

/// The version of a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Ordered by time.
    V7,
    /// Random.
    V4,
}

/// Where the ids of one record come from.
#[derive(Debug)]
pub(crate) enum Ids<'f> {
    /// They are made, and fixed.
    Made(&'f mut Vec<FixedId>, u32),
    /// They were fixed.
    Fixed(&'f [FixedId], u32),
}

impl Ids<'_> {
    /// Returns the id of a member that was fixed before.
    pub(crate) fn fixed(&self, member: usize) -> Option<Uuid> {
        match self {
            Self::Made(..) => None,
            Self::Fixed(ids, record) => {
                let at = ids.partition_point(|made| (made.record, usize::from(made.member)) < (*record, member));
                ids.get(at)
                    .filter(|made| made.record == *record && usize::from(made.member) == member)
                    .map(|made| made.id)
            }
        }
    }

    /// Makes the id of a member.
    ///
    /// # Errors
    /// [`Kind::Precondition`] where the clock is before 1970; [`Kind::Engine`] where the ids are fixed, and this is none of
    /// them.
    pub(crate) fn make(&mut self, member: usize, version: Version) -> Result<Uuid> {
        let Self::Made(ids, record) = self else {
            return Err(Error::new(Kind::Engine, "is to be made, and no id was fixed for it"));
        };
        let id = match version {
            Version::V7 => generate::v7()?,
            Version::V4 => generate::v4(),
        };
        let member = u16::try_from(member).map_err(|_| Error::new(Kind::Engine, "is the member of no record"))?;
        add(ids, FixedId { record: *record, member, id });
        Ok(id)
    }
}

/// Adds an id behind those of its record and member, and before those of later ones.
fn add(ids: &mut Vec<FixedId>, id: FixedId) {
    let place = |made: &FixedId| (made.record, made.member);
    match ids.last() {
        Some(last) if place(last) > place(&id) => {
            let at = ids.partition_point(|made| place(made) <= place(&id));
            ids.insert(at, id);
        }
        _ => ids.push(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_whatever_order_they_were_fixed() {
        let places: Vec<(u32, u16)> = (0..9).flat_map(|record| [(record, 0), (record, 3)]).collect();
        let id = |(record, member): (u32, u16)| (u128::from(record) << 64 | u128::from(member) << 8 | 7).to_be_bytes();
        for step in [1, 5, 7, 11, 13, 17] {
            let order = (0..places.len()).map(|n| places[n * step % places.len()]);
            let fixed = order.fold(Fixed::default(), |fixed, at| fixed.with_id(at.0, at.1, id(at)));
            assert!(fixed.ids().map(|(record, member, _)| (record, member)).eq(places.iter().copied()));
            for record in 0..10 {
                for member in 0..5 {
                    let found = Ids::Fixed(&fixed.ids, record).fixed(usize::from(member)).map(Uuid::into_bytes);
                    assert_eq!(found, places.contains(&(record, member)).then(|| id((record, member))));
                }
            }
        }
    }
}

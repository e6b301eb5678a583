//! Fills in what a record leaves to the store: UUIDs and times, which are fixed before the write is queued; a sequence is
//! taken when it is applied.

use uuid::Uuid;

use super::{Numbered, Record, check};
use crate::error::{Error, Result};
use crate::fixed::{Fixed, Ids, Version};
use crate::generate;
use crate::mask::Mask;
use crate::time::Timestamp;

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Write {
    Insert,
    Upsert,
    Update,
}

/// The values of one write, as generated code asks for them field by field.
#[derive(Debug)]
pub struct Make<'f> {
    write: Write,
    now: Timestamp,
    ids: Ids<'f>,
    /// The members that an update writes.
    asked: Vec<u64>,
    /// The members that an update leaves as they are, although it was asked to write them.
    left: Vec<usize>,
    /// The members that an update writes without being asked.
    added: Vec<usize>,
    made: Made,
}

/// Which members hold a value that was made, or that the store is yet to make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The first 64 members as bits, so that most records need no more.
    first: u64,
    rest: Vec<usize>,
}

/// A field that a made value can be put in: of implicit presence, or an `Option`.
pub trait Fill<T> {
    /// Puts the value in.
    fn fill(&mut self, value: T);
    /// Returns the value, where there is one.
    fn given(&self) -> Option<&T>;
}

impl Fill<String> for String {
    fn fill(&mut self, value: String) {
        *self = value;
    }

    fn given(&self) -> Option<&String> {
        (!self.is_empty()).then_some(self)
    }
}

impl<T> Fill<T> for Option<T> {
    fn fill(&mut self, value: T) {
        *self = Some(value);
    }

    fn given(&self) -> Option<&T> {
        self.as_ref()
    }
}

impl<'f> Make<'f> {
    fn new(write: Write, now: Timestamp, ids: Ids<'f>) -> Self {
        let (asked, left, added) = (Vec::new(), Vec::new(), Vec::new());
        Self { write, now, ids, asked, left, added, made: Made::default() }
    }

    /// Fills in one of the records that an operation inserts, counted from 0, and fixes what is made for it; refuses one
    /// that breaks a rule.
    pub(crate) fn insert<R: Record>(record: &mut R, fixed: &mut Fixed, at: u32) -> Result<()> {
        let now = fixed.present()?;
        let mut make = Make::new(Write::Insert, now, Ids::Made(&mut fixed.ids, at));
        make.complete(record)?;
        keyed(record)?;
        check::whole(record, now)
    }

    /// Fills in a record that is to be inserted or replaced, fixes what is made for it, and says what that was; refuses one
    /// that breaks a rule.
    pub(crate) fn upsert<R: Record>(record: &mut R, fixed: &mut Fixed) -> Result<Made> {
        let now = fixed.present()?;
        let mut make = Make::new(Write::Upsert, now, Ids::Made(&mut fixed.ids, 0));
        make.complete(record)?;
        keyed(record)?;
        check::whole(record, now)?;
        Ok(make.made)
    }

    /// Fills in what an update writes, and takes what it leaves as it is out of the mask; refuses what breaks a rule.
    pub(crate) fn update<R: Record>(record: &mut R, mask: &mut Mask<R>, fixed: &mut Fixed) -> Result<()> {
        let now = fixed.present()?;
        Make::new(Write::Update, now, Ids::Made(&mut fixed.ids, 0)).masked(record, mask)?;
        keyed(record)?;
        check::masked(record, mask, now)
    }

    /// Fills in one of the records that an operation inserts with what was fixed for it; one that is filled in stays as it
    /// is.
    pub(crate) fn inserted<R: Record>(record: &mut R, fixed: &Fixed, at: u32) -> Result<()> {
        if const { !R::MAKES } {
            return Ok(());
        }
        Make::new(Write::Insert, fixed.present()?, Ids::Fixed(&fixed.ids, at)).complete(record)
    }

    /// Fills in a record that is inserted or replaced with what was fixed for it, and says what that was.
    pub(crate) fn upserted<R: Record>(record: &mut R, fixed: &Fixed) -> Result<Made> {
        if const { !R::MAKES } {
            return Ok(Made::default());
        }
        let mut make = Make::new(Write::Upsert, fixed.present()?, Ids::Fixed(&fixed.ids, 0));
        make.complete(record)?;
        Ok(make.made)
    }

    /// Fills in what an update writes with what was fixed for it, and takes what it leaves as it is out of the mask.
    pub(crate) fn updated<R: Record>(record: &mut R, mask: &mut Mask<R>, fixed: &Fixed) -> Result<()> {
        Make::new(Write::Update, fixed.present()?, Ids::Fixed(&fixed.ids, 0)).masked(record, mask)
    }

    fn complete<R: Record>(&mut self, record: &mut R) -> Result<()> {
        if const { R::MAKES } {
            record.complete(self).map_err(|e| e.in_table(R::TABLE.layout.name))?;
        }
        Ok(())
    }

    fn masked<R: Record>(mut self, record: &mut R, mask: &mut Mask<R>) -> Result<()> {
        if const { R::MAKES } {
            self.asked = mask.bits().to_vec();
            self.complete(record)?;
            self.left.into_iter().for_each(|member| mask.clear(member));
            self.added.into_iter().for_each(|member| mask.set(member));
        }
        Ok(())
    }

    #[doc(hidden)]
    /// For generated code: makes a UUID of version 7 where none is given; one that is given must be canonical.
    pub fn uuid_v7(&mut self, member: usize, path: &'static str, field: &mut impl Fill<String>) -> Result<()> {
        self.uuid(member, path, field, Version::V7)
    }

    #[doc(hidden)]
    /// For generated code: makes a UUID of version 4 where none is given; one that is given must be canonical.
    pub fn uuid_v4(&mut self, member: usize, path: &'static str, field: &mut impl Fill<String>) -> Result<()> {
        self.uuid(member, path, field, Version::V4)
    }

    #[doc(hidden)]
    /// For generated code: puts the time of the insert in where none is given; no update or upsert changes it.
    ///
    /// `step` is the unit that the column keeps, in nanoseconds.
    pub fn create_time(&mut self, member: usize, step: u32, field: &mut impl Fill<Timestamp>) {
        match self.write {
            Write::Update => self.left.push(member),
            Write::Insert | Write::Upsert if field.given().is_none() => {
                field.fill(self.now.floor(step));
                self.made.add(member);
            }
            Write::Insert | Write::Upsert => {}
        }
    }

    #[doc(hidden)]
    /// For generated code: puts the time of the write in, whatever a caller gave.
    ///
    /// What writes rows as they were, such as an import, has no [`Make`] and keeps the time that a row carries.
    pub fn update_time(&mut self, member: usize, step: u32, field: &mut impl Fill<Timestamp>) {
        field.fill(self.now.floor(step));
        self.added.push(member);
    }

    #[doc(hidden)]
    /// For generated code: leaves a number that is not given to be taken when the write is applied.
    pub fn sequence(&mut self, member: usize, field: &impl Numbered) {
        if field.number().is_none() {
            self.leave(member);
        }
    }

    fn uuid(
        &mut self,
        member: usize,
        path: &'static str,
        field: &mut impl Fill<String>,
        version: Version,
    ) -> Result<()> {
        if let Some(id) = self.ids.fixed(member) {
            let mut text = Uuid::encode_buffer();
            let text = &*id.as_hyphenated().encode_lower(&mut text);
            if field.given().is_none_or(|given| given != text) {
                field.fill(text.to_owned());
            }
            self.leave(member);
            return Ok(());
        }
        match field.given() {
            Some(_) if !self.writes(member) => Ok(()),
            Some(given) if generate::is_canonical_uuid(given) => Ok(()),
            Some(_) => Err(Error::invalid(path, "must be a UUID in lower case, with hyphens")),
            None => {
                if self.write != Write::Update {
                    field.fill(self.ids.make(member, version).map_err(|e| e.at(path))?.to_string());
                }
                self.leave(member);
                Ok(())
            }
        }
    }

    /// Notes a member that was not given: a row that is there keeps its own.
    fn leave(&mut self, member: usize) {
        match self.write {
            Write::Update => self.left.push(member),
            Write::Insert | Write::Upsert => self.made.add(member),
        }
    }

    fn writes(&self, member: usize) -> bool {
        self.write != Write::Update || self.asked.get(member / 64).is_some_and(|word| word >> (member % 64) & 1 == 1)
    }
}

/// Refuses a record of which a part of the key is not set.
fn keyed<R: Record>(record: &R) -> Result<()> {
    record.check_key().map_err(|e| e.in_table(R::TABLE.layout.name))
}

impl Made {
    fn add(&mut self, member: usize) {
        match u32::try_from(member).ok().and_then(|member| 1_u64.checked_shl(member)) {
            Some(bit) => self.first |= bit,
            None => self.rest.push(member),
        }
    }

    fn has(&self, member: usize) -> bool {
        match u32::try_from(member).ok().and_then(|member| 1_u64.checked_shl(member)) {
            Some(bit) => self.first & bit != 0,
            None => self.rest.contains(&member),
        }
    }

    #[doc(hidden)]
    /// For generated code: takes over what the row that is there has, where the record did not give it.
    pub fn keep<T: Clone + Default + PartialEq>(&self, member: usize, field: &mut T, old: &T) {
        if self.has(member) && *old != T::default() {
            field.clone_from(old);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::clock;
    use crate::error::Kind;

    #[test]
    fn what_is_made_before_1970_is_exact_or_refused() {
        clock::at(UNIX_EPOCH - Duration::from_millis(1), || {
            let mut ids = Vec::new();
            let mut make = Make::new(Write::Insert, Timestamp::now(), Ids::Made(&mut ids, 0));
            let (mut id, mut token, mut time) = (String::new(), None, None);
            let refused = make.uuid_v7(0, "id", &mut id).expect_err("no version 7 has such a time");
            assert_eq!((refused.kind(), refused.field()), (Kind::Precondition, Some("id")));
            assert_eq!(id, "", "nothing is put in");
            make.uuid_v4(1, "token", &mut token).expect("needs no clock");
            assert!(token.is_some_and(|token: String| generate::is_canonical_uuid(&token)));
            make.create_time(2, 1_000_000_000, &mut time);
            assert_eq!(time, Timestamp::new(-1, 0), "rounded towards the past");
        });
    }

    #[test]
    fn members_are_told_apart_however_many_there_are() {
        let mut made = Made::default();
        [0, 63, 64, 200].into_iter().for_each(|member| made.add(member));
        let found: Vec<_> = (0..300).filter(|member| made.has(*member)).collect();
        assert_eq!(found, [0, 63, 64, 200]);
    }

    #[test]
    fn an_id_that_was_not_fixed_is_refused() {
        let mut make = Make::new(Write::Insert, Timestamp::default(), Ids::Fixed(&[], 0));
        let refused = make.uuid_v7(0, "id", &mut String::new()).expect_err("is not among them");
        assert_eq!((refused.kind(), refused.field()), (Kind::Engine, Some("id")));
    }
}

//! Fills in what a record leaves to the store: UUIDs and times before the write is queued, sequences when it is applied.

use super::{Numbered, Record, check};
use crate::error::{Error, Result};
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
pub struct Make {
    write: Write,
    now: Timestamp,
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
pub struct Made(Vec<usize>);

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

impl Make {
    fn new(write: Write, asked: Vec<u64>) -> Self {
        Self { write, now: Timestamp::now(), asked, left: Vec::new(), added: Vec::new(), made: Made::default() }
    }

    /// Fills in a record that is to be inserted, and says when; refuses one that breaks a rule.
    pub(crate) fn insert<R: Record>(record: &mut R) -> Result<Timestamp> {
        let mut make = Self::new(Write::Insert, Vec::new());
        record.complete(&mut make).and_then(|()| record.check_key()).map_err(|e| e.in_table(R::TABLE.layout.name))?;
        check::whole(record)?;
        Ok(make.now)
    }

    /// Fills in a record that is to be inserted or replaced, and says what was made and when; refuses one that breaks
    /// a rule.
    pub(crate) fn upsert<R: Record>(record: &mut R) -> Result<(Made, Timestamp)> {
        let mut make = Self::new(Write::Upsert, Vec::new());
        record.complete(&mut make).and_then(|()| record.check_key()).map_err(|e| e.in_table(R::TABLE.layout.name))?;
        check::whole(record)?;
        Ok((make.made, make.now))
    }

    /// Says when, fills in what an update writes, and takes what it leaves as it is out of the mask; refuses what
    /// breaks a rule.
    pub(crate) fn update<R: Record>(record: &mut R, mask: &mut Mask<R>) -> Result<Timestamp> {
        let mut make = Self::new(Write::Update, mask.bits().to_vec());
        record.complete(&mut make).and_then(|()| record.check_key()).map_err(|e| e.in_table(R::TABLE.layout.name))?;
        make.left.into_iter().for_each(|member| mask.clear(member));
        make.added.into_iter().for_each(|member| mask.set(member));
        check::masked(record, mask)?;
        Ok(make.now)
    }

    #[doc(hidden)]
    /// For generated code: makes a UUID of version 7 where none is given; one that is given must be canonical.
    pub fn uuid_v7(&mut self, member: usize, path: &'static str, field: &mut impl Fill<String>) -> Result<()> {
        self.uuid(member, path, field, generate::uuid_v7)
    }

    #[doc(hidden)]
    /// For generated code: makes a UUID of version 4 where none is given; one that is given must be canonical.
    pub fn uuid_v4(&mut self, member: usize, path: &'static str, field: &mut impl Fill<String>) -> Result<()> {
        self.uuid(member, path, field, || Ok(generate::uuid_v4()))
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
                self.made.0.push(member);
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
        new: impl FnOnce() -> Result<String>,
    ) -> Result<()> {
        match field.given() {
            Some(_) if !self.writes(member) => Ok(()),
            Some(given) if generate::is_canonical_uuid(given) => Ok(()),
            Some(_) => Err(Error::invalid(path, "must be a UUID in lower case, with hyphens")),
            None => {
                if self.write != Write::Update {
                    field.fill(new().map_err(|e| e.at(path))?);
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
            Write::Insert | Write::Upsert => self.made.0.push(member),
        }
    }

    fn writes(&self, member: usize) -> bool {
        self.write != Write::Update || self.asked.get(member / 64).is_some_and(|word| word >> (member % 64) & 1 == 1)
    }
}

impl Made {
    #[doc(hidden)]
    /// For generated code: takes over what the row that is there has, where the record did not give it.
    pub fn keep<T: Clone + Default + PartialEq>(&self, member: usize, field: &mut T, old: &T) {
        if self.0.contains(&member) && *old != T::default() {
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
            let mut make = Make::new(Write::Insert, Vec::new());
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
}

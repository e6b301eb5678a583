//! Reads and deletes of the records of a list of keys, by one statement however long it is.

use super::whole::whole;
use super::{FEW, Op, ReadOp, WriteOp, refusal};
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::life;
use crate::record::{Children, Keys, Mutable, Record};
use crate::room::Room;
use crate::session::Session;
use crate::value::{Now, Pick};

/// Reads the records of these keys, in their order; a key may be in it more than once.
///
/// Refused with [`Kind::Exhausted`] where they are larger together than a page may be,
/// [`Options::page_bytes`](crate::Options::page_bytes); one alone never is.
#[derive(Clone, Debug)]
pub struct GetMany<R: Record>(pub Vec<R::Key>);

impl<R: Record> Op for GetMany<R> {
    type Out = Vec<Option<R>>;
    const NAME: &'static str = "get_many";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Vec<Option<R>>> {
        // No record has a key that no column holds.
        let asked = self.0.iter().map(R::borrow_key).enumerate().filter(|(_, key)| !Pick::refuses(key));
        let (asked, keys): (Vec<usize>, Vec<_>) = asked.unzip();
        let keys = Keys::of::<R>(keys.into_iter())?;
        // A record alone is never too large.
        let room = if self.0.len() > 1 { s.page() } else { Room::ENDLESS };
        let (given, split) = ((keys, Now(fixed.time())), |found: Vec<(u64, R)>| found.into_iter().unzip());
        let (places, records) = whole(s, room, &R::TABLE.get_many, &given, split).await?;
        let mut all: Vec<Option<R>> = Vec::new();
        all.resize_with(self.0.len(), || None);
        for (place, record) in places.into_iter().zip(records) {
            let at = usize::try_from(place).ok().and_then(|place| asked.get(place));
            let at = at.and_then(|place| all.get_mut(*place));
            *at.ok_or_else(|| Error::new(Kind::Engine, "answered for a key that was not asked for"))? = Some(record);
        }
        Ok(all)
    }
}

impl<R: Record> ReadOp for GetMany<R> {
    fn is_short(&self) -> bool {
        self.0.len() <= FEW
    }
}

/// Deletes the records of these keys and their children, all of them or none, and returns how many there were.
#[derive(Clone, Debug)]
pub struct DeleteMany<R: Record>(Vec<R::Key>);

impl<R: Record> DeleteMany<R> {
    /// Makes the operation.
    pub const fn new(keys: Vec<R::Key>) -> Self {
        Self(keys)
    }
}

impl<R: Mutable> Op for DeleteMany<R> {
    type Out = u64;
    const NAME: &'static str = "delete_many";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<u64> {
        // No record has a key that no column holds.
        let keys = self.0.iter().map(R::borrow_key).filter(|key| !Pick::refuses(key));
        let (keys, now) = (Keys::of::<R>(keys)?, fixed.present()?);
        let deleted = match s.run(&R::TABLE.delete_many, &(keys, Now(Some(now)))).await {
            Ok(deleted) => deleted,
            Err(e) => return Err(refusal::of_deletes::<R, S>(s, e, &self.0, now).await),
        };
        if let (Some(soft), true) = (R::LIFE.soft_delete, deleted > 0) {
            life::delete(s, soft, now).await?;
        }
        Ok(deleted)
    }
}

impl<R: Mutable> WriteOp for DeleteMany<R> {}

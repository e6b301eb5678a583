//! Writes of single elements of a list or map, without reading or writing the record that holds them.

use std::fmt::Debug;
use std::future::Future;
use std::marker::PhantomData;

use super::get::one;
use super::{Op, WriteOp};
use crate::error::Result;
use crate::filter::Comparable;
use crate::fixed::Fixed;
use crate::record::{
    ChildTable, EditedList, EditedMap, EditedValues, Mutable, Record, check, element, immutable, touch,
};
use crate::schema::Stmt;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Offset};

/// Writes something of the list or map `C` of one record, which must be there.
///
/// The record gets a new revision and the time of the write where it has fields for them, unless nothing was changed.
#[derive(Debug)]
pub struct Edit<R: Record, C, W> {
    owner: R::Key,
    change: W,
    of: PhantomData<fn() -> C>,
}

impl<R: Record, C, W: Clone> Clone for Edit<R, C, W> {
    fn clone(&self) -> Self {
        Self { owner: self.owner.clone(), change: self.change.clone(), of: PhantomData }
    }
}

impl<R: Record, C, W> Edit<R, C, W> {
    pub(super) const fn new(owner: R::Key, change: W) -> Self {
        Self { owner, change, of: PhantomData }
    }
}

impl<R: Mutable, C: ChildTable<Owner = R>, W: Change<C>> Op for Edit<R, C, W> {
    type Out = W::Out;
    const NAME: &'static str = W::NAME;
    const TABLE: &'static str = R::TABLE.layout.name;

    fn prepare(&mut self, fixed: Fixed) -> Result<Fixed> {
        self.change.check(fixed.present()?).map_err(|e| e.in_table(R::TABLE.layout.name))?;
        Ok(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<W::Out> {
        let now = fixed.present()?;
        touch::owner::<R, C, S>(s, &self.owner, now).await?;
        let before = match C::IMMUTABLE {
            Some(_) => one::<R, S>(s, &R::TABLE.get, &self.owner, Some(now)).await?,
            None => None,
        };
        let (out, changed) = self.change.run(s, &self.owner, now).await?;
        if changed {
            if C::COUNTED || before.is_some() {
                check::<R, C, S>(s, &self.owner, before.as_ref(), now).await?;
            }
            touch::touch::<R, S>(s, &self.owner, now).await?;
        }
        Ok(out)
    }
}

impl<R: Mutable, C: ChildTable<Owner = R>, W: Change<C>> WriteOp for Edit<R, C, W> {}

/// What an [`Edit`] does to the rows of `C`.
pub trait Change<C: ChildTable>: Send + Sync {
    /// What it returns.
    type Out: Send;
    /// Its name, for metrics and logs.
    const NAME: &'static str;

    /// Refuses, before it is queued, what breaks a rule by itself.
    fn check(&self, _now: Timestamp) -> Result<()> {
        Ok(())
    }

    /// Writes, for the owner of that key, and says whether anything was changed.
    fn run<S: Session, K: Bind + Sync>(
        &self,
        s: &mut S,
        owner: &K,
        now: Timestamp,
    ) -> impl Future<Output = Result<(Self::Out, bool)>> + Send;
}

/// Puts an element behind all others.
#[derive(Clone, Debug)]
pub struct Append<T>(pub(super) T);

impl<C: EditedList> Change<C> for Append<C::Item> {
    type Out = ();
    const NAME: &'static str = "append";

    fn check(&self, now: Timestamp) -> Result<()> {
        check::storable_item::<C>(&self.0)?;
        C::check(&0, &self.0, now)
    }

    async fn run<S: Session, K: Bind + Sync>(&self, s: &mut S, owner: &K, now: Timestamp) -> Result<((), bool)> {
        let next = s.one::<_, i64>(&C::LIST.next, owner).await.map_err(|e| e.explained(&C::CHILD.layout))?;
        element::<S, C, K>(s, owner, next.unwrap_or_default(), &self.0, now).await?;
        Ok(((), true))
    }
}

/// Deletes the element of an index, and says whether there was one.
#[derive(Clone, Debug)]
pub struct RemoveAt(pub(super) usize);

impl<C: EditedList> Change<C> for RemoveAt {
    type Out = bool;
    const NAME: &'static str = "remove_at";

    async fn run<S: Session, K: Bind + Sync>(&self, s: &mut S, owner: &K, _: Timestamp) -> Result<(bool, bool)> {
        // There is nothing behind what a list can hold.
        let index = i64::try_from(self.0).unwrap_or(i64::MAX);
        let removed = delete::<C, S>(s, &C::LIST.remove_at, &(owner, Offset(index))).await? > 0;
        Ok((removed, removed))
    }
}

/// Deletes the elements that are equal to a value, and returns how many there were.
#[derive(Clone, Debug)]
pub struct Remove<T>(pub(super) T);

impl<C: EditedValues, T: Comparable + Send + Sync> Change<C> for Remove<T> {
    type Out = u64;
    const NAME: &'static str = "remove";

    async fn run<S: Session, K: Bind + Sync>(&self, s: &mut S, owner: &K, _: Timestamp) -> Result<(u64, bool)> {
        if !self.0.is_held() {
            return Ok((0, false));
        }
        let removed = delete::<C, S>(s, C::REMOVE, &(owner, &self.0)).await?;
        Ok((removed, removed > 0))
    }
}

/// Writes an entry in place of the one with its key, and says whether there was one.
#[derive(Clone, Debug)]
pub struct Put<K, T> {
    pub(super) key: K,
    pub(super) value: T,
}

impl<C: EditedMap> Change<C> for Put<C::Place, C::Item> {
    type Out = bool;
    const NAME: &'static str = "put";

    fn check(&self, now: Timestamp) -> Result<()> {
        check::storable_item::<C>(&self.value)?;
        C::check(&self.key, &self.value, now)
    }

    async fn run<S: Session, K: Bind + Sync>(&self, s: &mut S, owner: &K, now: Timestamp) -> Result<(bool, bool)> {
        let replaced = delete::<C, S>(s, &C::MAP.remove, &(owner, &self.key)).await? > 0;
        element::<S, C, K>(s, owner, self.key.clone(), &self.value, now).await?;
        Ok((replaced, true))
    }
}

/// Deletes the entry of a key, and says whether there was one.
#[derive(Clone, Debug)]
pub struct RemoveKey<K>(pub(super) K);

impl<C: EditedMap> Change<C> for RemoveKey<C::Place> {
    type Out = bool;
    const NAME: &'static str = "remove";

    async fn run<S: Session, K: Bind + Sync>(&self, s: &mut S, owner: &K, _: Timestamp) -> Result<(bool, bool)> {
        let removed = self.0.is_held() && delete::<C, S>(s, &C::MAP.remove, &(owner, &self.0)).await? > 0;
        Ok((removed, removed))
    }
}

/// Deletes all elements, and returns how many there were.
#[derive(Clone, Debug)]
pub struct Clear;

impl<C: ChildTable> Change<C> for Clear {
    type Out = u64;
    const NAME: &'static str = "clear";

    async fn run<S: Session, K: Bind + Sync>(&self, s: &mut S, owner: &K, _: Timestamp) -> Result<(u64, bool)> {
        let removed = match &C::CHILD.delete {
            Some(all) => delete::<C, S>(s, all, &(owner,)).await?,
            None => 0,
        };
        Ok((removed, removed > 0))
    }
}

/// Refuses what a field has become where it breaks a rule of all its elements, or changes what is IMMUTABLE, as a write
/// of the field would.
async fn check<R: Record, C: ChildTable<Owner = R>, S: Session>(
    s: &mut S,
    owner: &R::Key,
    before: Option<&R>,
    now: Timestamp,
) -> Result<()> {
    let Some(record) = one::<R, S>(s, &R::TABLE.get, owner, Some(now)).await? else { return Ok(()) };
    let unchanged = before.map_or(Ok(()), |before| immutable::compare::<C>(&[before], &[&record], true));
    let checked = unchanged.and_then(|()| match C::COUNTED {
        true => record.check_field(usize::from(C::CHILD.member), now),
        false => Ok(()),
    });
    checked.map_err(|e| e.in_table(R::TABLE.layout.name))
}

async fn delete<C: ChildTable, S: Session>(s: &mut S, stmt: &'static Stmt, by: &(impl Bind + Sync)) -> Result<u64> {
    s.run(stmt, by).await.map_err(|e| e.explained(&C::CHILD.layout))
}

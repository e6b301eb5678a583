//! What can be done with records that are deleted and still there: read them, bring them back, delete them for good.

use std::marker::PhantomData;

use super::get::one;
use super::page::{key, page};
use super::{FEW, Op, PageOf, ReadOp, WriteOp, refusal};
use crate::error::Result;
use crate::filter::Cursor;
use crate::fixed::Fixed;
use crate::life::{self, SoftDeleted};
use crate::record::{Children, Record};
use crate::session::Session;
use crate::value::{After, Pick};

/// Reads a record by its key, whether or not it is deleted.
#[derive(Clone, Copy, Debug)]
pub struct GetDeleted<'k, R: Record>(pub R::KeyRef<'k>);

impl<R: SoftDeleted> GetDeleted<'_, R> {
    /// Returns the same operation with a key of its own.
    pub(crate) fn owned(self) -> GetDeletedOf<R> {
        GetDeletedOf(R::own_key(self.0))
    }
}

/// The same as [`GetDeleted`], with a key of its own.
pub(crate) struct GetDeletedOf<R: Record>(R::Key);

impl<R: SoftDeleted> Op for GetDeletedOf<R> {
    type Out = Option<R>;
    const NAME: &'static str = "get_deleted";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;
    const TIMED: bool = false;

    async fn run<S: Session>(&self, s: &mut S, _: &Fixed) -> Result<Option<R>> {
        one(s, &R::SOFT_DELETE.get, &self.0, None).await
    }
}

impl<R: SoftDeleted> ReadOp for GetDeletedOf<R> {}

impl<R: SoftDeleted> Op for GetDeleted<'_, R> {
    type Out = Option<R>;
    const NAME: &'static str = "get_deleted";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;
    const TIMED: bool = false;

    async fn run<S: Session>(&self, s: &mut S, _: &Fixed) -> Result<Option<R>> {
        one(s, &R::SOFT_DELETE.get, &self.0, None).await
    }
}

impl<R: SoftDeleted> ReadOp for GetDeleted<'_, R> {
    fn is_short(&self) -> bool {
        true
    }
}

/// Reads the records after a key, in the order of the key, those that are deleted among them.
#[derive(Clone, Debug)]
pub struct PageDeleted<R: Record> {
    /// Where the page before ended, or a key, [`Cursor::of_key`]; none for the first page.
    pub after: Option<Cursor<R>>,
    /// How many records the page has at most; at least 1.
    pub size: usize,
}

impl<R: SoftDeleted> Op for PageDeleted<R> {
    type Out = PageOf<R>;
    const NAME: &'static str = "page_deleted";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, _: &Fixed) -> Result<PageOf<R>> {
        match key(self.after.as_ref())? {
            None => page(s, &R::SOFT_DELETE.page_first, &(), self.size, None).await,
            Some(key) => page(s, &R::SOFT_DELETE.page_after, &After(key), self.size, None).await,
        }
    }
}

impl<R: SoftDeleted> ReadOp for PageDeleted<R> {
    fn is_short(&self) -> bool {
        self.size <= FEW
    }
}

/// Brings a record back that is deleted, and what was deleted with it; says whether there was one.
#[derive(Clone, Debug)]
pub struct Undelete<R: Record> {
    key: R::Key,
    of: PhantomData<fn() -> R>,
}

impl<R: SoftDeleted> Undelete<R> {
    /// Makes the operation.
    pub const fn new(key: R::Key) -> Self {
        Self { key, of: PhantomData }
    }
}

impl<R: SoftDeleted> Op for Undelete<R> {
    type Out = bool;
    const NAME: &'static str = "undelete";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        if Pick::refuses(&self.key) {
            return Ok(false);
        }
        life::undelete(s, R::SOFT_DELETE, &self.key, fixed.present()?).await
    }
}

impl<R: SoftDeleted> WriteOp for Undelete<R> {}

/// Deletes for good a record that is deleted, and says whether there was one; one that is there is left alone.
#[derive(Clone, Debug)]
pub struct Purge<R: Record> {
    key: R::Key,
    of: PhantomData<fn() -> R>,
}

impl<R: SoftDeleted> Purge<R> {
    /// Makes the operation.
    pub const fn new(key: R::Key) -> Self {
        Self { key, of: PhantomData }
    }
}

impl<R: SoftDeleted> Op for Purge<R> {
    type Out = bool;
    const NAME: &'static str = "purge";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        if Pick::refuses(&self.key) {
            return Ok(false);
        }
        match s.run(&R::SOFT_DELETE.purge, &self.key).await {
            Ok(changed) => Ok(changed > 0),
            Err(e) => Err(refusal::of_delete(s, e, R::TABLE, &self.key, fixed.time()).await),
        }
    }
}

impl<R: SoftDeleted> WriteOp for Purge<R> {}

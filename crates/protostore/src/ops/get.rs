//! Reads of one record.

use super::{Op, Present, ReadOp, finds_nothing};
use crate::error::Result;
use crate::fixed::Fixed;
use crate::record::{Children, Record};
use crate::schema::Stmt;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Now};

/// Reads a record by its key.
#[derive(Clone, Copy, Debug)]
pub struct Get<'k, R: Record>(pub R::KeyRef<'k>);

impl<R: Record> Get<'_, R> {
    /// Returns the same operation with a key of its own.
    pub(crate) fn owned(self) -> GetBy<R, R::Key> {
        GetBy::new(&R::TABLE.get, R::own_key(self.0))
    }
}

impl<R: Record> Op for Get<'_, R> {
    type Out = Option<R>;
    const NAME: &'static str = "get";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;
    const TIMED: bool = R::LIFE.expire.is_some();

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Option<R>> {
        one(s, &R::TABLE.get, &self.0, fixed.time()).await
    }
}

impl<R: Record> ReadOp for Get<'_, R> {
    fn is_short(&self) -> bool {
        true
    }
}

/// Says whether a record is there, without reading it.
#[derive(Clone, Copy, Debug)]
pub struct Exists<'k, R: Record>(pub R::KeyRef<'k>);

impl<R: Record> Exists<'_, R> {
    /// Returns the same operation with a key of its own.
    pub(crate) fn owned(self) -> ExistsOf<R> {
        ExistsOf(R::own_key(self.0))
    }
}

impl<R: Record> Op for Exists<'_, R> {
    type Out = bool;
    const NAME: &'static str = "exists";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = false;
    const TIMED: bool = R::LIFE.expire.is_some();

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        exists::<R, S>(s, self.0, fixed.time()).await
    }
}

impl<R: Record> ReadOp for Exists<'_, R> {
    fn is_short(&self) -> bool {
        true
    }
}

/// The same as [`Exists`], with a key of its own.
pub(crate) struct ExistsOf<R: Record>(R::Key);

impl<R: Record> Op for ExistsOf<R> {
    type Out = bool;
    const NAME: &'static str = "exists";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = false;
    const TIMED: bool = R::LIFE.expire.is_some();

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        exists::<R, S>(s, R::borrow_key(&self.0), fixed.time()).await
    }
}

impl<R: Record> ReadOp for ExistsOf<R> {}

/// Reads a record by a unique index.
#[derive(Clone, Copy, Debug)]
pub struct GetBy<R, P> {
    stmt: &'static Stmt,
    by: P,
    of: std::marker::PhantomData<fn() -> R>,
}

impl<R: Record, P: Bind + Send + Sync> GetBy<R, P> {
    #[doc(hidden)]
    /// For generated code: the statement, and the values of the index's columns.
    pub const fn new(stmt: &'static Stmt, by: P) -> Self {
        Self { stmt, by, of: std::marker::PhantomData }
    }
}

impl<R: Record, P: Bind + Send + Sync> Op for GetBy<R, P> {
    type Out = Option<R>;
    const NAME: &'static str = "get_by";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;
    const TIMED: bool = R::LIFE.expire.is_some();

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Option<R>> {
        one(s, self.stmt, &self.by, fixed.time()).await
    }
}

impl<R: Record, P: Bind + Send + Sync> ReadOp for GetBy<R, P> {
    fn is_short(&self) -> bool {
        true
    }
}

/// Reads a record and its children, if it is there at this time.
pub(super) async fn one<R: Record, S: Session>(
    s: &mut S,
    stmt: &'static Stmt,
    by: &(impl Bind + Sync),
    now: Option<Timestamp>,
) -> Result<Option<R>> {
    let mut found: Option<R> = match s.one(stmt, &(by, Now(now))).await {
        Ok(found) => found,
        Err(e) if finds_nothing(&e, by) => return Ok(None),
        Err(e) => return Err(e.explained(&R::TABLE.layout)),
    };
    if !R::Children::NONE
        && let Some(record) = &mut found
    {
        R::Children::load(s, record).await?;
    }
    Ok(found)
}

/// Asks for a record that is there at this time, and reads none of its columns.
pub(crate) async fn exists<R: Record, S: Session>(
    s: &mut S,
    key: R::KeyRef<'_>,
    now: Option<Timestamp>,
) -> Result<bool> {
    match s.one::<_, Present>(&R::TABLE.get, &(key, Now(now))).await {
        Ok(found) => Ok(found.is_some()),
        Err(e) if finds_nothing(&e, &key) => Ok(false),
        Err(e) => Err(e.explained(&R::TABLE.layout)),
    }
}

//! Writes of whole records.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::record::{Children, Record};
use crate::schema::Stmt;
use crate::session::Session;
use crate::value::{Bind, Binder};

/// Writes a record that is not there yet.
#[derive(Clone, Debug)]
pub struct Insert<R>(pub R);

impl<R: Record> Op for Insert<R> {
    type Out = ();
    const NAME: &'static str = "insert";
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S) -> Result<()> {
        insert(s, &self.0).await
    }
}

impl<R: Record> WriteOp for Insert<R> {}

/// Writes a record in place of the one with its key, if there is one.
#[derive(Clone, Debug)]
pub struct Upsert<R>(pub R);

impl<R: Record> Op for Upsert<R> {
    type Out = ();
    const NAME: &'static str = "upsert";
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S) -> Result<()> {
        upsert(s, &self.0).await
    }
}

impl<R: Record> WriteOp for Upsert<R> {}

/// Inserts a record and its children.
pub(crate) async fn insert<R: Record, S: Session>(s: &mut S, record: &R) -> Result<()> {
    row(s, &R::TABLE.insert, record).await?;
    R::Children::insert(s, record).await
}

/// Inserts a record and its children, or replaces them.
pub(crate) async fn upsert<R: Record, S: Session>(s: &mut S, record: &R) -> Result<()> {
    row(s, &R::TABLE.upsert, record).await?;
    R::Children::replace(s, record, None).await
}

async fn row<R: Record, S: Session>(s: &mut S, stmt: &'static Stmt, record: &R) -> Result<()> {
    match s.run(stmt, &Whole(record)).await {
        Ok(_) => Ok(()),
        Err(e) => Err(refusal::of_record(s, e, record).await),
    }
}

/// All columns of a record, in the order of its members.
pub(crate) struct Whole<'r, R>(pub(crate) &'r R);

impl<R: Record> Bind for Whole<'_, R> {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        for field in 0..R::TABLE.fields.len() {
            self.0.bind_field(field, b)?;
        }
        Ok(())
    }
}

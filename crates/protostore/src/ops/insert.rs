//! Writes of whole records.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::record::{Children, Made, Make, Mutable, Record, assign, chain, check, revision};
use crate::schema::Stmt;
use crate::session::Session;
use crate::value::{Bind, Binder};

/// Writes a record that is not there yet, and returns it as it is stored.
#[derive(Clone, Debug)]
pub struct Insert<R>(pub R);

impl<R: Record> Op for Insert<R> {
    type Out = R;
    const NAME: &'static str = "insert";
    const COMPOUND: bool = compound::<R>();

    fn prepare(&mut self) -> Result<()> {
        Make::insert(&mut self.0)
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<R> {
        insert(s, self.0.clone()).await
    }
}

impl<R: Record> WriteOp for Insert<R> {}

/// Writes records that are not there yet, all of them or none, and returns them as they are stored.
#[derive(Clone, Debug)]
pub struct InsertMany<R>(pub Vec<R>);

impl<R: Record> Op for InsertMany<R> {
    type Out = Vec<R>;
    const NAME: &'static str = "insert_many";

    fn prepare(&mut self) -> Result<()> {
        self.0.iter_mut().try_for_each(Make::insert)
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<Vec<R>> {
        let mut stored = Vec::with_capacity(self.0.len());
        for record in &self.0 {
            stored.push(insert(s, record.clone()).await?);
        }
        Ok(stored)
    }
}

impl<R: Record> WriteOp for InsertMany<R> {}

/// Writes a record in place of the one with its key, if there is one, and returns it as it is stored.
///
/// A record that says which revision it has is refused where the one that is there has another.
#[derive(Clone, Debug)]
pub struct Upsert<R> {
    record: R,
    made: Option<Made>,
}

impl<R> Upsert<R> {
    /// Makes the operation.
    pub const fn new(record: R) -> Self {
        Self { record, made: None }
    }
}

impl<R: Mutable> Op for Upsert<R> {
    type Out = R;
    const NAME: &'static str = "upsert";
    const COMPOUND: bool = compound::<R>();

    fn prepare(&mut self) -> Result<()> {
        if self.made.is_none() {
            self.made = Some(Make::upsert(&mut self.record)?);
        }
        Ok(())
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<R> {
        upsert(s, self.record.clone(), self.made.as_ref().unwrap_or(&Made::default())).await
    }
}

impl<R: Mutable> WriteOp for Upsert<R> {}

/// Says whether a write of a whole record takes several statements that write.
pub(crate) const fn compound<R: Record>() -> bool {
    !R::Children::NONE || !R::TABLE.sequences.is_empty() || R::REVISION.is_some()
}

/// Inserts a record and its children.
pub(crate) async fn insert<R: Record, S: Session>(s: &mut S, mut record: R) -> Result<R> {
    revision::refuse_given(&record)?;
    assign(s, &mut record).await?;
    revision::assign(s, &mut record).await?;
    check::numbered(&record)?;
    chain::link(s, &mut record).await?;
    row(s, &R::TABLE.insert, &record).await?;
    R::Children::insert(s, &record).await?;
    Ok(record)
}

/// Inserts a record and its children, or replaces them.
pub(crate) async fn upsert<R: Record, S: Session>(s: &mut S, mut record: R, made: &Made) -> Result<R> {
    if R::KEEPS
        && let Some(old) = super::get::one::<R, S>(s, &R::TABLE.get, &R::own_key(record.key())).await?
    {
        record.keep(&old, made);
    }
    if revision::check::<R, S>(s, record.key(), revision::given(&record)).await? {
        return Err(revision::gone::<R>());
    }
    assign(s, &mut record).await?;
    revision::assign(s, &mut record).await?;
    check::numbered(&record)?;
    row(s, &R::TABLE.upsert, &record).await?;
    R::Children::replace(s, &record, None).await?;
    Ok(record)
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

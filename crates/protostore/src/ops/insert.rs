//! Writes of whole records.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::fixed::Fixed;
use crate::life;
use crate::record::{Children, Made, Make, Mutable, Record, assign, chain, check, revision};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder};

/// Writes a record that is not there yet, and returns it as it is stored.
#[derive(Clone, Debug)]
pub struct Insert<R>(R);

impl<R> Insert<R> {
    /// Makes the operation.
    pub const fn new(record: R) -> Self {
        Self(record)
    }
}

impl<R: Record> Op for Insert<R> {
    type Out = R;
    const NAME: &'static str = "insert";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = compound::<R>();

    fn prepare(&mut self, mut fixed: Fixed) -> Result<Fixed> {
        check::storable(&self.0)?;
        Make::insert(&mut self.0, &mut fixed, 0)?;
        Ok(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<R> {
        let mut record = self.0.clone();
        Make::inserted(&mut record, fixed, 0)?;
        insert(s, record, fixed.present()?).await
    }
}

impl<R: Record> WriteOp for Insert<R> {
    async fn run_prepared<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Option<R>> {
        if const { !is_as_given::<R>() } {
            return self.run(s, fixed).await.map(Some);
        }
        insert_as_given(s, &self.0, fixed.present()?).await.map(|()| None)
    }

    fn into_out(self) -> Result<R> {
        Ok(self.0)
    }
}

/// Writes records that are not there yet, all of them or none, and returns them as they are stored.
#[derive(Clone, Debug)]
pub struct InsertMany<R>(Vec<R>);

impl<R> InsertMany<R> {
    /// Makes the operation.
    pub const fn new(records: Vec<R>) -> Self {
        Self(records)
    }
}

impl<R: Record> Op for InsertMany<R> {
    type Out = Vec<R>;
    const NAME: &'static str = "insert_many";
    const TABLE: &'static str = R::TABLE.layout.name;

    fn prepare(&mut self, mut fixed: Fixed) -> Result<Fixed> {
        for (record, at) in self.0.iter_mut().zip(0..) {
            check::storable(record)?;
            Make::insert(record, &mut fixed, at)?;
        }
        Ok(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Vec<R>> {
        let now = fixed.present()?;
        let mut stored = Vec::with_capacity(self.0.len());
        for (record, at) in self.0.iter().zip(0..) {
            let mut record = record.clone();
            Make::inserted(&mut record, fixed, at)?;
            stored.push(insert(s, record, now).await?);
        }
        Ok(stored)
    }
}

impl<R: Record> WriteOp for InsertMany<R> {
    async fn run_prepared<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Option<Vec<R>>> {
        if const { !is_as_given::<R>() } {
            return self.run(s, fixed).await.map(Some);
        }
        let now = fixed.present()?;
        for record in &self.0 {
            insert_as_given(s, record, now).await?;
        }
        Ok(None)
    }

    fn into_out(self) -> Result<Vec<R>> {
        Ok(self.0)
    }
}

/// Writes a record in place of the one with its key, if there is one, and returns it as it is stored.
///
/// A record that says which revision it has is refused where the one that is there has another.
#[derive(Clone, Debug)]
pub struct Upsert<R>(R);

impl<R> Upsert<R> {
    /// Makes the operation.
    pub const fn new(record: R) -> Self {
        Self(record)
    }
}

impl<R: Mutable> Op for Upsert<R> {
    type Out = R;
    const NAME: &'static str = "upsert";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = compound::<R>() || R::FIRES;

    fn prepare(&mut self, mut fixed: Fixed) -> Result<Fixed> {
        check::storable(&self.0)?;
        Make::upsert(&mut self.0, &mut fixed)?;
        Ok(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<R> {
        let mut record = self.0.clone();
        let made = Make::upserted(&mut record, fixed)?;
        upsert(s, record, &made, fixed.present()?).await
    }
}

impl<R: Mutable> WriteOp for Upsert<R> {}

/// Says whether a write of a whole record takes several statements that write.
const fn compound<R: Record>() -> bool {
    !R::Children::NONE || !R::TABLE.sequences.is_empty() || R::REVISION.is_some() || !R::LIFE.is_plain()
}

/// Says whether an insert takes nothing for a record from the database, so that it is stored as it was prepared.
const fn is_as_given<R: Record>() -> bool {
    R::TABLE.sequences.is_empty() && R::REVISION.is_none() && R::CHAIN.is_none()
}

/// Inserts a record and its children.
pub(crate) async fn insert<R: Record, S: Session>(s: &mut S, mut record: R, now: Timestamp) -> Result<R> {
    if const { !is_as_given::<R>() } {
        revision::refuse_given(&record)?;
        assign(s, &mut record).await?;
        revision::assign(s, &mut record).await?;
        check::numbered(&record, now)?;
        life::clear(s, &record, now).await?;
        life::check(s, &record, now).await?;
        chain::link(s, &mut record).await?;
        insert_row(s, &record, now).await?;
    } else {
        insert_as_given(s, &record, now).await?;
    }
    Ok(record)
}

/// Inserts a record of which the store makes nothing any more, and its children.
async fn insert_as_given<R: Record, S: Session>(s: &mut S, record: &R, now: Timestamp) -> Result<()> {
    life::clear(s, record, now).await?;
    life::check(s, record, now).await?;
    insert_row(s, record, now).await
}

async fn insert_row<R: Record, S: Session>(s: &mut S, record: &R, now: Timestamp) -> Result<()> {
    if let Err(e) = s.run(&R::TABLE.insert, &Whole(record)).await {
        return Err(refusal::of_insert(s, e, record, now).await);
    }
    R::Children::insert(s, record, now).await
}

/// Inserts a record and its children, or replaces them.
pub(crate) async fn upsert<R: Record, S: Session>(s: &mut S, mut record: R, made: &Made, now: Timestamp) -> Result<R> {
    if (R::KEEPS || R::Children::IMMUTABLE)
        && let Some(old) = super::get::one::<R, S>(s, &R::TABLE.get, &R::own_key(record.key()), Some(now)).await?
    {
        record.keep(&old, made);
        R::Children::compare(&old, &record, None).map_err(|e| e.in_table(R::TABLE.layout.name))?;
    }
    if revision::check::<R, S>(s, record.key(), revision::given(&record), now).await? {
        return Err(revision::gone::<R>());
    }
    assign(s, &mut record).await?;
    revision::assign(s, &mut record).await?;
    check::numbered(&record, now)?;
    life::clear(s, &record, now).await?;
    life::check(s, &record, now).await?;
    if let Err(e) = s.run(&R::TABLE.upsert, &Whole(&record)).await {
        return Err(refusal::of_record(s, e, &record, now).await);
    }
    R::Children::replace(s, &record, None, now).await?;
    Ok(record)
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

    fn field(&self, at: usize) -> Option<&'static str> {
        R::TABLE.columns().get(at).map(|column| column.field)
    }
}

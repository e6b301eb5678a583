//! Writes of whole records.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::life;
use crate::record::{Children, Made, Make, Mutable, Record, assign, chain, check, revision};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder};

/// Writes a record that is not there yet, and returns it as it is stored.
#[derive(Clone, Debug)]
pub struct Insert<R> {
    record: R,
    now: Option<Timestamp>,
}

impl<R> Insert<R> {
    /// Makes the operation.
    pub const fn new(record: R) -> Self {
        Self { record, now: None }
    }
}

impl<R: Record> Op for Insert<R> {
    type Out = R;
    const NAME: &'static str = "insert";
    const COMPOUND: bool = compound::<R>();

    fn prepare(&mut self) -> Result<()> {
        check::storable(&self.record)?;
        self.now = Some(Make::insert(&mut self.record)?);
        Ok(())
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<R> {
        insert(s, self.record.clone(), self.now.unwrap_or_else(Timestamp::now)).await
    }
}

impl<R: Record> WriteOp for Insert<R> {}

/// Writes records that are not there yet, all of them or none, and returns them as they are stored.
#[derive(Clone, Debug)]
pub struct InsertMany<R> {
    records: Vec<R>,
    now: Option<Timestamp>,
}

impl<R> InsertMany<R> {
    /// Makes the operation.
    pub const fn new(records: Vec<R>) -> Self {
        Self { records, now: None }
    }
}

impl<R: Record> Op for InsertMany<R> {
    type Out = Vec<R>;
    const NAME: &'static str = "insert_many";

    fn prepare(&mut self) -> Result<()> {
        for record in &mut self.records {
            check::storable(record)?;
            let now = Make::insert(record)?;
            self.now.get_or_insert(now);
        }
        Ok(())
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<Vec<R>> {
        let now = self.now.unwrap_or_else(Timestamp::now);
        let mut stored = Vec::with_capacity(self.records.len());
        for record in &self.records {
            stored.push(insert(s, record.clone(), now).await?);
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
    made: Option<(Made, Timestamp)>,
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
    const COMPOUND: bool = compound::<R>() || R::FIRES;

    fn prepare(&mut self) -> Result<()> {
        if self.made.is_none() {
            check::storable(&self.record)?;
            self.made = Some(Make::upsert(&mut self.record)?);
        }
        Ok(())
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<R> {
        match &self.made {
            Some((made, now)) => upsert(s, self.record.clone(), made, *now).await,
            None => upsert(s, self.record.clone(), &Made::default(), Timestamp::now()).await,
        }
    }
}

impl<R: Mutable> WriteOp for Upsert<R> {}

/// Says whether a write of a whole record takes several statements that write.
const fn compound<R: Record>() -> bool {
    !R::Children::NONE || !R::TABLE.sequences.is_empty() || R::REVISION.is_some() || !R::LIFE.is_plain()
}

/// Inserts a record and its children.
pub(crate) async fn insert<R: Record, S: Session>(s: &mut S, mut record: R, now: Timestamp) -> Result<R> {
    revision::refuse_given(&record)?;
    assign(s, &mut record).await?;
    revision::assign(s, &mut record).await?;
    check::numbered(&record)?;
    life::clear(s, &record, now).await?;
    life::check(s, &record, now).await?;
    chain::link(s, &mut record).await?;
    if let Err(e) = s.run(&R::TABLE.insert, &Whole(&record)).await {
        return Err(refusal::of_insert(s, e, &record).await);
    }
    R::Children::insert(s, &record, now).await?;
    Ok(record)
}

/// Inserts a record and its children, or replaces them.
pub(crate) async fn upsert<R: Record, S: Session>(s: &mut S, mut record: R, made: &Made, now: Timestamp) -> Result<R> {
    if (R::KEEPS || R::Children::IMMUTABLE)
        && let Some(old) = super::get::one::<R, S>(s, &R::TABLE.get, &R::own_key(record.key())).await?
    {
        record.keep(&old, made);
        R::Children::compare(&old, &record, None).map_err(|e| e.in_table(R::TABLE.layout.name))?;
    }
    if revision::check::<R, S>(s, record.key(), revision::given(&record)).await? {
        return Err(revision::gone::<R>());
    }
    assign(s, &mut record).await?;
    revision::assign(s, &mut record).await?;
    check::numbered(&record)?;
    life::clear(s, &record, now).await?;
    life::check(s, &record, now).await?;
    if let Err(e) = s.run(&R::TABLE.upsert, &Whole(&record)).await {
        return Err(refusal::of_record(s, e, &record).await);
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
}

//! Deletes of the rows that have expired, in batches.

use std::marker::PhantomData;

use super::{Op, WriteOp, refusal};
use crate::error::{Error, Result};
use crate::fixed::Fixed;
use crate::life::{Expire, Expiring};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Limit, Now};

/// How many rows a batch has at most, unless told.
pub(crate) const BATCH: usize = 500;

/// Deletes the rows of one table that have expired, the earliest first, and returns how many they were.
#[derive(Clone, Debug)]
pub struct Sweep<R> {
    batch: Batch,
    of: PhantomData<fn() -> R>,
}

impl<R: Expiring> Sweep<R> {
    /// Makes the operation, which deletes at most so many rows; what goes with them is not counted.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { batch: Batch { expire: R::EXPIRE, limit, by: None }, of: PhantomData }
    }
}

impl<R: Expiring> Op for Sweep<R> {
    type Out = u64;
    const NAME: &'static str = "sweep";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<u64> {
        self.batch.run(s, fixed).await
    }
}

impl<R: Expiring> WriteOp for Sweep<R> {}

/// The same for a table that is known by its data.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) expire: &'static Expire,
    pub(crate) limit: usize,
    /// By when they have expired; the present time unless told.
    pub(crate) by: Option<Timestamp>,
}

impl Op for Batch {
    type Out = u64;
    const NAME: &'static str = "sweep";

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<u64> {
        if self.limit == 0 {
            return Err(Error::invalid("limit", "must be at least 1"));
        }
        let given = (Now(self.by.or(fixed.time())), Limit(self.limit));
        let swept = s.run(&self.expire.sweep, &given).await;
        swept.map_err(|e| refusal::of_cascade(e, self.expire.table))
    }
}

impl WriteOp for Batch {}

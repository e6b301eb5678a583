//! Deletes of one record.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::record::{Mutable, Record, Revised, revision};
use crate::session::Session;

/// Deletes a record and its children, and says whether there was one.
#[derive(Clone, Debug)]
pub struct Delete<R: Record> {
    key: R::Key,
    revision: Option<R::Revision>,
}

impl<R: Record> Delete<R> {
    /// Makes the operation.
    pub const fn new(key: R::Key) -> Self {
        Self { key, revision: None }
    }

    /// Refuses to delete a record that has another revision than this one.
    #[must_use]
    pub fn if_revision(self, revision: R::Revision) -> Self
    where
        R: Revised,
    {
        Self { revision: Some(revision), ..self }
    }
}

impl<R: Mutable> Op for Delete<R> {
    type Out = bool;
    const NAME: &'static str = "delete";
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S) -> Result<bool> {
        let asked = self.revision.as_ref().filter(|revision| **revision != R::Revision::default());
        revision::check::<R, S>(s, R::borrow_key(&self.key), asked).await?;
        match s.run(&R::TABLE.delete, &self.key).await {
            Ok(changed) => Ok(changed > 0),
            Err(e) => Err(refusal::of_delete(s, e, R::TABLE, &self.key).await),
        }
    }
}

impl<R: Mutable> WriteOp for Delete<R> {}

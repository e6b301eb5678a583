//! Deletes of one record.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::fixed::Fixed;
use crate::life;
use crate::record::{Mutable, Record, Revised, revision};
use crate::session::Session;
use crate::value::{Now, Pick};

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
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        if Pick::refuses(&self.key) {
            return Ok(false);
        }
        let now = fixed.present()?;
        let asked = self.revision.as_ref().filter(|revision| **revision != R::Revision::default());
        revision::check::<R, S>(s, R::borrow_key(&self.key), asked, now).await?;
        let deleted = match s.run(&R::TABLE.delete, &(&self.key, Now(Some(now)))).await {
            Ok(changed) => changed > 0,
            Err(e) => return Err(refusal::of_delete(s, e, R::TABLE, &self.key, Some(now)).await),
        };
        if let (Some(soft), true) = (R::LIFE.soft_delete, deleted) {
            life::delete(s, soft, now).await?;
        }
        Ok(deleted)
    }
}

impl<R: Mutable> WriteOp for Delete<R> {}

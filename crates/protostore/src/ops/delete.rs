//! Deletes of one record.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::record::{Mutable, Record};
use crate::session::Session;

/// Deletes a record and its children, and says whether there was one.
#[derive(Clone, Debug)]
pub struct Delete<R: Record>(pub R::Key);

impl<R: Mutable> Op for Delete<R> {
    type Out = bool;
    const NAME: &'static str = "delete";
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S) -> Result<bool> {
        match s.run(&R::TABLE.delete, &self.0).await {
            Ok(changed) => Ok(changed > 0),
            Err(e) => Err(refusal::of_delete(s, e, R::TABLE, &self.0).await),
        }
    }
}

impl<R: Mutable> WriteOp for Delete<R> {}

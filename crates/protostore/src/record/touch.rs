//! The row of a record of which something is written that is not in it: whether it is there, and what changes.

use super::{ChildTable, Record, revision};
use crate::error::{Error, Kind, Result};
use crate::ops;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder};

/// Refuses to look into a record that is not there at this time, or into a message of it that is not set.
pub(crate) async fn owner<R: Record, C: ChildTable, S: Session>(s: &mut S, key: &R::Key, now: Timestamp) -> Result<()> {
    if !ops::exists::<R, S>(s, R::borrow_key(key), Some(now)).await? {
        return Err(Error::new(Kind::NotFound, "no record has this key").in_table(R::TABLE.layout.name));
    }
    let Some(around) = C::AROUND else { return Ok(()) };
    let set: Option<bool> = s.one(&around.set, key).await.map_err(|e| e.explained(&R::TABLE.layout))?;
    if set == Some(true) {
        return Ok(());
    }
    let why = "is not set, so it holds nothing";
    Err(Error::new(Kind::Precondition, why).at(around.field).in_table(R::TABLE.layout.name))
}

/// Gives the record of a key a new revision and the time of the write.
pub(crate) async fn touch<R: Record, S: Session>(s: &mut S, key: &R::Key, now: Timestamp) -> Result<()> {
    let Some(touch) = R::TOUCH else { return Ok(()) };
    let revision = revision::next::<R, S>(s).await?.unwrap_or_default();
    let written = s.run(touch, &Touched::<R> { now, revision, key }).await;
    written.map(|_| ()).map_err(|e| e.explained(&R::TABLE.layout))
}

/// What a touch writes, and the key.
struct Touched<'k, R: Record> {
    now: Timestamp,
    revision: R::Revision,
    key: &'k R::Key,
}

impl<R: Record> Bind for Touched<'_, R> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        R::bind_touch(self.now, &self.revision, b)?;
        self.key.bind(b)
    }
}

//! Edits of a join table in place, without reading or writing the record that owns it.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::record::{Record, revision};
use crate::schema::{Child, Stmt};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::Bind;

/// Appends a value to a repeated reference.
#[derive(Clone, Debug)]
pub struct AddTo<R: Record, V> {
    child: &'static Child,
    add: &'static Stmt,
    owner: R::Key,
    value: V,
    now: Option<Timestamp>,
}

impl<R: Record, V: Bind + Send + Sync> AddTo<R, V> {
    /// For generated code: the child table, the statement (owner's key parts, value), the owner and the value.
    pub const fn new(child: &'static Child, add: &'static Stmt, owner: R::Key, value: V) -> Self {
        Self { child, add, owner, value, now: None }
    }
}

impl<R: Record, V: Bind + Send + Sync> Op for AddTo<R, V> {
    type Out = ();
    const NAME: &'static str = "add_to";
    const COMPOUND: bool = R::REVISION.is_some();

    fn prepare(&mut self) -> Result<()> {
        self.now = Some(Timestamp::now());
        Ok(())
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<()> {
        let (row, now) = ((&self.owner, &self.value), self.now.unwrap_or_else(Timestamp::now));
        if self.child.layout.names_mortals() {
            refusal::mortals(s, &self.child.layout, &refusal::joined(self.child), &row, now).await?;
        }
        match s.run(self.add, &(row, self.add.at(now))).await {
            Ok(0) => Err(refusal::no_owner(self.child)),
            Ok(_) => revision::touch::<R, S>(s, &self.owner).await,
            Err(e) => Err(refusal::of_join(s, e, self.child, &row).await),
        }
    }
}

impl<R: Record, V: Bind + Send + Sync> WriteOp for AddTo<R, V> {}

/// Removes every element of a repeated reference that equals a value, and returns how many there were.
#[derive(Clone, Debug)]
pub struct RemoveFrom<R: Record, V> {
    child: &'static Child,
    remove: &'static Stmt,
    owner: R::Key,
    value: V,
    now: Option<Timestamp>,
}

impl<R: Record, V: Bind + Send + Sync> RemoveFrom<R, V> {
    /// For generated code: the child table, the statement (owner's key parts, value), the owner and the value.
    pub const fn new(child: &'static Child, remove: &'static Stmt, owner: R::Key, value: V) -> Self {
        Self { child, remove, owner, value, now: None }
    }
}

impl<R: Record, V: Bind + Send + Sync> Op for RemoveFrom<R, V> {
    type Out = u64;
    const NAME: &'static str = "remove_from";
    const COMPOUND: bool = R::REVISION.is_some();

    fn prepare(&mut self) -> Result<()> {
        self.now = Some(Timestamp::now());
        Ok(())
    }

    async fn run<S: Session>(&self, s: &mut S) -> Result<u64> {
        let at = self.remove.at(self.now.unwrap_or_else(Timestamp::now));
        let removed = s.run(self.remove, &(&self.owner, &self.value, at)).await;
        let removed = removed.map_err(|e| e.explained(&self.child.layout))?;
        if removed > 0 {
            revision::touch::<R, S>(s, &self.owner).await?;
        }
        Ok(removed)
    }
}

impl<R: Record, V: Bind + Send + Sync> WriteOp for RemoveFrom<R, V> {}

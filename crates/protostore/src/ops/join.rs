//! Edits of a join table in place, without reading or writing the record that owns it.

use super::{Op, WriteOp, refusal};
use crate::error::Result;
use crate::schema::{Child, Stmt};
use crate::session::Session;
use crate::value::Bind;

/// Appends a value to a repeated reference.
#[derive(Clone, Debug)]
pub struct AddTo<K, V> {
    child: &'static Child,
    add: &'static Stmt,
    owner: K,
    value: V,
}

impl<K: Bind + Send + Sync, V: Bind + Send + Sync> AddTo<K, V> {
    /// For generated code: the child table, the statement (owner's key parts, value), the owner and the value.
    pub const fn new(child: &'static Child, add: &'static Stmt, owner: K, value: V) -> Self {
        Self { child, add, owner, value }
    }
}

impl<K: Bind + Send + Sync, V: Bind + Send + Sync> Op for AddTo<K, V> {
    type Out = ();
    const NAME: &'static str = "add_to";
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S) -> Result<()> {
        let row = (&self.owner, &self.value);
        match s.run(self.add, &row).await {
            Ok(_) => Ok(()),
            Err(e) => Err(refusal::of_join(s, e, self.child, &row).await),
        }
    }
}

impl<K: Bind + Send + Sync, V: Bind + Send + Sync> WriteOp for AddTo<K, V> {}

/// Removes every element of a repeated reference that equals a value, and returns how many there were.
#[derive(Clone, Debug)]
pub struct RemoveFrom<K, V> {
    child: &'static Child,
    remove: &'static Stmt,
    owner: K,
    value: V,
}

impl<K: Bind + Send + Sync, V: Bind + Send + Sync> RemoveFrom<K, V> {
    /// For generated code: the child table, the statement (owner's key parts, value), the owner and the value.
    pub const fn new(child: &'static Child, remove: &'static Stmt, owner: K, value: V) -> Self {
        Self { child, remove, owner, value }
    }
}

impl<K: Bind + Send + Sync, V: Bind + Send + Sync> Op for RemoveFrom<K, V> {
    type Out = u64;
    const NAME: &'static str = "remove_from";
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S) -> Result<u64> {
        let removed = s.run(self.remove, &(&self.owner, &self.value)).await;
        removed.map_err(|e| e.explained(&self.child.layout))
    }
}

impl<K: Bind + Send + Sync, V: Bind + Send + Sync> WriteOp for RemoveFrom<K, V> {}

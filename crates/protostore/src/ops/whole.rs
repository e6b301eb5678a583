//! Answers that come whole or not at all: lists without pages, and the records of a list of keys.

use super::load_children;
use crate::error::Result;
use crate::record::Record;
use crate::room::{End, Room, too_large};
use crate::schema::Stmt;
use crate::session::Session;
use crate::value::{Bind, Decode};

/// Separates what comes before each record from the record.
type Split<T, R> = fn(Vec<T>) -> (Vec<u64>, Vec<R>);

/// Reads all rows of a statement and their children, and refuses where they are more than there is room for.
pub(super) async fn whole<T: Decode + Send, R: Record, S: Session>(
    s: &mut S,
    room: Room,
    stmt: &'static Stmt,
    by: &(impl Bind + Sync),
    split: Split<T, R>,
) -> Result<(Vec<u64>, Vec<R>)> {
    let outer = s.bound(room);
    let read = rows(s, stmt, by, split).await;
    s.bound(outer);
    read.map_err(|e| e.in_table(R::TABLE.layout.name))
}

async fn rows<T: Decode + Send, R: Record, S: Session>(
    s: &mut S,
    stmt: &'static Stmt,
    by: &(impl Bind + Sync),
    split: Split<T, R>,
) -> Result<(Vec<u64>, Vec<R>)> {
    let mut found: Vec<T> = Vec::new();
    let end = s.all(stmt, by, &mut found).await.map_err(|e| e.explained(&R::TABLE.layout))?;
    if end == End::Cut {
        return Err(too_large());
    }
    let (places, mut records) = split(found);
    load_children(s, &mut records).await?;
    Ok((places, records))
}

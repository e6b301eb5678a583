//! Reads of a table in the order of its key, page by page.

use super::{Op, ReadOp, load_children};
use crate::error::{Error, Result};
use crate::record::{Children, Record};
use crate::schema::Stmt;
use crate::session::Session;
use crate::value::Bind;

/// How many records are set aside room for before any is read: a page may be asked to be larger than the table.
const ROOM: usize = 256;

/// Reads the records after a key, in the order of the key.
#[derive(Clone, Debug)]
pub struct Page<R: Record> {
    /// The last key of the page before; none for the first page.
    pub after: Option<R::Key>,
    /// How many records the page has at most; at least 1.
    pub size: usize,
}

/// A page of records.
#[derive(Clone, Debug)]
pub struct PageOf<R: Record> {
    /// The records.
    pub records: Vec<R>,
    /// The key after which the next page begins; none where this page is the last.
    pub next: Option<R::Key>,
}

impl<R: Record> Op for Page<R> {
    type Out = PageOf<R>;
    const NAME: &'static str = "page";
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S) -> Result<PageOf<R>> {
        match &self.after {
            None => page(s, &R::TABLE.page_first, &(), self.size).await,
            Some(key) => page(s, &R::TABLE.page_after, key, self.size).await,
        }
    }
}

impl<R: Record> ReadOp for Page<R> {}

/// Reads a page, with one row more that tells whether there is a next.
pub(super) async fn page<R: Record, S: Session>(
    s: &mut S,
    stmt: &'static Stmt,
    by: &(impl Bind + Sync),
    size: usize,
) -> Result<PageOf<R>> {
    match const { R::LIFE.is_plain() } {
        true => every(s, stmt, by, size).await,
        false => every(s, stmt, &(by, stmt.now()), size).await,
    }
}

/// The same, by all parameters of the statement.
pub(super) async fn every<R: Record, S: Session>(
    s: &mut S,
    stmt: &'static Stmt,
    by: &(impl Bind + Sync),
    size: usize,
) -> Result<PageOf<R>> {
    if size == 0 {
        return Err(Error::invalid("page_size", "must be at least 1"));
    }
    let mut records: Vec<R> = Vec::with_capacity(size.saturating_add(1).min(ROOM));
    let limit = size.saturating_add(1);
    s.all(stmt, by, limit, &mut records).await.map_err(|e| e.explained(&R::TABLE.layout))?;
    let more = records.len() > size;
    records.truncate(size);
    let next = if more { records.last().map(|last| R::own_key(last.key())) } else { None };
    load_children(s, &mut records).await?;
    Ok(PageOf { records, next })
}

//! Reads of the records for which a filter holds.

use std::future::Future;

use protostore_sql::Expr;

use super::page::{Rows, up_to};
use super::{Op, Present, ReadOp, load_children};
use crate::error::{Error, Kind, Result};
use crate::filter::{Cursor, Filter, Order, Query, Sorting};
use crate::fixed::Fixed;
use crate::record::{Children, Record};
use crate::room::End;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::Decode;

/// How many records a page has, unless told.
const SIZE: usize = 100;

/// Reads the records for which a filter holds, in any order, page by page.
#[derive(Clone, Debug)]
pub struct Find<R> {
    filter: Filter<R>,
    order: Vec<Order<R>>,
    from: Option<(Cursor<R>, bool)>,
    size: usize,
}

/// A page of the records for which a filter holds.
///
/// It holds at most [`Options::page_bytes`](crate::Options::page_bytes), 16 MiB unless told, and at least one record where
/// there is one: it may be shorter than asked for and not be the last. Only `next` and `previous` tell.
#[derive(Clone, Debug)]
pub struct Found<R> {
    /// The records.
    pub records: Vec<R>,
    /// What the next page begins after; none where this page is the last.
    pub next: Option<Cursor<R>>,
    /// What the page before ends before; none where this page is the first.
    pub previous: Option<Cursor<R>>,
}

impl<R: Record> Filter<R> {
    /// Returns the operation that reads the records for which this holds, in the order of their key unless told.
    #[must_use]
    pub fn find(self) -> Find<R> {
        Find { filter: self, order: Vec::new(), from: None, size: SIZE }
    }

    /// Returns the operation that counts them.
    #[must_use]
    pub fn count(self) -> Count<R> {
        Count(self)
    }

    /// Returns the operation that says whether there is one.
    #[must_use]
    pub fn exists(self) -> ExistsWhere<R> {
        ExistsWhere(self)
    }
}

impl<R: Record> Find<R> {
    /// Sorts by these columns, one after the other, and then by the key.
    #[must_use]
    pub fn order_by(mut self, order: impl IntoIterator<Item = Order<R>>) -> Self {
        self.order = order.into_iter().collect();
        self
    }

    /// Sets how many records the page has at most; 100 unless told.
    #[must_use]
    pub fn size(mut self, records: usize) -> Self {
        self.size = records;
        self
    }

    /// Begins after this place.
    #[must_use]
    pub fn after(mut self, cursor: impl Into<Option<Cursor<R>>>) -> Self {
        self.from = cursor.into().map(|cursor| (cursor, false));
        self
    }

    /// Ends before this place: the last records that come before it, in the same order.
    #[must_use]
    pub fn before(mut self, cursor: impl Into<Option<Cursor<R>>>) -> Self {
        self.from = cursor.into().map(|cursor| (cursor, true));
        self
    }

    /// Reads the first record only.
    #[must_use]
    pub fn first(self) -> First<R> {
        First(self)
    }

    async fn select<S: Session>(
        &self,
        s: &mut S,
        limit: usize,
        out: &mut Vec<R>,
        now: Option<Timestamp>,
    ) -> Result<End> {
        let backward = matches!(self.from, Some((_, true)));
        let mut query = Query::records(&self.filter, now)?;
        query.page(&Sorting::of(&self.order), self.from.as_ref().map(|(cursor, _)| cursor), backward)?;
        query.limit(limit);
        rows(s, query, out).await
    }
}

/// What is found at a time.
struct FoundAt<'f, R>(&'f Find<R>, Option<Timestamp>);

impl<R: Record> Rows<R> for FoundAt<'_, R> {
    fn read<S: Session>(&self, s: &mut S, limit: usize, out: &mut Vec<R>) -> impl Future<Output = Result<End>> + Send {
        self.0.select(s, limit, out, self.1)
    }
}

impl<R: Record> Op for Find<R> {
    type Out = Found<R>;
    const NAME: &'static str = "find";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Found<R>> {
        // Whether there is another page is known in the direction of reading.
        let (mut records, more) = up_to(s, &FoundAt(self, fixed.time()), self.size).await?;
        let backward = matches!(self.from, Some((_, true)));
        if backward {
            records.reverse();
        }
        let sorting = Sorting::of(&self.order);
        let (is_next, is_previous) = if backward { (true, more) } else { (more, self.from.is_some()) };
        let next = records.last().filter(|_| is_next).map(|last| sorting.cursor(last));
        let previous = records.first().filter(|_| is_previous).map(|first| sorting.cursor(first));
        Ok(Found { records, next, previous })
    }
}

impl<R: Record> ReadOp for Find<R> {}

/// Reads the first record for which a filter holds.
#[derive(Clone, Debug)]
pub struct First<R>(Find<R>);

impl<R: Record> Op for First<R> {
    type Out = Option<R>;
    const NAME: &'static str = "first";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Option<R>> {
        let mut records: Vec<R> = Vec::new();
        self.0.select(s, 1, &mut records, fixed.time()).await?;
        load_children(s, &mut records).await?;
        Ok(records.pop())
    }
}

impl<R: Record> ReadOp for First<R> {}

/// Counts the records for which a filter holds.
#[derive(Clone, Debug)]
pub struct Count<R>(Filter<R>);

impl<R: Record> Op for Count<R> {
    type Out = u64;
    const NAME: &'static str = "count";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<u64> {
        let mut counted: Vec<u64> = Vec::new();
        rows(s, Query::of(Expr::Count, &self.0, fixed.time())?, &mut counted).await?;
        counted.first().copied().ok_or_else(|| Error::new(Kind::Engine, "counted, and said no number"))
    }
}

impl<R: Record> ReadOp for Count<R> {}

/// Says whether a filter holds for any record.
#[derive(Clone, Debug)]
pub struct ExistsWhere<R>(Filter<R>);

impl<R: Record> Op for ExistsWhere<R> {
    type Out = bool;
    const NAME: &'static str = "exists_where";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        let mut query = Query::of(Expr::int(1), &self.0, fixed.time())?;
        query.limit(1);
        let mut found: Vec<Present> = Vec::new();
        rows(s, query, &mut found).await?;
        Ok(!found.is_empty())
    }
}

impl<R: Record> ReadOp for ExistsWhere<R> {}

/// Appends the rows of a statement that is written at run time.
async fn rows<S: Session, T: Decode + Send>(s: &mut S, query: Query<'_>, out: &mut Vec<T>) -> Result<End> {
    let layout = query.layout();
    let text = query.print(S::DIALECT)?;
    s.all_dynamic(&text.sql, &text.fields, &text, out).await.map_err(|e| e.explained(layout))
}

//! Reads of a table in the order of its key, page by page.

use std::future::Future;

use super::{FEW, Op, ReadOp, load_children, load_range};
use crate::error::{Error, Result};
use crate::filter::Cursor;
use crate::fixed::Fixed;
use crate::record::{Children, Record};
use crate::room::{End, Room, too_large};
use crate::schema::{Listing, Range, Stmt};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{After, Bind, Binder, Kept, Limit, Now};

/// How many records are set aside room for before any is read: a page may be asked to be larger than the table.
const ROOM: usize = 256;

/// How many times fewer records are read where their children were too large together.
const FEWER: usize = 4;

/// How many records are sorted at most, where sorting more of them took too much memory.
const SORTED: usize = 4096;

/// Reads the records after a place, in the order of the key.
#[derive(Clone, Debug)]
pub struct Page<R: Record> {
    /// Where the page before ended, [`PageOf::next`], or a key, [`Cursor::of_key`]; none for the first page.
    pub after: Option<Cursor<R>>,
    /// How many records the page has at most; at least 1.
    pub size: usize,
}

/// A page of records.
///
/// It holds at most [`Options::page_bytes`](crate::Options::page_bytes), 16 MiB unless told, and at least one record where
/// there is one: it may be shorter than asked for and not be the last. Only `next` tells.
#[derive(Clone, Debug)]
pub struct PageOf<R: Record> {
    /// The records.
    pub records: Vec<R>,
    /// The place after which the next page begins; none where this page is the last.
    pub next: Option<Cursor<R>>,
}

impl<R: Record> Op for Page<R> {
    type Out = PageOf<R>;
    const NAME: &'static str = "page";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<PageOf<R>> {
        match key(self.after.as_ref())? {
            None => page(s, &R::TABLE.page_first, &(), self.size, fixed.time()).await,
            Some(key) => page(s, &R::TABLE.page_after, &After(key), self.size, fixed.time()).await,
        }
    }
}

impl<R: Record> ReadOp for Page<R> {
    fn is_short(&self) -> bool {
        self.size <= FEW
    }
}

/// Reads a page of what is there at this time, with one row more that tells whether there is a next.
pub(super) async fn page<R: Record, S: Session>(
    s: &mut S,
    stmt: &'static Stmt,
    by: &(impl Bind + Sync),
    size: usize,
    now: Option<Timestamp>,
) -> Result<PageOf<R>> {
    let (records, more) = up_to(s, &Through { stmt, by, now }, size).await?;
    next(records, more, |last| Cursor::of_key(last.key()))
}

/// Returns the values of a place in the order of the key.
pub(super) fn key<R: Record>(after: Option<&Cursor<R>>) -> Result<Option<&[Kept]>> {
    after.map(|cursor| cursor.values_in(&R::TABLE.key.join(" "))).transpose()
}

/// Reads a page of a list of what is there at this time.
pub(super) async fn listed<R: Record, S: Session>(
    s: &mut S,
    listing: &'static Listing,
    by: &(impl Bind + Sync),
    after: Option<&Cursor<R>>,
    size: usize,
    now: Option<Timestamp>,
) -> Result<PageOf<R>> {
    let place = after.map(|cursor| cursor.values_by(listing.order)).transpose()?;
    let (first, ranges, place) = match place.as_deref() {
        None => (Some(&listing.first), [].as_slice(), [].as_slice()),
        Some(place) => (None, listing.after, place),
    };
    let (records, more) = up_to(s, &Ranges { first, ranges, by, place, now }, size).await?;
    next(records, more, |last| Cursor::of_record(last, listing.order))
}

fn next<R: Record>(records: Vec<R>, more: bool, cursor: impl Fn(&R) -> Result<Cursor<R>>) -> Result<PageOf<R>> {
    let next = records.last().filter(|_| more).map(cursor).transpose()?;
    Ok(PageOf { records, next })
}

/// What yields the rows of a page, the first of them first.
pub(super) trait Rows<R>: Sync {
    /// Says that they are all rows of the table from one key to another, in the order of the keys.
    const IS_RANGE: bool = false;

    /// Appends up to `limit` of them to `out`.
    fn read<S: Session>(&self, s: &mut S, limit: usize, out: &mut Vec<R>) -> impl Future<Output = Result<End>> + Send;
}

/// A statement of the store, and what it is given beside the time and the limit.
struct Through<'p, P> {
    stmt: &'static Stmt,
    by: &'p P,
    now: Option<Timestamp>,
}

impl<R: Record, P: Bind + Sync> Rows<R> for Through<'_, P> {
    // Rows that are not there for readers may be many, and so may be their children.
    const IS_RANGE: bool = R::LIFE.is_plain();

    async fn read<S: Session>(&self, s: &mut S, limit: usize, out: &mut Vec<R>) -> Result<End> {
        s.all(self.stmt, &(self.by, Now(self.now), Limit(limit)), out).await.map_err(|e| e.explained(&R::TABLE.layout))
    }
}

/// The rows of a list: all of them, or the ranges after a place.
struct Ranges<'p, P> {
    first: Option<&'static Stmt>,
    ranges: &'static [Range],
    by: &'p P,
    place: &'p [Kept],
    now: Option<Timestamp>,
}

impl<P: Bind + Sync> Ranges<'_, P> {
    async fn range<R: Record, S: Session>(
        &self,
        s: &mut S,
        (stmt, values): (&'static Stmt, &'static [u8]),
        limit: usize,
        out: &mut Vec<R>,
    ) -> Result<End> {
        let after = After(PlaceValues { values, place: self.place });
        let read = s.all(stmt, &(self.by, after, Now(self.now), Limit(limit)), out).await;
        read.map_err(|e| e.explained(&R::TABLE.layout))
    }
}

impl<R: Record, P: Bind + Sync> Rows<R> for Ranges<'_, P> {
    async fn read<S: Session>(&self, s: &mut S, limit: usize, out: &mut Vec<R>) -> Result<End> {
        if let Some(first) = self.first {
            return self.range(s, (first, &[]), limit, out).await;
        }
        let wanted = out.len().saturating_add(limit);
        for range in self.ranges.iter().filter(|range| range.is_after(self.place)) {
            let left = wanted.saturating_sub(out.len());
            let end = self.range(s, (&range.stmt, range.values), left, out).await?;
            if end == End::Cut || out.len() >= wanted {
                return Ok(end);
            }
        }
        Ok(End::Whole)
    }
}

/// Some of the values of a place.
struct PlaceValues<'p> {
    values: &'static [u8],
    place: &'p [Kept],
}

impl Bind for PlaceValues<'_> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.values.iter().filter_map(|at| self.place.get(usize::from(*at))).try_for_each(|value| value.bind(b))
    }
}

/// Reads up to `size` records and their children, as many as one answer holds, and says whether there are more.
///
/// How large the children are shows only when they are read: if they are too large, fewer records are read again. A record
/// alone is never too large.
pub(super) async fn up_to<R: Record, S: Session>(
    s: &mut S,
    rows: &impl Rows<R>,
    size: usize,
) -> Result<(Vec<R>, bool)> {
    if size == 0 {
        return Err(Error::invalid("page_size", "must be at least 1"));
    }
    let mut size = size;
    loop {
        let alone = size == 1;
        let outer = s.bound(if alone { Room::ENDLESS } else { s.page() });
        let read = part(s, rows, &mut size).await;
        s.bound(outer);
        match read {
            Err(e) if e.is_too_large() && !alone => size = (size / FEWER).max(1),
            read => return read,
        }
    }
}

/// Reads `size` records and their children, or fewer if there is no room for more rows; then `size` says how many.
async fn part<R: Record, S: Session, Q: Rows<R>>(s: &mut S, rows: &Q, size: &mut usize) -> Result<(Vec<R>, bool)> {
    let mut records: Vec<R> = Vec::with_capacity(size.saturating_add(1).min(ROOM));
    let end = rows.read(s, size.saturating_add(1), &mut records).await?;
    let more = end == End::Cut || records.len() > *size;
    records.truncate(*size);
    if end == End::Cut {
        *size = if records.is_empty() { SORTED.min(*size) } else { records.len() };
        if records.is_empty() {
            return Err(too_large());
        }
    }
    if const { Q::IS_RANGE } {
        load_range(s, &mut records).await?;
    } else {
        load_children(s, &mut records).await?;
    }
    Ok((records, more))
}

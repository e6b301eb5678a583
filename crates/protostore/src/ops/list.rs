//! Reads of the records that an index or a join table selects.

use std::marker::PhantomData;

use super::page::listed;
use super::whole::whole;
use super::{CountBy, DeleteBy, ExistsBy, FEW, Op, PageOf, ReadOp, finds_nothing};
use crate::error::{Error, Kind, Result};
use crate::filter::Cursor;
use crate::fixed::Fixed;
use crate::record::{Children, Keys, Mutable, Record};
use crate::schema::{Listing, Stmt};
use crate::session::Session;
use crate::value::{Bind, Now};

/// How many records a page of a list has, unless told.
const SIZE: usize = 100;

/// Reads the records with a value in an index, page by page, in the order of the index and then of the key.
#[derive(Clone, Debug)]
pub struct ListBy<R: Record, P> {
    listing: &'static Listing,
    by: P,
    after: Option<Cursor<R>>,
    size: usize,
}

impl<R: Record, P: Bind + Send + Sync> ListBy<R, P> {
    #[doc(hidden)]
    /// For generated code: the statements, and the values of the index's columns.
    pub const fn new(listing: &'static Listing, by: P) -> Self {
        Self { listing, by, after: None, size: SIZE }
    }

    /// Returns the operation that counts the records, on all pages.
    #[must_use]
    pub fn count(self) -> CountBy<R, P> {
        CountBy::new(self.listing, self.by)
    }

    /// Returns the operation that says whether there is one, on any page.
    #[must_use]
    pub fn exists(self) -> ExistsBy<R, P> {
        ExistsBy::new(self.listing, self.by)
    }

    /// Begins after this place, that of the page before, [`PageOf::next`]. Where the list is sorted by the key alone, it
    /// may be any key, [`Cursor::of_key`].
    #[must_use]
    pub fn after(mut self, place: impl Into<Option<Cursor<R>>>) -> Self {
        self.after = place.into();
        self
    }

    /// Sets how many records the page has at most; 100 unless told.
    #[must_use]
    pub fn size(mut self, records: usize) -> Self {
        self.size = records;
        self
    }
}

impl<R: Record, P: Bind + Send + Sync> ListBy<R, P> {
    /// Returns the operation that deletes the records, on all pages.
    #[must_use]
    pub fn delete(self) -> DeleteBy<R, P>
    where
        R: Mutable,
    {
        DeleteBy::new(self.listing, self.by)
    }
}

impl<R: Record, P: Bind + Send + Sync> Op for ListBy<R, P> {
    type Out = PageOf<R>;
    const NAME: &'static str = "list_by";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    fn is_compound(&self) -> bool {
        Self::COMPOUND || (self.after.is_some() && self.listing.after.len() > 1)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<PageOf<R>> {
        match listed(s, self.listing, &self.by, self.after.as_ref(), self.size, fixed.time()).await {
            Err(e) if self.size > 0 && finds_nothing(&e, &self.by) => Ok(PageOf { records: Vec::new(), next: None }),
            read => read,
        }
    }
}

impl<R: Record, P: Bind + Send + Sync> ReadOp for ListBy<R, P> {
    fn is_short(&self) -> bool {
        self.size <= FEW
    }
}

/// Reads the records that a record names through a join table, in the order in which it names them.
///
/// Refused with [`Kind::Exhausted`] where they are larger together than a page may be,
/// [`Options::page_bytes`](crate::Options::page_bytes): read them in parts, by the keys that the record holds.
#[derive(Clone, Debug)]
pub struct AllBy<R, P> {
    stmt: &'static Stmt,
    by: P,
    of: PhantomData<fn() -> R>,
}

impl<R: Record, P: Bind + Send + Sync> AllBy<R, P> {
    #[doc(hidden)]
    /// For generated code: the statement, and the key of the record that names.
    pub const fn new(stmt: &'static Stmt, by: P) -> Self {
        Self { stmt, by, of: PhantomData }
    }
}

impl<R: Record, P: Bind + Send + Sync> Op for AllBy<R, P> {
    type Out = Vec<R>;
    const NAME: &'static str = "all_by";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Vec<R>> {
        let all = |records| (Vec::new(), records);
        match whole(s, s.page(), self.stmt, &(&self.by, Now(fixed.time())), all).await {
            Err(e) if finds_nothing(&e, &self.by) => Ok(Vec::new()),
            read => Ok(read?.1),
        }
    }
}

impl<R: Record, P: Bind + Send + Sync> ReadOp for AllBy<R, P> {
    fn is_short(&self) -> bool {
        true
    }
}

/// Reads the records that refer to each of some records, in the order of these.
///
/// Refused with [`Kind::Exhausted`] where they are larger together than a page may be,
/// [`Options::page_bytes`](crate::Options::page_bytes): ask for fewer records, or list those of one page by page.
#[derive(Clone, Debug)]
pub struct ShownBy<Q: Record, R> {
    stmt: &'static Stmt,
    keys: Vec<Q::Key>,
    of: PhantomData<fn() -> R>,
}

impl<Q: Record, R: Record> ShownBy<Q, R> {
    #[doc(hidden)]
    /// For generated code: the statement, and the records that are referred to.
    #[must_use]
    pub fn new(stmt: &'static Stmt, records: &[Q]) -> Self {
        Self { stmt, keys: records.iter().map(|record| Q::own_key(record.key())).collect(), of: PhantomData }
    }
}

impl<Q: Record, R: Record> Op for ShownBy<Q, R> {
    type Out = Vec<Vec<R>>;
    const NAME: &'static str = "shown_by";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = !R::Children::NONE;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Vec<Vec<R>>> {
        let keys = Keys::of::<Q>(self.keys.iter().map(Q::borrow_key))?;
        let split = |found: Vec<(u64, R)>| found.into_iter().unzip();
        let (places, records) = whole(s, s.page(), self.stmt, &(keys, Now(fixed.time())), split).await?;
        let mut all: Vec<Vec<R>> = Vec::new();
        all.resize_with(self.keys.len(), Vec::new);
        for (place, record) in places.into_iter().zip(records) {
            let at = usize::try_from(place).ok().and_then(|place| all.get_mut(place));
            at.ok_or_else(|| Error::new(Kind::Engine, "answered for a record that was not asked for"))?.push(record);
        }
        Ok(all)
    }
}

impl<Q: Record, R: Record> ReadOp for ShownBy<Q, R> {}

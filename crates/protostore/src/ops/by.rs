//! What else can be done with the records that an index selects: count them, ask for one, delete them.

use std::marker::PhantomData;

use super::{Op, ReadOp, WriteOp, finds_nothing, refusal};
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::life;
use crate::record::{Mutable, Record};
use crate::schema::Listing;
use crate::session::Session;
use crate::value::{Bind, Limit, Now, Pick};

/// As a limit, none.
const ALL: usize = usize::MAX;

/// Counts the records with a value in an index.
#[derive(Clone, Debug)]
pub struct CountBy<R, P>(By<R, P>);

/// Says whether there is a record with a value in an index.
#[derive(Clone, Debug)]
pub struct ExistsBy<R, P>(By<R, P>);

/// Deletes the records with a value in an index and their children, all of them or none, and returns how many there were.
#[derive(Clone, Debug)]
pub struct DeleteBy<R, P>(By<R, P>);

/// The records with a value in an index.
#[derive(Clone, Debug)]
struct By<R, P> {
    listing: &'static Listing,
    by: P,
    of: PhantomData<fn() -> R>,
}

impl<R: Record, P: Bind + Send + Sync> By<R, P> {
    const fn new(listing: &'static Listing, by: P) -> Self {
        Self { listing, by, of: PhantomData }
    }

    async fn count<S: Session>(&self, s: &mut S, most: usize, fixed: &Fixed) -> Result<u64> {
        let counted = s.one::<_, u64>(&self.listing.count, &(&self.by, Now(fixed.time()), Limit(most))).await;
        let counted = match counted {
            Ok(counted) => counted,
            Err(e) if finds_nothing(&e, &self.by) => return Ok(0),
            Err(e) => return Err(e.explained(&R::TABLE.layout)),
        };
        counted.ok_or_else(|| Error::new(Kind::Engine, "counted, and said no number"))
    }
}

impl<R: Record, P: Bind + Send + Sync> CountBy<R, P> {
    pub(super) const fn new(listing: &'static Listing, by: P) -> Self {
        Self(By::new(listing, by))
    }
}

impl<R: Record, P: Bind + Send + Sync> Op for CountBy<R, P> {
    type Out = u64;
    const NAME: &'static str = "count_by";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<u64> {
        self.0.count(s, ALL, fixed).await
    }
}

impl<R: Record, P: Bind + Send + Sync> ReadOp for CountBy<R, P> {}

impl<R: Record, P: Bind + Send + Sync> ExistsBy<R, P> {
    pub(super) const fn new(listing: &'static Listing, by: P) -> Self {
        Self(By::new(listing, by))
    }
}

impl<R: Record, P: Bind + Send + Sync> Op for ExistsBy<R, P> {
    type Out = bool;
    const NAME: &'static str = "exists_by";
    const TABLE: &'static str = R::TABLE.layout.name;
    const COMPOUND: bool = false;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<bool> {
        Ok(self.0.count(s, 1, fixed).await? > 0)
    }
}

impl<R: Record, P: Bind + Send + Sync> ReadOp for ExistsBy<R, P> {
    fn is_short(&self) -> bool {
        true
    }
}

impl<R: Mutable, P: Bind + Send + Sync> DeleteBy<R, P> {
    pub(super) const fn new(listing: &'static Listing, by: P) -> Self {
        Self(By::new(listing, by))
    }
}

impl<R: Mutable, P: Bind + Send + Sync> Op for DeleteBy<R, P> {
    type Out = u64;
    const NAME: &'static str = "delete_by";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<u64> {
        let By { listing, by, of: _ } = &self.0;
        if Pick::refuses(by) {
            return Ok(0);
        }
        let now = fixed.present()?;
        let deleted = match s.run(&listing.delete, &(by, Now(Some(now)))).await {
            Ok(deleted) => deleted,
            Err(e) => return Err(refusal::of_delete_by::<R, S>(s, e, listing, by, now).await),
        };
        if let (Some(soft), true) = (R::LIFE.soft_delete, deleted > 0) {
            life::delete(s, soft, now).await?;
        }
        Ok(deleted)
    }
}

impl<R: Mutable, P: Bind + Send + Sync> WriteOp for DeleteBy<R, P> {}

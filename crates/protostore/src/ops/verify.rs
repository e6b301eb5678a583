//! Verifies a chain of hashes: reads its rows in their order, and computes each hash anew.

use std::marker::PhantomData;

use super::page::Page;
use super::{Op, ReadOp};
use crate::error::Result;
use crate::filter::Cursor;
use crate::fixed::Fixed;
use crate::record::{Chained, Link, chain_origin};
use crate::session::Session;

/// How many rows are held at a time.
const PAGE: usize = 256;

/// Reads the rows of a chained table, and says which is the first that does not fit.
///
/// Rows that are missing at the end leave no trace: keep [`Verified::head`] elsewhere, and verify from there.
#[derive(Clone, Debug)]
pub struct Verify<R> {
    after: Option<Link>,
    of: PhantomData<fn() -> R>,
}

/// What was found of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many rows fit.
    pub rows: u64,
    /// The last row that fits; what was given, or nothing, where none does.
    pub head: Option<Link>,
    /// The number of the first row that does not fit: it was changed, or one before it is missing, or was put in or
    /// moved. Where a row was given to begin from, its number, if it is missing or has another hash.
    pub broken: Option<i64>,
}

impl<R: Chained> Verify<R> {
    /// Begins at the first row.
    #[must_use]
    pub const fn new() -> Self {
        Self { after: None, of: PhantomData }
    }

    /// Begins after a row that was verified before, which must still be there.
    #[must_use]
    pub const fn after(head: Link) -> Self {
        Self { after: Some(head), of: PhantomData }
    }
}

impl<R: Chained> Default for Verify<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Chained> Op for Verify<R> {
    type Out = Verified;
    const NAME: &'static str = "verify";
    const TABLE: &'static str = R::TABLE.layout.name;

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<Verified> {
        let mut found = Verified { rows: 0, head: self.after.clone(), broken: None };
        let Some(chain) = R::CHAIN else { return Ok(found) };
        let mut after = None;
        let mut before = chain_origin(R::TABLE.number);
        if let Some(head) = &self.after {
            let key = (chain.key)(head.number);
            let row = match &key {
                Some(key) => super::get::one::<R, S>(s, &R::TABLE.get, key, fixed.time()).await?,
                None => None,
            };
            if row.is_none_or(|row| (chain.hash)(&row) != head.hash) {
                return Ok(Verified { head: None, broken: Some(head.number), ..found });
            }
            before.clone_from(&head.hash);
            after = key.as_ref().map(|key| Cursor::of_key(R::borrow_key(key))).transpose()?;
        }
        loop {
            let page = Page::<R> { after, size: PAGE }.run(s, fixed).await?;
            for record in &page.records {
                let number = (chain.number)(record).unwrap_or_default();
                let hash = chain.hash_after(&before, record);
                if (chain.hash)(record) != hash {
                    found.broken = Some(number);
                    return Ok(found);
                }
                before.clone_from(&hash);
                found.rows += 1;
                found.head = Some(Link { number, hash });
            }
            match page.next {
                None => return Ok(found),
                next => after = next,
            }
        }
    }
}

impl<R: Chained> ReadOp for Verify<R> {}

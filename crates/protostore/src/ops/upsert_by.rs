//! Writes of whole records in place of those with the same values in a unique index.

use super::get::one;
use super::insert::{Whole, insert, upsert};
use super::{Op, WriteOp};
use crate::error::{Error, Kind, Result};
use crate::fixed::Fixed;
use crate::record::{Make, Mutable, Record, check};
use crate::schema::Stmt;
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Bind, Binder, Kept, Pick};

/// Writes a record in place of the one with its values in a unique index, if there is one, and returns it as it is stored.
///
/// The row keeps its key: a record that gives another one is refused, and one that leaves it to be made takes it over.
#[derive(Clone, Debug)]
pub struct UpsertBy<R> {
    record: R,
    get: &'static Stmt,
    partial: bool,
}

impl<R: Record> UpsertBy<R> {
    #[doc(hidden)]
    /// For generated code: the record, and the statement that reads the one with the same values.
    pub const fn new(record: R, get: &'static Stmt) -> Self {
        Self { record, get, partial: false }
    }

    #[doc(hidden)]
    /// For generated code: the same of a partial index, of which the record must be a row.
    pub const fn partial(record: R, get: &'static Stmt) -> Self {
        Self { record, get, partial: true }
    }

    /// Says whether the index leads to what was written.
    async fn finds<S: Session>(&self, s: &mut S, stored: &R, now: Timestamp) -> Result<bool> {
        let Some(by) = Values::of(self.get, stored)? else { return Ok(false) };
        Ok(one::<R, S>(s, self.get, &by, Some(now)).await?.is_some_and(|found| same_key(&found, stored)))
    }

    #[cold]
    fn refused(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why).at(self.get.fields().collect::<Vec<_>>().join(", ")).in_table(R::TABLE.layout.name)
    }
}

impl<R: Mutable> Op for UpsertBy<R> {
    type Out = R;
    const NAME: &'static str = "upsert_by";
    const TABLE: &'static str = R::TABLE.layout.name;

    fn prepare(&mut self, mut fixed: Fixed) -> Result<Fixed> {
        check::storable(&self.record)?;
        Make::upsert(&mut self.record, &mut fixed)?;
        Ok(fixed)
    }

    async fn run<S: Session>(&self, s: &mut S, fixed: &Fixed) -> Result<R> {
        let mut record = self.record.clone();
        let (made, now) = (Make::upserted(&mut record, fixed)?, fixed.present()?);
        let Some(by) = Values::of(self.get, &record)? else {
            // It says which value it is that cannot be stored.
            return insert(s, record, now).await;
        };
        let stored = match one::<R, S>(s, self.get, &by, Some(now)).await? {
            None => insert(s, record, now).await?,
            Some(old) => {
                record.keep(&old, &made);
                if !same_key(&record, &old) {
                    return Err(self.refused(Kind::AlreadyExists, "is taken by another record"));
                }
                upsert(s, record, &made, now).await?
            }
        };
        if self.partial && !self.finds(s, &stored, now).await? {
            return Err(self.refused(Kind::Invalid, "is not among the rows that the index tells apart"));
        }
        Ok(stored)
    }
}

impl<R: Mutable> WriteOp for UpsertBy<R> {}

/// The values of a record in the columns of an index.
struct Values(Vec<Kept>);

impl Values {
    /// Takes them out of a record, if all of it can be stored; one that is not set is refused, as an index does not tell
    /// such rows apart.
    fn of<R: Record>(get: &'static Stmt, record: &R) -> Result<Option<Self>> {
        let table = R::TABLE;
        let mut values = Vec::with_capacity(get.params.len());
        for path in get.fields() {
            let at = table.columns().iter().position(|column| column.field == path);
            match at.and_then(|at| Pick::from(&Whole(record), at)) {
                Some(Kept::Null) => {
                    let unset = Error::invalid(path, "must be set, to say which record is meant");
                    return Err(unset.in_table(table.layout.name));
                }
                Some(value) => values.push(value),
                None => return Ok(None),
            }
        }
        Ok(Some(Self(values)))
    }
}

impl Bind for Values {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.iter().try_for_each(|value| value.bind(b))
    }
}

/// Says whether two records have the same key.
fn same_key<R: Record>(a: &R, b: &R) -> bool {
    (0..R::TABLE.key.len()).all(|part| Pick::from(&a.key(), part) == Pick::from(&b.key(), part))
}

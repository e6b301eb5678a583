//! How long a row is there for readers, and by which clock.

mod soft;

use protostore_sql::Clock;

use crate::error::Result;
use crate::ops::{Whole, refusal};
use crate::record::Record;
use crate::schema::{Stmt, Table};
use crate::session::Session;
use crate::time::Timestamp;
use crate::value::{Kept, Now, Pick};

pub use soft::{Cascade, Names, Revisions, SoftDelete, SoftDeleted};
pub(crate) use soft::{delete, refuse_deleted, undelete, unset};

/// What a table says of the life of its rows.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// Says when a row is gone.
    pub expire: Option<&'static Expire>,
    /// Says that a row is kept when it is deleted.
    pub soft_delete: Option<&'static SoftDelete>,
}

/// A table whose rows are gone after a time that each of them says.
#[derive(Debug)]
pub struct Expire {
    /// The table.
    pub table: &'static Table,
    /// The column of that time.
    pub column: &'static str,
    /// The form in which it is there.
    pub clock: Clock,
    /// The columns of each unique index.
    pub uniques: &'static [&'static [&'static str]],
    /// Deletes what has expired and has the key, or a unique value, of a record.
    pub clear: Stmt,
    /// Deletes so many of the rows that have expired, the earliest first.
    pub sweep: Stmt,
}

/// A record of a table whose rows expire.
pub trait Expiring: Record {
    /// When they do.
    const EXPIRE: &'static Expire;
}

impl Life {
    /// Rows are there until they are deleted.
    pub const NONE: Self = Self { expire: None, soft_delete: None };

    /// Says whether every row is there for readers.
    pub(crate) const fn is_plain(&self) -> bool {
        self.expire.is_none() && self.soft_delete.is_none()
    }
}

/// Deletes what has expired and is in the way of a record.
pub(crate) async fn clear<R: Record, S: Session>(s: &mut S, record: &R, now: Timestamp) -> Result<()> {
    if let Some(expire) = R::LIFE.expire {
        let columns = R::TABLE.columns();
        let at = |field| columns.iter().position(|column| column.field == field);
        let given = expire.clear.fields().map(|field| at(field).and_then(|at| Pick::from(&Whole(record), at)));
        // Where a value cannot be stored, the insert says which one.
        let Some(given) = given.collect::<Option<Vec<Kept>>>() else { return Ok(()) };
        let gone = s.run(&expire.clear, &(given, Now(Some(now)))).await;
        gone.map_err(|e| refusal::of_cascade(e, R::TABLE))?;
    }
    Ok(())
}

/// Refuses a record with the key of one that is deleted, and one that names a row which is no longer there for readers.
pub(crate) async fn check<R: Record, S: Session>(s: &mut S, record: &R, now: Timestamp) -> Result<()> {
    refuse_deleted(s, record).await?;
    if const { R::TABLE.layout.names_mortals() } {
        let parameters = R::TABLE.column_names().collect::<Vec<_>>();
        refusal::mortals(s, &R::TABLE.layout, &parameters, &Whole(record), now).await?;
    }
    Ok(())
}

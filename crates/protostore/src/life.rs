//! How long a row is there for readers, and by which clock.

mod soft;

use protostore_sql::{self as sql, Expr};

use crate::error::Result;
use crate::fixed::untimed;
use crate::ops::refusal;
use crate::record::Record;
use crate::schema::{Stmt, Table};
use crate::session::Session;
use crate::stored::{Microseconds, Milliseconds, Rfc3339, Seconds};
use crate::time::Timestamp;
use crate::value::{Bind, Binder, Kept, Pick};

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
    /// The form in which it stands there.
    pub clock: Clock,
    /// The columns of each unique index.
    pub uniques: &'static [&'static [&'static str]],
    /// The columns that the parameters of `clear` carry, as places among those of an insert.
    pub given: &'static [u16],
    /// Deletes what has expired and has the key, or a unique value, of a record.
    pub clear: Stmt,
    /// Deletes so many of the rows that have expired, the earliest first.
    pub sweep: Stmt,
}

/// The form in which the present time is compared with a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The number of nanoseconds.
    Nanoseconds,
    /// The number of seconds.
    Seconds,
    /// The number of milliseconds.
    Milliseconds,
    /// The number of microseconds.
    Microseconds,
    /// Text.
    Rfc3339,
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

impl Stmt {
    #[doc(hidden)]
    /// For generated code: says that the statement finds only rows that are there for readers, and which clocks are its last
    /// parameters.
    #[must_use]
    pub const fn live(self, clocks: &'static [Clock]) -> Self {
        Self { live: Some(clocks), ..self }
    }

    /// Returns the last parameters of a statement at a time that is fixed; none does where the statement carries none.
    #[inline]
    pub(crate) fn at(&self, now: impl Into<Option<Timestamp>>) -> At {
        At { clocks: self.live.unwrap_or_default(), now: now.into() }
    }
}

/// A time, in each form in which a statement compares it with a column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    clocks: &'static [Clock],
    now: Option<Timestamp>,
}

impl Bind for At {
    #[inline]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        if self.clocks.is_empty() {
            return Ok(());
        }
        let now = self.now.ok_or_else(untimed)?;
        self.clocks.iter().try_for_each(|clock| clock.put(now, b))
    }
}

impl Clock {
    /// Puts a time, rounded towards the past.
    pub(crate) fn put<B: Binder>(self, now: Timestamp, b: &mut B) -> Result<()> {
        let now = self.floor(now);
        match self {
            Self::Nanoseconds => now.bind(b),
            Self::Seconds => Seconds(now).bind(b),
            Self::Milliseconds => Milliseconds(now).bind(b),
            Self::Microseconds => Microseconds(now).bind(b),
            Self::Rfc3339 => Rfc3339(now).bind(b),
        }
    }

    /// Returns the parameter that carries the present time in this form.
    pub(crate) fn param(self) -> Expr<'static> {
        let clock = match self {
            Self::Nanoseconds => sql::Clock::Nanos,
            Self::Seconds => sql::Clock::Seconds,
            Self::Milliseconds => sql::Clock::Millis,
            Self::Microseconds => sql::Clock::Micros,
            Self::Rfc3339 => sql::Clock::Rfc3339,
        };
        Expr::param("", sql::ParamRole::Now(clock))
    }

    /// Returns a time as the column keeps it.
    pub(crate) const fn floor(self, now: Timestamp) -> Timestamp {
        now.floor(match self {
            Self::Nanoseconds | Self::Rfc3339 => 1,
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000,
        })
    }
}

/// Deletes what has expired and is in the way of a record.
pub(crate) async fn clear<R: Record, S: Session>(s: &mut S, record: &R, now: Timestamp) -> Result<()> {
    if let Some(expire) = R::LIFE.expire {
        let given = expire.given.iter().map(|at| Pick::from(&crate::ops::Whole(record), usize::from(*at)));
        // Where a value cannot be stored, the insert says which one.
        let Some(given) = given.collect::<Option<Vec<Kept>>>() else { return Ok(()) };
        let gone = s.run(&expire.clear, &(given, expire.clear.at(now))).await;
        gone.map_err(|e| refusal::of_cascade(e, R::TABLE))?;
    }
    Ok(())
}

/// Refuses a record with the key of one that is deleted, and one that names a row which is no longer there for readers.
pub(crate) async fn check<R: Record, S: Session>(s: &mut S, record: &R, now: Timestamp) -> Result<()> {
    refuse_deleted(s, record).await?;
    if const { R::TABLE.layout.names_mortals() } {
        let parameters = R::TABLE.fields.iter().flat_map(|field| field.columns).copied().collect::<Vec<_>>();
        refusal::mortals(s, &R::TABLE.layout, &parameters, &crate::ops::Whole(record), now).await?;
    }
    Ok(())
}

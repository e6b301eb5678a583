//! What an operation gives a statement beside plain values, each by its role: the statement says where it goes.
//!
//! A parameter list is a tuple: `(&by, After(key), Now(time), Limit(101))`. The values come first, in the order in
//! which the statement asks for them; nothing else has to be in any order.

use protostore_sql::{Clock, Expr, ParamRole};

use super::{Bind, Binder};
use crate::error::Result;
use crate::stored::{Microseconds, Milliseconds, Rfc3339, Seconds};
use crate::time::Timestamp;

/// Which parameters the next values are for: those of a role, from a place on.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    pub(crate) role: ParamRole,
    pub(crate) next: usize,
}

impl Target {
    /// The values of fields.
    pub(crate) const VALUES: Self = Self::of(ParamRole::Value);

    /// All parameters of a role.
    pub(crate) const fn of(role: ParamRole) -> Self {
        Self { role, next: 0 }
    }
}

/// The key at which the page before ended.
pub(crate) struct After<T>(pub(crate) T);

/// The key at which a range ends, which is in it.
pub(crate) struct To<T>(pub(crate) T);

/// The greatest number of rows.
pub(crate) struct Limit(pub(crate) usize);

/// How many rows come before.
pub(crate) struct Offset(pub(crate) i64);

/// The present time, if it is fixed, in each form in which the statement asks for it, if in any.
#[derive(Clone, Copy, Debug)]
pub struct Now(pub(crate) Option<Timestamp>);

impl<T: Bind> Bind for After<T> {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        give(b, ParamRole::After, &self.0)
    }
}

impl<T: Bind> Bind for To<T> {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        give(b, ParamRole::To, &self.0)
    }
}

impl Bind for Limit {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        give(b, ParamRole::Limit, &i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

impl Bind for Offset {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        give(b, ParamRole::Offset, &self.0)
    }
}

impl Bind for Now {
    #[inline(always)]
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        b.now(*self)
    }
}

#[inline(always)]
fn give<B: Binder>(b: &mut B, role: ParamRole, list: &impl Bind) -> Result<()> {
    let values = b.aim(Target::of(role));
    list.bind(b)?;
    b.aim(values);
    Ok(())
}

/// A time in the form of a column.
pub(crate) struct InForm(pub(crate) Clock, pub(crate) Timestamp);

impl Bind for InForm {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.put(self.1, b)
    }
}

/// The form in which the present time is compared with a column.
pub(crate) trait TimeForm: Sized {
    /// Puts a time, rounded towards the past.
    fn put<B: Binder>(self, now: Timestamp, b: &mut B) -> Result<()>;
    /// Returns the parameter that carries the present time in this form.
    fn param(self) -> Expr<'static>;
    /// Returns a time as the column keeps it.
    fn floor(self, now: Timestamp) -> Timestamp;
}

impl TimeForm for Clock {
    fn put<B: Binder>(self, now: Timestamp, b: &mut B) -> Result<()> {
        let now = self.floor(now);
        match self {
            Self::Nanos => now.bind(b),
            Self::Seconds => Seconds(now).bind(b),
            Self::Millis => Milliseconds(now).bind(b),
            Self::Micros | Self::Instant => Microseconds(now).bind(b),
            Self::Rfc3339 => Rfc3339(now).bind(b),
        }
    }

    fn param(self) -> Expr<'static> {
        Expr::param("", ParamRole::Now(self))
    }

    fn floor(self, now: Timestamp) -> Timestamp {
        now.floor(match self {
            Self::Nanos | Self::Rfc3339 => 1,
            Self::Seconds => 1_000_000_000,
            Self::Millis => 1_000_000,
            Self::Micros | Self::Instant => 1_000,
        })
    }
}

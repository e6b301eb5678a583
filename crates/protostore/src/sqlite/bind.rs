//! Parameters, bound to a held statement by their roles.

use protostore_sql::ParamRole;
use rusqlite::types::Null;

use super::fault::fault;
use super::held::Prepared;
use crate::error::{Error, Kind, Result};
use crate::fixed::untimed;
use crate::schema::Param;
use crate::value::{Bind, Binder, Now, Target, TimeForm as _};

/// Binds a parameter list. Where a statement has no list of parameters, values are bound one after the other.
#[inline(always)]
pub(super) fn bind<P: Bind + ?Sized>(stmt: &mut Prepared, params: &'static [Param], list: &P) -> Result<()> {
    bind_all(stmt, params, &|at| list.field(at), list)
}

/// The same for text that was made at run time; `fields` is what each parameter carries.
#[inline(always)]
pub(super) fn bind_dynamic<P: Bind + ?Sized>(stmt: &mut Prepared, fields: &[&'static str], list: &P) -> Result<()> {
    bind_all(stmt, &[], &|at| fields.get(at).copied(), list)
}

#[inline(always)]
fn bind_all<P: Bind + ?Sized>(
    stmt: &mut Prepared,
    params: &'static [Param],
    field: &dyn Fn(usize) -> Option<&'static str>,
    list: &P,
) -> Result<()> {
    let mut parameters = Parameters { stmt, params, field, target: Target::VALUES, bound: 0 };
    list.bind(&mut parameters)?;
    // A parameter that is left out keeps its value of the last time.
    if parameters.bound == parameters.stmt.parameters() { Ok(()) } else { Err(parameters.incomplete()) }
}

struct Parameters<'s> {
    stmt: &'s mut Prepared,
    params: &'static [Param],
    /// Names the field of a parameter where the statement has no list of them.
    field: &'s dyn Fn(usize) -> Option<&'static str>,
    target: Target,
    bound: usize,
}

impl Parameters<'_> {
    /// Returns the place of the parameter that the next value is for, counted from 0.
    #[inline(always)]
    fn next(&self) -> usize {
        let mut at = self.target.next;
        while let Some(param) = self.params.get(at) {
            let is_meant = match self.target.role {
                ParamRole::Value => param.is_value(),
                role => param.role == role,
            };
            if is_meant {
                break;
            }
            at += 1;
        }
        at
    }

    /// Returns the number of the parameter that this value is for.
    #[inline(always)]
    fn take(&mut self) -> usize {
        self.target.next = self.next() + 1;
        self.bound += 1;
        self.target.next
    }

    #[cold]
    fn incomplete(&self) -> Error {
        let (bound, wanted) = (self.bound, self.stmt.parameters());
        Error::new(Kind::Engine, format!("{bound} values were given for {wanted} parameters"))
    }

    /// Names the field of the parameter that SQLite refused.
    #[cold]
    fn refused(&self, e: rusqlite::Error) -> Error {
        self.placed(self.target.next.saturating_sub(1), fault(e))
    }

    #[cold]
    fn placed(&self, at: usize, e: Error) -> Error {
        let field = if self.params.is_empty() { (self.field)(at) } else { self.params.get(at).map(|p| p.field) };
        match field {
            Some(field) if !field.is_empty() => e.at(field),
            Some(_) | None => e,
        }
    }
}

impl Binder for Parameters<'_> {
    #[inline(always)]
    fn null(&mut self) -> Result<()> {
        let at = self.take();
        self.stmt.bind(at, Null).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn int(&mut self, v: i64) -> Result<()> {
        let at = self.take();
        self.stmt.bind(at, v).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn real(&mut self, v: f64) -> Result<()> {
        let at = self.take();
        self.stmt.bind(at, v).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn text(&mut self, v: &str) -> Result<()> {
        let at = self.take();
        self.stmt.bind(at, v).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn blob(&mut self, v: &[u8]) -> Result<()> {
        let at = self.take();
        self.stmt.bind(at, v).map_err(|e| self.refused(e))
    }

    #[cold]
    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        self.placed(self.next(), Error::new(kind, why))
    }

    #[inline(always)]
    fn aim(&mut self, target: Target) -> Target {
        // Without a list, all values are bound one after the other.
        if self.params.is_empty() { target } else { std::mem::replace(&mut self.target, target) }
    }

    #[inline(always)]
    fn now(&mut self, now: Now) -> Result<()> {
        if self.params.iter().any(|param| matches!(param.role, ParamRole::Now(_))) { self.clocks(now) } else { Ok(()) }
    }
}

impl Parameters<'_> {
    /// Binds the present time to each parameter that carries it.
    fn clocks(&mut self, now: Now) -> Result<()> {
        let (values, now) = (self.target, now.0.ok_or_else(untimed)?);
        for (next, param) in self.params.iter().enumerate() {
            if let ParamRole::Now(clock) = param.role {
                self.target = Target { role: param.role, next };
                clock.put(now, self)?;
            }
        }
        self.target = values;
        Ok(())
    }
}

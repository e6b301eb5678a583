//! Parameters, bound one after the other to a held statement.

use rusqlite::types::Null;

use super::fault::fault;
use super::held::Prepared;
use crate::error::{Error, Kind, Result};
use crate::value::{Bind, Binder};

/// Binds a parameter list; `fields` is what each parameter carries.
#[inline(always)]
pub(super) fn bind<P: Bind + ?Sized>(stmt: &mut Prepared, fields: &[&'static str], list: &P) -> Result<()> {
    let mut parameters = Parameters { stmt, fields, bound: 0 };
    list.bind(&mut parameters)?;
    // A parameter that is left out keeps its value of the last time.
    if parameters.bound == parameters.stmt.parameters() { Ok(()) } else { Err(parameters.incomplete()) }
}

struct Parameters<'s> {
    stmt: &'s mut Prepared,
    fields: &'s [&'static str],
    bound: usize,
}

impl Parameters<'_> {
    #[cold]
    fn incomplete(&self) -> Error {
        let (bound, wanted) = (self.bound, self.stmt.parameters());
        Error::new(Kind::Engine, format!("{bound} values were given for {wanted} parameters"))
    }

    /// Names the field of the parameter that SQLite refused.
    #[cold]
    fn refused(&self, e: rusqlite::Error) -> Error {
        self.placed(self.bound.saturating_sub(1), fault(e))
    }

    #[cold]
    fn placed(&self, at: usize, e: Error) -> Error {
        match self.fields.get(at) {
            Some(field) if !field.is_empty() => e.at(*field),
            Some(_) | None => e,
        }
    }
}

impl Binder for Parameters<'_> {
    #[inline(always)]
    fn null(&mut self) -> Result<()> {
        self.bound += 1;
        self.stmt.bind(self.bound, Null).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn int(&mut self, v: i64) -> Result<()> {
        self.bound += 1;
        self.stmt.bind(self.bound, v).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn real(&mut self, v: f64) -> Result<()> {
        self.bound += 1;
        self.stmt.bind(self.bound, v).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn text(&mut self, v: &str) -> Result<()> {
        self.bound += 1;
        self.stmt.bind(self.bound, v).map_err(|e| self.refused(e))
    }

    #[inline(always)]
    fn blob(&mut self, v: &[u8]) -> Result<()> {
        self.bound += 1;
        self.stmt.bind(self.bound, v).map_err(|e| self.refused(e))
    }

    #[cold]
    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        self.placed(self.bound, Error::new(kind, why))
    }
}

//! SQLite as a session: the work is done in the call, and the future that is returned is ready.

use std::future::{Future, ready};

use super::bind::bind;
use super::fault::fault;
use super::held::{Held, Prepared};
use super::keys::Keys;
use super::row::Columns;
use super::transaction::Level;
use crate::error::Result;
use crate::record::Record;
use crate::schema::Stmt;
use crate::session::{Part, Session};
use crate::value::{Bind, Decode};

impl Session for Held {
    type Keys = Keys;

    fn keys<'k, R: Record>(keys: impl Iterator<Item = R::KeyRef<'k>>) -> Result<Keys> {
        Keys::of::<R>(keys)
    }

    #[inline(always)]
    fn one<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        ready(self.one_now(stmt, parameters))
    }

    #[inline(always)]
    fn all<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        limit: usize,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(self.all_now(stmt, parameters, limit, out))
    }

    fn all_dynamic<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
        out: &mut Vec<T>,
    ) -> impl Future<Output = Result<()>> + Send {
        let read = self.ready().and_then(|()| each(self.dynamic(sql)?, fields, parameters, usize::MAX, out));
        ready(read.map_err(|e| self.failed(e)))
    }

    fn run<P: Bind + Sync + ?Sized>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        let done = self.ready().and_then(|()| change(self.stmt(stmt)?, stmt.fields, parameters));
        ready(done.map_err(|e| self.failed(e)))
    }

    fn run_dynamic<P: Bind + Sync + ?Sized>(
        &mut self,
        sql: &str,
        fields: &[&'static str],
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        let done = self.ready().and_then(|()| change(self.dynamic(sql)?, fields, parameters));
        ready(done.map_err(|e| self.failed(e)))
    }

    fn part(&mut self, step: Part) -> impl Future<Output = Result<()>> + Send {
        ready(match step {
            Part::Open => self.open(Level::Part),
            Part::Keep => self.keep(Level::Part),
            Part::Undo => self.undo(Level::Part),
        })
    }
}

impl Held {
    #[inline(always)]
    fn one_now<P: Bind + ?Sized, T: Decode>(&mut self, stmt: &'static Stmt, parameters: &P) -> Result<Option<T>> {
        self.ready()?;
        first(self.stmt(stmt)?, stmt.fields, parameters).map_err(|e| self.failed(e))
    }

    #[inline(always)]
    fn all_now<P: Bind + ?Sized, T: Decode>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        limit: usize,
        out: &mut Vec<T>,
    ) -> Result<()> {
        self.ready()?;
        each(self.stmt(stmt)?, stmt.fields, parameters, limit, out).map_err(|e| self.failed(e))
    }
}

#[inline(always)]
fn first<P: Bind + ?Sized, T: Decode>(stmt: &mut Prepared, fields: &[&'static str], list: &P) -> Result<Option<T>> {
    bind(stmt, fields, list)?;
    match stmt.rows().next() {
        Ok(Some(row)) => T::decode(&mut Columns::of(row)).map(Some),
        Ok(None) => Ok(None),
        Err(e) => Err(fault(e)),
    }
}

#[inline(always)]
fn each<P: Bind + ?Sized, T: Decode>(
    stmt: &mut Prepared,
    fields: &[&'static str],
    list: &P,
    limit: usize,
    out: &mut Vec<T>,
) -> Result<()> {
    bind(stmt, fields, list)?;
    let mut rows = stmt.rows();
    for _ in 0..limit {
        match rows.next() {
            Ok(Some(row)) => out.push(T::decode(&mut Columns::of(row))?),
            Ok(None) => return Ok(()),
            Err(e) => return Err(fault(e)),
        }
    }
    Ok(())
}

fn change<P: Bind + ?Sized>(stmt: &mut Prepared, fields: &[&'static str], list: &P) -> Result<u64> {
    bind(stmt, fields, list)?;
    let changed = stmt.execute().map_err(fault)?;
    // A count of rows is far below 2^64.
    Ok(changed as u64)
}

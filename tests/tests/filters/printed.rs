//! A session that runs nothing: it keeps the statements of an operation, and their parameters as literals.

use std::fmt::Write;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use protostore::generated::sql::Dialect;
use protostore::generated::{Binder, Decode, Sequence, Stmt};
use protostore::{Bind, End, Error, Fixed, Kind, Op, Part, Result, Room, Session};

/// The statements that an operation would run, printed for PostgreSQL or SQLite.
#[derive(Default)]
pub(crate) struct Printed<const POSTGRES: bool>(pub(crate) Vec<Statement>);

/// A statement that would run.
#[allow(dead_code, reason = "each test looks at its part of it")]
pub(crate) struct Statement {
    /// Its slot, where it is one of the store's.
    pub(crate) slot: Option<u32>,
    /// Its text; that of SQLite where it is one of the store's.
    pub(crate) sql: String,
    /// Its parameters, as text in quotes or NULL.
    pub(crate) values: Vec<String>,
}

impl<const POSTGRES: bool> Printed<POSTGRES> {
    /// Returns the statements of an operation; no row comes back to it, so that what it returns says nothing.
    pub(crate) fn of(op: &impl Op, fixed: &Fixed) -> Vec<Statement> {
        let mut printed = Self::default();
        let Poll::Ready(_) = pin!(op.run(&mut printed, fixed)).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("nothing is waited for")
        };
        printed.0
    }

    fn keep(&mut self, slot: Option<u32>, sql: &str, parameters: &(impl Bind + ?Sized)) -> Result<()> {
        let mut values = Literals::default();
        parameters.bind(&mut values)?;
        self.0.push(Statement { slot, sql: sql.to_owned(), values: values.0 });
        Ok(())
    }
}

impl<const POSTGRES: bool> Session for Printed<POSTGRES> {
    const DIALECT: Dialect = if POSTGRES { Dialect::Postgres } else { Dialect::Sqlite };
    const SURVIVES_ERRORS: bool = !POSTGRES;

    fn page(&self) -> Room {
        Room::ENDLESS
    }

    fn bound(&mut self, _: Room) -> Room {
        Room::ENDLESS
    }

    fn one<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<Option<T>>> + Send {
        ready(self.keep(Some(stmt.slot), stmt.text, parameters).map(|()| None))
    }

    fn all<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
        _: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send {
        ready(self.keep(Some(stmt.slot), stmt.text, parameters).map(|()| End::Whole))
    }

    fn all_dynamic<P: Bind + Sync + ?Sized, T: Decode + Send>(
        &mut self,
        sql: &str,
        _: &[&'static str],
        parameters: &P,
        _: &mut Vec<T>,
    ) -> impl Future<Output = Result<End>> + Send {
        ready(self.keep(None, sql, parameters).map(|()| End::Whole))
    }

    fn run<P: Bind + Sync + ?Sized>(
        &mut self,
        stmt: &'static Stmt,
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        ready(self.keep(Some(stmt.slot), stmt.text, parameters).map(|()| 1))
    }

    fn run_each<P: Bind + Send + Sync>(
        &mut self,
        stmt: &'static Stmt,
        rows: impl Iterator<Item = P> + Send,
    ) -> impl Future<Output = Result<(), (usize, Error)>> + Send {
        let kept =
            rows.enumerate().try_for_each(|(at, row)| self.keep(Some(stmt.slot), stmt.text, &row).map_err(|e| (at, e)));
        ready(kept)
    }

    fn run_dynamic<P: Bind + Sync + ?Sized>(
        &mut self,
        sql: &str,
        _: &[&'static str],
        parameters: &P,
    ) -> impl Future<Output = Result<u64>> + Send {
        ready(self.keep(None, sql, parameters).map(|()| 1))
    }

    fn advance(
        &mut self,
        _: &'static Sequence,
        given: Option<i64>,
    ) -> impl Future<Output = Result<Option<i64>>> + Send {
        ready(Ok(given))
    }

    fn part(&mut self, _: Part) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

/// Parameters as literals that PostgreSQL reads in the type of the column.
#[derive(Default)]
pub(crate) struct Literals(pub(crate) Vec<String>);

impl Literals {
    fn put_text(&mut self, text: &str) -> Result<()> {
        self.0.push(format!("'{}'", text.replace('\'', "''")));
        Ok(())
    }
}

impl Binder for Literals {
    fn null(&mut self) -> Result<()> {
        self.0.push("NULL".to_owned());
        Ok(())
    }

    fn int(&mut self, v: i64) -> Result<()> {
        self.put_text(&v.to_string())
    }

    fn real(&mut self, v: f64) -> Result<()> {
        self.put_text(&format!("{v:e}").replace("inf", "Infinity"))
    }

    fn text(&mut self, v: &str) -> Result<()> {
        self.put_text(v)
    }

    fn blob(&mut self, v: &[u8]) -> Result<()> {
        let mut text = "\\x".to_owned();
        v.iter().try_for_each(|byte| write!(text, "{byte:02x}")).expect("text takes more text");
        self.put_text(&text)
    }

    fn refuse(&self, kind: Kind, why: &'static str) -> Error {
        Error::new(kind, why)
    }
}

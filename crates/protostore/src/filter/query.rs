//! The statement of a filter: a tree and the values beside it, until it is printed for the session's dialect.

use std::borrow::Cow;

use protostore_sql::{Column, Dialect, Expr, Limit, Op, Param, ParamRole, Qualifier, Select, Source, What};

use super::tree::{RECORD, Tree};
use super::{Cursor, Expr as Said, Filter, Sorting};
use crate::error::{Error, Kind, Result};
use crate::fixed::untimed;
use crate::life::Life;
use crate::record::Record;
use crate::schema::{Layout, Table};
use crate::time::Timestamp;
use crate::value::{Bind, Binder, InForm, Kept};

/// The most parameters of one statement: as many as SQLite has by default, of which PostgreSQL has twice as many.
const PARAMETERS: usize = 32_766;

/// A statement in the making: what is selected from a record's table, and the values that it is compared with.
pub(crate) struct Query<'f> {
    table: &'static Table,
    select: Select<'static>,
    values: Values<'f>,
}

/// The values of a statement, each with the field that it belongs to; [`ParamRole::Nth`] tells the tree which.
#[derive(Default)]
pub(crate) struct Values<'f>(Vec<(&'static str, Cow<'f, Kept>)>);

/// A statement's text, and its parameters in the order of their numbers.
pub(crate) struct Text<'f> {
    /// The text, `SELECT … FROM "cells" t WHERE t."state" = $1`.
    pub(crate) sql: String,
    /// What each parameter carries.
    pub(crate) fields: Vec<&'static str>,
    values: Vec<Cow<'f, Kept>>,
}

impl<'f> Query<'f> {
    /// Selects the columns of the records for which a filter holds, in the order in which a record is decoded.
    pub(crate) fn records<R: Record>(filter: &'f Filter<R>, now: Option<Timestamp>) -> Result<Self> {
        let columns = R::TABLE.column_names();
        let columns = columns.map(|name| Column { of: Qualifier::Alias(RECORD.into()), name: name.into() });
        Self::new(R::TABLE, R::LIFE, What::Record(columns.collect()), &filter.expr, now)
    }

    /// Selects something else from them.
    pub(crate) fn of<R: Record>(what: Expr<'static>, filter: &'f Filter<R>, now: Option<Timestamp>) -> Result<Self> {
        Self::new(R::TABLE, R::LIFE, What::Exprs(vec![what]), &filter.expr, now)
    }

    fn new(
        table: &'static Table,
        life: Life,
        what: What<'static>,
        said: &'f Said,
        now: Option<Timestamp>,
    ) -> Result<Self> {
        let source = Source::Table(table.layout.name.into(), Some(RECORD.into()));
        let mut values = Values::default();
        let mut tree = Tree::new(table, &mut values);
        let mut rows = match said {
            Said::And(all) => tree.each(all)?,
            said => vec![tree.of(said)?],
        };
        rows.extend(of_readers(life, now, &mut values)?);
        Ok(Self { table, select: Select::new(what, source).rows(rows), values })
    }

    /// Returns the table, by which an error is explained.
    pub(crate) const fn layout(&self) -> &'static Layout {
        &self.table.layout
    }

    /// Sorts what is selected, and leaves out what does not come beyond a cursor.
    pub(crate) fn page<R: Record>(
        &mut self,
        sorting: &Sorting<R>,
        from: Option<&'f Cursor<R>>,
        backward: bool,
    ) -> Result<()> {
        if let Some(cursor) = from {
            self.select.rows.extend(sorting.beyond(cursor, backward, &mut self.values)?);
        }
        self.select.order = sorting.order(backward).collect();
        Ok(())
    }

    /// Bounds how many rows are selected.
    pub(crate) fn limit(&mut self, rows: usize) {
        let rows = Kept::Int(i64::try_from(rows).unwrap_or(i64::MAX));
        self.select.limit = Limit::Most(self.values.param("", Cow::Owned(rows)));
    }

    /// Prints the statement; one with more parameters than an engine takes is refused.
    pub(crate) fn print(self, dialect: Dialect) -> Result<Text<'f>> {
        let (sql, params) = dialect.print_once(&self.select.into());
        if params.len() > PARAMETERS {
            let why =
                format!("has {} values: a filter and its page must not have more than {PARAMETERS}", params.len());
            return Err(Error::new(Kind::Invalid, why).in_table(self.table.layout.name));
        }
        let nth = |param: &Param<'_>| match param.role {
            ParamRole::Nth(nth) => self.values.0.get(nth as usize).cloned(),
            _ => None,
        };
        let (fields, values) = params.iter().filter_map(nth).unzip();
        Ok(Text { sql, fields, values })
    }
}

/// Returns the conditions that a row is there for readers at this time.
fn of_readers(
    life: Life,
    now: Option<Timestamp>,
    values: &mut Values<'_>,
) -> Result<impl Iterator<Item = Expr<'static>>> {
    let expire = match life.expire {
        None => None,
        Some(expire) => {
            // No index of that column is taken, which would find nearly all rows and no order.
            let time = || Expr::of(RECORD, expire.column).plain();
            let now = values.add("", Cow::Owned(Kept::of(&InForm(expire.clock, now.ok_or_else(untimed)?))?));
            Some(Expr::any([time().is_null(), time().compare(Op::Greater, now)]))
        }
    };
    let soft = life.soft_delete.map(|soft| Expr::of(RECORD, soft.column).is_null());
    Ok(expire.into_iter().chain(soft))
}

impl<'f> Values<'f> {
    /// Adds a value, and returns the parameter that carries it: one, however often the tree names it.
    pub(super) fn add(&mut self, field: &'static str, value: Cow<'f, Kept>) -> Expr<'static> {
        Expr::Param(self.param(field, value))
    }

    fn param(&mut self, field: &'static str, value: Cow<'f, Kept>) -> Param<'static> {
        let nth = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push((field, value));
        Param { field: field.into(), role: ParamRole::Nth(nth), ty: None }
    }
}

impl Bind for Text<'_> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.values.iter().try_for_each(|value| Kept::bind(value, b))
    }
}

//! Filters as conditions: names come from generated constants, and values stay beside the tree.

use std::borrow::Cow;

use protostore_sql::{Expr, Name, Op, Select};

use super::Expr as Said;
use super::column::{Cond, Place, Test};
use super::query::Values;
use super::stored::{column, is_nil, is_set, is_unset, value_of};
use crate::error::{Error, Result};
use crate::schema::{Child, Table};
use crate::value::Kept;

/// The alias of the record's table, which the conditions of partial indexes know too, of a table of which any element
/// will do, and of one whose elements are looked at one by one, with a number behind it.
pub(super) const RECORD: &str = "t";
const ELEMENT: &str = "c";
const WITHIN: &str = "e";

/// A condition in the making.
pub(super) struct Tree<'v, 'f> {
    table: &'static Table,
    values: &'v mut Values<'f>,
    /// The lists of which an element is looked at, from the outermost.
    within: Vec<&'static Child>,
}

impl<'v, 'f> Tree<'v, 'f> {
    pub(super) fn new(table: &'static Table, values: &'v mut Values<'f>) -> Self {
        Self { table, values, within: Vec::new() }
    }

    /// Returns the condition of a filter; one with a value that cannot be compared with is refused.
    pub(super) fn of(&mut self, said: &'f Said) -> Result<Expr<'static>> {
        Ok(match said {
            Said::And(all) => Expr::All(self.each(all)?),
            Said::Or(any) => Expr::Any(self.each(any)?),
            Said::Not(inner) => match self.of(inner)? {
                rows @ Expr::Exists(_) => rows.not(),
                // What is NULL does not hold, so its opposite does.
                inner => inner.not_true(),
            },
            Said::Element(list, inner) => {
                let rows = self.elements(list, &within(self.within.len()));
                self.within.push(*list);
                let inner = self.of(inner);
                self.within.pop();
                rows.rows([inner?]).exists()
            }
            Said::Test(test) => self.test(test),
            Said::OfIndex(condition) => condition.clone(),
            Said::Refused { place, kind, why } => {
                let layout = &self.table.layout;
                return Err(Error::new(*kind, why.clone()).at(place.field(layout)).in_table(layout.name));
            }
        })
    }

    /// Returns the condition of each of several filters.
    pub(super) fn each(&mut self, all: &'f [Said]) -> Result<Vec<Expr<'static>>> {
        all.iter().map(|said| self.of(said)).collect()
    }

    fn test(&mut self, Test { place, entry, cond }: &'f Test) -> Expr<'static> {
        let Some(child) = place.list else { return self.cond(&RECORD.into(), place, cond) };
        let around = self.within.iter().rposition(|list| list.layout.name == child.layout.name);
        let alias = around.map_or(ELEMENT.into(), within);
        // What does not hold of the one row there may be holds where there is none.
        let (holds, is_opposite) = match cond {
            Cond::Always if place.alone => return Expr::Const(true),
            Cond::Unset if place.alone => (is_set(&alias, place), true),
            Cond::Is(Op::Differs, value) if place.alone => (self.compare(&alias, place, Op::Equal, value), true),
            cond => (self.cond(&alias, place, cond), false),
        };
        let entry = entry.as_ref().map(|key| column(&alias, place.key).equals(self.value(place, key)));
        let rows = entry.into_iter().chain([holds]);
        let found = match around {
            Some(_) => Expr::all(rows),
            None => self.elements(child, &alias).rows(rows).exists(),
        };
        if is_opposite { found.not() } else { found }
    }

    /// Returns the elements of a list: those inside the element around, or else all of the record.
    fn elements(&self, list: &'static Child, alias: &Name<'static>) -> Select<'static> {
        let around = self.within.iter().rposition(|around| list.is_inside(around));
        let (of, key): (Name<'static>, Vec<&'static str>) = match around {
            Some(at) => {
                let Child { layout, key, .. } = self.within[at];
                (within(at), layout.columns.iter().take(*key).map(|column| column.name).collect())
            }
            // Every element has the record's key, however deep it is.
            None => (RECORD.into(), self.table.key.to_vec()),
        };
        let own = list.layout.columns.iter().map(|own| column(alias, own.name));
        let ties = own.zip(key).map(|(own, key)| own.equals(column(&of, key)));
        Select::of(list.layout.name, alias.clone(), [Expr::int(1)]).rows(ties)
    }

    fn cond(&mut self, table: &Name<'static>, place: &Place, cond: &'f Cond) -> Expr<'static> {
        match cond {
            Cond::Always => Expr::Const(true),
            Cond::Never => Expr::Const(false),
            Cond::Set => is_set(table, place),
            Cond::Unset => is_unset(table, place),
            Cond::Is(op, value) => self.compare(table, place, *op, value),
            Cond::In(values) => self.one_of(table, place, values),
            Cond::Between(from, below) => {
                let from = value_of(table, place).compare(Op::AtLeast, self.value(place, from));
                let below =
                    below.as_ref().map(|below| value_of(table, place).compare(Op::Less, self.value(place, below)));
                Expr::all([from].into_iter().chain(below))
            }
        }
    }

    fn compare(&mut self, table: &Name<'static>, place: &Place, op: Op, value: &'f Kept) -> Expr<'static> {
        // Without an expression around the column, an index serves.
        let is_plain = op == Op::Equal && !is_nil(place, value);
        let of = if is_plain { column(table, place.column) } else { value_of(table, place) };
        of.compare(op, self.value(place, value))
    }

    fn one_of(&mut self, table: &Name<'static>, place: &Place, values: &'f [Kept]) -> Expr<'static> {
        let is_plain = !values.iter().any(|value| is_nil(place, value));
        let of = if is_plain { column(table, place.column) } else { value_of(table, place) };
        let Some(last) = values.last() else { return Expr::Const(false) };
        // The next power of two, so that few texts serve lists of every length.
        let padding = std::iter::repeat_n(last, values.len().next_power_of_two() - values.len());
        Expr::In(Box::new(of), values.iter().chain(padding).map(|value| self.value(place, value)).collect())
    }

    fn value(&mut self, place: &Place, value: &'f Kept) -> Expr<'static> {
        self.values.add(place.field(&self.table.layout), Cow::Borrowed(value))
    }
}

/// Returns the alias of a list of which an element is looked at.
fn within(depth: usize) -> Name<'static> {
    [WITHIN, &depth.to_string()].concat().into()
}

//! Filters as SQL: names come from generated constants, values go in as parameters.

use std::fmt::Write;

use super::column::{Cond, Holds, Nil, Place, Test};
use super::{Expr, Filter};
use crate::error::{Error, Kind, Result};
use crate::record::Record;
use crate::schema::Child;
use crate::time::Timestamp;
use crate::value::{Bind, Binder, Kept};

/// The alias of the record's table, which the conditions of partial indexes know too, of a table of which any element
/// will do, of one whose elements are looked at one by one, with a number behind it, and of the table of a member.
const RECORD: &str = "t";
const ELEMENT: &str = "c";
const WITHIN: &str = "e";
const ROW: &str = "m";

/// The most parameters of one statement, as SQLite has it by default.
const PARAMETERS: usize = 32_766;

/// A statement in the making.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) sql: String,
    pub(crate) fields: Vec<&'static str>,
    values: Vec<Kept>,
    /// The lists of which an element is looked at, from the outermost.
    within: Vec<&'static Child>,
}

impl Query {
    /// Returns the parameters.
    pub(crate) fn parameters(&self) -> impl Bind + Sync + '_ {
        Parameters(&self.values)
    }

    /// Begins with the columns of a record, in the order in which it is decoded.
    pub(crate) fn select<R: Record>() -> Self {
        let columns = R::TABLE.fields.iter().flat_map(|field| field.columns);
        let columns: Vec<String> = columns.map(|column| quoted(RECORD, column)).collect();
        Self::from::<R>(&columns.join(", "))
    }

    /// Begins with something else to select from the record's table.
    pub(crate) fn from<R: Record>(what: &str) -> Self {
        let sql = format!("SELECT {what} FROM {} {RECORD}", name(R::TABLE.layout.name));
        Self { sql, ..Self::default() }
    }

    /// Adds text.
    pub(crate) fn push(&mut self, text: &str) {
        self.sql.push_str(text);
    }

    /// Adds a parameter.
    pub(crate) fn value(&mut self, field: &'static str, value: Kept) {
        self.values.push(value);
        self.fields.push(field);
        // Writing to a String never fails.
        let _ = write!(self.sql, "?{}", self.values.len());
    }

    /// Adds the condition of a filter.
    pub(crate) fn filter<R: Record>(&mut self, filter: &Filter<R>) -> Result<()> {
        self.expr::<R>(&filter.expr)?;
        if self.values.len() >= PARAMETERS {
            let why = format!("a filter must not compare with more than {PARAMETERS} values");
            return Err(Error::new(Kind::Invalid, why).in_table(R::TABLE.layout.name));
        }
        Ok(())
    }

    /// Adds that a record is there for readers at this time.
    pub(crate) fn live<R: Record>(&mut self, now: Option<Timestamp>) -> Result<()> {
        if let Some(expire) = R::LIFE.expire {
            let column = quoted(RECORD, expire.column);
            // With the sign no index of that column is taken, which would find nearly all rows and no order.
            let _ = write!(self.sql, " AND (+{column} IS NULL OR +{column} > ");
            self.value("", Kept::of(&expire.clear.at(now))?);
            self.push(")");
        }
        if let Some(soft) = R::LIFE.soft_delete {
            let _ = write!(self.sql, " AND {} IS NULL", quoted(RECORD, soft.column));
        }
        Ok(())
    }

    fn expr<R: Record>(&mut self, expr: &Expr) -> Result<()> {
        match expr {
            Expr::And(all) => self.joined::<R>(all, " AND ", "TRUE"),
            Expr::Or(any) => self.joined::<R>(any, " OR ", "FALSE"),
            Expr::Not(inner) => {
                self.push("(");
                self.expr::<R>(inner)?;
                // What is NULL does not hold, so its opposite does.
                self.push(") IS NOT TRUE");
                Ok(())
            }
            Expr::Element(list, inner) => {
                let alias = format!("{WITHIN}{}", self.within.len());
                self.elements::<R>(list, &alias);
                self.push(" AND ");
                self.within.push(*list);
                let done = self.expr::<R>(inner);
                self.within.pop();
                self.push(")");
                done
            }
            Expr::Test(test) => {
                self.test::<R>(test);
                Ok(())
            }
            Expr::OfIndex(condition) => {
                self.push("(");
                self.push(condition);
                self.push(")");
                Ok(())
            }
            Expr::Refused { place, kind, why } => {
                Err(Error::new(*kind, why.clone()).at(place.field::<R>()).in_table(R::TABLE.layout.name))
            }
        }
    }

    /// Joins in halves, because SQLite bounds the depth of an expression and not its length.
    fn joined<R: Record>(&mut self, parts: &[Expr], by: &str, none: &str) -> Result<()> {
        match parts {
            [] => {
                self.push(none);
                Ok(())
            }
            [one] => self.expr::<R>(one),
            _ => {
                let (left, right) = parts.split_at(parts.len() / 2);
                self.push("(");
                self.joined::<R>(left, by, none)?;
                self.push(by);
                self.joined::<R>(right, by, none)?;
                self.push(")");
                Ok(())
            }
        }
    }

    fn test<R: Record>(&mut self, test: &Test) {
        let Test { place, entry, cond } = test;
        let field = place.field::<R>();
        let Some(child) = place.list else {
            return self.cond(RECORD, place, field, cond);
        };
        // What does not hold of the one row there may be holds where there is none.
        let (cond, not) = match cond {
            Cond::Always if place.alone => return self.push("TRUE"),
            Cond::Unset if place.alone => (&Cond::Set, "NOT "),
            Cond::Is("IS NOT", value) if place.alone => (&Cond::Is("=", value.clone()), "NOT "),
            cond => (cond, ""),
        };
        self.push(not);
        let alias = match self.within.iter().rposition(|list| list.layout.name == child.layout.name) {
            Some(at) => {
                self.push("(");
                format!("{WITHIN}{at}")
            }
            None => {
                self.elements::<R>(child, ELEMENT);
                self.push(" AND ");
                ELEMENT.to_owned()
            }
        };
        if let Some(key) = entry {
            let _ = write!(self.sql, "{} = ", quoted(&alias, place.key));
            self.value(field, key.clone());
            self.push(" AND ");
        }
        self.cond(&alias, place, field, cond);
        self.push(")");
    }

    /// Begins to look at the elements of a list: those inside the element around, or else all of the record.
    fn elements<R: Record>(&mut self, list: &'static Child, alias: &str) {
        let around = self.within.iter().rposition(|around| list.is_inside(around));
        let key: Vec<String> = match around {
            Some(at) => {
                let (alias, around) = (format!("{WITHIN}{at}"), self.within[at]);
                around.layout.columns.iter().take(around.key).map(|column| quoted(&alias, column.name)).collect()
            }
            // Every element has the record's key, however deep it stands.
            None => R::TABLE.key.iter().map(|key| quoted(RECORD, key)).collect(),
        };
        let ties = list.layout.columns.iter().zip(key);
        let ties: Vec<String> = ties.map(|(own, key)| format!("{} = {key}", quoted(alias, own.name))).collect();
        let _ =
            write!(self.sql, "EXISTS (SELECT 1 FROM {} {alias} WHERE {}", name(list.layout.name), ties.join(" AND "));
    }

    fn cond(&mut self, table: &str, place: &Place, field: &'static str, cond: &Cond) {
        match cond {
            Cond::Always => self.push("TRUE"),
            Cond::Never => self.push("FALSE"),
            Cond::Set => self.push(&set(table, place)),
            Cond::Unset => {
                let _ = write!(self.sql, "({}) IS NOT TRUE", set(table, place));
            }
            Cond::Is(sign, value) => {
                // Without an expression around the column, an index serves.
                let plain = *sign == "=" && !is_nil(place, value);
                let column = if plain { quoted(table, place.column) } else { value_of(table, place) };
                let _ = write!(self.sql, "{column} {sign} ");
                self.value(field, value.clone());
            }
            Cond::In(values) => {
                let plain = !values.iter().any(|value| is_nil(place, value));
                let column = if plain { quoted(table, place.column) } else { value_of(table, place) };
                let _ = write!(self.sql, "{column} IN (");
                // The next power of two, so that few texts serve lists of every length.
                let padding = values.last().into_iter().cycle().take(values.len().next_power_of_two() - values.len());
                let padding = if values.is_empty() { None } else { Some(padding) };
                for (i, value) in values.iter().chain(padding.into_iter().flatten()).enumerate() {
                    self.push(if i == 0 { "" } else { ", " });
                    self.value(field, value.clone());
                }
                self.push(")");
            }
            Cond::Between(from, below) => {
                let column = value_of(table, place);
                let _ = write!(self.sql, "({column} >= ");
                self.value(field, from.clone());
                if let Some(below) = below {
                    let _ = write!(self.sql, " AND {column} < ");
                    self.value(field, below.clone());
                }
                self.push(")");
            }
        }
    }
}

/// Returns the value of a column: NULL where it is not set.
pub(super) fn value_of(table: &str, place: &Place) -> String {
    let column = quoted(table, place.column);
    match place.holds {
        Holds::Value | Holds::Message | Holds::Oneof(..) | Holds::Row => column,
        Holds::Zero { nil, within: None } => format!("coalesce({column}, {})", nil.sql()),
        Holds::Zero { nil, within: Some(message) } => {
            format!("CASE WHEN {} THEN coalesce({column}, {}) END", quoted(table, message), nil.sql())
        }
    }
}

/// Returns the value of a column of the record itself.
pub(super) fn own(place: &Place) -> String {
    value_of(RECORD, place)
}

fn set(table: &str, place: &Place) -> String {
    match place.holds {
        Holds::Value | Holds::Zero { .. } => format!("{} IS NOT NULL", value_of(table, place)),
        Holds::Message => format!("{} IS TRUE", quoted(table, place.column)),
        Holds::Row => "TRUE".to_owned(),
        Holds::Oneof(members, rows) => {
            let members = members.iter().map(|(column, message)| {
                format!("{} {}", quoted(table, column), if *message { "IS TRUE" } else { "IS NOT NULL" })
            });
            let rows = rows.iter().map(|(child, ties)| {
                let ties = ties.iter().map(|(own, around)| format!("{} = {}", quoted(ROW, own), quoted(table, around)));
                let ties = ties.collect::<Vec<_>>().join(" AND ");
                format!("EXISTS (SELECT 1 FROM {} {ROW} WHERE {ties})", name(child.layout.name))
            });
            format!("({})", members.chain(rows).collect::<Vec<_>>().join(" OR "))
        }
    }
}

fn is_nil(place: &Place, value: &Kept) -> bool {
    matches!(place.holds, Holds::Zero { nil, .. } if nil.kept() == *value)
}

impl Nil {
    fn sql(self) -> &'static str {
        match self {
            Self::Text => "''",
            Self::Int => "0",
            Self::Blob => "x''",
        }
    }

    pub(super) fn kept(self) -> Kept {
        match self {
            Self::Text => Kept::Text(String::new()),
            Self::Int => Kept::Int(0),
            Self::Blob => Kept::Blob(Vec::new()),
        }
    }
}

fn quoted(table: &str, column: &str) -> String {
    format!("{table}.{}", name(column))
}

fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

struct Parameters<'v>(&'v [Kept]);

impl Bind for Parameters<'_> {
    fn bind<B: Binder>(&self, b: &mut B) -> Result<()> {
        self.0.iter().try_for_each(|value| value.bind(b))
    }
}

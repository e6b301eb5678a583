//! Tests as conditions that are never NULL.

use protostore_evolve::plan::{ColumnId, Conversion, Object, Place, Test};
use protostore_schema::{Column, Role};
use protostore_sql::{Expr, Lit, Op, Repeated, Select};

use super::convert::{has_zero, zero_of};
use crate::plan::clock;

/// What tests look at: tables and columns as they are at some point of a migration.
pub(super) trait Look<'a> {
    /// Returns the column of a table, as the schema has it that the test is about.
    fn column(&self, id: &ColumnId) -> Option<&'a Column>;
    /// Returns the value of a column of the row.
    fn value(&self, id: &ColumnId) -> Expr<'a>;
    /// Returns the SQL name of a table.
    fn table(&self, place: &Place) -> String;
    /// Returns the columns of a table's key.
    fn key(&self, place: &Place) -> Vec<ColumnId>;
    /// Returns the columns of a child table that hold the key of its owner's row, in the order of that key.
    fn owner(&self, place: &Place) -> Vec<ColumnId>;
    /// Returns the table that owns the rows of a child table.
    fn parent(&self, place: &Place) -> Option<Place>;
    /// Returns whether a value is lost by a conversion.
    fn is_inexact(&self, id: &ColumnId, by: &Conversion) -> Expr<'a>;
    /// Returns the condition of a CHECK, or that of the rows which a partial index holds, over values of the row.
    fn check(&self, object: &Object) -> Option<Expr<'a>>;
}

/// Returns a test as a condition on rows of a table.
pub(super) fn condition<'a>(look: &dyn Look<'a>, place: &Place, test: &Test) -> Expr<'a> {
    let all = |tests: &[Test]| tests.iter().map(|test| condition(look, place, test)).collect::<Vec<_>>();
    match test {
        Test::Any => Expr::Const(true),
        Test::Unset(id) => is_null(look.value(id)),
        Test::Set(id) => is_set(look, id),
        Test::Zero(id) => with_null(look, id, |value, column| value.equals(zero_of(column))),
        Test::NotZero(id) => with_null(look, id, |value, column| match has_zero(column) {
            true => value.compare(Op::NotEqual, zero_of(column)),
            false => Expr::Const(true),
        }),
        Test::OutOfRange { column, low, high } => {
            with_null(look, column, |value, _| Expr::Between(Box::new(value), Lit::Int(*low), Lit::Int(*high)).not())
        }
        Test::NotIn { column, numbers } => with_null(look, column, |value, _| {
            Expr::NotIn(Box::new(value), numbers.iter().map(|number| Expr::int(*number)).collect())
        }),
        Test::Inexact { column, by } => look.is_inexact(column, by),
        Test::Duplicate { columns, among } => {
            let of: Vec<Expr<'a>> = columns.iter().map(|id| look.value(id)).collect();
            let rows: Vec<Expr<'a>> = not_null(look, columns).chain(among_rows(look, place, among)).collect();
            let repeated = self::repeated(of, look.table(place), rows.clone());
            Expr::All(rows.into_iter().chain([repeated]).collect())
        }
        Test::Dangling { columns, target } => {
            let values = Expr::tuple(columns.iter().map(|id| look.value(id)));
            let named = values.in_rows(rows_of(look, target, &look.key(target))).not();
            Expr::All(not_null(look, columns).chain([named]).collect())
        }
        Test::Several => match look.owner(place) {
            // The rows of a record have no owner.
            owner if owner.is_empty() => {
                let count = Expr::Value(Box::new(Select::from(look.table(place), [Expr::Count])));
                count.compare(Op::Greater, Expr::int(1))
            }
            owner => {
                let of = owner.iter().map(|id| look.value(id)).collect();
                repeated(of, look.table(place), Vec::new())
            }
        },
        Test::NoChild(child) => {
            let key = look.parent(child).map(|parent| look.key(&parent)).unwrap_or_default();
            let key = Expr::tuple(key.iter().map(|id| look.value(id)));
            key.in_rows(rows_of(look, child, &look.owner(child))).not()
        }
        Test::Breaks(object) => look.check(object).map_or(Expr::Const(false), Expr::not_true),
        Test::Indexed(object) => look.check(object).unwrap_or(Expr::Const(true)),
        Test::MoreThanOne(ids) => {
            Expr::HowMany(ids.iter().map(|id| is_set(look, id)).collect()).compare(Op::Greater, Expr::int(1))
        }
        Test::None(ids) => Expr::All(ids.iter().map(|id| is_set(look, id).not()).collect()),
        Test::Past(id) => with_null(look, id, |value, column| value.compare(Op::AtMost, Expr::Now(clock(column.form)))),
        Test::All(tests) => Expr::All(all(tests)),
        Test::Either(tests) => Expr::Any(all(tests)),
        Test::Not(test) => condition(look, place, test).not(),
    }
}

fn repeated<'a>(of: Vec<Expr<'a>>, table: String, rows: Vec<Expr<'a>>) -> Expr<'a> {
    Expr::Repeated(Box::new(Repeated { of, table: table.into(), rows }))
}

fn among_rows<'a>(look: &dyn Look<'a>, place: &Place, among: &Test) -> Option<Expr<'a>> {
    (*among != Test::Any).then(|| condition(look, place, among))
}

fn not_null<'a, 'l>(look: &'l dyn Look<'a>, ids: &'l [ColumnId]) -> impl Iterator<Item = Expr<'a>> + 'l {
    let can_be = |id: &&ColumnId| look.column(id).is_none_or(|column| column.nullable);
    ids.iter().filter(can_be).map(|id| look.value(id).not_null())
}

fn rows_of<'a>(look: &dyn Look<'a>, place: &Place, columns: &[ColumnId]) -> Select<'a> {
    Select::from(look.table(place), columns.iter().map(|id| look.value(id)))
}

fn is_null(value: Expr<'_>) -> Expr<'_> {
    match value {
        Expr::Null => Expr::Const(true),
        value => value.is_null(),
    }
}

/// Returns whether a field is set: a presence that is not 0, another column that is not NULL.
fn is_set<'a>(look: &dyn Look<'a>, id: &ColumnId) -> Expr<'a> {
    match (look.value(id), id.role) {
        (Expr::Null, _) => Expr::Const(false),
        (value, Role::Presence) => value,
        (value, _) => value.not_null(),
    }
}

/// Returns a comparison that does not hold where the value is NULL.
fn with_null<'a>(look: &dyn Look<'a>, id: &ColumnId, of: impl FnOnce(Expr<'a>, &'a Column) -> Expr<'a>) -> Expr<'a> {
    let (value, column) = (look.value(id), look.column(id));
    match (value, column) {
        (Expr::Null, _) | (_, None) => Expr::Const(false),
        (value, Some(column)) if column.nullable => Expr::All(vec![value.clone().not_null(), of(value, column)]),
        (value, Some(column)) => of(value, column),
    }
}

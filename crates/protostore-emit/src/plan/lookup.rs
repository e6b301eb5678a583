//! The statements that an index makes possible: get by a unique index, list by any other.
//!
//! Those over a partial index ask for its condition too, in its own words, and say it in their names.

use protostore_schema::{ChildTable, Column, Index, Item, Schema, Table};
use protostore_sql::{Expr, Limit, Param, ParamRole, Select, Source, Statement as Sql, What};

use super::none::{NoReference, nones, same};
use super::partial::Partial;
use super::{Live, Statement, Statements, after, equal, names, order, own, record::select, soft};
use crate::sql::condition;

/// An accessor over an index.
pub(crate) struct Lookup<'s> {
    /// Name of the generated function, `list_by_network_id`.
    pub(crate) rust: String,
    /// The columns whose values it takes, each with the name of its argument.
    pub(crate) by: Vec<(String, &'s Column)>,
    /// SQL names of those whose zero value finds the rows that name nothing, and which hold NULL there.
    pub(crate) none: Vec<String>,
    /// The condition of the partial index that it asks, as one writes it.
    pub(crate) of: Option<String>,
    /// What it returns.
    pub(crate) kind: LookupKind,
}

/// What an accessor over an index returns.
pub(crate) enum LookupKind {
    /// At most one record.
    Get(Statement),
    /// Pages of records, in the order of their key.
    List {
        listing: Box<ListingPlan>,
        /// The repeated field that the column stands in, where it stands in a child table.
        through: Option<String>,
    },
}

/// The statements over the records that an index selects.
pub(crate) struct ListingPlan {
    pub(crate) first: Statement,
    pub(crate) after: Statement,
    pub(crate) count: Statement,
    pub(crate) delete: Statement,
}

/// Returns the accessors of a table: a get for each unique index, and a list for each column that refers and for each
/// beginning of an index or of the key.
pub(super) fn lookups<'s>(schema: &Schema, table: &'s Table, all: &mut Statements) -> Vec<Lookup<'s>> {
    let own = table.columns();
    let indexes = table.indexes_of_readers();
    let mut lookups: Vec<Lookup<'s>> = Vec::new();
    for index in indexes.iter().filter(|i| i.unique) {
        let partial = Partial::of(schema, &own, index);
        push(&mut lookups, get(table, columns(&own, index), partial.as_ref(), all));
    }
    let gets: Vec<(Vec<&str>, bool)> =
        lookups.iter().map(|l| (l.by.iter().map(|(_, c)| c.name.sql.as_str()).collect(), l.of.is_none())).collect();
    let is_one = |by: &[&Column]| {
        let by: Vec<&str> = names(by).collect();
        by == table.key || gets.contains(&(by, true))
    };
    for by in beginnings(table, &indexes, &own) {
        if !is_one(&by) {
            push(&mut lookups, list_own(table, &by, None, all));
        }
    }
    for index in &indexes {
        let Some(partial) = Partial::of(schema, &own, index) else { continue };
        let by = columns(&own, index);
        for length in 1..=by.len() {
            let name = list_name(&by[..length], Some(&partial));
            let is_get = index.unique && length == by.len();
            if !is_get && !lookups.iter().any(|l| l.rust == name && l.of.as_ref() == Some(&partial.shown)) {
                push(&mut lookups, list_own(table, &by[..length], Some(&partial), all));
            }
        }
    }
    for child in table.descendants() {
        for column in child.item_columns() {
            if column.reference.is_some() || heads(&child.indexes, column) {
                push(&mut lookups, list_through(table, child, &[column], None, all));
            }
        }
        let own = child.columns();
        for key in &child.foreign_keys {
            push(&mut lookups, list_through(table, child, &super::record::named(&own, &key.columns), None, all));
        }
        for index in &child.indexes {
            let Some(partial) = Partial::of(schema, &own, index) else { continue };
            let head = index.columns.first().and_then(|c| named(&child.item_columns(), &c.column));
            if let Some(column) = head {
                push(&mut lookups, list_through(table, child, &[column], Some(&partial), all));
            }
        }
    }
    lookups
}

/// Returns the columns of an index of the table itself.
fn columns<'s>(own: &[&'s Column], index: &Index) -> Vec<&'s Column> {
    index.columns.iter().filter_map(|c| named(own, &c.column)).collect()
}

/// Returns the columns that lists are made by: first those alone, in their order in the table, then several together.
fn beginnings<'s>(table: &'s Table, indexes: &[Index], own: &[&'s Column]) -> Vec<Vec<&'s Column>> {
    let key = table.key.iter().map(String::as_str).collect();
    let whole = indexes.iter().filter(|i| i.condition.is_none());
    let indexes = whole.map(|i| i.columns.iter().map(|c| c.column.as_str()).collect());
    let ranges: Vec<Vec<&str>> = std::iter::once(key).chain(indexes).collect();
    let alone = own.iter().copied().filter(|column| {
        column.reference.is_some() || ranges.iter().any(|range| range.first() == Some(&column.name.sql.as_str()))
    });
    let mut all: Vec<Vec<&Column>> = alone.map(|column| vec![column]).collect();
    let composite = table.foreign_keys.iter().map(|key| key.columns.iter().map(String::as_str).collect::<Vec<_>>());
    let composite = composite.map(|columns| (columns.len(), columns));
    for (least, range) in ranges.iter().map(|range| (2, range.clone())).chain(composite) {
        for length in least..=range.len() {
            let by: Vec<&Column> = range[..length].iter().filter_map(|name| named(own, name)).collect();
            if by.len() == length && !all.iter().any(|before| names(before).eq(names(&by))) {
                all.push(by);
            }
        }
    }
    all
}

/// Adds an accessor. Paths that join to one name are told apart, rather than one of them left out.
fn push<'s>(lookups: &mut Vec<Lookup<'s>>, mut lookup: Lookup<'s>) {
    while lookups.iter().any(|l| l.rust == lookup.rust) {
        lookup.rust.push('_');
    }
    lookups.push(lookup);
}

fn named<'s>(columns: &[&'s Column], sql: &str) -> Option<&'s Column> {
    columns.iter().copied().find(|c| c.name.sql == sql)
}

fn heads(indexes: &[Index], column: &Column) -> bool {
    let mut whole = indexes.iter().filter(|i| i.condition.is_none());
    whole.any(|i| i.columns.first().is_some_and(|c| c.column == column.name.sql))
}

fn get<'s>(table: &'s Table, by: Vec<&'s Column>, partial: Option<&Partial<'s>>, all: &mut Statements) -> Lookup<'s> {
    let rust = format!("get_{}", by_name(&by, partial));
    let live = Live::of(table, None);
    let get = select(table).rows(equal(&by)).rows(rows_of(partial)).rows(live.rows());
    let statement = all.add(format!("{}.{rust}", table.name.proto), get);
    let by = by.into_iter().map(|column| (column.name.rust.clone(), column)).collect();
    Lookup { rust, by, none: Vec::new(), of: partial.map(|p| p.shown.clone()), kind: LookupKind::Get(statement) }
}

fn list_own<'s>(
    table: &'s Table,
    by: &[&'s Column],
    partial: Option<&Partial<'s>>,
    all: &mut Statements,
) -> Lookup<'s> {
    let nones = nones(&table.record.nodes);
    let condition = same(by, &nones).into_iter().chain(rows_of(partial)).collect();
    let rust = list_name(by, partial);
    let by = by.iter().map(|column| (column.name.rust.clone(), *column)).collect();
    pages(table, rust, by, condition, LookupOf { through: None, partial, nones }, all)
}

fn list_through<'s>(
    table: &'s Table,
    child: &'s ChildTable,
    columns: &[&'s Column],
    partial: Option<&Partial<'s>>,
    all: &mut Statements,
) -> Lookup<'s> {
    let nones = match &child.item {
        Item::Scalar(_) => Vec::new(),
        Item::Message { nodes, .. } => self::nones(nodes),
    };
    let owner: Vec<&Column> = child.owner.iter().take(table.key.len()).collect();
    let elements = Select::from(&child.name.sql, own(&owner)).rows(same(columns, &nones)).rows(rows_of(partial));
    let condition = vec![Expr::tuple(own(&table.key_columns())).in_rows(elements)];
    let is_element = |column: &Column| matches!(&child.item, Item::Scalar(value) if value.name.sql == column.name.sql);
    let argument = |column: &&'s Column| match is_element(column) {
        true => ("element".to_owned(), *column),
        false => (column.name.rust.clone(), *column),
    };
    let parts = columns.iter().filter(|column| !is_element(column)).map(|column| format!("_{}", column.name.rust));
    let name = format!("{}{}", child.name.rust, parts.collect::<String>());
    let by = columns.iter().map(argument).collect();
    let rust = format!("list_by_{name}{}", where_name(partial));
    let of = LookupOf { through: Some(child.name.proto.clone()), partial, nones };
    pages(table, rust, by, condition, of, all)
}

/// Returns the condition of a partial index.
fn rows_of<'s>(partial: Option<&Partial<'s>>) -> Option<Expr<'s>> {
    partial.map(|partial| partial.rows.clone())
}

fn list_name(by: &[&Column], partial: Option<&Partial<'_>>) -> String {
    format!("list_{}", by_name(by, partial))
}

fn by_name(by: &[&Column], partial: Option<&Partial<'_>>) -> String {
    let columns: Vec<&str> = by.iter().map(|c| c.name.rust.as_str()).collect();
    let said = partial.filter(|partial| !partial.goes_without_saying(by));
    format!("by_{}{}", columns.join("_"), where_name(said))
}

fn where_name(partial: Option<&Partial<'_>>) -> String {
    partial.map(|p| format!("_{}", p.rust)).unwrap_or_default()
}

/// What a list is of, beside the columns that it is by.
struct LookupOf<'p> {
    through: Option<String>,
    partial: Option<&'p Partial<'p>>,
    nones: Vec<NoReference<'p>>,
}

/// Returns whether an index, or the key, has the rows of given values in the order of the key.
fn is_sorted(table: &Table, by: &[&Column], rows: Option<&Expr<'_>>) -> bool {
    let (by, own): (Vec<&str>, _) = (names(by).collect(), table.columns());
    let key: Vec<&str> = table.key.iter().map(String::as_str).collect();
    let serves = |index: &&Index| {
        let of = index.condition.as_ref().map(|said| condition(said, &own));
        let Some((begin, rest)) = index.columns.split_at_checked(by.len()) else { return false };
        // What is not declared of the key follows, in the direction of the last column.
        let has_order = rest.iter().map(|c| c.column.as_str()).eq(key.iter().copied().take(rest.len()))
            && rest.iter().all(|c| c.descending == rest[0].descending);
        let is_whole = of.is_none() || of.as_ref() == rows;
        !index.unique && is_whole && has_order && begin.iter().map(|c| c.column.as_str()).eq(by.iter().copied())
    };
    key.starts_with(&by) || table.indexes.iter().any(|index| serves(&index))
}

fn pages<'s>(
    table: &'s Table,
    rust: String,
    by: Vec<(String, &'s Column)>,
    condition: Vec<Expr<'s>>,
    of: LookupOf<'_>,
    all: &mut Statements,
) -> Lookup<'s> {
    let key = table.key_columns();
    let columns: Vec<&Column> = by.iter().map(|(_, column)| *column).collect();
    let live = Live::of(table, None);
    let rows = |begin: Option<Expr<'s>>| condition.iter().cloned().chain(begin).chain(live.rows());
    let page = |begin| select(table).rows(rows(begin)).order(order(own(&key))).limit(Limit::Page);
    // With a limit, so that one statement counts and says whether there is any.
    let most = Limit::Most(Param { field: "".into(), role: ParamRole::Limit, ty: None });
    let some = Select::from(&table.name.sql, [Expr::int(1)]).rows(rows(None)).limit(most);
    let count = Select::new(What::Exprs(vec![Expr::Count]), Source::Rows(Box::new(some)));
    let mut add = |name: &str, statement: Sql<'s>| all.add(format!("{}.{rust}{name}", table.name.proto), statement);
    let [first, next] = [("", None), (".after", Some(after(&key)))].map(|(name, begin)| add(name, page(begin).into()));
    let delete = add(".delete", soft::deleting(table, rows(None)));
    let count = add(".count", count.into());
    let is_sorted = match &of.through {
        None => is_sorted(table, &columns, of.partial.map(|partial| &partial.rows)),
        // SQLite goes through the keys of a list in their order only where a key is one column.
        Some(_) => key.len() == 1,
    };
    let [first, next] = [first, next].map(|statement| if is_sorted { statement } else { all.sorting(statement) });
    let listing = Box::new(ListingPlan { first, after: next, count, delete });
    let LookupOf { through, partial, nones } = of;
    let none = nones.iter().map(|none| none.column.name.sql.clone());
    let none = none.filter(|name| columns.iter().any(|c| c.name.sql == *name)).collect();
    let kind = LookupKind::List { listing, through };
    Lookup { rust, by, none, of: partial.map(|p| p.shown.clone()), kind }
}

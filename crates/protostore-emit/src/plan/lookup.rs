//! The statements that an index makes possible: get by a unique index, list by any other.
//!
//! Those over a partial index ask for its condition too, in its own words, and say it in their names.

use protostore_schema::{ChildTable, Column, Index, IndexColumn, Item, List, Schema, Table};
use protostore_sql::{Expr, Join, Limit, Op, Param, ParamRole, Select, Source, What};

use super::listing::{self, ListingPlan, Part, RangePlan};
use super::none::{NoReference, nones, same};
use super::partial::Partial;
use super::{Live, Statement, Statements, equal, of, own, record::select, soft};
use crate::sql::condition_of;

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
    pub(crate) kind: LookupKind<'s>,
}

/// What an accessor over an index returns.
pub(crate) enum LookupKind<'s> {
    /// At most one record.
    Get(Statement),
    /// Pages of records, in the order of an index.
    List {
        listing: Box<ListingPlan<'s>>,
        /// The repeated field that the column is in, where it is in a child table.
        through: Option<String>,
    },
}

/// Returns the accessors of a table: a get for each unique index, and its lists.
pub(super) fn lookups<'s>(schema: &Schema, table: &'s Table, all: &mut Statements) -> Vec<Lookup<'s>> {
    let own = table.columns();
    let mut lookups: Vec<Lookup<'s>> = Vec::new();
    for index in table.indexes_of_readers().iter().filter(|index| index.unique) {
        let partial = Partial::of(schema, &own, index.condition.as_ref());
        let by = index.columns.iter().filter_map(|c| named(&own, &c.column)).collect();
        push(&mut lookups, get(table, by, partial.as_ref(), all));
    }
    for list in table.lists() {
        let columns = list.through.map_or_else(|| own.clone(), ChildTable::columns);
        let partial = Partial::of(schema, &columns, list.of.as_ref());
        push(
            &mut lookups,
            match list.through {
                None => list_own(table, &list, partial.as_ref(), all),
                Some(child) => list_through(table, child, &list, partial.as_ref(), all),
            },
        );
    }
    lookups
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

fn get<'s>(table: &'s Table, by: Vec<&'s Column>, partial: Option<&Partial<'s>>, all: &mut Statements) -> Lookup<'s> {
    let rust = format!("get_{}", by_name(&by, partial));
    let live = Live::of(table, None);
    let get = select(table).rows(equal(&by)).rows(rows_of(partial)).rows(live.rows());
    let statement = all.add(format!("{}.{rust}", table.name.proto), get);
    let by = by.into_iter().map(|column| (column.name.rust.clone(), column)).collect();
    Lookup { rust, by, none: Vec::new(), of: partial.map(|p| p.shown.clone()), kind: LookupKind::Get(statement) }
}

fn list_own<'s>(table: &'s Table, list: &List<'s>, partial: Option<&Partial<'s>>, all: &mut Statements) -> Lookup<'s> {
    let nones = nones(&table.record.nodes);
    let rows: Vec<Expr<'s>> =
        same(&list.by, &nones, &|c| Expr::column(&c.name.sql)).into_iter().chain(rows_of(partial)).collect();
    let columns = table.all_columns();
    let part = |IndexColumn { column, descending }| {
        let column = named(&columns, &column)?;
        Some(Part { column, by: Expr::column(&column.name.sql), descending })
    };
    let parts: Vec<Part<'s>> = order(table, list).into_iter().filter_map(part).collect();
    let rust = format!("list_{}", by_name(&list.by, partial));
    let by = list.by.iter().map(|column| (column.name.rust.clone(), *column)).collect();
    let live = Live::of(table, None);
    let page = |range: Vec<Expr<'s>>| select(table).rows(rows.iter().cloned()).rows(range);
    let name = format!("{}.{rust}", table.name.proto);
    let (first, after) = listing::pages(&name, page, &parts, &live, all);
    let listing = listing(table, &name, (rows, live), parts, (first, after), all);
    lookup(rust, by, (list, nones, partial), Box::new(listing))
}

/// Lists the records of which an element has the values: an index of the elements has them in the order of the records,
/// and a record comes at the first such element.
fn list_through<'s>(
    table: &'s Table,
    child: &'s ChildTable,
    list: &List<'s>,
    partial: Option<&Partial<'s>>,
    all: &mut Statements,
) -> Lookup<'s> {
    let nones = match &child.item {
        Item::Scalar(_) => Vec::new(),
        Item::Message { nodes, .. } => self::nones(nodes),
    };
    let (columns, key) = (child.columns(), table.key_columns());
    let (owner, places) = columns[..child.key_columns().len()].split_at(key.len());
    let element = |alias: &'static str| {
        let rows = same(&list.by, &nones, &|c| Expr::of(alias, &c.name.sql)).into_iter();
        rows.chain(list.of.as_ref().map(|said| condition_of(alias, said, &columns))).collect::<Vec<_>>()
    };
    let first = (!is_once(child, list, places)).then(|| {
        let earlier = Expr::tuple(of("d", places)).compare(Op::Less, Expr::tuple(of("c", places)));
        let same_owner = owner.iter().map(|c| Expr::of("d", &c.name.sql).equals(Expr::of("c", &c.name.sql)));
        let other = Select::of(&child.name.sql, "d", [Expr::int(1)]).rows(element("d")).rows(same_owner);
        other.rows([earlier]).exists().not()
    });
    let part = |IndexColumn { column, descending }| {
        let at = owner.iter().position(|c| c.name.sql == column)?;
        Some(Part { column: key[at], by: Expr::of("c", &owner[at].name.sql), descending })
    };
    let parts: Vec<Part<'s>> = order(table, list).into_iter().filter_map(part).collect();
    let argument = |column: &&'s Column| match child.is_element(column) {
        true => ("element".to_owned(), *column),
        false => (column.name.rust.clone(), *column),
    };
    let members = list.by.iter().filter(|column| !child.is_element(column));
    let members: String = members.map(|column| format!("_{}", column.name.rust)).collect();
    let rust = format!("list_by_{}{members}{}", child.name.rust, where_name(partial));
    let by = list.by.iter().map(argument).collect();
    let name = format!("{}.{rust}", table.name.proto);
    let shown = Live::of(table, Some("t"));
    let page = |range: Vec<Expr<'s>>| {
        let record = of("t", &table.columns());
        // The record of a singleton may have child tables and no column.
        let record = if record.is_empty() { vec![Expr::int(1)] } else { record };
        let on =
            key.iter().zip(owner).map(|(key, own)| Expr::of("t", &key.name.sql).equals(Expr::of("c", &own.name.sql)));
        Select::of(&child.name.sql, "c", record)
            .join(Join { table: (&table.name.sql).into(), alias: "t".into(), on: on.collect(), in_order: true })
            .rows(element("c"))
            .rows(range)
            .rows(first.clone())
    };
    let (first, after) = listing::pages(&name, page, &parts, &shown, all);
    let elements = same(&list.by, &nones, &|c| Expr::column(&c.name.sql));
    let elements = Select::from(&child.name.sql, own(owner)).rows(elements).rows(rows_of(partial));
    let rows = vec![Expr::tuple(own(&key)).in_rows(elements)];
    let listing = listing(table, &name, (rows, Live::of(table, None)), parts, (first, after), all);
    lookup(rust, by, (list, nones, partial), Box::new(listing))
}

/// Returns whether a record has one element at most that a list finds: it has one place alone, or a unique index says so.
fn is_once(child: &ChildTable, list: &List<'_>, places: &[&Column]) -> bool {
    let fixes = |name: &str| {
        let column = list.by.iter().find(|column| column.name.sql == name);
        column.is_some_and(|column| !column.nullable) || child.owner.iter().any(|owner| owner.name.sql == name)
    };
    let is_of_rows = |index: &&Index| index.condition.is_none() || index.condition == list.of;
    let outer = places.iter().any(|place| child.owner.iter().any(|owner| owner.name.sql == place.name.sql));
    let unique = child.indexes.iter().filter(|index| index.unique).filter(is_of_rows);
    places.is_empty() || (!outer && unique.into_iter().any(|index| index.columns.iter().all(|c| fixes(&c.column))))
}

/// Returns the columns in whose order a list comes, which lowering has seen to: it adds an index to a list without an order.
fn order(table: &Table, list: &List<'_>) -> Vec<IndexColumn> {
    table.order_of(list).expect("lowering gives each list an order")
}

/// Returns the condition of a partial index.
fn rows_of<'s>(partial: Option<&Partial<'s>>) -> Option<Expr<'s>> {
    partial.map(|partial| partial.rows.clone())
}

fn by_name(by: &[&Column], partial: Option<&Partial<'_>>) -> String {
    let columns: Vec<&str> = by.iter().map(|c| c.name.rust.as_str()).collect();
    let said = partial.filter(|partial| !partial.goes_without_saying(by));
    format!("by_{}{}", columns.join("_"), where_name(said))
}

fn where_name(partial: Option<&Partial<'_>>) -> String {
    partial.map(|p| format!("_{}", p.rust)).unwrap_or_default()
}

/// Returns the statements over the rows of a list.
fn listing<'s>(
    table: &'s Table,
    name: &str,
    (rows, live): (Vec<Expr<'s>>, Live<'s>),
    parts: Vec<Part<'s>>,
    (first, after): (Statement, Vec<RangePlan>),
    all: &mut Statements,
) -> ListingPlan<'s> {
    let rows = || rows.iter().cloned().chain(live.rows());
    // With a limit, so that one statement counts and says whether there is any.
    let most = Limit::Most(Param { field: "".into(), role: ParamRole::Limit, ty: None });
    let some = Select::from(&table.name.sql, [Expr::int(1)]).rows(rows()).limit(most);
    let count = Select::new(What::Exprs(vec![Expr::Count]), Source::Rows(Box::new(some)));
    let delete = all.add(format!("{name}.delete"), soft::deleting(table, rows()));
    let count = all.add(format!("{name}.count"), count);
    let order = parts.into_iter().map(|part| (part.column, part.descending)).collect();
    ListingPlan { order, first, after, count, delete }
}

fn lookup<'s>(
    rust: String,
    by: Vec<(String, &'s Column)>,
    (list, nones, partial): (&List<'s>, Vec<NoReference<'s>>, Option<&Partial<'s>>),
    listing: Box<ListingPlan<'s>>,
) -> Lookup<'s> {
    let none = nones.iter().map(|none| none.column.name.sql.clone());
    let none = none.filter(|name| list.by.iter().any(|column| column.name.sql == *name)).collect();
    let through = list.through.map(|child| child.name.proto.clone());
    Lookup { rust, by, none, of: partial.map(|p| p.shown.clone()), kind: LookupKind::List { listing, through } }
}

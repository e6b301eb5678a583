//! The statements of one child or join table.

use protostore_schema::{ChildTable, Column, ForeignKey, Schema, Table};

use super::{AroundPlan, EditPlan, Live, Statement, Statements, equal, fields, keys, life, names, parameters, record};
use crate::sql::{list, quote};

/// The statements of a child table.
pub(crate) struct ChildPlan<'s> {
    pub(crate) child: &'s ChildTable,
    /// Index of the record's member that the child table belongs to.
    pub(crate) member: u16,
    pub(crate) insert: Statement,
    /// Deletes every element of a record; those inside an element go with it.
    pub(crate) delete: Option<Statement>,
    pub(crate) load: Statement,
    pub(crate) load_many: Statement,
    /// What an element names.
    pub(crate) references: Vec<record::ReferencePlan<'s>>,
    /// How elements are written alone.
    pub(crate) edit: Option<EditPlan>,
    /// The message that must be set for it.
    pub(crate) around: Option<AroundPlan<'s>>,
    /// What the elements of one record name: by themselves, and by several columns.
    pub(crate) rows: Vec<RowsPlan<'s>>,
    /// The child tables inside its elements.
    pub(crate) nested: Vec<ChildPlan<'s>>,
}

/// The rows that the elements of a record name.
pub(crate) struct RowsPlan<'s> {
    /// The table whose rows are named.
    pub(crate) target: &'s Table,
    /// The named rows of one owner, in the order of the elements.
    pub(crate) rows: Statement,
}

impl<'s> ChildPlan<'s> {
    pub(super) fn of(schema: &'s Schema, table: &'s Table, child: &'s ChildTable, all: &mut Statements) -> Self {
        let own = quote(&child.name.sql);
        // The record's key, and then where the element stands, from the outermost list inward.
        let key = child.key_columns();
        let (owner_key, places) = key.split_at(table.key.len());
        let (columns, items) = (child.columns(), child.item_columns());
        let named: Vec<&Column> = child.place.column().into_iter().chain(items.iter().copied()).collect();
        let record_fields = fields(&table.key_columns());
        let mut insert_fields = record_fields.clone();
        insert_fields.extend(fields(&[places, &items[..]].concat()));
        let mut add = |name: &str, sql: String, fields| {
            all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), sql, fields)
        };
        let insert = format!("INSERT INTO {own} ({}) VALUES ({})", list(names(&columns)), parameters(columns.len(), 1));
        let load = format!(
            "SELECT {} FROM {own} WHERE {}{}",
            selected("0", places, &items, None),
            equal(names(owner_key), 1),
            if places.is_empty() { String::new() } else { format!(" ORDER BY {}", list(names(places))) }
        );
        let is_outermost = table.children().iter().any(|outer| outer.path == child.path);
        let delete = is_outermost.then(|| format!("DELETE FROM {own} WHERE {}", equal(names(owner_key), 1)));
        let insert = add("insert", insert, insert_fields);
        let delete = delete.map(|sql| add("delete", sql, record_fields.clone()));
        let load = add("load", load, record_fields);
        let load_many = add("load_many", load_many(child, owner_key, places), vec![child.name.proto.clone()]);
        let join = join(schema, table, child, all);
        let composite = (&columns[..], &child.foreign_keys[..]);
        let references = record::references(schema, &table.name.proto, &named, composite, all);
        let composite = child.foreign_keys.iter().map(|key| rows(schema, table, child, key, all));
        let rows = join.into_iter().chain(composite).collect();
        Self {
            child,
            member: member(table, child),
            insert,
            delete,
            load,
            load_many,
            references,
            edit: EditPlan::of(table, child, all),
            around: AroundPlan::of(table, child, all),
            rows,
            nested: child.nested().into_iter().map(|inner| Self::of(schema, table, inner, all)).collect(),
        }
    }

    /// Returns this plan and those inside, each before what is inside it.
    pub(crate) fn with_nested(&self) -> Vec<&Self> {
        std::iter::once(self).chain(self.nested.iter().flat_map(Self::with_nested)).collect()
    }
}

/// Returns the index of the record's member that a child table at any depth belongs to.
fn member(table: &Table, child: &ChildTable) -> u16 {
    let holds = |node: &protostore_schema::Node| {
        node.children().iter().flat_map(|c| c.with_nested()).any(|c| c.path == child.path)
    };
    let index = table.record.nodes.iter().position(holds).expect("a child table belongs to a member of its record");
    u16::try_from(index).expect("fewer members than 2^16")
}

/// Returns what a load selects: the owner's ordinal, the places, the element's columns.
fn selected(ordinal: &str, places: &[&Column], items: &[&Column], table: Option<&str>) -> String {
    let prefix = table.map(|t| format!("{t}.")).unwrap_or_default();
    let columns = places.iter().chain(items).map(|c| format!("{prefix}{}", quote(&c.name.sql)));
    std::iter::once(ordinal.to_owned()).chain(columns).collect::<Vec<_>>().join(", ")
}

/// Returns the load of several owners' elements. Rows carry the owner's ordinal in the list of keys, so that nothing is
/// hashed or compared.
fn load_many(child: &ChildTable, record: &[&Column], places: &[&Column]) -> String {
    let order = places.iter().map(|c| format!("c.{}", quote(&c.name.sql)));
    format!(
        "SELECT {} FROM json_each(?1) o CROSS JOIN {} c ON {} ORDER BY {}",
        selected("o.key", places, &child.item_columns(), Some("c")),
        quote(&child.name.sql),
        keys::ties("c", record),
        std::iter::once("o.key".to_owned()).chain(order).collect::<Vec<_>>().join(", ")
    )
}

fn rows<'s>(
    schema: &'s Schema,
    table: &Table,
    child: &ChildTable,
    key: &ForeignKey,
    all: &mut Statements,
) -> RowsPlan<'s> {
    let target = schema.table(&key.table);
    let (owner, places) = (&child.owner[..table.key.len()], &child.key_columns()[table.key.len()..]);
    let of = |alias: &str, name: &str| format!("{alias}.{}", quote(name));
    let selected: Vec<String> = target.columns().iter().map(|c| of("t", &c.name.sql)).collect();
    let ties: Vec<String> =
        key.key.iter().zip(&key.columns).map(|(k, c)| format!("{} = {}", of("t", k), of("j", c))).collect();
    let tied: Vec<String> = owner.iter().zip(1..).map(|(c, i)| format!("{} = ?{i}", of("j", &c.name.sql))).collect();
    let order: Vec<String> = places.iter().map(|c| of("j", &c.name.sql)).collect();
    let shown = Live::of(target, "t.", owner.len() + 1);
    let owned = life::owner(table, owner.len() + 1 + shown.parameters());
    let shown = shown.and(owned, str::to_owned);
    let sql = format!(
        "SELECT {} FROM {} j JOIN {} t ON {} WHERE {}{} ORDER BY {}",
        selected.join(", "),
        quote(&child.name.sql),
        quote(&target.name.sql),
        ties.join(" AND "),
        tied.join(" AND "),
        shown.after(" AND "),
        order.join(", ")
    );
    let name = format!("{}.{}.{}", table.name.proto, child.name.proto, target.name.proto);
    RowsPlan { target, rows: all.add_live(name, sql, fields(&table.key_columns()), shown) }
}

/// Returns the rows that the elements of a join table name.
fn join<'s>(schema: &'s Schema, table: &Table, child: &ChildTable, all: &mut Statements) -> Option<RowsPlan<'s>> {
    let reference = child.joins()?;
    let target = schema.table(&reference.table);
    let owner: Vec<&Column> = child.owner.iter().take(table.key.len()).collect();
    let [value] = child.item_columns()[..] else { return None };
    let places = &child.key_columns()[table.key.len()..];
    let (own, named) = (quote(&child.name.sql), quote(&value.name.sql));
    let order: Vec<String> = places.iter().map(|c| format!("j.{}", quote(&c.name.sql))).collect();
    let tied: Vec<String> =
        owner.iter().enumerate().map(|(i, c)| format!("j.{} = ?{}", quote(&c.name.sql), i + 1)).collect();
    let shown = Live::of(target, "t.", owner.len() + 1);
    let owned = life::owner(table, owner.len() + 1 + shown.parameters());
    let shown = shown.and(owned, str::to_owned);
    let rows = format!(
        "SELECT {} FROM {own} j JOIN {} t ON t.{} = j.{named} WHERE {}{} ORDER BY {}",
        target.columns().iter().map(|c| format!("t.{}", quote(&c.name.sql))).collect::<Vec<_>>().join(", "),
        quote(&target.name.sql),
        quote(&reference.column),
        tied.join(" AND "),
        shown.after(" AND "),
        order.join(", ")
    );
    let name = format!("{}.{}.rows", table.name.proto, child.name.proto);
    Some(RowsPlan { target, rows: all.add_live(name, rows, fields(&table.key_columns()), shown) })
}

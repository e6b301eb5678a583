//! The statements of one child or join table.

use protostore_schema::{ChildTable, Column, Schema, Table, Type};

use super::{Statement, Statements, equal, fields, names, parameters, record::ReferencePlan, record::references};
use crate::sql::{list, quote};

/// The statements of a child table.
pub(crate) struct ChildPlan<'s> {
    pub(crate) child: &'s ChildTable,
    /// Index of the record's member that the child table belongs to.
    pub(crate) member: u16,
    pub(crate) insert: Statement,
    pub(crate) delete: Statement,
    pub(crate) load: Statement,
    pub(crate) load_many: Statement,
    pub(crate) references: Vec<ReferencePlan<'s>>,
    pub(crate) join: Option<JoinPlan<'s>>,
}

/// The statements of a join table.
pub(crate) struct JoinPlan<'s> {
    /// The table whose rows are named.
    pub(crate) target: &'s Table,
    /// The named rows of one owner, in order.
    pub(crate) rows: Statement,
    /// Appends an element; only where the field stands in the record itself, so that its owner surely holds it.
    pub(crate) add: Option<Statement>,
    /// Removes every element of that value.
    pub(crate) remove: Statement,
}

impl<'s> ChildPlan<'s> {
    pub(super) fn of(schema: &'s Schema, table: &'s Table, child: &'s ChildTable, all: &mut Statements) -> Self {
        let position = quote(&child.position.name.sql);
        let (own, owner) = (quote(&child.name.sql), child.owner.iter().collect::<Vec<_>>());
        let (columns, items) = (child.columns(), child.item_columns());
        let owner_fields = fields(&table.key_columns());
        let mut insert_fields = owner_fields.clone();
        insert_fields.push(child.name.proto.clone());
        insert_fields.extend(fields(&items));
        let mut add = |name: &str, sql: String, fields| {
            all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), sql, fields)
        };
        let insert = format!("INSERT INTO {own} ({}) VALUES ({})", list(names(&columns)), parameters(columns.len(), 1));
        Self {
            child,
            member: member(table, child),
            insert: add("insert", insert, insert_fields),
            delete: add("delete", format!("DELETE FROM {own} WHERE {}", equal(names(&owner), 1)), owner_fields.clone()),
            load: add(
                "load",
                format!(
                    "SELECT {} FROM {own} WHERE {} ORDER BY {position}",
                    selected(&items, None),
                    equal(names(&owner), 1)
                ),
                owner_fields,
            ),
            load_many: add("load_many", load_many(child), vec![child.name.proto.clone()]),
            references: references(&table.name.proto, &items, all),
            join: join(schema, table, child, all),
        }
    }
}

fn member(table: &Table, child: &ChildTable) -> u16 {
    let holds = |node: &protostore_schema::Node| node.children().iter().any(|c| c.path == child.path);
    let index = table.record.nodes.iter().position(holds).expect("a child table belongs to a member of its record");
    u16::try_from(index).expect("fewer members than 2^16")
}

/// Returns the element's columns for a SELECT; an element without columns is one row that holds nothing.
fn selected(items: &[&Column], table: Option<&str>) -> String {
    let prefix = table.map(|t| format!("{t}.")).unwrap_or_default();
    let columns: Vec<String> = items.iter().map(|c| format!("{prefix}{}", quote(&c.name.sql))).collect();
    if columns.is_empty() { "NULL".into() } else { columns.join(", ") }
}

/// Returns the load of several owners' elements. Rows carry the owner's ordinal in the list of keys, so that nothing is
/// hashed or compared.
fn load_many(child: &ChildTable) -> String {
    let one = child.owner.len() == 1;
    let ties: Vec<String> = child
        .owner
        .iter()
        .enumerate()
        .map(|(i, part)| {
            let value = if one { "o.value".to_owned() } else { format!("o.value ->> {i}") };
            let value = if part.ty == Type::Bytes { format!("unhex({value})") } else { value };
            format!("c.{} = {value}", quote(&part.name.sql))
        })
        .collect();
    let order: Vec<String> =
        std::iter::once("o.key".to_owned()).chain([format!("c.{}", quote(&child.position.name.sql))]).collect();
    format!(
        "SELECT o.key, {} FROM json_each(?1) o CROSS JOIN {} c ON {} ORDER BY {}",
        selected(&child.item_columns(), Some("c")),
        quote(&child.name.sql),
        ties.join(" AND "),
        order.join(", ")
    )
}

fn join<'s>(schema: &'s Schema, table: &Table, child: &ChildTable, all: &mut Statements) -> Option<JoinPlan<'s>> {
    let reference = child.joins()?;
    let target = schema.table(&reference.table);
    let owner: Vec<&Column> = child.owner.iter().collect();
    let [value] = child.item_columns()[..] else { return None };
    let (own, position, named) = (quote(&child.name.sql), quote(&child.position.name.sql), quote(&value.name.sql));
    let tied: Vec<String> =
        owner.iter().enumerate().map(|(i, c)| format!("j.{} = ?{}", quote(&c.name.sql), i + 1)).collect();
    let rows = format!(
        "SELECT {} FROM {own} j JOIN {} t ON t.{} = j.{named} WHERE {} ORDER BY j.{position}",
        selected(&target.columns(), Some("t")),
        quote(&target.name.sql),
        quote(&reference.column),
        tied.join(" AND ")
    );
    let value_parameter = owner.len() + 1;
    let add = format!(
        "INSERT INTO {own} ({}) SELECT {}, coalesce(max({position}), -1) + 1, ?{value_parameter} FROM {own} WHERE {}",
        list(names(&child.columns())),
        parameters(owner.len(), 1),
        equal(names(&owner), 1)
    );
    let remove = format!("DELETE FROM {own} WHERE {} AND {named} = ?{value_parameter}", equal(names(&owner), 1));
    let owner_fields = fields(&table.key_columns());
    let mut both = owner_fields.clone();
    both.push(child.name.proto.clone());
    let mut statement =
        |name: &str, sql, fields| all.add(format!("{}.{}.{name}", table.name.proto, child.name.proto), sql, fields);
    Some(JoinPlan {
        target,
        rows: statement("rows", rows, owner_fields),
        add: (child.path.len() == 1).then(|| statement("add", add, both.clone())),
        remove: statement("remove", remove, both),
    })
}

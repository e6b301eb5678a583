//! The statements of a field that shows rows of another table: of one record, and of many.

use protostore_schema::{Absent, Name, Node, Relation, Schema, Table};

use super::{Live, Statement, Statements, fields, keys, names, record::select};
use crate::sql::{list, quote};

/// A field that shows the rows which refer to its record.
pub(crate) struct RelationPlan<'s> {
    pub(crate) field: &'s Name,
    pub(crate) relation: &'s Relation,
    /// The table whose rows are shown.
    pub(crate) target: &'s Table,
    /// The rows of one record.
    pub(crate) one: Statement,
    /// The rows of a list of keys, each after the place of its key.
    pub(crate) many: Statement,
}

/// Returns the relations of a table.
pub(super) fn of<'s>(schema: &'s Schema, table: &'s Table, all: &mut Statements) -> Vec<RelationPlan<'s>> {
    let mut relations = Vec::new();
    for node in &table.record.nodes {
        let Node::Absent(Absent { name: field, deprecated: _, relation: Some(relation) }) = node else { continue };
        let target = schema.table(&relation.table);
        let Some(column) = target.columns().into_iter().find(|c| c.name.sql == relation.column) else { continue };
        let key = target.key_columns();
        let (shown, shown_all) = (Live::of(target, "", 2), Live::of(target, "t.", 2));
        let one = format!(
            "{} WHERE {} = ?1{} ORDER BY {}",
            select(target),
            quote(&column.name.sql),
            shown.after(" AND "),
            list(names(&key))
        );
        let of = |c: &str| format!("t.{}", quote(c));
        let selected: Vec<String> = target.columns().iter().map(|c| of(&c.name.sql)).collect();
        let order: Vec<String> = key.iter().map(|c| of(&c.name.sql)).collect();
        let many = format!(
            "SELECT o.key, {} FROM json_each(?1) o CROSS JOIN {} t ON {}{} ORDER BY o.key, {}",
            selected.join(", "),
            quote(&target.name.sql),
            keys::ties("t", &[column]),
            shown_all.after(" AND "),
            order.join(", ")
        );
        let name = format!("{}.{}", table.name.proto, field.proto);
        let one = all.add_live(format!("{name}.of"), one, fields(&[column]), shown);
        let many = all.add_live(format!("{name}.of_all"), many, fields(&[column]), shown_all);
        relations.push(RelationPlan { field, relation, target, one, many });
    }
    relations
}

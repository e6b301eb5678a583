//! References that name nothing: in Rust the zero value, in the database NULL.

use protostore_schema::{Column, Node};
use protostore_sql::{Expr, Op};

use super::value;

/// A reference of implicit presence.
pub(crate) struct NoReference<'s> {
    pub(super) column: &'s Column,
    /// The column that says whether the message around it is set: where it is not, the reference is neither zero nor
    /// anything else.
    presence: Option<&'s Column>,
}

/// Returns the references whose zero value is stored as NULL, in the table of these members.
pub(super) fn nones(nodes: &[Node]) -> Vec<NoReference<'_>> {
    inside(nodes, None)
}

fn inside<'s>(nodes: &'s [Node], presence: Option<&'s Column>) -> Vec<NoReference<'s>> {
    nodes
        .iter()
        .flat_map(|node| match node {
            Node::Scalar(scalar) if scalar.null_for_zero => vec![NoReference { column: &scalar.column, presence }],
            Node::Scalar(_) | Node::Child(_) | Node::Absent(_) => Vec::new(),
            Node::Group(group) => inside(&group.nodes, Some(&group.presence)),
            Node::Oneof(oneof) => {
                oneof.variants.iter().flat_map(|v| inside(std::slice::from_ref(&v.node), presence)).collect()
            }
        })
        .collect()
}

/// Returns `"a" = $1 AND "b" IS $2`: a parameter of NULL finds the rows that name nothing. `name` writes a column.
pub(super) fn same<'s>(
    columns: &[&'s Column],
    nones: &[NoReference<'s>],
    name: &dyn Fn(&'s Column) -> Expr<'s>,
) -> Vec<Expr<'s>> {
    let condition = |column: &&'s Column| {
        let named = name;
        let name = || named(column);
        match nones.iter().find(|none| none.column.name.sql == column.name.sql).map(|none| none.presence) {
            None => vec![name().equals(value(column))],
            Some(presence) => {
                std::iter::once(name().compare(Op::Same, value(column))).chain(presence.map(named)).collect()
            }
        }
    };
    columns.iter().flat_map(condition).collect()
}

//! The names of a table's functions, each unlike the others and unlike the fields beside them.

use std::collections::BTreeSet;

use protostore_schema::{Node, Table};

/// The names that are taken in the module of a table.
pub(super) struct Functions(BTreeSet<String>);

impl Functions {
    /// Returns the names of a table's fields, which no function has.
    pub(super) fn of(table: &Table) -> Self {
        let stored = table.record.nodes.iter().filter(|node| !matches!(node, Node::Absent(_)));
        Self(stored.map(|node| node.name().rust.clone()).collect())
    }

    /// Takes a name for a function: with `_` behind where a field or another function has it. Rust's style has no two
    /// underscores inside a name; one in front is there because a digit follows.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let inside = wanted.trim_matches('_');
        let (begins, ends) = wanted.split_once(inside).unwrap_or_default();
        let parts: Vec<&str> = inside.split('_').filter(|part| !part.is_empty()).collect();
        let mut name = format!("{begins}{}{ends}", parts.join("_"));
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_unlike_fields_and_other_functions() {
        let mut functions = Functions(BTreeSet::from(["get_by_email".to_owned()]));
        assert_eq!(functions.take("get_by_email"), "get_by_email_");
        assert_eq!(functions.take("get_by_email"), "get_by_email__");
        assert_eq!(functions.take("list_by_self__crate_"), "list_by_self_crate_");
        assert_eq!(functions.take("list_by_name"), "list_by_name");
        assert_eq!(functions.take("_1_part__of"), "_1_part_of");
    }
}

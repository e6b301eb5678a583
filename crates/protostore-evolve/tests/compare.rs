//! What is a change between two schemas, and the sentence that says it.

use protostore_evolve::compare;
use protostore_schema::{
    Alone, Asks, ChildTable, Condition, ForeignKey, Form, Group, Index, IndexColumn, Item, Node, OnDelete, Oneof,
    Place, Rule, Scalar, Schema, Type, Variant,
};

fn shop() -> Schema {
    Schema::from_snapshot(include_str!("cases/shop.json")).expect("the case is a snapshot")
}

/// Compares the case with itself after `edit`.
fn sentences(edit: impl FnOnce(&mut Schema)) -> Vec<String> {
    let mut new = shop();
    edit(&mut new);
    compare(&shop(), &new).iter().map(ToString::to_string).collect()
}

fn scalar(schema: &mut Schema, index: usize) -> &mut Scalar {
    match &mut schema.tables[0].record.nodes[index] {
        Node::Scalar(scalar) => scalar,
        other => panic!("member {index} is {other:?}"),
    }
}

fn group(schema: &mut Schema) -> &mut Group {
    match &mut schema.tables[0].record.nodes[3] {
        Node::Group(group) => group,
        other => panic!("member 3 is {other:?}"),
    }
}

fn oneof(schema: &mut Schema) -> &mut Oneof {
    match &mut schema.tables[0].record.nodes[4] {
        Node::Oneof(oneof) => oneof,
        other => panic!("member 4 is {other:?}"),
    }
}

fn child(schema: &mut Schema) -> &mut ChildTable {
    match &mut schema.tables[0].record.nodes[5] {
        Node::Child(child) => child,
        other => panic!("member 5 is {other:?}"),
    }
}

#[test]
fn a_schema_is_itself() {
    assert_eq!(sentences(|_| {}), [""; 0]);
}

#[test]
fn comments_rust_names_and_order_are_no_change() {
    let none = sentences(|schema| {
        schema.docs.0.push("Everything in the shop.".to_owned());
        schema.tables[0].docs.0.push("All machines.".to_owned());
        schema.tables[0].record.ty.rust = "Machine".to_owned();
        schema.tables[0].record.module = "machine".to_owned();
        schema.tables[0].source.line = 12;
        scalar(schema, 1).name.rust = "memory".to_owned();
        scalar(schema, 1).deprecated = true;
        schema.tables[0].record.nodes.reverse();
        schema.tables.reverse();
    });
    assert_eq!(none, [""; 0]);
}

#[test]
fn the_life_of_a_row() {
    let now = sentences(|schema| schema.tables[0].append_only = true);
    assert_eq!(now, ["rows of `virtual_machines` never change now"]);
    let column = shop().tables[0].columns()[1].name.sql.clone();
    let now = sentences(|schema| schema.tables[0].expire = Some(column.clone()));
    assert_eq!(now, [format!("rows of `virtual_machines` now expire by `{column}`")]);
    let now = sentences(|schema| schema.tables[0].soft_delete = Some(column.clone()));
    assert_eq!(now, [format!("soft delete of `virtual_machines` changed from none to `{column}`")]);
}

#[test]
fn a_column_is_told_by_its_path() {
    let renamed = sentences(|schema| scalar(schema, 1).column.name.sql = "memory_mb".to_owned());
    assert_eq!(renamed, ["column `mem_size_mb` of `virtual_machines` is now `memory_mb`"]);
    let moved = sentences(|schema| scalar(schema, 1).column.path = vec![9]);
    assert_eq!(
        moved,
        ["column `mem_size_mb` of `virtual_machines` is gone", "column `mem_size_mb` of `virtual_machines` is new"]
    );
}

#[test]
fn what_a_column_may_hold() {
    assert_eq!(
        sentences(|schema| scalar(schema, 1).column.ty = Type::Uint64),
        ["type of `mem_size_mb` of `virtual_machines` changed from uint32 to uint64"]
    );
    assert_eq!(
        sentences(|schema| scalar(schema, 1).column.form = Form::FullRange),
        ["form of `mem_size_mb` of `virtual_machines` changed from that of its type to full range"]
    );
    let optional = sentences(|schema| {
        let scalar = scalar(schema, 1);
        (scalar.optional, scalar.column.nullable, scalar.column.default_zero) = (true, true, false);
    });
    assert_eq!(
        optional,
        [
            "`mem_size_mb` of `virtual_machines` may now be unset",
            "`mem_size_mb` of `virtual_machines` has no default any more"
        ]
    );
    assert_eq!(
        sentences(|schema| scalar(schema, 1).column.non_zero = true),
        ["`mem_size_mb` of `virtual_machines` now refuses zero"]
    );
}

#[test]
fn what_rules_ask() {
    let rule = Rule { name: "uint32.finite".to_owned(), asks: Asks::Finite };
    assert_eq!(
        sentences(|schema| scalar(schema, 1).column.rules.all.push(rule)),
        ["the rules of `mem_size_mb` of `virtual_machines` changed"]
    );
    let counted = sentences(|schema| child(schema).counted.max = Some(3));
    assert_eq!(counted, [format!("how many elements `{}` may have changed", child(&mut shop()).name.sql)]);
    let required = sentences(|schema| oneof(schema).required = true);
    let name = oneof(&mut shop()).name.sql.clone();
    assert_eq!(required, [format!("one member of oneof `{name}` of `virtual_machines` must be set now")]);
}

#[test]
fn what_a_view_leaves_out() {
    assert_eq!(
        sentences(|schema| scalar(schema, 1).column.redacted = true),
        ["`mem_size_mb` of `virtual_machines` is left out of the readable view now"]
    );
}

#[test]
fn a_member_of_a_message_is_nullable_anyway() {
    let optional = sentences(|schema| match &mut group(schema).nodes[0] {
        Node::Scalar(scalar) => scalar.optional = true,
        other => panic!("{other:?}"),
    });
    assert_eq!(optional, ["`root_drive__image_path` of `virtual_machines` may now be unset"]);
}

#[test]
fn tables_are_told_by_number() {
    let renamed = sentences(|schema| {
        schema.tables[1].name.sql = "subnets".to_owned();
        scalar(schema, 6).column.reference.as_mut().unwrap().table = "subnets".to_owned();
    });
    assert_eq!(renamed, ["table `networks` (2) is now `subnets`"]);
    let mut pods = shop().tables[1].clone();
    (pods.number, pods.name.sql) = (4, "pods".to_owned());
    assert_eq!(sentences(|schema| schema.tables.push(pods)), ["table `pods` (4) is new"]);
    assert_eq!(
        sentences(|schema| drop(schema.tables.remove(1))),
        [
            "table `networks` (2) is gone",
            "reference `network_id` of `virtual_machines` is now to `networks`, it was to `networks`"
        ]
    );
}

#[test]
fn references_and_indexes() {
    assert_eq!(
        sentences(|schema| scalar(schema, 6).column.reference.as_mut().unwrap().on_delete = OnDelete::Cascade),
        ["reference `network_id` of `virtual_machines` changed on delete from set null to cascade"]
    );
    assert_eq!(
        sentences(|schema| {
            let reference = scalar(schema, 6).column.reference.as_mut().expect("it refers");
            reference.enforced = false;
        }),
        ["reference `network_id` of `virtual_machines` is not enforced any more"]
    );
    assert_eq!(
        sentences(|schema| scalar(schema, 6).column.reference = None),
        ["reference `network_id` of `virtual_machines` to `networks` is gone"]
    );
    assert_eq!(
        sentences(|schema| schema.tables[0].indexes.clear()),
        ["index `virtual_machines_by_network_id` of `virtual_machines` is gone"]
    );
    let columns = vec![IndexColumn { column: "state".to_owned(), descending: true }];
    let index = Index { name: "virtual_machines_unique_state".to_owned(), columns, unique: true, condition: None };
    assert_eq!(
        sentences(|schema| schema.tables[0].indexes.push(index)),
        ["unique index `virtual_machines_unique_state` of `virtual_machines` is new"]
    );
}

#[test]
fn a_reference_of_several_columns_is_told_by_them() {
    let key = |on_delete| ForeignKey {
        columns: vec!["mem_size_mb".to_owned(), "network_id".to_owned()],
        table: "networks".to_owned(),
        key: vec!["number".to_owned(), "id".to_owned()],
        on_delete,
        enforced: true,
    };
    let of = "`mem_size_mb`, `network_id` of `virtual_machines`";
    let new = sentences(|schema| schema.tables[0].foreign_keys.push(key(OnDelete::Restrict)));
    assert_eq!(new, [format!("reference {of} to `networks` is new")]);
    let mut old = shop();
    old.tables[0].foreign_keys.push(key(OnDelete::Restrict));
    let mut new = old.clone();
    new.tables[0].foreign_keys[0] = ForeignKey { enforced: false, ..key(OnDelete::Cascade) };
    let changes: Vec<String> = compare(&old, &new).iter().map(ToString::to_string).collect();
    let on_delete = format!("reference {of} changed on delete from restrict to cascade");
    assert_eq!(changes, [on_delete, format!("reference {of} is not enforced any more")]);
    // A new name of a column is said of the column.
    let mut new = old.clone();
    scalar(&mut new, 1).column.name.sql = "memory".to_owned();
    new.tables[0].foreign_keys[0].columns[0] = "memory".to_owned();
    assert_eq!(compare(&old, &new).len(), 1);
}

#[test]
fn an_index_is_of_some_rows() {
    let partial = |column: &str| {
        let condition = Condition::Set { column: column.to_owned(), set: true };
        let columns = vec![IndexColumn { column: "state".to_owned(), descending: false }];
        let name = "virtual_machines_by_state_where".to_owned();
        Index { name, columns, unique: false, condition: Some(condition) }
    };
    let mut old = shop();
    old.tables[0].indexes.push(partial("mem_size_mb"));
    let after = |edit: &dyn Fn(&mut Schema)| {
        let mut new = old.clone();
        edit(&mut new);
        compare(&old, &new).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(after(&|_| {}), [""; 0]);
    let other = after(&|schema| *schema.tables[0].indexes.last_mut().expect("it is there") = partial("id"));
    assert_eq!(
        other,
        [
            "index `virtual_machines_by_state_where` of `virtual_machines` is gone",
            "index `virtual_machines_by_state_where` of `virtual_machines` is new"
        ]
    );
    // The column of its condition is told by its path.
    let renamed = after(&|schema| {
        scalar(schema, 1).column.name.sql = "memory".to_owned();
        *schema.tables[0].indexes.last_mut().expect("it is there") = partial("memory");
    });
    assert_eq!(renamed, ["column `mem_size_mb` of `virtual_machines` is now `memory`"]);
}

#[test]
fn a_key_is_columns_in_an_order() {
    let key = sentences(|schema| schema.tables[1].key.push("name".to_owned()));
    assert_eq!(key, ["key of `networks` changed from `id` to `id`, `name`"]);
}

#[test]
fn a_oneof_is_told_by_its_members() {
    let renamed = sentences(|schema| oneof(schema).name.sql = "start".to_owned());
    assert_eq!(renamed, ["oneof `boot` of `virtual_machines` is now `start`"]);
    let loses = sentences(|schema| drop(oneof(schema).variants.pop()));
    assert_eq!(
        loses,
        [
            "column `image` of `virtual_machines` is gone",
            "`image` is no member of oneof `boot` of `virtual_machines` any more"
        ]
    );
}

#[test]
fn a_repeated_field_is_told_by_its_path() {
    let renamed = sentences(|schema| child(schema).name.sql = "virtual_machines__args".to_owned());
    assert_eq!(renamed, ["child table `virtual_machines__kernel_args` is now `virtual_machines__args`"]);
    let element = sentences(|schema| match &mut child(schema).item {
        Item::Scalar(column) => column.ty = Type::Bytes,
        Item::Message { .. } => panic!("the element is a scalar"),
    });
    assert_eq!(element, ["type of `value` of `virtual_machines__kernel_args` changed from string to bytes"]);
}

#[test]
fn a_message_in_a_table_of_its_own() {
    let alone = |required| Place::Alone(Alone { required, boxed: false, redacted: false });
    let mut old = shop();
    child(&mut old).place = alone(false);
    let mut new = old.clone();
    child(&mut new).place = alone(true);
    let said = |old: &Schema, new: &Schema| compare(old, new).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(said(&old, &new), ["`virtual_machines__kernel_args` now has a row for each owner"]);
    assert_eq!(said(&new, &old), ["`virtual_machines__kernel_args` may now lack a row for an owner"]);
    // Whether the API's field is a `Box` is no part of what is stored.
    child(&mut new).place = Place::Alone(Alone { required: false, boxed: true, redacted: false });
    assert_eq!(said(&old, &new), [""; 0]);
    child(&mut new).place = Place::Alone(Alone { required: false, boxed: false, redacted: true });
    let left_out = "`virtual_machines__kernel_args` of `virtual_machines` is left out of the readable view now";
    assert_eq!(said(&old, &new), [left_out]);
    // As a member of a oneof it is told by its path.
    let member = child(&mut old).clone();
    let variant = Variant { rust: "Lines".to_owned(), node: Node::Child(member) };
    new = old.clone();
    oneof(&mut new).variants.push(variant);
    let gains = said(&old, &new);
    assert!(
        gains.iter().any(|s| s.starts_with("`virtual_machines__kernel_args` is now a member of oneof")),
        "{gains:?}"
    );
}

#[test]
fn an_enum_value_is_told_by_its_number() {
    assert_eq!(
        sentences(|schema| schema.enums[0].values[1].name.proto = "STATE_UP".to_owned()),
        ["value `STATE_RUNNING` (1) of enum `shop.v1.State` is now `STATE_UP`"]
    );
    assert_eq!(
        sentences(|schema| drop(schema.enums[0].values.pop())),
        ["value `STATE_RUNNING` (1) of enum `shop.v1.State` is gone"]
    );
}

#[test]
fn a_field_that_keeps_its_value_is_a_change() {
    assert_eq!(sentences(|s| scalar(s, 1).immutable = true), ["`mem_size_mb` of `virtual_machines` is immutable now"]);
    let whole = sentences(|s| group(s).immutable = true);
    assert!(
        whole.len() > 1 && whole.iter().all(|said| said.ends_with("of `virtual_machines` is immutable now")),
        "{whole:?}"
    );
    let list = child(&mut shop()).name.sql.clone();
    assert_eq!(sentences(|s| child(s).immutable = true), [format!("`{list}` of `virtual_machines` is immutable now")]);
}

#[test]
fn another_revision_is_a_change() {
    let said = sentences(|s| s.tables[0].revision = Some("mem_size_mb".to_owned()));
    assert_eq!(said, ["revision of `virtual_machines` changed from none to `mem_size_mb`"]);
}

#[test]
fn another_chain_is_a_change() {
    let said = sentences(|s| s.tables[0].hash_chain = Some("mem_size_mb".to_owned()));
    assert_eq!(said, ["hash chain of `virtual_machines` changed from none to `mem_size_mb`"]);
}

//! What generated code knows of its columns and fields agrees with the descriptors that it carries, and with the snapshot.

#[path = "metadata/stores.rs"]
mod stores;

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use protostore::{Behaviors, Child, Column, Encoding, Layout, ProtoKind, Role, Schema, Table};
use protostore_schema as model;

use stores::STORES;

fn pool(schema: &Schema) -> DescriptorPool {
    DescriptorPool::decode(schema.descriptors).expect("the descriptors are a set")
}

/// Returns every SQL table of a record: its own, and its child tables.
fn layouts(table: &'static Table) -> impl Iterator<Item = (&'static Layout, Option<&'static Child>)> {
    std::iter::once((&table.layout, None)).chain(table.children.iter().map(|child| (&child.layout, Some(*child))))
}

/// Returns the fields of a path, from the record's down; those of a map's entry are fields of its own.
fn fields(message: &MessageDescriptor, path: &[u32]) -> Vec<FieldDescriptor> {
    let mut message = Some(message.clone());
    let step = |number: &u32| {
        let field = message.as_ref().expect("a field with fields is a message").get_field(*number);
        let field = field.unwrap_or_else(|| panic!("{message:?} has no field {number}"));
        message = field.kind().as_message().cloned();
        field
    };
    path.iter().map(step).collect()
}

/// Says what a column holds otherwise than the descriptors have it.
fn wrong(message: &MessageDescriptor, table: &Table, column: &Column) -> Option<String> {
    if column.role == Role::Singleton || column.path.is_empty() {
        let known = column.kind.is_none() && column.field == "_singleton" && column.path.is_empty();
        return (!known).then(|| "is no key of a singleton".to_owned());
    }
    let way = fields(message, column.path);
    let (field, around) = way.split_last().expect("a path is not empty");
    let names: Vec<&str> = way.iter().map(FieldDescriptor::name).collect();
    if names.join(".") != column.field {
        return Some(format!("is of {}", names.join(".")));
    }
    let in_lists = around.iter().any(|field| field.is_list() || field.is_map());
    let fits = match column.role {
        Role::Value => true,
        Role::Presence => field.kind().as_message().is_some() && !field.is_list() && !field.is_map(),
        Role::OwnerKey => {
            table.layout.columns.iter().any(|key| table.key.contains(&key.name) && key.path == column.path)
        }
        Role::Position => field.is_list(),
        Role::MapKey => in_lists && field.parent_message().is_map_entry() && field.number() == 1,
        Role::Singleton => false,
    };
    if !fits {
        return Some(format!("is no {:?}", column.role));
    }
    let kind = match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => entry.map_entry_value_field().kind(),
        kind => kind,
    };
    let same = match (column.kind, &kind) {
        (None, _) => column.role == Role::Position,
        (Some(ProtoKind::Message(name)), Kind::Message(of)) => name == of.full_name(),
        (Some(ProtoKind::Enum(of)), Kind::Enum(known)) => {
            let numbers: BTreeSet<i32> = known.values().map(|value| value.number()).collect();
            let named = of.values.iter().all(|(name, number)| {
                known.get_value_by_name(name).is_some_and(|value| value.number() == *number)
                    && of.name_of(*number) == Some(name)
                    && of.number_of(name) == Some(*number)
            });
            let all: BTreeSet<i32> = of.values.iter().map(|(_, number)| *number).collect();
            let whole = column.encoding == Encoding::Json || field.is_list() || field.is_map();
            of.name == known.full_name() && named && (all == numbers || whole && all.is_empty())
        }
        (Some(kind), known) => format!("{kind:?}").to_lowercase() == format!("{known:?}"),
    };
    (!same).then(|| format!("is of {kind:?}"))
}

#[test]
fn each_column_is_of_the_field_that_the_descriptors_have() {
    let mut roles = BTreeMap::new();
    for schema in STORES {
        let pool = pool(schema);
        for table in schema.tables {
            let message = pool.get_message_by_name(table.record).expect("the record's message");
            for (layout, _) in layouts(table) {
                for column in layout.columns {
                    *roles.entry(format!("{:?}", column.role)).or_insert(0) += 1;
                    let wrong = wrong(&message, table, column);
                    assert_eq!(wrong, None, "{}.{}: {column:?}", layout.name, column.name);
                }
            }
        }
    }
    assert_eq!(roles.len(), 6, "each role is met: {roles:?}");
}

/// The control: a column of another path, role or kind is noticed.
#[test]
fn a_column_that_says_otherwise_is_noticed() {
    let table = aurae::virtual_machine::TABLE.layout.name;
    assert_eq!(table, "virtual_machines");
    let message = pool(&aurae::SCHEMA).get_message_by_name(aurae::virtual_machine::TABLE.record).expect("a message");
    let columns: &[Column] = protostore::generated::columns! {
        "root_drive" "root_drive" [8] Value(Message "aurae.vms.v0.Drive") Bool;
        "id" "id" [2] Value(String) Text;
        "id" "id" [1] Value(Bytes) Text;
        "id" "id" [1] Position Text;
        "tags" "tags" [1] OwnerKey(String) Text;
    };
    let wrong: Vec<_> = columns.iter().map(|column| wrong(&message, &aurae::virtual_machine::TABLE, column)).collect();
    assert_eq!(wrong.iter().filter(|wrong| wrong.is_some()).count(), 4, "{wrong:?}");
    assert_eq!(wrong[0], None, "the control's control");
}

/// Returns the columns of every SQL table in a snapshot, by its name.
fn of_snapshot(schema: &model::Schema) -> BTreeMap<&str, Vec<&model::Column>> {
    let own = schema.tables.iter().map(|table| (table.name.sql.as_str(), table.all_columns()));
    let children = schema.tables.iter().flat_map(model::Table::descendants);
    own.chain(children.map(|child| (child.name.sql.as_str(), child.columns()))).collect()
}

#[test]
fn each_column_is_as_the_snapshot_has_it() {
    for schema in STORES {
        let snapshot = model::Schema::from_snapshot(schema.snapshot()).expect("a snapshot");
        let mut columns = of_snapshot(&snapshot);
        for (layout, _) in schema.tables.iter().flat_map(|table| layouts(table)) {
            let known = columns.remove(layout.name).expect("the snapshot has the table");
            assert_eq!(layout.columns.len(), known.len(), "{}", layout.name);
            for (column, known) in layout.columns.iter().zip(known) {
                let own = (column.name, column.field, column.path, format!("{:?}", column.role));
                let role = format!("{:?}", known.role);
                assert_eq!(own, (&*known.name.sql, &*known.name.proto, &*known.path, role), "{}", layout.name);
                assert_eq!(format!("{:?}", column.encoding), format!("{:?}", known.form), "{column:?}");
                assert_eq!(column.kind.is_some(), known.kind.is_some(), "{column:?}");
            }
        }
        assert!(columns.is_empty(), "{}: tables that generated code lacks: {:?}", schema.name, columns.keys());
    }
}

#[test]
fn a_reference_has_the_type_of_what_it_refers_to() {
    let mut met = 0;
    for schema in STORES {
        let by_name: BTreeMap<_, _> = schema.tables.iter().map(|table| (table.layout.name, table)).collect();
        let column = |layout: &Layout, name: &str| layout.columns.iter().find(|c| c.name == name).expect("a column").ty;
        for (layout, _) in schema.tables.iter().flat_map(|table| layouts(table)) {
            for key in layout.references {
                for (own, target) in key.columns.iter().zip(key.key) {
                    met += 1;
                    assert_eq!(column(layout, own), column(&by_name[key.table].layout, target), "{}", key.name);
                }
            }
        }
    }
    assert!(met > 50, "{met} references");
}

/// Returns the numbers that `google.api.field_behavior` has at a field.
fn annotated(pool: &DescriptorPool, field: &FieldDescriptor) -> Vec<i32> {
    let Some(extension) = pool.get_extension_by_name("google.api.field_behavior") else { return Vec::new() };
    let options: DynamicMessage = field.options();
    let value = options.get_extension(&extension).into_owned();
    let numbers = value.as_list().unwrap_or_default().iter().filter_map(Value::as_enum_number);
    numbers.collect()
}

/// The field that is IMMUTABLE in its file, and not in the table.
const TAKEN_AWAY: &str = "stacks: free";

#[test]
fn each_field_has_the_behaviors_of_its_annotations_and_of_those_around() {
    let mut met = BTreeMap::new();
    for schema in STORES {
        let pool = pool(schema);
        for table in schema.tables {
            let message = pool.get_message_by_name(table.record).expect("the record's message");
            for path in table.paths() {
                let way = fields(&message, path.numbers);
                let annotated: BTreeSet<i32> = way.iter().flat_map(|field| annotated(&pool, field)).collect();
                let has = |behavior| path.behaviors().has(behavior);
                let at = format!("{}: {}", table.layout.name, path.field);
                assert_eq!(has(Behaviors::OUTPUT_ONLY), annotated.contains(&3), "OUTPUT_ONLY of {at}");
                assert_eq!(has(Behaviors::INPUT_ONLY), annotated.contains(&4), "INPUT_ONLY of {at}");
                // An annotation of the store may add to the two, and take one away.
                let kept = annotated.contains(&5) && at != TAKEN_AWAY;
                assert!(has(Behaviors::IMMUTABLE) || !kept, "IMMUTABLE of {at}");
                let redacts = |field: &FieldDescriptor| {
                    field.options().get_field_by_name("debug_redact").and_then(|value| value.as_bool()) == Some(true)
                };
                assert!(has(Behaviors::REDACTED) || !way.iter().any(redacts), "REDACTED of {at}");
                for number in annotated {
                    *met.entry(number).or_insert(0) += 1;
                }
            }
        }
    }
    assert!([3, 4, 5].iter().all(|number| met.contains_key(number)), "each is met: {met:?}");
}

#[test]
fn each_stored_field_is_found_by_its_path_and_by_its_numbers() {
    for schema in STORES {
        for table in schema.tables {
            let mut names = BTreeSet::new();
            for path in table.paths() {
                assert!(names.insert(path.field), "{}: {} is there twice", table.layout.name, path.field);
                assert_eq!(table.path(path.field).map(|found| found.numbers), Some(path.numbers));
                assert_eq!(table.path_of_numbers(path.numbers).map(|found| found.field), Some(path.field));
                let layout = path.child.map_or(&table.layout, |child| &child.layout);
                let of_layout = |column: &Column| layout.columns.iter().any(|own| std::ptr::eq(own, column));
                assert!(path.column.is_none_or(of_layout), "{}", path.field);
            }
            assert!(table.path("no_such_field").is_none() && table.path("").is_none());
        }
    }
}

/// Returns the tables that a delete in one reaches by the foreign keys of the snapshot, one step after another.
fn reached(schema: &model::Schema, table: &str) -> BTreeSet<String> {
    let mut steps: BTreeSet<(String, String, bool)> = BTreeSet::new();
    for own in &schema.tables {
        let single = |columns: Vec<&model::Column>, in_list: bool| -> Vec<(String, String, bool)> {
            let references = columns.into_iter().filter(|c| c.role == model::Role::Value);
            let references = references.filter_map(|column| column.reference.clone());
            let kept = references.filter(|r| r.enforced && r.on_delete != model::OnDelete::Restrict);
            let goes = |r: &model::Reference| r.on_delete == model::OnDelete::Cascade && !in_list;
            kept.map(|r| (r.table.clone(), own.name.sql.clone(), goes(&r))).collect()
        };
        let several = |keys: &[model::ForeignKey], in_list: bool| -> Vec<(String, String, bool)> {
            let kept = keys.iter().filter(|key| key.enforced && key.on_delete != model::OnDelete::Restrict);
            let goes = |key: &model::ForeignKey| key.on_delete == model::OnDelete::Cascade && !in_list;
            kept.map(|key| (key.table.clone(), own.name.sql.clone(), goes(key))).collect()
        };
        steps.extend(single(own.columns(), false));
        steps.extend(several(&own.foreign_keys, false));
        for child in own.descendants() {
            steps.extend(single(child.item_columns(), true));
            steps.extend(several(&child.foreign_keys, true));
        }
    }
    let mut gone = BTreeSet::from([table.to_owned()]);
    loop {
        let more: BTreeSet<String> =
            steps.iter().filter(|(to, _, goes)| *goes && gone.contains(to)).map(|(_, own, _)| own.clone()).collect();
        if more.is_subset(&gone) {
            return steps.into_iter().filter(|(to, _, _)| gone.contains(to)).map(|(_, own, _)| own).collect();
        }
        gone.extend(more);
    }
}

#[test]
fn a_table_names_what_a_delete_touches_and_a_schema_what_expires() {
    let (mut touched, mut expiring) = (0, 0);
    for schema in STORES {
        let snapshot = model::Schema::from_snapshot(schema.snapshot()).expect("a snapshot");
        for table in schema.tables {
            let names: BTreeSet<String> = table.touches.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(names, reached(&snapshot, table.layout.name), "{}", table.layout.name);
            touched += names.len();
        }
        let expires = snapshot.tables.iter().filter(|table| table.expire.is_some());
        let expires: Vec<&str> = expires.map(|table| table.name.sql.as_str()).collect();
        let known: Vec<&str> = schema.expiring.iter().map(|expire| expire.table.layout.name).collect();
        assert_eq!(known, expires, "{}", schema.name);
        expiring += known.len();
    }
    assert!(touched > 20 && expiring > 2, "{touched} and {expiring}");
}

//! Names the Rust types of records, messages, enums and oneofs, each unique in the store.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, Kind, MessageDescriptor, OneofDescriptor};
use protostore_schema::{Schema, Type, TypeName};

use super::Report;
use super::draft::{Draft, EMPTY, Shape};
use crate::diagnostic::Place;
use crate::{Code, names};

/// The Rust names of a store's types.
pub(super) struct Types(BTreeMap<Of, String>);

/// What has a type of its own in Rust.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// The record of the table of that name.
    Record(String),
    /// The message, enum or oneof of that full name.
    Type(String),
}

/// What a type is. Of two of one name in one package, the first of these keeps it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Message,
    Enum,
    Oneof,
}

struct Entity {
    package: String,
    rust: String,
    /// Whether the name stays as it is: the table's options state it, or the newest version has it.
    fixed: bool,
    sort: Sort,
    /// How many messages there are around it.
    depth: usize,
    what: String,
    place: Place,
}

/// The Rust names that types have in the newest version.
#[derive(Default)]
pub(super) struct Former {
    /// Of records, by the number of their table and the full name of their message.
    records: BTreeMap<(u32, String), String>,
    /// Of messages, enums and oneofs, by full name.
    types: BTreeMap<String, String>,
}

impl Former {
    /// Returns the names that a schema has.
    pub(super) fn of(schema: &Schema) -> Self {
        let records = schema.tables.iter().map(|table| {
            let TypeName { proto, rust, message: _ } = &table.record.ty;
            ((table.number, proto.clone()), rust.clone())
        });
        let types = schema.type_names().into_iter().map(|(proto, rust)| (proto.to_owned(), rust.to_owned()));
        Self { records: records.collect(), types: types.collect() }
    }

    fn name(&self, of: &Of, drafts: &[Draft]) -> Option<&String> {
        let name = match of {
            Of::Record(table) => {
                let draft = drafts.iter().find(|draft| draft.field.name() == table)?;
                self.records.get(&(draft.field.number(), draft.message.full_name().to_owned()))
            }
            Of::Type(proto) => self.types.get(proto),
        };
        name.filter(|name| !names::is_reserved_type(name))
    }
}

/// Names all types.
///
/// A name that a table's options state stays, and so does one of the newest version. Of the others, those of one name in
/// one package are told apart by what they are, and those of one name in several packages by as many parts of the package
/// in front as that takes.
pub(super) fn name_types(drafts: &[Draft], former: &Former, report: &mut Report<'_>) -> Types {
    let mut entities = BTreeMap::new();
    for draft in drafts {
        add_draft(draft, &mut entities, report);
    }
    let fixed = keep_names(&mut entities, former, drafts);
    let is_open = |entity: &Entity| !entity.fixed;
    for group in same_names(&entities, |e| is_open(e).then(|| (e.package.clone(), e.rust.clone()))) {
        tell_apart_by_sort(&mut entities, group);
    }
    for group in same_names(&entities, |e| is_open(e).then(|| e.rust.clone())) {
        tell_apart_by_package(&mut entities, &group, &fixed);
    }
    for group in same_names(&entities, |e| Some(e.rust.clone())).into_iter().filter(|group| group.len() > 1) {
        let first = &entities[&group[0]];
        for other in group[1..].iter().map(|of| &entities[of]) {
            let text = format!("{} and {} are both `{}` in Rust", other.what, first.what, other.rust);
            let help = "rename one of the two; a record can be named: `[(protostore.v1.table) = {record: \"…\"}]`";
            report.add(Code::RustNameTaken, other.place.clone(), text, help);
        }
    }
    Types(entities.into_iter().map(|(of, entity)| (of, entity.rust)).collect())
}

/// Gives types the names that they have in the newest version, where no table's options state the same for another;
/// returns the names that stay as they are.
fn keep_names(entities: &mut BTreeMap<Of, Entity>, former: &Former, drafts: &[Draft]) -> BTreeSet<String> {
    let mut fixed: BTreeSet<String> = entities.values().filter(|e| e.fixed).map(|e| e.rust.clone()).collect();
    for (of, entity) in entities.iter_mut().filter(|(_, entity)| !entity.fixed) {
        if let Some(name) = former.name(of, drafts)
            && fixed.insert(name.clone())
        {
            entity.rust.clone_from(name);
            entity.fixed = true;
        }
    }
    fixed
}

/// Puts what a type is behind the names of all but one of a group of one package: `VmStateEnum` beside a message
/// `VmState`.
fn tell_apart_by_sort(entities: &mut BTreeMap<Of, Entity>, mut group: Vec<Of>) {
    group.sort_by_key(|of| (entities[of].sort, entities[of].depth));
    for of in group.iter().skip(1) {
        if let Some(entity) = entities.get_mut(of) {
            entity.rust.push_str(entity.sort.word());
        }
    }
}

/// Puts the last parts of their packages before the names of a group, as many as tell them apart: `V1Spec` and `V2Spec`.
fn tell_apart_by_package(entities: &mut BTreeMap<Of, Entity>, group: &[Of], fixed: &BTreeSet<String>) {
    let parts = group.iter().map(|of| entities[of].package.split('.').count()).max().unwrap_or(0);
    let named = (0..=parts).find_map(|parts| {
        let names = group.iter().map(|of| names::type_in_package(&entities[of].package, parts, &entities[of].rust));
        let names: Vec<String> = names.collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        (distinct.len() == names.len() && names.iter().all(|name| !fixed.contains(name))).then_some(names)
    });
    let Some(named) = named else {
        return tell_apart_by_sort(entities, group.to_vec());
    };
    for (of, name) in group.iter().zip(named) {
        if let Some(entity) = entities.get_mut(of) {
            entity.rust = name;
        }
    }
}

/// Returns what has the same key, in groups.
fn same_names<K: Ord>(entities: &BTreeMap<Of, Entity>, key: impl Fn(&Entity) -> Option<K>) -> Vec<Vec<Of>> {
    let mut groups: BTreeMap<K, Vec<Of>> = BTreeMap::new();
    for (of, entity) in entities {
        if let Some(key) = key(entity) {
            groups.entry(key).or_default().push(of.clone());
        }
    }
    groups.into_values().collect()
}

impl Sort {
    /// Returns the word for it in a Rust name.
    fn word(self) -> &'static str {
        match self {
            Self::Message => "Message",
            Self::Enum => "Enum",
            Self::Oneof => "Oneof",
        }
    }
}

fn add_draft(draft: &Draft, entities: &mut BTreeMap<Of, Entity>, report: &Report<'_>) {
    let record = Entity {
        package: draft.message.package_name().to_owned(),
        rust: draft.options.record.clone().unwrap_or_else(|| names::own_type(&nesting(&draft.message), "Message")),
        fixed: draft.options.record.is_some(),
        sort: Sort::Message,
        depth: nesting(&draft.message).len(),
        what: format!("the record of `{}`", draft.field.name()),
        place: super::draft::type_place(&draft.field, report.sources),
    };
    entities.insert(Of::Record(draft.field.name().to_owned()), record);
    add_oneofs(&draft.message, entities, report);
    for spot in &draft.spots {
        match (&spot.shape, spot.field.kind()) {
            (Shape::Absent | Shape::Scalar(Type::Message(_) | Type::Repeated(_)), _) => {}
            (Shape::Message(message) | Shape::Row(message) | Shape::Messages(message), _)
                if message.full_name() == EMPTY => {}
            (Shape::Message(message) | Shape::Row(message) | Shape::Messages(message), _) => {
                add(message.full_name(), message.package_name(), (&nesting(message), Sort::Message), entities, || {
                    report.sources.place(message.parent_file().name(), &name_path(message.path()))
                });
                add_oneofs(message, entities, report);
            }
            (_, Kind::Enum(enumeration)) => {
                let around = enumeration.parent_message();
                let mut path = around.as_ref().map(nesting).unwrap_or_default();
                path.push(enumeration.name());
                add(enumeration.full_name(), enumeration.package_name(), (&path, Sort::Enum), entities, || {
                    report.sources.place(enumeration.parent_file().name(), &name_path(enumeration.path()))
                });
            }
            _ => {}
        }
    }
}

fn add_oneofs(message: &MessageDescriptor, entities: &mut BTreeMap<Of, Entity>, report: &Report<'_>) {
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let mut path = nesting(message);
        path.push(oneof.name());
        add(oneof.full_name(), message.package_name(), (&path, Sort::Oneof), entities, || {
            report.sources.place(oneof.parent_file().name(), &name_path(oneof.path()))
        });
    }
}

fn add(
    name: &str,
    package: &str,
    (path, sort): (&[&str], Sort),
    entities: &mut BTreeMap<Of, Entity>,
    place: impl FnOnce() -> Place,
) {
    entities.entry(Of::Type(name.to_owned())).or_insert_with(|| Entity {
        package: package.to_owned(),
        rust: names::own_type(path, sort.word()),
        fixed: false,
        sort,
        depth: path.len(),
        what: format!("`{name}`"),
        place: place(),
    });
}

fn name_path(path: &[i32]) -> Vec<i32> {
    path.iter().copied().chain([1]).collect()
}

/// Returns the names of the messages around a message, and its own.
fn nesting(message: &MessageDescriptor) -> Vec<&str> {
    let package = message.package_name();
    let full = message.full_name();
    let inner = if package.is_empty() { full } else { &full[package.len() + 1..] };
    inner.split('.').collect()
}

/// Returns the path below `proto` at which prost puts a message.
pub(super) fn message_path(message: &MessageDescriptor) -> String {
    let nesting = nesting(message);
    let (name, around) = nesting.split_last().map_or(("", &[][..]), |(name, around)| (*name, around));
    names::message_path(message.package_name(), around, &names::type_name(&[name]))
}

impl Types {
    fn rust(&self, of: &Of) -> String {
        self.0.get(of).cloned().unwrap_or_default()
    }

    /// Names the record of a table.
    pub(super) fn record(&self, draft: &Draft) -> TypeName {
        let rust = self.rust(&Of::Record(draft.field.name().to_owned()));
        TypeName { rust, ..self.message(&draft.message) }
    }

    pub(super) fn message(&self, message: &MessageDescriptor) -> TypeName {
        // Prost has the one value of Empty as `()`.
        let rust = match message.full_name() {
            EMPTY => "()".to_owned(),
            name => self.rust(&Of::Type(name.to_owned())),
        };
        TypeName { proto: message.full_name().to_owned(), rust, message: message_path(message) }
    }

    pub(super) fn enumeration(&self, enumeration: &EnumDescriptor) -> TypeName {
        let parent = enumeration.parent_message();
        let around = parent.as_ref().map(nesting).unwrap_or_default();
        let name = names::type_name(&[enumeration.name()]);
        TypeName {
            proto: enumeration.full_name().to_owned(),
            rust: self.rust(&Of::Type(enumeration.full_name().to_owned())),
            message: names::message_path(enumeration.package_name(), &around, &name),
        }
    }

    pub(super) fn oneof(&self, oneof: &OneofDescriptor) -> TypeName {
        let parent = oneof.parent_message();
        let proto = parent.descriptor_proto();
        let nested = proto.nested_type.iter().map(|m| m.name()).chain(proto.enum_type.iter().map(|e| e.name()));
        let name = names::oneof_type(oneof.name(), nested);
        TypeName {
            proto: oneof.full_name().to_owned(),
            rust: self.rust(&Of::Type(oneof.full_name().to_owned())),
            message: names::message_path(parent.package_name(), &nesting(parent), &name),
        }
    }
}

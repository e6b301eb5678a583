//! Names the Rust types of records, messages, enums and oneofs, each unique in the store.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{EnumDescriptor, Kind, MessageDescriptor, OneofDescriptor};
use protostore_schema::{Type, TypeName};

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

struct Entity {
    package: String,
    rust: String,
    /// Whether the table's options state the name, so that it stays.
    stated: bool,
    what: String,
    place: Place,
}

/// Names all types; those of one name in several packages get their package's name in front.
pub(super) fn name_types(drafts: &[Draft], report: &mut Report<'_>) -> Types {
    let mut entities = BTreeMap::new();
    for draft in drafts {
        add_draft(draft, &mut entities, report);
    }
    for group in same_names(&entities) {
        let packages: BTreeSet<_> = group.iter().map(|of| entities[of].package.clone()).collect();
        for of in group.iter().filter(|_| packages.len() > 1) {
            if let Some(entity) = entities.get_mut(of).filter(|entity| !entity.stated) {
                entity.rust = names::type_in_package(&entity.package, &entity.rust);
            }
        }
    }
    for group in same_names(&entities) {
        let first = &entities[&group[0]];
        for other in group[1..].iter().map(|of| &entities[of]) {
            let text = format!("{} and {} are both `{}` in Rust", other.what, first.what, other.rust);
            let help = "rename one of the two; a record can be named: `[(protostore.v1.table) = {record: \"…\"}]`";
            report.add(Code::RustNameTaken, other.place.clone(), text, help);
        }
    }
    Types(entities.into_iter().map(|(of, entity)| (of, entity.rust)).collect())
}

/// Returns what is named the same, in groups.
fn same_names(entities: &BTreeMap<Of, Entity>) -> Vec<Vec<Of>> {
    let mut groups: BTreeMap<&str, Vec<Of>> = BTreeMap::new();
    for (of, entity) in entities {
        groups.entry(&entity.rust).or_default().push(of.clone());
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn add_draft(draft: &Draft, entities: &mut BTreeMap<Of, Entity>, report: &Report<'_>) {
    let record = Entity {
        package: draft.message.package_name().to_owned(),
        rust: draft.options.record.clone().unwrap_or_else(|| names::own_type(&nesting(&draft.message), "Message")),
        stated: draft.options.record.is_some(),
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
                add(message.full_name(), message.package_name(), (&nesting(message), "Message"), entities, || {
                    report.sources.place(message.parent_file().name(), &name_path(message.path()))
                });
                add_oneofs(message, entities, report);
            }
            (_, Kind::Enum(enumeration)) => {
                let around = enumeration.parent_message();
                let mut path = around.as_ref().map(nesting).unwrap_or_default();
                path.push(enumeration.name());
                add(enumeration.full_name(), enumeration.package_name(), (&path, "Enum"), entities, || {
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
        add(oneof.full_name(), message.package_name(), (&path, "Oneof"), entities, || {
            report.sources.place(oneof.parent_file().name(), &name_path(oneof.path()))
        });
    }
}

fn add(
    name: &str,
    package: &str,
    (path, kind): (&[&str], &str),
    entities: &mut BTreeMap<Of, Entity>,
    place: impl FnOnce() -> Place,
) {
    entities.entry(Of::Type(name.to_owned())).or_insert_with(|| Entity {
        package: package.to_owned(),
        rust: names::own_type(path, kind),
        stated: false,
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

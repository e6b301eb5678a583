//! Refuses names that prost or tonic would spell alike, in all messages, enums and services of the API: those of the
//! records and any other that is written beside them.

use std::collections::BTreeMap;

use prost_reflect::{
    Cardinality, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, ServiceDescriptor,
};

use super::Report;
use super::draft::name_place;
use super::rust_names::Taken;
use super::walk::in_order;
use crate::diagnostic::Place;
use crate::{Code, annotations, names};

/// Checks everything that the files declare, store messages aside.
pub(super) fn check(files: &[FileDescriptor], report: &mut Report<'_>) {
    let mut modules = Modules::default();
    for file in files {
        let Some(package) = package(file, &mut modules, report) else { continue };
        file.messages().filter(|m| !annotations::is_store(m)).for_each(|m| message(&m, &package, &mut modules, report));
        file.enums().for_each(|e| enumeration(&e, &package, &mut modules, report));
        file.services().for_each(|s| service(&s, &package, &mut modules, report));
    }
}

/// The types and modules that are taken in each module, by its path below `proto`.
#[derive(Default)]
struct Modules(BTreeMap<Vec<String>, Taken>);

impl Modules {
    /// Takes the name of a type or module for what `what` says, or refuses it.
    fn take(&mut self, module: &[String], name: String, what: String, place: &Place, report: &mut Report<'_>) {
        self.0.entry(module.to_vec()).or_default().take_for(name, what, place, report);
    }
}

/// Takes the modules of a file's package; none if it has no name in Rust.
fn package(file: &FileDescriptor, modules: &mut Modules, report: &mut Report<'_>) -> Option<Vec<String>> {
    let place = report.sources.place(file.name(), &[2]);
    let path = names::package_modules(file.package_name());
    if path.iter().any(String::is_empty) {
        let help = "write a package whose parts have a letter or digit in them";
        let text = format!("`{}` leaves no name for Rust", file.package_name());
        report.add(Code::BadName, place, text, help);
        return None;
    }
    for (i, name) in path.iter().enumerate() {
        // Packages that Rust spells alike are one module, as one package in several files is.
        let what = format!("the package `{}`", path[..=i].join("."));
        modules.take(&path[..i], name.clone(), what, &place, report);
    }
    Some(path)
}

fn message(message: &MessageDescriptor, module: &[String], modules: &mut Modules, report: &mut Report<'_>) {
    let place = named(message.parent_file(), message.path(), report);
    if !type_name(message.name(), &place, report) {
        return;
    }
    let what = format!("`{}`", message.full_name());
    modules.take(module, names::type_name(&[message.name()]), what, &place, report);
    fields(message, report);

    let children: Vec<_> = message.child_messages().filter(|child| !child.is_map_entry()).collect();
    let enums: Vec<_> = message.child_enums().collect();
    let oneofs: Vec<_> = message.oneofs().filter(|oneof| !oneof.is_synthetic()).collect();
    if children.is_empty() && enums.is_empty() && oneofs.is_empty() {
        return;
    }
    let name = names::field(message.name());
    let what = format!("the module of what is inside `{}`", message.full_name());
    modules.take(module, name.clone(), what, &place, report);
    let inside = [module, &[name]].concat();
    children.iter().for_each(|child| self::message(child, &inside, modules, report));
    enums.iter().for_each(|e| enumeration(e, &inside, modules, report));
    let parent = message.descriptor_proto();
    let nested = || parent.nested_type.iter().map(|m| m.name()).chain(parent.enum_type.iter().map(|e| e.name()));
    for oneof in oneofs {
        let place = named(oneof.parent_file(), oneof.path(), report);
        let what = format!("the oneof `{}`", oneof.full_name());
        modules.take(&inside, names::oneof_type(oneof.name(), nested()), what, &place, report);
    }
}

/// Checks the fields of a message, the members of its oneofs, and the functions that prost gives it.
fn fields(message: &MessageDescriptor, report: &mut Report<'_>) {
    let (mut fields, mut functions) = (Taken::default(), Taken::default());
    let mut variants: BTreeMap<String, Taken> = BTreeMap::new();
    for field in in_order(message) {
        let place = name_place(&field, report.sources);
        let name = field.name();
        if names::field(name).is_empty() {
            no_rust_name(name, place, report);
            continue;
        }
        match field.containing_oneof().filter(|oneof| !oneof.is_synthetic()) {
            None => {
                fields.take(names::field(name), name, &place, report);
                if names::is_keyword(&names::field(name)) && enum_of_map(&field).is_some_and(|e| !begins_with_zero(&e))
                {
                    let text = format!("`{name}` is a keyword of Rust, of which prost makes no map of this enum");
                    let help = "rename the field, or begin the enum with a value of number 0";
                    report.add(Code::BadName, place.clone(), text, help);
                }
                for (function, what) in accessors(&field) {
                    functions.take_for(function, what, &place, report);
                }
            }
            Some(oneof) => {
                let taken = variants.entry(oneof.name().to_owned()).or_default();
                taken.take(names::variant(name), name, &place, report);
            }
        }
    }
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let place = named(oneof.parent_file(), oneof.path(), report);
        if names::field(oneof.name()).is_empty() {
            no_rust_name(oneof.name(), place, report);
        } else {
            fields.take(names::field(oneof.name()), oneof.name(), &place, report);
        }
    }
}

/// Returns the functions that prost derives for a field, each with what it is.
fn accessors(field: &FieldDescriptor) -> Vec<(String, String)> {
    let name = names::field(field.name());
    let of = |prefix: &str| (format!("{prefix}{name}"), format!("the function `{prefix}{name}` of `{}`", field.name()));
    match field.kind() {
        Kind::Message(_) if enum_of_map(field).is_some() => vec![of("get_"), of("insert_")],
        Kind::Message(_) => Vec::new(),
        Kind::Enum(_) if field.is_list() => vec![of(""), of("push_")],
        Kind::Enum(_) => vec![of(""), of("set_")],
        _ if field.supports_presence() && field.cardinality() == Cardinality::Optional => vec![of("")],
        _ => Vec::new(),
    }
}

/// Returns the enum of the values of a map.
fn enum_of_map(field: &FieldDescriptor) -> Option<EnumDescriptor> {
    let entry = field.kind().as_message().filter(|_| field.is_map()).cloned()?;
    entry.map_entry_value_field().kind().as_enum().cloned()
}

/// Returns whether a value that is not set is 0, as that of a number is.
fn begins_with_zero(enumeration: &EnumDescriptor) -> bool {
    enumeration.enum_descriptor_proto().value.first().is_some_and(|value| value.number() == 0)
}

fn enumeration(enumeration: &EnumDescriptor, module: &[String], modules: &mut Modules, report: &mut Report<'_>) {
    let place = named(enumeration.parent_file(), enumeration.path(), report);
    if type_name(enumeration.name(), &place, report) {
        let what = format!("`{}`", enumeration.full_name());
        modules.take(module, names::type_name(&[enumeration.name()]), what, &place, report);
        super::enums::check(enumeration, report);
    }
}

fn service(service: &ServiceDescriptor, module: &[String], modules: &mut Modules, report: &mut Report<'_>) {
    let place = named(service.parent_file(), service.path(), report);
    if !type_name(service.name(), &place, report) {
        return;
    }
    let methods: Vec<_> = service.methods().collect();
    let name = names::service(service.name(), methods.iter().map(|method| method.name()));
    for (part, name) in [("client", names::client_module(&name)), ("server", names::server_module(&name))] {
        let what = format!("the module of the {part} of `{}`", service.full_name());
        modules.take(module, name, what, &place, report);
    }
    let mut functions = Taken::default();
    for method in methods {
        let place = named(service.parent_file(), method.path(), report);
        match names::method(method.name()) {
            name if name.is_empty() => no_rust_name(method.name(), place, report),
            name => functions.take(name, method.name(), &place, report),
        }
    }
}

/// Returns whether a message, enum or service has a name in Rust, or refuses it.
fn type_name(proto: &str, place: &Place, report: &mut Report<'_>) -> bool {
    let has_name = names::has_type_name(proto);
    if !has_name {
        let help = "write a name whose first letter or digit is a letter";
        report.add(Code::BadName, place.clone(), format!("`{proto}` leaves no name for a type of Rust"), help);
    }
    has_name
}

fn no_rust_name(name: &str, place: Place, report: &mut Report<'_>) {
    report.add(Code::BadName, place, format!("`{name}` leaves no name for Rust"), "write a name with a letter in it");
}

/// Returns the place of the name at a path.
fn named(file: FileDescriptor, path: &[i32], report: &Report<'_>) -> Place {
    let path: Vec<i32> = path.iter().copied().chain([1]).collect();
    report.sources.place(file.name(), &path)
}
